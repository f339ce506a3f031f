package main

import (
	"slices"
	"sync"
	"testing"
	"time"

	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/wire"
)

// The short form of bench/herd.go: sixty phones come back at once with twenty records each. All of it is acknowledged, nobody
// waits out of measure, it stands on the leader's screen as it comes, and a fresh replica reads each record once.
func TestL2_L3_AHerdComesBackAtOnce(t *testing.T) {
	const phonesEach, records, starved = 20, 20, 8
	server := start(t, demoData(t))
	leader, ofLeader := enrolled(t, server.URL(), "l6")
	screen := greeted(t, leader, ofLeader)
	_, _, _, err := screen.Pull()
	must(t, err)

	type phone struct {
		*drive.Replica
		line *drive.Wire
	}
	var phones []phone
	cases := map[string]bool{}
	for _, login := range []string{"c601", "c602", "c603"} {
		c := signedIn(t, server.URL(), login)
		for range phonesEach {
			r, err := drive.NewReplica(c.Who.Person.ID)
			must(t, err)
			must(t, c.Enrol(t.Context(), r))
			for range records {
				id, _ := report(t, r, nil)
				cases[id] = true
			}
			phones = append(phones, phone{r, greeted(t, c, r)})
		}
	}

	live := make(chan error, 1)
	go func() {
		shown := map[string]bool{}
		for len(shown) < len(cases) {
			change, err := screen.Change()
			if err != nil {
				live <- err
				return
			}
			if cases[change.Case.ID] {
				shown[change.Case.ID] = true
			}
		}
		live <- nil
	}()
	waited, answers := make([]time.Duration, len(phones)), make([][]wire.Answer, len(phones))
	var group sync.WaitGroup
	begun := time.Now()
	for i, p := range phones {
		group.Go(func() {
			var err error
			if answers[i], err = p.line.Push(p.Replica); err != nil {
				t.Errorf("phone %d: %v", i, err)
			}
			waited[i] = time.Since(begun)
		})
	}
	group.Wait()
	must(t, <-live)
	for i, list := range answers {
		if len(list) != records || slices.ContainsFunc(list, func(a wire.Answer) bool { return a.Outcome != shared.OutcomeApplied }) {
			t.Errorf("phone %d was answered %+v", i, list)
		}
	}
	slices.Sort(waited)
	if middle, longest := waited[len(waited)/2], waited[len(waited)-1]; longest > starved*middle+time.Second {
		t.Errorf("one phone waited %v, the middle one %v", longest, middle)
	}

	fresh, ofFresh := enrolled(t, server.URL(), "l6")
	read, _, _, err := greeted(t, fresh, ofFresh).Pull()
	must(t, err)
	for _, c := range read {
		if cases[c.ID] && len(c.Timeline) == 1 {
			delete(cases, c.ID)
		}
	}
	if len(cases) > 0 {
		t.Errorf("%d of %d records cannot be read once", len(cases), len(phones)*records)
	}
}
