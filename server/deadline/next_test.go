package deadline

import (
	"fmt"
	"testing"

	"buxun/shared"
)

// city has a limit of each kind.
var city = Data{
	Calendar: china2026,
	Conditions: []Condition{
		{ID: "cover-1", Category: "cover", Words: "井盖丢失", Limit: Limit{shared.PaceUrgent, 2 * hour}},
		{ID: "cover-2", Category: "cover", Words: "井盖破损", Limit: Limit{shared.PaceWorking, WorkingDay}},
		{ID: "tree-1", Category: "tree", Words: "倒伏", Limit: Limit{shared.PaceUrgent, 20 * hour}},
	},
	Phases: []PhaseLimit{
		{shared.PhaseAccept, Limit{shared.PaceUrgent, 15 * minute}}, {shared.PhaseDispatch, Limit{shared.PaceUrgent, 15 * minute}},
		{shared.PhaseVerify, Limit{shared.PaceUrgent, 30 * minute}}, {shared.PhaseRecheck, Limit{shared.PaceUrgent, 30 * minute}},
	},
}

// walk is one case's way through the workflow.
type walk struct {
	t    *testing.T
	plan *Plan
	c    *shared.Case
}

func newWalk(t *testing.T) *walk { return &walk{t: t, plan: city.Ready()} }

// deed is an operation that was done at a time, and came then or later.
type deed struct {
	action   shared.Action
	at, came string
	payload  shared.Payload
}

// do applies a deed as the server would, and says what the clock of a phase is then.
func (w *walk) do(d deed) *walk {
	w.t.Helper()
	if d.came == "" {
		d.came = d.at
	}
	move, ok := shared.BuiltinWorkflow().Move(d.action)
	if !ok || !move.Opens() && !move.Fits(w.c.State) {
		w.t.Fatalf("%s cannot be done", d.action)
	}
	v := shared.Verdict{Outcome: shared.OutcomeApplied, At: at(w.t, d.at), Received: at(w.t, d.came), To: move.To}
	if w.c != nil {
		v.To = move.Leads(w.c)
	}
	body := shared.Body{Action: d.action, Payload: d.payload, Author: shared.Author{Kind: shared.AuthorPerson, ID: "p"}}
	v.Clocks = w.plan.Next(w.c, body, v)
	w.c = shared.Apply(w.c, body, v)
	return w
}

// is compares the clock of a phase with how it reads: "due T", "left M min", with "done T", "late" and "over T" behind it.
func (w *walk) is(phase shared.Phase, want string) *walk {
	w.t.Helper()
	clock := w.c.Clock(phase)
	got := "none"
	if clock != nil {
		short := func(ms int64) string { return clockTime(ms)[9:20] }
		if got = fmt.Sprintf("left %d", clock.Left/minute); clock.Due != 0 {
			got = "due " + short(clock.Due)
		}
		if clock.Done != 0 {
			got += " done " + short(clock.Done)
		}
		if clock.Late {
			got += " late"
		}
		if clock.Overdue != 0 {
			got += " over " + short(clock.Overdue)
		}
		if clock.Data != w.plan.Version() {
			w.t.Errorf("the clock of %s does not say what it was reckoned with", phase)
		}
	}
	w.t.Logf("after %s, %s: %s", w.c.Timeline[len(w.c.Timeline)-1].Action, phase, got)
	if got != want {
		w.t.Errorf("… should be %s", want)
	}
	return w
}

// filed is a case whose limit is one working day, filed on Tuesday 24 November at 9.
func filed(t *testing.T) *walk {
	return newWalk(t).
		do(deed{action: shared.ActionReport, at: "2026-11-24 08:50", payload: shared.Payload{Category: "cover"}}).
		do(deed{action: shared.ActionFile, at: "2026-11-24 09:00", payload: shared.Payload{Condition: "cover-2"}})
}

// dispatched has it at the unit env since 9:10, until Wednesday 9:10: 2 h 50 min of the morning, 4 h of the afternoon, 1 h 10 min.
func dispatched(t *testing.T) *walk {
	return filed(t).do(deed{action: shared.ActionDispatch, at: "2026-11-24 09:10", payload: shared.Payload{Unit: "env"}}).
		is(shared.PhaseHandle, "due 11-25 09:10")
}

func TestAcceptingRunsOnTheWallAndPausesWhileSomebodyVerifies(t *testing.T) {
	newWalk(t).
		do(deed{action: shared.ActionReport, at: "2026-11-24 17:00", came: "2026-11-24 17:55", payload: shared.Payload{Category: "cover"}}).
		is(shared.PhaseAccept, "due 11-24 18:10"). // 15 min from when the centre had it, not from when it was seen
		do(deed{action: shared.ActionSendVerify, at: "2026-11-24 18:00"}).
		is(shared.PhaseAccept, "left 10").is(shared.PhaseVerify, "due 11-24 18:30").
		do(deed{action: shared.ActionVerifyReal, at: "2026-11-24 18:20", came: "2026-11-24 19:00"}).
		is(shared.PhaseVerify, "left 10 done 11-24 18:20"). // offline, in time, and came half an hour late
		is(shared.PhaseAccept, "due 11-24 19:10").
		do(deed{action: shared.ActionSendVerify, at: "2026-11-24 19:08"}).is(shared.PhaseAccept, "left 2").is(shared.PhaseVerify, "due 11-24 19:38").
		do(deed{action: shared.ActionRecallVerify, at: "2026-11-24 19:18"}).is(shared.PhaseVerify, "left 20").is(shared.PhaseAccept, "due 11-24 19:20").
		do(deed{action: shared.ActionReturn, at: "2026-11-24 19:19"}).is(shared.PhaseAccept, "left 1 done 11-24 19:19").
		do(deed{action: shared.ActionResubmit, at: "2026-11-24 20:00"}).is(shared.PhaseAccept, "due 11-24 20:15"). // mended: anew
		do(deed{action: shared.ActionReject, at: "2026-11-24 20:20"}).is(shared.PhaseAccept, "left -5 done 11-24 20:20 late over 11-24 20:15").
		do(deed{action: shared.ActionReconsider, at: "2026-11-25 08:00"}).is(shared.PhaseAccept, "due 11-25 08:15").
		do(deed{action: shared.ActionFile, at: "2026-11-25 08:05"}).is(shared.PhaseAccept, "left 10 done 11-25 08:05").is(shared.PhaseDispatch, "due 11-25 08:20").
		do(deed{action: shared.ActionDispatch, at: "2026-11-25 08:10", payload: shared.Payload{Unit: "env"}}).is(shared.PhaseDispatch, "left 10 done 11-25 08:10").
		is(shared.PhaseHandle, "due 11-25 10:10") // no condition was named: the first of the sub-class, two hours on the wall
}

func TestHandedBackAndGivenToTheSameUnitGoesOn(t *testing.T) {
	dispatched(t).
		do(deed{action: shared.ActionHandBack, at: "2026-11-24 11:10", came: "2026-11-24 15:00"}).
		is(shared.PhaseHandle, "left 360").is(shared.PhaseDispatch, "due 11-24 15:15"). // 2 of 8 h are used; offline until 15, which nobody pays for
		do(deed{action: shared.ActionDispatch, at: "2026-11-24 17:00", payload: shared.Payload{Unit: "env"}}).
		is(shared.PhaseDispatch, "left -105 done 11-24 17:00 late over 11-24 15:15").
		is(shared.PhaseHandle, "due 11-25 15:00") // 1 h until 18, 4 h on Wednesday morning, 1 h from 14
}

func TestHandedBackAndGivenToAnotherUnitBeginsAnew(t *testing.T) {
	dispatched(t).
		do(deed{action: shared.ActionHandBack, at: "2026-11-24 11:10"}).
		do(deed{action: shared.ActionDispatch, at: "2026-11-24 17:00", payload: shared.Payload{Unit: "road"}}).
		is(shared.PhaseHandle, "due 11-25 17:00").
		do(deed{action: shared.ActionHandBack, at: "2026-11-25 08:00"}).is(shared.PhaseHandle, "left 420").
		do(deed{action: shared.ActionDispatch, at: "2026-11-25 09:00", payload: shared.Payload{Unit: "env"}}).
		is(shared.PhaseHandle, "due 11-26 09:00") // the road unit had it last: anew also for env
}

func TestDispatchedUnderAnotherConditionHasItsLimit(t *testing.T) {
	w := filed(t).do(deed{action: shared.ActionDispatch, at: "2026-11-24 09:10", payload: shared.Payload{Unit: "env", Condition: "cover-1"}}).
		is(shared.PhaseHandle, "due 11-24 11:10")
	// The same unit again: what was left under the same condition, anew under another.
	w.do(deed{action: shared.ActionHandBack, at: "2026-11-24 09:40"}).
		do(deed{action: shared.ActionDispatch, at: "2026-11-24 10:00", payload: shared.Payload{Unit: "env", Condition: "cover-1"}}).is(shared.PhaseHandle, "due 11-24 11:30").
		do(deed{action: shared.ActionHandBack, at: "2026-11-24 10:10"}).
		do(deed{action: shared.ActionDispatch, at: "2026-11-24 10:20", payload: shared.Payload{Unit: "env", Condition: "cover-2"}}).is(shared.PhaseHandle, "due 11-25 10:20")
}

func TestTheConditionOfAnotherSubClassSaysNothing(t *testing.T) {
	newWalk(t).
		do(deed{action: shared.ActionReport, at: "2026-11-24 08:50", payload: shared.Payload{Category: "cover"}}).
		do(deed{action: shared.ActionFile, at: "2026-11-24 09:00", payload: shared.Payload{Condition: "tree-1"}}).
		do(deed{action: shared.ActionDispatch, at: "2026-11-24 09:10", payload: shared.Payload{Unit: "env"}}).
		is(shared.PhaseHandle, "due 11-24 11:10") // the usual one of its own
}

func TestExtendedTwiceFromWhereItWouldHaveRunOut(t *testing.T) {
	w := dispatched(t).
		do(deed{action: shared.ActionAskExtension, at: "2026-11-24 16:00"}).is(shared.PhaseHandle, "due 11-25 09:10").
		do(deed{action: shared.ActionGrantExtension, at: "2026-11-24 17:00"}).is(shared.PhaseHandle, "due 11-26 09:10").
		do(deed{action: shared.ActionAskExtension, at: "2026-11-26 08:00"}).
		do(deed{action: shared.ActionDenyExtension, at: "2026-11-26 08:30"}).is(shared.PhaseHandle, "due 11-26 09:10").
		do(deed{action: shared.ActionAskExtension, at: "2026-11-26 08:40"}).
		do(deed{action: shared.ActionGrantExtension, at: "2026-11-26 09:00"}).is(shared.PhaseHandle, "due 11-27 09:10")
	if got := w.c.Clock(shared.PhaseHandle).Limit; got != 3*WorkingDay {
		t.Errorf("three working days are allowed in all, and %d h are", got/hour)
	}
	// The other unit's clock knows nothing of the first one's extensions.
	w.do(deed{action: shared.ActionHandBack, at: "2026-11-26 10:00"}).
		do(deed{action: shared.ActionDispatch, at: "2026-11-26 11:00", payload: shared.Payload{Unit: "road"}}).is(shared.PhaseHandle, "due 11-27 11:00").
		do(deed{action: shared.ActionGrantExtension, at: "2026-11-26 12:00"}).is(shared.PhaseHandle, "due 11-30 11:00")
}

func TestAnExtensionGrantedTooLateStillCounts(t *testing.T) {
	dispatched(t).
		do(deed{action: shared.ActionAskExtension, at: "2026-11-25 09:00"}).
		do(deed{action: shared.ActionOverdue, at: "2026-11-25 09:11", payload: shared.Payload{Phase: shared.PhaseHandle}}).
		is(shared.PhaseHandle, "due 11-25 09:10 over 11-25 09:10").
		do(deed{action: shared.ActionGrantExtension, at: "2026-11-25 10:00"}).is(shared.PhaseHandle, "due 11-26 09:10 over 11-25 09:10").
		do(deed{action: shared.ActionHandle, at: "2026-11-26 08:10"}).is(shared.PhaseHandle, "left 60 done 11-26 08:10")
}

func TestSuspendedOverAWeekendAndResumed(t *testing.T) {
	dispatched(t).
		do(deed{action: shared.ActionSuspend, at: "2026-11-24 17:00"}).is(shared.PhaseHandle, "left 130"). // 1 h today, 1 h 10 min tomorrow
		do(deed{action: shared.ActionResume, at: "2026-11-27 17:00"}).is(shared.PhaseHandle, "due 11-30 09:10").
		do(deed{action: shared.ActionHandle, at: "2026-11-28 12:00", came: "2026-12-01 10:00"}). // a Saturday; the phone had no line until Tuesday
		is(shared.PhaseHandle, "left 70 done 11-28 12:00")
}

func TestSuspendedOverTheNationalDay(t *testing.T) {
	newWalk(t).
		do(deed{action: shared.ActionReport, at: "2026-09-30 15:40", payload: shared.Payload{Category: "cover"}}).
		do(deed{action: shared.ActionFile, at: "2026-09-30 15:50", payload: shared.Payload{Condition: "cover-2"}}).
		do(deed{action: shared.ActionDispatch, at: "2026-09-30 16:00", payload: shared.Payload{Unit: "env"}}).is(shared.PhaseHandle, "due 10-08 16:00").
		do(deed{action: shared.ActionSuspend, at: "2026-10-02 10:00"}).is(shared.PhaseHandle, "left 360"). // nobody works on the 2nd: 6 h are left
		do(deed{action: shared.ActionResume, at: "2026-10-09 16:00"}).is(shared.PhaseHandle, "due 10-10 12:00" /* Friday 2 h; made-up Saturday 4 h: at noon */)
}

func TestFailedRecheckGoesOnWithWhatWasLeft(t *testing.T) {
	dispatched(t).
		do(deed{action: shared.ActionHandle, at: "2026-11-24 15:10"}).is(shared.PhaseHandle, "left 240 done 11-24 15:10"). // 4 of 8 h
		do(deed{action: shared.ActionSendRecheck, at: "2026-11-24 15:20"}).is(shared.PhaseRecheck, "due 11-24 15:50").
		do(deed{action: shared.ActionRecheckFail, at: "2026-11-24 15:40"}).is(shared.PhaseRecheck, "left 10 done 11-24 15:40").
		is(shared.PhaseHandle, "due 11-25 09:40"). // 2 h 20 min today, 1 h 40 min tomorrow
		do(deed{action: shared.ActionHandle, at: "2026-11-25 09:00"}).is(shared.PhaseHandle, "left 40 done 11-25 09:00").
		do(deed{action: shared.ActionSendRecheck, at: "2026-11-25 09:05"}).is(shared.PhaseRecheck, "due 11-25 09:35").
		do(deed{action: shared.ActionRework, at: "2026-11-25 09:30"}).is(shared.PhaseRecheck, "left 5").is(shared.PhaseHandle, "due 11-25 10:10").
		do(deed{action: shared.ActionOverdue, at: "2026-11-25 10:10", payload: shared.Payload{Phase: shared.PhaseHandle}}).
		is(shared.PhaseHandle, "due 11-25 10:10 over 11-25 10:10").
		do(deed{action: shared.ActionHandle, at: "2026-11-25 10:20"}).is(shared.PhaseHandle, "left -10 done 11-25 10:20 late over 11-25 10:10").
		do(deed{action: shared.ActionRework, at: "2026-11-25 11:00"}).is(shared.PhaseHandle, "due 11-25 10:50 over 11-25 10:10"). // it was over, and stays so
		do(deed{action: shared.ActionHandle, at: "2026-11-25 11:30"}).is(shared.PhaseHandle, "left -40 done 11-25 11:30 late over 11-25 10:10").
		do(deed{action: shared.ActionSendRecheck, at: "2026-11-25 11:40"}).
		do(deed{action: shared.ActionRecheckPass, at: "2026-11-25 12:30"}).is(shared.PhaseRecheck, "left -20 done 11-25 12:30 late over 11-25 12:10").
		do(deed{action: shared.ActionClose, at: "2026-11-25 14:00"}).is(shared.PhaseHandle, "left -40 done 11-25 11:30 late over 11-25 10:10").
		do(deed{action: shared.ActionReopen, at: "2026-11-26 10:00", payload: shared.Payload{Unit: "env"}}).is(shared.PhaseHandle, "due 11-27 10:00") // a new order
}

func TestOverdueIsMarkedOnceAndOnlyWhenItIs(t *testing.T) {
	w := dispatched(t).
		do(deed{action: shared.ActionOverdue, at: "2026-11-25 09:00", payload: shared.Payload{Phase: shared.PhaseHandle}}).is(shared.PhaseHandle, "due 11-25 09:10").
		do(deed{action: shared.ActionOverdue, at: "2026-11-25 09:30", payload: shared.Payload{Phase: shared.PhaseHandle}}).
		is(shared.PhaseHandle, "due 11-25 09:10 over 11-25 09:10")
	before := w.c
	if w.do(deed{action: shared.ActionOverdue, at: "2026-11-25 09:40", payload: shared.Payload{Phase: shared.PhaseHandle}}); *w.c.Clock(shared.PhaseHandle) != *before.Clock(shared.PhaseHandle) {
		t.Error("the second mark changed the clock")
	}
	// Done in time, and came when it was marked: in time.
	w.do(deed{action: shared.ActionHandle, at: "2026-11-25 09:05", came: "2026-11-25 10:00"}).is(shared.PhaseHandle, "left 5 done 11-25 09:05")
}

// What made the clock stand still in time and came after the mark: it is not over, and more time may be asked for when it goes on.
func TestWhatStoodStillInTimeIsNotOver(t *testing.T) {
	overdue := deed{action: shared.ActionOverdue, at: "2026-11-25 09:11", payload: shared.Payload{Phase: shared.PhaseHandle}}
	dispatched(t).do(overdue).is(shared.PhaseHandle, "due 11-25 09:10 over 11-25 09:10").
		do(deed{action: shared.ActionHandBack, at: "2026-11-25 09:05", came: "2026-11-25 10:00"}).is(shared.PhaseHandle, "left 5")
	dispatched(t).do(overdue).
		do(deed{action: shared.ActionHandBack, at: "2026-11-25 09:20", came: "2026-11-25 10:00"}).is(shared.PhaseHandle, "left -10 over 11-25 09:10")
}

func TestMergedAndSeparatedGoesOnWhereItWas(t *testing.T) {
	filed(t).
		do(deed{action: shared.ActionMerge, at: "2026-11-24 09:05"}).is(shared.PhaseDispatch, "left 10").
		do(deed{action: shared.ActionSeparate, at: "2026-11-24 15:00"}).is(shared.PhaseDispatch, "due 11-24 15:10")
	newWalk(t).
		do(deed{action: shared.ActionReport, at: "2026-11-24 08:50", payload: shared.Payload{Category: "cover"}}).
		do(deed{action: shared.ActionSendVerify, at: "2026-11-24 08:55"}).
		do(deed{action: shared.ActionMerge, at: "2026-11-24 09:05"}).is(shared.PhaseAccept, "left 10").is(shared.PhaseVerify, "left 20").
		do(deed{action: shared.ActionSeparate, at: "2026-11-24 15:00"}).is(shared.PhaseVerify, "due 11-24 15:20").is(shared.PhaseAccept, "left 10")
}

func TestWhoeverIsSentInsteadHasTheWholeTime(t *testing.T) {
	newWalk(t).
		do(deed{action: shared.ActionReport, at: "2026-11-24 08:50", payload: shared.Payload{Category: "cover"}}).
		do(deed{action: shared.ActionSendVerify, at: "2026-11-24 08:55", payload: shared.Payload{How: shared.AssignNearest}}).is(shared.PhaseVerify, "due 11-24 09:25").
		do(deed{action: shared.ActionAssign, at: "2026-11-24 09:20", payload: shared.Payload{Assignee: "a"}}).is(shared.PhaseVerify, "due 11-24 09:50").
		do(deed{action: shared.ActionAssign, at: "2026-11-24 09:40", payload: shared.Payload{Assignee: "a"}}).is(shared.PhaseVerify, "due 11-24 09:50").
		do(deed{action: shared.ActionStart, at: "2026-11-24 09:41"}).is(shared.PhaseVerify, "due 11-24 09:50").
		do(deed{action: shared.ActionAssign, at: "2026-11-24 09:45", payload: shared.Payload{Assignee: "b"}}).is(shared.PhaseVerify, "due 11-24 10:15")
}

func TestVoidStopsEverything(t *testing.T) {
	dispatched(t).
		do(deed{action: shared.ActionAskVoid, at: "2026-11-24 09:20"}).
		do(deed{action: shared.ActionVoid, at: "2026-11-24 10:10"}).is(shared.PhaseHandle, "left 420").
		do(deed{action: shared.ActionReconsider, at: "2026-11-24 11:00"}).is(shared.PhaseAccept, "due 11-24 11:15").is(shared.PhaseHandle, "left 420")
}

// Without data no clock runs, and cases from before there was any go on without one.
func TestWithoutLimitsNoClockRuns(t *testing.T) {
	w := &walk{t: t, plan: Data{}.Ready()}
	w.do(deed{action: shared.ActionReport, at: "2026-11-24 08:50", payload: shared.Payload{Category: "cover"}}).
		do(deed{action: shared.ActionFile, at: "2026-11-24 09:00"}).
		do(deed{action: shared.ActionDispatch, at: "2026-11-24 09:10", payload: shared.Payload{Unit: "env"}}).
		do(deed{action: shared.ActionGrantExtension, at: "2026-11-24 09:12"}).
		do(deed{action: shared.ActionSuspend, at: "2026-11-24 09:13"})
	if len(w.c.Clocks) != 0 {
		t.Errorf("clocks run: %+v", w.c.Clocks)
	}
	w.plan = city.Ready()
	w.do(deed{action: shared.ActionResume, at: "2026-11-24 10:00"}).is(shared.PhaseHandle, "due 11-24 12:00"). // it never ran: it begins
															do(deed{action: shared.ActionHandle, at: "2026-11-24 11:00"}).is(shared.PhaseHandle, "left 60 done 11-24 11:00")
}

// A phone whose clock was never measured may claim a time before the clock began.
func TestNobodyGainsTimeByAClockThatIsWrong(t *testing.T) {
	dispatched(t).do(deed{action: shared.ActionHandBack, at: "2026-11-20 09:00", came: "2026-11-24 10:00"}).is(shared.PhaseHandle, "left 480")
}

func TestDataThatCannotBeIsRefused(t *testing.T) {
	if err := city.Check(); err != nil {
		t.Error(err)
	}
	if err := (Data{}).Check(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*Data){
		"no limit":               func(d *Data) { d.Conditions[0].Ms = 0 },
		"no pace":                func(d *Data) { d.Phases[0].Pace = "" },
		"an id twice":            func(d *Data) { d.Conditions[1].ID = d.Conditions[0].ID },
		"no id":                  func(d *Data) { d.Conditions[0].ID = "" },
		"a phase twice":          func(d *Data) { d.Phases[1].Phase = d.Phases[0].Phase },
		"hours, and none worked": func(d *Data) { d.Calendar.Hours = nil },
		"nine conditions": func(d *Data) {
			for i := range 7 {
				d.Conditions = append(d.Conditions, Condition{ID: fmt.Sprint(i), Category: "cover", Limit: Limit{shared.PaceUrgent, hour}})
			}
		},
	} {
		spoilt := city
		spoilt.Conditions, spoilt.Phases = append([]Condition{}, city.Conditions...), append([]PhaseLimit{}, city.Phases...)
		if spoil(&spoilt); spoilt.Check() == nil {
			t.Errorf("%s: nobody minds", name)
		}
		if spoilt.Version() == city.Version() {
			t.Errorf("%s: the version is the same", name)
		}
	}
}
