package main

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/wire"
)

// worked is a data directory with two reported cases, an amendment, a refusal and a gap in it; the server is stopped.
func worked(t testing.TB) (data string, p *keeper) {
	t.Helper()
	data = demoData(t)
	server := start(t, data)
	p = keeperOf(t, server.URL(), "c601")
	first := p.reports(t, 1)
	p.reports(t, 2)
	p.does(t, first, shared.ActionAmend, shared.Payload{Changes: []shared.Change{{Field: shared.FieldAddress, To: "建设路"}}})
	p.does(t, first, shared.ActionReport, shared.Payload{Category: "of|no|taxonomy"})
	other := patrolOf(t, server.URL(), "c602")
	for range 3 {
		report(t, other.Replica, nil)
	}
	declaresLost(t, other.Client, other.Replica)
	must(t, server.stop())
	return data, p
}

// declaresLost pushes the last of what a replica made, as one that holds nothing before it any more.
func declaresLost(t testing.TB, c *drive.Client, r *drive.Replica) {
	t.Helper()
	last := int64(len(r.Made))
	push, err := r.Push(last, last)
	must(t, err)
	push.Oldest = last
	line := greeted(t, c, r)
	must(t, line.Send(push))
	for {
		frame, err := line.Next()
		must(t, err)
		if _, ok := frame.(*wire.Ack); ok {
			return
		}
	}
}

// query changes the database behind the server's back; what keeps the log as it is, is taken off first.
func query(t testing.TB, data, text string, args ...any) {
	t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(data, databaseFile))
	must(t, err)
	defer db.Close()
	_, err = db.Exec(`DROP TRIGGER operations_stay; DROP TRIGGER operations_remain; PRAGMA foreign_keys = off`)
	must(t, err)
	result, err := db.Exec(text, args...)
	must(t, err)
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		t.Fatalf("%s: %d rows, %v", text, n, err)
	}
}

// Each kind of damage is found and named; what was lost and is known to be is told and is no damage.
func TestL2_L7_VerifyFindsEachDamage(t *testing.T) {
	sound, p := worked(t)
	out, code := buxun(t, "", "verify", "--data", sound)
	if code != 0 || !strings.Contains(out, "operations 1 to 2 of replica") || !strings.Contains(out, "1 gaps, 0 damaged") {
		t.Fatalf("sound data: code %d\n%s", code, out)
	}
	replica, caseID := p.ID, p.cases[0]
	forged := strings.Replace(p.Made[1], "井盖松动", "路灯不亮", 1)
	hash := shared.HashText(string(p.photos[0]))
	photo := filepath.Join("photos", "originals", hash[:2], hash)
	sqlRow := func(text string, args ...any) func(*testing.T, string) {
		return func(t *testing.T, data string) { query(t, data, text, args...) }
	}
	for _, row := range []struct {
		name, says string
		damage     func(t *testing.T, data string)
	}{
		{"a text", "does not have its hash", sqlRow(`UPDATE operations SET text = ? WHERE replica = ? AND counter = 2`, forged, replica)},
		{"a text with its hash", "is not linked", sqlRow(`UPDATE operations SET text = ?, hash = ? WHERE replica = ? AND counter = 2`, forged, shared.HashText(forged), replica)},
		{"the same, by its signature", "signature does not hold", sqlRow(`UPDATE operations SET text = ?, hash = ? WHERE replica = ? AND counter = 2`, forged, shared.HashText(forged), replica)},
		{"a signature", "signature does not hold", sqlRow(`UPDATE operations SET signature = (SELECT signature FROM operations AS o WHERE o.replica = operations.replica AND counter = 1) WHERE replica = ? AND counter = 2`, replica)},
		{"a signature gone", "no signature covers it", sqlRow(`UPDATE operations SET signature = NULL WHERE replica = ? AND counter = 4`, replica)},
		{"a key", "signature does not hold", sqlRow(`UPDATE replicas SET key = (SELECT key FROM replicas AS r WHERE r.id <> replicas.id LIMIT 1) WHERE id = ?`, replica)},
		{"an operation gone", "are missing and no gap says so", sqlRow(`DELETE FROM operations WHERE replica = ? AND counter = 2`, replica)},
		{"the last operation gone", "is known up to 4", sqlRow(`DELETE FROM operations WHERE replica = ? AND counter = 4`, replica)},
		{"an outcome", "receipt does not hold", sqlRow(`UPDATE operations SET outcome = 'late', fault = 'case.exists' WHERE replica = ? AND counter = 3`, replica)},
		{"a refusal lifted", "receipt does not hold", sqlRow(`UPDATE operations SET outcome = 'applied', fault = NULL WHERE replica = ? AND counter = 4`, replica)},
		{"a place in the feed", "receipt does not hold", sqlRow(`UPDATE operations SET seq = seq + 1 WHERE replica = ? AND counter = 3`, replica)},
		{"a time", "when it was received", sqlRow(`UPDATE operations SET received = received - 3600000 WHERE replica = ? AND counter = 3`, replica)},
		{"a state", "is not what its log gives", sqlRow(`UPDATE operations SET to_state = 'closed' WHERE replica = ? AND counter = 1`, replica)},
		{"a role", "is not what its log gives", sqlRow(`UPDATE operations SET role = 'leader' WHERE replica = ? AND counter = 1`, replica)},
		{"a place in the case", "is numbered", sqlRow(`UPDATE operations SET revision = 7 WHERE replica = ? AND counter = 3`, replica)},
		{"another case", "of another operation or case", sqlRow(`UPDATE operations SET case_id = ? WHERE replica = ? AND counter = 3`, p.cases[1], replica)},
		{"a projection", "differs in Description", sqlRow(`UPDATE cases SET doc = json_set(doc, '$.description', '没事') WHERE id = ?`, caseID)},
		{"a projection that is no JSON", "projection", sqlRow(`UPDATE cases SET doc = '{' WHERE id = ?`, caseID)},
		{"a case's row", "its row says other things", sqlRow(`UPDATE cases SET state = 'closed' WHERE id = ?`, caseID)},
		{"a case gone", "is missing, its log is there", sqlRow(`DELETE FROM cases WHERE id = ?`, caseID)},
		{"a gap forgotten", "are missing and no gap says so", sqlRow(`DELETE FROM gaps`)},
		{"a photo", "not those that were taken", func(t *testing.T, data string) {
			content := bytes.Clone(p.photos[0])
			content[100] ^= 1
			must(t, os.WriteFile(filepath.Join(data, photo), content, 0o600))
		}},
		{"a photo gone", "is not in the storage", func(t *testing.T, data string) { must(t, os.Remove(filepath.Join(data, photo))) }},
		{"the server's key gone", "key is gone", func(t *testing.T, data string) { must(t, os.Remove(filepath.Join(data, "server.key"))) }},
		{"a page of the database", "database", func(t *testing.T, data string) {
			file, err := os.OpenFile(filepath.Join(data, databaseFile), os.O_RDWR, 0)
			must(t, err)
			_, err = file.WriteAt(bytes.Repeat([]byte{0xa5}, 4096), 4096*20)
			must(t, err)
			must(t, file.Close())
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			data := filepath.Join(t.TempDir(), "data")
			must(t, os.CopyFS(data, os.DirFS(sound)))
			row.damage(t, data)
			out, code := buxun(t, "", "verify", "--data", data)
			if code != 1 || !strings.Contains(out, row.says) {
				t.Errorf("code %d, want 1 and %q:\n%s", code, row.says, out)
			}
		})
	}
}

// Looking changes nothing, and goes on beside a running server.
func TestVerifyLooksBesideARunningServer(t *testing.T) {
	data := demoData(t)
	server := start(t, data)
	p := patrolOf(t, server.URL(), "c601")
	for n := range 3 {
		p.work(t, n, n+1)
		if out, code := buxun(t, "", "verify", "--data", data); code != 0 {
			t.Errorf("code %d:\n%s", code, out)
		}
	}
}
