package demo_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"buxun/server/demo"
	"buxun/server/roster"
	"buxun/shared"
)

func world(t *testing.T) demo.Demo {
	t.Helper()
	d, err := demo.World()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A case of the demo is seeded as operations: every step must be one that the workflow allows, and lead where it says.
func TestEveryStepIsLegal(t *testing.T) {
	d, workflow := world(t), shared.BuiltinWorkflow()
	standing := map[string]shared.Standing{}
	for _, p := range d.People {
		standing[p.Name] = shared.Standing{Role: p.Role, Squad: p.Squad}
	}
	reached := map[shared.State]bool{}
	for _, c := range d.Cases {
		held := &shared.Case{ID: c.ID, Squad: c.Squad}
		for i, step := range c.Steps {
			judging := shared.Judging{
				Workflow: workflow, Now: 1_800_000_000_000, StandingNow: standing[step.By], StandingThen: standing[step.By],
				CategoryKnown: shared.BuiltinTaxonomy().Known(c.Category),
			}
			before := held
			if i == 0 {
				before = nil
			}
			verdict := shared.Judge(before, body(d, c, step), judging)
			if verdict.Outcome != shared.OutcomeApplied {
				t.Errorf("%s, step %d (%s by %s): %s %s", c.Name, i+1, step.Action, step.By, verdict.Outcome, verdict.Fault)
			}
			if verdict.To != "" {
				held.State = verdict.To
			}
		}
		if held.State != c.State {
			t.Errorf("%s ends as %s, it says %s", c.Name, held.State, c.State)
		}
		reached[c.State] = true
	}
	for _, state := range []shared.State{"reported", "returned", "filed", "dispatched", "rejected", "selfHandled", "closed"} {
		if !reached[state] {
			t.Errorf("no case shows %s", state)
		}
	}
}

func body(d demo.Demo, c demo.Case, step demo.Step) shared.Body {
	b := shared.Body{
		Case: c.ID, Author: shared.Author{Kind: shared.AuthorPerson, ID: step.By}, Action: step.Action,
		Payload: shared.Payload{Words: step.Words, Reason: step.Reason, Unit: step.Unit},
	}
	if step.Action == shared.ActionReport || step.Action == shared.ActionSelfHandle {
		b.Payload.Category, b.Payload.Description = c.Category, c.Description
	}
	for _, p := range step.Photos {
		b.Photos = append(b.Photos, shared.Photo{Hash: d.Photos[p.File].Hash, Part: p.Part, Origin: p.Origin})
	}
	return b
}

func TestStepsGoForwardInTime(t *testing.T) {
	for _, c := range world(t).Cases {
		for i, step := range c.Steps {
			if step.HoursAgo <= 0 || i > 0 && step.HoursAgo >= c.Steps[i-1].HoursAgo {
				t.Errorf("%s, step %d: %v hours ago", c.Name, i+1, step.HoursAgo)
			}
		}
	}
}

func TestCasesLieInTheirSquadsGround(t *testing.T) {
	d := world(t)
	for _, c := range d.Cases {
		if !strings.HasPrefix(c.Description, demo.Mark) {
			t.Errorf("%s is not marked as demo", c.Name)
		}
		grids := 0
		for _, a := range d.Areas {
			if a.Kind == roster.KindUnitGrid && a.Squad == c.Squad && holds(a, c.Longitude, c.Latitude) {
				grids++
			}
		}
		if grids != 1 {
			t.Errorf("%s lies in %d unit grids of %s, want 1", c.Name, grids, c.Squad)
		}
	}
}

func holds(a roster.Area, longitude, latitude float64) bool {
	return a.Ring[0][0] <= longitude && longitude < a.Ring[2][0] && a.Ring[0][1] <= latitude && latitude < a.Ring[2][1]
}

func TestEveryPhotoIsThereAndUsedOnce(t *testing.T) {
	d := world(t)
	used, total := map[string]int{}, int64(0)
	for _, c := range d.Cases {
		for _, step := range c.Steps {
			for _, p := range step.Photos {
				used[p.File]++
				if d.Photos[p.File].Hash == "" {
					t.Errorf("%s shows %s, which is not there", c.Name, p.File)
				}
			}
		}
	}
	for name, photo := range d.Photos {
		total += photo.Size
		if used[name] != 1 {
			t.Errorf("%s is used %d times", name, used[name])
		}
		if info, err := fs.Stat(d.Files, name); err != nil || info.Size() != photo.Size || !shared.IsHash(photo.Hash) || photo.Width < 500 {
			t.Errorf("%s: %+v, %v", name, photo, err)
		}
	}
	if total > 6<<20 {
		t.Errorf("the demo photos have %d bytes, at most 6 MiB", total)
	}
}

func TestAreasAreWholeAndMarked(t *testing.T) {
	d := world(t)
	codes, communities := map[string]bool{}, 0
	code := regexp.MustCompile(`^430204\d{6}(\d{3})?$`)
	for _, a := range d.Areas {
		if codes[a.Code] || !code.MatchString(a.Code) || !a.Generated || a.Name == "" {
			t.Errorf("area %+v", a)
		}
		codes[a.Code] = true
		if (a.Kind == roster.KindUnitGrid) != (len(a.Code) == 15) {
			t.Errorf("%s is a %s", a.Code, a.Kind)
		}
		if a.Kind == roster.KindCommunity {
			communities++
		}
		for _, login := range a.Collectors {
			if !slices.ContainsFunc(d.People, func(p roster.Person) bool {
				return p.Name == login && p.Role == shared.RoleCollector && p.Squad == a.Squad
			}) {
				t.Errorf("%s: %s answers for it and is no collector of %s", a.Code, login, a.Squad)
			}
		}
		if (a.Kind == roster.KindCommunity) != (len(a.Collectors) == 2) {
			t.Errorf("%s: %v answer for it", a.Code, a.Collectors)
		}
		// The ring lies within 石峰区, away from its edge, and goes anticlockwise.
		if a.Ring[0] != a.Ring[4] || a.Ring[0][0] < 113.05 || a.Ring[2][0] > 113.10 || a.Ring[0][1] < 27.86 || a.Ring[2][1] > 27.892 || area(a.Ring) <= 0 {
			t.Errorf("%s: ring %v", a.Code, a.Ring)
		}
		if a.Kind == roster.KindUnitGrid && (squareMetres(a.Ring) < 9_000 || squareMetres(a.Ring) > 12_000) {
			t.Errorf("%s has %.0f m²", a.Code, squareMetres(a.Ring))
		}
	}
	if communities != 52 || len(d.Areas) != 52*17 {
		t.Errorf("%d communities, %d areas", communities, len(d.Areas))
	}
}

func area(ring [][2]float64) (doubled float64) {
	for i := range len(ring) - 1 {
		doubled += ring[i][0]*ring[i+1][1] - ring[i+1][0]*ring[i][1]
	}
	return doubled
}

func squareMetres(ring [][2]float64) float64 {
	side := func(from, to [2]float64) float64 { return shared.Metres(from[0], from[1], to[0], to[1]) }
	return side(ring[0], ring[1]) * side(ring[1], ring[2])
}

func TestPeopleAreByRoleAndNumber(t *testing.T) {
	d := world(t)
	again := world(t)
	for i, p := range d.People {
		if !regexp.MustCompile(`^(采集员\d-\d\d|中队长\d|管理员|(环卫|市政|园林|执法)处置\d)$`).MatchString(p.Label) || !regexp.MustCompile(`^[a-z0-9]{2,5}$`).MatchString(p.Name) {
			t.Errorf("%+v", p)
		}
		if !shared.IsUUID(p.ID) || p.ID != again.People[i].ID || p.Password != demo.Password {
			t.Errorf("%s: id %s, then %s", p.Name, p.ID, again.People[i].ID)
		}
		if (p.Squad == "") != (p.Role == shared.RoleAdmin || p.Role == shared.RoleUnit) || (p.Unit == "") == (p.Role == shared.RoleUnit) {
			t.Errorf("%s: squad %q, unit %q", p.Name, p.Squad, p.Unit)
		}
		if p.Unit != "" && !slices.ContainsFunc(d.Units, func(u roster.Unit) bool { return u.Code == p.Unit && strings.Contains(u.Name, "演示") }) {
			t.Errorf("%s is of the unit %s, which is not there or not marked as demo", p.Name, p.Unit)
		}
	}
	if len([]rune(demo.Password)) < roster.MinPassword {
		t.Error("the demo password is shorter than any password may be")
	}
}

// What others made is named in NOTICE, file by file.
func TestNoticeNamesEveryCopiedFile(t *testing.T) {
	root := os.DirFS("../..")
	notice, err := fs.ReadFile(root, "NOTICE")
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(string(notice))
	// A word may stand for many files (fuzzed-*.bin).
	named := func(name string) bool {
		return slices.ContainsFunc(words, func(word string) bool {
			matched, err := path.Match(strings.TrimRight(word, ",:"), name)
			return err == nil && matched
		})
	}
	for _, folder := range []string{"server/demo/photos", "client/e2e/photos", "server/photo/testdata"} {
		entries, err := fs.ReadDir(root, folder)
		if err != nil || len(entries) == 0 {
			t.Fatalf("%s: %d files, %v", folder, len(entries), err)
		}
		for _, entry := range entries {
			if name := folder + "/" + entry.Name(); !entry.IsDir() && !named(name) {
				t.Errorf("NOTICE does not name %s", name)
			}
		}
	}
	tracks, err := fs.ReadDir(root, "client/squad/tracks")
	if err != nil || len(tracks) == 0 || !named("client/squad/tracks") || !named("server/demo/boston.csv") {
		t.Fatalf("tracks: %d files, %v", len(tracks), err)
	}
	for _, track := range tracks {
		if !named(track.Name()) {
			t.Errorf("NOTICE does not name the track %s", track.Name())
		}
	}
}
