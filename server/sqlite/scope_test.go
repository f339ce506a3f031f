package sqlite

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"buxun/server/roster"
	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

func TestL10_aPageHoldsNothingForeign(t *testing.T) {
	w := newWorld(t)
	a, a2, b := w.phone("a-one"), w.phone("a-two"), w.phone("b-one")
	a1, b1, a3 := a.report(), b.report(), a2.report()
	a.send()
	b.send()
	a2.send()
	for login, want := range map[string][]string{
		"a-one": {a1, a3}, "a-two": {a1, a3}, "a-leader": {a1, a3}, "b-one": {b1}, "b-leader": {b1}, "admin": {a1, b1, a3},
	} {
		ids, leaves, seq := w.pull(login, 0)
		if !reflect.DeepEqual(ids, want) || len(leaves) != 0 || seq != 3 {
			t.Errorf("%s pulls %v, leaves %v, up to %d; want %v up to 3", login, ids, leaves, seq, want)
		}
	}
	if _, ok, err := w.Case(w.ctx, w.reader("b-leader"), a1); ok || err != nil {
		t.Errorf("the other squad's leader reads the case: %v", err)
	}
}

func TestL10_aRefusalDoesNotTellAForeignCaseFromNone(t *testing.T) {
	w := newWorld(t)
	a, leader := w.phone("a-one"), w.phone("b-leader")
	id := a.report()
	a.send()
	leader.make(shared.Body{Case: id, Action: shared.ActionFile})
	leader.make(shared.Body{Case: "01990000-0000-7000-8000-00000000ffff", Action: shared.ActionFile})
	for _, answer := range leader.send() {
		if answer.Outcome != shared.OutcomeRefused || answer.Fault != "case.notInScope" {
			t.Errorf("filing a case of another squad or none: %+v", answer)
		}
	}
}

func TestL10_ATransferLeavesOneSquadAndReachesTheOther(t *testing.T) {
	w := newWorld(t)
	a := w.phone("a-one")
	id := a.report()
	a.send()
	_, _, since := w.pull("a-leader", 0)
	w.transfer(id, "B")
	last := w.changed[len(w.changed)-1]
	if last.LeftSquad != "A" || last.Case.Squad != "B" {
		t.Errorf("announced %+v", last)
	}
	if ids, leaves, _ := w.pull("a-leader", since); len(ids) != 0 || !slices.Equal(leaves, []string{id}) {
		t.Errorf("the old leader pulls %v, leaves %v", ids, leaves)
	}
	if ids, leaves, _ := w.pull("a-leader", 0); len(ids)+len(leaves) != 0 {
		t.Errorf("the old leader's full pull names %v, leaves %v", ids, leaves)
	}
	if ids, leaves, _ := w.pull("a-one", since); !slices.Equal(ids, []string{id}) || len(leaves) != 0 {
		t.Errorf("who reported it pulls %v, leaves %v: it stays in that person's scope", ids, leaves)
	}
	if ids, _, _ := w.pull("b-one", since); !slices.Equal(ids, []string{id}) {
		t.Errorf("the new squad pulls %v", ids)
	}
	w.transfer(id, "A")
	if ids, leaves, _ := w.pull("a-leader", since); !slices.Equal(ids, []string{id}) || len(leaves) != 0 {
		t.Errorf("after it came back the leader pulls %v, leaves %v", ids, leaves)
	}
}

func TestL4_pagesNameEachCaseOnceAtItsLatestRevision(t *testing.T) {
	w := newWorld(t)
	a, leader := w.phone("a-one"), w.phone("a-leader")
	var ids []string
	for range 7 {
		ids = append(ids, a.report())
	}
	a.send()
	leader.make(shared.Body{Case: ids[0], Action: shared.ActionReturn, Payload: shared.Payload{Reason: "看不清"}, Seen: 1})
	leader.send()
	got, _, seq := w.pull("a-one", 0)
	if want := append(slices.Clone(ids[1:]), ids[0]); !slices.Equal(got, want) || seq != 8 {
		t.Errorf("pulled %v up to %d, want %v up to 8", got, seq, want)
	}
	if again, leaves, seq := w.pull("a-one", seq); len(again)+len(leaves) != 0 || seq != 8 {
		t.Errorf("a second quiet pull names %v, %v up to %d", again, leaves, seq)
	}
}

func TestL4_R31_whatEndedLongAgoIsNotPulledAndIsDropped(t *testing.T) {
	w := newWorld(t)
	a, leader := w.phone("a-one"), w.phone("a-leader")
	ended, open := a.report(), a.report()
	a.send()
	_, _, since := w.pull("a-one", 0)
	leader.make(shared.Body{Case: ended, Action: shared.ActionReject, Payload: shared.Payload{Reason: "x"}, Seen: 1})
	leader.send()
	if ids, _, _ := w.pull("a-one", since); !slices.Equal(ids, []string{ended}) {
		t.Errorf("the rejection is pulled as %v", ids)
	}
	w.clock += (wire.KeepDays + 1) * dayMs
	if ids, leaves, _ := w.pull("a-one", 0); !slices.Equal(ids, []string{open}) || len(leaves) != 0 {
		t.Errorf("an empty phone pulls %v, leaves %v", ids, leaves)
	}
	if ids, leaves, _ := w.pull("a-one", since); len(ids) != 0 || !slices.Equal(leaves, []string{ended}) {
		t.Errorf("a phone that was away pulls %v, leaves %v", ids, leaves)
	}
}

func TestR33_standingOfThePast(t *testing.T) {
	w := newWorld(t)
	a := w.phone("a-one")
	a.Anchor = &shared.Anchor{Token: "given", At: w.clock}
	id := a.report()
	w.clock += 60_000
	scope := w.reader("a-one").Scope
	w.must(w.PutPeople(w.ctx, []Person{{Login: "a-one", Label: "采集员B-9", Role: shared.RoleCollector, Squad: "B"}}))
	if now := w.reader("a-one"); now.Scope == scope || now.Standing.Squad != "B" || !slices.Equal(w.scoped, []string{w.ids["a-one"]}) {
		t.Errorf("after the move the reader is %+v, told %v", now, w.scoped)
	}
	a.send()
	if ids, _, _ := w.pull("a-leader", 0); !slices.Equal(ids, []string{id}) {
		t.Errorf("what was made in squad A is pulled there as %v", ids)
	}
	a.Anchor = &shared.Anchor{Token: "forged", At: w.clock - 50_000}
	second := a.report()
	a.send()
	if ids, _, _ := w.pull("b-leader", 0); !slices.Equal(ids, []string{second}) {
		t.Errorf("an anchor that was not given must bound nothing; squad B pulls %v", ids)
	}
	if ids, _, _ := w.pull("a-one", 0); len(ids) != 2 {
		t.Errorf("own cases of both squads: %v", ids)
	}
}

func TestL10_R37_aPersonMovedTwiceInOneMomentAndBackIsToldEachTime(t *testing.T) {
	w := newWorld(t)
	for _, squad := range []string{"B", "A", "B"} {
		w.must(w.PutPeople(w.ctx, []Person{{Login: "a-one", Label: "x", Role: shared.RoleCollector, Squad: squad}}))
	}
	a := w.phone("a-one")
	a.report()
	if answer := a.send()[0]; answer.Outcome != shared.OutcomeApplied || w.changed[0].Case.Squad != "B" {
		t.Errorf("judged %+v in squad %s", answer, w.changed[0].Case.Squad)
	}
	if n := len(w.scoped); n != 3 {
		t.Errorf("%d changes of scope were told, want 3", n)
	}
	w.must(w.PutPeople(w.ctx, []Person{{Login: "a-one", Label: "y", Role: shared.RoleCollector, Squad: "B"}}))
	if len(w.scoped) != 3 {
		t.Error("a new label is no change of scope")
	}
}

func TestDisabledPeople(t *testing.T) {
	w := newWorld(t)
	a := w.phone("a-one")
	w.must(w.OpenSession(w.ctx, SessionRow{TokenHash: []byte("t"), Person: w.ids["a-one"], CreatedAt: w.clock, ExpiresAt: w.clock + 1000}))
	w.must(w.Disable(w.ctx, "a-one"))
	if _, ok, _ := w.SessionByToken(w.ctx, []byte("t"), w.clock); ok {
		t.Error("the session outlives the account")
	}
	if _, err := w.Reader(w.ctx, w.ids["a-one"]); shared.FaultCode(err) != "session.missing" {
		t.Errorf("reader of a disabled account: %v", err)
	}
	a.report()
	if answer := a.send()[0]; answer.Fault != "operation.notPermitted" {
		t.Errorf("what a disabled person makes now: %+v", answer)
	}
	if err := w.Disable(w.ctx, "nobody"); shared.FaultCode(err) != "request.notFound" {
		t.Errorf("disabling nobody: %v", err)
	}
}

func TestL10_TheDirectoryEndsAtTheScope(t *testing.T) {
	w := newWorld(t)
	ring := [][2]float64{{113.1, 27.8}, {113.2, 27.8}, {113.2, 27.9}, {113.1, 27.8}}
	w.must(w.PutAreas(w.ctx, []roster.Area{
		{Code: "430204001", Name: "甲社区", Squad: "A", Kind: roster.KindCommunity, Ring: ring},
		{Code: "430204002", Name: "乙社区", Squad: "B", Kind: roster.KindCommunity, Generated: true, Ring: ring},
	}))
	d, err := w.Directory(w.ctx, w.reader("a-one"))
	w.must(err)
	if len(d.Squads) != 1 || d.Squads[0].Code != "A" || len(d.People) != 3 || len(d.Areas) != 1 || !reflect.DeepEqual(d.Areas[0].Ring, ring) {
		t.Errorf("the collector's directory is %+v", d)
	}
	for _, p := range d.People {
		if p.Squad != "A" {
			t.Errorf("a foreign person: %+v", p)
		}
	}
	all, err := w.Directory(w.ctx, w.reader("admin"))
	w.must(err)
	if len(all.Squads) != 2 || len(all.People) != 6 || len(all.Areas) != 2 || !all.Areas[1].Generated {
		t.Errorf("the admin's directory is %+v", all)
	}
	w.must(w.PutPeople(w.ctx, []Person{{Login: "b-two", Label: "采集员B-2", Role: shared.RoleCollector, Squad: "B"}}))
	if again, _ := w.Directory(w.ctx, w.reader("a-one")); again.Version != d.Version {
		t.Error("the version changes with what lies outside the scope")
	}
	w.must(w.PutSquads(w.ctx, []roster.Squad{{Code: "A", Name: "第一中队"}}))
	if again, _ := w.Directory(w.ctx, w.reader("a-one")); again.Version == d.Version {
		t.Error("the version stays when the content changes")
	}
	if err := w.PutAreas(w.ctx, []roster.Area{{Code: "x", Squad: "C"}}); shared.FaultCode(err) != "file.malformed" {
		t.Errorf("area of an unknown squad: %v", err)
	}
}

func TestL13_TheCentreSeesWhatPhonesMadeAndItDoesNotHave(t *testing.T) {
	w := newWorld(t)
	a, b := w.phone("a-one"), w.phone("b-one")
	for range 3 {
		a.report()
	}
	_, err := w.Known(w.ctx, []wire.Holding{{Replica: a.ID, Oldest: 1, Last: 17}, {Replica: b.ID, Last: 2}, {Replica: "01990000-0000-7000-8000-00000000dead", Last: 1}})
	w.must(err)
	push := a.push(1, 3)
	push.Operations, push.Signature = push.Operations[:2], ""
	signature, err := a.Sign(shared.SignedText(shared.HashText(a.Made[1])))
	w.must(err)
	push.Signature = signature
	w.Commit(w.ctx, []session.Push{push})
	phones, err := w.Phones(w.ctx, w.reader("a-leader"))
	w.must(err)
	want := []Phone{{Replica: a.ID, Person: w.ids["a-one"], Known: 2, Last: 17, LastHelloAt: w.clock}}
	if !reflect.DeepEqual(phones, want) {
		t.Errorf("the leader sees %+v, want %+v", phones, want)
	}
	w.reopen()
	if phones, _ := w.Phones(w.ctx, w.reader("admin")); len(phones) != 2 {
		t.Errorf("the admin sees %+v", phones)
	}
	if phones, _ := w.Phones(w.ctx, w.reader("a-two")); len(phones) != 0 {
		t.Errorf("a colleague sees %+v", phones)
	}
}

func TestDeliveredAndSeen(t *testing.T) {
	w := newWorld(t)
	a := w.phone("a-one")
	id := a.report()
	a.send()
	w.must(w.Delivered(w.ctx, w.reader("a-leader"), 99))
	w.must(w.Delivered(w.ctx, w.reader("a-leader"), 0))
	w.must(w.Seen(w.ctx, w.reader("a-leader"), []wire.SeenCase{{Case: id, Revision: 99}}))
	w.must(w.Seen(w.ctx, w.reader("b-leader"), []wire.SeenCase{{Case: id, Revision: 1}}))
	got, err := w.Attentions(w.ctx, w.reader("a-one"), id)
	w.must(err)
	want := []Attention{{Person: w.ids["a-leader"], DeliveredAt: w.clock, Seen: 1, SeenAt: w.clock}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if n := counts(t, w, `SELECT count(*) FROM seen`); n != 1 {
		t.Errorf("%d rows of seen, want 1: who cannot see a case has not seen it", n)
	}
	if _, err := w.Attentions(w.ctx, w.reader("b-leader"), id); shared.FaultCode(err) != "case.notInScope" {
		t.Errorf("asked from another squad: %v", err)
	}
}

func TestEnrolment(t *testing.T) {
	w := newWorld(t)
	a := w.phone("a-one")
	w.must(w.Enrol(w.ctx, a.row()))
	stolen := a.row()
	stolen.Author.ID = w.ids["a-two"]
	if err := w.Enrol(w.ctx, stolen); shared.FaultCode(err) != "replica.taken" {
		t.Errorf("another author: %v", err)
	}
	other := a.row()
	other.Key = w.phone("a-one").row().Key
	if err := w.Enrol(w.ctx, other); shared.FaultCode(err) != "replica.taken" {
		t.Errorf("another key: %v", err)
	}
	if err := w.Revoke(w.ctx, "01990000-0000-7000-8000-00000000dead"); shared.FaultCode(err) != "replica.unknown" {
		t.Errorf("revoking an unknown one: %v", err)
	}
	w.must(w.Revoke(w.ctx, a.ID))
	trail, err := w.Audit(w.ctx, a.ID)
	if w.must(err); len(trail) != 2 || trail[0].What != "enrolled" || trail[1].What != "revoked" {
		t.Errorf("trail is %+v", trail)
	}
}

func TestSessionsAndTokens(t *testing.T) {
	w := newWorld(t)
	person := w.ids["a-one"]
	open := func(token string, expires int64) {
		w.must(w.OpenSession(w.ctx, SessionRow{TokenHash: []byte(token), Person: person, CreatedAt: w.clock, ExpiresAt: expires, Device: "d"}))
	}
	open("1", w.clock+1000)
	open("2", w.clock+5000)
	if row, ok, err := w.SessionByToken(w.ctx, []byte("1"), w.clock+999); !ok || err != nil || row.Person != person || row.Device != "d" {
		t.Errorf("%+v %v", row, err)
	}
	if _, ok, _ := w.SessionByToken(w.ctx, []byte("1"), w.clock+1000); ok {
		t.Error("an expired session is found")
	}
	w.must(w.ExtendSession(w.ctx, []byte("1"), w.clock+9000))
	if _, ok, _ := w.SessionByToken(w.ctx, []byte("1"), w.clock+1000); !ok {
		t.Error("an extended session is not found")
	}
	w.must(w.EndSession(w.ctx, []byte("1")))
	w.must(w.EndSession(w.ctx, []byte("1")))
	w.clock += 6000
	open("3", w.clock+1000)
	if n := counts(t, w, `SELECT count(*) FROM sessions`); n != 1 {
		t.Errorf("%d sessions are kept, want the last", n)
	}
	w.must(w.EndSessionsOf(w.ctx, person))
	if _, ok, _ := w.SessionByToken(w.ctx, []byte("3"), w.clock); ok {
		t.Error("a session outlives the end of all")
	}
	w.must(w.PutToken(w.ctx, TokenRow{Hash: []byte("h"), Name: "camera 1", Person: person, Purpose: "sync", CreatedAt: w.clock}))
	if row, ok, _ := w.TokenByHash(w.ctx, []byte("h"), w.clock); !ok || row.Purpose != "sync" {
		t.Errorf("token is %+v", row)
	}
	w.must(w.RevokeToken(w.ctx, "camera 1"))
	if _, ok, _ := w.TokenByHash(w.ctx, []byte("h"), w.clock); ok {
		t.Error("a revoked token is found")
	}
}

// A phone that made itself a successor is not rid of its revocation by that.
func TestRevokingAPhoneRevokesItsSuccessors(t *testing.T) {
	w := newWorld(t)
	first, second, third, other := w.phone("a-one").row(), w.phone("a-one").row(), w.phone("a-one").row(), w.phone("a-one")
	for i, pair := range [][2]*session.Replica{{&first, &second}, {&second, &third}} {
		pair[1].ID = fmt.Sprintf("01990000-0000-7000-8000-0000000000f%d", i)
		pair[1].Succeeds = pair[0].ID
		w.must(w.Enrol(w.ctx, *pair[1]))
	}
	w.must(w.Revoke(w.ctx, first.ID))
	for _, row := range []struct {
		id      string
		revoked bool
	}{{first.ID, true}, {second.ID, true}, {third.ID, true}, {other.ID, false}} {
		r, _, err := w.Replica(w.ctx, row.id)
		if w.must(err); (r.RevokedAt != 0) != row.revoked {
			t.Errorf("%s revoked at %d, want revoked %v", row.id, r.RevokedAt, row.revoked)
		}
	}
}

func TestL10_TheRegisterEndsAtTheGroundOfWhoDispatches(t *testing.T) {
	w := newWorld(t)
	w.must(w.PutAreas(w.ctx, []roster.Area{{Code: "1", Name: "甲", Squad: "A", Kind: roster.KindCommunity}, {Code: "2", Name: "乙", Squad: "B", Kind: roster.KindCommunity}}))
	w.must(w.PutUnits(w.ctx, []Unit{{Code: "env", Name: "环卫处"}}))
	w.must(w.Change(w.ctx, func(ctx context.Context, c *Change) error {
		return c.PutRegister(ctx, "env", []roster.Duty{
			{Category: "k|a|01"}, {Category: "k|a|02", Area: "A"}, {Category: "k|a|03", Area: "1"}, {Category: "k|a|04", Area: "B"}, {Category: "k|a|05", Area: "2"},
		})
	}))
	of := func(login string) (said string) {
		d, err := w.Directory(w.ctx, w.reader(login))
		w.must(err)
		for _, one := range d.Register {
			said += one.Category[4:] + one.Area + " "
		}
		return said
	}
	if got := []string{of("a-leader"), of("b-leader"), of("a-one"), of("admin")}; !reflect.DeepEqual(got, []string{"01 02A 031 ", "01 04B 052 ", "", ""}) {
		t.Errorf("they are told %q", got)
	}
	// A line that was looked at before and names what went meanwhile is not put; those that are there stay, whatever went.
	put := func(unit string, duties ...roster.Duty) error {
		return w.Change(w.ctx, func(ctx context.Context, c *Change) error { return c.PutRegister(ctx, unit, duties) })
	}
	w.must(w.Change(w.ctx, func(ctx context.Context, c *Change) error { return c.DropArea(ctx, "1") }))
	w.must(put("env", roster.Duty{Category: "k|a|03", Area: "1"}, roster.Duty{Category: "k|a|06", Area: "A"}))
	for _, gone := range []error{put("env", roster.Duty{Category: "k|a|07", Area: "1"}), put("works", roster.Duty{Category: "k|a|01"})} {
		if shared.FaultCode(gone) != "row.changed" {
			t.Errorf("a line of what is gone: %v", gone)
		}
	}
	w.must(w.Change(w.ctx, func(ctx context.Context, c *Change) error { return c.DropUnit(ctx, "env") }))
	if of("a-leader") != "" {
		t.Error("a unit that is gone answers for something")
	}
}
