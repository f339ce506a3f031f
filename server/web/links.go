package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"buxun/server/identity"
	"buxun/server/roster"
	"buxun/server/sqlite"
	"buxun/shared"
)

const (
	// linkDays is how long a link lives where nobody says: over a weekend. maxLinkDays is the longest limit of handling that cities
	// give to what a contractor mends in one go; whoever needs longer makes another link.
	linkDays    = 3
	maxLinkDays = 14
	// maxOpenLinks is how many of a case's links may work at once: one each for a few gangs.
	maxOpenLinks  = 5
	maxContractor = 40 // runes
)

// linkAnswer is a link without its secret.
type linkAnswer struct {
	ID         string    `json:"id"`
	Contractor string    `json:"contractor"`
	State      linkState `json:"state"`
	MadeAt     int64     `json:"madeAt"` // server's clock, as all of these
	ExpiresAt  int64     `json:"expiresAt"`
	UsedAt     int64     `json:"usedAt,omitempty"`
	RevokedAt  int64     `json:"revokedAt,omitempty"`
}

// linkState is what a link is good for now.
type linkState string

const (
	linkOpen    linkState = "open"
	linkSending linkState = "sending" // reported, and its photos are still to come
	linkUsed    linkState = "used"
	linkRevoked linkState = "revoked"
	linkExpired linkState = "expired"
	linkOver    linkState = "over" // the case is with its unit no more
)

// stateOf says what a link to a case is good for.
func stateOf(l sqlite.Link, of shared.Case, now time.Time) linkState {
	switch {
	case l.DoneAt != 0:
		return linkUsed
	case reported(l, of):
		return linkSending
	case l.RevokedAt != 0:
		return linkRevoked
	case l.ExpiresAt <= now.UnixMilli():
		return linkExpired
	case of.State != shared.StateDispatched || of.Unit != l.Unit:
		return linkOver
	}
	return linkOpen
}

// reported says whether the case's log holds what was reported by the link: a server that was killed in between noted no use.
func reported(l sqlite.Link, of shared.Case) bool {
	if l.UsedAt != 0 {
		return true
	}
	for _, e := range of.Timeline {
		if e.Role == shared.RoleServer && e.Payload.Link == l.ID() {
			return true
		}
	}
	return false
}

// ownCase is the case of a request, for who may make links to it: the squad's leader, and the people of the unit that has it. unit is
// the code of a unit's person, who sees the own unit's links only.
func (s *server) ownCase(r *http.Request) (c shared.Case, unit string, err error) {
	reader := visitorOf(r).reader
	if role := reader.Standing.Role; role != shared.RoleLeader && role != shared.RoleUnit {
		return c, "", shared.Fail("request.notPermitted", string(role)+" has no links")
	}
	c, known, err := s.Store.Case(r.Context(), reader, r.PathValue("id"))
	if err == nil && !known {
		err = shared.Fail("request.notFound", "no case "+r.PathValue("id"))
	}
	return c, reader.Standing.Unit, err
}

// makeLink gives an address by which a contractor reports this one case handled. It is told this once: the store keeps its hash.
func (s *server) makeLink(w http.ResponseWriter, r *http.Request) error {
	var asked struct {
		Contractor string `json:"contractor"`
		Days       int    `json:"days"`
	}
	if err := readJSON(w, r, &asked); err != nil {
		return err
	}
	c, _, err := s.ownCase(r)
	if err != nil {
		return err
	}
	if c.State != shared.StateDispatched || c.Unit == "" {
		return shared.Fail("link.notDispatched", c.ID)
	}
	asked.Contractor = strings.Join(strings.Fields(asked.Contractor), " ")
	if n := utf8.RuneCountInString(asked.Contractor); n == 0 || n > maxContractor {
		return roster.Wrongs{{Field: "contractor", Zh: fmt.Sprintf("写上施工方怎么称呼，最多 %d 个字", maxContractor), En: fmt.Sprintf("say what the contractor is called, in at most %d characters", maxContractor)}}
	}
	if asked.Days == 0 {
		asked.Days = linkDays
	}
	if asked.Days < 1 || asked.Days > maxLinkDays {
		return roster.Wrongs{{Field: "days", Zh: fmt.Sprintf("有效期是 1 到 %d 天", maxLinkDays), En: fmt.Sprintf("a link lives 1 to %d days", maxLinkDays)}}
	}
	token, now := identity.NewSessionToken(), s.Now()
	link := sqlite.Link{
		Token: identity.HashToken(token), Case: c.ID, Unit: c.Unit, Contractor: asked.Contractor, MadeBy: visitorOf(r).reader.Person, MadeAt: now.UnixMilli(),
		ExpiresAt: now.AddDate(0, 0, asked.Days).UnixMilli(),
	}
	address := s.origin(r) + linkPath + token
	code, err := s.Code(address)
	if err != nil {
		return shared.Fail("request.malformed", err.Error()) // the host's name is the browser's
	}
	full, err := s.Store.PutLink(r.Context(), link, maxOpenLinks)
	switch {
	case err != nil:
		return err
	case full:
		return shared.Fail("link.tooMany", c.ID)
	}
	return sendJSON(w, http.StatusCreated, map[string]any{"id": link.ID(), "url": address, "code": string(code), "expiresAt": link.ExpiresAt})
}

// origin is how the browser calls this server: a proxy in front may call it otherwise, and not say by which protocol it was asked.
func (s *server) origin(r *http.Request) string {
	if said, err := url.Parse(r.Header.Get("Origin")); err == nil && said.Host != "" && (said.Scheme == "https" || said.Scheme == "http") {
		return said.Scheme + "://" + said.Host
	}
	if s.secure(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// ownLinks are the links of a case that the asker may make some for.
func (s *server) ownLinks(r *http.Request) (shared.Case, []sqlite.Link, error) {
	c, unit, err := s.ownCase(r)
	if err != nil {
		return c, nil, err
	}
	links, err := s.Store.Links(r.Context(), c.ID, unit)
	return c, links, err
}

func (s *server) listLinks(w http.ResponseWriter, r *http.Request) error {
	c, links, err := s.ownLinks(r)
	if err != nil {
		return err
	}
	list := make([]linkAnswer, 0, len(links))
	for _, l := range links {
		list = append(list, linkAnswer{l.ID(), l.Contractor, stateOf(l, c, s.Now()), l.MadeAt, l.ExpiresAt, l.UsedAt, l.RevokedAt})
	}
	return sendJSON(w, http.StatusOK, map[string]any{"links": list, "contractorRunes": maxContractor, "days": linkDays, "maxDays": maxLinkDays})
}

// revokeLink ends a link. One that is over already stays what it is.
func (s *server) revokeLink(w http.ResponseWriter, r *http.Request) error {
	c, links, err := s.ownLinks(r)
	if err != nil {
		return err
	}
	for _, l := range links {
		if l.ID() != r.PathValue("link") {
			continue
		}
		if !reported(l, c) {
			err = s.Store.RevokeLink(r.Context(), l)
		}
		if err == nil {
			w.WriteHeader(http.StatusNoContent)
		}
		return err
	}
	return shared.Fail("link.unknown", r.PathValue("link"))
}
