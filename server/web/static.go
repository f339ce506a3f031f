package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
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

// brotli is the ending of what the client's build compressed already, better than could be done at the start.
const brotli = ".br"

// page is one file of the client, ready to send.
type page struct {
	kind, etag, cache     string
	plain, gzipped, tight []byte // gzipped and tight (brotli) are nil where they do not pay or are not there
}

// pages are the client's files by their path; "index.html" is there always.
type pages map[string]page

// readPages reads and compresses the client once. placeholder is shown where files has no index.html.
func readPages(files fs.FS, placeholder []byte) (pages, error) {
	found := pages{}
	if files != nil {
		err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") || path.Ext(name) == brotli {
				return err
			}
			found[name], err = readPage(files, name)
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

// readPage reads a file and what the build made of it for browsers that take brotli.
func readPage(files fs.FS, name string) (page, error) {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return page{}, err
	}
	p, err := newPage(name, text)
	if err != nil {
		return page{}, err
	}
	p.tight, err = fs.ReadFile(files, name+brotli)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	return p, err
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
	if p.cache == forever {
		lighten(header)
	}
	body := p.plain
	for _, form := range []struct {
		coding string
		body   []byte
	}{{"br", p.tight}, {"gzip", p.gzipped}} {
		if form.body != nil && takes(form.coding, r.Header.Get("Accept-Encoding")) {
			// One tag a form, so that ranges and caches cannot mix them.
			header.Set("Etag", strings.TrimSuffix(p.etag, `"`)+"-"+form.coding+`"`)
			header.Set("Content-Encoding", form.coding)
			body = form.body
			break
		}
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// partPolicy is all of the policy that counts in what a page loads: a worker obeys its own file's, nothing inline is there, and
// frames, forms and bases are pages' matters.
const partPolicy = "default-src 'self'"

// lighten leaves out what only pages obey: half a kilobyte a file, a tenth of a first visit.
func lighten(header http.Header) {
	header.Set("Content-Security-Policy", partPolicy)
	for _, name := range []string{"Permissions-Policy", "Referrer-Policy", "Cross-Origin-Opener-Policy"} {
		header.Del(name)
	}
}

// takes says whether an Accept-Encoding header allows a coding.
func takes(wanted, header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, parameter, _ := strings.Cut(strings.TrimSpace(part), ";")
		if coding == wanted && strings.Trim(strings.ReplaceAll(parameter, " ", ""), "0.") != "q=" {
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
