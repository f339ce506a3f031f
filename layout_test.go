// Package buxun_test holds the project's shape as tests: who may import whom, how long a file may be, and that what was
// written down is proved somewhere. Run it with -count=1.
package buxun_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// goMay is the architecture of the Go side. A folder may use itself, the standard library, and what its row names (a
// module's name covers its packages); a folder without a row may not exist: say here what it is for.
var goMay = map[string][]string{
	".":                  {},
	"shared":             {},
	"shared/gen":         {"shared"},
	"shared/taxonomygen": {"shared", "github.com/mozillazg/go-pinyin"},
	"sync/wire":          {"shared"},
	"sync/session":       {"shared", "sync/wire"},
	"sync/sim/steps":     {"shared", "sync/wire", "sync/session"},
	"sync/badwire":       {},
	"sync/drive":         {"shared", "sync/wire", "github.com/gorilla/websocket", "github.com/google/uuid"},
	"server/sqlite":      {"shared", "server/roster", "server/deadline", "sync/wire", "sync/session", "github.com/mattn/go-sqlite3", "github.com/google/uuid"},
	"server/live":        {"shared", "server/es256", "sync/wire", "sync/session", "github.com/gorilla/websocket"},
	"server/es256":       {},
	"server/deadline":    {"shared"}, // how time limits run: the calendar, the limits, and the clocks of a case; pure
	"server/durable":     {},         // files that are whole on disk before anybody hears of them
	"server/numbering":   {"shared", "server/es256", "server/sqlite", "sync/wire", "sync/session", "github.com/google/uuid"},
	// What the server does to cases by itself: limits that run out, suspended cases, mergers, who is sent.
	"server/duties": {"shared", "server/sqlite", "server/roster", "sync/wire", "sync/session"},
	"server/outbox": {},                                                           // the pace at which others are told
	"server/notice": {"shared", "server/outbox", "server/sqlite", "sync/session"}, // webhooks: other systems that are told of events
	// Web Push: people are told on their devices.
	"server/push":     {"shared", "server/durable", "server/outbox", "server/sqlite", "sync/session", "github.com/SherClockHolmes/webpush-go"},
	"server/photo":    {"shared", "server/es256", "github.com/tus/tusd/v2", "golang.org/x/exp", "golang.org/x/image"},
	"server/handover": {"shared", "server/durable", "server/es256", "sync/wire", "sync/session"}, // files by which phones without a line hand over what they hold
	"server/identity": {"shared", "server/durable", "server/es256", "server/sqlite", "golang.org/x/crypto", "github.com/google/uuid"},
	"server/roster":   {"shared", "server/deadline", "golang.org/x/text", "github.com/xuri/excelize/v2"},
	"server/office":   {"shared", "server/roster", "server/deadline", "server/notice", "server/sqlite", "server/identity"}, // what pages and commands of administrators share
	"server/rescue":   {"shared", "server/durable", "server/es256", "server/sqlite", "sync/session"},                       // backups: made, proved, restored
	"server/demo": {"shared", "server/deadline", "server/es256", "sync/wire", "sync/session", "server/sqlite", "server/identity", "server/roster", "server/photo",
		"github.com/google/uuid"},
	// The server's certificates; autocert speaks ACME (decisions.md says why).
	"server/cert": {"server/durable", "golang.org/x/crypto"},
	// Let's Encrypt's own test authority, with a module of its own: nothing of it enters the product.
	"server/cert/pebble": {"github.com/letsencrypt/pebble/v2", "github.com/miekg/dns"},
	// What phones read before they trust the server.
	"server/install": {"server/cert", "github.com/boombuler/barcode", "github.com/google/uuid"},
	"server/web": {"shared", "server/deadline", "sync/wire", "sync/session", "server/sqlite", "server/photo", "server/identity", "server/roster", "server/office", "server/handover",
		"github.com/prometheus/client_golang"},
	"server": {"shared", "server/durable", "server/es256", "sync/wire", "sync/session", "server/sqlite", "server/live", "server/numbering", "server/duties", "server/notice", "server/push", "server/photo", "server/identity",
		"server/roster", "server/office", "server/demo", "server/rescue", "server/web", "server/cert", "server/install", "server/handover", "client", "github.com/prometheus/client_golang", "github.com/google/uuid"},
	"client": {},
	// bench measures the built server from outside; it opens stores only to fill them.
	"bench": {"shared", "sync/wire", "sync/drive", "sync/session", "server/sqlite", "server/identity", "server/roster", "github.com/gorilla/websocket",
		"github.com/mattn/go-sqlite3"},
	// A module of its own: what it compares with must not enter the product's go.mod.
	"bench/peers": {"github.com/mattn/go-sqlite3", "github.com/pocketbase", "github.com/centrifugal/centrifuge", "github.com/tus/tusd/v2",
		"golang.org/x/exp"},
}

// goTestsMay is what test files may use besides their folder's row; "*" holds for all.
var goTestsMay = map[string][]string{
	"*":                {"shared", "pgregory.net/rapid"},
	"server":           {"sync/drive", "github.com/gorilla/websocket", "github.com/mattn/go-sqlite3"},
	"server/handover":  {"sync/drive"},
	"server/live":      {"sync/drive", "server/sqlite", "server/roster"},
	"server/sqlite":    {"sync/drive", "server/es256"},
	"server/numbering": {"sync/drive", "server/roster"},
	"server/duties":    {"sync/drive", "server/deadline", "server/es256", "server/numbering"},
	"server/notice":    {"sync/drive", "server/es256", "server/roster"},
	"server/push":      {"sync/drive", "server/deadline", "server/es256", "server/notice", "server/roster"},
	"server/web":       {"sync/drive", "server/notice", "server/es256", "github.com/xuri/excelize/v2"},
}

// tsMay is the architecture of the TypeScript side; subfolders belong to the nearest row above them.
var tsMay = map[string][]string{
	"shared":            {},
	"sync/wire":         {"shared"},
	"sync/replica":      {"shared", "sync/wire"},
	"sync/sim":          {"shared", "sync/wire", "sync/replica", "node"},
	"client/src/db":     {"shared", "sync/wire", "sync/replica", "dexie"},
	"client/src/net":    {"shared", "sync/wire", "tus-js-client"},
	"client/src/engine": {"shared", "sync/wire", "sync/replica", "client/src/db", "client/src/net", "@noble/hashes"},
	"client/src/device": {"shared", "exifreader", "@noble/hashes"},
	"client/src/state":  {"shared", "client/src/db", "client/src/engine", "client/src/device", "vue"},
	// Administrators' pages need the line anyway: they ask the server, and nothing of it is kept on the phone.
	"client/src/state/office": {"shared", "client/src/net", "vue"},
	"client/src/screens":      {"shared", "client/src/state", "client/src/state/office", "client/src/ui", "client/src/words", "vue", "vue-router"},
	"client/src/ui":           {"client/src/words", "vue"},
	"client/src/words":        {"vue"},
	"client/src/worker":       {"workbox-precaching", "workbox-routing", "workbox-strategies"},
	"client/src": {"shared", "client/src/db", "client/src/net", "client/src/engine", "client/src/device", "client/src/state",
		"client/src/screens", "client/src/ui", "client/src/words", "vue", "vue-router"},
	"client/build": {"node", "vite"},
	"client/bench": {"client/e2e", "node", "playwright-core", "vite"},
	"client/e2e":   {"shared", "sync/wire", "sync/sim", "client/squad", "client/src/db", "client/src/engine", "node", "playwright-core", "axe-core", "ws"},
	// The simulated squad runs the shipped engine in Node: it may use all of it but what draws, and is never shipped itself.
	"client/squad": {"shared", "sync/wire", "sync/sim", "client/src/db", "client/src/net", "client/src/engine", "client/src/device", "client/src/state", "node",
		"dexie", "fake-indexeddb", "tus-js-client", "ws", "vite"},
	"client": {"client/build", "vite", "vitest", "@vitejs/plugin-vue"},
}

// tsTestsMay is what every *.test.ts and *.spec.ts may use besides its row.
var tsTestsMay = []string{"shared", "node", "vitest", "fast-check", "fake-indexeddb", "@noble/hashes"}

// onlyHere lists what the browser offers everywhere and one folder alone may touch.
var onlyHere = []struct {
	use, folder string
	pattern     *regexp.Regexp
}{
	{"WebSocket", "client/src/net", regexp.MustCompile(`\bnew WebSocket\(`)},
	{"fetch", "client/src/net", regexp.MustCompile(`(?:^|[^.\w])fetch\(`)},
	{"indexedDB", "client/src/db", regexp.MustCompile(`\bindexedDB\.`)},
}

func TestImportsPointOneWay(t *testing.T) {
	report(t, strayGo(os.DirFS(".")), strayTypeScript(os.DirFS(".")), strayUses(os.DirFS(".")))
}

func TestStrayImportsAreFound(t *testing.T) {
	tree := fstest.MapFS{
		"server/live/a.go":           {Data: []byte("package live\nimport _ \"github.com/mattn/go-sqlite3\"\n")},
		"server/live/fine_test.go":   {Data: []byte("package live\nimport (\n\"testing\"\n\"buxun/sync/wire\"\n\"pgregory.net/rapid\"\n)\n")},
		"shared/b.go":                {Data: []byte("package shared\nimport \"buxun/sync/wire\"\n")},
		"server/billing/c.go":        {Data: []byte("package billing\n")},
		"shared/d.ts":                {Data: []byte("import Dexie from 'dexie'\nexport const x = ['@sync/wire']\n")},
		"sync/replica/e.ts":          {Data: []byte("import {\n  a,\n} from '../sim/sim'\nimport type { B } from '@shared/types.gen'\n")},
		"sync/replica/e.test.ts":     {Data: []byte("import fc from 'fast-check'\nimport v from '../vectors/v1/replica.json'\n")},
		"client/src/screens/f/F.vue": {Data: []byte("<script>\nimport { x } from '../../db/cases'\nconst y = import('vue-router/auto')\n</script>\n")},
		"client/src/state/g.ts":      {Data: []byte("export { z } from '../screens/f'\nfetch('/api')\n")},
		"client/src/net/h.ts":        {Data: []byte("fetch('/api')\nawait cache.fetch(1)\n")},
		"client/plan/i.ts":           {Data: []byte("const a = 1\n")},
		"sync/j.ts":                  {Data: []byte("const a = 1\n")},
	}
	got := slices.Concat(strayGo(tree), strayTypeScript(tree), strayUses(tree))
	want := []string{
		"server/billing has no row in goMay: say what it is for",
		"server/live/a.go imports github.com/mattn/go-sqlite3, which the row of server/live does not name",
		"shared/b.go imports sync/wire, which the row of shared does not name",
		"client/plan/i.ts has no row in tsMay: say what its folder is for",
		"client/src/screens/f/F.vue imports client/src/db, which the row of client/src/screens does not name",
		"client/src/state/g.ts imports client/src/screens, which the row of client/src/state does not name",
		"shared/d.ts imports dexie, which the row of shared does not name",
		"sync/j.ts has no row in tsMay: say what its folder is for",
		"sync/replica/e.ts imports sync/sim, which the row of sync/replica does not name",
		"client/src/state/g.ts uses fetch, which belongs to client/src/net",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// strayGo names Go imports that no row allows.
func strayGo(tree fs.FS) (stray []string) {
	rowless := map[string]bool{}
	for _, name := range files(tree, ".go") {
		folder := path.Dir(name)
		row, ok := goMay[folder]
		if !ok {
			if !rowless[folder] {
				stray = append(stray, folder+" has no row in goMay: say what it is for")
			}
			rowless[folder] = true
			continue
		}
		if strings.HasSuffix(name, "_test.go") {
			row = slices.Concat(row, goTestsMay["*"], goTestsMay[folder])
		}
		for _, target := range goImports(tree, name) {
			if target != folder && !allowed(row, target) {
				stray = append(stray, fmt.Sprintf("%s imports %s, which the row of %s does not name", name, target, folder))
			}
		}
	}
	return stray
}

// goImports lists what a Go file imports besides the standard library, our own packages by their folder.
func goImports(tree fs.FS, name string) (targets []string) {
	file, err := parser.ParseFile(token.NewFileSet(), name, read(tree, name), parser.ImportsOnly)
	if err != nil {
		return []string{err.Error()}
	}
	for _, spec := range file.Imports {
		target, _ := strconv.Unquote(spec.Path.Value)
		first, _, _ := strings.Cut(target, "/")
		if first == "buxun" {
			targets = append(targets, strings.TrimPrefix(target, "buxun/"))
		} else if strings.Contains(first, ".") {
			targets = append(targets, target)
		}
	}
	return targets
}

// tsImport finds static imports and re-exports (over several lines too), bare imports and import(…).
var tsImport = regexp.MustCompile(`(?:(?:^|\n)\s*(?:import|export)\s[\w\s{},*$]*?\bfrom\s*|(?:^|\n)\s*import\s*|\bimport\(\s*)['"]([^'"]+)['"]`)

// strayTypeScript names TypeScript imports that no row allows.
func strayTypeScript(tree fs.FS) (stray []string) {
	for _, name := range files(tree, ".ts", ".vue") {
		home := nearest(tsMay, path.Dir(name))
		if home == "" || home == "client" && path.Dir(name) != "client" {
			stray = append(stray, name+" has no row in tsMay: say what its folder is for")
			continue
		}
		row := tsMay[home]
		if isTest(name) {
			row = slices.Concat(row, tsTestsMay)
		}
		for _, match := range tsImport.FindAllStringSubmatch(string(read(tree, name)), -1) {
			target := tsTarget(name, match[1])
			if target != home && !vectorsOf(name, home, target) && !allowed(row, target) {
				stray = append(stray, fmt.Sprintf("%s imports %s, which the row of %s does not name", name, target, home))
			}
		}
	}
	return stray
}

// tsTarget is the row that an import leads to, or the package's name.
func tsTarget(from, imported string) string {
	switch {
	case strings.HasPrefix(imported, "."):
		imported = path.Join(path.Dir(from), imported)
	case strings.HasPrefix(imported, "@shared/"), strings.HasPrefix(imported, "@sync/"):
		imported = imported[1:]
	default:
		return imported
	}
	if home := nearest(tsMay, path.Dir(imported)); home != "" {
		return home
	}
	return path.Dir(imported)
}

// vectorsOf says whether a test reads the vectors beside its folder.
func vectorsOf(name, home, target string) bool {
	return isTest(name) && strings.HasPrefix(target, strings.Split(home, "/")[0]+"/vectors")
}

// strayUses names uses of what belongs to one folder.
func strayUses(tree fs.FS) (stray []string) {
	for _, name := range files(tree, ".ts", ".vue") {
		for _, rule := range onlyHere {
			if strings.HasPrefix(name, "client/src/") && !isTest(name) && nearest(tsMay, path.Dir(name)) != rule.folder && rule.pattern.Match(read(tree, name)) {
				stray = append(stray, fmt.Sprintf("%s uses %s, which belongs to %s", name, rule.use, rule.folder))
			}
		}
	}
	return stray
}

// allowed says whether a row names the target; a module's or package's name covers what is below it (node covers node:fs).
func allowed(row []string, target string) bool {
	return slices.ContainsFunc(row, func(may string) bool {
		ours := goMay[may] != nil || tsMay[may] != nil
		return target == may || !ours && (strings.HasPrefix(target, may+"/") || strings.HasPrefix(target, may+":"))
	})
}

// nearest is the row of the folder or of the closest one above it, or "".
func nearest(table map[string][]string, folder string) string {
	for ; folder != "."; folder = path.Dir(folder) {
		if _, ok := table[folder]; ok {
			return folder
		}
	}
	return ""
}
