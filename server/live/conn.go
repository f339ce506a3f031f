package live

import (
	"context"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"

	"github.com/gorilla/websocket"
)

const (
	outQueue   = 16 // frames that wait for the socket
	writeWait  = 10 * time.Second
	lingerWait = 5 * time.Second // for the other end to read the last words
	tickEvery  = 5 * time.Second
	checkEvery = time.Minute // how often a connection asks whether its reader is still who it was
)

// conn is one connection: a loop that steps the session, a goroutine that reads and one that writes.
type conn struct {
	*handler
	ws      *websocket.Conn
	request *http.Request
	reader  session.Reader
	number  uint64

	heard   chan heard
	results chan session.Result // has room for all pushes that a session lets through
	feed    *feed
	ended   chan string
	check   chan struct{}
	stop    chan struct{}
	slow    chan struct{} // closed when the feed overflowed
	tooSlow sync.Once
	out     chan message
	last    chan farewell
	gone    chan struct{} // closed when nothing can be written any more
	idle    chan struct{} // closed when nothing is read any more

	// The loop's own.
	state    session.Session
	waiting  int // pushes at the committer
	stopping bool
	closed   string // code of the fault that ended it
	hello    *wire.Hello
	heardAt  int64 // ms; the last frame
	opened   time.Time
	checked  time.Time
}

func newConn(h *handler, ws *websocket.Conn, r *http.Request, reader session.Reader) *conn {
	now := h.Now()
	return &conn{
		handler: h, ws: ws, request: r, reader: reader, state: session.New(reader, now.UnixMilli()), opened: now, checked: now,
		heard: make(chan heard), results: make(chan session.Result, 4*wire.MaxPushesInFlight),
		feed: newFeed(), ended: make(chan string, 1), check: make(chan struct{}, 1),
		stop: make(chan struct{}, 1), slow: make(chan struct{}), out: make(chan message, outQueue), last: make(chan farewell, 1),
		gone: make(chan struct{}), idle: make(chan struct{}),
	}
}

// heard is a frame on its way to the loop. A push holds room until it is handled.
type heard struct {
	session.Event
	room chan struct{} // nil where it holds none
}

func (h heard) leave() {
	if h.room != nil {
		<-h.room
	}
}

// Signals from the hub; none blocks.

func (c *conn) publish(p *session.Published) {
	if !c.feed.put(p) {
		c.tooSlow.Do(func() { close(c.slow) })
	}
}

func (c *conn) end(code string) {
	select {
	case c.ended <- code:
	default:
	}
}

func (c *conn) recheck() {
	select {
	case c.check <- struct{}{}:
	default:
	}
}

func (c *conn) stopSoon() {
	select {
	case c.stop <- struct{}{}:
	default:
	}
}

// cut ends the connection without a word.
func (c *conn) cut() { _ = c.ws.Close() }

// turnAway says why and closes.
func (c *conn) turnAway(code string) {
	go c.read()
	go c.write()
	c.step(context.Background(), session.Ended{Code: code})
	c.finish()
}

// serve runs the connection until it ends. It has a goroutine of its own: that of the handshake would keep what net/http holds of a
// request for as long as the phone stays.
func (c *conn) serve(ctx context.Context) {
	go c.read()
	go c.write()
	if !c.Hub.add(c) {
		c.step(ctx, session.Ended{Code: "server.stopping"})
		c.finish()
		return
	}
	c.Metrics.Connected(1)
	// Whoever changed the reader before the hub knew the connection could not end it.
	c.recheck()
	c.loop(ctx)
	c.Hub.remove(c)
	c.finish()
	c.Metrics.Connected(-1)
	c.logEnd()
}

// loop steps the session until the connection ends. Should a step panic, that ends this connection and no other.
func (c *conn) loop(ctx context.Context) {
	defer func() {
		if thrown := recover(); thrown != nil {
			c.Log.Error("a connection panicked", "person", c.reader.Person, "panic", thrown, "stack", string(debug.Stack()))
		}
	}()
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	for c.closed == "" {
		heard := c.heard
		if c.stopping {
			heard = nil
			if c.waiting == 0 {
				c.step(ctx, session.Ended{Code: "server.stopping"})
				return
			}
		}
		if c.heedHub(ctx) {
			continue
		}
		select {
		case <-c.slow:
			c.step(ctx, session.Ended{Code: "connection.slow"})
		case <-c.gone:
			return
		case event, ok := <-heard:
			if !ok {
				return
			}
			c.hear(ctx, event)
		case result := <-c.results:
			c.waiting--
			c.logFault(result)
			c.step(ctx, session.Committed{Result: result})
		case <-c.feed.more:
			if published := c.feed.take(); published != nil {
				c.step(ctx, *published)
			}
		case code := <-c.ended:
			c.step(ctx, session.Ended{Code: code})
		case <-c.check:
			c.ask(ctx)
		case <-c.stop:
			c.stopping = true
		case <-tick.C:
			c.tick(ctx)
		}
	}
}

// heedHub does first what the hub says about the reader: what is published behind it may be nothing for that reader any more
// (L10). It says whether there was anything.
func (c *conn) heedHub(ctx context.Context) bool {
	select {
	case code := <-c.ended:
		c.step(ctx, session.Ended{Code: code})
	case <-c.check:
		c.ask(ctx)
	default:
		return false
	}
	return true
}

func (c *conn) hear(ctx context.Context, event heard) {
	defer event.leave()
	if heard, ok := event.Event.(session.Heard); ok {
		c.heardAt = heard.Now
		if hello, ok := heard.Frame.(*wire.Hello); ok && c.hello == nil {
			c.hello = hello
			c.Hub.came(c)
			c.logHello()
		}
	}
	c.step(ctx, event.Event)
}

func (c *conn) tick(ctx context.Context) {
	now := c.Now()
	c.step(ctx, session.Tick{Now: now.UnixMilli()})
	if c.closed == "" && now.Sub(c.checked) >= checkEvery {
		c.ask(ctx)
	}
}

// ask asks again whose connection it is.
func (c *conn) ask(ctx context.Context) {
	c.checked = c.Now()
	reader, err := c.Authenticate(c.request)
	switch code := shared.FaultCode(err); {
	case code == "internal":
		c.Log.Error("ask who reads", "person", c.reader.Person, "error", err)
	case err != nil:
		c.step(ctx, session.Ended{Code: "session.missing"})
	case reader != c.reader:
		c.step(ctx, session.Ended{Code: "scope.changed"})
	}
}

// step lets the session have an event, and does what it asks for, until it asks for nothing.
func (c *conn) step(ctx context.Context, event session.Event) {
	for events := []session.Event{event}; len(events) > 0; {
		var effects []session.Effect
		c.state, effects = session.Step(c.state, events[0])
		events = events[1:]
		for _, effect := range effects {
			if next := c.do(ctx, effect); next != nil {
				events = append(events, next)
			}
		}
	}
}

func (c *conn) do(ctx context.Context, effect session.Effect) session.Event {
	switch e := effect.(type) {
	case session.Send:
		c.send(messageOf(e))
		return nil
	case session.Commit:
		if err := c.Committer.Submit(c.Store.Ahead(ctx, e.Push), func(r session.Result) { c.results <- r }); err != nil {
			c.stopping = true
			return nil
		}
		c.waiting++
		return nil
	case session.Close:
		c.closed = e.Reason
		c.Metrics.Closed(e.Reason)
		c.last <- farewell{code: e.Code, reason: e.Reason}
		return nil
	}
	event := session.Perform(ctx, c.Store, c.reader, effect, c.Anchor, c.Now().UnixMilli())
	switch e := event.(type) {
	case session.PageRead:
		c.Metrics.Paged(len(e.Page.Cases))
	case session.Failed:
		c.Log.Error("serve a phone", "person", c.reader.Person, "error", e.Err)
	}
	return event
}

// send hands a frame to the writing goroutine; it waits while the socket is behind, unless that is hopeless.
func (c *conn) send(m message) {
	select {
	case c.out <- m:
	case <-c.gone:
	case <-c.slow:
	}
}

// finish returns when both goroutines have ended and the socket is closed.
func (c *conn) finish() {
	if c.closed == "" {
		c.cut()
		c.last <- farewell{}
	}
	<-c.gone
	for event := range c.heard {
		event.leave()
	}
	<-c.idle
	c.cut()
}

func (c *conn) logHello() {
	var replicas []string
	for _, r := range c.hello.Replicas {
		replicas = append(replicas, r.Replica)
	}
	c.Came(*c.hello)
	c.Log.Info("phone came", "person", c.reader.Person, "app", c.hello.App, "replicas", replicas)
}

func (c *conn) logEnd() {
	if c.hello != nil {
		c.Left(*c.hello, c.heardAt)
	}
	c.Log.Info("phone left", "person", c.reader.Person, "after", c.Now().Sub(c.opened).Round(time.Millisecond).String(), "told", c.closed)
}

func (c *conn) logFault(r session.Result) {
	if r.Fault != nil {
		c.Log.Warn("push refused", "person", c.reader.Person, "replica", r.Replica, "counter", r.Fault.Counter, "fault", r.Fault.Code)
	}
}
