package office

import (
	"context"

	"buxun/server/roster"
)

// readRegister reads what units answer for.
func (o *Office) readRegister(ctx context.Context, file string, data []byte, places roster.Places) ([]roster.Duty, error) {
	areas, err := o.Store.AreasKept(ctx)
	if err != nil {
		return nil, err
	}
	return roster.ParseRegister(file, data, roster.Grounds{Places: places, Areas: areasOf(areas)}, taxonomy())
}

// addRegister adds the lines of the register that match.
func (o *Office) addRegister(ctx context.Context, table *roster.Table, q Query) error {
	duties, err := o.Store.RegisterKept(ctx)
	if err != nil {
		return err
	}
	units, err := o.unitNames(ctx)
	if err != nil {
		return err
	}
	grounds, err := o.squadNames(ctx)
	if err != nil {
		return err
	}
	areas, err := o.Store.AreasKept(ctx)
	if err != nil {
		return err
	}
	for _, a := range areas {
		grounds[a.Code] = a.Name
	}
	for _, d := range duties {
		category := roster.CategoryName(taxonomy(), d.Category)
		if in(q.Text, d.Unit, units[d.Unit], d.Category, category.Zh, category.En, d.Area, grounds[d.Area]) && is(q.Unit, d.Unit) {
			table.AddDuty(d, category, grounds[d.Area])
		}
	}
	return nil
}
