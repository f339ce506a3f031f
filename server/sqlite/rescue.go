package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"buxun/shared"
)

// Snapshot writes the database at path, as it is at one moment, into a new file. Whoever serves it goes on writing meanwhile. It
// changes nothing and does not migrate; the new file is put on disk by whoever needs it there.
func Snapshot(ctx context.Context, path, into string) (err error) {
	db, err := sql.Open("sqlite3", source(path, url.Values{"_busy_timeout": {"10000"}, "mode": {"rw"}}))
	if err != nil {
		return fmt.Errorf("open database %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, `VACUUM INTO ?`, into); err != nil {
		return fmt.Errorf("copy database %s: %w", path, err)
	}
	return nil
}

// Totals are what a backup says of itself, and its restored copy must say too.
type Totals struct {
	Operations int64 `json:"operations"`
	Cases      int64 `json:"cases"`
	People     int64 `json:"people"`
	Replicas   int64 `json:"replicas"`
	Gaps       int64 `json:"gaps"`
	Photos     int64 `json:"photos"`
	Head       int64 `json:"head"` // last sequence of the feed
}

// Totals counts what the database holds.
func (s *Store) Totals(ctx context.Context) (t Totals, err error) {
	err = s.reading.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM operations), (SELECT count(*) FROM cases), (SELECT count(*) FROM people),
		(SELECT count(*) FROM replicas), (SELECT count(*) FROM gaps), (SELECT count(*) FROM photos), (SELECT coalesce(max(seq), 0) FROM cases)`).
		Scan(&t.Operations, &t.Cases, &t.People, &t.Replicas, &t.Gaps, &t.Photos, &t.Head)
	if err != nil {
		return t, fmt.Errorf("count what is there: %w", err)
	}
	return t, nil
}

// Intact asks SQLite to look through its file.
func (s *Store) Intact(ctx context.Context) error { return intact(ctx, s.reading) }

func intact(ctx context.Context, db reading) error {
	rows, err := db.QueryContext(ctx, `PRAGMA integrity_check`)
	if err != nil {
		return fmt.Errorf("look through the database: %w", err)
	}
	words, err := collect(rows, func(scan func(...any) error) (word string, err error) {
		err = scan(&word)
		return word, err
	})
	if err != nil {
		return fmt.Errorf("look through the database: %w", err)
	}
	if text := strings.Join(words, "; "); text != "ok" {
		return fmt.Errorf("the database file is damaged: %s", text)
	}
	return nil
}

// PhotoKept is a photo that was here, and where it should lie: damaged ones are apart.
type PhotoKept struct {
	Hash string
	Size int64 // bytes
	Here shared.Arrival
}

// PhotosKept lists every photo that ever came, by hash from after one on, at most so many.
func (s *Store) PhotosKept(ctx context.Context, after string, limit int) ([]PhotoKept, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT hash, size, here FROM photos WHERE hash > ? ORDER BY hash LIMIT ?`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list photos after %q: %w", after, err)
	}
	return collect(rows, func(scan func(...any) error) (p PhotoKept, err error) {
		err = scan(&p.Hash, &p.Size, &p.Here)
		return p, err
	})
}

// BeginEpoch begins another life of the data, restored from a backup that was made at a time: phones find that their place
// in the feed counts no more, and send again what this database does not know.
func (s *Store) BeginEpoch(ctx context.Context, backupAt int64) error {
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		var last string
		if err := w.conn.QueryRowContext(ctx, `SELECT max(id) FROM epochs`).Scan(&last); err != nil {
			return err
		}
		return w.exec(ctx, `INSERT INTO epochs (number, id, at, operations, backup_at)
			SELECT (SELECT max(number) + 1 FROM epochs), ?, ?, (SELECT coalesce(max(number), 0) FROM operations), ?`, later(s.options.NewID(), last), s.now(), backupAt)
	})
	if err != nil {
		return fmt.Errorf("begin another epoch: %w", err)
	}
	return nil
}

// later gives the id, or where a clock went back the next one after last: ids of epochs sort by when they began, and with them
// the operations of a case.
func later(id, last string) string {
	if id > last {
		return id
	}
	next, err := uuid.Parse(last)
	if err != nil {
		return id
	}
	for i := 5; i >= 0; i-- { // the milliseconds of a UUIDv7
		if next[i]++; next[i] != 0 {
			break
		}
	}
	return next.String()
}

// Proof is what was shown of a backup.
type Proof struct {
	At     int64  `json:"at"`
	Backup string `json:"backup"`
	MadeAt int64  `json:"madeAt"`
	Totals Totals `json:"totals"`
	// Fault is why it is no good; empty where it is proved.
	Fault string `json:"fault,omitempty"`
}

// NoteProof keeps what was shown of a backup, and with a good one how far it holds each replica. The backup may be of an
// earlier life: a replica is backed up as far as it is known here, at most.
func (s *Store) NoteProof(ctx context.Context, p Proof, counters map[string]int64) error {
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		err := w.exec(ctx, `INSERT INTO proofs (at, backup, made_at, operations, cases, photos, fault) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			p.At, p.Backup, p.MadeAt, p.Totals.Operations, p.Totals.Cases, p.Totals.Photos, p.Fault)
		if err != nil || p.Fault != "" {
			return err
		}
		for replica, counter := range counters {
			if err := w.exec(ctx, `UPDATE replicas SET backed_up = max(backed_up, min(counter, ?)) WHERE id = ?`, counter, replica); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note the proof of a backup: %w", err)
	}
	return nil
}

// LastProof is the last one that was noted, good or not.
func (s *Store) LastProof(ctx context.Context) (p Proof, ok bool, err error) {
	return s.lastProof(ctx, "")
}

func (s *Store) lastProof(ctx context.Context, where string) (p Proof, ok bool, err error) {
	ok, err = found(s.reading.QueryRowContext(ctx, `SELECT at, backup, made_at, operations, cases, photos, fault FROM proofs `+where+` ORDER BY number DESC LIMIT 1`).
		Scan(&p.At, &p.Backup, &p.MadeAt, &p.Totals.Operations, &p.Totals.Cases, &p.Totals.Photos, &p.Fault))
	if err != nil {
		return p, false, fmt.Errorf("find the last proof of a backup: %w", err)
	}
	return p, ok, nil
}

// Counters say how far each replica is known.
func (s *Store) Counters(ctx context.Context) (map[string]int64, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT id, counter FROM replicas`)
	if err != nil {
		return nil, fmt.Errorf("list replicas: %w", err)
	}
	counters := map[string]int64{}
	_, err = collect(rows, func(scan func(...any) error) (struct{}, error) {
		var id string
		var counter int64
		err := scan(&id, &counter)
		counters[id] = counter
		return struct{}{}, err
	})
	if err != nil {
		return nil, fmt.Errorf("list replicas: %w", err)
	}
	return counters, nil
}
