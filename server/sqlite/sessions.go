package sqlite

import (
	"context"
	"fmt"

	"buxun/shared"
)

// SessionRow is one signed-in browser. Times are the server's clock in ms.
type SessionRow struct {
	TokenHash []byte // SHA-256 of the cookie's token
	Person    string
	CreatedAt int64
	ExpiresAt int64
	Device    string // what the browser calls itself, for the list of devices
	// Replica is the phone that was enrolled by it, and Revoked whether that phone was revoked since: it is let in only to bring
	// what it holds.
	Replica string
	Revoked bool
}

// OpenSession keeps a session; one whose time is over is forgotten on the way.
func (s *Store) OpenSession(ctx context.Context, row SessionRow) error {
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		if err := w.exec(ctx, `DELETE FROM sessions WHERE expires_at <= ?`, s.now()); err != nil {
			return err
		}
		return w.exec(ctx, `INSERT INTO sessions (token, person, created_at, expires_at, device) VALUES (?, ?, ?, ?, ?)`,
			row.TokenHash, row.Person, row.CreatedAt, row.ExpiresAt, row.Device)
	})
	if err != nil {
		return fmt.Errorf("open session of %s: %w", row.Person, err)
	}
	return nil
}

// SessionByToken finds a session that has not expired at now.
func (s *Store) SessionByToken(ctx context.Context, hash []byte, now int64) (SessionRow, bool, error) {
	row := SessionRow{TokenHash: hash}
	err := s.reading.QueryRowContext(ctx, `SELECT person, created_at, expires_at, sessions.device, coalesce(replica, ''), revoked_at IS NOT NULL
		FROM sessions LEFT JOIN replicas ON replicas.id = replica WHERE token = ? AND expires_at > ?`, hash, now).
		Scan(&row.Person, &row.CreatedAt, &row.ExpiresAt, &row.Device, &row.Replica, &row.Revoked)
	ok, err := found(err)
	if err != nil {
		return row, false, fmt.Errorf("find session: %w", err)
	}
	return row, ok, nil
}

// ExtendSession moves a session's end.
func (s *Store) ExtendSession(ctx context.Context, hash []byte, expiresAt int64) error {
	return s.changeSessions(ctx, `UPDATE sessions SET expires_at = ? WHERE token = ?`, expiresAt, hash)
}

// EndSession forgets one session; an unknown one is no error.
func (s *Store) EndSession(ctx context.Context, hash []byte) error {
	return s.changeSessions(ctx, `DELETE FROM sessions WHERE token = ?`, hash)
}

// TieSession notes which phone a session is on.
func (s *Store) TieSession(ctx context.Context, hash []byte, replica string) error {
	return s.changeSessions(ctx, `UPDATE sessions SET replica = ? WHERE token = ?`, replica, hash)
}

// EndSessionsOf forgets all sessions of a person.
func (s *Store) EndSessionsOf(ctx context.Context, person string) error {
	return s.changeSessions(ctx, `DELETE FROM sessions WHERE person = ?`, person)
}

func (s *Store) changeSessions(ctx context.Context, text string, args ...any) error {
	err := s.write(ctx, func(ctx context.Context, w *writer) error { return w.exec(ctx, text, args...) })
	if err != nil {
		return fmt.Errorf("change sessions: %w", err)
	}
	return nil
}

// TokenRow is one bearer token of a program.
type TokenRow struct {
	Hash      []byte // SHA-256 of the token
	Name      string // unique, for people
	Person    string // id of the account that it speaks for: a person, or one with the role machine
	Purpose   string // what it may be used for; the caller's word
	CreatedAt int64
	ExpiresAt int64 // 0: never
}

// PutToken keeps a token; it errs with name.taken on a name that is there, be its token revoked.
func (s *Store) PutToken(ctx context.Context, row TokenRow) error {
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		var one int
		taken, err := found(w.conn.QueryRowContext(ctx, `SELECT 1 FROM tokens WHERE name = ?`, row.Name).Scan(&one))
		if err != nil {
			return err
		}
		if taken {
			return shared.Fail("name.taken", row.Name)
		}
		err = w.exec(ctx, `INSERT INTO tokens (hash, name, person, purpose, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)`,
			row.Hash, row.Name, row.Person, row.Purpose, row.CreatedAt, optional(row.ExpiresAt))
		if err != nil {
			return err
		}
		return w.audit(ctx, s.now(), row.Name, "token", "person="+row.Person+" purpose="+row.Purpose)
	})
	if err != nil {
		return fmt.Errorf("put token %s: %w", row.Name, err)
	}
	return nil
}

// TokenByHash finds a token that is neither revoked nor expired at now.
func (s *Store) TokenByHash(ctx context.Context, hash []byte, now int64) (TokenRow, bool, error) {
	row := TokenRow{Hash: hash}
	err := s.reading.QueryRowContext(ctx, `SELECT name, person, purpose, created_at, coalesce(expires_at, 0) FROM tokens
		WHERE hash = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)`, hash, now).
		Scan(&row.Name, &row.Person, &row.Purpose, &row.CreatedAt, &row.ExpiresAt)
	ok, err := found(err)
	if err != nil {
		return row, false, fmt.Errorf("find token: %w", err)
	}
	return row, ok, nil
}

// RevokeToken ends a token by its name.
func (s *Store) RevokeToken(ctx context.Context, name string) error {
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		now := s.now()
		if err := w.exec(ctx, `UPDATE tokens SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL`, now, name); err != nil {
			return err
		}
		return w.audit(ctx, now, name, "revoked", "")
	})
	if err != nil {
		return fmt.Errorf("revoke token %s: %w", name, err)
	}
	return nil
}
