package session

import (
	"buxun/shared"
	"buxun/sync/wire"
)

// Event is what happened to a session. Times are the server's clock.
type Event interface{ event() }

type (
	// Heard is a frame from the phone, as wire.Decode gave it; nil is a frame of an unknown type.
	Heard struct {
		Frame any
		Now   int64
	}
	// Unreadable is a frame that wire.Decode refused.
	Unreadable struct{ Err error }
	// Greeted brings what Greet asked for.
	Greeted struct {
		Known  []wire.Known
		Epoch  string
		Head   int64
		Anchor shared.Anchor
		Now    int64
	}
	// Committed brings the result of the oldest Commit that was not answered.
	Committed struct{ Result Result }
	// PageRead brings what Read asked for.
	PageRead struct{ Page Page }
	// Sorted brings what Sort asked for.
	Sorted struct{ Held wire.Held }
	// Published is a change of the feed; Encoded is the shell's own form of the change frame, handed through.
	Published struct {
		Changed Changed
		Encoded any
	}
	// Failed says that an effect failed for a reason that is not the phone's.
	Failed struct{ Err error }
	// Tick lets time pass.
	Tick struct{ Now int64 }
	// Ended says that the server ends the session: scope.changed, session.missing, server.stopping, connection.slow.
	Ended struct{ Code string }
)

func (Heard) event()      {}
func (Unreadable) event() {}
func (Greeted) event()    {}
func (Committed) event()  {}
func (PageRead) event()   {}
func (Sorted) event()     {}
func (Published) event()  {}
func (Failed) event()     {}
func (Tick) event()       {}
func (Ended) event()      {}

// Effect is what a shell must do. Effects of one step are done in order; those that bring an event do so later.
type Effect interface{ effect() }

type (
	// Send sends a frame. Encoded, if not nil, is what Published brought for it. Batch says that compressing it pays.
	Send struct {
		Frame   any
		Encoded any
		Batch   bool
	}
	// Greet looks up the replicas of a hello; it brings Greeted.
	Greet struct{ Holdings []wire.Holding }
	// Commit hands a push to the writer; it brings Committed, in the order of the pushes.
	Commit struct{ Push Push }
	// Read reads a page; it brings PageRead.
	Read struct {
		Since int64
		Limit int
	}
	// Sort sorts hashes; it brings Sorted.
	Sort struct{ Ask wire.Ask }
	// NoteDelivered and NoteSeen are kept by the store; they bring nothing.
	NoteDelivered struct{ Seq int64 }
	NoteSeen      struct{ Cases []wire.SeenCase }
	// Close ends the connection with a close code of the catalogue, after what was sent before it.
	Close struct {
		Code   int
		Reason string
	}
)

func (Send) effect()          {}
func (Greet) effect()         {}
func (Commit) effect()        {}
func (Read) effect()          {}
func (Sort) effect()          {}
func (NoteDelivered) effect() {}
func (NoteSeen) effect()      {}
func (Close) effect()         {}
