package session_test

import (
	"testing"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// A revoked phone is heard to the end and told of no case (R13).
func TestL10_R13_ALeavingPhonePushesAndPullsNothing(t *testing.T) {
	s := session.New(session.Reader{Person: "one", Standing: shared.Standing{Role: shared.RoleCollector, Squad: "A"}, Scope: "1", Leaving: true}, 0)
	var all []session.Effect
	for _, e := range []session.Event{
		session.Heard{Frame: &wire.Hello{T: wire.TypeHello, V: wire.Version}}, session.Greeted{Head: 5},
		session.Heard{Frame: &wire.Push{T: wire.TypePush}}, session.Heard{Frame: &wire.Pull{T: wire.TypePull}},
		session.Committed{Result: session.Result{Answers: []wire.Answer{{Counter: 1}}}},
		session.Published{Changed: session.Changed{Seq: 6, Case: shared.Case{ID: "c", Squad: "A"}}},
	} {
		var effects []session.Effect
		s, effects = session.Step(s, e)
		all = append(all, effects...)
	}
	acked, committed := false, false
	for _, e := range all {
		switch e := e.(type) {
		case session.Read:
			t.Error("a page is read for it")
		case session.Commit:
			committed = true
		case session.Send:
			switch e.Frame.(type) {
			case wire.Ack:
				acked = true
			case wire.Cases, wire.Change, wire.Leave:
				t.Errorf("it is told %+v", e.Frame)
			}
		}
	}
	if !acked || !committed || s.Live() {
		t.Errorf("committed %v, acknowledged %v, live %v", committed, acked, s.Live())
	}
}
