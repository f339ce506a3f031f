package sqlite

import (
	"context"
	"encoding/base64"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"buxun/server/es256"
	"buxun/server/roster"
	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/session"
	"buxun/sync/wire"
)

const category = "GB/T 47678.5-2026|matter|01001"

// world is a store on a real file with two squads: A has a leader and two collectors, B one of each. The clock stands.
type world struct {
	*Store
	t       testing.TB
	ctx     context.Context
	path    string
	clock   int64
	mutex   sync.Mutex
	changed []session.Changed
	scoped  []string
	gaps    []session.Gap
	// How often another process was noticed.
	elsewhere int
	ids       map[string]string // by login
}

func newWorld(t testing.TB) *world {
	w := &world{t: t, ctx: context.Background(), path: filepath.Join(t.TempDir(), "buxun.db"), clock: 1_790_000_000_000, ids: map[string]string{}}
	w.open()
	w.must(w.PutSquads(w.ctx, []roster.Squad{{Code: "A", Name: "一中队"}, {Code: "B", Name: "二中队"}}))
	w.must(w.PutPeople(w.ctx, []Person{
		{Login: "a-leader", Label: "中队长A", Role: shared.RoleLeader, Squad: "A"},
		{Login: "a-one", Label: "采集员A-1", Role: shared.RoleCollector, Squad: "A"},
		{Login: "a-two", Label: "采集员A-2", Role: shared.RoleCollector, Squad: "A"},
		{Login: "b-leader", Label: "中队长B", Role: shared.RoleLeader, Squad: "B"},
		{Login: "b-one", Label: "采集员B-1", Role: shared.RoleCollector, Squad: "B"},
		{Login: "admin", Label: "管理员", Role: shared.RoleAdmin},
	}))
	people, err := w.People(w.ctx)
	w.must(err)
	for _, p := range people {
		w.ids[p.Login] = p.ID
	}
	return w
}

func (w *world) open() {
	store, err := Open(w.ctx, w.path, w.options())
	w.must(err)
	w.Store = store
	w.t.Cleanup(func() { _ = store.Close() })
}

func (w *world) reopen() {
	w.must(w.Close())
	w.open()
}

func (w *world) options() Options {
	return Options{
		Now: func() time.Time { return time.UnixMilli(w.clock) },
		Rules: func(epoch string) session.Rules {
			return session.Rules{
				Workflow:      shared.BuiltinWorkflow(),
				CategoryKnown: func(key string) bool { return key == category },
				Verify:        es256.Verify,
				AnchorGiven:   func(a shared.Anchor) bool { return a.Token == "given" },
				Mac:           func(text string) string { return shared.HashText("mac of " + text)[:16] },
			}
		},
		OnChange: func(changed []session.Changed) {
			w.mutex.Lock()
			defer w.mutex.Unlock()
			w.changed = append(w.changed, changed...)
		},
		OnElsewhere: func() { w.elsewhere++ },
		OnScope:     func(person string) { w.scoped = append(w.scoped, person) },
		OnGap:       func(gaps []session.Gap) { w.gaps = append(w.gaps, gaps...) },
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) reader(login string) session.Reader {
	w.t.Helper()
	reader, err := w.Reader(w.ctx, w.ids[login])
	w.must(err)
	return reader
}

// phone is an enrolled replica of a person.
type phone struct {
	*drive.Replica
	w     *world
	login string
}

func (w *world) phone(login string) *phone {
	w.t.Helper()
	r, err := drive.NewReplica(w.ids[login])
	w.must(err)
	p := &phone{r, w, login}
	w.must(w.Enrol(w.ctx, p.row()))
	return p
}

func (p *phone) row() session.Replica {
	key, err := base64.RawURLEncoding.DecodeString(p.Key())
	p.w.must(err)
	return session.Replica{ID: p.ID, Author: p.Author, Key: key}
}

// make makes an operation and gives its counter.
func (p *phone) make(b shared.Body) int64 {
	p.w.t.Helper()
	if b.Source == "" {
		b.Source = shared.SourceCollector
	}
	b.Time = shared.DeviceTime{Device: p.w.clock, Offset: new(int64), Fresh: true}
	_, err := p.Make(b)
	p.w.must(err)
	return int64(len(p.Made))
}

// report makes a report of a new case and gives the case's id.
func (p *phone) report(photos ...shared.Photo) string {
	p.w.t.Helper()
	id := drive.NewID()
	p.make(shared.Body{Case: id, Action: shared.ActionReport, Payload: shared.Payload{Category: category, Description: "井盖破损 <&>"}, Photos: photos})
	return id
}

func (p *phone) push(first, last int64) session.Push {
	p.w.t.Helper()
	push, err := p.Push(first, last)
	p.w.must(err)
	return session.Push{Push: push, Received: p.w.clock}
}

// send commits everything from the first operation that is not acknowledged on, and wants no fault.
func (p *phone) send() []wire.Answer {
	p.w.t.Helper()
	last := int64(len(p.Made))
	results, _ := p.w.Commit(p.w.ctx, []session.Push{p.push(p.Acked+1, last)})
	if results[0].Fault != nil {
		p.w.t.Fatalf("push of %s: %+v", p.login, *results[0].Fault)
	}
	p.Acked, p.AckedHash = last, shared.HashText(p.Made[last-1])
	return results[0].Answers
}

// pull reads all pages after since.
func (w *world) pull(login string, since int64) (ids, leaves []string, seq int64) {
	w.t.Helper()
	for {
		page, err := w.Page(w.ctx, w.reader(login), since, 2)
		w.must(err)
		for _, c := range page.Cases {
			ids = append(ids, c.ID)
		}
		leaves = append(leaves, page.Leaves...)
		if since = page.Seq; !page.More {
			return ids, leaves, since
		}
	}
}

func photo(name string) shared.Photo {
	return shared.Photo{
		Hash: shared.HashText(name), Size: 1000, Type: "image/jpeg", Origin: shared.OriginCamera, Part: shared.PartScene,
		Preview: &shared.Preview{Hash: shared.HashText("preview of " + name), Size: 100},
	}
}

// transfer hands a case to another squad as the server's own replica would.
func (w *world) transfer(id, squad string) {
	w.t.Helper()
	r, err := drive.NewReplica("server")
	w.must(err)
	r.Author = shared.Author{Kind: shared.AuthorServer, ID: "server"}
	p := &phone{r, w, "server"}
	w.must(w.Enrol(w.ctx, p.row()))
	p.make(shared.Body{Case: id, Source: shared.SourceServer, Action: shared.ActionTransfer, Payload: shared.Payload{Squad: squad}})
	if answers := p.send(); answers[0].Outcome != shared.OutcomeApplied {
		w.t.Fatalf("transfer: %+v", answers[0])
	}
}

func counts(t testing.TB, w *world, query string) (n int) {
	t.Helper()
	if err := w.reading.QueryRow(query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}
