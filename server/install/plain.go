package install

import (
	"net/http"
	"strings"
)

// Plain is all that is offered without HTTPS: the page and what belongs to it, and the way to HTTPS for everything else. It
// never sets a cookie and never serves the app.
func Plain(pages http.Handler, guide Guide) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		site := guide.Site(hostOf(r))
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' "+site+"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			header.Set("Allow", "GET, HEAD")
			http.Error(w, "只有这一页不用 HTTPS / without HTTPS there is this page only: "+Path, http.StatusMethodNotAllowed)
		case Owns(r.URL.Path):
			pages.ServeHTTP(w, r)
		case site == "", r.URL.Path == "/" && guide.Authority != nil: // whoever typed the address reads how to trust it first
			redirect(w, r, Path)
		default:
			redirect(w, r, site+"/"+strings.TrimLeft(r.URL.RequestURI(), "/"))
		}
	})
}

// redirect is never kept by the browser: tomorrow's server may answer elsewhere.
func redirect(w http.ResponseWriter, r *http.Request, to string) {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusFound)
}
