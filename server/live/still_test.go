package live

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/session"
	"buxun/sync/wire"

	"github.com/gorilla/websocket"
)

// still is a server over pipes, in a bubble whose clock stands until everybody waits. Its store holds one case.
type still struct {
	t       *testing.T
	hub     *Hub
	gate    *gated
	pipes   chan net.Conn
	server  *http.Server
	stopped chan struct{}
	anew    func() (session.Reader, error)
	head    int64
}

// oneCase is a store with one case at sequence 1.
type oneCase struct{ *gated }

func (oneCase) Known(context.Context, []wire.Holding) ([]wire.Known, error) { return nil, nil }
func (oneCase) Feed(context.Context) (string, int64, error)                 { return "epoch", 1, nil }
func (oneCase) Delivered(context.Context, session.Reader, int64) error      { return nil }
func (oneCase) Page(context.Context, session.Reader, int64, int) (session.Page, error) {
	return session.Page{Seq: 1, Cases: []shared.Case{caseOf(1)}}, nil
}

func caseOf(revision int64) shared.Case {
	return shared.Case{ID: drive.NewID(), Squad: "A", Revision: revision, Description: strings.Repeat("长", 300)}
}

func newStill(t *testing.T) *still {
	s := &still{t: t, hub: NewHub(), gate: newGated(), pipes: make(chan net.Conn), stopped: make(chan struct{}), head: 1}
	s.anew = func() (session.Reader, error) {
		return session.Reader{Person: "p", Standing: shared.Standing{Role: shared.RoleLeader, Squad: "A"}, Scope: "1"}, nil
	}
	store := oneCase{s.gate}
	committer := NewCommitter(store, nil)
	s.server = &http.Server{Handler: Handler(Options{
		Store: store, Committer: committer, Hub: s.hub, Refuse: refuse,
		Authenticate: func(*http.Request) (session.Reader, error) { return s.anew() },
		Anchor:       func(now int64) shared.Anchor { return shared.Anchor{At: now} },
	})}
	go func() { _ = s.server.Serve(s) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_ = s.hub.Shutdown(ctx)
		committer.Stop()
		_ = s.server.Close()
	})
	return s
}

// Accept, Close and Addr make the still its own listener.
func (s *still) Accept() (net.Conn, error) {
	select {
	case conn := <-s.pipes:
		return conn, nil
	case <-s.stopped:
		return nil, net.ErrClosed
	}
}

func (s *still) Close() error {
	select {
	case <-s.stopped:
	default:
		close(s.stopped)
	}
	return nil
}

func (s *still) Addr() net.Addr { return &net.UnixAddr{Name: "still"} }

// tapped keeps what the server wrote.
type tapped struct {
	net.Conn
	mutex sync.Mutex
	bytes bytes.Buffer
}

func (c *tapped) Write(text []byte) (int, error) {
	c.mutex.Lock()
	c.bytes.Write(text)
	c.mutex.Unlock()
	return c.Conn.Write(text)
}

func (c *tapped) written() []byte {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return bytes.Clone(c.bytes.Bytes())
}

func (s *still) dial() (*websocket.Conn, *tapped) {
	s.t.Helper()
	near, far := net.Pipe()
	tap := &tapped{Conn: far}
	dialer := websocket.Dialer{
		Subprotocols: []string{wire.Subprotocol}, EnableCompression: true,
		NetDial: func(string, string) (net.Conn, error) { s.pipes <- tap; return near, nil },
	}
	conn, _, err := dialer.Dial("ws://still/", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	return conn, tap
}

func (s *still) send(conn *websocket.Conn, frame any) {
	s.t.Helper()
	if err := conn.WriteJSON(frame); err != nil {
		s.t.Fatal(err)
	}
}

// follow greets and pulls until the feed is live; it reads the welcome and the page.
func (s *still) follow(conn *websocket.Conn) {
	s.t.Helper()
	s.send(conn, wire.Hello{T: wire.TypeHello, V: wire.Version})
	s.read(conn, "welcome")
	s.send(conn, wire.Pull{T: wire.TypePull})
	s.read(conn, "cases")
}

func (s *still) read(conn *websocket.Conn, want wire.Type) {
	s.t.Helper()
	var head struct{ T wire.Type }
	if err := conn.ReadJSON(&head); err != nil || head.T != want {
		s.t.Fatalf("got frame %q, %v; want %s", head.T, err, want)
	}
}

// publish makes the next change of the feed.
func (s *still) publish() {
	s.head++
	s.hub.Publish([]session.Changed{{Seq: s.head, Case: caseOf(s.head)}})
}

func TestR5_silenceEndsAConnectionAndAPingKeepsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStill(t)
		silent, _ := s.dial()
		talking, _ := s.dial()
		start := time.Now()
		go func() {
			closedWith(t, nextOf(silent), "connection.silent")
			if lasted := time.Since(start); lasted < 40*time.Second || lasted > 45*time.Second {
				t.Errorf("silence was noticed after %v, want 40 to 45 s", lasted)
			}
		}()
		go func() {
			for n := range int64(8) {
				time.Sleep(wire.HeartbeatMs * time.Millisecond)
				s.send(talking, wire.Ping{T: wire.TypePing, N: n})
			}
		}()
		s.follow(talking)
		for range 8 {
			s.read(talking, wire.TypePong)
		}
		closedWith(t, nextOf(talking), "connection.silent")
		if lasted := time.Since(start); lasted < 160*time.Second || lasted > 170*time.Second {
			t.Errorf("silence was noticed after %v, want 120 s and then 40 to 45 s", lasted)
		}
	})
}

func TestR36_aSlowReaderIsClosedAndTheOthersAreServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStill(t)
		slow, _ := s.dial()
		s.follow(slow)
		quick, _ := s.dial()
		s.follow(quick)
		got := make(chan int)
		go func() {
			count := 0
			for ; count < 2*feedQueue; count++ {
				s.read(quick, wire.TypeChange)
			}
			got <- count
		}()
		for range 2 * feedQueue {
			s.publish()
			synctest.Wait()
		}
		if count := <-got; count != 2*feedQueue {
			t.Errorf("the quick reader got %d changes", count)
		}
		closedWith(t, nextOf(slow), "connection.slow")
	})
}

// What net/http holds of a request goes when the handshake is done, not when the phone leaves; who reads is asked all the same.
func TestAConnectionKeepsNothingOfItsHandshake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStill(t)
		handler, done := s.server.Handler, false
		s.server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			handler.ServeHTTP(w, r)
			done = true
		})
		conn, _ := s.dial()
		s.follow(conn)
		synctest.Wait()
		if !done {
			t.Error("the handshake is not over")
		}
		s.publish()
		s.read(conn, wire.TypeChange)
	})
}

// A queue has room for so many changes and no more, hands them on in order, and holds nothing when nothing waits.
func TestAFeedGrowsByNeedAndIsBounded(t *testing.T) {
	f := newFeed()
	for round := range 2 {
		for i := range feedQueue {
			if !f.put(&session.Published{Changed: session.Changed{Seq: int64(i)}}) {
				t.Fatalf("round %d: no room for change %d", round, i)
			}
		}
		if f.put(&session.Published{}) {
			t.Errorf("round %d: it takes more than it may", round)
		}
		for i := range feedQueue {
			<-f.more
			if p := f.take(); p == nil || p.Changed.Seq != int64(i) {
				t.Fatalf("round %d: change %d is %+v", round, i, p)
			}
		}
		if f.list != nil || len(f.more) > 0 || f.take() != nil {
			t.Errorf("round %d: it is not empty", round)
		}
	}
}

// A step that panics ends its own connection; the others are served, and nothing of it stays behind.
func TestAPanicEndsItsConnectionAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStill(t)
		quiet, _ := s.dial()
		s.follow(quiet)
		synctest.Wait()
		well, asked := s.anew, 0
		s.anew = func() (session.Reader, error) {
			if asked++; asked == 2 { // the handshake is the first
				panic("asked once more")
			}
			return well()
		}
		struck, _ := s.dial()
		if _, err := nextOf(struck)(); err == nil {
			t.Error("the connection that panicked goes on")
		}
		synctest.Wait()
		if people, _ := s.hub.Present(); len(s.hub.all) != 1 || !people["p"] {
			t.Errorf("%d connections are known", len(s.hub.all))
		}
		s.publish()
		s.read(quiet, wire.TypeChange)
	})
}

// After an outage many phones deliver at once: the leader who is watching hears it, not "too slow".
func TestR36_OneLargeTransactionIsNoReasonToClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStill(t)
		leader, _ := s.dial()
		s.follow(leader)
		var changed []session.Changed
		for range batchOperations + wire.MaxPushOperations {
			s.head++
			changed = append(changed, session.Changed{Seq: s.head, Case: caseOf(s.head)})
		}
		s.hub.Publish(changed)
		synctest.Wait()
		for range changed {
			s.read(leader, wire.TypeChange)
		}
	})
}

// Nothing that is published behind the end of a person's scope reaches that person.
func TestL10_R37_TheEndOfAScopeComesBeforeWhatIsPublishedBehindIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStill(t)
		for range 10 {
			reader, _ := s.dial()
			s.follow(reader)
			for range 3 * outQueue {
				s.publish()
			}
			synctest.Wait()
			s.hub.EndPerson("p", "scope.changed")
			changes := 0
			for next := nextOf(reader); ; changes++ {
				frame, err := next()
				if err != nil {
					t.Fatal(err)
				}
				if fault, ok := frame.(*wire.Fault); ok {
					if fault.Code != "scope.changed" {
						t.Errorf("ended by %s", fault.Code)
					}
					break
				}
			}
			if changes > outQueue+2 { // what was handed to the socket before
				t.Errorf("%d changes came, %d of them after the scope had ended", changes, changes-outQueue-2)
			}
		}
	})
}

func TestAReaderThatNeverReadsIsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStill(t)
		dead, _ := s.dial()
		s.follow(dead)
		s.publish()
		time.Sleep(writeWait + lingerWait + time.Second)
		synctest.Wait()
		s.hub.mutex.Lock()
		defer s.hub.mutex.Unlock()
		if len(s.hub.all) != 0 {
			t.Error("the hub still holds a connection that takes nothing")
		}
	})
}

func TestShutdownAnswersWhatIsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStill(t)
		conn, _ := s.dial()
		s.follow(conn)
		s.send(conn, wire.Push{T: wire.TypePush, Replica: drive.NewID(), First: 1, Operations: []string{"{}"}})
		<-s.gate.begun
		done := make(chan error, 1)
		go func() { done <- s.hub.Shutdown(t.Context()) }()
		synctest.Wait()
		select {
		case <-done:
			t.Fatal("shut down before the push was answered")
		default:
		}
		s.gate.allow <- struct{}{}
		s.read(conn, wire.TypeAck)
		closedWith(t, nextOf(conn), "server.stopping")
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestShutdownDoesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStill(t)
		conn, _ := s.dial()
		s.follow(conn)
		s.send(conn, wire.Push{T: wire.TypePush, Replica: drive.NewID(), First: 1, Operations: []string{"{}"}})
		<-s.gate.begun
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.hub.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("shutdown over a stuck push: %v", err)
		}
		if _, _, err := conn.ReadMessage(); err == nil || websocket.IsCloseError(err, 4002) {
			t.Errorf("the connection was not cut: %v", err)
		}
		s.gate.allow <- struct{}{}
	})
}

func TestAReaderWhoChangesIsNoticedWithinAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStill(t)
		conn, _ := s.dial()
		s.follow(conn)
		synctest.Wait()
		s.anew = func() (session.Reader, error) { return session.Reader{Person: "p", Scope: "2"}, nil }
		start := time.Now()
		go func() {
			for range 3 {
				time.Sleep(wire.HeartbeatMs * time.Millisecond)
				s.send(conn, wire.Ping{T: wire.TypePing})
			}
		}()
		for range 3 {
			s.read(conn, wire.TypePong)
		}
		closedWith(t, nextOf(conn), "scope.changed")
		if took := time.Since(start); took > checkEvery+tickEvery {
			t.Errorf("it took %v", took)
		}
	})
}

func TestOnlyBatchesAreCompressed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStill(t)
		conn, tap := s.dial()
		s.follow(conn)
		s.publish()
		s.read(conn, wire.TypeChange)
		synctest.Wait()
		_, frames, _ := bytes.Cut(tap.written(), []byte("\r\n\r\n"))
		if got := compressed(frames); !slices.Equal(got, []bool{false, true, false}) {
			t.Errorf("welcome, page and change are compressed: %v", got)
		}
	})
}

// compressed says of each text message of a server whether its first frame has RSV1, which means permessage-deflate.
func compressed(frames []byte) (list []bool) {
	for len(frames) > 0 {
		size, head := int(frames[1]), 2
		switch size {
		case 126:
			size, head = int(binary.BigEndian.Uint16(frames[2:])), 4
		case 127:
			size, head = int(binary.BigEndian.Uint64(frames[2:])), 10
		}
		if frames[0]&0x0f == websocket.TextMessage {
			list = append(list, frames[0]&0x40 != 0)
		}
		frames = frames[head+size:]
	}
	return list
}
