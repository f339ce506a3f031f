package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"buxun/server/identity"
	"buxun/server/sqlite"
	"buxun/shared"
)

// Limits on guessing. A squad may sign in from one address at the start of a shift; one login is one person.
const (
	loginBurst   = 10
	loginEvery   = 30 * time.Second
	addressBurst = 60
	addressEvery = 2 * time.Second
	// hashPatience is how long a sign-in waits for its turn before it is told to come back.
	hashPatience   = 15 * time.Second
	maxLoginRunes  = 64
	maxPasswordLen = 1024 // bytes
	maxDeviceRunes = 200
)

type signInRequest struct {
	Login    string `json:"login"`
	Password string `json:"password"`
	Device   string `json:"device"` // what the browser calls itself
}

type personAnswer struct {
	ID        string      `json:"id"`
	Login     string      `json:"login"`
	Label     string      `json:"label"`
	Role      shared.Role `json:"role"`
	Squad     string      `json:"squad"`
	SquadName string      `json:"squadName"`
	Unit      string      `json:"unit"`
	UnitName  string      `json:"unitName"`
}

type sessionAnswer struct {
	Person     personAnswer  `json:"person"`
	Demo       bool          `json:"demo"`
	ServerTime int64         `json:"serverTime"` // ms since 1970 UTC
	Anchor     shared.Anchor `json:"anchor"`
	// Handover is the key that the phone seals a hand-over file for when it has no line: a point on P-256 in base64url.
	Handover string `json:"handover"`
}

func (s *server) signIn(w http.ResponseWriter, r *http.Request) error {
	var asked signInRequest
	if err := readJSON(w, r, &asked); err != nil {
		return err
	}
	asked.Login = strings.ToLower(strings.TrimSpace(asked.Login))
	if asked.Login == "" || len([]rune(asked.Login)) > maxLoginRunes || len(asked.Password) > maxPasswordLen {
		return shared.Fail("session.wrongPassword", "login or password has no possible length")
	}
	if err := s.mayTry(r, asked.Login); err != nil {
		return err
	}
	person, err := s.prove(r.Context(), asked)
	if err != nil {
		return err
	}
	s.byLogin.Return(asked.Login)
	s.byAddress.Return(s.networkOf(r))
	if person.Demo && !s.Demo {
		return shared.Fail("session.demoOnly", person.Login)
	}
	visitOf(r).person = person.ID
	token := identity.NewSessionToken()
	now := s.Now()
	err = s.Store.OpenSession(r.Context(), sqlite.SessionRow{
		TokenHash: identity.HashToken(token), Person: person.ID, CreatedAt: now.UnixMilli(), ExpiresAt: now.Add(sessionLife).UnixMilli(),
		Device: device(asked.Device, r),
	})
	if err != nil {
		return err
	}
	answer, err := s.describe(r.Context(), person)
	if err != nil {
		return err
	}
	http.SetCookie(w, s.cookie(r, token))
	return sendJSON(w, http.StatusOK, answer)
}

func (s *server) mayTry(r *http.Request, login string) error {
	for _, one := range []struct {
		limiter *identity.Limiter
		key     string
	}{{s.byAddress, s.networkOf(r)}, {s.byLogin, login}} {
		if wait, ok := one.limiter.Take(one.key); !ok {
			return retryAfter{shared.Fail("session.tooMany", one.key), wait}
		}
	}
	return nil
}

// prove checks the password. Whatever is wrong, it answers the same and takes the same work.
func (s *server) prove(ctx context.Context, asked signInRequest) (sqlite.Person, error) {
	person, known, err := s.Store.PersonByLogin(ctx, asked.Login)
	if err != nil {
		return person, err
	}
	hash := person.PasswordHash
	if !known || person.Disabled {
		hash = ""
	}
	ctx, cancel := context.WithTimeout(ctx, hashPatience)
	defer cancel()
	right, err := s.Hasher.Verify(ctx, hash, asked.Password)
	if err != nil {
		return person, fmt.Errorf("check the password of %s: %w", asked.Login, err)
	}
	if !right {
		return person, shared.Fail("session.wrongPassword", asked.Login)
	}
	return person, nil
}

func device(said string, r *http.Request) string {
	if said == "" {
		said = r.UserAgent()
	}
	runes := []rune(said)
	return string(runes[:min(len(runes), maxDeviceRunes)])
}

func (s *server) describe(ctx context.Context, p sqlite.Person) (sessionAnswer, error) {
	now := s.Now().UnixMilli()
	answer := sessionAnswer{
		Person: personAnswer{ID: p.ID, Login: p.Login, Label: p.Label, Role: p.Role, Squad: p.Squad, Unit: p.Unit},
		Demo:   s.Demo, ServerTime: now, Anchor: s.Keys.Anchor(now), Handover: s.Handovers.Public(),
	}
	var err error
	if answer.Person.UnitName, err = s.Store.UnitName(ctx, p.Unit); err != nil {
		return answer, err
	}
	squads, err := s.Store.Squads(ctx)
	for _, squad := range squads {
		if squad.Code == p.Squad {
			answer.Person.SquadName = squad.Name
		}
	}
	return answer, err
}

func (s *server) whoAmI(w http.ResponseWriter, r *http.Request) error {
	id := visitorOf(r).reader.Person
	person, known, err := s.Store.Person(r.Context(), id)
	if err != nil {
		return err
	}
	if !known {
		return shared.Fail("session.missing", "no person "+id)
	}
	answer, err := s.describe(r.Context(), person)
	if err != nil {
		return err
	}
	return sendJSON(w, http.StatusOK, answer)
}

// signOut ends the session if there is one, and makes the browser forget its cookie in any case.
func (s *server) signOut(w http.ResponseWriter, r *http.Request) error {
	if cookie, err := r.Cookie(cookieName); err == nil {
		if err := s.Store.EndSession(r.Context(), identity.HashToken(cookie.Value)); err != nil {
			return err
		}
		if s.SignedOut != nil {
			s.SignedOut()
		}
	}
	http.SetCookie(w, s.cookie(r, ""))
	w.WriteHeader(http.StatusNoContent)
	return nil
}
