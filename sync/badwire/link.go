package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// link is one client's connection and the one behind it. What wire.mu guards is named below.
type link struct {
	id             int
	client, server *net.TCPConn
	done           chan struct{} // closed when it was cut or reset
	once           sync.Once

	// guarded by wire.mu
	head    []byte // the first headBytes that the client sent
	tail    []byte // the last bytes that the client sent, one fewer than the match has
	turn    int    // the mode that matched and passed belong to
	matched bool
	passed  [2]int64 // since the match
	hole    [2]bool  // bytes were swallowed
	bytes   [2]int64
	idle    *time.Timer // closes it when nothing passed for a while; nil where no mode asked for that
}

// match notes what the client sent and says from where in data the mode holds. The caller holds wire.mu.
func (l *link) match(turn int, match string, d direction, data []byte) (from int) {
	if l.turn != turn {
		l.turn, l.passed, l.tail = turn, [2]int64{}, nil
		l.matched = bytes.Contains(l.head, []byte(match))
	}
	if d != up {
		return 0
	}
	if len(l.head) < headBytes {
		l.head = append(l.head, data[:min(len(data), headBytes-len(l.head))]...)
	}
	if l.matched {
		return 0
	}
	seen := append(l.tail, data...)
	if at := bytes.Index(seen, []byte(match)); at >= 0 {
		l.matched = true
		return max(at-len(l.tail), 0)
	}
	l.tail = bytes.Clone(seen[max(len(seen)-len(match)+1, 0):])
	return 0
}

// carry carries bytes both ways until both ends are done or the link is reset.
func (l *link) carry(w *wire) {
	var both sync.WaitGroup
	both.Go(func() { l.pump(w, up, l.client, l.server) })
	both.Go(func() { l.pump(w, down, l.server, l.client) })
	both.Wait()
	_ = l.client.Close()
	_ = l.server.Close()
}

// pump reads from one end, and another goroutine writes at the other when each parcel is due.
func (l *link) pump(w *wire, d direction, from, to *net.TCPConn) {
	queue := make(chan parcel, 16)
	var writing sync.WaitGroup
	writing.Go(func() { l.deliver(queue, to) })
	err := l.read(w, d, from, queue)
	close(queue)
	writing.Wait()
	if !w.ends(l, d) {
		return
	}
	if errors.Is(err, io.EOF) {
		_ = to.CloseWrite()
		return
	}
	l.reset()
}

func (l *link) read(w *wire, d direction, from *net.TCPConn, queue chan<- parcel) error {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer[:w.chunk()])
		if n > 0 {
			p := w.admit(l, d, buffer[:n])
			p.data = bytes.Clone(p.data)
			select {
			case queue <- p:
			case <-l.done:
				return net.ErrClosed
			}
			if p.cut {
				<-l.done
				return net.ErrClosed
			}
		}
		if err != nil {
			return err
		}
	}
}

// deliver writes parcels in order. After a failed write it drops what follows, so that the reader never hangs.
func (l *link) deliver(queue <-chan parcel, to *net.TCPConn) {
	failed := false
	for p := range queue {
		if failed || !l.wait(time.Until(p.due)) || !l.wait(p.takes) {
			failed = true
			continue
		}
		if _, err := to.Write(p.data); err != nil {
			failed = true
			l.reset()
			continue
		}
		if p.cut {
			l.cut()
		}
	}
}

// wait says whether the link still stood when the time was over.
func (l *link) wait(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-l.done:
		return false
	}
}

// cut resets the client. The server's side is closed in order, so that every byte that passed arrives there.
func (l *link) cut() {
	l.once.Do(func() {
		close(l.done)
		reset(l.client)
		_ = l.server.Close()
	})
}

// rest closes both sides in order: nothing has passed for a while.
func (l *link) rest() {
	l.once.Do(func() {
		close(l.done)
		_ = l.client.Close()
		_ = l.server.Close()
	})
}

// watch begins to count anew how long nothing passes. The caller holds wire.mu.
func (l *link) watch(w *wire) {
	if l.idle != nil {
		l.idle.Stop()
		l.idle = nil
	}
	if w.mode.IdleMs == 0 {
		return
	}
	l.idle = time.AfterFunc(time.Duration(w.mode.IdleMs)*time.Millisecond, func() {
		w.mu.Lock()
		w.stats.Idle++
		w.mu.Unlock()
		l.rest()
	})
}

// over says that it was cut or reset and is still being cleared away.
func (l *link) over() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// reset resets both sides at once; what is under way is lost.
func (l *link) reset() {
	l.once.Do(func() {
		close(l.done)
		reset(l.client)
		reset(l.server)
	})
}

func reset(conn *net.TCPConn) {
	_ = conn.SetLinger(0) // closing then sends RST
	_ = conn.Close()
}
