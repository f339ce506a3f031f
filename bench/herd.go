package main

import (
	"context"
	"fmt"
	"path/filepath"
)

// measureHerd weighs the server while 2,000 replicas are connected and bring 40,000 operations at once.
func measureHerd(ctx context.Context, b *bench) (map[string]figure, error) {
	const squads, people = 80, 25
	w, err := makeWorld(ctx, filepath.Join(b.dir, "ours"), squads, people)
	if err != nil {
		return nil, err
	}
	s, err := w.serve(ctx)
	if err != nil {
		return nil, err
	}
	defer s.end()
	frames, err := w.prepare()
	if err != nil {
		return nil, err
	}
	sockets, err := dialAll(ctx, s.base, w.phones)
	defer closeAll(sockets)
	if err != nil {
		return nil, err
	}
	one, err := comeBack(sockets, frames)
	if err != nil {
		return nil, err
	}
	peak, err := s.peakMB()
	if err != nil {
		return nil, err
	}
	note := fmt.Sprintf("resident set at its highest; %d operations in %.1f s", one.operations, one.took.Seconds())
	return map[string]figure{"herd_rss_mb": {Ours: peak, Unit: "MB", Note: note}}, nil
}
