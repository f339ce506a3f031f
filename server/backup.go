package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"buxun/server/rescue"
	"buxun/server/sqlite"
)

func rescueOptions(t terminal) rescue.Options {
	return rescue.Options{Program: version(), Now: time.Now, Log: slog.New(slog.NewTextHandler(t.err, &slog.HandlerOptions{Level: slog.LevelWarn}))}
}

// makeBackup copies the data into a place of backups, beside a running server or without one.
func makeBackup(ctx context.Context, args []string, t terminal) error {
	set := flags("backup", "TO [--data DIR]   TO is a directory for backups, best on another disk or machine", t)
	data := set.String("data", "data", "data `directory`")
	words, err := parse(set, args, 1)
	if err != nil {
		return err
	}
	options := rescueOptions(t)
	began := options.Now().UnixMilli()
	made, err := rescue.Backup(ctx, *data, words[0], options)
	if ctx.Err() == nil {
		noteBackup(ctx, *data, began, made, err, options)
	}
	if err != nil {
		return err
	}
	m := made.Manifest
	fmt.Fprintf(t.out, "%s\n记录 %d，案卷 %d，照片和录音 %d（新复制 %d） / %d records, %d cases, %d photos and voice notes (%d copied now)\n",
		made.Backup, m.Totals.Operations, m.Totals.Cases, m.Totals.Photos, made.Copied, m.Totals.Operations, m.Totals.Cases, m.Totals.Photos, made.Copied)
	if made.Unnoticed > 0 {
		return fmt.Errorf("the backup is made, but %d photos are gone from the storage or damaged there; %s names them, and the server asks phones for them", made.Unnoticed,
			filepath.Join(made.Backup, "manifest.json"))
	}
	return nil
}

// noteBackup keeps the outcome in the data, where administrators learn of it. A backup stands whether it is noted or not.
func noteBackup(ctx context.Context, data string, began int64, made rescue.Made, wrong error, o rescue.Options) {
	path := filepath.Join(data, databaseFile)
	if _, err := os.Stat(path); err != nil {
		return
	}
	note := sqlite.BackupNote{At: began}
	if wrong != nil {
		note.Fault = wrong.Error()
	} else {
		note = sqlite.BackupNote{At: made.MadeAt, Backup: filepath.Base(made.Backup), Totals: made.Totals, Missing: int64(len(made.Missing))}
	}
	switch noted, err := sqlite.NoteBackup(ctx, path, note); {
	case err != nil:
		o.Log.Warn("what the backup came to is not noted", "error", err)
	case !noted:
		o.Log.Warn("what the backup came to is not noted: the database is of another version than this program")
	}
}

// restoreBackup makes a data directory from a backup.
func restoreBackup(ctx context.Context, args []string, t terminal) error {
	set := flags("restore", "FROM --data DIR   FROM is a backup, or a directory of backups: then the last one; DIR must be empty or new", t)
	data := set.String("data", "", "data `directory` to make")
	words, err := parse(set, args, 1)
	if err != nil {
		return err
	}
	if *data == "" {
		set.Usage()
		return errUsage
	}
	r, err := rescue.Restore(ctx, words[0], *data, rescueOptions(t))
	if err != nil {
		return err
	}
	at := time.UnixMilli(r.MadeAt).Format(time.DateTime)
	fmt.Fprintf(t.out, "%s\n恢复到 %s：记录 %d，案卷 %d，照片和录音 %d / as of %s: %d records, %d cases, %d photos and voice notes\n", r.Backup, at, r.Totals.Operations, r.Totals.Cases, r.Photos,
		at, r.Totals.Operations, r.Totals.Cases, r.Photos)
	if len(r.Absent) > 0 {
		fmt.Fprintf(t.out, "备份里没有的照片 %d 张，服务启动后向手机要 / %d photos are not in the backup: the server will ask phones for them\n", len(r.Absent), len(r.Absent))
	}
	fmt.Fprintln(t.out, "之后停用的账号和手机要再停用一次 / accounts and phones that were disabled since then are to be disabled once more")
	return nil
}

// proveBackup shows that a backup can be restored, and notes it in the data where there is any.
func proveBackup(ctx context.Context, args []string, t terminal) error {
	set := flags("verify-backup", "FROM [--data DIR] [--scratch DIR]", t)
	data := set.String("data", "data", "data `directory` in which the proof is noted")
	scratch := set.String("scratch", "", "`directory` for the scratch place, with room for the database; else the system's")
	words, err := parse(set, args, 1)
	if err != nil {
		return err
	}
	options := rescueOptions(t)
	proved, wrong := rescue.Prove(ctx, words[0], *scratch, options)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	noted, err := noteProof(ctx, *data, proved, wrong, options)
	if err := errors.Join(wrong, err); err != nil {
		return err
	}
	at := time.UnixMilli(proved.MadeAt).Format(time.DateTime)
	fmt.Fprintf(t.out, "%s 可以恢复：%s 的记录 %d，案卷 %d，照片和录音 %d / can be restored: %d records, %d cases, %d photos and voice notes as of %s\n", proved.Backup,
		at, proved.Totals.Operations, proved.Totals.Cases, proved.Totals.Photos, proved.Totals.Operations, proved.Totals.Cases, proved.Totals.Photos, at)
	if len(proved.Missing) > 0 {
		fmt.Fprintf(t.out, "做备份时已经缺的照片 %d 张 / %d photos were missing already when it was made\n", len(proved.Missing), len(proved.Missing))
	}
	if !noted {
		fmt.Fprintf(t.out, "%s 里没有数据库，结果没有记下 / there is no database in %s: the proof is not noted\n", *data, *data)
	}
	return nil
}

// noteProof keeps the outcome in the data, where administrators and phones learn of it.
func noteProof(ctx context.Context, data string, proved rescue.Proved, wrong error, o rescue.Options) (noted bool, err error) {
	if _, err := os.Stat(filepath.Join(data, databaseFile)); err != nil || proved.Backup == "" {
		return false, nil
	}
	if wrong != nil {
		proved.Fault = wrong.Error()
	}
	c, err := openCentre(ctx, data, o.Log)
	if err != nil {
		return false, err
	}
	return true, errors.Join(c.store.NoteProof(ctx, proved.Proof, proved.Counters), c.Close())
}
