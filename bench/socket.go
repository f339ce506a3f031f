package main

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"buxun/sync/wire"

	"github.com/gorilla/websocket"
)

// socket is a lean websocket: what it sends was encoded, compressed and masked before the clock started, so that the load takes
// as little of the machine as it can.
type socket struct {
	*websocket.Conn
	read *atomic.Int64 // bytes that came over the wire
}

// packed is one client frame ready for the wire. Phones compress what they send, so this does too; the mask is zero, which is as
// good as any to the server.
func packed(frame any) ([]byte, error) {
	text, err := json.Marshal(frame)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", frame, err)
	}
	var squeezed bytes.Buffer
	w, err := flate.NewWriter(&squeezed, flate.DefaultCompression)
	if err == nil {
		_, err = w.Write(text)
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		return nil, fmt.Errorf("compress %T: %w", frame, err)
	}
	return masked(0xC1, bytes.TrimSuffix(squeezed.Bytes(), []byte{0, 0, 0xFF, 0xFF})), nil
}

// plain is a text frame that is not compressed.
func plain(text string) []byte { return masked(0x81, []byte(text)) }

func masked(head byte, payload []byte) []byte {
	frame := []byte{head}
	switch n := len(payload); {
	case n < 126:
		frame = append(frame, 0x80|byte(n))
	case n < 1<<16:
		frame = binary.BigEndian.AppendUint16(append(frame, 0x80|126), uint16(n))
	default:
		frame = binary.BigEndian.AppendUint64(append(frame, 0x80|127), uint64(n))
	}
	return append(append(frame, 0, 0, 0, 0), payload...)
}

// send writes frames that are packed.
func (s *socket) send(frames ...[]byte) error {
	for _, frame := range frames {
		if _, err := s.NetConn().Write(frame); err != nil {
			return fmt.Errorf("send: %w", err)
		}
	}
	return nil
}

// next reads one frame's text.
func (s *socket) next() ([]byte, error) {
	_, text, err := s.ReadMessage()
	return text, err
}

// kind is the type of a frame of ours, read without decoding the whole.
func kind(text []byte) wire.Type {
	rest, ok := bytes.CutPrefix(text, []byte(`{"t":"`))
	if !ok {
		return ""
	}
	name, _, _ := bytes.Cut(rest, []byte(`"`))
	return wire.Type(name)
}

type counted struct {
	net.Conn
	read *atomic.Int64
}

func (c counted) Read(into []byte) (int, error) {
	n, err := c.Conn.Read(into)
	c.read.Add(int64(n))
	return n, err
}

// dial opens the phone's websocket.
func (p *phone) dial(ctx context.Context, base string) (*socket, error) {
	header := http.Header{"Origin": {base}, "Cookie": {sessionCookie + "=" + p.token}}
	s, err := dialAt(ctx, "ws"+strings.TrimPrefix(base, "http")+"/api/live", header, true, wire.Subprotocol)
	if err != nil {
		return nil, fmt.Errorf("dial for %s: %w", p.ID, err)
	}
	return s, nil
}

func dialAt(ctx context.Context, address string, header http.Header, compress bool, protocols ...string) (*socket, error) {
	read := &atomic.Int64{}
	dialer := websocket.Dialer{
		Subprotocols: protocols, HandshakeTimeout: 30 * time.Second, EnableCompression: compress, ReadBufferSize: 8 << 10,
		NetDialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return counted{conn, read}, nil
		},
	}
	conn, response, err := dialer.DialContext(ctx, address, header)
	if err != nil {
		if response != nil {
			err = fmt.Errorf("status %d: %w", response.StatusCode, err)
		}
		return nil, err
	}
	return &socket{conn, read}, nil
}

// all does something for each of many, a few at a time, and gives the first error.
func all[T any](list []T, atOnce int, do func(int, T) error) error {
	var group sync.WaitGroup
	var mutex sync.Mutex
	var first error
	next := make(chan int)
	for range min(atOnce, len(list)) {
		group.Go(func() {
			for i := range next {
				if err := do(i, list[i]); err != nil {
					mutex.Lock()
					if first == nil {
						first = err
					}
					mutex.Unlock()
				}
			}
		})
	}
	for i := range list {
		next <- i
	}
	close(next)
	group.Wait()
	return first
}

// dialAll opens all phones' websockets.
func dialAll(ctx context.Context, base string, phones []*phone) ([]*socket, error) {
	sockets := make([]*socket, len(phones))
	err := all(phones, 16, func(i int, p *phone) (err error) {
		sockets[i], err = p.dial(ctx, base)
		return err
	})
	return sockets, err
}

func closeAll(sockets []*socket) {
	for _, s := range sockets {
		if s != nil {
			_ = s.Close()
		}
	}
}
