package demo

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"buxun/server/roster"
	"buxun/shared"
)

// What a month is made of, as far as figures of the field say: a shift from 07:30 to 14:30, six records a head and day, some
// 15 % of them handled on the spot, 8 % of the others returned and 5 % rejected.
const (
	shiftBegins, shiftEnds = 7*60 + 30, 14*60 + 30 // minutes of the day
	lastMend               = 15*60 + 30
	recordsADay            = 6
	selfHandled            = 0.2 // of what can be handled on the spot
	returned, rejected     = 0.08, 0.05
	notAccepted            = 0.07
	mended                 = 0.92
	commented              = 0.05
	galleryShare           = 0.03
	coarse                 = 0.03
	outOfReach             = 0.35 // of collectors' days have a stretch without signal
)

var china = time.FixedZone("Asia/Shanghai", 8*60*60)

// busy is how full a day is, from Sunday on.
var busy = [7]float64{0.75, 1.1, 1.05, 1, 1, 1.05, 0.8}

// sittings are the minutes of the day at which a leader sits down to judge; fewer at the weekend.
var sittings = map[bool][]int{false: {8*60 + 20, 9*60 + 40, 11*60 + 10, 13*60 + 20, 15*60 + 10}, true: {9*60 + 30, 14*60 + 40}}

// month makes the cases of a month.
type month struct {
	random *rand.Rand
	kinds  kinds
	found  []found
	// streets are the pictures that may stand for any place.
	streets []string
	seed    uint64
	now     time.Time
	cases   []*Case
}

// team is a squad as the month needs it.
type team struct {
	code, leader string
	collectors   []string
	communities  []roster.Area
	waiting      []*open
	// silent is each collector's stretch without signal of the day.
	silent map[string][2]time.Time
}

// open is a case that waits for its leader.
type open struct {
	of        *Case
	collector string
	ready     time.Time
	mendings  int
	pictures  []string
}

// Month gives what the squads did in the days before now: made up, believable, the same for the same seed and time. The
// photos' files are the world's with the squad before the name.
func (d Demo) Month(seed uint64, days int, now time.Time) ([]Case, error) {
	m := &month{random: rand.New(rand.NewPCG(seed, 0x6275786e)), seed: seed, now: now}
	if err := load("kinds.json", &m.kinds); err != nil {
		return nil, err
	}
	var err error
	if m.found, err = readFound(); err != nil {
		return nil, err
	}
	for name := range d.Photos {
		if strings.HasPrefix(name, "street-") {
			m.streets = append(m.streets, name)
		}
	}
	slices.Sort(m.streets)
	teams := teamsOf(d)
	today := now.In(china)
	for ago := days; ago >= 0; ago-- {
		date := time.Date(today.Year(), today.Month(), today.Day()-ago, 0, 0, 0, 0, china)
		for _, t := range teams {
			m.day(t, date, days-ago)
		}
	}
	var cases []Case
	for _, c := range m.cases {
		cases = append(cases, *c)
	}
	return cases, nil
}

func teamsOf(d Demo) (teams []*team) {
	for _, squad := range d.Squads {
		t := &team{code: squad.Code}
		for _, p := range d.People {
			switch {
			case p.Squad != squad.Code:
			case p.Role == shared.RoleCollector:
				t.collectors = append(t.collectors, p.Name)
			case p.Role == shared.RoleLeader:
				t.leader = p.Name
			}
		}
		for _, a := range d.Areas {
			if a.Squad == squad.Code && a.Kind == roster.KindCommunity {
				t.communities = append(t.communities, a)
			}
		}
		teams = append(teams, t)
	}
	return teams
}

// day is one day of a squad: its collectors find things, its leader judges what has arrived.
func (m *month) day(t *team, date time.Time, nth int) {
	t.silent = map[string][2]time.Time{}
	weekend := date.Weekday() == time.Saturday || date.Weekday() == time.Sunday
	for i, collector := range t.collectors {
		off := (i+nth)%7 == 0 || weekend && m.chance(0.25)
		if m.chance(outOfReach) {
			from := date.Add(time.Duration(shiftBegins+m.random.IntN(shiftEnds-shiftBegins)) * time.Minute)
			t.silent[collector] = [2]time.Time{from, from.Add(time.Duration(20+m.random.IntN(130)) * time.Minute)}
		}
		if off {
			continue
		}
		records := int(float64(recordsADay+m.random.IntN(5)-2)*busy[date.Weekday()] + m.random.Float64())
		for range records {
			m.find(t, i, date)
		}
	}
	for _, minute := range sittings[weekend] {
		m.sit(t, date.Add(time.Duration(minute+m.random.IntN(15))*time.Minute))
	}
}

func (m *month) chance(p float64) bool { return m.random.Float64() < p }

// find is one record of a collector.
func (m *month) find(t *team, i int, date time.Time) {
	f, collector := pick(m.random, m.found), t.collectors[i]
	at := date.Add(time.Duration(f.minute)*time.Minute + time.Duration(m.random.IntN(60_000))*time.Millisecond)
	community := t.communities[(i*len(t.communities)/len(t.collectors)+m.random.IntN(2))%len(t.communities)]
	category := weighted(m.random, m.kinds.Types[f.kind])
	kind := m.kinds.Kinds[category]
	step, words := Step{Action: shared.ActionReport, By: collector}, kind.Words
	pictures := append([]string(nil), kind.Pictures...)
	m.random.Shuffle(len(pictures), func(a, b int) { pictures[a], pictures[b] = pictures[b], pictures[a] })
	if handled := len(kind.Handled) > 0 && m.chance(selfHandled); handled {
		step.Action, words = shared.ActionSelfHandle, kind.Handled
		step.Photos = []StepPhoto{m.photo(t, pictures[0], shared.PartBefore), m.photo(t, m.another(pictures), shared.PartAfter)}
	} else {
		for _, picture := range pictures[:min(len(pictures), 1+m.random.IntN(5)/4)] {
			step.Photos = append(step.Photos, m.photo(t, picture, shared.PartScene))
		}
		if m.chance(galleryShare) {
			step.Photos[0].Origin = shared.OriginGallery
		}
	}
	name := fmt.Sprintf("month %d %d", m.seed, len(m.cases)+1)
	longitude, latitude := within(community, f.across, f.up)
	c := &Case{
		ID: id("case", name), Name: name, Squad: t.code, Category: category, Description: Mark + m.fill(pick(m.random, words), t.code, community.Name),
		Address: m.fill(pick(m.random, m.kinds.Places), t.code, community.Name), Longitude: longitude, Latitude: latitude, Accuracy: m.accuracy(),
		State: shared.StateReported,
	}
	if step.Action == shared.ActionSelfHandle {
		c.State = shared.StateSelfHandled
	}
	o := &open{of: c, collector: collector, pictures: pictures}
	if !m.add(t, o, at, step) {
		return
	}
	m.cases = append(m.cases, c)
	t.waiting = append(t.waiting, o)
	if m.chance(commented) {
		m.add(t, o, at.Add(time.Duration(5+m.random.IntN(55))*time.Minute), Step{Action: shared.ActionComment, By: collector, Words: pick(m.random, m.kinds.Comments)})
	}
}

func (m *month) photo(t *team, picture string, part shared.PhotoPart) StepPhoto {
	return StepPhoto{File: t.code + "/" + picture, Part: part, Origin: shared.OriginCamera}
}

// another is a picture of a street that a case does not show yet.
func (m *month) another(shown []string) string {
	for {
		if picture := pick(m.random, m.streets); !slices.Contains(shown, picture) {
			return picture
		}
	}
}

func (m *month) accuracy() float64 {
	if m.chance(coarse) {
		return float64(101 + m.random.IntN(200))
	}
	return float64(4 + m.random.IntN(22))
}

// within is a place in an area, away from its edge.
func within(a roster.Area, across, up float64) (longitude, latitude float64) {
	west, south, east, north := a.Ring[0][0], a.Ring[0][1], a.Ring[2][0], a.Ring[2][1]
	return micro(west + (east-west)*(0.02+0.96*across)), micro(south + (north-south)*(0.02+0.96*up))
}

// add puts a step onto a case, late if its author was out of reach; false if it has not arrived by now.
func (m *month) add(t *team, o *open, at time.Time, step Step) bool {
	received := at.Add(time.Duration(300+m.random.IntN(2_000)) * time.Millisecond)
	// What was made out of reach arrives in one go, in the order in which it was made.
	if silent, ok := t.silent[step.By]; ok && !at.Before(silent[0]) && at.Before(silent[1].Add(15*time.Second)) {
		received = silent[1].Add(15 * time.Second)
	}
	if received.After(m.now) {
		return false
	}
	step.HoursAgo, step.Late = m.now.Sub(at).Hours(), received.Sub(at)
	o.of.Steps = append(o.of.Steps, step)
	o.ready = received
	return true
}

// sit lets the leader judge what arrived, the oldest first, one every half minute or so.
func (m *month) sit(t *team, at time.Time) {
	slices.SortStableFunc(t.waiting, func(a, b *open) int { return cmp.Compare(a.ready.UnixMilli(), b.ready.UnixMilli()) })
	waiting := t.waiting
	t.waiting = nil
	for _, o := range waiting {
		if !o.ready.Before(at) || at.After(m.now) {
			t.waiting = append(t.waiting, o)
			continue
		}
		at = at.Add(time.Duration(20+m.random.IntN(45)) * time.Second)
		m.judge(t, o, at)
	}
}

func (m *month) judge(t *team, o *open, at time.Time) {
	step, to := Step{By: t.leader}, shared.StateFiled
	switch {
	case o.of.State == shared.StateSelfHandled && m.chance(notAccepted):
		step.Action, step.Reason, to = shared.ActionAuditFail, pick(m.random, m.kinds.Failed), shared.StateVoid
	case o.of.State == shared.StateSelfHandled:
		step.Action, to = shared.ActionAuditPass, shared.StateClosed
	case o.mendings == 0 && m.chance(rejected):
		step.Action, step.Reason, to = shared.ActionReject, pick(m.random, m.kinds.Rejected), shared.StateRejected
	case o.mendings == 0 && m.chance(returned):
		m.giveBack(t, o, at)
		return
	default:
		step.Action = shared.ActionFile
	}
	if m.add(t, o, at, step) {
		o.of.State = to
	}
}

// giveBack returns a case to its collector, who mostly mends it: the same day, or at the beginning of the next.
func (m *month) giveBack(t *team, o *open, at time.Time) {
	why := pick(m.random, m.kinds.Returned)
	if !m.add(t, o, at, Step{Action: shared.ActionReturn, By: t.leader, Reason: why.Reason}) {
		return
	}
	o.of.State = shared.StateReturned
	if !m.chance(mended) {
		return
	}
	mend := at.Add(time.Duration(15+m.random.IntN(150)) * time.Minute)
	if day := mend.In(china); day.Hour()*60+day.Minute() > lastMend {
		mend = time.Date(day.Year(), day.Month(), day.Day()+1, 0, shiftBegins+m.random.IntN(60), m.random.IntN(60), 0, china)
	}
	step := Step{Action: shared.ActionResubmit, By: o.collector, Words: why.Answer}
	if why.Photo {
		step.Photos = []StepPhoto{m.photo(t, m.another(o.pictures), shared.PartScene)}
	}
	if m.add(t, o, mend, step) {
		o.of.State = shared.StateReported
		o.mendings++
		t.waiting = append(t.waiting, o)
	}
}
