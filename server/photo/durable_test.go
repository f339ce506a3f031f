package photo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"buxun/shared"
)

// steps that must happen in this order before a photo is acknowledged. A word may come several times: the last one counts.
var order = []string{"write upload", "sync upload", "create note", "mkdir place", "syncdir originals", "rename photo", "syncdir place", "ledger .", "acknowledge"}

// disorder says what is wrong with a trace, or "".
func disorder(trace []string) string {
	last := -1
	for _, step := range order {
		at := -1
		for i, done := range trace {
			if done == step {
				at = i
			}
		}
		if at <= last {
			return fmt.Sprintf("%q is missing or too early", step)
		}
		last = at
	}
	return ""
}

func TestL2_AcknowledgedAfterEverythingIsOnDisk(t *testing.T) {
	files := newFaulty()
	d := newDesk(t, Options{})
	photos, err := New(d.dir, tracedLedger{d.ledger, files}, Options{Files: files})
	if err != nil {
		t.Fatal(err)
	}
	d.photos = photos
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		photos.Uploads().ServeHTTP(&tracedAnswer{w, files}, r)
	}))
	t.Cleanup(server.Close)
	d.url = server.URL
	p := d.phone(1)
	data := testdata(t, "good-gps.jpg")
	hash := p.name(data)
	p.create(hash, len(data)).want(t, http.StatusCreated, "")
	p.patch(hash, 0, data[:9000]).want(t, http.StatusNoContent, "")
	p.patch(hash, 9000, data[9000:]).want(t, http.StatusNoContent, "")
	trace := files.traced()
	if wrong := disorder(trace); wrong != "" {
		t.Errorf("%s in\n%s", wrong, strings.Join(trace, "\n"))
	}
	for _, step := range order { // the test notices each step that is taken out
		without := slices.DeleteFunc(slices.Clone(trace), func(done string) bool { return done == step })
		if disorder(without) == "" {
			t.Errorf("nothing is wrong without %q", step)
		}
	}
}

// tracedAnswer notes when the acknowledgement leaves.
type tracedAnswer struct {
	http.ResponseWriter
	f *faulty
}

func (a *tracedAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *tracedAnswer) WriteHeader(status int) {
	if a.Header().Get(HeaderPhoto) != "" {
		_ = a.f.step("acknowledge", "")
		a.f.trace[len(a.f.trace)-1] = "acknowledge"
	}
	a.ResponseWriter.WriteHeader(status)
}

// The power goes right after the acknowledgement. That the photo is there depends on each of the settings: on a disk that
// only says it is done, it is lost.
func TestL2_AcknowledgedSurvivesAPowerCut(t *testing.T) {
	for lie, survives := range map[string]bool{"": true, "sync": false, "syncdir": false} {
		t.Run("without "+lie, func(t *testing.T) {
			files := newFaulty()
			files.lies[lie] = true
			d := newDesk(t, Options{Files: files})
			if !files.lies["syncdir"] && len(files.dirtyNames) > 0 {
				t.Fatalf("the folders are not on disk: %v", files.dirtyNames)
			}
			data := testdata(t, "good-gps.jpg")
			hash := d.phone(1).send(data)
			if err := files.cutPower(); err != nil {
				t.Fatal(err)
			}
			if kept := bytes.Equal(d.original(hash), data); kept != survives {
				t.Errorf("kept is %v, want %v", kept, survives)
			}
		})
	}
}

// A folder that was made by a life of the server that ended too soon is put on disk by the next one.
func TestL2_FolderOfAnEarlierLife(t *testing.T) {
	files := newFaulty()
	d := newDesk(t, Options{Files: files})
	data := testdata(t, "good-no-exif.jpg")
	if err := files.Mkdir(filepath.Join(d.dir, originalsDir, hashOf(data)[:2])); err != nil {
		t.Fatal(err)
	}
	d.open(Options{Files: files})
	hash := d.phone(1).send(data)
	if err := files.cutPower(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(d.original(hash), data) {
		t.Error("the photo is lost with its folder")
	}
}

// The server is killed at each step of keeping a photo, and started again: nothing acknowledged is lost, and bytes that the
// server has are not asked for again (L8).
func TestL2_KilledAtEveryStep(t *testing.T) {
	data := testdata(t, "good-no-exif.jpg")
	for stop := 1; ; stop++ {
		files := newFaulty()
		d := newDesk(t, Options{})
		d.open(Options{Files: files})
		p := d.phone(1)
		hash := p.name(data)
		p.create(hash, len(data)).want(t, http.StatusCreated, "")
		p.patch(hash, 0, data[:4000]).want(t, http.StatusNoContent, "")
		files.mu.Lock()
		files.stopAt = files.steps + stop
		files.mu.Unlock()
		last := p.patch(hash, 4000, data[4000:])
		acknowledged := last.header.Get(HeaderPhoto) == hash
		if acknowledged != (last.status == http.StatusNoContent) {
			t.Fatalf("stopped at step %d: status %d, acknowledged %v", stop, last.status, acknowledged)
		}
		had := len(data)
		if stat, err := os.Stat(d.photos.partial(claim{replica: p.replica, hash: hash})); err == nil {
			had = int(stat.Size())
		}
		d.open(Options{}) // after the restart
		if stop%2 == 0 {
			if err := d.photos.Sweep(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		r := p.head(hash)
		r.want(t, http.StatusOK, "")
		if r.offset(t) != had || had < 4000 || (had == len(data)) != (r.header.Get(HeaderPhoto) == hash) {
			t.Errorf("stopped at step %d: the server had %d bytes and asks for more from %d", stop, had, r.offset(t))
		}
		if had < len(data) {
			p.patch(hash, had, data[had:]).want(t, http.StatusNoContent, "")
		}
		if !bytes.Equal(d.original(hash), data) {
			t.Errorf("stopped at step %d: the photo is not there", stop)
		}
		if arrivals := d.ledger.arrivals(); len(arrivals) != 1 {
			t.Errorf("stopped at step %d: arrivals %v", stop, arrivals)
		}
		if acknowledged && stop > 5 {
			if stop < 9 {
				t.Errorf("there were only %d steps to stop at", stop)
			}
			return
		}
	}
}

// Killed between the rename and the folder's sync, started again, acknowledged, and then the power goes.
func TestL2_RecalledSurvivesAPowerCut(t *testing.T) {
	files := newFaulty()
	d := newDesk(t, Options{Files: files})
	p := d.phone(1)
	data := testdata(t, "good-no-exif.jpg")
	hash := p.name(data)
	p.create(hash, len(data)).want(t, http.StatusCreated, "")
	files.mu.Lock()
	files.stopAfter = "rename photo"
	files.mu.Unlock()
	p.patch(hash, 0, data).want(t, http.StatusInternalServerError, "internal")
	files.mu.Lock()
	files.stopAt, files.stopAfter = 0, ""
	files.mu.Unlock()
	d.open(Options{Files: files})
	if r := p.head(hash); r.header.Get(HeaderPhoto) != hash {
		t.Fatalf("HEAD is answered %d %v", r.status, r.header)
	}
	if err := files.cutPower(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(d.original(hash), data) {
		t.Error("an acknowledged photo is lost")
	}
}

// A request that waited for the lock while another one kept the photo knows an old answer of the ledger.
func TestL8_KeptWhileWaiting(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	data := testdata(t, "good-no-exif.jpg")
	c := claim{replica: p.replica, hash: p.name(data)}
	c.named = d.ledger.named[c.replica+c.hash]
	p.send(data)
	if here, err := d.photos.recall(context.Background(), c); err != nil || here != shared.ArrivalHere {
		t.Errorf("it is %q, %v", here, err)
	}
}

func TestL8_StorageFullLosesNothing(t *testing.T) {
	files := newFaulty()
	d := newDesk(t, Options{Files: files})
	p := d.phone(1)
	data := testdata(t, "good-gps.jpg")
	hash := p.name(data)
	files.room = 0
	p.create(hash, len(data)).want(t, http.StatusInsufficientStorage, "storage.full")
	files.room = 50_000
	p.create(hash, len(data)).want(t, http.StatusCreated, "")
	p.patch(hash, 0, data).want(t, http.StatusInsufficientStorage, "storage.full")
	if r := p.head(hash); r.offset(t) != 50_000 {
		t.Fatalf("offset %d, want the 50000 for which there was room", r.offset(t))
	}
	files.room = int64(len(data)) - 50_000 // room for the bytes, none for the note
	p.patch(hash, 50_000, data[50_000:]).want(t, http.StatusInsufficientStorage, "storage.full")
	r := p.head(hash)
	r.want(t, http.StatusInsufficientStorage, "storage.full") // and not complete: the phone must not take it for sent
	if r.header.Get(HeaderPhoto) != "" || r.header.Get("Upload-Offset") != "" {
		t.Errorf("HEAD says %v", r.header)
	}
	files.room = -1
	r = p.head(hash)
	r.want(t, http.StatusOK, "")
	if r.header.Get(HeaderPhoto) != hash || !bytes.Equal(d.original(hash), data) {
		t.Error("with room again the photo is not kept")
	}
}

func TestL2_NothingIsAcknowledgedThatTheLedgerDoesNotKnow(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	data := testdata(t, "good-no-exif.jpg")
	hash := p.name(data)
	d.ledger.failing = errors.New("database is locked at /secret/path")
	p.create(hash, len(data)).want(t, http.StatusCreated, "")
	r := p.patch(hash, 0, data)
	r.want(t, http.StatusInternalServerError, "internal")
	if strings.Contains(string(r.body), "secret") {
		t.Errorf("the phone is told of our insides: %s", r.body)
	}
	if r := p.head(hash); r.status != http.StatusInternalServerError || r.header.Get(HeaderPhoto) != "" {
		t.Errorf("HEAD is answered %d %v", r.status, r.header)
	}
	d.ledger.failing = nil
	again := p.create(hash, len(data)) // tus clients begin anew when HEAD fails
	again.want(t, http.StatusCreated, "")
	if again.offset(t) != len(data) || again.header.Get(HeaderPhoto) != hash {
		t.Errorf("creating again says %v", again.header)
	}
}

func TestSweepExpiresAndFinishes(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	idle, whole, spoilt, fresh := testdata(t, "good-no-exif.jpg"), testdata(t, "good.webp"), testdata(t, "good.avif"), testdata(t, "good-gps.jpg")
	var hashes []string
	for _, data := range [][]byte{idle, whole, spoilt, fresh} {
		hash := p.name(data)
		hashes = append(hashes, hash)
		p.create(hash, len(data)).want(t, http.StatusCreated, "")
		p.patch(hash, 0, data[:100]).want(t, http.StatusNoContent, "")
	}
	partial := func(i int) string { return d.photos.partial(claim{replica: p.replica, hash: hashes[i]}) }
	long := time.Now().Add(-8 * 24 * time.Hour)
	if err := errors.Join(os.Chtimes(partial(0), long, long), os.WriteFile(partial(1), whole, 0o600), os.WriteFile(partial(2), make([]byte, len(spoilt)), 0o600),
		os.WriteFile(d.photos.note(claim{replica: p.replica, hash: strings.Repeat("a", 64)}), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := d.photos.Sweep(context.Background()); err != nil {
		t.Fatal(err)
	}
	if left := d.left(); len(left) != 1 || !strings.HasPrefix(left[0], hashes[3]) {
		t.Errorf("left are %v, want the fresh one", left)
	}
	if !bytes.Equal(d.original(hashes[1]), whole) || len(d.ledger.arrivals()) != 1 {
		t.Errorf("the whole one was not kept: %v", d.ledger.arrivals())
	}
	p.head(hashes[0]).want(t, http.StatusNotFound, "request.notFound")
	if r := p.head(hashes[3]); r.offset(t) != 100 {
		t.Errorf("the fresh one has %d", r.offset(t))
	}
}
