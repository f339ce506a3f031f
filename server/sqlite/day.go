package sqlite

import (
	"context"
	"errors"
	"fmt"

	"buxun/shared"
	"buxun/sync/session"
)

// Day is one squad between two moments: what its people did, and what their phones still hold (L13).
type Day struct {
	Squad, Name string // code and name
	// Tally is of all cases of the squad, those of cameras and other programs included.
	Tally
	People []DayPerson // by label
}

// Tally counts cases. Reported, Filed and Returned are those to which it was done within the day, Waiting those that wait for the
// leader now.
type Tally struct{ Reported, Filed, Returned, Waiting int }

// DayPerson is a collector or leader of the squad, the cases that they reported, and their phones.
type DayPerson struct {
	ID, Label string
	Role      shared.Role
	Tally
	// LastAt and LastAddress are of the last case that they reported within the day; 0 and empty where there is none.
	LastAt      int64
	LastAddress string
	Phones      []DayPhone // the one that was heard last comes first
}

// DayPhone is one replica that is not revoked. Times are the server's clock; 0 stands for none.
type DayPhone struct {
	Replica string
	Device  string // the administrators' name for it, else what it calls itself
	HeardAt int64
	// Records are operations that it said it made and that never arrived, under no other number either. RecordsSince is when it
	// first said so.
	Records, RecordsSince int64
	// Photos are originals that its operations name and that are not here; PhotosSince is when the first of them was named.
	Photos, PhotosSince int64
	Gaps                []DayGap
}

// DayGap is a hole in a phone's chain: later operations arrived, and it no longer holds these.
type DayGap struct {
	From, To, At int64
	// After and Before are when the operations on both sides of the hole were made; 0 where there is none.
	After, Before int64
}

// gapDays is how long a hole is an alarm; the list of devices shows it for good.
const gapDays = 7

// Day reads a squad's day from a moment until another, for its leader and the centre's roles; "" is the leader's own squad. It
// errs with request.notPermitted for everybody else, and with request.notFound where the centre has no such squad.
func (s *Store) Day(ctx context.Context, reader session.Reader, squad string, from, until int64) (Day, error) {
	standing := reader.Standing
	if squad == "" {
		squad = standing.Squad
	}
	if !centre(standing) && (standing.Role != shared.RoleLeader || standing.Squad == "" || squad != standing.Squad) {
		return Day{}, shared.Fail("request.notPermitted", "the day of a squad is for its leader")
	}
	if err := s.flush(ctx); err != nil {
		return Day{}, err
	}
	d := Day{Squad: squad}
	ok, err := found(s.reading.QueryRowContext(ctx, `SELECT name FROM squads WHERE code = ?`, squad).Scan(&d.Name))
	if err == nil && !ok {
		return Day{}, shared.Fail("request.notFound", "no squad "+squad)
	}
	if err == nil {
		err = s.dayPeople(ctx, &d)
	}
	if err == nil {
		err = errors.Join(s.dayTallies(ctx, &d, from, until), s.dayPlaces(ctx, &d, from, until), s.dayPhones(ctx, &d, from-gapDays*dayMs))
	}
	if err != nil {
		return Day{}, fmt.Errorf("read the day of squad %s: %w", squad, err)
	}
	return d, nil
}

func (s *Store) dayPeople(ctx context.Context, d *Day) error {
	rows, err := s.reading.QueryContext(ctx, `SELECT id, label, role FROM people
		WHERE squad = ? AND disabled = 0 AND role IN ('collector', 'leader') ORDER BY label, id`, d.Squad)
	if err != nil {
		return err
	}
	d.People, err = collect(rows, func(scan func(...any) error) (p DayPerson, err error) {
		err = scan(&p.ID, &p.Label, &p.Role)
		return p, err
	})
	return err
}

// dayTallies counts by what was done and whose case it is. What was done within the day has changed its case since the day began.
func (s *Store) dayTallies(ctx context.Context, d *Day, from, until int64) error {
	rows, err := s.reading.QueryContext(ctx, `SELECT reporter, action, count(DISTINCT case_id) FROM cases JOIN operations ON case_id = cases.id AND operations.revision > 0
			WHERE cases.squad = ?1 AND changed_at >= ?2 AND at >= ?2 AND at < ?3 AND outcome = 'applied' AND action IN ('report', 'selfHandle', 'file', 'return')
			GROUP BY reporter, action
		UNION ALL SELECT reporter, '', count(*) FROM cases WHERE squad = ?1 AND state = 'reported' GROUP BY reporter`, d.Squad, from, until)
	if err != nil {
		return err
	}
	people := d.byID()
	_, err = collect(rows, func(scan func(...any) error) (none struct{}, err error) {
		var reporter string
		var action shared.Action
		var n int
		if err := scan(&reporter, &action, &n); err != nil {
			return none, err
		}
		d.add(action, n)
		if p := people[reporter]; p != nil {
			p.add(action, n)
		}
		return none, nil
	})
	return err
}

func (d *Day) byID() map[string]*DayPerson {
	people := map[string]*DayPerson{}
	for i := range d.People {
		people[d.People[i].ID] = &d.People[i]
	}
	return people
}

// dayPlaces tells where people were by what they reported last. With max, SQLite gives the other columns of that row.
func (s *Store) dayPlaces(ctx context.Context, d *Day, from, until int64) error {
	rows, err := s.reading.QueryContext(ctx, `SELECT reporter, max(doc ->> 'reportedAt'), coalesce(doc ->> 'address', '') FROM cases
		WHERE squad = ? AND changed_at >= ? AND doc ->> 'reportedAt' >= ? AND doc ->> 'reportedAt' < ? GROUP BY reporter`, d.Squad, from, from, until)
	if err != nil {
		return err
	}
	people := d.byID()
	_, err = collect(rows, func(scan func(...any) error) (none struct{}, err error) {
		var reporter, address string
		var at int64
		if err := scan(&reporter, &at, &address); err != nil {
			return none, err
		}
		if p := people[reporter]; p != nil {
			p.LastAt, p.LastAddress = at, address
		}
		return none, nil
	})
	return err
}

func (t *Tally) add(action shared.Action, n int) {
	switch action {
	case shared.ActionReport, shared.ActionSelfHandle:
		t.Reported += n
	case shared.ActionFile:
		t.Filed += n
	case shared.ActionReturn:
		t.Returned += n
	default:
		t.Waiting += n
	}
}

func (s *Store) dayPhones(ctx context.Context, d *Day, gapsFrom int64) error {
	photos, err := s.waitingPhotosOf(ctx, d.Squad)
	if err != nil {
		return err
	}
	gaps, err := s.dayGaps(ctx, d.Squad, gapsFrom)
	if err != nil {
		return err
	}
	// What was made anew under another replica's number is not missing (R21).
	rows, err := s.reading.QueryContext(ctx, `SELECT author, replicas.id, coalesce(nullif(replicas.label, ''), device), coalesce(last_hello_at, 0),
		max(last_claimed - counter, 0) - (SELECT count(DISTINCT was_counter) FROM operations WHERE was_replica = replicas.id AND was_counter > replicas.counter AND was_counter <= last_claimed),
		coalesce(held_since, last_hello_at, 0)
		FROM replicas JOIN people ON people.id = author WHERE squad = ? AND revoked_at IS NULL ORDER BY last_hello_at DESC, replicas.id`, d.Squad)
	if err != nil {
		return err
	}
	phones := map[string][]DayPhone{}
	_, err = collect(rows, func(scan func(...any) error) (none struct{}, err error) {
		var author string
		var p DayPhone
		if err := scan(&author, &p.Replica, &p.Device, &p.HeardAt, &p.Records, &p.RecordsSince); err != nil {
			return none, err
		}
		if p.Records <= 0 {
			p.Records, p.RecordsSince = 0, 0
		}
		p.Photos, p.PhotosSince, p.Gaps = photos[p.Replica].count, photos[p.Replica].since, gaps[p.Replica]
		phones[author] = append(phones[author], p)
		return none, nil
	})
	for i := range d.People {
		d.People[i].Phones = phones[d.People[i].ID]
	}
	return err
}

type waitingPhotos struct{ count, since int64 }

// waitingPhotosOf counts, by replica, the originals of a squad's people that operations name and that are not here.
func (s *Store) waitingPhotosOf(ctx context.Context, squad string) (map[string]waitingPhotos, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT replica, count(DISTINCT hash), min(received) FROM (
			SELECT operations.replica, case_photos.hash, received FROM people JOIN case_photos ON case_photos.author = people.id
			JOIN operations ON operations.case_id = case_photos.case_id AND operations.revision > 0
			JOIN json_each(operations.text, '$.photos') AS named ON json_extract(named.value, '$.hash') = case_photos.hash
			WHERE people.squad = ? AND case_photos.here = 'waiting' AND case_photos.kind = 'original' AND json_extract(operations.text, '$.author.id') = people.id
		) GROUP BY replica`, squad)
	if err != nil {
		return nil, err
	}
	photos := map[string]waitingPhotos{}
	_, err = collect(rows, func(scan func(...any) error) (none struct{}, err error) {
		var replica string
		var w waitingPhotos
		err = scan(&replica, &w.count, &w.since)
		photos[replica] = w
		return none, err
	})
	return photos, err
}

// dayGaps lists, by replica, the holes that were found since a moment and that are not filled: by what came after all, or under other numbers.
func (s *Store) dayGaps(ctx context.Context, squad string, since int64) (map[string][]DayGap, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT replica, from_counter, to_counter, gaps.at,
			coalesce((SELECT at FROM operations WHERE operations.replica = gaps.replica AND counter < from_counter ORDER BY counter DESC LIMIT 1), 0),
			coalesce((SELECT at FROM operations WHERE operations.replica = gaps.replica AND counter > to_counter ORDER BY counter LIMIT 1), 0)
		FROM gaps JOIN replicas ON replicas.id = replica JOIN people ON people.id = author
		WHERE squad = ? AND gaps.at >= ? AND `+gapMissing+` > 0
		ORDER BY replica, from_counter`, squad, since)
	if err != nil {
		return nil, err
	}
	gaps := map[string][]DayGap{}
	_, err = collect(rows, func(scan func(...any) error) (none struct{}, err error) {
		var replica string
		var g DayGap
		err = scan(&replica, &g.From, &g.To, &g.At, &g.After, &g.Before)
		gaps[replica] = append(gaps[replica], g)
		return none, err
	})
	return gaps, err
}
