package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
	change, err := desk.Change()
	must(t, err)
	if change.Case.ID != caseID || change.Case.Reporter.ID != c.Who.Person.ID || change.Case.Photos[0].Here != shared.ArrivalHere {
		t.Errorf("the leader hears %+v", change)
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
