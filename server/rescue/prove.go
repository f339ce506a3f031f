package rescue

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"buxun/server/sqlite"
)

// Proved is what proving a backup came to: the proof, and how far the backup holds each replica.
type Proved struct {
	sqlite.Proof
	Counters map[string]int64
	// Missing were missing when the backup was made already, and still are.
	Missing []string
}

// Prove shows that a backup is good: its database and keys are restored to a scratch place and opened there, what they hold is
// compared with the manifest, and every photo is read through where it lies and compared with its hash. An error says why it is no good.
func Prove(ctx context.Context, from, scratch string, o Options) (p Proved, err error) {
	p.At = o.Now().UnixMilli()
	r := Restored{}
	if r.Backup, err = Find(from); err != nil {
		return p, err
	}
	p.Backup = filepath.Base(r.Backup)
	if r.Manifest, err = ReadManifest(r.Backup); err != nil {
		return p, err
	}
	p.MadeAt, p.Totals = r.MadeAt, r.Totals
	dir, err := os.MkdirTemp(scratch, "buxun-proof-*")
	if err != nil {
		return p, fmt.Errorf("make the scratch place: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	name := filepath.Join(dir, databaseFile)
	if err := r.restoreFiles(ctx, dir, name); err != nil {
		return p, err
	}
	store, err := sqlite.Open(ctx, name, sqlite.Options{Now: o.Now, Log: o.Log})
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := r.check(ctx, store); err != nil {
		return p, err
	}
	if err := r.provePhotos(ctx, store, &p); err != nil {
		return p, err
	}
	p.Counters, err = store.Counters(ctx)
	return p, err
}

func (r *Restored) provePhotos(ctx context.Context, store *sqlite.Store, p *Proved) error {
	missing := map[string]bool{}
	for _, hash := range r.Missing {
		missing[hash] = true
	}
	var wrong []error
	err := eachPhoto(ctx, store, func(one sqlite.PhotoKept) error {
		hash, _, err := hashFile(ctx, r.pool(one))
		switch {
		case errors.Is(err, fs.ErrNotExist) && missing[one.Hash]:
			p.Missing = append(p.Missing, one.Hash)
		case errors.Is(err, fs.ErrNotExist), err == nil && hash != one.Hash:
			wrong = append(wrong, fmt.Errorf("photo %s: %w", one.Hash, errOther))
		case err != nil:
			return err
		}
		return nil
	})
	if err == nil && len(wrong) > 0 {
		const named = 20
		err = fmt.Errorf("%d photos are missing in the backup or damaged: %w", len(wrong), errors.Join(wrong[:min(named, len(wrong))]...))
	}
	return err
}
