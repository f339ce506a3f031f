package sqlite

import (
	"context"
	"fmt"
	"testing"
)

// A backup by a newer program must not move a running server's database forward, nor one by an older program write into it.
func TestABackupIsNotNotedInADatabaseOfAnotherVersion(t *testing.T) {
	w := newWorld(t)
	note := BackupNote{At: 1, Backup: "one"}
	if noted, err := NoteBackup(w.ctx, w.path, note); err != nil || !noted {
		t.Fatalf("noted %t, %v", noted, err)
	}
	steps, err := readMigrations(migrations)
	w.must(err)
	for _, version := range []int{len(steps) - 1, len(steps) + 1} {
		w.must(w.write(w.ctx, func(ctx context.Context, w *writer) error {
			return w.exec(ctx, fmt.Sprintf(`PRAGMA user_version = %d`, version))
		}))
		if noted, err := NoteBackup(w.ctx, w.path, BackupNote{At: 2, Backup: "two"}); err != nil || noted {
			t.Errorf("version %d: noted %t, %v", version, noted, err)
		}
	}
	kept, err := w.Kept(w.ctx)
	if err != nil || kept.Backup.At != 1 || kept.Backup.Backup != "one" {
		t.Errorf("kept %+v, %v", kept.Backup, err)
	}
}
