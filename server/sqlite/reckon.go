package sqlite

import (
	"context"
	"fmt"
)

// Reckoning is that a phone compared what it holds as acknowledged with what is here.
type Reckoning struct {
	Replica         string
	At              int64
	Records, Photos int64
}

// Difference is one thing that a phone held as acknowledged and that was not here, or not the same.
type Difference struct {
	Replica string
	Counter int64
	// Photo is the hash of a photo or voice note of the record; empty where it is the record itself.
	Photo         string
	Hash, Outcome string // of the record, as the phone says
	Case          string // likewise
	// Held says that the phone still had it: it comes again. Proved, that it showed the centre's own receipt for the record.
	Held, Proved    bool
	FirstAt, LastAt int64
	// Back says that it is here by now.
	Back bool
}

// NoteReckoning keeps that a phone compared, and what it found.
func (s *Store) NoteReckoning(ctx context.Context, r *Reckoning, found []Difference) error {
	if r == nil && len(found) == 0 {
		return nil
	}
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		if r != nil {
			err := w.exec(ctx, `INSERT INTO reckonings (replica, at, records, photos) VALUES (?, ?, ?, ?)
				ON CONFLICT (replica) DO UPDATE SET at = excluded.at, records = excluded.records, photos = excluded.photos`, r.Replica, r.At, r.Records, r.Photos)
			if err != nil {
				return err
			}
		}
		for _, d := range found {
			err := w.exec(ctx, `INSERT INTO differences (replica, counter, photo, hash, outcome, case_id, held, proved, first_at, last_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?9, ?9)
				ON CONFLICT (replica, counter, photo) DO UPDATE SET hash = excluded.hash, outcome = excluded.outcome, case_id = excluded.case_id,
					held = excluded.held, proved = max(proved, excluded.proved), last_at = excluded.last_at`,
				d.Replica, d.Counter, d.Photo, d.Hash, d.Outcome, d.Case, d.Held, d.Proved, d.LastAt)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note what a phone compared: %w", err)
	}
	return nil
}

// ReckonedPhone is a phone with its last comparison; At is 0 where it never compared.
type ReckonedPhone struct {
	Reckoning
	Label, Login string
	Open         int64 // differences that are not back
}

// back says whether a difference is over, by what is here now.
const back = `(CASE WHEN photo = '' THEN EXISTS (SELECT 1 FROM operations WHERE operations.replica = differences.replica AND operations.counter = differences.counter
		AND operations.hash = differences.hash AND operations.outcome = differences.outcome)
	ELSE EXISTS (SELECT 1 FROM case_photos JOIN replicas AS r ON r.author = case_photos.author WHERE r.id = differences.replica AND case_photos.hash = photo AND here = 'here') END)`

// Reckonings lists the phones in use with their last comparison, those that differ first, and all differences, the newest first.
func (s *Store) Reckonings(ctx context.Context) (phones []ReckonedPhone, differences []Difference, err error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT replicas.id, people.label, login, coalesce(at, 0), coalesce(records, 0), coalesce(photos, 0),
		(SELECT count(*) FROM differences WHERE replica = replicas.id AND NOT `+back+`) AS open
		FROM replicas JOIN people ON people.id = author LEFT JOIN reckonings ON replica = replicas.id WHERE revoked_at IS NULL ORDER BY open DESC, login, replicas.id`)
	if err != nil {
		return nil, nil, fmt.Errorf("list what phones compared: %w", err)
	}
	phones, err = collect(rows, func(scan func(...any) error) (p ReckonedPhone, err error) {
		err = scan(&p.Replica, &p.Label, &p.Login, &p.At, &p.Records, &p.Photos, &p.Open)
		return p, err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("list what phones compared: %w", err)
	}
	rows, err = s.reading.QueryContext(ctx, `SELECT replica, counter, photo, hash, outcome, case_id, held, proved, first_at, last_at, `+back+` AS back
		FROM differences ORDER BY back, last_at DESC, replica, counter, photo LIMIT 1000`)
	if err != nil {
		return nil, nil, fmt.Errorf("list differences: %w", err)
	}
	differences, err = collect(rows, func(scan func(...any) error) (d Difference, err error) {
		err = scan(&d.Replica, &d.Counter, &d.Photo, &d.Hash, &d.Outcome, &d.Case, &d.Held, &d.Proved, &d.FirstAt, &d.LastAt, &d.Back)
		return d, err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("list differences: %w", err)
	}
	return phones, differences, nil
}
