package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"buxun/shared"
	"buxun/sync/session"
)

const full = 2 // PRAGMA synchronous

// pragmas asks a connection itself: the pool's next one may be set otherwise.
func pragmas(t *testing.T, conn *sql.Conn) (synchronous int, journal string, foreignKeys int) {
	t.Helper()
	ctx := context.Background()
	err := errors.Join(
		conn.QueryRowContext(ctx, `PRAGMA synchronous`).Scan(&synchronous),
		conn.QueryRowContext(ctx, `PRAGMA journal_mode`).Scan(&journal),
		conn.QueryRowContext(ctx, `PRAGMA foreign_keys`).Scan(&foreignKeys))
	if err != nil {
		t.Fatal(err)
	}
	return synchronous, journal, foreignKeys
}

func TestL2_theWriterWaitsForTheDisk(t *testing.T) {
	w := newWorld(t)
	w.phone("a-one").report()
	synchronous, journal, foreignKeys := pragmas(t, w.writer.conn)
	if synchronous != full || journal != "wal" || foreignKeys != 1 {
		t.Errorf("synchronous=%d journal_mode=%s foreign_keys=%d, want 2 (FULL), wal, 1", synchronous, journal, foreignKeys)
	}
}

// The driver's default is NORMAL: were the setting taken out of the data source name, the test above would see it.
func TestL2_withoutTheSettingTheWriterWouldNotWait(t *testing.T) {
	without := url.Values{}
	maps.Copy(without, durable)
	without.Del("_synchronous")
	db, err := sql.Open("sqlite3", source(filepath.Join(t.TempDir(), "x.db"), without))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if synchronous, _, _ := pragmas(t, conn); synchronous == full {
		t.Error("synchronous is FULL without being set: the test of the writer proves nothing")
	}
}

func TestL2_nothingIsAnnouncedOrAnsweredBeforeTheCommit(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	p.report()
	seen := 0
	w.Store.options.OnChange = func(changed []session.Changed) {
		// Another connection sees only what is committed.
		other, err := sql.Open("sqlite3", source(w.path, readOnly))
		w.must(err)
		defer other.Close()
		w.must(other.QueryRow(`SELECT count(*) FROM operations WHERE seq = ?`, changed[0].Seq).Scan(&seen))
	}
	p.send()
	if seen != 1 {
		t.Error("the change was announced before its operation was committed")
	}
}

func TestL2_whatWasAnsweredIsThereAfterReopening(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	id := p.report()
	first := p.send()
	epoch := w.Epoch()
	w.reopen()
	if w.Epoch() != epoch {
		t.Errorf("epoch changed from %s to %s without a restore", epoch, w.Epoch())
	}
	if _, ok, err := w.Case(w.ctx, w.reader("a-leader"), id); !ok || err != nil {
		t.Errorf("case is gone: %v", err)
	}
	results, _ := w.Commit(w.ctx, []session.Push{p.push(1, 1)})
	if results[0].Answers[0] != first[0] {
		t.Errorf("repeat after reopening answered %+v, first %+v", results[0].Answers[0], first[0])
	}
	if _, head, _ := w.Feed(w.ctx); head != 1 {
		t.Errorf("head is %d, want 1", head)
	}
}

func TestTheLogIsAppendOnly(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	p.report()
	p.send()
	for _, text := range []string{`UPDATE operations SET text = ''`, `DELETE FROM operations`, `UPDATE audit SET what = ''`, `DELETE FROM audit`} {
		err := w.write(w.ctx, func(ctx context.Context, w *writer) error { return w.exec(ctx, text) })
		if err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestMigrationsRunForwardOnceAndWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	db, err := sql.Open("sqlite3", source(path, durable))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx := context.Background()
	steps := fstest.MapFS{"migrations/0001-a.sql": {Data: []byte(`CREATE TABLE a (x); INSERT INTO a VALUES (1)`)}}
	for range 2 {
		if err := migrate(ctx, db, steps); err != nil {
			t.Fatal(err)
		}
	}
	broken := fstest.MapFS{"migrations/0001-a.sql": steps["migrations/0001-a.sql"], "migrations/0002-b.sql": {Data: []byte(`INSERT INTO a VALUES (2); NONSENSE`)}}
	if err := migrate(ctx, db, broken); err == nil || !strings.Contains(err.Error(), "0002-b.sql") {
		t.Errorf("broken migration: %v", err)
	}
	var rows, version int
	if err := errors.Join(db.QueryRow(`SELECT count(*) FROM a`).Scan(&rows), db.QueryRow(`PRAGMA user_version`).Scan(&version)); err != nil {
		t.Fatal(err)
	}
	if rows != 1 || version != 1 {
		t.Errorf("after a broken migration: %d rows at version %d, want 1 row at version 1", rows, version)
	}
	hole := fstest.MapFS{"migrations/0002-b.sql": {Data: []byte(``)}}
	if err := migrate(ctx, db, hole); err == nil {
		t.Error("a hole among the migrations was not found")
	}
}

func TestANewerDatabaseIsRefused(t *testing.T) {
	w := newWorld(t)
	w.must(w.write(w.ctx, func(ctx context.Context, w *writer) error { return w.exec(ctx, `PRAGMA user_version = 999`) }))
	w.must(w.Close())
	if _, err := Open(w.ctx, w.path, Options{}); err == nil || !strings.Contains(err.Error(), "version 999") {
		t.Errorf("open said %v", err)
	}
}

// testdata/NNNN.sql is a database of version NNNN with data, as sqlite3's .dump writes one; every version that was ever
// released has one.
func TestDatabasesOfEarlierVersionsOpenWithTheirData(t *testing.T) {
	names, err := filepath.Glob("testdata/[0-9]*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("no snapshots: %v", err)
	}
	for _, file := range names {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "old.db")
			db, err := sql.Open("sqlite3", source(path, url.Values{}))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec(string(text)); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			opened(t, path)
		})
	}
}

// The next version meets a database of this one with data in it: everything is there, and what the step does is done once.
func TestADatabaseWithDataMovesForward(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	id := p.report(photo("p"))
	p.send()
	w.must(w.Close())
	known, err := readMigrations(migrations)
	w.must(err)
	steps := fstest.MapFS{}
	for _, m := range known {
		steps[m.name] = &fstest.MapFile{Data: []byte(m.text)}
	}
	next := len(known) + 1
	steps[fmt.Sprintf("migrations/%04d-next.sql", next)] = &fstest.MapFile{
		Data: []byte(`ALTER TABLE cases ADD COLUMN note TEXT NOT NULL DEFAULT ''; UPDATE cases SET note = note || 'moved ' || id`),
	}
	db, err := sql.Open("sqlite3", source(w.path, durable))
	w.must(err)
	defer db.Close()
	for range 2 {
		w.must(migrate(w.ctx, db, steps))
	}
	var version, operations, photos int
	var note string
	w.must(errors.Join(db.QueryRow(`PRAGMA user_version`).Scan(&version), db.QueryRow(`SELECT note FROM cases`).Scan(&note),
		db.QueryRow(`SELECT count(*) FROM operations WHERE text = ?`, p.Made[0]).Scan(&operations), db.QueryRow(`SELECT count(*) FROM case_photos`).Scan(&photos)))
	if version != next || note != "moved "+id || operations != 1 || photos != 2 {
		t.Errorf("version %d, note %q, %d operations, %d photos", version, note, operations, photos)
	}
}

func opened(t *testing.T, path string) {
	ctx := context.Background()
	store, err := Open(ctx, path, Options{Rules: func(string) session.Rules { return session.Rules{Workflow: shared.BuiltinWorkflow()} }})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if store.Epoch() != "01990000-0000-7000-8000-00000000000e" {
		t.Errorf("epoch is %s", store.Epoch())
	}
	leader, ok, err := store.PersonByLogin(ctx, "a-leader")
	if err != nil || !ok {
		t.Fatalf("leader is gone: %v", err)
	}
	reader, err := store.Reader(ctx, leader.ID)
	if err != nil {
		t.Fatal(err)
	}
	page, err := store.Page(ctx, reader, 0, 100)
	if err != nil || len(page.Cases) != 1 || page.Cases[0].Description != "井盖破损 <&>" || page.Cases[0].Photos[0].Here != shared.ArrivalHere {
		t.Errorf("page is %+v, %v", page, err)
	}
	rebuilt, err := store.Replay(ctx, page.Cases[0].ID)
	if err != nil || rebuilt.State != page.Cases[0].State || len(rebuilt.Timeline) != len(page.Cases[0].Timeline) {
		t.Errorf("the log gives %+v, %v", rebuilt, err)
	}
	if err := store.PutPhrases(ctx, reader, "", shared.PhraseReturn, []string{"照片看不清"}, []string{}); err != nil {
		t.Errorf("the squad cannot keep phrases: %v", err)
	}
}
