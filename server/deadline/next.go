package deadline

import (
	"cmp"
	"slices"

	"buxun/shared"
)

// What a clock's times are taken from: it begins and goes on when the centre has the operation (Verdict.Received), for nobody can
// work on what has not come; it stops when the operation was done (Verdict.At), for nobody is late because the line was.

// Next gives the clocks that an applied operation begins, stops, ends or sets going again; before is nil for a new case.
func (p *Plan) Next(before *shared.Case, body shared.Body, verdict shared.Verdict) []shared.Clock {
	r := reckoning{plan: p, before: before, body: body, v: verdict}
	if before == nil {
		r.before = &shared.Case{Category: body.Payload.Category}
	}
	r.step()
	return r.clocks
}

// reckoning is one operation's.
type reckoning struct {
	plan   *Plan
	before *shared.Case
	body   shared.Body
	v      shared.Verdict
	clocks []shared.Clock
}

func (r *reckoning) step() {
	switch r.body.Action {
	case shared.ActionReport, shared.ActionResubmit, shared.ActionReconsider:
		// Evidence may have opened the case before its report came.
		if r.v.To == shared.StateReported || r.v.To == "" && r.before.State == shared.StateReported && r.before.Clock(shared.PhaseAccept) == nil {
			r.begin(shared.PhaseAccept)
		}
	case shared.ActionReturn, shared.ActionReject:
		r.end(shared.PhaseAccept)
	case shared.ActionFile:
		r.end(shared.PhaseAccept)
		r.begin(shared.PhaseDispatch)
	case shared.ActionSendVerify:
		r.stop(shared.PhaseAccept)
		r.begin(shared.PhaseVerify)
	case shared.ActionRecallVerify:
		r.stop(shared.PhaseVerify)
		r.goOn(shared.PhaseAccept)
	case shared.ActionVerifyReal, shared.ActionVerifyFalse:
		r.end(shared.PhaseVerify)
		r.goOn(shared.PhaseAccept)
	case shared.ActionAssign:
		r.reassign()
	case shared.ActionMerge:
		r.stopAll()
	case shared.ActionSeparate:
		r.goOn(phaseOf[r.before.Before])
	case shared.ActionVoid:
		r.stopAll()
	case shared.ActionOverdue:
		r.mark(r.body.Payload.Phase)
	default:
		r.handling()
	}
}

// handling is step for what happens after filing.
func (r *reckoning) handling() {
	switch r.body.Action {
	case shared.ActionDispatch:
		r.end(shared.PhaseDispatch)
		if r.again() {
			r.goOn(shared.PhaseHandle)
		} else {
			r.begin(shared.PhaseHandle)
		}
	case shared.ActionReopen:
		r.begin(shared.PhaseHandle)
	case shared.ActionHandBack:
		r.stop(shared.PhaseHandle)
		r.begin(shared.PhaseDispatch)
	case shared.ActionSuspend:
		r.stop(shared.PhaseHandle)
	case shared.ActionResume:
		r.goOn(shared.PhaseHandle)
	case shared.ActionGrantExtension:
		r.extend()
	case shared.ActionHandle:
		r.end(shared.PhaseHandle)
	case shared.ActionSendRecheck:
		r.begin(shared.PhaseRecheck)
	case shared.ActionRecheckPass:
		r.end(shared.PhaseRecheck)
	case shared.ActionRecheckFail:
		r.end(shared.PhaseRecheck)
		r.goOn(shared.PhaseHandle)
	case shared.ActionRework:
		r.stop(shared.PhaseRecheck)
		r.goOn(shared.PhaseHandle)
	case shared.ActionClose:
		r.stop(shared.PhaseRecheck)
	}
}

// phaseOf is the phase that runs in a state.
var phaseOf = map[shared.State]shared.Phase{
	shared.StateReported: shared.PhaseAccept, shared.StateVerifying: shared.PhaseVerify, shared.StateFiled: shared.PhaseDispatch,
	shared.StateDispatched: shared.PhaseHandle,
}

// limit is what a phase is allowed.
func (r *reckoning) limit(phase shared.Phase) (Limit, bool) {
	if phase == shared.PhaseHandle {
		return r.plan.handling(r.before.Category, cmp.Or(r.body.Payload.Condition, r.before.Condition))
	}
	limit, ok := r.plan.phases[phase]
	return limit, ok
}

// begin starts a phase's clock anew. A phase without a limit has none; one that it had before is stopped.
func (r *reckoning) begin(phase shared.Phase) {
	limit, ok := r.limit(phase)
	if !ok {
		r.stop(phase)
		return
	}
	now := r.v.Received
	r.put(shared.Clock{Phase: phase, Pace: limit.Pace, Limit: limit.Ms, Since: now, Due: r.plan.calendar.add(now, limit.Pace, limit.Ms)})
}

// stop makes a running clock stand still.
func (r *reckoning) stop(phase shared.Phase) {
	if clock := r.before.Clock(phase); clock != nil && clock.Due != 0 {
		r.put(r.stopped(*clock))
	}
}

func (r *reckoning) stopAll() {
	for _, clock := range r.before.Clocks {
		r.stop(clock.Phase)
	}
}

func (r *reckoning) stopped(clock shared.Clock) shared.Clock {
	at := max(r.v.At, clock.Since)
	clock.Left, clock.Due = min(r.plan.calendar.between(at, clock.Due, clock.Pace), clock.Limit), 0
	if at <= clock.Overdue { // it stood still before it ran out, and that came after the mark
		clock.Overdue = 0
	}
	return clock
}

// end says that a phase's work was done. What was done in time and came late is in time, though it was marked meanwhile: the
// mark stays on the timeline, and the clock says what is true.
func (r *reckoning) end(phase shared.Phase) {
	clock := r.before.Clock(phase)
	if clock == nil || clock.Due == 0 {
		return
	}
	ended := r.stopped(*clock)
	ended.Done, ended.Late, ended.Overdue = r.v.At, r.v.At > clock.Due, 0
	if ended.Late {
		ended.Overdue = max(clock.Overdue, overSince(*clock))
	}
	r.put(ended)
}

// overSince is since when a clock that ran out is over its limit.
func overSince(clock shared.Clock) int64 {
	if clock.Overdue != 0 {
		return clock.Overdue
	}
	return clock.Due
}

// goOn sets a clock that stands still going with what was left; one that never ran begins.
func (r *reckoning) goOn(phase shared.Phase) {
	clock := r.before.Clock(phase)
	switch {
	case clock == nil:
		if phase != "" {
			r.begin(phase)
		}
		return
	case clock.Due != 0:
		return
	}
	next := *clock
	next.Due, next.Left, next.Done, next.Late = r.plan.calendar.add(r.v.Received, clock.Pace, clock.Left), 0, 0, false
	r.put(next)
}

// again says whether a dispatch gives the case to the unit that handed it back, under the same condition.
func (r *reckoning) again() bool {
	clock, units := r.before.Clock(shared.PhaseHandle), r.before.Units
	if condition := r.body.Payload.Condition; condition != "" && condition != r.before.Condition {
		return false
	}
	return clock != nil && clock.Due == 0 && clock.Done == 0 && len(units) > 0 && units[len(units)-1] == r.body.Payload.Unit
}

// extend gives the limit once more, from when it would have run out.
func (r *reckoning) extend() {
	clock := r.before.Clock(shared.PhaseHandle)
	if clock == nil || clock.Due == 0 {
		return
	}
	granted := int64(0)
	for _, e := range r.before.Timeline {
		if e.Action == shared.ActionGrantExtension && e.Late == "" && e.Received >= clock.Since {
			granted++
		}
	}
	once, next := clock.Limit/(granted+1), *clock
	next.Limit, next.Due = clock.Limit+once, r.plan.calendar.add(clock.Due, clock.Pace, once)
	r.put(next)
}

// reassign gives whoever is sent now the whole time.
func (r *reckoning) reassign() {
	task := r.before.Task
	if task == nil || task.Assignee == r.body.Payload.Assignee {
		return
	}
	phase := shared.PhaseVerify
	if task.Kind == shared.TaskRecheck {
		phase = shared.PhaseRecheck
	}
	if clock := r.before.Clock(phase); clock != nil && clock.Due != 0 {
		r.begin(phase)
	}
}

// mark notes that a running clock ran out, once.
func (r *reckoning) mark(phase shared.Phase) {
	clock := r.before.Clock(phase)
	if clock == nil || clock.Due == 0 || clock.Overdue != 0 || clock.Due > r.v.Received {
		return
	}
	next := *clock
	next.Overdue = clock.Due
	r.put(next)
}

func (r *reckoning) put(clock shared.Clock) {
	clock.Data = r.plan.version
	r.clocks = append(slices.DeleteFunc(r.clocks, func(c shared.Clock) bool { return c.Phase == clock.Phase }), clock)
}
