package session

import (
	"slices"

	"buxun/shared"
	"buxun/sync/wire"
)

// wantPull begins the pull behind the pushes that came before it (R29); a second pull changes nothing.
func (s Session) wantPull() (Session, []Effect) {
	if s.pull != pullNone || s.reader.Leaving {
		return s, nil
	}
	s.pull, s.barrier = pullWaiting, s.commits+len(s.early)
	return s.startPull()
}

func (s Session) startPull() (Session, []Effect) {
	if s.phase != phaseOpen || s.barrier > 0 {
		return s, nil
	}
	return s.read()
}

func (s Session) read() (Session, []Effect) {
	if len(s.pages) >= wire.MaxPagesInFlight {
		s.pull = pullPaused
		return s, nil
	}
	s.pull = pullReading
	return s, []Effect{Read{Since: s.since, Limit: wire.PageCases}}
}

// page sends a page and goes on until the feed's head; a change that was published meanwhile makes one more page, so that
// nothing is missed between the last page and the first live change (R35).
func (s Session) page(p Page) (Session, []Effect) {
	columns, err := wire.Columns(s.told(p.Cases))
	if err != nil {
		return s.end("internal", "")
	}
	s.since = p.Seq
	more := p.More || s.ahead > p.Seq
	frame := wire.Cases{T: wire.TypeCases, Columns: columns, Leaves: p.Leaves, Seq: p.Seq, More: more}
	s.pages = append(s.pages[:len(s.pages):len(s.pages)], p.Seq)
	effects := []Effect{Send{Frame: frame, Batch: true}}
	if !more {
		s.pull = pullLive
		return s, effects
	}
	s, next := s.read()
	return s, append(effects, next...)
}

// told are the cases as the reader may see them.
func (s Session) told(cases []shared.Case) []shared.Case {
	if s.reader.Standing.Role != shared.RoleUnit {
		return cases
	}
	told := make([]shared.Case, len(cases))
	for i, c := range cases {
		told[i] = shared.ForUnit(c)
	}
	return told
}

// have frees the credit of the oldest page and notes the delivery (R30).
func (s Session) have(seq int64) (Session, []Effect) {
	effects := []Effect{NoteDelivered{seq}}
	s.pages = slices.DeleteFunc(slices.Clone(s.pages), func(page int64) bool { return page <= seq })
	if s.pull != pullPaused {
		return s, effects
	}
	s, more := s.read()
	return s, append(effects, more...)
}

// published passes on a change of the feed that the reader may see (R34, R35), or names a case that left (R32).
func (s Session) published(e Published) (Session, []Effect) {
	inScope := shared.InScope(e.Changed.Case, s.reader.Person, s.reader.Standing)
	left := !inScope && (leaves(e.Changed.LeftSquad, s.reader.Standing.Squad) || leaves(e.Changed.LeftUnit, s.reader.Standing.Unit))
	if !inScope && !left {
		return s, nil
	}
	s.ahead = max(s.ahead, e.Changed.Seq)
	if s.pull != pullLive || e.Changed.Seq <= s.since {
		return s, nil
	}
	s.since = e.Changed.Seq
	if left {
		return s, []Effect{Send{Frame: wire.Leave{T: wire.TypeLeave, Seq: e.Changed.Seq, Case: e.Changed.Case.ID}}}
	}
	if s.reader.Standing.Role == shared.RoleUnit {
		return s, []Effect{Send{Frame: wire.Change{T: wire.TypeChange, Seq: e.Changed.Seq, Case: shared.ForUnit(e.Changed.Case)}}}
	}
	return s, []Effect{Send{Frame: wire.Change{T: wire.TypeChange, Seq: e.Changed.Seq, Case: e.Changed.Case}, Encoded: e.Encoded}}
}

// leaves says whether the squad or unit that a case left is the reader's.
func leaves(left, own string) bool { return left != "" && left == own }
