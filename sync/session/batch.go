package session

import (
	"fmt"

	"buxun/shared"
	"buxun/sync/wire"
)

// Rules are what judging needs besides the store: tables, keys and the epoch of the feed.
type Rules struct {
	Workflow shared.Workflow
	// CategoryKnown says whether the server's taxonomy holds a category key.
	CategoryKnown func(key string) bool
	// Verify checks a signature (base64url) by a public key (SPKI DER) over a text.
	Verify func(key []byte, text, signature string) bool
	// AnchorGiven says whether the server gave this anchor.
	AnchorGiven func(anchor shared.Anchor) bool
	// Mac authenticates a receipt.
	Mac   func(text string) string
	Epoch string
	// Clocks reckons the time limits that an applied operation begins, stops or ends; before is nil for a new case. Nil reckons none.
	Clocks func(before *shared.Case, body shared.Body, verdict shared.Verdict) []shared.Clock
}

// Batch judges pushes one after another over one view, and gathers what the store must write. A later push sees what an
// earlier one of the same batch did. It is the only place where duplicates, chains and permissions are decided (R26).
type Batch struct {
	rules Rules
	view  View
	head  int64

	replicas map[string]*Replica
	cases    map[string]*shared.Case
	belonged map[string]belonging // whose a known case was before the batch
	last     map[string]int64     // sequence of a case's last change
	changes  []change
	answers  map[numbered]wire.Answer
	reissued map[shared.Reference]bool

	// Rows and Gaps are what the store must add; Orders are the new orders of cases whose operations healing moved, by case.
	Rows   []Row
	Gaps   []Gap
	Orders map[string][]Ordered
}

// belonging is whose a case is.
type belonging struct{ squad, unit string }

type numbered struct {
	replica string
	counter int64
}

type change struct {
	seq int64
	id  string
}

// NewBatch begins a batch whose first change will have the sequence after head.
func NewBatch(rules Rules, view View, head int64) *Batch {
	return &Batch{
		rules: rules, view: view, head: head,
		replicas: map[string]*Replica{}, cases: map[string]*shared.Case{}, belonged: map[string]belonging{}, last: map[string]int64{},
		answers: map[numbered]wire.Answer{}, reissued: map[shared.Reference]bool{}, Orders: map[string][]Ordered{},
	}
}

// Head is the sequence of the last change so far.
func (b *Batch) Head() int64 { return b.head }

// Replicas are the replicas that the batch looked at, at the place up to which they are known now.
func (b *Batch) Replicas() []Replica {
	var seen []Replica
	for _, r := range b.replicas {
		seen = append(seen, *r)
	}
	return seen
}

// Changed are the cases that changed, each once at its last revision, in order of sequence.
func (b *Batch) Changed() []Changed {
	var list []Changed
	for _, ch := range b.changes {
		if b.last[ch.id] != ch.seq {
			continue
		}
		one := Changed{Seq: ch.seq, Case: *b.cases[ch.id]}
		before := b.belonged[ch.id]
		if before.squad != one.Case.Squad {
			one.LeftSquad = before.squad
		}
		if before.unit != one.Case.Unit {
			one.LeftUnit = before.unit
		}
		list = append(list, one)
	}
	return list
}

// Take judges one push (R18 to R25). An error means that the view failed; the batch is then spoilt.
func (b *Batch) Take(p Push) (Result, error) {
	replica, err := b.replica(p.Replica)
	if err != nil {
		return Result{}, err
	}
	if replica == nil {
		return Result{Replica: p.Replica, Fault: faultOf("replica.unknown", p, 0)}, nil
	}
	p = p.Ahead()
	hashes := p.ahead.hashes
	result := Result{Replica: p.Replica}
	held, fault, err := b.repeats(p, hashes, replica.Counter)
	if err != nil {
		return result, err
	}
	known := leading(held)
	for _, answer := range held[:known] {
		result.Answers = append(result.Answers, *answer)
	}
	result.Repeats = known
	if known == len(hashes) {
		return result, nil
	}
	if fault != nil {
		result.Fault = fault
		return result, nil
	}
	chain, fault, err := b.check(p, hashes, held, *replica)
	if err != nil || fault != nil {
		result.Fault = fault
		return result, err
	}
	if result.Fault, err = b.moved(p, known); err != nil || result.Fault != nil {
		return result, err
	}
	if chain.gap != nil {
		b.Gaps = append(b.Gaps, *chain.gap)
	}
	for i := known; i < len(hashes); i++ {
		if i < len(held) && held[i] != nil {
			result.Answers, result.Repeats = append(result.Answers, *held[i]), result.Repeats+1
			continue
		}
		answer, err := b.consume(p, i, hashes[i], chain, replica)
		if err != nil {
			return result, err
		}
		result.Answers = append(result.Answers, answer)
	}
	return result, nil
}

// moved is the fault of a push that is to be taken only while its cases are as they were seen, where one of them is not.
func (b *Batch) moved(p Push, known int) (*wire.Fault, error) {
	if !p.Unmoved {
		return nil, nil
	}
	for i, body := range p.ahead.bodies[known:] {
		c, err := b.find(body.Case)
		if err != nil {
			return nil, err
		}
		if c == nil || c.Revision != body.Seen {
			return faultOf("row.changed", p, p.First+int64(known+i)), nil
		}
	}
	return nil, nil
}

// leading counts the answers at the head of a list.
func leading(held []*wire.Answer) int {
	for i, answer := range held {
		if answer == nil {
			return i
		}
	}
	return len(held)
}

func (b *Batch) replica(id string) (*Replica, error) {
	if r, ok := b.replicas[id]; ok {
		return r, nil
	}
	r, ok, err := b.view.Replica(id)
	if err != nil {
		return nil, fmt.Errorf("look up replica %s: %w", id, err)
	}
	if !ok {
		return nil, nil
	}
	b.replicas[id] = &r
	return &r, nil
}

// repeats finds the answers to those of the push's operations that are held (R19), nil where a number was declared lost (R25).
// A number that is held with another hash is a fork (R20).
func (b *Batch) repeats(p Push, hashes []string, upTo int64) ([]*wire.Answer, *wire.Fault, error) {
	var held []*wire.Answer
	for i, hash := range hashes {
		counter := p.First + int64(i)
		if counter > upTo {
			break
		}
		answer, ok, err := b.recorded(p.Replica, counter)
		switch {
		case err != nil:
			return nil, nil, err
		case !ok:
			held = append(held, nil)
		case answer.Hash != hash:
			return held, faultOf("replica.forked", p, counter), nil
		default:
			held = append(held, &answer)
		}
	}
	return held, nil, nil
}

// recorded is the answer to an operation that is held, if it is.
func (b *Batch) recorded(replica string, counter int64) (wire.Answer, bool, error) {
	if answer, ok := b.answers[numbered{replica, counter}]; ok {
		return answer, true, nil
	}
	answer, ok, err := b.view.Recorded(replica, counter)
	if err != nil {
		return answer, false, fmt.Errorf("look up operation %s/%d: %w", replica, counter, err)
	}
	return answer, ok, nil
}

// link is the hash that a held operation names as the one before it, "" where it is not held or cannot be read.
func (b *Batch) link(replica string, counter int64) (string, error) {
	for _, row := range b.Rows {
		if row.Replica == replica && row.Counter == counter {
			return row.Body.Prev, nil
		}
	}
	prev, err := b.view.Link(replica, counter)
	if err != nil {
		return "", fmt.Errorf("look up the link of operation %s/%d: %w", replica, counter, err)
	}
	return prev, nil
}

func faultOf(code string, p Push, counter int64) *wire.Fault {
	return &wire.Fault{T: wire.TypeFault, Code: code, Replica: p.Replica, Counter: counter}
}
