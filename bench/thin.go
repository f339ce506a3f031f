package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"buxun/shared"
)

// measureThin has a phone come back on a line of 64 kbit/s and 600 ms with one record, and asks when the leader sees it and its
// preview.
func measureThin(ctx context.Context, b *bench) (map[string]figure, error) {
	w, err := makeWorld(ctx, filepath.Join(b.dir, "ours"), 1, 2)
	if err != nil {
		return nil, err
	}
	s, err := w.serve(ctx)
	if err != nil {
		return nil, err
	}
	defer s.end()
	l, err := layLine(ctx, b.dir, s.base, mode{"bytesPerSecond": thinBytes, "latencyMs": 300})
	if err != nil {
		return nil, err
	}
	defer l.stop()
	var record, preview []float64
	for range b.rounds() {
		one, two, err := comeBackThin(ctx, w, s.base, l.base)
		if err != nil {
			return nil, err
		}
		record, preview = append(record, one.Seconds()), append(preview, two.Seconds())
	}
	const note = "Go driver that speaks the frames as the app does: greeting with the push behind it, then the preview in one request of its own connection"
	return map[string]figure{
		"thin_case_s":    {Ours: median(record), Unit: "s", Note: note},
		"thin_preview_s": {Ours: median(preview), Unit: "s", Note: "a preview of 14 kB, fetched by the leader"},
	}, nil
}

func comeBackThin(ctx context.Context, w *world, base, thin string) (seen, pictured time.Duration, err error) {
	leader, p := w.phones[0], w.phones[1]
	watch, err := leader.client(base).Dial(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer watch.Close()
	if _, err := watch.Hello(nil); err != nil {
		return 0, 0, err
	}
	if _, _, _, err := watch.Pull(); err != nil {
		return 0, 0, err
	}
	small, err := smallPhoto()
	if err != nil {
		return 0, 0, err
	}
	body := (&maker{n: int(time.Now().UnixNano() % 1000)}).report(newID(), time.Now())
	body.Photos[0].Preview = &shared.Preview{Hash: shared.HashText(string(small)), Size: int64(len(small))}
	if _, err := p.Make(body); err != nil {
		return 0, 0, err
	}
	at := time.Now()
	told := make(chan error, 1)
	go func() { told <- p.deliverThin(ctx, thin, small) }()
	for {
		change, err := watch.Change()
		if err != nil {
			return 0, 0, fmt.Errorf("the leader watches: %w", err)
		}
		if change.Case.ID != body.Case {
			continue
		}
		if seen == 0 {
			seen = time.Since(at)
		}
		if !slices.ContainsFunc(change.Case.Photos, func(photo shared.CasePhoto) bool { return photo.PreviewHere == shared.ArrivalHere }) {
			continue
		}
		if _, err := leader.client(base).Photo(ctx, body.Photos[0].Preview.Hash); err != nil {
			return 0, 0, err
		}
		return seen, time.Since(at), <-told
	}
}

// deliverThin greets and pushes in one go, and sends the preview when the record is acknowledged.
func (p *phone) deliverThin(ctx context.Context, thin string, preview []byte) error {
	frames := [][]byte{ready(hello(p))}
	last := int64(len(p.Made))
	push, err := p.Push(p.Acked+1, last)
	if err != nil {
		return err
	}
	s, err := p.dial(ctx, thin)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.send(append(frames, ready(push))...); err != nil {
		return err
	}
	if err := s.acknowledged(len(push.Operations)); err != nil {
		return err
	}
	p.Acked, p.AckedHash = last, shared.HashText(p.Made[last-1])
	client := p.client(thin)
	client.HTTP.Transport = thinClient().Transport
	_, err = client.Upload(ctx, p.Replica, preview)
	return err
}
