package photo

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"buxun/server/es256"
	"buxun/shared"
)

// desk is a server of photos with phones that talk tus to it over HTTP.
type desk struct {
	t      *testing.T
	dir    string
	photos *Photos
	ledger *ledger
	url    string
}

func newDesk(t *testing.T, options Options) *desk {
	t.Helper()
	d := &desk{t: t, dir: filepath.Join(t.TempDir(), "photos"), ledger: &ledger{keys: map[string][]byte{}, named: map[string]Named{}}}
	d.open(options)
	return d
}

// open starts the server, or starts it again on the same folder and ledger.
func (d *desk) open(options Options) {
	d.t.Helper()
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	photos, err := New(d.dir, d.ledger, options)
	if err != nil {
		d.t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle(Path, photos.Uploads())
	mux.HandleFunc("/api/photos/{hash}", func(w http.ResponseWriter, r *http.Request) {
		hash := r.PathValue("hash")
		photos.Serve(w, r, r.Header.Get("Test-Stranger") == "" && (d.ledger.knows(hash) || d.lies(hash)), hash, r.URL.Query().Get("size"))
	})
	server := httptest.NewServer(mux)
	d.t.Cleanup(server.Close)
	d.photos, d.url = photos, server.URL
}

// ledger is a Ledger in memory.
type ledger struct {
	mu      sync.Mutex
	keys    map[string][]byte
	named   map[string]Named // by replica and hash
	arrived []string
	failing error
}

func (l *ledger) NamedPhoto(_ context.Context, replica, hash string) (Named, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	named, ok := l.named[replica+hash]
	return named, ok, nil
}

func (l *ledger) PhotoArrived(_ context.Context, author shared.Author, hash string, here shared.Arrival, detectedType string, size int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failing != nil {
		return l.failing
	}
	l.arrived = append(l.arrived, fmt.Sprintf("%s %s %s %s %d", author.ID, hash, here, detectedType, size))
	for at, named := range l.named {
		if strings.HasSuffix(at, hash) && named.Author == author {
			named.Here = here
			l.named[at] = named
		}
	}
	return nil
}

// knows says whether anybody's operation names the hash.
func (l *ledger) knows(hash string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for at := range l.named {
		if strings.HasSuffix(at, hash) {
			return true
		}
	}
	return false
}

// lies says whether a file lies among the originals, whatever the ledger knows.
func (d *desk) lies(hash string) bool {
	if !shared.IsHash(hash) {
		return false
	}
	_, err := os.Stat(d.photos.place(originalsDir, hash))
	return err == nil
}

func (l *ledger) PhotoLost(_ context.Context, hash string) (bool, error) {
	return l.turn(hash, shared.ArrivalHere, shared.ArrivalLost), nil
}

func (l *ledger) PhotoFound(_ context.Context, hash string) (bool, error) {
	return l.turn(hash, shared.ArrivalLost, shared.ArrivalHere), nil
}

func (l *ledger) turn(hash string, from, to shared.Arrival) (changed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for at, named := range l.named {
		if strings.HasSuffix(at, hash) && named.Here == from {
			named.Here = to
			l.named[at], changed = named, true
		}
	}
	return changed
}

func (l *ledger) KeptPhotos(_ context.Context, after string, limit int) (kept []Kept, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for at, named := range l.named {
		hash := at[len(at)-64:]
		if hash > after && (named.Here == shared.ArrivalHere || named.Here == shared.ArrivalLost) {
			kept = append(kept, Kept{hash, named.Size, named.Here})
		}
	}
	slices.SortFunc(kept, func(a, b Kept) int { return strings.Compare(a.Hash, b.Hash) })
	return kept[:min(len(kept), limit)], nil
}

func (l *ledger) ReplicaKey(_ context.Context, replica string) ([]byte, bool, bool, error) {
	key, ok := l.keys[replica]
	return key, false, ok, nil
}

func (l *ledger) arrivals() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.arrived...)
}

// phone is a replica with its key.
type phone struct {
	d       *desk
	replica string
	author  shared.Author
	key     *ecdsa.PrivateKey
}

func (d *desk) phone(number int) phone {
	d.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		d.t.Fatal(err)
	}
	der, err := es256.MarshalKey(&key.PublicKey)
	if err != nil {
		d.t.Fatal(err)
	}
	p := phone{d, fmt.Sprintf("01920000-0000-7000-8000-%012d", number), shared.Author{Kind: "person", ID: fmt.Sprintf("person-%d", number)}, key}
	d.ledger.keys[p.replica] = der
	return p
}

// name lets an operation of the phone name a photo.
func (p phone) name(data []byte) (hash string) {
	hash = hashOf(data)
	p.d.ledger.named[p.replica+hash] = Named{Size: int64(len(data)), Kind: "original", Type: "image/jpeg", Author: p.author, Here: shared.ArrivalWaiting}
	return hash
}

// ask sends one request; headers come in pairs.
func (p phone) ask(method, path, hash string, body io.Reader, headers ...string) reply {
	p.d.t.Helper()
	r, err := http.NewRequest(method, p.d.url+path, body)
	if err != nil {
		p.d.t.Fatal(err)
	}
	proof, err := es256.Sign(p.key, shared.UploadText(hash))
	if err != nil {
		p.d.t.Fatal(err)
	}
	r.Header.Set(HeaderReplica, p.replica)
	r.Header.Set(HeaderProof, proof)
	r.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return p.d.do(r)
}

// reply is a response that was read whole.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (d *desk) do(r *http.Request) reply {
	d.t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, body}
}

func (d *desk) get(path string, headers ...string) reply {
	d.t.Helper()
	r, err := http.NewRequest(http.MethodGet, d.url+path, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return d.do(r)
}

func (p phone) create(hash string, size int, headers ...string) reply {
	p.d.t.Helper()
	return p.ask(http.MethodPost, Path, hash, nil, append([]string{"Upload-Length", strconv.Itoa(size), "Upload-Metadata", metadata(hash)}, headers...)...)
}

func metadata(hash string) string {
	encode := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	return "hash " + encode(hash) + ",kind " + encode("original")
}

func (p phone) path(hash string) string { return Path + hash + "." + p.replica }

func (p phone) head(hash string) reply {
	p.d.t.Helper()
	return p.ask(http.MethodHead, p.path(hash), hash, nil)
}

func (p phone) patch(hash string, offset int, data []byte) reply {
	p.d.t.Helper()
	return p.ask(http.MethodPatch, p.path(hash), hash, bytes.NewReader(data), "Content-Type", chunkType, "Upload-Offset", strconv.Itoa(offset))
}

// send uploads a photo in one go and wants it acknowledged.
func (p phone) send(data []byte) (hash string) {
	p.d.t.Helper()
	hash = p.name(data)
	p.create(hash, len(data)).want(p.d.t, http.StatusCreated, "")
	r := p.patch(hash, 0, data)
	r.want(p.d.t, http.StatusNoContent, "")
	if r.header.Get(HeaderPhoto) != hash {
		p.d.t.Fatalf("the acknowledgement names %q, want %s", r.header.Get(HeaderPhoto), hash)
	}
	return hash
}

// want checks the status and, for a failure, that it is a problem document with the code.
func (r reply) want(t *testing.T, status int, code string) {
	t.Helper()
	if r.status != status {
		t.Fatalf("status %d %.200q, want %d", r.status, r.body, status)
	}
	if r.header.Get(HeaderFault) != code {
		t.Errorf("fault %q, want %q", r.header.Get(HeaderFault), code)
	}
	if code == "" || len(r.body) == 0 {
		return
	}
	var problem struct {
		Code, Title, Detail string
		Status              int
	}
	if err := json.Unmarshal(r.body, &problem); err != nil || problem.Code != code || problem.Status != status || problem.Title == "" || problem.Detail == "" {
		t.Errorf("problem %s (%v), want code %s", r.body, err, code)
	}
	if r.header.Get("Content-Type") != "application/problem+json; charset=utf-8" {
		t.Errorf("a problem of type %s", r.header.Get("Content-Type"))
	}
}

func (r reply) offset(t *testing.T) int {
	t.Helper()
	offset, err := strconv.Atoi(r.header.Get("Upload-Offset"))
	if err != nil {
		t.Fatalf("no offset: %d %v", r.status, r.header)
	}
	return offset
}

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// original is what lies on disk as the original of a hash, nil for nothing.
func (d *desk) original(hash string) []byte {
	data, err := os.ReadFile(filepath.Join(d.dir, originalsDir, hash[:2], hash))
	if err != nil {
		return nil
	}
	return data
}

// left lists what lies among the uploads.
func (d *desk) left() (names []string) {
	d.t.Helper()
	entries, err := os.ReadDir(filepath.Join(d.dir, uploadsDir))
	if err != nil {
		d.t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}
