package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"buxun/shared"
)

const (
	forever   = "public, max-age=31536000, immutable"
	askAgain  = "no-cache"
	neverKeep = "no-store"
	minGzip   = 1 << 10 // bytes; below it compressing does not pay
)

// types are the client's; the machine's own table differs from one to the next.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".json": "application/json", ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml", ".png": "image/png",
	".woff2": "font/woff2", ".wasm": "application/wasm", ".txt": "text/plain; charset=utf-8", ".map": "application/json",
}

// page is one file of the client, ready to send.
type page struct {
	kind, etag, cache string
	plain, gzipped    []byte // gzipped is nil where it does not pay
}

// pages are the client's files by their path; "index.html" is there always.
type pages map[string]page

// readPages reads and compresses the client once. placeholder is shown where files has no index.html.
func readPages(files fs.FS, placeholder []byte) (pages, error) {
	found := pages{}
	if files != nil {
		err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
				return err
			}
			text, err := fs.ReadFile(files, name)
			if err == nil {
				found[name], err = newPage(name, text)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read the client's files: %w", err)
		}
	}
	if _, built := found["index.html"]; !built {
		var err error
		if found["index.html"], err = newPage("index.html", placeholder); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func newPage(name string, text []byte) (page, error) {
	kind, ok := types[path.Ext(name)]
	if !ok {
		kind = mime.TypeByExtension(path.Ext(name))
	}
	p := page{kind: kind, etag: etagOf(text), cache: askAgain, plain: text}
	if strings.HasPrefix(name, "assets/") { // the name holds the content's hash
		p.cache = forever
	}
	var err error
	p.gzipped, err = gzipIfPays(kind, text)
	return p, err
}

func gzipIfPays(kind string, text []byte) ([]byte, error) {
	if len(text) < minGzip || strings.HasPrefix(kind, "image/png") || strings.HasPrefix(kind, "font/") {
		return nil, nil
	}
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("compress %d bytes: %w", len(text), err)
	}
	if out.Len() >= len(text) {
		return nil, nil
	}
	return out.Bytes(), nil
}

func etagOf(text []byte) string {
	sum := sha256.Sum256(text)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}

// send answers with the page, as far as the reader does not have it already.
func (p page) send(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", p.kind)
	header.Set("Cache-Control", p.cache)
	header.Add("Vary", "Accept-Encoding")
	header.Set("Etag", p.etag)
	body := p.plain
	if p.gzipped != nil && takesGzip(r.Header.Get("Accept-Encoding")) {
		// One tag a form, so that ranges and caches cannot mix them.
		header.Set("Etag", strings.TrimSuffix(p.etag, `"`)+`-gz"`)
		header.Set("Content-Encoding", "gzip")
		body = p.gzipped
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

func takesGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, parameter, _ := strings.Cut(strings.TrimSpace(part), ";")
		if coding == "gzip" && strings.Trim(strings.ReplaceAll(parameter, " ", ""), "0.") != "q=" {
			return true
		}
	}
	return false
}

// static serves the client. A path without a file is a route of the app where it looks like one (no dot in its last part,
// nothing of the server's own), and index.html decides what it shows.
func (s *server) static(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		return shared.Fail("request.methodNotAllowed", r.Method+" "+r.URL.Path)
	}
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if name == "" {
		name = "index.html"
	}
	file, ok := s.pages[name]
	if !ok {
		if strings.Contains(path.Base(name), ".") {
			return errNotFound
		}
		file = s.pages["index.html"]
	}
	file.send(w, r)
	return nil
}
