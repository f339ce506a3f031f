package shared_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
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
	}}
}

// live plays a case through; every step is given to watch with the case before and after it.
func (p *player) live(t testing.TB, steps int, watch func(step, *shared.Case, *shared.Case)) life {
	t.Helper()
	var whole life
	for range steps {
		before := whole.Case
		var s step
		if before != nil && len(before.Photos) > 0 && p.draw(6) == 0 {
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
		CategoryKnown: p.draw(25) != 0, AfterGap: p.draw(25) == 0,
	}
	switch chance := p.draw(16); {
	case chance == 0, chance < 6 && action == shared.ActionResubmit:
		judging.StandingNow = shared.Standing{} // left the centre since
	case chance == 1:
		judging.StandingThen = shared.Standing{} // came later
	case chance == 2:
		judging.StandingNow.Squad = "seven"
	}
	v := shared.Judge(c, b, judging)
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
	if amend, _ := shared.BuiltinWorkflow().Move(shared.ActionAmend); c != nil && p.draw(3) == 0 {
		move = amend
	}
	var allowed []*person
	for _, who := range p.people {
		if move.Allows(who.standing.Role) && (who.standing.Squad != "seven" || c == nil) {
			allowed = append(allowed, who)
		}
	}
	if p.draw(4) == 0 {
		return one(p.draw, p.people...), one(p.draw, shared.BuiltinWorkflow().Moves...).Action
	}
	return one(p.draw, allowed...), move.Action
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
	b.Payload = p.payload(c, b)
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
	}
	return payload
}

// change is from the value that the case has, or from an older one.
func (p *player) change(c *shared.Case) shared.Change {
	field := one(p.draw, shared.FieldCategory, shared.FieldDescription, shared.FieldAddress, shared.FieldPin)
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

// lives are 200 random lives, the same ones every time, one a line.
func lives(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	out.WriteString("[\n")
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 20260701))
		whole := newPlayer(random.IntN).live(t, 1+random.IntN(8), func(step, *shared.Case, *shared.Case) {})
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
			for _, mark := range s.Verdict.Marks {
				seen["mark "+string(mark)]++
			}
		}
		if whole.Case != nil {
			seen["conflicts"] += len(whole.Case.Conflicts)
			seen["state "+string(whole.Case.State)]++
		}
	}
	for _, want := range []string{
		"applied ", "late case.exists", "late case.stateChanged", "late case.reportMissing", "late operation.noLongerPermitted",
		"refused operation.notPermitted", "refused case.notInScope", "refused category.unknown", "refused operation.needs.photo",
		"arrived here", "arrived damaged", "conflicts", "mark chainUnproven", "mark photoElsewhere", "mark decidedOnOlder",
		"state reported", "state returned", "state filed", "state rejected", "state selfHandled", "state closed", "state void",
	} {
		if seen[want] == 0 {
			t.Errorf("%s never happens; seen: %v", want, seen)
		}
	}
}
