package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"buxun/shared"
	"buxun/sync/session"
)

// Person is one account; a program is one with the role machine.
type Person struct {
	ID           string // lower-case UUID; PutPeople gives one where empty
	Login        string // unique
	Label        string // what others see
	Role         shared.Role
	Squad        string // code; empty for the centre's roles and for units
	Unit         string // code of the unit, of whoever has the role unit
	PasswordHash string // Argon2id; PutPeople keeps the old one where empty
	Demo         bool   // made by the demo: signs in only there
	Disabled     bool
	Revision     int64 // counts changes; PutPeople does not look at it
}

type membership struct {
	from, until int64 // until is 0 while it lasts
	standing    shared.Standing
}

const personColumns = `id, login, label, role, coalesce(squad, ''), coalesce(unit, ''), password, demo, disabled, revision`

func scanPerson(scan func(...any) error) (p Person, err error) {
	err = scan(&p.ID, &p.Login, &p.Label, &p.Role, &p.Squad, &p.Unit, &p.PasswordHash, &p.Demo, &p.Disabled, &p.Revision)
	return p, err
}

// PersonByLogin finds an account, a disabled one too.
func (s *Store) PersonByLogin(ctx context.Context, login string) (Person, bool, error) {
	p, err := scanPerson(s.reading.QueryRowContext(ctx, `SELECT `+personColumns+` FROM people WHERE login = ?`, login).Scan)
	ok, err := found(err)
	if err != nil {
		return p, false, fmt.Errorf("find account %s: %w", login, err)
	}
	return p, ok, nil
}

// Person finds an account by its id, a disabled one too.
func (s *Store) Person(ctx context.Context, id string) (Person, bool, error) {
	p, err := scanPerson(s.reading.QueryRowContext(ctx, `SELECT `+personColumns+` FROM people WHERE id = ?`, id).Scan)
	ok, err := found(err)
	if err != nil {
		return p, false, fmt.Errorf("find person %s: %w", id, err)
	}
	return p, ok, nil
}

// People lists all accounts by login.
func (s *Store) People(ctx context.Context) ([]Person, error) {
	return peopleKept(ctx, s.reading)
}

func peopleKept(ctx context.Context, from reading) ([]Person, error) {
	rows, err := from.QueryContext(ctx, `SELECT `+personColumns+` FROM people ORDER BY login`)
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	return collect(rows, scanPerson)
}

// PutPeople adds accounts and changes those whose login is known; ids of known ones stay. A changed role or squad ends the
// old membership now and begins another, and the person's scope version grows. It errs, changing nothing, on a squad that is
// not there (file.malformed).
func (s *Store) PutPeople(ctx context.Context, people []Person) error {
	return s.Change(ctx, func(ctx context.Context, c *Change) error {
		for _, p := range people {
			if err := c.PutPerson(ctx, p); err != nil {
				return err
			}
		}
		return nil
	})
}

// putPerson gives the id of a person whose scope changed.
func (s *Store) putPerson(ctx context.Context, w *writer, p Person, now int64) (moved string, err error) {
	if err := errors.Join(w.needSquad(ctx, p.Squad), w.needUnit(ctx, p.Unit)); err != nil {
		return "", err
	}
	old, err := scanPerson(w.conn.QueryRowContext(ctx, `SELECT `+personColumns+` FROM people WHERE login = ?`, p.Login).Scan)
	known, err := found(err)
	if err != nil {
		return "", err
	}
	if !known {
		if p.ID == "" {
			p.ID = s.options.NewID()
		}
		err := w.exec(ctx, `INSERT INTO people (id, login, label, role, squad, unit, password, demo, disabled, scope, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)`,
			p.ID, p.Login, p.Label, p.Role, optional(p.Squad), optional(p.Unit), p.PasswordHash, p.Demo, p.Disabled, now)
		if err != nil {
			return "", err
		}
		return "", w.join(ctx, p, now, "created")
	}
	p.ID = old.ID
	return w.changePerson(ctx, old, p, now)
}

// changePerson writes what differs, and nothing where nothing does.
func (w *writer) changePerson(ctx context.Context, old, p Person, now int64) (moved string, err error) {
	if p.PasswordHash == "" {
		p.PasswordHash = old.PasswordHash
	}
	if p.Revision = old.Revision; p == old {
		return "", nil
	}
	err = w.exec(ctx, `UPDATE people SET label = ?, role = ?, squad = ?, unit = ?, password = ?, demo = ?, disabled = ? WHERE id = ?`,
		p.Label, p.Role, optional(p.Squad), optional(p.Unit), p.PasswordHash, p.Demo, p.Disabled, p.ID)
	if err != nil {
		return "", err
	}
	if p.PasswordHash != old.PasswordHash {
		if err := w.signOut(ctx, p.ID); err != nil {
			return "", err
		}
		if err := w.audit(ctx, now, p.ID, "password", "login="+p.Login); err != nil {
			return "", err
		}
	}
	if p.Label != old.Label {
		if err := w.audit(ctx, now, p.ID, "label", fmt.Sprintf("login=%s label=%q was=%q", p.Login, p.Label, old.Label)); err != nil {
			return "", err
		}
	}
	if old.Role == p.Role && old.Squad == p.Squad && old.Unit == p.Unit && old.Disabled == p.Disabled {
		if p.PasswordHash != old.PasswordHash {
			return p.ID, nil // its open connections end with its sessions
		}
		return "", nil
	}
	if err := errors.Join(w.leave(ctx, p.ID, now), w.leaveAreas(ctx, p, now)); err != nil {
		return "", err
	}
	if p.Disabled {
		return p.ID, w.disable(ctx, p, now)
	}
	return p.ID, w.join(ctx, p, now, "moved")
}

// signOut ends a person's sessions.
func (w *writer) signOut(ctx context.Context, person string) error {
	return w.exec(ctx, `DELETE FROM sessions WHERE person = ?`, person)
}

// disable ends what an account that left could still do.
func (w *writer) disable(ctx context.Context, p Person, now int64) error {
	if err := w.signOut(ctx, p.ID); err != nil {
		return err
	}
	if err := w.exec(ctx, `UPDATE tokens SET revoked_at = ? WHERE person = ? AND revoked_at IS NULL`, now, p.ID); err != nil {
		return err
	}
	return w.audit(ctx, now, p.ID, "disabled", "login="+p.Login)
}

// join begins the person's membership, unless the account is disabled.
func (w *writer) join(ctx context.Context, p Person, now int64, what string) error {
	delete(w.standings, p.ID)
	if !p.Disabled {
		err := w.exec(ctx, `INSERT OR REPLACE INTO memberships (person, from_at, role, squad, unit) VALUES (?, ?, ?, ?, ?)`, p.ID, now, p.Role, p.Squad, p.Unit)
		if err != nil {
			return err
		}
	}
	return w.audit(ctx, now, p.ID, what, fmt.Sprintf("login=%s role=%s squad=%s%s disabled=%t", p.Login, p.Role, p.Squad, ofUnitNamed(p.Unit), p.Disabled))
}

// ofUnitNamed is the unit in a line of the trail, for whoever is of one.
func ofUnitNamed(unit string) string {
	if unit == "" {
		return ""
	}
	return " unit=" + unit
}

// leave ends the person's membership and what was read under it.
func (w *writer) leave(ctx context.Context, person string, now int64) error {
	delete(w.standings, person)
	if err := w.exec(ctx, `UPDATE memberships SET until_at = ? WHERE person = ? AND until_at IS NULL`, now, person); err != nil {
		return err
	}
	return w.exec(ctx, `UPDATE people SET scope = scope + 1 WHERE id = ?`, person)
}

// SetPassword sets an account's password hash; demo marks a password that signs in only in demo mode. All its sessions end.
// It errs on an unknown login (request.notFound).
func (s *Store) SetPassword(ctx context.Context, login, hash string, demo bool) error {
	return s.account(ctx, login, func(ctx context.Context, w *writer, p Person, now int64) error {
		return w.setPassword(ctx, p, hash, demo, now)
	})
}

func (w *writer) setPassword(ctx context.Context, p Person, hash string, demo bool, now int64) error {
	if err := w.exec(ctx, `UPDATE people SET password = ?, demo = ? WHERE id = ?`, hash, demo, p.ID); err != nil {
		return err
	}
	if err := w.signOut(ctx, p.ID); err != nil {
		return err
	}
	return w.audit(ctx, now, p.ID, "password", "login="+p.Login)
}

// Disable ends an account: its membership, sessions and tokens. Its phones' operations until now stay evidence.
// It errs on an unknown login (request.notFound).
func (s *Store) Disable(ctx context.Context, login string) error {
	return s.account(ctx, login, func(ctx context.Context, w *writer, p Person, now int64) error {
		if err := w.leave(ctx, p.ID, now); err != nil {
			return err
		}
		if err := w.exec(ctx, `UPDATE people SET disabled = 1 WHERE id = ?`, p.ID); err != nil {
			return err
		}
		return w.disable(ctx, p, now)
	})
}

// account changes one account in one transaction and tells its live sessions.
func (s *Store) account(ctx context.Context, login string, change func(context.Context, *writer, Person, int64) error) error {
	var p Person
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		var err error
		p, err = scanPerson(w.conn.QueryRowContext(ctx, `SELECT `+personColumns+` FROM people WHERE login = ?`, login).Scan)
		if known, err := found(err); err != nil || !known {
			return orMissing(err, "no account "+login)
		}
		return change(ctx, w, p, s.now())
	})
	if err != nil {
		return fmt.Errorf("change account %s: %w", login, err)
	}
	s.announceScope([]string{p.ID})
	return nil
}

func orMissing(err error, what string) error {
	if err != nil {
		return err
	}
	return shared.Fail("request.notFound", what)
}

// Reader is the scope that a person reads now. It errs with session.missing where the account is gone or disabled.
func (s *Store) Reader(ctx context.Context, person string) (session.Reader, error) {
	reader := session.Reader{Person: person}
	var scope int64
	err := s.reading.QueryRowContext(ctx, `SELECT role, coalesce(squad, ''), coalesce(unit, ''), scope FROM people WHERE id = ? AND disabled = 0`, person).
		Scan(&reader.Standing.Role, &reader.Standing.Squad, &reader.Standing.Unit, &scope)
	if known, err := found(err); err != nil || !known {
		if err != nil {
			return reader, fmt.Errorf("read scope of %s: %w", person, err)
		}
		return reader, shared.Fail("session.missing", "no account "+person)
	}
	reader.Scope = strconv.FormatInt(scope, 10)
	return reader, nil
}

// standing is a person's place at a time, from what is remembered.
func (w *writer) standing(ctx context.Context, person string, at int64) (shared.Standing, error) {
	list, err := w.memberships(ctx, person)
	for _, m := range list {
		if m.from <= at && (m.until == 0 || at < m.until) {
			return m.standing, nil
		}
	}
	return shared.Standing{}, err
}

func (w *writer) memberships(ctx context.Context, person string) ([]membership, error) {
	if list, ok := w.standings[person]; ok {
		return list, nil
	}
	rows, err := w.conn.QueryContext(ctx, `SELECT from_at, coalesce(until_at, 0), role, squad, unit FROM memberships WHERE person = ?`, person)
	if err != nil {
		return nil, err
	}
	list, err := collect(rows, func(scan func(...any) error) (m membership, err error) {
		err = scan(&m.from, &m.until, &m.standing.Role, &m.standing.Squad, &m.standing.Unit)
		return m, err
	})
	if err != nil {
		return nil, err
	}
	w.standings[person] = list
	return list, nil
}
