// Command buxun is the whole server: it keeps what collectors record and serves the client. One binary, one data directory.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

const usage = `Buxun (步巡)

  buxun serve                      run the server (--help lists its options)
  buxun cert                       certificates for phones in your own network, with the steps for each kind of phone
  buxun user add|edit|password|disable|enable|list
  buxun squad add|rename|order|remove|list
  buxun area edit|remove|list
  buxun device rename|revoke|list  a phone of one person, also called replica
  buxun phrases add|remove|list    a squad's quick phrases
  buxun import squads|people|areas|devices|phrases FILE   CSV, Excel or GeoJSON; --dry-run only looks
  buxun import FILE …              deliver hand-over files of phones without a line
  buxun export squads|people|areas|devices|phrases        --format csv|xlsx|geojson --out FILE
  buxun case move CASE SQUAD       CASE is an id, a short id or a case number
  buxun token add|revoke      what programs sign in with
  buxun webhooks add|remove|list|log|test   other systems that are told of events; group robots of WeCom and DingTalk
  buxun demo month                 fill a new data directory with a month of made-up work, for serve --demo
  buxun backup TO                  copy the data into a directory of backups, beside a running server
  buxun verify-backup FROM         show that a backup can be restored
  buxun restore FROM               make a new data directory from a backup
  buxun rescue status              the last proof of a backup; after a restore what came back and what is awaited, by phone
  buxun verify                     look through the data: signatures, links, receipts, cases, photos
  buxun evidence CASE --out FILE   one case as one page that holds everything; buxun verify FILE checks it anywhere
  buxun health                     is the server on this machine well (for containers)
  buxun version

Every command but health and version takes --data DIR (default "data") and may run beside the server.
`

// terminal is where commands read from and write to.
type terminal struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	syscall.Umask(0o077) // what the server keeps is nobody else's
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50) // thousands of phones come back at once: memory is dearer than the collector's time
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], terminal{os.Stdin, os.Stdout, os.Stderr}))
}

// errUsage says that the words themselves were wrong; what is right was printed already.
var errUsage = errors.New("usage")

// run does one command and gives the exit code: 1 failed, 2 misspelt.
func run(ctx context.Context, args []string, t terminal) int {
	err := dispatch(ctx, args, t)
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2
	}
	fmt.Fprintf(t.err, "buxun: %s\n", explain(err))
	return 1
}

func dispatch(ctx context.Context, args []string, t terminal) error {
	if len(args) == 0 {
		fmt.Fprint(t.err, usage)
		return errUsage
	}
	name, rest := args[0], args[1:]
	switch name {
	case "serve":
		return serve(ctx, rest, t)
	case "user", "squad", "unit", "area", "device", "phrases", "import", "export", "case", "replica", "token", "rescue", "webhooks":
		return administer(ctx, name, rest, t)
	case "cert":
		return makeCertificate(ctx, rest, t)
	case "demo":
		return demoMonth(ctx, rest, t)
	case "backup":
		return makeBackup(ctx, rest, t)
	case "verify-backup":
		return proveBackup(ctx, rest, t)
	case "evidence":
		return writeEvidence(ctx, rest, t)
	case "verify":
		return verifyData(ctx, rest, t)
	case "restore":
		return restoreBackup(ctx, rest, t)
	case "health":
		return checkHealth(ctx, rest, t)
	case "version":
		fmt.Fprintln(t.out, version())
		return nil
	case "help", "-h", "--help":
		fmt.Fprint(t.out, usage)
		return nil
	}
	fmt.Fprintf(t.err, "buxun: there is no command %q\n\n%s", name, usage)
	return errUsage
}

// version is what this binary was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "buxun (unknown build)"
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	revision := settings["vcs.revision"]
	if revision == "" {
		return "buxun " + info.Main.Version + " " + info.GoVersion
	}
	if settings["vcs.modified"] == "true" {
		revision += " with changes"
	}
	return fmt.Sprintf("buxun %s %s %s", revision, settings["vcs.time"], info.GoVersion)
}

// flags is a flag set that reads its options from anywhere among the words, and prints its own usage.
func flags(name, words string, t terminal) *flag.FlagSet {
	set := flag.NewFlagSet("buxun "+name, flag.ContinueOnError)
	set.SetOutput(t.err)
	set.Usage = func() {
		fmt.Fprintf(t.err, "buxun %s %s\n", name, words)
		set.PrintDefaults()
	}
	return set
}

// parse gives the words that are no options; it errs unless there are as many as wanted.
func parse(set *flag.FlagSet, args []string, wanted int) ([]string, error) {
	var words []string
	for {
		if err := set.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, errUsage
		}
		if set.NArg() == 0 {
			break
		}
		words = append(words, set.Arg(0))
		args = set.Args()[1:]
	}
	if len(words) != wanted && (wanted != anyWords || len(words) == 0) {
		set.Usage()
		return nil, errUsage
	}
	return words, nil
}
