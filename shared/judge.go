package shared

import "slices"

// Judging is what the writer knows when it judges one operation.
type Judging struct {
	Workflow Workflow `json:"-"`
	Now      int64    `json:"now"` // server's clock
	// Now and then: the author's standing at arrival and when the operation was made (by its anchor's and arrival's bounds).
	StandingNow  Standing `json:"standingNow"`
	StandingThen Standing `json:"standingThen"`
	// CategoryKnown says whether the server's taxonomy holds the operation's categories.
	CategoryKnown bool `json:"categoryKnown"`
	// AfterGap says that the operation before it never arrived.
	AfterGap bool `json:"afterGap,omitempty"`
	// UnitUnknown says that there is no such unit, AssigneeUnfit that the assignee is no collector of the case's squad, IntoUnfit
	// that the case to merge into is not known, merged itself or out of the author's scope.
	UnitUnknown   bool `json:"unitUnknown,omitempty"`
	AssigneeUnfit bool `json:"assigneeUnfit,omitempty"`
	IntoUnfit     bool `json:"intoUnfit,omitempty"`
}

// Standing is a person's place in the centre at one time. An empty role means: not enrolled then.
type Standing struct {
	Role  Role   `json:"role,omitempty"`
	Squad string `json:"squad,omitempty"`
	Unit  string `json:"unit,omitempty"` // code of the unit, for RoleUnit
}

// Judge decides once what becomes of a well-formed, well-signed operation. c is nil for a case that is not known.
// Field evidence is refused only where its author never was permitted (L6); everything else that does not fit is late.
func Judge(c *Case, b Body, ctx Judging) Verdict {
	v := Verdict{Table: ctx.Workflow.Version, Received: ctx.Now, At: b.Estimate(ctx.Now)}
	move, known := ctx.Workflow.Move(b.Action)
	if !known {
		return v.refuse("operation.actionUnknown")
	}
	standing, permitted := stand(move, b, ctx)
	if !permitted {
		return v.refuse("operation.notPermitted")
	}
	v.Role = standing.Role
	if code := move.Missing(b); code != "" {
		return v.refuse(code)
	}
	if !ctx.CategoryKnown {
		return v.refuse("category.unknown")
	}
	if ctx.UnitUnknown {
		return v.refuse("unit.unknown")
	}
	if ctx.AssigneeUnfit {
		return v.refuse("assignee.unfit")
	}
	if c != nil && !InScope(*c, b.Author.ID, standing) && !(move.Evidence && WasInScope(*c, standing)) {
		return v.refuse("case.notInScope")
	}
	if c == nil && !move.Opens() && (!move.Evidence || standing.Role == RoleUnit) {
		return v.refuse("case.notInScope")
	}
	v.Marks = marksOf(c, b, move, ctx)
	return place(c, b, move, standing, ctx, v)
}

// stand chooses the standing that counts: evidence by when it was made, decisions by now.
func stand(move Move, b Body, ctx Judging) (Standing, bool) {
	if move.Evidence && move.Allows(ctx.StandingThen.Role) {
		return ctx.StandingThen, true
	}
	return ctx.StandingNow, move.Allows(ctx.StandingNow.Role)
}

// InScope says whether the person may see and act on the case: own, of the squad, or dispatched to the unit; the centre's roles
// see all (L10).
func InScope(c Case, person string, standing Standing) bool {
	switch standing.Role {
	case RoleServer, RoleAdmin:
		return true
	case RoleUnit:
		return standing.Unit != "" && c.Unit == standing.Unit
	}
	return c.Reporter.ID == person || (standing.Squad != "" && c.Squad == standing.Squad)
}

// WasInScope says whether the standing's squad or unit answered for the case before.
func WasInScope(c Case, standing Standing) bool {
	if standing.Role == RoleUnit {
		return standing.Unit != "" && slices.Contains(c.Units, standing.Unit)
	}
	return slices.Contains(c.Former, standing.Squad)
}

func place(c *Case, b Body, move Move, standing Standing, ctx Judging, v Verdict) Verdict {
	switch {
	case c == nil && move.Opens():
		v.Outcome, v.To, v.Squad = OutcomeApplied, move.To, standing.Squad
	case c == nil:
		// The report was lost in a gap; the evidence opens the case in its place.
		v.Outcome, v.Fault, v.To, v.Squad = OutcomeLate, "case.reportMissing", StateReported, standing.Squad
	case !InScope(*c, b.Author.ID, standing):
		v.Outcome, v.Fault = OutcomeLate, "operation.noLongerPermitted"
	case move.Opens() && c.ReportMissing:
		// Evidence held the case open; its fields come now, wherever the case has got to.
		v.Outcome = OutcomeApplied
	case move.Opens():
		v.Outcome, v.Fault = OutcomeLate, "case.exists"
	default:
		if v.Fault = move.unfit(c, b, ctx); v.Fault != "" {
			v.Outcome = OutcomeLate
		} else {
			v.Outcome, v.To = OutcomeApplied, move.Leads(c)
		}
	}
	return v
}

// unfit is the fault of a move that the case, or its author's standing, does not let happen any more, or "".
func (m Move) unfit(c *Case, b Body, ctx Judging) string {
	if !m.Fits(c.State) {
		return "case.stateChanged"
	}
	if unmet := m.unmet(c, b, ctx); unmet != "" {
		return string(unmet)
	}
	if m.To != "" && !(m.Allows(ctx.StandingNow.Role) && InScope(*c, b.Author.ID, ctx.StandingNow)) {
		return "operation.noLongerPermitted"
	}
	return ""
}

// Leads is the state that the move leads the case to, or "" where the state stays. c is nil for a new case.
func (m Move) Leads(c *Case) State {
	if m.To == BeforeState && c != nil {
		return c.Before
	}
	return m.To
}

func (v Verdict) refuse(code string) Verdict {
	v.Outcome, v.Fault, v.Marks = OutcomeRefused, code, nil
	return v
}
