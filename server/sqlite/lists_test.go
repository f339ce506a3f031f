package sqlite

import (
	"slices"
	"strings"
	"testing"

	"buxun/shared"
)

func TestListsKeepToTheirFilterAndOrder(t *testing.T) {
	w := newWorld(t)
	a, b, leader := w.phone("a-one"), w.phone("b-one"), w.phone("a-leader")
	filed, kept, foreign := a.report(), a.report(), b.report()
	a.send()
	b.send()
	leader.make(shared.Body{Case: filed, Action: shared.ActionFile, Seen: 1})
	leader.send()
	for _, one := range []struct {
		f    Filter
		want []string
	}{
		{Filter{}, []string{filed, foreign, kept}},
		{Filter{Squad: "A"}, []string{filed, kept}},
		{Filter{State: shared.StateReported}, []string{foreign, kept}},
		{Filter{Squad: "A", State: shared.StateReported}, []string{kept}},
		{Filter{Squad: "A", State: shared.StateClosed}, nil},
		{Filter{Limit: 2}, []string{filed, foreign}},
	} {
		list, err := w.Cases(w.ctx, one.f)
		w.must(err)
		var got []string
		for _, c := range list {
			got = append(got, c.ID)
		}
		if !slices.Equal(got, one.want) {
			t.Errorf("%+v lists %v, want %v", one.f, got, one.want)
		}
	}
}

// A list of a million cases costs its own length: each filter runs along an index in order, and sorts nothing.
func TestListsRunAlongAnIndex(t *testing.T) {
	w := newWorld(t)
	for text, index := range map[string]string{
		`squad = 'A' AND +state = 'filed'`: "cases_of_squad", `squad = 'A'`: "cases_of_squad", `state = 'filed'`: "cases_of_state", `1`: "cases_by_seq",
	} {
		rows, err := w.reading.Query(`EXPLAIN QUERY PLAN SELECT doc FROM cases WHERE ` + text + ` ORDER BY seq DESC LIMIT 50`)
		w.must(err)
		plan, err := collect(rows, func(scan func(...any) error) (line string, err error) {
			var skip int
			err = scan(&skip, &skip, &skip, &line)
			return line, err
		})
		w.must(err)
		if all := strings.Join(plan, "; "); !strings.Contains(all, index) || strings.Contains(all, "TEMP B-TREE") {
			t.Errorf("%s: %s", text, all)
		}
	}
}
