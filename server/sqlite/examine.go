package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// Examine asks SQLite to look through the file at path, beside whoever serves it. It does not migrate.
func Examine(ctx context.Context, path string) (err error) {
	db, err := sql.Open("sqlite3", source(path, url.Values{"_busy_timeout": {"10000"}, "mode": {"rw"}}))
	if err != nil {
		return fmt.Errorf("open database %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return intact(ctx, db)
}

// Held is one row of the log, whatever it holds.
type Held struct {
	Replica   string
	Counter   int64
	Hash      string
	Text      string
	Signature string
	Case      string // as the column says; "" where the text could not be read
	Action    string // likewise
	Revision  int64
	Received  int64       // as the verdict says
	Answer    wire.Answer // its receipt
}

// EachOperation calls do for every row of the log, by replica and counter.
func (s *Store) EachOperation(ctx context.Context, do func(Held) error) (err error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT replica, counter, hash, text, coalesce(signature, ''), coalesce(case_id, ''), coalesce(action, ''), revision, received,
		seq, epochs.id, outcome, coalesce(fault, ''), receipted, mac FROM operations JOIN epochs ON epochs.number = epoch ORDER BY replica, counter`)
	if err != nil {
		return fmt.Errorf("read the log: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var h Held
		a := &h.Answer
		err := rows.Scan(&h.Replica, &h.Counter, &h.Hash, &h.Text, &h.Signature, &h.Case, &h.Action, &h.Revision, &h.Received, &a.Seq, &a.Epoch, &a.Outcome, &a.Fault, &a.Received, &a.Mac)
		if err != nil {
			return fmt.Errorf("read the log: %w", err)
		}
		a.Counter, a.Hash = h.Counter, h.Hash
		if err := do(h); err != nil {
			return err
		}
	}
	return rows.Err()
}

// OperationsOf lists the operations on a case's timeline in the case's order, each with its verdict.
func (s *Store) OperationsOf(ctx context.Context, caseID string) ([]Told, error) {
	log, err := logOf(ctx, s.reading, caseID)
	if err != nil {
		return nil, err
	}
	told := make([]Told, len(log))
	for i, one := range log {
		told[i].Logged = one
		err := s.reading.QueryRowContext(ctx, `SELECT hash, text, coalesce(signature, '') FROM operations WHERE replica = ? AND counter = ?`, one.Replica, one.Counter).
			Scan(&told[i].Hash, &told[i].Text, &told[i].Signature)
		if err != nil {
			return nil, fmt.Errorf("read operation %s/%d: %w", one.Replica, one.Counter, err)
		}
	}
	return told, nil
}

// Told is an operation with its exact text.
type Told struct {
	session.Logged
	Hash, Text, Signature string
}

// Projected is one row of the cases with the log that should make it.
type Projected struct {
	ID       string
	Case     shared.Case
	Broken   error // why the projection cannot be read
	Seq      int64
	Revision int64
	State    shared.State
	Squad    string
	Reporter string
	Number   string
	Log      []session.Logged
	LogError error // why the log cannot be read
	// Revisions are the log's places in the case's order, as the rows say.
	Revisions []int64
}

// EachCase calls do for every case, and for every case of the log that has no row: its Case is then empty.
func (s *Store) EachCase(ctx context.Context, do func(Projected) error) error {
	rows, err := s.reading.QueryContext(ctx, `SELECT id FROM cases UNION SELECT case_id FROM operations WHERE revision > 0 ORDER BY 1`)
	if err != nil {
		return fmt.Errorf("list cases: %w", err)
	}
	ids, err := collect(rows, func(scan func(...any) error) (id string, err error) {
		err = scan(&id)
		return id, err
	})
	if err != nil {
		return fmt.Errorf("list cases: %w", err)
	}
	for _, id := range ids {
		p, err := s.projected(ctx, id)
		if err != nil {
			return fmt.Errorf("read case %s: %w", id, err)
		}
		if err := do(p); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) projected(ctx context.Context, id string) (p Projected, err error) {
	p.ID = id
	var doc string
	ok, err := found(s.reading.QueryRowContext(ctx, `SELECT doc, seq, revision, state, squad, reporter, coalesce(official, '') FROM cases WHERE id = ?`, id).
		Scan(&doc, &p.Seq, &p.Revision, &p.State, &p.Squad, &p.Reporter, &p.Number))
	if err != nil {
		return p, err
	}
	if ok {
		p.Case, p.Broken = readCase(doc)
	}
	p.Log, p.LogError = logOf(ctx, s.reading, id)
	rows, err := s.reading.QueryContext(ctx, `SELECT revision FROM operations WHERE case_id = ? AND revision > 0 ORDER BY revision`, id)
	if err != nil {
		return p, err
	}
	p.Revisions, err = collect(rows, func(scan func(...any) error) (n int64, err error) {
		err = scan(&n)
		return n, err
	})
	return p, err
}

// Chains lists all replicas, those of the server and of programs too, by id.
func (s *Store) Chains(ctx context.Context) ([]session.Replica, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT `+replicaColumns+` FROM replicas ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("list replicas: %w", err)
	}
	return collect(rows, scanReplica)
}
