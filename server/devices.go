package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"buxun/server/identity"
	"buxun/server/sqlite"
	"buxun/server/web"
	"buxun/shared"
	"buxun/sync/session"
)

// listReplicas shows every phone: what it made, what arrived, and holes that will not fill (L13).
func listReplicas(ctx context.Context, c *centre, _ []string, _ *options, t terminal) error {
	phones, err := c.store.Phones(ctx, session.Reader{Standing: shared.Standing{Role: shared.RoleAdmin}})
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
	for _, p := range phones {
		person, _, err := c.store.Person(ctx, p.Person)
		if err != nil {
			return err
		}
		notes := ""
		if p.Last > p.Known {
			notes += fmt.Sprintf(" missing %d", p.Last-p.Known)
		}
		for _, g := range p.Gaps {
			notes += fmt.Sprintf(" lost %d-%d", g.From, g.To)
		}
		if p.RevokedAt != 0 {
			notes += " revoked " + moment(p.RevokedAt)
		}
		fmt.Fprintf(table, "%s\t%s\t%d of %d\t%s\t%s\n", p.Replica, person.Login, p.Known, p.Last, moment(p.LastHelloAt), notes)
	}
	return table.Flush()
}

func moment(ms int64) string {
	if ms == 0 {
		return "never"
	}
	return time.UnixMilli(ms).Format("2006-01-02 15:04")
}

// moveCase hands a case to another squad, as an operation of the server's own replica. CASE is an id, a short id or a number.
func moveCase(ctx context.Context, c *centre, words []string, o *options, t terminal) error {
	found, ok, err := c.store.CaseNamed(ctx, words[0])
	if err != nil || !ok {
		return errors.Join(err, shared.Fail("request.notFound", "no case "+words[0]))
	}
	replica, err := c.replica(ctx, Config{Data: o.data, Now: time.Now}, commitTo(c.store))
	if err != nil {
		return err
	}
	if err := replica.Transfer(ctx, found.ID, words[1]); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s: %s -> %s\n", found.Short, found.Squad, words[1])
	return nil
}

func revokeReplica(ctx context.Context, c *centre, words []string, _ *options, _ terminal) error {
	return c.store.Revoke(ctx, words[0])
}

// addToken makes an account for a program, under the token's name, and a token that is shown once.
func addToken(ctx context.Context, c *centre, words []string, o *options, t terminal) error {
	name := words[0]
	if o.purpose != web.PurposeSync && o.purpose != web.PurposeMetrics {
		return fmt.Errorf("--purpose is %s or %s", web.PurposeSync, web.PurposeMetrics)
	}
	old, known, err := c.store.PersonByLogin(ctx, name)
	if err != nil || known && old.Role != shared.RoleMachine {
		return errors.Join(err, shared.Fail("name.taken", name))
	}
	if !known { // one that is there keeps its squad, and stays disabled where it was
		program := sqlite.Person{Login: name, Label: name, Role: shared.RoleMachine, Squad: o.squad}
		if err := c.store.PutPeople(ctx, []sqlite.Person{program}); err != nil {
			return err
		}
	}
	person, _, err := c.store.PersonByLogin(ctx, name)
	if err != nil {
		return err
	}
	token, now := identity.NewBearerToken(), time.Now()
	row := sqlite.TokenRow{Hash: identity.HashToken(token), Name: name, Person: person.ID, Purpose: o.purpose, CreatedAt: now.UnixMilli()}
	if o.days > 0 {
		row.ExpiresAt = now.AddDate(0, 0, o.days).UnixMilli()
	}
	if err := c.store.PutToken(ctx, row); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "令牌（只显示这一次） / token (shown this once): %s\n", token)
	return nil
}

func revokeToken(ctx context.Context, c *centre, words []string, _ *options, _ terminal) error {
	return c.store.RevokeToken(ctx, words[0])
}
