package web

import (
	"fmt"
	"net/http"
	"strings"

	"buxun/shared"
)

func plain(w http.ResponseWriter, words string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", neverKeep)
	fmt.Fprintln(w, words) //nolint:errcheck // the reader went away
}

// health says that the program answers.
func (s *server) health(w http.ResponseWriter, _ *http.Request) error {
	plain(w, "ok")
	return nil
}

// ready says that the server can do its work: its database takes writes and its disk has room.
func (s *server) ready(w http.ResponseWriter, r *http.Request) error {
	if err := s.Ready(r.Context()); err != nil {
		s.log.Warn("not ready", "error", err)
		if shared.FaultCode(err) == "internal" {
			err = shared.Fail("server.busy", err.Error())
		}
		return err
	}
	plain(w, "ready")
	return nil
}

// metrics are for the machine itself, and for programs that have a token for them: they tell how busy a centre is.
func (s *server) metrics(w http.ResponseWriter, r *http.Request) error {
	forwarded := false
	for name := range r.Header {
		forwarded = forwarded || name == "Forwarded" || name == "Via" || strings.HasPrefix(name, "X-Forwarded-") || name == "X-Real-Ip"
	}
	if peer(r).IsLoopback() && !forwarded && r.Header.Get("Authorization") == "" {
		s.Metrics.ServeHTTP(w, r)
		return nil
	}
	if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
		return shared.Fail("session.missing", "metrics need a token")
	}
	if _, err := s.authenticate(r, PurposeMetrics); err != nil {
		return err
	}
	s.Metrics.ServeHTTP(w, r)
	return nil
}

// install is a page that knows nobody and that works before a phone trusts the server.
func (s *server) install(w http.ResponseWriter, r *http.Request) error {
	s.Install.ServeHTTP(w, r)
	return nil
}
