package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"buxun/shared"
)

// ReceiptedOn lists what a person's phones did on a case, with the photos and voice notes of it that are here; what was
// refused is not on the case. It is what a receipt says, and empty where the person did nothing there.
func (s *Store) ReceiptedOn(ctx context.Context, person, caseID string) ([]shared.Receipted, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT replica, operations.counter, operations.hash, outcome, text FROM operations JOIN replicas ON replicas.id = replica
		WHERE case_id = ? AND operations.revision > 0 AND author = ? ORDER BY replica, operations.counter`, caseID, person)
	if err != nil {
		return nil, fmt.Errorf("list what %s did on case %s: %w", person, caseID, err)
	}
	return s.receipted(ctx, person, rows)
}

// Reckoned lists a replica's operations from one counter to another as the centre has them.
func (s *Store) Reckoned(ctx context.Context, replica, author string, from, to int64) ([]shared.Receipted, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT replica, counter, hash, outcome, text FROM operations
		WHERE replica = ? AND counter BETWEEN ? AND ? ORDER BY counter`, replica, from, to)
	if err != nil {
		return nil, fmt.Errorf("list operations %d to %d of %s: %w", from, to, replica, err)
	}
	return s.receipted(ctx, author, rows)
}

func (s *Store) receipted(ctx context.Context, author string, rows *sql.Rows) ([]shared.Receipted, error) {
	type read struct {
		shared.Receipted
		text string
	}
	all, err := collect(rows, func(scan func(...any) error) (one read, err error) {
		err = scan(&one.Replica, &one.Counter, &one.Hash, &one.Outcome, &one.text)
		return one, err
	})
	if err != nil {
		return nil, err
	}
	list := make([]shared.Receipted, 0, len(all))
	for _, one := range all {
		if one.Outcome != shared.OutcomeRefused {
			body, err := shared.ParseBody(one.text)
			if err != nil {
				return nil, fmt.Errorf("read operation %s/%d: %w", one.Replica, one.Counter, err)
			}
			if one.Photos, err = s.photosHere(ctx, author, body); err != nil {
				return nil, err
			}
		}
		list = append(list, one.Receipted)
	}
	return list, nil
}

// photosHere are the originals and voice notes of an operation that its author showed to have and that are here, in order.
func (s *Store) photosHere(ctx context.Context, author string, body shared.Body) (here []string, err error) {
	for _, hash := range body.Attached() {
		ok, err := s.photoHere(ctx, author, hash)
		if err != nil {
			return nil, err
		}
		if ok && !slices.Contains(here, hash) {
			here = append(here, hash)
		}
	}
	slices.Sort(here)
	return here, nil
}

func (s *Store) photoHere(ctx context.Context, author, hash string) (bool, error) {
	var one int
	ok, err := found(s.reading.QueryRowContext(ctx, `SELECT 1 FROM case_photos WHERE hash = ? AND author = ? AND kind <> 'preview' AND here = 'here' LIMIT 1`, hash, author).Scan(&one))
	if err != nil {
		return false, fmt.Errorf("look for photo %s of %s: %w", hash, author, err)
	}
	return ok, nil
}
