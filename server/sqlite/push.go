package sqlite

import (
	"context"
	"encoding/json"
	"fmt"

	"buxun/shared"
	"buxun/sync/session"
)

// PushDevice is a browser that is told by Web Push, as long as the session that asked for it lives.
type PushDevice struct {
	ID       int64
	Session  []byte // SHA-256 of the cookie's token
	Person   string
	Endpoint string
	P256dh   string
	Auth     string
	Language string
	Since    int64 // it hears of operations after this one
}

// PushListener is a device that is told now, with where its person stands and what that person chose.
type PushListener struct {
	PushDevice
	Standing shared.Standing
	Telling  shared.Telling
}

// Reader is the person as one who reads cases.
func (l PushListener) Reader() session.Reader {
	return session.Reader{Person: l.Person, Standing: l.Standing}
}

// Pushed is one thing that waits to be told on a device.
type Pushed struct {
	Device             int64
	Case               string
	Kind               shared.TellingKind
	Number             int64 // of the operation; of a time limit when it runs out
	At, Attempts, Next int64
	Held               bool // it waited for the end of quiet hours
}

// Step is one applied operation of the log.
type Step struct {
	Number, Revision, Received int64
	Case                       string
}

// maxPushDevices is how many browsers of one person are told.
const maxPushDevices = 10

// PutPushDevice takes a browser in, which hears of what comes from now on. One that is there already goes over to whoever asks now.
func (s *Store) PutPushDevice(ctx context.Context, d PushDevice) error {
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		var id int64
		known, err := found(w.conn.QueryRowContext(ctx, `SELECT id FROM push_devices WHERE endpoint = ? AND person = ?`, d.Endpoint, d.Person).Scan(&id))
		if err != nil {
			return err
		}
		if known {
			return w.exec(ctx, `UPDATE push_devices SET session = ?, p256dh = ?, auth = ?, language = ? WHERE id = ?`, d.Session, d.P256dh, d.Auth, d.Language, id)
		}
		// A session is in one browser, and a browser has one subscription.
		if err := w.exec(ctx, `DELETE FROM push_devices WHERE endpoint = ? OR session = ?`, d.Endpoint, d.Session); err != nil {
			return err
		}
		if err := w.exec(ctx, `DELETE FROM push_devices WHERE id IN (SELECT id FROM push_devices WHERE person = ? ORDER BY id DESC LIMIT -1 OFFSET ?)`, d.Person, maxPushDevices-1); err != nil {
			return err
		}
		return w.exec(ctx, `INSERT INTO push_devices (session, person, endpoint, p256dh, auth, language, since) VALUES (?, ?, ?, ?, ?, ?, (SELECT coalesce(max(number), 0) FROM operations))`,
			d.Session, d.Person, d.Endpoint, d.P256dh, d.Auth, d.Language)
	})
	if err != nil {
		return fmt.Errorf("keep a push device of %s: %w", d.Person, err)
	}
	return nil
}

// PushEndpoint is where the browser of a session is told; "" where it is not.
func (s *Store) PushEndpoint(ctx context.Context, session []byte) (endpoint string, err error) {
	_, err = found(s.reading.QueryRowContext(ctx, `SELECT endpoint FROM push_devices WHERE session = ?`, session).Scan(&endpoint))
	return endpoint, err
}

// DropPushDevice forgets the browser of a session with all that waits for it.
func (s *Store) DropPushDevice(ctx context.Context, session []byte) error {
	return s.dropPush(ctx, `DELETE FROM push_devices WHERE session = ?`, session)
}

// DropPushEndpoint forgets a browser whose push service no longer knows it.
func (s *Store) DropPushEndpoint(ctx context.Context, id int64) error {
	return s.dropPush(ctx, `DELETE FROM push_devices WHERE id = ?`, id)
}

func (s *Store) dropPush(ctx context.Context, text string, args ...any) error {
	err := s.write(ctx, func(ctx context.Context, w *writer) error { return w.exec(ctx, text, args...) })
	if err != nil {
		return fmt.Errorf("forget a push device: %w", err)
	}
	return nil
}

// PushListeners lists the browsers that are told now: their session lives, their phone was not revoked, and their person may sign in.
func (s *Store) PushListeners(ctx context.Context) ([]PushListener, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT d.id, d.session, d.person, d.endpoint, d.p256dh, d.auth, d.language, d.since, p.role, coalesce(p.squad, ''), coalesce(p.unit, ''), coalesce(c.value, '{}')
		FROM push_devices AS d JOIN sessions AS s ON s.token = d.session JOIN people AS p ON p.id = d.person LEFT JOIN replicas AS r ON r.id = s.replica
		LEFT JOIN choices AS c ON c.person = d.person AND c.key = ? WHERE s.expires_at > ? AND r.revoked_at IS NULL AND NOT p.disabled ORDER BY d.id`, ChoiceTelling, s.now())
	if err != nil {
		return nil, fmt.Errorf("list push devices: %w", err)
	}
	return collect(rows, func(scan func(...any) error) (l PushListener, err error) {
		var telling []byte
		if err = scan(&l.ID, &l.Session, &l.Person, &l.Endpoint, &l.P256dh, &l.Auth, &l.Language, &l.Since, &l.Standing.Role, &l.Standing.Squad, &l.Standing.Unit, &telling); err == nil {
			err = json.Unmarshal(telling, &l.Telling)
		}
		return l, err
	})
}

// PushSteps lists what the log applied after since that the outbox has not seen, and up to where it was looked through.
func (s *Store) PushSteps(ctx context.Context, since int64) (steps []Step, upTo int64, err error) {
	type row struct {
		Step
		outcome string
	}
	rows, err := s.reading.QueryContext(ctx, `SELECT number, coalesce(case_id, ''), revision, received, outcome FROM operations WHERE number > max(?, (SELECT number FROM push_place)) ORDER BY number LIMIT ?`, since, gathered)
	if err != nil {
		return nil, 0, fmt.Errorf("read the log for pushes: %w", err)
	}
	log, err := collect(rows, func(scan func(...any) error) (r row, err error) {
		err = scan(&r.Number, &r.Case, &r.Revision, &r.Received, &r.outcome)
		return r, err
	})
	for _, r := range log {
		upTo = r.Number
		if r.Case != "" && shared.Outcome(r.outcome) == shared.OutcomeApplied {
			steps = append(steps, r.Step)
		}
	}
	return steps, upTo, err
}

// SoonCases lists the cases of which a limit runs out before until that was not told.
func (s *Store) SoonCases(ctx context.Context, now, until int64) ([]shared.Case, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT doc FROM cases WHERE wakes > ? AND wakes <= ? AND NOT EXISTS (SELECT 1 FROM push_soon WHERE case_id = cases.id AND due = wakes) ORDER BY wakes LIMIT 1000`, now, until)
	if err != nil {
		return nil, fmt.Errorf("list cases whose time is about to run out: %w", err)
	}
	return collect(rows, scanCase)
}

// Soon is a limit that was told to be about to run out.
type Soon struct {
	Case string
	Due  int64
}

// QueuePush puts things into the outbox, each once, and moves its place (0: not) with them, so that a kill in between neither loses
// nor doubles one.
func (s *Store) QueuePush(ctx context.Context, list []Pushed, place int64, soon []Soon) error {
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		for _, p := range list {
			err := w.exec(ctx, `INSERT INTO push_outbox (device, case_id, kind, number, at, held, next_at) SELECT ?, ?, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM push_devices WHERE id = ?1) ON CONFLICT DO NOTHING`,
				p.Device, p.Case, p.Kind, p.Number, p.At, p.Held, p.Next)
			if err != nil {
				return err
			}
		}
		for _, one := range soon {
			if err := w.exec(ctx, `INSERT INTO push_soon (case_id, due) VALUES (?, ?) ON CONFLICT DO NOTHING`, one.Case, one.Due); err != nil {
				return err
			}
		}
		if len(soon) > 0 {
			if err := w.exec(ctx, `DELETE FROM push_soon WHERE due < ?`, s.now()-24*3_600_000); err != nil {
				return err
			}
		}
		return w.exec(ctx, `UPDATE push_place SET number = max(number, ?)`, place)
	})
	if err != nil {
		return fmt.Errorf("fill the outbox of pushes: %w", err)
	}
	return nil
}

// DuePush lists what is to be told now, by device and in order.
func (s *Store) DuePush(ctx context.Context, now int64) ([]Pushed, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT device, case_id, kind, number, at, attempts, next_at, held FROM push_outbox WHERE next_at <= ? ORDER BY device, at, number LIMIT ?`, now, gathered)
	if err != nil {
		return nil, fmt.Errorf("read the outbox of pushes: %w", err)
	}
	return collect(rows, func(scan func(...any) error) (p Pushed, err error) {
		err = scan(&p.Device, &p.Case, &p.Kind, &p.Number, &p.At, &p.Attempts, &p.Next, &p.Held)
		return p, err
	})
}

// NextPush is when something is to be told next; 0 where nothing waits.
func (s *Store) NextPush(ctx context.Context) (at int64, err error) {
	err = s.reading.QueryRowContext(ctx, `SELECT coalesce(min(next_at), 0) FROM push_outbox`).Scan(&at)
	return at, err
}

// SettlePush takes out of the outbox what needs no telling any more, and puts off the rest to its Next.
func (s *Store) SettlePush(ctx context.Context, done, later []Pushed) error {
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		for _, p := range done {
			if err := w.exec(ctx, `DELETE FROM push_outbox WHERE device = ? AND case_id = ? AND kind = ? AND number = ?`, p.Device, p.Case, p.Kind, p.Number); err != nil {
				return err
			}
		}
		for _, p := range later {
			err := w.exec(ctx, `UPDATE push_outbox SET attempts = ?, next_at = ?, held = ? WHERE device = ? AND case_id = ? AND kind = ? AND number = ?`,
				p.Attempts, p.Next, p.Held, p.Device, p.Case, p.Kind, p.Number)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("settle pushes: %w", err)
	}
	return nil
}
