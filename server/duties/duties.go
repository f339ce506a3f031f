// Package duties is what the server does to cases by itself: it marks limits that ran out, lets suspended cases go on at their date,
// notes at the other case what was merged into it, and settles who goes where the leader left that to it. What was done is seen
// from the case, so that nothing is done twice however often the server dies; every deed is an operation of the server's replica.
package duties

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"buxun/server/sqlite"
	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// Options are what the duties need. Rand, Now and Log may be nil.
type Options struct {
	Store *sqlite.Store
	// Make makes operations of the server's replica and gives their answers; where one of the cases is no longer at the revision that was
	// seen, it makes none and the fault is row.changed.
	Make func(ctx context.Context, bodies []shared.Body) ([]wire.Answer, error)
	// Rand draws among equals; tests give their own.
	Rand *rand.Rand
	Now  func() time.Time
	Log  *slog.Logger
}

// Duties are the server's.
type Duties struct {
	Options
	wake chan struct{}
	next atomic.Int64 // when Run looks again, by the server's clock
}

const (
	retryAfter = 5 * time.Second
	// lookEvery is how long Run sleeps at most: the clock may be set, and people come on duty.
	lookEvery = time.Minute
	// looks is how often it looks again at once where what it saw moves on before it can act.
	looks = 10
)

// New makes the duties; Run does them.
func New(o Options) *Duties {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Duties{Options: o, wake: make(chan struct{}, 1)}
}

// Notice looks among changes of the feed for something to do. It never blocks, so that the store may call it while its writer is held.
func (d *Duties) Notice(changed []session.Changed) {
	for _, one := range changed {
		if !d.calls(one.Case) {
			continue
		}
		select {
		case d.wake <- struct{}{}:
		default:
		}
		return
	}
}

func (d *Duties) calls(c shared.Case) bool {
	if sqlite.Unsent(c) {
		return true
	}
	if at := sqlite.Wakes(c); at != 0 && at < d.next.Load() {
		return true
	}
	last := c.Timeline[len(c.Timeline)-1]
	return last.Action == shared.ActionMerge || last.Action == shared.ActionSeparate
}

// Run does what there is to do, at once, whenever something falls due and whenever Notice saw something, until ctx ends.
func (d *Duties) Run(ctx context.Context) {
	for {
		err := d.All(ctx)
		wait := d.sleep(ctx)
		if err != nil && ctx.Err() == nil {
			d.Log.Error("do what the server has to do to cases", "error", err)
			wait = retryAfter
		}
		select {
		case <-ctx.Done():
			return
		case <-d.wake:
		case <-time.After(wait):
		}
	}
}

// sleep is how long nothing falls due.
func (d *Duties) sleep(ctx context.Context) time.Duration {
	now := d.Now()
	wait := lookEvery
	if next, ok, err := d.Store.NextWaking(ctx, now.UnixMilli()); err == nil && ok {
		wait = min(wait, time.UnixMilli(next).Sub(now))
	}
	d.next.Store(now.Add(wait).UnixMilli())
	return wait
}

// All does everything that there is to do now. Where a case moved on between look and deed nothing was done, and it looks again.
func (d *Duties) All(ctx context.Context) error {
	for _, do := range []func(context.Context) error{d.due, d.merged, d.send} {
		err := do(ctx)
		for look := 1; look < looks && shared.FaultCode(err) == "row.changed"; look++ {
			err = do(ctx)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// due marks what ran out and lets go on what was suspended until now.
func (d *Duties) due(ctx context.Context) error {
	now := d.Now().UnixMilli()
	cases, err := d.Store.Waking(ctx, now)
	if err != nil {
		return err
	}
	var bodies []shared.Body
	for _, c := range cases {
		bodies = append(bodies, falls(c, now)...)
	}
	return d.make(ctx, bodies)
}

// falls is what falls due of a case.
func falls(c shared.Case, now int64) (bodies []shared.Body) {
	if c.State == shared.StateSuspended && c.Until != 0 && c.Until <= now {
		return []shared.Body{{Case: c.ID, Action: shared.ActionResume, Payload: shared.Payload{Until: c.Until}, Seen: c.Revision}}
	}
	for _, clock := range c.Clocks {
		if clock.Due != 0 && clock.Due <= now && clock.Overdue == 0 {
			bodies = append(bodies, shared.Body{Case: c.ID, Action: shared.ActionOverdue, Payload: shared.Payload{Phase: clock.Phase}, Seen: c.Revision})
		}
	}
	return bodies
}

// merged notes at the other case what was merged into it and what was taken out again.
func (d *Duties) merged(ctx context.Context) error {
	var bodies []shared.Body
	for _, one := range []struct {
		action shared.Action
		list   func(context.Context) ([]sqlite.Merger, error)
	}{{shared.ActionRelease, d.Store.Unreleased}, {shared.ActionAbsorb, d.Store.Unabsorbed}} {
		mergers, err := one.list(ctx)
		if err != nil {
			return err
		}
		for _, m := range mergers {
			bodies = append(bodies, shared.Body{Case: m.Into, Action: one.action, Payload: shared.Payload{Duplicate: m.Duplicate}, Seen: m.Revision})
		}
	}
	return d.make(ctx, bodies)
}

// make makes the operations, as many in one push as it takes.
func (d *Duties) make(ctx context.Context, bodies []shared.Body) error {
	for part := range slices.Chunk(bodies, wire.MaxPushOperations) {
		answers, err := d.Make(ctx, part)
		if err != nil {
			return err
		}
		if len(answers) != len(part) {
			return fmt.Errorf("%d of the server's %d operations were answered", len(answers), len(part))
		}
		for i, answer := range answers {
			if answer.Outcome != shared.OutcomeApplied { // somebody was faster
				d.Log.Warn("the server came too late", "case", part[i].Case, "action", part[i].Action, "outcome", answer.Outcome, "fault", answer.Fault)
			}
		}
	}
	return nil
}
