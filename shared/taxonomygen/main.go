// Command taxonomygen makes shared/taxonomy.json from source.json, the gathered category tables: it keeps what the product
// uses, names the fields as the product does and adds the pinyin that people search by.
//
// Run it from the repository's root: go run ./shared/taxonomygen
package main

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
)

//go:embed source.json
var source []byte

const product = "shared/taxonomy.json"

func main() {
	text, err := convert(source)
	if err == nil {
		err = os.WriteFile(filepath.FromSlash(product), text, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "taxonomygen:", err)
		os.Exit(1)
	}
}
