package web

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"buxun/server/identity"
	"buxun/shared"
	"buxun/sync/session"
)

const (
	cookieName  = "buxun_session"
	sessionLife = 30 * 24 * time.Hour
	// A session's end moves at most once in this time, so that not every request writes.
	rollEvery = 24 * time.Hour
)

// visitor is who asks: a person's browser or a program.
type visitor struct {
	reader session.Reader
	token  string // of the cookie; empty for a program
	ends   int64  // of the session, server's clock in ms
	// leaving says that the phone was revoked: it may bring what it holds, and read nothing but whose it is.
	leaving bool
}

type visitorKey struct{}

func visitorOf(r *http.Request) visitor {
	v, _ := r.Context().Value(visitorKey{}).(visitor)
	return v
}

// Authenticate says who asks for the websocket: the cookie's person, or the one that a program's token speaks for. The fault
// is session.missing.
func (s *Site) Authenticate(r *http.Request) (session.Reader, error) {
	v, err := s.server.authenticate(r, PurposeSync)
	return v.reader, err
}

// Refuse answers a request with its error as a problem document, for handlers beside this package.
func (s *Site) Refuse(w http.ResponseWriter, r *http.Request, err error) { s.server.refuse(w, r, err) }

func (s *server) authenticate(r *http.Request, purpose string) (visitor, error) {
	v, err := s.identify(r, purpose)
	if err != nil {
		return visitor{}, err
	}
	visitOf(r).person = v.reader.Person
	return v, nil
}

func (s *server) identify(r *http.Request, purpose string) (v visitor, err error) {
	ctx, now := r.Context(), s.Now().UnixMilli()
	person := ""
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		row, known, err := s.Store.TokenByHash(ctx, identity.HashToken(bearer), now)
		switch {
		case err != nil:
			return v, err
		case !known:
			return v, shared.Fail("session.missing", "unknown token")
		case row.Purpose != purpose:
			return v, shared.Fail("request.notPermitted", "token "+row.Name+" is for "+row.Purpose)
		}
		person = row.Person
	} else {
		cookie, err := r.Cookie(cookieName)
		if err != nil || cookie.Value == "" {
			return v, shared.Fail("session.missing", "no cookie")
		}
		row, known, err := s.Store.SessionByToken(ctx, identity.HashToken(cookie.Value), now)
		if err != nil {
			return v, err
		}
		if !known {
			return v, shared.Fail("session.missing", "unknown or ended session")
		}
		person, v.token, v.ends, v.leaving = row.Person, cookie.Value, row.ExpiresAt, row.Revoked
	}
	if v.reader, err = s.Store.Reader(ctx, person); err != nil {
		return v, fmt.Errorf("read the scope of %s: %w", person, err)
	}
	v.reader.Leaving = v.leaving
	return v, nil
}

// roll moves the end of a session that is in use. A failure costs nothing now: the next request tries again.
func (s *server) roll(w http.ResponseWriter, r *http.Request, v visitor) {
	ends := s.Now().Add(sessionLife).UnixMilli()
	if v.token == "" || ends-v.ends < rollEvery.Milliseconds() {
		return
	}
	if err := s.Store.ExtendSession(r.Context(), identity.HashToken(v.token), ends); err != nil {
		s.log.Warn("a session could not be extended", "request", requestID(r), "error", err)
		return
	}
	http.SetCookie(w, s.cookie(r, v.token))
}

// cookie is the session's cookie; an empty token forgets it.
func (s *server) cookie(r *http.Request, token string) *http.Cookie {
	life := int(sessionLife / time.Second)
	if token == "" {
		life = -1
	}
	return &http.Cookie{
		Name: cookieName, Value: token, Path: "/", MaxAge: life, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: s.secure(r),
	}
}

// secure says whether the browser reached us by HTTPS, as far as we or a proxy of ours can tell.
func (s *server) secure(r *http.Request) bool {
	return r.TLS != nil || s.byProxy(r) && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

// addressOf is who asks: the peer, or what a proxy of ours says of its peer. Some proxies append to the header, others add a
// line of their own behind the stranger's.
func (s *server) addressOf(r *http.Request) netip.Addr {
	if s.byProxy(r) {
		list := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if last, err := netip.ParseAddr(strings.TrimSpace(list[len(list)-1])); err == nil {
			return last.Unmap()
		}
	}
	return peer(r)
}

// networkOf is what limits count: an address of IPv4, or the network that one subscriber of IPv6 has to himself.
func (s *server) networkOf(r *http.Request) string {
	address := s.addressOf(r)
	if network, err := address.WithZone("").Prefix(64); err == nil && address.Is6() {
		return network.String()
	}
	return address.String()
}

func (s *server) byProxy(r *http.Request) bool {
	address := peer(r)
	for _, prefix := range s.Proxies {
		if prefix.Contains(address) {
			return true
		}
	}
	return false
}

func peer(r *http.Request) netip.Addr {
	address, _ := netip.ParseAddrPort(r.RemoteAddr)
	return address.Addr().Unmap()
}
