package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"buxun/server/identity"
	"buxun/server/office"
	"buxun/server/sqlite"
	"buxun/shared"
)

// desk is what an administrator works with at the command line: everything that the pages do comes through it too.
func (c *centre) desk() *office.Office { return c.office(identity.NewHasher(identity.Usual), false) }

// addUser adds one account.
func addUser(ctx context.Context, c *centre, _ []string, o *options, t terminal) error {
	if _, taken, err := c.store.PersonByLogin(ctx, o.login); err != nil || taken {
		return errors.Join(err, shared.Fail("name.taken", o.login))
	}
	password, made, err := o.password(c, t)
	if err != nil {
		return err
	}
	person, err := c.desk().AddPerson(ctx, map[string]string{"name": o.login, "label": o.label, "role": o.role, "squad": o.squad, "unit": o.unit, "password": password})
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s\n", person.Login)
	return tellPassword(password, made, t)
}

// editUser changes what was said of an account.
func editUser(ctx context.Context, c *centre, words []string, o *options, _ terminal) error {
	return c.editPerson(ctx, words[0], o.said("label", "role", "squad", "unit"))
}

func disableUser(ctx context.Context, c *centre, words []string, _ *options, _ terminal) error {
	return c.editPerson(ctx, words[0], map[string]string{"state": "disabled"})
}

func enableUser(ctx context.Context, c *centre, words []string, _ *options, _ terminal) error {
	return c.editPerson(ctx, words[0], map[string]string{"state": "active"})
}

func (c *centre) editPerson(ctx context.Context, login string, fields map[string]string) error {
	person, err := c.account(ctx, login)
	if err != nil {
		return err
	}
	if person.Role == shared.RoleMachine && fields["state"] == "disabled" {
		return c.store.Disable(ctx, login)
	}
	_, err = c.desk().EditPerson(ctx, person.ID, office.AnyRevision, fields)
	return err
}

func (c *centre) account(ctx context.Context, login string) (sqlite.Person, error) {
	person, known, err := c.store.PersonByLogin(ctx, login)
	if err == nil && !known {
		err = shared.Fail("request.notFound", "no account "+login)
	}
	return person, err
}

func setPassword(ctx context.Context, c *centre, words []string, o *options, t terminal) error {
	person, err := c.account(ctx, words[0])
	if err != nil {
		return err
	}
	password, made, err := o.password(c, t)
	if err != nil {
		return err
	}
	if _, err := c.desk().SetPassword(ctx, person.ID, office.AnyRevision, password); err != nil {
		return err
	}
	return tellPassword(password, made, t)
}

// password is the one from standard input, or a new one.
func (o *options) password(c *centre, t terminal) (password string, made bool, err error) {
	if !o.passwordStdin {
		return identity.NewPassword(), true, nil
	}
	text, err := io.ReadAll(io.LimitReader(t.in, 4<<10))
	if err != nil {
		return "", false, fmt.Errorf("read the password: %w", err)
	}
	password = strings.TrimRight(string(text), "\r\n")
	return password, false, c.desk().Fit(password)
}

func tellPassword(password string, made bool, t terminal) error {
	if made {
		fmt.Fprintf(t.out, "密码（只显示这一次） / password (shown this once): %s\n", password)
	}
	return nil
}

func listUsers(ctx context.Context, c *centre, _ []string, o *options, t terminal) error {
	people, err := c.store.People(ctx)
	if o.narrows() {
		people, err = c.desk().People(ctx, o.query())
	}
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
	for _, p := range people {
		var notes []string
		if p.Disabled {
			notes = append(notes, "disabled")
		}
		if p.Demo {
			notes = append(notes, "demo")
		}
		if p.PasswordHash == "" {
			notes = append(notes, "no password")
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", p.Login, p.Role, cmp.Or(p.Squad, p.Unit), p.Label, strings.Join(notes, ", "))
	}
	return table.Flush()
}
