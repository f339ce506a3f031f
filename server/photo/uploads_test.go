package photo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"

	"buxun/server/es256"
	"buxun/shared"
)

func TestL7_OriginalIsTheBytesThatWereTaken(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	for _, name := range []string{"good-gps.jpg", "good-no-exif.jpg", "good.webp", "good.heic", "good.avif", "png-bytes-named.jpg", "polyglot-jpeg-zip.jpg", "exif-injection-strings.jpg"} {
		data := testdata(t, name)
		hash := p.send(data)
		if !bytes.Equal(d.original(hash), data) {
			t.Errorf("%s: what is kept differs from what was sent", name)
		}
		if got := d.get("/api/photos/" + hash); !bytes.Equal(got.body, data) {
			t.Errorf("%s: what is served differs from what was sent", name)
		}
	}
	if left := d.left(); len(left) != 0 {
		t.Errorf("among the uploads lie %v", left)
	}
}

func TestL7_AnotherHashStartsAgain(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	data := testdata(t, "good-gps.jpg")
	hash := p.name(data)
	spoilt := bytes.Clone(data)
	spoilt[1000] ^= 1
	p.create(hash, len(data)).want(t, http.StatusCreated, "")
	r := p.patch(hash, 0, spoilt)
	r.want(t, 460, "photo.hashMismatch")
	if r.header.Get(HeaderPhoto) != "" || len(d.left()) != 0 || d.original(hash) != nil || len(d.ledger.arrivals()) != 0 {
		t.Error("spoilt bytes left something behind")
	}
	p.head(hash).want(t, http.StatusNotFound, "request.notFound")
	p.send(data)
}

func TestL8_ResumesAfterACut(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	data := testdata(t, "good-gps.jpg")
	hash := p.name(data)
	p.create(hash, len(data)).want(t, http.StatusCreated, "")
	const cut = 70_000
	conn := d.begin(p, hash, 0, data, cut)
	d.onDisk(p, hash, cut)
	_ = conn.SetLinger(0)
	_ = conn.Close() // a reset
	r := p.head(hash)
	r.want(t, http.StatusOK, "")
	if r.offset(t) != cut || r.header.Get(HeaderPhoto) != "" {
		t.Fatalf("after the cut the server has %d, acknowledged %q", r.offset(t), r.header.Get(HeaderPhoto))
	}
	r = p.patch(hash, cut, data[cut:])
	r.want(t, http.StatusNoContent, "")
	if !bytes.Equal(d.original(hash), data) {
		t.Error("the resumed photo differs")
	}
}

func TestL8_CreatingAgainResumes(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	data := testdata(t, "good-gps.jpg")
	hash := p.name(data)
	first := p.create(hash, len(data))
	p.patch(hash, 0, data[:500]).want(t, http.StatusNoContent, "")
	again := p.create(hash, len(data))
	again.want(t, http.StatusCreated, "")
	if again.header.Get("Location") != first.header.Get("Location") || again.header.Get("Location") != p.path(hash) {
		t.Errorf("locations %q and %q", first.header.Get("Location"), again.header.Get("Location"))
	}
	if again.offset(t) != 500 {
		t.Errorf("the offset is %d, want 500", again.offset(t))
	}
	// With bytes in the creation, which begin at 0: they must not be appended to the 500.
	r := p.ask(http.MethodPost, Path, hash, bytes.NewReader(data), "Upload-Length", strconv.Itoa(len(data)), "Upload-Metadata", metadata(hash), "Content-Type", chunkType)
	r.want(t, http.StatusCreated, "")
	if r.offset(t) != 500 {
		t.Errorf("the offset is %d, want 500", r.offset(t))
	}
	p.patch(hash, 500, data[500:]).want(t, http.StatusNoContent, "")
	if !bytes.Equal(d.original(hash), data) {
		t.Error("the resumed photo differs")
	}
}

func TestL8_NeverSentTwice(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	data := testdata(t, "good-no-exif.jpg")
	hash := p.send(data)
	held := p.create(hash, len(data))
	held.want(t, http.StatusConflict, "photo.held")
	if held.header.Get(HeaderPhoto) != hash || held.header.Get(HeaderState) != "here" {
		t.Errorf("held is answered without the acknowledgement: %v", held.header)
	}
	lost := p.head(hash) // the answer to the last PATCH was lost
	lost.want(t, http.StatusOK, "")
	if lost.offset(t) != len(data) || lost.header.Get(HeaderPhoto) != hash {
		t.Errorf("HEAD says %d and %q", lost.offset(t), lost.header.Get(HeaderPhoto))
	}
	again := p.patch(hash, len(data), nil)
	again.want(t, http.StatusNoContent, "")
	if again.header.Get(HeaderPhoto) != hash || len(d.ledger.arrivals()) != 1 {
		t.Errorf("an empty PATCH is answered %v; arrivals %v", again.header, d.ledger.arrivals())
	}
}

// To name a hash is no proof of having the photo: another person is told nothing and has to send it (L10).
func TestL10_HeldIsToldToNobodyElse(t *testing.T) {
	d := newDesk(t, Options{})
	data := testdata(t, "good-no-exif.jpg")
	hash := d.phone(1).send(data)
	other := d.phone(2)
	other.name(data)
	other.create(hash, len(data)).want(t, http.StatusCreated, "")
	r := other.head(hash)
	if r.offset(t) != 0 || r.header.Get(HeaderPhoto) != "" {
		t.Errorf("another person learns that the photo is here: %v", r.header)
	}
	other.patch(hash, 0, make([]byte, len(data))).want(t, 460, "photo.hashMismatch")
	if !bytes.Equal(d.original(hash), data) {
		t.Fatal("a failed proof changed the original")
	}
	other.create(hash, len(data)).want(t, http.StatusCreated, "")
	other.patch(hash, 0, data).want(t, http.StatusNoContent, "")
	if arrivals := d.ledger.arrivals(); len(arrivals) != 2 || !strings.HasPrefix(arrivals[1], "person-2 ") {
		t.Errorf("arrivals %v", arrivals)
	}
}

func TestL10_ForeignReplicaIsRefused(t *testing.T) {
	d := newDesk(t, Options{})
	owner, stranger := d.phone(1), d.phone(2)
	data := testdata(t, "good-no-exif.jpg")
	hash := owner.name(data)
	owner.create(hash, len(data)).want(t, http.StatusCreated, "")
	stranger.create(hash, len(data)).want(t, http.StatusForbidden, "photo.notNamed")
	wrongKey := owner
	wrongKey.key = stranger.key
	unknown := phone{d, "01920000-0000-7000-8000-00000000abcd", stranger.author, stranger.key}
	for who, p := range map[string]phone{"stranger": stranger, "wrong key": wrongKey, "unknown": unknown} {
		for _, method := range []string{http.MethodHead, http.MethodPatch, http.MethodDelete} {
			r := p.ask(method, owner.path(hash), hash, strings.NewReader("x"), "Content-Type", chunkType, "Upload-Offset", "0")
			if r.status != http.StatusForbidden || r.header.Get(HeaderFault) != "photo.proof" {
				t.Errorf("%s %s is answered %d %s", who, method, r.status, r.body)
			}
		}
	}
	r := owner.ask(http.MethodHead, owner.path(hash), hash, nil, HeaderReplica, stranger.replica) // two replicas in one request
	r.want(t, http.StatusForbidden, "photo.proof")
	// tusd would let a POST pass as anything by this header.
	r = stranger.ask(http.MethodPost, owner.path(hash), hash, strings.NewReader("x"), "X-HTTP-Method-Override", "PATCH", "Content-Type", chunkType, "Upload-Offset", "0")
	r.want(t, http.StatusMethodNotAllowed, "request.methodNotAllowed")
	// A proof for one photo opens no other.
	other := []byte("another")
	owner.name(other)
	proof, err := es256.Sign(owner.key, shared.UploadText(hash))
	if err != nil {
		t.Fatal(err)
	}
	owner.create(hashOf(other), len(other), HeaderProof, proof).want(t, http.StatusForbidden, "photo.proof")
	if r := owner.head(hash); r.offset(t) != 0 {
		t.Error("somebody else's bytes were taken")
	}
}

func TestRefusesWrongCreations(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	data := testdata(t, "good-no-exif.jpg")
	hash := p.name(data)
	p.create(hash, len(data)+1).want(t, http.StatusRequestEntityTooLarge, "photo.tooLarge")
	p.create(hash, len(data)-1).want(t, http.StatusBadRequest, "request.malformed")
	p.create(hash, 0).want(t, http.StatusBadRequest, "request.malformed")
	p.create(hash, -5).want(t, http.StatusBadRequest, "request.malformed")
	p.create("../../etc/passwd", 10).want(t, http.StatusBadRequest, "request.malformed")
	p.create(strings.Repeat("0", 64), 10).want(t, http.StatusForbidden, "photo.notNamed")
	p.create(hash, len(data), "Tus-Resumable", "0.2").want(t, http.StatusPreconditionFailed, "request.malformed")
	p.create(hash, len(data), "Upload-Length", "", "Upload-Defer-Length", "1").want(t, http.StatusBadRequest, "request.malformed")
	p.ask(http.MethodGet, p.path(hash), hash, nil).want(t, http.StatusMethodNotAllowed, "request.methodNotAllowed")
	p.ask(http.MethodHead, Path+"..%2f..%2fetc", hash, nil).want(t, http.StatusNotFound, "request.notFound")
	if left := d.left(); len(left) != 0 {
		t.Errorf("among the uploads lie %v", left)
	}
}

func TestRefusesWrongBytes(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	data := testdata(t, "good-no-exif.jpg")
	hash := p.name(data)
	p.create(hash, len(data)).want(t, http.StatusCreated, "")
	p.patch(hash, 9, data).want(t, http.StatusConflict, "connection.replaced")
	p.patch(hash, 0, append(bytes.Clone(data), 'x')).want(t, http.StatusRequestEntityTooLarge, "photo.tooLarge")
	endless := struct{ io.Reader }{bytes.NewReader(append(bytes.Clone(data), make([]byte, 1<<20)...))} // chunked, of no length
	p.ask(http.MethodPatch, p.path(hash), hash, endless, "Content-Type", chunkType, "Upload-Offset", "0")
	if stat, err := os.Stat(d.photos.partial(claim{replica: p.replica, hash: hash})); err == nil && stat.Size() > int64(len(data)) {
		t.Errorf("%d bytes were stored of %d", stat.Size(), len(data))
	}
}

func TestTwoWritersOfOneUpload(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	data := testdata(t, "good-gps.jpg")
	hash := p.name(data)
	p.create(hash, len(data)).want(t, http.StatusCreated, "")
	silent := d.begin(p, hash, 0, data, 10_000) // goes quiet, and never ends its request
	defer func() { _ = silent.Close() }()
	d.onDisk(p, hash, 10_000)
	start := time.Now()
	r := p.head(hash) // the phone came back by another connection
	if r.offset(t) != 10_000 || time.Since(start) > 5*time.Second {
		t.Fatalf("offset %d after %v", r.offset(t), time.Since(start))
	}
	p.patch(hash, 10_000, data[10_000:]).want(t, http.StatusNoContent, "")
	if !bytes.Equal(d.original(hash), data) {
		t.Error("two writers spoilt the photo")
	}
	answer, err := io.ReadAll(silent) // the first writer is told that it was replaced
	if err != nil || !bytes.Contains(answer, []byte("connection.replaced")) {
		t.Errorf("the first writer hears %q, %v", answer, err)
	}
}

// Two requests create one upload at once, both with its first bytes: whoever comes second must not append them.
func TestCreationsThatRace(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	data := testdata(t, "good-no-exif.jpg")
	c := claim{replica: p.replica, hash: p.name(data)}
	c.named = d.ledger.named[c.replica+c.hash]
	if err := os.WriteFile(d.photos.partial(c), data[:10], 0o600); err != nil {
		t.Fatal(err)
	}
	req := &request{claim: c, chunk: true, offset: -1}
	ctx := context.WithValue(context.Background(), requestKey{}, req)
	if _, err := (store{d.photos}).NewUpload(ctx, handler.FileInfo{Size: c.named.Size}); !errors.Is(err, handler.ErrMismatchOffset) {
		t.Errorf("the second creation hears %v", err)
	}
	late := &upload{d.photos, req, handler.FileInfo{Size: c.named.Size}}
	if n, err := late.WriteChunk(ctx, 0, bytes.NewReader(data)); n != 0 || !errors.Is(err, handler.ErrMismatchOffset) {
		t.Errorf("%d bytes were written at the wrong place: %v", n, err)
	}
}

func TestL7_WhatIsNoImageIsKeptAsideAndNeverShown(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	for _, name := range []string{"html-bytes-named.jpg", "svg-bytes-named.jpg", "polyglot-gif-js.gif", "truncated-30000-of-166987.jpg", "truncated-65536.heic",
		"header-bomb-60000x60000-rgba16.png", "header-bomb-sof-65500x65500.jpg", "soi-only.jpg", "bad-signature.png"} {
		data := testdata(t, name)
		hash := p.name(data)
		p.create(hash, len(data)).want(t, http.StatusCreated, "")
		r := p.patch(hash, 0, data)
		r.want(t, http.StatusNoContent, "")
		if r.header.Get(HeaderPhoto) != hash || r.header.Get(HeaderState) != "damaged" {
			t.Errorf("%s is acknowledged as %q", name, r.header.Get(HeaderState))
		}
		want := fmt.Sprintf("person-1 %s damaged  %d", hash, len(data))
		if arrivals := d.ledger.arrivals(); !slices.Contains(arrivals, want) {
			t.Errorf("%s: arrivals %v, want %s", name, arrivals, want)
		}
		kept, err := os.ReadFile(d.photos.place(quarantineDir, hash))
		if err != nil || !bytes.Equal(kept, data) || d.original(hash) != nil {
			t.Errorf("%s is not in quarantine: %v", name, err)
		}
		d.get("/api/photos/"+hash).want(t, http.StatusUnprocessableEntity, "photo.damaged")
		p.create(hash, len(data)).want(t, http.StatusUnprocessableEntity, "photo.damaged")
	}
}

func TestTerminates(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	data := testdata(t, "good-no-exif.jpg")
	hash := p.name(data)
	p.create(hash, len(data)).want(t, http.StatusCreated, "")
	p.patch(hash, 0, data[:99]).want(t, http.StatusNoContent, "")
	p.ask(http.MethodDelete, p.path(hash), hash, nil).want(t, http.StatusNoContent, "")
	if left := d.left(); len(left) != 0 {
		t.Errorf("among the uploads lie %v", left)
	}
	p.send(data)
	p.ask(http.MethodDelete, p.path(hash), hash, nil).want(t, http.StatusNoContent, "")
	if d.original(hash) == nil {
		t.Error("the end of an upload took a kept photo away")
	}
}

// begin writes the head of a PATCH for all data and only its first bytes.
func (d *desk) begin(p phone, hash string, offset int, data []byte, n int) *net.TCPConn {
	d.t.Helper()
	address := strings.TrimPrefix(d.url, "http://")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		d.t.Fatal(err)
	}
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second)) // a failing test ends
	proof, err := es256.Sign(p.key, shared.UploadText(hash))
	if err != nil {
		d.t.Fatal(err)
	}
	_, err = fmt.Fprintf(conn, "PATCH %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nTus-Resumable: 1.0.0\r\nContent-Type: %s\r\nContent-Length: %d\r\nUpload-Offset: %d\r\n%s: %s\r\n%s: %s\r\n\r\n",
		p.path(hash), address, chunkType, len(data)-offset, offset, HeaderReplica, p.replica, HeaderProof, proof)
	if _, bodyErr := conn.Write(data[offset : offset+n]); err != nil || bodyErr != nil {
		d.t.Fatal(errors.Join(err, bodyErr))
	}
	return conn.(*net.TCPConn)
}

// onDisk waits until the server wrote n bytes of an upload.
func (d *desk) onDisk(p phone, hash string, n int64) {
	d.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		stat, err := os.Stat(d.photos.partial(claim{replica: p.replica, hash: hash}))
		if err == nil && stat.Size() == n {
			return
		}
		if time.Now().After(deadline) {
			d.t.Fatalf("the server never had %d bytes: %v", n, err)
		}
	}
}
