package shared

import (
	"cmp"
	"slices"
)

// carry is the part of Apply that takes a filed case through its life: who is sent, which unit has it, what was asked for.
func carry(c *Case, b Body, v Verdict) {
	p := b.Payload
	switch b.Action {
	case ActionFile:
		c.Condition = p.Condition
	case ActionSendVerify:
		c.Verified = ""
		send(c, TaskVerify, b, v)
	case ActionSendRecheck:
		c.Rechecked = ""
		send(c, TaskRecheck, b, v)
	case ActionAssign:
		reassign(c, b)
	case ActionStart:
		start(c, v)
	case ActionVerifyReal, ActionVerifyFalse:
		c.Verified = b.Action
	case ActionRecheckPass:
		c.Rechecked, c.Task = b.Action, nil
	case ActionRecheckFail, ActionRework:
		c.Rechecked, c.Reworks = b.Action, c.Reworks+1
	case ActionDispatch, ActionReopen:
		give(c, p.Unit)
		c.Condition = cmp.Or(p.Condition, c.Condition)
		c.Verified, c.Rechecked = "", ""
	case ActionHandBack:
		give(c, "")
	case ActionHandle:
		c.Rechecked = ""
	case ActionMerge:
		c.Into = p.Into
	case ActionSeparate:
		c.Into = ""
	case ActionAbsorb:
		c.Duplicates = append(without(c.Duplicates, p.Duplicate), p.Duplicate)
	case ActionRelease:
		c.Duplicates = without(c.Duplicates, p.Duplicate)
	case ActionSupervise:
		c.Supervised = true
	case ActionSettle:
		settle(c, b)
	}
	ask(c, b, v)
}

// ask keeps what is asked for until somebody decides.
func ask(c *Case, b Body, v Verdict) {
	switch b.Action {
	case ActionAskExtension:
		putAsk(c, AskExtension, b, v)
	case ActionAskSuspension:
		putAsk(c, AskSuspension, b, v)
	case ActionAskVoid:
		putAsk(c, AskVoid, b, v)
	case ActionAppeal:
		putAsk(c, AskAppeal, b, v)
	case ActionGrantExtension:
		c.Extensions++
		dropAsk(c, AskExtension)
	case ActionDenyExtension:
		dropAsk(c, AskExtension)
	case ActionSuspend:
		c.Suspensions, c.Until = c.Suspensions+1, b.Payload.Until
		dropAsk(c, AskSuspension)
	case ActionDenySuspension:
		dropAsk(c, AskSuspension)
	case ActionResume:
		c.Until = 0
	case ActionVoid, ActionDenyVoid:
		dropAsk(c, AskVoid)
	case ActionGrantAppeal:
		c.Excused = true
		dropAsk(c, AskAppeal)
	case ActionDenyAppeal:
		dropAsk(c, AskAppeal)
	}
}

// lead brings the case to another state. Nobody is out for a case that no longer waits for it, and what a unit asked for goes with
// the handling.
func lead(c *Case, to State) {
	switch to {
	case StateMerged:
		c.Before = c.State
	case c.Before:
		c.Before = ""
	}
	c.State = to
	if c.Task != nil && (c.Task.Kind == TaskVerify && to != StateVerifying || c.Task.Kind == TaskRecheck && to != StateHandled) && to != StateMerged {
		c.Task = nil
	}
	if to != StateDispatched {
		dropAsk(c, AskExtension)
		dropAsk(c, AskSuspension)
	}
}

func send(c *Case, kind TaskKind, b Body, v Verdict) {
	c.Task = &Task{Kind: kind, Assignee: b.Payload.Assignee, How: b.Payload.How, Since: v.Received, Revision: c.Revision}
	if c.Task.How == "" {
		c.Task.How = AssignPick
	}
}

func reassign(c *Case, b Body) {
	if c.Task == nil {
		return
	}
	next := *c.Task
	next.Assignee, next.Revision, next.Started = b.Payload.Assignee, c.Revision, 0
	if b.Payload.How != "" {
		next.How = b.Payload.How
	}
	c.Task = &next
}

func start(c *Case, v Verdict) {
	if c.Task == nil || c.Task.Started != 0 {
		return
	}
	next := *c.Task
	next.Started = v.At
	c.Task = &next
}

// give hands the case to a unit; the one that had it before is remembered.
func give(c *Case, unit string) {
	if c.Unit != "" && c.Unit != unit {
		c.Units = append(without(c.Units, c.Unit), c.Unit)
	}
	c.Unit = unit
}

func putAsk(c *Case, kind AskKind, b Body, v Verdict) {
	dropAsk(c, kind)
	c.Asks = append(c.Asks, Ask{Kind: kind, By: b.Author, At: v.At, Reason: b.Payload.Reason, Until: b.Payload.Until, Revision: c.Revision})
}

func dropAsk(c *Case, kind AskKind) {
	c.Asks = slices.DeleteFunc(c.Asks, func(a Ask) bool { return a.Kind == kind })
}

// settle sets the values that were chosen between, and says of the conflicts that the chooser had seen that they are settled.
func settle(c *Case, b Body) {
	for _, ch := range b.Payload.Changes {
		setField(c, ch, b.Author, c.Revision)
		for i := range c.Conflicts {
			if one := &c.Conflicts[i]; one.Field == ch.Field && one.Revision <= b.Seen && one.Settled == 0 {
				one.Settled = c.Revision
			}
		}
	}
}

// setClocks takes over what the server reckoned.
func setClocks(c *Case, clocks []Clock) {
	for _, clock := range clocks {
		if have := c.Clock(clock.Phase); have != nil {
			*have = clock
		} else {
			c.Clocks = append(c.Clocks, clock)
		}
	}
}

func without(all []string, one string) []string {
	return slices.DeleteFunc(all, func(s string) bool { return s == one })
}
