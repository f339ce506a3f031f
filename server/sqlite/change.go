package sqlite

import (
	"context"
	"errors"
	"fmt"

	"buxun/server/roster"
	"buxun/shared"
)

// Change is one durable transaction in which an administrator reads what is there and changes it: all of it or nothing.
type Change struct {
	store *Store
	w     *writer
	now   int64
	moved []string // people whose scope or password changed
}

// Change runs do in one transaction. Where do errs nothing is changed. It must not call the store itself, only c.
func (s *Store) Change(ctx context.Context, do func(ctx context.Context, c *Change) error) error {
	c := &Change{store: s}
	err := s.write(ctx, func(ctx context.Context, w *writer) error {
		c.w, c.now, c.moved = w, s.now(), nil
		return do(ctx, c)
	})
	if err != nil {
		return err
	}
	s.announceScope(c.moved)
	return nil
}

// People lists all accounts by login.
func (c *Change) People(ctx context.Context) ([]Person, error) { return peopleKept(ctx, c.w.conn) }

// PutPerson adds an account, or changes the one with its login as Store.PutPeople does.
func (c *Change) PutPerson(ctx context.Context, p Person) error {
	moved, err := c.store.putPerson(ctx, c.w, p, c.now)
	if err != nil {
		return fmt.Errorf("put account %s: %w", p.Login, err)
	}
	if moved != "" {
		c.moved = append(c.moved, moved)
	}
	return nil
}

// SetPassword sets an account's password hash; its sessions end.
func (c *Change) SetPassword(ctx context.Context, p Person, hash string) error {
	if err := c.w.setPassword(ctx, p, hash, false, c.now); err != nil {
		return fmt.Errorf("set the password of %s: %w", p.Login, err)
	}
	c.moved = append(c.moved, p.ID)
	return nil
}

// SquadsKept lists all squads in their order, with what hangs on them.
func (c *Change) SquadsKept(ctx context.Context) ([]Squad, error) { return squadsKept(ctx, c.w.conn) }

// PutSquad adds a squad, or changes the one with its code. A place of 0 leaves it where it is.
func (c *Change) PutSquad(ctx context.Context, squad roster.Squad) error {
	if err := c.w.putSquad(ctx, squad, c.now); err != nil {
		return fmt.Errorf("put squad %s: %w", squad.Code, err)
	}
	return nil
}

// DropSquad forgets a squad on which nothing hangs: no account ever of it, no area, no case. The fault is squad.inUse.
func (c *Change) DropSquad(ctx context.Context, code string) error {
	var hangs int
	err := c.w.conn.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM people WHERE squad = ?1) + EXISTS (SELECT 1 FROM areas WHERE squad = ?1)
		+ EXISTS (SELECT 1 FROM cases WHERE squad = ?1) + EXISTS (SELECT 1 FROM memberships WHERE squad = ?1)`, code).Scan(&hangs)
	if err != nil {
		return fmt.Errorf("look what hangs on squad %s: %w", code, err)
	}
	if hangs > 0 {
		return shared.Fail("squad.inUse", code)
	}
	if err := c.w.exec(ctx, `DELETE FROM phrases WHERE squad = ?`, code); err != nil {
		return fmt.Errorf("drop the phrases of squad %s: %w", code, err)
	}
	if err := c.w.exec(ctx, `DELETE FROM squads WHERE code = ?`, code); err != nil {
		return fmt.Errorf("drop squad %s: %w", code, err)
	}
	return c.w.audit(ctx, c.now, subjectOfSquad(code), "dropped", "")
}

// AreasKept lists all areas by code.
func (c *Change) AreasKept(ctx context.Context) ([]Area, error) {
	return areasWhere(ctx, c.w.conn, `true`)
}

// Area finds one area.
func (c *Change) Area(ctx context.Context, code string) (Area, bool, error) {
	people, err := answering(ctx, c.w.conn, `areas.code = ?`, code)
	if err != nil {
		return Area{}, false, err
	}
	areas, err := areasOf(ctx, c.w.conn, people, `code = ?`, code)
	if err != nil || len(areas) == 0 {
		return Area{}, false, err
	}
	return areas[0], true, nil
}

// PutArea adds an area, or replaces the one with its code.
func (c *Change) PutArea(ctx context.Context, area roster.Area) error {
	if err := c.w.putArea(ctx, area, c.now); err != nil {
		return fmt.Errorf("put area %s: %w", area.Code, err)
	}
	return nil
}

// DropArea forgets an area. Cases keep the words of their place.
func (c *Change) DropArea(ctx context.Context, code string) error {
	if err := c.w.exec(ctx, `DELETE FROM areas WHERE code = ?`, code); err != nil {
		return fmt.Errorf("drop area %s: %w", code, err)
	}
	return c.w.audit(ctx, c.now, subjectOfArea(code), "dropped", "")
}

// PhrasesKept lists the quick phrases of all squads.
func (c *Change) PhrasesKept(ctx context.Context) ([]roster.Phrase, error) {
	return phrasesKept(ctx, c.w.conn)
}

// PutPhrases replaces a squad's phrases of one kind, as Store.PutPhrases does.
func (c *Change) PutPhrases(ctx context.Context, squad string, kind shared.PhraseKind, texts []string) error {
	err := errors.Join(shared.CheckPhrases(texts), c.w.needSquad(ctx, squad))
	if err == nil {
		err = c.w.putPhrases(ctx, squad, kind, texts, nil, c.now, "")
	}
	if err != nil {
		return fmt.Errorf("put phrases %s of squad %s: %w", kind, squad, err)
	}
	return nil
}

// Devices lists all phones with what the centre knows of them.
func (c *Change) Devices(ctx context.Context) ([]Device, error) { return devicesKept(ctx, c.w.conn) }

// NameDevice sets the administrators' name for a phone; an empty one leaves what the phone called itself.
func (c *Change) NameDevice(ctx context.Context, replica, label string) error {
	if err := c.w.exec(ctx, `UPDATE replicas SET label = ? WHERE id = ?`, label, replica); err != nil {
		return fmt.Errorf("name phone %s: %w", replica, err)
	}
	return c.w.audit(ctx, c.now, replica, "label", fmt.Sprintf("label=%q", label))
}

// Note adds a row to the audit trail.
func (c *Change) Note(ctx context.Context, subject, what, detail string) error {
	return c.w.audit(ctx, c.now, subject, what, detail)
}

// Revoke ends a phone as Store.Revoke does, and keeps why.
func (c *Change) Revoke(ctx context.Context, replica, why string) error {
	authors, err := c.w.revoke(ctx, replica, why, c.now)
	if err != nil {
		return fmt.Errorf("revoke replica %s: %w", replica, err)
	}
	c.moved = append(c.moved, authors...)
	return nil
}
