// Package notice tells other systems of what happens to cases: it reads the log, keeps each event until it was delivered, and
// delivers it signed, in order for each case, at least once. It must never hold up the writer.
package notice

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"buxun/server/outbox"
	"buxun/server/sqlite"
	"buxun/shared"
	"buxun/sync/session"
)

// Options are what telling needs. After, Random, Now and Log may be nil.
type Options struct {
	Store  *sqlite.Store
	Client *http.Client
	Now    func() time.Time
	After  func(time.Duration) <-chan time.Time
	Random func() float64 // from 0 to below 1
	Log    *slog.Logger
}

// Notices tells the webhooks of a centre.
type Notices struct {
	Options
	categories *shared.Taxonomy
	pace       outbox.Pace
	wake       outbox.Wake
	trimmed    time.Time       // when the outbox was last looked through; Run's alone
	rests      map[int64]*rest // by webhook; Run's alone
}

const (
	firstWait = 5 * time.Second
	lastWait  = time.Hour
	giveUp    = 3 * 24 * time.Hour
	batch     = 50
	// An address that is paused, or does not answer, has this much waiting at most: a week, and what a large city does in one. The oldest
	// is dropped, and the webhook's log says so.
	longestWait = 7 * 24 * time.Hour
	mostWaiting = 100_000
	trimEvery   = time.Minute
	// lookEvery is how soon a webhook that a command added is heard of, whatever else happens.
	lookEvery = 30 * time.Second
)

// Open makes the teller; Run tells.
func Open(o Options) *Notices {
	return &Notices{Options: o, categories: shared.BuiltinTaxonomy(), pace: outbox.Pace{Now: o.Now, After: o.After, Random: o.Random, Log: o.Log}.Whole(), wake: outbox.NewWake(), rests: map[int64]*rest{}}
}

// Notice hears that cases changed. It never blocks, so that the store may call it while its writer is held.
func (n *Notices) Notice([]session.Changed) { n.wake.Ring() }

// Run tells at once and whenever Notice saw a change or something is due again, until ctx ends.
func (n *Notices) Run(ctx context.Context) {
	n.pace.Run(ctx, n.wake, outbox.Loop{Pass: n.Pass, Retry: lookEvery, Doing: "tell webhooks"})
}

// Pass delivers all that is due, and says how long nothing more will be.
func (n *Notices) Pass(ctx context.Context) (time.Duration, error) {
	for {
		more, err := n.Store.Gather(ctx, EventOf)
		if err != nil {
			return 0, fmt.Errorf("gather events: %w", err)
		}
		hooks, err := n.Store.Webhooks(ctx)
		if err != nil {
			return 0, err
		}
		if err := n.trim(ctx, hooks); err != nil {
			return 0, err
		}
		tried, err := n.deliverAll(ctx, hooks)
		if err != nil {
			return 0, err
		}
		if tried == 0 && !more {
			break
		}
	}
	return n.idle(ctx)
}

// trim drops what waits too long, and what is too much.
func (n *Notices) trim(ctx context.Context, hooks []sqlite.Webhook) error {
	now := n.pace.Now()
	if now.Sub(n.trimmed).Abs() < trimEvery {
		return nil
	}
	for _, h := range hooks {
		if err := n.Store.TrimTold(ctx, h.ID, now.Add(-longestWait).UnixMilli(), mostWaiting); err != nil {
			return err
		}
	}
	n.trimmed = now
	return nil
}

// idle is how long there is nothing to do, unless something happens.
func (n *Notices) idle(ctx context.Context) (time.Duration, error) {
	next, err := n.Store.NextTold(ctx)
	wait := lookEvery
	for webhook, at := range next {
		due := time.UnixMilli(at)
		if rest := n.rests[webhook]; rest != nil && rest.until.After(due) {
			due = rest.until
		}
		wait = min(wait, max(0, due.Sub(n.pace.Now())))
	}
	return wait, err
}

// deliverAll gives every webhook its turn, one beside the other: a slow one does not hold up the rest for longer than its batch.
func (n *Notices) deliverAll(ctx context.Context, hooks []sqlite.Webhook) (tried int, err error) {
	counts, errs := make([]int, len(hooks)), make([]error, len(hooks))
	for _, h := range hooks {
		if r := n.rests[h.ID]; r == nil || r.revision != h.Revision {
			n.rests[h.ID] = &rest{revision: h.Revision}
		}
	}
	var group sync.WaitGroup
	for i, h := range hooks {
		group.Go(func() { counts[i], errs[i] = n.deliver(ctx, h, n.rests[h.ID]) })
	}
	group.Wait()
	for _, count := range counts {
		tried += count
	}
	return tried, errors.Join(errs...)
}

// rest is how long an address that failed again and again is left in peace.
type rest struct {
	failures int64 // in a row
	until    time.Time
	revision int64 // of the webhook: another address, or one that somebody let go on, is tried at once
}

// failuresBorne is how many deliveries may fail in a row before the address is left in peace: what one refuses, another may take.
const failuresBorne = 2

// deliver sends what is due for one webhook.
func (n *Notices) deliver(ctx context.Context, h sqlite.Webhook, r *rest) (tried int, err error) {
	if h.Paused || n.pace.Now().Before(r.until) {
		return 0, nil
	}
	due, err := n.Store.DueTold(ctx, h.ID, n.pace.Now().UnixMilli(), batch)
	if err != nil {
		return 0, err
	}
	for _, t := range due {
		a := sqlite.Attempt{Outgoing: t, Began: n.pace.Now().UnixMilli()}
		status, fault := n.send(ctx, h, t)
		if ctx.Err() != nil {
			return tried, ctx.Err() // whether it arrived is not known: it is sent again, under the same id
		}
		now := n.pace.Now()
		a.Status, a.Took, a.Done = status, now.UnixMilli()-a.Began, fault == nil
		if fault != nil {
			r.failures++
			a.Fault, a.Next = fault.Error(), now.Add(n.pace.Wait(firstWait, lastWait, t.Attempts)).UnixMilli()
			if now.UnixMilli()-t.At > giveUp.Milliseconds() {
				a.Fault, a.Done = "given up: "+a.Fault, true
			}
		} else {
			r.failures = 0
		}
		if err := n.Store.NoteAttempt(ctx, a); err != nil {
			return tried, err
		}
		tried++
		if r.failures >= failuresBorne {
			r.until = now.Add(n.pace.Wait(firstWait, lastWait, r.failures-failuresBorne))
			return tried, nil
		}
	}
	return tried, nil
}

func (n *Notices) send(ctx context.Context, h sqlite.Webhook, t sqlite.Outgoing) (int, error) {
	everything := session.Reader{Standing: shared.Standing{Role: shared.RoleServer}}
	c, known, err := n.Store.Case(ctx, everything, t.Case)
	if err != nil {
		return 0, fmt.Errorf("read the case: %w", err)
	}
	if !known {
		return 0, errors.New("there is no such case")
	}
	return Send(ctx, n.Client, h, messageOf(t, c, h, n.categories), n.pace.Now())
}
