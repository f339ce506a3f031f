package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func at(value float64) *float64 { return &value }

func TestAFigureIsJudgedInItsBarsDirection(t *testing.T) {
	no := false
	list := judge(map[string]figure{
		"ingest_vs_raw":           against(24_000, 40_000, "operations/s", ""),
		"pull_wall_vs_pocketbase": against(150, 400, "ms", ""),
		"herd_rss_mb":             {Ours: 280, Unit: "MB"},
		"photo_overhead":          {Ours: 1.3, Bar: at(1.4)},
		"thin_case_s":             {Ours: 1, Met: &no},
	})
	want := map[string]bool{"ingest_vs_raw": true, "pull_wall_vs_pocketbase": false, "herd_rss_mb": true, "photo_overhead": true, "thin_case_s": false}
	for _, j := range list {
		reached, measured := want[j.name]
		if j.measured != measured || j.reached != reached {
			t.Errorf("%s: measured %v, reached %v, want %v, %v", j.name, j.measured, j.reached, measured, reached)
		}
	}
}

func TestTheTableNamesFigurePeerRatioAndBar(t *testing.T) {
	var out strings.Builder
	show(&out, judge(map[string]figure{"ingest_vs_raw": against(18_000, 45_000, "operations/s", "three rounds")}), "2 cores")
	for _, words := range []string{"ingest_vs_raw", "18000 operations/s", "45000 operations/s", "0.4", ">= 0.5", "  no", "three rounds", "2 cores"} {
		if !strings.Contains(out.String(), words) {
			t.Errorf("%q is missing in:\n%s", words, out.String())
		}
	}
	if strings.Contains(out.String(), "herd_rss_mb") {
		t.Error("what was not measured is in the table")
	}
}

func TestWhatProgramsLeaveIsMergedAndChecked(t *testing.T) {
	t.Chdir(t.TempDir())
	ours, client := program{name: "ours"}, program{name: "client"}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(leave("ours", map[string]figure{"binary_mb": {Ours: 30, Unit: "MB"}}))
	check(os.WriteFile(outFile("client"), []byte(`{"client_js_kb": {"ours": 118, "unit": "kB", "bar": 120, "met": true}}`), 0o644))
	all, err := gather([]program{ours, client, {name: "silent"}})
	check(err)
	if len(all) != 2 || all["client_js_kb"].Ours != 118 || all["binary_mb"].Ours != 30 {
		t.Errorf("gathered %+v", all)
	}
	check(keep(judge(all), "2 cores"))
	text, err := os.ReadFile(resultsFile)
	check(err)
	var flat map[string]any
	check(json.Unmarshal(text, &flat))
	if flat["client_js_kb"] != 118.0 || flat["machine"] != "2 cores" || len(flat) != 3 {
		t.Errorf("results are %s", text)
	}

	check(leave("client", map[string]figure{"binary_mb": {Ours: 1}}))
	if _, err := gather([]program{ours, client}); err == nil {
		t.Error("two programs measured one figure and nobody said so")
	}
	check(leave("client", map[string]figure{"clinet_js_kb": {Ours: 1}}))
	if _, err := gather([]program{client}); err == nil || !strings.Contains(err.Error(), "clinet_js_kb") {
		t.Errorf("a figure without a bar: %v", err)
	}
}

func TestEveryFigureOfAProgramHasABarAndOneProgram(t *testing.T) {
	taken := map[string]string{}
	for _, p := range programs {
		if (p.measure == nil) == (len(p.command) == 0) || strings.ContainsRune(p.name, filepath.Separator) {
			t.Errorf("program %s needs either a measure or a command", p.name)
		}
		for _, name := range p.figures {
			if !known(name) || taken[name] != "" {
				t.Errorf("%s of %s has no bar, or %q measures it too", name, p.name, taken[name])
			}
			taken[name] = p.name
		}
	}
}

func TestOnlyWhatIsAskedForIsMeasured(t *testing.T) {
	list, err := chosen([]string{"binary_mb"})
	if err != nil || len(list) != 1 || list[0].name != "size" {
		t.Errorf("binary_mb is measured by %+v, %v", list, err)
	}
	if all, err := chosen(nil); err != nil || len(all) != len(programs) {
		t.Errorf("without a name: %d programs, %v", len(all), err)
	}
	if _, err := chosen([]string{"nonsense"}); err == nil || !strings.Contains(err.Error(), "size") {
		t.Errorf("an unknown name: %v", err)
	}
	if slices.Contains(programNames(), "") {
		t.Error("a program has no name")
	}
}
