package web

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestThePageForPhonesAsksForNoSession(t *testing.T) {
	w := newWorld(t)
	for path, status := range map[string]int{"/install": 200, "/install/buxun-ca.crt": 200, "/install/a/b": 200} {
		answer := httptest.NewRecorder()
		w.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
		if own := answer.Body.String() == "how to trust\n"; answer.Code != status || own == (path == "/install/a/b") || answer.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s: %d %q", path, answer.Code, answer.Body)
		}
	}
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/install", nil))
	if answer.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", answer.Code)
	}
}

// A browser that was told to use HTTPS only could never read again, over HTTP, how to trust a local authority.
func TestOnlyACertificateThatAllTrustKeepsBrowsersOnHTTPS(t *testing.T) {
	for _, row := range []struct {
		name        string
		tls, public bool
		want        string
	}{
		{"a public certificate", true, true, "max-age=2592000"},
		{"a local authority's", true, false, ""},
		{"plain HTTP behind a proxy", false, true, ""},
	} {
		w := newWorld(t, func(c *Config) { c.Public = func() bool { return row.public } })
		request := httptest.NewRequest(http.MethodGet, "/healthz", nil)
		if row.tls {
			request.TLS = &tls.ConnectionState{}
		}
		answer := httptest.NewRecorder()
		w.ServeHTTP(answer, request)
		if got := answer.Header().Get("Strict-Transport-Security"); got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}
