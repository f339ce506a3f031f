package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// resultsFile is the last whole run, as it is committed: one flat object of the bars' names, with the machine's description.
const resultsFile = "bench/results.json"

// judged is a figure beside its bar.
type judged struct {
	bar
	figure
	measured bool
	limit    float64
	reached  bool
}

func judge(figures map[string]figure) []judged {
	var list []judged
	for _, b := range bars {
		one := judged{bar: b, limit: b.limit}
		if one.figure, one.measured = figures[b.name]; one.measured {
			if one.Bar != nil {
				one.limit = *one.Bar
			}
			one.reached = b.met(one.value(), one.limit)
			if one.Met != nil {
				one.reached = *one.Met
			}
		}
		list = append(list, one)
	}
	return list
}

// show prints figure, ours, raw limit or peer, ratio, bar, met or not; and the notes below.
func show(out io.Writer, list []judged, machine string) {
	fmt.Fprintf(out, "\n%-26s %16s %16s %9s %9s  %s\n", "figure", "ours", "raw or peer", "ratio", "bar", "met")
	var notes []string
	for _, j := range list {
		if !j.measured {
			continue
		}
		peer, ratio := "", ""
		if j.Peer != nil {
			peer = amount(*j.Peer, j.Unit)
		}
		if j.Ratio != nil {
			ratio = round(*j.Ratio)
		}
		sign := "<="
		if j.least {
			sign = ">="
		}
		reached := "no"
		if j.reached {
			reached = "yes"
		}
		fmt.Fprintf(out, "%-26s %16s %16s %9s %9s  %s\n", j.name, amount(j.Ours, j.Unit), peer, ratio, sign+" "+round(j.limit), reached)
		if j.Note != "" {
			notes = append(notes, j.name+": "+j.Note)
		}
	}
	fmt.Fprintf(out, "\n%s\n%s\n", strings.Join(notes, "\n"), machine)
}

func amount(value float64, unit string) string { return strings.TrimSpace(round(value) + " " + unit) }

// round keeps three digits that say something.
func round(value float64) string {
	if value >= 1000 || value <= -1000 {
		return strconv.FormatFloat(value, 'f', 0, 64)
	}
	return strconv.FormatFloat(value, 'g', 3, 64)
}

// keep writes the results of a whole run.
func keep(list []judged, machine string) error {
	results := map[string]any{"machine": machine}
	for _, j := range list {
		if j.measured {
			value, err := strconv.ParseFloat(round(j.value()), 64)
			if err != nil {
				return fmt.Errorf("write %s of %s: %w", round(j.value()), j.name, err)
			}
			results[j.name] = value
		}
	}
	text, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return fmt.Errorf("write the results: %w", err)
	}
	return os.WriteFile(resultsFile, append(text, '\n'), 0o644)
}
