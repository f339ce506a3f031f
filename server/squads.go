package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"buxun/server/office"
)

func listSquads(ctx context.Context, c *centre, _ []string, o *options, t terminal) error {
	squads, err := c.desk().Squads(ctx, o.query())
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
	for _, q := range squads {
		fmt.Fprintf(table, "%d\t%s\t%s\t%d people\t%d areas\n", q.Place, q.Code, q.Name, q.People, q.Areas)
	}
	return table.Flush()
}

func addSquad(ctx context.Context, c *centre, words []string, _ *options, _ terminal) error {
	_, err := c.desk().AddSquad(ctx, map[string]string{"code": words[0], "name": words[1]})
	return err
}

func renameSquad(ctx context.Context, c *centre, words []string, _ *options, _ terminal) error {
	_, err := c.desk().EditSquad(ctx, words[0], office.AnyRevision, map[string]string{"name": words[1]})
	return err
}

// orderSquads puts the named squads first, in this order.
func orderSquads(ctx context.Context, c *centre, words []string, _ *options, _ terminal) error {
	return c.desk().OrderSquads(ctx, words)
}

func removeSquad(ctx context.Context, c *centre, words []string, _ *options, _ terminal) error {
	return c.desk().DropSquad(ctx, words[0], office.AnyRevision)
}

func listAreas(ctx context.Context, c *centre, _ []string, o *options, t terminal) error {
	areas, err := c.desk().Areas(ctx, o.query())
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
	for _, a := range areas {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d points\t%s\n", a.Code, a.Kind, a.Squad, a.Name, len(a.Ring), strings.Join(a.Collectors, " "))
	}
	return table.Flush()
}

// editArea changes what was said of an area.
func editArea(ctx context.Context, c *centre, words []string, o *options, _ terminal) error {
	_, err := c.desk().EditArea(ctx, words[0], office.AnyRevision, o.said("name", "squad", "kind", "collectors"))
	return err
}

func removeArea(ctx context.Context, c *centre, words []string, _ *options, _ terminal) error {
	return c.desk().DropArea(ctx, words[0], office.AnyRevision)
}

func listPhrases(ctx context.Context, c *centre, _ []string, o *options, t terminal) error {
	phrases, err := c.desk().Phrases(ctx, o.query())
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
	for _, p := range phrases {
		fmt.Fprintf(table, "%s\t%s\t%s\n", p.Squad, p.Kind, p.Text)
	}
	return table.Flush()
}

func addPhrase(ctx context.Context, c *centre, words []string, _ *options, _ terminal) error {
	return c.desk().AddPhrase(ctx, map[string]string{"squad": words[0], "kind": words[1], "text": words[2]})
}

func removePhrase(ctx context.Context, c *centre, words []string, _ *options, _ terminal) error {
	return c.desk().RemovePhrase(ctx, map[string]string{"squad": words[0], "kind": words[1], "text": words[2]})
}
