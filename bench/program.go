package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// program measures some figures, in a process of its own, and leaves them in outFolder.
type program struct {
	name    string
	figures []string
	// measure is ours; nil for a program of another language, which command starts in the project's folder with
	// BENCH_QUICK=1 in its environment where the run is to be short.
	measure func(context.Context, *bench) (map[string]figure, error)
	command []string
}

// programs are all that measure, in the order in which they run. A program of another language is one row here.
var programs = []program{
	{name: "ingest", figures: []string{"ingest_vs_raw", "ingest_vs_pocketbase", "ingest_p99_vs_pocketbase"}, measure: measureIngest},
	{name: "pull", figures: []string{"pull_wall_vs_pocketbase", "pull_bytes_vs_gzip_json"}, measure: measurePull},
	{name: "fanout", figures: []string{"fanout_p99_vs_centrifuge", "fanout_sustained"}, measure: measureFanout},
	{name: "photo", figures: []string{"photo_vs_tusd"}, measure: measurePhotos},
	{name: "herd", figures: []string{"herd_rss_mb"}, measure: measureHerd},
	{name: "million", figures: []string{"scope_bytes_growth", "list_p95_ms_vs_floor"}, measure: measureMillion},
	{name: "overhead", figures: []string{"photo_overhead"}, measure: measureOverhead},
	{name: "thin", figures: []string{"thin_case_s", "thin_preview_s"}, measure: measureThin},
	{name: "first", figures: []string{"first_sync_usable_s", "first_sync_s"}, measure: measureFirstSync},
	{name: "first-visit", figures: []string{"client_js_kb", "client_first_visit_kb"}, command: browser("first-visit")},
	{name: "cold-start", figures: []string{"client_cold_start_ratio"}, command: browser("cold-start")},
	{name: "capture", figures: []string{"capture_ratio"}, command: browser("capture")},
	{name: "install", figures: []string{"install_s"}, command: browser("install")},
	{name: "size", figures: []string{"binary_mb"}, measure: measureSize},
}

// browser is the command of a figure that is taken in Chromium (client/bench).
func browser(name string) []string {
	return []string{"sh", "-c", "cd client && exec node_modules/.bin/vitest run --project bench bench/" + name + ".spec.ts"}
}

// chosen are the programs that measure one of the names, which may be programs' names too; all where there is no name.
func chosen(names []string) ([]program, error) {
	if len(names) == 0 {
		return programs, nil
	}
	var list []program
	for _, p := range programs {
		if slices.ContainsFunc(names, func(name string) bool { return name == p.name || slices.Contains(p.figures, name) }) {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("nothing measures %s; there are %s", strings.Join(names, ", "), strings.Join(programNames(), ", "))
	}
	return list, nil
}

func programNames() (names []string) {
	for _, p := range programs {
		names = append(names, p.name)
	}
	return names
}

func find(name string) (program, bool) {
	for _, p := range programs {
		if p.name == name {
			return p, true
		}
	}
	return program{}, false
}

// run runs the program in its own process, so that its memory and its garbage are not the next one's.
func (p program) run(ctx context.Context, quick bool) error {
	words := p.command
	if p.measure != nil {
		self, err := os.Executable()
		if err != nil {
			return fmt.Errorf("find this program: %w", err)
		}
		words = []string{self, "measure", p.name}
	}
	if err := os.Remove(outFile(p.name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove old figures: %w", err)
	}
	command := exec.CommandContext(ctx, words[0], words[1:]...)
	command.Stdout, command.Stderr = os.Stderr, os.Stderr
	command.Env = os.Environ()
	if quick {
		command.Env = append(command.Env, "BENCH_QUICK=1")
	}
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 10 * time.Second
	start := time.Now()
	err := command.Run()
	fmt.Fprintf(os.Stderr, "== %s: %s\n", p.name, time.Since(start).Round(time.Second))
	if err != nil {
		return fmt.Errorf("measure %s: %w", p.name, err)
	}
	return nil
}
