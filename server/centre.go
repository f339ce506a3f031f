package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"buxun/server/demo"
	"buxun/server/durable"
	"buxun/server/es256"
	"buxun/server/identity"
	"buxun/server/numbering"
	"buxun/server/office"
	"buxun/server/photo"
	"buxun/server/sqlite"
	"buxun/shared"
	"buxun/sync/session"
)

// What lies in a data directory, beside the server's key.
const (
	databaseFile = "buxun.db"
	photosFolder = "photos"
	lockFile     = "serve.lock"
)

// makeData makes the data directory; nobody else on the machine may look inside.
func makeData(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	err := durable.Folder(filepath.Dir(filepath.Clean(dir)))
	if errors.Is(err, fs.ErrPermission) {
		return nil // then it is not ours, and the directory was there before
	}
	return err
}

// lockData keeps a second server off the same data. Commands may still run beside the server.
func lockData(dir string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another server runs on %s", dir), file.Close())
	}
	return file, nil
}

// rulesOf is what judging needs besides the store.
func rulesOf(keys *identity.Keys) func(epoch string) session.Rules {
	taxonomy := sync.OnceValue(shared.BuiltinTaxonomy) // most commands judge nothing
	return func(epoch string) session.Rules {
		return session.Rules{
			Workflow: shared.BuiltinWorkflow(), CategoryKnown: func(key string) bool { return taxonomy().Known(key) }, Verify: es256.Verify,
			AnchorGiven: keys.AnchorGiven, Mac: keys.Mac, Epoch: epoch,
		}
	}
}

// centre is an opened data directory without a server around it, as commands use it.
type centre struct {
	keys  *identity.Keys
	store *sqlite.Store
}

// openCentre opens a data directory that is there already.
func openCentre(ctx context.Context, dir string, log *slog.Logger) (*centre, error) {
	name := filepath.Join(dir, databaseFile)
	if _, err := os.Stat(name); err != nil {
		return nil, fmt.Errorf("there is no Buxun database in %s (--data names the directory; the server makes one): %w", dir, err)
	}
	return openCentreWith(ctx, dir, sqlite.Options{Log: log})
}

func openCentreWith(ctx context.Context, dir string, options sqlite.Options) (*centre, error) {
	keys, err := identity.OpenKeys(dir)
	if err != nil {
		return nil, err
	}
	options.Rules = rulesOf(keys)
	store, err := sqlite.Open(ctx, filepath.Join(dir, databaseFile), options)
	if err != nil {
		return nil, err
	}
	return &centre{keys, store}, nil
}

// replica is the server's own, by whatever way it commits.
func (c *centre) replica(ctx context.Context, config Config, commit func(context.Context, session.Push) (session.Result, error)) (*numbering.Replica, error) {
	return numbering.Open(ctx, config.Data, numbering.Options{Store: c.store, Commit: commit, Prefix: config.NumberPrefix, Now: config.Now, Log: config.Log})
}

// office is what administrators do to the centre.
func (c *centre) office(hasher *identity.Hasher, demoMode bool) *office.Office {
	return &office.Office{Store: c.store, Hasher: hasher, Demo: demoMode, Known: demo.Password}
}

// commitTo commits to a store that no server runs on.
func commitTo(store *sqlite.Store) func(context.Context, session.Push) (session.Result, error) {
	return func(ctx context.Context, push session.Push) (session.Result, error) {
		results, _ := store.Commit(ctx, []session.Push{push})
		return results[0], nil
	}
}

func (c *centre) Close() error { return c.store.Close() }

// ledger is what the store of photos asks the database.
type ledger struct{ *sqlite.Store }

func (l ledger) NamedPhoto(ctx context.Context, replica, hash string) (photo.Named, bool, error) {
	n, ok, err := l.Store.NamedPhoto(ctx, replica, hash)
	return photo.Named{Size: n.Size, Kind: n.Kind, Type: n.Type, Author: n.Author, Here: n.Here}, ok, err
}

func (l ledger) KeptPhotos(ctx context.Context, after string, limit int) ([]photo.Kept, error) {
	rows, err := l.Store.KeptPhotos(ctx, after, limit)
	kept := make([]photo.Kept, len(rows))
	for i, row := range rows {
		kept[i] = photo.Kept(row)
	}
	return kept, err
}

func (l ledger) ReplicaKey(ctx context.Context, replica string) (key []byte, revoked, ok bool, err error) {
	r, ok, err := l.Replica(ctx, replica)
	return r.Key, r.RevokedAt != 0, ok, err
}

// openPhotos opens the store of photos of a data directory.
func openPhotos(config Config, store *sqlite.Store, now func() time.Time) (*photo.Photos, error) {
	return photo.New(filepath.Join(config.Data, photosFolder), ledger{store}, photo.Options{Files: config.Files, Log: config.Log, Now: now})
}
