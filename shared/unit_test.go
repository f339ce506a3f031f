package shared_test

import (
	"strings"
	"testing"

	"buxun/shared"

	"pgregory.net/rapid"
)

// Whatever happened in a case's life, what its unit is shown names no collector, no phone of one and no voice.
func TestL10_AUnitNeverSeesWhoTheCollectorIs(t *testing.T) {
	shown := 0
	rapid.Check(t, func(r *rapid.T) {
		p := playing(r)
		p.steady = rapid.Bool().Draw(r, "steady")
		whole := p.live(t, 14, func(step, *shared.Case, *shared.Case) {})
		if whole.Case == nil {
			return
		}
		before := string(toJSON(t, whole.Case))
		text := string(toJSON(t, shared.ForUnit(*whole.Case)))
		for _, who := range p.people {
			if who.standing.Role != shared.RoleCollector {
				continue
			}
			if strings.Contains(text, `"`+who.author.ID+`"`) || strings.Contains(text, who.replica) {
				r.Fatalf("%s is named in %s", who.author.ID, text)
			}
		}
		if strings.Contains(text, "audio/") {
			r.Fatalf("a voice in %s", text)
		}
		if after := string(toJSON(t, whole.Case)); after != before {
			r.Fatal("the case itself changed")
		}
		shown += len(shared.ForUnit(*whole.Case).Timeline)
	})
	if shown == 0 {
		t.Error("nothing was ever shown: the test shows nothing")
	}
}

func TestAUnitSeesWhatIsAskedOfItAndNotTheSquadsTalk(t *testing.T) {
	entry := func(revision int64, action shared.Action, role shared.Role, id string) shared.Entry {
		return shared.Entry{Revision: revision, Action: action, Role: role, By: shared.Author{Kind: shared.AuthorPerson, ID: id}}
	}
	c := shared.Case{Reporter: shared.Author{Kind: shared.AuthorPerson, ID: "c3"}, Timeline: []shared.Entry{
		entry(1, shared.ActionReport, shared.RoleCollector, "c3"), entry(2, shared.ActionComment, shared.RoleLeader, "l6"),
		entry(3, shared.ActionDispatch, shared.RoleLeader, "l6"), entry(4, shared.ActionComment, shared.RoleUnit, "u1"),
		entry(5, shared.ActionSendRecheck, shared.RoleLeader, "l6"),
	}}
	var seen []int64
	for _, e := range shared.ForUnit(c).Timeline {
		seen = append(seen, e.Revision)
	}
	expect(t, []any{1.0, 3.0, 4.0}, seen)
}
