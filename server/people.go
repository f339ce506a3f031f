package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"buxun/server/demo"
	"buxun/server/identity"
	"buxun/server/roster"
	"buxun/server/sqlite"
	"buxun/shared"
)

// addUser adds one account; its words are checked as a line of a file would be.
func addUser(ctx context.Context, c *centre, _ []string, o *options, t terminal) error {
	squads, err := c.store.Squads(ctx)
	if err != nil {
		return err
	}
	if _, taken, err := c.store.PersonByLogin(ctx, o.login); err != nil || taken {
		return errors.Join(err, shared.Fail("name.taken", o.login))
	}
	var line bytes.Buffer
	w := csv.NewWriter(&line)
	if err := w.WriteAll([][]string{{"account", "label", "role", "squad"}, {o.login, o.label, o.role, o.squad}}); err != nil {
		return fmt.Errorf("write the account's line: %w", err)
	}
	people, err := roster.ParsePeople("user add", line.Bytes(), squads)
	if err != nil {
		return err
	}
	password, made, err := o.password(t)
	if err != nil {
		return err
	}
	people[0].Password = password
	if err := c.putPeople(ctx, people); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s\n", o.login)
	return tellPassword(password, made, t)
}

func setPassword(ctx context.Context, c *centre, words []string, o *options, t terminal) error {
	if _, known, err := c.store.PersonByLogin(ctx, words[0]); err != nil || !known {
		return errors.Join(err, shared.Fail("request.notFound", "no account "+words[0]))
	}
	password, made, err := o.password(t)
	if err != nil {
		return err
	}
	hash, err := identity.NewHasher(identity.Usual).Hash(ctx, password)
	if err != nil {
		return err
	}
	if err := c.store.SetPassword(ctx, words[0], hash, false); err != nil {
		return err
	}
	return tellPassword(password, made, t)
}

// password is the one from standard input, or a new one.
func (o *options) password(t terminal) (password string, made bool, err error) {
	if !o.passwordStdin {
		return identity.NewPassword(), true, nil
	}
	text, err := io.ReadAll(io.LimitReader(t.in, 4<<10))
	if err != nil {
		return "", false, fmt.Errorf("read the password: %w", err)
	}
	password = strings.TrimRight(string(text), "\r\n")
	return password, false, fit(password)
}

// fit refuses passwords that are too short, and the demo's, which everybody knows.
func fit(password string) error {
	switch {
	case utf8.RuneCountInString(password) < roster.MinPassword:
		return shared.Fail("password.weak", "")
	case password == demo.Password:
		return shared.Fail("session.demoOnly", "")
	}
	return nil
}

func tellPassword(password string, made bool, t terminal) error {
	if made {
		fmt.Fprintf(t.out, "密码（只显示这一次） / password (shown this once): %s\n", password)
	}
	return nil
}

func disableUser(ctx context.Context, c *centre, words []string, _ *options, _ terminal) error {
	return c.store.Disable(ctx, words[0])
}

func listUsers(ctx context.Context, c *centre, _ []string, _ *options, t terminal) error {
	people, err := c.store.People(ctx)
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
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", p.Login, p.Role, p.Squad, p.Label, strings.Join(notes, ", "))
	}
	return table.Flush()
}

func importSquads(ctx context.Context, c *centre, words []string, _ *options, t terminal) error {
	data, err := readFile(words[0])
	if err != nil {
		return err
	}
	squads, err := roster.ParseSquads(words[0], data)
	if err != nil {
		return err
	}
	if err := c.store.PutSquads(ctx, squads); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%d squads\n", len(squads))
	return nil
}

func importPeople(ctx context.Context, c *centre, words []string, _ *options, t terminal) error {
	data, err := readFile(words[0])
	if err != nil {
		return err
	}
	squads, err := c.store.Squads(ctx)
	if err != nil {
		return err
	}
	people, err := roster.ParsePeople(words[0], data, squads)
	if err != nil {
		return err
	}
	for _, p := range people {
		if p.Password != "" && fit(p.Password) != nil {
			return fmt.Errorf("%s: %w", p.Name, fit(p.Password))
		}
	}
	if err := c.putPeople(ctx, people); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%d people\n", len(people))
	return c.tellUnable(ctx, people, t)
}

// tellUnable names the imported accounts that cannot sign in yet.
func (c *centre) tellUnable(ctx context.Context, people []roster.Person, t terminal) error {
	var unable []string
	for _, p := range people {
		now, _, err := c.store.PersonByLogin(ctx, p.Name)
		if err != nil {
			return err
		}
		if now.PasswordHash == "" {
			unable = append(unable, p.Name)
		}
	}
	if len(unable) > 0 {
		fmt.Fprintf(t.out, "%d without a password (buxun user password LOGIN): %s\n", len(unable), strings.Join(unable, " "))
	}
	return nil
}

// putPeople hashes passwords and puts accounts; what a file does not say of a known account stays as it is.
func (c *centre) putPeople(ctx context.Context, people []roster.Person) error {
	hasher := identity.NewHasher(identity.Usual)
	var rows []sqlite.Person
	for _, p := range people {
		row := sqlite.Person{ID: p.ID, Login: p.Name, Label: p.Label, Role: p.Role, Squad: p.Squad}
		old, known, err := c.store.PersonByLogin(ctx, p.Name)
		if err != nil {
			return err
		}
		if known {
			row.Disabled, row.Demo = old.Disabled, old.Demo
		}
		if p.Password != "" {
			if row.PasswordHash, err = hasher.Hash(ctx, p.Password); err != nil {
				return err
			}
			row.Demo = false
		}
		rows = append(rows, row)
	}
	return c.store.PutPeople(ctx, rows)
}

func importAreas(ctx context.Context, c *centre, words []string, _ *options, t terminal) error {
	data, err := readFile(words[0])
	if err != nil {
		return err
	}
	squads, err := c.store.Squads(ctx)
	if err != nil {
		return err
	}
	areas, err := roster.ParseAreas(words[0], data, squads)
	if err != nil {
		return err
	}
	if err := c.store.PutAreas(ctx, areas); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%d areas\n", len(areas))
	return nil
}

// readFile reads a file that roster is to parse; one over its limit is cut just above it, so that roster refuses it.
func readFile(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read the file: %w", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, roster.MaxFileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return data, nil
}
