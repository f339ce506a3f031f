package office

import (
	"context"
	"sync"

	"buxun/server/deadline"
	"buxun/server/roster"
	"buxun/shared"
)

// limitRows are the rows of a file about limits, of one of its kinds.
type limitRows struct {
	conditions []roster.Condition
	phases     []roster.PhaseLimit
	calendar   []roster.CalendarRow
}

// taxonomy is parsed when a file first names categories.
var taxonomy = sync.OnceValue(shared.BuiltinTaxonomy)

func readLimits(kind roster.Kind, file string, data []byte) (rows limitRows, err error) {
	switch kind {
	case roster.Limits:
		rows.conditions, err = roster.ParseLimits(file, data, taxonomy())
	case roster.Phases:
		rows.phases, err = roster.ParsePhases(file, data)
	default:
		rows.calendar, err = roster.ParseCalendar(file, data)
	}
	return rows, err
}

func (r limitRows) plan(file string, kind roster.Kind, have deadline.Data) (steps []roster.Step, put *deadline.Data, err error) {
	var next deadline.Data
	switch kind {
	case roster.Limits:
		steps, next, err = roster.PlanLimits(file, r.conditions, have)
	case roster.Phases:
		steps, next, err = roster.PlanPhases(file, r.phases, have)
	default:
		steps, next, err = roster.PlanCalendar(file, r.calendar, have)
	}
	return steps, &next, err
}

// ConditionKept is a filing condition with the name of its category.
type ConditionKept struct {
	deadline.Condition
	Name shared.Names
}

// limitsOf is what the limits and the calendar are, or were at the version that is asked for.
func (o *Office) limitsOf(ctx context.Context, q Query) (deadline.Data, error) {
	if q.Version == "" {
		return o.Store.LimitsKept(ctx)
	}
	data, known, err := o.Store.LimitsOf(ctx, q.Version)
	if err == nil && !known {
		err = shared.Fail("request.notFound", "the limits never had version "+q.Version)
	}
	return data, err
}

// Conditions lists the filing conditions that match, in their order.
func (o *Office) Conditions(ctx context.Context, q Query) ([]ConditionKept, error) {
	data, err := o.limitsOf(ctx, q)
	var all []ConditionKept
	for _, c := range data.Conditions {
		category, _ := taxonomy().Category(c.Category)
		all = append(all, ConditionKept{c, category.Name})
	}
	return narrowed(all, q, func(c ConditionKept) bool {
		return in(q.Text, c.ID, c.Category, c.Name.Zh, c.Name.En, c.Words, c.Closing)
	}, map[string]func(ConditionKept) string{
		"name":  func(c ConditionKept) string { return c.Category },
		"limit": func(c ConditionKept) string { return string(c.Pace) + figure(c.Ms) },
	}), err
}

// CalendarRows lists the rows of the office calendar that match.
func (o *Office) CalendarRows(ctx context.Context, q Query) ([]roster.CalendarRow, error) {
	data, err := o.limitsOf(ctx, q)
	return narrowed(roster.RowsOf(data.Calendar), q, func(row roster.CalendarRow) bool {
		return in(q.Text, row.Date, row.Name) && is(q.Kind, string(row.Kind))
	},
		map[string]func(roster.CalendarRow) string{"value": func(row roster.CalendarRow) string { return row.Date }}), err
}

// addLimits adds the rows of a kind that match.
func (o *Office) addLimits(ctx context.Context, table *roster.Table, kind roster.Kind, q Query) error {
	switch kind {
	case roster.Limits:
		rows, err := o.Conditions(ctx, q)
		for _, c := range rows {
			table.AddCondition(c.Condition, c.Name.Zh)
		}
		return err
	case roster.Phases:
		data, err := o.limitsOf(ctx, q)
		for _, p := range data.Phases {
			table.AddPhase(p)
		}
		return err
	}
	rows, err := o.CalendarRows(ctx, q)
	for _, row := range rows {
		table.AddCalendarRow(row)
	}
	return err
}
