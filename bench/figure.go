package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// outFolder is where measuring programs leave their figures; git ignores it.
const outFolder = "bench/.out"

// figure is what a measuring program says of one name. README.md describes the format for programs in other languages.
type figure struct {
	// Ours and Peer are what was measured on either side, in Unit; Peer is absent where there is nobody to compare with.
	Ours float64  `json:"ours"`
	Peer *float64 `json:"peer,omitempty"`
	Unit string   `json:"unit,omitempty"`
	// Ratio is ours to the peer's, of medians inside one run. Where it is absent the bar is about Ours.
	Ratio *float64 `json:"ratio,omitempty"`
	// Bar and Met stand only where a program knows better than the table of bars, because its bar depends on the run.
	Bar  *float64 `json:"bar,omitempty"`
	Met  *bool    `json:"met,omitempty"`
	Note string   `json:"note,omitempty"`
}

// value is what the bar is about.
func (f figure) value() float64 {
	if f.Ratio != nil {
		return *f.Ratio
	}
	return f.Ours
}

// against is the figure of two medians.
func against(ours, peer float64, unit, note string) figure {
	ratio := ours / peer
	return figure{Ours: ours, Peer: &peer, Unit: unit, Ratio: &ratio, Note: note}
}

func outFile(program string) string { return filepath.Join(outFolder, program+".json") }

// leave writes what a program measured.
func leave(program string, figures map[string]figure) error {
	text, err := json.MarshalIndent(figures, "", "  ")
	if err != nil {
		return fmt.Errorf("write the figures of %s: %w", program, err)
	}
	if err := os.MkdirAll(outFolder, 0o755); err != nil {
		return fmt.Errorf("write the figures of %s: %w", program, err)
	}
	return os.WriteFile(outFile(program), append(text, '\n'), 0o644)
}

// gather reads what programs left; one that left nothing is not missed here. It errs on a name that no bar has, and on one
// that two programs claim.
func gather(programs []program) (map[string]figure, error) {
	all := map[string]figure{}
	for _, p := range programs {
		text, err := os.ReadFile(outFile(p.name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read the figures of %s: %w", p.name, err)
		}
		var figures map[string]figure
		if err := json.Unmarshal(text, &figures); err != nil {
			return nil, fmt.Errorf("read the figures of %s: %w", p.name, err)
		}
		for name, f := range figures {
			if _, taken := all[name]; taken || !known(name) {
				return nil, fmt.Errorf("%s measured %q, which another program has or no bar knows", p.name, name)
			}
			all[name] = f
		}
	}
	return all, nil
}

func known(name string) bool {
	for _, b := range bars {
		if b.name == name {
			return true
		}
	}
	return false
}
