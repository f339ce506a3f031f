package session_test

import (
	"maps"
	"reflect"
	"slices"
	"testing"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// backup is a copy of the desk as it is now, which begins another epoch when it is used.
func (d *desk) backup(epoch string) *desk {
	return &desk{
		t: d.t, epoch: epoch, replicas: maps.Clone(d.replicas), rows: maps.Clone(d.rows), was: maps.Clone(d.was), cases: maps.Clone(d.cases),
		gaps: slices.Clone(d.gaps), standings: d.standings, photos: maps.Clone(d.photos), head: d.head,
	}
}

// keeper is a phone that keeps its receipts, as phones do.
type keeper struct {
	*phone
	receipts map[int64]wire.Answer
}

func keep(p *phone) *keeper { return &keeper{p, map[int64]wire.Answer{}} }

// send pushes what was made last, and keeps the answers.
func (k *keeper) send(d *desk, received int64) {
	p := k.push(len(k.receipts)+1, len(k.texts))
	p.Received = received
	results, _ := d.commit(p)
	for _, a := range results[0].Answers {
		k.receipts[a.Counter] = a
	}
}

// heal sends again what the desk does not know, with the receipts.
func (k *keeper) heal(d *desk) session.Result {
	known := int(d.replicas[k.replica].Counter)
	if known == len(k.texts) {
		return session.Result{}
	}
	p := k.push(known+1, len(k.texts))
	for i := known; i < len(k.texts); i++ {
		if r, ok := k.receipts[int64(i)+1]; ok {
			p.Receipts = append(p.Receipts, r)
		}
	}
	p.Received = noon + 9_000_000
	results, _ := d.commit(p)
	return results[0]
}

// lived is a case's life by three people, with a backup after each step.
func lived(t *testing.T) (d *desk, phones []*keeper, backups []*desk) {
	d = newDesk(t)
	p, q, boss := keep(d.enrolled(1, collector)), keep(d.enrolled(2, colleague)), keep(d.enrolled(3, leader))
	at := noon + 60_000
	backups = append(backups, d.backup("e2"))
	for _, one := range []struct {
		by      *keeper
		action  shared.Action
		payload shared.Payload
	}{
		{p, shared.ActionReport, shared.Payload{Category: category, Description: "井盖缺失"}},
		{q, shared.ActionComment, shared.Payload{Words: "围好了"}},
		{p, shared.ActionAmend, shared.Payload{Changes: []shared.Change{{Field: shared.FieldAddress, To: "建设中路"}}}},
		{boss, shared.ActionReturn, shared.Payload{Reason: "看不清"}},
		{q, shared.ActionAmend, shared.Payload{Changes: []shared.Change{{Field: shared.FieldAddress, To: "建设北路"}}}},
		{p, shared.ActionResubmit, shared.Payload{Words: "重拍了"}},
		{p, shared.ActionReport, shared.Payload{Category: "S|matter|99"}},
		{boss, shared.ActionFile, shared.Payload{}},
		{p, shared.ActionResubmit, shared.Payload{Words: "再拍一张"}},
	} {
		one.by.do(one.action, 1, one.payload, photographed(string("0123456789abcdef"[len(one.by.texts)])))
		at += 1000
		one.by.send(d, at)
		backups = append(backups, d.backup("e2"))
	}
	return d, []*keeper{p, q, boss}, backups
}

// unmarked leaves out the marks, which a receipt does not say: they are set anew by what is known when it comes back.
func unmarked(c shared.Case) shared.Case {
	c.Timeline = slices.Clone(c.Timeline)
	for i := range c.Timeline {
		c.Timeline[i].Marks = nil
	}
	return c
}

// However the phones come back, and whenever the backup was made: the case is the one that it was.
func TestL3_R45_HealedOperationsTakeTheirReceiptedPlaces(t *testing.T) {
	d, _, all := lived(t)
	want := unmarked(d.cases[uuid(1001)])
	if len(want.Timeline) != 8 || want.State != shared.StateFiled || len(want.Conflicts) == 0 || want.Timeline[7].Late == "" {
		t.Fatalf("the life has no conflict, no refusal or nothing late in it: %+v", want)
	}
	for at := range all {
		for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
			_, phones, backups := lived(t)
			restored := backups[at]
			for _, i := range order {
				result := phones[i].heal(restored)
				for _, a := range result.Answers {
					if a != phones[i].receipts[a.Counter] {
						t.Fatalf("backup %d, order %v: %s/%d is answered %+v, was %+v", at, order, phones[i].replica, a.Counter, a, phones[i].receipts[a.Counter])
					}
				}
			}
			if got := unmarked(restored.cases[uuid(1001)]); !reflect.DeepEqual(got, want) {
				t.Fatalf("backup %d, order %v:\n%+v\nwant\n%+v", at, order, got, want)
			}
			log, err := restored.Log(uuid(1001))
			if err != nil || !reflect.DeepEqual(unmarked(*session.Replay(shared.BuiltinWorkflow(), log, nil)), want) {
				t.Fatalf("backup %d, order %v: the log gives another case, %v", at, order, err)
			}
		}
	}
}

func TestL3_R45_WhatWasDoneSinceTheRestoreStaysBehindWhatIsHealed(t *testing.T) {
	_, phones, backups := lived(t)
	restored := backups[2] // report and comment
	other := keep(restored.enrolled(4, colleague))
	other.do(shared.ActionComment, 1, shared.Payload{Words: "恢复以后"})
	other.send(restored, noon+8_000_000)
	for _, p := range phones {
		p.heal(restored)
	}
	c := restored.cases[uuid(1001)]
	if last := c.Timeline[len(c.Timeline)-1]; len(c.Timeline) != 9 || last.Payload.Words != "恢复以后" || last.Revision != 9 || c.State != shared.StateFiled {
		t.Errorf("%d entries, the last is %+v, state %s", len(c.Timeline), last, c.State)
	}
	if row := restored.rows[number(other.replica, 1)]; row.Revision != 9 {
		t.Errorf("the log has it in place %d, want 9", row.Revision)
	}
	// Restored once more, to before the restore: the receipts of both lives put everything in the same order.
	again := backups[0].backup("e3")
	again.replicas[other.replica] = session.Replica{ID: other.replica, Author: shared.Author{Kind: shared.AuthorPerson, ID: colleague}, Key: []byte(other.replica)}
	for _, p := range []*keeper{other, phones[2], phones[0], phones[1]} {
		p.heal(again)
	}
	if got := unmarked(again.cases[uuid(1001)]); !reflect.DeepEqual(got, unmarked(c)) {
		t.Errorf("restored twice it is\n%+v\nwant\n%+v", got, c)
	}
}

func TestL3_R45_AReceiptThatDoesNotHoldCountsForNothing(t *testing.T) {
	for name, alter := range map[string]func(*wire.Answer){
		"made up":                func(a *wire.Answer) { a.Mac = "made up" },
		"another outcome":        func(a *wire.Answer) { a.Outcome, a.Fault = shared.OutcomeLate, "case.exists" },
		"another place":          func(a *wire.Answer) { a.Seq = 1 },
		"another time":           func(a *wire.Answer) { a.Received = 1 },
		"another epoch":          func(a *wire.Answer) { a.Epoch = "e0" },
		"of another operation":   func(a *wire.Answer) { a.Hash = shared.HashText("other") },
		"with its time left out": func(a *wire.Answer) { a.Received = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			_, phones, backups := lived(t)
			p, restored := phones[0], backups[1]
			for counter, receipt := range p.receipts {
				alter(&receipt)
				p.receipts[counter] = receipt
			}
			for _, a := range p.heal(restored).Answers {
				if a.Epoch != "e2" || a.Received != noon+9_000_000 {
					t.Errorf("operation %d is answered %+v", a.Counter, a)
				}
			}
		})
	}
}

// A repeat of what was healed gets the receipt of before, and a copy of the phone that was made again under another number is
// not taken twice.
func TestL3_R45_HealedIsHeldOnce(t *testing.T) {
	_, phones, backups := lived(t)
	p, restored := phones[0], backups[0]
	p.heal(restored)
	before := restored.cases[uuid(1001)]
	results, changed := restored.commit(p.all())
	for _, a := range results[0].Answers {
		if a != p.receipts[a.Counter] {
			t.Errorf("repeat of %d: %+v, was %+v", a.Counter, a, p.receipts[a.Counter])
		}
	}
	copied := restored.enrolled(5, collector)
	copied.do(shared.ActionReport, 1, shared.Payload{Category: category}, func(b *shared.Body) {
		b.Was = &shared.Reference{Replica: p.replica, Counter: 1, Hash: shared.HashText(p.texts[0])}
	})
	again, _ := restored.commit(copied.all())
	expect(t, again, "refused operation.repeated")
	if len(changed) > 0 || !reflect.DeepEqual(restored.cases[uuid(1001)], before) {
		t.Errorf("something changed: %d cases", len(changed))
	}
	// And the other way round: what came under another number first keeps its receipted copy out.
	other := backups[1].backup("e2")
	other.replicas[p.replica] = session.Replica{ID: p.replica, Author: shared.Author{Kind: shared.AuthorPerson, ID: collector}, Key: []byte(p.replica)}
	second := p.texts[1]
	copied = other.enrolled(6, collector)
	copied.do(shared.ActionAmend, 1, shared.Payload{Changes: []shared.Change{{Field: shared.FieldAddress, To: "x"}}}, func(b *shared.Body) {
		b.Was = &shared.Reference{Replica: p.replica, Counter: 2, Hash: shared.HashText(second)}
	})
	other.commit(copied.all())
	if a := p.heal(other).Answers; len(a) == 0 || a[0].Fault != "operation.repeated" {
		t.Errorf("an operation that came under another number is taken twice: %+v", a)
	}
}

// A phone that was revoked since still brings what the server had taken from it, and a person who moved squads keeps it where it was.
func TestL6_R45_WhatWasTakenIsTakenAgain(t *testing.T) {
	d, phones, backups := lived(t)
	restored := backups[0]
	restored.standings = map[string][]standing{leader: d.standings[leader]} // nobody else is enrolled any more
	for _, p := range phones {
		r := restored.replicas[p.replica]
		r.RevokedAt = noon - 1
		restored.replicas[p.replica] = r
		p.heal(restored)
	}
	got := restored.cases[uuid(1001)]
	if len(got.Timeline) != 8 || got.State != shared.StateFiled || got.Address != d.cases[uuid(1001)].Address {
		t.Errorf("%d entries, state %s, address %s", len(got.Timeline), got.State, got.Address)
	}
}
