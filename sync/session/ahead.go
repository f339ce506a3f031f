package session

import (
	"bytes"

	"buxun/shared"
)

// ahead is what can be said of a push before the writer has it, because nothing that is stored changes it: hashes, bodies, and
// whether the signature holds under a key. It spares the writer the work and decides nothing.
type ahead struct {
	hashes []string
	bodies []shared.Body
	faults []string // code of a body that cannot be accepted, "" otherwise
	proved []byte   // the key under which the signature holds; nil where that is not known
}

// Ahead reads the push's texts. A push that was read is given back as it is.
func (p Push) Ahead() Push {
	if len(p.ahead.hashes) == len(p.Operations) {
		return p
	}
	n := len(p.Operations)
	p.ahead = ahead{hashes: make([]string, n), bodies: make([]shared.Body, n), faults: make([]string, n)}
	for i, text := range p.Operations {
		body, err := shared.ParseBody(text)
		p.ahead.hashes[i], p.ahead.bodies[i], p.ahead.faults[i] = shared.HashText(text), body, shared.FaultCode(err)
	}
	return p
}

// Proved notes that the push's signature holds under a key, where it does.
func (p Push) Proved(key []byte, verify func(key []byte, text, signature string) bool) Push {
	p = p.Ahead()
	if p.holds(key, verify) {
		p.ahead.proved = key
	}
	return p
}

// Bodies are what the push's texts say, in order; those that cannot be read are incomplete.
func (p Push) Bodies() []shared.Body { return p.Ahead().ahead.bodies }

// holds says whether the signature holds under a key, by what was noted or by checking now.
func (p Push) holds(key []byte, verify func(key []byte, text, signature string) bool) bool {
	if p.ahead.proved != nil && bytes.Equal(p.ahead.proved, key) {
		return true
	}
	return len(p.ahead.hashes) > 0 && verify(key, shared.SignedText(p.ahead.hashes[len(p.ahead.hashes)-1]), p.Signature)
}
