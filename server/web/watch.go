package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"buxun/shared"

	"github.com/prometheus/client_golang/prometheus"
)

// visit is what is noted of one request while it is answered.
type visit struct {
	id      string
	person  string // id of who asked, once known
	refusal error
	people  *linkPage // what tells somebody without the app what is wrong; nil where a program asks
	page    bool      // what is answered is a page for people, which says itself what is wrong
}

type visitKey struct{}

func visitOf(r *http.Request) *visit {
	if v, ok := r.Context().Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{}
}

func requestID(r *http.Request) string { return visitOf(r).id }

func noteRefusal(r *http.Request, err error) { visitOf(r).refusal = err }

// measures are what Prometheus is told of requests.
type measures struct {
	took *prometheus.HistogramVec
}

func newMeasures(registry prometheus.Registerer) (measures, error) {
	m := measures{took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "buxun_http_request_seconds", Help: "Time to answer HTTP requests, websockets excluded.",
		Buckets: []float64{.001, .005, .02, .1, .5, 2, 10, 60},
	}, []string{"route", "status"})}
	if err := registry.Register(m.took); err != nil {
		return m, fmt.Errorf("register the measures of requests: %w", err)
	}
	return m, nil
}

// watch gives each request a number, logs and measures its answer, and turns a panic into a problem. It never logs a
// query, a cookie or a body.
func (s *server) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		v := &visit{id: rand.Text()[:12]}
		if strings.HasPrefix(r.URL.Path, linkPath) && strings.Contains(r.Header.Get("Accept"), "text/html") {
			v.people = &s.linkPage
		}
		r = r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
		a := &answer{ResponseWriter: w, request: r, log: s.log}
		a.Header().Set("X-Request-Id", v.id)
		defer func() {
			if thrown := recover(); thrown != nil {
				s.caught(a, r, thrown)
			}
			s.note(a, r, v, time.Since(start))
		}()
		next.ServeHTTP(a, r)
	})
}

func (s *server) caught(a *answer, r *http.Request, thrown any) {
	if err, ok := thrown.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(thrown) // a handler that gave up on its reader; the server closes the connection
	}
	s.log.Error("a handler panicked", "request", requestID(r), "panic", thrown, "stack", string(debug.Stack()))
	if !a.begun && !a.hijacked {
		s.refuse(a, r, fmt.Errorf("panic: %v", thrown))
	}
}

func (s *server) note(a *answer, r *http.Request, v *visit, took time.Duration) {
	if a.hijacked {
		return // the websocket has its own log
	}
	route := r.Pattern
	if route == "" {
		route = "none"
	}
	s.measures.took.WithLabelValues(route, strconv.Itoa(a.status())).Observe(took.Seconds())
	level := slog.LevelInfo
	path := r.URL.Path
	if strings.HasPrefix(path, linkPath) {
		path = route // the address is the secret
	}
	attributes := []any{"request", v.id, "method", r.Method, "path", path, "status", a.status(), "bytes", a.bytes,
		"ms", took.Milliseconds(), "from", s.addressOf(r).String()}
	if v.person != "" {
		attributes = append(attributes, "person", v.person)
	}
	switch {
	case v.refusal != nil && shared.FaultCode(v.refusal) == "internal":
		level = slog.LevelError
		attributes = append(attributes, "error", v.refusal)
	case v.refusal != nil:
		attributes = append(attributes, "refused", v.refusal)
	case r.URL.Path == "/healthz" || r.URL.Path == "/readyz" || r.URL.Path == "/metrics":
		level = slog.LevelDebug
	}
	s.log.Log(r.Context(), level, "request", attributes...)
}
