package session

import (
	"context"
	"fmt"

	"buxun/shared"
	"buxun/sync/wire"
)

// Perform does an effect that only asks the store, and gives the event that answers it, or nil. Send, Commit and Close are
// the shell's. anchor gives a fresh anchor for a welcome at now.
func Perform(ctx context.Context, store Store, reader Reader, e Effect, anchor func(now int64) shared.Anchor, now int64) Event {
	event, err := perform(ctx, store, reader, e, anchor, now)
	if err != nil {
		return Failed{err}
	}
	return event
}

func perform(ctx context.Context, store Store, reader Reader, e Effect, anchor func(now int64) shared.Anchor, now int64) (Event, error) {
	switch e := e.(type) {
	case Greet:
		known, err := store.Known(ctx, e.Holdings)
		if err != nil {
			return nil, fmt.Errorf("greet: %w", err)
		}
		epoch, head, err := store.Feed(ctx)
		if err != nil {
			return nil, fmt.Errorf("greet: %w", err)
		}
		return Greeted{Known: known, Epoch: epoch, Head: head, Anchor: anchor(now), Now: now}, nil
	case Read:
		page, err := store.Page(ctx, reader, e.Since, e.Limit)
		if err != nil {
			return nil, fmt.Errorf("read page after %d: %w", e.Since, err)
		}
		return PageRead{page}, nil
	case Sort:
		here, damaged, err := store.Held(ctx, reader, e.Ask.Replica, e.Ask.Hashes)
		if err != nil {
			return nil, fmt.Errorf("sort hashes of %s: %w", e.Ask.Replica, err)
		}
		if here == nil {
			here = []string{}
		}
		return Sorted{wire.Held{T: wire.TypeHeld, Replica: e.Ask.Replica, Here: here, Damaged: damaged}}, nil
	case NoteDelivered:
		return nil, store.Delivered(ctx, reader, e.Seq)
	case NoteSeen:
		return nil, store.Seen(ctx, reader, e.Cases)
	}
	return nil, nil
}
