package main

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"buxun/server/rescue"
	"buxun/shared"
	"buxun/sync/drive"
)

// handed puts a report with its photo, which the server never heard of, into a file on disk.
func handed(t testing.TB, c *drive.Client, r *drive.Replica, n int) (caseID, name string, photo []byte) {
	t.Helper()
	photo = picture(t, n)
	caseID, _ = report(t, r, photo)
	made := int64(len(r.Made))
	file, err := drive.Handover(c.Who.Handover, r, made, made, photo)
	must(t, err)
	name = filepath.Join(t.TempDir(), "步巡-交接.buxun")
	must(t, os.WriteFile(name, file, 0o600))
	return caseID, name, photo
}

// A phone that lost what it had handed over goes on, and the gap is declared; then the courier brings the file. Nothing is missing
// any more, and the chain is proved on both sides.
func TestL2_Ask9_WhatACourierBringsAfterItsGapWasDeclaredIsTaken(t *testing.T) {
	data := demoData(t)
	server := start(t, data)
	c, r := enrolled(t, server.URL(), "c601")
	cases, names := []string{}, []string{}
	for n := range 2 {
		id, name, _ := handed(t, c, r, n+1)
		cases, names = append(cases, id), append(names, name)
	}
	report(t, r, nil)
	declaresLost(t, c, r)
	if gaps, err := server.centre.store.Gaps(t.Context(), r.ID); err != nil || len(gaps) != 1 || gaps[0].To != 2 {
		t.Fatalf("gaps %+v %v", gaps, err)
	}
	for _, name := range []string{names[1], names[0]} {
		if out := succeeds(t, "import", name, "--data", data); strings.Count(out, "新收 1，已有 0，没收 0") != 2 {
			t.Errorf("%s", out)
		}
	}
	if out := succeeds(t, "import", names[0], "--data", data); strings.Count(out, "新收 0，已有 1，没收 0") != 2 {
		t.Errorf("brought again: %s", out)
	}
	for _, id := range cases {
		if c := server.caseOf(t, id); c.Photos[0].Here != shared.ArrivalHere || c.Reporter.ID != r.Author.ID {
			t.Errorf("%+v", c)
		}
	}
	day, err := server.centre.store.Devices(t.Context())
	must(t, err)
	for _, one := range day {
		if len(one.Gaps) > 0 {
			t.Errorf("%s still lacks %+v", one.Replica, one.Gaps)
		}
	}
	must(t, server.stop())
	if out := succeeds(t, "verify", "--data", data); !strings.Contains(out, "0 gaps, 0 damaged") {
		t.Errorf("%s", out)
	}
}

// buxun import delivers beside a running server, whose people hear of it, and without one; a colleague's phone delivers the same.
func TestL3_HandOverFilesAreImported(t *testing.T) {
	data := demoData(t)
	server := start(t, data)
	leader := signedIn(t, server.URL(), "l6")
	desk := greeted(t, leader)
	_, _, _, err := desk.Pull()
	must(t, err)
	c, r := enrolled(t, server.URL(), "c601")
	caseID, name, photo := handed(t, c, r, 1)

	if out := succeeds(t, "import", name, "--data", data); strings.Count(out, "新收 1，已有 0") != 2 {
		t.Errorf("%s", out)
	}
	// The record first, the photo with it or after it (L9).
	for here := false; !here; {
		change, err := desk.Change()
		must(t, err)
		if change.Case.ID != caseID || change.Case.Reporter.ID != c.Who.Person.ID {
			t.Fatalf("the leader hears %+v", change)
		}
		here = change.Case.Photos[0].Here == shared.ArrivalHere
	}
	if got, err := leader.Photo(t.Context(), shared.HashText(string(photo))); err != nil || !bytes.Equal(got, photo) {
		t.Errorf("the leader's original: %d bytes, %v", len(got), err)
	}
	file, err := os.ReadFile(name)
	must(t, err)
	got, err := signedIn(t, server.URL(), "c501").Deliver(t.Context(), file, 999)
	if must(t, err); got.Records.Had != 1 || got.Photos.Had != 1 || got.Records.Taken+got.Photos.Taken > 0 {
		t.Errorf("%+v", got)
	}

	caseID, name, _ = handed(t, c, r, 2)
	must(t, server.stop())
	if out := succeeds(t, "import", name, name, "--data", data); strings.Count(out, "新收 1，已有 0") != 2 || strings.Count(out, "新收 0，已有 1") != 2 {
		t.Errorf("%s", out)
	}
	again := start(t, data)
	if c := again.caseOf(t, caseID); c.Photos[0].Here != shared.ArrivalHere || c.Reporter.ID != r.Author.ID {
		t.Errorf("%+v", c)
	}
	line := greeted(t, signedIn(t, again.URL(), "c601"), r)
	answers, err := line.Push(r)
	must(t, err)
	applied(t, answers)
	if len(answers) != 2 {
		t.Errorf("%+v", answers)
	}
}

func TestAFileThatIsNoGoodIsNotImported(t *testing.T) {
	data := demoData(t)
	server := start(t, data)
	c, r := enrolled(t, server.URL(), "c601")
	_, good, _ := handed(t, c, r, 1)
	bad := filepath.Join(t.TempDir(), "a photo.jpg")
	must(t, os.WriteFile(bad, picture(t, 2), 0o600))
	out, code := buxun(t, "", "import", bad, good, "--data", data)
	if code != 1 || !strings.Contains(out, "handover.notOne") || strings.Count(out, "新收 1") != 2 {
		t.Errorf("%d: %s", code, out)
	}
	if out, code := buxun(t, "", "import", filepath.Join(t.TempDir(), "nothing"), "--data", data); code == 0 {
		t.Errorf("%s", out)
	}
}

// A file that was made before the data were restored still opens.
func TestTheHandOverKeyIsInTheBackup(t *testing.T) {
	data, backups := demoData(t), filepath.Join(t.TempDir(), "backups")
	server := start(t, data)
	c, r := enrolled(t, server.URL(), "c601")
	succeeds(t, "backup", backups, "--data", data)
	_, name, _ := handed(t, c, r, 1)
	must(t, server.stop())
	made, err := rescue.Find(backups)
	must(t, err)
	restored := filepath.Join(t.TempDir(), "restored")
	succeeds(t, "restore", made, "--data", restored)
	if out := succeeds(t, "import", name, "--data", restored); strings.Count(out, "新收 1") != 2 {
		t.Errorf("%s", out)
	}
}

// A courier's file meets a server that is killed again and again while it arrives and while it is taken: brought until it is
// answered, everything in it is there once, and what was answered is there after the next kill.
func TestL2_L3_AFileIsDeliveredThroughKills(t *testing.T) {
	chance := rand.New(rand.NewPCG(seedOfKills(t), 1))
	data := demoData(t)
	server := spawn(t, data)
	c, r := enrolled(t, server.url, "c601")
	var photos [][]byte
	for n := range 12 {
		photo := append(picture(t, n), bytes.Repeat([]byte{byte(n)}, 200_000)...)
		report(t, r, photo)
		photos = append(photos, photo)
	}
	file, err := drive.Handover(c.Who.Handover, r, 1, 12, photos...)
	must(t, err)
	kills := 0
	var got drive.HandoverOutcome
	for got.Faults == nil {
		courier := signedIn(t, server.url, "c501")
		if kills < 6 {
			kills++
			child, delay := server, time.Duration(1+chance.IntN(60))*time.Millisecond
			timer := time.AfterFunc(delay, func() { _ = child.Process.Kill() })
			got, err = courier.Deliver(t.Context(), file, 400_000)
			timer.Stop()
			_ = server.Process.Kill()
			_ = server.Wait()
			if err != nil {
				got = drive.HandoverOutcome{} // no answer: it is brought again
			}
			server = spawn(t, data)
			continue
		}
		got, err = courier.Deliver(t.Context(), file, 400_000)
		must(t, err)
	}
	t.Logf("%d kills, then %+v", kills, got)
	_ = server.Process.Kill()
	_ = server.Wait()
	server = spawn(t, data)
	leader := signedIn(t, server.url, "l6")
	for _, photo := range photos {
		if served, err := leader.Photo(t.Context(), shared.HashText(string(photo))); err != nil || !bytes.Equal(served, photo) {
			t.Errorf("a photo is served as %d bytes, %v", len(served), err)
		}
	}
	again, err := signedIn(t, server.url, "c502").Deliver(t.Context(), file, 1<<20)
	if must(t, err); again.Records.Had != 12 || again.Photos.Had != 12 || len(again.Faults) > 0 {
		t.Errorf("brought once more: %+v", again)
	}
	answers, err := greeted(t, signedIn(t, server.url, "c601"), r).Push(r)
	must(t, err)
	applied(t, answers)
	if len(answers) != 12 {
		t.Errorf("the phone itself hears %d answers", len(answers))
	}
}
