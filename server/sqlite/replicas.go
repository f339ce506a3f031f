package sqlite

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"
)

// Enrol takes a replica in, with its author and public key; the server's clock is noted where EnrolledAt is 0. The same
// replica with the same key and author is a repeat. It errs with replica.taken on another key or author.
func (s *Store) Enrol(ctx context.Context, r session.Replica) error {
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		known, ok, err := w.replica(ctx, r.ID)
		if err != nil {
			return err
		}
		if ok {
			if known.Author != r.Author || !bytes.Equal(known.Key, r.Key) {
				return shared.Fail("replica.taken", r.ID)
			}
			return nil
		}
		now := s.now()
		if r.EnrolledAt == 0 {
			r.EnrolledAt = now
		}
		err = w.exec(ctx, `INSERT INTO replicas (id, author_kind, author, key, counter, hash, enrolled_at, last_claimed, succeeds, device)
			VALUES (?, ?, ?, ?, 0, '', ?, 0, ?, ?)`, r.ID, r.Author.Kind, r.Author.ID, r.Key, r.EnrolledAt, optional(r.Succeeds), r.Device)
		if err != nil {
			return err
		}
		return w.audit(ctx, now, r.ID, "enrolled", fmt.Sprintf("author=%s:%s", r.Author.Kind, r.Author.ID))
	})
	if err != nil {
		return fmt.Errorf("enrol replica %s: %w", r.ID, err)
	}
	return nil
}

const replicaColumns = `id, author_kind, author, key, counter, hash, enrolled_at, coalesce(revoked_at, 0), coalesce(succeeds, ''), backed_up`

func scanReplica(scan func(...any) error) (r session.Replica, err error) {
	err = scan(&r.ID, &r.Author.Kind, &r.Author.ID, &r.Key, &r.Counter, &r.Hash, &r.EnrolledAt, &r.RevokedAt, &r.Succeeds, &r.BackedUp)
	return r, err
}

func (w *writer) replica(ctx context.Context, id string) (session.Replica, bool, error) {
	r, err := scanReplica(w.conn.QueryRowContext(ctx, `SELECT `+replicaColumns+` FROM replicas WHERE id = ?`, id).Scan)
	ok, err := found(err)
	return r, ok, err
}

// Replica finds an enrolled replica, a revoked one too.
func (s *Store) Replica(ctx context.Context, id string) (session.Replica, bool, error) {
	r, err := scanReplica(s.reading.QueryRowContext(ctx, `SELECT `+replicaColumns+` FROM replicas WHERE id = ?`, id).Scan)
	ok, err := found(err)
	if err != nil {
		return r, false, fmt.Errorf("find replica %s: %w", id, err)
	}
	return r, ok, nil
}

// Revoke ends a replica now, and all that it let in after itself: a lost phone must not stay under another number. What they
// made before stays evidence, everything else is refused (R13). It errs on an unknown one.
func (s *Store) Revoke(ctx context.Context, id string) error {
	return s.Change(ctx, func(ctx context.Context, c *Change) error { return c.Revoke(ctx, id, "") })
}

// revoke gives the people whose phones ended.
func (w *writer) revoke(ctx context.Context, id, why string, now int64) (authors []string, err error) {
	line, err := w.lineOf(ctx, id)
	if err != nil {
		return nil, err
	}
	if len(line) == 0 {
		return nil, shared.Fail("replica.unknown", id)
	}
	for _, r := range line {
		if r.RevokedAt != 0 {
			continue
		}
		if err := w.exec(ctx, `UPDATE replicas SET revoked_at = ?, revoked_why = ? WHERE id = ?`, now, why, r.ID); err != nil {
			return nil, err
		}
		if err := w.audit(ctx, now, r.ID, "revoked", fmt.Sprintf("author=%s:%s why=%q", r.Author.Kind, r.Author.ID, why)); err != nil {
			return nil, err
		}
		if !slices.Contains(authors, r.Author.ID) {
			authors = append(authors, r.Author.ID)
		}
	}
	// Sessions from before it was noted on which phone they are could be on this one.
	for _, author := range authors {
		if err := w.exec(ctx, `DELETE FROM sessions WHERE person = ? AND replica IS NULL`, author); err != nil {
			return nil, err
		}
	}
	return authors, nil
}

// NoteWiped keeps that a revoked phone forgot what it held, and ends its session. It errs with request.notPermitted on a phone
// that was not revoked; said again it changes nothing.
func (s *Store) NoteWiped(ctx context.Context, id string) error {
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		r, ok, err := w.replica(ctx, id)
		if err != nil {
			return err
		}
		if !ok || r.RevokedAt == 0 {
			return shared.Fail("request.notPermitted", "phone "+id+" was not revoked")
		}
		if err := w.exec(ctx, `DELETE FROM sessions WHERE replica = ?`, id); err != nil {
			return err
		}
		var wiped bool
		if err := w.conn.QueryRowContext(ctx, `SELECT wiped_at IS NOT NULL FROM replicas WHERE id = ?`, id).Scan(&wiped); err != nil || wiped {
			return err
		}
		now := s.now()
		if err := w.exec(ctx, `UPDATE replicas SET wiped_at = ? WHERE id = ?`, now, id); err != nil {
			return err
		}
		return w.audit(ctx, now, id, "wiped", "")
	})
	if err != nil {
		return fmt.Errorf("note that phone %s is wiped: %w", id, err)
	}
	return nil
}

// lineOf is a replica and all that succeeded it, one after the other.
func (w *writer) lineOf(ctx context.Context, id string) ([]session.Replica, error) {
	rows, err := w.conn.QueryContext(ctx, `WITH RECURSIVE line (member) AS (SELECT ? UNION SELECT id FROM replicas JOIN line ON succeeds = member)
		SELECT `+replicaColumns+` FROM replicas WHERE id IN (SELECT member FROM line) ORDER BY enrolled_at, id`, id)
	if err != nil {
		return nil, err
	}
	return collect(rows, scanReplica)
}

// Known says up to where each replica is known, and notes what the phone says it made (R15). The note reaches the disk within
// a second; a server that dies before is told again, because the phone's connection dies with it.
func (s *Store) Known(ctx context.Context, holdings []wire.Holding) ([]wire.Known, error) {
	var known []wire.Known
	for _, h := range holdings {
		r, ok, err := s.Replica(ctx, h.Replica)
		if err != nil {
			return nil, err
		}
		one := wire.Known{Replica: h.Replica, Counter: r.Counter, Hash: r.Hash, BackedUp: r.BackedUp}
		switch {
		case !ok:
			one.Fault = "replica.unknown"
		case r.RevokedAt != 0:
			one.Fault = "replica.revoked"
		}
		if ok {
			s.noteClaim(h.Replica, h.Last)
		}
		known = append(known, one)
	}
	return known, nil
}

// Phone is what the centre knows of one replica: made up to Last by its phone's word, known up to Known (L13).
type Phone struct {
	Replica     string
	Person      string
	Known, Last int64
	LastHelloAt int64 // server's clock when it was heard last; 0 if it never said hello
	RevokedAt   int64 // 0 while it is in use
	Gaps        []session.Gap
}

// Phones lists the replicas of the reader's squad for its leader, all for the centre's roles, else the reader's own.
func (s *Store) Phones(ctx context.Context, reader session.Reader) ([]Phone, error) {
	if err := s.flush(ctx); err != nil {
		return nil, err
	}
	squad := ""
	if reader.Standing.Role == shared.RoleLeader {
		squad = reader.Standing.Squad
	}
	rows, err := s.reading.QueryContext(ctx, `SELECT replicas.id, author, counter, max(last_claimed, counter), coalesce(last_hello_at, 0), coalesce(revoked_at, 0)
		FROM replicas JOIN people ON people.id = author WHERE ?1 OR author = ?2 OR (squad = ?3 AND ?3 <> '') ORDER BY people.label, enrolled_at, replicas.id`,
		centre(reader.Standing), reader.Person, squad)
	if err != nil {
		return nil, fmt.Errorf("list phones: %w", err)
	}
	phones, err := collect(rows, func(scan func(...any) error) (p Phone, err error) {
		err = scan(&p.Replica, &p.Person, &p.Known, &p.Last, &p.LastHelloAt, &p.RevokedAt)
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("list phones: %w", err)
	}
	for i := range phones {
		if phones[i].Gaps, err = s.Gaps(ctx, phones[i].Replica); err != nil {
			return nil, err
		}
	}
	return phones, nil
}

// Gaps lists the holes in a replica's chain that were declared (R25).
func (s *Store) Gaps(ctx context.Context, replica string) ([]session.Gap, error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT replica, from_counter, to_counter, at FROM gaps WHERE replica = ? ORDER BY from_counter`, replica)
	if err != nil {
		return nil, fmt.Errorf("list gaps of %s: %w", replica, err)
	}
	return collect(rows, scanGap)
}

// gapMissing is how many numbers of a declared gap did not come after all, neither by themselves nor made again under other numbers.
const gapMissing = `(to_counter - from_counter + 1 - (SELECT count(*) FROM (
	SELECT was_counter FROM operations WHERE was_replica = gaps.replica AND was_counter BETWEEN from_counter AND to_counter
	UNION SELECT counter FROM operations WHERE replica = gaps.replica AND counter BETWEEN from_counter AND to_counter)))`

func scanGap(scan func(...any) error) (g session.Gap, err error) {
	err = scan(&g.Replica, &g.From, &g.To, &g.At)
	return g, err
}
