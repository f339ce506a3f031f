package shared_test

import (
	"reflect"
	"testing"

	"buxun/shared"
)

func TestAReturnReachesThePersonOnce(t *testing.T) {
	returned := func(at, delivered, seen int64) shared.Entry {
		return shared.Entry{Revision: at, Action: shared.ActionReturn, To: shared.StateReturned, Delivered: delivered, Seen: seen}
	}
	report, again := shared.Entry{Revision: 1, Action: shared.ActionReport}, shared.Entry{Revision: 3, Action: shared.ActionResubmit}
	late := shared.Entry{Revision: 5, Action: shared.ActionReturn, Late: "case.stateChanged"}
	for _, one := range []struct {
		name     string
		state    shared.State
		timeline []shared.Entry
		seen     bool
		want     []shared.Entry // nil: nothing changes
	}{
		{"delivered", shared.StateReturned, []shared.Entry{report, returned(2, 0, 0)}, false, []shared.Entry{report, returned(2, 9, 0)}},
		{"delivered again", shared.StateReturned, []shared.Entry{report, returned(2, 5, 0)}, false, nil},
		{"seen after delivery", shared.StateReturned, []shared.Entry{report, returned(2, 5, 0)}, true, []shared.Entry{report, returned(2, 5, 9)}},
		{"seen before delivery was told", shared.StateReturned, []shared.Entry{report, returned(2, 0, 0)}, true, []shared.Entry{report, returned(2, 9, 9)}},
		{"seen again", shared.StateReturned, []shared.Entry{report, returned(2, 5, 6)}, true, nil},
		{"the last return, not the first", shared.StateReturned, []shared.Entry{report, returned(2, 5, 6), again, returned(4, 0, 0)}, false,
			[]shared.Entry{report, returned(2, 5, 6), again, returned(4, 9, 0)}},
		{"not one that came too late", shared.StateReturned, []shared.Entry{report, returned(2, 0, 0), late}, false, []shared.Entry{report, returned(2, 9, 0), late}},
		{"resubmitted meanwhile", shared.StateReported, []shared.Entry{report, returned(2, 0, 0), again}, true, nil},
	} {
		before := shared.Case{State: one.state, Timeline: one.timeline}
		kept := reflect.ValueOf(one.timeline).Index(len(one.timeline) - 1).Interface()
		got, changed := shared.Reach(before, one.seen, 9)
		want := one.want
		if want == nil {
			want = one.timeline
		}
		if changed != (one.want != nil) || !reflect.DeepEqual(got.Timeline, want) || !reflect.DeepEqual(one.timeline[len(one.timeline)-1], kept) {
			t.Errorf("%s: %v %+v", one.name, changed, got.Timeline)
		}
	}
}

func TestATaskReachesWhoIsSentOnce(t *testing.T) {
	timeline := func(delivered, seen int64) []shared.Entry {
		return []shared.Entry{{Revision: 1, Action: shared.ActionReport}, {Revision: 2, Action: shared.ActionSendVerify}, {Revision: 3, Action: shared.ActionAssign, Delivered: delivered, Seen: seen}}
	}
	c := shared.Case{State: shared.StateVerifying, Timeline: timeline(0, 0), Task: &shared.Task{Kind: shared.TaskVerify, Assignee: "c4", Revision: 3}}
	if entry, person := c.Awaited(); entry == nil || entry.Revision != 3 || person != "c4" {
		t.Errorf("it waits for %q by %+v", person, entry)
	}
	c, changed := shared.Reach(c, false, 9)
	if !changed || !reflect.DeepEqual(c.Timeline, timeline(9, 0)) {
		t.Errorf("delivered: %v %+v", changed, c.Timeline)
	}
	c, changed = shared.Reach(c, true, 11)
	if !changed || !reflect.DeepEqual(c.Timeline, timeline(9, 11)) {
		t.Errorf("seen: %v %+v", changed, c.Timeline)
	}
	if _, changed = shared.Reach(c, true, 12); changed {
		t.Error("seen twice")
	}
	for _, still := range []shared.Case{
		{State: shared.StateVerifying, Timeline: timeline(0, 0), Task: &shared.Task{Kind: shared.TaskVerify, Revision: 3}},
		{State: shared.StateMerged, Timeline: timeline(0, 0), Task: &shared.Task{Kind: shared.TaskVerify, Assignee: "c4", Revision: 3}},
		{State: shared.StateFiled, Timeline: timeline(0, 0)},
	} {
		if _, changed := shared.Reach(still, true, 9); changed {
			t.Errorf("%s reached somebody", still.State)
		}
	}
}
