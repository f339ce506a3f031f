package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

func peopled() *memory {
	return newMemory("", []person{{ID: "p1", Role: "collector", Squad: "A"}, {ID: "p2", Role: "collector", Squad: "B"}})
}

func replica(n int) string { return fmt.Sprintf("018f0000-0000-7000-8000-%012x", n) }

// reported is a push of one report by a replica that is enrolled for the person.
func reported(m *memory, n int, by string) session.Push {
	id := replica(n)
	m.enrol(id, by, "key")
	body := shared.Body{
		V: 1, Replica: id, Counter: 1, Case: replica(1000 + n), Author: shared.Author{Kind: shared.AuthorPerson, ID: by},
		Source: shared.SourceCollector, Action: shared.ActionReport, Payload: shared.Payload{Category: "sim|matter|01", Description: "x"},
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	signature := mac("key", shared.SignedText(shared.HashText(string(text))))
	return session.Push{Push: wire.Push{Replica: id, First: 1, Oldest: 1, Operations: []string{string(text)}, Signature: signature}, Received: 5}
}

func TestR26_APoisonPushFailsAlone(t *testing.T) {
	m := peopled()
	pushes := []session.Push{reported(m, 1, "p1"), reported(m, 2, "p1"), reported(m, 3, "p2")}
	m.poison = replica(2)
	results, changed := m.Commit(context.Background(), pushes)
	if len(changed) != 2 || len(results) != 3 || results[1].Fault == nil || results[1].Fault.Code != "internal" || len(results[1].Answers) > 0 {
		t.Fatalf("changed %d, results %+v", len(changed), results)
	}
	for _, i := range []int{0, 2} {
		if results[i].Fault != nil || len(results[i].Answers) != 1 {
			t.Errorf("the neighbour %d got %+v", i, results[i])
		}
	}
	m.poison = ""
	if results, _ = m.Commit(context.Background(), pushes[1:2]); results[0].Fault != nil {
		t.Errorf("later it got %+v", results[0])
	}
}

func TestR15_WhatAPhoneSaysItMadeIsNoted(t *testing.T) {
	m := peopled()
	m.enrol(replica(1), "p1", "key")
	for _, last := range []int64{17, 3} {
		known, err := m.Known(context.Background(), []wire.Holding{{Replica: replica(1), Oldest: 1, Last: last}})
		if err != nil || len(known) != 1 || known[0].Counter != 0 {
			t.Fatalf("known %+v, %v", known, err)
		}
	}
	if made := m.dump().Made[replica(1)]; made != 17 {
		t.Errorf("noted %d, want 17", made)
	}
}

func TestL10_APageHoldsTheScopeOnly(t *testing.T) {
	m := peopled()
	m.Commit(context.Background(), []session.Push{reported(m, 1, "p1"), reported(m, 2, "p2")})
	for person, want := range map[string]string{"p1": replica(1001), "p2": replica(1002)} {
		page, err := m.Page(context.Background(), m.reader(person), 0, 10)
		if err != nil || len(page.Cases) != 1 || page.Cases[0].ID != want || page.More {
			t.Errorf("%s: %+v, %v", person, page, err)
		}
	}
}

func TestOneRequestOneAnswer(t *testing.T) {
	var out strings.Builder
	in := strings.Join([]string{
		`{"op":"reset","people":[{"id":"p1","role":"leader","squad":"A"}]}`,
		`{"op":"open","conn":1,"person":"p1","now":5}`,
		`{"op":"frame","conn":1,"now":6,"text":"{\"t\":\"hello\",\"v\":1,\"app\":\"\",\"replicas\":[]}"}`,
		`{"op":"work","conn":1,"work":1,"now":7}`,
		`{"op":"nonsense"}`,
	}, "\n") + "\n"
	if err := serve(strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 5 || lines[0] != "{}" || !strings.Contains(lines[3], `\"t\":\"welcome\"`) || !strings.Contains(lines[4], "unknown op") {
		t.Errorf("answers:\n%s", out.String())
	}
}

// What was done already is not owed any more.
func TestTheServerOwesWhatTheCasesSay(t *testing.T) {
	m := peopled()
	m.now = 100
	m.cases["filed"] = held{shared.Case{ID: "filed", State: shared.StateFiled}, 1}
	m.cases["known"] = held{shared.Case{ID: "known", State: shared.StateFiled, Number: "1", Duplicates: []string{"merged", "apart"}}, 2}
	m.cases["merged"] = held{shared.Case{ID: "merged", State: shared.StateMerged, Into: "known"}, 3}
	m.cases["apart"] = held{shared.Case{ID: "apart", State: shared.StateReported}, 4}
	m.cases["due"] = held{shared.Case{ID: "due", State: shared.StateSuspended, Number: "2", Until: 99}, 5}
	m.cases["later"] = held{shared.Case{ID: "later", State: shared.StateSuspended, Number: "3", Until: 101}, 6}
	var got []string
	for _, d := range m.owed() {
		got = append(got, d.Case+" "+string(d.Action))
	}
	if want := "due resume, filed number, known release"; strings.Join(got, ", ") != want {
		t.Errorf("owed %q, want %s", got, want)
	}
}
