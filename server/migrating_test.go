package main

import (
	"bufio"
	"database/sql"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The program is killed while it brings a database of an earlier version forward, again and again: every time all of it is
// there, and in the end it is of this version.
func TestL2_KilledWhileItMigrates(t *testing.T) {
	chance := rand.New(rand.NewPCG(seedOfKills(t), 3))
	dumps, err := filepath.Glob("sqlite/testdata/[0-9]*.sql")
	must(t, err)
	program, err := os.Executable()
	must(t, err)
	killed := 0
	for _, dump := range dumps {
		text, err := os.ReadFile(dump)
		must(t, err)
		data := t.TempDir()
		name := filepath.Join(data, databaseFile)
		db, err := sql.Open("sqlite3", "file:"+name)
		must(t, err)
		_, err = db.Exec(string(text))
		must(t, err)
		before, version := logOf(t, db)
		must(t, db.Close())
		up := false
		for try := 0; !up; try++ {
			child := exec.Command(program, "serve", "--data", data, "--listen", "127.0.0.1:0", "--log-level", "error")
			child.Env, child.Stderr, child.SysProcAttr = append(os.Environ(), asProgram+"=1"), os.Stderr, withParent
			out, err := child.StdoutPipe()
			must(t, err)
			must(t, child.Start())
			blow := time.AfterFunc(time.Duration(10+chance.IntN(120))*time.Millisecond, func() { _ = child.Process.Kill() })
			if try >= 6 {
				blow.Stop()
			}
			lines := bufio.NewScanner(out)
			for !up && lines.Scan() {
				up = strings.Contains(lines.Text(), "http://127.0.0.1:")
			}
			_ = child.Process.Kill()
			_ = child.Wait()
			blow.Stop()
			if !up {
				killed++
			}
			if !up && try >= 6 {
				t.Fatalf("%s does not come up", dump)
			}
			db, err := sql.Open("sqlite3", "file:"+name+"?_query_only=on")
			must(t, err)
			after, now := logOf(t, db)
			must(t, db.Close())
			if after != before || now < version {
				t.Fatalf("%s, start %d: the log was\n%s\nand is\n%s\nversion %d, then %d", dump, try, before, after, version, now)
			}
			version = now
		}
		newest, err := filepath.Glob("sqlite/migrations/*.sql")
		must(t, err)
		if version != len(newest) {
			t.Errorf("%s is of version %d in the end, want %d", dump, version, len(newest))
		}
	}
	t.Logf("killed %d starts of %d databases", killed, len(dumps))
}

// logOf is every operation of a database, and the database's version; it errs on a damaged one.
func logOf(t *testing.T, db *sql.DB) (log string, version int) {
	t.Helper()
	var sound string
	must(t, db.QueryRow(`PRAGMA integrity_check`).Scan(&sound))
	if sound != "ok" {
		t.Fatalf("the database is damaged: %s", sound)
	}
	must(t, db.QueryRow(`PRAGMA user_version`).Scan(&version))
	rows, err := db.Query(`SELECT replica || ' ' || counter || ' ' || hash || ' ' || outcome || ' ' || text FROM operations ORDER BY number`)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var line string
		must(t, rows.Scan(&line))
		log += line + "\n"
	}
	must(t, rows.Err())
	return log, version
}
