package handover

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"buxun/shared"
	"buxun/sync/wire"
)

const (
	// spoolFolder is where files lie in the data directory while they arrive.
	spoolFolder = "handovers"
	// spoolLife is how long a file that nobody goes on with is kept.
	spoolLife = 24 * time.Hour
	// atOnce is how many files are opened at the same time.
	atOnce = 2
)

// Spool takes files that arrive slice by slice over thin lines, and delivers each when it is whole. A courier has one at a time:
// beginning another drops the one before.
type Spool struct {
	centre *Centre
	dir    string
	room   chan struct{} // held by whoever opens a file
	parked *lot

	mutex sync.Mutex
	busy  map[string]bool      // couriers whose slice is being taken
	last  map[string]delivered // by courier: the answer to a last slice may be lost
}

type delivered struct {
	id      string
	outcome Outcome
}

// NewSpool opens the spool of a data directory, and drops what was left there too long.
func NewSpool(data string, centre *Centre) (*Spool, error) {
	s := &Spool{centre: centre, dir: filepath.Join(data, spoolFolder), room: make(chan struct{}, atOnce), busy: map[string]bool{}, last: map[string]delivered{}}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the spool of hand-over files: %w", err)
	}
	var err error
	if s.parked, err = openLot(s.dir, centre); err == nil {
		err = s.sweep()
	}
	if err != nil {
		return nil, fmt.Errorf("open the spool of hand-over files: %w", err)
	}
	return s, nil
}

// Nudge says that chains went on: what is parked may be able to follow. It never blocks.
func (s *Spool) Nudge() { s.parked.nudge() }

// Retry delivers what is parked as far as it can be now.
func (s *Spool) Retry(ctx context.Context) error { return s.parked.retry(ctx) }

// Run delivers what is parked whenever it was nudged, until ctx ends.
func (s *Spool) Run(ctx context.Context, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.parked.nudged:
		}
		if err := s.Retry(ctx); err != nil && ctx.Err() == nil {
			log.Error("what is parked of hand-over files could not be tried", "error", err)
		}
	}
}

// Public is the key that phones seal for.
func (s *Spool) Public() string { return s.centre.Key.Public() }

// Slice is a piece of a file: where it begins, and how long the whole is.
type Slice struct {
	At, Whole int64
	Bytes     io.Reader
}

// Take takes a slice of a file that the courier gave an id. It answers how much is here: the courier goes on from there, whatever
// it sent. With the last slice the file is delivered and the outcome is there; a repeated last slice gets the same. A file that is
// no good is dropped; after any other error what is here stays.
func (s *Spool) Take(ctx context.Context, courier, id string, slice Slice) (have int64, outcome *Outcome, err error) {
	switch {
	case !shared.IsUUID(courier) || !shared.IsUUID(id) || slice.At < 0 || slice.Whole < 1:
		return 0, nil, shared.Fail("request.malformed", "no such slice")
	case slice.Whole > wire.MaxHandoverBytes:
		return 0, nil, shared.Fail("handover.tooLarge", fmt.Sprintf("%d bytes", slice.Whole))
	}
	done, err := s.enter(courier)
	if err != nil {
		return 0, nil, err
	}
	defer done()
	if last := s.lastOf(courier); last.id == id {
		return slice.Whole, &last.outcome, nil
	}
	name := filepath.Join(s.dir, courier+"."+id)
	have, err = s.append(courier, name, slice)
	if err != nil || have < slice.Whole {
		return have, nil, err
	}
	made, err := s.deliver(ctx, name)
	if err != nil {
		if isOurs(err) {
			err = errors.Join(err, remove(name))
		}
		return have, nil, err
	}
	if made.Records.Waiting > 0 {
		if made.Parked, err = s.parked.park(name, made); err != nil {
			return have, nil, full(err)
		}
	}
	s.Nudge() // others may wait for what this one brought
	s.mutex.Lock()
	s.last[courier] = delivered{id, made}
	s.mutex.Unlock()
	return have, &made, remove(name)
}

// enter keeps a courier's requests apart.
func (s *Spool) enter(courier string) (done func(), err error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.busy[courier] {
		return nil, shared.Fail("server.busy", "another slice of the same courier is being taken")
	}
	s.busy[courier] = true
	return func() {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		delete(s.busy, courier)
	}, nil
}

func (s *Spool) lastOf(courier string) delivered {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.last[courier]
}

// append puts a slice behind what is here, if it belongs there. What came before a failure counts.
func (s *Spool) append(courier, name string, slice Slice) (have int64, err error) {
	stat, err := os.Stat(name)
	switch {
	case err == nil:
		have = stat.Size()
	case !errors.Is(err, fs.ErrNotExist):
		return 0, err
	}
	if have != slice.At || have >= slice.Whole {
		return min(have, slice.Whole), nil
	}
	if have == 0 {
		if err := errors.Join(s.forget(courier), s.sweep()); err != nil {
			return 0, err
		}
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return have, err
	}
	n, err := io.Copy(file, io.LimitReader(slice.Bytes, slice.Whole-have))
	have += n
	if err == nil {
		err = s.look(file)
	}
	err = full(errors.Join(err, file.Close()))
	if code := shared.FaultCode(err); isOurs(err) || code == "storage.full" { // records need the room more
		return 0, errors.Join(err, remove(name))
	}
	return have, err
}

// look refuses a file that cannot be one as soon as its first bytes say so.
func (s *Spool) look(file io.ReaderAt) error {
	head := make([]byte, headBytes)
	n, err := file.ReadAt(head, 0)
	if err != nil && !cut(err) {
		return err
	}
	if n == 0 {
		return nil
	}
	return s.centre.Key.Look(head[:n])
}

func (s *Spool) deliver(ctx context.Context, name string) (Outcome, error) {
	select {
	case s.room <- struct{}{}:
		defer func() { <-s.room }()
	case <-ctx.Done():
		return Outcome{}, shared.Fail("server.busy", "other hand-over files are being opened")
	}
	file, err := os.Open(name)
	if err != nil {
		return Outcome{}, err
	}
	defer file.Close()
	// What has begun goes on when the courier goes away: it asks again and is told.
	return s.centre.Deliver(context.WithoutCancel(ctx), file)
}

// forget drops what a courier began before.
func (s *Spool) forget(courier string) error {
	return s.each(func(name string, _ fs.FileInfo) bool { return strings.HasPrefix(name, courier+".") })
}

// sweep drops what nobody went on with.
func (s *Spool) sweep() error {
	old := s.centre.Now().Add(-spoolLife)
	return s.each(func(_ string, stat fs.FileInfo) bool { return stat.ModTime().Before(old) })
}

func (s *Spool) each(drop func(name string, stat fs.FileInfo) bool) error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.IsDir() {
			continue
		}
		stat, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && drop(entry.Name(), stat) {
			err = remove(filepath.Join(s.dir, entry.Name()))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// isOurs says whether an error is about a file itself: it will be no better the next time.
func isOurs(err error) bool { return strings.HasPrefix(shared.FaultCode(err), "handover.") }

func remove(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return shared.Fail("storage.full", err.Error())
	}
	return err
}
