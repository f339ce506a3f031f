package sqlite

import (
	"context"
	"encoding/json"
	"fmt"

	"buxun/shared"
	"buxun/sync/session"
)

func readCase(doc string) (shared.Case, error) {
	var c shared.Case
	if err := json.Unmarshal([]byte(doc), &c); err != nil {
		return c, fmt.Errorf("read a case's projection: %w", err)
	}
	return c, nil
}

// Case finds a case in the reader's scope; a foreign one is as if it were not there (L10).
func (s *Store) Case(ctx context.Context, reader session.Reader, id string) (shared.Case, bool, error) {
	var doc string
	err := s.reading.QueryRowContext(ctx, `SELECT doc FROM cases WHERE id = ?`, id).Scan(&doc)
	ok, err := found(err)
	if err != nil || !ok {
		if err != nil {
			err = fmt.Errorf("find case %s: %w", id, err)
		}
		return shared.Case{}, false, err
	}
	c, err := readCase(doc)
	if err != nil || !shared.InScope(c, reader.Person, reader.Standing) {
		return shared.Case{}, false, err
	}
	if reader.Standing.Role == shared.RoleUnit {
		c = shared.ForUnit(c)
	}
	return c, true, nil
}

// putCase writes a case's projection at its new place in the feed.
func (w *writer) putCase(ctx context.Context, c shared.Case, seq int64) error {
	doc, err := json.Marshal(c)
	_, awaits := c.Awaited()
	if err != nil {
		return fmt.Errorf("encode case %s: %w", c.ID, err)
	}
	return w.exec(ctx, `INSERT INTO cases (id, doc, seq, revision, state, open, squad, reporter, changed_at, official, reached, unit, awaits,
		wakes, unsent, merged_into, duplicates) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET doc = excluded.doc, seq = excluded.seq, revision = excluded.revision, state = excluded.state,
		open = excluded.open, squad = excluded.squad, reporter = excluded.reporter, changed_at = excluded.changed_at, official = excluded.official, reached = excluded.reached,
		unit = excluded.unit, awaits = excluded.awaits, wakes = excluded.wakes, unsent = excluded.unsent, merged_into = excluded.merged_into, duplicates = excluded.duplicates`,
		c.ID, string(doc), seq, c.Revision, c.State, c.State.Open(), c.Squad, c.Reporter.ID, c.ChangedAt, optional(c.Number), reached(c), c.Unit, awaits,
		optional(Wakes(c)), Unsent(c), c.Into, len(c.Duplicates))
}

// Filter narrows a list of cases; zero fields do not.
type Filter struct {
	Squad string
	State shared.State
	Limit int // 0: all
}

// Cases lists cases of the whole centre, those that changed last first. It is for the command line, which is nobody's scope.
func (s *Store) Cases(ctx context.Context, f Filter) ([]shared.Case, error) {
	if f.Limit == 0 {
		f.Limit = -1
	}
	// A condition for each field that is there, so that each list runs along the index of its own. The plus keeps the state's index
	// out of a squad's list: the squad's index holds the state too.
	fits := `?1 = ?1 AND ?2 = ?2`
	switch {
	case f.Squad != "" && f.State != "":
		fits = `squad = ?1 AND +state = ?2`
	case f.Squad != "":
		fits = `squad = ?1 AND ?2 = ?2`
	case f.State != "":
		fits = `?1 = ?1 AND state = ?2`
	}
	rows, err := s.reading.QueryContext(ctx, `SELECT doc FROM cases WHERE `+fits+` ORDER BY seq DESC LIMIT ?3`, f.Squad, f.State, f.Limit)
	if err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	return collect(rows, scanCase)
}

func scanCase(scan func(...any) error) (shared.Case, error) {
	var doc string
	if err := scan(&doc); err != nil {
		return shared.Case{}, err
	}
	return readCase(doc)
}

// CaseNamed finds a case by its id, short id or official number, for the command line.
func (s *Store) CaseNamed(ctx context.Context, name string) (shared.Case, bool, error) {
	var doc string
	err := s.reading.QueryRowContext(ctx, `SELECT doc FROM cases WHERE id = ?1 OR official = ?1 OR doc ->> 'short' = ?1 LIMIT 1`, name).Scan(&doc)
	ok, err := found(err)
	if err != nil || !ok {
		if err != nil {
			err = fmt.Errorf("find case %s: %w", name, err)
		}
		return shared.Case{}, false, err
	}
	c, err := readCase(doc)
	return c, err == nil, err
}

// Unnumbered lists filed cases that have no official number, in order of the feed.
func (s *Store) Unnumbered(ctx context.Context, limit int) ([]shared.Case, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT doc FROM cases WHERE official IS NULL AND state IN ('filed', 'dispatched', 'handled', 'suspended') ORDER BY seq LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("list cases without a number: %w", err)
	}
	return collect(rows, scanCase)
}

// LastNumber is the highest official number that begins with prefix, longer ones being higher, or "".
func (s *Store) LastNumber(ctx context.Context, prefix string) (string, error) {
	var number string
	err := s.reading.QueryRowContext(ctx, `SELECT official FROM cases WHERE official >= ?1 AND official < ?2 ORDER BY length(official) DESC, official DESC LIMIT 1`,
		prefix, prefix+"\U0010FFFF").Scan(&number)
	if _, err := found(err); err != nil {
		return "", fmt.Errorf("find the last number of %s: %w", prefix, err)
	}
	return number, nil
}

// Counts are figures for metrics.
type Counts struct {
	Cases        map[shared.State]int
	Operations   int
	People       int
	Replicas     int
	Gaps         int
	PhotosHere   int
	PhotosLost   int // were here and are gone from the storage
	PhotosWanted int // named and not here
}

// Counts counts over the whole centre.
func (s *Store) Counts(ctx context.Context) (Counts, error) {
	c := Counts{Cases: map[shared.State]int{}}
	rows, err := s.reading.QueryContext(ctx, `SELECT state, count(*) FROM cases GROUP BY state`)
	if err != nil {
		return c, fmt.Errorf("count cases: %w", err)
	}
	_, err = collect(rows, func(scan func(...any) error) (bool, error) {
		var state shared.State
		var count int
		err := scan(&state, &count)
		c.Cases[state] = count
		return true, err
	})
	if err != nil {
		return c, fmt.Errorf("count cases: %w", err)
	}
	err = s.reading.QueryRowContext(ctx, `SELECT (SELECT coalesce(max(number), 0) FROM operations), (SELECT count(*) FROM people WHERE NOT disabled),
		(SELECT count(*) FROM replicas WHERE revoked_at IS NULL), (SELECT count(*) FROM gaps), (SELECT count(*) FROM photos WHERE here <> 'lost'), (SELECT count(*) FROM photos WHERE here = 'lost'),
		(SELECT count(DISTINCT hash) FROM case_photos WHERE here = 'waiting')`).
		Scan(&c.Operations, &c.People, &c.Replicas, &c.Gaps, &c.PhotosHere, &c.PhotosLost, &c.PhotosWanted)
	if err != nil {
		return c, fmt.Errorf("count rows: %w", err)
	}
	return c, nil
}
