package office

import (
	"context"
	"slices"
	"strings"

	"buxun/server/roster"
	"buxun/server/sqlite"
	"buxun/shared"
)

// readRegister reads what units answer for.
func (o *Office) readRegister(ctx context.Context, file string, data []byte, places roster.Places) ([]roster.Duty, error) {
	areas, err := o.Store.AreasNamed(ctx)
	if err != nil {
		return nil, err
	}
	return roster.ParseRegister(file, data, roster.Grounds{Places: places, Areas: areas}, taxonomy())
}

// grounds are all that a line may name. PutRegister looks once more for what one does name.
func (o *Office) grounds(ctx context.Context) (roster.Grounds, error) {
	places, err := o.places(ctx)
	if err != nil {
		return roster.Grounds{}, err
	}
	areas, err := o.Store.AreasNamed(ctx)
	return roster.Grounds{Places: places, Areas: areas}, err
}

// DutyKept is a line of the register with the names of what it says; AreaName is empty for an area that is there no more.
type DutyKept struct {
	roster.Duty
	UnitName, AreaName string
	Name, Class        shared.Names // Class only of a sub-class
	Standard           string
	Kind               shared.CategoryKind
}

// dutyNames knows the names of whatever a line may say.
func (o *Office) dutyNames(ctx context.Context) (func(roster.Duty) DutyKept, error) {
	units, err := o.unitNames(ctx)
	if err != nil {
		return nil, err
	}
	grounds, err := o.squadNames(ctx)
	if err != nil {
		return nil, err
	}
	areas, err := o.Store.AreasNamed(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range areas {
		grounds[a.Code] = a.Name
	}
	return func(d roster.Duty) DutyKept {
		one := DutyKept{Duty: d, UnitName: units[d.Unit], AreaName: grounds[d.Area], Name: roster.CategoryName(taxonomy(), d.Category)}
		if category, known := taxonomy().Category(d.Category); known {
			one.Class = category.Class
		}
		standard, rest, _ := strings.Cut(d.Category, "|")
		kind, _, _ := strings.Cut(rest, "|")
		one.Standard, one.Kind = standard, shared.CategoryKind(kind)
		return one
	}, nil
}

// DutyNames gives the names of the lines that steps of an import are about.
func (o *Office) DutyNames(ctx context.Context, steps []roster.Step) (named []DutyKept, err error) {
	names, err := o.dutyNames(ctx)
	for _, step := range steps {
		if err == nil {
			named = append(named, names(step.Duty))
		}
	}
	return named, err
}

// Register lists the lines of the register that match, in the order of units.
func (o *Office) Register(ctx context.Context, q Query) ([]DutyKept, error) {
	duties, err := o.Store.RegisterKept(ctx)
	if err != nil {
		return nil, err
	}
	names, err := o.dutyNames(ctx)
	if err != nil {
		return nil, err
	}
	var all []DutyKept
	for _, d := range duties {
		all = append(all, names(d))
	}
	return narrowed(all, q, func(d DutyKept) bool {
		return in(q.Text, d.Unit, d.UnitName, d.Category, d.Name.Zh, d.Name.En, d.Class.Zh, d.Class.En, d.Area, d.AreaName) && is(q.Unit, d.Unit)
	}, map[string]func(DutyKept) string{
		"name": func(d DutyKept) string { return d.Category },
		"unit": func(d DutyKept) string { return d.UnitName },
		"area": func(d DutyKept) string { return d.AreaName },
	}), nil
}

// AddDuty adds a line of the fields unit, category and area; lines where the name of a class is that of several.
func (o *Office) AddDuty(ctx context.Context, fields map[string]string) error {
	grounds, err := o.grounds(ctx)
	if err != nil {
		return err
	}
	return o.changeRegister(ctx, func(lines map[string][]roster.Duty) ([]string, error) {
		return addLines(fields, grounds, lines)
	})
}

// EditDuty makes another of a line; the fault is row.changed where it is there no more.
func (o *Office) EditDuty(ctx context.Context, id string, fields map[string]string) error {
	grounds, err := o.grounds(ctx)
	if err != nil {
		return err
	}
	return o.changeRegister(ctx, func(lines map[string][]roster.Duty) ([]string, error) {
		old, err := takeLine(id, lines)
		if err != nil {
			return nil, err
		}
		said := merged(map[string]string{"unit": old.Unit, "category": old.Category, "area": old.Area}, fields, "")
		if duties, wrongs := roster.ReadDuty(said, grounds, taxonomy()); len(wrongs) == 0 && len(duties) == 1 && duties[0] == old {
			return nil, nil
		}
		units, err := addLines(said, grounds, lines)
		return append(units, old.Unit), err
	})
}

// DropDuty takes a line out; the fault is row.changed where it is there no more.
func (o *Office) DropDuty(ctx context.Context, id string) error {
	return o.changeRegister(ctx, func(lines map[string][]roster.Duty) ([]string, error) {
		old, err := takeLine(id, lines)
		return []string{old.Unit}, err
	})
}

// changeRegister changes the lines by unit in one transaction; change names the units whose lines are others now.
func (o *Office) changeRegister(ctx context.Context, change func(lines map[string][]roster.Duty) ([]string, error)) error {
	return o.Store.Change(ctx, func(ctx context.Context, c *sqlite.Change) error {
		have, err := c.RegisterKept(ctx)
		if err != nil {
			return err
		}
		lines := map[string][]roster.Duty{}
		for _, d := range have {
			lines[d.Unit] = append(lines[d.Unit], d)
		}
		units, err := change(lines)
		slices.Sort(units)
		for _, unit := range slices.Compact(units) {
			if err == nil {
				err = c.PutRegister(ctx, unit, lines[unit])
			}
		}
		return err
	})
}

func addLines(fields map[string]string, grounds roster.Grounds, lines map[string][]roster.Duty) (units []string, err error) {
	duties, wrongs := roster.ReadDuty(fields, grounds, taxonomy())
	for _, d := range duties {
		if len(wrongs) == 0 && slices.Contains(lines[d.Unit], d) {
			wrongs = append(wrongs, roster.Wrong{Field: "category", Zh: "这个单位已经有这一条了，请换一个类别或区域", En: "this unit has that line already: choose another category or area"})
		}
	}
	if err := wrongs.OrNil(); err != nil {
		return nil, err
	}
	for _, d := range duties {
		lines[d.Unit] = append(lines[d.Unit], d)
		units = append(units, d.Unit)
	}
	return units, nil
}

// takeLine takes a line out of those of its unit.
func takeLine(id string, lines map[string][]roster.Duty) (roster.Duty, error) {
	for unit, duties := range lines {
		if at := slices.IndexFunc(duties, func(d roster.Duty) bool { return d.ID() == id }); at >= 0 {
			old := duties[at]
			lines[unit] = slices.Delete(slices.Clone(duties), at, at+1)
			return old, nil
		}
	}
	return roster.Duty{}, shared.Fail("row.changed", "no line "+id)
}

// addRegister adds the lines of the register that match.
func (o *Office) addRegister(ctx context.Context, table *roster.Table, q Query) error {
	duties, err := o.Register(ctx, q)
	for _, d := range duties {
		table.AddDuty(d.Duty, d.Name, d.AreaName)
	}
	return err
}

// CategoryKept is a class or a sub-class that a line may name; Class is empty for a class.
type CategoryKept struct {
	Key         string
	Name, Class shared.Names
	Standard    string
	Kind        shared.CategoryKind
}

// Categories lists the classes and sub-classes that match by name, key, pinyin or its initials, classes first.
func (o *Office) Categories(q Query) []CategoryKept {
	var classes, subs []CategoryKept
	seen := map[string]bool{}
	for _, c := range taxonomy().Categories {
		if key := roster.ClassKey(c); !seen[key] {
			seen[key] = true
			classes = append(classes, CategoryKept{Key: key, Name: c.Class, Standard: c.Standard, Kind: c.Kind})
		}
		subs = append(subs, CategoryKept{Key: c.Key(), Name: c.Name, Class: c.Class, Standard: c.Standard, Kind: c.Kind})
	}
	spelled := map[string]string{}
	for _, c := range taxonomy().Categories {
		spelled[c.Key()] = strings.ReplaceAll(c.Pinyin, " ", "") + "\n" + c.Initials
	}
	return narrowed(append(classes, subs...), q, func(c CategoryKept) bool {
		return in(q.Text, c.Key, c.Name.Zh, c.Name.En, c.Class.Zh, c.Class.En, spelled[c.Key]) && is(q.Kind, string(c.Kind))
	}, nil)
}
