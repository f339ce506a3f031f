package sqlite

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"buxun/shared"
	"buxun/sync/session"
)

// One case and five edits of it, each in a part of its own, come in all 720 orders, with repeats, as couriers bring them: a part
// that is too early consumes nothing and is brought again. However they come, the case is the same in the end; no clock moves.
func TestAsk9_L3_AChainInAllOrdersGivesOneCase(t *testing.T) {
	w := newWorld(t)
	var orders [][]int64
	permute([]int64{1, 2, 3, 4, 5, 6}, 0, func(order []int64) { orders = append(orders, slices.Clone(order)) })
	chains := make([]*phone, len(orders))
	for i := range chains {
		chains[i] = w.phone("a-one")
		id := chains[i].report()
		for _, b := range []shared.Body{
			{Action: shared.ActionAmend, Payload: shared.Payload{Changes: []shared.Change{{Field: shared.FieldDescription, From: "井盖破损 <&>", To: "井盖不见了"}}}},
			{Action: shared.ActionComment, Payload: shared.Payload{Words: "有孩子在旁边"}},
			{Action: shared.ActionAmend, Payload: shared.Payload{Changes: []shared.Change{{Field: shared.FieldAddress, From: "", To: "清水塘路 7 号"}}}},
			{Action: shared.ActionAttach, Photos: []shared.Photo{photo("one more")}},
			{Action: shared.ActionAmend, Payload: shared.Payload{Changes: []shared.Change{{Field: shared.FieldDescription, From: "井盖不见了", To: "井盖不见了，已围起来"}}}},
		} {
			b.Case, b.Seen = id, 1
			chains[i].make(b)
		}
	}
	taken := make([]int64, len(orders))
	for range 6 {
		for place := range 6 {
			var pushes []session.Push
			for i, order := range orders {
				pushes = append(pushes, chains[i].push(order[place], order[place]))
			}
			results, _ := w.Commit(w.ctx, pushes)
			for i, result := range results {
				at := orders[i][place]
				early := at > taken[i]+1
				if early != (result.Fault != nil) || early && result.Fault.Code != "push.chain" {
					t.Fatalf("order %v: part %d behind %d is answered %+v", orders[i], at, taken[i], result.Fault)
				}
				if !early {
					taken[i] = max(taken[i], at)
				}
			}
		}
	}
	var first string
	for i, chain := range chains {
		body, err := shared.ParseBody(chain.Made[0])
		w.must(err)
		c, ok, err := w.Case(w.ctx, w.reader("a-leader"), body.Case)
		if err != nil || !ok {
			t.Fatalf("order %v: no case, %v", orders[i], err)
		}
		text, err := json.Marshal(c)
		w.must(err)
		got := strings.NewReplacer(c.ID, "case", c.Short, "short", chain.ID, "replica").Replace(string(text))
		if i == 0 {
			first = got
			if c.Revision != 6 || c.Description != "井盖不见了，已围起来" || len(c.Photos) != 1 || len(c.Conflicts) != 0 {
				t.Fatalf("the case is %+v", c)
			}
		}
		if got != first {
			t.Fatalf("order %v gives\n%s\norder %v gives\n%s", orders[i], got, orders[0], first)
		}
	}
}

func permute(list []int64, from int, each func([]int64)) {
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
