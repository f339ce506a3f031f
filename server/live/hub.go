package live

import (
	"context"
	"sync"

	"buxun/shared"
	"buxun/sync/session"
)

// connectionsPerPerson is how many phones and windows one person may have open; the oldest gives way.
const connectionsPerPerson = 32

// Hub hands the feed to the connections whose readers may see it.
type Hub struct {
	mutex    sync.Mutex
	queue    []session.Changed
	wake     chan struct{}
	quit     chan struct{}
	done     chan struct{}
	stopping bool

	all map[*conn]struct{}
	// Who may hear of a case: its squad, who reported it, the centre.
	squads  group
	units   group
	persons group
	centre  map[*conn]struct{}
	// How many connections named each replica in their hello.
	named   map[string]int
	emptied chan struct{} // closed when the last connection left a stopping hub
	opened  uint64
}

type group map[string]map[*conn]struct{}

func (g group) add(key string, c *conn) {
	if g[key] == nil {
		g[key] = map[*conn]struct{}{}
	}
	g[key][c] = struct{}{}
}

func (g group) remove(key string, c *conn) {
	delete(g[key], c)
	if len(g[key]) == 0 {
		delete(g, key)
	}
}

// NewHub begins to hand on what is published. Shutdown ends it.
func NewHub() *Hub {
	h := &Hub{
		wake: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{}), emptied: make(chan struct{}),
		all: map[*conn]struct{}{}, squads: group{}, units: group{}, persons: group{}, centre: map[*conn]struct{}{}, named: map[string]int{},
	}
	go h.run()
	return h
}

// Publish hands changes on, in order of the feed. It never blocks, so that the store may call it while its writer is held.
func (h *Hub) Publish(changed []session.Changed) {
	h.mutex.Lock()
	h.queue = append(h.queue, changed...)
	h.mutex.Unlock()
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// EndPerson ends all connections of a person with a code of the catalogue: scope.changed, session.missing.
func (h *Hub) EndPerson(person, code string) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	for c := range h.persons[person] {
		c.end(code)
	}
}

// Recheck has every connection ask again who it belongs to, after another process changed people or sessions.
func (h *Hub) Recheck() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	for c := range h.all {
		c.recheck()
	}
}

// Shutdown tells every phone to come back later, after what it sent is answered, and returns when all have gone. Where ctx
// ends first it cuts the rest and gives ctx's error.
func (h *Hub) Shutdown(ctx context.Context) error {
	h.mutex.Lock()
	if !h.stopping {
		h.stopping = true
		close(h.quit)
		if len(h.all) == 0 {
			close(h.emptied)
		}
	}
	for c := range h.all {
		c.stopSoon()
	}
	h.mutex.Unlock()
	<-h.done
	select {
	case <-h.emptied:
		return nil
	case <-ctx.Done():
	}
	h.mutex.Lock()
	for c := range h.all {
		c.cut()
	}
	h.mutex.Unlock()
	<-h.emptied
	return ctx.Err()
}

// add lets a connection hear the feed; it says no when the hub is stopping.
func (h *Hub) add(c *conn) bool {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.stopping {
		return false
	}
	if own := h.persons[c.reader.Person]; len(own) >= connectionsPerPerson {
		oldest := c
		for other := range own {
			if oldest == c || other.number < oldest.number {
				oldest = other
			}
		}
		oldest.end("connection.replaced")
	}
	h.opened++
	c.number = h.opened
	h.all[c] = struct{}{}
	h.persons.add(c.reader.Person, c)
	if seesAll(c.reader.Standing) {
		h.centre[c] = struct{}{}
	} else if c.reader.Standing.Squad != "" {
		h.squads.add(c.reader.Standing.Squad, c)
	} else if c.reader.Standing.Unit != "" {
		h.units.add(c.reader.Standing.Unit, c)
	}
	return true
}

// came notes which replicas a connection's phone holds.
func (h *Hub) came(c *conn) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	for _, holding := range c.hello.Replicas {
		h.named[holding.Replica]++
	}
}

// Present lists who is connected now, and the replicas that their phones hold.
func (h *Hub) Present() (people, replicas map[string]bool) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	people, replicas = map[string]bool{}, map[string]bool{}
	for person := range h.persons {
		people[person] = true
	}
	for replica := range h.named {
		replicas[replica] = true
	}
	return people, replicas
}

func (h *Hub) remove(c *conn) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if c.hello != nil {
		for _, holding := range c.hello.Replicas {
			if h.named[holding.Replica]--; h.named[holding.Replica] == 0 {
				delete(h.named, holding.Replica)
			}
		}
	}
	delete(h.all, c)
	delete(h.centre, c)
	h.persons.remove(c.reader.Person, c)
	h.squads.remove(c.reader.Standing.Squad, c)
	h.units.remove(c.reader.Standing.Unit, c)
	if h.stopping && len(h.all) == 0 {
		close(h.emptied)
	}
}

func seesAll(standing shared.Standing) bool {
	return standing.Role == shared.RoleAdmin || standing.Role == shared.RoleServer
}

func (h *Hub) run() {
	defer close(h.done)
	for {
		select {
		case <-h.wake:
			h.fanOut()
		case <-h.quit:
			h.fanOut()
			return
		}
	}
}

// fanOut gives each change to whom it may concern; whether it really does is the session's to say.
func (h *Hub) fanOut() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	for _, changed := range h.queue {
		event := &session.Published{Changed: changed, Encoded: &encoded{changed: changed}}
		for c := range h.centre {
			c.publish(event)
		}
		for c := range h.squads[changed.Case.Squad] {
			c.publish(event)
		}
		if changed.LeftSquad != changed.Case.Squad {
			for c := range h.squads[changed.LeftSquad] {
				c.publish(event)
			}
		}
		for c := range h.units[changed.Case.Unit] {
			c.publish(event)
		}
		if changed.LeftUnit != changed.Case.Unit {
			for c := range h.units[changed.LeftUnit] {
				c.publish(event)
			}
		}
		for c := range h.persons[changed.Case.Reporter.ID] {
			squad := c.reader.Standing.Squad
			if !seesAll(c.reader.Standing) && (squad == "" || squad != changed.Case.Squad && squad != changed.LeftSquad) {
				c.publish(event)
			}
		}
	}
	h.queue = nil
}
