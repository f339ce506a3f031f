package shared

// Case is what applying its operations gives. Nothing but Apply and Arrive may change one.
type Case struct {
	ID       string `json:"id"`
	Short    string `json:"short"`            // for people, final: made from the replica and counter that opened it
	Number   string `json:"number,omitempty"` // 案卷号, given by the server at filing
	Revision int64  `json:"revision"`         // operations on its timeline; the case's own order
	State    State  `json:"state"`
	Source   Source `json:"source"`
	Squad    string `json:"squad"` // code of the squad that answers for it
	// Former are the squads that answered for it before, so that what their collectors saw meanwhile is not refused.
	Former   []string `json:"former,omitempty"`
	Reporter Author   `json:"reporter"`
	// Category is a CategoryKey; empty only where the report itself never arrived.
	Category    string `json:"category,omitempty"`
	Description string `json:"description,omitempty"`
	Address     string `json:"address,omitempty"`
	Pin         string `json:"pin,omitempty"`
	Fix         *Fix   `json:"fix,omitempty"` // where it was reported from
	// ReportedAt is the estimate of when it was reported, ArrivedAt and ChangedAt are the server's clock.
	ReportedAt int64       `json:"reportedAt"`
	ArrivedAt  int64       `json:"arrivedAt"`
	ChangedAt  int64       `json:"changedAt"`
	Photos     []CasePhoto `json:"photos,omitempty"`
	Voices     []CaseVoice `json:"voices,omitempty"`
	Conflicts  []Conflict  `json:"conflicts,omitempty"`
	Timeline   []Entry     `json:"timeline"`
	// Unit is the code of the unit that it is dispatched to, or that handled it; Units are those that had it before, so that what
	// their people did meanwhile is not refused.
	Unit  string   `json:"unit,omitempty"`
	Units []string `json:"units,omitempty"`
	// Condition is the filing condition on which the limit hangs.
	Condition string `json:"condition,omitempty"`
	// Task is what a collector is out for; absent where nobody is.
	Task *Task `json:"task,omitempty"`
	Asks []Ask `json:"asks,omitempty"` // open ones
	// Verified and Rechecked are what the last look found: the action that said so, or "".
	Verified  Action `json:"verified,omitempty"`
	Rechecked Action `json:"rechecked,omitempty"`
	// How often it was sent back for rework, extended and suspended; quotas and figures hang on them.
	Reworks     int `json:"reworks,omitempty"`
	Extensions  int `json:"extensions,omitempty"`
	Suspensions int `json:"suspensions,omitempty"`
	// Until is when a suspended case goes on by itself, server's clock.
	Until      int64 `json:"until,omitempty"`
	Supervised bool  `json:"supervised,omitempty"` // 督办
	Excused    bool  `json:"excused,omitempty"`    // an appeal was upheld: it was overdue and does not count as such
	// Into is the case that this one is merged into, Before the state that it had then; Duplicates are those merged into this one.
	Into       string   `json:"into,omitempty"`
	Before     State    `json:"before,omitempty"`
	Duplicates []string `json:"duplicates,omitempty"`
	// Clocks are the time limits of its phases, each once, in the order in which they began.
	Clocks []Clock `json:"clocks,omitempty"`
	// ReportMissing says that evidence arrived without the report that opened the case (a gap in the phone's chain).
	ReportMissing bool `json:"reportMissing,omitempty"`
}

// CasePhoto is a photo of a case, and how much of it has arrived.
type CasePhoto struct {
	Photo
	By          Author  `json:"by"`
	Revision    int64   `json:"revision"` // the timeline entry that brought it
	Here        Arrival `json:"here"`
	PreviewHere Arrival `json:"previewHere,omitempty"`
}

// CaseVoice is a voice note of a case, and whether it has arrived.
type CaseVoice struct {
	Voice
	By       Author  `json:"by"`
	Revision int64   `json:"revision"` // the timeline entry that brought it
	Here     Arrival `json:"here"`
}

// Conflict keeps the value that lost when two people changed one field without seeing each other's change (L5).
type Conflict struct {
	Field    Field  `json:"field"`
	Kept     string `json:"kept"`
	KeptBy   Author `json:"keptBy"`
	Lost     string `json:"lost"`
	LostBy   Author `json:"lostBy"`
	Revision int64  `json:"revision"` // the entry that replaced the lost value
	// Settled is the entry by which somebody who saw both values chose; 0 while nobody did.
	Settled int64 `json:"settled,omitempty"`
}

// Task is one errand of one collector: to look before filing, or after handling.
type Task struct {
	Kind TaskKind `json:"kind"`
	// Assignee is the collector's id; empty until the server settled it.
	Assignee string    `json:"assignee,omitempty"`
	How      Assigning `json:"how"`
	Since    int64     `json:"since"`    // server's clock
	Revision int64     `json:"revision"` // the entry that gave it to its assignee
	Started  int64     `json:"started,omitempty"`
}

// Ask is something asked for and not yet decided.
type Ask struct {
	Kind     AskKind `json:"kind"`
	By       Author  `json:"by"`
	At       int64   `json:"at"`
	Reason   string  `json:"reason"`
	Until    int64   `json:"until,omitempty"`
	Revision int64   `json:"revision"`
}

// Clock is the time limit of one phase. Its times are milliseconds since 1970 UTC by the server's clock; Limit and Left are
// milliseconds of its pace. It is reckoned once, by the server, and recorded with the verdict.
type Clock struct {
	Phase Phase `json:"phase"`
	Pace  Pace  `json:"pace"`
	Limit int64 `json:"limit"` // allowed in all, extensions included
	Since int64 `json:"since"` // when it first began to run
	// Due is when it runs out; absent while it stands still. Left is what was left when it was stopped; less than 0 where it was over.
	Due  int64 `json:"due,omitempty"`
	Left int64 `json:"left,omitempty"`
	// Done is the estimate of when the phase's work was done, and Late whether that was after Due.
	Done int64 `json:"done,omitempty"`
	Late bool  `json:"late,omitempty"`
	// Overdue is since when it is over its limit, marked once and for all.
	Overdue int64  `json:"overdue,omitempty"`
	Data    string `json:"data"` // version of the limits and the calendar that it was reckoned with
}

// Entry is one operation on the timeline, as everybody in the case's scope sees it.
type Entry struct {
	Revision int64  `json:"revision"`
	Replica  string `json:"replica"`
	Counter  int64  `json:"counter"`
	Action   Action `json:"action"`
	By       Author `json:"by"`
	Role     Role   `json:"role"`
	At       int64  `json:"at"`       // estimate of when it was done
	Received int64  `json:"received"` // server's clock
	// Delivered and Seen are of a return or a task: when the phone of the person whom it waits for had stored it, and when that
	// person had it on the screen, by the server's clock. Absent until then.
	Delivered int64    `json:"delivered,omitempty"`
	Seen      int64    `json:"seen,omitempty"`
	From      State    `json:"from,omitempty"`
	To        State    `json:"to,omitempty"`   // absent where the state did not change
	Late      string   `json:"late,omitempty"` // code of the fault that kept its change from happening
	Payload   Payload  `json:"payload"`
	Place     *Fix     `json:"place,omitempty"`
	Photos    []string `json:"photos,omitempty"` // hashes
	Voices    []string `json:"voices,omitempty"` // hashes
	Marks     []Mark   `json:"marks,omitempty"`
}

// Verdict is the judgement of one operation. It is made once and recorded; replay uses it, never today's table or roles.
type Verdict struct {
	Outcome  Outcome `json:"outcome"`
	Fault    string  `json:"fault,omitempty"` // code; required unless applied
	To       State   `json:"to,omitempty"`
	Role     Role    `json:"role,omitempty"`
	Squad    string  `json:"squad,omitempty"` // the squad that a new case belongs to
	Table    int     `json:"table"`           // version of workflow.json
	Received int64   `json:"received"`
	At       int64   `json:"at"`
	Marks    []Mark  `json:"marks,omitempty"`
	// Clocks are the time limits that the operation began, stopped or ended, as the server reckoned them.
	Clocks []Clock `json:"clocks,omitempty"`
}

// Open says whether phones keep the case whatever its age.
func (s State) Open() bool {
	return s != StateClosed && s != StateRejected && s != StateVoid && s != StateMerged
}

// Ask is the open one of a kind, or nil.
func (c *Case) Ask(kind AskKind) *Ask {
	for i := range c.Asks {
		if c.Asks[i].Kind == kind {
			return &c.Asks[i]
		}
	}
	return nil
}

// Clock is the one of a phase, or nil.
func (c *Case) Clock(phase Phase) *Clock {
	for i := range c.Clocks {
		if c.Clocks[i].Phase == phase {
			return &c.Clocks[i]
		}
	}
	return nil
}
