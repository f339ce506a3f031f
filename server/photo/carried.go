package photo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"buxun/shared"
)

// carriedSuffix ends the names of bytes that a courier brings. Each has a name of its own: another process, or the phone itself,
// may be bringing the same ones.
const carriedSuffix = ".carried"

// Carry takes the bytes of a photo that somebody brought in the replica's name, on the replica's own proof, as an upload of the
// phone would be taken: named by an accepted operation, verified by hash, on disk before it returns. had says that they were there
// already; content is then not read. A second process may do the same beside a running server.
func (p *Photos) Carry(ctx context.Context, replica, hash, proof string, content io.Reader) (had bool, err error) {
	c := claim{replica: replica, hash: hash}
	if err := p.proven(ctx, c, proof); err != nil {
		return false, err
	}
	named, ok, err := p.ledger.NamedPhoto(ctx, replica, hash)
	switch {
	case err != nil:
		return false, p.internal(ctx, fmt.Errorf("find photo %s: %w", c.id(), err))
	case !ok:
		return false, shared.Fail("photo.notNamed", c.id())
	case named.Here == shared.ArrivalDamaged:
		return true, shared.Fail(named.damaged(), c.id())
	case named.Here.Settled():
		return true, nil
	}
	c.named = named
	here, err := p.carry(ctx, c, content)
	switch {
	case err != nil && shared.FaultCode(err) == "internal":
		return false, p.internal(ctx, fmt.Errorf("carry photo %s: %w", c.id(), err))
	case err != nil:
		return false, err
	case here == shared.ArrivalDamaged:
		return false, shared.Fail(named.damaged(), c.id())
	}
	return false, nil
}

func (p *Photos) carry(ctx context.Context, c claim, content io.Reader) (shared.Arrival, error) {
	name := p.partial(c) + "." + rand.Text() + carriedSuffix
	if err := p.write(name, content); err != nil {
		return "", errors.Join(err, p.drop(name))
	}
	hash, seen, err := p.verify(name)
	if err == nil && hash != c.hash {
		err = shared.Fail("photo.hashMismatch", c.id()+" was brought as "+hash)
	}
	if err != nil {
		return "", errors.Join(err, p.drop(name))
	}
	folder := originalsDir
	if seen.Type == "" {
		folder = quarantineDir
	}
	place := p.place(folder, c.hash)
	if err := p.makeFolder(filepath.Dir(place)); err != nil {
		return "", errors.Join(err, p.drop(name))
	}
	if err := p.files.Rename(name, place); err != nil {
		return "", errors.Join(err, p.drop(name))
	}
	if err := p.files.SyncDir(filepath.Dir(place)); err != nil {
		return "", err
	}
	return p.arrive(ctx, c, folder, seen)
}

func (p *Photos) write(name string, content io.Reader) (err error) {
	f, err := p.files.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = io.Copy(f, content)
	return err
}

func (p *Photos) drop(name string) error {
	if err := p.files.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// sweepCarried drops what a killed process left.
func (p *Photos) sweepCarried(name string) error {
	stat, err := p.files.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || !p.old(stat) {
		return err
	}
	return p.drop(name)
}
