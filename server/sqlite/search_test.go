package sqlite

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/wire"
)

func (p *phone) describe(description, address string) string {
	id := drive.NewID()
	p.make(shared.Body{Case: id, Action: shared.ActionReport, Payload: shared.Payload{Category: category, Description: description, Address: address}})
	return id
}

// find gives the places, in a list of ids, of the cases that are found.
func (w *world) find(login, query string, ids ...string) string {
	w.t.Helper()
	cases, _, err := w.Search(w.ctx, w.reader(login), query, 0, 1000)
	w.must(err)
	var at []string
	for _, c := range cases {
		at = append(at, fmt.Sprint(slices.Index(ids, c.ID)))
	}
	slices.Sort(at)
	return strings.Join(at, " ")
}

func TestRunsBecomePairs(t *testing.T) {
	for text, want := range map[string]string{
		"井盖坏了": "井盖 盖坏 坏了 了", "建设路3号": "建设 设路 路 3 号", "ＢＸ-2026 Road": "bx ꙮ 2026 ꙮ road", "路": "路", "，。 —": "", "井盖 坏": "井盖 盖 ꙮ 坏",
	} {
		if got := searchTokens(text); got != want {
			t.Errorf("%q is indexed as %q, want %q", text, got, want)
		}
	}
}

func TestSearchFindsWordsOfTwoCharacters(t *testing.T) {
	w := newWorld(t)
	p := w.phone("a-one")
	ids := []string{
		p.describe("狗屋坏了，请小心", "建设路3号"), p.describe("路灯不亮", "建设南路ABC楼"), p.describe("屋板松动，狗边有水", "花果山"),
	}
	p.send()
	p.make(shared.Body{Case: ids[1], Action: shared.ActionComment, Payload: shared.Payload{Words: "电工已到"}})
	p.send()
	short := w.caseOf(ids[2]).Short
	for query, want := range map[string]string{
		"狗屋": "0", "屋坏": "0", "坏了": "0", "路灯": "1", "建设": "0 1", "建设路": "0", "3号": "0", "建设路3": "0", "abc": "1", "abc楼": "1", "ＡＢＣ楼": "1", "电工": "1",
		"狗": "0 2", "亮": "1", "有水": "2", "建设 电工": "1", "建设 花果": "", "不在": "", "果山": "2", "花山": "", `"狗屋" OR *`: "", "坏了请": "",
		short: "2", strings.ToLower(short): "2", "!!": "", "": "", "told : 狗": "",
	} {
		if got := w.find("a-leader", query, ids...); got != want {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
	p.make(shared.Body{Case: ids[0], Action: shared.ActionAmend, Payload: shared.Payload{Changes: []shared.Change{{Field: shared.FieldDescription, From: "狗屋坏了，请小心", To: "水沟堵了"}}}, Seen: 1})
	p.send()
	if got := w.find("a-leader", "狗屋", ids...) + "|" + w.find("a-leader", "水沟", ids...); got != "|0" {
		t.Errorf("after it was amended: %q", got)
	}
}

// What is found is what contains the word, for whatever texts and words.
func TestSearchFindsWhatContainsIt(t *testing.T) {
	w, chance := newWorld(t), rand.New(rand.NewPCG(5, 5))
	p := w.phone("a-one")
	letters := []rune("甲乙丙丁戊ab1，")
	text := func(n int) string {
		var made []rune
		for range n {
			made = append(made, letters[chance.IntN(len(letters))])
		}
		return string(made)
	}
	var ids, texts []string
	for range 150 {
		one := "甲" + text(1+chance.IntN(7))
		ids, texts = append(ids, p.describe(one, "")), append(texts, one)
		if len(ids)%15 == 0 {
			p.send()
		}
	}
	for range 400 {
		word := strings.ReplaceAll(text(1+chance.IntN(4)), "，", "")
		if word == "" || strings.ContainsAny(word[:1], "ab1") { // letters and digits count from the beginning of a run
			continue
		}
		var want []string
		for at, one := range texts {
			if strings.Contains(one, word) {
				want = append(want, fmt.Sprint(at))
			}
		}
		slices.Sort(want)
		if got := w.find("a-one", word, ids...); got != strings.Join(want, " ") {
			t.Fatalf("%q finds %s, want %v", word, got, want)
		}
	}
}

func TestL10_SearchFindsOnlyWhatIsTold(t *testing.T) {
	w := newWorld(t)
	w.must(w.PutUnits(w.ctx, []Unit{{Code: "env", Name: "环卫处"}, {Code: "works", Name: "市政处"}}))
	w.must(w.PutPeople(w.ctx, []Person{{Login: "env-one", Label: "环卫", Role: shared.RoleUnit, Unit: "env"}, {Login: "works-one", Label: "市政", Role: shared.RoleUnit, Unit: "works"}}))
	people, err := w.People(w.ctx)
	w.must(err)
	for _, one := range people {
		w.ids[one.Login] = one.ID
	}
	p, leader := w.phone("a-one"), w.phone("a-leader")
	id := p.describe("渣土洒了", "建设路")
	p.make(shared.Body{Case: id, Action: shared.ActionComment, Payload: shared.Payload{Words: "司机骂人"}})
	p.send()
	for _, b := range []shared.Body{{Action: shared.ActionFile}, {Action: shared.ActionDispatch, Payload: shared.Payload{Unit: "env"}}} {
		b.Case, b.Seen = id, w.caseOf(id).Revision
		leader.make(b)
		if a := leader.send()[0]; a.Outcome != shared.OutcomeApplied {
			t.Fatalf("%s: %+v", b.Action, a)
		}
	}
	for login, want := range map[string]string{"a-one": "0|0", "a-two": "0|0", "a-leader": "0|0", "admin": "0|0", "b-one": "|", "b-leader": "|", "env-one": "0|", "works-one": "|"} {
		if got := w.find(login, "渣土", id) + "|" + w.find(login, "骂人", id); got != want {
			t.Errorf("%s finds %q, want %q", login, got, want)
		}
	}
	cases, _, err := w.Search(w.ctx, w.reader("env-one"), "渣土", 0, 1)
	if w.must(err); cases[0].Reporter.ID != "" || len(cases[0].Timeline) != 3 {
		t.Errorf("the unit is told %+v", cases[0])
	}
}

func TestSearchGoesThroughPagesAndFindsWhatNoPhoneKeeps(t *testing.T) {
	w := newWorld(t)
	p, leader := w.phone("a-one"), w.phone("a-leader")
	var ids []string
	for n := range 25 {
		ids = append(ids, p.describe(fmt.Sprintf("第%d处井盖", n), ""))
		p.send()
	}
	leader.make(shared.Body{Case: ids[0], Action: shared.ActionReject, Payload: shared.Payload{Reason: "重复"}, Seen: 1})
	leader.send()
	w.clock += (wire.KeepDays + 1) * dayMs
	if held, _, _ := w.pull("a-one", 0); slices.Contains(held, ids[0]) {
		t.Error("a phone still keeps it")
	}
	if got := w.find("a-one", "第0处", ids...); got != "0" {
		t.Errorf("it is not found: %q", got)
	}
	var found []string
	for before := int64(0); ; {
		cases, next, err := w.Search(w.ctx, w.reader("a-one"), "井盖", before, 10)
		w.must(err)
		for _, c := range cases {
			found = append(found, c.ID)
		}
		if before = next; next == 0 {
			break
		}
	}
	want := append(slices.Clone(ids[1:]), ids[0])
	slices.Reverse(want)
	if !slices.Equal(found, want) {
		t.Errorf("%d found in their order, want %d", len(found), len(want))
	}
}

func (w *world) caseOf(id string) shared.Case {
	w.t.Helper()
	c, _, err := w.Case(w.ctx, w.reader("admin"), id)
	w.must(err)
	return c
}
