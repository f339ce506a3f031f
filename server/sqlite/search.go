package sqlite

import (
	"context"
	"fmt"
	"strings"

	"buxun/shared"
	"buxun/sync/session"
)

// indexedAtOnce is how many cases one transaction reads into the index: it holds the writer for some milliseconds.
const indexedAtOnce = 200

// Search finds the cases of the reader's scope that hold every word of a query, in what the reader is told of them: those that
// changed last first, before a sequence of the feed (0: from the newest), as units are told where the reader is one. Next is what
// the following page begins before; 0 where there is none. A query without a letter, digit or character finds nothing.
func (s *Store) Search(ctx context.Context, reader session.Reader, query string, before int64, limit int) (cases []shared.Case, next int64, err error) {
	ofUnit := reader.Standing.Role == shared.RoleUnit
	column := ""
	if ofUnit {
		column = "told"
	}
	match := searchQuery(query, column)
	if match == "" {
		return nil, 0, nil
	}
	if err := s.Index(ctx); err != nil {
		return nil, 0, err
	}
	rows, err := s.reading.QueryContext(ctx, `SELECT cases.seq, cases.id, doc FROM searched JOIN searchable ON searchable.number = searched.rowid JOIN cases ON cases.id = case_id
		WHERE searched MATCH ?1 AND (`+caseInScope+`) AND (?6 = 0 OR cases.seq < ?6) ORDER BY cases.seq DESC LIMIT ?7`,
		match, reader.Person, centre(reader.Standing), reader.Standing.Squad, reader.Standing.Unit, before, limit+1)
	if err != nil {
		return nil, 0, fmt.Errorf("search for %q: %w", match, err)
	}
	lines, err := collect(rows, scanLine)
	if err != nil {
		return nil, 0, fmt.Errorf("search for %q: %w", match, err)
	}
	if len(lines) > limit {
		lines = lines[:limit]
		next = lines[limit-1].seq
	}
	for _, l := range lines {
		c, err := readCase(l.doc.String)
		if err != nil {
			return nil, 0, err
		}
		if ofUnit {
			c = shared.ForUnit(c)
		}
		cases = append(cases, c)
	}
	return cases, next, nil
}

// Index reads what changed since it was last called into the index, some cases at a time.
func (s *Store) Index(ctx context.Context) error {
	for {
		var behind bool
		err := s.reading.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM cases WHERE seq > (SELECT coalesce(max(seq), 0) FROM searchable))`).Scan(&behind)
		if err != nil || !behind {
			return err
		}
		if err := s.write(ctx, func(ctx context.Context, w *writer) error { return w.index(ctx) }); err != nil {
			return fmt.Errorf("index cases: %w", err)
		}
	}
}

func (w *writer) index(ctx context.Context) error {
	rows, err := w.conn.QueryContext(ctx, `SELECT seq, id, doc FROM cases WHERE seq > (SELECT coalesce(max(seq), 0) FROM searchable) ORDER BY seq LIMIT ?`, indexedAtOnce)
	if err != nil {
		return err
	}
	lines, err := collect(rows, scanLine)
	if err != nil {
		return err
	}
	for _, l := range lines {
		c, err := readCase(l.doc.String)
		if err != nil {
			return err
		}
		var number int64
		err = w.conn.QueryRowContext(ctx, `INSERT INTO searchable (case_id, seq) VALUES (?, ?) ON CONFLICT (case_id) DO UPDATE SET seq = excluded.seq RETURNING number`, l.id, l.seq).Scan(&number)
		if err != nil {
			return fmt.Errorf("index case %s: %w", l.id, err)
		}
		told, talk := searchTexts(c)
		// One that is not there yet is deleted without harm.
		for _, step := range []struct {
			text string
			args []any
		}{
			{`DELETE FROM searched WHERE rowid = ?`, []any{number}},
			{`INSERT INTO searched (rowid, told, talk) VALUES (?, ?, ?)`, []any{number, told, talk}},
		} {
			if err := w.exec(ctx, step.text, step.args...); err != nil {
				return fmt.Errorf("index case %s: %w", l.id, err)
			}
		}
	}
	return nil
}

// searchTexts is what a case is found by: what everybody is told of it, and what was said of it beside.
func searchTexts(c shared.Case) (told, talk string) {
	all := []string{c.Short, c.Number, c.Address, c.Description}
	for _, names := range shared.BuiltinTaxonomy().Path(c.Category) {
		all = append(all, names.Zh, names.En)
	}
	var said []string
	for _, e := range c.Timeline {
		said = append(said, e.Payload.Words)
	}
	return searchTokens(strings.Join(all, "\n")), searchTokens(strings.Join(said, "\n"))
}
