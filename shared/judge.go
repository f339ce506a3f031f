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
}

// Standing is a person's place in the centre at one time. An empty role means: not enrolled then.
type Standing struct {
	Role  Role   `json:"role,omitempty"`
	Squad string `json:"squad,omitempty"`
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
	if c != nil && !InScope(*c, b.Author.ID, standing) && !(move.Evidence && slices.Contains(c.Former, standing.Squad)) {
		return v.refuse("case.notInScope")
	}
	if c == nil && !move.Opens() && !move.Evidence {
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

// InScope says whether the person may see and act on the case: own, or of the squad; the centre's roles see all (L10).
func InScope(c Case, person string, standing Standing) bool {
	if standing.Role == RoleServer || standing.Role == RoleAdmin {
		return true
	}
	return c.Reporter.ID == person || (standing.Squad != "" && c.Squad == standing.Squad)
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
	case !move.Fits(c.State):
		v.Outcome, v.Fault = OutcomeLate, "case.stateChanged"
	case move.To != "" && !(move.Allows(ctx.StandingNow.Role) && InScope(*c, b.Author.ID, ctx.StandingNow)):
		v.Outcome, v.Fault = OutcomeLate, "operation.noLongerPermitted"
	default:
		v.Outcome, v.To = OutcomeApplied, move.To
	}
	return v
}

func (v Verdict) refuse(code string) Verdict {
	v.Outcome, v.Fault, v.Marks = OutcomeRefused, code, nil
	return v
}
