package sqlite

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"

	"buxun/shared"
)

// Link lets whoever holds its secret report one dispatched case handled, once.
type Link struct {
	Token      []byte // SHA-256 of the secret
	Case       string
	Unit       string // code of the unit that the case was dispatched to
	Contractor string // what people call the contractor
	MadeBy     string // person
	MadeAt     int64  // server's clock, as all of these
	ExpiresAt  int64
	RevokedAt  int64 // 0 where it was not
	UsedAt     int64 // when the case was reported handled by it; 0 before
	DoneAt     int64 // when its photos were here too; 0 before
}

// ID names a link where its secret must not stand: in lists, on the timeline and in the trail.
func (l Link) ID() string { return hex.EncodeToString(l.Token[:8]) }

const linkColumns = `token, case_id, links.unit, contractor, made_by, made_at, expires_at, coalesce(revoked_at, 0), coalesce(used_at, 0), coalesce(done_at, 0)`

func (l *Link) columns() []any {
	return []any{&l.Token, &l.Case, &l.Unit, &l.Contractor, &l.MadeBy, &l.MadeAt, &l.ExpiresAt, &l.RevokedAt, &l.UsedAt, &l.DoneAt}
}

func subjectOfCase(id string) string { return "case " + id }

// PutLink keeps a new link, unless the case has most that still work: full.
func (s *Store) PutLink(ctx context.Context, l Link, most int) (full bool, err error) {
	err = s.write(ctx, func(ctx context.Context, w *writer) error {
		var open int
		err := w.conn.QueryRowContext(ctx, `SELECT count(*) FROM links WHERE case_id = ? AND revoked_at IS NULL AND used_at IS NULL AND expires_at > ?`, l.Case, l.MadeAt).Scan(&open)
		if full = open >= most; err != nil || full {
			return err
		}
		err = w.exec(ctx, `INSERT INTO links (token, case_id, unit, contractor, made_by, made_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			l.Token, l.Case, l.Unit, l.Contractor, l.MadeBy, l.MadeAt, l.ExpiresAt)
		if err != nil {
			return err
		}
		return w.audit(ctx, l.MadeAt, subjectOfCase(l.Case), "link", fmt.Sprintf("id=%s unit=%s contractor=%q expires=%d", l.ID(), l.Unit, l.Contractor, l.ExpiresAt))
	})
	if err != nil {
		return false, fmt.Errorf("keep a link to case %s: %w", l.Case, err)
	}
	return full, nil
}

// Link finds a link by the hash of its secret, and its case as the unit may see it.
func (s *Store) Link(ctx context.Context, token []byte) (l Link, c shared.Case, known bool, err error) {
	var doc string
	err = s.reading.QueryRowContext(ctx, `SELECT `+linkColumns+`, doc FROM links JOIN cases ON cases.id = case_id WHERE token = ?`, token).Scan(append(l.columns(), &doc)...)
	if known, err = found(err); err != nil || !known {
		if err != nil {
			err = fmt.Errorf("find a link: %w", err)
		}
		return l, c, false, err
	}
	c, err = readCase(doc)
	return l, shared.ForUnit(c), err == nil, err
}

// Links lists a case's links, the newest first; only a unit's where it is named.
func (s *Store) Links(ctx context.Context, caseID, unit string) (list []Link, err error) {
	rows, err := s.reading.QueryContext(ctx, `SELECT `+linkColumns+` FROM links WHERE case_id = ?1 AND (?2 = '' OR unit = ?2) ORDER BY made_at DESC, token`, caseID, unit)
	if err != nil {
		return nil, fmt.Errorf("list the links to case %s: %w", caseID, err)
	}
	defer func() { _ = rows.Close() }() // what went wrong is in rows.Err
	for rows.Next() {
		var l Link
		if err := rows.Scan(l.columns()...); err != nil {
			return nil, fmt.Errorf("list the links to case %s: %w", caseID, err)
		}
		list = append(list, l)
	}
	return list, rows.Err()
}

// RevokeLink ends a link, unless something was reported by it: what was reported keeps its photos coming.
func (s *Store) RevokeLink(ctx context.Context, l Link) error {
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		now := s.now()
		done, err := w.conn.ExecContext(ctx, `UPDATE links SET revoked_at = ?2 WHERE token = ?1 AND used_at IS NULL AND revoked_at IS NULL`, l.Token, now)
		return w.auditIfDone(ctx, done, err, now, l, "link revoked")
	})
	if err != nil {
		return fmt.Errorf("revoke a link: %w", err)
	}
	return nil
}

// UseLink notes that the case was reported handled by a link.
func (s *Store) UseLink(ctx context.Context, l Link) error {
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		now := s.now()
		done, err := w.conn.ExecContext(ctx, `UPDATE links SET used_at = ?2 WHERE token = ?1 AND used_at IS NULL`, l.Token, now)
		return w.auditIfDone(ctx, done, err, now, l, "link used")
	})
	if err != nil {
		return fmt.Errorf("note the use of a link: %w", err)
	}
	return nil
}

// EndLink notes that all photos of a use are here: nothing comes by it any more.
func (s *Store) EndLink(ctx context.Context, l Link) error {
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		return w.exec(ctx, `UPDATE links SET done_at = coalesce(done_at, ?2) WHERE token = ?1`, l.Token, s.now())
	})
	if err != nil {
		return fmt.Errorf("note the end of a link: %w", err)
	}
	return nil
}

func (w *writer) auditIfDone(ctx context.Context, done sql.Result, err error, at int64, l Link, what string) error {
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return err
	}
	return w.audit(ctx, at, subjectOfCase(l.Case), what, fmt.Sprintf("id=%s unit=%s contractor=%q", l.ID(), l.Unit, l.Contractor))
}
