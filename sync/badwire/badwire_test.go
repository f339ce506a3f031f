package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// bench is a badwire between the test and a server that hands over its connections.
type bench struct {
	t       *testing.T
	wire    string
	control string
	served  chan *net.TCPConn
}

func newBench(t *testing.T) *bench {
	t.Helper()
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, served: make(chan *net.TCPConn, 8)}
	go func() {
		for {
			conn, err := server.Accept()
			if err != nil {
				return
			}
			b.served <- conn.(*net.TCPConn)
		}
	}()
	ctx, stop := context.WithCancel(context.Background())
	said, out := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"--target", server.Addr().String()}, out) }()
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var addresses struct{ Wire, Control string }
	if err := json.Unmarshal([]byte(line), &addresses); err != nil {
		t.Fatal(err)
	}
	b.wire, b.control = addresses.Wire, "http://"+addresses.Control
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		_ = server.Close()
	})
	return b
}

func (b *bench) post(path, body string) (status int, answer map[string]any) {
	b.t.Helper()
	response, err := http.Post(b.control+path, "application/json", strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		b.t.Fatal(err)
	}
	return response.StatusCode, answer
}

func (b *bench) mode(body string) {
	b.t.Helper()
	if status, answer := b.post("/mode", body); status != http.StatusOK {
		b.t.Fatal(status, answer)
	}
}

func (b *bench) stats() (s stats) {
	b.t.Helper()
	response, err := http.Get(b.control + "/stats")
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if err := json.NewDecoder(response.Body).Decode(&s); err != nil {
		b.t.Fatal(err)
	}
	return s
}

// connect gives both ends of a new connection.
func (b *bench) connect() (client, server *net.TCPConn) {
	b.t.Helper()
	conn, err := net.Dial("tcp", b.wire)
	if err != nil {
		b.t.Fatal(err)
	}
	server = <-b.served
	for _, c := range []net.Conn{conn, server} {
		b.t.Cleanup(func() { _ = c.Close() })
		if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil { // a failing test ends
			b.t.Fatal(err)
		}
	}
	return conn.(*net.TCPConn), server
}

func (b *bench) send(conn net.Conn, text string) {
	b.t.Helper()
	if _, err := io.WriteString(conn, text); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) expect(conn net.Conn, text string) {
	b.t.Helper()
	got := make([]byte, len(text))
	if n, err := io.ReadFull(conn, got); err != nil || string(got) != text {
		b.t.Fatalf("got %q (%v), want %q", got[:n], err, text)
	}
}

func TestCarriesBothWaysAndEnds(t *testing.T) {
	b := newBench(t)
	client, server := b.connect()
	b.send(client, "GET /a HTTP/1.1\r\n")
	b.expect(server, "GET /a HTTP/1.1\r\n")
	b.send(server, "HTTP/1.1 200 OK")
	b.expect(client, "HTTP/1.1 200 OK")
	s := b.stats()
	if s.Accepted != 1 || s.Open != 1 || s.Up != 17 || s.Down != 15 || s.Links[0].Request != "GET /a HTTP/1.1" {
		t.Errorf("stats %+v", s)
	}
	if err := client.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(server); err != nil || len(rest) != 0 {
		t.Errorf("the server read %q, %v after the client's end", rest, err)
	}
	b.send(server, "late answer")
	_ = server.Close()
	if rest, err := io.ReadAll(client); err != nil || string(rest) != "late answer" {
		t.Errorf("the client read %q, %v", rest, err)
	}
}

func TestRefusesAndListensAgain(t *testing.T) {
	b := newBench(t)
	client, server := b.connect()
	b.mode(`{"refuse": true}`)
	if _, err := net.Dial("tcp", b.wire); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dial says %v, want refused", err)
	}
	b.send(client, "still open")
	b.expect(server, "still open")
	b.mode(`{}`)
	client, server = b.connect()
	b.send(client, "again")
	b.expect(server, "again")
}

func TestResetsWhatMatches(t *testing.T) {
	b := newBench(t)
	live, liveServer := b.connect()
	b.send(live, "GET /api/live HTTP/1.1")
	b.expect(liveServer, "GET /api/live HTTP/1.1")
	other, otherServer := b.connect()
	b.send(other, "GET /api/me HTTP/1.1")
	b.expect(otherServer, "GET /api/me HTTP/1.1")
	if _, answer := b.post("/reset", `{"match": "/api/live"}`); answer["reset"] != 1.0 {
		t.Errorf("answer %v", answer)
	}
	for _, end := range []net.Conn{live, liveServer} {
		if _, err := end.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("read says %v, want reset", err)
		}
	}
	b.send(other, "on")
	b.expect(otherServer, "on")
	if _, answer := b.post("/reset", ""); answer["reset"] != 1.0 {
		t.Errorf("answer %v, want the other one", answer)
	}
	if _, err := other.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("read says %v, want reset", err)
	}
}

func TestCutsAfterBytesUpstreamOnce(t *testing.T) {
	b := newBench(t)
	b.mode(`{"match": "PATCH /api/uploads", "cutAfterUp": 100000}`)
	client, server := b.connect()
	b.send(client, "HEAD /api/uploads/x HTTP/1.1\r\n\r\n") // the connection is kept alive, then used for the PATCH
	b.expect(server, "HEAD /api/uploads/x HTTP/1.1\r\n\r\n")
	photo := "PATCH /api/uploads/x HTTP/1.1\r\n\r\n" + strings.Repeat("p", 300_000)
	_, _ = io.WriteString(client, photo) // fails somewhere
	got, _ := io.ReadAll(server)
	if string(got) != photo[:100_000] {
		t.Errorf("the server got %d bytes, want the first 100000", len(got))
	}
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
		t.Errorf("read says %v, want reset", err)
	}
	client, server = b.connect()
	go func() { _, _ = io.WriteString(client, photo) }()
	b.expect(server, photo) // once only
	if s := b.stats(); s.Cut != 1 {
		t.Errorf("stats %+v", s)
	}
}

func TestCutsEveryAnswer(t *testing.T) {
	b := newBench(t)
	b.mode(`{"cutAfterDown": 5, "cutTimes": -1}`)
	for range 3 {
		client, server := b.connect()
		b.send(server, "HTTP/1.1 200 OK")
		got, err := io.ReadAll(client)
		if string(got) != "HTTP/" || !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("the client got %q, %v", got, err)
		}
	}
}

func TestCutsByTheDice(t *testing.T) {
	for mode, cut := range map[string]bool{`{"resetPercent": 5, "seed": 7}`: true, `{"seed": 7}`: false} {
		b := newBench(t)
		b.mode(mode)
		client, server := b.connect()
		go func() {
			_, _ = server.Write(bytes.Repeat([]byte("x"), 4<<20)) // fails where it is cut
			_ = server.Close()
		}()
		got, err := io.Copy(io.Discard, client)
		if (got < 4<<20) != cut || errors.Is(err, syscall.ECONNRESET) != cut || (b.stats().Cut == 1) != cut {
			t.Errorf("%s: %d bytes passed, %v, stats %+v", mode, got, err, b.stats())
		}
	}
}

// luck is how many pieces pass before the first hundred cuts.
func luck(t *testing.T, seed uint64) (passed []int) {
	t.Helper()
	w, err := openWire("127.0.0.1:0", "127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	if err := w.set(mode{ResetPercent: 2, Seed: seed}); err != nil {
		t.Fatal(err)
	}
	for n := 0; len(passed) < 100; n++ {
		if w.unlucky(1) {
			passed = append(passed, n)
		}
	}
	return passed
}

func TestASeedHasItsLuck(t *testing.T) {
	first := luck(t, 7)
	if !slices.Equal(first, luck(t, 7)) || slices.Equal(first, luck(t, 8)) {
		t.Error("luck does not follow from the seed")
	}
	if last := first[99]; last < 3500 || last > 7000 {
		t.Errorf("a hundred cuts took %d pieces, want about 5000", last)
	}
}

func TestFallsSilentOneWay(t *testing.T) {
	b := newBench(t)
	client, server := b.connect()
	b.send(client, "GET /api/live HTTP/1.1")
	b.expect(server, "GET /api/live HTTP/1.1")
	b.mode(`{"silence": "up", "match": "/api/live"}`) // matches what was sent before
	b.send(client, "lost")
	b.send(server, "heard")
	b.expect(client, "heard")
	b.until("the lost bytes are swallowed", func(s stats) bool { return s.SwallowedUp == 4 })
	b.mode(`{}`)
	b.send(client, "a hole never closes")
	b.until("all are swallowed", func(s stats) bool { return s.SwallowedUp == 23 })
	_ = client.Close()
	_ = server.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	var timeout net.Error
	if n, err := server.Read(make([]byte, 9)); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("the server heard %d bytes, %v: on a silent wire not even the end is heard", n, err)
	}
}

func TestSilenceMatchesAcrossPieces(t *testing.T) {
	b := newBench(t)
	b.mode(`{"silence": "both", "match": "PATCH /api/uploads"}`)
	client, server := b.connect()
	b.send(client, strings.Repeat("x", headBytes)+"PATCH /api/")
	b.expect(server, strings.Repeat("x", headBytes)+"PATCH /api/")
	b.send(client, "uploads/1 HTTP/1.1")
	b.until("the rest is swallowed", func(s stats) bool { return s.SwallowedUp == 18 })
	if s := b.stats(); !s.Links[0].Matched {
		t.Errorf("stats %+v", s)
	}
}

func TestThrottles(t *testing.T) {
	b := newBench(t)
	b.mode(`{"bytesPerSecond": 100000, "latencyMs": 50}`)
	client, server := b.connect()
	start := time.Now()
	data := bytes.Repeat([]byte("d"), 40_000)
	go func() { _, _ = client.Write(data) }()
	b.expect(server, string(data))
	if took := time.Since(start); took < 400*time.Millisecond || took > 5*time.Second {
		t.Errorf("40 kB at 100 kB/s and 50 ms took %v", took)
	}
}

func TestClosesWhatIsIdle(t *testing.T) {
	b := newBench(t)
	client, server := b.connect()
	b.send(client, "open before")
	b.expect(server, "open before")
	b.mode(`{"idleMs": 80}`)
	for _, end := range []net.Conn{client, server} {
		_ = end.SetReadDeadline(time.Now().Add(5 * time.Second))
		if n, err := end.Read(make([]byte, 9)); !errors.Is(err, io.EOF) {
			t.Errorf("read %d bytes, %v: want the end", n, err)
		}
	}
	if s := b.stats(); s.Idle != 1 || s.Reset != 0 || s.Cut != 0 {
		t.Errorf("stats %+v", s)
	}
	b.mode(`{"idleMs": 5000}`)
	client, server = b.connect()
	b.send(client, "busy")
	b.expect(server, "busy")
	// Its ends hear of the end before the wire has put the idle one away.
	b.until("only the busy one is left", func(s stats) bool { return s.Open == 1 })
	if s := b.stats(); s.Idle != 1 || s.Links[0].Request != "busy" {
		t.Errorf("stats %+v", s)
	}
}

func TestRefusesWrongModes(t *testing.T) {
	b := newBench(t)
	for _, body := range []string{`{"silence": "left"}`, `{"cutAfter": 9}`, `{"latencyMs": -1}`, `{"resetPercent": 101}`, `{} {}`, `[`} {
		if status, _ := b.post("/mode", body); status != http.StatusBadRequest {
			t.Errorf("%s is answered %d", body, status)
		}
	}
}

func TestServerOutOfReach(t *testing.T) {
	w, err := openWire("127.0.0.1:0", "127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	client, err := net.Dial("tcp", w.address) // may already meet the reset
	if err == nil {
		_, err = client.Read(make([]byte, 1))
	}
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the client hears %v, want reset", err)
	}
}

// until waits for the wire's counters, which move behind the writer's back.
func (b *bench) until(what string, holds func(stats) bool) {
	b.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !holds(b.stats()) {
		if time.Now().After(deadline) {
			b.t.Fatalf("never: %s; %+v", what, b.stats())
		}
	}
}
