// Command gen writes what follows from the Go sources and the tables: the TypeScript types of shared and sync/wire, the
// drawing of the workflow, and the list of faults. It knows exactly the types that Buxun uses and stops at any other.
//
// Run it from the repository's root: go run ./shared/gen
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// product is one generated file: where it lies, from the repository's root, and how it is made.
type product struct {
	path string
	make func(root string) (string, error)
}

// products are all generated files of the project, each committed and never edited.
var products = []product{
	{"shared/types.gen.ts", typesOf("shared")},
	{"sync/wire/types.gen.ts", typesOf("sync/wire")},
	{"shared/workflow.gen.md", drawWorkflow},
	{"shared/faults.gen.md", listFaults},
}

func main() {
	if err := generate("."); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// generate makes every product before it writes the first: a source that cannot be read changes nothing.
func generate(root string) error {
	texts := make([]string, len(products))
	for i, p := range products {
		text, err := p.make(root)
		if err != nil {
			return fmt.Errorf("make %s: %w", p.path, err)
		}
		texts[i] = text
	}
	for i, p := range products {
		if err := os.WriteFile(filepath.Join(root, p.path), []byte(texts[i]), 0o644); err != nil {
			return fmt.Errorf("write %s: %w", p.path, err)
		}
	}
	return nil
}

// typesOf makes the TypeScript types of the Go package in a folder.
func typesOf(folder string) func(root string) (string, error) {
	return func(root string) (string, error) {
		pkg, err := readPackage(filepath.Join(root, folder))
		if err != nil {
			return "", err
		}
		return typescript(pkg, folder)
	}
}
