package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"buxun/server/demo"
)

// mostDays is how far back a demo may reach: what ended before is on no phone.
const mostDays = 90

// demoMonth fills a new data directory with a month of made-up work of six squads, for `buxun serve --demo` to go on from.
func demoMonth(ctx context.Context, args []string, t terminal) error {
	config := Config{Now: time.Now, Log: slog.New(slog.NewTextHandler(t.err, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	set := flags("demo month", "[options]", t)
	set.StringVar(&config.Data, "data", "data", "data `directory`, one without a database")
	set.StringVar(&config.NumberPrefix, "number-prefix", "BX", "`text` that case numbers begin with")
	seed := set.Uint64("seed", 1, "`number` that the month follows from")
	days := set.Int("days", 30, "`days` back from now")
	if words, err := parse(set, args, 1); err != nil {
		return err
	} else if words[0] != "month" {
		set.Usage()
		return errUsage
	}
	if *days < 1 || *days > mostDays {
		return fmt.Errorf("--days: %d is not from 1 to %d", *days, mostDays)
	}
	began := time.Now()
	cases, err := makeMonth(ctx, config, *seed, *days)
	if err != nil {
		return fmt.Errorf("make a month of demo: %w", err)
	}
	fmt.Fprintf(t.out, "%d 件演示案卷 demo cases, %.1f s: buxun serve --demo --data %s\n", cases, time.Since(began).Seconds(), config.Data)
	return nil
}

// makeMonth makes the demo's database with a month in it and says how many cases there are.
func makeMonth(ctx context.Context, config Config, seed uint64, days int) (cases int, err error) {
	if err := makeData(config.Data); err != nil {
		return 0, err
	}
	lock, err := lockData(config.Data)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if _, err := os.Stat(filepath.Join(config.Data, databaseFile)); err == nil {
		return 0, fmt.Errorf("there is a database in %s already: name another --data", config.Data)
	}
	world, err := demo.World()
	if err != nil {
		return 0, err
	}
	// One moment for all, or what was to arrive just now would be in the future.
	now := config.Now()
	config.Now = func() time.Time { return now }
	month, err := world.Month(seed, days, now)
	if err != nil {
		return 0, err
	}
	world.Cases = append(month, world.Cases...)
	return len(world.Cases), seedWith(ctx, config, world)
}
