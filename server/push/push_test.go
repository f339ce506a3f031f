package push

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"crypto/ecdsa"
	"crypto/elliptic"

	"buxun/server/deadline"
	"buxun/server/es256"
	"buxun/server/notice"
	"buxun/server/roster"
	"buxun/server/sqlite"
	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/session"
)

// browser is a subscription as a browser holds it, with the keys that no server has.
type browser struct {
	key  *ecdh.PrivateKey
	auth []byte
}

func newBrowser() browser {
	key, _ := ecdh.P256().GenerateKey(rand.Reader)
	auth := make([]byte, 16)
	_, _ = rand.Read(auth)
	return browser{key, auth}
}

// open reads what was sealed for the browser, as RFC 8291 and RFC 8188 say; written from the RFCs alone.
func (b browser) open(t *testing.T, body []byte) Message {
	t.Helper()
	salt, keyLength := body[:16], int(body[20])
	server, sealed := body[21:21+keyLength], body[21+keyLength:]
	public, err := ecdh.P256().NewPublicKey(server)
	if err != nil {
		t.Fatal(err)
	}
	common, err := b.key.ECDH(public)
	if err != nil {
		t.Fatal(err)
	}
	derive := func(secret, salt []byte, info string, length int) []byte {
		key, err := hkdf.Key(sha256.New, secret, salt, info, length)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	ikm := derive(common, b.auth, "WebPush: info\x00"+string(b.key.PublicKey().Bytes())+string(server), 32)
	block, _ := aes.NewCipher(derive(ikm, salt, "Content-Encoding: aes128gcm\x00", 16))
	gcm, _ := cipher.NewGCM(block)
	text, err := gcm.Open(nil, derive(ikm, salt, "Content-Encoding: nonce\x00", 12), sealed, nil)
	if err != nil {
		t.Fatalf("the push cannot be opened: %v", err)
	}
	text = []byte(strings.TrimRight(string(text), "\x00"))
	if text[len(text)-1] != 2 {
		t.Fatalf("it ends in %d, not as the last record", text[len(text)-1])
	}
	var m Message
	if err := json.Unmarshal(text[:len(text)-1], &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// heard is what the push service received.
type heard struct {
	path   string
	header http.Header
	body   []byte
}

// world is a centre with people of a squad and a unit, and a push service of our own over TLS.
type world struct {
	t        *testing.T
	store    *sqlite.Store
	clock    time.Time
	people   map[string]string // ids
	replicas map[string]*drive.Replica
	made     map[string]int64 // operations pushed
	pushes   *Pushes
	service  *httptest.Server
	key      Key

	mutex  sync.Mutex
	heard  []heard
	answer int
	after  string // Retry-After
}

// noon at the centre
var noon = time.Date(2026, 11, 26, 4, 0, 0, 0, time.UTC)

func newWorld(t *testing.T) *world {
	w := &world{t: t, clock: noon, people: map[string]string{}, replicas: map[string]*drive.Replica{}, made: map[string]int64{}, answer: http.StatusCreated}
	store, err := sqlite.Open(context.Background(), filepath.Join(t.TempDir(), "buxun.db"), sqlite.Options{
		Now: func() time.Time { return w.clock },
		Rules: func(string) session.Rules {
			return session.Rules{
				Workflow: shared.BuiltinWorkflow(), CategoryKnown: func(string) bool { return true }, Verify: es256.Verify,
				AnchorGiven: func(shared.Anchor) bool { return false }, Mac: func(string) string { return "mac" },
			}
		},
	})
	w.must(err)
	w.store = store
	t.Cleanup(func() { _ = store.Close() })
	ctx := t.Context()
	w.must(store.PutSquads(ctx, []roster.Squad{{Code: "A", Name: "一中队"}, {Code: "B", Name: "二中队"}}))
	w.must(store.PutPeople(ctx, []sqlite.Person{
		{Login: "leader", Label: "刘队", Role: shared.RoleLeader, Squad: "A"}, {Login: "other", Label: "周队", Role: shared.RoleLeader, Squad: "B"},
		{Login: "collector", Label: "小陈", Role: shared.RoleCollector, Squad: "A"},
	}))
	for _, login := range []string{"leader", "other", "collector"} {
		person, _, err := store.PersonByLogin(ctx, login)
		w.must(err)
		w.people[login] = person.ID
		r, err := drive.NewReplica(person.ID)
		w.must(err)
		key, err := base64.RawURLEncoding.DecodeString(r.Key())
		w.must(err)
		w.must(store.Enrol(ctx, session.Replica{ID: r.ID, Author: r.Author, Key: key}))
		w.replicas[login] = r
	}
	w.service = httptest.NewTLSServer(http.HandlerFunc(func(to http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.mutex.Lock()
		defer w.mutex.Unlock()
		w.heard = append(w.heard, heard{r.URL.Path, r.Header.Clone(), body})
		if w.after != "" {
			to.Header().Set("Retry-After", w.after)
		}
		to.WriteHeader(w.answer)
	}))
	t.Cleanup(w.service.Close)
	w.key, err = OpenKey(t.TempDir())
	w.must(err)
	w.pushes = Open(Options{Store: store, Client: w.service.Client(), Key: w.key, Contact: "https://buxun.example", Now: func() time.Time { return w.clock }})
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// subscribe signs a person in on a browser that asks to be told.
func (w *world) subscribe(login string) browser {
	w.t.Helper()
	b := newBrowser()
	token := []byte("session of " + login)
	w.must(w.store.OpenSession(w.t.Context(), sqlite.SessionRow{TokenHash: token, Person: w.people[login], ExpiresAt: w.clock.Add(30 * 24 * time.Hour).UnixMilli()}))
	w.must(w.store.TieSession(w.t.Context(), token, w.replicas[login].ID))
	w.must(w.store.PutPushDevice(w.t.Context(), sqlite.PushDevice{
		Session: token, Person: w.people[login], Endpoint: w.service.URL + "/" + login, Language: "zh",
		P256dh: base64.RawURLEncoding.EncodeToString(b.key.PublicKey().Bytes()), Auth: base64.RawURLEncoding.EncodeToString(b.auth),
	}))
	return b
}

func (w *world) choose(login, telling string) {
	w.t.Helper()
	kept, err := w.store.Choices(w.t.Context(), w.people[login])
	w.must(err)
	_, err = w.store.Choose(w.t.Context(), w.people[login], sqlite.ChoiceTelling, json.RawMessage(telling), kept[sqlite.ChoiceTelling].Version)
	w.must(err)
}

func (w *world) do(login, id string, actions ...shared.Action) {
	w.t.Helper()
	r := w.replicas[login]
	for _, action := range actions {
		_, err := r.Make(shared.Body{Case: id, Source: shared.SourceCollector, Action: action,
			Payload: shared.Payload{Category: "c", Description: "张三家门口", Address: "建设路", Reason: "重复", Words: "补充"}, Time: shared.DeviceTime{Device: w.clock.UnixMilli()}})
		w.must(err)
	}
	push, err := r.Push(w.made[login]+1, int64(len(r.Made)))
	w.must(err)
	w.made[login] = int64(len(r.Made))
	results, _ := w.store.Commit(w.t.Context(), []session.Push{{Push: push, Received: w.clock.UnixMilli()}})
	for _, answer := range results[0].Answers {
		if answer.Outcome != shared.OutcomeApplied {
			w.t.Fatalf("%+v", results[0])
		}
	}
}

// pass tells what is due, and gives what the service heard by it.
func (w *world) pass() []heard {
	w.t.Helper()
	w.mutex.Lock()
	before := len(w.heard)
	w.mutex.Unlock()
	_, err := w.pushes.Pass(w.t.Context())
	w.must(err)
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return slices.Clone(w.heard[before:])
}

func (w *world) waiting() int64 {
	w.t.Helper()
	at, err := w.store.NextPush(w.t.Context())
	w.must(err)
	return at
}

func TestL10_APushIsSealedSignedAndNamesNobody(t *testing.T) {
	w := newWorld(t)
	b := w.subscribe("collector")
	id := drive.NewID()
	w.do("collector", id, shared.ActionReport)
	w.do("leader", id, shared.ActionReturn)
	list := w.pass()
	if len(list) != 1 {
		t.Fatalf("heard %d", len(list))
	}
	h := list[0]
	m := b.open(t, h.body)
	c, _, err := w.store.Case(t.Context(), everything, id)
	w.must(err)
	if m != (Message{"退回给你补充的案卷", c.Short, "/cases/" + id, id + " returned"}) {
		t.Errorf("it says %+v", m)
	}
	if h.header.Get("Content-Encoding") != "aes128gcm" || h.header.Get("Urgency") != "high" || h.header.Get("TTL") != "43200" || len(h.header.Get("Topic")) != 32 {
		t.Errorf("headers %v", h.header)
	}
	for _, secret := range []string{"张三", "建设路", "刘队", w.people["leader"], w.people["collector"], c.Short, id} {
		if strings.Contains(string(h.body), secret) {
			t.Errorf("the body holds %q in the clear", secret)
		}
	}
	if len(w.pass()) != 0 || w.waiting() != 0 {
		t.Error("it is told again")
	}
	w.vapid(h.header.Get("Authorization"))
}

// vapid checks the signature of the server (RFC 8292).
func (w *world) vapid(authorization string) {
	w.t.Helper()
	rest, ok := strings.CutPrefix(authorization, "vapid t=")
	token, key, _ := strings.Cut(rest, ", k=")
	if !ok || key != w.key.Public {
		w.t.Fatalf("authorization %q", authorization)
	}
	parts := strings.Split(token, ".")
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	w.must(err)
	point, err := base64.RawURLEncoding.DecodeString(key)
	w.must(err)
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	w.must(err)
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		w.t.Error("the signature does not hold")
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	w.must(err)
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	w.must(json.Unmarshal(text, &claims))
	if claims.Aud != w.service.URL || claims.Sub != "https://buxun.example" || claims.Exp <= time.Now().Unix() || claims.Exp > time.Now().Add(24*time.Hour).Unix() {
		w.t.Errorf("it claims %+v", claims)
	}
}

func TestL10_OnlyThoseInScopeAreTold(t *testing.T) {
	w := newWorld(t)
	w.subscribe("other")
	b := w.subscribe("leader")
	for _, login := range []string{"leader", "other"} {
		w.choose(login, `{"kinds":[{"kind":"reported","ways":["push"]}]}`)
	}
	w.do("collector", drive.NewID(), shared.ActionReport)
	list := w.pass()
	if len(list) != 1 || list[0].path != "/leader" || b.open(t, list[0].body).Title != "新上报待审核" {
		t.Errorf("heard %+v", list)
	}
}

func TestNobodyIsToldWhatTheySwitchedOffOrDidThemselves(t *testing.T) {
	w := newWorld(t)
	w.subscribe("collector")
	w.subscribe("leader")
	w.choose("collector", `{"kinds":[{"kind":"returned","ways":["app"]}]}`)
	id := drive.NewID()
	w.do("collector", id, shared.ActionReport)
	w.do("leader", id, shared.ActionReturn, shared.ActionComment)
	list := w.pass()
	if len(list) != 1 || list[0].path != "/collector" { // the comment alone
		t.Errorf("heard %+v", list)
	}
}

func TestWhatQuietHoursHoldComesAsOneAfterwardsWithoutWhatWasDoneMeanwhile(t *testing.T) {
	w := newWorld(t)
	b := w.subscribe("collector")
	w.choose("collector", `{"kinds":[],"quiet":{"from":1320,"to":420,"urgent":false}}`)
	w.clock = time.Date(2026, 11, 26, 15, 0, 0, 0, time.UTC) // 23:00 at the centre
	one, two, three := drive.NewID(), drive.NewID(), drive.NewID()
	for _, id := range []string{one, two, three} {
		w.do("collector", id, shared.ActionReport)
		w.do("leader", id, shared.ActionReturn)
	}
	if list := w.pass(); len(list) != 0 {
		t.Fatalf("by night it tells %d", len(list))
	}
	w.do("collector", three, shared.ActionResubmit) // somebody could not sleep
	w.clock = time.Date(2026, 11, 26, 22, 59, 59, 0, time.UTC)
	if list := w.pass(); len(list) != 0 {
		t.Fatalf("a second before seven it tells %d", len(list))
	}
	w.clock = w.clock.Add(time.Second)
	list := w.pass()
	if len(list) != 1 {
		t.Fatalf("in the morning it tells %d", len(list))
	}
	if m := b.open(t, list[0].body); m.Title != "不打扰的时候有 2 件事" || m.Body != "退回给你补充的案卷 2" {
		t.Errorf("it says %+v", m)
	}
	if w.waiting() != 0 {
		t.Error("something still waits")
	}
}

func TestUrgentThingsComeThroughQuietHoursWhereThatWasChosen(t *testing.T) {
	w := newWorld(t)
	w.subscribe("collector")
	w.choose("collector", `{"kinds":[],"quiet":{"from":660,"to":780,"urgent":true}}`)
	id := drive.NewID()
	w.do("collector", id, shared.ActionReport)
	w.do("leader", id, shared.ActionComment, shared.ActionReturn)
	if list := w.pass(); len(list) != 1 || list[0].header.Get("Urgency") != "high" {
		t.Errorf("heard %d", len(list))
	}
	if w.waiting() != time.Date(2026, 11, 26, 5, 0, 0, 0, time.UTC).UnixMilli() {
		t.Error("the comment does not wait for one o'clock")
	}
}

func TestAPushServiceThatIsAwayIsTriedAgainAndOneThatForgotTheBrowserIsNot(t *testing.T) {
	w := newWorld(t)
	w.subscribe("collector")
	id := drive.NewID()
	w.do("collector", id, shared.ActionReport)
	w.do("leader", id, shared.ActionReturn)
	w.answer, w.after = http.StatusServiceUnavailable, "120"
	if list := w.pass(); len(list) != 1 {
		t.Fatalf("heard %d", len(list))
	}
	if got := time.UnixMilli(w.waiting()).Sub(w.clock); got != 2*time.Minute {
		t.Errorf("it waits %v where two minutes were asked for", got)
	}
	if list := w.pass(); len(list) != 0 {
		t.Error("it does not wait")
	}
	w.clock, w.after = w.clock.Add(2*time.Minute), ""
	w.pass()
	if got := time.UnixMilli(w.waiting()).Sub(w.clock); got != 2*firstWait {
		t.Errorf("after the second time it waits %v", got)
	}
	w.clock, w.answer = w.clock.Add(time.Minute), http.StatusGone
	if list := w.pass(); len(list) != 1 {
		t.Errorf("heard %d", len(list))
	}
	if devices, err := w.store.PushListeners(t.Context()); err != nil || len(devices) != 0 || w.waiting() != 0 {
		t.Errorf("the browser is still there: %v %v", devices, err)
	}
}

// A push service that answers nothing is asked once a pass: other people's devices wait for the pass.
func TestWhatIsBehindAPushThatWasNotTakenWaitsWithIt(t *testing.T) {
	w := newWorld(t)
	w.subscribe("collector")
	for range 3 {
		id := drive.NewID()
		w.do("collector", id, shared.ActionReport)
		w.do("leader", id, shared.ActionReturn)
	}
	w.answer = http.StatusServiceUnavailable
	if list := w.pass(); len(list) != 1 || time.UnixMilli(w.waiting()).Sub(w.clock) != firstWait {
		t.Errorf("it was asked %d times, and waits until %v", len(list), time.UnixMilli(w.waiting()))
	}
	w.clock, w.answer = w.clock.Add(firstWait), http.StatusCreated
	if list := w.pass(); len(list) != 3 || w.waiting() != 0 {
		t.Errorf("then %d were told", len(list))
	}
}

func TestWhatIsRefusedForGoodIsGivenUp(t *testing.T) {
	w := newWorld(t)
	w.subscribe("collector")
	id := drive.NewID()
	w.do("collector", id, shared.ActionReport)
	w.do("leader", id, shared.ActionReturn)
	w.answer = http.StatusRequestEntityTooLarge
	if w.pass(); w.waiting() != 0 {
		t.Error("it is tried again")
	}
}

func TestASubscriptionEndsWithItsSessionAndWithItsPhone(t *testing.T) {
	for name, end := range map[string]func(*world) error{
		"signed out": func(w *world) error { return w.store.EndSession(w.t.Context(), []byte("session of collector")) },
		"revoked":    func(w *world) error { return w.store.Revoke(w.t.Context(), w.replicas["collector"].ID) },
		"expired":    func(w *world) error { w.clock = w.clock.Add(31 * 24 * time.Hour); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.subscribe("collector")
			id := drive.NewID()
			w.do("collector", id, shared.ActionReport)
			w.must(end(w))
			w.do("leader", id, shared.ActionReturn)
			if list := w.pass(); len(list) != 0 {
				t.Errorf("heard %d", len(list))
			}
		})
	}
}

func TestL10_APushServiceInTheHouseIsNotCalled(t *testing.T) {
	w := newWorld(t)
	w.subscribe("collector")
	w.pushes.Client = notice.NewClient(false)
	id := drive.NewID()
	w.do("collector", id, shared.ActionReport)
	w.do("leader", id, shared.ActionReturn)
	if list := w.pass(); len(list) != 0 || w.waiting() == 0 {
		t.Errorf("heard %d", len(list))
	}
}

// A limit is told at its last quarter, once, to who has to be in time, and as long as there is time.
func TestALimitIsToldBeforeItRunsOut(t *testing.T) {
	w := newWorld(t)
	w.must(w.store.Change(t.Context(), func(ctx context.Context, c *sqlite.Change) error {
		return c.PutLimits(ctx, deadline.Data{Phases: []deadline.PhaseLimit{{Phase: shared.PhaseAccept, Limit: deadline.Limit{Pace: shared.PaceUrgent, Ms: 20 * 60_000}}},
			Calendar: deadline.Calendar{Hours: []deadline.Hours{{From: 480, To: 720}}}})
	}))
	b := w.subscribe("leader")
	w.subscribe("other")
	w.do("collector", drive.NewID(), shared.ActionReport)
	w.clock = w.clock.Add(15*time.Minute - time.Millisecond)
	if list := w.pass(); len(list) != 0 {
		t.Fatalf("too early it tells %d", len(list))
	}
	w.clock = w.clock.Add(time.Millisecond)
	list := w.pass()
	if len(list) != 1 || list[0].path != "/leader" || b.open(t, list[0].body).Title != "受理或派遣快到时限" || list[0].header.Get("TTL") != "300" {
		t.Fatalf("heard %+v", list)
	}
	w.clock = w.clock.Add(time.Minute)
	if list := w.pass(); len(list) != 0 {
		t.Error("it is told twice")
	}
}

// What waited past its time is not told as about to run out.
func TestALimitThatRanOutIsNotToldAsAboutTo(t *testing.T) {
	w := newWorld(t)
	w.must(w.store.Change(t.Context(), func(ctx context.Context, c *sqlite.Change) error {
		return c.PutLimits(ctx, deadline.Data{Phases: []deadline.PhaseLimit{{Phase: shared.PhaseAccept, Limit: deadline.Limit{Pace: shared.PaceUrgent, Ms: 20 * 60_000}}},
			Calendar: deadline.Calendar{Hours: []deadline.Hours{{From: 480, To: 720}}}})
	}))
	w.subscribe("leader")
	w.do("collector", drive.NewID(), shared.ActionReport)
	w.clock, w.answer = w.clock.Add(16*time.Minute), http.StatusServiceUnavailable
	w.pass()
	w.clock, w.answer = w.clock.Add(5*time.Minute), http.StatusCreated
	if list := w.pass(); len(list) != 0 || w.waiting() != 0 {
		t.Errorf("heard %d", len(list))
	}
}

func TestTheServersKeyStays(t *testing.T) {
	dir := t.TempDir()
	one, err := OpenKey(dir)
	again, errAgain := OpenKey(dir)
	if err != nil || errAgain != nil || one != again || len(one.Public) != 87 {
		t.Errorf("%+v %+v %v %v", one, again, err, errAgain)
	}
}

func TestNoticeNeverBlocks(t *testing.T) {
	p := Open(Options{})
	for range 3 {
		p.Notice(nil)
	}
	if len(p.wake) != 1 {
		t.Errorf("%d wait", len(p.wake))
	}
}

func TestARunEndsWithItsContext(t *testing.T) {
	w := newWorld(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { w.pushes.Run(ctx); close(ended) }()
	stop()
	<-ended
}
