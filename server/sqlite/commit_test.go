package sqlite

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"testing"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

func TestL3_theSamePushManyTimesFromManyConnections(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	for range 5 {
		p.report()
	}
	pushes := []session.Push{p.push(1, 3), p.push(1, 5)}
	first, _ := w.Commit(w.ctx, []session.Push{p.push(1, 5)})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for round := range 5 {
				push := pushes[(i+round)%2]
				results, changed := w.Commit(w.ctx, []session.Push{push, push})
				for _, r := range results {
					if r.Fault != nil || !reflect.DeepEqual(r.Answers, first[0].Answers[:len(push.Operations)]) {
						t.Errorf("a repeat was answered %+v", r)
					}
				}
				if len(changed) != 0 {
					t.Errorf("a repeat changed %+v", changed)
				}
			}
		})
	}
	group.Wait()
	if n := counts(t, w, `SELECT count(*) FROM operations`); n != 5 {
		t.Errorf("%d operations are kept, want 5", n)
	}
}

func TestL3_aRaceToBeFirstHasOneWinner(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	p.report()
	push := p.push(1, 1)
	answers := make([]session.Result, 8)
	var group sync.WaitGroup
	for i := range answers {
		group.Go(func() {
			results, _ := w.Commit(w.ctx, []session.Push{push})
			answers[i] = results[0]
		})
	}
	group.Wait()
	for _, a := range answers {
		if !reflect.DeepEqual(a.Answers, answers[0].Answers) || a.Fault != nil {
			t.Errorf("answers differ: %+v and %+v", a, answers[0])
		}
	}
	if len(w.changed) != 1 {
		t.Errorf("%d changes were announced, want 1", len(w.changed))
	}
}

func TestR20_aForkConsumesNothing(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	p.report()
	p.send()
	p.Made = nil
	p.report()
	results, _ := w.Commit(w.ctx, []session.Push{p.push(1, 1)})
	if results[0].Fault == nil || results[0].Fault.Code != "replica.forked" {
		t.Errorf("a fork was answered %+v", results[0])
	}
	if n := counts(t, w, `SELECT count(*) FROM operations`); n != 1 {
		t.Errorf("%d operations are kept, want 1", n)
	}
}

func TestL6_R23_aRefusedOperationIsKeptOutsideTheFeed(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	p.make(shared.Body{Case: "01990000-0000-7000-8000-000000000001", Action: shared.ActionReport, Payload: shared.Payload{Category: "unknown", Description: "x"}})
	id := p.report()
	answers := p.send()
	if answers[0].Outcome != shared.OutcomeRefused || answers[0].Fault != "category.unknown" || answers[0].Seq != 0 {
		t.Errorf("unknown category was answered %+v", answers[0])
	}
	if ids, _, _ := w.pull("a-leader", 0); !reflect.DeepEqual(ids, []string{id}) {
		t.Errorf("the leader pulls %v, want the good one", ids)
	}
	var text string
	w.must(w.reading.QueryRow(`SELECT text FROM operations WHERE counter = 1`).Scan(&text))
	if text != p.Made[0] {
		t.Error("the refused body is not kept exactly")
	}
}

func TestL13_R25_aGapIsRecordedAndSeen(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	p.report()
	p.send()
	p.report()
	id := p.report()
	push := p.push(3, 3)
	push.Oldest = 3
	results, changed := w.Commit(w.ctx, []session.Push{push})
	if results[0].Fault != nil || len(changed) != 1 || changed[0].Case.ID != id {
		t.Fatalf("push after a gap: %+v", results[0])
	}
	want := []session.Gap{{Replica: p.ID, From: 2, To: 2, At: w.clock}}
	gaps, err := w.Gaps(w.ctx, p.ID)
	if w.must(err); !reflect.DeepEqual(gaps, want) || !reflect.DeepEqual(w.gaps, want) {
		t.Errorf("gaps are %+v, told %+v, want %+v", gaps, w.gaps, want)
	}
	if n := counts(t, w, `SELECT count(*) FROM operations WHERE marks LIKE '%chainUnproven%'`); n != 1 {
		t.Error("the operation after the gap is not marked")
	}
}

func TestL3_R22_whatWasReissuedIsTakenOnce(t *testing.T) {
	w := newWorld(t)
	old := w.phone("a-one")
	id := old.report()
	old.send()
	fresh := w.phone("a-one")
	was := &shared.Reference{Replica: old.ID, Counter: 1, Hash: shared.HashText(old.Made[0])}
	fresh.make(shared.Body{Case: id, Action: shared.ActionReport, Payload: shared.Payload{Category: category, Description: "井盖破损 <&>"}, Was: was})
	if a := fresh.send()[0]; a.Fault != "operation.repeated" {
		t.Errorf("reissue of a held operation: %+v", a)
	}
	lost := &shared.Reference{Replica: old.ID, Counter: 2, Hash: shared.HashText("never arrived")}
	again := shared.Body{Case: id, Action: shared.ActionComment, Payload: shared.Payload{Words: "x"}, Was: lost}
	fresh.make(again)
	fresh.make(again)
	answers := fresh.send()
	if answers[0].Outcome != shared.OutcomeApplied || answers[1].Fault != "operation.repeated" {
		t.Errorf("reissue of a lost operation twice: %+v", answers)
	}
}

// A push that the database itself cannot take (here: by a constraint that judging does not know) must not hurt the others.
func TestR26_aPoisonPushFailsAlone(t *testing.T) {
	w := newWorld(t)
	good, bad, last := w.phone("a-one"), w.phone("a-two"), w.phone("b-one")
	good.report()
	bad.report()
	last.report()
	w.must(w.write(w.ctx, func(ctx context.Context, in *writer) error {
		return in.exec(ctx, fmt.Sprintf(`CREATE TRIGGER poison BEFORE INSERT ON operations WHEN NEW.replica = '%s' BEGIN SELECT RAISE(ABORT, 'poison'); END`, bad.ID))
	}))
	pushes := []session.Push{good.push(1, 1), bad.push(1, 1), last.push(1, 1)}
	results, changed := w.Commit(w.ctx, pushes)
	if results[0].Fault != nil || results[2].Fault != nil || len(changed) != 2 {
		t.Errorf("neighbours of a poison push: %+v, changed %d", results, len(changed))
	}
	if f := results[1].Fault; f == nil || f.Code != "internal" || f.Replica != bad.ID || len(results[1].Answers) != 0 {
		t.Errorf("the poison push was answered %+v", results[1])
	}
	w.must(w.write(w.ctx, func(ctx context.Context, in *writer) error { return in.exec(ctx, `DROP TRIGGER poison`) }))
	if results, _ := w.Commit(w.ctx, pushes[1:2]); results[0].Fault != nil || results[0].Answers[0].Seq != 3 {
		t.Errorf("sent again: %+v", results[0])
	}
}

func TestR26_ACrashWhileJudgingFailsAlone(t *testing.T) {
	w := newWorld(t)
	good, bad := w.phone("a-one"), w.phone("a-two")
	good.report()
	bad.report()
	w.rules.Mac = func(text string) string {
		if len(text) > 52 && text[17:53] == bad.ID {
			panic("planted")
		}
		return "mac"
	}
	results, _ := w.Commit(w.ctx, []session.Push{bad.push(1, 1), good.push(1, 1)})
	if results[0].Fault == nil || results[0].Fault.Code != "internal" || results[1].Fault != nil {
		t.Errorf("answers are %+v", results)
	}
}

func TestR13_ofARevokedReplicaOnlyEarlierEvidenceCounts(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	p.Anchor = &shared.Anchor{Token: "given", At: w.clock}
	before := p.report()
	w.clock += 60_000
	w.must(w.Revoke(w.ctx, p.ID))
	w.clock += 60_000
	p.Anchor = &shared.Anchor{Token: "given", At: w.clock}
	p.report()
	known, err := w.Known(w.ctx, []wire.Holding{p.Holding()})
	if w.must(err); known[0].Fault != "replica.revoked" {
		t.Errorf("welcome says %+v", known[0])
	}
	answers := p.send()
	if answers[0].Outcome != shared.OutcomeApplied || answers[1].Fault != "replica.revoked" {
		t.Errorf("answers are %+v", answers)
	}
	if ids, _, _ := w.pull("a-leader", 0); !reflect.DeepEqual(ids, []string{before}) {
		t.Errorf("the leader pulls %v", ids)
	}
}

// The command line runs beside the server: what another process wrote is seen, and announced in order.
func TestAnotherProcessWrites(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	first := p.report()
	p.send()
	other, err := Open(w.ctx, w.path, w.options())
	w.must(err)
	defer other.Close()
	other.options.OnChange = nil
	second := p.report()
	if results, _ := other.Commit(w.ctx, []session.Push{p.push(2, 2)}); results[0].Answers[0].Seq != 2 {
		t.Fatalf("the other process was answered %+v", results[0])
	}
	w.must(other.PutPeople(w.ctx, []Person{{Login: "a-two", Label: "x", Role: shared.RoleCollector, Squad: "B"}}))
	q := w.phone("a-two")
	third := q.report()
	if a := q.send()[0]; a.Seq != 3 {
		t.Errorf("sequence after the other process is %d, want 3", a.Seq)
	}
	if w.elsewhere != 1 {
		t.Errorf("the other process was noticed %d times, want once, before the next transaction", w.elsewhere)
	}
	var told []string
	for _, c := range w.changed {
		told = append(told, c.Case.ID+" "+c.Case.Squad)
	}
	if want := []string{first + " A", second + " A", third + " B"}; !reflect.DeepEqual(told, want) {
		t.Errorf("announced %v, want %v", told, want)
	}
}
