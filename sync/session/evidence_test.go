package session_test

import (
	"strings"
	"testing"

	"buxun/shared"
	"buxun/sync/session"
)

// anchored puts an operation between an anchor and its arrival.
func anchored(anchor, device int64) func(*shared.Body) {
	return func(b *shared.Body) {
		b.Anchor = &shared.Anchor{Token: "given", At: anchor}
		b.Time.Device = device
	}
}

func TestL6_EvidenceForACaseThatWasClosedIsLateAndKept(t *testing.T) {
	d := newDesk(t)
	boss, p := d.enrolled(1, leader), d.enrolled(2, collector)
	p.report(1)
	boss.do(shared.ActionReject, 1, shared.Payload{Reason: "重复"})
	d.commit(p.all(), boss.all())
	p.do(shared.ActionAmend, 1, shared.Payload{Changes: []shared.Change{{Field: shared.FieldAddress, To: "建设中路"}}}, photographed("a"))
	results, _ := d.commit(p.push(2, 2))
	expect(t, results, "late case.stateChanged")
	c := d.cases[uuid(1001)]
	last := c.Timeline[len(c.Timeline)-1]
	if c.State != shared.StateRejected || c.Address != "" || len(c.Photos) != 1 || last.Late != "case.stateChanged" || len(last.Photos) != 1 {
		t.Errorf("case %+v", c)
	}
}

func TestL6_EvidenceWithoutItsReportOpensTheCase(t *testing.T) {
	d := newDesk(t)
	p := d.enrolled(1, collector)
	p.report(1)
	p.do(shared.ActionAttach, 1, shared.Payload{}, photographed("a"))
	push := p.push(2, 2)
	push.Oldest = 2
	results, _ := d.commit(push)
	expect(t, results, "late case.reportMissing")
	if c := d.cases[uuid(1001)]; !c.ReportMissing || c.Squad != "6" || len(c.Photos) != 1 {
		t.Errorf("case %+v", c)
	}
}

func TestL6_R33_EvidenceCountsByTheStandingWhenItWasMade(t *testing.T) {
	for name, alter := range map[string]struct {
		change func(*shared.Body)
		want   string
	}{
		"before the person left":          {anchored(noon-5_000, noon-1_000), "applied"},
		"after the person left":           {anchored(noon+2_000, noon+3_000), "refused operation.notPermitted"},
		"before, by the anchor alone":     {anchored(noon-5_000, noon+3_000), "refused operation.notPermitted"},
		"with an anchor of nobody's":      {func(b *shared.Body) { anchored(noon-5_000, noon-1_000)(b); b.Anchor.Token = "made up" }, "refused operation.notPermitted"},
		"with no anchor at all":           {func(b *shared.Body) { b.Time.Device = noon - 1_000 }, "refused operation.notPermitted"},
		"a clock set back to before that": {anchored(noon+2_000, noon-90_000), "refused operation.notPermitted"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.standings[collector] = append(d.standings[collector], standing{noon, shared.Standing{}})
			p := d.enrolled(1, collector)
			p.do(shared.ActionReport, 1, shared.Payload{Category: category, Description: "x"}, alter.change)
			results, _ := d.commit(p.all())
			expect(t, results, alter.want)
		})
	}
}

func TestL6_R33_UntilAPhoneHearsThatItsPersonMoved(t *testing.T) {
	d := newDesk(t)
	p, other := d.enrolled(1, collector), d.enrolled(2, colleague)
	other.report(1)
	d.commit(other.all())
	d.standings[collector] = append(d.standings[collector], standing{noon, shared.Standing{Role: shared.RoleCollector, Squad: "7"}})
	p.do(shared.ActionComment, 1, shared.Payload{Words: "still six's"}, anchored(noon-5_000, noon+1_000))
	p.do(shared.ActionComment, 1, shared.Payload{Words: "seven's by now"}, anchored(noon+500, noon+1_000))
	results, _ := d.commit(p.all())
	expect(t, results, "applied", "refused case.notInScope")
}

// A collector who is out for a re-check leads the squad by now: what was found there is not refused.
func TestL6_R33_AnErrandOfTheRoleThatThePhoneKnows(t *testing.T) {
	d := newDesk(t)
	p := d.enrolled(1, collector)
	p.report(1)
	d.commit(p.all())
	handled := d.cases[uuid(1001)]
	handled.State = shared.StateHandled
	d.cases[uuid(1001)] = handled
	d.standings[collector] = append(d.standings[collector], standing{noon, shared.Standing{Role: shared.RoleLeader, Squad: "6"}})
	p.do(shared.ActionRecheckFail, 1, shared.Payload{}, photographed("a"), anchored(noon-5_000, noon+1_000))
	p.do(shared.ActionRecheckFail, 1, shared.Payload{}, photographed("b"), anchored(noon+500, noon+1_000))
	results, _ := d.commit(p.push(2, 3))
	expect(t, results, "late operation.noLongerPermitted", "refused operation.notPermitted")
	if c := d.cases[uuid(1001)]; c.State != shared.StateHandled || len(c.Photos) != 1 {
		t.Errorf("case %+v", c)
	}
}

func TestR33_ADecisionCountsByTheStandingAtArrival(t *testing.T) {
	d := newDesk(t)
	boss, p := d.enrolled(1, leader), d.enrolled(2, collector)
	p.report(1)
	d.commit(p.all())
	d.standings[leader] = append(d.standings[leader], standing{noon, shared.Standing{Role: shared.RoleCollector, Squad: "6"}})
	boss.do(shared.ActionFile, 1, shared.Payload{}, anchored(noon-5_000, noon-1_000))
	results, _ := d.commit(boss.all())
	expect(t, results, "refused operation.notPermitted")
}

func TestL6_R13_ARevokedReplicasEvidenceFromBeforeStillCounts(t *testing.T) {
	d := newDesk(t)
	p := d.enrolled(1, collector)
	r := d.replicas[p.replica]
	r.RevokedAt = noon
	d.replicas[p.replica] = r
	p.do(shared.ActionReport, 1, shared.Payload{Category: category, Description: "x"}, anchored(noon-5_000, noon-1_000))
	p.do(shared.ActionReport, 2, shared.Payload{Category: category, Description: "x"}, anchored(noon-5_000, noon+1_000))
	p.do(shared.ActionReport, 3, shared.Payload{Category: category, Description: "x"})
	results, _ := d.commit(p.all())
	expect(t, results, "applied", "refused replica.revoked", "refused replica.revoked")
}

func TestR13_ARevokedReplicaDecidesNothing(t *testing.T) {
	d := newDesk(t)
	boss, p := d.enrolled(1, leader), d.enrolled(2, collector)
	p.report(1)
	d.commit(p.all())
	r := d.replicas[boss.replica]
	r.RevokedAt = noon
	d.replicas[boss.replica] = r
	boss.do(shared.ActionFile, 1, shared.Payload{}, anchored(noon-5_000, noon-1_000))
	results, _ := d.commit(boss.all())
	expect(t, results, "refused replica.revoked")
}

func TestL10_R34_AForeignCaseIsRefused(t *testing.T) {
	d := newDesk(t)
	d.standings["stranger"] = []standing{{0, shared.Standing{Role: shared.RoleCollector, Squad: "7"}}}
	d.standings["stranger boss"] = []standing{{0, shared.Standing{Role: shared.RoleLeader, Squad: "7"}}}
	p, stranger, boss := d.enrolled(1, collector), d.enrolled(2, "stranger"), d.enrolled(3, "stranger boss")
	p.report(1)
	d.commit(p.all())
	stranger.do(shared.ActionComment, 1, shared.Payload{Words: "x"})
	boss.do(shared.ActionFile, 1, shared.Payload{})
	boss.do(shared.ActionFile, 2, shared.Payload{})
	results, changed := d.commit(stranger.all(), boss.all())
	expect(t, results, "refused case.notInScope", "refused case.notInScope", "refused case.notInScope")
	if len(changed) > 0 {
		t.Errorf("changed %+v", changed)
	}
}

func TestL10_ToNameAForeignPhotoIsNoProofOfHavingIt(t *testing.T) {
	d := newDesk(t)
	hash := strings.Repeat("a", 64)
	d.photos[hash] = colleague
	p, other := d.enrolled(1, collector), d.enrolled(2, colleague)
	for _, one := range []*phone{p, other} {
		one.do(shared.ActionReport, len(one.replica)+int(one.replica[35]), shared.Payload{Category: category, Description: "x"}, photographed("a"))
	}
	_, changed := d.commit(p.all(), other.all())
	if got := []shared.Arrival{changed[0].Case.Photos[0].Here, changed[1].Case.Photos[0].Here}; got[0] != shared.ArrivalWaiting || got[1] != shared.ArrivalHere {
		t.Errorf("the photo is %v", got)
	}
}

func photographed(digit string) func(*shared.Body) {
	return func(b *shared.Body) {
		b.Photos = []shared.Photo{{
			Hash: strings.Repeat(digit, 64), Size: 10, Type: "image/jpeg", Origin: shared.OriginCamera, Part: shared.PartScene, TakenAt: noon,
		}}
	}
}

var _ session.View = &desk{}
