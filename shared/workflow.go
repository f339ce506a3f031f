package shared

import (
	_ "embed"
	"encoding/json"
	"slices"
)

//go:embed workflow.json
var workflowJSON []byte

// Move is one row of workflow.json: who may do what from which state, what it requires and where it leads.
type Move struct {
	Action Action `json:"action"`
	// From lists the states it fits; empty means that it opens a case, AnyState that the state does not matter.
	From []State `json:"from"`
	// To is the state it leads to; empty leaves the state alone, BeforeState is the one that the case had before it was merged.
	To    State  `json:"to"`
	By    []Role `json:"by"`
	Needs []Need `json:"needs"`
	// When lists what must be so of the case besides its state; what is not makes the operation late.
	When []Condition `json:"when,omitempty"`
	// Offline says whether a phone may do it without the server.
	Offline bool `json:"offline"`
	// Evidence says that it carries what somebody saw: it is never refused for the case's state, and judged by the
	// author's role when it was done.
	Evidence bool   `json:"evidence"`
	Why      string `json:"why"`
}

// Need is something that a move requires of its operation.
type Need string

const (
	NeedCategory            Need = "category"
	NeedPhoto               Need = "photo"
	NeedBeforePhoto         Need = "beforePhoto"
	NeedAfterPhoto          Need = "afterPhoto"
	NeedPhotoOrWords        Need = "photoOrWords"
	NeedChangesPhotoOrWords Need = "changesPhotoOrWords"
	NeedChanges             Need = "changes"
	NeedWords               Need = "words"
	NeedReason              Need = "reason"
	NeedNumber              Need = "number"
	NeedSquad               Need = "squad"
	NeedPhotoOrSaid         Need = "photoOrSaid" // a photo, words or a voice note
	NeedUnit                Need = "unit"
	NeedAssignee            Need = "assignee"
	NeedUntil               Need = "until"
	NeedInto                Need = "into"
	NeedDuplicate           Need = "duplicate"
	NeedPhase               Need = "phase"
)

// Condition is something that must be so of the case besides its state. Its word is the fault of the operation that it makes late.
type Condition string

const (
	WhenTaskMine         Condition = "task.notYours"        // the author is who was sent, or nobody was yet
	WhenExtensionAsked   Condition = "case.noExtensionAsk"  // somebody asked for more time
	WhenSuspensionAsked  Condition = "case.noSuspensionAsk" // somebody asked to suspend it
	WhenVoidAsked        Condition = "case.noVoidAsk"       // somebody asked to void it
	WhenAppealed         Condition = "case.noAppeal"        // the unit appealed
	WhenVoidAskedByOther Condition = "case.ownAsk"          // whoever asked to void it is somebody else
	WhenInTime           Condition = "case.overdue"         // its handling is not overdue
	WhenOverdue          Condition = "case.notOverdue"      // its handling was overdue
	WhenExtensionsLeft   Condition = "case.extensionsUsed"  // it was extended fewer than MaxExtensions times
	WhenNeverSuspended   Condition = "case.suspendedBefore" // it was suspended fewer than MaxSuspensions times
	WhenUntilNear        Condition = "case.untilOutOfRange" // Until lies ahead, at most MaxSuspensionMs
	WhenPassedOrReason   Condition = "case.notRechecked"    // the last re-check was passed, or the operation says why it is closed without
	WhenIntoFits         Condition = "case.mergeTarget"     // the other case is another one, in the author's scope and not merged itself
)

// AnyState in a move's From means that the case's state does not matter.
const AnyState State = "*"

// BeforeState in a move's To is the state that the case had before it was merged.
const BeforeState State = "<"

// Workflow is the table of legal moves.
type Workflow struct {
	Version int    `json:"version"`
	Moves   []Move `json:"moves"`
}

// ParseWorkflow reads a workflow table; it errs on text that is no table.
func ParseWorkflow(text []byte) (Workflow, error) {
	var table Workflow
	err := json.Unmarshal(text, &table)
	return table, err
}

// BuiltinWorkflow is the table that ships with Buxun.
func BuiltinWorkflow() Workflow {
	table, err := ParseWorkflow(workflowJSON)
	if err != nil {
		panic("workflow.json: " + err.Error())
	}
	return table
}

// Move finds the row of an action.
func (w Workflow) Move(action Action) (Move, bool) {
	for _, move := range w.Moves {
		if move.Action == action {
			return move, true
		}
	}
	return Move{}, false
}

// Opens says whether the move begins a case.
func (m Move) Opens() bool { return len(m.From) == 0 }

// Fits says whether the move may be done from the state.
func (m Move) Fits(from State) bool {
	return slices.Contains(m.From, AnyState) || slices.Contains(m.From, from)
}

// Allows says whether the role may do it.
func (m Move) Allows(role Role) bool { return slices.Contains(m.By, role) }

// Missing is the fault code of the first requirement that the body does not meet, or "".
func (m Move) Missing(b Body) string {
	for _, need := range m.Needs {
		if !need.met(b) {
			return "operation.needs." + string(need)
		}
	}
	return ""
}

func (n Need) met(b Body) bool {
	p := b.Payload
	switch n {
	case NeedCategory:
		return p.Category != ""
	case NeedPhoto:
		return len(b.Photos) > 0
	case NeedBeforePhoto:
		return b.hasPart(PartBefore)
	case NeedAfterPhoto:
		return b.hasPart(PartAfter)
	case NeedPhotoOrWords:
		return len(b.Photos) > 0 || blankless(p.Description) || len(b.Voices) > 0
	case NeedChangesPhotoOrWords:
		return len(p.Changes) > 0 || len(b.Photos) > 0 || blankless(p.Words) || len(b.Voices) > 0
	case NeedChanges:
		return len(p.Changes) > 0
	case NeedWords:
		return blankless(p.Words)
	case NeedReason:
		return blankless(p.Reason)
	case NeedNumber:
		return p.Number != ""
	case NeedSquad:
		return p.Squad != ""
	case NeedPhotoOrSaid:
		return len(b.Photos) > 0 || blankless(p.Words) || len(b.Voices) > 0
	case NeedUnit:
		return p.Unit != ""
	case NeedAssignee:
		return p.Assignee != ""
	case NeedUntil:
		return p.Until > 0
	case NeedInto:
		return p.Into != ""
	case NeedDuplicate:
		return p.Duplicate != ""
	case NeedPhase:
		return p.Phase != ""
	}
	return false
}

// unmet is the first condition that is not so of the case, or "".
func (m Move) unmet(c *Case, b Body, ctx Judging) Condition {
	for _, condition := range m.When {
		if !condition.holds(c, b, ctx) {
			return condition
		}
	}
	return ""
}

func (w Condition) holds(c *Case, b Body, ctx Judging) bool {
	switch w {
	case WhenTaskMine:
		return c.Task == nil || c.Task.Assignee == "" || c.Task.Assignee == b.Author.ID
	case WhenExtensionAsked:
		return c.Ask(AskExtension) != nil
	case WhenSuspensionAsked:
		return c.Ask(AskSuspension) != nil
	case WhenVoidAsked:
		return c.Ask(AskVoid) != nil
	case WhenAppealed:
		return c.Ask(AskAppeal) != nil
	case WhenVoidAskedByOther:
		ask := c.Ask(AskVoid)
		return ask != nil && ask.By != b.Author
	case WhenInTime:
		clock := c.Clock(PhaseHandle)
		return clock == nil || clock.Overdue == 0 && (clock.Due == 0 || b.Estimate(ctx.Now) <= clock.Due)
	case WhenOverdue:
		clock := c.Clock(PhaseHandle)
		return clock != nil && (clock.Overdue != 0 || clock.Late)
	case WhenExtensionsLeft:
		return c.Extensions < MaxExtensions
	case WhenNeverSuspended:
		return c.Suspensions < MaxSuspensions
	case WhenUntilNear:
		return b.Payload.Until > ctx.Now && b.Payload.Until <= ctx.Now+MaxSuspensionMs
	case WhenPassedOrReason:
		return c.Rechecked == ActionRecheckPass || blankless(b.Payload.Reason)
	case WhenIntoFits:
		return b.Payload.Into != c.ID && !ctx.IntoUnfit
	}
	return false
}

func (b Body) hasPart(part PhotoPart) bool {
	return slices.ContainsFunc(b.Photos, func(p Photo) bool { return p.Part == part })
}

// blankless says whether text holds more than ASCII white space and the ideographic space.
func blankless(text string) bool {
	for _, r := range text {
		if r != ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\u3000' {
			return true
		}
	}
	return false
}
