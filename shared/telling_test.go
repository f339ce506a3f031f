package shared_test

import (
	"slices"
	"strings"
	"testing"

	"buxun/shared"
)

type toldWho struct {
	ID          string
	Role        shared.Role
	Squad, Unit string
}

func (w toldWho) standing() shared.Standing {
	return shared.Standing{Role: w.Role, Squad: w.Squad, Unit: w.Unit}
}

func TestTellingVectors(t *testing.T) {
	var file struct {
		Told []struct {
			Name  string
			Case  shared.Case
			Entry shared.Entry
			Who   toldWho
			Want  *shared.TellingKind
		}
		Soon []struct {
			Name string
			Case shared.Case
			Now  int64
			Who  toldWho
			Want *int64
		}
		Held []struct {
			Name    string
			Telling shared.Telling
			Kind    shared.TellingKind
			Role    shared.Role
			Now     int64
			Want    int64
		}
		Wants []struct {
			Name    string
			Telling shared.Telling
			Kind    shared.TellingKind
			Role    shared.Role
			Way     shared.TellingWay
			Want    bool
		}
	}
	readVectors(t, "telling.json", &file)
	for _, v := range file.Told {
		row, told := shared.ToldOf(v.Case, v.Entry, v.Who.ID, v.Who.standing())
		if told != (v.Want != nil) || told && row.Kind != *v.Want {
			t.Errorf("%s: told %t %s", v.Name, told, row.Kind)
		}
	}
	for _, v := range file.Soon {
		_, clock, soon := shared.SoonOf(v.Case, v.Now, v.Who.ID, v.Who.standing())
		if soon != (v.Want != nil) || soon && clock.Due != *v.Want {
			t.Errorf("%s: soon %t %d", v.Name, soon, clock.Due)
		}
	}
	for _, v := range file.Held {
		if got := v.Telling.HeldUntil(rowOf(t, v.Kind, v.Role), v.Now); got != v.Want {
			t.Errorf("%s: held until %d, want %d", v.Name, got, v.Want)
		}
	}
	for _, v := range file.Wants {
		if got := v.Telling.Wants(rowOf(t, v.Kind, v.Role), v.Way); got != v.Want {
			t.Errorf("%s: %t", v.Name, got)
		}
	}
}

func rowOf(t *testing.T, kind shared.TellingKind, role shared.Role) shared.TellingRow {
	t.Helper()
	i := slices.IndexFunc(shared.TellingRows(), func(r shared.TellingRow) bool { return r.Kind == kind && r.Role == role })
	if i < 0 {
		t.Fatalf("no row for %s of %s", kind, role)
	}
	return shared.TellingRows()[i]
}

// Every word of the table is one that the code knows, and nobody is told of a step that nobody takes.
func TestTheTableOfWhatIsToldHolds(t *testing.T) {
	seen := map[string]bool{}
	workflow := shared.BuiltinWorkflow()
	for _, row := range shared.TellingRows() {
		if key := string(row.Role) + " " + string(row.Kind); seen[key] {
			t.Errorf("%s is there twice", key)
		} else {
			seen[key] = true
		}
		for _, action := range row.Actions {
			if _, known := workflow.Move(action); !known {
				t.Errorf("%s: no action %s", row.Kind, action)
			}
		}
		if (len(row.Actions) == 0) != (row.Kind == shared.TellSoon || row.Kind == shared.TellConflict) {
			t.Errorf("%s of %s hangs on no action", row.Kind, row.Role)
		}
		if row.Zh == "" || row.En == "" || row.Ways == nil {
			t.Errorf("%s of %s has no words or ways", row.Kind, row.Role)
		}
		if err := (shared.Telling{Kinds: []shared.TellingChoice{{Kind: row.Kind, Ways: row.Ways}}}).Check(); err != nil {
			t.Error(err)
		}
	}
}

func TestWhatCannotBeChosen(t *testing.T) {
	for name, telling := range map[string]shared.Telling{
		"an unknown kind": {Kinds: []shared.TellingChoice{{Kind: "weather"}}},
		"a kind twice":    {Kinds: []shared.TellingChoice{{Kind: shared.TellTask}, {Kind: shared.TellTask}}},
		"an unknown way":  {Kinds: []shared.TellingChoice{{Kind: shared.TellTask, Ways: []shared.TellingWay{"pigeon"}}}},
		"a way twice":     {Kinds: []shared.TellingChoice{{Kind: shared.TellTask, Ways: []shared.TellingWay{"app", "app"}}}},
		"no hours":        {Quiet: &shared.Quiet{From: 60, To: 60}},
		"past midnight":   {Quiet: &shared.Quiet{From: 0, To: 1440}},
	} {
		if shared.FaultCode(telling.Check()) != "request.malformed" {
			t.Errorf("%s is taken", name)
		}
	}
	fine := shared.View{Name: "超期的", Link: "limit=over"}
	if err := shared.CheckViews([]shared.View{fine}); err != nil {
		t.Error(err)
	}
	for name, views := range map[string][]shared.View{
		"a name twice": {fine, fine}, "no name": {{Link: "a=b"}}, "no link": {{Name: "x"}}, "a long name": {{Name: strings.Repeat("长", 21), Link: "a=b"}},
		"a long link": {{Name: "x", Link: strings.Repeat("a", 601)}}, "too many": make([]shared.View, 31),
	} {
		if shared.FaultCode(shared.CheckViews(views)) != "request.malformed" {
			t.Errorf("%s is taken", name)
		}
	}
}

// What was done meanwhile is not told when quiet hours end.
func TestWhatIsStillSo(t *testing.T) {
	unit := shared.Standing{Role: shared.RoleUnit, Unit: "env"}
	c := shared.Case{State: shared.StateDispatched, Unit: "env", Clocks: []shared.Clock{{Phase: shared.PhaseHandle, Due: 100}}}
	for _, one := range []struct {
		kind shared.TellingKind
		now  int64
		want bool
	}{{shared.TellDispatched, 0, true}, {shared.TellSoon, 50, true}, {shared.TellSoon, 100, false}, {shared.TellOverdue, 100, true}, {shared.TellOverdue, 50, false}} {
		if got := shared.StillSo(c, one.kind, one.now, "u1", unit); got != one.want {
			t.Errorf("%s at %d: %t", one.kind, one.now, got)
		}
	}
	c.State, c.Clocks[0].Done = shared.StateHandled, 90
	for _, kind := range []shared.TellingKind{shared.TellDispatched, shared.TellSoon, shared.TellOverdue, shared.TellRework} {
		if shared.StillSo(c, kind, 100, "u1", unit) {
			t.Errorf("%s is told of a case that was handled", kind)
		}
	}
}
