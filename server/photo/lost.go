package photo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"buxun/shared"
)

const (
	lookEvery = 24 * time.Hour // the time between two looks at everything that is kept
	lookPage  = 500
)

// LookThrough looks whether everything that the ledger knows to be here lies in the storage with its size. What does not is lost:
// the ledger is told, so that every case that names it says so and the phones that still have it send it again (R44). What
// was lost and lies there again, whole, is found. It goes on after a failure and returns all of them joined.
func (p *Photos) LookThrough(ctx context.Context) (lost, found int, err error) {
	var failures []error
	for after := ""; ; {
		page, err := p.ledger.KeptPhotos(ctx, after, lookPage)
		if err != nil || len(page) == 0 {
			return lost, found, errors.Join(append(failures, err)...)
		}
		for _, one := range page {
			was := one.Here
			now, err := p.look(ctx, one)
			switch {
			case err != nil:
				failures = append(failures, fmt.Errorf("look at photo %s: %w", one.Hash, err))
			case now != was && now == shared.ArrivalLost:
				lost++
			case now != was:
				found++
			}
		}
		after = page[len(page)-1].Hash
	}
}

// look compares one photo with the storage and tells the ledger of a difference. It gives what holds now.
func (p *Photos) look(ctx context.Context, one Kept) (shared.Arrival, error) {
	if err := ctx.Err(); err != nil {
		return one.Here, err
	}
	place := p.place(originalsDir, one.Hash)
	stat, err := p.files.Stat(place)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return one.Here, err
	case one.Here == shared.ArrivalHere && (err != nil || stat.Size() != one.Size):
		return shared.ArrivalLost, p.lose(ctx, one.Hash)
	case one.Here != shared.ArrivalLost || err != nil || stat.Size() != one.Size:
		return one.Here, nil
	}
	if hash, _, err := p.verify(place); err != nil || hash != one.Hash {
		return one.Here, err
	}
	p.log.InfoContext(ctx, "a lost photo is there again", "photo", one.Hash)
	_, err = p.ledger.PhotoFound(ctx, one.Hash)
	return shared.ArrivalHere, err
}

func (p *Photos) lose(ctx context.Context, hash string) error {
	changed, err := p.ledger.PhotoLost(ctx, hash)
	if changed {
		p.log.ErrorContext(ctx, "a photo is gone from the storage; phones that still have it are asked for it", "photo", hash, "file", p.place(originalsDir, hash))
	}
	return err
}

// check tells the ledger when somebody looked at a photo whose file is gone, sooner than the next look at everything would.
func (p *Photos) check(ctx context.Context, hash string) {
	for _, folder := range []string{originalsDir, quarantineDir} {
		if _, err := p.files.Stat(p.place(folder, hash)); !errors.Is(err, fs.ErrNotExist) {
			return
		}
	}
	if err := p.lose(ctx, hash); err != nil {
		p.log.ErrorContext(ctx, "a photo is gone and that could not be noted", "photo", hash, "error", err)
	}
}

// watch looks at everything that is kept, at once and every day, until ctx ends.
func (p *Photos) watch(ctx context.Context) {
	due := time.NewTicker(lookEvery)
	defer due.Stop()
	for {
		lost, found, err := p.LookThrough(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			p.log.ErrorContext(ctx, "the photos could not all be looked at", "lost", lost, "found", found, "error", err)
		case lost+found > 0:
			p.log.WarnContext(ctx, "photos were looked at", "lost", lost, "found", found)
		}
		select {
		case <-ctx.Done():
			return
		case <-due.C:
		}
	}
}
