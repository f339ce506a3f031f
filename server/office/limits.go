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

// addLimits adds the rows of a kind that match.
func (o *Office) addLimits(ctx context.Context, table *roster.Table, kind roster.Kind, q Query) error {
	data, err := o.Store.LimitsKept(ctx)
	if err != nil {
		return err
	}
	switch kind {
	case roster.Limits:
		for _, c := range data.Conditions {
			category, _ := taxonomy().Category(c.Category)
			if in(q.Text, c.Category, category.Name.Zh, category.Name.En, c.Words, c.Closing) {
				table.AddCondition(c, category.Name.Zh)
			}
		}
	case roster.Phases:
		for _, p := range data.Phases {
			table.AddPhase(p)
		}
	default:
		for _, row := range roster.RowsOf(data.Calendar) {
			if in(q.Text, row.Date, row.Name) {
				table.AddCalendarRow(row)
			}
		}
	}
	return nil
}
