package handover_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"buxun/server/handover"
	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// chains is a desk that takes each replica's operations in order, as the writer does.
type chains struct {
	*desk
	taken map[string][]string
}

func newChains(t testing.TB, replicas ...*drive.Replica) *chains {
	c := &chains{newDesk(t, replicas...), map[string][]string{}}
	c.Replica = func(_ context.Context, id string) (session.Replica, bool, error) {
		r, ok := c.known[id]
		r.Counter = int64(len(c.taken[id]))
		return r, ok, nil
	}
	c.Commit = func(_ context.Context, p session.Push) (session.Result, error) {
		held := int64(len(c.taken[p.Replica]))
		switch {
		case p.First > held+1:
			return session.Result{Fault: &wire.Fault{Code: "push.chain"}}, nil
		case p.First == held+1:
			c.taken[p.Replica] = append(c.taken[p.Replica], p.Operations[0])
		}
		return session.Result{Answers: []wire.Answer{{Counter: p.First, Outcome: shared.OutcomeApplied}}}, nil
	}
	c.Photo = func(context.Context, wire.HandoverFile, io.Reader) (bool, error) { return true, nil }
	return c
}

func (c *chains) spool(t testing.TB, data string) *handover.Spool {
	t.Helper()
	s, err := handover.NewSpool(data, &c.Centre)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func bring(t testing.TB, s *handover.Spool, courier string, file []byte) handover.Outcome {
	t.Helper()
	_, outcome, err := s.Take(t.Context(), courier, drive.NewID(), handover.Slice{Whole: int64(len(file)), Bytes: bytes.NewReader(file)})
	if err != nil {
		t.Fatal(err)
	}
	return *outcome
}

// One case and five edits, each in a file of its own, in all 720 orders, some brought twice, the server started anew in between:
// what is early is parked, and the chain is the same in the end. No clock moves.
func TestAsk9_R48_PartsInAllOrdersGiveOneChain(t *testing.T) {
	r, err := drive.NewReplica(drive.NewID())
	must(t, nil, err)
	for n := range 6 {
		_, err := r.Make(shared.Body{Case: drive.NewID(), Action: shared.ActionComment, Payload: shared.Payload{Words: fmt.Sprint(n)}})
		must(t, nil, err)
	}
	c, data, chance, courier := newChains(t, r), t.TempDir(), rand.New(rand.NewPCG(9, 9)), drive.NewID()
	var parts [][]byte
	for n := int64(1); n <= 6; n++ {
		part, err := drive.Handover(c.Key.Public(), r, n, n)
		parts = append(parts, must(t, part, err))
	}
	s := c.spool(t, data)
	permute([]int{0, 1, 2, 3, 4, 5}, 0, func(order []int) {
		c.taken = map[string][]string{}
		for at, n := range order {
			got := bring(t, s, courier, parts[n])
			if early := got.Records.Waiting == 1; early != got.Parked || early == (len(c.taken[r.ID]) > n) {
				t.Fatalf("order %v: part %d: %+v with %d taken", order, n+1, got, len(c.taken[r.ID]))
			}
			if chance.IntN(3) == 0 {
				bring(t, s, courier, parts[order[chance.IntN(at+1)]])
			}
			if chance.IntN(20) == 0 {
				s = c.spool(t, data)
			}
			must(t, nil, s.Retry(t.Context()))
		}
		if !slices.Equal(c.taken[r.ID], r.Made) {
			t.Fatalf("order %v gives %d of 6", order, len(c.taken[r.ID]))
		}
	})
	if left, err := os.ReadDir(filepath.Join(data, "handovers", "parked")); err != nil || len(left) > 0 {
		t.Errorf("%v: %v is still parked", err, left)
	}
}

// What has no room is not kept, and the courier is told.
func TestR48_ParkedFilesAreBounded(t *testing.T) {
	r := made(t)
	for range 10 {
		_, err := r.Make(shared.Body{Case: drive.NewID(), Action: shared.ActionComment})
		must(t, nil, err)
	}
	c := newChains(t, r)
	s, courier := c.spool(t, t.TempDir()), drive.NewID()
	kept := 0
	for n := int64(2); n <= 12; n++ {
		part, err := drive.Handover(c.Key.Public(), r, n, n)
		if bring(t, s, courier, must(t, part, err)).Parked {
			kept++
		}
	}
	if kept != 8 {
		t.Errorf("%d files of one phone are parked", kept)
	}
}

func permute(list []int, from int, each func([]int)) {
	if from == len(list) {
		each(list)
		return
	}
	for i := from; i < len(list); i++ {
		list[from], list[i] = list[i], list[from]
		permute(list, from+1, each)
		list[from], list[i] = list[i], list[from]
	}
}
