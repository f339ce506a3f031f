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
