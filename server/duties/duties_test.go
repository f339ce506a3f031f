package duties

import (
	"context"
	"encoding/base64"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"buxun/server/deadline"
	"buxun/server/es256"
	"buxun/server/numbering"
	"buxun/server/roster"
	"buxun/server/sqlite"
	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// world is a squad with a leader and three collectors, a unit, limits of a quarter of an hour and of two hours, and a clock that
// stands until it is moved.
type world struct {
	t      *testing.T
	ctx    context.Context
	path   string
	clock  time.Time
	store  *sqlite.Store
	server *numbering.Replica
	duties *Duties
	ids    map[string]string
	rand   *rand.Rand // goes on over restarts
	people map[string]*drive.Replica
}

func newWorld(t *testing.T) *world {
	w := &world{
		t: t, ctx: t.Context(), path: t.TempDir(), clock: time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC), ids: map[string]string{}, people: map[string]*drive.Replica{}, rand: rand.New(rand.NewPCG(1, 2)),
	}
	w.open()
	w.must(w.store.PutSquads(w.ctx, []roster.Squad{{Code: "A", Name: "一中队"}}))
	w.must(w.store.Change(w.ctx, func(ctx context.Context, c *sqlite.Change) error {
		if err := c.PutUnit(ctx, sqlite.Unit{Code: "env", Name: "环卫处"}); err != nil {
			return err
		}
		return c.PutLimits(ctx, deadline.Data{
			Phases: []deadline.PhaseLimit{
				{Phase: shared.PhaseAccept, Limit: deadline.Limit{Pace: shared.PaceUrgent, Ms: 15 * 60_000}},
				{Phase: shared.PhaseHandle, Limit: deadline.Limit{Pace: shared.PaceUrgent, Ms: 120 * 60_000}},
				{Phase: shared.PhaseVerify, Limit: deadline.Limit{Pace: shared.PaceUrgent, Ms: 30 * 60_000}},
			},
		})
	}))
	w.must(w.store.PutPeople(w.ctx, []sqlite.Person{
		{Login: "leader", Label: "中队长", Role: shared.RoleLeader, Squad: "A"}, {Login: "one", Label: "采集员1", Role: shared.RoleCollector, Squad: "A"},
		{Login: "two", Label: "采集员2", Role: shared.RoleCollector, Squad: "A"}, {Login: "three", Label: "采集员3", Role: shared.RoleCollector, Squad: "A"},
		{Login: "unit", Label: "环卫", Role: shared.RoleUnit, Unit: "env"},
	}))
	people, err := w.store.People(w.ctx)
	w.must(err)
	for _, p := range people {
		w.ids[p.Login] = p.ID
		r, err := drive.NewReplica(p.ID)
		w.must(err)
		key, err := base64.RawURLEncoding.DecodeString(r.Key())
		w.must(err)
		w.must(w.store.Enrol(w.ctx, session.Replica{ID: r.ID, Author: r.Author, Key: key}))
		w.people[p.Login] = r
	}
	return w
}

// open opens everything as a server does when it starts.
func (w *world) open() {
	var err error
	w.store, err = sqlite.Open(context.Background(), filepath.Join(w.path, "buxun.db"), sqlite.Options{
		Now: func() time.Time { return w.clock },
		Rules: func(string) session.Rules {
			return session.Rules{
				Workflow: shared.BuiltinWorkflow(), CategoryKnown: func(string) bool { return true }, Verify: es256.Verify,
				AnchorGiven: func(shared.Anchor) bool { return false }, Mac: func(string) string { return "mac" },
			}
		},
		OnChange: func(changed []session.Changed) {
			if w.duties != nil {
				w.duties.Notice(changed)
			}
		},
	})
	w.must(err)
	store := w.store
	w.t.Cleanup(func() { _ = store.Close() })
	w.server, err = numbering.Open(w.ctx, w.path, numbering.Options{
		Store: store, Now: func() time.Time { return w.clock },
		Commit: func(ctx context.Context, push session.Push) (session.Result, error) {
			results, _ := store.Commit(ctx, []session.Push{push})
			return results[0], nil
		},
	})
	w.must(err)
	w.duties = New(Options{Store: store, Make: w.server.MakeUnmoved, Now: func() time.Time { return w.clock }, Rand: w.rand})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// does pushes one operation of a person, and wants it applied.
func (w *world) does(who string, b shared.Body) {
	w.t.Helper()
	r := w.people[who]
	if b.Source == "" {
		b.Source = shared.SourceCollector
	}
	if b.Time.Device == 0 {
		b.Time = shared.DeviceTime{Device: w.clock.UnixMilli(), Offset: new(int64), Fresh: true}
	}
	if c, ok := w.peek(b.Case); ok {
		b.Seen = c.Revision
	}
	_, err := r.Make(b)
	w.must(err)
	last := int64(len(r.Made))
	push, err := r.Push(last, last)
	w.must(err)
	results, _ := w.store.Commit(w.ctx, []session.Push{{Push: push, Received: w.clock.UnixMilli()}})
	if results[0].Fault != nil || results[0].Answers[0].Outcome != shared.OutcomeApplied {
		w.t.Fatalf("%s by %s: %+v", b.Action, who, results[0])
	}
}

func (w *world) peek(id string) (shared.Case, bool) {
	w.t.Helper()
	c, ok, err := w.store.Case(w.ctx, session.Reader{Standing: shared.Standing{Role: shared.RoleServer}}, id)
	w.must(err)
	return c, ok
}

func (w *world) find(id string) shared.Case {
	w.t.Helper()
	c, ok := w.peek(id)
	if !ok {
		w.t.Fatalf("no case %s", id)
	}
	return c
}

func (w *world) report(who string, east float64) string {
	w.t.Helper()
	id := drive.NewID()
	w.does(who, shared.Body{
		Case: id, Action: shared.ActionReport, Payload: shared.Payload{Category: "c", Description: "井盖破损"},
		Place: &shared.Fix{Longitude: 113.13 + east/10_000, Latitude: 27.83, Accuracy: 5, At: w.clock.UnixMilli(), Source: "device"},
	})
	return id
}

// all does the duties, and once more as if the server had died before it knew that they were done: nothing may be done twice.
func (w *world) all() {
	w.t.Helper()
	w.must(w.duties.All(w.ctx))
	_, head, err := w.store.Feed(w.ctx)
	w.must(err)
	w.duties = nil
	w.must(w.store.Close())
	w.open()
	w.must(w.duties.All(w.ctx))
	if _, again, err := w.store.Feed(w.ctx); err != nil || again != head {
		w.t.Fatalf("after a restart the feed went on from %d to %d (%v)", head, again, err)
	}
}

// deeds are the server's on a case's timeline.
func (w *world) deeds(id string) (deeds []shared.Action) {
	w.t.Helper()
	for _, e := range w.find(id).Timeline {
		if e.Role == shared.RoleServer && e.Late == "" {
			deeds = append(deeds, e.Action)
		}
	}
	return deeds
}

func (w *world) after(minutes int) { w.clock = w.clock.Add(time.Duration(minutes) * time.Minute) }

func TestLimitsThatRunOutAreMarkedOnce(t *testing.T) {
	w := newWorld(t)
	id, other := w.report("one", 0), w.report("one", 0)
	w.after(14)
	w.does("leader", shared.Body{Case: other, Action: shared.ActionFile})
	w.all()
	if deeds := w.deeds(id); len(deeds) != 0 {
		t.Errorf("before the limit runs out the server did %v", deeds)
	}
	w.after(2)
	w.all()
	w.after(60)
	w.all()
	c := w.find(id)
	if deeds := w.deeds(id); !slices.Equal(deeds, []shared.Action{shared.ActionOverdue}) || c.Clock(shared.PhaseAccept).Overdue != c.Clock(shared.PhaseAccept).Due {
		t.Errorf("the server did %v, the clock is %+v", deeds, c.Clock(shared.PhaseAccept))
	}
	if deeds := w.deeds(other); len(deeds) != 0 {
		t.Errorf("to the case that was filed in time the server did %v", deeds)
	}
}

func TestSuspendedCasesGoOnAtTheirDate(t *testing.T) {
	w := newWorld(t)
	id := w.report("one", 0)
	w.does("leader", shared.Body{Case: id, Action: shared.ActionFile})
	w.does("leader", shared.Body{Case: id, Action: shared.ActionDispatch, Payload: shared.Payload{Unit: "env"}})
	w.after(60)
	until := w.clock.Add(72 * time.Hour)
	w.does("leader", shared.Body{Case: id, Action: shared.ActionSuspend, Payload: shared.Payload{Reason: "等材料", Until: until.UnixMilli()}})
	w.after(71 * 60)
	w.all()
	if c := w.find(id); c.State != shared.StateSuspended {
		t.Errorf("before its date it is %s", c.State)
	}
	w.after(61)
	w.all()
	c := w.find(id)
	if deeds := w.deeds(id); c.State != shared.StateDispatched || !slices.Equal(deeds, []shared.Action{shared.ActionResume}) {
		t.Errorf("at its date it is %s, and the server did %v", c.State, deeds)
	}
	if clock := c.Clock(shared.PhaseHandle); clock.Due != w.clock.Add(time.Hour).UnixMilli() {
		t.Errorf("an hour was left of two, and the clock is %+v", clock)
	}
}

func TestMergersAreNotedAtTheOtherCaseAndTakenBack(t *testing.T) {
	w := newWorld(t)
	id, other := w.report("one", 0), w.report("two", 0)
	w.does("leader", shared.Body{Case: other, Action: shared.ActionMerge, Payload: shared.Payload{Into: id}})
	w.all()
	if c := w.find(id); !slices.Equal(c.Duplicates, []string{other}) {
		t.Errorf("its duplicates are %v", c.Duplicates)
	}
	w.does("leader", shared.Body{Case: other, Action: shared.ActionSeparate})
	w.all()
	if c := w.find(id); len(c.Duplicates) != 0 || !slices.Equal(w.deeds(id), []shared.Action{shared.ActionAbsorb, shared.ActionRelease}) {
		t.Errorf("its duplicates are %v, and the server did %v", c.Duplicates, w.deeds(id))
	}
}

func (w *world) sent(id string) (who string, how shared.Assigning) {
	w.t.Helper()
	task := w.find(id).Task
	if task == nil {
		w.t.Fatal("nobody is sent")
	}
	for login, person := range w.ids {
		if person == task.Assignee {
			return login, task.How
		}
	}
	return "", task.How
}

func (w *world) verify(how shared.Assigning, east float64) string {
	w.t.Helper()
	id := w.report("leader", east)
	w.does("leader", shared.Body{Case: id, Action: shared.ActionSendVerify, Payload: shared.Payload{How: how}})
	w.all()
	return id
}

func TestTheNearestOnDutyIsSent(t *testing.T) {
	w := newWorld(t)
	w.report("three", 0)
	w.after(7 * 60)
	w.report("one", 100)
	w.report("two", 30)
	if who, how := w.sent(w.verify(shared.AssignNearest, 0)); who != "three" || how != shared.AssignNearest {
		t.Errorf("%s is sent by %s; three was at the place seven hours ago", who, how)
	}
	w.after(2 * 60)
	if who, how := w.sent(w.verify(shared.AssignNearest, 0)); who != "two" || how != shared.AssignNearest {
		t.Errorf("%s is sent by %s; three's last sign is nine hours old, and two is nearer than one", who, how)
	}
	w.after(24 * 60)
	if who, how := w.sent(w.verify(shared.AssignNearest, 0)); who == "" || how != shared.AssignRotation {
		t.Errorf("%s is sent by %s; nobody is known to be on duty", who, how)
	}
}

func TestWhoeverWorksInTheAreaIsSent(t *testing.T) {
	w := newWorld(t)
	w.must(w.store.PutAreas(w.ctx, []roster.Area{
		{Code: "duty", Name: "东", Squad: "A", Kind: roster.KindDutyGrid, Ring: [][2]float64{{113.129, 27.82}, {113.131, 27.82}, {113.131, 27.84}, {113.129, 27.84}, {113.129, 27.82}}},
		{Code: "all", Name: "全", Squad: "A", Kind: roster.KindCommunity, Ring: [][2]float64{{113, 27}, {114, 27}, {114, 28}, {113, 28}, {113, 27}}},
	}))
	w.report("two", 0)
	w.report("two", 1)
	w.report("three", 2)
	for range 4 {
		w.report("one", 500)
	}
	if who, how := w.sent(w.verify(shared.AssignArea, 3)); who != "two" || how != shared.AssignUsual {
		t.Errorf("%s is sent by %s; two reported most in the duty grid", who, how)
	}
	if who, how := w.sent(w.verify("", 490)); who != "one" || how != shared.AssignUsual {
		t.Errorf("%s is sent by %s; outside the duty grid one reported most in the community", who, how)
	}
}

// give says who answers for the duty grid and for the community around it.
func (w *world) give(grid, community []string) {
	w.t.Helper()
	w.must(w.store.PutAreas(w.ctx, []roster.Area{
		{Code: "duty", Name: "东", Squad: "A", Kind: roster.KindDutyGrid, Collectors: grid, Ring: [][2]float64{{113.129, 27.82}, {113.131, 27.82}, {113.131, 27.84}, {113.129, 27.84}, {113.129, 27.82}}},
		{Code: "all", Name: "全", Squad: "A", Kind: roster.KindCommunity, Collectors: community, Ring: [][2]float64{{113, 27}, {114, 27}, {114, 28}, {113, 28}, {113, 27}}},
	}))
}

func TestWhoeverAnswersForTheAreaIsSent(t *testing.T) {
	w := newWorld(t)
	w.give([]string{"two", "three"}, []string{"one"})
	for range 5 { // who reports most there counts for nothing
		w.report("one", 0)
	}
	w.report("three", 400)
	for range 3 {
		if who, how := w.sent(w.verify(shared.AssignArea, 3)); who != "three" || how != shared.AssignArea {
			t.Errorf("%s is sent by %s; of two who answer for the grid three alone is known to be on duty", who, how)
		}
	}
	w.report("two", 300)
	if who, how := w.sent(w.verify("", 3)); who != "two" || how != shared.AssignArea {
		t.Errorf("%s is sent by %s; both are on duty, and two had no errand yet", who, how)
	}
	if who, how := w.sent(w.verify("", 490)); who != "one" || how != shared.AssignArea {
		t.Errorf("%s is sent by %s; one answers for the community around the grid", who, how)
	}
	w.after(24 * 60)
	count := map[string]int{}
	for range 8 {
		who, how := w.sent(w.verify("", 3))
		if how != shared.AssignArea {
			t.Errorf("%s is sent by %s; nobody is known to be on duty, and the grid is theirs all the same", who, how)
		}
		count[who]++
	}
	if count["two"] != 5 || count["three"] != 3 { // six each, with those of before
		t.Errorf("eight errands were given to %v", count)
	}
}

func TestWhoNoLongerAnswersForTheAreaIsNotSent(t *testing.T) {
	w := newWorld(t)
	w.must(w.store.PutSquads(w.ctx, []roster.Squad{{Code: "B", Name: "二中队"}}))
	w.give([]string{"two"}, []string{"three"})
	if who, how := w.sent(w.verify("", 3)); who != "two" || how != shared.AssignArea {
		t.Fatalf("%s is sent by %s", who, how)
	}
	w.must(w.store.Disable(w.ctx, "two"))
	if who, how := w.sent(w.verify("", 3)); who != "three" || how != shared.AssignArea {
		t.Errorf("%s is sent by %s; two left, and three answers for the community", who, how)
	}
	w.must(w.store.PutPeople(w.ctx, []sqlite.Person{{Login: "three", Label: "采集员3", Role: shared.RoleCollector, Squad: "B"}}))
	w.report("one", 0)
	if who, how := w.sent(w.verify("", 3)); who != "one" || how != shared.AssignUsual {
		t.Errorf("%s is sent by %s; two is disabled and three of another squad: nobody answers for it", who, how)
	}
	w.must(w.store.PutPeople(w.ctx, []sqlite.Person{{Login: "two", Label: "采集员2", Role: shared.RoleCollector, Squad: "A"}, {Login: "three", Label: "采集员3", Role: shared.RoleCollector, Squad: "A"}}))
	if who, how := w.sent(w.verify("", 3)); who != "two" || how != shared.AssignArea {
		t.Errorf("%s is sent by %s; two is back, and the grid is still theirs", who, how)
	}
	if who, how := w.sent(w.verify("", 490)); who != "one" || how != shared.AssignUsual {
		t.Errorf("%s is sent by %s; three was in another squad meanwhile, and must be named again", who, how)
	}
}

func TestNobodyWhoAnswersForTheAreaRechecksTheOwnReport(t *testing.T) {
	w := newWorld(t)
	w.give([]string{"one"}, nil)
	id := w.report("one", 0)
	w.does("leader", shared.Body{Case: id, Action: shared.ActionFile})
	w.does("leader", shared.Body{Case: id, Action: shared.ActionDispatch, Payload: shared.Payload{Unit: "env"}})
	w.does("unit", shared.Body{Case: id, Action: shared.ActionHandle, Photos: []shared.Photo{{Hash: shared.HashText(id), Size: 10, Type: "image/jpeg", Origin: shared.OriginCamera, Part: shared.PartAfter}}})
	w.does("leader", shared.Body{Case: id, Action: shared.ActionSendRecheck, Payload: shared.Payload{How: shared.AssignArea}})
	w.all()
	if who, how := w.sent(id); who == "one" || who == "" || how == shared.AssignArea {
		t.Errorf("%s is sent by %s to what one reported", who, how)
	}
}

func TestRotationIsFairAndDrawn(t *testing.T) {
	w := newWorld(t)
	count := map[string]int{}
	var order []string
	for range 9 {
		who, how := w.sent(w.verify(shared.AssignRotation, 0))
		if how != shared.AssignRotation {
			t.Errorf("sent by %s", how)
		}
		count[who]++
		order = append(order, who)
	}
	if count["one"] != 3 || count["two"] != 3 || count["three"] != 3 {
		t.Errorf("nine errands were given to %v", count)
	}
	if slices.Equal(order[:3], order[3:6]) && slices.Equal(order[3:6], order[6:]) {
		t.Errorf("everybody knows who is next: %v", order)
	}
}

func TestNobodyRechecksTheOwnReport(t *testing.T) {
	w := newWorld(t)
	for _, how := range []shared.Assigning{shared.AssignRotation, shared.AssignNearest, shared.AssignArea} {
		for range 4 {
			id := w.report("one", 0)
			w.does("leader", shared.Body{Case: id, Action: shared.ActionFile})
			w.does("leader", shared.Body{Case: id, Action: shared.ActionDispatch, Payload: shared.Payload{Unit: "env"}})
			w.does("unit", shared.Body{Case: id, Action: shared.ActionHandle, Photos: []shared.Photo{{Hash: shared.HashText(id), Size: 10, Type: "image/jpeg", Origin: shared.OriginCamera, Part: shared.PartAfter}}})
			w.does("leader", shared.Body{Case: id, Action: shared.ActionSendRecheck, Payload: shared.Payload{How: how}})
			w.all()
			if who, _ := w.sent(id); who == "one" || who == "" {
				t.Errorf("by %s, %q rechecks what one reported", how, who)
			}
		}
	}
}

// A push that the line or a kill cut is made again by whoever comes next; one that came through is not.
func TestNothingIsDoneTwiceWhenAnAnswerIsLost(t *testing.T) {
	w := newWorld(t)
	id := w.report("one", 0)
	w.after(20)
	w.duties.Make = func(ctx context.Context, bodies []shared.Body) ([]wire.Answer, error) {
		if _, err := w.server.MakeUnmoved(ctx, bodies); err != nil {
			return nil, err
		}
		return nil, context.DeadlineExceeded
	}
	if err := w.duties.All(w.ctx); err == nil {
		t.Error("a lost answer is no error")
	}
	w.duties.Make = w.server.MakeUnmoved
	w.all()
	if deeds := w.deeds(id); len(deeds) != 1 {
		t.Errorf("the server did %v", deeds)
	}
}

func TestRunHearsOfWhatChanges(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(w.ctx)
	did := make(chan int, 10)
	w.duties.Make = func(ctx context.Context, bodies []shared.Body) ([]wire.Answer, error) {
		answers, err := w.server.MakeUnmoved(ctx, bodies)
		did <- len(bodies)
		return answers, err
	}
	id, other := w.report("one", 0), w.report("two", 0)
	ended := make(chan struct{})
	go func() { w.duties.Run(ctx); close(ended) }()
	w.does("leader", shared.Body{Case: other, Action: shared.ActionMerge, Payload: shared.Payload{Into: id}})
	<-did
	cancel()
	<-ended
	if deeds := w.deeds(id); !slices.Equal(deeds, []shared.Action{shared.ActionAbsorb}) {
		t.Errorf("the server did %v", deeds)
	}
}
