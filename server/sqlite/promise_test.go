package sqlite

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	sqlite3 "github.com/mattn/go-sqlite3"

	"buxun/server/roster"
	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// onCommit has SQLite ask before each COMMIT of the writer; another answer than 0 makes it fail.
func (w *world) onCommit(ask func() int) {
	w.t.Helper()
	w.must(w.writer.conn.Raw(func(driver any) error {
		driver.(*sqlite3.SQLiteConn).RegisterCommitHook(ask)
		return nil
	}))
}

func TestL2_aCommitThatFailsIsNeitherAnsweredNorAnnounced(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	p.report(photo("p"))
	w.onCommit(func() int { return 1 })
	results, changed := w.Commit(w.ctx, []session.Push{p.push(1, 1)})
	if f := results[0].Fault; f == nil || len(results[0].Answers)+len(changed)+len(w.changed) != 0 {
		t.Fatalf("a transaction that is not on disk was answered %+v, announced %d", results[0], len(w.changed))
	}
	w.onCommit(nil)
	p.send()
	told := len(w.changed)

	w.onCommit(func() int { return 1 })
	if err := w.PhotoArrived(w.ctx, p.Author, shared.HashText("p"), shared.ArrivalHere, "image/jpeg", 1000); err == nil || len(w.changed) != told {
		t.Errorf("an arrival that is not on disk: %v, announced %d", err, len(w.changed)-told)
	}
}

func TestL2_theFolderOfANewDatabaseIsOnDiskBeforeItIsUsed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "buxun.db")
	var synced []string
	options := Options{SyncDirectory: func(name string) error {
		synced = append(synced, name)
		return nil
	}}
	store, err := Open(t.Context(), path, options)
	if err != nil || !slices.Contains(synced, filepath.Dir(path)) {
		t.Fatalf("opened with %v; on disk are the entries of %v", err, synced)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	options.SyncDirectory = func(string) error { return errors.New("the disk says no") }
	if _, err := Open(t.Context(), path, options); err == nil {
		t.Error("opened although the folder is not on disk")
	}
}

func TestL10_whatLeavesASquadIsNamedToThatSquadAlone(t *testing.T) {
	w := newWorld(t)
	w.must(w.PutSquads(w.ctx, []roster.Squad{{Code: "C", Name: "三中队"}}))
	w.must(w.PutPeople(w.ctx, []Person{{Login: "c-leader", Label: "中队长C", Role: shared.RoleLeader, Squad: "C"}}))
	person, _, err := w.PersonByLogin(w.ctx, "c-leader")
	w.must(err)
	w.ids["c-leader"] = person.ID
	a := w.phone("a-one")
	id := a.report()
	a.send()
	since := w.changed[0].Seq
	w.transfer(id, "B")
	for login, want := range map[string][]string{"a-leader": {id}, "b-leader": nil, "c-leader": nil} {
		if _, leaves, _ := w.pull(login, since); !slices.Equal(leaves, want) {
			t.Errorf("%s is told that %v left, want %v", login, leaves, want)
		}
	}
}

func TestL10_phonesAreThoseOfTheReadersScope(t *testing.T) {
	w := newWorld(t)
	one, two, other := w.phone("a-one").ID, w.phone("a-two").ID, w.phone("b-one").ID
	for login, want := range map[string][]string{"a-leader": {one, two}, "b-leader": {other}, "a-one": {one}, "admin": {one, two, other}} {
		phones, err := w.Phones(w.ctx, w.reader(login))
		w.must(err)
		var seen []string
		for _, p := range phones {
			seen = append(seen, p.Replica)
		}
		slices.Sort(seen)
		if slices.Sort(want); !slices.Equal(seen, want) {
			t.Errorf("%s sees the phones %v, want %v", login, seen, want)
		}
	}
}

// A copy of the phone that knows of less, or a greeting that was long on its way, takes nothing back.
func TestL13_whatAPhoneSaidItMadeIsNeverForgotten(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	made := func() int64 {
		phones, err := w.Phones(w.ctx, w.reader("a-leader"))
		w.must(err)
		return phones[0].Last
	}
	for _, last := range []int64{17, 5} { // noted together
		_, err := w.Known(w.ctx, []wire.Holding{{Replica: p.ID, Oldest: 1, Last: last}})
		w.must(err)
	}
	if got := made(); got != 17 {
		t.Errorf("the phone made 17, the centre says %d", got)
	}
	_, err := w.Known(w.ctx, []wire.Holding{{Replica: p.ID, Oldest: 1, Last: 6}}) // noted after
	w.must(err)
	if got := made(); got != 17 {
		t.Errorf("later the centre says %d", got)
	}
}

// Whatever judging thinks: the table itself takes each number of a replica once.
func TestL3_theLogHoldsEachNumberOnce(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	p.report()
	p.send()
	for name, text := range map[string]string{"the very same": p.Made[0], "another": "{}"} {
		row := session.Row{Replica: p.ID, Counter: 1, Hash: shared.HashText(text), Text: text, Verdict: shared.Verdict{Outcome: shared.OutcomeApplied}}
		err := w.write(w.ctx, func(ctx context.Context, w *writer) error { return w.putRow(ctx, row) })
		var trouble sqlite3.Error
		if !errors.As(err, &trouble) || trouble.Code != sqlite3.ErrConstraint {
			t.Errorf("%s operation was written again: %v", name, err)
		}
	}
}
