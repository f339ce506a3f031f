package shared

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
)

//go:embed telling.json
var tellingJSON []byte

// TellingKind is what a person can be told of.
type TellingKind string

const (
	TellTask       TellingKind = "task"
	TellReturned   TellingKind = "returned"
	TellSoon       TellingKind = "soon" // its time is about to run out
	TellOverdue    TellingKind = "overdue"
	TellConflict   TellingKind = "conflict"
	TellComment    TellingKind = "comment"
	TellOutcome    TellingKind = "outcome"
	TellReported   TellingKind = "reported"
	TellFound      TellingKind = "found"
	TellHandled    TellingKind = "handled"
	TellHandedBack TellingKind = "handedBack"
	TellAsk        TellingKind = "ask"
	TellDispatched TellingKind = "dispatched"
	TellRework     TellingKind = "rework"
	TellAnswered   TellingKind = "answered"
)

// TellingWay is how a person is told.
type TellingWay string

const (
	TellApp  TellingWay = "app"  // on the open page
	TellPush TellingWay = "push" // on a device that asked for it, whatever is open
)

// Whose says whom of a role a kind is for.
type Whose string

const (
	WhoseTask     Whose = "task"     // who was sent by this very step
	WhoseReporter Whose = "reporter" // who reported the case
	WhoseLoser    Whose = "loser"    // whose value gave way
	WhoseSquad    Whose = "squad"    // leaders of the squad that answers for it
	WhoseUnit     Whose = "unit"     // people of the unit that has it
	WhoseClock    Whose = "clock"    // who has to be in time
)

// TellingRow is one row of telling.json: what one role can be told of.
type TellingRow struct {
	Kind    TellingKind `json:"kind"`
	Role    Role        `json:"role"`
	Whose   Whose       `json:"whose"`
	Actions []Action    `json:"actions"`
	// Urgent comes through quiet hours where the person wants that.
	Urgent bool `json:"urgent"`
	// Ways are those of a person who chose nothing.
	Ways []TellingWay `json:"ways"`
	Zh   string       `json:"zh"`
	En   string       `json:"en"`
}

// TellingRows is the table.
var TellingRows = sync.OnceValue(func() []TellingRow {
	var rows []TellingRow
	if err := json.Unmarshal(tellingJSON, &rows); err != nil {
		panic("telling.json: " + err.Error())
	}
	return rows
})

// TellingChoice is how a person wants to be told of a kind.
type TellingChoice struct {
	Kind TellingKind  `json:"kind"`
	Ways []TellingWay `json:"ways"`
}

// Quiet are hours of a day, in minutes after midnight at the centre, in which nobody is to be disturbed; To is not in it, and
// less than From where midnight lies between.
type Quiet struct {
	From   int  `json:"from"`
	To     int  `json:"to"`
	Urgent bool `json:"urgent"` // what is urgent is told all the same
}

// Telling is what a person chose to be told; a kind that is not in it is told as its row says.
type Telling struct {
	Kinds []TellingChoice `json:"kinds"`
	Quiet *Quiet          `json:"quiet,omitempty"`
}

const (
	minutesOfDay = 24 * 60
	msOfMinute   = 60_000
	// ZoneMinutes is the centre's distance from UTC: Asia/Shanghai has had no summer time since 1991.
	ZoneMinutes = 8 * 60
	// SoonMs is how long before its end a time limit is told, and at most a quarter of it.
	SoonMs = 3_600_000
)

// Check says whether a person may choose this. The fault is request.malformed.
func (t Telling) Check() error {
	known := TellingRows()
	for i, one := range t.Kinds {
		if !slices.ContainsFunc(known, func(r TellingRow) bool { return r.Kind == one.Kind }) {
			return Fail("request.malformed", fmt.Sprintf("there is nothing to be told named %q", one.Kind))
		}
		if slices.ContainsFunc(t.Kinds[:i], func(c TellingChoice) bool { return c.Kind == one.Kind }) {
			return Fail("request.malformed", fmt.Sprintf("%s is there twice", one.Kind))
		}
		for j, way := range one.Ways {
			if way != TellApp && way != TellPush || slices.Contains(one.Ways[:j], way) {
				return Fail("request.malformed", fmt.Sprintf("%s cannot be told by %q", one.Kind, one.Ways))
			}
		}
	}
	if q := t.Quiet; q != nil && (q.From < 0 || q.To < 0 || q.From >= minutesOfDay || q.To >= minutesOfDay || q.From == q.To) {
		return Fail("request.malformed", "quiet hours begin and end at different minutes of a day")
	}
	return nil
}

// Wants says whether the person wants to be told of what a row is for, by a way.
func (t Telling) Wants(row TellingRow, way TellingWay) bool {
	for _, one := range t.Kinds {
		if one.Kind == row.Kind {
			return slices.Contains(one.Ways, way)
		}
	}
	return slices.Contains(row.Ways, way)
}

// HeldUntil is when the quiet hours end that now lies in, ms since 1970; 0 where what a row is for may be told now.
func (t Telling) HeldUntil(row TellingRow, now int64) int64 {
	q := t.Quiet
	if q == nil || q.Urgent && row.Urgent {
		return 0
	}
	minute := int((now/msOfMinute + ZoneMinutes) % minutesOfDay)
	since, lasts := (minute-q.From+minutesOfDay)%minutesOfDay, (q.To-q.From+minutesOfDay)%minutesOfDay
	if since >= lasts {
		return 0
	}
	return (now/msOfMinute + int64(lasts-since)) * msOfMinute
}

// ToldOf is what an entry of a case's timeline is to a person; false where it is nothing to be told. Nobody is told what they did.
func ToldOf(c Case, e Entry, person string, s Standing) (TellingRow, bool) {
	if e.By.ID == person && person != "" || e.Late != "" {
		return TellingRow{}, false
	}
	for _, row := range TellingRows() {
		if row.Role != s.Role || row.Kind != TellConflict && !slices.Contains(row.Actions, e.Action) {
			continue
		}
		if row.Kind == TellConflict && !slices.ContainsFunc(c.Conflicts, func(x Conflict) bool {
			return x.Revision == e.Revision && x.Settled == 0 && (row.Whose != WhoseLoser || x.LostBy.ID == person)
		}) {
			continue
		}
		if row.isFor(c, person, s, e) {
			return row, true
		}
	}
	return TellingRow{}, false
}

func (r TellingRow) isFor(c Case, person string, s Standing, e Entry) bool {
	switch r.Whose {
	case WhoseTask:
		return c.Task != nil && c.Task.Assignee == person && c.Task.Revision == e.Revision
	case WhoseReporter:
		return c.Reporter.ID == person
	case WhoseLoser:
		return true
	case WhoseSquad:
		return c.Squad == s.Squad && s.Squad != ""
	case WhoseUnit:
		return c.Unit == s.Unit && s.Unit != ""
	case WhoseClock:
		return inTime(c, e.Payload.Phase, person, s)
	}
	return false
}

// inTime says whether a person is one of those who have to be in time with a phase of a case.
func inTime(c Case, phase Phase, person string, s Standing) bool {
	switch phase {
	case PhaseVerify, PhaseRecheck:
		return s.Role == RoleCollector && c.Task != nil && c.Task.Assignee == person
	case PhaseHandle:
		return s.Role == RoleUnit && c.Unit == s.Unit && s.Unit != ""
	}
	return s.Role == RoleLeader && c.Squad == s.Squad && s.Squad != ""
}

// SoonOf is the clock of a case that is about to run out for a person, with what that is to the person.
func SoonOf(c Case, now int64, person string, s Standing) (TellingRow, Clock, bool) {
	for _, clock := range c.Clocks {
		if clock.Done != 0 || clock.Due <= now || clock.Due-now > min(SoonMs, clock.Limit/4) || !inTime(c, clock.Phase, person, s) {
			continue
		}
		for _, row := range TellingRows() {
			if row.Kind == TellSoon && row.Role == s.Role {
				return row, clock, true
			}
		}
	}
	return TellingRow{}, Clock{}, false
}

// StillSo says whether what a person was to be told earlier is so now: what was done meanwhile needs no telling.
func StillSo(c Case, kind TellingKind, now int64, person string, s Standing) bool {
	switch kind {
	case TellTask:
		return c.Task != nil && c.Task.Assignee == person && (c.State == StateVerifying || c.State == StateHandled)
	case TellReturned:
		return c.State == StateReturned && c.Reporter.ID == person
	case TellSoon, TellOverdue:
		return slices.ContainsFunc(c.Clocks, func(clock Clock) bool {
			return clock.Done == 0 && clock.Due != 0 && (clock.Due <= now) == (kind == TellOverdue) && (s.Role == RoleLeader && kind == TellOverdue || inTime(c, clock.Phase, person, s))
		})
	case TellConflict:
		return slices.ContainsFunc(c.Conflicts, func(x Conflict) bool { return x.Settled == 0 })
	case TellReported:
		return c.State == StateReported || c.State == StateSelfHandled
	case TellFound, TellHandled:
		return c.State == StateReported || c.State == StateHandled || c.State == StateVerifying
	case TellHandedBack:
		return c.State == StateFiled
	case TellAsk:
		return len(c.Asks) > 0
	case TellDispatched, TellRework:
		return c.State == StateDispatched && c.Unit == s.Unit
	}
	return c.State != StateMerged
}

// View is a set of filters of the case list that a person keeps under a name.
type View struct {
	Name string `json:"name"`
	Link string `json:"link"` // what stands in the address of the list, as a query
}

// Limits of the views that a person keeps.
const (
	MaxViews       = 30
	MaxViewNameLen = 20  // runes
	MaxViewLinkLen = 600 // bytes
)

// CheckViews says whether a person may keep these views. The fault is request.malformed.
func CheckViews(views []View) error {
	if len(views) > MaxViews {
		return Fail("request.malformed", fmt.Sprintf("%d views, at most %d", len(views), MaxViews))
	}
	for i, one := range views {
		if why := strangeIn(one.Name); why != "" || len([]rune(one.Name)) > MaxViewNameLen {
			return Fail("request.malformed", fmt.Sprintf("the name of view %d is too long or %s", i+1, why))
		}
		if len(one.Link) > MaxViewLinkLen || one.Link == "" {
			return Fail("request.malformed", fmt.Sprintf("view %d is empty or too long", i+1))
		}
		if slices.ContainsFunc(views[:i], func(v View) bool { return v.Name == one.Name }) {
			return Fail("request.malformed", fmt.Sprintf("view %q is there twice", one.Name))
		}
	}
	return nil
}
