package session_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// desk is a store of maps for one test: what a batch may read, and what it wrote.
type desk struct {
	t         *testing.T
	replicas  map[string]session.Replica
	rows      map[string]session.Row // by replica/counter
	was       map[shared.Reference]bool
	cases     map[string]shared.Case
	gaps      []session.Gap
	epoch     string
	standings map[string][]standing
	photos    map[string]string // hash to the person who sent it
	head      int64
}

type standing struct {
	since int64
	shared.Standing
}

const (
	collector = "collector-6"
	colleague = "collector-7"
	leader    = "leader-6"
	category  = "S|matter|01"
	noon      = int64(1_750_000_000_000)
)

func newDesk(t *testing.T) *desk {
	six := func(role shared.Role) []standing { return []standing{{0, shared.Standing{Role: role, Squad: "6"}}} }
	return &desk{
		t: t, epoch: "e1", replicas: map[string]session.Replica{}, rows: map[string]session.Row{}, was: map[shared.Reference]bool{},
		cases: map[string]shared.Case{}, photos: map[string]string{},
		standings: map[string][]standing{collector: six(shared.RoleCollector), colleague: six(shared.RoleCollector), leader: six(shared.RoleLeader)},
	}
}

func rules() session.Rules {
	return session.Rules{
		Workflow:      shared.BuiltinWorkflow(),
		CategoryKnown: func(key string) bool { return key == category },
		Verify:        func(key []byte, text, signature string) bool { return signature == string(key)+" signs "+text },
		AnchorGiven:   func(a shared.Anchor) bool { return a.Token == "given" },
		Mac:           func(text string) string { return "mac of " + text },
		Epoch:         "e1",
	}
}

// commit lets one batch take pushes and stores what came of it.
func (d *desk) commit(pushes ...session.Push) ([]session.Result, []session.Changed) {
	d.t.Helper()
	judging := rules()
	judging.Epoch = d.epoch
	batch := session.NewBatch(judging, d, d.head)
	var results []session.Result
	for _, p := range pushes {
		result, err := batch.Take(p)
		if err != nil {
			d.t.Fatalf("take a push of %s: %v", p.Replica, err)
		}
		results = append(results, result)
	}
	for _, row := range batch.Rows {
		d.rows[number(row.Replica, row.Counter)] = row
		if row.Body.Was != nil {
			d.was[*row.Body.Was] = true
		}
	}
	for _, r := range batch.Replicas() {
		d.replicas[r.ID] = r
	}
	changed := batch.Changed()
	for _, c := range changed {
		d.cases[c.Case.ID] = c.Case
	}
	for _, order := range batch.Orders {
		for _, one := range order {
			row := d.rows[number(one.Replica, one.Counter)]
			row.Revision = one.Revision
			d.rows[number(one.Replica, one.Counter)] = row
		}
	}
	d.gaps = append(d.gaps, batch.Gaps...)
	d.head = batch.Head()
	return results, changed
}

func number(replica string, counter int64) string { return fmt.Sprintf("%s/%d", replica, counter) }

func (d *desk) Replica(id string) (session.Replica, bool, error) {
	r, ok := d.replicas[id]
	return r, ok, nil
}

func (d *desk) Recorded(replica string, counter int64) (wire.Answer, bool, error) {
	row, ok := d.rows[number(replica, counter)]
	return wire.Answer{
		Counter: counter, Hash: row.Hash, Seq: row.Seq, Epoch: row.Epoch, Outcome: row.Verdict.Outcome, Fault: row.Verdict.Fault, Received: row.Receipted, Mac: row.Mac,
	}, ok, nil
}

func (d *desk) Link(replica string, counter int64) (string, error) {
	return d.rows[number(replica, counter)].Body.Prev, nil
}

func (d *desk) Reissued(was shared.Reference) (bool, error) {
	return d.was[was] || d.rows[number(was.Replica, was.Counter)].Hash == was.Hash, nil
}

func (d *desk) Case(id string) (shared.Case, bool, error) {
	c, ok := d.cases[id]
	return c, ok, nil
}

func (d *desk) Log(id string) (log []session.Logged, err error) {
	for _, row := range d.rows {
		if row.Body.Case == id && row.Revision > 0 {
			log = append(log, session.Logged{Replica: row.Replica, Counter: row.Counter, Body: row.Body, Verdict: row.Verdict, Epoch: row.Epoch, Seq: row.Seq})
		}
	}
	slices.SortFunc(log, func(a, b session.Logged) int {
		return cmp.Compare(d.rows[number(a.Replica, a.Counter)].Revision, d.rows[number(b.Replica, b.Counter)].Revision)
	})
	return log, nil
}

func (d *desk) Standing(author shared.Author, at int64) (shared.Standing, error) {
	if author.Kind == shared.AuthorServer {
		return shared.Standing{Role: shared.RoleServer}, nil
	}
	var then shared.Standing
	for _, s := range d.standings[author.ID] {
		if s.since <= at {
			then = s.Standing
		}
	}
	return then, nil
}

// Unit knows two units.
func (d *desk) Unit(code string) (bool, error) { return code == "env" || code == "road", nil }

func (d *desk) Arrival(author shared.Author, _ shared.Standing, hash string) (shared.Arrival, error) {
	if d.photos[hash] == author.ID {
		return shared.ArrivalHere, nil
	}
	return shared.ArrivalWaiting, nil
}

// phone makes one replica's operations.
type phone struct {
	replica string
	author  string
	texts   []string
}

// enrolled is a phone whose replica the desk knows.
func (d *desk) enrolled(n int, author string) *phone {
	p := &phone{replica: uuid(n), author: author}
	kind := shared.AuthorPerson
	if author == "server" {
		kind = shared.AuthorServer
	}
	d.replicas[p.replica] = session.Replica{ID: p.replica, Author: shared.Author{Kind: kind, ID: author}, Key: []byte(p.replica)}
	return p
}

func uuid(n int) string { return fmt.Sprintf("018f0000-0000-7000-8000-%012x", n) }

// do adds one operation to the phone's chain and gives its hash; alter may change the body before it is written down.
func (p *phone) do(action shared.Action, id int, payload shared.Payload, alter ...func(*shared.Body)) string {
	kind := shared.AuthorPerson
	if p.author == "server" {
		kind = shared.AuthorServer
	}
	body := shared.Body{
		V: 1, Replica: p.replica, Counter: int64(len(p.texts)) + 1, Case: uuid(1000 + id), Author: shared.Author{Kind: kind, ID: p.author},
		Source: shared.SourceCollector, Action: action, Payload: payload, Taxonomy: "t1", Time: shared.DeviceTime{Device: noon},
	}
	if len(p.texts) > 0 {
		body.Prev = shared.HashText(p.texts[len(p.texts)-1])
	}
	for _, change := range alter {
		change(&body)
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return p.say(string(text))
}

// say adds any text to the chain.
func (p *phone) say(text string) string {
	p.texts = append(p.texts, text)
	return shared.HashText(text)
}

func (p *phone) report(id int) string {
	return p.do(shared.ActionReport, id, shared.Payload{Category: category, Description: "井盖缺失"})
}

// push is what the phone sends: its operations from one counter to another, signed.
func (p *phone) push(first, last int) session.Push {
	texts := p.texts[first-1 : last]
	return session.Push{
		Push: wire.Push{
			T: wire.TypePush, Replica: p.replica, First: int64(first), Oldest: 1, Operations: texts,
			Signature: p.replica + " signs " + shared.SignedText(shared.HashText(texts[len(texts)-1])),
		},
		Received: noon + 60_000,
	}
}

func (p *phone) all() session.Push { return p.push(1, len(p.texts)) }

// copy is the phone's profile on another phone, or restored later.
func (p *phone) copy() *phone {
	return &phone{replica: p.replica, author: p.author, texts: append([]string(nil), p.texts...)}
}
