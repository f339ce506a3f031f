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
	// Delivered and Seen are of a return: when the phone of whom it came back to had stored it, and when that person had it on
	// the screen, by the server's clock. Absent until then.
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
}

// Open says whether phones keep the case whatever its age.
func (s State) Open() bool {
	return s != StateClosed && s != StateRejected && s != StateVoid
}
