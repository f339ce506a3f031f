package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"buxun/sync/wire"
)

const (
	squadsAtOnce = 80
	peopleEach   = 25
	watching     = 8 // leaders whose screens are open meanwhile
	// starved is how long one replica may wait for its last acknowledgement, against the middle one.
	starved = 8.0
	// lively is how long after the last acknowledgement of all a leader's screen may still lack something.
	lively = 2 * time.Second
)

// measureHerd weighs the server while 2,000 replicas are connected and bring 40,000 operations at once. Nobody may starve
// meanwhile, and what comes in stands on the leaders' screens.
func measureHerd(ctx context.Context, b *bench) (map[string]figure, error) {
	w, err := makeWorld(ctx, filepath.Join(b.dir, "ours"), squadsAtOnce, peopleEach)
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
	desks, err := w.openDesks(ctx, s.base)
	defer closeAll(desks)
	if err != nil {
		return nil, err
	}
	sockets, err := dialAll(ctx, s.base, w.phones)
	defer closeAll(sockets)
	if err != nil {
		return nil, err
	}
	seen := make(chan shown, len(desks))
	for _, desk := range desks {
		go func() { seen <- desk.watch(peopleEach * casesEach) }()
	}
	one, err := comeBack(sockets, frames)
	if err != nil {
		return nil, err
	}
	end := time.Now()
	peak, err := s.peakMB()
	if err != nil {
		return nil, err
	}
	var late time.Duration
	for range desks {
		screen := <-seen
		if screen.err != nil {
			return nil, fmt.Errorf("a leader's screen does not live: %w", screen.err)
		}
		late = max(late, screen.last.Sub(end))
	}
	middle, longest := percentile(one.done, 50), slices.Max(one.done)
	note := fmt.Sprintf("resident set at its highest; %d operations in %.1f s; a replica waited %.1f s in the middle and %.1f s at most; %d leaders' screens complete %.2f s after the last acknowledgement",
		one.operations, one.took.Seconds(), middle.Seconds(), longest.Seconds(), len(desks), max(late, 0).Seconds())
	switch {
	case longest.Seconds() > starved*middle.Seconds():
		return nil, fmt.Errorf("somebody starved: %s", note)
	case late > lively:
		return nil, fmt.Errorf("leaders saw it too late: %s", note)
	}
	return map[string]figure{"herd_rss_mb": {Ours: peak, Unit: "MB", Note: note}}, nil
}

// openDesks opens live screens of leaders of the first squads.
func (w *world) openDesks(ctx context.Context, base string) ([]*socket, error) {
	var leaders []*phone
	for i := range watching {
		leaders = append(leaders, w.phones[i*peopleEach])
	}
	desks, err := dialAll(ctx, base, leaders)
	if err != nil {
		return desks, err
	}
	return desks, all(desks, watching, func(i int, s *socket) error { return s.goLive(leaders[i]) })
}

// shown is when the last of a number of changes stood on a leader's screen.
type shown struct {
	last time.Time
	err  error
}

// watch reads the live feed until so many changes came.
func (s *socket) watch(changes int) shown {
	if err := s.SetReadDeadline(time.Now().Add(answerPatience)); err != nil {
		return shown{err: err}
	}
	for n := 0; n < changes; {
		text, err := s.next()
		if err != nil {
			return shown{err: fmt.Errorf("%d of %d changes came: %w", n, changes, err)}
		}
		if kind(text) == wire.TypeChange {
			n++
		}
	}
	return shown{last: time.Now()}
}
