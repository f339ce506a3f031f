package session

import (
	"buxun/shared"
	"buxun/sync/wire"
)

// chain is a push whose links and signature hold.
type chain struct {
	bodies []shared.Body
	faults []string // code of a body that cannot be accepted, "" otherwise
	gap    *Gap
	first  int // of the push's operations that is no repeat at its head
	// unproven says that no operation is held that the first one could be linked to.
	unproven bool
}

// check tests a push as a whole before anything of it is taken (R18, R24, R25): who, which numbers, which links, and the
// signature over the last one. Repeats at its head stay out of it; held are the answers to those that are held.
func (b *Batch) check(p Push, hashes []string, held []*wire.Answer, replica Replica) (chain, *wire.Fault, error) {
	known := leading(held)
	c := chain{bodies: p.ahead.bodies, faults: p.ahead.faults, first: known}
	first := p.First + int64(known)
	prev := replica.Hash
	switch next := replica.Counter + 1; {
	case first < next:
		before, _, err := b.recorded(p.Replica, first-1)
		if err != nil {
			return c, nil, err
		}
		prev = before.Hash
	case first > next && p.Oldest == first:
		c.gap = &Gap{Replica: p.Replica, From: next, To: first - 1, At: p.Received}
		prev = ""
	case first > next:
		return c, faultOf("push.chain", p, first), nil
	}
	c.unproven = prev == "" && first > 1
	unproven := c.unproven
	for i := known; i < len(hashes); i++ {
		counter := p.First + int64(i)
		body := c.bodies[i]
		readable := body.Replica == p.Replica && body.Counter == counter
		switch {
		case !readable && (c.faults[i] == "" || len(hashes) > 1):
			return c, faultOf("push.malformed", p, counter), nil
		case readable && !unproven && body.Prev != prev:
			return c, broken(p, counter, replica), nil
		}
		prev, unproven = hashes[i], false
	}
	last := p.First + int64(len(hashes)) - 1
	if last < replica.Counter {
		if after, err := b.link(p.Replica, last+1); err != nil || after != "" && after != prev {
			return c, faultOf("replica.forked", p, last), err
		}
	}
	if !p.holds(replica.Key, b.rules.Verify) {
		return c, faultOf("push.signature", p, last), nil
	}
	return c, nil, nil
}

// broken is the fault of an operation that is not linked to the one before it: among numbers that are known it is of another
// chain than the one that is held (R20).
func broken(p Push, counter int64, replica Replica) *wire.Fault {
	if counter <= replica.Counter {
		return faultOf("replica.forked", p, counter)
	}
	return faultOf("push.chain", p, counter)
}
