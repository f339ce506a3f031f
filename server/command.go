package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"

	"buxun/server/notice"
	"buxun/server/office"
	"buxun/server/roster"
	"buxun/server/sqlite"
	"buxun/shared"
)

// command is one thing that an administrator does to the data of a centre, beside a running server or without one.
type command struct {
	words  string // what follows the command's name
	wanted int    // words that are no options; anyWords: one or more
	do     doing
}

type doing func(ctx context.Context, c *centre, words []string, o *options, t terminal) error

const anyWords = -1

// options are all that commands take; each shows only its own words.
type options struct {
	data                      string
	login, label, role, squad string
	unit                      string
	passwordStdin             bool
	purpose                   string
	days                      int
	name, kind, why, text     string
	collectors                string
	format, out, language     string
	events                    string
	secretStdin               bool
	words, private            bool
	dryRun                    bool
	given                     map[string]bool // options that were said
}

// said gives those of the options that were said.
func (o *options) said(names ...string) map[string]string {
	all := map[string]string{"label": o.label, "role": o.role, "squad": o.squad, "unit": o.unit, "name": o.name, "kind": o.kind, "collectors": o.collectors}
	fields := map[string]string{}
	for _, name := range names {
		if o.given[name] {
			fields[name] = all[name]
		}
	}
	return fields
}

// query is what narrows a list or an export.
func (o *options) query() office.Query {
	return office.Query{Text: o.text, Squad: o.squad, Unit: o.unit, Role: o.role, Kind: o.kind}
}

func (o *options) narrows() bool { return o.query() != office.Query{} }

const exportWords = "[--format csv|xlsx] [--out FILE] [--lang zh|en] [--search TEXT]"

var commands = map[string]command{
	"user add":        {"--login L --label NAME --role collector|leader|unit|admin [--squad S] [--unit U] [--password-stdin]", 0, addUser},
	"user edit":       {"LOGIN [--label NAME] [--role R] [--squad S] [--unit U]", 1, editUser},
	"user password":   {"LOGIN [--password-stdin]", 1, setPassword},
	"user disable":    {"LOGIN", 1, disableUser},
	"user enable":     {"LOGIN", 1, enableUser},
	"user list":       {"[--search TEXT] [--squad S] [--unit U] [--role R]", 0, listUsers},
	"squad list":      {"[--search TEXT]", 0, listSquads},
	"squad add":       {"CODE NAME", 2, addSquad},
	"squad rename":    {"CODE NAME", 2, renameSquad},
	"squad order":     {"CODE CODE …", anyWords, orderSquads},
	"squad remove":    {"CODE", 1, removeSquad},
	"unit list":       {"[--search TEXT]", 0, listUnits},
	"unit add":        {"CODE NAME", 2, addUnit},
	"unit rename":     {"CODE NAME", 2, renameUnit},
	"unit disable":    {"CODE", 1, disableUnit},
	"unit enable":     {"CODE", 1, enableUnit},
	"unit remove":     {"CODE", 1, removeUnit},
	"import units":    {"FILE [--dry-run]", 1, importFile(roster.Units)},
	"export units":    {exportWords, 0, exportFile(roster.Units)},
	"import register": {"FILE [--dry-run]", 1, importFile(roster.Register)},
	"export register": {exportWords + " [--unit U]", 0, exportFile(roster.Register)},
	"area list":       {"[--search TEXT] [--squad S] [--kind K]", 0, listAreas},
	"area edit":       {"CODE [--name NAME] [--squad S] [--kind community|unitGrid|dutyGrid] [--collectors \"LOGIN LOGIN …\"]", 1, editArea},
	"area remove":     {"CODE", 1, removeArea},
	"device list":     {"[--search TEXT] [--squad S]", 0, listDevices},
	"device rename":   {"ID NAME", 2, renameDevice},
	"device revoke":   {"ID [--why TEXT]", 1, revokeDevice},
	"import squads":   {"FILE [--dry-run]", 1, importFile(roster.Squads)},
	"import people":   {"FILE [--dry-run]", 1, importFile(roster.People)},
	"import areas":    {"FILE [--dry-run]", 1, importFile(roster.Areas)},
	"import":          {"FILE …", anyWords, importHandovers}, // hand-over files
	"phrases list":    {"[--search TEXT] [--squad S] [--kind K]", 0, listPhrases},
	"phrases add":     {"SQUAD KIND TEXT", 3, addPhrase},
	"phrases remove":  {"SQUAD KIND TEXT", 3, removePhrase},
	"import phrases":  {"FILE [--dry-run]", 1, importFile(roster.Phrases)},
	"import limits":   {"FILE [--dry-run]", 1, importFile(roster.Limits)},
	"import phases":   {"FILE [--dry-run]", 1, importFile(roster.Phases)},
	"import calendar": {"FILE [--dry-run]", 1, importFile(roster.Calendar)},
	"export limits":   {exportWords, 0, exportFile(roster.Limits)},
	"export phases":   {exportWords, 0, exportFile(roster.Phases)},
	"export calendar": {exportWords, 0, exportFile(roster.Calendar)},
	"import devices":  {"FILE [--dry-run]", 1, importFile(roster.Devices)},
	"export squads":   {exportWords, 0, exportFile(roster.Squads)},
	"export people":   {exportWords + " [--squad S] [--unit U] [--role R]", 0, exportFile(roster.People)},
	"export areas":    {"[--format csv|xlsx|geojson] [--out FILE] [--lang zh|en] [--search TEXT] [--squad S] [--kind K]", 0, exportFile(roster.Areas)},
	"export phrases":  {exportWords + " [--squad S] [--kind K]", 0, exportFile(roster.Phrases)},
	"export devices":  {exportWords + " [--squad S]", 0, exportFile(roster.Devices)},
	"rescue status":   {"", 0, showRescue},
	"case move":       {"CASE SQUAD", 2, moveCase},
	"replica list":    {"", 0, listDevices},
	"replica revoke":  {"ID", 1, revokeDevice},
	"token add":       {"NAME --purpose sync|metrics [--squad S] [--days N]", 1, addToken},
	"token revoke":    {"NAME", 1, revokeToken},
	"webhooks list":   {"", 0, listWebhooks},
	"webhooks add":    {"NAME URL [--format json|wecom|dingtalk] [--events E,E,…] [--secret-stdin] [--words]", 2, addWebhook},
	"webhooks remove": {"NAME", 1, removeWebhook},
	"webhooks log":    {"NAME", 1, showWebhookLog},
	"webhooks test":   {"NAME [--webhooks-private]", 1, testWebhook},
}

// administer finds the command and runs it on the data.
func administer(ctx context.Context, group string, args []string, t terminal) error {
	name := group
	if len(args) > 0 && !(group == "import" && isFile(args[0])) {
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
	o.register(set, one.words)
	words, err := parse(set, args, one.wanted)
	if err != nil {
		return err
	}
	o.given = map[string]bool{}
	set.Visit(func(f *flag.Flag) { o.given[f.Name] = true })
	ctx = sqlite.As(ctx, sqlite.ByCommand)
	c, err := openCentre(ctx, o.data, slog.New(slog.NewTextHandler(t.err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	return errors.Join(one.do(ctx, c, words, o, t), c.Close())
}

// isFile says whether a word names a file: buxun import takes the files of phones without saying what they are.
func isFile(word string) bool {
	stat, err := os.Stat(word)
	return err == nil && stat.Mode().IsRegular()
}

// register adds the options that stand in a command's words.
func (o *options) register(set *flag.FlagSet, words string) {
	texts := []struct {
		name, says string
		into       *string
	}{
		{"login", "`name` to sign in with", &o.login},
		{"label", "`name` that others see", &o.label},
		{"role", "collector, leader, unit or admin", &o.role},
		{"squad", "code of the `squad`, where one is set also its name", &o.squad},
		{"unit", "code of the responsible `unit`, of people with the role unit", &o.unit},
		{"purpose", "what the token is for", &o.purpose},
		{"name", "what people call it", &o.name},
		{"kind", "community, unitGrid or dutyGrid", &o.kind}, {"collectors", "accounts of those who answer for an area, with spaces between them", &o.collectors},
		{"why", "the `reason`, which is kept", &o.why},
		{"search", "`text` that stands somewhere in it", &o.text},
		{"format", "csv, xlsx, and geojson for areas; else as the name of --out ends; of webhooks json, wecom or dingtalk", &o.format},
		{"events", "`names` of what it is told, with commas between; else everything: " + strings.Join(notice.Events(), ","), &o.events},
		{"out", "`file` to write; else standard output", &o.out},
		{"lang", "zh or en: language of the headings", &o.language},
	}
	for _, one := range texts {
		if strings.Contains(words, "--"+one.name) {
			set.StringVar(one.into, one.name, "", one.says)
		}
	}
	if strings.Contains(words, "--password-stdin") {
		set.BoolVar(&o.passwordStdin, "password-stdin", false, "read the password from standard input; else one is made and printed once")
	}
	for name, one := range map[string]struct {
		into *bool
		says string
	}{
		"secret-stdin":     {&o.secretStdin, "read the secret from standard input; else, for json, one is made and printed once"},
		"words":            {&o.words, "tell the case's description as well"},
		"webhooks-private": {&o.private, "private addresses may be told, as the server's option of this name says"},
	} {
		if strings.Contains(words, "--"+name) {
			set.BoolVar(one.into, name, false, one.says)
		}
	}
	if strings.Contains(words, "--days") {
		set.IntVar(&o.days, "days", 0, "`days` until the token ends; 0: never")
	}
	if strings.Contains(words, "--dry-run") {
		set.BoolVar(&o.dryRun, "dry-run", false, "say what would be done, and do nothing")
	}
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
	if code == "internal" || code == "file.malformed" || code == "fields.malformed" { // their own words say more
		return err.Error()
	}
	row := shared.FaultOf(code)
	return fmt.Sprintf("%s，%s / %s: %s\n  (%v)", row.Zh, row.ZhDo, row.En, row.EnDo, err)
}
