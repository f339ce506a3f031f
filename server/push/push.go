// Package push tells people on their devices, also where no page is open: Web Push (RFC 8030), sealed for the one browser (RFC 8291)
// and signed as the server's (RFC 8292). It reads the log as webhooks do, keeps each thing until it was told, and tells what each
// person chose. It must never hold up the writer, and names nobody.
package push

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
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
	Key    Key
	// Contact is whom a push service may write to: an address of HTTPS, or of mail.
	Contact string
	Now     func() time.Time
	After   func(time.Duration) <-chan time.Time
	Random  func() float64 // from 0 to below 1
	Log     *slog.Logger
}

// Pushes tells the devices of a centre's people.
type Pushes struct {
	Options
	pace outbox.Pace
	wake outbox.Wake
}

const (
	firstWait = 10 * time.Second
	lastWait  = time.Hour
	giveUp    = 24 * time.Hour
	// lookEvery is how soon a limit that is about to run out is seen, whatever else happens.
	lookEvery = 30 * time.Second
	gatherFor = time.Second // many changes at once are looked at once: nobody minds a second, and the writer is not to be raced
	atOnce    = 16          // devices that are told beside each other
)

// Open makes the teller; Run tells.
func Open(o Options) *Pushes {
	return &Pushes{Options: o, pace: outbox.Pace{Now: o.Now, After: o.After, Random: o.Random, Log: o.Log}.Whole(), wake: outbox.NewWake()}
}

// Notice hears that cases changed. It never blocks, so that the store may call it while its writer is held.
func (p *Pushes) Notice([]session.Changed) { p.wake.Ring() }

// Run tells at once and whenever Notice saw a change or something is due again, until ctx ends.
func (p *Pushes) Run(ctx context.Context) {
	p.pace.Run(ctx, p.wake, outbox.Loop{Pass: p.Pass, Gather: gatherFor, Retry: lookEvery, Doing: "tell people on their devices"})
}

// Pass tells all that is due, and says how long nothing more will be.
func (p *Pushes) Pass(ctx context.Context) (time.Duration, error) {
	kept, err := p.Store.PushListeners(ctx)
	if err != nil || len(kept) == 0 {
		return lookEvery, err
	}
	all := make([]listener, len(kept))
	for i, l := range kept {
		all[i] = listener{l}
	}
	for {
		more, err := p.gather(ctx, all)
		if err != nil {
			return 0, err
		}
		if !more {
			break
		}
	}
	if err := p.soon(ctx, all); err != nil {
		return 0, err
	}
	if err := p.tell(ctx, all); err != nil {
		return 0, err
	}
	next, err := p.Store.NextPush(ctx)
	if err != nil || next == 0 {
		return lookEvery, err
	}
	return min(lookEvery, max(0, time.UnixMilli(next).Sub(p.pace.Now()))), nil
}

// listener is a device that is told now.
type listener struct{ sqlite.PushListener }

// sees is a case as the listener may see it; false where it may not (L10).
func (l listener) sees(c shared.Case) (shared.Case, bool) {
	if !shared.InScope(c, l.Person, l.Standing) {
		return c, false
	}
	if l.Standing.Role == shared.RoleUnit {
		c = shared.ForUnit(c)
	}
	return c, true
}

// pushed is what waits for a listener then: held until the end of quiet hours where it is in them.
func (l listener) pushed(c shared.Case, row shared.TellingRow, number, now int64) sqlite.Pushed {
	until := l.Telling.HeldUntil(row, now)
	return sqlite.Pushed{Device: l.ID, Case: c.ID, Kind: row.Kind, Number: number, At: now, Next: max(now, until), Held: until != 0}
}

var everything = session.Reader{Standing: shared.Standing{Role: shared.RoleServer}}

// gather puts what the log brought into the outbox, and says whether more may be there.
func (p *Pushes) gather(ctx context.Context, all []listener) (bool, error) {
	since := slices.MinFunc(all, func(a, b listener) int { return int(a.Since - b.Since) }).Since
	steps, upTo, err := p.Store.PushSteps(ctx, since)
	if err != nil || upTo == 0 {
		return false, err
	}
	var list []sqlite.Pushed
	now := p.pace.Now().UnixMilli()
	for _, step := range steps {
		if now-step.Received > giveUp.Milliseconds() {
			continue
		}
		c, known, err := p.Store.Case(ctx, everything, step.Case)
		if err != nil {
			return false, err
		}
		if !known {
			continue
		}
		for _, l := range all {
			if row, told := l.hears(c, step); told {
				list = append(list, l.pushed(c, row, step.Number, now))
			}
		}
	}
	return true, p.Store.QueuePush(ctx, list, upTo, nil)
}

// hears is what a step is to a listener.
func (l listener) hears(c shared.Case, step sqlite.Step) (shared.TellingRow, bool) {
	if step.Number <= l.Since {
		return shared.TellingRow{}, false
	}
	c, sees := l.sees(c)
	if !sees {
		return shared.TellingRow{}, false
	}
	for _, e := range c.Timeline {
		if e.Revision == step.Revision {
			row, told := shared.ToldOf(c, e, l.Person, l.Standing)
			return row, told && l.Telling.Wants(row, shared.TellPush)
		}
	}
	return shared.TellingRow{}, false
}

// soon puts limits that are about to run out into the outbox, each once.
func (p *Pushes) soon(ctx context.Context, all []listener) error {
	now := p.pace.Now().UnixMilli()
	cases, err := p.Store.SoonCases(ctx, now, now+shared.SoonMs)
	if err != nil {
		return err
	}
	var list []sqlite.Pushed
	var told []sqlite.Soon
	for _, c := range cases {
		for _, clock := range c.Clocks {
			if clock.Done == 0 && clock.Due > now && clock.Due-now <= min(shared.SoonMs, clock.Limit/4) {
				told = append(told, sqlite.Soon{Case: c.ID, Due: clock.Due})
			}
		}
		for _, l := range all {
			c, sees := l.sees(c)
			if !sees {
				continue
			}
			if row, clock, soon := shared.SoonOf(c, now, l.Person, l.Standing); soon && l.Telling.Wants(row, shared.TellPush) {
				list = append(list, l.pushed(c, row, clock.Due, now))
			}
		}
	}
	if len(told) == 0 {
		return nil
	}
	return p.Store.QueuePush(ctx, list, 0, told)
}

// tell tells every device what is due for it, some devices beside each other: a slow push service does not hold up the rest.
func (p *Pushes) tell(ctx context.Context, all []listener) error {
	due, err := p.Store.DuePush(ctx, p.pace.Now().UnixMilli())
	if err != nil || len(due) == 0 {
		return err
	}
	var group sync.WaitGroup
	turns := make(chan struct{}, atOnce)
	errs := make([]error, len(all)+1)
	var gone []sqlite.Pushed
	for _, d := range due {
		if !slices.ContainsFunc(all, func(l listener) bool { return l.ID == d.Device }) {
			gone = append(gone, d) // its session is over or its phone revoked
		}
	}
	errs[len(all)] = p.Store.SettlePush(ctx, gone, nil)
	for i, l := range all {
		var own []sqlite.Pushed
		for _, d := range due {
			if d.Device == l.ID {
				own = append(own, d)
			}
		}
		if len(own) == 0 {
			continue
		}
		group.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			errs[i] = p.tellOne(ctx, l, own)
		})
	}
	group.Wait()
	return errors.Join(errs...)
}
