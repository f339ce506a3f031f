package main

import (
	"maps"
	"slices"

	"buxun/shared"
)

// duty is something that the server's own replica has to do.
type duty struct {
	Case    string         `json:"case"`
	Action  shared.Action  `json:"action"`
	Payload shared.Payload `json:"payload"`
}

// owed is what the server has to do now, from the cases alone: what was done already is not owed any more.
func (m *memory) owed() (owed []duty) {
	for _, id := range slices.Sorted(maps.Keys(m.cases)) {
		c := m.cases[id].one
		owe := func(action shared.Action, p shared.Payload) { owed = append(owed, duty{id, action, p}) }
		if number, _ := builtin.Move(shared.ActionNumber); c.Number == "" && number.Fits(c.State) {
			owe(shared.ActionNumber, shared.Payload{Number: "株石城立字 " + c.Short})
		}
		if c.State == shared.StateSuspended && c.Until != 0 && c.Until <= m.now {
			owe(shared.ActionResume, shared.Payload{})
		}
		if clock := c.Clock(shared.PhaseHandle); clock != nil && c.State == shared.StateDispatched && clock.Overdue == 0 && clock.Due != 0 && clock.Due < m.now {
			owe(shared.ActionOverdue, shared.Payload{Phase: shared.PhaseHandle})
		}
		if c.Task != nil && c.Task.Assignee == "" && c.State != shared.StateMerged {
			if who := m.collectorOf(c.Squad); who != "" {
				owe(shared.ActionAssign, shared.Payload{Assignee: who})
			}
		}
		if into, known := m.cases[c.Into]; known && c.State == shared.StateMerged && !slices.Contains(into.one.Duplicates, id) {
			owed = append(owed, duty{c.Into, shared.ActionAbsorb, shared.Payload{Duplicate: id}})
		}
		for _, duplicate := range c.Duplicates {
			if m.cases[duplicate].one.Into != id {
				owe(shared.ActionRelease, shared.Payload{Duplicate: duplicate})
			}
		}
	}
	return owed
}

func (m *memory) collectorOf(squad string) string {
	for _, id := range slices.Sorted(maps.Keys(m.people)) {
		if now := m.reader(id).Standing; now.Role == shared.RoleCollector && now.Squad == squad {
			return id
		}
	}
	return ""
}

// handleMs is how long a unit has in a run.
const handleMs = 45_000

// clocks reckons the one limit of a run: a unit's handling. It stands still while nobody handles.
func clocks(before *shared.Case, b shared.Body, v shared.Verdict) []shared.Clock {
	var now shared.Clock
	if before != nil {
		if have := before.Clock(shared.PhaseHandle); have != nil {
			now = *have
		}
	}
	switch b.Action {
	case shared.ActionDispatch, shared.ActionReopen:
		now = shared.Clock{Phase: shared.PhaseHandle, Pace: shared.PaceUrgent, Limit: handleMs, Since: v.Received, Due: v.Received + handleMs, Overdue: now.Overdue, Data: "sim"}
	case shared.ActionRecheckFail, shared.ActionRework, shared.ActionResume:
		now.Done, now.Due, now.Left = 0, v.Received+now.Left, 0
	case shared.ActionHandle:
		now.Done, now.Late, now.Left, now.Due = v.At, v.At > now.Due, now.Due-v.Received, 0
	case shared.ActionSuspend, shared.ActionHandBack:
		now.Left, now.Due = now.Due-v.Received, 0
	case shared.ActionGrantExtension:
		now.Limit, now.Due = now.Limit+handleMs, now.Due+handleMs
	case shared.ActionOverdue:
		now.Overdue = v.Received
	default:
		return nil
	}
	if now.Phase == "" {
		return nil
	}
	return []shared.Clock{now}
}
