package sqlite

import (
	"context"
	"fmt"
	"slices"

	"buxun/shared"
)

// running are the states in which a limit that runs out is marked.
var running = []shared.State{shared.StateReported, shared.StateVerifying, shared.StateFiled, shared.StateDispatched, shared.StateHandled}

// Wakes is when the server next has to do something to a case by itself: a limit runs out that is not marked, or a suspended case
// goes on. 0 where it need not.
func Wakes(c shared.Case) int64 {
	if c.State == shared.StateSuspended {
		return c.Until
	}
	if !slices.Contains(running, c.State) {
		return 0
	}
	var next int64
	for _, clock := range c.Clocks {
		if clock.Due != 0 && clock.Overdue == 0 && (next == 0 || clock.Due < next) {
			next = clock.Due
		}
	}
	return next
}

// Unsent says whether the server is to settle who goes.
func Unsent(c shared.Case) bool { return c.Task != nil && c.Task.Assignee == "" && c.State.Open() }

// Waking lists the cases to which the server has to do something by now, what fell due first before the rest.
func (s *Store) Waking(ctx context.Context, now int64) ([]shared.Case, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT doc FROM cases WHERE wakes <= ? ORDER BY wakes LIMIT 1000`, now)
	if err != nil {
		return nil, fmt.Errorf("list cases that fell due: %w", err)
	}
	return collect(rows, scanCase)
}

// NextWaking is when the server next has to do something to a case, after now.
func (s *Store) NextWaking(ctx context.Context, now int64) (at int64, ok bool, err error) {
	ok, err = found(s.reading.QueryRowContext(ctx, `SELECT wakes FROM cases WHERE wakes > ? ORDER BY wakes LIMIT 1`, now).Scan(&at))
	return at, ok, err
}

// UnsentCases lists the cases for which the server is to settle who goes.
func (s *Store) UnsentCases(ctx context.Context) ([]shared.Case, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT doc FROM cases WHERE unsent = 1 ORDER BY seq LIMIT 1000`)
	if err != nil {
		return nil, fmt.Errorf("list cases for which nobody was sent: %w", err)
	}
	return collect(rows, scanCase)
}

// Merger is a case that was merged into another.
type Merger struct {
	Into, Duplicate string
	Revision        int64 // of Into
}

// Unabsorbed lists the mergers that the other case does not say yet.
func (s *Store) Unabsorbed(ctx context.Context) ([]Merger, error) {
	return s.mergers(ctx, `SELECT t.id, m.id, t.revision FROM cases AS m JOIN cases AS t ON t.id = m.merged_into
		WHERE m.merged_into <> '' AND NOT EXISTS (SELECT 1 FROM json_each(t.doc, '$.duplicates') AS d WHERE d.value = m.id) ORDER BY m.seq`)
}

// Unreleased lists the mergers that a case still says and that were undone.
func (s *Store) Unreleased(ctx context.Context) ([]Merger, error) {
	return s.mergers(ctx, `SELECT t.id, d.value, t.revision FROM cases AS t JOIN json_each(t.doc, '$.duplicates') AS d LEFT JOIN cases AS m ON m.id = d.value
		WHERE t.duplicates > 0 AND coalesce(m.merged_into, '') <> t.id ORDER BY t.seq`)
}

func (s *Store) mergers(ctx context.Context, question string) ([]Merger, error) {
	all, err := list(ctx, s.reading, question, func(scan func(...any) error) (m Merger, err error) {
		err = scan(&m.Into, &m.Duplicate, &m.Revision)
		return m, err
	})
	if err != nil {
		err = fmt.Errorf("list mergers: %w", err)
	}
	return all, err
}

// Errands counts, by person, the errands that were given to each since a time.
func (s *Store) Errands(ctx context.Context, since int64) (map[string]int, error) {
	counts := map[string]int{}
	rows, err := s.reading.QueryContext(ctx, `SELECT text ->> '$.payload.assignee' AS who, count(*) FROM operations
		WHERE action IN ('assign', 'sendVerify', 'sendRecheck') AND received >= ? AND outcome = 'applied' AND who <> '' GROUP BY who`, since)
	if err == nil {
		_, err = collect(rows, func(scan func(...any) error) (bool, error) {
			var who string
			var count int
			err := scan(&who, &count)
			counts[who] = count
			return true, err
		})
	}
	if err != nil {
		err = fmt.Errorf("count errands: %w", err)
	}
	return counts, err
}

// Walker is a collector who can be sent, with where the last operation that has a place was made; nil where there is none.
type Walker struct {
	ID    string
	Place *shared.Fix
}

// latest is how many of a phone's last operations are looked through for a place.
const latest = 20

// Collectors lists the squad's collectors by login, with the last place of each since a time.
func (s *Store) Collectors(ctx context.Context, squad string, since int64) ([]Walker, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT id FROM people WHERE squad = ? AND role = 'collector' AND NOT disabled ORDER BY login`, squad)
	if err != nil {
		return nil, fmt.Errorf("list collectors of squad %s: %w", squad, err)
	}
	walkers, err := collect(rows, func(scan func(...any) error) (w Walker, err error) {
		err = scan(&w.ID)
		return w, err
	})
	for i := range walkers {
		if err == nil {
			walkers[i].Place, err = s.lastPlace(ctx, walkers[i].ID, since)
		}
	}
	if err != nil {
		err = fmt.Errorf("list collectors of squad %s: %w", squad, err)
	}
	return walkers, err
}

// lastPlace is where a person made the last operation that has a place.
func (s *Store) lastPlace(ctx context.Context, person string, since int64) (*shared.Fix, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT text, at FROM replicas JOIN operations ON replica = replicas.id AND operations.counter > replicas.counter - ?3
		WHERE author = ?1 AND at >= ?2 ORDER BY at DESC`, person, since, latest)
	if err != nil {
		return nil, err
	}
	texts, err := collect(rows, func(scan func(...any) error) (text string, err error) {
		var at int64
		err = scan(&text, &at)
		return text, err
	})
	if err != nil {
		return nil, err
	}
	for _, text := range texts {
		body, err := shared.ParseBody(text)
		if err == nil && body.Place != nil {
			return body.Place, nil
		}
	}
	return nil, nil
}
