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
}

// check tests a push as a whole before anything of it is taken (R18, R24, R25): who, which numbers, which links, and the
// signature over the last one. known operations at its head are repeats and stay out of it.
func (b *Batch) check(p Push, hashes []string, known int, replica Replica) (chain, *wire.Fault) {
	c := chain{bodies: p.ahead.bodies, faults: p.ahead.faults}
	next, prev := replica.Counter+1, replica.Hash
	first := p.First + int64(known)
	if first > next && p.Oldest == first {
		c.gap = &Gap{Replica: p.Replica, From: next, To: first - 1, At: p.Received}
		next, prev = first, ""
	}
	if first != next {
		return c, faultOf("push.chain", p, first)
	}
	unproven := prev == "" && next > 1
	for i := known; i < len(hashes); i++ {
		counter := p.First + int64(i)
		body := c.bodies[i]
		readable := body.Replica == p.Replica && body.Counter == counter
		switch {
		case !readable && (c.faults[i] == "" || len(hashes) > 1):
			return c, faultOf("push.malformed", p, counter)
		case readable && !unproven && body.Prev != prev:
			return c, faultOf("push.chain", p, counter)
		}
		prev, unproven = hashes[i], false
	}
	if !p.holds(replica.Key, b.rules.Verify) {
		return c, faultOf("push.signature", p, p.First+int64(len(hashes))-1)
	}
	return c, nil
}
