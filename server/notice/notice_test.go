package notice

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"buxun/server/es256"
	"buxun/server/roster"
	"buxun/server/sqlite"
	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/session"
)

const secret = "a secret of the receiver"

// signedByOpenSSL is what openssl makes of the same.
const signedByOpenSSL = "sha256=efea35f9edaca13f2147a5b3a853d5cc78bc06e4422f03b262a17b0a8c588072"

// world is a centre with one leader, and a receiver that listens at one address, sometimes.
type world struct {
	t       *testing.T
	path    string
	store   *sqlite.Store
	clock   time.Time
	leader  *drive.Replica
	notices *Notices

	mutex   sync.Mutex
	heard   []heard
	answer  http.HandlerFunc // instead of 200
	address string
	server  *http.Server
}

type heard struct {
	id, timestamp, signature, query string
	body                            []byte
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, path: filepath.Join(t.TempDir(), "buxun.db"), clock: time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC), address: "127.0.0.1:0"}
	w.open()
	t.Cleanup(func() { _ = w.store.Close() })
	ctx := t.Context()
	w.must(w.store.PutSquads(ctx, []roster.Squad{{Code: "A", Name: "一中队"}}))
	w.must(w.store.PutPeople(ctx, []sqlite.Person{{Login: "leader", Label: "刘队", Role: shared.RoleLeader, Squad: "A"}}))
	p, _, err := w.store.PersonByLogin(ctx, "leader")
	w.must(err)
	w.leader, err = drive.NewReplica(p.ID)
	w.must(err)
	key, err := base64.RawURLEncoding.DecodeString(w.leader.Key())
	w.must(err)
	w.must(w.store.Enrol(ctx, session.Replica{ID: w.leader.ID, Author: w.leader.Author, Key: key}))
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// open opens the store as a server that starts does; what was in memory is gone.
func (w *world) open() {
	if w.store != nil {
		w.must(w.store.Close())
	}
	store, err := sqlite.Open(context.Background(), w.path, sqlite.Options{
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
	w.notices = Open(Options{Store: store, Client: NewClient(true), Now: func() time.Time { return w.clock }, Random: func() float64 { return 0.5 }})
}

// listen brings the receiver up at its address; kill takes it down.
func (w *world) listen() {
	listener, err := net.Listen("tcp", w.address)
	w.must(err)
	w.address = listener.Addr().String()
	w.server = &http.Server{Handler: http.HandlerFunc(w.receive), ReadHeaderTimeout: time.Second}
	go func() { _ = w.server.Serve(listener) }()
	w.t.Cleanup(w.kill)
}

func (w *world) kill() { _ = w.server.Close() }

func (w *world) receive(to http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.mutex.Lock()
	w.heard = append(w.heard, heard{r.Header.Get(headerID), r.Header.Get(headerTimestamp), r.Header.Get(headerSignature), r.URL.RawQuery, body})
	answer := w.answer
	w.mutex.Unlock()
	if answer != nil {
		answer(to, r)
	}
}

func (w *world) add(h sqlite.Webhook) {
	w.t.Helper()
	if h.URL == "" {
		h.URL = "http://" + w.address + "/hook"
	}
	if h.Events == nil {
		h.Events = Events()
	}
	h.Secret = secret
	w.must(w.store.AddWebhook(w.t.Context(), h))
}

// do makes the leader's operations in one push.
func (w *world) do(id string, actions ...shared.Action) {
	w.t.Helper()
	first := int64(len(w.leader.Made)) + 1
	for _, action := range actions {
		_, err := w.leader.Make(shared.Body{Case: id, Source: shared.SourceCollector, Action: action,
			Payload: shared.Payload{Category: "c", Description: "张三家门口", Address: "建设路[看](http://x) @所有人", Reason: "重复", Words: "补充"}})
		w.must(err)
	}
	push, err := w.leader.Push(first, int64(len(w.leader.Made)))
	w.must(err)
	results, _ := w.store.Commit(w.t.Context(), []session.Push{{Push: push, Received: w.clock.UnixMilli()}})
	if len(results[0].Answers) != len(actions) || results[0].Fault != nil {
		w.t.Fatalf("the push is answered %+v", results[0])
	}
}

func (w *world) pass() time.Duration {
	w.t.Helper()
	wait, err := w.notices.Pass(w.t.Context())
	w.must(err)
	return wait
}

// told are the events that arrived, as "event of case", each id once, and how often anything arrived.
func (w *world) told() (told map[string][]string, arrivals int) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	told, seen := map[string][]string{}, map[string]bool{}
	for _, h := range w.heard {
		var m Message
		w.must(json.Unmarshal(h.body, &m))
		if h.id != m.ID {
			w.t.Errorf("the header says %s, the body %s", h.id, m.ID)
		}
		if !seen[m.ID] {
			seen[m.ID] = true
			told[m.Case.Short] = append(told[m.Case.Short], m.Event+" "+m.Case.State)
		}
	}
	return told, len(w.heard)
}

// The receiver and the centre are killed again and again, also between receipt and answer: every event arrives, under one id, in
// order for each case.
func TestEventsAreDeliveredAtLeastOnceAndInOrder(t *testing.T) {
	w := newWorld(t)
	w.listen()
	w.add(sqlite.Webhook{Name: "desk", Format: FormatJSON})
	one, two := drive.NewID(), drive.NewID()
	w.do(one, shared.ActionReport, shared.ActionReturn)
	w.kill()
	if wait := w.pass(); wait <= 0 || wait > lookEvery {
		t.Errorf("after a failure it waits %v", wait)
	}
	w.open() // the centre is killed and starts again
	w.do(two, shared.ActionReport, shared.ActionFile)
	w.listen()
	w.answer = func(to http.ResponseWriter, _ *http.Request) { // received, and cut before the answer
		conn, _, err := to.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	}
	w.clock = w.clock.Add(time.Minute)
	w.pass()
	w.mutex.Lock()
	w.answer = nil
	w.mutex.Unlock()
	w.open()
	w.do(one, shared.ActionResubmit)
	w.clock = w.clock.Add(time.Minute)
	w.pass()
	told, arrivals := w.told()
	want := []string{"filed filed", "reported reported", "reported reported", "returned returned"}
	var all []string
	for _, events := range told {
		if events[0] != "reported reported" || len(events) != 2 {
			t.Errorf("a case is told as %q", events)
		}
		all = append(all, events...)
	}
	if slices.Sort(all); !slices.Equal(all, want) || arrivals <= len(want) {
		t.Errorf("told %q in %d arrivals", all, arrivals)
	}
	attempts, err := w.store.Attempts(t.Context(), 1, 100)
	if err != nil || !slices.ContainsFunc(attempts, func(a sqlite.Attempt) bool { return a.Fault != "" }) || attempts[0].Fault != "" {
		t.Errorf("the log is %+v, %v", attempts, err)
	}
	w.pass()
	if _, again := w.told(); again != arrivals {
		t.Errorf("a quiet pass told %d again", again-arrivals)
	}
}

func TestMessagesAreSigned(t *testing.T) {
	w := newWorld(t)
	w.listen()
	w.add(sqlite.Webhook{Name: "desk", Format: FormatJSON})
	w.do(drive.NewID(), shared.ActionReport)
	w.pass()
	if len(w.heard) != 1 {
		t.Fatalf("heard %d", len(w.heard))
	}
	h := w.heard[0]
	if h.timestamp != strconv.FormatInt(w.clock.Unix(), 10) || h.signature != Sign(secret, h.timestamp, h.body) || h.signature == Sign("another", h.timestamp, h.body) {
		t.Errorf("heard %+v", h)
	}
	// Worked out by: printf '1764147600.{}' | openssl dgst -sha256 -hmac 'a secret of the receiver'
	if got := Sign(secret, "1764147600", []byte("{}")); got != signedByOpenSSL {
		t.Errorf("signed %s", got)
	}
}

func TestL10_AMessageNamesNobodyAndTellsNoWords(t *testing.T) {
	w := newWorld(t)
	w.listen()
	w.add(sqlite.Webhook{Name: "bare", Format: FormatJSON})
	w.add(sqlite.Webhook{Name: "words", Format: FormatJSON, Words: true, URL: "http://" + w.address + "/words"})
	w.do(drive.NewID(), shared.ActionReport)
	w.pass()
	described := 0
	for _, h := range w.heard {
		text := string(h.body)
		if strings.Contains(text, w.leader.Author.ID) || strings.Contains(text, "刘队") || strings.Contains(text, w.leader.ID) {
			t.Errorf("it names somebody: %s", text)
		}
		if strings.Contains(text, "张三") {
			described++
		}
	}
	if len(w.heard) != 2 || described != 1 {
		t.Errorf("%d of %d messages have the description", described, len(w.heard))
	}
}

func TestL10_NoMessageGoesToPrivateAddresses(t *testing.T) {
	w := newWorld(t)
	w.listen()
	w.add(sqlite.Webhook{Name: "inside", Format: FormatJSON})
	w.notices.Client = NewClient(false)
	w.do(drive.NewID(), shared.ActionReport)
	w.pass()
	attempts, err := w.store.Attempts(t.Context(), 1, 1)
	if err != nil || len(attempts) != 1 || !strings.Contains(attempts[0].Fault, errPrivate.Error()) || len(w.heard) != 0 {
		t.Errorf("attempts %+v, %v, heard %d", attempts, err, len(w.heard))
	}
	for text, want := range map[string]bool{
		"8.8.8.8": true, "2400:3200::1": true, "127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false,
		"0.0.0.0": false, "::1": false, "::": false, "fe80::1": false, "fd00::1": false, "::ffff:10.0.0.1": false, "64:ff9b::a00:1": false, "224.0.0.1": false, "255.255.255.255": false, "2002:a00:1::": false,
	} {
		if got := public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s is public: %t", text, got)
		}
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	w := newWorld(t)
	w.listen()
	w.add(sqlite.Webhook{Name: "desk", Format: FormatJSON})
	w.answer = func(to http.ResponseWriter, r *http.Request) {
		http.Redirect(to, r, "/elsewhere", http.StatusTemporaryRedirect)
	}
	w.do(drive.NewID(), shared.ActionReport)
	w.pass()
	attempts, err := w.store.Attempts(t.Context(), 1, 9)
	if err != nil || len(attempts) != 1 || attempts[0].Status != http.StatusTemporaryRedirect || attempts[0].Fault == "" || len(w.heard) != 1 {
		t.Errorf("attempts %+v, %v, heard %d", attempts, err, len(w.heard))
	}
}

func TestRobotsHearTheirOwnFormat(t *testing.T) {
	for _, format := range []string{FormatWeCom, FormatDingTalk} {
		t.Run(format, func(t *testing.T) {
			w := newWorld(t)
			w.listen()
			w.add(sqlite.Webhook{Name: "robot", Format: format, URL: "http://" + w.address + "/send?key=k"})
			said := `{"errcode":45009,"errmsg":"too often"}`
			w.answer = func(to http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(to, said) }
			w.do(drive.NewID(), shared.ActionReport)
			w.pass()
			w.mutex.Lock()
			said = `{"errcode":0,"errmsg":"ok"}`
			w.mutex.Unlock()
			w.clock = w.clock.Add(time.Minute)
			w.pass()
			attempts, err := w.store.Attempts(t.Context(), 1, 9)
			if err != nil || len(attempts) != 2 || attempts[0].Fault != "" || !strings.Contains(attempts[1].Fault, "45009") {
				t.Fatalf("attempts %+v, %v", attempts, err)
			}
			text := string(w.heard[1].body)
			if !strings.Contains(text, `"msgtype":"markdown"`) || !strings.Contains(text, "新上报") || strings.Contains(text, "](") || strings.Contains(text, "@所有人") {
				t.Errorf("it hears %s", text)
			}
			if signed := strings.Contains(w.heard[1].query, "&timestamp="+strconv.FormatInt(w.clock.UnixMilli(), 10)+"&sign="); signed != (format == FormatDingTalk) {
				t.Errorf("it is asked with %s", w.heard[1].query)
			}
		})
	}
}

func TestAWebhookHearsOfWhatCameAfterItAndOfWhatItWants(t *testing.T) {
	w := newWorld(t)
	w.listen()
	id := drive.NewID()
	w.do(id, shared.ActionReport)
	w.add(sqlite.Webhook{Name: "desk", Format: FormatJSON, Events: []string{"reported", "filed"}})
	w.do(id, shared.ActionReturn, shared.ActionResubmit, shared.ActionFile)
	w.pass()
	told, arrivals := w.told()
	for _, events := range told {
		if !slices.Equal(events, []string{"filed filed"}) {
			t.Errorf("told %q", events)
		}
	}
	if arrivals != 1 {
		t.Errorf("%d arrived", arrivals)
	}
}

func TestRetriesWaitLongerAndEnd(t *testing.T) {
	w := newWorld(t)
	w.listen()
	w.kill()
	w.add(sqlite.Webhook{Name: "desk", Format: FormatJSON})
	w.do(drive.NewID(), shared.ActionReport)
	var waits []time.Duration
	for range 200 {
		before := w.clock
		w.pass()
		next, err := w.store.NextTold(t.Context())
		w.must(err)
		if len(next) == 0 {
			break
		}
		w.clock = time.UnixMilli(next[1])
		waits = append(waits, w.clock.Sub(before))
		if rest := w.notices.rests[1]; rest.until.After(w.clock) {
			w.clock = rest.until
		}
	}
	attempts, err := w.store.Attempts(t.Context(), 1, 1)
	if err != nil || len(attempts) != 1 || !strings.HasPrefix(attempts[0].Fault, "given up: ") {
		t.Fatalf("attempts %+v, %v", attempts, err)
	}
	if waits[0] != firstWait || waits[1] != 2*firstWait || waits[len(waits)-1] != lastWait || len(waits) < 20 {
		t.Errorf("it waited %v", waits)
	}
}

// The store calls Notice while its writer is held.
func TestNoticeNeverBlocks(t *testing.T) {
	n := Open(Options{})
	for range 3 {
		n.Notice(nil)
	}
	if len(n.wake) != 1 {
		t.Errorf("%d wait", len(n.wake))
	}
}

func TestARunEndsWithItsContext(t *testing.T) {
	w := newWorld(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { w.notices.Run(ctx); close(ended) }()
	stop()
	<-ended
}

func TestWhatCannotBeRegistered(t *testing.T) {
	fine := sqlite.Webhook{Name: "x", URL: "https://example.org/x", Secret: secret, Format: FormatJSON, Events: []string{"filed"}}
	w := func(alter func(*sqlite.Webhook)) sqlite.Webhook { h := fine; alter(&h); return h }
	if err := Check(fine); err != nil {
		t.Error(err)
	}
	for what, h := range map[string]sqlite.Webhook{
		"file URL": w(func(h *sqlite.Webhook) { h.URL = "file:///etc/passwd" }), "no host": w(func(h *sqlite.Webhook) { h.URL = "https:///x" }),
		"format": w(func(h *sqlite.Webhook) { h.Format = "xml" }), "event": w(func(h *sqlite.Webhook) { h.Events = []string{"filed", "nonsense"} }),
		"short secret": w(func(h *sqlite.Webhook) { h.Secret = "short" }), "robot without HTTPS": w(func(h *sqlite.Webhook) { h.URL, h.Format = "http://example.org/x", FormatWeCom }),
	} {
		if Check(h) == nil {
			t.Errorf("%s is let through", what)
		}
	}
}

func (w *world) pause(paused bool) {
	w.t.Helper()
	hooks, err := w.store.Webhooks(w.t.Context())
	w.must(err)
	hooks[0].Paused = paused
	w.must(w.store.EditWebhook(w.t.Context(), hooks[0], hooks[0].Revision))
}

// What happens while an address is paused is told when it goes on, and nothing is tried in between.
func TestAPausedWebhookWaits(t *testing.T) {
	w := newWorld(t)
	w.listen()
	w.add(sqlite.Webhook{Name: "desk", Format: FormatJSON})
	w.pause(true)
	w.do(drive.NewID(), shared.ActionReport)
	if wait := w.pass(); wait != lookEvery || len(w.heard) != 0 {
		t.Errorf("paused it waits %v and told %d", wait, len(w.heard))
	}
	w.pause(false)
	w.pass()
	if len(w.heard) != 1 {
		t.Errorf("then it told %d", len(w.heard))
	}
}

// Whoever mends a webhook does not wait for the end of the rest that its dead address was left in.
func TestAWebhookThatWasChangedIsTriedAtOnce(t *testing.T) {
	w := newWorld(t)
	w.listen()
	w.add(sqlite.Webhook{Name: "desk", Format: FormatJSON, URL: "http://" + w.address + "/wrong"})
	w.answer = func(to http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/wrong" {
			to.WriteHeader(http.StatusNotFound)
		}
	}
	for range 3 {
		w.do(drive.NewID(), shared.ActionReport)
	}
	for range 5 {
		w.clock = w.clock.Add(lastWait / 2)
		w.pass()
	}
	if until := w.notices.rests[1].until; !until.After(w.clock) {
		t.Fatalf("the address is left in peace until %v", until)
	}
	hooks, err := w.store.Webhooks(t.Context())
	w.must(err)
	hooks[0].URL = "http://" + w.address + "/right"
	w.must(w.store.EditWebhook(t.Context(), hooks[0], hooks[0].Revision))
	w.pass()
	if waiting, err := w.store.WaitingTold(t.Context(), 1); err != nil || waiting != 0 {
		t.Errorf("%d still wait, %v", waiting, err)
	}
}

// A week of a paused webhook is kept, and no more than a number of events; the oldest goes first, and the log says so in one row.
func TestWhatWaitsForAWebhookIsBounded(t *testing.T) {
	w := newWorld(t)
	w.listen()
	w.add(sqlite.Webhook{Name: "desk", Format: FormatJSON})
	waits := func(want int64, dropped ...int64) {
		t.Helper()
		waiting, err := w.store.WaitingTold(t.Context(), 1)
		w.must(err)
		log, err := w.store.Attempts(t.Context(), 1, 9)
		w.must(err)
		var says []int64
		for _, row := range log {
			if row.Dropped > 0 && (row.Event != "dropped" || row.Fault == "" || row.Began != w.clock.UnixMilli()) {
				t.Errorf("the log says %+v", row)
			}
			says = append(says, row.Dropped)
		}
		if waiting != want || !slices.Equal(says, dropped) {
			t.Errorf("%d wait, and the log says that %v were dropped; want %d and %v", waiting, says, want, dropped)
		}
	}
	w.do(drive.NewID(), shared.ActionReport)
	w.pass()
	w.pause(true)
	old, late := drive.NewID(), drive.NewID()
	w.do(old, shared.ActionReport, shared.ActionReturn, shared.ActionResubmit)
	w.clock = w.clock.Add(longestWait)
	w.do(late, shared.ActionReport, shared.ActionFile)
	w.pass()
	waits(4, 0) // to the minute a week old; a delivery is in the log
	w.clock = w.clock.Add(trimEvery)
	w.pass()
	w.pass()
	waits(2, 2, 0)
	w.do(late, shared.ActionSupervise)
	w.pass()
	w.clock = w.clock.Add(time.Hour)
	w.must(w.store.TrimTold(t.Context(), 1, 0, 1))
	waits(1, 4, 0) // added to the row that is there
	w.pause(false)
	w.pass()
	if told, _ := w.told(); len(told) != 2 {
		t.Errorf("told %v", told)
	}
	waits(0, 0, 4, 0)
}
