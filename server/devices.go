package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"buxun/server/identity"
	"buxun/server/office"
	"buxun/server/sqlite"
	"buxun/server/web"
	"buxun/shared"
)

// listDevices shows every phone: whose it is, what it made, what arrived, and holes that will not fill (L13).
func listDevices(ctx context.Context, c *centre, _ []string, o *options, t terminal) error {
	devices, err := c.desk().Devices(ctx, o.query())
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
	for _, d := range devices {
		fmt.Fprintf(table, "%s\t%s\t%d of %d\t%s\t%s\t%s\n", d.Replica, d.PersonLogin, d.Known, d.Last, cmp.Or(office.Moment(d.LastHelloAt), "never"),
			cmp.Or(d.Label, d.Device, "?"), notesOf(d))
	}
	return table.Flush()
}

func notesOf(d sqlite.Device) string {
	notes := ""
	if d.Last > d.Known {
		notes += fmt.Sprintf(" missing %d", d.Last-d.Known)
	}
	for _, g := range d.Gaps {
		notes += fmt.Sprintf(" lost %d-%d", g.From, g.To)
	}
	if d.RevokedAt != 0 {
		notes += strings.TrimRight(" revoked "+office.Moment(d.RevokedAt)+" "+d.RevokedWhy, " ")
	}
	return notes
}

func renameDevice(ctx context.Context, c *centre, words []string, _ *options, _ terminal) error {
	return c.desk().NameDevice(ctx, words[0], office.AnyRevision, words[1])
}

// revokeDevice ends a phone, and says what it still held.
func revokeDevice(ctx context.Context, c *centre, words []string, o *options, t terminal) error {
	devices, err := c.store.Devices(ctx)
	if err != nil {
		return err
	}
	waiting, err := c.store.WaitingPhotos(ctx, words[0])
	if err != nil {
		return err
	}
	if err := c.desk().Revoke(ctx, words[0], office.AnyRevision, cmp.Or(o.why, "命令行 / command line")); err != nil {
		return err
	}
	for _, d := range devices {
		if d.Replica == words[0] && d.Last-d.Known+int64(waiting) > 0 {
			fmt.Fprintf(t.out, "还有 %d 条记录、%d 张照片没到中心，只能在那部手机上导出 / %d records and %d photos never arrived: they can only be exported on that phone\n",
				d.Last-d.Known, waiting, d.Last-d.Known, waiting)
		}
	}
	return nil
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
