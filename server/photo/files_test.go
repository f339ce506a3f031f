package photo

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"buxun/shared"
)

// faulty is the disk with a trace of what is done to it, that can fill up, stop as a killed server does, and lose its power.
type faulty struct {
	Disk
	mu     sync.Mutex
	trace  []string
	room   int64 // bytes that may still be written; -1 for no end
	stopAt int   // the step at which everything begins to fail; 0 is never
	steps  int
	// stopAfter is a step after which everything begins to fail.
	stopAfter string
	// lies are steps that say they are done and are not, by the first word of their trace.
	lies map[string]bool
	// What a power cut would lose.
	dirtyFiles map[string]bool
	dirtyNames map[string]string // new name to old
}

var errStopped = errors.New("the server was stopped")

func newFaulty() *faulty {
	return &faulty{room: -1, lies: map[string]bool{}, dirtyFiles: map[string]bool{}, dirtyNames: map[string]string{}}
}

// step notes one thing done and says whether it may be.
func (f *faulty) step(what, name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.steps++
	if f.stopAt > 0 && f.steps >= f.stopAt {
		return errStopped
	}
	f.trace = append(f.trace, what+" "+brief(name))
	if f.stopAfter == what+" "+brief(name) {
		f.stopAt = f.steps
	}
	return nil
}

// brief makes names short: folder and kind.
func brief(name string) string {
	folder, base := filepath.Base(filepath.Dir(name)), filepath.Base(name)
	switch {
	case strings.HasSuffix(base, noteSuffix):
		return "note"
	case folder == uploadsDir:
		return "upload"
	case len(base) == 64:
		return "photo"
	case len(base) == 2:
		return "place"
	}
	return base
}

func (f *faulty) Create(name string) (File, error) {
	if err := f.step("create", name); err != nil {
		return nil, err
	}
	if f.room == 0 {
		return nil, &fs.PathError{Op: "open", Path: name, Err: syscall.ENOSPC}
	}
	return f.wrap(f.Disk.Create(name))(name)
}

func (f *faulty) Append(name string) (File, error) {
	if err := f.step("append", name); err != nil {
		return nil, err
	}
	return f.wrap(f.Disk.Append(name))(name)
}

func (f *faulty) Open(name string) (File, error) {
	if err := f.step("open", name); err != nil {
		return nil, err
	}
	return f.wrap(f.Disk.Open(name))(name)
}

func (f *faulty) wrap(file File, err error) func(name string) (File, error) {
	return func(name string) (File, error) {
		if err != nil {
			return nil, err
		}
		return &faultyFile{file, f, name}, nil
	}
}

func (f *faulty) Mkdir(name string) error {
	if err := f.step("mkdir", name); err != nil {
		return err
	}
	if err := f.Disk.Mkdir(name); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dirtyNames[name] = ""
	return nil
}

func (f *faulty) Rename(from, to string) error {
	if err := f.step("rename", to); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dirtyFiles[to] = f.dirtyFiles[from]
	delete(f.dirtyFiles, from)
	f.dirtyNames[to] = from
	return f.Disk.Rename(from, to)
}

func (f *faulty) SyncDir(name string) error {
	if err := f.step("syncdir", name); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lies["syncdir"] {
		return nil
	}
	for entry := range f.dirtyNames {
		if filepath.Dir(entry) == name {
			delete(f.dirtyNames, entry)
		}
	}
	return f.Disk.SyncDir(name)
}

func (f *faulty) Remove(name string) error {
	if err := f.step("remove", name); err != nil {
		return err
	}
	return f.Disk.Remove(name)
}

// cutPower loses what was never put on disk.
func (f *faulty) cutPower() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var failed []error
	for name, dirty := range f.dirtyFiles {
		if dirty {
			if err := os.Truncate(name, 0); !errors.Is(err, fs.ErrNotExist) {
				failed = append(failed, err)
			}
		}
	}
	for name := range f.dirtyNames {
		failed = append(failed, os.RemoveAll(name))
	}
	return errors.Join(failed...)
}

func (f *faulty) traced() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.trace...)
}

type faultyFile struct {
	File
	f    *faulty
	name string
}

// Write writes as much as there is room for, as a full disk does.
func (w *faultyFile) Write(data []byte) (int, error) {
	if err := w.f.step("write", w.name); err != nil {
		return 0, err
	}
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	w.f.dirtyFiles[w.name] = true
	if w.f.room >= 0 && int64(len(data)) > w.f.room {
		n, err := w.File.Write(data[:w.f.room])
		w.f.room = 0
		return n, errors.Join(err, &fs.PathError{Op: "write", Path: w.name, Err: syscall.ENOSPC})
	}
	n, err := w.File.Write(data)
	if w.f.room >= 0 {
		w.f.room -= int64(n)
	}
	return n, err
}

func (w *faultyFile) Sync() error {
	if err := w.f.step("sync", w.name); err != nil {
		return err
	}
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	if w.f.lies["sync"] {
		return nil
	}
	delete(w.f.dirtyFiles, w.name)
	return w.File.Sync()
}

// tracedLedger notes in the same trace when the ledger is told.
type tracedLedger struct {
	*ledger
	f *faulty
}

func (l tracedLedger) PhotoArrived(ctx context.Context, author shared.Author, hash string, here shared.Arrival, detectedType string, size int64) error {
	if err := l.f.step("ledger", ""); err != nil {
		return err
	}
	return l.ledger.PhotoArrived(ctx, author, hash, here, detectedType, size)
}
