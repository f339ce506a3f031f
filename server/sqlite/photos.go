package sqlite

import (
	"context"
	"fmt"
	"sync"

	"buxun/shared"
	"buxun/sync/session"
)

// Kinds of bytes that an operation names.
const (
	KindOriginal = "original"
	KindPreview  = "preview"
	KindVoice    = "voice"
)

// Named is a photo, preview or voice note as an accepted operation names it.
type Named struct {
	Size   int64         // bytes, as the operation says
	Kind   string        // KindOriginal, KindPreview or KindVoice
	Type   string        // as the operation says
	Author shared.Author // of the replica
	Here   shared.Arrival
}

// NamedPhoto finds the photo that an accepted operation of the replica's author names.
func (s *Store) NamedPhoto(ctx context.Context, replica, hash string) (Named, bool, error) {
	var n Named
	err := s.reading.QueryRowContext(ctx, `SELECT case_photos.size, kind, type, author_kind, replicas.author, here
		FROM replicas JOIN case_photos ON case_photos.author = replicas.author AND case_photos.hash = ?2
		WHERE replicas.id = ?1 ORDER BY here NOT IN ('here', 'damaged'), kind LIMIT 1`, replica, hash).
		Scan(&n.Size, &n.Kind, &n.Type, &n.Author.Kind, &n.Author.ID, &n.Here)
	ok, err := found(err)
	if err != nil {
		return n, false, fmt.Errorf("find photo %s of %s: %w", hash, replica, err)
	}
	return n, ok, nil
}

// PhotoArrived takes note that bytes of a hash are on disk and that a replica of the author had them: every case in which an
// operation of that author names the hash shows it, as changes of the feed, in one durable transaction. Others who name the
// same hash get nothing by it, but those who had shown to have bytes that were lost meanwhile. here is ArrivalHere or
// ArrivalDamaged; a repeat changes nothing.
// Photos that come while the writer is busy go into one transaction: a transaction each would make the disk wait for every photo.
func (s *Store) PhotoArrived(ctx context.Context, author shared.Author, hash string, here shared.Arrival, detectedType string, size int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	one := &arrived{author.ID, hash, here, detectedType, size, make(chan error, 1)}
	s.arrivals.add(one)
	s.mutex.Lock()
	if waiting := s.arrivals.take(); len(waiting) > 0 { // else whoever had the writer before took this one along
		s.noteArrivals(context.WithoutCancel(ctx), waiting)
	}
	s.mutex.Unlock()
	if err := <-one.done; err != nil {
		return fmt.Errorf("note arrival of photo %s: %w", hash, err)
	}
	return nil
}

// arrived is one photo on its way into the ledger.
type arrived struct {
	author, hash string
	here         shared.Arrival
	detectedType string
	size         int64
	done         chan error // hears once, when the transaction is on disk or failed
}

// arrivals are photos that wait for the writer.
type arrivals struct {
	mutex   sync.Mutex
	waiting []*arrived
}

func (a *arrivals) add(one *arrived) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.waiting = append(a.waiting, one)
}

func (a *arrivals) take() []*arrived {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	waiting := a.waiting
	a.waiting = nil
	return waiting
}

// noteArrivals is one transaction over the photos; where it fails each has one of its own, so that a bad one fails alone. The
// caller holds the writer.
func (s *Store) noteArrivals(ctx context.Context, list []*arrived) {
	var changed []session.Changed
	err := s.transact(ctx, func(ctx context.Context, w *writer) error {
		for _, one := range list {
			more, err := w.noteArrival(ctx, one, s.now())
			if err != nil {
				return err
			}
			changed = append(changed, more...)
		}
		return nil
	})
	if err != nil && len(list) > 1 {
		for _, one := range list {
			s.noteArrivals(ctx, []*arrived{one})
		}
		return
	}
	if err == nil {
		s.announce(changed)
	}
	for _, one := range list {
		one.done <- err
	}
}

func (w *writer) noteArrival(ctx context.Context, one *arrived, now int64) ([]session.Changed, error) {
	err := w.exec(ctx, `INSERT INTO photos (hash, type, size, here, at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (hash) DO UPDATE SET type = excluded.type, size = excluded.size, here = excluded.here`, one.hash, one.detectedType, one.size, one.here, now)
	if err != nil {
		return nil, err
	}
	return w.turn(ctx, one.hash, one.here, `(author = ?3 OR here = 'lost')`, one.author)
}

// PhotoLost takes note that bytes which were here are gone from the storage: every case that showed them says so, as changes
// of the feed, and they are taken again from whoever still has them (R44). It says whether anything changed.
func (s *Store) PhotoLost(ctx context.Context, hash string) (bool, error) {
	return s.turnPhoto(ctx, hash, shared.ArrivalHere, shared.ArrivalLost)
}

// PhotoFound takes note that lost bytes are in the storage again.
func (s *Store) PhotoFound(ctx context.Context, hash string) (bool, error) {
	return s.turnPhoto(ctx, hash, shared.ArrivalLost, shared.ArrivalHere)
}

func (s *Store) turnPhoto(ctx context.Context, hash string, from, to shared.Arrival) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var changed []session.Changed
	err := s.transact(context.WithoutCancel(ctx), func(ctx context.Context, w *writer) error {
		err := w.exec(ctx, `UPDATE photos SET here = ?, at = ? WHERE hash = ? AND here = ?`, to, s.now(), hash, from)
		if err != nil {
			return err
		}
		changed, err = w.turn(ctx, hash, to, `here = ?3`, from)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("note that photo %s is %s: %w", hash, to, err)
	}
	s.announce(changed)
	return len(changed) > 0, nil
}

// KeptPhoto is a photo or preview that should lie in the storage, or should not any more.
type KeptPhoto struct {
	Hash string
	Size int64 // bytes
	Here shared.Arrival
}

// KeptPhotos lists photos that are here or lost, by hash from after one on, at most so many.
func (s *Store) KeptPhotos(ctx context.Context, after string, limit int) ([]KeptPhoto, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT hash, size, here FROM photos WHERE hash > ? AND here <> 'damaged' ORDER BY hash LIMIT ?`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list photos after %q: %w", after, err)
	}
	kept, err := collect(rows, func(scan func(...any) error) (k KeptPhoto, err error) {
		err = scan(&k.Hash, &k.Size, &k.Here)
		return k, err
	})
	if err != nil {
		return nil, fmt.Errorf("list photos after %q: %w", after, err)
	}
	return kept, nil
}

// turn puts a hash's new standing on the rows that fit (a condition on case_photos whose ?3 is arg) and on their cases.
func (w *writer) turn(ctx context.Context, hash string, here shared.Arrival, fit string, arg any) ([]session.Changed, error) {
	rows, err := w.conn.QueryContext(ctx, `SELECT doc FROM cases WHERE id IN (SELECT case_id FROM case_photos WHERE hash = ?1 AND here <> ?2 AND `+fit+`) ORDER BY seq`,
		hash, here, arg)
	if err != nil {
		return nil, err
	}
	docs, err := collect(rows, func(scan func(...any) error) (doc string, err error) {
		err = scan(&doc)
		return doc, err
	})
	if err != nil {
		return nil, err
	}
	if err := w.exec(ctx, `UPDATE case_photos SET here = ?2 WHERE hash = ?1 AND here <> ?2 AND `+fit, hash, here, arg); err != nil {
		return nil, err
	}
	var changed []session.Changed
	for _, doc := range docs {
		c, err := readCase(doc)
		if err != nil {
			return nil, err
		}
		next, differs := shared.Arrive(c, hash, here)
		if !differs {
			continue
		}
		w.head++
		if err := w.putCase(ctx, next, w.head); err != nil {
			return nil, err
		}
		changed = append(changed, session.Changed{Seq: w.head, Case: next})
	}
	return changed, nil
}

// Visible is a photo or preview that a reader may fetch.
type Visible struct {
	Type string // as the bytes show
	Size int64  // bytes
	Kind string // KindOriginal, KindPreview or KindVoice
	Here shared.Arrival
}

// VisiblePhoto finds a photo that is here, damaged or lost through a case in the reader's scope; that somebody names a hash gives
// nobody anything (L10).
func (s *Store) VisiblePhoto(ctx context.Context, reader session.Reader, hash string) (Visible, bool, error) {
	var v Visible
	err := s.reading.QueryRowContext(ctx, `SELECT photos.type, photos.size, case_photos.kind, photos.here
		FROM case_photos JOIN cases ON cases.id = case_id JOIN photos ON photos.hash = case_photos.hash
		WHERE case_photos.hash = ?1 AND case_photos.here <> 'waiting' AND (`+caseInScope+`)
		AND (?5 = '' OR case_photos.kind <> 'voice') LIMIT 1`,
		hash, reader.Person, centre(reader.Standing), reader.Standing.Squad, reader.Standing.Unit).Scan(&v.Type, &v.Size, &v.Kind, &v.Here)
	ok, err := found(err)
	if err != nil {
		return v, false, fmt.Errorf("find photo %s: %w", hash, err)
	}
	return v, ok, nil
}

// Held sorts out which hashes are here and which damaged, of photos that the replica's author sent or the reader may see
// (R38).
func (s *Store) Held(ctx context.Context, reader session.Reader, replica string, hashes []string) (here, damaged []string, err error) {
	for _, hash := range hashes {
		var arrival shared.Arrival
		err := s.reading.QueryRowContext(ctx, `SELECT case_photos.here FROM case_photos JOIN cases ON cases.id = case_id
			WHERE hash = ?1 AND case_photos.here IN ('here', 'damaged') AND ((`+caseInScope+`) AND (?5 = '' OR case_photos.kind <> 'voice')
				OR case_photos.author = (SELECT author FROM replicas WHERE id = ?6)) LIMIT 1`,
			hash, reader.Person, centre(reader.Standing), reader.Standing.Squad, reader.Standing.Unit, replica).Scan(&arrival)
		ok, err := found(err)
		switch {
		case err != nil:
			return nil, nil, fmt.Errorf("sort hash %s: %w", hash, err)
		case ok && arrival == shared.ArrivalDamaged:
			damaged = append(damaged, hash)
		case ok:
			here = append(here, hash)
		}
	}
	return here, damaged, nil
}
