package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"buxun/server/deadline"
	"buxun/shared"
	"buxun/sync/session"
)

// writer is the one connection that writes, and what it remembers between transactions. The store's mutex guards it.
type writer struct {
	conn  *sql.Conn
	head  int64  // of the feed, within the running transaction
	epoch int64  // its number
	life  string // its id
	// version is SQLite's data_version: it changes when another process wrote, and what is remembered may be wrong.
	version    int64
	standings  map[string][]membership
	remembered bool

	plan       *deadline.Plan // that clocks are reckoned with
	planNumber int64          // of its version
}

func newWriter(ctx context.Context, db *sql.DB) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("take the writer's connection: %w", err)
	}
	// A longer log between checkpoints costs memory-mapped index space and saves a tenth of the time under load.
	if _, err := conn.ExecContext(ctx, `PRAGMA wal_autocheckpoint = 8000`); err != nil {
		return nil, errors.Join(fmt.Errorf("set the checkpoint: %w", err), conn.Close())
	}
	return &writer{conn: conn}, nil
}

func (w *writer) close() error { return w.conn.Close() }

// write runs fn in one durable transaction. A cancelled ctx does not stop a transaction that has begun.
func (s *Store) write(ctx context.Context, fn func(context.Context, *writer) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.transact(context.WithoutCancel(ctx), fn)
}

// transact is write for whoever holds the mutex. When it returns nil the transaction is on disk (L2).
func (s *Store) transact(ctx context.Context, fn func(context.Context, *writer) error) (err error) {
	w := s.writer
	if err := w.exec(ctx, `BEGIN IMMEDIATE`); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if crash := recover(); crash != nil {
			err = fmt.Errorf("crashed: %v", crash)
		}
		if err != nil {
			// SQLite itself has rolled back after some errors; ROLLBACK then only says so.
			_ = w.exec(ctx, `ROLLBACK`)
			w.remembered = false
		}
	}()
	if err := s.recall(ctx); err != nil {
		return fmt.Errorf("look for other writers: %w", err)
	}
	if err := fn(ctx, w); err != nil {
		return err
	}
	if err := w.exec(ctx, `COMMIT`); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// recall drops what is remembered if another process wrote since (the command line beside a running server), and announces
// what that changed.
func (s *Store) recall(ctx context.Context) error {
	w := s.writer
	var version int64
	if err := w.conn.QueryRowContext(ctx, `PRAGMA data_version`).Scan(&version); err != nil {
		return err
	}
	if w.remembered && version == w.version {
		return nil
	}
	first, elsewhere := w.version == 0, version != w.version
	if err := w.conn.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM cases`).Scan(&w.head); err != nil {
		return err
	}
	w.version, w.standings, w.remembered = version, map[string][]membership{}, true
	if first {
		s.head.Store(w.head)
		return nil
	}
	changed, err := w.changedAfter(ctx, s.head.Load())
	if err != nil {
		return err
	}
	if elsewhere && s.options.OnElsewhere != nil {
		s.options.OnElsewhere()
	}
	s.announce(changed)
	return nil
}

// changedAfter lists the cases that changed after a sequence, each with the squad that it left then, and once more for each
// squad and unit that it left before.
func (w *writer) changedAfter(ctx context.Context, seq int64) ([]session.Changed, error) {
	rows, err := w.conn.QueryContext(ctx, `SELECT cases.seq, doc, coalesce(leaves.squad, ''), '' FROM cases
		LEFT JOIN leaves ON leaves.seq = cases.seq AND case_id = id AND leaves.squad <> cases.squad WHERE cases.seq > ?1
		UNION ALL SELECT unit_leaves.seq, doc, '', unit_leaves.unit FROM unit_leaves CROSS JOIN cases ON id = case_id
		WHERE unit_leaves.seq > ?1 AND unit_leaves.unit <> cases.unit
		UNION ALL SELECT leaves.seq, doc, leaves.squad, '' FROM leaves CROSS JOIN cases ON id = case_id
		WHERE leaves.seq > ?1 AND leaves.seq < cases.seq AND leaves.squad <> cases.squad ORDER BY 1`, seq)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(scan func(...any) error) (session.Changed, error) {
		var one session.Changed
		var doc string
		if err := scan(&one.Seq, &doc, &one.LeftSquad, &one.LeftUnit); err != nil {
			return one, err
		}
		var err error
		one.Case, err = readCase(doc)
		return one, err
	})
}

// announce makes the head of the feed known, and then its changes; both are durable.
func (s *Store) announce(changed []session.Changed) {
	if len(changed) == 0 {
		return
	}
	s.head.Store(changed[len(changed)-1].Seq)
	if s.options.OnChange != nil {
		s.options.OnChange(changed)
	}
}

func (s *Store) announceScope(persons []string) {
	if s.options.OnScope == nil {
		return
	}
	for _, person := range persons {
		s.options.OnScope(person)
	}
}

func (w *writer) exec(ctx context.Context, text string, args ...any) error {
	_, err := w.conn.ExecContext(ctx, text, args...)
	return err
}

// collect reads all rows by one function.
func collect[T any](rows *sql.Rows, read func(scan func(...any) error) (T, error)) (list []T, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		one, err := read(rows.Scan)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, rows.Err()
}

// found turns "no rows" into false.
func found(err error) (bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// optional stores the zero value as NULL.
func optional[T comparable](value T) any {
	var zero T
	if value == zero {
		return nil
	}
	return value
}

// caseInScope is shared.InScope of a row of cases, for person ?2, of the whole centre ?3, of squad ?4, of unit ?5. Whoever is of a unit
// sees what is dispatched to it, and nothing else.
const caseInScope = `?3 OR (?5 <> '' AND cases.unit = ?5) OR (?5 = '' AND (reporter = ?2 OR (squad = ?4 AND ?4 <> '')))`

// files says whether somebody of that standing files and dispatches cases.
func files(standing shared.Standing) bool { return standing.Role == shared.RoleLeader }

// centre says whether the reader's role sees the whole centre.
func centre(standing shared.Standing) bool {
	return standing.Role == shared.RoleAdmin || standing.Role == shared.RoleServer
}
