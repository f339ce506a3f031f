package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"buxun/server/roster"
	"buxun/shared"
	"buxun/sync/session"
)

// Squad is a squad with what hangs on it.
type Squad struct {
	roster.Squad
	Revision      int64
	People, Areas int // people who are not disabled, areas
}

// Area is an area with its revision and who answers for it: whose logins its Collectors are.
type Area struct {
	roster.Area
	Revision  int64
	Answering []Answering
}

// PutSquads adds squads, and changes those whose code is known.
func (s *Store) PutSquads(ctx context.Context, squads []roster.Squad) error {
	return s.Change(ctx, func(ctx context.Context, c *Change) error {
		for _, squad := range squads {
			if err := c.PutSquad(ctx, squad); err != nil {
				return err
			}
		}
		return nil
	})
}

// PutAreas adds areas and replaces those whose code is known. It errs, changing nothing, on a squad that is not there
// (file.malformed).
func (s *Store) PutAreas(ctx context.Context, areas []roster.Area) error {
	return s.Change(ctx, func(ctx context.Context, c *Change) error {
		for _, area := range areas {
			if err := c.PutArea(ctx, area); err != nil {
				return err
			}
		}
		return nil
	})
}

// putSquad writes what differs. A new squad without a place comes last.
func (w *writer) putSquad(ctx context.Context, squad roster.Squad, now int64) error {
	old := roster.Squad{Code: squad.Code}
	known, err := found(w.conn.QueryRowContext(ctx, `SELECT name, place FROM squads WHERE code = ?`, squad.Code).Scan(&old.Name, &old.Place))
	if err != nil {
		return err
	}
	switch {
	case !known:
		err = w.exec(ctx, `INSERT INTO squads (code, name, place) VALUES (?, ?, CASE WHEN ?3 > 0 THEN ?3 ELSE (SELECT coalesce(max(place), 0) + 1 FROM squads) END)`,
			squad.Code, squad.Name, squad.Place)
		if err != nil {
			return err
		}
		return w.audit(ctx, now, subjectOfSquad(squad.Code), "created", fmt.Sprintf("name=%q", squad.Name))
	case squad.Place == 0:
		squad.Place = old.Place
	}
	if squad.Name == old.Name && squad.Place == old.Place {
		return nil
	}
	if err := w.exec(ctx, `UPDATE squads SET name = ?, place = ? WHERE code = ?`, squad.Name, squad.Place, squad.Code); err != nil {
		return err
	}
	return w.audit(ctx, now, subjectOfSquad(squad.Code), "changed", fmt.Sprintf("name=%q place=%d was=%q,%d", squad.Name, squad.Place, old.Name, old.Place))
}

func subjectOfSquad(code string) string { return "squad " + code }

func subjectOfArea(code string) string { return "area " + code }

// putArea writes what differs. Who answers for it stays where that is not said.
func (w *writer) putArea(ctx context.Context, area roster.Area, now int64) error {
	if err := w.needSquad(ctx, area.Squad); err != nil {
		return err
	}
	text, err := json.Marshal(area.Ring)
	if err != nil {
		return err
	}
	ring, oldRing := string(text), ""
	var old roster.Area
	known, err := found(w.conn.QueryRowContext(ctx, `SELECT name, squad, kind, generated, ring FROM areas WHERE code = ?`, area.Code).
		Scan(&old.Name, &old.Squad, &old.Kind, &old.Generated, &oldRing))
	if err != nil {
		return err
	}
	said := fmt.Sprintf("name=%q squad=%s kind=%s points=%d", area.Name, area.Squad, area.Kind, len(area.Ring))
	if !known {
		err := w.exec(ctx, `INSERT INTO areas (code, name, squad, kind, generated, ring) VALUES (?, ?, ?, ?, ?, ?)`,
			area.Code, area.Name, area.Squad, area.Kind, area.Generated, ring)
		if err != nil {
			return err
		}
		if err := w.audit(ctx, now, subjectOfArea(area.Code), "created", said); err != nil {
			return err
		}
		return w.putAnswering(ctx, area, now)
	}
	if old.Name == area.Name && old.Squad == area.Squad && old.Kind == area.Kind && old.Generated == area.Generated && oldRing == ring {
		return w.putAnswering(ctx, area, now)
	}
	err = w.exec(ctx, `UPDATE areas SET name = ?, squad = ?, kind = ?, generated = ?, ring = ? WHERE code = ?`,
		area.Name, area.Squad, area.Kind, area.Generated, ring, area.Code)
	if err != nil {
		return err
	}
	if err := w.audit(ctx, now, subjectOfArea(area.Code), "changed", fmt.Sprintf("%s was=%q,%s,%s", said, old.Name, old.Squad, old.Kind)); err != nil {
		return err
	}
	return w.putAnswering(ctx, area, now)
}

func (w *writer) needSquad(ctx context.Context, code string) error {
	if code == "" {
		return nil
	}
	var one int
	known, err := found(w.conn.QueryRowContext(ctx, `SELECT 1 FROM squads WHERE code = ?`, code).Scan(&one))
	if err != nil || known {
		return err
	}
	return shared.Fail("file.malformed", "no squad "+code)
}

// Directory is what a phone needs to show names and places of its reader's scope.
type Directory struct {
	Squads []roster.Squad
	Units  []roster.Unit
	People []Colleague
	Areas  []roster.Area
	// Limits is the version of the time limits, for who files; empty where nothing was ever put.
	Limits string
	// Register is what units answer for on the reader's ground, for who dispatches.
	Register []roster.Duty
	// Answering are the ids of those who answer for areas and can be sent, by the area's code, for who sends.
	Answering map[string][]string
	// Version changes with the content.
	Version string
}

// Colleague is a person as others in the scope see one.
type Colleague struct {
	ID    string
	Label string
	Role  shared.Role
	Squad string
	Unit  string
}

// Directory lists the reader's squad, its people and areas, the reader, and all units; the centre's roles get all. People of a
// unit get the names of all squads, their own unit and its people, and nobody else (L10).
func (s *Store) Directory(ctx context.Context, reader session.Reader) (Directory, error) {
	var d Directory
	all, squad, unit := centre(reader.Standing), reader.Standing.Squad, reader.Standing.Unit
	rows, err := s.reading.QueryContext(ctx, `SELECT code, name FROM squads WHERE ? OR code = ? ORDER BY place, code`, all || unit != "", squad)
	if err != nil {
		return d, fmt.Errorf("list squads: %w", err)
	}
	d.Squads, err = collect(rows, func(scan func(...any) error) (q roster.Squad, err error) {
		err = scan(&q.Code, &q.Name)
		return q, err
	})
	if err != nil {
		return d, fmt.Errorf("list squads: %w", err)
	}
	if d.Units, err = s.unitsFor(ctx, unit); err != nil {
		return d, err
	}
	rows, err = s.reading.QueryContext(ctx, `SELECT id, label, role, coalesce(squad, ''), coalesce(unit, '') FROM people
		WHERE ?1 OR (squad = ?2 AND ?4 = '') OR (unit = ?4 AND ?4 <> '') OR id = ?3 ORDER BY label, id`, all, squad, reader.Person, unit)
	if err != nil {
		return d, fmt.Errorf("list people: %w", err)
	}
	d.People, err = collect(rows, func(scan func(...any) error) (c Colleague, err error) {
		err = scan(&c.ID, &c.Label, &c.Role, &c.Squad, &c.Unit)
		return c, err
	})
	if err != nil {
		return d, fmt.Errorf("list people: %w", err)
	}
	if d.Areas, err = s.areas(ctx, all, squad); err != nil {
		return d, fmt.Errorf("list areas: %w", err)
	}
	if files(reader.Standing) {
		if d.Limits, err = s.limitsVersion(ctx); err != nil {
			return d, err
		}
		if d.Register, err = s.registerFor(ctx, squad); err != nil {
			return d, err
		}
		if d.Answering, err = s.answeringIn(ctx, all, squad); err != nil {
			return d, err
		}
	}
	text, err := json.Marshal(d)
	if err != nil {
		return d, fmt.Errorf("version the directory: %w", err)
	}
	sum := sha256.Sum256(text)
	d.Version = hex.EncodeToString(sum[:8])
	return d, nil
}

func (s *Store) areas(ctx context.Context, all bool, squad string) ([]roster.Area, error) {
	kept, err := areasWhere(ctx, s.reading, `? OR squad = ?`, all, squad)
	areas := make([]roster.Area, len(kept))
	for i, a := range kept {
		areas[i] = a.Area
		areas[i].Collectors = nil // that is for who sends
	}
	return areas, err
}

// Squads lists all squads in their order.
func (s *Store) Squads(ctx context.Context) ([]roster.Squad, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT code, name, place FROM squads ORDER BY place, code`)
	if err != nil {
		return nil, fmt.Errorf("list squads: %w", err)
	}
	return collect(rows, func(scan func(...any) error) (q roster.Squad, err error) {
		err = scan(&q.Code, &q.Name, &q.Place)
		return q, err
	})
}

// SquadsKept lists all squads in their order, with what hangs on them.
func (s *Store) SquadsKept(ctx context.Context) ([]Squad, error) { return squadsKept(ctx, s.reading) }

// AreasKept lists all areas by code.
func (s *Store) AreasKept(ctx context.Context) ([]Area, error) {
	areas, err := areasWhere(ctx, s.reading, `true`)
	if err != nil {
		return nil, fmt.Errorf("list areas: %w", err)
	}
	return areas, nil
}

// AreasNamed lists all areas by code without outlines and without who answers for them: for what only names them.
func (s *Store) AreasNamed(ctx context.Context) ([]roster.Area, error) {
	areas, err := list(ctx, s.reading, `SELECT code, name, squad, kind FROM areas ORDER BY code`, func(scan func(...any) error) (a roster.Area, err error) {
		err = scan(&a.Code, &a.Name, &a.Squad, &a.Kind)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("list areas: %w", err)
	}
	return areas, nil
}

// reading is what rows can be asked of: the readers, or the writer within its transaction.
type reading interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func squadsKept(ctx context.Context, from reading) ([]Squad, error) {
	rows, err := from.QueryContext(ctx, `SELECT code, name, place, revision, (SELECT count(*) FROM people WHERE squad = squads.code AND disabled = 0 AND role <> 'machine'),
		(SELECT count(*) FROM areas WHERE squad = squads.code) FROM squads ORDER BY place, code`)
	if err != nil {
		return nil, fmt.Errorf("list squads: %w", err)
	}
	return collect(rows, func(scan func(...any) error) (q Squad, err error) {
		err = scan(&q.Code, &q.Name, &q.Place, &q.Revision, &q.People, &q.Areas)
		return q, err
	})
}

func areasWhere(ctx context.Context, from reading, where string, args ...any) ([]Area, error) {
	people, err := answering(ctx, from, `true`)
	if err != nil {
		return nil, err
	}
	return areasOf(ctx, from, people, where, args...)
}

func areasOf(ctx context.Context, from reading, people map[string][]Answering, where string, args ...any) ([]Area, error) {
	return list(ctx, from, `SELECT code, name, squad, kind, generated, ring, revision FROM areas WHERE `+where+` ORDER BY code`, func(scan func(...any) error) (a Area, err error) {
		var ring string
		if err := scan(&a.Code, &a.Name, &a.Squad, &a.Kind, &a.Generated, &ring, &a.Revision); err != nil {
			return a, err
		}
		a.Answering, a.Collectors = people[a.Code], collectorsOf(people[a.Code])
		return a, json.Unmarshal([]byte(ring), &a.Ring)
	}, args...)
}
