package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// memory is a session.Store of maps. It keeps what any store must keep; what a crash may take is not part of it.
type memory struct {
	plant  string
	now    int64
	fail   bool
	poison string

	people   map[string]*person
	replicas map[string]*session.Replica
	rows     map[place]*session.Row
	log      []*session.Row // in the order that they were taken
	was      map[shared.Reference]bool
	gaps     []session.Gap
	cases    map[string]held
	leaves   []leave
	units    map[string]bool
	photos   map[string]photo
	made     map[string]int64 // the last operation that a phone says it made
	head     int64
}

type place struct {
	replica string
	counter int64
}

// held is a case and the sequence of its last change.
type held struct {
	one shared.Case
	seq int64
}

// leave says that a case left a squad.
type leave struct {
	seq   int64
	squad string
	unit  string
	id    string
}

// photo is bytes that arrived: whole or damaged, and who sent them.
type photo struct {
	here shared.Arrival
	by   map[string]bool
}

// person is somebody with the squads and roles of their life.
type person struct {
	ID    string `json:"id"`
	Role  string `json:"role"`
	Squad string `json:"squad"`
	Unit  string `json:"unit"`

	standings []standing
}

type standing struct {
	since int64
	shared.Standing
}

const (
	epoch      = "e1"
	receiptKey = "receipts of the simulator"
	anchorKey  = "anchors of the simulator"
	dayMs      = 24 * 60 * 60 * 1000
)

func newMemory(plant string, people []person) *memory {
	m := &memory{
		plant: plant, people: map[string]*person{}, replicas: map[string]*session.Replica{}, rows: map[place]*session.Row{},
		was: map[shared.Reference]bool{}, cases: map[string]held{}, photos: map[string]photo{}, made: map[string]int64{}, units: map[string]bool{},
	}
	for _, p := range people {
		p.standings = []standing{{0, shared.Standing{Role: shared.Role(p.Role), Squad: p.Squad, Unit: p.Unit}}}
		if p.Unit != "" {
			m.units[p.Unit] = true
		}
		m.people[p.ID] = &p
	}
	return m
}

func (m *memory) rules() session.Rules {
	return session.Rules{
		Workflow:      m.workflow(),
		CategoryKnown: func(key string) bool { return key == "sim|matter|01" || key == "sim|matter|02" },
		Verify:        verify,
		AnchorGiven:   func(a shared.Anchor) bool { return a == anchorAt(a.At) },
		Mac:           m.mac,
		Epoch:         epoch,
		Clocks:        clocks,
	}
}

// verify checks the simulator's own signatures: same in, same out, so that a seed gives one run. Real ones are not.
func verify(key []byte, text, signature string) bool { return signature == mac(string(key), text) }

func mac(key, text string) string {
	sum := hmac.New(sha256.New, []byte(key))
	sum.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum.Sum(nil))
}

func (m *memory) mac(text string) string {
	if m.plant == plantReceiptForged {
		return mac(anchorKey, text)
	}
	return mac(receiptKey, text)
}

func anchorAt(now int64) shared.Anchor {
	return shared.Anchor{Token: mac(anchorKey, strconv.FormatInt(now, 10)), At: now}
}

func (m *memory) reader(id string) session.Reader {
	p, ok := m.people[id]
	if !ok {
		return session.Reader{Person: id, Scope: "none"}
	}
	now := p.standings[len(p.standings)-1]
	scope := fmt.Sprintf("s%d", len(p.standings))
	if m.plant == plantScopeChangeMissed {
		scope = "s1"
	}
	return session.Reader{Person: id, Standing: now.Standing, Scope: scope}
}

func (m *memory) move(id string, to shared.Standing) {
	p := m.people[id]
	p.standings = append(p.standings, standing{m.now, to})
}

func (m *memory) enrol(replica, author, key string) {
	if _, ok := m.replicas[replica]; ok {
		return
	}
	kind := shared.AuthorPerson
	if author == "server" {
		kind = shared.AuthorServer
	}
	m.replicas[replica] = &session.Replica{
		ID: replica, Author: shared.Author{Kind: kind, ID: author}, Key: []byte(key), EnrolledAt: m.now,
	}
}

func (m *memory) revoke(replica string) {
	if r, ok := m.replicas[replica]; ok && r.RevokedAt == 0 {
		r.RevokedAt = m.now
	}
}

// arrive takes a photo's bytes that a person's phone sent, and tells which cases changed. Cases that name the hash change
// where that person reported the photo or may see the case: to name a hash is no proof of having the photo.
func (m *memory) arrive(by, hash string, damaged bool) []session.Changed {
	here := shared.ArrivalHere
	if damaged {
		here = shared.ArrivalDamaged
	}
	p, ok := m.photos[hash]
	if !ok {
		p = photo{here, map[string]bool{}}
		m.photos[hash] = p
	}
	p.by[by] = true
	var changed []session.Changed
	for _, id := range slices.Sorted(keysOf(m.cases)) {
		c := m.cases[id]
		sent := slices.ContainsFunc(c.one.Photos, func(photo shared.CasePhoto) bool { return photo.By.ID == by })
		if !sent && !shared.InScope(c.one, by, m.reader(by).Standing) {
			continue
		}
		next, moved := shared.Arrive(c.one, hash, p.here)
		if !moved {
			continue
		}
		m.head++
		m.cases[id] = held{next, m.head}
		changed = append(changed, session.Changed{Seq: m.head, Case: next})
	}
	return changed
}

func keysOf[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for key := range m {
			if !yield(key) {
				return
			}
		}
	}
}

// Ahead is session.Store's.
func (m *memory) Ahead(_ context.Context, push session.Push) session.Push { return push.Ahead() }

// Known is session.Store's.
func (m *memory) Known(_ context.Context, holdings []wire.Holding) ([]wire.Known, error) {
	var known []wire.Known
	for _, h := range holdings {
		r, ok := m.replicas[h.Replica]
		if !ok {
			known = append(known, wire.Known{Replica: h.Replica, Fault: "replica.unknown"})
			continue
		}
		m.made[h.Replica] = max(m.made[h.Replica], h.Last)
		row := wire.Known{Replica: h.Replica, Counter: r.Counter, Hash: r.Hash}
		if r.RevokedAt != 0 {
			row.Fault = "replica.revoked"
		}
		known = append(known, row)
	}
	return known, nil
}

// Held is session.Store's.
func (m *memory) Held(_ context.Context, reader session.Reader, replica string, hashes []string) (here, damaged []string, err error) {
	author := shared.Author{ID: ""}
	if r, ok := m.replicas[replica]; ok {
		author = r.Author
	}
	for _, hash := range hashes {
		switch m.arrival(author, reader.Standing, reader.Person, hash) {
		case shared.ArrivalHere:
			here = append(here, hash)
		case shared.ArrivalDamaged:
			damaged = append(damaged, hash)
		}
	}
	return here, damaged, nil
}

// arrival says how much of a photo is here, as far as the author sent it or the reader may see it.
func (m *memory) arrival(author shared.Author, standing shared.Standing, reader, hash string) shared.Arrival {
	p, ok := m.photos[hash]
	if !ok {
		return shared.ArrivalWaiting
	}
	if p.by[author.ID] {
		return p.here
	}
	for _, c := range m.cases {
		named := slices.ContainsFunc(c.one.Photos, func(photo shared.CasePhoto) bool { return photo.Hash == hash && photo.Here == p.here }) ||
			slices.ContainsFunc(c.one.Voices, func(voice shared.CaseVoice) bool { return voice.Hash == hash && voice.Here == p.here })
		if named && shared.InScope(c.one, reader, standing) {
			return p.here
		}
	}
	return shared.ArrivalWaiting
}

// Delivered is session.Store's.
func (m *memory) Delivered(context.Context, session.Reader, int64) error { return nil }

// Seen is session.Store's.
func (m *memory) Seen(context.Context, session.Reader, []wire.SeenCase) error { return nil }

// Feed is session.Store's.
func (m *memory) Feed(context.Context) (string, int64, error) { return epoch, m.head, nil }
