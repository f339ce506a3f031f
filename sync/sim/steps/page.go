package main

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// line is one line of a page: a case, or the id of one that the phone drops.
type line struct {
	seq int64
	id  string
	one *shared.Case
}

// Page is session.Store's.
func (m *memory) Page(_ context.Context, reader session.Reader, since int64, limit int) (session.Page, error) {
	lines := m.lines(reader, since)
	page := session.Page{Seq: max(m.head, since)}
	if len(lines) > limit {
		lines = lines[:limit]
		page.Seq, page.More = lines[limit-1].seq, true
	}
	for _, l := range lines {
		if l.one == nil {
			page.Leaves = append(page.Leaves, l.id)
			continue
		}
		page.Cases = append(page.Cases, *l.one)
	}
	return page, nil
}

func (m *memory) lines(reader session.Reader, since int64) []line {
	var lines []line
	for id, c := range m.cases {
		if c.seq <= since || !m.mayRead(c.one, reader) {
			continue
		}
		kept := c.one.State.Open() || c.one.ChangedAt >= m.now-wire.KeepDays*dayMs
		if kept {
			lines = append(lines, line{c.seq, id, &c.one})
		} else if since > 0 {
			lines = append(lines, line{c.seq, id, nil})
		}
	}
	for _, l := range m.leaves {
		if l.seq > since && since > 0 && (l.squad != "" && l.squad == reader.Standing.Squad || l.unit != "" && l.unit == reader.Standing.Unit) && !shared.InScope(m.cases[l.id].one, reader.Person, reader.Standing) {
			lines = append(lines, line{l.seq, l.id, nil})
		}
	}
	slices.SortFunc(lines, func(a, b line) int { return cmp.Compare(a.seq, b.seq) })
	return lines
}

// dump is all that the store holds, for the invariants.
type dump struct {
	Now   int64            `json:"now"`
	Head  int64            `json:"head"`
	Rows  []row            `json:"rows"`
	Cases []seqCase        `json:"cases"`
	Told  []shared.Case    `json:"told"` // the cases that a unit has, as it may see them
	Gaps  []gap            `json:"gaps"`
	Known []wire.Known     `json:"known"`
	Made  map[string]int64 `json:"made"`
}

type row struct {
	Replica  string         `json:"replica"`
	Counter  int64          `json:"counter"`
	Hash     string         `json:"hash"`
	Text     string         `json:"text"`
	Verdict  shared.Verdict `json:"verdict"`
	Seq      int64          `json:"seq"`
	Revision int64          `json:"revision"`
}

type seqCase struct {
	Seq  int64       `json:"seq"`
	Case shared.Case `json:"case"`
}

type gap struct {
	Replica string `json:"replica"`
	From    int64  `json:"from"`
	To      int64  `json:"to"`
}

func (m *memory) dump() *dump {
	d := &dump{Now: m.now, Head: m.head, Made: m.made, Rows: []row{}, Cases: []seqCase{}, Told: []shared.Case{}, Gaps: []gap{}, Known: []wire.Known{}}
	for _, r := range m.log {
		d.Rows = append(d.Rows, row{r.Replica, r.Counter, r.Hash, r.Text, r.Verdict, r.Seq, r.Revision})
	}
	for _, id := range slices.Sorted(maps.Keys(m.cases)) {
		d.Cases = append(d.Cases, seqCase{m.cases[id].seq, m.cases[id].one})
		if m.cases[id].one.Unit != "" {
			d.Told = append(d.Told, shared.ForUnit(m.cases[id].one))
		}
	}
	for _, g := range m.gaps {
		d.Gaps = append(d.Gaps, gap{g.Replica, g.From, g.To})
	}
	for _, id := range slices.Sorted(maps.Keys(m.replicas)) {
		r := m.replicas[id]
		d.Known = append(d.Known, wire.Known{Replica: id, Counter: r.Counter, Hash: r.Hash})
	}
	return d
}
