package drive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"buxun/shared"
	"buxun/sync/wire"

	"github.com/gorilla/websocket"
)

// patience is how long Next waits for a frame.
const patience = 20 * time.Second

// Wire is one websocket. It is for one goroutine.
type Wire struct {
	conn *websocket.Conn
	// Changes are the live changes that came while something else was waited for, oldest first.
	Changes []wire.Change
}

// Dial opens the websocket with the client's session. A refused handshake is a shared.Fault.
func (c *Client) Dial(ctx context.Context) (*Wire, error) {
	address, err := url.Parse(c.Base)
	if err != nil {
		return nil, fmt.Errorf("read address %s: %w", c.Base, err)
	}
	header := http.Header{"Origin": {c.Base}}
	for _, cookie := range c.HTTP.Jar.Cookies(address) {
		header.Add("Cookie", cookie.String())
	}
	dialer := websocket.Dialer{Subprotocols: []string{wire.Subprotocol}, HandshakeTimeout: patience, EnableCompression: true}
	if transport, ok := c.HTTP.Transport.(*http.Transport); ok {
		dialer.TLSClientConfig = transport.TLSClientConfig
	}
	conn, response, err := dialer.DialContext(ctx, "ws"+strings.TrimPrefix(c.Base, "http")+"/api/live", header)
	if err != nil {
		if response != nil && response.StatusCode >= http.StatusBadRequest {
			return nil, Problem(response)
		}
		return nil, fmt.Errorf("dial %s: %w", c.Base, err)
	}
	if conn.Subprotocol() != wire.Subprotocol {
		return nil, errors.Join(fmt.Errorf("the server chose subprotocol %q", conn.Subprotocol()), conn.Close())
	}
	return &Wire{conn: conn}, nil
}

// Close cuts the connection without a word.
func (w *Wire) Close() error { return w.conn.Close() }

// Send sends a frame.
func (w *Wire) Send(frame any) error {
	if err := w.conn.WriteJSON(frame); err != nil {
		return fmt.Errorf("send %T: %w", frame, err)
	}
	return nil
}

// Next reads the next frame as a pointer to its struct; a type that is not known is skipped. A close by the server is a
// *websocket.CloseError.
func (w *Wire) Next() (any, error) {
	for {
		if err := w.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			return nil, fmt.Errorf("set deadline: %w", err)
		}
		_, text, err := w.conn.ReadMessage()
		if err != nil {
			return nil, fmt.Errorf("read frame: %w", err)
		}
		var head struct{ T wire.Type }
		if err := json.Unmarshal(text, &head); err != nil {
			return nil, fmt.Errorf("read frame %.80s: %w", text, err)
		}
		frame := empty(head.T)
		if frame == nil {
			continue
		}
		if err := json.Unmarshal(text, frame); err != nil {
			return nil, fmt.Errorf("read frame %s: %w", head.T, err)
		}
		return frame, nil
	}
}

func empty(t wire.Type) any {
	switch t {
	case wire.TypeWelcome:
		return &wire.Welcome{}
	case wire.TypeAck:
		return &wire.Ack{}
	case wire.TypeFault:
		return &wire.Fault{}
	case wire.TypeCases:
		return &wire.Cases{}
	case wire.TypeChange:
		return &wire.Change{}
	case wire.TypeLeave:
		return &wire.Leave{}
	case wire.TypeHeld:
		return &wire.Held{}
	case wire.TypePong:
		return &wire.Pong{}
	}
	return nil
}

// await reads until a frame of type F; changes that come before are kept, a fault is an error.
func await[F any](w *Wire) (*F, error) {
	for {
		frame, err := w.Next()
		if err != nil {
			return nil, err
		}
		switch f := frame.(type) {
		case *F:
			return f, nil
		case *wire.Change:
			w.Changes = append(w.Changes, *f)
		case *wire.Fault:
			return nil, shared.Fail(f.Code, f.Detail)
		}
	}
}

// Hello greets the server with what these replicas hold. cursor may be nil.
func (w *Wire) Hello(cursor *wire.Cursor, replicas ...*Replica) (*wire.Welcome, error) {
	hello := wire.Hello{T: wire.TypeHello, V: wire.Version, App: "drive", Cursor: cursor, Replicas: []wire.Holding{}}
	for _, r := range replicas {
		hello.Replicas = append(hello.Replicas, r.Holding())
	}
	if err := w.Send(hello); err != nil {
		return nil, err
	}
	welcome, err := await[wire.Welcome](w)
	if err != nil {
		return nil, err
	}
	for _, r := range replicas {
		r.Anchor = &welcome.Anchor
	}
	return welcome, nil
}

// Push sends what the replica made and the server has not acknowledged, up to 20 operations a frame, one frame after the
// other's answer. It gives the answers.
func (w *Wire) Push(r *Replica) ([]wire.Answer, error) {
	var answers []wire.Answer
	for last := int64(len(r.Made)); r.Acked < last; {
		push, err := r.Push(r.Acked+1, min(r.Acked+wire.MaxPushOperations, last))
		if err != nil {
			return answers, err
		}
		if err := w.Send(push); err != nil {
			return answers, err
		}
		ack, err := await[wire.Ack](w)
		if err != nil {
			return answers, err
		}
		answers = append(answers, ack.Answers...)
		if n := len(ack.Answers); n > 0 {
			r.Acked, r.AckedHash = ack.Answers[n-1].Counter, ack.Answers[n-1].Hash
		}
	}
	return answers, nil
}

// Pull reads all pages, saying have to each; the feed is live afterwards. seq is the cursor after the last page.
func (w *Wire) Pull() (cases []shared.Case, leaves []string, seq int64, err error) {
	if err := w.Send(wire.Pull{T: wire.TypePull}); err != nil {
		return nil, nil, 0, err
	}
	for {
		page, err := await[wire.Cases](w)
		if err != nil {
			return cases, leaves, seq, err
		}
		rows, err := wire.Rows(page.Columns)
		if err != nil {
			return cases, leaves, seq, err
		}
		cases, leaves, seq = append(cases, rows...), append(leaves, page.Leaves...), page.Seq
		if err := w.Send(wire.Have{T: wire.TypeHave, Seq: seq}); err != nil {
			return cases, leaves, seq, err
		}
		if !page.More {
			return cases, leaves, seq, nil
		}
	}
}

// Held asks which of the hashes the server has, on behalf of a replica.
func (w *Wire) Held(r *Replica, hashes []string) (*wire.Held, error) {
	if err := w.Send(wire.Ask{T: wire.TypeAsk, Replica: r.ID, Hashes: hashes}); err != nil {
		return nil, err
	}
	return await[wire.Held](w)
}

// Change gives the next live change.
func (w *Wire) Change() (wire.Change, error) {
	if len(w.Changes) > 0 {
		first := w.Changes[0]
		w.Changes = w.Changes[1:]
		return first, nil
	}
	change, err := await[wire.Change](w)
	if err != nil {
		return wire.Change{}, err
	}
	return *change, nil
}
