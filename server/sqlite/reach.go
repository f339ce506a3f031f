package sqlite

import (
	"context"

	"buxun/shared"
	"buxun/sync/session"
)

// reached is how far a case's return or task came, as the column says it.
func reached(c shared.Case) int {
	e, _ := c.Awaited()
	switch {
	case e == nil || e.Delivered == 0:
		return 0
	case e.Seen == 0:
		return 1
	}
	return 2
}

// reachAll gives the returned cases and tasks that came further by what phones stored and people looked at.
func (w *writer) reachAll(ctx context.Context, delivered map[string]delivery, seen map[seenKey]delivery) (all []session.Changed, err error) {
	for person, d := range delivered {
		changed, err := w.reachDelivered(ctx, person, d)
		if err != nil {
			return nil, err
		}
		all = append(all, changed...)
	}
	for key, d := range seen {
		changed, err := w.reachSeen(ctx, key, d)
		if err != nil {
			return nil, err
		}
		all = append(all, changed...)
	}
	return all, nil
}

// reachDelivered notes that a person's phone stored everything up to a sequence: the cases that wait for that person are there.
func (w *writer) reachDelivered(ctx context.Context, person string, d delivery) ([]session.Changed, error) {
	rows, err := w.conn.QueryContext(ctx, `SELECT doc FROM cases WHERE awaits = ? AND awaits <> '' AND reached = 0 AND reached < 2 AND seq <= ? ORDER BY seq`, person, d.upTo)
	if err != nil {
		return nil, err
	}
	cases, err := collect(rows, scanCase)
	if err != nil {
		return nil, err
	}
	var changed []session.Changed
	for _, c := range cases {
		if changed, err = w.reach(ctx, changed, c, false, d.at); err != nil {
			return nil, err
		}
	}
	return changed, nil
}

// reachSeen notes that a person looked at a case at a revision, if it waits for that person since before.
func (w *writer) reachSeen(ctx context.Context, key seenKey, d delivery) ([]session.Changed, error) {
	c, err := scanCase(w.conn.QueryRowContext(ctx, `SELECT doc FROM cases WHERE id = ? AND awaits = ? AND reached < 2`, key.caseID, key.person).Scan)
	if ok, err := found(err); err != nil || !ok {
		return nil, err
	}
	if e, _ := c.Awaited(); e == nil || e.Revision > d.upTo {
		return nil, nil
	}
	return w.reach(ctx, nil, c, true, d.at)
}

func (w *writer) reach(ctx context.Context, changed []session.Changed, c shared.Case, seen bool, at int64) ([]session.Changed, error) {
	next, differs := shared.Reach(c, seen, at)
	if !differs {
		return changed, nil
	}
	w.head++
	return append(changed, session.Changed{Seq: w.head, Case: next}), w.putCase(ctx, next, w.head)
}
