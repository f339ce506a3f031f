package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"buxun/server/demo"
	"buxun/shared"
	"buxun/sync/drive"
)

func TestTheDemoIsWhatItSays(t *testing.T) {
	server := start(t, demoData(t))
	world, err := demo.World()
	must(t, err)
	admin := greeted(t, signedIn(t, server.URL(), "admin"))
	cases, _, _, err := admin.Pull()
	must(t, err)
	byID := map[string]shared.Case{}
	for _, c := range cases {
		byID[c.ID] = c
	}
	if len(byID) != len(world.Cases) {
		t.Errorf("%d cases, the demo has %d", len(byID), len(world.Cases))
	}
	for _, want := range world.Cases {
		got := byID[want.ID]
		if got.State != want.State || got.Squad != want.Squad || !strings.HasPrefix(got.Description, demo.Mark) {
			t.Errorf("%s: %s of %s, %q", want.Name, got.State, got.Squad, got.Description)
		}
		if numbered := strings.HasPrefix(got.Number, "BX-"); numbered != slices.Contains([]shared.State{shared.StateFiled, shared.StateDispatched}, want.State) {
			t.Errorf("%s is %s and has the number %q", want.Name, want.State, got.Number)
		}
		hoursAgo := time.Since(time.UnixMilli(got.ReportedAt)).Hours()
		if first := want.Steps[0].HoursAgo; hoursAgo < first-0.1 || hoursAgo > first+0.2 {
			t.Errorf("%s was reported %.1f hours ago, want %.1f", want.Name, hoursAgo, first)
		}
		for _, p := range got.Photos {
			if p.Here != shared.ArrivalHere || p.PreviewHere != shared.ArrivalHere || p.Preview.Size > shared.MaxPreviewBytes {
				t.Errorf("%s: photo %+v", want.Name, p)
			}
		}
		for _, e := range got.Timeline {
			if e.Late != "" {
				t.Errorf("%s: %s is late: %s", want.Name, e.Action, e.Late)
			}
		}
	}
}

func TestTheDemoIsMadeOnce(t *testing.T) {
	data := demoData(t)
	config := Config{Data: data, Demo: true, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	before, err := os.Stat(filepath.Join(data, databaseFile))
	must(t, err)
	must(t, seed(t.Context(), config))
	after, err := os.Stat(filepath.Join(data, databaseFile))
	must(t, err)
	if !os.SameFile(before, after) || !before.ModTime().Equal(after.ModTime()) {
		t.Error("the database was touched")
	}
}

// A start that was cut while the demo was made leaves nothing half done: the next one makes it anew, over what is there.
func TestACutStartMakesTheDemoAnew(t *testing.T) {
	data := demoData(t)
	must(t, os.Rename(filepath.Join(data, databaseFile), filepath.Join(data, seedingFile)))
	must(t, os.WriteFile(filepath.Join(data, seedingFile+"-wal"), []byte("half a transaction"), 0o600))
	server := start(t, data)
	w := greeted(t, signedIn(t, server.URL(), "l6"))
	cases, _, _, err := w.Pull()
	if err != nil || len(cases) == 0 {
		t.Errorf("%d cases, %v", len(cases), err)
	}
}

func TestDemoAndRealDataAreKeptApart(t *testing.T) {
	data := demoData(t)
	trial := start(t, data)
	visitor := signedIn(t, trial.URL(), "c601")
	must(t, trial.stop())

	real := start(t, data, func(c *Config) { c.Demo = false })
	visitor.Base = real.URL()
	if err := visitor.Ask(t.Context(), "GET", "/api/session", nil, nil); shared.FaultCode(err) != "session.missing" {
		t.Errorf("a demo session lives on: %v", err)
	}
	if err := drive.NewClient(real.URL(), nil).SignIn(t.Context(), "c601", demo.Password); shared.FaultCode(err) != "session.demoOnly" {
		t.Errorf("a demo password: %v", err)
	}
	if !strings.Contains(real.log.String(), "made as a demo") {
		t.Errorf("the log does not say that this is a demo's data:\n%s", real.log)
	}
	if strings.Contains(real.Greeting(), demo.Password) || !strings.Contains(trial.Greeting(), demo.Password) {
		t.Error("the demo password is shown in the demo, and there only")
	}
	must(t, real.stop())

	fresh := filepath.Join(t.TempDir(), "real")
	first := start(t, fresh, func(c *Config) { c.Demo = false })
	if !strings.Contains(first.Greeting(), "buxun user add") {
		t.Errorf("nobody is told how to begin:\n%s", first.Greeting())
	}
	must(t, first.stop())
	if out, code := buxun(t, "", "user", "add", "--data", fresh, "--login", "admin", "--label", "管理员", "--role", "admin"); code != 0 {
		t.Fatalf("user add: %s", out)
	}
	_, err := Open(t.Context(), Config{Data: fresh, Demo: true, Listen: "127.0.0.1:0", Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "not a demo") {
		t.Errorf("--demo on real data: %v", err)
	}
}

func TestOneServerADataDirectory(t *testing.T) {
	data := demoData(t)
	start(t, data)
	_, err := Open(t.Context(), Config{Data: data, Listen: "127.0.0.1:0", Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "another server") {
		t.Errorf("a second server: %v", err)
	}
}
