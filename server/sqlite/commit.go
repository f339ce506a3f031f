package sqlite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	sqlite3 "github.com/mattn/go-sqlite3"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// Commit takes pushes into one transaction, judged by session.Batch, and answers each, in order, with the cases that changed.
// A transaction that fails is tried again push by push (R26). When it returns, what it answered is on disk (L2).
func (s *Store) Commit(ctx context.Context, pushes []session.Push) ([]session.Result, []session.Changed) {
	ctx = context.WithoutCancel(ctx)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	results, changed, err := s.attempt(ctx, pushes)
	if err == nil {
		return results, changed
	}
	if len(pushes) > 1 && !isBusy(err) {
		s.options.Log.Warn("commit failed, trying push by push", "pushes", len(pushes), "error", err)
		return s.oneByOne(ctx, pushes)
	}
	var failed []session.Result
	for _, p := range pushes {
		failed = append(failed, s.failed(p, err))
	}
	return failed, nil
}

// failed answers a push whose transaction failed; the phone keeps it and comes again.
func (s *Store) failed(p session.Push, err error) session.Result {
	s.options.Log.Error("commit failed", "replica", p.Replica, "first", p.First, "error", err)
	code := "internal"
	var trouble sqlite3.Error
	switch {
	case isBusy(err):
		code = "server.busy"
	case errors.As(err, &trouble) && trouble.Code == sqlite3.ErrFull:
		code = "storage.full"
	}
	return session.Result{Replica: p.Replica, Fault: &wire.Fault{T: wire.TypeFault, Code: code, Replica: p.Replica, Counter: p.First}}
}

// isBusy says whether another process kept the database to itself: no push is at fault, and each would wait as long again.
func isBusy(err error) bool {
	var trouble sqlite3.Error
	return errors.As(err, &trouble) && trouble.Code == sqlite3.ErrBusy
}

// arrival is when a push came, by a clock that does not go back behind the beginning of its author's place: a server whose
// clock was set back would else refuse everybody's evidence for good (L6).
func (v view) arrival(p session.Push) (int64, error) {
	replica, ok, err := v.Replica(p.Replica)
	if err != nil || !ok {
		return p.Received, err
	}
	list, err := v.w.memberships(v.ctx, replica.Author.ID)
	for _, m := range list {
		if m.until == 0 {
			return max(p.Received, m.from), err
		}
	}
	return p.Received, err
}

func (s *Store) oneByOne(ctx context.Context, pushes []session.Push) (results []session.Result, changed []session.Changed) {
	for _, p := range pushes {
		result, more, err := s.attempt(ctx, []session.Push{p})
		if err != nil {
			result = []session.Result{s.failed(p, err)}
		}
		results, changed = append(results, result...), append(changed, more...)
	}
	return results, changed
}

// attempt is one transaction over the pushes, announced when it is durable.
func (s *Store) attempt(ctx context.Context, pushes []session.Push) (results []session.Result, changed []session.Changed, err error) {
	var gaps []session.Gap
	err = s.transact(ctx, func(ctx context.Context, w *writer) error {
		in := view{ctx: ctx, w: w}
		if in.foresight, err = w.foresee(ctx, pushes); err != nil {
			return fmt.Errorf("look ahead: %w", err)
		}
		rules := s.rules
		if rules.Clocks == nil {
			plan, err := w.planned(ctx)
			if err != nil {
				return err
			}
			rules.Clocks = plan.Next
		}
		batch := session.NewBatch(rules, in, w.head)
		for _, p := range pushes {
			if p.Received, err = in.arrival(p); err != nil {
				return err
			}
			result, err := batch.Take(p)
			if err != nil {
				return err
			}
			results = append(results, result)
		}
		changed, gaps = batch.Changed(), batch.Gaps
		return w.putBatch(in, batch, changed)
	})
	if err != nil {
		return nil, nil, err
	}
	s.announce(changed)
	if len(gaps) > 0 && s.options.OnGap != nil {
		s.options.OnGap(gaps)
	}
	return results, changed, nil
}

// putBatch writes what a batch gathered.
func (w *writer) putBatch(in view, batch *session.Batch, changed []session.Changed) error {
	ctx := in.ctx
	for _, gap := range batch.Gaps {
		err := w.exec(ctx, `INSERT INTO gaps (replica, from_counter, to_counter, at) VALUES (?, ?, ?, ?)`, gap.Replica, gap.From, gap.To, gap.At)
		if err != nil {
			return fmt.Errorf("record gap of %s: %w", gap.Replica, err)
		}
	}
	reached := map[string]session.Row{} // the furthest of each chain: what fills a gap does not move it on
	for _, row := range batch.Rows {
		if err := w.putRow(ctx, row); err != nil {
			return fmt.Errorf("write operation %s/%d: %w", row.Replica, row.Counter, err)
		}
		if row.Counter > reached[row.Replica].Counter {
			reached[row.Replica] = row
		}
	}
	for id, order := range batch.Orders {
		if err := w.reorder(ctx, order); err != nil {
			return fmt.Errorf("put the operations of case %s in order: %w", id, err)
		}
	}
	for replica, row := range reached {
		if err := w.exec(ctx, `UPDATE replicas SET counter = ?1, hash = ?2 WHERE id = ?3 AND counter < ?1`, row.Counter, row.Hash, replica); err != nil {
			return fmt.Errorf("move replica %s on: %w", replica, err)
		}
	}
	for _, one := range changed {
		if err := w.putChanged(ctx, one); err != nil {
			return fmt.Errorf("write case %s: %w", one.Case.ID, err)
		}
	}
	for _, row := range batch.Rows {
		if row.Verdict.Outcome == shared.OutcomeRefused || len(row.Body.Photos) == 0 && len(row.Body.Voices) == 0 {
			continue
		}
		if err := w.namePhotos(in, row.Body, row.Verdict.Received); err != nil {
			return fmt.Errorf("name photos of %s/%d: %w", row.Replica, row.Counter, err)
		}
	}
	w.head = batch.Head()
	return nil
}

func (w *writer) putChanged(ctx context.Context, one session.Changed) error {
	if err := w.putCase(ctx, one.Case, one.Seq); err != nil {
		return err
	}
	if one.LeftSquad != "" {
		if err := w.exec(ctx, `INSERT INTO leaves (squad, seq, case_id) VALUES (?, ?, ?)`, one.LeftSquad, one.Seq, one.Case.ID); err != nil {
			return err
		}
	}
	if one.LeftUnit != "" {
		return w.exec(ctx, `INSERT INTO unit_leaves (unit, seq, case_id) VALUES (?, ?, ?)`, one.LeftUnit, one.Seq, one.Case.ID)
	}
	return nil
}

func (w *writer) putRow(ctx context.Context, row session.Row) error {
	v, b := row.Verdict, row.Body
	was := shared.Reference{}
	if b.Was != nil {
		was = *b.Was
	}
	var marks []string
	for _, mark := range v.Marks {
		marks = append(marks, string(mark))
	}
	epoch, err := w.epochOf(ctx, row)
	if err != nil {
		return err
	}
	clocks := ""
	if len(v.Clocks) > 0 {
		text, err := json.Marshal(v.Clocks)
		if err != nil {
			return err
		}
		clocks = string(text)
	}
	return w.exec(ctx, `INSERT INTO operations (replica, counter, hash, text, signature, case_id, action, outcome, fault, to_state, role, squad,
		table_version, received, at, marks, seq, revision, epoch, mac, was_replica, was_counter, was_hash, receipted, clocks)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		row.Replica, row.Counter, row.Hash, row.Text, optional(row.Signature), optional(b.Case), optional(string(b.Action)), v.Outcome,
		optional(v.Fault), optional(string(v.To)), optional(string(v.Role)), optional(v.Squad), v.Table, v.Received, v.At,
		optional(strings.Join(marks, ",")), row.Seq, row.Revision, epoch, row.Mac, optional(was.Replica), optional(was.Counter), optional(was.Hash), row.Receipted, optional(clocks))
}

// namePhotos notes which bytes an accepted operation names, and whether they are here already as far as its author may know:
// that they lie in the same case is not enough for an author who no longer sees it.
func (w *writer) namePhotos(in view, b shared.Body, now int64) error {
	standing, err := in.Standing(b.Author, now)
	if err != nil {
		return err
	}
	for _, p := range b.Photos {
		if err := w.namePhoto(in, b, standing, p.Hash, KindOriginal, p.Type, p.Size); err != nil {
			return err
		}
		if p.Preview == nil {
			continue
		}
		if err := w.namePhoto(in, b, standing, p.Preview.Hash, KindPreview, "image/jpeg", p.Preview.Size); err != nil {
			return err
		}
	}
	for _, v := range b.Voices {
		if err := w.namePhoto(in, b, standing, v.Hash, KindVoice, v.Type, v.Size); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) namePhoto(in view, b shared.Body, standing shared.Standing, hash, kind, mediaType string, size int64) error {
	here, err := in.Arrival(b.Author, standing, hash)
	if err != nil {
		return err
	}
	return w.exec(in.ctx, `INSERT OR IGNORE INTO case_photos (hash, author, case_id, kind, type, size, here) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		hash, b.Author.ID, b.Case, kind, mediaType, size, here)
}
