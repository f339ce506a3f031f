package web

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"buxun/server/es256"
	"buxun/server/handover"
	"buxun/server/identity"
	"buxun/server/office"
	"buxun/server/photo"
	"buxun/server/roster"
	"buxun/server/sqlite"
	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/session"
	"buxun/sync/wire"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	password = "a password of the tests"
	category = "GB/T 47678.5-2026|matter|01001"
)

// cheap keeps the tests from working like a server; identity's own tests pay the full cost.
var cheap = identity.Cost{MemoryKiB: 64, Passes: 1}

// hashed is the password's hash, made once.
var hashed = sync.OnceValue(func() string {
	hash, err := identity.NewHasher(cheap).Hash(context.Background(), password)
	if err != nil {
		panic(err)
	}
	return hash
})

// world is a site over a real store: squad A with a leader and two collectors, squad B with one collector. The clock stands.
type world struct {
	*Site
	t      testing.TB
	store  *sqlite.Store
	photos *photo.Photos
	// handovers takes hand-over files; dir is the data directory.
	handovers *handover.Spool
	dir       string
	clock     time.Time
	ids       map[string]string // by login
	log       bytes.Buffer
	// Who is connected, by id, and the replicas of their phones.
	present, presentReplicas map[string]bool
}

type change func(*Config)

func newWorld(t testing.TB, changes ...change) *world {
	w := &world{t: t, clock: time.UnixMilli(1_790_000_000_000), ids: map[string]string{}}
	ctx, dir := t.Context(), t.TempDir()
	now := func() time.Time { return w.clock }
	keys, err := identity.OpenKeys(dir)
	w.must(err)
	w.store, err = sqlite.Open(ctx, filepath.Join(dir, "buxun.db"), sqlite.Options{Now: now, Rules: func(epoch string) session.Rules {
		return session.Rules{
			Workflow: shared.BuiltinWorkflow(), CategoryKnown: func(key string) bool { return key == category },
			Verify: es256.Verify, AnchorGiven: keys.AnchorGiven, Mac: keys.Mac, Epoch: epoch,
		}
	}})
	w.must(err)
	t.Cleanup(func() { w.must(w.store.Close()) })
	w.people(ctx)
	log := slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.photos, err = photo.New(filepath.Join(dir, "photos"), ledger{w.store}, photo.Options{Log: log, Now: now})
	w.must(err)
	w.dir = dir
	w.handovers, err = handover.NewSpool(dir, w.centre(dir))
	w.must(err)
	config := Config{
		Handovers: w.handovers,
		Office:    &office.Office{Store: w.store, Hasher: identity.NewHasher(cheap), Known: "the demo's password"},
		Store:     w.store, Hasher: identity.NewHasher(cheap), Keys: keys, Signer: testSigner(), Photos: w.photos, Now: now, Log: log,
		Client: fstest.MapFS{
			"index.html":            {Data: []byte("<!doctype html><title>步巡</title>")},
			"sw.js":                 {Data: []byte("self.x = 1")},
			"assets/app-1a.js":      {Data: []byte(strings.Repeat("export const words = '步巡'\n", 200))},
			"assets/tight-2b.js":    {Data: []byte(strings.Repeat("export const more = '步巡'\n", 200))},
			"assets/tight-2b.js.br": {Data: []byte("as the build compressed it")},
			".keep":                 {},
		},
		Metrics:  http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { plain(w, "figures") }),
		Registry: prometheus.NewRegistry(), Ready: func(context.Context) error { return nil },
		Install: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { plain(w, "how to trust") }), Public: func() bool { return false }, Code: func(text string) ([]byte, error) { return []byte("<svg " + strings.ToUpper(text[:4]) + "/>"), nil },
		Present: func() (people, replicas map[string]bool) { return w.present, w.presentReplicas },
		Live:    http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("no socket here") }),
		Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
	}
	for _, one := range changes {
		one(&config)
	}
	w.Site, err = New(config)
	w.must(err)
	return w
}

func (w *world) people(ctx context.Context) {
	w.must(w.store.PutSquads(ctx, []roster.Squad{{Code: "A", Name: "一中队"}, {Code: "B", Name: "二中队"}}))
	w.must(w.store.PutUnits(ctx, []sqlite.Unit{{Code: "env", Name: "环卫所"}, {Code: "works", Name: "市政所"}, {Code: "idle", Name: "空单位"}}))
	w.must(w.store.PutPeople(ctx, []sqlite.Person{
		{Login: "env-one", Label: "环卫处置1", Role: shared.RoleUnit, Unit: "env", PasswordHash: hashed()},
		{Login: "works-one", Label: "市政处置1", Role: shared.RoleUnit, Unit: "works", PasswordHash: hashed()},
		{Login: "a-leader", Label: "中队长A", Role: shared.RoleLeader, Squad: "A", PasswordHash: hashed()},
		{Login: "a-one", Label: "采集员A-1", Role: shared.RoleCollector, Squad: "A", PasswordHash: hashed()},
		{Login: "a-two", Label: "采集员A-2", Role: shared.RoleCollector, Squad: "A", PasswordHash: hashed()},
		{Login: "b-one", Label: "采集员B-1", Role: shared.RoleCollector, Squad: "B", PasswordHash: hashed()},
		{Login: "admin", Label: "管理员", Role: shared.RoleAdmin, PasswordHash: hashed()},
		{Login: "trial", Label: "演示", Role: shared.RoleCollector, Squad: "A", PasswordHash: hashed(), Demo: true},
		{Login: "gone", Label: "离职", Role: shared.RoleCollector, Squad: "A", PasswordHash: hashed(), Disabled: true},
		{Login: "nobody", Label: "没有密码", Role: shared.RoleCollector, Squad: "A"},
		{Login: "prom", Label: "prom", Role: shared.RoleMachine},
		{Login: "camera", Label: "camera", Role: shared.RoleMachine, Squad: "A"},
	}))
	people, err := w.store.People(ctx)
	w.must(err)
	for _, p := range people {
		w.ids[p.Login] = p.ID
	}
	for name, purpose := range map[string]string{"prom": PurposeMetrics, "camera": PurposeSync} {
		w.must(w.store.PutToken(ctx, sqlite.TokenRow{Hash: identity.HashToken("bx_" + name), Name: name, Person: w.ids[name], Purpose: purpose}))
	}
}

// centre is what hand-over files are delivered to.
func (w *world) centre(dir string) *handover.Centre {
	key, err := handover.OpenKey(dir)
	w.must(err)
	return &handover.Centre{
		Key: key, Replica: w.store.Replica, Now: func() time.Time { return w.clock },
		Commit: func(ctx context.Context, push session.Push) (session.Result, error) {
			results, _ := w.store.Commit(ctx, []session.Push{push})
			return results[0], nil
		},
		Photo: func(ctx context.Context, f wire.HandoverFile, content io.Reader) (bool, error) {
			return w.photos.Carry(ctx, f.Replica, f.Hash, f.Proof, content)
		},
	}
}

type ledger struct{ *sqlite.Store }

func (l ledger) NamedPhoto(ctx context.Context, replica, hash string) (photo.Named, bool, error) {
	n, ok, err := l.Store.NamedPhoto(ctx, replica, hash)
	return photo.Named{Size: n.Size, Kind: n.Kind, Type: n.Type, Author: n.Author, Here: n.Here}, ok, err
}

func (l ledger) KeptPhotos(ctx context.Context, after string, limit int) ([]photo.Kept, error) {
	rows, err := l.Store.KeptPhotos(ctx, after, limit)
	kept := make([]photo.Kept, len(rows))
	for i, row := range rows {
		kept[i] = photo.Kept(row)
	}
	return kept, err
}

func (l ledger) ReplicaKey(ctx context.Context, replica string) ([]byte, bool, bool, error) {
	r, ok, err := l.Replica(ctx, replica)
	return r.Key, r.RevokedAt != 0, ok, err
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

type header map[string]string

// ask sends one request. as is a login, "bx_…" for a program, or "" for nobody.
func (w *world) ask(as, method, path, body string, headers header) *httptest.ResponseRecorder {
	w.t.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	switch {
	case strings.HasPrefix(as, "bx_"):
		request.Header.Set("Authorization", "Bearer "+as)
	case as != "":
		request.AddCookie(&http.Cookie{Name: cookieName, Value: w.cookie(as)})
	}
	for name, value := range headers {
		if name == "Remote" {
			request.RemoteAddr = value
		} else {
			request.Header.Set(name, value)
		}
	}
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, request)
	return answer
}

// cookie opens a session for a login; a text that is no login is taken for a token.
func (w *world) cookie(login string) string {
	w.t.Helper()
	person, known := w.ids[login]
	if !known {
		return login
	}
	token := identity.NewSessionToken()
	w.must(w.store.OpenSession(w.t.Context(), sqlite.SessionRow{
		TokenHash: identity.HashToken(token), Person: person, CreatedAt: w.clock.UnixMilli(), ExpiresAt: w.clock.Add(sessionLife).UnixMilli(),
	}))
	return token
}

func (w *world) signIn(login, password string, headers header) *httptest.ResponseRecorder {
	w.t.Helper()
	body, err := json.Marshal(map[string]string{"login": login, "password": password, "device": "test"})
	w.must(err)
	return w.ask("", "POST", "/api/session", string(body), headers)
}

// codeOfProblem is the code of a problem document, or "".
func codeOfProblem(answer *httptest.ResponseRecorder) string {
	var problem Problem
	if answer.Code < 400 || json.Unmarshal(answer.Body.Bytes(), &problem) != nil {
		return ""
	}
	return problem.Code
}

// phone enrols a replica for a login by HTTP.
func (w *world) phone(login string) *drive.Replica {
	w.t.Helper()
	r, err := drive.NewReplica(w.ids[login])
	w.must(err)
	answer := w.ask(login, "POST", "/api/replicas", enrolment(r, nil), nil)
	if answer.Code != http.StatusCreated {
		w.t.Fatalf("enrol: %d %s", answer.Code, answer.Body)
	}
	return r
}

func enrolment(r *drive.Replica, more map[string]string) string {
	fields := map[string]string{"replica": r.ID, "key": r.Key()}
	for name, value := range more {
		fields[name] = value
	}
	text, _ := json.Marshal(fields)
	return string(text)
}

// report pushes a case with one photo through the writer, and sends the photo by HTTP as the given login.
func (w *world) report(r *drive.Replica, as string, content []byte) (hash string) {
	w.t.Helper()
	hash = w.reportOnly(r, content)
	if answer := w.upload(r, as, hash, content); answer.Code != http.StatusCreated || answer.Header().Get(photo.HeaderPhoto) != hash {
		w.t.Fatalf("upload: %d %s", answer.Code, answer.Body)
	}
	return hash
}

// reportOnly pushes a case that names a photo, which stays away.
func (w *world) reportOnly(r *drive.Replica, content []byte) (hash string) {
	w.t.Helper()
	hash = shared.HashText(string(content))
	_, err := r.Make(shared.Body{
		Case: drive.NewID(), Source: shared.SourceCollector, Action: shared.ActionReport, Taxonomy: "1",
		Payload: shared.Payload{Category: category}, Time: shared.DeviceTime{Device: w.clock.UnixMilli()},
		Photos: []shared.Photo{{Hash: hash, Size: int64(len(content)), Type: "image/jpeg", Origin: shared.OriginCamera, Part: shared.PartScene}},
	})
	w.must(err)
	push, err := r.Push(int64(len(r.Made)), int64(len(r.Made)))
	w.must(err)
	results, _ := w.store.Commit(w.t.Context(), []session.Push{{Push: push, Received: w.clock.UnixMilli()}})
	if len(results[0].Answers) != 1 || results[0].Answers[0].Outcome != shared.OutcomeApplied {
		w.t.Fatalf("report: %+v", results[0])
	}
	r.Acked, r.AckedHash = int64(len(r.Made)), shared.HashText(r.Made[len(r.Made)-1])
	return hash
}

// gap pushes a replica's last operation as a phone that lost those before it.
func (w *world) gap(r *drive.Replica) error {
	last := int64(len(r.Made))
	push, err := r.Push(last, last)
	push.Oldest = last
	results, _ := w.store.Commit(w.t.Context(), []session.Push{{Push: push, Received: w.clock.UnixMilli()}})
	if results[0].Fault != nil {
		return fmt.Errorf("%+v", *results[0].Fault)
	}
	return err
}

func (w *world) upload(r *drive.Replica, as, hash string, content []byte) *httptest.ResponseRecorder {
	w.t.Helper()
	proof, err := r.Sign(shared.UploadText(hash))
	w.must(err)
	return w.ask(as, "POST", photo.Path, string(content), header{
		"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream", "Upload-Length": strconv.Itoa(len(content)),
		"Upload-Metadata": "hash " + base64.StdEncoding.EncodeToString([]byte(hash)), photo.HeaderReplica: r.ID, photo.HeaderProof: proof,
	})
}

// picture is a JPEG that differs with n.
func picture(n uint8) []byte {
	img := image.NewGray(image.Rect(0, 0, 64, 48))
	for i := range img.Pix {
		img.Pix[i] = uint8(i) * n
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		panic(errors.Join(errors.New("encode a picture"), err))
	}
	return out.Bytes()
}
