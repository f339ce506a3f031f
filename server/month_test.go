package main

import (
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"buxun/server/demo"
	"buxun/shared"
)

// A month is made as phones would have made it: through the writer and the upload path, with a clock that stands in the past.
func TestAMonthOfDemoIsWhatItSays(t *testing.T) {
	data := filepath.Join(t.TempDir(), "month")
	now := time.Now()
	config := Config{Data: data, NumberPrefix: "BX", Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
	made, err := makeMonth(t.Context(), config, 7, 2)
	must(t, err)
	if made < 300 {
		t.Fatalf("two days have %d cases", made)
	}
	server := start(t, data)
	cases, _, _, err := greeted(t, signedIn(t, server.URL(), "admin")).Pull()
	must(t, err)
	world, err := demo.World()
	must(t, err)
	month, err := world.Month(7, 2, now)
	must(t, err)
	if len(cases) != made || made != len(month)+len(world.Cases) {
		t.Fatalf("%d cases, made %d of %d and %d", len(cases), made, len(month), len(world.Cases))
	}
	byID := map[string]shared.Case{}
	for _, c := range cases {
		byID[c.ID] = c
	}
	expected := []shared.Mark{shared.MarkPlaceCoarse, shared.MarkPhotoGallery}
	for _, want := range month {
		got := byID[want.ID]
		if got.State != want.State || got.Squad != want.Squad || got.Category != want.Category || got.Description != want.Description {
			t.Fatalf("%s is %+v, want %+v", want.Name, got, want)
		}
		for i, step := range want.Steps {
			e := got.Timeline[i] // numbers come behind what leaders did
			at := now.Add(-time.Duration(step.HoursAgo * float64(time.Hour)))
			if e.Action != step.Action || e.Late != "" || abs(e.At-at.UnixMilli()) > 1 || abs(e.Received-at.Add(step.Late).UnixMilli()) > 1 {
				t.Fatalf("%s: entry %+v, step %+v at %s", want.Name, e, step, at)
			}
			for _, mark := range e.Marks {
				if !slices.Contains(expected, mark) {
					t.Fatalf("%s: marked %s", want.Name, mark)
				}
			}
		}
		last := got.Timeline[len(got.Timeline)-1]
		if want.State == shared.StateFiled {
			filed := got.Timeline[len(got.Timeline)-2]
			// Up to the end of the transaction in which the five minutes run out.
			if wait := time.Duration(last.At-filed.At) * time.Millisecond; last.Action != shared.ActionNumber || wait < 0 || wait > 2*numberWithin {
				t.Fatalf("%s: %s after filing came %+v", want.Name, wait, last)
			}
			day := time.UnixMilli(filed.At).In(time.FixedZone("", 8*60*60)).Format("20060102")
			if !strings.HasPrefix(got.Number, "BX-"+day+"-") {
				t.Fatalf("%s was filed on %s and has the number %s", want.Name, day, got.Number)
			}
		}
		for _, p := range got.Photos {
			if p.Here != shared.ArrivalHere || p.PreviewHere != shared.ArrivalHere {
				t.Fatalf("%s: photo %+v", want.Name, p)
			}
		}
	}
	must(t, server.stop())
	if _, err := makeMonth(t.Context(), config, 7, 2); err == nil || !strings.Contains(err.Error(), "database") {
		t.Errorf("a month over a database that is there: %v", err)
	}
}

// Photos of squads are the same pictures in bytes of their own, small enough as previews.
func TestASquadsPrintIsTheSamePictureInOtherBytes(t *testing.T) {
	world, err := demo.World()
	must(t, err)
	prints, err := makePrints(world)
	must(t, err)
	s := &seeder{world: world, prints: prints}
	for name := range world.Photos {
		six, err := s.print("squad-6/" + name)
		must(t, err)
		five, err := s.print("squad-5/" + name)
		must(t, err)
		content, err := fs.ReadFile(world.Files, name)
		must(t, err)
		if six.original.hash == five.original.hash || six.preview.hash == five.preview.hash || len(six.preview.bytes) > shared.MaxPreviewBytes {
			t.Errorf("%s: %s and %s, a preview of %d bytes", name, six.original.hash, five.original.hash, len(six.preview.bytes))
		}
		if tail := content[len(content)-4096:]; !strings.HasSuffix(string(six.original.bytes), string(tail)) {
			t.Errorf("%s: the picture itself was changed", name)
		}
	}
	if _, err := s.print("squad-6/nothing.jpg"); err == nil {
		t.Error("a photo that is not there was found")
	}
}

func TestDemoMonthIsACommand(t *testing.T) {
	data := filepath.Join(t.TempDir(), "month")
	for _, one := range []struct {
		words, want string
		code        int
	}{
		{"demo month --days 0", "--days", 1},
		{"demo year", "buxun demo month", 2},
		{"demo", "buxun demo month", 2},
		{"demo month --days 1", "demo cases", 0},
		{"demo month --days 1", "database", 1},
	} {
		out, code := buxun(t, "", append(strings.Fields(one.words), "--data", data)...)
		if code != one.code || !strings.Contains(out, one.want) {
			t.Errorf("%s: %d %s", one.words, code, out)
		}
	}
	if _, err := os.Stat(filepath.Join(data, databaseFile)); err != nil {
		t.Error(err)
	}
}

func abs(n int64) int64 { return max(n, -n) }
