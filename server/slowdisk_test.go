package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// slowDisk is testdata/slowdisk.c as a library, built once: SQLite reaches its files by the system's own calls.
var slowDisk = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "buxun-slowdisk-")
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "slowdisk.so")
	out, err := exec.Command("cc", "-shared", "-fPIC", "-O1", "-o", name, "testdata/slowdisk.c", "-ldl").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build slowdisk.c: %w\n%s", err, out)
	}
	return name, nil
})

// underSlowDisk is the environment of a program whose database lies on a disk that takes ms for each write, sync and cut, and
// refuses them while the file is there.
func underSlowDisk(t testing.TB, ms int, refuses string) []string {
	t.Helper()
	library, err := slowDisk()
	must(t, err)
	return []string{
		"LD_PRELOAD=" + library, "BUXUN_TEST_DISK_FILE=/" + databaseFile,
		"BUXUN_TEST_DISK_MS=" + strconv.Itoa(ms), "BUXUN_TEST_DISK_SWITCH=" + refuses,
	}
}

// A database on a slow disk is waited for: no acknowledgement comes before it is written. One whose disk refuses acknowledges
// nothing, says that the phone should come again, and takes it all when the disk is back.
func TestL2_ADatabaseOnASlowDiskIsWaitedForAndOneThatIsRefusedLosesNothing(t *testing.T) {
	const ms = 20
	data, refuses := demoData(t), filepath.Join(t.TempDir(), "read-only")
	program, err := os.Executable()
	must(t, err)
	server := launch(t, program, data, underSlowDisk(t, ms, refuses)...)
	c, r := enrolled(t, server.url, "c601")
	line := greeted(t, c, r)
	for range 3 {
		report(t, r, nil)
		begun := time.Now()
		answers, err := line.Push(r)
		must(t, err)
		applied(t, answers)
		// A page of the log with its head, and the sync behind it.
		if took := time.Since(begun); took < 3*ms*time.Millisecond {
			t.Errorf("acknowledged after %s: before it was on a disk that takes %d ms for each write", took, ms)
		}
	}

	must(t, os.WriteFile(refuses, nil, 0o600))
	for range 3 {
		report(t, r, nil)
	}
	if answers, err := line.Push(r); err == nil && len(answers) > 3 {
		t.Fatalf("acknowledged on a disk that refuses: %+v", answers)
	}
	must(t, os.Remove(refuses))
	line = greeted(t, c, r)
	answers, err := line.Push(r)
	must(t, err)
	applied(t, answers)
	if known := int64(len(r.Made)); answers[len(answers)-1].Counter != known {
		t.Errorf("%d answers, the last %+v, want up to %d", len(answers), answers[len(answers)-1], known)
	}
	must(t, server.Process.Signal(os.Interrupt))
	_ = server.Wait()
	if out := succeeds(t, "verify", "--data", data); !strings.Contains(out, "0 gaps, 0 damaged") {
		t.Error(out)
	}
}
