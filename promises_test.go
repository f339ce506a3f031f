package buxun_test

import (
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// What PROTOCOL.md and the laws promise is proved by a test or vector that carries its number, and no test carries a
// number that nobody promised.

func TestEveryRuleIsProved(t *testing.T) { report(t, unprovedRules(os.DirFS("."))) }

func TestEveryLawHasATest(t *testing.T) { report(t, unprovedLaws(os.DirFS("."))) }

func TestUnprovedPromisesAreFound(t *testing.T) {
	tree := fstest.MapFS{
		"sync/PROTOCOL.md":                 {Data: []byte("- **R1** One.\n- **R2** Two, see R4.\n- **R3** Three.\n")},
		"sync/session/a_test.go":           {Data: []byte("package a\nfunc TestR1_x() {}\n")},
		"sync/vectors/v1/replica.json":     {Data: []byte(`[{"rules": ["R3", "R7"]}]`)},
		"server/live/l_test.go":            {Data: []byte("package live\n" + laws("func TestL%d_x() {}\n", 1, 2, 3, 4, 5))},
		"client/src/engine/engine.test.ts": {Data: []byte(laws("it('L%d: x', f)\n", 6, 7, 8, 9, 12) + `it("L13: x", f)`)},
	}
	got := slices.Concat(unprovedRules(tree), unprovedLaws(tree))
	want := []string{
		"R2 of sync/PROTOCOL.md is named by no test and no vector",
		"R7 is named by a test or vector, but sync/PROTOCOL.md has no such rule",
		"L10 has no test named for it (TestL10_… or 'L10: …')",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func laws(line string, numbers ...int) (text string) {
	for _, n := range numbers {
		text += fmt.Sprintf(line, n)
	}
	return text
}

var (
	ruleMade  = regexp.MustCompile(`(?m)^- \*\*(R[0-9]+)\*\*`)
	ruleNamed = regexp.MustCompile(`(?:\b|\bTest(?:L[0-9]+_)?)(R[0-9]{1,2})(?:_|\b)`)
	lawTest   = regexp.MustCompile("(?m)^func Test(L[0-9]+)_|['\"`](L[0-9]+): ")
)

func unprovedRules(tree fs.FS) (stray []string) {
	proofs := testsOf(tree, ".go") + testsOf(tree, ".ts")
	for _, name := range files(tree, ".json") {
		if strings.Contains(name, "/vectors/") {
			proofs += string(read(tree, name))
		}
	}
	var made, named []string
	for _, match := range ruleMade.FindAllStringSubmatch(string(read(tree, "sync/PROTOCOL.md")), -1) {
		made = append(made, match[1])
	}
	for _, match := range ruleNamed.FindAllStringSubmatch(proofs, -1) {
		if !slices.Contains(named, match[1]) {
			named = append(named, match[1])
		}
	}
	for _, rule := range made {
		if !slices.Contains(named, rule) {
			stray = append(stray, rule+" of sync/PROTOCOL.md is named by no test and no vector")
		}
	}
	for _, rule := range named {
		if !slices.Contains(made, rule) {
			stray = append(stray, rule+" is named by a test or vector, but sync/PROTOCOL.md has no such rule")
		}
	}
	return stray
}

// promisedLaws are those of the design that hold so far.
var promisedLaws = []string{"L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8", "L9", "L10", "L12", "L13"}

func unprovedLaws(tree fs.FS) (stray []string) {
	var tested []string
	for _, match := range lawTest.FindAllStringSubmatch(testsOf(tree, ".go")+testsOf(tree, ".ts"), -1) {
		tested = append(tested, match[1]+match[2])
	}
	for _, law := range promisedLaws {
		if !slices.Contains(tested, law) {
			stray = append(stray, fmt.Sprintf("%s has no test named for it (Test%s_… or '%s: …')", law, law, law))
		}
	}
	return stray
}
