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
	"buxun/sync/session"
	"buxun/sync/wire"
)

// returnOf is the last return of a case as a reader sees it.
func (w *world) returnOf(login, id string) shared.Entry {
	w.t.Helper()
	c, ok, err := w.Case(w.ctx, w.reader(login), id)
	w.must(err)
	if e := c.Returned(); ok && e != nil {
		return *e
	}
	w.t.Fatalf("case %s is %s", id, c.State)
	return shared.Entry{}
}

func (w *world) returned(by *phone, id string, seen int64) {
	w.t.Helper()
	by.make(shared.Body{Case: id, Action: shared.ActionReturn, Payload: shared.Payload{Reason: "照片看不清"}, Seen: seen})
	if a := by.send()[0]; a.Outcome != shared.OutcomeApplied {
		w.t.Fatalf("return: %+v", a)
	}
}

func (w *world) flushed() {
	w.t.Helper()
	w.must(w.flush(w.ctx))
}

func TestR38_TheLeaderSeesThatAReturnCameAndWasSeen(t *testing.T) {
	w := newWorld(t)
	a, leader := w.phone("a-one"), w.phone("a-leader")
	id := a.report()
	a.send()
	w.returned(leader, id, 1)
	at := w.head.Load()

	w.must(w.Delivered(w.ctx, w.reader("a-two"), at))
	w.must(w.Seen(w.ctx, w.reader("a-two"), []wire.SeenCase{{Case: id, Revision: 2}}))
	w.must(w.Delivered(w.ctx, w.reader("a-one"), at-1))
	w.must(w.Seen(w.ctx, w.reader("a-one"), []wire.SeenCase{{Case: id, Revision: 1}}))
	w.flushed()
	if e := w.returnOf("a-leader", id); e.Delivered != 0 || e.Seen != 0 || w.head.Load() != at {
		t.Errorf("a colleague has it, and the collector what was before: %+v", e)
	}

	w.clock += 60_000
	delivered := w.clock
	w.must(w.Delivered(w.ctx, w.reader("a-one"), at))
	w.flushed()
	if e := w.returnOf("a-leader", id); e.Delivered != delivered || e.Seen != 0 {
		t.Errorf("the collector's phone has it: %+v", e)
	}
	if last := w.changed[len(w.changed)-1]; last.Seq != at+1 || last.Case.ID != id || last.Case.Returned().Delivered != delivered || last.Case.Revision != 2 {
		t.Errorf("the feed tells %+v", last)
	}

	w.clock += 60_000
	w.must(w.Seen(w.ctx, w.reader("a-one"), []wire.SeenCase{{Case: id, Revision: 2}}))
	w.must(w.Delivered(w.ctx, w.reader("a-one"), at+1))
	w.flushed()
	seen := w.clock
	w.reopen()
	if e := w.returnOf("a-leader", id); e.Delivered != delivered || e.Seen != seen {
		t.Errorf("after a restart: %+v", e)
	}

	// What is known is not told again.
	at = w.head.Load()
	w.clock += 60_000
	w.must(w.Seen(w.ctx, w.reader("a-one"), []wire.SeenCase{{Case: id, Revision: 2}}))
	w.must(w.Delivered(w.ctx, w.reader("a-one"), at))
	w.flushed()
	if e := w.returnOf("a-leader", id); e.Seen != seen || w.head.Load() != at {
		t.Errorf("told again: %+v, head %d instead of %d", e, w.head.Load(), at)
	}
}

func TestR38_ASecondReturnHasToComeAgain(t *testing.T) {
	w := newWorld(t)
	a, leader := w.phone("a-one"), w.phone("a-leader")
	id := a.report()
	a.send()
	w.returned(leader, id, 1)
	w.must(w.Seen(w.ctx, w.reader("a-one"), []wire.SeenCase{{Case: id, Revision: 2}}))
	w.flushed()
	if e := w.returnOf("a-leader", id); e.Seen == 0 || e.Delivered != e.Seen {
		t.Errorf("who sees it has it: %+v", e)
	}
	a.make(shared.Body{Case: id, Action: shared.ActionResubmit, Payload: shared.Payload{Words: "补拍不了，路封了"}, Seen: 2})
	a.send()
	w.returned(leader, id, 3)
	if e := w.returnOf("a-leader", id); e.Revision != 4 || e.Delivered != 0 || e.Seen != 0 {
		t.Errorf("the second return: %+v", e)
	}
	w.must(w.Delivered(w.ctx, w.reader("a-one"), w.head.Load()))
	w.flushed()
	c, _, err := w.Case(w.ctx, w.reader("a-leader"), id)
	if w.must(err); c.Timeline[3].Delivered == 0 || c.Timeline[3].Seen != 0 || c.Timeline[1].Seen == 0 {
		t.Errorf("the timeline is %+v", c.Timeline)
	}
}

func TestReturnedCasesAreFoundByAnIndex(t *testing.T) {
	w := newWorld(t)
	rows, err := w.reading.Query(`EXPLAIN QUERY PLAN SELECT doc FROM cases WHERE awaits = 'x' AND awaits <> '' AND reached = 0 AND reached < 2 AND seq <= 7 ORDER BY seq`)
	w.must(err)
	plan, err := collect(rows, func(scan func(...any) error) (line string, err error) {
		var skip int
		err = scan(&skip, &skip, &skip, &line)
		return line, err
	})
	w.must(err)
	if all := strings.Join(plan, "; "); !strings.Contains(all, "cases_awaited") || strings.Contains(all, "TEMP B-TREE") {
		t.Error(all)
	}
}

// What was returned before the server noted it is noted at the phone's next word.
func TestReturnsOfADatabaseOfVersion6ReachTheirPeople(t *testing.T) {
	text, err := os.ReadFile("testdata/0006.sql")
	path := filepath.Join(t.TempDir(), "old.db")
	db, opened := sql.Open("sqlite3", source(path, url.Values{}))
	if err := errors.Join(err, opened); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(string(text)); err != nil {
		t.Fatal(err)
	}
	var id, person string
	err = db.QueryRow(`SELECT id, reporter FROM cases WHERE state = 'returned'`).Scan(&id, &person)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	store, err := Open(t.Context(), path, Options{Rules: func(string) session.Rules { return session.Rules{Workflow: shared.BuiltinWorkflow()} }})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	reader, err := store.Reader(t.Context(), person)
	if err := errors.Join(err, store.Delivered(t.Context(), reader, store.head.Load()), store.flush(t.Context())); err != nil {
		t.Fatal(err)
	}
	c, ok, err := store.Case(t.Context(), reader, id)
	if err != nil || !ok || c.Returned() == nil || c.Returned().Delivered == 0 {
		t.Errorf("%+v, %v", c.Timeline, err)
	}
}
