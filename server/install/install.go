// Package install tells each kind of phone, in its own language, how to come to trust the server and keep the app on its home
// screen: as a page, and for the terminal. It must work over plain HTTP, so it sets no cookie and knows nobody.
package install

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"buxun/server/cert"
)

// Path is where the page is; what belongs to it is below.
const Path = "/install"

// Files that phones fetch.
const (
	caFile      = "buxun-ca.crt"
	profileFile = "buxun.mobileconfig"
)

// Guide is what the page has to know of the server. Hosts are as browsers send them, without a port.
type Guide struct {
	// Authority is what phones have to trust first; nil where every phone trusts the certificate already.
	Authority func() (cert.Authority, error)
	// Site is the HTTPS address of the app for who came by this host; "" where there is none.
	Site func(host string) string
	// Pages are the addresses at which a phone reads this page before it trusts anything, the likeliest first.
	Pages func(host string) []string
	// English says whether an Accept-Language header puts English before Chinese.
	English func(header string) bool
	Log     *slog.Logger
}

//go:embed page.html style.css
var files embed.FS

type handler struct {
	Guide
	words []words
	page  *template.Template
	style []byte
}

// New gives the page and all that is below it.
func New(guide Guide) (http.Handler, error) {
	h := &handler{Guide: guide}
	var err error
	if h.words, err = readWords(); err != nil {
		return nil, err
	}
	if h.style, err = files.ReadFile("style.css"); err != nil {
		return nil, err
	}
	if h.page, err = template.ParseFS(files, "page.html"); err != nil {
		return nil, err
	}
	return h, nil
}

// Owns says whether a path is this package's.
func Owns(path string) bool { return path == Path || strings.HasPrefix(path, Path+"/") }

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	var err error
	switch file := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, Path), "/"); file {
	case "":
		err = h.sendPage(w, r)
	case "style.css":
		send(w, "text/css; charset=utf-8", "", h.style)
	case "code.svg":
		err = h.sendCode(w, r)
	case "trusted.svg":
		// Shown on the page of the plain listener, which for a browser is another site.
		w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
		send(w, "image/svg+xml", "", trustedPicture(h.words[h.language(r)].Trusted))
	case caFile, profileFile:
		err = h.sendAuthority(w, r, file)
	default:
		http.NotFound(w, r)
	}
	if err != nil {
		h.Log.Error("the page for phones", "path", r.URL.Path, "error", err)
		http.Error(w, "中心的系统出了点问题 / something went wrong at the centre", http.StatusInternalServerError)
	}
}

func send(w http.ResponseWriter, kind, file string, body []byte) {
	w.Header().Set("Content-Type", kind)
	if file != "" {
		w.Header().Set("Content-Disposition", `attachment; filename="`+file+`"`)
	}
	_, _ = w.Write(body) // the reader went away
}

// sendAuthority sends what a phone installs: browsers know it by its type.
func (h *handler) sendAuthority(w http.ResponseWriter, r *http.Request, file string) error {
	if h.Authority == nil {
		http.NotFound(w, r)
		return nil
	}
	authority, err := h.Authority()
	if err != nil {
		return err
	}
	if file == caFile {
		send(w, "application/x-x509-ca-cert", file, authority.Certificate.Raw)
		return nil
	}
	text, err := profile(authority)
	if err == nil {
		send(w, "application/x-apple-aspen-config", file, text)
	}
	return err
}

// sendCode draws one of the page's own addresses and nothing else: it is no service for others.
func (h *handler) sendCode(w http.ResponseWriter, r *http.Request) error {
	text := r.FormValue("of")
	if !slices.Contains(h.Pages(hostOf(r)), text) {
		http.NotFound(w, r)
		return nil
	}
	c, err := newCode(text)
	if err == nil {
		send(w, "image/svg+xml", "", c.svg())
	}
	return err
}

// view is what page.html shows.
type view struct {
	W           words
	Kind        kind
	OtherLang   string
	WeChat      bool
	Plain       bool // read without HTTPS: whether the phone trusts the server already can be tried
	Site, Page  string
	Pages       []string
	Authority   bool
	File        string
	Trust, Home []string
	Name        string
	Fingerprint string
	Until       string
}

func (h *handler) sendPage(w http.ResponseWriter, r *http.Request) error {
	index := h.language(r)
	host := hostOf(r)
	v := view{
		W: h.words[index], OtherLang: h.words[1-index].Lang, WeChat: strings.Contains(r.UserAgent(), "MicroMessenger"),
		Plain: r.TLS == nil, Site: h.Site(host), Pages: h.Pages(host), Authority: h.Authority != nil, File: caFile,
	}
	v.Kind = v.W.kind(r.FormValue("kind"), kindOf(r.UserAgent()))
	if len(v.Pages) > 0 {
		v.Page = v.Pages[0]
	}
	if v.Kind.Key == "iphone" {
		v.File = profileFile
	}
	if v.Authority {
		authority, err := h.Authority()
		if err != nil {
			return err
		}
		v.Name, v.Fingerprint = authority.Certificate.Subject.CommonName, authority.Fingerprint()
		v.Until = authority.Certificate.NotAfter.Format("2006-01-02")
	}
	v.Trust, v.Home = filled(v.Kind.Trust, v.Site, v.Name), filled(v.Kind.Home, v.Site, v.Name)
	var page bytes.Buffer
	if err := h.page.Execute(&page, v); err != nil {
		return fmt.Errorf("draw the page: %w", err)
	}
	w.Header().Set("Content-Language", v.W.Lang)
	w.Header().Add("Vary", "Accept-Language, User-Agent")
	send(w, "text/html; charset=utf-8", "", page.Bytes())
	return nil
}

// language is what was picked on the page, or what the browser prefers: an index into words.
func (h *handler) language(r *http.Request) int {
	picked := slices.IndexFunc(h.words, func(w words) bool { return w.Lang == r.FormValue("lang") })
	if picked < 0 && h.English(r.Header.Get("Accept-Language")) {
		picked = 1
	}
	return max(picked, 0)
}

// kind is the first of the keys that is known; a computer where none is.
func (w words) kind(keys ...string) kind {
	for _, key := range append(keys, "windows") {
		if i := slices.IndexFunc(w.Kinds, func(k kind) bool { return k.Key == key }); i >= 0 {
			return w.Kinds[i]
		}
	}
	return kind{}
}

func filled(steps []string, site, name string) (list []string) {
	fill := strings.NewReplacer("{site}", site, "{ca}", name)
	for _, step := range steps {
		list = append(list, fill.Replace(step))
	}
	return list
}

// trustedPicture is a sentence that shows only where its address was trusted.
func trustedPicture(sentence string) []byte {
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="32" viewBox="0 0 300 32"><path fill="#1b6632" d="M0 0h300v32H0z"/>`+
		`<path fill="none" stroke="#fff" stroke-width="3" d="m10 16 5 5 9-10"/><text x="36" y="22" fill="#fff" font-family="system-ui, sans-serif" font-size="16">%s</text></svg>`,
		template.HTMLEscapeString(sentence))
}

// hostOf is the host that the browser was told, without its port.
func hostOf(r *http.Request) string {
	host := r.Host
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	return strings.Trim(host, "[]")
}
