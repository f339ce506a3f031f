package sqlite

import (
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// today reads squad A's day as its leader, the day being the 24 hours up to now.
func (w *world) today() Day {
	w.t.Helper()
	d, err := w.Day(w.ctx, w.reader("a-leader"), "", w.clock-dayMs+1, w.clock+1)
	w.must(err)
	return d
}

func (d Day) person(label string) DayPerson {
	for _, p := range d.People {
		if p.Label == label {
			return p
		}
	}
	return DayPerson{}
}

// phoneOf is the phone of a replica as the day tells it.
func (d Day) phoneOf(replica string) DayPhone {
	for _, p := range d.People {
		for _, phone := range p.Phones {
			if phone.Replica == replica {
				return phone
			}
		}
	}
	return DayPhone{}
}

func (w *world) hello(p *phone, last int64) {
	w.t.Helper()
	holding := p.Holding()
	holding.Last = last
	_, err := w.Known(w.ctx, []wire.Holding{holding})
	w.must(err)
}

func (p *phone) commit(first, last int64) {
	p.w.t.Helper()
	if results, _ := p.w.Commit(p.w.ctx, []session.Push{p.push(first, last)}); results[0].Fault != nil {
		p.w.t.Fatalf("push %d to %d: %+v", first, last, results[0])
	}
}

func TestL13_TheDayTellsWhatAPhoneHoldsAndSinceWhen(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	for range 5 {
		p.report()
	}
	first := w.clock
	w.hello(p, 3)
	if got := w.today().phoneOf(p.ID); got.Records != 3 || got.RecordsSince != first || got.HeardAt != first {
		t.Errorf("told of three: %+v", got)
	}
	w.clock += 60_000
	p.commit(1, 1)
	w.hello(p, 4)
	if got := w.today().phoneOf(p.ID); got.Records != 3 || got.RecordsSince != first || got.HeardAt != w.clock {
		t.Errorf("one came, another was made: %+v", got)
	}
	w.clock += 60_000
	p.commit(2, 4)
	if got := w.today().phoneOf(p.ID); got.Records != 0 || got.RecordsSince != 0 {
		t.Errorf("all came: %+v", got)
	}
	w.reopen()
	w.hello(p, 5)
	again := w.clock
	w.today()
	w.clock += 60_000
	w.NoteHeard([]wire.Holding{p.Holding()}, w.clock)
	w.today()
	w.NoteHeard([]wire.Holding{p.Holding()}, again) // an older connection that ended later
	if got := w.today().phoneOf(p.ID); got.Records != 1 || got.RecordsSince != again || got.HeardAt != w.clock {
		t.Errorf("told of another: %+v", got)
	}
}

func TestL13_TheDayTellsWhichPhotosWait(t *testing.T) {
	w := newWorld(t)
	p, b := w.phone("a-one"), w.phone("b-one")
	named := w.clock
	p.report(photo("p"), photo("q"))
	p.send()
	b.report(photo("p"))
	b.send()
	w.clock += 60_000
	p.report(photo("r"))
	p.send()
	if got := w.today().phoneOf(p.ID); got.Photos != 3 || got.PhotosSince != named || got.Records != 0 {
		t.Errorf("three wait: %+v", got)
	}
	w.arrived(p, shared.HashText("p"), shared.ArrivalHere)
	w.arrived(p, shared.HashText("q"), shared.ArrivalHere)
	if got := w.today().phoneOf(p.ID); got.Photos != 1 || got.PhotosSince != w.clock {
		t.Errorf("one waits: %+v", got)
	}
}

func TestL13_TheDayTellsOfAHoleAndWhenItWasMade(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	p.report()
	p.send()
	after := w.clock
	w.clock += 60_000
	p.report()
	w.clock += 60_000
	p.report()
	push := p.push(3, 3)
	push.Oldest = 3
	w.Commit(w.ctx, []session.Push{push})
	got := w.today().phoneOf(p.ID)
	if want := (DayGap{From: 2, To: 2, At: w.clock, After: after, Before: w.clock}); len(got.Gaps) != 1 || got.Gaps[0] != want || got.Records != 0 {
		t.Errorf("the hole is %+v, want %+v", got, want)
	}
	old := w.clock
	w.clock += (gapDays + 2) * dayMs
	if got := w.today().phoneOf(p.ID); len(got.Gaps) != 0 {
		t.Errorf("an old hole is an alarm still: %+v", got)
	}
	w.clock = old
	if results, _ := w.Commit(w.ctx, []session.Push{p.push(2, 2)}); results[0].Fault != nil {
		t.Fatalf("%+v", results[0])
	}
	if got := w.today().phoneOf(p.ID); len(got.Gaps) != 0 {
		t.Errorf("what came after all is a hole still: %+v", got)
	}
}

func TestL13_AHoleIsFilledUnderOtherNumbersToo(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	p.report()
	p.report()
	push := p.push(2, 2)
	push.Oldest = 2
	w.Commit(w.ctx, []session.Push{push})
	if got := w.today().phoneOf(p.ID); len(got.Gaps) != 1 {
		t.Errorf("the hole is %+v", got)
	}
	w.reissue(p, 1)
	if got := w.today().phoneOf(p.ID); len(got.Gaps) != 0 {
		t.Errorf("what came under another number is a hole still: %+v", got)
	}
}

// reissue makes an operation again under a new replica of its author, and sends it.
func (w *world) reissue(p *phone, counter int64) {
	w.t.Helper()
	fresh := w.phone(p.login)
	fresh.make(shared.Body{
		Case: drive.NewID(), Action: shared.ActionReport, Payload: shared.Payload{Category: category, Description: "井盖破损 <&>"},
		Was: &shared.Reference{Replica: p.ID, Counter: counter, Hash: shared.HashText(p.Made[counter-1])},
	})
	if a := fresh.send()[0]; a.Outcome != shared.OutcomeApplied {
		w.t.Fatalf("reissue: %+v", a)
	}
}

func TestL13_R21_WhatWasMadeAnewIsNotMissing(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	p.report()
	p.report()
	w.hello(p, 2)
	w.reissue(p, 1)
	if got := w.today().phoneOf(p.ID); got.Records != 1 {
		t.Errorf("one of two was made anew: %+v", got)
	}
	w.reissue(p, 2)
	if got := w.today().phoneOf(p.ID); got.Records != 0 || got.RecordsSince != 0 {
		t.Errorf("both were made anew: %+v", got)
	}
}

func (p *phone) reportAt(address string) string {
	id := drive.NewID()
	p.make(shared.Body{Case: id, Action: shared.ActionReport, Payload: shared.Payload{Category: category, Description: "井盖破损", Address: address}})
	return id
}

func TestTheDayCountsWhatWasDoneInItByWhoseCaseItIs(t *testing.T) {
	w := newWorld(t)
	one, two, leader, foreign := w.phone("a-one"), w.phone("a-two"), w.phone("a-leader"), w.phone("b-one")
	judge := func(id string, action shared.Action) {
		leader.make(shared.Body{Case: id, Action: action, Payload: shared.Payload{Reason: "照片看不清"}, Seen: 1})
		if a := leader.send()[0]; a.Outcome != shared.OutcomeApplied {
			t.Fatalf("%s: %+v", action, a)
		}
	}
	yesterday := one.report()
	one.report()
	one.send()
	w.clock += 2 * dayMs
	w.clock -= 60_000
	filed, returned := one.report(), two.reportAt("第 1 处")
	w.clock += 60_000
	two.reportAt("第 2 处")
	foreign.report()
	for _, p := range []*phone{one, two, foreign} {
		p.send()
	}
	judge(yesterday, shared.ActionFile)
	judge(filed, shared.ActionFile)
	judge(returned, shared.ActionReturn)
	leader.make(shared.Body{Case: returned, Action: shared.ActionFile, Seen: 1})
	if a := leader.send()[0]; a.Outcome != shared.OutcomeLate {
		t.Fatalf("filed after it was returned: %+v", a)
	}
	d := w.today()
	if want := (Tally{Reported: 3, Filed: 2, Returned: 1, Waiting: 2}); d.Tally != want {
		t.Errorf("the squad's: %+v, want %+v", d.Tally, want)
	}
	for label, want := range map[string]Tally{
		"采集员A-1": {Reported: 1, Filed: 2, Waiting: 1}, "采集员A-2": {Reported: 2, Returned: 1, Waiting: 1}, "中队长A": {},
	} {
		if got := d.person(label); got.Tally != want || got.ID == "" {
			t.Errorf("%s: %+v, want %+v", label, got.Tally, want)
		}
	}
	if p := d.person("采集员A-2"); p.LastAt != w.clock || p.LastAddress != "第 2 处" {
		t.Errorf("last reported at %d, %q", p.LastAt, p.LastAddress)
	}
	if p := d.person("中队长A"); p.LastAt != 0 || p.LastAddress != "" {
		t.Errorf("who reported nothing: %d, %q", p.LastAt, p.LastAddress)
	}
	w.clock += 2 * dayMs
	if got := w.today().Tally; got != (Tally{Waiting: 2}) {
		t.Errorf("two days later: %+v", got)
	}
}

func TestL10_TheDayIsForTheSquadsLeaderAndTheCentre(t *testing.T) {
	w := newWorld(t)
	w.phone("a-one").report()
	for _, one := range []struct{ login, squad, want, fault string }{
		{"a-leader", "", "A", ""}, {"a-leader", "A", "A", ""}, {"a-leader", "B", "", "request.notPermitted"}, {"a-leader", "none", "", "request.notPermitted"},
		{"b-leader", "", "B", ""}, {"a-one", "", "", "request.notPermitted"}, {"a-one", "A", "", "request.notPermitted"},
		{"admin", "A", "A", ""}, {"admin", "B", "B", ""}, {"admin", "none", "", "request.notFound"},
	} {
		d, err := w.Day(w.ctx, w.reader(one.login), one.squad, 0, w.clock)
		if d.Squad != one.want || err != nil && shared.FaultCode(err) != one.fault || (err == nil) != (one.fault == "") {
			t.Errorf("%s asks for %q: %q, %v", one.login, one.squad, d.Squad, err)
		}
		for _, p := range d.People {
			if person, _, err := w.PersonByLogin(w.ctx, w.loginOf(p.ID)); err != nil || person.Squad != one.want {
				t.Errorf("%s is shown %s of squad %s", one.login, p.Label, person.Squad)
			}
		}
	}
}

func (w *world) loginOf(id string) string {
	for login, one := range w.ids {
		if one == id {
			return login
		}
	}
	return ""
}

// The day is asked for every few seconds: what waits among millions of photos is found by an index.
func TestWaitingPhotosAreFoundByAnIndex(t *testing.T) {
	w := newWorld(t)
	rows, err := w.reading.Query(`EXPLAIN QUERY PLAN SELECT count(*) FROM people JOIN case_photos ON case_photos.author = people.id
		WHERE people.squad = 'A' AND case_photos.here = 'waiting' AND case_photos.kind = 'original'`)
	w.must(err)
	plan, err := collect(rows, func(scan func(...any) error) (line string, err error) {
		var skip int
		err = scan(&skip, &skip, &skip, &line)
		return line, err
	})
	w.must(err)
	if all := strings.Join(plan, "; "); !strings.Contains(all, "case_photos_waiting") {
		t.Error(all)
	}
}

// A database of version 5 did not note since when: the last hello is the best that it knows.
func TestSinceWhenAPhoneHoldsIsFilledInFromItsLastHello(t *testing.T) {
	text, err := os.ReadFile("testdata/0005.sql")
	path := filepath.Join(t.TempDir(), "old.db")
	db, opened := sql.Open("sqlite3", source(path, url.Values{}))
	if err := errors.Join(err, opened); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(string(text)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(migrate(t.Context(), db, migrations)); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var holds, others int64
	err = errors.Join(db.QueryRow(`SELECT held_since FROM replicas WHERE last_claimed > counter`).Scan(&holds),
		db.QueryRow(`SELECT count(*) FROM replicas WHERE last_claimed <= counter AND held_since IS NOT NULL`).Scan(&others))
	if err != nil || holds != 1_790_000_005_000 || others != 0 {
		t.Errorf("held since %d, %d others, %v", holds, others, err)
	}
}
