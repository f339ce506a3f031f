package main

import (
	"context"
	"fmt"
)

// fill pushes so many cases of each phone through the running server, 10 cases a push.
func (w *world) fill(ctx context.Context, base string, phones []*phone, cases int) error {
	some := &world{dir: w.dir, keys: w.keys, phones: phones}
	for made := 0; made < cases; made += casesEach {
		frames, err := some.prepare()
		if err != nil {
			return fmt.Errorf("fill: %w", err)
		}
		sockets, err := dialAll(ctx, base, phones)
		if err == nil {
			_, err = comeBack(sockets, frames)
		}
		closeAll(sockets)
		if err != nil {
			return fmt.Errorf("fill: %w", err)
		}
	}
	return nil
}
