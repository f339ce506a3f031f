package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"buxun/server/rescue"
)

// replicator is Litestream beside a server.
type replicator struct {
	*exec.Cmd
	program, config string
	log             *journal
}

func (r *replicator) begin(t *testing.T) {
	t.Helper()
	r.Cmd = exec.Command(r.program, "replicate", "-config", r.config)
	r.Stdout, r.Stderr, r.SysProcAttr = r.log, r.log, withParent
	must(t, r.Start())
	t.Cleanup(r.kill)
}

func (r *replicator) kill() {
	_ = r.Process.Signal(syscall.SIGKILL)
	_ = r.Wait()
}

// Continuous backup by Litestream, with the real program: BUXUN_LITESTREAM names it. Server and Litestream are killed at once;
// what Litestream had is made a data directory by docs/operations.md, looked through, and phones bring back the rest.
func TestL2_R45_LitestreamsCopyIsRestored(t *testing.T) {
	program := os.Getenv("BUXUN_LITESTREAM")
	if program == "" {
		t.Skip("BUXUN_LITESTREAM names no litestream")
	}
	home, data := t.TempDir(), demoData(t)
	replica, backups, scratch, restored := filepath.Join(home, "replica"), filepath.Join(home, "backups"), filepath.Join(home, "scratch"), filepath.Join(home, "restored")
	database := filepath.Join(data, databaseFile)
	server := spawn(t, data)
	config := filepath.Join(home, "litestream.yml")
	must(t, os.WriteFile(config, []byte(fmt.Sprintf("dbs:\n  - path: %s\n    replica:\n      type: file\n      path: %s\n", database, replica)), 0o600))
	stream := &replicator{program: program, config: config, log: &journal{}}
	stream.begin(t)

	phones := []*keeper{keeperOf(t, server.url, "c601"), keeperOf(t, server.url, "c602")}
	pictures := 0
	work := func(steps int) {
		for n := range steps {
			pictures++
			phones[n%2].reports(t, pictures)
		}
	}
	work(80)
	stream.kill() // away for a while, and the log is taken over meanwhile
	work(80)
	stream.begin(t)
	work(20)
	succeeds(t, "backup", backups, "--data", data) // for the photos: Litestream has the database alone
	work(120)
	must(t, server.Process.Signal(syscall.SIGKILL))
	stream.kill()
	_ = server.Wait()
	began := time.Now()

	out, err := exec.Command(program, "restore", "-config", config, "-o", filepath.Join(scratch, databaseFile), database).CombinedOutput()
	if err != nil {
		t.Fatalf("litestream restore: %v\n%s\n%s", err, out, stream.log)
	}
	last, err := rescue.Find(backups)
	must(t, err)
	for _, key := range []string{"server.key", "server-replica.json"} {
		text, err := os.ReadFile(filepath.Join(last, key))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(scratch, key), text, 0o600))
	}
	said, code := buxun(t, "", "backup", backups, "--data", scratch) // says 1 where photos came since the last backup
	t.Logf("backup of the copy: code %d\n%s", code, said)
	succeeds(t, "restore", backups, "--data", restored)
	again := start(t, restored)
	lost := 0
	counters, err := again.centre.store.Counters(t.Context())
	must(t, err)
	for _, k := range phones {
		lost += len(k.Made) - int(counters[k.ID])
	}
	t.Logf("both were killed at the last acknowledgement: Litestream lacked %d of %d records; served again after %s", lost, pictures, time.Since(began).Round(time.Millisecond))
	if lost >= 120 {
		t.Errorf("Litestream had no more than the backup\n%s", stream.log)
	}
	for _, k := range phones {
		k.Client = signedIn(t, again.URL(), k.login)
		k.sync(t)
	}
	counters, err = again.centre.store.Counters(t.Context())
	must(t, err)
	for _, k := range phones {
		if counters[k.ID] != int64(len(k.Made)) {
			t.Errorf("%s made %d, the centre knows %d", k.login, len(k.Made), counters[k.ID])
		}
		for counter := int64(1); counter <= int64(len(k.Made)); counter++ {
			if _, ok := k.receipts[counter]; !ok {
				t.Errorf("%s/%d has no receipt", k.login, counter)
			}
		}
	}
	t.Logf("verify in the end:\n%s", succeeds(t, "verify", "--data", restored))
}
