package rescue

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"buxun/server/durable"
	"buxun/server/sqlite"
)

// Restored is what a restore came to.
type Restored struct {
	Manifest
	Backup string // its folder
	Photos int
	Absent []string // photos that the backup does not have, or not whole; the server will ask phones for them
}

// Restore makes a data directory from a backup, or from the last one in a place of backups. It errs on a directory that is not
// empty. The database begins another epoch and gets its name last: a restore that was cut leaves nothing that can be served.
func Restore(ctx context.Context, from, data string, o Options) (r Restored, err error) {
	if r.Backup, err = Find(from); err != nil {
		return r, err
	}
	if r.Manifest, err = ReadManifest(r.Backup); err != nil {
		return r, err
	}
	if err := makeEmpty(data); err != nil {
		return r, err
	}
	part := filepath.Join(data, databaseFile+".restoring")
	if err := r.restoreFiles(ctx, data, part); err != nil {
		return r, err
	}
	store, err := sqlite.Open(ctx, part, sqlite.Options{Now: o.Now, Log: o.Log})
	if err != nil {
		return r, err
	}
	err = r.check(ctx, store)
	if err == nil {
		err = r.restorePhotos(ctx, store, data)
	}
	if err == nil {
		err = store.BeginEpoch(ctx, r.MadeAt)
	}
	if err := errors.Join(err, store.Close()); err != nil {
		return r, err
	}
	if err := settle(part); err != nil {
		return r, fmt.Errorf("put the database on disk: %w", err)
	}
	if err := os.Rename(part, filepath.Join(data, databaseFile)); err != nil {
		return r, fmt.Errorf("name the database: %w", err)
	}
	return r, durable.Folder(data)
}

func makeEmpty(data string) error {
	entries, err := os.ReadDir(data)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := makeFolder(data); err != nil {
			return fmt.Errorf("make the data directory: %w", err)
		}
	case err != nil:
		return fmt.Errorf("look into the data directory: %w", err)
	case len(entries) > 0:
		return fmt.Errorf("%s is not empty: a backup is restored into a new directory only; move the old one aside, its photos and log may still be needed", data)
	}
	return nil
}

// restoreFiles copies the database to part and the keys to their places, each compared with the manifest.
func (r *Restored) restoreFiles(ctx context.Context, data, part string) error {
	for name, file := range r.Files {
		to := filepath.Join(data, filepath.FromSlash(name))
		if name == databaseFile {
			to = part
		}
		if _, _, err := copyFile(ctx, filepath.Join(r.Backup, filepath.FromSlash(name)), to, file.Hash); err != nil {
			return fmt.Errorf("restore %s: %w", name, err)
		}
	}
	return nil
}

// check compares the restored database with what the manifest says of it.
func (m Manifest) check(ctx context.Context, store *sqlite.Store) error {
	if err := store.Intact(ctx); err != nil {
		return err
	}
	totals, err := store.Totals(ctx)
	if err != nil {
		return err
	}
	if totals != m.Totals || store.Epoch() != m.Epoch {
		return fmt.Errorf("the database does not hold what the backup says: %+v of epoch %s, the backup says %+v of epoch %s", totals, store.Epoch(), m.Totals, m.Epoch)
	}
	return nil
}

func (r *Restored) restorePhotos(ctx context.Context, store *sqlite.Store, data string) error {
	return eachPhoto(ctx, store, func(p sqlite.PhotoKept) error {
		_, _, err := copyFile(ctx, r.pool(p), filepath.Join(data, photosFolder, place(p)), p.Hash)
		switch {
		case err == nil:
			r.Photos++
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, errOther):
			r.Absent, err = append(r.Absent, p.Hash), nil
		}
		if err != nil {
			return fmt.Errorf("restore photo %s: %w", p.Hash, err)
		}
		return nil
	})
}

// pool is where a photo of a backup lies.
func (r *Restored) pool(p sqlite.PhotoKept) string {
	return filepath.Join(filepath.Dir(r.Backup), photosFolder, place(p))
}

// settle puts a closed database on disk and sees that nothing of it lies beside it.
func settle(name string) error {
	for _, end := range []string{"-wal", "-shm"} {
		if _, err := os.Stat(name + end); err == nil {
			return fmt.Errorf("%s was left behind", name+end)
		}
	}
	file, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
