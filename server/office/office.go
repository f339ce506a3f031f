// Package office is what administrators do to a centre's people, squads, areas and phones: look, add, change, import, export.
// Pages and the command line come through here, so that both keep the same rules; it must not know of HTTP or terminals.
package office

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"unicode/utf8"

	"buxun/server/identity"
	"buxun/server/roster"
	"buxun/server/sqlite"
	"buxun/shared"
)

// Office works on one centre. Who asks is told by sqlite.As.
type Office struct {
	Store  *sqlite.Store
	Hasher *identity.Hasher
	// Demo says that demo people may sign in; Known is their password, which nobody else may have.
	Demo  bool
	Known string
	// Hooks calls the addresses of webhooks; nil: public ones only.
	Hooks *http.Client
}

// AnyRevision changes a row whatever happened to it since it was read.
const AnyRevision = 0

// current says whether the row is still as its reader saw it.
func current(seen, now int64) error {
	if seen != AnyRevision && seen != now {
		return shared.Fail("row.changed", "somebody changed it meanwhile")
	}
	return nil
}

// account is a person as the rules see one.
func (o *Office) account(p sqlite.Person) roster.Account {
	state := roster.Active
	if p.Disabled {
		state = roster.Disabled
	}
	return roster.Account{
		Person:  roster.Person{ID: p.ID, Name: p.Login, Label: p.Label, Role: p.Role, Squad: p.Squad, Unit: p.Unit, State: state},
		SignsIn: p.PasswordHash != "" && (o.Demo || !p.Demo),
	}
}

func (o *Office) accounts(people []sqlite.Person) (list []roster.Account) {
	for _, p := range people {
		list = append(list, o.account(p))
	}
	return list
}

// persons are all accounts as files name them.
func (o *Office) persons(people []sqlite.Person) (persons []roster.Person) {
	for _, a := range o.accounts(people) {
		persons = append(persons, a.Person)
	}
	return persons
}

// AddPerson adds an account of the fields that roster.ReadPerson takes. Without a password it has none yet.
func (o *Office) AddPerson(ctx context.Context, fields map[string]string) (sqlite.Person, error) {
	person, err := o.readPerson(ctx, fields)
	if err != nil {
		return sqlite.Person{}, err
	}
	row := sqlite.Person{ID: person.ID, Login: person.Name, Label: person.Label, Role: person.Role, Squad: person.Squad, Unit: person.Unit, Disabled: person.State == roster.Disabled}
	if person.Password != "" {
		if row.PasswordHash, err = o.hash(ctx, person.Password); err != nil {
			return row, err
		}
	}
	err = o.Store.Change(ctx, func(ctx context.Context, c *sqlite.Change) error {
		people, err := c.People(ctx)
		if err != nil {
			return err
		}
		for _, p := range people {
			if p.Login == row.Login || p.ID == row.ID {
				return shared.Fail("name.taken", row.Login)
			}
		}
		return c.PutPerson(ctx, row)
	})
	if err != nil {
		return row, err
	}
	row, _, err = o.Store.PersonByLogin(ctx, row.Login)
	return row, err
}

// readPerson checks a person's fields as those of a file are.
func (o *Office) readPerson(ctx context.Context, fields map[string]string) (roster.Person, error) {
	places, err := o.places(ctx)
	if err != nil {
		return roster.Person{}, err
	}
	person, wrongs := roster.ReadPerson(fields, places)
	return person, wrongs.OrNil()
}

// EditPerson changes label, role, squad, unit and state of the account that was seen at a revision. It errs with admin.last where
// nobody could administer the centre any more.
func (o *Office) EditPerson(ctx context.Context, id string, seen int64, fields map[string]string) (sqlite.Person, error) {
	old, err := o.person(ctx, id)
	if err != nil {
		return old, err
	}
	fields = merged(personFields(old), fields, "name")
	person, err := o.readPerson(ctx, fields)
	if err != nil {
		return old, err
	}
	err = o.Store.Change(ctx, func(ctx context.Context, c *sqlite.Change) error {
		people, err := c.People(ctx)
		if err != nil {
			return err
		}
		row, err := personIn(people, id)
		if err := errors.Join(err, current(seen, row.Revision)); err != nil {
			return err
		}
		row.Label, row.Role, row.Squad, row.Unit, row.Disabled = person.Label, person.Role, person.Squad, person.Unit, person.State == roster.Disabled
		if roster.LeavesNoAdmin(o.accounts(people), o.account(row)) {
			return shared.Fail("admin.last", row.Login)
		}
		return c.PutPerson(ctx, row)
	})
	if err != nil {
		return old, err
	}
	return o.person(ctx, id)
}

func personFields(p sqlite.Person) map[string]string {
	state := string(roster.Active)
	if p.Disabled {
		state = string(roster.Disabled)
	}
	return map[string]string{"name": p.Login, "label": p.Label, "role": string(p.Role), "squad": p.Squad, "unit": p.Unit, "state": state}
}

// merged keeps what was not said, and what is never changed.
func merged(old, said map[string]string, fixed string) map[string]string {
	for field := range old {
		if value, ok := said[field]; ok && field != fixed {
			old[field] = value
		}
	}
	return old
}

// person finds an account of a person; a program's is none.
func (o *Office) person(ctx context.Context, id string) (sqlite.Person, error) {
	p, known, err := o.Store.Person(ctx, id)
	if err == nil && (!known || p.Role == shared.RoleMachine) {
		err = shared.Fail("request.notFound", "no person "+id)
	}
	return p, err
}

func personIn(people []sqlite.Person, id string) (sqlite.Person, error) {
	for _, p := range people {
		if p.ID == id && p.Role != shared.RoleMachine {
			return p, nil
		}
	}
	return sqlite.Person{}, shared.Fail("request.notFound", "no person "+id)
}

// SetPassword gives an account a password, a made one where none is given; its sessions end. It gives the password, which
// nobody can read again.
func (o *Office) SetPassword(ctx context.Context, id string, seen int64, password string) (string, error) {
	if password == "" {
		password = identity.NewPassword()
	}
	hash, err := o.hash(ctx, password)
	if err != nil {
		return "", err
	}
	return password, o.Store.Change(ctx, func(ctx context.Context, c *sqlite.Change) error {
		people, err := c.People(ctx)
		if err != nil {
			return err
		}
		row, err := personIn(people, id)
		if err := errors.Join(err, current(seen, row.Revision)); err != nil {
			return err
		}
		return c.SetPassword(ctx, row, hash)
	})
}

// Fit refuses passwords that are too short, and the demo's, which everybody knows.
func (o *Office) Fit(password string) error {
	switch {
	case utf8.RuneCountInString(password) < roster.MinPassword:
		return shared.Fail("password.weak", "")
	case password == o.Known:
		return shared.Fail("session.demoOnly", "")
	}
	return nil
}

func (o *Office) hash(ctx context.Context, password string) (string, error) {
	if err := o.Fit(password); err != nil {
		return "", err
	}
	return o.Hasher.Hash(ctx, password)
}

// AddSquad adds a squad of the fields code, name and perhaps place.
func (o *Office) AddSquad(ctx context.Context, fields map[string]string) (sqlite.Squad, error) {
	return o.putSquad(ctx, fields, func(known bool, _ sqlite.Squad) error {
		if known {
			return shared.Fail("name.taken", fields["code"])
		}
		return nil
	})
}

// EditSquad changes name and place of the squad that was seen at a revision.
func (o *Office) EditSquad(ctx context.Context, code string, seen int64, fields map[string]string) (sqlite.Squad, error) {
	fields = map[string]string{"code": code, "name": fields["name"], "place": fields["place"]}
	return o.putSquad(ctx, fields, func(known bool, old sqlite.Squad) error {
		if !known {
			return shared.Fail("request.notFound", "no squad "+code)
		}
		return current(seen, old.Revision)
	})
}

func (o *Office) putSquad(ctx context.Context, fields map[string]string, may func(known bool, old sqlite.Squad) error) (put sqlite.Squad, err error) {
	squad, wrongs := roster.ReadSquad(fields)
	if err := wrongs.OrNil(); err != nil {
		return put, err
	}
	err = o.Store.Change(ctx, func(ctx context.Context, c *sqlite.Change) error {
		kept, err := c.SquadsKept(ctx)
		if err != nil {
			return err
		}
		old, known := squadIn(kept, squad.Code)
		if err := may(known, old); err != nil {
			return err
		}
		if _, _, err := roster.PlanSquads("", []roster.Squad{squad}, squadsOf(kept)); err != nil {
			return fieldOf(err, "name")
		}
		if err := c.PutSquad(ctx, squad); err != nil {
			return err
		}
		kept, err = c.SquadsKept(ctx)
		put, _ = squadIn(kept, squad.Code)
		return err
	})
	return put, err
}

// fieldOf turns the mistakes of a single row into wrongs of the field that they are about.
func fieldOf(err error, field string) error {
	var mistakes roster.Mistakes
	if !errors.As(err, &mistakes) {
		return err
	}
	var wrongs roster.Wrongs
	for _, m := range mistakes {
		wrongs = append(wrongs, roster.Wrong{Field: field, Zh: m.Zh, En: m.En})
	}
	return wrongs
}

func squadIn(kept []sqlite.Squad, code string) (sqlite.Squad, bool) {
	for _, q := range kept {
		if q.Code == code {
			return q, true
		}
	}
	return sqlite.Squad{}, false
}

func squadsOf(kept []sqlite.Squad) (squads []roster.Squad) {
	for _, q := range kept {
		squads = append(squads, q.Squad)
	}
	return squads
}

// OrderSquads puts squads into an order; those that are not named follow as they were. It errs on one that is not there.
func (o *Office) OrderSquads(ctx context.Context, codes []string) error {
	return o.Store.Change(ctx, func(ctx context.Context, c *sqlite.Change) error {
		kept, err := c.SquadsKept(ctx)
		if err != nil {
			return err
		}
		place, first := map[string]int{}, 1
		for _, code := range codes {
			if _, known := squadIn(kept, code); !known {
				return shared.Fail("request.notFound", "no squad "+code)
			}
			if place[code] == 0 {
				place[code] = first
				first++
			}
		}
		for _, q := range kept {
			if q.Place = place[q.Code]; q.Place == 0 {
				q.Place = first
				first++
			}
			if err := c.PutSquad(ctx, q.Squad); err != nil {
				return err
			}
		}
		return nil
	})
}

// DropSquad forgets a squad on which nothing hangs; else the fault is squad.inUse.
func (o *Office) DropSquad(ctx context.Context, code string, seen int64) error {
	return o.Store.Change(ctx, func(ctx context.Context, c *sqlite.Change) error {
		kept, err := c.SquadsKept(ctx)
		if err != nil {
			return err
		}
		old, known := squadIn(kept, code)
		if !known {
			return shared.Fail("request.notFound", "no squad "+code)
		}
		if err := current(seen, old.Revision); err != nil {
			return err
		}
		return c.DropSquad(ctx, code)
	})
}

// EditArea changes name, squad, kind and who answers for the area that was seen at a revision; its outline stays, and what is not said.
func (o *Office) EditArea(ctx context.Context, code string, seen int64, fields map[string]string) (put sqlite.Area, err error) {
	squads, err := o.Store.Squads(ctx)
	if err != nil {
		return put, err
	}
	// Who moves to another squad between look and change is left out by PutArea, as if they had moved just after it.
	var people []sqlite.Person
	collectors, named := fields["collectors"]
	if named {
		if people, err = o.Store.People(ctx); err != nil {
			return put, err
		}
	}
	err = o.Store.Change(ctx, func(ctx context.Context, c *sqlite.Change) error {
		old, err := areaIn(ctx, c, code, seen)
		if err != nil {
			return err
		}
		said := merged(map[string]string{"code": code, "name": old.Name, "squad": old.Squad, "kind": old.Kind}, fields, "code")
		if named {
			said["collectors"] = collectors
		}
		area, wrongs := roster.ReadArea(said, squads, o.persons(people))
		if err := wrongs.OrNil(); err != nil {
			return err
		}
		area.Ring, area.Generated = old.Ring, old.Generated
		if err := c.PutArea(ctx, area); err != nil {
			return err
		}
		put, err = areaIn(ctx, c, code, AnyRevision)
		return err
	})
	return put, err
}

// DropArea forgets the area that was seen at a revision.
func (o *Office) DropArea(ctx context.Context, code string, seen int64) error {
	return o.Store.Change(ctx, func(ctx context.Context, c *sqlite.Change) error {
		if _, err := areaIn(ctx, c, code, seen); err != nil {
			return err
		}
		return c.DropArea(ctx, code)
	})
}

func areaIn(ctx context.Context, c *sqlite.Change, code string, seen int64) (sqlite.Area, error) {
	area, known, err := c.Area(ctx, code)
	if err != nil {
		return area, err
	}
	if !known {
		return area, shared.Fail("request.notFound", "no area "+code)
	}
	return area, current(seen, area.Revision)
}

// NameDevice names the phone that was seen at a revision; an empty name brings back what it calls itself.
func (o *Office) NameDevice(ctx context.Context, id string, seen int64, label string) error {
	device, wrongs := roster.ReadDevice(map[string]string{"id": id, "label": label})
	if err := wrongs.OrNil(); err != nil {
		return err
	}
	return o.Store.Change(ctx, func(ctx context.Context, c *sqlite.Change) error {
		old, err := deviceIn(ctx, c, id, seen)
		if err != nil || old.Label == device.Label {
			return err
		}
		return c.NameDevice(ctx, id, device.Label)
	})
}

const maxWhy = 200

// Revoke ends the phone that was seen at a revision, and all that it let in after itself. What it made before stays evidence;
// what it still holds can be exported there and no longer sent. A reason is kept.
func (o *Office) Revoke(ctx context.Context, id string, seen int64, why string) error {
	if why == "" || utf8.RuneCountInString(why) > maxWhy {
		return roster.Wrongs{{Field: "why", Zh: "写一句停用的原因，最多 200 个字", En: "write why, in at most 200 characters"}}
	}
	return o.Store.Change(ctx, func(ctx context.Context, c *sqlite.Change) error {
		if _, err := deviceIn(ctx, c, id, seen); err != nil {
			return err
		}
		return c.Revoke(ctx, id, why)
	})
}

func deviceIn(ctx context.Context, c *sqlite.Change, id string, seen int64) (sqlite.Device, error) {
	kept, err := c.Devices(ctx)
	if err != nil {
		return sqlite.Device{}, err
	}
	for _, d := range kept {
		if d.Replica == id {
			return d, current(seen, d.Revision)
		}
	}
	return sqlite.Device{}, shared.Fail("replica.unknown", id)
}

// AddPhrase adds a quick phrase of the fields squad, kind and text behind those that are there.
func (o *Office) AddPhrase(ctx context.Context, fields map[string]string) error {
	return o.changePhrases(ctx, fields, func(texts []string, text string) []string { return append(texts, text) })
}

// RemovePhrase removes a quick phrase of the fields squad, kind and text.
func (o *Office) RemovePhrase(ctx context.Context, fields map[string]string) error {
	return o.changePhrases(ctx, fields, func(texts []string, text string) []string {
		return slices.DeleteFunc(texts, func(one string) bool { return one == text })
	})
}

func (o *Office) changePhrases(ctx context.Context, fields map[string]string, change func(texts []string, text string) []string) error {
	squads, err := o.Store.Squads(ctx)
	if err != nil {
		return err
	}
	phrase, wrongs := roster.ReadPhrase(fields, squads)
	if err := wrongs.OrNil(); err != nil {
		return err
	}
	return o.Store.Change(ctx, func(ctx context.Context, c *sqlite.Change) error {
		kept, err := c.PhrasesKept(ctx)
		if err != nil {
			return err
		}
		var texts []string
		for _, p := range kept {
			if p.Squad == phrase.Squad && p.Kind == phrase.Kind {
				texts = append(texts, p.Text)
			}
		}
		return c.PutPhrases(ctx, phrase.Squad, phrase.Kind, change(texts, phrase.Text))
	})
}
