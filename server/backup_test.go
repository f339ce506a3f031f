package main

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"buxun/server/rescue"
	"buxun/server/sqlite"
	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/wire"
)

// patrol is one phone at work: its replica, and what it took.
type patrol struct {
	*drive.Client
	*drive.Replica
	login  string
	photos [][]byte
	cases  []string
}

func patrolOf(t testing.TB, url, login string) *patrol {
	t.Helper()
	c, r := enrolled(t, url, login)
	return &patrol{Client: c, Replica: r, login: login}
}

// work reports cases with a photo each, and sends both.
func (p *patrol) work(t testing.TB, from, to int) {
	t.Helper()
	w := greeted(t, p.Client, p.Replica)
	for n := from; n < to; n++ {
		content := picture(t, n)
		id, _ := report(t, p.Replica, content)
		p.photos, p.cases = append(p.photos, content), append(p.cases, id)
	}
	answers, err := w.Push(p.Replica)
	must(t, err)
	applied(t, answers)
	for _, content := range p.photos[len(p.photos)-(to-from):] {
		if here, err := p.Upload(t.Context(), p.Replica, content); err != nil || here != shared.ArrivalHere {
			t.Fatalf("upload: %s %v", here, err)
		}
	}
	must(t, w.Close())
}

func succeeds(t testing.TB, words ...string) string {
	t.Helper()
	out, code := buxun(t, "", words...)
	if code != 0 {
		t.Fatalf("buxun %s: code %d\n%s", strings.Join(words, " "), code, out)
	}
	return out
}

// What the admin's page says of backups.
type toldOfBackups struct {
	Now, BackupOld, ProofOld int64
	Backup                   *struct {
		At, Missing, Operations int64
		Name                    string
	}
	Failed *struct {
		At    int64
		Fault string
	}
	Proof, Good *struct {
		At, MadeAt    int64
		Backup, Fault string
	}
	RestoredAt int64
	Phones     []any
}

func TestTheAdminIsToldOfBackupsAndProofs(t *testing.T) {
	data, backups := demoData(t), filepath.Join(t.TempDir(), "backups")
	server := start(t, data)
	admin, p := signedIn(t, server.URL(), "admin"), patrolOf(t, server.URL(), "c601")
	told := func() (status toldOfBackups) {
		t.Helper()
		must(t, admin.Ask(t.Context(), http.MethodGet, "/api/office/rescue", nil, &status))
		return status
	}
	if got := told(); got.Backup != nil || got.Failed != nil || got.Proof != nil || got.Good != nil || got.RestoredAt != 0 || got.Phones == nil || got.BackupOld == 0 || got.ProofOld == 0 || got.Now == 0 {
		t.Errorf("before any backup: %+v", got)
	}
	p.work(t, 0, 2)
	succeeds(t, "backup", backups, "--data", data)
	p.work(t, 2, 5)
	first, err := rescue.Find(backups)
	must(t, err)
	if got := told(); got.Backup == nil || got.Backup.Name != filepath.Base(first) || got.Backup.At == 0 || got.Backup.Operations != 3 || got.Failed != nil {
		t.Errorf("after a backup: %+v", got.Backup)
	}
	// One that is not made does not hide the last good one, and the next good one ends it.
	blocked := filepath.Join(t.TempDir(), "blocked")
	must(t, os.WriteFile(blocked, nil, 0o600))
	if out, code := buxun(t, "", "backup", blocked, "--data", data); code != 1 {
		t.Errorf("a backup into a file: code %d\n%s", code, out)
	}
	if got := told(); got.Backup == nil || got.Backup.Name != filepath.Base(first) || got.Failed == nil || got.Failed.At < got.Backup.At || !strings.Contains(got.Failed.Fault, "not a directory") {
		t.Errorf("after a backup that was not made: %+v %+v", got.Backup, got.Failed)
	}
	succeeds(t, "backup", backups, "--data", data)
	if got := told(); got.Failed != nil || got.Backup.Operations != 0 {
		t.Errorf("after the next backup: %+v %+v", got.Backup, got.Failed)
	}
	succeeds(t, "verify-backup", first, "--data", data)
	if got := told(); got.Proof == nil || got.Good == nil || *got.Proof != *got.Good || got.Proof.Fault != "" || got.Proof.Backup != filepath.Base(first) {
		t.Errorf("after a proof: %+v %+v", got.Proof, got.Good)
	}
	second, err := rescue.Find(backups)
	must(t, err)
	must(t, os.Truncate(filepath.Join(second, databaseFile), 4096))
	if out, code := buxun(t, "", "verify-backup", second, "--data", data); code != 1 {
		t.Errorf("proof of a damaged backup: code %d\n%s", code, out)
	}
	if got := told(); got.Proof.Fault == "" || got.Good == nil || got.Good.Backup != filepath.Base(first) {
		t.Errorf("after a proof that failed: %+v %+v", got.Proof, got.Good)
	}
	if out := succeeds(t, "rescue", "status", "--data", data); !strings.Contains(out, "the last backup is of") || !strings.Contains(out, "is no good") {
		t.Errorf("rescue status:\n%s", out)
	}
}

func TestL2_BackupOfARunningServerIsRestoredWhole(t *testing.T) {
	data, backups := demoData(t), filepath.Join(t.TempDir(), "backups")
	server := start(t, data)
	p := patrolOf(t, server.URL(), "c601")
	p.work(t, 0, 3)
	succeeds(t, "backup", backups, "--data", data)
	first, err := rescue.Find(backups)
	must(t, err)
	p.work(t, 3, 5)
	if out := succeeds(t, "backup", backups, "--data", data); !strings.Contains(out, "(2 copied now)") {
		t.Errorf("the second backup copied photos that were there:\n%s", out)
	}
	succeeds(t, "verify-backup", first, "--data", data)
	w, err := p.Dial(t.Context())
	must(t, err)
	welcome, err := w.Hello(nil, p.Replica)
	must(t, err)
	if got := welcome.Replicas[0]; got.BackedUp != 3 || got.Counter != 5 {
		t.Errorf("backed up to %d of %d, want 3 of 5", got.BackedUp, got.Counter)
	}
	must(t, w.Close())
	proof, ok, err := server.centre.store.LastProof(t.Context())
	if err != nil || !ok || proof.Fault != "" || proof.Backup != filepath.Base(first) || proof.At == 0 {
		t.Errorf("the proof is not noted: %+v %t %v", proof, ok, err)
	}

	if out, code := buxun(t, "", "restore", backups, "--data", data); code != 1 || !strings.Contains(out, "is not empty") {
		t.Errorf("a restore over data: code %d\n%s", code, out)
	}
	restored := filepath.Join(t.TempDir(), "restored")
	succeeds(t, "restore", first, "--data", restored)
	again := start(t, restored)
	if again.centre.store.Epoch() == server.centre.store.Epoch() {
		t.Error("the restored database is in the same epoch")
	}
	c := signedIn(t, again.URL(), "c601")
	cases, _, _, err := greeted(t, c).Pull()
	must(t, err)
	for i, id := range p.cases {
		at := slices.IndexFunc(cases, func(one shared.Case) bool { return one.ID == id })
		if (at >= 0) != (i < 3) {
			t.Errorf("case %d of 3 before the backup and 2 after it is there: %t", i+1, at >= 0)
		}
		if i >= 3 {
			continue
		}
		if content, err := c.Photo(t.Context(), shared.HashText(string(p.photos[i]))); err != nil || string(content) != string(p.photos[i]) {
			t.Errorf("photo %d: %d bytes, %v", i+1, len(content), err)
		}
	}
}

// What was acknowledged before a backup began is in it, and every photo that its database knows, however much comes meanwhile.
func TestL2_BackupHoldsWhatWasAcknowledgedBeforeIt(t *testing.T) {
	data, backups := demoData(t), t.TempDir()
	server := start(t, data)
	p := patrolOf(t, server.URL(), "c601")
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		q := patrolOf(t, server.URL(), "c602")
		for n := 100; ; n += 2 {
			select {
			case <-stop:
				return
			default:
				q.work(t, n, n+2)
			}
		}
	}()
	for n := range 4 {
		p.work(t, n, n+1)
		succeeds(t, "backup", backups, "--data", data)
		proved, err := rescue.Prove(t.Context(), backups, t.TempDir(), rescueOptions(terminal{err: os.Stderr}))
		if err != nil || proved.Counters[p.ID] != int64(n+1) || len(proved.Missing) > 0 {
			t.Errorf("backup %d: %v, holds %d of %d, missing %v", n+1, err, proved.Counters[p.ID], n+1, proved.Missing)
		}
	}
	close(stop)
	<-ended
}

func TestL7_DamagedBackupIsFound(t *testing.T) {
	data := demoData(t)
	server := start(t, data)
	p := patrolOf(t, server.URL(), "c601")
	p.work(t, 0, 1)
	hash := shared.HashText(string(p.photos[0]))
	photo := filepath.Join("photos", "originals", hash[:2], hash)
	change := func(name string, do func([]byte) []byte) func(t *testing.T, backups, backup string) {
		return func(t *testing.T, backups, backup string) {
			path := filepath.Join(backup, name)
			if strings.HasPrefix(name, "photos") {
				path = filepath.Join(backups, name)
			}
			content, err := os.ReadFile(path)
			must(t, err)
			must(t, os.WriteFile(path, do(content), 0o600))
		}
	}
	flip := func(content []byte) []byte { content[len(content)/2] ^= 1; return content }
	for _, row := range []struct {
		name, says string
		damage     func(t *testing.T, backups, backup string)
	}{
		{"a bit of a photo", hash, change(photo, flip)},
		{"a photo cut short", hash, change(photo, func(content []byte) []byte { return content[:100] })},
		{"a photo gone", hash, func(t *testing.T, backups, _ string) { must(t, os.Remove(filepath.Join(backups, photo))) }},
		{"a bit of the database", "buxun.db", change("buxun.db", flip)},
		{"the server's key", "server.key", change("server.key", flip)},
		{"a count", "does not hold", change("manifest.json", func(text []byte) []byte {
			return []byte(strings.Replace(string(text), `"gaps": 0`, `"gaps": 1`, 1))
		})},
		{"a name that leads out", "names the file", change("manifest.json", func(text []byte) []byte {
			return []byte(strings.Replace(string(text), `"server.key"`, `"../server.key"`, 1))
		})},
	} {
		t.Run(row.name, func(t *testing.T) {
			backups := t.TempDir()
			succeeds(t, "backup", backups, "--data", data)
			succeeds(t, "verify-backup", backups, "--data", data)
			backup, err := rescue.Find(backups)
			must(t, err)
			row.damage(t, backups, backup)
			out, code := buxun(t, "", "verify-backup", backups, "--data", data)
			if code != 1 || !strings.Contains(out, row.says) {
				t.Errorf("code %d, want 1 and %q:\n%s", code, row.says, out)
			}
			proof, _, err := server.centre.store.LastProof(t.Context())
			if err != nil || row.says != "names the file" && !strings.Contains(proof.Fault, row.says) {
				t.Errorf("noted: %+v %v", proof, err)
			}
			if strings.HasPrefix(row.name, "a photo") || row.name == "a bit of a photo" {
				return
			}
			restored := filepath.Join(t.TempDir(), "restored")
			if out, code := buxun(t, "", "restore", backups, "--data", restored); code != 1 {
				t.Errorf("it was restored:\n%s", out)
			}
			if _, err := os.Stat(filepath.Join(restored, databaseFile)); err == nil {
				t.Error("a restore that failed left a database that can be served")
			}
		})
	}
}

// A photo that the storage lost is named by the backup, and asked of phones after the restore (R44).
func TestL7_BackupNamesPhotosThatAreGone(t *testing.T) {
	data, backups, restored := demoData(t), t.TempDir(), filepath.Join(t.TempDir(), "restored")
	server := start(t, data)
	p := patrolOf(t, server.URL(), "c601")
	p.work(t, 0, 2)
	hash := shared.HashText(string(p.photos[1]))
	must(t, os.Remove(filepath.Join(data, "photos", "originals", hash[:2], hash)))
	if out, code := buxun(t, "", "backup", backups, "--data", data); code != 1 || !strings.Contains(out, "1 photos are gone") {
		t.Errorf("code %d:\n%s", code, out)
	}
	backup, err := rescue.Find(backups)
	must(t, err)
	m, err := rescue.ReadManifest(backup)
	if err != nil || !slices.Equal(m.Missing, []string{hash}) {
		t.Errorf("missing: %v %v", m.Missing, err)
	}
	succeeds(t, "verify-backup", backups, "--data", data)
	if out := succeeds(t, "restore", backups, "--data", restored); !strings.Contains(out, "1 photos are not in the backup") {
		t.Errorf("restore:\n%s", out)
	}
	again := start(t, restored)
	lost, _, err := again.photos.LookThrough(t.Context())
	must(t, err)
	kept, err := again.centre.store.PhotosKept(t.Context(), "", 1000)
	must(t, err)
	at := slices.IndexFunc(kept, func(one sqlite.PhotoKept) bool { return one.Hash == hash })
	if lost > 1 || at < 0 || kept[at].Here != shared.ArrivalLost {
		t.Errorf("%d found lost now; the photo is %+v", lost, kept[at])
	}
	c := signedIn(t, again.URL(), p.login)
	w := greeted(t, c, p.Replica)
	must(t, w.Send(wire.Ask{T: wire.TypeAsk, Replica: p.ID, Hashes: []string{hash}}))
	if here, err := c.Upload(t.Context(), p.Replica, p.photos[1]); err != nil || here != shared.ArrivalHere {
		t.Errorf("the phone sends it again: %s %v", here, err)
	}
}
