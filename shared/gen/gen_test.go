package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const root = "../.."

func TestGeneratedFilesAreCurrent(t *testing.T) {
	for _, p := range products {
		want, err := p.make(root)
		if err != nil {
			t.Errorf("make %s: %v", p.path, err)
			continue
		}
		got, err := os.ReadFile(filepath.Join(root, p.path))
		if err != nil {
			t.Errorf("read %s: %v", p.path, err)
		} else if string(got) != want {
			t.Errorf("%s is not what its sources say now: run `make gen`", p.path)
		}
	}
}

func TestEveryKnownShapeIsWritten(t *testing.T) {
	pkg, err := readPackage("testdata/known")
	if err != nil {
		t.Fatal(err)
	}
	got, err := typescript(pkg, "testdata/known")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/known/want.ts")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got:\n%s", got)
	}
}

// What cannot be carried over stops the generator with a sentence that names the field, instead of becoming `any`.
func TestUnknownShapesStopWithASentence(t *testing.T) {
	rows := []struct{ source, want string }{
		{"type Bad struct { C chan int `json:\"c\"` }", "Bad.C: no TypeScript for *ast.ChanType"},
		{"type Bad struct { B []byte `json:\"b\"` }", "Bad.B: no TypeScript for []byte"},
		{"type Bad struct { A string `json:\"a\"`; B string }", "Bad.B: every exported field needs a json name"},
		{"type Bad struct { P *string `json:\"p\"` }", "Bad.P: a pointer without omitempty"},
		{"type Bad struct { N int `json:\"n,string\"` }", "Bad.N: no TypeScript for the json option string"},
		{"type Bad struct { M map[int]string `json:\"m\"` }", "Bad.M: no TypeScript for a map"},
		{"type Bad struct { T time.Time `json:\"t\"` }", "Bad.T: no TypeScript for time.Time"},
		{"type Bad struct { O Other `json:\"o\"` }; type Other interface{}", "Bad.O: no TypeScript for Other"},
		{"type Bad[T any] struct { V T `json:\"v\"` }", "Bad: no TypeScript for type parameters"},
		{"const Bad = elsewhere.Value", "Bad: no TypeScript for its value"},
	}
	for _, row := range rows {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, "bad.go"), []byte("package bad\n\n"+row.source+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		pkg, err := readPackage(folder)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := typescript(pkg, "bad"); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s\n got: %v\nwant: %s", row.source, err, row.want)
		}
	}
}
