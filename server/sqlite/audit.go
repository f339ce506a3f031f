package sqlite

import (
	"context"
	"fmt"
)

type actorKey struct{}

// ByCommand is the actor of what was typed on the server's own command line.
const ByCommand = "command"

// As says who asks for what is done with the context: a person's id, or ByCommand. The audit trail keeps it.
func As(ctx context.Context, actor string) context.Context {
	return context.WithValue(ctx, actorKey{}, actor)
}

// audit adds a row to the append-only trail. detail must hold no secret.
func (w *writer) audit(ctx context.Context, at int64, subject, what, detail string) error {
	actor, _ := ctx.Value(actorKey{}).(string)
	return w.exec(ctx, `INSERT INTO audit (at, subject, what, detail, actor) VALUES (?, ?, ?, ?, ?)`, at, subject, what, detail, actor)
}

// Audited is one row of the audit trail.
type Audited struct {
	At                    int64 // server's clock
	Subject, What, Detail string
	Actor                 string // id of the person, ByCommand, or "" where nobody asked
	ActorLabel            string // of the person
}

// Audit lists what was done to a person, squad, area, replica or token, oldest first.
func (s *Store) Audit(ctx context.Context, subject string) ([]Audited, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT at, subject, what, detail, actor, coalesce(people.label, '')
		FROM audit LEFT JOIN people ON people.id = actor WHERE subject = ? ORDER BY number`, subject)
	if err != nil {
		return nil, fmt.Errorf("read the audit trail of %s: %w", subject, err)
	}
	return collect(rows, func(scan func(...any) error) (a Audited, err error) {
		err = scan(&a.At, &a.Subject, &a.What, &a.Detail, &a.Actor, &a.ActorLabel)
		return a, err
	})
}
