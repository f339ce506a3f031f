package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"buxun/shared"
	"buxun/sync/session"
)

// A small server without a battery starts in the past: nobody had a place then, and a refusal is for good.
func TestL6_AServerClockThatWentBackRefusesNobody(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	w.clock -= 50 * 365 * dayMs
	p.report()
	if a := p.send()[0]; a.Outcome != shared.OutcomeApplied {
		t.Errorf("answered %+v", a)
	}
	w.must(w.Disable(w.ctx, "a-one"))
	p.report()
	if a := p.send()[0]; a.Fault != "operation.notPermitted" {
		t.Errorf("a disabled person is answered %+v", a)
	}
}

// A page must be over a thin line before the socket gives up on it.
func TestL4_APageIsBoundedInBytes(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	var want []string
	for range 40 {
		id := p.report()
		for range 2 {
			p.make(shared.Body{Case: id, Action: shared.ActionComment, Payload: shared.Payload{Words: strings.Repeat("很", shared.MaxWords)}, Seen: 1})
		}
		p.send()
		want = append(want, id)
	}
	var got []string
	pages := 0
	for since, more := int64(0), true; more; pages++ {
		page, err := w.Page(w.ctx, w.reader("a-leader"), since, 200)
		w.must(err)
		size := 0
		for _, c := range page.Cases {
			got = append(got, c.ID)
			for _, e := range c.Timeline {
				size += len(e.Payload.Words)
			}
		}
		if size > 128<<10 || len(page.Cases) == 0 {
			t.Fatalf("a page of %d cases holds %d bytes of words", len(page.Cases), size)
		}
		since, more = page.Seq, page.More
	}
	if !slices.Equal(got, want) || pages < 4 {
		t.Errorf("%d pages name %d cases, want %d once each in order", pages, len(got), len(want))
	}
}

func TestL4_APersonWithoutASquadPullsTheirOwn(t *testing.T) {
	w := newWorld(t)
	w.must(w.PutPeople(w.ctx, []Person{{Login: "camera", Label: "电子眼", Role: shared.RoleMachine}}))
	program, _, err := w.PersonByLogin(w.ctx, "camera")
	w.must(err)
	w.ids["camera"] = program.ID
	p := w.phone("camera")
	row := p.row()
	last := "0"
	if p.ID[35:] == last {
		last = "1" // another one, whatever chance gave
	}
	row.ID, row.Author = p.ID[:35]+last, shared.Author{Kind: shared.AuthorMachine, ID: program.ID}
	p.Replica.ID, p.Author = row.ID, row.Author
	w.must(w.Enrol(w.ctx, row))
	id := p.report()
	if a := p.send()[0]; a.Outcome != shared.OutcomeApplied {
		t.Fatalf("answered %+v", a)
	}
	if ids, _, _ := w.pull("camera", 0); !slices.Equal(ids, []string{id}) {
		t.Errorf("its pull names %v, want %s", ids, id)
	}
}

// A case that another process moved on twice before this one looked leaves both squads.
func TestL10_TwoTransfersElsewhereAreBothAnnounced(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	id := p.report()
	p.send()
	store := w.Store
	other, err := Open(w.ctx, w.path, w.options())
	w.must(err)
	defer other.Close()
	other.options.OnChange = nil
	w.must(w.writer.exec(w.ctx, `INSERT INTO squads (code, name) VALUES ('C', '三中队')`))
	w.Store = other
	w.transfer(id, "B")
	w.transfer(id, "C")
	w.Store = store
	w.changed = nil
	if _, err := store.Attend(w.ctx); err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, c := range w.changed {
		told = append(told, fmt.Sprintf("%d %s left %s", c.Seq, c.Case.Squad, c.LeftSquad))
	}
	if want := []string{"2 C left A", "3 C left B"}; !slices.Equal(told, want) {
		t.Errorf("announced %q, want %q", told, want)
	}
}

// counting counts log records.
type counting struct {
	slog.Handler
	mutex sync.Mutex
	texts []string
}

func (c *counting) Enabled(context.Context, slog.Level) bool { return true }

func (c *counting) Handle(_ context.Context, r slog.Record) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.texts = append(c.texts, r.Message)
	return nil
}

// A database that another process keeps to itself must not make every push wait in turn.
func TestR26_ABusyDatabaseIsWaitedForOnce(t *testing.T) {
	w := newWorld(t)
	log := &counting{}
	w.Store.options.Log = slog.New(log)
	a, b := w.phone("a-one"), w.phone("b-one")
	a.report()
	b.report()
	w.must(w.writer.exec(w.ctx, `PRAGMA busy_timeout = 20`))
	other, err := sql.Open("sqlite3", source(w.path, durable))
	w.must(err)
	defer other.Close()
	hold, err := other.Begin()
	w.must(err)
	results, _ := w.Commit(w.ctx, []session.Push{a.push(1, 1), b.push(1, 1)})
	w.must(hold.Rollback())
	for _, r := range results {
		if r.Fault == nil || r.Fault.Code != "server.busy" {
			t.Errorf("answered %+v", r)
		}
	}
	if len(results) != 2 || slices.Contains(log.texts, "commit failed, trying push by push") {
		t.Errorf("%d answers, logged %q", len(results), log.texts)
	}
	a.send()
	b.send()
}

func TestAnImportedPasswordEndsSessions(t *testing.T) {
	w := newWorld(t)
	person := w.ids["a-one"]
	open := func() {
		w.must(w.OpenSession(w.ctx, SessionRow{TokenHash: []byte("1"), Person: person, CreatedAt: w.clock, ExpiresAt: w.clock + 1000}))
	}
	again := Person{Login: "a-one", Label: "采集员A-1", Role: shared.RoleCollector, Squad: "A"}
	open()
	w.must(w.PutPeople(w.ctx, []Person{again}))
	if _, ok, _ := w.SessionByToken(w.ctx, []byte("1"), w.clock); !ok {
		t.Error("an import without a password ended the session")
	}
	again.PasswordHash = "another"
	w.must(w.PutPeople(w.ctx, []Person{again}))
	if _, ok, _ := w.SessionByToken(w.ctx, []byte("1"), w.clock); ok {
		t.Error("whoever knew the old password is still signed in")
	}
}

// Whoever moved on elsewhere is asked again before hearing what else was written there.
func TestL10_WhatAnotherProcessDidToPeopleIsToldFirst(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	p.report()
	other, err := Open(w.ctx, w.path, w.options())
	w.must(err)
	defer other.Close()
	other.options.OnChange = nil
	var told []string
	w.Store.options.OnElsewhere = func() { told = append(told, "people") }
	w.Store.options.OnChange = func([]session.Changed) { told = append(told, "case") }
	if results, _ := other.Commit(w.ctx, []session.Push{p.push(1, 1)}); results[0].Fault != nil {
		t.Fatalf("the other process was answered %+v", results[0])
	}
	_, err = w.Attend(w.ctx)
	w.must(err)
	if want := []string{"people", "case"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}
