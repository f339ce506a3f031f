package live

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/wire"

	"github.com/gorilla/websocket"
)

func faultIn(frame any) string {
	if f, ok := frame.(*wire.Fault); ok {
		return f.Code
	}
	return ""
}

// quiet wants the next frame to be the answer to a ping: nothing else was on its way.
func quiet(t *testing.T, socket *drive.Wire, n int64) {
	t.Helper()
	if err := socket.Send(wire.Ping{T: wire.TypePing, N: n}); err != nil {
		t.Fatal(err)
	}
	frame, err := socket.Next()
	if pong, ok := frame.(*wire.Pong); !ok || pong.N != n {
		t.Errorf("got %+v, %v; want silence", frame, err)
	}
}

func TestL10_liveFramesEndAtTheScope(t *testing.T) {
	w := newWorld(t)
	leader, _ := w.follow("a-leader")
	foreign, _ := w.follow("b-leader")
	admin, _ := w.follow("admin")
	collector, _ := w.follow("a-one")
	r := w.replica("a-one")
	id := w.report(r)
	answers, err := collector.Push(r)
	w.must(err)
	if answers[0].Outcome != shared.OutcomeApplied {
		t.Fatalf("answer is %+v", answers[0])
	}
	for name, socket := range map[string]*drive.Wire{"leader": leader, "admin": admin, "collector": collector} {
		change, err := socket.Change()
		if err != nil || change.Case.ID != id || change.Seq != answers[0].Seq {
			t.Errorf("%s got %+v, %v", name, change, err)
		}
	}
	quiet(t, foreign, 1)
	quiet(t, leader, 2)
	if _, cases := w.follow("b-leader"); len(cases) != 0 {
		t.Errorf("the other squad pulls %+v", cases)
	}
	w.must(w.store.PhotoArrived(w.ctx, r.Author, shared.HashText("foreign"), shared.ArrivalHere, "image/jpeg", 1))
	quiet(t, leader, 3)
}

func TestL10_aCaseThatMovesAwayIsNamedAndNothingMore(t *testing.T) {
	w := newWorld(t)
	old, _ := w.follow("a-leader")
	fresh, _ := w.follow("b-leader")
	r := w.replica("a-one")
	id := w.report(r)
	collector := w.dial("a-one")
	_, err := collector.Hello(nil, r)
	w.must(err)
	_, err = collector.Push(r)
	w.must(err)
	_, err = old.Change()
	w.must(err)
	server := w.replica("a-one")
	server.ID, server.Author = drive.NewID(), shared.Author{Kind: shared.AuthorServer, ID: "server"}
	w.enrolServer(server)
	_, err = server.Make(shared.Body{Case: id, Source: shared.SourceServer, Action: shared.ActionTransfer, Payload: shared.Payload{Squad: "B"}})
	w.must(err)
	_, err = collector.Push(server)
	w.must(err)
	frame, err := old.Next()
	if leave, ok := frame.(*wire.Leave); !ok || leave.Case != id {
		t.Errorf("the old squad got %+v, %v", frame, err)
	}
	if change, err := fresh.Change(); err != nil || change.Case.ID != id || change.Case.Squad != "B" {
		t.Errorf("the new squad got %+v, %v", change, err)
	}
}

func TestR14_PushesBehindHelloAndAPullBehindThem(t *testing.T) {
	w := newWorld(t)
	socket := w.dial("a-one")
	r := w.replica("a-one")
	for range 3 {
		w.report(r)
	}
	w.must(socket.Send(wire.Hello{T: wire.TypeHello, V: wire.Version, Replicas: []wire.Holding{r.Holding()}}))
	for i := int64(1); i <= 3; i++ {
		push, err := r.Push(i, i)
		w.must(err)
		w.must(socket.Send(push))
	}
	w.must(socket.Send(wire.Pull{T: wire.TypePull}))
	var order []string
	for range 5 {
		frame, err := socket.Next()
		w.must(err)
		order = append(order, strings.TrimPrefix(reflect.TypeOf(frame).String(), "*wire."))
		if cases, ok := frame.(*wire.Cases); ok && len(cases.Columns["id"]) != 3 {
			t.Errorf("the page holds %d cases, want what was pushed before it", len(cases.Columns["id"]))
		}
	}
	if want := []string{"Welcome", "Ack", "Ack", "Ack", "Cases"}; !reflect.DeepEqual(order, want) {
		t.Errorf("frames came as %v, want %v", order, want)
	}
}

func TestL3_aRepeatOnAnotherConnection(t *testing.T) {
	w := newWorld(t)
	r := w.replica("a-one")
	w.report(r)
	var first []wire.Answer
	for i := range 3 {
		socket := w.dial("a-one")
		_, err := socket.Hello(nil, r)
		w.must(err)
		r.Acked = 0
		answers, err := socket.Push(r)
		w.must(err)
		if i == 0 {
			first = answers
		} else if !reflect.DeepEqual(answers, first) {
			t.Errorf("repeat answered %+v, first %+v", answers, first)
		}
	}
}

func TestR3_aFrameThatCannotBeReadEndsItsConnectionOnly(t *testing.T) {
	w := newWorld(t)
	bystander, _ := w.follow("a-leader")
	for name, bad := range map[string]struct {
		kind int
		text string
		code string
	}{
		"no JSON":         {websocket.TextMessage, `{"t": "hello"`, "frame.malformed"},
		"an array":        {websocket.TextMessage, `[]`, "frame.malformed"},
		"no type":         {websocket.TextMessage, `{}`, "frame.malformed"},
		"bytes":           {websocket.BinaryMessage, `{"t":"pull"}`, "frame.malformed"},
		"no UTF-8":        {websocket.TextMessage, "{\"t\":\"\xff\"}", "frame.malformed"},
		"too large":       {websocket.TextMessage, `{"t":"pull","x":"` + strings.Repeat("x", wire.MaxFrameBytes) + `"}`, "frame.tooLarge"},
		"much too large":  {websocket.TextMessage, strings.Repeat("x", 8*wire.MaxFrameBytes), "frame.tooLarge"},
		"out of order":    {websocket.TextMessage, `{"t":"pull"}`, "frame.outOfOrder"},
		"another version": {websocket.TextMessage, `{"t":"hello","v":99}`, "protocol.unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			conn := w.raw(t, http.Header{"Cookie": {"who=a-one"}})
			if err := conn.WriteMessage(bad.kind, []byte(bad.text)); err != nil {
				t.Fatal(err)
			}
			closedWith(t, nextOf(conn), bad.code)
		})
	}
	quiet(t, bystander, 1)
	if _, cases := w.follow("a-one"); len(cases) != 0 {
		t.Errorf("pulled %v", cases)
	}
}

func TestR3_aBombIsNotInflated(t *testing.T) {
	w := newWorld(t)
	conn := w.raw(t, http.Header{"Cookie": {"who=a-one"}})
	conn.EnableWriteCompression(true)
	if err := conn.WriteMessage(websocket.TextMessage, []byte(strings.Repeat(" ", 32<<20))); err != nil {
		t.Fatal(err)
	}
	closedWith(t, nextOf(conn), "frame.tooLarge")
}

func TestR2_handshakes(t *testing.T) {
	w := newWorld(t)
	closedWith(t, w.dial("").Next, "session.missing")
	for name, c := range map[string]struct {
		header   http.Header
		protocol string
		code     string
	}{
		"another site":       {http.Header{"Cookie": {"who=a-one"}, "Origin": {"https://elsewhere.example"}}, wire.Subprotocol, "request.crossOrigin"},
		"a program":          {http.Header{"Authorization": {"Bearer nothing"}}, wire.Subprotocol, "session.missing"},
		"another subprotcol": {http.Header{"Cookie": {"who=a-one"}}, "chat", "protocol.unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			dialer := websocket.Dialer{Subprotocols: []string{c.protocol}}
			_, response, err := dialer.Dial("ws"+strings.TrimPrefix(w.server.URL, "http"), c.header)
			if err == nil {
				t.Fatal("the handshake was taken")
			}
			var problem struct{ Code string }
			if err := json.NewDecoder(response.Body).Decode(&problem); err != nil || problem.Code != c.code || response.StatusCode != shared.FaultOf(c.code).HTTP {
				t.Errorf("answered %d %+v, %v; want %s", response.StatusCode, problem, err, c.code)
			}
		})
	}
	plain, err := http.Get(w.server.URL)
	w.must(err)
	defer plain.Body.Close()
	if plain.StatusCode != http.StatusBadRequest {
		t.Errorf("a plain request was answered %d", plain.StatusCode)
	}
}

func TestR37_aChangedScopeEndsTheSession(t *testing.T) {
	w := newWorld(t)
	socket, _ := w.follow("a-one")
	other, _ := w.follow("a-leader")
	w.put("a-one", shared.RoleCollector, "B")
	closedWith(t, socket.Next, "scope.changed")
	quiet(t, other, 1)
}

func TestASessionThatEndedElsewhereIsNoticed(t *testing.T) {
	w := newWorld(t)
	socket, _ := w.follow("a-one")
	other, _ := w.follow("a-leader")
	delete(w.ids, "a-one")
	w.hub.Recheck()
	closedWith(t, socket.Next, "session.missing")
	quiet(t, other, 1)
}

// The squad's day tells whose phone is connected now, and else when it was heard last.
func TestL13_WhoIsPresentIsKnownUntilTheLastConnectionEnds(t *testing.T) {
	w := newWorld(t)
	r := w.replica("a-one")
	begun := time.Now().UnixMilli()
	first, second := w.dial("a-one"), w.dial("a-one")
	for _, socket := range []*drive.Wire{first, second} {
		if _, err := socket.Hello(nil, r); err != nil {
			t.Fatal(err)
		}
	}
	for _, socket := range []*drive.Wire{first, second} {
		if people, replicas := w.hub.Present(); !people[w.ids["a-one"]] || !replicas[r.ID] || len(people) != 1 || len(replicas) != 1 {
			t.Errorf("present are %v with %v", people, replicas)
		}
		w.must(socket.Close())
		if gone := <-w.left; len(gone.hello.Replicas) != 1 || gone.heardAt < begun || gone.heardAt > time.Now().UnixMilli() {
			t.Errorf("left: %+v", gone)
		}
	}
	if people, replicas := w.hub.Present(); len(people)+len(replicas) != 0 {
		t.Errorf("present after all left: %v with %v", people, replicas)
	}
}

func TestOnePersonCannotHoldAllConnections(t *testing.T) {
	w := newWorld(t)
	oldest, _ := w.follow("a-one")
	for range connectionsPerPerson {
		w.follow("a-one")
	}
	closedWith(t, oldest.Next, "connection.replaced")
}

func TestShutdownSaysComeBack(t *testing.T) {
	w := newWorld(t)
	socket, _ := w.follow("a-one")
	ctx, cancel := context.WithTimeout(w.ctx, 10*time.Second)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- w.hub.Shutdown(ctx) }()
	closedWith(t, socket.Next, "server.stopping")
	w.must(<-done)
	closedWith(t, w.dial("a-one").Next, "server.stopping")
}
