// Package live runs the server's half of buxun.sync.v1 over websockets: it performs what session.Step asks for, gathers pushes
// for the writer and fans the feed out. It must not judge or keep anything itself.
package live

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"

	"github.com/gorilla/websocket"
)

// Options are what connections need. Metrics, Now and Log may be nil.
type Options struct {
	Store     session.Store
	Committer *Committer
	Hub       *Hub
	// Authenticate says who reads, from the handshake's cookie or token; it is asked again while the connection lasts. Its
	// error is session.missing where nobody is signed in.
	Authenticate func(*http.Request) (session.Reader, error)
	// Anchor gives a fresh anchor for a welcome at now, ms.
	Anchor func(now int64) shared.Anchor
	// Refuse answers a handshake that is no websocket's, with a problem document.
	Refuse func(http.ResponseWriter, *http.Request, error)
	// Came is told of each phone's hello; may be nil. It must not block.
	Came func(wire.Hello)
	// Left is told of each phone that said hello and is gone, and when it was heard last, ms; may be nil. It must not block.
	Left    func(hello wire.Hello, heardAt int64)
	Metrics Metrics
	Now     func() time.Time
	Log     *slog.Logger
}

// decodedPushes is how many pushes are decoded and not yet queued, over all connections: when thousands of phones come back at
// once, most of their pushes wait as the bytes that came. Only pushes wait: to handle one never waits for its phone.
const decodedPushes = 64

// readBuffer is what each connection holds to read with; what is longer than it is read past it.
const readBuffer = 1 << 10

// batchLevel is how hard pages are compressed: a sixth less than at the library's level 1 for a seventh more time.
const batchLevel = 6

type handler struct {
	Options
	upgrader websocket.Upgrader
	room     chan struct{} // holds one for each decoded push
}

// Handler answers websocket handshakes from the same origin and serves each connection until it ends.
func Handler(o Options) http.Handler {
	o.Metrics = orUnmeasured(o.Metrics)
	if o.Came == nil {
		o.Came = func(wire.Hello) {}
	}
	if o.Left == nil {
		o.Left = func(wire.Hello, int64) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	h := &handler{Options: o, room: make(chan struct{}, decodedPushes)}
	h.upgrader = websocket.Upgrader{
		Subprotocols: []string{wire.Subprotocol}, HandshakeTimeout: writeWait, EnableCompression: true,
		ReadBufferSize: readBuffer, WriteBufferSize: 4096, WriteBufferPool: &sync.Pool{},
		Error: func(w http.ResponseWriter, r *http.Request, status int, reason error) {
			h.Refuse(w, r, shared.Fail(handshakeFault(status), reason.Error()))
		},
	}
	return h
}

func handshakeFault(status int) string {
	switch status {
	case http.StatusForbidden:
		return "request.crossOrigin"
	case http.StatusInternalServerError:
		return "internal"
	case http.StatusMethodNotAllowed:
		return "request.methodNotAllowed"
	}
	return "request.malformed"
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !slices.Contains(websocket.Subprotocols(r), wire.Subprotocol) {
		h.Refuse(w, r, shared.Fail("protocol.unknown", "the handshake does not offer "+wire.Subprotocol))
		return
	}
	reader, err := h.Authenticate(r)
	code := shared.FaultCode(err)
	if err != nil && (shared.FaultOf(code).Close == 0 || r.Header.Get("Authorization") != "") {
		h.Refuse(w, r, err)
		return
	}
	ws, upgradeErr := h.upgrader.Upgrade(w, r, nil)
	if upgradeErr != nil {
		return // answered by the upgrader's Error
	}
	if err := ws.SetCompressionLevel(batchLevel); err != nil {
		h.Log.Error("set the compression", "error", err) // it goes with the usual one
	}
	ctx := context.WithoutCancel(r.Context()) // it ends when this function does
	c := newConn(h, ws, r.WithContext(ctx), reader)
	if err != nil {
		// A page cannot read the status of a refused handshake: only a close code tells it to sign in.
		go c.turnAway(code)
		return
	}
	go c.serve(ctx)
}
