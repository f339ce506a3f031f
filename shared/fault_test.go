package shared_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"buxun/shared"
)

func TestFaultVectors(t *testing.T) {
	var file struct {
		Codes []struct {
			Code        string
			HTTP, Close int
			Retry       bool
		}
		UnknownCode struct{ Code, Becomes string }
		CloseCodes  []struct {
			Close     int
			ComesBack bool
		}
	}
	readVectors(t, "faults.json", &file)
	for _, v := range file.Codes {
		row := shared.FaultOf(v.Code)
		if row.Code != v.Code || row.HTTP != v.HTTP || row.Close != v.Close || row.Retry != v.Retry {
			t.Errorf("%s: got %+v", v.Code, row)
		}
	}
	for _, v := range file.CloseCodes {
		if got := comesBack(v.Close); got != v.ComesBack {
			t.Errorf("%d: comes back is %v", v.Close, got)
		}
	}
	if got := shared.FaultOf(file.UnknownCode.Code).Code; got != file.UnknownCode.Becomes {
		t.Errorf("an unknown code became %s", got)
	}
}

// comesBack is what a close code tells the phone: 4500 to 4999 stay away, all others may come back.
func comesBack(closeCode int) bool { return closeCode < 4500 || closeCode > 4999 }

func TestL12_EveryFaultExplainsItselfInBothLanguages(t *testing.T) {
	chinese := regexp.MustCompile(`\p{Han}`)
	for _, row := range shared.FaultRows() {
		for _, words := range []string{row.Zh, row.ZhDo} {
			if !chinese.MatchString(words) {
				t.Errorf("%s: %q is not Chinese", row.Code, words)
			}
		}
		for _, words := range []string{row.En, row.EnDo} {
			if words == "" || chinese.MatchString(words) {
				t.Errorf("%s: %q is not English", row.Code, words)
			}
		}
	}
}

func TestFaultCatalogueIsSound(t *testing.T) {
	plain := regexp.MustCompile(`^[a-z][a-zA-Z]*(\.[a-z][a-zA-Z]*)*$`)
	codes, closes := map[string]bool{}, map[int]string{}
	for _, row := range shared.FaultRows() {
		if codes[row.Code] || !plain.MatchString(row.Code) {
			t.Errorf("%s stands twice or is not written plainly", row.Code)
		}
		codes[row.Code] = true
		if row.HTTP < 400 || row.HTTP > 599 {
			t.Errorf("%s: HTTP status %d is none of an error", row.Code, row.HTTP)
		}
		if row.Close == 0 {
			continue
		}
		if other := closes[row.Close]; other != "" {
			t.Errorf("%s and %s have one close code", row.Code, other)
		}
		closes[row.Close] = row.Code
		if row.Close < 4000 || row.Close > 4999 {
			t.Errorf("%s: close code %d is not ours", row.Code, row.Close)
		}
		if row.Retry != comesBack(row.Close) {
			t.Errorf("%s: retry is %v, close code %d says otherwise", row.Code, row.Retry, row.Close)
		}
	}
	for _, need := range constants(t)["Need"] {
		if !codes["operation.needs."+need] {
			t.Errorf("operation.needs.%s is in no row", need)
		}
	}
}

// Every code that a source names must be in the catalogue: an unknown one would be shown as "internal".
func TestEveryCodeInTheSourcesIsInTheCatalogue(t *testing.T) {
	rows := shared.FaultRows()
	named := 0
	for _, path := range sources(t, "..") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range codesIn(string(text)) {
			named++
			if !slices.ContainsFunc(rows, func(row shared.FaultRow) bool { return row.Code == code }) {
				t.Errorf("%s names %s, which is in no row of faults.json", path, code)
			}
		}
	}
	if named < 20 {
		t.Errorf("only %d codes were found: the search is broken", named)
	}
}

func TestCodesAreFoundInSources(t *testing.T) {
	source := `shared.Fail("a.b", detail); Fail("c", ""); new Fault('d.e', x); faultOf("f"); words('not.code', 'zh')
		shared.FaultOf("i.j"); v.refuse("k.l"); v.Outcome, v.Fault = OutcomeLate, "m.n"; return { outcome: 'late', fault: 'o.p' }
		FaultCode(err) == "q.r"; faultCode(e) === 's.t'; Fail(code, "not.this"); "nor.this"`
	want := []string{"a.b", "c", "d.e", "f", "i.j", "k.l", "m.n", "o.p", "q.r", "s.t"}
	if got := codesIn(source); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

// sources are the files that may name a code, tests apart: they name wrong ones on purpose.
func sources(t *testing.T, root string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && (name == "node_modules" || name == "dist" || name == "data" || name == "testdata" || strings.HasPrefix(name, ".") && len(name) > 2) {
			return fs.SkipDir
		}
		kind := filepath.Ext(name)
		test := strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".test.ts") || strings.HasSuffix(name, ".spec.ts")
		if (kind == ".go" || kind == ".ts" || kind == ".vue") && !test {
			paths = append(paths, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

var codeNamed = regexp.MustCompile(`(?:\b(?:Fail|FaultOf|refuse|new Fault|faultOf)\(\s*|\bFault(?:Code\(\w+\))? == |\bfaultCode\(\w+\) === |\bfault: |\bFault = \w+, )["']([a-z][a-zA-Z]*(?:\.[a-z][a-zA-Z]*)*)["']`)

func codesIn(source string) (codes []string) {
	for _, match := range codeNamed.FindAllStringSubmatch(source, -1) {
		codes = append(codes, match[1])
	}
	return codes
}

func TestFaultCodeOfAnyError(t *testing.T) {
	fault := shared.Fail("storage.full", "3 bytes left")
	for _, row := range []struct {
		err  error
		want string
	}{
		{nil, ""}, {fault, "storage.full"}, {fmt.Errorf("commit push of r: %w", fault), "storage.full"}, {errors.New("x"), "internal"},
	} {
		if got := shared.FaultCode(row.err); got != row.want {
			t.Errorf("%v: got %q", row.err, got)
		}
	}
	if got := fault.Error(); got != "storage.full: 3 bytes left" {
		t.Errorf("got %q", got)
	}
}
