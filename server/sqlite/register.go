package sqlite

import (
	"context"
	"fmt"

	"buxun/server/roster"
	"buxun/shared"
)

// RegisterKept lists what all units answer for, in their order.
func (s *Store) RegisterKept(ctx context.Context) ([]roster.Duty, error) {
	return register(ctx, s.reading, `true`)
}

// RegisterKept lists what all units answer for, in their order.
func (c *Change) RegisterKept(ctx context.Context) ([]roster.Duty, error) {
	return register(ctx, c.w.conn, `true`)
}

// registerFor lists what units answer for on a squad's ground; where a unit answers elsewhere is not told (L10).
func (s *Store) registerFor(ctx context.Context, squad string) ([]roster.Duty, error) {
	return register(ctx, s.reading, `area IN ('', ?1) OR area IN (SELECT code FROM areas WHERE squad = ?1)`, squad)
}

func register(ctx context.Context, from reading, where string, args ...any) ([]roster.Duty, error) {
	rows, err := from.QueryContext(ctx, `SELECT unit, category, area FROM unit_register JOIN units ON units.code = unit WHERE `+where+` ORDER BY place, unit, category, area`, args...)
	if err != nil {
		return nil, fmt.Errorf("list the register: %w", err)
	}
	return collect(rows, func(scan func(...any) error) (d roster.Duty, err error) {
		err = scan(&d.Unit, &d.Category, &d.Area)
		return d, err
	})
}

// PutRegister replaces what a unit answers for. Who calls looked before the transaction for what lines name: the fault is row.changed where
// the unit, or the ground of a line that is new, is there no more.
func (c *Change) PutRegister(ctx context.Context, unit string, duties []roster.Duty) error {
	before, err := register(ctx, c.w.conn, `unit = ?`, unit)
	if err != nil {
		return err
	}
	there := map[roster.Duty]bool{}
	for _, d := range before {
		there[d] = true
	}
	for _, d := range duties {
		if d = (roster.Duty{Unit: unit, Category: d.Category, Area: d.Area}); !there[d] {
			if err := c.w.needGround(ctx, d); err != nil {
				return err
			}
		}
	}
	err = c.w.exec(ctx, `DELETE FROM unit_register WHERE unit = ?`, unit)
	for _, d := range duties {
		if err == nil {
			err = c.w.exec(ctx, `INSERT INTO unit_register (unit, category, area) VALUES (?, ?, ?)`, unit, d.Category, d.Area)
		}
	}
	if err != nil {
		return fmt.Errorf("put the register of unit %s: %w", unit, err)
	}
	return c.w.audit(ctx, c.now, subjectOfUnit(unit), "answers for", fmt.Sprintf("lines=%d", len(duties)))
}

// needGround errs with row.changed where a line's unit, or the squad or area that it names, is not there.
func (w *writer) needGround(ctx context.Context, d roster.Duty) error {
	var there bool
	err := w.conn.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM units WHERE code = ?1)
		AND (?2 = '' OR EXISTS (SELECT 1 FROM squads WHERE code = ?2) OR EXISTS (SELECT 1 FROM areas WHERE code = ?2))`, d.Unit, d.Area).Scan(&there)
	if err != nil {
		return fmt.Errorf("look for what a line of unit %s names: %w", d.Unit, err)
	}
	if !there {
		return shared.Fail("row.changed", "no unit "+d.Unit+" or no ground "+d.Area)
	}
	return nil
}
