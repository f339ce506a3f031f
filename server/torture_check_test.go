package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"buxun/shared"
)

// readBack compares all that the phones were told with what a fresh replica of the administrator is given, and with the log.
func readBack(t *testing.T, url, data string, phones []*tale) {
	t.Helper()
	admin := signedIn(t, url, "admin")
	line, err := admin.Dial(t.Context())
	must(t, err)
	defer line.Close()
	_, err = line.Hello(nil)
	must(t, err)
	list, _, _, err := line.Pull()
	must(t, err)
	cases := map[string]shared.Case{}
	entries := map[string]int{} // how often an operation stands on any timeline
	for _, c := range list {
		if _, twice := cases[c.ID]; twice {
			t.Errorf("L3: case %s was sent twice", c.ID)
		}
		cases[c.ID] = c
		for _, e := range c.Timeline {
			entries[operation(e.Replica, e.Counter)]++
		}
	}
	for _, p := range phones {
		p.compare(cases, entries)
		for hash := range p.kept {
			got, err := admin.Photo(t.Context(), hash)
			switch {
			case err != nil:
				p.wrong("L2: photo %s was acknowledged and is not served: %v", hash, err)
			case shared.HashText(string(got)) != hash:
				p.wrong("L7: photo %s is served as other bytes", hash)
			}
		}
	}
	readLog(t, data, phones, cases)
}

func operation(replica string, counter int64) string { return fmt.Sprintf("%s/%d", replica, counter) }

// compare looks for every operation that was acknowledged on the timeline of its case, once.
func (p *tale) compare(cases map[string]shared.Case, entries map[string]int) {
	for counter, a := range p.told {
		body, err := shared.ParseBody(p.replica.Made[counter-1])
		if err != nil {
			p.wrong("read operation %d: %v", counter, err)
			continue
		}
		times := entries[operation(p.replica.ID, counter)]
		switch c, ok := cases[body.Case]; {
		case a.Outcome == shared.OutcomeRefused && times > 0:
			p.wrong("L3: operation %d was refused and stands on a timeline", counter)
		case a.Outcome == shared.OutcomeRefused:
		case !ok:
			p.wrong("L2: operation %d was acknowledged and its case %s is gone", counter, body.Case)
		case times != 1:
			p.wrong("L3: operation %d was acknowledged and stands %d times on timelines", counter, times)
		case body.Action == shared.ActionReport && (c.Description != body.Payload.Description || c.Reporter.ID != p.replica.Author.ID):
			p.wrong("L5: case %s says %q by %s", c.ID, c.Description, c.Reporter.ID)
		}
	}
}

// readLog compares the log with what the phones made, text by text, and what it gives when it is replayed with the cases.
func readLog(t *testing.T, data string, phones []*tale, cases map[string]shared.Case) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(data, databaseFile)+"?_query_only=on")
	must(t, err)
	defer db.Close()
	var sound string
	must(t, db.QueryRow(`PRAGMA integrity_check`).Scan(&sound))
	if sound != "ok" {
		t.Errorf("the database is damaged: %s", sound)
	}
	made := map[string]string{}
	for _, p := range phones {
		for i, text := range p.replica.Made {
			made[operation(p.replica.ID, int64(i)+1)] = text
		}
	}
	rows, err := db.Query(`SELECT replica, counter, hash, text, coalesce(case_id, ''), outcome, coalesce(fault, ''), coalesce(to_state, ''), coalesce(role, ''), coalesce(squad, ''),
		table_version, received, at, coalesce(marks, ''), revision, coalesce(clocks, '[]') FROM operations ORDER BY case_id, revision`)
	must(t, err)
	defer rows.Close()
	replayed, found := map[string]*shared.Case{}, 0
	for rows.Next() {
		var replica, hash, text, id, marks, clocks string
		var counter, revision int64
		var v shared.Verdict
		must(t, rows.Scan(&replica, &counter, &hash, &text, &id, &v.Outcome, &v.Fault, &v.To, &v.Role, &v.Squad, &v.Table, &v.Received, &v.At, &marks, &revision, &clocks))
		must(t, json.Unmarshal([]byte(clocks), &v.Clocks))
		if own, ok := made[operation(replica, counter)]; ok {
			found++
			if own != text || hash != shared.HashText(own) {
				t.Errorf("L5: operation %s/%d is not what the phone made", replica, counter)
			}
		}
		if revision == 0 {
			continue
		}
		for _, mark := range strings.FieldsFunc(marks, func(r rune) bool { return r == ',' }) {
			v.Marks = append(v.Marks, shared.Mark(mark))
		}
		body, err := shared.ParseBody(text)
		must(t, err)
		replayed[id] = shared.Apply(replayed[id], body, v)
	}
	must(t, rows.Err())
	answered := 0
	for _, p := range phones {
		answered += len(p.told)
	}
	if found < answered {
		t.Errorf("L2: %d operations were acknowledged, %d are in the log", answered, found)
	}
	for id, c := range cases {
		if got, want := undelivered(t, c), undelivered(t, *replayed[id]); got != want {
			t.Errorf("L4: case %s is\n%s\nits log gives\n%s", id, got, want)
		}
	}
	if len(replayed) != len(cases) {
		t.Errorf("L4: the log gives %d cases, a fresh replica %d", len(replayed), len(cases))
	}
}

// undelivered is a case without what the log does not tell: what arrived, and who looked.
func undelivered(t *testing.T, c shared.Case) string {
	t.Helper()
	text, err := json.Marshal(c)
	must(t, err)
	var copied shared.Case
	must(t, json.Unmarshal(text, &copied))
	for i := range copied.Photos {
		copied.Photos[i].Here, copied.Photos[i].PreviewHere = "", ""
	}
	for i := range copied.Voices {
		copied.Voices[i].Here = ""
	}
	for i := range copied.Timeline {
		copied.Timeline[i].Delivered, copied.Timeline[i].Seen = 0, 0
	}
	text, err = json.Marshal(copied)
	must(t, err)
	return string(text)
}
