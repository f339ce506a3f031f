package office

import (
	"context"

	"buxun/server/roster"
	"buxun/server/sqlite"
	"buxun/shared"
)

// places are the squads and units that a person may be of.
func (o *Office) places(ctx context.Context) (roster.Places, error) {
	squads, err := o.Store.Squads(ctx)
	if err != nil {
		return roster.Places{}, err
	}
	units, err := o.Store.UnitsKept(ctx)
	return roster.Places{Squads: squads, Units: unitsOf(units)}, err
}

func (o *Office) unitNames(ctx context.Context) (map[string]string, error) {
	units, err := o.Store.UnitsKept(ctx)
	names := map[string]string{}
	for _, u := range units {
		names[u.Code] = u.Name
	}
	return names, err
}

func unitOf(u sqlite.Unit) roster.Unit {
	state := roster.Active
	if u.Closed {
		state = roster.Disabled
	}
	return roster.Unit{Code: u.Code, Name: u.Name, Place: u.Place, State: state}
}

func unitsOf(kept []sqlite.Unit) (units []roster.Unit) {
	for _, u := range kept {
		units = append(units, unitOf(u))
	}
	return units
}

func unitRow(u roster.Unit) sqlite.Unit {
	return sqlite.Unit{Code: u.Code, Name: u.Name, Place: u.Place, Closed: u.State == roster.Disabled}
}

// Units lists the units that match, in their order.
func (o *Office) Units(ctx context.Context, q Query) ([]sqlite.Unit, error) {
	units, err := o.Store.UnitsKept(ctx)
	return narrowed(units, q, func(u sqlite.Unit) bool {
		return in(q.Text, u.Code, u.Name) && is(q.State, string(unitOf(u).State))
	}, map[string]func(sqlite.Unit) string{
		"code":   func(u sqlite.Unit) string { return u.Code },
		"name":   func(u sqlite.Unit) string { return u.Name },
		"people": func(u sqlite.Unit) string { return figure(u.People) },
		"cases":  func(u sqlite.Unit) string { return figure(u.Cases) },
		"state":  func(u sqlite.Unit) string { return string(unitOf(u).State) },
	}), err
}

// AddUnit adds a unit of the fields that roster.ReadUnit takes.
func (o *Office) AddUnit(ctx context.Context, fields map[string]string) (sqlite.Unit, error) {
	return o.putUnit(ctx, fields, func(known bool, _ sqlite.Unit) error {
		if known {
			return shared.Fail("name.taken", fields["code"])
		}
		return nil
	})
}

// EditUnit changes name, place and state of the unit that was seen at a revision; what is not said stays.
func (o *Office) EditUnit(ctx context.Context, code string, seen int64, fields map[string]string) (sqlite.Unit, error) {
	units, err := o.Store.UnitsKept(ctx)
	if err != nil {
		return sqlite.Unit{}, err
	}
	old, _ := unitIn(units, code)
	said := merged(map[string]string{"code": code, "name": old.Name, "place": "", "state": ""}, fields, "code")
	return o.putUnit(ctx, said, func(known bool, old sqlite.Unit) error {
		if !known {
			return shared.Fail("request.notFound", "no unit "+code)
		}
		return current(seen, old.Revision)
	})
}

func (o *Office) putUnit(ctx context.Context, fields map[string]string, may func(known bool, old sqlite.Unit) error) (put sqlite.Unit, err error) {
	unit, wrongs := roster.ReadUnit(fields)
	wrong := wrongs.OrNil()
	err = o.Store.Change(ctx, func(ctx context.Context, c *sqlite.Change) error {
		kept, err := c.UnitsKept(ctx)
		if err != nil {
			return err
		}
		old, known := unitIn(kept, fields["code"])
		if err := may(known, old); err != nil {
			return err
		}
		if wrong != nil {
			return wrong
		}
		_, puts, err := roster.PlanUnits("", []roster.Unit{unit}, unitsOf(kept))
		if err != nil {
			return fieldOf(err, "name")
		}
		for _, u := range puts {
			if err := c.PutUnit(ctx, unitRow(u)); err != nil {
				return err
			}
		}
		kept, err = c.UnitsKept(ctx)
		put, _ = unitIn(kept, unit.Code)
		return err
	})
	return put, err
}

func unitIn(kept []sqlite.Unit, code string) (sqlite.Unit, bool) {
	for _, u := range kept {
		if u.Code == code {
			return u, true
		}
	}
	return sqlite.Unit{}, false
}

// DropUnit forgets a unit on which nothing hangs; else the fault is unit.inUse.
func (o *Office) DropUnit(ctx context.Context, code string, seen int64) error {
	return o.Store.Change(ctx, func(ctx context.Context, c *sqlite.Change) error {
		kept, err := c.UnitsKept(ctx)
		if err != nil {
			return err
		}
		old, known := unitIn(kept, code)
		if !known {
			return shared.Fail("request.notFound", "no unit "+code)
		}
		if err := current(seen, old.Revision); err != nil {
			return err
		}
		return c.DropUnit(ctx, code)
	})
}
