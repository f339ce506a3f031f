// Package client carries the built web client inside the server's binary.
// It knows nothing of HTTP: server/web decides how the files are served.
package client

import (
	"embed"
	"fmt"
	"io/fs"
)

// dist holds what `vite build` wrote. A fresh clone has only dist/.keep, so that Go builds without Node.
//
//go:embed all:dist
var dist embed.FS

//go:embed placeholder.html
var placeholder []byte

// Files returns the built client as a file system with index.html at its root, and whether there is one:
// false means that the client was not built when this binary was, and Placeholder is what to show.
func Files() (files fs.FS, built bool, err error) {
	files, err = fs.Sub(dist, "dist")
	if err != nil {
		return nil, false, fmt.Errorf("open the embedded client: %w", err)
	}
	_, missing := fs.Stat(files, "index.html")
	return files, missing == nil, nil
}

// Placeholder returns the HTML page that says how to build the client. The caller owns the copy.
func Placeholder() []byte {
	return append([]byte(nil), placeholder...)
}
