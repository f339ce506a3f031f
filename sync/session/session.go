package session

import (
	"buxun/shared"
	"buxun/sync/wire"
)

// Session is one connection's place in the conversation. The zero value is not ready; use New.
type Session struct {
	reader Reader
	phase  phase
	hello  wire.Hello
	heard  int64 // when the phone was last heard

	early   []Push // pushes that came before the welcome (R14)
	commits int    // pushes that wait for their result

	pull    pull
	barrier int     // commits that the pull waits for (R29)
	since   int64   // named to the phone up to here
	ahead   int64   // a change up to here was published and is not named yet
	pages   []int64 // sequences of pages that wait for their have
}

type phase int

const (
	phaseNew phase = iota
	phaseGreeting
	phaseOpen
	phaseClosed
)

type pull int

const (
	pullNone pull = iota
	pullWaiting
	pullReading
	pullPaused // for want of credit
	pullLive
)

// New begins the session of a reader whose connection opened at now.
func New(reader Reader, now int64) Session { return Session{reader: reader, heard: now} }

// Live says whether the session follows the feed.
func (s Session) Live() bool { return s.pull == pullLive }

// Step is the server's half of the protocol: what the session becomes after an event, and what its shell must do.
func Step(s Session, e Event) (Session, []Effect) {
	if s.phase == phaseClosed {
		return s, nil
	}
	switch e := e.(type) {
	case Heard:
		s.heard = e.Now
		return s.hear(e)
	case Unreadable:
		return s.end(shared.FaultCode(e.Err), e.Err.Error())
	case Greeted:
		return s.welcome(e)
	case Committed:
		return s.committed(e.Result)
	case PageRead:
		return s.page(e.Page)
	case Sorted:
		return s, []Effect{Send{Frame: e.Held}}
	case Published:
		return s.published(e)
	case Failed:
		return s.end("internal", "")
	case Tick:
		if e.Now-s.heard > wire.SilenceMs {
			return s.end("connection.silent", "")
		}
		return s, nil
	case Ended:
		return s.end(e.Code, "")
	}
	return s, nil
}

func (s Session) hear(e Heard) (Session, []Effect) {
	if _, isHello := e.Frame.(*wire.Hello); e.Frame != nil && isHello != (s.phase == phaseNew) {
		return s.end("frame.outOfOrder", "")
	}
	switch f := e.Frame.(type) {
	case *wire.Hello:
		return s.greet(*f)
	case *wire.Push:
		return s.push(Push{Push: *f, Received: e.Now})
	case *wire.Pull:
		return s.wantPull()
	case *wire.Have:
		return s.have(f.Seq)
	case *wire.Seen:
		return s, []Effect{NoteSeen{f.Cases}}
	case *wire.Ask:
		return s, []Effect{Sort{*f}}
	case *wire.Ping:
		return s, []Effect{Send{Frame: wire.Pong{T: wire.TypePong, N: f.N, Now: e.Now}}}
	}
	return s, nil
}

func (s Session) greet(hello wire.Hello) (Session, []Effect) {
	if hello.V != wire.Version {
		return s.end("protocol.unknown", "")
	}
	s.phase, s.hello = phaseGreeting, hello
	return s, []Effect{Greet{hello.Replicas}}
}

func (s Session) welcome(e Greeted) (Session, []Effect) {
	if c := s.hello.Cursor; c != nil && c.Epoch == e.Epoch && c.Scope == s.reader.Scope && c.Seq <= e.Head {
		s.since = c.Seq
	}
	known := e.Known
	if known == nil {
		known = []wire.Known{}
	}
	effects := []Effect{Send{Frame: wire.Welcome{
		T: wire.TypeWelcome, V: wire.Version, Now: e.Now, Anchor: e.Anchor, Epoch: e.Epoch, Scope: s.reader.Scope, Head: e.Head,
		Since: s.since, Limits: Limits(), Replicas: known,
	}}}
	s.phase = phaseOpen
	for _, p := range s.early {
		s.commits++
		effects = append(effects, Commit{p})
	}
	s.early = nil
	if s.pull != pullWaiting {
		return s, effects
	}
	s, more := s.startPull()
	return s, append(effects, more...)
}

// Limits are what welcome tells the phone.
func Limits() wire.Limits {
	return wire.Limits{
		FrameBytes: wire.MaxFrameBytes, PushOperations: wire.MaxPushOperations, PushesInFlight: wire.MaxPushesInFlight,
		PagesInFlight: wire.MaxPagesInFlight, HeartbeatMs: wire.HeartbeatMs, SilenceMs: wire.SilenceMs,
		PhotoBytes: shared.MaxPhotoBytes, KeepDays: wire.KeepDays,
	}
}

func (s Session) push(p Push) (Session, []Effect) {
	if len(s.early)+s.commits >= 2*wire.MaxPushesInFlight {
		return s.end("frame.outOfOrder", "too many pushes in flight")
	}
	if s.phase == phaseGreeting {
		s.early = append(s.early[:len(s.early):len(s.early)], p)
		return s, nil
	}
	s.commits++
	return s, []Effect{Commit{p}}
}

func (s Session) committed(r Result) (Session, []Effect) {
	s.commits--
	var effects []Effect
	if len(r.Answers) > 0 {
		effects = append(effects, Send{Frame: wire.Ack{T: wire.TypeAck, Replica: r.Replica, Answers: r.Answers}})
	}
	if r.Fault != nil {
		effects = append(effects, Send{Frame: *r.Fault})
	}
	if s.barrier > 0 {
		s.barrier--
	}
	if s.pull != pullWaiting {
		return s, effects
	}
	s, more := s.startPull()
	return s, append(effects, more...)
}

// end says why and closes, with the close code that the catalogue gives the fault.
func (s Session) end(code, detail string) (Session, []Effect) {
	s.phase, s.pull = phaseClosed, pullNone
	row := shared.FaultOf(code)
	closing := row.Close
	if closing == 0 {
		closing = shared.FaultOf("internal").Close
	}
	return s, []Effect{
		Send{Frame: wire.Fault{T: wire.TypeFault, Code: row.Code, Detail: detail}},
		Close{Code: closing, Reason: row.Code},
	}
}
