package sqlite

import (
	"context"
	"fmt"
	"sync"
	"time"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// notesDelay is how long what phones mention in passing may wait for a transaction of its own.
const notesDelay = time.Second

// notes are what phones say in passing: what they made, stored and showed. They are folded in memory and written together,
// because a durable transaction for each would cost more than the operations themselves. Nothing is acknowledged on them.
type notes struct {
	mutex     sync.Mutex
	claims    map[string]claim
	delivered map[string]delivery
	seen      map[seenKey]delivery
	waiting   bool
	closed    bool
}

// claim is what a phone said of one replica at its last hello, the app that it ran, and when it was heard last.
type claim struct {
	last, at int64
	app      string
}

// merge keeps the later time, the newer word and the higher claim.
func (c claim) merge(older claim) claim {
	c.last, c.at = max(c.last, older.last), max(c.at, older.at)
	if c.app == "" {
		c.app = older.app
	}
	return c
}

type delivery struct{ upTo, at int64 }

type seenKey struct{ caseID, person string }

func (s *Store) noteClaim(replica string, last int64) {
	now := s.now()
	s.note(func(n *notes) {
		n.claims[replica] = claim{last: last, at: now}.merge(n.claims[replica])
	})
}

// maxApp is the most runes that are kept of an app's name and version.
const maxApp = 60

// NoteApp notes the app that a phone with these replicas runs; it is on disk within a second.
func (s *Store) NoteApp(holdings []wire.Holding, app string) {
	if runes := []rune(app); len(runes) > maxApp {
		app = string(runes[:maxApp])
	}
	now := s.now()
	s.note(func(n *notes) {
		for _, h := range holdings {
			n.claims[h.Replica] = claim{at: now, app: app}.merge(n.claims[h.Replica])
		}
	})
}

// NoteHeard notes when a phone with these replicas was last heard; it is on disk within a second.
func (s *Store) NoteHeard(holdings []wire.Holding, at int64) {
	s.note(func(n *notes) {
		for _, h := range holdings {
			n.claims[h.Replica] = claim{at: at}.merge(n.claims[h.Replica])
		}
	})
}

// Delivered notes that the reader's phone stored everything up to seq; it is on disk within a second.
func (s *Store) Delivered(_ context.Context, reader session.Reader, seq int64) error {
	now := s.now()
	seq = min(seq, s.head.Load())
	s.note(func(n *notes) {
		if old := n.delivered[reader.Person]; seq > old.upTo {
			n.delivered[reader.Person] = delivery{seq, now}
		}
	})
	return nil
}

// Seen notes which revisions the reader looked at; cases out of scope are ignored. It is on disk within a second.
func (s *Store) Seen(ctx context.Context, reader session.Reader, cases []wire.SeenCase) error {
	now := s.now()
	for _, one := range cases {
		c, ok, err := s.Case(ctx, reader, one.Case)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		key, revision := seenKey{one.Case, reader.Person}, min(one.Revision, c.Revision)
		s.note(func(n *notes) {
			if old := n.seen[key]; revision > old.upTo {
				n.seen[key] = delivery{revision, now}
			}
		})
	}
	return nil
}

// note adds to what is noted and sees that it is written soon.
func (s *Store) note(add func(*notes)) {
	n := &s.notes
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if n.claims == nil {
		n.claims, n.delivered, n.seen = map[string]claim{}, map[string]delivery{}, map[seenKey]delivery{}
	}
	add(n)
	if n.waiting || n.closed {
		return
	}
	n.waiting = true
	time.AfterFunc(notesDelay, func() {
		if err := s.flush(context.Background()); err != nil {
			s.options.Log.Error("write what phones mentioned", "error", err)
		}
	})
}

// flush writes what is noted; where that fails it stays noted.
func (s *Store) flush(ctx context.Context) error {
	n := &s.notes
	n.mutex.Lock()
	claims, delivered, seen, closed := n.claims, n.delivered, n.seen, n.closed
	n.claims, n.delivered, n.seen, n.waiting = nil, nil, nil, false
	n.mutex.Unlock()
	if closed || len(claims)+len(delivered)+len(seen) == 0 {
		return nil
	}
	err := s.writeNotes(ctx, claims, delivered, seen)
	if err == nil {
		return nil
	}
	s.note(func(n *notes) {
		for replica, c := range claims {
			n.claims[replica] = n.claims[replica].merge(c)
		}
		for person, d := range delivered {
			if d.upTo > n.delivered[person].upTo {
				n.delivered[person] = d
			}
		}
		for key, d := range seen {
			if d.upTo > n.seen[key].upTo {
				n.seen[key] = d
			}
		}
	})
	return fmt.Errorf("write notes: %w", err)
}

// writeNotes writes notes in one transaction, and announces the cases that reached somebody by them.
func (s *Store) writeNotes(ctx context.Context, claims map[string]claim, delivered map[string]delivery, seen map[seenKey]delivery) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var changed []session.Changed
	err := s.transact(context.WithoutCancel(ctx), func(ctx context.Context, w *writer) (err error) {
		if err := w.putNotes(ctx, claims, delivered, seen); err != nil {
			return err
		}
		changed, err = w.reachAll(ctx, delivered, seen)
		return err
	})
	if err == nil {
		s.announce(changed)
	}
	return err
}

func (w *writer) putNotes(ctx context.Context, claims map[string]claim, delivered map[string]delivery, seen map[seenKey]delivery) error {
	for replica, c := range claims {
		// On the right of an assignment stands what was there before.
		err := w.exec(ctx, `UPDATE replicas SET last_claimed = max(last_claimed, ?1), last_hello_at = max(coalesce(last_hello_at, 0), ?2),
			held_since = CASE WHEN max(last_claimed, ?1) <= counter THEN NULL WHEN last_claimed <= counter THEN ?2 ELSE coalesce(held_since, ?2) END,
			app = CASE WHEN ?3 = '' THEN app ELSE ?3 END WHERE id = ?4`, c.last, c.at, c.app, replica)
		if err != nil {
			return err
		}
	}
	for person, d := range delivered {
		err := w.exec(ctx, `INSERT INTO deliveries (person, seq, at) VALUES (?, ?, ?)
			ON CONFLICT (person) DO UPDATE SET seq = excluded.seq, at = excluded.at WHERE excluded.seq > seq`, person, d.upTo, d.at)
		if err != nil {
			return err
		}
	}
	for key, d := range seen {
		err := w.exec(ctx, `INSERT INTO seen (case_id, person, revision, at) VALUES (?, ?, ?, ?)
			ON CONFLICT (case_id, person) DO UPDATE SET revision = excluded.revision, at = excluded.at WHERE excluded.revision > revision`,
			key.caseID, key.person, d.upTo, d.at)
		if err != nil {
			return err
		}
	}
	return nil
}

// Attention is how far one person's phones and eyes have come with a case.
type Attention struct {
	Person      string
	DeliveredAt int64 // server's clock when the case's last change was known to be stored; 0 if it is not
	Seen        int64 // revision that was on the screen; 0 for none
	SeenAt      int64
}

// Attentions lists who has stored or seen a case, for readers who may see the case themselves.
func (s *Store) Attentions(ctx context.Context, reader session.Reader, caseID string) ([]Attention, error) {
	if err := s.flush(ctx); err != nil {
		return nil, err
	}
	if _, ok, err := s.Case(ctx, reader, caseID); err != nil || !ok {
		return nil, orOutOfScope(err)
	}
	rows, err := s.reading.QueryContext(ctx, `SELECT people.id, CASE WHEN deliveries.seq >= cases.seq THEN deliveries.at ELSE 0 END, coalesce(seen.revision, 0), coalesce(seen.at, 0)
		FROM cases JOIN people ON people.squad = cases.squad OR people.id = cases.reporter
		LEFT JOIN deliveries ON deliveries.person = people.id
		LEFT JOIN seen ON seen.case_id = cases.id AND seen.person = people.id
		WHERE cases.id = ? AND (deliveries.seq >= cases.seq OR seen.revision > 0) ORDER BY people.id`, caseID)
	if err != nil {
		return nil, fmt.Errorf("read who has seen case %s: %w", caseID, err)
	}
	return collect(rows, func(scan func(...any) error) (a Attention, err error) {
		err = scan(&a.Person, &a.DeliveredAt, &a.Seen, &a.SeenAt)
		return a, err
	})
}

func orOutOfScope(err error) error {
	if err != nil {
		return err
	}
	return shared.Fail("case.notInScope", "")
}
