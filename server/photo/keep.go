package photo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/tus/tusd/v2/pkg/handler"

	"buxun/shared"
)

// keep verifies an upload that is whole and keeps it for good: bytes on disk, hash compared, type seen, moved to its place,
// directory on disk, noted in the ledger, in this order (L2). Bytes with another hash are dropped (photo.hashMismatch); bytes
// that are neither an image nor a voice note are quarantined and kept as damaged. The caller holds the upload's lock.
func (p *Photos) keep(ctx context.Context, c claim) (shared.Arrival, error) {
	partial := p.partial(c)
	hash, seen, err := p.verify(partial)
	if err != nil {
		return "", fmt.Errorf("verify: %w", err)
	}
	if hash != c.hash {
		if err := p.files.Remove(partial); err != nil {
			return "", fmt.Errorf("drop: %w", err)
		}
		return "", shared.Fail("photo.hashMismatch", c.id()+" came as "+hash)
	}
	folder := originalsDir
	if seen.Type == "" {
		folder = quarantineDir
	}
	if err := p.move(c, p.place(folder, c.hash)); err != nil {
		return "", fmt.Errorf("move: %w", err)
	}
	return p.arrive(ctx, c, folder, seen)
}

// verify puts an upload's bytes on disk, reads them once for their hash, and looks at what they are.
func (p *Photos) verify(name string) (hash string, seen Seen, err error) {
	f, err := p.files.Open(name)
	if err != nil {
		return "", seen, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := f.Sync(); err != nil {
		return "", seen, err
	}
	sum := sha256.New()
	size, err := io.Copy(sum, f)
	if err != nil {
		return "", seen, err
	}
	seen, err = identify(f, size)
	return hex.EncodeToString(sum.Sum(nil)), seen, err
}

// move puts an upload at its place. The note beside it tells, after a crash, that this replica's bytes were whole.
func (p *Photos) move(c claim, place string) error {
	note, err := p.files.Create(p.note(c))
	if err == nil {
		err = note.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := p.makeFolder(filepath.Dir(place)); err != nil {
		return err
	}
	if err := p.files.Rename(p.partial(c), place); err != nil {
		return err
	}
	return p.files.SyncDir(filepath.Dir(place))
}

// arrive tells the ledger; with that the photo may be acknowledged.
func (p *Photos) arrive(ctx context.Context, c claim, folder string, seen Seen) (shared.Arrival, error) {
	here := shared.ArrivalHere
	if folder == quarantineDir {
		here = shared.ArrivalDamaged
	}
	if err := p.ledger.PhotoArrived(ctx, c.named.Author, c.hash, here, seen.Type, c.named.Size); err != nil {
		return "", fmt.Errorf("note arrival: %w", err)
	}
	if err := p.files.Remove(p.note(c)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		p.log.WarnContext(ctx, "the note of a kept photo stays", "upload", c.id(), "error", err) // the sweep takes it
	}
	if here == shared.ArrivalHere && c.named.Kind != "preview" && strings.HasPrefix(seen.Type, "image/") {
		p.screens.want(c.hash)
	}
	return here, nil
}

// recall finds what became of an upload whose bytes are gone from the uploads: kept and noted, kept but not noted because
// the server stopped in between, or never begun. The caller holds the upload's lock.
func (p *Photos) recall(ctx context.Context, c claim) (shared.Arrival, error) {
	if !c.named.Here.Settled() {
		named, ok, err := p.ledger.NamedPhoto(ctx, c.replica, c.hash) // it may have arrived while we waited for the lock
		if err != nil {
			return "", err
		}
		if ok {
			c.named = named
		}
	}
	if c.named.Here.Settled() {
		return c.named.Here, nil
	}
	if _, err := p.files.Stat(p.note(c)); errors.Is(err, fs.ErrNotExist) {
		return "", handler.ErrNotFound
	} else if err != nil {
		return "", err
	}
	for _, folder := range []string{originalsDir, quarantineDir} {
		place := p.place(folder, c.hash)
		_, seen, err := p.verify(place)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		if err := p.files.SyncDir(filepath.Dir(place)); err != nil {
			return "", err
		}
		return p.arrive(ctx, c, folder, seen)
	}
	return "", handler.ErrNotFound
}
