package main

import (
	"bufio"
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// row is one operation with the case that it makes, as Buxun wrote them.
type row struct {
	Replica string `json:"replica"`
	Counter int64  `json:"counter"`
	Hash    string `json:"hash"`
	Text    string `json:"text"`
	Case    string `json:"case"`
	Doc     string `json:"doc"`
}

func readRows(name string) ([]row, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var rows []row
	lines := json.NewDecoder(bufio.NewReaderSize(file, 1<<20))
	for lines.More() {
		var r row
		if err := lines.Decode(&r); err != nil {
			return nil, fmt.Errorf("read row %d of %s: %w", len(rows)+1, name, err)
		}
		rows = append(rows, r)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s holds no rows", name)
	}
	return rows, nil
}

// raw writes log row and case upsert, so many rows a transaction, through the driver's own connection with statements prepared once:
// nothing is checked, judged or answered. WAL and synchronous=FULL are those of the product.
func raw(_ context.Context, a asked) error {
	rows, err := readRows(a.rows)
	if err != nil {
		return err
	}
	conn, err := (&sqlite3.SQLiteDriver{}).Open("file:" + filepath.Join(a.dir, "raw.db") +
		"?_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&_cache_size=-65536")
	if err != nil {
		return err
	}
	w := &rawWriter{conn: conn.(*sqlite3.SQLiteConn)}
	defer w.conn.Close()
	if err := w.prepare(); err != nil {
		return err
	}
	written, start := 0, time.Now()
	for pass := 0; time.Since(start).Seconds() < a.least; pass++ {
		for from := 0; from < len(rows); from += a.batch {
			batch := rows[from:min(from+a.batch, len(rows))]
			if err := w.write(batch, pass); err != nil {
				return err
			}
			written += len(batch)
		}
	}
	return say(map[string]float64{"perSecond": float64(written) / time.Since(start).Seconds()})
}

type rawWriter struct {
	conn          *sqlite3.SQLiteConn
	begin, commit driver.Stmt
	log, upsert   driver.Stmt
	seq           int64
}

func (w *rawWriter) prepare() error {
	for _, text := range []string{
		`PRAGMA wal_autocheckpoint = 8000`,
		`CREATE TABLE log (replica TEXT NOT NULL, counter INTEGER NOT NULL, hash TEXT NOT NULL, text TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (replica, counter))`,
		`CREATE TABLE cases (id TEXT PRIMARY KEY, doc TEXT NOT NULL, seq INTEGER NOT NULL)`,
	} {
		if _, err := w.conn.Exec(text, nil); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	for text, into := range map[string]*driver.Stmt{
		`BEGIN IMMEDIATE`: &w.begin, `COMMIT`: &w.commit,
		`INSERT INTO log (replica, counter, hash, text, seq) VALUES (?, ?, ?, ?, ?)`:                                              &w.log,
		`INSERT INTO cases (id, doc, seq) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc, seq = excluded.seq`: &w.upsert,
	} {
		var err error
		if *into, err = w.conn.Prepare(text); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	return nil
}

// write is one transaction; each pass over the rows writes other replicas and cases of the same sizes.
func (w *rawWriter) write(rows []row, pass int) error {
	if _, err := w.begin.Exec(nil); err != nil {
		return err
	}
	for _, r := range rows {
		w.seq++
		if _, err := w.log.Exec([]driver.Value{again(r.Replica, pass), r.Counter, r.Hash, r.Text, w.seq}); err != nil {
			return err
		}
		if _, err := w.upsert.Exec([]driver.Value{again(r.Case, pass), r.Doc, w.seq}); err != nil {
			return err
		}
	}
	_, err := w.commit.Exec(nil)
	return err
}

// again is another id of the same length. Ids of one run begin alike and differ at their ends.
func again(id string, pass int) string {
	if pass == 0 {
		return id
	}
	return fmt.Sprintf("%03x%s", 0x800+pass, id[3:])
}
