package sqlite

import (
	"context"
	"fmt"

	"buxun/shared"
)

// Unit is a responsible unit (处置单位) as the store has one.
type Unit struct {
	Code     string
	Name     string
	Place    int   // the order in which they are shown, from 1
	Closed   bool  // nothing may be dispatched to it any more
	Revision int64 // counts changes
}

// Units lists all units in their order.
func (s *Store) Units(ctx context.Context) ([]Unit, error) { return unitsKept(ctx, s.reading) }

// UnitsKept lists all units in their order.
func (c *Change) UnitsKept(ctx context.Context) ([]Unit, error) { return unitsKept(ctx, c.w.conn) }

func unitsKept(ctx context.Context, from reading) ([]Unit, error) {
	rows, err := from.QueryContext(ctx, `SELECT code, name, place, closed, revision FROM units ORDER BY place, code`)
	if err != nil {
		return nil, fmt.Errorf("list units: %w", err)
	}
	return collect(rows, func(scan func(...any) error) (u Unit, err error) {
		err = scan(&u.Code, &u.Name, &u.Place, &u.Closed, &u.Revision)
		return u, err
	})
}

// PutUnit adds a unit, or changes the one with its code. A place of 0 leaves it where it is.
func (c *Change) PutUnit(ctx context.Context, u Unit) error {
	err := c.w.exec(ctx, `INSERT INTO units (code, name, place, closed) VALUES (?1, ?2, iif(?3 > 0, ?3, (SELECT coalesce(max(place), 0) + 1 FROM units)), ?4)
		ON CONFLICT (code) DO UPDATE SET name = ?2, place = iif(?3 > 0, ?3, place), closed = ?4
		WHERE name <> ?2 OR closed <> ?4 OR (?3 > 0 AND place <> ?3)`, u.Code, u.Name, u.Place, u.Closed)
	if err != nil {
		return fmt.Errorf("put unit %s: %w", u.Code, err)
	}
	return c.w.audit(ctx, c.now, "unit:"+u.Code, "put", fmt.Sprintf("name=%q closed=%t", u.Name, u.Closed))
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
