package rescue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"buxun/server/durable"
	"buxun/server/sqlite"
	"buxun/shared"
)

// Options are what backups need from outside.
type Options struct {
	Program string // version of this program, for the manifest
	Now     func() time.Time
	Log     *slog.Logger
}

// Made is what a backup came to.
type Made struct {
	Manifest
	Backup string // its folder
	Copied int    // photos that were not in the place of backups before
	// Unnoticed are those of the missing photos that the database took for being there.
	Unnoticed int
}

// Backup copies a data directory, whose server may be running, into a place of backups. The database is copied first, as it is at
// one moment; every photo that it knows was in the storage before it, so that the copy has them all. The backup's folder gets
// its name last: what has one is whole and on disk.
func Backup(ctx context.Context, data, into string, o Options) (made Made, err error) {
	if _, err := os.Stat(filepath.Join(data, databaseFile)); err != nil {
		return made, fmt.Errorf("there is no Buxun database in %s: %w", data, err)
	}
	if err := makeFolder(into); err != nil {
		return made, fmt.Errorf("make the place of backups: %w", err)
	}
	scratch, err := os.MkdirTemp(into, ".making-*")
	if err != nil {
		return made, fmt.Errorf("begin the backup: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	now := o.Now()
	made.Manifest = Manifest{Format: Format, Program: o.Program, MadeAt: now.UnixMilli(), Files: map[string]File{}}
	if err := made.copyDatabase(ctx, data, scratch, into, o.Log); err != nil {
		return made, err
	}
	if err := made.copyKeys(ctx, data, scratch); err != nil {
		return made, fmt.Errorf("back up the keys: %w", err)
	}
	if err := writeManifest(scratch, made.Manifest); err != nil {
		return made, fmt.Errorf("write the manifest: %w", err)
	}
	made.Backup = filepath.Join(into, nameOf(now))
	if err := os.Rename(scratch, made.Backup); err != nil {
		return made, fmt.Errorf("name the backup: %w", err)
	}
	return made, durable.Folder(into)
}

func (m *Made) copyDatabase(ctx context.Context, data, scratch, into string, log *slog.Logger) (err error) {
	look := filepath.Join(scratch, ".looking")
	if err := sqlite.Snapshot(ctx, filepath.Join(data, databaseFile), look); err != nil {
		return fmt.Errorf("back up the database: %w", err)
	}
	hash, size, err := copyFile(ctx, look, filepath.Join(scratch, databaseFile), "")
	if err != nil {
		return fmt.Errorf("back up the database: %w", err)
	}
	m.Files[databaseFile] = File{size, hash}
	// A copy is opened, not the data: to look must not move a running server's database forward.
	store, err := sqlite.Open(ctx, look, sqlite.Options{Log: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close(), removeDatabase(look)) }()
	m.Epoch = store.Epoch()
	if m.Totals, err = store.Totals(ctx); err != nil {
		return err
	}
	if err := m.copyPhotos(ctx, store, data, into); err != nil {
		return fmt.Errorf("back up the photos: %w", err)
	}
	return nil
}

func removeDatabase(name string) error {
	var errs []error
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(name + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// copyKeys copies the server's keys and, where there are any, its certificates with the local authority.
func (m *Made) copyKeys(ctx context.Context, data, scratch string) error {
	names := keyFiles
	err := filepath.WalkDir(filepath.Join(data, tlsFolder), func(name string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && entry.Type().IsRegular() {
			name, err = filepath.Rel(data, name)
			names = append(names[:len(names):len(names)], name)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, name := range names {
		hash, size, err := copyFile(ctx, filepath.Join(data, name), filepath.Join(scratch, name), "")
		if errors.Is(err, fs.ErrNotExist) {
			continue // a server that never ran has no replica yet
		}
		if err != nil {
			return err
		}
		m.Files[filepath.ToSlash(name)] = File{size, hash}
	}
	return nil
}

// copyPhotos copies the photos that the place of backups does not have yet. One that is gone or is not what its name says
// is named in the manifest.
func (m *Made) copyPhotos(ctx context.Context, store *sqlite.Store, data, into string) error {
	return eachPhoto(ctx, store, func(p sqlite.PhotoKept) error {
		to := filepath.Join(into, photosFolder, place(p))
		if stat, err := os.Stat(to); err == nil && stat.Size() == p.Size {
			return nil
		}
		_, _, err := copyFile(ctx, filepath.Join(data, photosFolder, place(p)), to, p.Hash)
		switch {
		case err == nil:
			m.Copied++
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, errOther):
			m.Missing, err = append(m.Missing, p.Hash), nil
			if p.Here != shared.ArrivalLost {
				m.Unnoticed++
			}
		}
		return err
	})
}

func writeManifest(folder string, m Manifest) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(folder, manifestFile), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	return errors.Join(err, file.Sync(), file.Close(), durable.Folder(folder))
}
