package handover

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"buxun/server/durable"
	"buxun/sync/wire"
)

const (
	// parkedFolder holds, in the spool's, whole files of which something waits for what came before it on its phone.
	parkedFolder = "parked"
	// Bounds of it: files of one phone, and bytes of all.
	maxParkedOfOne = 8
	maxParkedBytes = 4 * wire.MaxHandoverBytes
)

// await is an operation that waits until its chain is known up to it, or its replica at all.
type await struct {
	replica string
	counter int64
}

// parkedFile is one file that waits.
type parkedFile struct {
	replica string // that signed it
	bytes   int64
	awaits  []await // none: it was not tried in this life of the server
}

// lot are the parked files. They are tried again when a chain that they wait for went on, never by the clock.
type lot struct {
	centre *Centre
	dir    string
	nudged chan struct{} // holds one where something may have gone on

	mutex sync.Mutex
	files map[string]parkedFile // by name
}

func openLot(spool string, centre *Centre) (*lot, error) {
	l := &lot{centre: centre, dir: filepath.Join(spool, parkedFolder), nudged: make(chan struct{}, 1), files: map[string]parkedFile{}}
	if err := os.MkdirAll(l.dir, 0o700); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		stat, err := entry.Info()
		if err != nil {
			return nil, err
		}
		l.files[entry.Name()] = parkedFile{bytes: stat.Size()}
	}
	l.nudge()
	return l, nil
}

// nudge says that something may have gone on; it never blocks.
func (l *lot) nudge() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if len(l.files) == 0 {
		return
	}
	select {
	case l.nudged <- struct{}{}:
	default: // it is known already
	}
}

// park keeps a whole file of which something waits, durably when it returns true. Without room it is left where it is: the courier
// is told, and the phone has everything.
func (l *lot) park(from string, outcome Outcome) (bool, error) {
	stat, err := os.Stat(from)
	if err != nil {
		return false, err
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	ofOne, bytes := 0, stat.Size()
	for name, one := range l.files {
		if name == outcome.name {
			continue
		}
		bytes += one.bytes
		if one.replica == outcome.replica {
			ofOne++
		}
	}
	if ofOne >= maxParkedOfOne || bytes > maxParkedBytes {
		return false, nil
	}
	if err := settle(from, filepath.Join(l.dir, outcome.name)); err != nil {
		return false, fmt.Errorf("park a hand-over file: %w", err)
	}
	l.files[outcome.name] = parkedFile{outcome.replica, stat.Size(), outcome.awaits}
	return true, nil
}

// settle moves a file so that it is on disk under its new name.
func settle(from, to string) error {
	file, err := os.Open(from)
	if err != nil {
		return err
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return durable.Folder(filepath.Dir(to))
}

// retry delivers again what waited for something that is there now, until nothing goes on any more.
func (l *lot) retry(ctx context.Context) error {
	for {
		name, err := l.ready(ctx)
		if err != nil || name == "" {
			return err
		}
		if err := l.again(ctx, name); err != nil {
			return fmt.Errorf("deliver the parked hand-over file %s: %w", name, err)
		}
	}
}

// ready is a parked file that waits for something that is there, or "".
func (l *lot) ready(ctx context.Context) (string, error) {
	l.mutex.Lock()
	names := make([]string, 0, len(l.files))
	for name := range l.files {
		names = append(names, name)
	}
	l.mutex.Unlock()
	slices.Sort(names)
	for _, name := range names {
		l.mutex.Lock()
		awaits := l.files[name].awaits
		l.mutex.Unlock()
		if len(awaits) == 0 {
			return name, nil
		}
		for _, one := range awaits {
			replica, ok, err := l.centre.Replica(ctx, one.replica)
			if err != nil {
				return "", err
			}
			if ok && replica.Counter+1 >= one.counter {
				return name, nil
			}
		}
	}
	return "", nil
}

func (l *lot) again(ctx context.Context, name string) error {
	path := filepath.Join(l.dir, name)
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		l.forget(name)
		return nil
	}
	if err != nil {
		return err
	}
	outcome, err := l.centre.Deliver(ctx, file)
	if err := errors.Join(err, file.Close()); err != nil {
		if isOurs(err) {
			l.forget(name) // it stays on the disk for who looks into it
		}
		return err
	}
	if outcome.Records.Waiting > 0 {
		l.mutex.Lock()
		l.files[name] = parkedFile{outcome.replica, l.files[name].bytes, outcome.awaits}
		l.mutex.Unlock()
		return nil
	}
	l.forget(name)
	return remove(path)
}

func (l *lot) forget(name string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	delete(l.files, name)
}
