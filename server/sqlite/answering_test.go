package sqlite

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"buxun/server/roster"
	"buxun/shared"
)

// answers are the areas with those who answer for each, and the trail of the first.
func (w *world) answers() string {
	w.t.Helper()
	areas, err := w.AreasKept(w.ctx)
	w.must(err)
	var all []string
	for _, a := range areas {
		all = append(all, a.Code+":"+strings.Join(a.Collectors, "+"))
	}
	return strings.Join(all, " ")
}

// L10: who answers is told to who sends, of the own squad.
func TestL10_WhoAnswersForAnAreaIsACollectorOfItsSquad(t *testing.T) {
	w := newWorld(t)
	ring := [][2]float64{{113.1, 27.8}, {113.2, 27.8}, {113.2, 27.9}, {113.1, 27.8}}
	area := func(code, squad string, collectors ...string) roster.Area {
		return roster.Area{Code: code, Name: code, Squad: squad, Kind: roster.KindDutyGrid, Ring: ring, Collectors: collectors}
	}
	is := func(what, want string) {
		t.Helper()
		if got := w.answers(); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	w.must(w.PutAreas(w.ctx, []roster.Area{area("one", "A", "a-one", "a-two", "a-leader", "b-one", "nobody"), area("two", "A", "a-one")}))
	is("others are left out", "one:a-one+a-two two:a-one")
	before, err := w.AreasKept(w.ctx)
	w.must(err)
	w.must(w.PutAreas(w.ctx, []roster.Area{area("one", "A"), area("two", "A", "a-one")}))
	is("a file that does not say", "one:a-one+a-two two:a-one")
	if after, err := w.AreasKept(w.ctx); err != nil || fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("what is the same was written: %v, %v", after, err)
	}
	w.must(w.PutAreas(w.ctx, []roster.Area{{Code: "one", Name: "one", Squad: "A", Kind: roster.KindDutyGrid, Ring: ring, Collectors: []string{}}}))
	is("nobody", "one: two:a-one")
	if after, err := w.AreasKept(w.ctx); err != nil || after[0].Revision <= before[0].Revision {
		t.Errorf("who answers changed, and the revision is %d: %v", after[0].Revision, err)
	}
	w.must(w.PutAreas(w.ctx, []roster.Area{area("one", "A", "a-one", "a-two")}))
	for login, want := range map[string]int{"a-leader": 2, "b-leader": 0, "a-one": 0, "admin": 0} {
		if d, err := w.Directory(w.ctx, w.reader(login)); err != nil || len(d.Answering) != want || len(d.Areas) > 0 && d.Areas[0].Collectors != nil {
			t.Errorf("%s is told that %v answer for areas: %v", login, d.Answering, err)
		}
	}
	w.must(w.Disable(w.ctx, "a-two"))
	is("who is disabled may come back", "one:a-one+a-two two:a-one")
	w.must(w.PutPeople(w.ctx, []Person{{Login: "a-one", Label: "采集员A-1", Role: shared.RoleCollector, Squad: "B"}}))
	is("who moved has left", "one:a-two two:")
	w.must(w.PutAreas(w.ctx, []roster.Area{area("one", "B")}))
	is("the area moved", "one: two:")
	w.must(w.Change(w.ctx, func(ctx context.Context, c *Change) error { return c.DropArea(ctx, "one") }))
	is("an area that is gone", "two:")
	rows, err := w.Audit(w.ctx, "area one")
	w.must(err)
	var said []string
	for _, row := range rows {
		if row.What == "answering" {
			said = append(said, row.Detail)
		}
	}
	want := []string{`collectors="a-one a-two" was=""`, `collectors="" was="a-one a-two"`, `collectors="a-one a-two" was=""`, `left=a-one role=collector squad=B`, `collectors="" was="a-two"`}
	if strings.Join(said, "\n") != strings.Join(want, "\n") {
		t.Errorf("the trail says\n%s", strings.Join(said, "\n"))
	}
}
