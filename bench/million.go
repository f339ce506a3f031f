package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"buxun/server/sqlite"
	"buxun/shared"
)

const (
	few          = 10_000
	many         = 1_000_000
	scopeCases   = 500
	foreignParts = 40 // squads that the other cases belong to
	listLength   = 50
)

// measureMillion syncs one collector with 10,000 and with 1,000,000 cases on the server, and lists the latter with filters.
func measureMillion(ctx context.Context, b *bench) (map[string]figure, error) {
	w, err := makeWorld(ctx, filepath.Join(b.dir, "ours"), foreignParts+1, 2)
	if err != nil {
		return nil, err
	}
	total := pick(b, many, 60_000)
	sync := func(fill func(base string) error) (size int64, err error) {
		s, err := w.serve(ctx)
		if err != nil {
			return 0, err
		}
		defer s.end()
		if err := fill(s.base); err != nil {
			return 0, err
		}
		return w.phones[1].firstSync(ctx, s.base)
	}
	if _, err := sync(func(base string) error { return w.fill(ctx, base, w.phones[1:2], scopeCases) }); err != nil {
		return nil, err
	}
	if err := w.strangers(ctx, scopeCases+1, few); err != nil {
		return nil, err
	}
	nothing := func(string) error { return nil }
	small, err := sync(nothing)
	if err != nil {
		return nil, err
	}
	if err := w.strangers(ctx, few+1, total); err != nil {
		return nil, err
	}
	large, err := sync(nothing)
	if err != nil {
		return nil, err
	}
	lists, err := b.listMillion(ctx, w)
	if err != nil {
		return nil, err
	}
	return map[string]figure{
		"scope_bytes_growth": against(float64(large)/1000, float64(small)/1000, "kB",
			fmt.Sprintf("%d cases in scope; %d on the server against %d; tables and pull", scopeCases, total, few)),
		"list_p95_ms_vs_floor": lists,
	}, nil
}

// firstSync is the bytes of an empty phone's tables and pull.
func (p *phone) firstSync(ctx context.Context, base string) (int64, error) {
	read := &atomic.Int64{}
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		return counted{conn, read}, err
	}}}
	for _, path := range []string{"/api/session", "/api/taxonomy", "/api/directory"} {
		if _, _, err := p.fetch(ctx, client, base+path); err != nil {
			return 0, err
		}
	}
	one, err := p.pull(ctx, base)
	if err == nil && one.cases != scopeCases {
		err = fmt.Errorf("%d cases came of %d", one.cases, scopeCases)
	}
	return read.Load() + one.bytes, err
}

// states are those of the strangers' cases, about as often as in life.
var states = []shared.State{
	shared.StateFiled, shared.StateFiled, shared.StateClosed, shared.StateFiled, shared.StateReported, shared.StateClosed, shared.StateFiled,
	shared.StateReturned, shared.StateFiled, shared.StateRejected,
}

// strangers adds other squads' cases up to a sequence, straight into the table, since a million through the writer would take the
// whole run. They are cases of the log, with other ids, squads and states.
func (w *world) strangers(ctx context.Context, from, to int) (err error) {
	docs, err := readDocs(w.database())
	if err != nil {
		return err
	}
	docs = docs[:min(len(docs), scopeCases)]
	db, err := sql.Open("sqlite3", "file:"+w.database()+"?_journal_mode=WAL&_synchronous=OFF&_foreign_keys=off")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for from <= to {
		upTo := min(from+50_000, to+1)
		if err := addStrangers(ctx, db, docs, from, upTo); err != nil {
			return fmt.Errorf("add cases from %d: %w", from, err)
		}
		from = upTo
	}
	_, err = db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	return err
}

func addStrangers(ctx context.Context, db *sql.DB, docs [][]byte, from, to int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // does nothing after Commit
	put, err := tx.PrepareContext(ctx, `INSERT INTO cases (id, doc, seq, revision, state, open, squad, reporter, changed_at, official) VALUES (?, ?, ?, 2, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	var bulk int64
	if err := tx.QueryRowContext(ctx, `SELECT max(seq) FROM cases`).Scan(&bulk); err != nil {
		return err
	}
	now := time.Now().UnixMilli()
	for n := from; n < to; n++ {
		bulk++
		id, doc := newID(), docs[n%len(docs)]
		state, squad := states[n%len(states)], squadCode(1+n/len(states)%foreignParts)
		doc = bytes.Replace(doc, []byte(`"state":"reported"`), []byte(`"state":"`+state+`"`), 1)
		doc = bytes.Replace(doc, doc[:len(`{"id":"`)+len(id)], []byte(`{"id":"`+id), 1)
		doc = bytes.Replace(doc, []byte(`"squad":"`+squadCode(0)), []byte(`"squad":"`+squad), 1)
		// The server numbers what is filed and has no number, and would touch these in the middle of a pull.
		var number any
		if state == shared.StateFiled {
			number = fmt.Sprintf("BX-BENCH-%07d", n)
			doc = append(fmt.Appendf(nil, `{"number":"%s",`, number), doc[1:]...)
		}
		if _, err := put.ExecContext(ctx, id, string(doc), bulk, state, state.Open(), squad, "stranger of "+squad, now-int64(many-n)*1000, number); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// listMillion asks the store for the latest cases with every combination of squad and state, and reads the very same rows by
// their keys.
func (b *bench) listMillion(ctx context.Context, w *world) (figure, error) {
	store, err := sqlite.Open(ctx, w.database(), sqlite.Options{})
	if err != nil {
		return figure{}, err
	}
	defer store.Close()
	var filters []sqlite.Filter
	for squad := range foreignParts {
		for _, state := range []shared.State{"", shared.StateReported, shared.StateFiled, shared.StateReturned, shared.StateRejected, shared.StateClosed} {
			filters = append(filters, sqlite.Filter{Squad: squadCode(squad + 1), State: state, Limit: listLength}, sqlite.Filter{State: state, Limit: listLength})
		}
	}
	name := filepath.Join(b.dir, "lists")
	var ours, floors []float64
	for range b.rounds() {
		p95, err := askLists(ctx, store, filters, name)
		if err != nil {
			return figure{}, err
		}
		var floor struct{ P95 float64 }
		if err := ask(ctx, filepath.Join(b.dir, "floor.log"), &floor, "floor", "--dir", w.database(), "--rows", name); err != nil {
			return figure{}, err
		}
		ours, floors = append(ours, p95), append(floors, floor.P95)
	}
	note := fmt.Sprintf("lists of %d by squad, state, both and neither, through the store, decoded; there is no such page over the network yet", listLength)
	return against(median(ours), median(floors), "ms", note), nil
}

func askLists(ctx context.Context, store *sqlite.Store, filters []sqlite.Filter, name string) (float64, error) {
	file, err := os.Create(name)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	lines := json.NewEncoder(file)
	var took []time.Duration
	for _, f := range filters {
		at := time.Now()
		cases, err := store.Cases(ctx, f)
		took = append(took, time.Since(at))
		if err == nil && len(cases) != listLength {
			err = fmt.Errorf("%d cases", len(cases))
		}
		if err != nil {
			return 0, fmt.Errorf("list %+v: %w", f, err)
		}
		var ids []string
		for _, c := range cases {
			ids = append(ids, c.ID)
		}
		if err := lines.Encode(ids); err != nil {
			return 0, err
		}
	}
	return milliseconds(percentile(took, 95)), nil
}
