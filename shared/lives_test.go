package shared_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"buxun/shared"
)

var update = flag.Bool("update", false, "write vectors/lives.json anew")

// chooser draws a whole number from 0 to n-1.
type chooser func(n int) int

func one[T any](draw chooser, of ...T) T { return of[draw(len(of))] }

// person is somebody of the play, with a replica and what it counted.
type person struct {
	author   shared.Author
	replica  string
	standing shared.Standing
	counter  int64
	prev     string
}

// step is one thing that happened: an operation with what the writer knew and judged, or bytes that arrived.
type step struct {
	Text    string          `json:"text,omitempty"` // the body's exact text
	Judging *shared.Judging `json:"judging,omitempty"`
	Verdict *shared.Verdict `json:"verdict,omitempty"`
	Hash    string          `json:"hash,omitempty"`
	Here    shared.Arrival  `json:"here,omitempty"`
}

// life is a random life of one case: what happened, and the case at the end.
type life struct {
	Steps []step       `json:"steps"`
	Case  *shared.Case `json:"case,omitempty"`
}

// player makes up lives: people who see old revisions, lose reports, change squads, and phones whose clocks are wrong.
type player struct {
	draw   chooser
	people []*person
	now    int64
	// steady makes people do mostly what is permitted and complete, so that a life gets far.
	steady bool
	// script is what is done next, one after the other, by the first whom the table permits it; nothing comes in between.
	script   []shared.Action
	scripted bool
}

func newPlayer(draw chooser) *player {
	cast := func(i int, kind shared.AuthorKind, role shared.Role, squad string) *person {
		return &person{
			author: shared.Author{Kind: kind, ID: fmt.Sprintf("p%d", i)}, replica: fmt.Sprintf("0199c000-1111-7000-8000-%012x", 0x5eed00+i*77777),
			standing: shared.Standing{Role: role, Squad: squad},
		}
	}
	return &player{draw: draw, now: 1760000000000, people: []*person{
		cast(0, shared.AuthorPerson, shared.RoleCollector, "six"), cast(1, shared.AuthorPerson, shared.RoleCollector, "six"),
		cast(2, shared.AuthorPerson, shared.RoleLeader, "six"), cast(3, shared.AuthorPerson, shared.RoleLeader, "six"),
		cast(4, shared.AuthorPerson, shared.RoleCollector, "seven"), cast(5, shared.AuthorMachine, shared.RoleMachine, "six"),
		cast(6, shared.AuthorServer, shared.RoleServer, ""), cast(7, shared.AuthorPerson, "", ""),
		ofUnit(cast(8, shared.AuthorPerson, shared.RoleUnit, ""), "env"), ofUnit(cast(9, shared.AuthorPerson, shared.RoleUnit, ""), "road"),
		cast(10, shared.AuthorPerson, shared.RoleAdmin, ""),
	}}
}

func ofUnit(p *person, unit string) *person {
	p.standing.Unit = unit
	return p
}

// live plays a case through; every step is given to watch with the case before and after it.
func (p *player) live(t testing.TB, steps int, watch func(step, *shared.Case, *shared.Case)) life {
	t.Helper()
	var whole life
	for range steps {
		before := whole.Case
		var s step
		if before != nil && len(before.Photos) > 0 && p.draw(6) == 0 && !p.scripted {
			s, whole.Case = p.arrive(*before)
		} else {
			s, whole.Case = p.act(t, before)
		}
		whole.Steps = append(whole.Steps, s)
		watch(s, before, whole.Case)
	}
	return whole
}

func (p *player) arrive(c shared.Case) (step, *shared.Case) {
	photo := one(p.draw, c.Photos...)
	s := step{Hash: photo.Hash, Here: one(p.draw, shared.ArrivalHere, shared.ArrivalHere, shared.ArrivalDamaged)}
	if photo.Preview != nil && p.draw(2) == 0 {
		s.Hash = photo.Preview.Hash
	}
	if len(c.Voices) > 0 && p.now%3 == 0 {
		s.Hash = c.Voices[p.now/3%int64(len(c.Voices))].Hash
	}
	next, _ := shared.Arrive(c, s.Hash, s.Here)
	return s, &next
}

func (p *player) act(t testing.TB, c *shared.Case) (step, *shared.Case) {
	t.Helper()
	p.now += int64(p.draw(100_000))
	who, action := p.deed(c)
	text := string(toJSON(t, p.body(c, who, action)))
	b, err := shared.ParseBody(text)
	if err != nil {
		t.Fatalf("the player made %s: %v", text, err)
	}
	who.counter, who.prev = b.Counter, shared.HashText(text)
	judging := shared.Judging{
		Workflow: shared.BuiltinWorkflow(), Now: p.now, StandingNow: who.standing, StandingThen: who.standing,
		CategoryKnown: p.draw(25) != 0 || p.scripted, AfterGap: p.draw(25) == 0,
	}
	switch chance := p.draw(16); {
	case p.scripted:
	case chance == 0, chance < 6 && action == shared.ActionResubmit:
		judging.StandingNow = shared.Standing{} // left the centre since
	case chance == 1:
		judging.StandingThen = shared.Standing{} // came later
	case chance == 2:
		judging.StandingNow.Squad = "seven"
	}
	switch chance := p.draw(20); {
	case p.scripted:
	case chance == 0 && b.Payload.Unit != "":
		judging.UnitUnknown = true
	case chance == 1 && b.Payload.Assignee != "":
		judging.AssigneeUnfit = true
	case chance < 3 && b.Payload.Into != "":
		judging.IntoUnfit = true
	}
	v := shared.Judge(c, b, judging)
	if p.steady && v.To != "" {
		v.Clocks = p.clocks()
	}
	return step{Text: text, Judging: &judging, Verdict: &v}, shared.Apply(c, b, v)
}

// deed is mostly one that the table allows, by somebody whom it allows; now and then anything by anybody.
func (p *player) deed(c *shared.Case) (*person, shared.Action) {
	var moves []shared.Move
	for _, move := range shared.BuiltinWorkflow().Moves {
		if c == nil && move.Opens() || c != nil && move.Fits(c.State) && move.Action != shared.ActionTransfer {
			moves = append(moves, move)
		}
	}
	move := one(p.draw, moves...)
	if len(p.script) > 0 {
		move, _ = shared.BuiltinWorkflow().Move(p.script[0])
		p.script = p.script[1:]
		return append(p.permitted(move, c), p.people...)[0], move.Action
	}
	if amend, _ := shared.BuiltinWorkflow().Move(shared.ActionAmend); c != nil && p.draw(6) == 0 {
		move = amend
	}
	// Mostly onwards: a life that only talks about the case shows little of it.
	if onwards := slices.DeleteFunc(slices.Clone(moves), func(m shared.Move) bool { return m.To == "" || p.steady && ends[m.To] }); len(onwards) > 0 && p.draw(2) == 0 {
		move = one(p.draw, onwards...)
	}
	allowed := p.permitted(move, c)
	if len(allowed) == 0 || p.draw(5) == 0 && !p.steady {
		return one(p.draw, p.people...), one(p.draw, shared.BuiltinWorkflow().Moves...).Action
	}
	return one(p.draw, allowed...), move.Action
}

// permitted are those whom the table permits the move, of the squad or unit that has the case.
func (p *player) permitted(move shared.Move, c *shared.Case) (allowed []*person) {
	for _, who := range p.people {
		elsewhere := who.standing.Role == shared.RoleUnit && c != nil && who.standing.Unit != c.Unit
		if move.Allows(who.standing.Role) && (who.standing.Squad != "seven" || c == nil) && !elsewhere {
			allowed = append(allowed, who)
		}
	}
	return allowed
}

// clocks are what a server might have reckoned.
func (p *player) clocks() []shared.Clock {
	return []shared.Clock{{
		Phase: shared.Phase(p.either("handle", one(p.draw, "accept", "dispatch", "handle"))), Pace: one(p.draw, shared.PaceUrgent, shared.PaceWorking),
		Limit: 1_800_000, Since: p.now, Due: int64(p.draw(2)) * (p.now + 1_800_000), Left: int64(p.draw(2)) * 900_000, Late: p.draw(4) == 0 || p.scripted, Data: "1",
	}}
}

func (p *player) body(c *shared.Case, who *person, action shared.Action) shared.Body {
	b := shared.Body{
		V: shared.Version, Replica: who.replica, Counter: who.counter + 1, Prev: who.prev, Case: "0199c000-2222-7000-8000-000000000001",
		Author: who.author, Source: shared.SourceCollector, Taxonomy: "1", Action: action,
		Time: shared.DeviceTime{Device: p.now - int64(p.draw(60_000))},
	}
	if c != nil {
		b.Seen = max(0, c.Revision-int64(p.draw(3)))
	}
	if c != nil && p.scripted {
		b.Seen = c.Revision
	}
	b.Payload = p.payload(c, b)
	if p.steady {
		if move, _ := shared.BuiltinWorkflow().Move(action); len(move.Needs) > 0 && move.Evidence {
			b.Photos = []shared.Photo{p.photo(shared.PartBefore, b.Time.Device), p.photo(shared.PartAfter, b.Time.Device)}
		}
		return b
	}
	p.circumstances(&b)
	for _, part := range one(p.draw, nil, []shared.PhotoPart{shared.PartScene}, []shared.PhotoPart{shared.PartScene}, []shared.PhotoPart{shared.PartBefore, shared.PartAfter}) {
		b.Photos = append(b.Photos, p.photo(part, b.Time.Device))
	}
	if at := b.Time.Device; at%4 == 0 { // drawn from what is drawn already: what the seed gives otherwise stays
		b.Voices = append(b.Voices, shared.Voice{
			Hash: shared.HashText(fmt.Sprint("voice ", at/4%6)), Size: 1 + at%1000, Type: "audio/webm", Duration: 1 + at%shared.MaxVoiceMs, TakenAt: at,
		})
	}
	if action == shared.ActionSelfHandle && p.draw(4) != 0 {
		b.Photos = []shared.Photo{p.photo(shared.PartBefore, b.Time.Device), p.photo(shared.PartAfter, b.Time.Device)}
	}
	return b
}

var someWords = []string{"", "井盖破损", "<&>", "🚧 已围挡", " \u3000", "a\"b\\c\n", "\u2028", "湘天桥东"}

// payload has what the action needs, mostly, and now and then what it does not.
func (p *player) payload(c *shared.Case, b shared.Body) shared.Payload {
	words := func() string { return one(p.draw, someWords...) }
	if p.steady {
		return p.complete(c, b)
	}
	payload := shared.Payload{Words: words(), Reason: one(p.draw, "照片不清楚", "照片不清楚", "重复", "\u3000")}
	switch b.Action {
	case shared.ActionReport, shared.ActionSelfHandle:
		payload.Category = one(p.draw, "GB/T 47678.5-2026|component|01001", "GB/T 47678.5-2026|component|01005", "GB/T 47678.5-2026|matter|06010")
		payload.Description, payload.Address, payload.Pin = words(), words(), one(p.draw, "", "113.1,27.8")
	case shared.ActionAmend, shared.ActionResubmit:
		for range 1 + p.draw(2) {
			payload.Changes = append(payload.Changes, p.change(c))
		}
	case shared.ActionNumber:
		payload.Number = one(p.draw, "", "石峰立字[2025]第1号")
	case shared.ActionTransfer:
		payload.Squad = one(p.draw, "", "six", "seven")
	case shared.ActionSettle:
		payload.Changes = append(payload.Changes, p.change(c))
	case shared.ActionFile:
		payload.Condition = one(p.draw, "", "01001-2")
	case shared.ActionDispatch, shared.ActionReopen:
		payload.Unit = one(p.draw, "env", "env", "road", "")
	case shared.ActionSendVerify, shared.ActionSendRecheck, shared.ActionAssign:
		payload.Assignee, payload.How = one(p.draw, "p0", "p1", ""), one(p.draw, "", shared.AssignArea, shared.AssignRotation)
	case shared.ActionAskSuspension, shared.ActionSuspend:
		payload.Until = one(p.draw, 0, p.now-1, p.now+86_400_000, p.now+86_400_000, p.now+86_400_000, p.now+40_000_000_000)
	case shared.ActionMerge:
		payload.Into = one(p.draw, "", "0199c000-2222-7000-8000-000000000001", otherCase, otherCase)
	case shared.ActionAbsorb, shared.ActionRelease:
		payload.Duplicate = one(p.draw, "", otherCase)
	case shared.ActionOverdue:
		payload.Phase = one(p.draw, "", shared.PhaseHandle)
	}
	return payload
}

// ends are states from which a steady life would go nowhere.
var ends = map[shared.State]bool{
	shared.StateReturned: true, shared.StateRejected: true, shared.StateSelfHandled: true, shared.StateMerged: true, shared.StateVoid: true, shared.BeforeState: true,
}

const otherCase = "0199c000-3333-7000-8000-000000000001"

// either is the first word in a scripted life, the second in any other.
func (p *player) either(scripted, otherwise string) string {
	if p.scripted {
		return scripted
	}
	return otherwise
}

// complete has what the action requires.
func (p *player) complete(c *shared.Case, b shared.Body) shared.Payload {
	var payload shared.Payload
	move, _ := shared.BuiltinWorkflow().Move(b.Action)
	for _, need := range move.Needs {
		switch need {
		case shared.NeedCategory:
			payload.Category = "GB/T 47678.5-2026|component|01001"
		case shared.NeedWords:
			payload.Words = "已看过"
		case shared.NeedReason:
			payload.Reason = "照片不清楚"
		case shared.NeedUnit:
			payload.Unit = one(p.draw, "env", "env", p.either("env", "road"))
		case shared.NeedUntil:
			payload.Until = p.now + 86_400_000*int64(1-p.draw(2))
			if p.scripted {
				payload.Until = p.now + 86_400_000
			}
		case shared.NeedInto, shared.NeedDuplicate:
			payload.Into, payload.Duplicate = otherCase, otherCase
		case shared.NeedPhase:
			payload.Phase = shared.PhaseHandle
		case shared.NeedNumber:
			payload.Number = "石峰立字[2025]第1号"
		case shared.NeedSquad:
			payload.Squad = "six"
		case shared.NeedAssignee:
			payload.Assignee = p.either("p0", one(p.draw, "p0", "p0", "p1"))
		case shared.NeedChanges, shared.NeedChangesPhotoOrWords:
			payload.Changes = append(payload.Changes, p.change(c))
		case shared.NeedPhoto, shared.NeedBeforePhoto, shared.NeedAfterPhoto, shared.NeedPhotoOrWords, shared.NeedPhotoOrSaid:
		}
	}
	switch b.Action {
	case shared.ActionSendVerify, shared.ActionSendRecheck:
		payload.Assignee = p.either("p0", one(p.draw, "p0", "p1", ""))
	case shared.ActionClose:
		payload.Reason = p.either("一目了然", one(p.draw, "", "一目了然"))
	}
	return payload
}

// change is from the value that the case has, or from an older one.
func (p *player) change(c *shared.Case) shared.Change {
	field := one(p.draw, shared.FieldCategory, shared.FieldDescription, shared.FieldAddress, shared.FieldPin)
	if c != nil && len(c.Conflicts) > 0 && p.scripted {
		field = c.Conflicts[len(c.Conflicts)-1].Field
	}
	change := shared.Change{Field: field, From: one(p.draw, someWords...), To: one(p.draw, someWords...)}
	if c != nil && p.draw(2) == 0 {
		change.From = shown(*c, field)
	}
	return change
}

func shown(c shared.Case, field shared.Field) string {
	return map[shared.Field]string{
		shared.FieldCategory: c.Category, shared.FieldDescription: c.Description, shared.FieldAddress: c.Address, shared.FieldPin: c.Pin,
	}[field]
}

func (p *player) circumstances(b *shared.Body) {
	if p.draw(4) != 0 {
		offset := int64(p.draw(5000)) - 2500
		b.Time.Offset, b.Time.Bound, b.Time.Fresh = &offset, int64(p.draw(300)), p.draw(3) != 0
	}
	if p.draw(3) != 0 {
		b.Anchor = &shared.Anchor{Token: "t", At: p.now - int64(p.draw(90_000))}
	}
	if p.draw(4) != 0 {
		b.Place = &shared.Fix{
			Longitude: 113 + float64(p.draw(1000))/4096, Latitude: 27 + float64(p.draw(1000))/4096, Accuracy: float64(p.draw(300)),
			At: b.Time.Device - int64(p.draw(15_000)), Source: "device",
		}
		if p.draw(2) == 0 {
			heading := float64(p.draw(360))
			b.Place.Heading = &heading
		}
	}
}

// photo has one of few hashes, so that photos come twice.
func (p *player) photo(part shared.PhotoPart, device int64) shared.Photo {
	hash := func() string { return shared.HashText(fmt.Sprint("photo ", p.draw(12))) }
	photo := shared.Photo{
		Hash: hash(), Size: 1 + int64(p.draw(1000)), Type: "image/jpeg", TakenAt: device,
		Origin: one(p.draw, shared.OriginCamera, shared.OriginSystemCamera, shared.OriginGallery),
		Part:   part,
	}
	if p.draw(2) == 0 {
		photo.Preview = &shared.Preview{Hash: hash(), Size: 1 + int64(p.draw(1000))}
	}
	if p.draw(3) == 0 {
		at := device - int64(p.draw(8_000_000))
		photo.Exif = &shared.Exif{At: &at}
		if p.draw(2) == 0 {
			longitude, latitude := 113+float64(p.draw(1000))/4096, 27+float64(p.draw(1000))/4096
			photo.Exif.Longitude, photo.Exif.Latitude = &longitude, &latitude
		}
	}
	return photo
}

func notice(seen map[string]int, c shared.Case) {
	seen["conflicts"] += len(c.Conflicts)
	seen["reworks"] += c.Reworks
	seen["units"] += len(c.Units)
	seen["duplicates"] += len(c.Duplicates)
	if c.Task != nil {
		seen["task"]++
	}
	for _, conflict := range c.Conflicts {
		seen["settled"] += int(conflict.Settled)
	}
}

// scripts are lives that show every loop.
var scripts = [][]shared.Action{
	{"report", "sendVerify", "assign", "start", "verifyReal", "file", "number", "dispatch", "askExtension", "grantExtension", "askSuspension", "suspend", "resume",
		"handle", "sendRecheck", "start", "recheckFail", "handle", "sendRecheck", "recheckPass", "close", "appeal", "grantAppeal", "reopen"},
	{"report", "return", "resubmit", "sendVerify", "recallVerify", "file", "dispatch", "handBack", "dispatch", "askExtension", "denyExtension", "askSuspension",
		"denySuspension", "handle", "rework", "overdue", "handle", "close", "appeal", "denyAppeal"},
	{"report", "confirm", "amend", "amend", "amend", "amend", "settle", "settle", "settle", "settle", "supervise", "reject", "reconsider", "sendVerify", "verifyFalse", "file", "askVoid", "denyVoid", "askVoid", "askVoid", "void"},
	{"report", "file", "merge", "separate", "absorb", "release", "transfer", "attach", "comment"},
	{"selfHandle", "auditPass", "reopen", "handle", "close"},
	{"selfHandle", "auditFail", "reconsider", "merge", "separate"},
}

// lives are 200 random lives, the same ones every time, one a line.
func lives(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	out.WriteString("[\n")
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 20260701))
		p, steps := newPlayer(random.IntN), 1+random.IntN(8)
		if p.steady = seed%3 == 0; p.steady {
			steps += 8
		}
		if p.steady && int(seed/3) < len(scripts) {
			p.script, p.scripted = scripts[seed/3%uint64(len(scripts))], true
			steps = len(p.script)
		}
		whole := p.live(t, steps, func(step, *shared.Case, *shared.Case) {})
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(whole); err != nil {
			t.Fatal(err)
		}
		if seed < 199 {
			out.Truncate(out.Len() - 1)
			out.WriteString(",\n")
		}
	}
	out.WriteString("]\n")
	return out.Bytes()
}

// TypeScript replays these lives (lives.test.ts): the same texts must give the same verdicts and cases.
func TestLivesVectorsAreCurrent(t *testing.T) {
	const path = "vectors/lives.json"
	want := lives(t)
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what Go plays now (%v): judge whether the change is meant, then `go test ./shared -run Vectors -update`", path, err)
	}
}

// The lives are worth replaying only if everything happens in them.
func TestLivesVectorsShowEveryOutcome(t *testing.T) {
	seen := map[string]int{}
	for _, whole := range read[[]life](t, lives(t)) {
		for _, s := range whole.Steps {
			if s.Verdict == nil {
				seen["arrived "+string(s.Here)]++
				continue
			}
			seen[string(s.Verdict.Outcome)+" "+s.Verdict.Fault]++
			if s.Verdict.Outcome == shared.OutcomeApplied {
				seen["did "+string(read[shared.Body](t, []byte(s.Text)).Action)]++
			}
			for _, mark := range s.Verdict.Marks {
				seen["mark "+string(mark)]++
			}
		}
		if whole.Case != nil {
			notice(seen, *whole.Case)
			seen["state "+string(whole.Case.State)]++
		}
	}
	for _, action := range constants(t)["Action"] {
		if seen["did "+action] == 0 {
			t.Errorf("nobody ever does %s", action)
		}
	}
	for _, want := range []string{
		"applied ", "late case.exists", "late case.stateChanged", "late case.reportMissing", "late operation.noLongerPermitted",
		"refused operation.notPermitted", "refused case.notInScope", "refused category.unknown", "refused operation.needs.photo",
		"arrived here", "arrived damaged", "conflicts", "mark chainUnproven", "mark photoElsewhere", "mark decidedOnOlder",
		"state reported", "state returned", "state filed", "state rejected", "state selfHandled", "state closed", "state void",
		"state verifying", "state dispatched", "state handled", "state suspended", "state merged",
		"late task.notYours", "late case.ownAsk", "late case.noExtensionAsk", "late case.untilOutOfRange", "late case.notRechecked", "late case.mergeTarget",
		"refused unit.unknown", "refused assignee.unfit", "task", "reworks", "units", "settled", "duplicates",
	} {
		if seen[want] == 0 {
			t.Errorf("%s never happens; seen: %v", want, seen)
		}
	}
}
