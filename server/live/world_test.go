package live

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"buxun/server/es256"
	"buxun/server/roster"
	"buxun/server/sqlite"
	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/session"
	"buxun/sync/wire"

	"github.com/gorilla/websocket"
)

const category = "GB/T 47678.5-2026|matter|01001"

// world is a real server over a real store: squad A has a leader and a collector, B likewise. A cookie names who asks.
type world struct {
	t         *testing.T
	ctx       context.Context
	store     *sqlite.Store
	hub       *Hub
	committer *Committer
	server    *httptest.Server
	ids       map[string]string // by login
	left      chan farewellOf   // phones that went away
}

type farewellOf struct {
	hello   wire.Hello
	heardAt int64
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, ctx: t.Context(), hub: NewHub(), ids: map[string]string{}, left: make(chan farewellOf, 100)}
	store, err := sqlite.Open(w.ctx, filepath.Join(t.TempDir(), "buxun.db"), sqlite.Options{
		Rules: func(string) session.Rules {
			return session.Rules{
				Workflow: shared.BuiltinWorkflow(), CategoryKnown: func(string) bool { return true }, Verify: es256.Verify,
				AnchorGiven: func(shared.Anchor) bool { return true }, Mac: func(string) string { return "mac" },
			}
		},
		OnChange: w.hub.Publish,
		OnScope:  func(person string) { w.hub.EndPerson(person, "scope.changed") },
	})
	w.must(err)
	w.store = store
	w.must(store.PutSquads(w.ctx, []roster.Squad{{Code: "A", Name: "一中队"}, {Code: "B", Name: "二中队"}}))
	w.must(store.PutUnits(w.ctx, []sqlite.Unit{{Code: "env", Name: "环卫所"}, {Code: "works", Name: "市政所"}}))
	w.put("a-leader", shared.RoleLeader, "A")
	w.put("a-one", shared.RoleCollector, "A")
	w.put("b-leader", shared.RoleLeader, "B")
	w.put("admin", shared.RoleAdmin, "")
	w.committer = NewCommitter(store, nil)
	w.server = httptest.NewServer(Handler(Options{
		Store: store, Committer: w.committer, Hub: w.hub, Authenticate: w.authenticate,
		Anchor: func(now int64) shared.Anchor { return shared.Anchor{Token: "anchor", At: now} }, Refuse: refuse,
		Left: func(hello wire.Hello, heardAt int64) { w.left <- farewellOf{hello, heardAt} },
	}))
	t.Cleanup(w.close)
	return w
}

func (w *world) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := w.hub.Shutdown(ctx)
	w.committer.Stop()
	w.server.Close()
	w.must(errors.Join(err, w.store.Close()))
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) put(login string, role shared.Role, squad string) {
	w.t.Helper()
	person := sqlite.Person{Login: login, Label: login, Role: role, Squad: squad}
	if role == shared.RoleUnit {
		person.Squad, person.Unit = "", squad
	}
	w.must(w.store.PutPeople(w.ctx, []sqlite.Person{person}))
	p, _, err := w.store.PersonByLogin(w.ctx, login)
	w.must(err)
	w.ids[login] = p.ID
}

func (w *world) authenticate(r *http.Request) (session.Reader, error) {
	cookie, err := r.Cookie("who")
	if err != nil {
		return session.Reader{}, shared.Fail("session.missing", "no cookie")
	}
	return w.store.Reader(r.Context(), w.ids[cookie.Value])
}

func refuse(w http.ResponseWriter, _ *http.Request, err error) {
	code := shared.FaultCode(err)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(shared.FaultOf(code).HTTP)
	_, _ = fmt.Fprintf(w, `{"code": %q}`, code)
}

// dial opens a websocket as a person.
func (w *world) dial(login string) *drive.Wire {
	w.t.Helper()
	client := drive.NewClient(w.server.URL, nil)
	address, err := url.Parse(w.server.URL)
	w.must(err)
	if login != "" {
		client.HTTP.Jar.SetCookies(address, []*http.Cookie{{Name: "who", Value: login}})
	}
	socket, err := client.Dial(w.ctx)
	w.must(err)
	w.t.Cleanup(func() { _ = socket.Close() })
	return socket
}

// follow dials, greets and pulls until the feed is live.
func (w *world) follow(login string) (*drive.Wire, []shared.Case) {
	w.t.Helper()
	socket := w.dial(login)
	_, err := socket.Hello(nil)
	w.must(err)
	cases, _, _, err := socket.Pull()
	w.must(err)
	return socket, cases
}

// replica is an enrolled replica of a person.
func (w *world) replica(login string) *drive.Replica {
	w.t.Helper()
	r, err := drive.NewReplica(w.ids[login])
	w.must(err)
	key, err := base64.RawURLEncoding.DecodeString(r.Key())
	w.must(err)
	w.must(w.store.Enrol(w.ctx, session.Replica{ID: r.ID, Author: r.Author, Key: key}))
	return r
}

func (w *world) report(r *drive.Replica) string {
	w.t.Helper()
	id := drive.NewID()
	_, err := r.Make(shared.Body{
		Case: id, Source: shared.SourceCollector, Action: shared.ActionReport, Time: shared.DeviceTime{Device: time.Now().UnixMilli()},
		Payload: shared.Payload{Category: category, Description: "路灯不亮"},
	})
	w.must(err)
	return id
}

// closedWith reads until the server closes and wants a fault and the catalogue's close code for it.
func closedWith(t *testing.T, next func() (any, error), code string) {
	t.Helper()
	var last any
	for {
		frame, err := next()
		if err == nil {
			last = frame
			continue
		}
		var closed *websocket.CloseError
		if !errors.As(err, &closed) || closed.Code != shared.FaultOf(code).Close || closed.Text != code {
			t.Errorf("ended with %v, want close %d %s", err, shared.FaultOf(code).Close, code)
		}
		if got := faultIn(last); got != code {
			t.Errorf("the last frame is %+v, want fault %s", last, code)
		}
		return
	}
}

// raw opens a websocket that speaks no frames of its own.
func (w *world) raw(t *testing.T, header http.Header) *websocket.Conn {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{wire.Subprotocol}, EnableCompression: true}
	conn, _, err := dialer.Dial("ws"+strings.TrimPrefix(w.server.URL, "http"), header)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// nextOf reads frames of a raw connection; only faults are told apart.
func nextOf(conn *websocket.Conn) func() (any, error) {
	return func() (any, error) {
		_, text, err := conn.ReadMessage()
		if err != nil {
			return nil, err
		}
		var fault wire.Fault
		if err := json.Unmarshal(text, &fault); err != nil || fault.T != wire.TypeFault {
			return string(text), err
		}
		return &fault, nil
	}
}

// enrolServer enrols a replica under the author and id that it says.
func (w *world) enrolServer(r *drive.Replica) {
	w.t.Helper()
	key, err := base64.RawURLEncoding.DecodeString(r.Key())
	w.must(err)
	w.must(w.store.Enrol(w.ctx, session.Replica{ID: r.ID, Author: r.Author, Key: key}))
}
