package web

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"buxun/shared"
)

func TestTheClientIsServed(t *testing.T) {
	w := newWorld(t)
	for _, row := range []struct {
		path          string
		status        int
		kind, cache   string
		holds, absent string
	}{
		{"/", 200, "text/html", "no-cache", "步巡", ""},
		{"/index.html", 200, "text/html", "no-cache", "步巡", ""},
		{"/cases/01890a5d", 200, "text/html", "no-cache", "步巡", ""},
		{"/sw.js", 200, "text/javascript", "no-cache", "self.x", ""},
		{"/assets/app-1a.js", 200, "text/javascript", "immutable", "words", ""},
		{"/assets/app-old.js", 404, "application/problem+json", "no-store", "", "<title>"},
		{"/.keep", 404, "application/problem+json", "no-store", "", "<title>"},
		{"/api/nothing", 404, "application/problem+json", "no-store", "", "<title>"},
		{"/api/taxonomy", 200, "application/json", "no-cache", shared.BuiltinTaxonomy().Version, ""},
		{"/api/taxonomy/" + shared.BuiltinTaxonomy().Version + ".json", 200, "application/json", "immutable", "categories", ""},
	} {
		answer := w.ask("", "GET", row.path, "", nil)
		body := answer.Body.String()
		if answer.Code != row.status || !strings.HasPrefix(answer.Header().Get("Content-Type"), row.kind) ||
			!strings.Contains(answer.Header().Get("Cache-Control"), row.cache) || !strings.Contains(body, row.holds) ||
			row.absent != "" && strings.Contains(body, row.absent) {
			t.Errorf("%s: %d %v", row.path, answer.Code, answer.Header())
		}
		if row.status != http.StatusOK {
			continue
		}
		if head := w.ask("", "HEAD", row.path, "", nil); head.Code != http.StatusOK || head.Header().Get("Content-Type") != answer.Header().Get("Content-Type") {
			t.Errorf("HEAD %s: %d", row.path, head.Code)
		}
		if etag := answer.Header().Get("Etag"); etag != "" {
			if again := w.ask("", "GET", row.path, "", header{"If-None-Match": etag}); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
				t.Errorf("%s again: %d", row.path, again.Code)
			}
		}
	}
}

func TestWhatPaysIsCompressed(t *testing.T) {
	w := newWorld(t)
	const path = "/assets/app-1a.js"
	plainly := w.ask("", "GET", path, "", nil)
	for accepted, want := range map[string]bool{"gzip": true, "br, gzip;q=0.8": true, "gzip;q=0": false, "gzip; q=0.0": false, "br": false, "": false} {
		answer := w.ask("", "GET", path, "", header{"Accept-Encoding": accepted})
		if (answer.Header().Get("Content-Encoding") == "gzip") != want || !strings.Contains(answer.Header().Get("Vary"), "Accept-Encoding") {
			t.Errorf("%q: %v", accepted, answer.Header())
		}
		if !want {
			continue
		}
		reader, err := gzip.NewReader(answer.Body)
		w.must(err)
		text, err := io.ReadAll(reader)
		if err != nil || string(text) != plainly.Body.String() || answer.Header().Get("Etag") == plainly.Header().Get("Etag") {
			t.Errorf("%q: %d bytes, %v, etag %s", accepted, len(text), err, answer.Header().Get("Etag"))
		}
	}
}

func TestWhatTheBuildCompressedIsSentToWhoTakesIt(t *testing.T) {
	w := newWorld(t)
	const path = "/assets/tight-2b.js"
	for accepted, want := range map[string]string{"gzip, deflate, br, zstd": "br", "br;q=0, gzip": "gzip", "gzip": "gzip", "": ""} {
		answer := w.ask("", "GET", path, "", header{"Accept-Encoding": accepted})
		if got := answer.Header().Get("Content-Encoding"); got != want || !strings.HasPrefix(answer.Header().Get("Content-Type"), "text/javascript") {
			t.Errorf("%q: sent as %q, %v", accepted, got, answer.Header())
		}
		if want == "br" && answer.Body.String() != "as the build compressed it" {
			t.Errorf("%q: %s", accepted, answer.Body)
		}
	}
	if answer := w.ask("", "GET", path+".br", "", nil); answer.Code != http.StatusNotFound {
		t.Errorf("the compressed form has an address of its own: %d", answer.Code)
	}
}

func TestWithoutABuiltClientThePlaceholderSaysSo(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Client, c.Placeholder = nil, []byte("<h1>build the client</h1>") })
	if answer := w.ask("", "GET", "/cases", "", nil); answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), "build the client") {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
}

func TestEveryAnswerIsShielded(t *testing.T) {
	w := newWorld(t)
	part := w.ask("", "GET", "/assets/app-1a.js", "", nil).Header()
	if part.Get("Content-Security-Policy") != "default-src 'self'" || part.Get("X-Content-Type-Options") != "nosniff" || part.Get("Cross-Origin-Resource-Policy") != "same-origin" {
		t.Errorf("what a page loads: %v", part)
	}
	for _, path := range []string{"/", "/api/nothing", "/api/session", "/healthz", "/sw.js", "/cases"} {
		header := w.ask("", "GET", path, "", header{"Host": "buxun.example"}).Header()
		policy := header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'self'") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
			t.Errorf("%s: policy %s", path, policy)
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Permissions-Policy": "camera=(self), geolocation=(self)",
		} {
			if !strings.Contains(header.Get(name), want) {
				t.Errorf("%s: %s is %q", path, name, header.Get(name))
			}
		}
	}
	if got := sockets("evil.example; script-src *"); got != "" {
		t.Errorf("a host came into the policy: %s", got)
	}
	if got := sockets("[::1]:8080"); got != " ws://[::1]:8080 wss://[::1]:8080" {
		t.Errorf("sockets of IPv6: %s", got)
	}
}

func TestOtherSitesCannotActForAPerson(t *testing.T) {
	w := newWorld(t)
	for name, headers := range map[string]header{
		"fetch metadata": {"Sec-Fetch-Site": "cross-site"}, "same site": {"Sec-Fetch-Site": "same-site"}, "origin": {"Origin": "https://elsewhere.example"},
	} {
		token := w.cookie("a-one")
		for _, route := range []struct{ method, path string }{{"DELETE", "/api/session"}, {"POST", "/api/session"}, {"POST", "/api/replicas"}, {"POST", "/api/uploads/"}} {
			if answer := w.ask(token, route.method, route.path, "{}", headers); codeOfProblem(answer) != "request.crossOrigin" {
				t.Errorf("%s, %s %s: %d", name, route.method, route.path, answer.Code)
			}
		}
		if answer := w.ask(token, "GET", "/api/session", "", headers); answer.Code != http.StatusOK {
			t.Errorf("%s: the session was ended from elsewhere", name)
		}
	}
	if answer := w.ask(w.cookie("a-one"), "DELETE", "/api/session", "", header{"Sec-Fetch-Site": "same-origin"}); answer.Code != http.StatusNoContent {
		t.Errorf("our own page: %d", answer.Code)
	}
}

func TestReadinessIsTheServersOwnWord(t *testing.T) {
	var fails error
	w := newWorld(t, func(c *Config) { c.Ready = func(context.Context) error { return fails } })
	if answer := w.ask("", "GET", "/readyz", "", nil); answer.Code != http.StatusOK {
		t.Errorf("ready: %d", answer.Code)
	}
	fails = errors.New("disk: no space")
	answer := w.ask("", "GET", "/readyz", "", nil)
	if answer.Code != http.StatusServiceUnavailable || answer.Header().Get("Retry-After") == "" || strings.Contains(answer.Body.String(), "no space") {
		t.Errorf("not ready: %d %s", answer.Code, answer.Body)
	}
	fails = shared.Fail("storage.full", "")
	if answer := w.ask("", "GET", "/readyz", "", nil); answer.Code != http.StatusInsufficientStorage {
		t.Errorf("full: %d", answer.Code)
	}
	if answer := w.ask("", "GET", "/healthz", "", nil); answer.Code != http.StatusOK {
		t.Errorf("alive: %d", answer.Code)
	}
}
