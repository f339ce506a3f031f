package sqlite

import (
	"context"
	"fmt"

	"buxun/sync/session"
)

// Device is one replica as administrators see it: whose phone, what it is, and what it still holds (L13).
type Device struct {
	Phone
	PersonLabel, PersonLogin string
	Squad                    string // code of the person's squad
	Device                   string // what the phone called itself
	Label                    string // the administrators' name for it
	App                      string // version at its last hello
	EnrolledAt               int64
	RevokedWhy               string
	WipedAt                  int64 // server's clock when the revoked phone said that it had forgotten what it held; 0 before
	Revision                 int64
	// WaitingPhotos are originals and voice notes that its operations name and that are not at the centre; known of one phone only.
	WaitingPhotos int
}

// Devices lists all phones of people and programs, the latest contact first.
func (s *Store) Devices(ctx context.Context) ([]Device, error) {
	if err := s.flush(ctx); err != nil {
		return nil, err
	}
	return devicesKept(ctx, s.reading)
}

func devicesKept(ctx context.Context, from reading) ([]Device, error) {
	rows, err := from.QueryContext(ctx, `SELECT replicas.id, author, counter, max(last_claimed, counter), coalesce(last_hello_at, 0), coalesce(revoked_at, 0),
		people.label, login, coalesce(squad, ''), device, replicas.label, app, enrolled_at, revoked_why, coalesce(wiped_at, 0), replicas.revision
		FROM replicas JOIN people ON people.id = author ORDER BY coalesce(last_hello_at, enrolled_at) DESC, replicas.id`)
	if err != nil {
		return nil, fmt.Errorf("list devices: %w", err)
	}
	devices, err := collect(rows, func(scan func(...any) error) (d Device, err error) {
		err = scan(&d.Replica, &d.Person, &d.Known, &d.Last, &d.LastHelloAt, &d.RevokedAt, &d.PersonLabel, &d.PersonLogin, &d.Squad,
			&d.Device, &d.Label, &d.App, &d.EnrolledAt, &d.RevokedWhy, &d.WipedAt, &d.Revision)
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("list devices: %w", err)
	}
	gaps, err := gapsOf(ctx, from)
	for i := range devices {
		devices[i].Gaps = gaps[devices[i].Replica]
	}
	return devices, err
}

// gapsOf lists, by replica, the declared gaps of which something is still missing.
func gapsOf(ctx context.Context, from reading) (map[string][]session.Gap, error) {
	rows, err := from.QueryContext(ctx, `SELECT replica, from_counter, to_counter, at FROM gaps WHERE `+gapMissing+` > 0 ORDER BY replica, from_counter`)
	if err != nil {
		return nil, fmt.Errorf("list gaps: %w", err)
	}
	list, err := collect(rows, scanGap)
	if err != nil {
		return nil, fmt.Errorf("list gaps: %w", err)
	}
	gaps := map[string][]session.Gap{}
	for _, g := range list {
		gaps[g.Replica] = append(gaps[g.Replica], g)
	}
	return gaps, nil
}

// WaitingPhotos counts the originals and voice notes that a phone's operations name and that are not at the centre yet.
func (s *Store) WaitingPhotos(ctx context.Context, replica string) (n int, err error) {
	err = s.reading.QueryRowContext(ctx, `SELECT count(DISTINCT case_photos.hash) FROM operations
		JOIN json_tree(CASE WHEN revision > 0 THEN operations.text ELSE '{}' END) AS named
			ON named.key = 'hash' AND (named.path LIKE '$.photos[%' OR named.path LIKE '$.voices[%')
		JOIN case_photos ON case_photos.hash = named.atom
			AND case_photos.case_id = operations.case_id AND case_photos.author = json_extract(operations.text, '$.author.id')
		WHERE replica = ? AND revision > 0 AND case_photos.kind IN ('original', 'voice') AND case_photos.here = 'waiting'`, replica).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count the waiting photos of %s: %w", replica, err)
	}
	return n, nil
}
