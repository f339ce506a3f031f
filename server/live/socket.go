package live

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
	"unicode/utf8"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"

	"github.com/gorilla/websocket"
)

// message is a frame on its way to the socket.
type message struct {
	frame   any
	encoded *encoded // instead of frame, for a live change
	batch   bool     // compressing it pays
}

func messageOf(e session.Send) message {
	m := message{frame: e.Frame, batch: e.Batch}
	m.encoded, _ = e.Encoded.(*encoded)
	return m
}

// encoded is a live change as it goes to everybody, encoded when the first connection needs it.
type encoded struct {
	changed session.Changed
	once    sync.Once
	message *websocket.PreparedMessage
	err     error
}

func (e *encoded) prepared() (*websocket.PreparedMessage, error) {
	e.once.Do(func() {
		var text []byte
		text, e.err = json.Marshal(wire.Change{T: wire.TypeChange, Seq: e.changed.Seq, Case: e.changed.Case})
		if e.err == nil {
			e.message, e.err = websocket.NewPreparedMessage(websocket.TextMessage, text)
		}
	})
	return e.message, e.err
}

// farewell is the close frame, behind what waits to be sent; a code of 0 says nothing to a socket that is gone.
type farewell struct {
	code   int
	reason string
}

// write sends what the loop hands over until the socket fails or the farewell is said.
func (c *conn) write() {
	defer close(c.gone)
	for {
		select {
		case m := <-c.out:
			if err := c.put(m); err != nil {
				c.cut()
				return
			}
		case bye := <-c.last:
			if bye.code != 0 {
				c.bid(bye)
			}
			return
		}
	}
}

func (c *conn) put(m message) error {
	if err := c.ws.SetWriteDeadline(time.Now().Add(writeWait)); err != nil {
		return fmt.Errorf("set deadline: %w", err)
	}
	c.ws.EnableWriteCompression(m.batch)
	if m.encoded != nil {
		prepared, err := m.encoded.prepared()
		if err != nil {
			return fmt.Errorf("encode change: %w", err)
		}
		return c.ws.WritePreparedMessage(prepared)
	}
	return c.ws.WriteJSON(m.frame)
}

// bid sends what waits, the close frame last, and gives the other end a moment to read it: closing a socket with unread
// bytes in it would throw away what was sent. Of a reader that is too slow only the reason is sent.
func (c *conn) bid(bye farewell) {
	rest := c.waitingFrames()
	select {
	case <-c.slow:
		rest = []message{{frame: wire.Fault{T: wire.TypeFault, Code: bye.reason}}}
	default:
	}
	for _, m := range rest {
		if err := c.put(m); err != nil {
			c.cut()
			return
		}
	}
	deadline := time.Now().Add(writeWait)
	if err := c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(bye.code, bye.reason), deadline); err != nil {
		c.cut()
		return
	}
	if err := c.ws.SetReadDeadline(time.Now().Add(lingerWait)); err != nil {
		c.cut()
	}
}

func (c *conn) waitingFrames() (rest []message) {
	for {
		select {
		case m := <-c.out:
			rest = append(rest, m)
		default:
			return rest
		}
	}
}

// read hands frames to the loop until the socket ends. After a frame that cannot be read it only waits for the end.
func (c *conn) read() {
	defer close(c.idle)
	defer close(c.heard)
	for {
		frame, room, now, err := c.next()
		event := heard{session.Heard{Frame: frame, Now: now}, room}
		switch code := shared.FaultCode(err); {
		case code == "internal":
			event.leave()
			return // the socket's own error
		case err != nil:
			event.Event = session.Unreadable{Err: err}
		}
		c.heard <- event
	}
}

// buffers hold frames while they are read; a decoded frame keeps nothing of them.
var buffers = sync.Pool{New: func() any { return &bytes.Buffer{} }}

// next reads one frame and says when it had come, whatever it waited for then; a push takes room. A fault is about the frame,
// any other error about the socket.
func (c *conn) next() (frame any, room chan struct{}, now int64, err error) {
	kind, from, err := c.ws.NextReader()
	if err != nil {
		return nil, nil, 0, err
	}
	buffer := buffers.Get().(*bytes.Buffer)
	defer func() {
		if buffer != nil {
			buffers.Put(buffer)
		}
	}()
	buffer.Reset()
	// A limit on what is read, not gorilla's on what is announced: that one would close with a code that tells phones nothing.
	if _, err := buffer.ReadFrom(io.LimitReader(from, wire.MaxFrameBytes+1)); err != nil {
		return nil, nil, 0, err
	}
	text := buffer.Bytes()
	now = c.Now().UnixMilli()
	if kind != websocket.TextMessage || !utf8.Valid(text) && len(text) <= wire.MaxFrameBytes {
		return nil, nil, now, shared.Fail("frame.malformed", "not UTF-8 text")
	}
	if bytes.HasPrefix(text, []byte(`{"t":"push"`)) {
		room = c.room
		select {
		case room <- struct{}{}:
		default:
			// While it waits it holds its own length: a buffer that grew is up to twice as long, and thousands wait.
			text = bytes.Clone(text)
			buffers.Put(buffer)
			buffer = nil
			room <- struct{}{}
		}
	}
	frame, err = wire.Decode(text)
	return frame, room, now, err
}
