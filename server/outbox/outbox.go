// Package outbox is the pace at which what happened is told to others: at once, again after a while where it was not taken, and never
// so that who has something to tell waits for it.
package outbox

import (
	"context"
	"log/slog"
	"time"
)

// Pace is what telling needs from outside. Its zero fields are the machine's: the wall clock, no chance, no log.
type Pace struct {
	Now    func() time.Time
	After  func(time.Duration) <-chan time.Time
	Random func() float64 // from 0 to below 1
	Log    *slog.Logger
}

// Whole is the pace with what was left out of it.
func (p Pace) Whole() Pace {
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.After == nil {
		p.After = time.After
	}
	if p.Random == nil {
		p.Random = func() float64 { return 0.5 }
	}
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	return p
}

// Wake holds one where something may be there to tell.
type Wake chan struct{}

// NewWake makes one.
func NewWake() Wake { return make(Wake, 1) }

// Ring says that something may be there. It never blocks, so that the store may call it while its writer is held.
func (w Wake) Ring() {
	select {
	case w <- struct{}{}:
	default:
	}
}

// Loop is how passes follow each other.
type Loop struct {
	// Pass tells all that is due, and says how long nothing more will be.
	Pass func(context.Context) (time.Duration, error)
	// Gather is how long what rings is waited for after the first; 0 not at all. Retry is how soon a pass that failed is made again.
	Gather, Retry time.Duration
	// Doing names it in the log.
	Doing string
}

// Run makes passes, at once and whenever it is woken or something is due again, until ctx ends.
func (p Pace) Run(ctx context.Context, wake Wake, loop Loop) {
	for ctx.Err() == nil {
		wait, err := loop.Pass(ctx)
		if err != nil && ctx.Err() == nil {
			p.Log.Error(loop.Doing, "error", err)
			wait = loop.Retry
		}
		select {
		case <-ctx.Done():
		case <-p.After(wait):
		case <-wake:
			if loop.Gather == 0 {
				break
			}
			select {
			case <-ctx.Done():
			case <-p.After(loop.Gather):
			}
		}
	}
}

// Wait is how long after so many attempts the next one is made: first, then twice as long each time up to last, and up to half of it
// more or less, so that addresses that come back are not met by everything at once.
func (p Pace) Wait(first, last time.Duration, attempts int64) time.Duration {
	wait := first
	for ; attempts > 0 && wait < last; attempts-- {
		wait *= 2
	}
	return time.Duration(float64(min(wait, last)) * (0.5 + p.Random()))
}
