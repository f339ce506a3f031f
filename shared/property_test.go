package shared_test

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"buxun/shared"

	"pgregory.net/rapid"
)

// playing is a player whose choices rapid makes, so that a failing life shrinks.
func playing(t *rapid.T) *player {
	return newPlayer(rapidChoice(t))
}

// check plays lives of up to 12 steps and gives every step to watch.
func check(t *testing.T, watch func(t *rapid.T, s step, before, after *shared.Case)) {
	t.Helper()
	rapid.Check(t, func(r *rapid.T) {
		playing(r).live(t, 1+rapid.IntRange(0, 11).Draw(r, "steps"), func(s step, before, after *shared.Case) {
			watch(r, s, before, after)
		})
	})
}

// Apply and Arrive share no memory with what they were given: earlier cases stay as they were to the end of the life,
// also where two operations were applied to one case (the phone's forecast and what came of it).
func TestApplyChangesNothingThatItWasGiven(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		type kept struct {
			c    *shared.Case
			text string
		}
		var all []kept
		keep := func(c *shared.Case) { all = append(all, kept{c, string(toJSON(t, c))}) }
		forecast := playing(r)
		playing(r).live(t, 7, func(_ step, before, after *shared.Case) {
			if after != before {
				keep(after)
			}
			_, other := forecast.act(t, before)
			keep(other)
			for _, k := range all {
				if now := string(toJSON(t, k.c)); now != k.text {
					r.Fatalf("an earlier case changed\nfrom %s\n  to %s", k.text, now)
				}
			}
		})
	})
}

func TestRevisionsCountWhatIsOnTheTimeline(t *testing.T) {
	check(t, func(t *rapid.T, s step, before, after *shared.Case) {
		if s.Verdict != nil && s.Verdict.Outcome == shared.OutcomeRefused && before != after {
			t.Fatalf("a refused operation changed the case")
		}
		if after == nil {
			return
		}
		was := int64(0)
		if before != nil {
			was = before.Revision
		}
		if s.Verdict != nil && s.Verdict.Outcome != shared.OutcomeRefused {
			was++
		}
		if after.Revision != was || int64(len(after.Timeline)) != was {
			t.Fatalf("revision %d with %d on the timeline, want %d", after.Revision, len(after.Timeline), was)
		}
		for i, entry := range after.Timeline {
			if entry.Revision != int64(i+1) {
				t.Fatalf("entry %d has revision %d", i, entry.Revision)
			}
		}
	})
}

// The log is the operations with their recorded verdicts. Judged anew by another table and another roll of people they
// would come out otherwise; replayed, they give the same case.
func TestL5_ReplayUsesTheRecordedVerdictsWhateverTodaysTableSays(t *testing.T) {
	otherwise := 0
	rapid.Check(t, func(r *rapid.T) {
		whole := playing(r).live(t, 10, func(step, *shared.Case, *shared.Case) {})
		var c *shared.Case
		for _, s := range whole.Steps {
			if s.Verdict == nil {
				next, _ := shared.Arrive(*c, s.Hash, s.Here)
				c = &next
				continue
			}
			body, err := shared.ParseBody(s.Text)
			if err != nil {
				r.Fatal(err)
			}
			today := shared.Judge(c, body, shared.Judging{Workflow: shared.Workflow{Version: 99}, CategoryKnown: true})
			if today.Outcome != s.Verdict.Outcome {
				otherwise++
			}
			c = shared.Apply(c, body, *s.Verdict)
		}
		if !reflect.DeepEqual(plainJSON(t, c), plainJSON(t, whole.Case)) {
			r.Fatalf("replayed:\n%s\nfirst:\n%s", toJSON(t, c), toJSON(t, whole.Case))
		}
	})
	if otherwise == 0 {
		t.Error("today's table judged everything alike: the test shows nothing")
	}
}

// Whatever the devices' clocks said, with the same verdicts the same values are shown and the same are kept beside them.
func TestL5_DeviceClocksDecideNothing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		whole := playing(r).live(t, 10, func(step, *shared.Case, *shared.Case) {})
		var right, wrong *shared.Case
		for _, s := range whole.Steps {
			if s.Verdict == nil {
				continue
			}
			body, err := shared.ParseBody(s.Text)
			if err != nil {
				r.Fatal(err)
			}
			right = shared.Apply(right, body, *s.Verdict)
			body.Time.Device = rapid.Int64Range(0, 1<<53-1).Draw(r, "clock")
			wrong = shared.Apply(wrong, body, *s.Verdict)
		}
		if !reflect.DeepEqual(plainJSON(t, right), plainJSON(t, wrong)) {
			r.Fatalf("with right clocks:\n%s\nwith wrong ones:\n%s", toJSON(t, right), toJSON(t, wrong))
		}
	})
}

// A value that the case showed is shown still, was replaced by somebody who saw it, or stands among the conflicts with
// the person who set it.
func TestL5_NoValueVanishes(t *testing.T) {
	check(t, func(t *rapid.T, s step, before, after *shared.Case) {
		if s.Verdict == nil || before == nil || after == nil {
			return
		}
		body, err := shared.ParseBody(s.Text)
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range []shared.Field{shared.FieldCategory, shared.FieldDescription, shared.FieldAddress, shared.FieldPin} {
			was := shown(*before, field)
			if was == "" || shown(*after, field) == was {
				continue
			}
			seen := slices.ContainsFunc(body.Payload.Changes, func(ch shared.Change) bool { return ch.Field == field && ch.From == was })
			kept := slices.ContainsFunc(after.Conflicts[len(before.Conflicts):], func(c shared.Conflict) bool { return c.Field == field && c.Lost == was })
			if !seen && !kept {
				t.Fatalf("%s was %q, is %q, and nobody is told: %+v", field, was, shown(*after, field), body.Payload.Changes)
			}
		}
		if len(after.Conflicts) < len(before.Conflicts) {
			t.Fatal("a conflict vanished")
		}
	})
}

// Evidence of somebody whom the table permits and whose scope the case is in is refused for what it lacks only, never
// for the case's state; and whatever came of it, its photos, place, time and words are on the timeline.
func TestL6_FieldEvidenceIsNeverRefused(t *testing.T) {
	lacking := []string{"category.unknown", "case.notInScope", "operation.notPermitted"}
	check(t, func(t *rapid.T, s step, before, after *shared.Case) {
		if s.Verdict == nil {
			return
		}
		body, err := shared.ParseBody(s.Text)
		if err != nil {
			t.Fatal(err)
		}
		move, _ := shared.BuiltinWorkflow().Move(body.Action)
		if s.Verdict.Outcome == shared.OutcomeRefused {
			if code := s.Verdict.Fault; move.Evidence && move.Missing(body) != code && !slices.Contains(lacking, code) {
				t.Fatalf("evidence refused with %s", code)
			}
			return
		}
		entry := after.Timeline[len(after.Timeline)-1]
		if !reflect.DeepEqual(entry.Payload, body.Payload) || !reflect.DeepEqual(entry.Place, body.Place) || entry.At != s.Verdict.At {
			t.Fatalf("the timeline has %+v of %+v", entry, body)
		}
		for _, photo := range body.Photos {
			if !slices.Contains(entry.Photos, photo.Hash) || !slices.ContainsFunc(after.Photos, func(p shared.CasePhoto) bool { return p.Hash == photo.Hash }) {
				t.Fatalf("photo %s is not on the case", photo.Hash)
			}
		}
		for _, voice := range body.Voices {
			if !slices.Contains(entry.Voices, voice.Hash) || !slices.ContainsFunc(after.Voices, func(v shared.CaseVoice) bool { return v.Hash == voice.Hash }) {
				t.Fatalf("voice note %s is not on the case", voice.Hash)
			}
		}
		if s.Verdict.Outcome == shared.OutcomeLate && before != nil && (after.State != before.State || entry.Late == "") {
			t.Fatalf("late evidence led from %s to %s, marked %q", before.State, after.State, entry.Late)
		}
	})
}

// However improbable its time, place and photos are, an operation comes out as it would have without that.
func TestL11_MarksBlockNothing(t *testing.T) {
	improbable := 0
	check(t, func(t *rapid.T, s step, before, _ *shared.Case) {
		if s.Verdict == nil {
			return
		}
		body, err := shared.ParseBody(s.Text)
		if err != nil {
			t.Fatal(err)
		}
		judging := *s.Judging
		judging.Workflow = shared.BuiltinWorkflow()
		judging.AfterGap = true
		got := shared.Judge(before, suspect(t, body), judging)
		if resultOf(got) != resultOf(*s.Verdict) || got.Role != s.Verdict.Role || got.Squad != s.Verdict.Squad {
			t.Fatalf("got %+v, want %+v", got, *s.Verdict)
		}
		improbable += len(got.Marks)
	})
	if improbable == 0 {
		t.Error("nothing was improbable: the test shows nothing")
	}
}

// suspect is the same deed with an impossible clock, place and camera.
func suspect(t *rapid.T, b shared.Body) shared.Body {
	at, nowhere := int64(0), 0.0
	b.Time = shared.DeviceTime{Device: one[int64](rapidChoice(t), 0, -1, 1<<53-1)}
	b.Anchor = &shared.Anchor{Token: "t", At: 1 << 52}
	b.Place = one(rapidChoice(t), nil, &shared.Fix{Accuracy: math.MaxFloat64}, &shared.Fix{Longitude: 999, Latitude: -999, At: -1 << 52})
	b.Photos = slices.Clone(b.Photos)
	for i := range b.Photos {
		b.Photos[i].Origin, b.Photos[i].TakenAt = shared.OriginGallery, 0
		b.Photos[i].Exif = &shared.Exif{At: &at, Longitude: &nowhere, Latitude: &nowhere}
	}
	return b
}

func rapidChoice(t *rapid.T) chooser {
	return func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "choice") }
}
