package sqlite

import (
	"context"
	"fmt"

	"buxun/server/roster"
	"buxun/shared"
)

// Unit is a responsible unit (处置单位) with what hangs on it.
type Unit struct {
	Code     string
	Name     string
	Place    int   // the order in which they are shown, from 1
	Closed   bool  // nothing may be dispatched to it any more
	Revision int64 // counts changes
	People   int   // who are not disabled
	Cases    int   // open ones that are dispatched to it
}

// UnitsKept lists all units in their order.
func (s *Store) UnitsKept(ctx context.Context) ([]Unit, error) { return unitsKept(ctx, s.reading) }

// UnitsKept lists all units in their order.
func (c *Change) UnitsKept(ctx context.Context) ([]Unit, error) { return unitsKept(ctx, c.w.conn) }

func unitsKept(ctx context.Context, from reading) ([]Unit, error) {
	rows, err := from.QueryContext(ctx, `SELECT code, name, place, closed, revision, (SELECT count(*) FROM people WHERE unit = units.code AND disabled = 0),
		(SELECT count(*) FROM cases WHERE unit = units.code AND unit <> '' AND open) FROM units ORDER BY place, code`)
	if err != nil {
		return nil, fmt.Errorf("list units: %w", err)
	}
	return collect(rows, func(scan func(...any) error) (u Unit, err error) {
		err = scan(&u.Code, &u.Name, &u.Place, &u.Closed, &u.Revision, &u.People, &u.Cases)
		return u, err
	})
}

// UnitName is what people call a unit; empty where there is none.
func (s *Store) UnitName(ctx context.Context, code string) (name string, err error) {
	_, err = found(s.reading.QueryRowContext(ctx, `SELECT name FROM units WHERE code = ?`, code).Scan(&name))
	if err != nil {
		return "", fmt.Errorf("name unit %s: %w", code, err)
	}
	return name, nil
}

// unitsFor lists the units that a reader may name: all, or the own one of whoever is of one.
func (s *Store) unitsFor(ctx context.Context, own string) ([]roster.Unit, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT code, name, closed FROM units WHERE ?1 = '' OR code = ?1 ORDER BY place, code`, own)
	if err != nil {
		return nil, fmt.Errorf("list units: %w", err)
	}
	return collect(rows, func(scan func(...any) error) (u roster.Unit, err error) {
		var closed bool
		err = scan(&u.Code, &u.Name, &closed)
		u.State = roster.Active
		if closed {
			u.State = roster.Disabled
		}
		return u, err
	})
}

// PutUnits adds units, and changes those whose code is known.
func (s *Store) PutUnits(ctx context.Context, units []Unit) error {
	return s.Change(ctx, func(ctx context.Context, c *Change) error {
		for _, unit := range units {
			if err := c.PutUnit(ctx, unit); err != nil {
				return err
			}
		}
		return nil
	})
}

// PutUnit adds a unit, or changes the one with its code, where anything differs. A place of 0 leaves it where it is.
func (c *Change) PutUnit(ctx context.Context, u Unit) error {
	done, err := c.w.conn.ExecContext(ctx, `INSERT INTO units (code, name, place, closed) VALUES (?1, ?2, iif(?3 > 0, ?3, (SELECT coalesce(max(place), 0) + 1 FROM units)), ?4)
		ON CONFLICT (code) DO UPDATE SET name = ?2, place = iif(?3 > 0, ?3, place), closed = ?4
		WHERE name <> ?2 OR closed <> ?4 OR (?3 > 0 AND place <> ?3)`, u.Code, u.Name, u.Place, u.Closed)
	if err != nil {
		return fmt.Errorf("put unit %s: %w", u.Code, err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return err
	}
	return c.w.audit(ctx, c.now, subjectOfUnit(u.Code), "put", fmt.Sprintf("name=%q place=%d closed=%t", u.Name, u.Place, u.Closed))
}

func subjectOfUnit(code string) string { return "unit " + code }

// DropUnit forgets a unit on which nothing hangs: no account ever of it, no case that it has or had. The fault is unit.inUse.
func (c *Change) DropUnit(ctx context.Context, code string) error {
	var hangs int
	err := c.w.conn.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM people WHERE unit = ?1) + EXISTS (SELECT 1 FROM memberships WHERE unit = ?1)
		+ EXISTS (SELECT 1 FROM cases WHERE unit = ?1 AND unit <> '') + EXISTS (SELECT 1 FROM unit_leaves WHERE unit = ?1) + EXISTS (SELECT 1 FROM links WHERE unit = ?1)`, code).Scan(&hangs)
	if err != nil {
		return fmt.Errorf("look what hangs on unit %s: %w", code, err)
	}
	if hangs > 0 {
		return shared.Fail("unit.inUse", code)
	}
	if err := c.w.exec(ctx, `DELETE FROM unit_register WHERE unit = ?`, code); err != nil {
		return fmt.Errorf("drop the register of unit %s: %w", code, err)
	}
	if err := c.w.exec(ctx, `DELETE FROM units WHERE code = ?`, code); err != nil {
		return fmt.Errorf("drop unit %s: %w", code, err)
	}
	return c.w.audit(ctx, c.now, subjectOfUnit(code), "dropped", "")
}

// needUnit errs with file.malformed on a unit that is not there. No code is no unit.
func (w *writer) needUnit(ctx context.Context, code string) error {
	if code == "" {
		return nil
	}
	var one int
	known, err := found(w.conn.QueryRowContext(ctx, `SELECT 1 FROM units WHERE code = ?`, code).Scan(&one))
	if err != nil || known {
		return err
	}
	return shared.Fail("file.malformed", "no unit "+code)
}
