// Command bench measures the figures of the bars: our server as it is built, beside raw limits and peers, in interleaved rounds
// of one run. `make bench` builds what it needs. It measures whole work only, never a stripped path; README.md says how.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// bench is what every measure needs to know.
type bench struct {
	quick bool
	dir   string // scratch, its own, removed afterwards
}

// rounds is how many interleaved rounds a measure takes; medians are of these.
func (b *bench) rounds() int {
	if b.quick {
		return 1
	}
	return 3
}

// pick is the first value, or the second one where the run is to be short.
func pick[T any](b *bench, whole, quick T) T {
	if b.quick {
		return quick
	}
	return whole
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	set := flag.NewFlagSet("bench", flag.ContinueOnError)
	quick := set.Bool("quick", os.Getenv("BENCH_QUICK") != "", "one short round of each: for development, not for quoting")
	if err := set.Parse(args); err != nil {
		return err
	}
	names := set.Args()
	if len(names) == 2 && names[0] == "measure" {
		return measure(ctx, names[1], *quick)
	}
	machine := describe(time.Now())
	if len(names) == 1 && names[0] == "table" {
		return table(machine)
	}
	list, err := chosen(names)
	if err != nil {
		return err
	}
	var failed []error
	for _, p := range list {
		if err := p.run(ctx, *quick); err != nil {
			failed = append(failed, err)
		}
		if ctx.Err() != nil {
			return errors.Join(failed...)
		}
	}
	figures, err := gather(list)
	if err != nil {
		return errors.Join(append(failed, err)...)
	}
	results := judge(figures)
	show(os.Stdout, results, machine)
	if len(names) == 0 && !*quick && len(failed) == 0 {
		failed = append(failed, keep(results, machine))
	}
	return errors.Join(failed...)
}

// table keeps what each program's last run left, where one of them had to run again by itself: each figure is a ratio inside its
// program's own run, so that no figure mixes two.
func table(machine string) error {
	figures, err := gather(programs)
	if err != nil {
		return err
	}
	results := judge(figures)
	show(os.Stdout, results, machine)
	return keep(results, machine)
}

// measure is one program of ours in its own process.
func measure(ctx context.Context, name string, quick bool) (err error) {
	p, ok := find(name)
	if !ok || p.measure == nil {
		return fmt.Errorf("there is no measure %q; there are %s", name, strings.Join(programNames(), ", "))
	}
	b := &bench{quick: quick}
	if b.dir, err = os.MkdirTemp("", "buxun-bench-"+filepath.Base(name)+"-"); err != nil {
		return fmt.Errorf("make a scratch folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	figures, err := p.measure(ctx, b)
	if err != nil {
		return err
	}
	return leave(name, figures)
}
