package main

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

var errDisk = errors.New("the disk does not want to")

// Commit is session.Store's: all pushes in one transaction, or each in its own where that fails.
func (m *memory) Commit(_ context.Context, pushes []session.Push) ([]session.Result, []session.Changed) {
	if results, changed, err := m.transact(pushes, m.fail); err == nil {
		return results, changed
	}
	var results []session.Result
	var changed []session.Changed
	for _, p := range pushes {
		one, some, err := m.transact([]session.Push{p}, false)
		if err != nil {
			fault := &wire.Fault{T: wire.TypeFault, Code: "internal", Replica: p.Replica, Counter: p.First}
			one = []session.Result{{Replica: p.Replica, Fault: fault}}
		}
		results, changed = append(results, one...), append(changed, some...)
	}
	return results, changed
}

// transact judges pushes over a view of what is stored, and stores what came of it only when all of it went well.
func (m *memory) transact(pushes []session.Push, fail bool) ([]session.Result, []session.Changed, error) {
	if m.lies() {
		return m.transactLying(pushes)
	}
	batch := session.NewBatch(m.rules(), m, m.head)
	var results []session.Result
	for _, p := range pushes {
		result, err := batch.Take(p)
		if err != nil {
			return nil, nil, err
		}
		results = append(results, result)
		if m.poison == p.Replica {
			fail = true
		}
	}
	if fail {
		return nil, nil, errDisk
	}
	if m.plant == plantAnsweredNotStored && m.now%7 == 0 {
		return results, nil, nil
	}
	changed := batch.Changed()
	m.store(batch, changed)
	return results, changed, nil
}

func (m *memory) store(batch *session.Batch, changed []session.Changed) {
	for _, row := range batch.Rows {
		m.rows[place{row.Replica, row.Counter}] = &row
		m.log = append(m.log, &row)
		if was := row.Body.Was; was != nil {
			m.was[*was] = true
		}
	}
	for _, order := range batch.Orders {
		for _, one := range order {
			m.rows[place{one.Replica, one.Counter}].Revision = one.Revision
		}
	}
	for _, r := range batch.Replicas() {
		kept := m.replicas[r.ID]
		kept.Counter, kept.Hash = r.Counter, r.Hash
	}
	m.gaps = append(m.gaps, batch.Gaps...)
	m.head = batch.Head()
	for _, c := range m.forgetful(changed) {
		m.cases[c.Case.ID] = held{c.Case, c.Seq}
		if c.LeftSquad != "" || c.LeftUnit != "" {
			m.leaves = append(m.leaves, leave{c.Seq, c.LeftSquad, c.LeftUnit, c.Case.ID})
		}
	}
}

// Replica is session.View's.
func (m *memory) Replica(id string) (session.Replica, bool, error) {
	r, ok := m.replicas[id]
	if !ok {
		return session.Replica{}, false, nil
	}
	return *r, true, nil
}

// Recorded is session.View's.
func (m *memory) Recorded(replica string, counter int64) (wire.Answer, bool, error) {
	row, ok := m.rows[place{replica, counter}]
	if !ok {
		return wire.Answer{}, false, nil
	}
	return wire.Answer{
		Counter: counter, Hash: row.Hash, Seq: row.Seq, Epoch: row.Epoch, Outcome: row.Verdict.Outcome, Fault: row.Verdict.Fault, Received: row.Receipted, Mac: row.Mac,
	}, true, nil
}

// Link is session.View's.
func (m *memory) Link(replica string, counter int64) (string, error) {
	if row, ok := m.rows[place{replica, counter}]; ok {
		return row.Body.Prev, nil
	}
	return "", nil
}

// Reissued is session.View's.
func (m *memory) Reissued(was shared.Reference) (bool, error) {
	row, ok := m.rows[place{was.Replica, was.Counter}]
	return m.was[was] || ok && row.Hash == was.Hash, nil
}

// Case is session.View's.
func (m *memory) Case(id string) (shared.Case, bool, error) {
	c, ok := m.cases[id]
	return c.one, ok, nil
}

// Log is session.View's.
func (m *memory) Log(id string) (log []session.Logged, err error) {
	var rows []*session.Row
	for _, row := range m.log {
		if row.Body.Case == id && row.Revision > 0 {
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b *session.Row) int { return cmp.Compare(a.Revision, b.Revision) })
	for _, row := range rows {
		log = append(log, session.Logged{Replica: row.Replica, Counter: row.Counter, Body: row.Body, Verdict: row.Verdict, Epoch: row.Epoch, Seq: row.Seq})
	}
	return log, nil
}

// Standing is session.View's.
func (m *memory) Standing(author shared.Author, at int64) (shared.Standing, error) {
	if author.Kind == shared.AuthorServer {
		return shared.Standing{Role: shared.RoleServer}, nil
	}
	p, ok := m.people[author.ID]
	if !ok {
		return shared.Standing{}, nil
	}
	for _, s := range slices.Backward(p.standings) {
		if s.since <= at {
			return s.Standing, nil
		}
	}
	return shared.Standing{}, nil
}

// Unit is session.View's.
func (m *memory) Unit(code string) (bool, error) { return m.units[code], nil }

// Arrival is session.View's.
func (m *memory) Arrival(author shared.Author, standing shared.Standing, hash string) (shared.Arrival, error) {
	return m.arrival(author, standing, author.ID, hash), nil
}
