package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"
)

const (
	thinBytes    = 8000 // a second: 64 kbit/s
	overheadRate = 128  // how much quicker than life the line is run, cuts and all
	cutEvery     = 20 * time.Second
	chunkBytes   = 256 << 10
)

// measureOverhead sends 20 photos of 3 MB over a line of 64 kbit/s that is cut every 20 s, and counts at the line what was sent.
func measureOverhead(ctx context.Context, b *bench) (map[string]figure, error) {
	w, err := makeWorld(ctx, filepath.Join(b.dir, "ours"), 1, 2)
	if err != nil {
		return nil, err
	}
	s, err := w.serve(ctx)
	if err != nil {
		return nil, err
	}
	defer s.end()
	photos, err := large(pick(b, 20, 2), 3_000_000)
	if err != nil {
		return nil, err
	}
	p := w.phones[1]
	if err := p.name(ctx, s.base, photos); err != nil {
		return nil, err
	}
	l, err := layLine(ctx, b.dir, s.base, mode{"bytesPerSecond": thinBytes * overheadRate})
	if err != nil {
		return nil, err
	}
	defer l.stop()
	cutting, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		tick := time.NewTicker(cutEvery / overheadRate)
		defer tick.Stop()
		for {
			select {
			case <-cutting.Done():
				return
			case <-tick.C:
				_ = l.tell("/reset", map[string]string{}, nil) // the next one will
			}
		}
	}()
	payload, client := 0, thinClient()
	for _, content := range photos {
		payload += len(content)
		if _, err := p.resumed(ctx, client, l.base, content); err != nil {
			return nil, err
		}
	}
	stop()
	sent, err := l.carried()
	if err != nil {
		return nil, err
	}
	over := float64(sent.Up) / float64(payload)
	bar := 1.05 + float64(sent.Reset*chunkBytes)/float64(payload)
	note := fmt.Sprintf("%d photos, %d connections cut, %.0f kB lost a cut (bar: 1.05 + a chunk of 256 KiB each); time run %d times quicker; Go driver, resuming as the app does",
		len(photos), sent.Reset, float64(sent.Up-int64(payload))/1000/float64(max(sent.Reset, 1)), overheadRate)
	return map[string]figure{"photo_overhead": {Ours: over, Unit: "of the payload", Bar: &bar, Note: note}}, nil
}
