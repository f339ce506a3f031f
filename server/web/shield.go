package web

import (
	"net/http"
	"strings"

	"buxun/shared"
)

// contentPolicy lets pages use what comes from this server and nothing inline. Photos of the phone's own store come as blob:.
const contentPolicy = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; " +
	"font-src 'self'; worker-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; connect-src 'self'"

// transportPolicy keeps browsers on HTTPS for a month after each visit. It is said only with a certificate that every browser
// trusts: said for a local authority's it would lock phones out of the page that tells them how to trust it.
const transportPolicy = "max-age=2592000"

// shield sets what every answer carries, and refuses requests that change something on behalf of another site.
func (s *server) shield(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", contentPolicy+sockets(r.Host))
		header.Set("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(self), payment=(), usb=()")
		header.Set("Referrer-Policy", "same-origin")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		if r.TLS != nil && s.Public() {
			header.Set("Strict-Transport-Security", transportPolicy)
		}
		if err := guard.Check(r); err != nil {
			s.refuse(w, r, shared.Fail("request.crossOrigin", err.Error()))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// sockets names this host's websockets for browsers whose 'self' does not cover them.
func sockets(host string) string {
	plain := strings.IndexFunc(host, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(".-:[]", r)
	}) < 0
	if host == "" || !plain {
		return ""
	}
	return " ws://" + host + " wss://" + host
}
