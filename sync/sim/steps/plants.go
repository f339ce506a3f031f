package main

import (
	"slices"

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
	plantUnitSeesForeign   = "unitSeesForeign"
	plantUnitLeaveLost     = "unitLeaveLost"
	plantCollectorNamed    = "collectorNamed"
	plantConditionNotAsked = "conditionNotAsked"
	plantRoleNotAsked      = "roleNotAsked"
	plantSeparateForgets   = "separateForgets"
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

// workflow is the table of moves, a faulty one where that is planted.
func (m *memory) workflow() shared.Workflow {
	alter, planted := faulty[m.plant]
	if !planted {
		return builtin
	}
	table := builtin
	table.Moves = slices.Clone(builtin.Moves)
	for i := range table.Moves {
		alter(&table.Moves[i])
	}
	return table
}

var builtin = shared.BuiltinWorkflow()

// faulty tables forget one thing each.
var faulty = map[string]func(*shared.Move){
	plantEvidenceRefused:   func(move *shared.Move) { move.Evidence = false },
	plantConditionNotAsked: func(move *shared.Move) { move.When = nil },
	plantRoleNotAsked: func(move *shared.Move) {
		move.By = []shared.Role{shared.RoleCollector, shared.RoleLeader, shared.RoleUnit, shared.RoleAdmin, shared.RoleServer}
	},
	plantSeparateForgets: func(move *shared.Move) {
		if move.To == shared.BeforeState {
			move.To = shared.StateReported
		}
	},
}

// mayRead is what a page shows of a case.
func (m *memory) mayRead(c shared.Case, reader session.Reader) bool {
	switch {
	case m.plant == plantScopeIgnored:
		return true
	case m.plant == plantUnitSeesForeign && reader.Standing.Role == shared.RoleUnit:
		return c.Unit != ""
	}
	return shared.InScope(c, reader.Person, reader.Standing)
}

// spoilt is a frame as it goes out; it names the collectors to units where that is planted.
func (m *memory) spoilt(frame any) any {
	if change, ok := frame.(wire.Change); ok && m.plant == plantCollectorNamed {
		change.Case = m.cases[change.Case.ID].one
		return change
	}
	return frame
}

// forgetful are the changes, without the units that cases left where that is planted.
func (m *memory) forgetful(changed []session.Changed) []session.Changed {
	if m.plant != plantUnitLeaveLost {
		return changed
	}
	changed = slices.Clone(changed)
	for i := range changed {
		changed[i].LeftUnit = ""
	}
	return changed
}
