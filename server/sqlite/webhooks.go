package sqlite

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"buxun/shared"
)

// Webhook is an address of another system that is told of events.
type Webhook struct {
	ID     int64
	Name   string
	URL    string
	Secret string
	Format string
	Events []string
	Words  bool // with the case's description
	// Paused says that nothing is delivered: what happens meanwhile waits.
	Paused   bool
	Revision int64
	since    int64 // it hears of operations after this one
}

// Outgoing is one event that waits to be delivered to a webhook.
type Outgoing struct {
	Webhook, Number   int64
	Event, EventID    string
	Case, State       string
	At, Attempts, Due int64
}

// Attempt is what came of one delivery. Done says that it is not tried again: it was delivered, or given up.
type Attempt struct {
	Outgoing
	Began, Took int64
	Status      int
	Fault       string
	Done        bool
	Next        int64
	// Dropped is how many events this row of the log says were dropped before they were delivered; 0 where it is of a delivery.
	Dropped int64
}

// logKept is how many attempts of a webhook are remembered.
const logKept = 1000

// AddWebhook registers a webhook, which hears of what comes from now on. The fault is name.taken.
func (s *Store) AddWebhook(ctx context.Context, h Webhook) error {
	return s.write(ctx, func(ctx context.Context, w *writer) error {
		var taken bool
		if err := w.conn.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM webhooks WHERE name = ?)`, h.Name).Scan(&taken); err != nil {
			return fmt.Errorf("add webhook %s: %w", h.Name, err)
		}
		if taken {
			return shared.Fail("name.taken", h.Name)
		}
		err := w.exec(ctx, `INSERT INTO webhooks (name, url, secret, format, events, words, since) VALUES (?, ?, ?, ?, ?, ?, (SELECT coalesce(max(number), 0) FROM operations))`,
			h.Name, h.URL, h.Secret, h.Format, strings.Join(h.Events, ","), h.Words)
		if err != nil {
			return fmt.Errorf("add webhook %s: %w", h.Name, err)
		}
		return w.audit(ctx, s.now(), "webhook:"+h.Name, "put", fmt.Sprintf("format=%s events=%s words=%t", h.Format, strings.Join(h.Events, ","), h.Words))
	})
}

// RemoveWebhook ends a webhook with all that waits for it; its log stays. The fault is request.notFound.
func (s *Store) RemoveWebhook(ctx context.Context, name string) error {
	return s.write(ctx, func(ctx context.Context, w *writer) error {
		var id int64
		known, err := found(w.conn.QueryRowContext(ctx, `SELECT id FROM webhooks WHERE name = ?`, name).Scan(&id))
		if err != nil {
			return fmt.Errorf("remove webhook %s: %w", name, err)
		}
		if !known {
			return shared.Fail("request.notFound", "no webhook "+name)
		}
		return w.dropWebhook(ctx, id, s.now())
	})
}

// Webhooks lists all webhooks by name.
func (s *Store) Webhooks(ctx context.Context) ([]Webhook, error) { return webhooksOf(ctx, s.reading) }

func webhooksOf(ctx context.Context, from reading) ([]Webhook, error) {
	rows, err := from.QueryContext(ctx, `SELECT id, name, url, secret, format, events, words, paused, revision, since FROM webhooks ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("list webhooks: %w", err)
	}
	return collect(rows, func(scan func(...any) error) (h Webhook, err error) {
		var events string
		err = scan(&h.ID, &h.Name, &h.URL, &h.Secret, &h.Format, &events, &h.Words, &h.Paused, &h.Revision, &h.since)
		h.Events = strings.Split(events, ",")
		return h, err
	})
}

// gathered is how many operations of the log are looked at in one transaction.
const gathered = 500

// Gather puts what the log brought since the last time into the outbox, each event once for each webhook that wants it: place and
// outbox move in one transaction, so that a kill in between neither loses nor doubles one. eventOf names the event of an action,
// or "". It says whether more is to be gathered.
func (s *Store) Gather(ctx context.Context, eventOf func(shared.Action) string) (more bool, err error) {
	var behind bool
	err = s.reading.QueryRowContext(ctx, `SELECT (SELECT number FROM webhook_place) < (SELECT coalesce(max(number), 0) FROM operations) AND EXISTS (SELECT 1 FROM webhooks)`).Scan(&behind)
	if err != nil || !behind {
		return false, err
	}
	err = s.write(ctx, func(ctx context.Context, w *writer) error {
		more, err = w.gather(ctx, eventOf)
		return err
	})
	return more, err
}

func (w *writer) gather(ctx context.Context, eventOf func(shared.Action) string) (more bool, err error) {
	hooks, err := webhooksOf(ctx, w.conn)
	if err != nil || len(hooks) == 0 {
		return false, err
	}
	from := slices.MinFunc(hooks, func(a, b Webhook) int { return cmp.Compare(a.since, b.since) }).since
	rows, err := w.conn.QueryContext(ctx, `SELECT o.number, o.hash, o.case_id, coalesce(o.action, ''), o.outcome, coalesce(o.to_state, c.state, ''), o.received
		FROM operations AS o LEFT JOIN cases AS c ON c.id = o.case_id WHERE o.number > max(?, (SELECT number FROM webhook_place)) ORDER BY o.number LIMIT ?`, from, gathered)
	if err != nil {
		return false, fmt.Errorf("read the log for webhooks: %w", err)
	}
	type row struct {
		Outgoing
		action, outcome string
	}
	log, err := collect(rows, func(scan func(...any) error) (r row, err error) {
		var id *string
		err = scan(&r.Number, &r.EventID, &id, &r.action, &r.outcome, &r.State, &r.At)
		if id != nil {
			r.Case = *id
		}
		return r, err
	})
	if err != nil || len(log) == 0 {
		return false, err
	}
	for _, r := range log {
		event := eventOf(shared.Action(r.action))
		if event == "" || shared.Outcome(r.outcome) != shared.OutcomeApplied {
			continue
		}
		for _, h := range hooks {
			if r.Number <= h.since || !slices.Contains(h.Events, event) {
				continue
			}
			err := w.exec(ctx, `INSERT INTO webhook_outbox (webhook, number, event, event_id, case_id, state, at, next_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0)`,
				h.ID, r.Number, event, r.EventID[:min(32, len(r.EventID))], r.Case, r.State, r.At)
			if err != nil {
				return false, fmt.Errorf("put an event into the outbox: %w", err)
			}
		}
	}
	if err := w.exec(ctx, `UPDATE webhook_place SET number = ?`, log[len(log)-1].Number); err != nil {
		return false, fmt.Errorf("move the outbox's place: %w", err)
	}
	return len(log) == gathered, nil
}

// first holds for the first event of each case that waits: those behind it wait for it, so that each case is told in order.
const first = `NOT EXISTS (SELECT 1 FROM webhook_outbox AS e WHERE e.webhook = o.webhook AND e.case_id = o.case_id AND e.number < o.number)`

// DueTold lists what may be delivered to a webhook now.
func (s *Store) DueTold(ctx context.Context, webhook, now int64, limit int) ([]Outgoing, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT webhook, number, event, event_id, case_id, state, at, attempts, next_at FROM webhook_outbox AS o WHERE webhook = ? AND next_at <= ? AND `+first+` ORDER BY number LIMIT ?`,
		webhook, now, limit)
	if err != nil {
		return nil, fmt.Errorf("read the outbox: %w", err)
	}
	return collect(rows, func(scan func(...any) error) (t Outgoing, err error) {
		err = scan(&t.Webhook, &t.Number, &t.Event, &t.EventID, &t.Case, &t.State, &t.At, &t.Attempts, &t.Due)
		return t, err
	})
}

// NextTold is when something is due, by webhook; a webhook for which nothing waits, or that is paused, is not in it.
func (s *Store) NextTold(ctx context.Context) (map[int64]int64, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT webhook, min(next_at) FROM webhook_outbox AS o WHERE `+first+` AND webhook IN (SELECT id FROM webhooks WHERE NOT paused) GROUP BY webhook`)
	if err != nil {
		return nil, fmt.Errorf("read the outbox: %w", err)
	}
	next := map[int64]int64{}
	_, err = collect(rows, func(scan func(...any) error) (at int64, err error) {
		var webhook int64
		err = scan(&webhook, &at)
		next[webhook] = at
		return at, err
	})
	return next, err
}

// NoteAttempt keeps what came of a delivery.
func (s *Store) NoteAttempt(ctx context.Context, a Attempt) error {
	return s.write(ctx, func(ctx context.Context, w *writer) error {
		text, args := `UPDATE webhook_outbox SET attempts = attempts + 1, next_at = ? WHERE webhook = ? AND number = ?`, []any{a.Next, a.Webhook, a.Number}
		if a.Done {
			text, args = `DELETE FROM webhook_outbox WHERE webhook = ? AND number = ?`, args[1:]
		}
		if err := w.exec(ctx, text, args...); err != nil {
			return fmt.Errorf("note a delivery: %w", err)
		}
		return w.logWebhook(ctx, a, a.Attempts+1)
	})
}

// logWebhook adds a row to a webhook's log, of which the last ones are kept.
func (w *writer) logWebhook(ctx context.Context, a Attempt, attempt int64) error {
	err := w.exec(ctx, `INSERT INTO webhook_log (webhook, event, event_id, attempt, at, took, status, fault, dropped) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		a.Webhook, a.Event, a.EventID, attempt, a.Began, a.Took, a.Status, a.Fault, a.Dropped)
	if err != nil {
		return fmt.Errorf("write the log of a webhook: %w", err)
	}
	return w.exec(ctx, `DELETE FROM webhook_log WHERE webhook = ?1 AND number <= (SELECT number FROM webhook_log WHERE webhook = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)`, a.Webhook, logKept)
}

// What the log says of events that were dropped.
const (
	eventDropped = "dropped"
	faultDropped = "dropped: waiting too long, or too many were waiting"
)

// droppedAtOnce is how many events one transaction drops: others wait for the writer.
const droppedAtOnce = 5000

// overfull is up to which number of the log what waits for a webhook is too old or too much, no more than one transaction drops; 0 where
// nothing is.
const overfull = `SELECT min(coalesce((SELECT number FROM webhook_outbox WHERE webhook = ?1 ORDER BY number LIMIT 1 OFFSET ?4 - 1), 9e15), max(
	coalesce((SELECT max(number) FROM webhook_outbox WHERE webhook = ?1 AND at < ?2), 0),
	coalesce((SELECT number FROM webhook_outbox WHERE webhook = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?3), 0)))`

// TrimTold drops, of what waits for a webhook, the oldest: what came before a time, and what is more than most. Its log says how many, in
// one row until something else happens.
func (s *Store) TrimTold(ctx context.Context, webhook, before int64, most int) error {
	for {
		var upTo int64
		if err := s.reading.QueryRowContext(ctx, overfull, webhook, before, most, droppedAtOnce).Scan(&upTo); err != nil {
			return fmt.Errorf("look for what waits too long: %w", err)
		}
		if upTo == 0 {
			return nil
		}
		if err := s.write(ctx, func(ctx context.Context, w *writer) error { return w.dropTold(ctx, webhook, upTo, s.now()) }); err != nil {
			return fmt.Errorf("drop what waits too long: %w", err)
		}
	}
}

// dropTold drops what waits for a webhook up to a number of the log, and says so.
func (w *writer) dropTold(ctx context.Context, webhook, upTo, now int64) error {
	dropped, err := w.conn.ExecContext(ctx, `DELETE FROM webhook_outbox WHERE webhook = ? AND number <= ?`, webhook, upTo)
	if err != nil {
		return err
	}
	count, err := dropped.RowsAffected()
	if err != nil || count == 0 {
		return err
	}
	told, err := w.conn.ExecContext(ctx, `UPDATE webhook_log SET dropped = dropped + ?2, at = ?3 WHERE number = (SELECT max(number) FROM webhook_log WHERE webhook = ?1) AND dropped > 0`,
		webhook, count, now)
	if err != nil {
		return err
	}
	if again, err := told.RowsAffected(); err != nil || again > 0 {
		return err
	}
	return w.logWebhook(ctx, Attempt{Outgoing: Outgoing{Webhook: webhook, Event: eventDropped}, Began: now, Fault: faultDropped, Dropped: count}, 0)
}

// Attempts lists the last rows of a webhook's log, the latest first.
func (s *Store) Attempts(ctx context.Context, webhook int64, limit int) ([]Attempt, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT webhook, event, event_id, attempt, at, took, status, fault, dropped FROM webhook_log WHERE webhook = ? ORDER BY number DESC LIMIT ?`, webhook, limit)
	if err != nil {
		return nil, fmt.Errorf("read the log of a webhook: %w", err)
	}
	return collect(rows, func(scan func(...any) error) (a Attempt, err error) {
		err = scan(&a.Webhook, &a.Event, &a.EventID, &a.Attempts, &a.Began, &a.Took, &a.Status, &a.Fault, &a.Dropped)
		return a, err
	})
}

// WaitingTold counts what waits for a webhook.
func (s *Store) WaitingTold(ctx context.Context, webhook int64) (count int64, err error) {
	err = s.reading.QueryRowContext(ctx, `SELECT count(*) FROM webhook_outbox WHERE webhook = ?`, webhook).Scan(&count)
	return count, err
}
