package shared_test

import (
	"testing"

	"buxun/shared"
)

// lifeVectors is vectors/apply.json.
type lifeVectors struct {
	Base    any
	Vectors []lifeVector
}

type lifeVector struct {
	Name, Law string
	Steps     []struct {
		Body    any
		Verdict shared.Verdict
		Hash    string
		Here    shared.Arrival
		Changed bool
	}
	Expected any
}

func TestApplyVectors(t *testing.T) { runLives(t, "") }

func TestL5_NothingIsOverwrittenSilently(t *testing.T) { runLives(t, "L5") }

func TestL6_LateEvidenceIsOnTheTimeline(t *testing.T) { runLives(t, "L6") }

// runLives runs a law's lives, or all of them.
func runLives(t *testing.T, law string) {
	t.Helper()
	var file lifeVectors
	readVectors(t, "apply.json", &file)
	run := 0
	for _, v := range file.Vectors {
		if law != "" && v.Law != law {
			continue
		}
		run++
		t.Run(v.Name, func(t *testing.T) {
			c := v.live(t, file.Base)
			if v.Expected == nil && c != nil {
				t.Errorf("got %+v, want no case", *c)
			}
			if v.Expected != nil {
				expect(t, v.Expected, c)
			}
		})
	}
	if run == 0 {
		t.Fatal("no vectors")
	}
}

func (v lifeVector) live(t *testing.T, base any) *shared.Case {
	t.Helper()
	var c *shared.Case
	for i, step := range v.Steps {
		if step.Body != nil {
			c = shared.Apply(c, read[shared.Body](t, toJSON(t, merged(base, step.Body))), step.Verdict)
			continue
		}
		next, changed := shared.Arrive(*c, step.Hash, step.Here)
		if changed != step.Changed {
			t.Errorf("step %d: changed is %v", i, changed)
		}
		c = &next
	}
	return c
}

// Two operations applied to one case (the phone's forecast and what came of it) must not write into each other's lists,
// whatever room these have behind their ends.
func TestSiblingsOfACaseShareNothing(t *testing.T) {
	verdict := shared.Verdict{Outcome: shared.OutcomeApplied, Role: shared.RoleCollector}
	amend := func(words string) shared.Body {
		return shared.Body{
			Action: shared.ActionAmend, Author: shared.Author{ID: words}, Photos: []shared.Photo{{Hash: words}},
			Payload: shared.Payload{Changes: []shared.Change{{Field: shared.FieldAddress, From: "unseen", To: words}}},
		}
	}
	parent := shared.Apply(nil, shared.Body{Action: shared.ActionReport}, verdict)
	for _, words := range []string{"1", "2", "3", "4", "5"} {
		parent = shared.Apply(parent, amend(words), verdict)
		first := shared.Apply(parent, amend("first"), verdict)
		shared.Apply(parent, amend("second"), verdict)
		last := len(first.Conflicts) - 1
		if got := first.Conflicts[last].Kept + first.Photos[last].Hash + first.Timeline[last+1].By.ID; got != "firstfirstfirst" {
			t.Errorf("after %s: the second sibling wrote into the first: %s", words, got)
		}
	}
}
