package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"syscall"
	"time"
)

// headBytes is how much of what a client sends first is kept to tell connections apart.
const headBytes = 8 << 10

// wire is the listening end and all connections through it.
type wire struct {
	address string
	target  string

	mu       sync.Mutex
	listener net.Listener // nil while refusing
	mode     mode
	turn     int // counts modes
	cutsLeft int // -1 for no end
	dice     *rand.Rand
	links    map[int]*link
	stats    stats
	closed   bool
}

// stats are counts since the start. Bytes are those read from either end; swallowed ones are among them.
type stats struct {
	Accepted      int        `json:"accepted"`
	Unreached     int        `json:"unreached"` // accepted, but the server refused
	Open          int        `json:"open"`
	Cut           int        `json:"cut"`
	Reset         int        `json:"reset"`
	Idle          int        `json:"idle"` // closed because nothing passed
	Up            int64      `json:"up"`
	Down          int64      `json:"down"`
	SwallowedUp   int64      `json:"swallowedUp"`
	SwallowedDown int64      `json:"swallowedDown"`
	Links         []linkStat `json:"links"` // open ones, oldest first
}

type linkStat struct {
	ID      int    `json:"id"`
	Request string `json:"request"` // first line that the client sent
	Matched bool   `json:"matched"`
	Up      int64  `json:"up"`
	Down    int64  `json:"down"`
}

func openWire(address, target string) (*wire, error) {
	w := &wire{address: address, target: target, links: map[int]*link{}}
	if err := w.set(mode{}); err != nil {
		return nil, err
	}
	return w, nil
}

// set puts a new mode in force.
func (w *wire) set(m mode) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case m.Refuse && w.listener != nil:
		_ = w.listener.Close()
		w.listener = nil
	case !m.Refuse && w.listener == nil:
		listener, err := listen(w.address)
		if err != nil {
			return err
		}
		w.address = listener.Addr().String() // the same port when it listens again
		w.listener = listener
		go w.accept(listener)
	}
	w.mode, w.cutsLeft = m, m.cuts()
	w.dice = rand.New(rand.NewPCG(m.Seed, 0))
	w.turn++
	for _, l := range w.links {
		l.watch(w)
	}
	return nil
}

// listen keeps the receive buffer small: on loopback megabytes would vanish into it before a slow wire is felt.
func listen(address string) (net.Listener, error) {
	config := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error {
		var failed error
		err := raw.Control(func(fd uintptr) {
			failed = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 64<<10)
		})
		if err != nil {
			return err
		}
		return failed
	}}
	listener, err := config.Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return listener, nil
}

func (w *wire) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return // refusing, or stopped
		}
		go w.join(conn.(*net.TCPConn))
	}
}

// join connects a client to the server and carries bytes until both ends are done.
func (w *wire) join(client *net.TCPConn) {
	w.mu.Lock()
	w.stats.Accepted++
	id := w.stats.Accepted
	w.mu.Unlock()
	conn, err := net.DialTimeout("tcp", w.target, 5*time.Second)
	if err != nil {
		w.mu.Lock()
		w.stats.Unreached++
		w.mu.Unlock()
		reset(client)
		return
	}
	l := &link{id: id, client: client, server: conn.(*net.TCPConn), done: make(chan struct{})}
	w.mu.Lock()
	w.links[id] = l
	l.watch(w)
	closed := w.closed
	w.mu.Unlock()
	if closed {
		l.reset()
	}
	l.carry(w)
	w.mu.Lock()
	delete(w.links, id)
	if l.idle != nil {
		l.idle.Stop()
	}
	w.mu.Unlock()
}

// admit says what becomes of bytes that a link read: the parcel to pass on, perhaps empty.
func (w *wire) admit(l *link, d direction, data []byte) parcel {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count(l, d, len(data))
	l.watch(w)
	from := l.match(w.turn, w.mode.Match, d, data)
	if l.hole[d] {
		w.swallow(d, len(data))
		return parcel{}
	}
	if !l.matched {
		return parcel{data: data}
	}
	m, rest := w.mode, len(data)-from
	if m.silent(d) {
		l.hole[d] = true
		w.swallow(d, rest)
		return parcel{data: data[:from]}
	}
	p := parcel{due: time.Now().Add(time.Duration(m.LatencyMs) * time.Millisecond)}
	if limit := m.cutAfter(d); limit > 0 && w.cutsLeft != 0 && l.passed[d]+int64(rest) >= limit {
		rest = int(max(limit-l.passed[d], 0))
		p.cut = true
		w.stats.Cut++
		if w.cutsLeft > 0 {
			w.cutsLeft--
		}
	}
	pieces := (l.passed[d]+int64(rest))/pieceBytes - l.passed[d]/pieceBytes
	if !p.cut && w.unlucky(pieces) {
		p.cut = true
		w.stats.Cut++
	}
	l.passed[d] += int64(rest)
	p.data = data[:from+rest]
	if m.BytesPerSecond > 0 {
		p.takes = time.Duration(rest) * time.Second / time.Duration(m.BytesPerSecond)
	}
	return p
}

// unlucky throws the dice for so many pieces. The caller holds wire.mu.
func (w *wire) unlucky(pieces int64) bool {
	if w.mode.ResetPercent == 0 {
		return false
	}
	for range pieces {
		if w.dice.Float64()*100 < w.mode.ResetPercent {
			return true
		}
	}
	return false
}

func (w *wire) count(l *link, d direction, n int) {
	l.bytes[d] += int64(n)
	if d == up {
		w.stats.Up += int64(n)
	} else {
		w.stats.Down += int64(n)
	}
}

func (w *wire) swallow(d direction, n int) {
	if d == up {
		w.stats.SwallowedUp += int64(n)
	} else {
		w.stats.SwallowedDown += int64(n)
	}
}

// ends says whether the end of a link is told to the other side: on a silent wire nobody hears it.
func (w *wire) ends(l *link, d direction) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	l.match(w.turn, w.mode.Match, d, nil)
	return !l.hole[d] && !(l.matched && w.mode.silent(d))
}

func (w *wire) chunk() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.mode.chunk()
}

// reset resets the open links on which the client sent match, and says how many.
func (w *wire) reset(match string) (count int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.links {
		if !l.over() && bytes.Contains(l.head, []byte(match)) {
			l.reset()
			count++
		}
	}
	w.stats.Reset += count
	return count
}

func (w *wire) close() {
	w.mu.Lock()
	w.closed = true
	if w.listener != nil {
		_ = w.listener.Close()
	}
	w.mu.Unlock()
	w.reset("")
}
