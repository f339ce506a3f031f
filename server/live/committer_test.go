package live

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// gated is a store whose transactions wait to be let through, one by one.
type gated struct {
	session.Store
	begun chan []session.Push
	allow chan struct{}
}

func newGated() *gated { return &gated{begun: make(chan []session.Push), allow: make(chan struct{})} }

func (g *gated) Ahead(_ context.Context, push session.Push) session.Push { return push }

func (g *gated) Commit(_ context.Context, pushes []session.Push) ([]session.Result, []session.Changed) {
	g.begun <- pushes
	<-g.allow
	var results []session.Result
	for _, p := range pushes {
		r := session.Result{Replica: p.Replica}
		for i := range p.Operations {
			r.Answers = append(r.Answers, wire.Answer{Counter: p.First + int64(i), Outcome: shared.OutcomeApplied})
		}
		results = append(results, r)
	}
	return results, nil
}

func pushOf(name string, operations int) session.Push {
	return session.Push{Push: wire.Push{T: wire.TypePush, Replica: name, First: 1, Operations: make([]string, operations)}}
}

func TestR26_whatWaitsGoesIntoOneTransaction(t *testing.T) {
	store := newGated()
	c := NewCommitter(store, nil)
	var mutex sync.Mutex
	var answered []string
	submit := func(name string, operations int) {
		err := c.Submit(pushOf(name, operations), func(r session.Result) {
			mutex.Lock()
			defer mutex.Unlock()
			answered = append(answered, r.Replica)
			if len(r.Answers) != operations {
				t.Errorf("%s got %d answers, want %d", name, len(r.Answers), operations)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	submit("first", 1)
	if n := len(<-store.begun); n != 1 {
		t.Errorf("the first transaction holds %d pushes: it waited for more", n)
	}
	for i := range 40 {
		submit(fmt.Sprint("p", i), 20)
	}
	store.allow <- struct{}{}
	if n := len(<-store.begun); n != 25 {
		t.Errorf("the second transaction holds %d pushes of 20 operations, want 25 (500 operations)", n)
	}
	store.allow <- struct{}{}
	if n := len(<-store.begun); n != 15 {
		t.Errorf("the third transaction holds %d pushes, want the other 15", n)
	}
	stopped := make(chan struct{})
	go func() { c.Stop(); close(stopped) }()
	select {
	case <-stopped:
		t.Error("stopped while a transaction was under way")
	case store.allow <- struct{}{}:
	}
	<-stopped
	if len(answered) != 41 || answered[0] != "first" || answered[1] != "p0" || answered[40] != "p39" {
		t.Errorf("answered in the order %v", answered)
	}
	if err := c.Submit(pushOf("late", 1), nil); shared.FaultCode(err) != "server.stopping" {
		t.Errorf("submitting after the stop: %v", err)
	}
	if _, err := c.Commit(t.Context(), pushOf("late", 1)); shared.FaultCode(err) != "server.stopping" {
		t.Errorf("committing after the stop: %v", err)
	}
}

func TestL2_NothingIsAnsweredBeforeTheStoreHasIt(t *testing.T) {
	store := newGated()
	c := NewCommitter(store, nil)
	answers := make(chan session.Result, 2)
	for _, name := range []string{"one", "two"} {
		if err := c.Submit(pushOf(name, 1), func(r session.Result) { answers <- r }); err != nil {
			t.Fatal(err)
		}
		<-store.begun // the store works on it, and has not said so
		if len(answers) > 0 {
			t.Errorf("%s was answered before its transaction was durable", name)
		}
		store.allow <- struct{}{}
		if r := <-answers; r.Replica != name || len(r.Answers) != 1 {
			t.Errorf("%s was answered %+v", name, r)
		}
	}
	c.Stop()
}

func TestStopFinishesWhatWaits(t *testing.T) {
	store := newGated()
	c := NewCommitter(store, nil)
	answers := make(chan session.Result, 3)
	for range 3 {
		if err := c.Submit(pushOf("p", 1), func(r session.Result) { answers <- r }); err != nil {
			t.Fatal(err)
		}
	}
	go c.Stop()
	for left := 3; left > 0; {
		left -= len(<-store.begun)
		store.allow <- struct{}{}
	}
	for range 3 {
		<-answers
	}
	c.Stop()
}
