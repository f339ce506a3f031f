package sqlite

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"buxun/server/roster"
	"buxun/shared"
	"buxun/sync/session"
)

// PutSquads adds squads, and renames those whose code is known.
func (s *Store) PutSquads(ctx context.Context, squads []roster.Squad) error {
	return s.write(ctx, func(ctx context.Context, w *writer) error {
		for _, squad := range squads {
			err := w.exec(ctx, `INSERT INTO squads (code, name) VALUES (?, ?) ON CONFLICT (code) DO UPDATE SET name = excluded.name`, squad.Code, squad.Name)
			if err != nil {
				return fmt.Errorf("put squad %s: %w", squad.Code, err)
			}
		}
		return nil
	})
}

// PutAreas adds areas and replaces those whose code is known. It errs, changing nothing, on a squad that is not there
// (file.malformed).
func (s *Store) PutAreas(ctx context.Context, areas []roster.Area) error {
	return s.write(ctx, func(ctx context.Context, w *writer) error {
		for _, area := range areas {
			if err := w.putArea(ctx, area); err != nil {
				return fmt.Errorf("put area %s: %w", area.Code, err)
			}
		}
		return nil
	})
}

func (w *writer) putArea(ctx context.Context, area roster.Area) error {
	if err := w.needSquad(ctx, area.Squad); err != nil {
		return err
	}
	ring, err := json.Marshal(area.Ring)
	if err != nil {
		return err
	}
	return w.exec(ctx, `INSERT OR REPLACE INTO areas (code, name, squad, kind, generated, ring) VALUES (?, ?, ?, ?, ?, ?)`,
		area.Code, area.Name, area.Squad, area.Kind, area.Generated, string(ring))
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
	People []Colleague
	Areas  []roster.Area
	// Version changes with the content.
	Version string
}

// Colleague is a person as others in the scope see one.
type Colleague struct {
	ID    string
	Label string
	Role  shared.Role
	Squad string
}

// Directory lists the reader's squad, its people and areas, and the reader; the centre's roles get all (L10).
func (s *Store) Directory(ctx context.Context, reader session.Reader) (Directory, error) {
	var d Directory
	all, squad := centre(reader.Standing), reader.Standing.Squad
	rows, err := s.reading.QueryContext(ctx, `SELECT code, name FROM squads WHERE ? OR code = ? ORDER BY code`, all, squad)
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
	rows, err = s.reading.QueryContext(ctx, `SELECT id, label, role, coalesce(squad, '') FROM people WHERE ?1 OR squad = ?2 OR id = ?3 ORDER BY label, id`,
		all, squad, reader.Person)
	if err != nil {
		return d, fmt.Errorf("list people: %w", err)
	}
	d.People, err = collect(rows, func(scan func(...any) error) (c Colleague, err error) {
		err = scan(&c.ID, &c.Label, &c.Role, &c.Squad)
		return c, err
	})
	if err != nil {
		return d, fmt.Errorf("list people: %w", err)
	}
	if d.Areas, err = s.areas(ctx, all, squad); err != nil {
		return d, fmt.Errorf("list areas: %w", err)
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
	rows, err := s.reading.QueryContext(ctx, `SELECT code, name, squad, kind, generated, ring FROM areas WHERE ? OR squad = ? ORDER BY code`, all, squad)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(scan func(...any) error) (a roster.Area, err error) {
		var ring string
		if err := scan(&a.Code, &a.Name, &a.Squad, &a.Kind, &a.Generated, &ring); err != nil {
			return a, err
		}
		return a, json.Unmarshal([]byte(ring), &a.Ring)
	})
}

// Squads lists all squads by code.
func (s *Store) Squads(ctx context.Context) ([]roster.Squad, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT code, name FROM squads ORDER BY code`)
	if err != nil {
		return nil, fmt.Errorf("list squads: %w", err)
	}
	return collect(rows, func(scan func(...any) error) (q roster.Squad, err error) {
		err = scan(&q.Code, &q.Name)
		return q, err
	})
}
