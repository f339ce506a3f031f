// Package photo receives photographs and voice notes by the tus protocol, keeps the bytes that were taken, and serves them. A photo is known
// by its SHA-256 (L7); it is acknowledged when its bytes and its directory entry are on disk and the ledger knows of it (L2).
// It must not decide who may see or name a photo: it asks the ledger and its caller.
package photo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"

	"buxun/shared"
)

// Ledger knows which bytes operations name, and takes note of those that arrived.
type Ledger interface {
	// NamedPhoto finds what an accepted operation of the replica's author says of a hash. Its Here is what that author may know.
	NamedPhoto(ctx context.Context, replica, hash string) (Named, bool, error)
	// PhotoArrived notes, durably before it returns, that a replica of the author had the bytes. A repeat changes nothing.
	PhotoArrived(ctx context.Context, author shared.Author, hash string, here shared.Arrival, detectedType string, size int64) error
	// PhotoLost notes that bytes which were here are gone from the storage, PhotoFound that they are there again. Both say
	// whether that changed anything.
	PhotoLost(ctx context.Context, hash string) (bool, error)
	PhotoFound(ctx context.Context, hash string) (bool, error)
	// KeptPhotos lists what should lie in the storage, or is known to be lost, by hash from after one on.
	KeptPhotos(ctx context.Context, after string, limit int) ([]Kept, error)
	// ReplicaKey is the public key (SPKI DER) of an enrolled replica, and whether it was revoked since.
	ReplicaKey(ctx context.Context, replica string) (key []byte, revoked, ok bool, err error)
}

// Named is a photo or preview as an operation names it.
type Named struct {
	Size   int64  // bytes
	Kind   string // "original", "preview" or "voice"
	Type   string // as the operation says; the bytes decide
	Author shared.Author
	Here   shared.Arrival
}

// Kept is a photo or preview that the ledger knows to have arrived.
type Kept struct {
	Hash string
	Size int64 // bytes
	Here shared.Arrival
}

// Path is where Uploads is mounted.
const Path = "/api/uploads/"

// Folders below the data directory.
const (
	uploadsDir    = "uploads"    // what has begun to arrive, by upload id
	originalsDir  = "originals"  // what arrived whole, by hash, in folders of its first two digits
	quarantineDir = "quarantine" // what has the right hash and is no image and no voice note, likewise
	screensDir    = "screens"    // derived, may be deleted
)

// Options are what differs between running and testing. The zero value runs.
type Options struct {
	Files   Files            // default: the disk
	Log     *slog.Logger     // default: slog.Default()
	Now     func() time.Time // default: time.Now
	Expiry  time.Duration    // age at which an unfinished upload is dropped; default 7 days
	Silence time.Duration    // how long a phone may send nothing in the middle of an upload; default 30 s
}

// Photos is the store of photos.
type Photos struct {
	dir     string
	ledger  Ledger
	files   Files
	log     *slog.Logger
	now     func() time.Time
	expiry  time.Duration
	locks   *memorylocker.MemoryLocker
	tus     http.Handler
	screens *screens

	mu      sync.Mutex
	folders map[string]bool // whose entries are on disk
}

// New opens the store in a folder, which it makes where needed.
func New(dir string, ledger Ledger, options Options) (*Photos, error) {
	p := &Photos{dir: dir, ledger: ledger, files: options.Files, log: options.Log, now: options.Now, expiry: options.Expiry, locks: memorylocker.New(),
		folders: map[string]bool{}}
	if p.files == nil {
		p.files = Disk{}
	}
	if p.log == nil {
		p.log = slog.Default()
	}
	if p.now == nil {
		p.now = time.Now
	}
	if p.expiry == 0 {
		p.expiry = 7 * 24 * time.Hour
	}
	silence := options.Silence
	if silence == 0 {
		silence = 30 * time.Second
	}
	for _, folder := range []string{"", uploadsDir, originalsDir, quarantineDir, screensDir} {
		if err := p.makeFolder(filepath.Join(dir, folder)); err != nil {
			return nil, fmt.Errorf("open photos in %s: %w", dir, err)
		}
	}
	p.screens = newScreens(p)
	composer := handler.NewStoreComposer()
	uploads := store{p}
	composer.UseCore(uploads)
	composer.UseTerminater(uploads)
	composer.UseLocker(locker{p.locks})
	tus, err := handler.NewHandler(handler.Config{
		StoreComposer: composer, BasePath: Path, MaxSize: shared.MaxPhotoBytes, DisableDownload: true, DisableConcatenation: true,
		Cors: &handler.CorsConfig{Disable: true}, NetworkTimeout: silence, Logger: quiet(p.log),
		PreUploadCreateCallback: nameUpload,
	})
	if err != nil {
		return nil, fmt.Errorf("open photos in %s: %w", dir, err)
	}
	p.tus = http.StripPrefix(Path, tus)
	return p, nil
}

// nameUpload gives an upload the id of its claim, so that creating it again finds it.
func nameUpload(event handler.HookEvent) (handler.HTTPResponse, handler.FileInfoChanges, error) {
	return handler.HTTPResponse{}, handler.FileInfoChanges{ID: requestOf(event.Context).claim.id(), MetaData: handler.MetaData{}}, nil
}

// makeFolder makes a folder whose entry is on disk when it returns. One that is there already is put on disk once in this
// life: the server may have been killed between making it and that.
func (p *Photos) makeFolder(name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.folders[name] {
		return nil
	}
	if err := p.files.Mkdir(name); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := p.files.SyncDir(filepath.Dir(name)); err != nil {
		return err
	}
	p.folders[name] = true
	return nil
}

// place is where the bytes of a hash lie in one of the folders.
func (p *Photos) place(folder, hash string) string {
	return filepath.Join(p.dir, folder, hash[:2], hash)
}

func (p *Photos) partial(c claim) string { return filepath.Join(p.dir, uploadsDir, c.id()) }

// note is the mark that an upload is whole and verified, and its bytes are on their way to their place.
func (p *Photos) note(c claim) string { return p.partial(c) + noteSuffix }

const noteSuffix = ".kept"

// kindVoice is the kind of a voice note; all else are pictures.
const kindVoice = "voice"

// damaged and tooLarge are the faults of bytes that are not what their kind takes.
func (n Named) damaged() string {
	if n.Kind == kindVoice {
		return "voice.damaged"
	}
	return "photo.damaged"
}

func (n Named) tooLarge() string {
	if n.Kind == kindVoice {
		return "voice.tooLarge"
	}
	return "photo.tooLarge"
}

// faultOf turns an error into a fault of the catalogue where it is one.
func faultOf(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return shared.Fail("storage.full", err.Error())
	}
	return err
}
