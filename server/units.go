package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"buxun/server/office"
)

func listUnits(ctx context.Context, c *centre, _ []string, o *options, t terminal) error {
	units, err := c.desk().Units(ctx, o.query())
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
	for _, u := range units {
		note := ""
		if u.Closed {
			note = "disabled"
		}
		fmt.Fprintf(table, "%d\t%s\t%s\t%d people\t%d open cases\t%s\n", u.Place, u.Code, u.Name, u.People, u.Cases, note)
	}
	return table.Flush()
}

func addUnit(ctx context.Context, c *centre, words []string, _ *options, _ terminal) error {
	_, err := c.desk().AddUnit(ctx, map[string]string{"code": words[0], "name": words[1]})
	return err
}

func renameUnit(ctx context.Context, c *centre, words []string, _ *options, _ terminal) error {
	return c.editUnit(ctx, words[0], map[string]string{"name": words[1]})
}

// disableUnit lets nothing be dispatched to a unit any more.
func disableUnit(ctx context.Context, c *centre, words []string, _ *options, _ terminal) error {
	return c.editUnit(ctx, words[0], map[string]string{"state": "disabled"})
}

func enableUnit(ctx context.Context, c *centre, words []string, _ *options, _ terminal) error {
	return c.editUnit(ctx, words[0], map[string]string{"state": "active"})
}

func (c *centre) editUnit(ctx context.Context, code string, fields map[string]string) error {
	_, err := c.desk().EditUnit(ctx, code, office.AnyRevision, fields)
	return err
}

func removeUnit(ctx context.Context, c *centre, words []string, _ *options, _ terminal) error {
	return c.desk().DropUnit(ctx, words[0], office.AnyRevision)
}
