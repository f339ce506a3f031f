package main

import (
	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// Planted bugs: each breaks one protection, and the simulator must notice. They prove that its checks can fail.
const (
	plantNoDuplicateCheck  = "noDuplicateCheck"
	plantForkIsRepeat      = "forkIsRepeat"
	plantGapIgnored        = "gapIgnored"
	plantScopeChangeMissed = "scopeChangeMissed"
	plantScopeIgnored      = "scopeIgnored"
	plantEvidenceRefused   = "evidenceRefused"
	plantReissueTwice      = "reissueTwice"
	plantAheadForgotten    = "aheadForgotten"
	plantAnsweredNotStored = "answeredNotStored"
	plantReceiptForged     = "receiptForged"
)

// lies says whether the planted bug is a view that does not tell the truth.
func (m *memory) lies() bool {
	switch m.plant {
	case plantNoDuplicateCheck, plantForkIsRepeat, plantGapIgnored, plantReissueTwice:
		return true
	}
	return false
}

// transactLying judges each push over a lying view and stores what came of it.
func (m *memory) transactLying(pushes []session.Push) (results []session.Result, changed []session.Changed, err error) {
	for _, p := range pushes {
		batch := session.NewBatch(m.rules(), liar{m, p}, m.head)
		result, err := batch.Take(p)
		if err != nil {
			return nil, nil, err
		}
		some := batch.Changed()
		m.store(batch, some)
		results, changed = append(results, result), append(changed, some...)
	}
	return results, changed, nil
}

// liar is a view with one planted bug.
type liar struct {
	*memory
	push session.Push
}

func (l liar) Replica(id string) (session.Replica, bool, error) {
	r, ok, err := l.memory.Replica(id)
	before := l.push.First - 1
	switch {
	case !ok:
	case l.plant == plantNoDuplicateCheck && before < r.Counter:
		r.Counter, r.Hash = before, ""
		if row, known := l.rows[place{id, before}]; known {
			r.Hash = row.Hash
		}
	case l.plant == plantGapIgnored && before > r.Counter:
		r.Counter, r.Hash = before, ""
	}
	return r, ok, err
}

func (l liar) Recorded(replica string, counter int64) (wire.Answer, bool, error) {
	answer, ok, err := l.memory.Recorded(replica, counter)
	if at := counter - l.push.First; l.plant == plantForkIsRepeat && ok && at >= 0 && at < int64(len(l.push.Operations)) {
		answer.Hash = shared.HashText(l.push.Operations[at])
		answer.Mac = mac(receiptKey, answer.ReceiptText(replica))
	}
	return answer, ok, err
}

func (l liar) Reissued(was shared.Reference) (bool, error) {
	if l.plant == plantReissueTwice {
		return false, nil
	}
	return l.memory.Reissued(was)
}

// workflow is the table of moves, one that forgets what is evidence where that is planted.
func (m *memory) workflow() shared.Workflow {
	table := builtin
	if m.plant == plantEvidenceRefused {
		table.Moves = make([]shared.Move, len(builtin.Moves))
		for i, move := range builtin.Moves {
			move.Evidence = false
			table.Moves[i] = move
		}
	}
	return table
}

var builtin = shared.BuiltinWorkflow()

// mayRead is what a page shows of a case.
func (m *memory) mayRead(c shared.Case, reader session.Reader) bool {
	return m.plant == plantScopeIgnored || shared.InScope(c, reader.Person, reader.Standing)
}
