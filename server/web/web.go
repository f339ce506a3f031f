// Package web is the server's HTTP side: signing in, enrolling phones, what they fetch, and the client's files. Every error
// leaves as a problem document. It must not know how operations are judged, and asks the store for every scope (L10).
package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"buxun/server/handover"
	"buxun/server/identity"
	"buxun/server/office"
	"buxun/server/photo"
	"buxun/server/sqlite"
	"buxun/shared"

	"github.com/prometheus/client_golang/prometheus"
)

// Config is what the HTTP side needs. All fields are required unless they say otherwise.
type Config struct {
	Store  *sqlite.Store
	Hasher *identity.Hasher
	Keys   *identity.Keys
	Signer Signer // of receipts
	Photos *photo.Photos
	// Handovers takes the files by which phones without a line hand over what they hold.
	Handovers *handover.Spool
	Office    *office.Office // what administrators' pages do
	Live      http.Handler   // answers /api/live and authenticates with Authenticate
	// Client holds the built client; nil where it was not built, and Placeholder is shown.
	Client      fs.FS
	Placeholder []byte
	Metrics     http.Handler
	Registry    prometheus.Registerer
	// Ready says whether the server can do its work now.
	Ready func(ctx context.Context) error
	Now   func() time.Time
	Log   *slog.Logger
	Demo  bool // demo people may sign in
	// SignedOut is called after a session was ended by its person; may be nil.
	SignedOut func()
	// Present says who is connected now and which replicas their phones hold, by id.
	Present func() (people, replicas map[string]bool)
	// Install tells phones how to trust the server, to whoever asks.
	Install http.Handler
	// Contractors reports cases handled for who has a link and no account.
	Contractors Contractors
	// Code draws a QR code of a text, as an SVG document.
	Code func(text string) ([]byte, error)
	// Public says whether every browser trusts the certificate that is served; false behind a proxy, which has its own say.
	Public func() bool
	// PushKey is by which push services know the server.
	PushKey string
	// Proxies are the addresses whose forwarding headers are believed.
	Proxies []netip.Prefix
}

// Site is the whole HTTP side.
type Site struct {
	http.Handler
	server *server
}

type server struct {
	Config
	log        *slog.Logger
	pages      pages
	taxonomy   taxonomy
	measures   measures
	uploads    http.Handler // answers below photo.Path
	byLogin    *identity.Limiter
	byAddress  *identity.Limiter
	limitsKept atomic.Pointer[limitsSheet]
	links      *identity.Limiter // by network, of who tries the addresses of links
	linkPage   linkPage
	handling   sync.Mutex    // one use of a link after the other
	forms      chan struct{} // held while a contractor's form comes: it takes room on the disk
	reading    chan struct{} // held by whoever reads a file of an administrator: it takes memory
}

// route is one thing that can be asked. purpose is what a program's token must be for; a route without one is for people.
type route struct {
	method, path string
	access       access
	purpose      string
	answer       func(*server, http.ResponseWriter, *http.Request) error
}

type access int

const (
	unsaid access = iota // nobody: a route says for whom it is
	anyone
	signedIn // a session, or a token of the route's purpose
	admins   // a session of an administrator; no program
	itself   // the handler decides
)

// Purposes of programs' tokens.
const (
	PurposeSync    = "sync"
	PurposeMetrics = "metrics"
)

// install is where phones read how to trust the server.
const install = "/install"

var errNotFound = shared.Fail("request.notFound", "no such path")

func (s *server) routes() []route {
	return slices.Concat([]route{
		{"GET", "/healthz", anyone, "", (*server).health},
		{"GET", "/readyz", anyone, "", (*server).ready},
		{"GET", "/metrics", itself, PurposeMetrics, (*server).metrics},
		{"POST", "/api/session", anyone, "", (*server).signIn},
		{"GET", "/api/session", signedIn, PurposeSync, (*server).whoAmI},
		{"DELETE", "/api/session", anyone, "", (*server).signOut},
		{"POST", "/api/replicas", signedIn, PurposeSync, (*server).enrol},
		{"POST", "/api/replicas/{id}/wiped", anyone, "", (*server).wiped}, // its session may be over; the phone's key proves it
		{"GET", "/api/taxonomy", anyone, "", (*server).currentTaxonomy},
		{"GET", "/api/taxonomy/{file}", anyone, "", (*server).taxonomyFile},
		{"GET", "/api/directory", signedIn, PurposeSync, (*server).directory},
		{"GET", "/api/phrases", signedIn, PurposeSync, (*server).phrases},
		{"GET", "/api/limits", signedIn, PurposeSync, (*server).limits},
		{"PUT", "/api/phrases/{kind}", signedIn, "", (*server).putPhrases},
		{"GET", "/api/me/choices", signedIn, "", (*server).choices},
		{"PUT", "/api/me/choices/{key}", signedIn, "", (*server).choose},
		{"GET", "/api/me/push", signedIn, "", (*server).pushState},
		{"PUT", "/api/me/push", signedIn, "", (*server).subscribe},
		{"DELETE", "/api/me/push", signedIn, "", (*server).unsubscribe},
		{"POST", "/api/receipts", signedIn, PurposeSync, (*server).receipts},
		{"POST", "/api/reckon", signedIn, PurposeSync, (*server).reckon},
		{"GET", "/api/phones", signedIn, "", (*server).phones},
		{"GET", "/api/day", signedIn, "", (*server).day},
		{"GET", "/api/photos/{hash}", signedIn, PurposeSync, (*server).photo},
		{"", photo.Path, signedIn, PurposeSync, (*server).upload},
		{"PUT", "/api/handovers/{id}", signedIn, PurposeSync, (*server).handOver},
		{"GET", "/api/cases", signedIn, "", (*server).searchCases},
		{"GET", "/api/cases/{id}", signedIn, "", (*server).oneCase},
		{"POST", "/api/cases/{id}/links", signedIn, "", (*server).makeLink},
		{"GET", "/api/cases/{id}/links", signedIn, "", (*server).listLinks},
		{"DELETE", "/api/cases/{id}/links/{link}", signedIn, "", (*server).revokeLink},
		{"GET", linkStyle, anyone, "", (*server).linkStyle},
		{"GET", linkPath + "{token}", anyone, "", (*server).showLink},
		{"POST", linkPath + "{token}", anyone, "", (*server).useLink},
		{"GET", linkPath + "{token}/{hash}", anyone, "", (*server).linkPhoto},
		{"", linkPath, anyone, "", (*server).noLink},
		{"GET", install, anyone, "", (*server).install},
		{"GET", install + "/{file}", anyone, "", (*server).install},
		{"GET", "/api/live", itself, PurposeSync, (*server).live},
		{"", "/api/", anyone, "", func(*server, http.ResponseWriter, *http.Request) error { return errNotFound }},
		{"", "/", anyone, "", (*server).static},
	}, officeRoutes())
}

// New makes the HTTP side. It reads and compresses the client's files once.
func New(config Config) (*Site, error) {
	s := &server{
		Config: config, log: config.Log,
		uploads:   config.Photos.Uploads(),
		byLogin:   identity.NewLimiter(config.Now, loginBurst, loginEvery),
		byAddress: identity.NewLimiter(config.Now, addressBurst, addressEvery),
		links:     identity.NewLimiter(config.Now, linkBurst, linkEvery),
		reading:   make(chan struct{}, 1),
		forms:     make(chan struct{}, linkForms),
	}
	var err error
	if s.pages, err = readPages(config.Client, config.Placeholder); err != nil {
		return nil, err
	}
	if s.taxonomy, err = readTaxonomy(); err != nil {
		return nil, err
	}
	if s.linkPage, err = readLinkPage(); err != nil {
		return nil, err
	}
	if s.measures, err = newMeasures(config.Registry); err != nil {
		return nil, err
	}
	return &Site{Handler: s.watch(s.shield(s.mux())), server: s}, nil
}

// mux registers the routes; a path that is there for other methods only answers which.
func (s *server) mux() *http.ServeMux {
	mux := http.NewServeMux()
	methods := map[string][]string{}
	for _, one := range s.routes() {
		mux.Handle(strings.TrimSpace(one.method+" "+one.path), s.handler(one))
		methods[one.path] = append(methods[one.path], one.method)
	}
	for path, allowed := range methods {
		if slices.Contains(allowed, "") {
			continue
		}
		slices.Sort(allowed)
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			s.refuse(w, r, shared.Fail("request.methodNotAllowed", r.Method+" "+path))
		})
	}
	return mux
}

// admit says whether a route is for a visitor; one that says for nobody that it is theirs is for nobody.
func (one route) admit(v visitor) error {
	switch {
	case v.leaving && one.path != photo.Path && one.method+one.path != "GET/api/session":
		return shared.Fail("replica.revoked", "a revoked phone asks for "+one.path)
	case one.access == signedIn, one.access == admins && v.reader.Standing.Role == shared.RoleAdmin:
		return nil
	case one.access == admins:
		return shared.Fail("request.notPermitted", "the office is for administrators")
	}
	return shared.Fail("request.notPermitted", "nobody is let in at "+one.path)
}

func (s *server) handler(one route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch one.access {
		case anyone, itself:
		default:
			visitor, err := s.authenticate(r, one.purpose)
			if err == nil {
				err = one.admit(visitor)
			}
			if err != nil {
				s.refuse(w, r, err)
				return
			}
			r = r.WithContext(sqlite.As(context.WithValue(r.Context(), visitorKey{}, visitor), visitor.reader.Person))
			s.roll(w, r, visitor)
		}
		if err := one.answer(s, w, r); err != nil {
			s.refuse(w, r, err)
		}
	})
}

const (
	maxBodyBytes = 64 << 10
	bodyPatience = 30 * time.Second
)

// readJSON reads a small JSON body. Unknown fields are ignored; anything that is no JSON is request.malformed.
func readJSON(w http.ResponseWriter, r *http.Request, into any) error {
	if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyPatience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("limit the time of the body: %w", err)
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return err
		}
		return shared.Fail("request.malformed", err.Error())
	}
	if err := json.Unmarshal(text, into); err != nil {
		return shared.Fail("request.malformed", err.Error())
	}
	return nil
}

// sendJSON answers with a value that only its asker may keep.
func sendJSON(w http.ResponseWriter, status int, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	if header.Get("Cache-Control") == "" {
		header.Set("Cache-Control", neverKeep)
	}
	w.WriteHeader(status)
	w.Write(text) //nolint:errcheck // the reader went away
	return nil
}
