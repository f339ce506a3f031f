package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"buxun/sync/wire"
)

const (
	herd           = 500 // replicas that come back at once
	squadsOfHerd   = 20
	casesEach      = wire.MaxPushOperations / 2
	leastSeconds   = 5.0
	applied        = `"outcome":"applied"`
	answerPatience = 2 * time.Minute
)

// measureIngest has 500 replicas come back at once with 20 operations each, again and again, against SQLite alone and PocketBase.
func measureIngest(ctx context.Context, b *bench) (map[string]figure, error) {
	var ours, bare, theirs, oursP99, theirsP99 []float64
	for round := range b.rounds() {
		dir := filepath.Join(b.dir, fmt.Sprint(round))
		one, err := b.ingestRound(ctx, dir)
		if err != nil {
			return nil, fmt.Errorf("round %d: %w", round+1, err)
		}
		fmt.Fprintf(os.Stderr, "ingest round %d: ours %.0f/s p99 %.0f ms, raw %.0f/s, PocketBase %.0f/s p99 %.0f ms\n",
			round+1, one.ours.perSecond, one.ours.p99, one.raw, one.pocketBase.perSecond, one.pocketBase.p99)
		ours, oursP99 = append(ours, one.ours.perSecond), append(oursP99, one.ours.p99)
		bare = append(bare, one.raw)
		theirs, theirsP99 = append(theirs, one.pocketBase.perSecond), append(theirsP99, one.pocketBase.p99)
		if err := os.RemoveAll(dir); err != nil {
			return nil, err
		}
	}
	const unit = "operations/s"
	return map[string]figure{
		"ingest_vs_raw":            against(median(ours), median(bare), unit, "500 replicas, signed pushes of 20 (a report with photo and a comment a case) by websocket, Go driver"),
		"ingest_vs_pocketbase":     against(median(ours), median(theirs), unit, "PocketBase: a batch of 20 log rows and 10 case upserts a replica, answers cut to ids"),
		"ingest_p99_vs_pocketbase": against(median(oursP99), median(theirsP99), "ms", ""),
	}, nil
}

// speed is how quick a herd was taken in.
type speed struct {
	perSecond float64
	p99       float64 // ms until a replica was fully acknowledged
}

type ingestRound struct {
	ours, pocketBase speed
	raw              float64
}

func (b *bench) ingestRound(ctx context.Context, dir string) (r ingestRound, err error) {
	w, err := makeWorld(ctx, filepath.Join(dir, "ours"), squadsOfHerd, herd/squadsOfHerd)
	if err != nil {
		return r, err
	}
	s, err := w.serve(ctx)
	if err != nil {
		return r, err
	}
	defer s.end()
	idle, waves, err := w.ingest(ctx, s.base, pick(b, leastSeconds, 1))
	defer closeAll(idle)
	if err != nil {
		return r, err
	}
	r.ours = speedOf(waves)
	rows := filepath.Join(dir, "rows")
	sample, err := exportRows(w.database(), rows)
	if err != nil {
		return r, err
	}
	// The raw limit runs under the same idle load: our server stands by with the last wave's connections open.
	var raw struct{ PerSecond float64 }
	if err := ask(ctx, filepath.Join(dir, "raw.log"), &raw, "raw", "--dir", dir, "--rows", rows, "--seconds", fmt.Sprint(pick(b, leastSeconds, 1))); err != nil {
		return r, err
	}
	r.raw = raw.PerSecond
	closeAll(idle)
	s.end()
	r.pocketBase, err = b.ingestPocketBase(ctx, dir, sample)
	return r, err
}

// wave is one return of the herd: how many operations, how long, and when each replica was done.
type wave struct {
	operations int
	took       time.Duration
	done       []time.Duration
}

func speedOf(waves []wave) speed {
	operations, took, done := 0, time.Duration(0), []time.Duration(nil)
	for _, one := range waves {
		operations, took, done = operations+one.operations, took+one.took, append(done, one.done...)
	}
	return speed{float64(operations) / took.Seconds(), milliseconds(percentile(done, 99))}
}

// ingest runs waves until they have taken so many seconds together. The last wave's connections stay open.
func (w *world) ingest(ctx context.Context, base string, least float64) (open []*socket, waves []wave, err error) {
	for spent := 0.0; spent < least; {
		closeAll(open)
		frames, err := w.prepare()
		if err != nil {
			return nil, nil, err
		}
		if open, err = dialAll(ctx, base, w.phones); err != nil {
			return open, nil, err
		}
		one, err := comeBack(open, frames)
		if err != nil {
			return open, nil, err
		}
		waves, spent = append(waves, one), spent+one.took.Seconds()
	}
	return open, waves, nil
}

// prepare makes and signs the next 20 operations of every phone: hello with the push right behind it (R14).
func (w *world) prepare() ([][]byte, error) {
	if err := load(w.phones, casesEach); err != nil {
		return nil, err
	}
	frames := make([][]byte, len(w.phones))
	err := all(w.phones, 4, func(i int, p *phone) error {
		last := int64(len(p.Made))
		push, err := p.Push(last-wire.MaxPushOperations+1, last)
		if err != nil {
			return err
		}
		hello, err := packed(wire.Hello{T: wire.TypeHello, V: wire.Version, App: "bench", Replicas: []wire.Holding{p.Holding()}})
		if err != nil {
			return err
		}
		frame, err := packed(push)
		frames[i] = append(hello, frame...)
		p.Acked, p.AckedHash = last, ""
		return err
	})
	return frames, err
}

// comeBack lets all speak at once and waits until each is fully acknowledged.
func comeBack(sockets []*socket, frames [][]byte) (wave, error) {
	one := wave{done: make([]time.Duration, len(sockets))}
	begin := make(chan time.Time)
	failed := make(chan error, len(sockets))
	for i, s := range sockets {
		go func() {
			at := <-begin
			err := s.send(frames[i])
			if err == nil {
				err = s.acknowledged(wire.MaxPushOperations)
			}
			one.done[i] = time.Since(at)
			failed <- err
		}()
	}
	at := time.Now()
	for range sockets {
		begin <- at
	}
	for range sockets {
		if err := <-failed; err != nil {
			return one, err
		}
	}
	one.took, one.operations = time.Since(at), len(sockets)*wire.MaxPushOperations
	return one, nil
}

// acknowledged reads until so many operations are answered; each must have been applied.
func (s *socket) acknowledged(operations int) error {
	if err := s.SetReadDeadline(time.Now().Add(answerPatience)); err != nil {
		return err
	}
	for operations > 0 {
		text, err := s.next()
		if err != nil {
			return fmt.Errorf("wait for acknowledgement: %w", err)
		}
		switch kind(text) {
		case wire.TypeAck:
			n := bytes.Count(text, []byte(applied))
			if n == 0 {
				return fmt.Errorf("not applied: %.300s", text)
			}
			operations -= n
		case wire.TypeFault:
			return fmt.Errorf("refused: %.300s", text)
		}
	}
	return nil
}
