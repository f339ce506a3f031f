package sqlite

import (
	"context"
	"fmt"
)

// Healing is what came back since the data was restored from a backup, and what is still awaited.
type Healing struct {
	Life       int64 // which life of the data this is: 2 after the first restore; 0 where there was none
	RestoredAt int64
	BackupAt   int64
	Phones     []HealedPhone
}

// HealedPhone is one phone's part of it.
type HealedPhone struct {
	Replica, Label, Login string
	// Name is the administrators' for the phone, Device its own; Squad the code of its person's.
	Name, Device, Squad string
	// Back are operations of before the restore that came back; Awaited those that the phone says it made and that are not here.
	Back, Awaited int64
	// Gone are operations that the phone does not hold any more either.
	Gone int64
	// WaitingPhotos are named by its person's operations and not here.
	WaitingPhotos int64
	HeardAt       int64 // its last hello since the restore; 0 if it was not heard since
	SeenAt        int64 // its last hello ever, as far as this data knows; 0 if there was none
}

// Healing looks at the last restore; phones that were not heard since come first.
func (s *Store) Healing(ctx context.Context) (h Healing, err error) {
	if err := s.flush(ctx); err != nil {
		return h, err
	}
	var operations int64
	ok, err := found(s.reading.QueryRowContext(ctx, `SELECT number, at, operations, coalesce(backup_at, 0) FROM epochs WHERE number > 1 ORDER BY number DESC LIMIT 1`).
		Scan(&h.Life, &h.RestoredAt, &operations, &h.BackupAt))
	if err != nil {
		return h, fmt.Errorf("find the last restore: %w", err)
	}
	if !ok {
		return Healing{}, nil
	}
	rows, err := s.reading.QueryContext(ctx, `SELECT replicas.id, people.label, login, replicas.label, device, coalesce(squad, ''),
		(SELECT count(*) FROM operations WHERE replica = replicas.id AND operations.number > ?1 AND epoch <> ?2),
		max(last_claimed - counter, 0),
		(SELECT coalesce(sum(`+gapMissing+`), 0) FROM gaps WHERE replica = replicas.id AND gaps.at >= ?3),
		(SELECT count(DISTINCT hash) FROM case_photos WHERE case_photos.author = people.id AND here IN ('waiting', 'lost')),
		CASE WHEN last_hello_at >= ?3 THEN last_hello_at ELSE 0 END AS heard, coalesce(last_hello_at, 0) AS seen
		FROM replicas JOIN people ON people.id = replicas.author WHERE revoked_at IS NULL ORDER BY heard, seen DESC, login, replicas.id`, operations, h.Life, h.RestoredAt)
	if err != nil {
		return h, fmt.Errorf("list what came back: %w", err)
	}
	h.Phones, err = collect(rows, func(scan func(...any) error) (p HealedPhone, err error) {
		err = scan(&p.Replica, &p.Label, &p.Login, &p.Name, &p.Device, &p.Squad, &p.Back, &p.Awaited, &p.Gone, &p.WaitingPhotos, &p.HeardAt, &p.SeenAt)
		return p, err
	})
	if err != nil {
		return h, fmt.Errorf("list what came back: %w", err)
	}
	return h, nil
}
