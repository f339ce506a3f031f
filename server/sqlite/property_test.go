package sqlite

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"buxun/shared"
	"buxun/sync/session"

	"pgregory.net/rapid"
)

// shelf is what one person's phone holds: it stores pages as the protocol says and is the model that the store is held to.
type shelf struct {
	login string
	cases map[string]shared.Case
	scope string
	since int64
}

// pull takes one page; a cursor of another scope begins anew, and drops what a whole pull does not name.
func (s *shelf) pull(t *rapid.T, w *world, limit int) (more bool) {
	reader := w.reader(s.login)
	if reader.Scope != s.scope {
		s.cases, s.scope, s.since = map[string]shared.Case{}, reader.Scope, 0
	}
	page, err := w.Page(w.ctx, reader, s.since, limit)
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Cases)+len(page.Leaves) > limit || page.Seq < s.since {
		t.Fatalf("a page of %d cases and %d leaves up to %d after %d", len(page.Cases), len(page.Leaves), page.Seq, s.since)
	}
	for _, c := range page.Cases {
		if !shared.InScope(c, reader.Person, reader.Standing) {
			t.Fatalf("%s is sent case %s of squad %s", s.login, c.ID, c.Squad)
		}
		s.cases[c.ID] = c
	}
	for _, id := range page.Leaves {
		delete(s.cases, id)
	}
	s.since = page.Seq
	return page.More
}

// TestL4_phonesThatPullInPiecesHoldTheServersCases plays random days: people report, judge and are moved, cases change squads,
// photos arrive, phones pull a page now and then. In the end every phone holds exactly its scope, and the log gives the
// projection.
func TestL4_phonesThatPullInPiecesHoldTheServersCases(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld(t)
		defer w.Close()
		logins := []string{"a-one", "a-two", "b-one", "a-leader", "b-leader"}
		phones, shelves := map[string]*phone{}, map[string]*shelf{}
		for _, login := range logins {
			phones[login], shelves[login] = w.phone(login), &shelf{login: login}
		}
		shelves["admin"] = &shelf{login: "admin"}
		day := &day{w: w, phones: phones, photos: map[string]*phone{}}
		for range rapid.IntRange(1, 40).Draw(r, "steps") {
			w.clock += 1000
			login := rapid.SampledFrom(logins).Draw(r, "who")
			switch rapid.IntRange(0, 9).Draw(r, "what") {
			case 0, 1:
				day.report(phones[login])
			case 2, 3, 4:
				day.judge(r, phones[login])
			case 5:
				day.arrive(r)
			case 6:
				if len(day.cases) > 0 {
					w.transfer(rapid.SampledFrom(day.cases).Draw(r, "case"), rapid.SampledFrom([]string{"A", "B"}).Draw(r, "squad"))
				}
			case 7:
				squad := rapid.SampledFrom([]string{"A", "B"}).Draw(r, "squad")
				w.must(w.PutPeople(w.ctx, []Person{{Login: "a-two", Label: "x", Role: shared.RoleCollector, Squad: squad}}))
			default:
				shelf := shelves[rapid.SampledFrom(slices.Sorted(maps.Keys(shelves))).Draw(r, "phone")]
				shelf.pull(r, w, rapid.IntRange(1, 4).Draw(r, "limit"))
			}
		}
		for _, shelf := range shelves {
			for shelf.pull(r, w, 3) {
			}
			day.check(r, shelf)
		}
		day.checkLog(r)
	})
}

// day is what happened so far.
type day struct {
	w      *world
	phones map[string]*phone
	cases  []string
	photos map[string]*phone // who can show a hash
}

func (d *day) report(p *phone) {
	one := photo(fmt.Sprint("photo ", len(d.cases)))
	d.cases = append(d.cases, p.report(one))
	d.photos[one.Hash], d.photos[one.Preview.Hash] = p, p
	p.send()
}

// judge does something to a case that may be in another state or another scope: whatever comes of it must be the same for all.
func (d *day) judge(r *rapid.T, p *phone) {
	if len(d.cases) == 0 {
		return
	}
	b := shared.Body{Case: rapid.SampledFrom(d.cases).Draw(r, "case")}
	b.Action = rapid.SampledFrom([]shared.Action{shared.ActionReturn, shared.ActionReject, shared.ActionFile, shared.ActionComment, shared.ActionResubmit}).Draw(r, "action")
	b.Payload = shared.Payload{Reason: "原因", Words: "话"}
	p.make(b)
	p.send()
}

func (d *day) arrive(r *rapid.T) {
	if len(d.photos) == 0 {
		return
	}
	hash := rapid.SampledFrom(slices.Sorted(maps.Keys(d.photos))).Draw(r, "hash")
	d.w.arrived(d.photos[hash], hash, shared.ArrivalHere)
}

func (d *day) check(r *rapid.T, s *shelf) {
	reader := d.w.reader(s.login)
	for _, id := range d.cases {
		c, ok, err := d.w.Case(d.w.ctx, reader, id)
		if err != nil {
			r.Fatal(err)
		}
		held, holds := s.cases[id]
		if ok != holds || !reflect.DeepEqual(c, held) {
			r.Fatalf("%s holds case %s: %t, in scope: %t\n%+v\n%+v", s.login, id, holds, ok, held, c)
		}
	}
}

// checkLog replays every case, and counts the announced changes: each sequence once, in order, none left out.
func (d *day) checkLog(r *rapid.T) {
	for i, c := range d.w.changed {
		if i > 0 && c.Seq <= d.w.changed[i-1].Seq {
			r.Fatalf("announced %d after %d", c.Seq, d.w.changed[i-1].Seq)
		}
	}
	everything := session.Reader{Standing: shared.Standing{Role: shared.RoleServer}}
	for _, id := range d.cases {
		c, ok, err := d.w.Case(d.w.ctx, everything, id)
		if err != nil || !ok {
			r.Fatalf("case %s: %v", id, err)
		}
		replayed, err := d.w.Replay(d.w.ctx, id)
		if err != nil {
			r.Fatal(err)
		}
		for i := range c.Photos {
			c.Photos[i].Here, c.Photos[i].PreviewHere = shared.ArrivalWaiting, shared.ArrivalWaiting
		}
		if !reflect.DeepEqual(c, *replayed) {
			r.Fatalf("case %s is %+v\nits log gives %+v", id, c, *replayed)
		}
	}
}
