package numbering

import (
	"context"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"buxun/server/es256"
	"buxun/server/roster"
	"buxun/server/sqlite"
	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/session"
	"buxun/sync/wire"
)

type world struct {
	t         *testing.T
	ctx       context.Context
	directory string
	store     *sqlite.Store
	replica   *Replica
	clock     time.Time
	leader    *drive.Replica
}

func newWorld(t *testing.T) *world {
	// Half past seven in the morning of the 24th in Zhuzhou, the 23rd in UTC.
	w := &world{t: t, ctx: t.Context(), directory: t.TempDir(), clock: time.Date(2026, 11, 23, 23, 30, 0, 0, time.UTC)}
	w.store = w.open()
	w.must(w.store.PutSquads(w.ctx, []roster.Squad{{Code: "A", Name: "一中队"}, {Code: "B", Name: "二中队"}}))
	w.must(w.store.PutPeople(w.ctx, []sqlite.Person{{Login: "leader", Label: "中队长", Role: shared.RoleLeader, Squad: "A"}}))
	p, _, err := w.store.PersonByLogin(w.ctx, "leader")
	w.must(err)
	w.leader, err = drive.NewReplica(p.ID)
	w.must(err)
	key, err := base64.RawURLEncoding.DecodeString(w.leader.Key())
	w.must(err)
	w.must(w.store.Enrol(w.ctx, session.Replica{ID: w.leader.ID, Author: w.leader.Author, Key: key}))
	w.replica = w.openReplica(w.store)
	return w
}

func (w *world) open() *sqlite.Store {
	store, err := sqlite.Open(context.Background(), filepath.Join(w.directory, "buxun.db"), sqlite.Options{
		Now: w.now,
		Rules: func(string) session.Rules {
			return session.Rules{
				Workflow: shared.BuiltinWorkflow(), CategoryKnown: func(string) bool { return true }, Verify: es256.Verify,
				AnchorGiven: func(shared.Anchor) bool { return false }, Mac: func(string) string { return "mac" },
			}
		},
		OnChange: func(changed []session.Changed) {
			if w.replica != nil {
				w.replica.Notice(changed)
			}
		},
	})
	w.must(err)
	w.t.Cleanup(func() { _ = store.Close() })
	return store
}

func (w *world) openReplica(store *sqlite.Store) *Replica {
	r, err := Open(w.ctx, w.directory, Options{Store: store, Prefix: "430204", Now: w.now, Commit: commitTo(store)})
	w.must(err)
	return r
}

func commitTo(store *sqlite.Store) func(context.Context, session.Push) (session.Result, error) {
	return func(ctx context.Context, push session.Push) (session.Result, error) {
		results, _ := store.Commit(ctx, []session.Push{push})
		return results[0], nil
	}
}

func (w *world) now() time.Time { return w.clock }

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// file reports and files cases, and gives their ids.
func (w *world) file(count int) (ids []string) {
	w.t.Helper()
	for range count {
		id := drive.NewID()
		ids = append(ids, id)
		for _, action := range []shared.Action{shared.ActionReport, shared.ActionFile} {
			_, err := w.leader.Make(shared.Body{Case: id, Source: shared.SourceCollector, Action: action, Payload: shared.Payload{Category: "c", Description: "d"}})
			w.must(err)
		}
	}
	first := w.leader.Acked + 1
	w.leader.Acked = int64(len(w.leader.Made))
	for ; first <= w.leader.Acked; first += 20 {
		push, err := w.leader.Push(first, min(first+19, w.leader.Acked))
		w.must(err)
		results, _ := w.store.Commit(w.ctx, []session.Push{{Push: push, Received: w.clock.UnixMilli()}})
		for _, answer := range results[0].Answers {
			if answer.Outcome != shared.OutcomeApplied {
				w.t.Fatalf("answer is %+v", answer)
			}
		}
	}
	return ids
}

func (w *world) find(id string) shared.Case {
	w.t.Helper()
	c, ok, err := w.store.Case(w.ctx, session.Reader{Standing: shared.Standing{Role: shared.RoleServer}}, id)
	w.must(err)
	if !ok {
		w.t.Fatalf("no case %s", id)
	}
	return c
}

func (w *world) numbers(ids []string) (numbers []string) {
	for _, id := range ids {
		numbers = append(numbers, w.find(id).Number)
	}
	return numbers
}

func TestFiledCasesAreNumberedByDayAndOrder(t *testing.T) {
	w := newWorld(t)
	ids := w.file(2)
	w.must(w.replica.NumberAll(w.ctx))
	w.must(w.replica.NumberAll(w.ctx))
	if got := w.numbers(ids); !slices.Equal(got, []string{"430204-20261124-0001", "430204-20261124-0002"}) {
		t.Errorf("numbers are %v", got)
	}
	c := w.find(ids[0])
	last := c.Timeline[len(c.Timeline)-1]
	if last.Action != shared.ActionNumber || last.By != Author || last.Role != shared.RoleServer || len(last.Marks) != 0 || c.State != shared.StateFiled {
		t.Errorf("the timeline says %+v", last)
	}
	w.clock = w.clock.Add(24 * time.Hour)
	ids = w.file(1)
	w.must(w.replica.NumberAll(w.ctx))
	if got := w.numbers(ids); !slices.Equal(got, []string{"430204-20261125-0001"}) {
		t.Errorf("the next day's are %v", got)
	}
}

func TestNumbersGoOnAfterARestartAndPastFourDigits(t *testing.T) {
	w := newWorld(t)
	w.number(w.file(1)[0], "430204-20261124-9998")
	w.must(w.store.Close())
	w.store = w.open()
	w.replica = w.openReplica(w.store)
	ids := w.file(3)
	w.must(w.replica.NumberAll(w.ctx))
	if got := w.numbers(ids); !slices.Equal(got, []string{"430204-20261124-9999", "430204-20261124-10000", "430204-20261124-10001"}) {
		t.Errorf("numbers are %v", got)
	}
}

func (w *world) number(id, number string) {
	w.t.Helper()
	_, err := w.replica.make(w.ctx, []shared.Body{{Case: id, Action: shared.ActionNumber, Payload: shared.Payload{Number: number}}}, false)
	w.must(err)
}

func TestAtStartWhatWasFiledMeanwhileIsNumbered(t *testing.T) {
	w := newWorld(t)
	ids := w.file(45)
	ctx, cancel := context.WithCancel(w.ctx)
	done := make(chan struct{})
	numbered := make(chan struct{}, 100)
	commit := w.replica.Commit
	w.replica.Commit = func(ctx context.Context, push session.Push) (session.Result, error) {
		defer func() { numbered <- struct{}{} }()
		return commit(ctx, push)
	}
	go func() { w.replica.Run(ctx); close(done) }()
	for range 3 {
		<-numbered
	}
	more := w.file(1)
	<-numbered
	cancel()
	<-done
	got := w.numbers(append(ids, more...))
	slices.Sort(got)
	if len(slices.Compact(got)) != 46 || got[0] != "430204-20261124-0001" || got[45] != "430204-20261124-0046" {
		t.Errorf("numbers are %v", got)
	}
}

// What was merged between look and number takes none, and leaves no hole in the numbers.
func TestACaseThatIsNoneAnyMoreTakesNoNumber(t *testing.T) {
	w := newWorld(t)
	ids := w.file(3)
	commit, raced := w.replica.Commit, false
	w.replica.Commit = func(ctx context.Context, push session.Push) (session.Result, error) {
		if !raced {
			raced = true
			_, err := w.leader.Make(shared.Body{Case: ids[1], Source: shared.SourceCollector, Action: shared.ActionMerge, Payload: shared.Payload{Into: ids[0]}})
			w.must(err)
			merge, err := w.leader.Push(7, 7)
			w.must(err)
			results, _ := w.store.Commit(w.ctx, []session.Push{{Push: merge, Received: w.clock.UnixMilli()}})
			if answer := results[0].Answers[0]; answer.Outcome != shared.OutcomeApplied {
				t.Fatalf("the merger is answered %+v", answer)
			}
		}
		return commit(ctx, push)
	}
	w.must(w.replica.NumberAll(w.ctx))
	if got := w.numbers(ids); !slices.Equal(got, []string{"430204-20261124-0001", "", "430204-20261124-0002"}) {
		t.Errorf("numbers are %v", got)
	}
	if c := w.find(ids[1]); c.Timeline[len(c.Timeline)-1].Action != shared.ActionMerge {
		t.Errorf("the timeline ends with %+v", c.Timeline[len(c.Timeline)-1])
	}
}

// Cases that move on again and again do not keep the server busy for good: Run waits before it looks once more.
func TestLookingAgainEnds(t *testing.T) {
	w := newWorld(t)
	id := w.file(1)[0]
	commit, tries := w.replica.Commit, 0
	w.replica.Commit = func(context.Context, session.Push) (session.Result, error) {
		if tries++; tries > 10*looks {
			return session.Result{}, errors.New("it never ends")
		}
		return session.Result{Fault: &wire.Fault{Code: moved}}, nil
	}
	if err := w.replica.NumberAll(w.ctx); shared.FaultCode(err) != moved || tries != looks {
		t.Errorf("it tried %d times: %v", tries, err)
	}
	w.replica.Commit = commit
	w.must(w.replica.NumberAll(w.ctx))
	if got := w.numbers([]string{id}); !slices.Equal(got, []string{"430204-20261124-0001"}) {
		t.Errorf("then the numbers are %v", got)
	}
}

// The command line opens the same replica beside the server: both find the chain's end.
func TestTwoProcessesShareTheChain(t *testing.T) {
	w := newWorld(t)
	ids := w.file(3)
	other := w.open()
	beside := w.openReplica(other)
	if beside.id != w.replica.id {
		t.Fatalf("the replica is %s and %s", w.replica.id, beside.id)
	}
	commit, raced := w.replica.Commit, false
	w.replica.Commit = func(ctx context.Context, push session.Push) (session.Result, error) {
		if !raced {
			raced = true
			w.must(beside.Transfer(ctx, ids[2], "B"))
		}
		return commit(ctx, push)
	}
	w.must(w.replica.NumberAll(w.ctx))
	if got := w.numbers(ids); got[0] == "" || got[1] == "" || got[2] == "" {
		t.Errorf("numbers are %v", got)
	}
	if c := w.find(ids[2]); c.Squad != "B" {
		t.Errorf("the case is squad %s's", c.Squad)
	}
}

func TestTransfersThatCannotBe(t *testing.T) {
	w := newWorld(t)
	id := w.file(1)[0]
	if err := w.replica.Transfer(w.ctx, drive.NewID(), "B"); shared.FaultCode(err) != "request.notFound" {
		t.Errorf("no such case: %v", err)
	}
	if err := w.replica.Transfer(w.ctx, id, "C"); shared.FaultCode(err) != "request.notFound" {
		t.Errorf("no such squad: %v", err)
	}
}

func TestTheKeyIsTheOwnersAlone(t *testing.T) {
	w := newWorld(t)
	path := filepath.Join(w.directory, KeyFile)
	info, err := os.Stat(path)
	w.must(err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %v", info.Mode())
	}
	w.must(os.WriteFile(path, []byte("{}"), 0o600))
	if _, err := Open(w.ctx, w.directory, w.replica.Options); err == nil || !strings.Contains(err.Error(), KeyFile) {
		t.Errorf("a spoilt key file: %v", err)
	}
}

func TestNobodyElseNumbersACase(t *testing.T) {
	w := newWorld(t)
	id := w.file(1)[0]
	_, err := w.leader.Make(shared.Body{Case: id, Source: shared.SourceCollector, Action: shared.ActionNumber, Payload: shared.Payload{Number: "1"}, Seen: 2})
	w.must(err)
	push, err := w.leader.Push(3, 3)
	w.must(err)
	results, _ := w.store.Commit(w.ctx, []session.Push{{Push: push, Received: w.clock.UnixMilli()}})
	if a := results[0].Answers[0]; a.Fault != "operation.notPermitted" {
		t.Errorf("the leader's number was answered %+v", a)
	}
}
