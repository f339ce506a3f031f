package session_test

import (
	"reflect"
	"slices"
	"testing"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// outcomes lists what became of a result's operations, a refusal by its code.
func outcomes(results []session.Result) (list []string) {
	for _, r := range results {
		for _, a := range r.Answers {
			if a.Outcome == shared.OutcomeRefused || a.Outcome == shared.OutcomeLate {
				list = append(list, string(a.Outcome)+" "+a.Fault)
			} else {
				list = append(list, string(a.Outcome))
			}
		}
		if r.Fault != nil {
			list = append(list, "fault "+r.Fault.Code)
		}
	}
	return list
}

func expect(t *testing.T, results []session.Result, want ...string) {
	t.Helper()
	if got := outcomes(results); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestL3_R19_ARepeatGetsTheSameAnswerAndChangesNothing(t *testing.T) {
	d := newDesk(t)
	p := d.enrolled(1, collector)
	p.report(1)
	p.do(shared.ActionComment, 1, shared.Payload{Words: "又来了"})
	first, _ := d.commit(p.all())
	expect(t, first, "applied", "applied")
	before, head := d.cases[uuid(1001)], d.head
	for _, again := range [][]session.Push{{p.all()}, {p.push(1, 1)}, {p.push(2, 2)}, {p.all(), p.all()}} {
		results, changed := d.commit(again...)
		if len(changed) > 0 || d.head != head || !reflect.DeepEqual(d.cases[uuid(1001)], before) {
			t.Fatalf("a repeat changed %d cases, head %d", len(changed), d.head)
		}
		for i, r := range results {
			for _, a := range r.Answers {
				if want := first[0].Answers[a.Counter-1]; a != want {
					t.Errorf("push %d: the answer to %d is %+v, was %+v", i, a.Counter, a, want)
				}
			}
		}
	}
}

func TestL3_R19_ARepeatWithinOneTransaction(t *testing.T) {
	d := newDesk(t)
	p := d.enrolled(1, collector)
	p.report(1)
	results, changed := d.commit(p.all(), p.all())
	if len(changed) != 1 || d.head != 1 || results[0].Answers[0] != results[1].Answers[0] {
		t.Errorf("changed %d, head %d, answers %+v", len(changed), d.head, results)
	}
}

func TestR19_ARefusalIsRepeatedToo(t *testing.T) {
	d := newDesk(t)
	p := d.enrolled(1, collector)
	p.do(shared.ActionReport, 1, shared.Payload{Category: "S|matter|99", Description: "x"})
	first, _ := d.commit(p.all())
	expect(t, first, "refused category.unknown")
	again, _ := d.commit(p.all())
	if again[0].Answers[0] != first[0].Answers[0] || d.head != 0 {
		t.Errorf("got %+v, was %+v", again[0].Answers[0], first[0].Answers[0])
	}
}

func TestL3_R20_AForkConsumesNothing(t *testing.T) {
	d := newDesk(t)
	p := d.enrolled(1, collector)
	p.report(1)
	restored := p.copy()
	p.report(2)
	d.commit(p.all())
	restored.report(3)
	restored.report(4)
	head := d.head
	results, _ := d.commit(restored.all())
	expect(t, results, "applied", "fault replica.forked")
	if f := results[0].Fault; f.Counter != 2 || f.Replica != p.replica {
		t.Errorf("the fault names %s/%d, want %s/2", f.Replica, f.Counter, p.replica)
	}
	if d.head != head || d.replicas[p.replica].Counter != 2 {
		t.Errorf("a fork moved the head to %d, the chain to %d", d.head, d.replicas[p.replica].Counter)
	}
}

// The server's own replica may ask to be heard only while what it saw is so: else nothing is taken, and the same number is used after it.
func TestAPushThatIsForUnmovedCasesIsTakenWholeOrNotAtAll(t *testing.T) {
	d := newDesk(t)
	p, server := d.enrolled(1, collector), d.enrolled(2, "server")
	p.report(1)
	p.report(2)
	d.commit(p.all())
	mark := func(id int, seen int64) {
		server.do(shared.ActionOverdue, id, shared.Payload{Phase: shared.PhaseAccept}, func(b *shared.Body) { b.Seen, b.Source = seen, shared.SourceServer })
	}
	mark(1, 1)
	mark(2, 1)
	unmoved := server.all()
	unmoved.Unmoved = true
	p.do(shared.ActionComment, 2, shared.Payload{Words: "还在"})
	head := d.head
	results, changed := d.commit(p.push(3, 3), unmoved) // within one transaction
	expect(t, results, "applied", "fault row.changed")
	if f := results[1].Fault; f == nil || f.Counter != 2 || len(changed) != 1 || d.head != head+1 || d.replicas[server.replica].Counter != 0 {
		t.Errorf("the fault is %+v, %d changed, the chain is at %d", f, len(changed), d.replicas[server.replica].Counter)
	}
	server.texts = nil
	mark(1, 1)
	mark(1, 1) // two of one case, both as it was seen
	mark(2, 2)
	again := server.all()
	again.Unmoved = true
	results, _ = d.commit(again)
	expect(t, results, "applied", "applied", "applied")
	results, _ = d.commit(again) // a repeat is answered, whatever moved since
	expect(t, results, "applied", "applied", "applied")
}

func TestL3_R22_AReissueIsTakenOnce(t *testing.T) {
	d := newDesk(t)
	old := d.enrolled(1, collector)
	hash := old.report(1)
	was := &shared.Reference{Replica: old.replica, Counter: 1, Hash: hash}
	remade := func(n int) *phone {
		p := d.enrolled(n, collector)
		p.do(shared.ActionReport, 1, shared.Payload{Category: category, Description: "井盖缺失"}, func(b *shared.Body) { b.Was = was })
		return p
	}
	results, _ := d.commit(remade(2).all(), remade(3).all())
	expect(t, results, "applied", "refused operation.repeated")
	results, _ = d.commit(remade(4).all())
	expect(t, results, "refused operation.repeated")
	if n := len(d.cases[uuid(1001)].Timeline); n != 1 {
		t.Errorf("the timeline has %d entries, want 1", n)
	}
}

func TestL3_R22_AReissueOfWhatIsHeldIsRefused(t *testing.T) {
	d := newDesk(t)
	old := d.enrolled(1, collector)
	hash := old.report(1)
	d.commit(old.all())
	fresh := d.enrolled(2, collector)
	fresh.do(shared.ActionReport, 1, shared.Payload{Category: category, Description: "x"}, func(b *shared.Body) {
		b.Was = &shared.Reference{Replica: old.replica, Counter: 1, Hash: hash}
	})
	fresh.do(shared.ActionComment, 1, shared.Payload{Words: "after it"})
	results, _ := d.commit(fresh.all())
	expect(t, results, "refused operation.repeated", "applied")
}

func TestL3_R22_AnOriginalAfterItsReissueIsRefused(t *testing.T) {
	d := newDesk(t)
	old := d.enrolled(1, collector)
	hash := old.do(shared.ActionComment, 1, shared.Payload{Words: "once"})
	fresh := d.enrolled(2, collector)
	fresh.do(shared.ActionComment, 1, shared.Payload{Words: "once"}, func(b *shared.Body) {
		b.Was = &shared.Reference{Replica: old.replica, Counter: 1, Hash: hash}
	})
	results, _ := d.commit(fresh.all(), old.all())
	expect(t, results, "late case.reportMissing", "refused operation.repeated")
	if n := len(d.cases[uuid(1001)].Timeline); n != 1 {
		t.Errorf("the timeline has %d entries, want 1", n)
	}
}

// Who delivers for a colleague sees the hashes of what the colleague made.
func TestL6_R28_NobodyReissuesWhatAnotherMade(t *testing.T) {
	forge := map[string]func(b *shared.Body){
		"well-formed": func(*shared.Body) {},
		"malformed":   func(b *shared.Body) { b.Case = "none" },
	}
	for name, alter := range forge {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			victim, forger := d.enrolled(1, collector), d.enrolled(2, colleague)
			hash := victim.report(1)
			forger.do(shared.ActionReport, 2, shared.Payload{Category: category, Description: "x"}, func(b *shared.Body) {
				b.Was = &shared.Reference{Replica: victim.replica, Counter: 1, Hash: hash}
				alter(b)
			})
			results, _ := d.commit(forger.all())
			if got := outcomes(results); len(got) != 1 || got[0] == "applied" {
				t.Errorf("the forger's is %q", got)
			}
			results, _ = d.commit(forger.all(), victim.all())
			if got := outcomes(results); len(got) != 2 || got[1] != "applied" {
				t.Errorf("the victim's own is %q", got)
			}
		})
	}
}

func TestR18_AnUnknownReplicaIsNotHeard(t *testing.T) {
	d := newDesk(t)
	p := &phone{replica: uuid(9), author: collector}
	p.report(1)
	results, changed := d.commit(p.all())
	expect(t, results, "fault replica.unknown")
	if len(changed) > 0 || len(d.rows) > 0 {
		t.Error("something of it was taken")
	}
}

func TestR18_ABrokenChainRefusesTheWholePush(t *testing.T) {
	cases := map[string]func(p *phone) session.Push{
		"a link within": func(p *phone) session.Push {
			p.do(shared.ActionComment, 1, shared.Payload{Words: "x"}, func(b *shared.Body) { b.Prev = shared.HashText("another") })
			return p.all()
		},
		"a number left out": func(p *phone) session.Push {
			p.report(2)
			p.report(3)
			push := p.push(3, 3)
			push.Oldest = 2
			return push
		},
		"an empty beginning": func(p *phone) session.Push {
			p.report(2)
			return p.push(2, 2)
		},
	}
	for name, make := range cases {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			p := d.enrolled(1, collector)
			p.report(1)
			results, _ := d.commit(make(p))
			expect(t, results, "fault push.chain")
			if len(d.rows) > 0 || d.replicas[p.replica].Counter != 0 {
				t.Error("something of it was taken")
			}
		})
	}
}

func TestR18_ALinkToWhatIsKnownIsChecked(t *testing.T) {
	d := newDesk(t)
	p := d.enrolled(1, collector)
	p.report(1)
	d.commit(p.all())
	p.do(shared.ActionComment, 1, shared.Payload{Words: "x"}, func(b *shared.Body) { b.Prev = shared.HashText("another") })
	results, _ := d.commit(p.push(2, 2))
	expect(t, results, "fault push.chain")
}

func TestR18_AWrongSignatureRefusesTheWholePush(t *testing.T) {
	d := newDesk(t)
	p := d.enrolled(1, collector)
	p.report(1)
	p.report(2)
	push := p.all()
	push.Signature = p.push(1, 1).Signature
	results, _ := d.commit(push)
	expect(t, results, "fault push.signature")
	if results[0].Fault.Counter != 2 || len(d.rows) > 0 {
		t.Errorf("fault %+v, %d rows", results[0].Fault, len(d.rows))
	}
}

func TestR18_ABodyOfAnotherReplicaOrPlaceIsMalformed(t *testing.T) {
	for name, alter := range map[string]func(*shared.Body){
		"replica": func(b *shared.Body) { b.Replica = uuid(77) },
		"counter": func(b *shared.Body) { b.Counter = 1; b.Prev = "" },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			p := d.enrolled(1, collector)
			p.report(1)
			p.do(shared.ActionReport, 2, shared.Payload{Category: category, Description: "x"}, alter)
			results, _ := d.commit(p.all())
			expect(t, results, "fault push.malformed")
			results, _ = d.commit(p.push(1, 1), p.push(2, 2))
			expect(t, results, "applied", "fault push.malformed")
		})
	}
}

func TestR24_AnUnreadableBodyIsRefusedOnlyAlone(t *testing.T) {
	d := newDesk(t)
	p := d.enrolled(1, collector)
	p.report(1)
	p.say(`{"v":1`)
	p.report(2)
	results, _ := d.commit(p.all())
	expect(t, results, "fault push.malformed")
	results, _ = d.commit(p.push(1, 1), p.push(2, 2), p.push(3, 3))
	expect(t, results, "applied", "refused operation.malformed", "applied")
	row := d.rows[number(p.replica, 2)]
	if row.Text != `{"v":1` || row.Seq != 0 || row.Mac == "" {
		t.Errorf("the refused row is %+v", row)
	}
}

func TestR23_ARefusalConsumesItsNumberAndBlocksNothing(t *testing.T) {
	d := newDesk(t)
	p := d.enrolled(1, collector)
	p.do(shared.ActionReport, 1, shared.Payload{Description: "no category"})
	p.report(2)
	p.do(shared.ActionReport, 1, shared.Payload{Category: category, Description: "corrected"}, func(b *shared.Body) {
		b.Corrects = &shared.Reference{Replica: p.replica, Counter: 1, Hash: shared.HashText(p.texts[0])}
	})
	results, changed := d.commit(p.all())
	expect(t, results, "refused operation.needs.category", "applied", "applied")
	if a := results[0].Answers[0]; a.Seq != 0 || a.Mac == "" {
		t.Errorf("the refusal's answer is %+v", a)
	}
	if len(changed) != 2 || d.head != 2 || d.replicas[p.replica].Counter != 3 {
		t.Errorf("%d changes, head %d, known %d", len(changed), d.head, d.replicas[p.replica].Counter)
	}
}

func TestL13_R25_AGapIsRecordedOnceAndMarked(t *testing.T) {
	d := newDesk(t)
	p := d.enrolled(1, collector)
	for id := range 5 {
		p.report(id)
	}
	d.commit(p.push(1, 1))
	rest := p.push(4, 5)
	results, _ := d.commit(rest)
	expect(t, results, "fault push.chain")
	rest.Oldest = 4
	results, _ = d.commit(rest)
	expect(t, results, "applied", "applied")
	d.commit(rest)
	want := []session.Gap{{Replica: p.replica, From: 2, To: 3, At: rest.Received}}
	if !slices.Equal(d.gaps, want) {
		t.Errorf("gaps %+v, want %+v", d.gaps, want)
	}
	for counter, marked := range map[int64]bool{1: false, 4: true, 5: false} {
		if slices.Contains(d.rows[number(p.replica, counter)].Verdict.Marks, shared.MarkChainUnproven) != marked {
			t.Errorf("operation %d: chainUnproven should be %t", counter, marked)
		}
	}
}

// lossy is a phone with five reports of which the desk knows the first and, after a gap, the last.
func lossy(t *testing.T) (*desk, *phone) {
	d := newDesk(t)
	p := d.enrolled(1, collector)
	for id := range 5 {
		p.report(id)
	}
	last := p.push(5, 5)
	last.Oldest = 5
	results, _ := d.commit(p.push(1, 1), last)
	expect(t, results, "applied", "applied")
	return d, p
}

func TestL2_R25_WhatWasDeclaredLostIsTakenWhenItComesAfterAll(t *testing.T) {
	for name, bring := range map[string]func(p *phone) []session.Push{
		"one by one":         func(p *phone) []session.Push { return []session.Push{p.push(2, 2), p.push(3, 3), p.push(4, 4)} },
		"backwards":          func(p *phone) []session.Push { return []session.Push{p.push(4, 4), p.push(3, 3), p.push(2, 2)} },
		"at once":            func(p *phone) []session.Push { return []session.Push{p.push(2, 4)} },
		"with what is known": func(p *phone) []session.Push { return []session.Push{p.all()} },
		"with what is new": func(p *phone) []session.Push {
			p.report(5)
			return []session.Push{p.push(3, 6), p.push(2, 2)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			d, p := lossy(t)
			before := d.rows[number(p.replica, 5)]
			d.commit(bring(p)...)
			for at, text := range p.texts {
				row := d.rows[number(p.replica, int64(at)+1)]
				if row.Text != text || row.Verdict.Outcome != shared.OutcomeApplied || row.Seq == 0 {
					t.Errorf("operation %d: %+v", at+1, row)
				}
				if _, ok := d.cases[uuid(1000+at)]; !ok {
					t.Errorf("case %d is not there", at)
				}
			}
			if known := d.replicas[p.replica]; known.Counter != int64(len(p.texts)) || known.Hash != shared.HashText(p.texts[len(p.texts)-1]) {
				t.Errorf("the chain is known up to %d", known.Counter)
			}
			if got := d.rows[number(p.replica, 5)]; !reflect.DeepEqual(got, before) {
				t.Errorf("what was known became %+v", got)
			}
			head := d.head
			results, changed := d.commit(p.all())
			if results[0].Fault != nil || results[0].Repeats != len(p.texts) || len(changed) > 0 || d.head != head {
				t.Errorf("brought again: %+v", results[0])
			}
		})
	}
}

// Another copy of the phone made other things under the same numbers: what contradicts the held chain on either side is a fork.
func TestL3_R20_WhatIsOfAnotherChainFillsNoGap(t *testing.T) {
	d, p := lossy(t)
	other := &phone{replica: p.replica, author: p.author}
	other.report(11)
	other.report(12)
	mixed := p.copy()
	mixed.texts = mixed.texts[:3]
	mixed.report(14)
	for name, push := range map[string]session.Push{
		"not linked to the one before":  other.push(2, 2),
		"not what the next names":       mixed.push(4, 4),
		"linked within, not at its end": mixed.push(2, 4),
		"another first":                 other.push(1, 2),
	} {
		before := len(d.rows)
		results, changed := d.commit(push)
		if got := outcomes(results); !slices.Equal(got, []string{"fault replica.forked"}) || len(changed) > 0 || len(d.rows) != before {
			t.Errorf("%s: %q, %d changed", name, got, len(changed))
		}
	}
	unsigned := p.push(2, 4)
	unsigned.Signature = p.push(3, 3).Signature
	results, _ := d.commit(unsigned)
	expect(t, results, "fault push.signature")
}

func TestR25_WhatFillsAGapInItsMiddleIsMarked(t *testing.T) {
	d, p := lossy(t)
	d.commit(p.push(3, 3), p.push(4, 4), p.push(2, 2))
	for counter, marked := range map[int64]bool{2: false, 3: true, 4: false} {
		if slices.Contains(d.rows[number(p.replica, counter)].Verdict.Marks, shared.MarkChainUnproven) != marked {
			t.Errorf("operation %d: chainUnproven should be %t", counter, marked)
		}
	}
}

func TestR27_TheVerdictIsRecordedAndNotMadeAgain(t *testing.T) {
	d := newDesk(t)
	boss, p := d.enrolled(1, leader), d.enrolled(2, collector)
	p.report(1)
	boss.do(shared.ActionFile, 1, shared.Payload{})
	d.commit(p.all(), boss.all())
	d.standings[leader] = nil
	again, _ := d.commit(boss.all())
	expect(t, again, "applied")
	if v := d.rows[number(boss.replica, 1)].Verdict; v.To != shared.StateFiled || v.Role != shared.RoleLeader || v.Table == 0 {
		t.Errorf("recorded %+v", v)
	}
}

func TestR28_AnotherAuthorIsRefused(t *testing.T) {
	d := newDesk(t)
	p := d.enrolled(1, collector)
	p.do(shared.ActionReport, 1, shared.Payload{Category: category, Description: "x"}, func(b *shared.Body) { b.Author.ID = leader })
	results, _ := d.commit(p.all())
	expect(t, results, "refused operation.authorMismatch")
}

func TestR17_AReceiptCoversAnswerAndHash(t *testing.T) {
	d := newDesk(t)
	p := d.enrolled(1, collector)
	hash := p.report(1)
	results, _ := d.commit(p.all())
	a := results[0].Answers[0]
	want := wire.Answer{Counter: 1, Hash: hash, Seq: 1, Epoch: "e1", Outcome: shared.OutcomeApplied, Received: noon + 60_000, Mac: a.Mac}
	if a != want || a.Mac != "mac of "+a.ReceiptText(p.replica) {
		t.Errorf("got %+v", a)
	}
	for name, other := range map[string]wire.Answer{
		"seq":     {Counter: 1, Hash: hash, Seq: 2, Epoch: "e1", Outcome: shared.OutcomeApplied},
		"outcome": {Counter: 1, Hash: hash, Seq: 1, Epoch: "e1", Outcome: shared.OutcomeLate},
		"fault":   {Counter: 1, Hash: hash, Seq: 1, Epoch: "e1", Outcome: shared.OutcomeApplied, Fault: "x"},
		"hash":    {Counter: 1, Hash: shared.HashText("x"), Seq: 1, Epoch: "e1", Outcome: shared.OutcomeApplied},
	} {
		if other.ReceiptText(p.replica) == a.ReceiptText(p.replica) {
			t.Errorf("the receipt does not cover %s", name)
		}
	}
}

func TestR26_AVerdictSeesWhatCameEarlierInTheTransaction(t *testing.T) {
	d := newDesk(t)
	boss, p := d.enrolled(1, leader), d.enrolled(2, collector)
	p.report(1)
	boss.do(shared.ActionFile, 1, shared.Payload{})
	boss.do(shared.ActionReturn, 1, shared.Payload{Reason: "太迟"})
	results, changed := d.commit(p.all(), boss.all())
	expect(t, results, "applied", "applied", "late case.stateChanged")
	if len(changed) != 1 || changed[0].Seq != 3 || changed[0].Case.State != shared.StateFiled || changed[0].Case.Revision != 3 {
		t.Errorf("changed %+v", changed)
	}
}

func TestChangedNamesTheSquadThatACaseLeft(t *testing.T) {
	d := newDesk(t)
	p, centre := d.enrolled(1, collector), d.enrolled(2, "server")
	p.report(1)
	centre.do(shared.ActionTransfer, 1, shared.Payload{Squad: "7"})
	_, changed := d.commit(p.all())
	if changed[0].LeftSquad != "" {
		t.Errorf("a new case left %q", changed[0].LeftSquad)
	}
	_, changed = d.commit(centre.all())
	if len(changed) != 1 || changed[0].LeftSquad != "6" || changed[0].Case.Squad != "7" {
		t.Errorf("changed %+v", changed)
	}
}
