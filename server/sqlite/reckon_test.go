package sqlite

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"
)

// The newest earlier version with data comes forward, and its phones can compare.
func TestL2_R51_ADatabaseOfBeforeComparesToo(t *testing.T) {
	text, err := os.ReadFile("testdata/0011.sql")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, ctx: t.Context(), path: filepath.Join(t.TempDir(), "buxun.db"), clock: 1_790_000_000_000}
	db, err := sql.Open("sqlite3", w.path)
	w.must(err)
	_, err = db.Exec(string(text))
	w.must(err)
	w.must(db.Close())
	w.open()
	var replica, author string
	var counter int64
	w.must(w.reading.QueryRow(`SELECT replica, author, max(operations.counter) FROM operations JOIN replicas ON replicas.id = replica JOIN people ON people.id = author GROUP BY replica ORDER BY 3 DESC LIMIT 1`).Scan(&replica, &author, &counter))
	list, err := w.Reckoned(w.ctx, replica, author, 1, counter)
	if err != nil || int64(len(list)) != counter {
		t.Fatalf("%d of %d operations: %v", len(list), counter, err)
	}
	w.must(w.NoteReckoning(w.ctx, &Reckoning{Replica: replica, At: 5, Records: counter}, []Difference{{Replica: replica, Counter: counter + 1, Hash: "h", Outcome: "applied", LastAt: 5}}))
	phones, differences, err := w.Reckonings(w.ctx)
	if err != nil || len(differences) != 1 || differences[0].Back || phones[0].Replica != replica || phones[0].Open != 1 || phones[0].At != 5 {
		t.Errorf("%+v %+v %v", phones, differences, err)
	}
}
