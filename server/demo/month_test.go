package demo_test

import (
	"encoding/json"
	"fmt"
	"math"
	"path"
	"strings"
	"testing"
	"time"

	"buxun/server/demo"
	"buxun/server/roster"
	"buxun/shared"
)

// noon is a Thursday, 12:00 in Zhuzhou.
var noon = time.Date(2026, 11, 26, 4, 0, 0, 0, time.UTC)

func month(t *testing.T, seed uint64, now time.Time) []demo.Case {
	t.Helper()
	cases, err := world(t).Month(seed, 30, now)
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

func TestAMonthIsItsSeeds(t *testing.T) {
	text := func(seed uint64) string { return fmt.Sprint(month(t, seed, noon)) }
	if first := text(1); first != text(1) {
		t.Error("the same seed gave another month")
	} else if first == text(2) {
		t.Error("another seed gave the same month")
	}
}

func TestEveryStepOfAMonthIsLegalAndInTime(t *testing.T) {
	d := world(t)
	d.Cases = month(t, 1, noon)
	standing := map[string]shared.Standing{}
	for _, p := range d.People {
		standing[p.Name] = shared.Standing{Role: p.Role, Squad: p.Squad}
	}
	for _, c := range d.Cases {
		checkSteps(t, d, c, standing)
		last := time.Duration(math.MaxInt64)
		for i, step := range c.Steps {
			ago := time.Duration(step.HoursAgo * float64(time.Hour))
			if ago >= last || step.Late < 0 || ago < step.Late {
				t.Fatalf("%s, step %d: %s ago, received %s later, the one before %s ago", c.Name, i+1, ago, step.Late, last)
			}
			last = ago
			at := noon.Add(-ago).In(time.FixedZone("", 8*60*60))
			if minute := at.Hour()*60 + at.Minute(); minute < 7*60+30 || minute > 17*60 {
				t.Fatalf("%s, step %d (%s): at %s", c.Name, i+1, step.Action, at)
			}
		}
	}
}

func checkSteps(t *testing.T, d demo.Demo, c demo.Case, standing map[string]shared.Standing) {
	t.Helper()
	held := &shared.Case{ID: c.ID, Squad: c.Squad}
	for i, step := range c.Steps {
		judging := shared.Judging{
			Workflow: shared.BuiltinWorkflow(), Now: noon.UnixMilli(), StandingNow: standing[step.By], StandingThen: standing[step.By], CategoryKnown: true,
		}
		before := held
		if i == 0 {
			before = nil
		}
		if verdict := shared.Judge(before, body(d, c, step), judging); verdict.Outcome != shared.OutcomeApplied {
			t.Fatalf("%s, step %d (%s by %s): %s %s", c.Name, i+1, step.Action, step.By, verdict.Outcome, verdict.Fault)
		} else if verdict.To != "" {
			held.State = verdict.To
		}
	}
	if held.State != c.State {
		t.Fatalf("%s ends as %s, it says %s", c.Name, held.State, c.State)
	}
}

func TestAMonthIsBelievable(t *testing.T) {
	d, cases := world(t), month(t, 1, noon)
	taxonomy := shared.BuiltinTaxonomy()
	kinds, states, squads, days, weekdays := map[string]int{}, map[shared.State]int{}, map[string]int{}, map[string]map[string]int{}, map[time.Weekday]int{}
	returned, handled, late := 0, 0, 0
	for _, c := range cases {
		code := c.Category[strings.LastIndex(c.Category, "|")+1:]
		kinds[code]++
		kinds[code[:2]]++
		states[c.State]++
		squads[c.Squad]++
		first := c.Steps[0]
		day := noon.Add(-time.Duration(first.HoursAgo * float64(time.Hour))).In(time.FixedZone("", 8*60*60))
		weekdays[day.Weekday()]++
		if days[first.By] == nil {
			days[first.By] = map[string]int{}
		}
		days[first.By][day.Format(time.DateOnly)]++
		if first.Action == shared.ActionSelfHandle {
			handled++
		}
		if first.Late > time.Minute {
			late++
		}
		for _, step := range c.Steps {
			if step.Action == shared.ActionReturn {
				returned++
			}
			for _, p := range step.Photos {
				if _, ok := d.Photos[path.Base(p.File)]; !ok {
					t.Fatalf("%s shows %s", c.Name, p.File)
				}
			}
		}
		if !taxonomy.Known(c.Category) || !strings.HasPrefix(c.Description, demo.Mark) || strings.ContainsAny(c.Description+c.Address, "{}") || c.Address == "" {
			t.Fatalf("%s: %s %q %q", c.Name, c.Category, c.Description, c.Address)
		}
	}
	all, reports := float64(len(cases)), float64(len(cases)-handled)
	for _, one := range []struct {
		what      string
		got, want float64
		apart     float64
	}{
		{"appearance", float64(kinds["06"]+kinds["07"]) / all, 0.80, 0.03},
		{"handled on the spot", float64(handled) / all, 0.15, 0.02},
		{"returned", float64(returned) / reports, 0.08, 0.015},
		{"rejected", float64(states[shared.StateRejected]) / reports, 0.05, 0.015},
		{"made out of reach", float64(late) / all, 0.07, 0.04},
	} {
		if math.Abs(one.got-one.want) > one.apart {
			t.Errorf("%s: %.3f, want %.2f ± %.3f", one.what, one.got, one.want, one.apart)
		}
	}
	if kinds["07001"] < kinds["06036"] || kinds["06036"] < kinds["06010"] {
		t.Errorf("small ads %d, piling %d, rubbish %d", kinds["07001"], kinds["06036"], kinds["06010"])
	}
	worked, heads := 0, 0
	for _, mine := range days {
		heads++
		worked += len(mine)
	}
	if perDay := all / float64(worked); len(squads) != 6 || heads != 59 || perDay < 5.5 || perDay > 6.5 {
		t.Errorf("%d squads, %d collectors, %.2f records a head and day", len(squads), heads, perDay)
	}
	if len(weekdays) != 7 || weekdays[time.Sunday] >= weekdays[time.Monday] || weekdays[time.Saturday] >= weekdays[time.Friday] {
		t.Errorf("by weekday: %v", weekdays)
	}
	if states[shared.StateReported] == 0 || states[shared.StateReturned] == 0 {
		t.Errorf("at noon nothing waits: %v", states)
	}
}

func TestAMonthLiesInItsSquadsGround(t *testing.T) {
	d := world(t)
	for _, c := range month(t, 3, noon)[:500] {
		grids := 0
		for _, a := range d.Areas {
			if a.Kind == roster.KindUnitGrid && a.Squad == c.Squad && holds(a, c.Longitude, c.Latitude) {
				grids++
			}
		}
		if grids != 1 {
			text, _ := json.Marshal(c)
			t.Fatalf("%s lies in %d unit grids", text, grids)
		}
	}
}
