package buxun_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// maxLines is the hard ceiling of a hand-written file; 100 to 250 are usual.
const maxLines = 600

func TestNoFileIsTooLong(t *testing.T) { report(t, tooLong(os.DirFS("."))) }

func TestNoTestWaitsByTheClock(t *testing.T) { report(t, sleepers(os.DirFS("."))) }

func TestEveryVectorIsRun(t *testing.T) { report(t, unrunVectors(os.DirFS("."))) }

func TestBrokenHouseRulesAreFound(t *testing.T) {
	tree := fstest.MapFS{
		"shared/long.go":             {Data: bytes.Repeat([]byte("//\n"), maxLines+1)},
		"shared/long.gen.ts":         {Data: bytes.Repeat([]byte("//\n"), maxLines+1)},
		"server/a_test.go":           {Data: []byte("package a\nimport \"time\"\nfunc f() { time.Sleep(1) }\n")},
		"server/b_test.go":           {Data: []byte("package a\nfunc f() { synctest.Test(t, func() { time.Sleep(1) }) }\n")},
		"client/src/c.test.ts":       {Data: []byte("await new Promise((resolve) => setTimeout(resolve, 5))\n")},
		"client/e2e/d.spec.ts":       {Data: []byte("await page.waitForTimeout(5)\n")},
		"shared/vectors/apply.json":  {Data: []byte("[]")},
		"shared/vectors/lost.json":   {Data: []byte("[]")},
		"sync/vectors/session.json":  {Data: []byte("[]")},
		"shared/apply_test.go":       {Data: []byte("package shared\nconst x = \"vectors/apply.json\"\n")},
		"shared/apply.test.ts":       {Data: []byte("import rows from './vectors/apply.json'\n")},
		"sync/session/steps_test.go": {Data: []byte("package session\nconst x = \"../vectors/session.json\"\n")},
	}
	got := slices.Concat(tooLong(tree), sleepers(tree), unrunVectors(tree))
	want := []string{
		"shared/long.go has 601 lines, at most 600",
		"client/e2e/d.spec.ts waits by the clock: wait for the thing instead",
		"client/src/c.test.ts waits by the clock: wait for the thing instead",
		"server/a_test.go sleeps outside synctest: wait for the thing instead",
		"shared/vectors/lost.json is named by no Go test",
		"shared/vectors/lost.json is named by no TypeScript test",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func tooLong(tree fs.FS) (stray []string) {
	for _, name := range files(tree, ".go", ".ts", ".vue", ".css", ".sql") {
		if lines := bytes.Count(read(tree, name), []byte("\n")); lines > maxLines && !strings.Contains(name, ".gen.") {
			stray = append(stray, fmt.Sprintf("%s has %d lines, at most %d", name, lines, maxLines))
		}
	}
	return stray
}

var tsSleep = regexp.MustCompile(`waitForTimeout\(|setTimeout\([^,]*resolve`)

// sleepers names tests that wait by the clock; inside synctest the clock is the test's own.
func sleepers(tree fs.FS) (stray []string) {
	for _, name := range files(tree, ".go", ".ts") {
		switch {
		case !isTest(name):
		case strings.HasSuffix(name, ".go"):
			if sleeps(tree, name) {
				stray = append(stray, name+" sleeps outside synctest: wait for the thing instead")
			}
		case tsSleep.Match(read(tree, name)):
			stray = append(stray, name+" waits by the clock: wait for the thing instead")
		}
	}
	return stray
}

func sleeps(tree fs.FS, name string) (found bool) {
	file, err := parser.ParseFile(token.NewFileSet(), name, read(tree, name), 0)
	if err != nil {
		return true
	}
	ast.Inspect(file, func(node ast.Node) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok {
			return true
		}
		fun, _ := call.Fun.(*ast.SelectorExpr)
		if fun == nil {
			return true
		}
		pkg, _ := fun.X.(*ast.Ident)
		found = found || pkg != nil && pkg.Name == "time" && fun.Sel.Name == "Sleep"
		return pkg == nil || pkg.Name != "synctest"
	})
	return found
}

// unrunVectors names vectors that a language which must run them does not name: those of one half alone (session,
// replica) are for that half's language, all others for both.
func unrunVectors(tree fs.FS) (stray []string) {
	goTests, tsTests := testsOf(tree, ".go"), testsOf(tree, ".ts")
	for _, name := range files(tree, ".json") {
		folder := path.Dir(name)
		if folder != "shared/vectors" && !strings.HasPrefix(folder, "sync/vectors") {
			continue
		}
		base := path.Base(name)
		if !strings.HasPrefix(base, "replica") && !strings.Contains(goTests, base) {
			stray = append(stray, name+" is named by no Go test")
		}
		if !strings.HasPrefix(base, "session") && !strings.Contains(tsTests, base) {
			stray = append(stray, name+" is named by no TypeScript test")
		}
	}
	return stray
}

// testsOf is the text of all test files of one language, this package's left out.
func testsOf(tree fs.FS, ending string) string {
	var text strings.Builder
	for _, name := range files(tree, ending) {
		if isTest(name) && path.Dir(name) != "." {
			text.Write(read(tree, name))
		}
	}
	return text.String()
}

func isTest(name string) bool {
	return strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".test.ts") || strings.HasSuffix(name, ".spec.ts")
}

// apart are folders whose files nobody writes by hand or that are data for tests.
var apart = []string{"node_modules", "dist", "testdata", "data", "bin"}

// files lists the tree's files with one of the endings, in order of path.
func files(tree fs.FS, endings ...string) (names []string) {
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		if entry.IsDir() && (slices.Contains(apart, base) || len(base) > 1 && base[0] == '.') {
			return fs.SkipDir
		}
		if !entry.IsDir() && slices.Contains(endings, path.Ext(name)) {
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		panic("walk the tree: " + err.Error())
	}
	return names
}

func read(tree fs.FS, name string) []byte {
	text, err := fs.ReadFile(tree, name)
	if err != nil {
		panic("read " + name + ": " + err.Error())
	}
	return text
}

func report(t *testing.T, found ...[]string) {
	t.Helper()
	for _, line := range slices.Concat(found...) {
		t.Error(line)
	}
}
