package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"buxun/shared"
)

// command is one thing that an administrator does to the data of a centre, beside a running server or without one.
type command struct {
	words  string // what follows the command's name
	wanted int    // words that are no options
	do     func(ctx context.Context, c *centre, words []string, o *options, t terminal) error
}

// options are all that commands take; each shows only its own words.
type options struct {
	data                      string
	login, label, role, squad string
	passwordStdin             bool
	purpose                   string
	days                      int
}

var commands = map[string]command{
	"user add":       {"--login L --label NAME --role collector|leader|admin [--squad S] [--password-stdin]", 0, addUser},
	"user password":  {"LOGIN [--password-stdin]", 1, setPassword},
	"user disable":   {"LOGIN", 1, disableUser},
	"user list":      {"", 0, listUsers},
	"import squads":  {"FILE.csv", 1, importSquads},
	"import people":  {"FILE.csv", 1, importPeople},
	"import areas":   {"FILE.geojson", 1, importAreas},
	"case move":      {"CASE SQUAD", 2, moveCase},
	"replica list":   {"", 0, listReplicas},
	"replica revoke": {"ID", 1, revokeReplica},
	"token add":      {"NAME --purpose sync|metrics [--squad S] [--days N]", 1, addToken},
	"token revoke":   {"NAME", 1, revokeToken},
}

// administer finds the command and runs it on the data.
func administer(ctx context.Context, group string, args []string, t terminal) error {
	name := group
	if len(args) > 0 {
		name, args = group+" "+args[0], args[1:]
	}
	one, ok := commands[name]
	if !ok {
		fmt.Fprintf(t.err, "buxun: there is no command %q; there are:\n", name)
		for _, known := range namesOf(group) {
			fmt.Fprintf(t.err, "  buxun %s %s\n", known, commands[known].words)
		}
		return errUsage
	}
	o := &options{}
	set := flags(name, one.words, t)
	set.StringVar(&o.data, "data", "data", "data `directory`")
	if strings.Contains(one.words, "--login") {
		set.StringVar(&o.login, "login", "", "`name` to sign in with")
		set.StringVar(&o.label, "label", "", "`name` that others see")
		set.StringVar(&o.role, "role", "", "collector, leader or admin")
	}
	if strings.Contains(one.words, "--squad") {
		set.StringVar(&o.squad, "squad", "", "code or name of the `squad`")
	}
	if strings.Contains(one.words, "--password-stdin") {
		set.BoolVar(&o.passwordStdin, "password-stdin", false, "read the password from standard input; else one is made and printed once")
	}
	if strings.Contains(one.words, "--purpose") {
		set.StringVar(&o.purpose, "purpose", "", "what the token is for")
		set.IntVar(&o.days, "days", 0, "`days` until the token ends; 0: never")
	}
	words, err := parse(set, args, one.wanted)
	if err != nil {
		return err
	}
	c, err := openCentre(ctx, o.data, slog.New(slog.NewTextHandler(t.err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	return errors.Join(one.do(ctx, c, words, o, t), c.Close())
}

func namesOf(group string) []string {
	var names []string
	for name := range commands {
		if strings.HasPrefix(name, group+" ") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// explain puts the catalogue's words before an error's own, in both languages.
func explain(err error) string {
	code := shared.FaultCode(err)
	if code == "internal" || code == "file.malformed" { // the file's own mistakes say more
		return err.Error()
	}
	row := shared.FaultOf(code)
	return fmt.Sprintf("%s，%s / %s: %s\n  (%v)", row.Zh, row.ZhDo, row.En, row.EnDo, err)
}
