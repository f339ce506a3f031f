package main

import (
	"context"
	"encoding/json"
	"slices"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// hub holds the sessions that are open and what waits for each.
type hub struct {
	memory *memory
	talks  map[int]*talk
	order  []int // connections in the order that they opened: maps have none
	queue  []queued
	next   int // number of the next work
	answer answer
}

// talk is one session and what its shell has not done yet.
type talk struct {
	session session.Session
	reader  session.Reader
	works   map[int]session.Effect
	done    map[int]session.Event
	results []session.Result
	news    []session.Changed
}

// queued is a push that waits for the writer.
type queued struct {
	conn int
	push session.Push
}

func newHub(m *memory) *hub { return &hub{memory: m, talks: map[int]*talk{}} }

func (h *hub) do(r request) answer {
	h.answer = answer{}
	if r.Now > 0 {
		h.memory.now = r.Now
	}
	switch r.Op {
	case "reset":
	case "open":
		reader := h.memory.reader(r.Person)
		h.talks[r.Conn] = &talk{session: session.New(reader, r.Now), reader: reader, works: map[int]session.Effect{}, done: map[int]session.Event{}}
		h.order = append(h.order, r.Conn)
	case "frame":
		h.hear(r)
	case "work":
		h.perform(r)
	case "bring":
		h.bring(r)
	case "tick":
		h.step(r.Conn, session.Tick{Now: r.Now})
	case "gone":
		h.drop(r.Conn)
	case "commit":
		h.commit(r)
	case "result":
		h.result(r.Conn)
	case "news":
		h.tell(r.Conn)
	case "push":
		h.inject(r)
	case "arrive":
		h.publish(h.memory.arrive(r.Person, r.Hash, r.Damaged), r.Hold)
	case "enrol":
		h.memory.enrol(r.Replica, r.Person, r.Key)
	case "revoke":
		h.memory.revoke(r.Replica)
	case "move":
		h.move(r)
	case "restart":
		h.talks, h.order, h.queue = map[int]*talk{}, nil, nil
	case "owed":
		h.answer.Owed = h.memory.owed()
	case "dump":
		h.answer.Dump = h.memory.dump()
	default:
		h.answer.Error = "unknown op " + r.Op
	}
	h.answer.Waiting = len(h.queue)
	return h.answer
}

func (h *hub) hear(r request) {
	frame, err := wire.Decode([]byte(r.Text))
	if err != nil {
		h.step(r.Conn, session.Unreadable{Err: err})
		return
	}
	h.step(r.Conn, session.Heard{Frame: frame, Now: r.Now})
}

// step takes an event to a session and sorts its effects: what is sent, what waits for the writer, what is work to do.
func (h *hub) step(conn int, event session.Event) {
	t, ok := h.talks[conn]
	if !ok {
		return
	}
	var effects []session.Effect
	t.session, effects = session.Step(t.session, event)
	for _, effect := range effects {
		switch e := effect.(type) {
		case session.Send:
			text, err := json.Marshal(h.memory.spoilt(e.Frame))
			if err != nil {
				panic("encode a frame: " + err.Error())
			}
			h.answer.Sends = append(h.answer.Sends, sent{conn, string(text)})
		case session.Commit:
			h.queue = append(h.queue, queued{conn, e.Push})
		case session.Close:
			h.answer.Closes = append(h.answer.Closes, closed{conn, e.Code})
			h.drop(conn)
		default:
			h.next++
			t.works[h.next] = effect
			h.answer.Works = append(h.answer.Works, work{conn, h.next})
		}
	}
}

// perform does a work that a session asked for.
func (h *hub) perform(r request) {
	t, ok := h.talks[r.Conn]
	if !ok {
		return
	}
	effect, ok := t.works[r.Work]
	if !ok {
		return
	}
	delete(t.works, r.Work)
	if read, isRead := effect.(session.Read); isRead {
		read.Limit = pageCases
		effect = read
	}
	event := session.Perform(context.Background(), h.memory, t.reader, effect, anchorAt, r.Now)
	switch {
	case event == nil:
	case r.Hold:
		t.done[r.Work] = event
		h.answer.Done = append(h.answer.Done, work{r.Conn, r.Work})
	default:
		h.step(r.Conn, event)
	}
}

// bring takes the outcome of a work to its session.
func (h *hub) bring(r request) {
	t, ok := h.talks[r.Conn]
	if !ok {
		return
	}
	if event, ok := t.done[r.Work]; ok {
		delete(t.done, r.Work)
		h.step(r.Conn, event)
	}
}

// pageCases is small, so that the few cases of a run fill several pages.
const pageCases = 3

func (h *hub) drop(conn int) {
	delete(h.talks, conn)
	h.order = slices.DeleteFunc(h.order, func(c int) bool { return c == conn })
}

// commit lets the writer take what waits into one transaction.
func (h *hub) commit(r request) {
	waiting := h.queue
	h.queue = nil
	pushes := make([]session.Push, len(waiting))
	for i, q := range waiting {
		pushes[i] = q.push
	}
	h.memory.fail, h.memory.poison = r.Fail, r.Poison
	results, changed := h.memory.Commit(context.Background(), pushes)
	for i, q := range waiting {
		if t, ok := h.talks[q.conn]; ok {
			t.results = append(t.results, results[i])
			h.answer.Results = append(h.answer.Results, q.conn)
		}
	}
	h.publish(changed, true)
	if r.Hold {
		return
	}
	for _, conn := range h.answer.Results {
		h.result(conn)
	}
	for _, conn := range h.answer.News {
		h.tell(conn)
	}
	h.answer.Results, h.answer.News = nil, nil
}

func (h *hub) result(conn int) {
	t, ok := h.talks[conn]
	if !ok || len(t.results) == 0 {
		return
	}
	result := t.results[0]
	t.results = t.results[1:]
	h.step(conn, session.Committed{Result: result})
}

// publish gives every session the changes, in order of sequence.
func (h *hub) publish(changed []session.Changed, hold bool) {
	if len(changed) == 0 {
		return
	}
	changed = h.memory.forgetful(changed)
	for _, c := range changed {
		h.answer.Changed = append(h.answer.Changed, brief{c.Case.ID, c.Case.Squad, c.Case.Reporter.ID, c.Case.Unit})
	}
	for _, conn := range slices.Clone(h.order) {
		if h.memory.plant == plantAheadForgotten && !h.talks[conn].session.Live() {
			continue
		}
		h.talks[conn].news = append(h.talks[conn].news, changed...)
		h.answer.News = append(h.answer.News, conn)
		if !hold {
			h.tell(conn)
		}
	}
	if !hold {
		h.answer.News = nil
	}
}

func (h *hub) tell(conn int) {
	t, ok := h.talks[conn]
	if !ok {
		return
	}
	news := t.news
	t.news = nil
	for _, changed := range news {
		h.step(conn, session.Published{Changed: changed})
	}
}

// inject lets the server's own replica push, without a connection.
func (h *hub) inject(r request) {
	frame, err := wire.Decode([]byte(r.Text))
	push, ok := frame.(*wire.Push)
	if err != nil || !ok {
		h.answer.Error = "no push: " + r.Text
		return
	}
	h.queue = append(h.queue, queued{0, session.Push{Push: *push, Received: r.Now}})
}

// move changes a person's squad, unit or role and ends that person's sessions (R37).
func (h *hub) move(r request) {
	h.memory.move(r.Person, shared.Standing{Role: shared.Role(r.Role), Squad: r.Squad, Unit: r.Unit})
	if h.memory.plant == plantScopeChangeMissed {
		return
	}
	for _, conn := range slices.Clone(h.order) {
		if h.talks[conn].reader.Person == r.Person {
			h.step(conn, session.Ended{Code: "scope.changed"})
		}
	}
}
