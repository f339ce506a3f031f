package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/url"
)

// BackupNote is what a run of the backup came to.
type BackupNote struct {
	At      int64 // when it began
	Backup  string
	Totals  Totals
	Missing int64  // photos that were gone from the storage
	Fault   string // why none was made; empty where it was
}

// NoteBackup keeps what a backup of the database at path came to, beside a running server. It does not migrate: where the
// database is of another version than this program's, nothing is noted.
func NoteBackup(ctx context.Context, path string, b BackupNote) (noted bool, err error) {
	there := url.Values{"mode": {"rw"}}
	maps.Copy(there, durable)
	db, err := sql.Open("sqlite3", source(path, there))
	if err != nil {
		return false, fmt.Errorf("open database %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	steps, err := readMigrations(migrations)
	if err != nil {
		return false, err
	}
	var version int
	if err := db.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
		return false, fmt.Errorf("note the backup in %s: %w", path, err)
	}
	if version != len(steps) {
		return false, nil
	}
	_, err = db.ExecContext(ctx, `INSERT INTO backups (at, backup, operations, cases, photos, missing, fault) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		b.At, b.Backup, b.Totals.Operations, b.Totals.Cases, b.Totals.Photos, b.Missing, b.Fault)
	if err != nil {
		return false, fmt.Errorf("note the backup in %s: %w", path, err)
	}
	return true, nil
}

// Kept is what is known of the centre's backups.
type Kept struct {
	// Backup is the last one that was made; after a restore without one since, that from which it was restored, of which only
	// the time is known. Its At is 0 where there is none.
	Backup BackupNote
	// Failed is the last run that made none, where no good one came after it.
	Failed BackupNote
	// Proof is the last one, good or not; Good the last good one.
	Proof, Good Proof
	Operations  int64 // that came since the last backup
}

// Kept looks at the backups that were noted.
func (s *Store) Kept(ctx context.Context) (k Kept, err error) {
	const columns = `SELECT at, backup, operations, cases, photos, missing, fault FROM backups WHERE `
	errs := []error{
		s.lastBackup(ctx, columns+`fault = '' ORDER BY number DESC LIMIT 1`, &k.Backup),
		s.lastBackup(ctx, columns+`number = (SELECT max(number) FROM backups) AND fault <> ''`, &k.Failed),
	}
	if k.Proof, _, err = s.LastProof(ctx); err != nil {
		errs = append(errs, err)
	}
	if k.Good, _, err = s.lastProof(ctx, `WHERE fault = ''`); err != nil {
		errs = append(errs, err)
	}
	now, err := s.Totals(ctx)
	errs = append(errs, err)
	var at, operations int64
	_, err = found(s.reading.QueryRowContext(ctx, `SELECT backup_at, operations FROM epochs WHERE number > 1 AND backup_at IS NOT NULL ORDER BY number DESC LIMIT 1`).Scan(&at, &operations))
	if at > k.Backup.At { // what was noted before it is in it
		k.Backup = BackupNote{At: at, Totals: Totals{Operations: operations}}
	}
	if k.Failed.At < k.Backup.At {
		k.Failed = BackupNote{}
	}
	if k.Backup.At > 0 {
		k.Operations = max(now.Operations-k.Backup.Totals.Operations, 0)
	}
	if err := errors.Join(append(errs, err)...); err != nil {
		return Kept{}, fmt.Errorf("find the last backup: %w", err)
	}
	return k, nil
}

func (s *Store) lastBackup(ctx context.Context, query string, b *BackupNote) error {
	_, err := found(s.reading.QueryRowContext(ctx, query).Scan(&b.At, &b.Backup, &b.Totals.Operations, &b.Totals.Cases, &b.Totals.Photos, &b.Missing, &b.Fault))
	return err
}
