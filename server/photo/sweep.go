package photo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/tus/tusd/v2/pkg/handler"

	"buxun/shared"
)

// Sweep looks through the uploads: those that are whole but not kept, because the server stopped or the disk was full, are
// kept now; those that nobody went on with for the expiry are dropped (the phone still has them and may begin again). It goes on after a failure and returns all of them joined.
func (p *Photos) Sweep(ctx context.Context) error {
	entries, err := p.files.ReadDir(filepath.Join(p.dir, uploadsDir))
	if err != nil {
		return fmt.Errorf("sweep uploads: %w", err)
	}
	var failures []error
	for _, entry := range entries {
		if ctx.Err() != nil {
			return errors.Join(append(failures, ctx.Err())...)
		}
		if strings.HasSuffix(entry.Name(), carriedSuffix) {
			if err := p.sweepCarried(filepath.Join(p.dir, uploadsDir, entry.Name())); err != nil {
				failures = append(failures, fmt.Errorf("sweep %s: %w", entry.Name(), err))
			}
			continue
		}
		c, ok := claimOf(strings.TrimSuffix(entry.Name(), noteSuffix))
		if !ok {
			p.log.WarnContext(ctx, "something lies among the uploads that is none", "name", entry.Name())
			continue
		}
		if err := p.sweepOne(ctx, c); err != nil {
			failures = append(failures, fmt.Errorf("sweep upload %s: %w", c.id(), err))
		}
	}
	return errors.Join(failures...)
}

func (p *Photos) sweepOne(ctx context.Context, c claim) error {
	if young, err := p.young(ctx, c); err != nil || young {
		return err
	}
	// A request that still has the lock is interrupted: it has been idle for the expiry, or has all its bytes.
	unlock, err := p.lock(ctx, c)
	if err != nil {
		return err
	}
	defer unlock()
	named, ok, err := p.ledger.NamedPhoto(ctx, c.replica, c.hash)
	if err != nil {
		return err
	}
	c.named = named
	waiting := ok && !named.Here.Settled()
	stat, err := p.files.Stat(p.partial(c))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	switch here := err == nil; {
	case here && waiting && stat.Size() >= named.Size:
		_, err = p.keep(ctx, c)
	case here && p.old(stat):
		p.log.InfoContext(ctx, "an upload expired", "upload", c.id(), "bytes", stat.Size())
		err = p.files.Remove(p.partial(c))
	case here:
		return nil
	case waiting:
		_, err = p.recall(ctx, c)
		if errors.Is(err, handler.ErrNotFound) {
			err = p.files.Remove(p.note(c))
		}
	default:
		err = p.files.Remove(p.note(c))
	}
	if shared.FaultCode(err) == "photo.hashMismatch" || errors.Is(err, fs.ErrNotExist) {
		return nil // dropped, or somebody was quicker
	}
	return err
}

// young says that an upload is still arriving: it has nothing for the sweep, which must not cut the phone off.
func (p *Photos) young(ctx context.Context, c claim) (bool, error) {
	stat, err := p.files.Stat(p.partial(c))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil || p.old(stat) {
		return false, err
	}
	named, ok, err := p.ledger.NamedPhoto(ctx, c.replica, c.hash)
	return !ok || stat.Size() < named.Size, err
}

func (p *Photos) old(stat fs.FileInfo) bool { return p.now().Sub(stat.ModTime()) > p.expiry }
