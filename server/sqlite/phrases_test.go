package sqlite

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"buxun/shared"
)

func TestL10_ASquadKeepsItsOwnPhrases(t *testing.T) {
	w := newWorld(t)
	mine, theirs := []string{"照片看不清", "位置不清楚"}, []string{"缺全景"}
	w.must(w.PutPhrases(w.ctx, w.reader("a-leader"), "", shared.PhraseReturn, mine, nil))
	w.must(w.PutPhrases(w.ctx, w.reader("admin"), "B", shared.PhraseReturn, theirs, nil))
	for _, row := range []struct {
		as, squad, fault string
		want             []string
	}{
		{"a-leader", "", "", mine}, {"a-one", "", "", mine}, {"a-one", "A", "", mine}, {"b-one", "", "", theirs},
		{"admin", "A", "", mine}, {"admin", "B", "", theirs}, {"admin", "", "", nil},
		{"a-leader", "B", "request.notPermitted", nil}, {"a-one", "B", "request.notPermitted", nil},
		{"a-one", "C", "request.notPermitted", nil}, {"admin", "C", "request.notFound", nil},
	} {
		got, err := w.Phrases(w.ctx, w.reader(row.as), row.squad)
		if shared.FaultCode(err) != row.fault || !slices.Equal(got.Kinds[shared.PhraseReturn], row.want) {
			t.Errorf("%s reads those of %q: %+v, %v", row.as, row.squad, got, err)
		}
	}
	for _, row := range []struct{ as, squad, fault string }{
		{"a-one", "", "request.notPermitted"}, {"a-leader", "B", "request.notPermitted"}, {"a-leader", "C", "request.notPermitted"},
		{"admin", "", "request.malformed"}, {"admin", "C", "request.notFound"},
	} {
		err := w.PutPhrases(w.ctx, w.reader(row.as), row.squad, shared.PhraseReturn, []string{"不许"}, nil)
		if shared.FaultCode(err) != row.fault {
			t.Errorf("%s puts those of %q: %v", row.as, row.squad, err)
		}
	}
	if n := counts(t, w, `SELECT count(*) FROM phrases WHERE text = '不许'`); n != 0 {
		t.Errorf("%d phrases were put by those who may not", n)
	}
}

func TestPhrasesKeepTheirOrderAndVersion(t *testing.T) {
	w := newWorld(t)
	leader := w.reader("a-leader")
	read := func() Phrases {
		got, err := w.Phrases(w.ctx, leader, "")
		w.must(err)
		return got
	}
	none := read()
	put := func(texts ...string) { w.must(w.PutPhrases(w.ctx, leader, "", shared.PhraseReject, texts, nil)) }
	put("丙", "甲", "乙")
	first := read()
	if !reflect.DeepEqual(first.Kinds, map[shared.PhraseKind][]string{shared.PhraseReject: {"丙", "甲", "乙"}}) || first.Version == none.Version {
		t.Errorf("kept %+v, before %+v", first, none)
	}
	put("丙", "甲", "乙")
	put("甲", "丙")
	w.reopen()
	if second := read(); !slices.Equal(second.Kinds[shared.PhraseReject], []string{"甲", "丙"}) || second.Version == first.Version {
		t.Errorf("kept %+v", second)
	}
	put()
	if last := read(); len(last.Kinds) != 0 || last.Version != none.Version {
		t.Errorf("none left %+v", last)
	}
	trail, err := w.Audit(w.ctx, "squad A")
	if w.must(err); len(trail) != 4 || trail[0].What != "created" || !strings.Contains(trail[3].Detail, "count=0 by="+w.ids["a-leader"]) {
		t.Errorf("trail is %+v: what changed nothing is no deed", trail)
	}
}

func TestPhrasesThatChangedMeanwhileAreNotOverwritten(t *testing.T) {
	w := newWorld(t)
	leader, admin := w.reader("a-leader"), w.reader("admin")
	w.must(w.PutPhrases(w.ctx, leader, "", shared.PhraseReturn, []string{"甲"}, []string{}))
	err := w.PutPhrases(w.ctx, admin, "A", shared.PhraseReturn, []string{"乙"}, []string{})
	if shared.FaultCode(err) != "phrases.changed" {
		t.Errorf("who saw none overwrites one: %v", err)
	}
	w.must(w.PutPhrases(w.ctx, admin, "A", shared.PhraseReturn, []string{"甲", "乙"}, []string{"甲"}))
	got, err := w.Phrases(w.ctx, leader, "")
	if w.must(err); !slices.Equal(got.Kinds[shared.PhraseReturn], []string{"甲", "乙"}) {
		t.Errorf("kept %v", got.Kinds)
	}
}

func TestStrangePhrasesAreRefusedAndChangeNothing(t *testing.T) {
	w := newWorld(t)
	leader := w.reader("a-leader")
	w.must(w.PutPhrases(w.ctx, leader, "", shared.PhraseReturn, []string{"甲"}, nil))
	for want, texts := range map[string][]string{
		"phrases.malformed": {"乙", "乙"}, "request.notFound": {"乙"},
	} {
		kind := shared.PhraseReturn
		if want == "request.notFound" {
			kind = "nonsense"
		}
		if err := w.PutPhrases(w.ctx, leader, "", kind, texts, nil); shared.FaultCode(err) != want {
			t.Errorf("%v of %s: %v", texts, kind, err)
		}
	}
	// A failure in the middle leaves what was kept.
	err := w.write(w.ctx, func(ctx context.Context, in *writer) error {
		w.must(in.putPhrases(ctx, "A", shared.PhraseReturn, []string{"丙"}, nil, w.clock, ""))
		return fmt.Errorf("the disk is full")
	})
	got, readErr := w.Phrases(w.ctx, leader, "")
	if w.must(readErr); err == nil || !slices.Equal(got.Kinds[shared.PhraseReturn], []string{"甲"}) {
		t.Errorf("kept %v, %v", got.Kinds, err)
	}
}

func TestL10_UnitsAreToldTheSentencesForTheirOwnStepsAndNoOthers(t *testing.T) {
	w := newWorld(t)
	w.must(w.PutUnits(w.ctx, []Unit{{Code: "env", Name: "环卫处"}}))
	w.must(w.PutPeople(w.ctx, []Person{{Login: "worker", Label: "环卫一", Role: shared.RoleUnit, Unit: "env"}}))
	people, err := w.People(w.ctx)
	w.must(err)
	for _, p := range people {
		w.ids[p.Login] = p.ID
	}
	keep := func(as string, kind shared.PhraseKind, texts ...string) {
		w.must(w.PutPhrases(w.ctx, w.reader(as), "", kind, texts, nil))
	}
	keep("a-leader", shared.PhraseHandBack, "不归我们", "地界不对")
	keep("b-leader", shared.PhraseHandBack, "地界不对", "已经修过")
	keep("a-leader", shared.PhraseReturn, "照片不清")
	keep("a-leader", shared.PhraseSupervise, "今天办完")
	got, err := w.Phrases(w.ctx, w.reader("worker"), "")
	w.must(err)
	want := map[shared.PhraseKind][]string{shared.PhraseHandBack: {"不归我们", "地界不对", "已经修过"}}
	if !reflect.DeepEqual(got.Kinds, want) {
		t.Errorf("the unit is told %v", got.Kinds)
	}
	if got, _ := w.Phrases(w.ctx, w.reader("a-one"), ""); len(got.Kinds) != 3 {
		t.Errorf("the squad keeps %v", got.Kinds)
	}
}
