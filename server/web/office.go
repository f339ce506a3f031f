package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"buxun/server/office"
	"buxun/server/roster"
	"buxun/server/sqlite"
	"buxun/shared"
)

// officeRoutes are what administrators' pages ask: nothing of it is for anybody else.
func officeRoutes() []route {
	list := []route{
		{"GET", "/api/office/people", admins, "", (*server).people},
		{"POST", "/api/office/people", admins, "", (*server).addPerson},
		{"PUT", "/api/office/people/{id}", admins, "", (*server).editPerson},
		{"POST", "/api/office/people/{id}/password", admins, "", (*server).setPassword},
		{"GET", "/api/office/squads", admins, "", (*server).squads},
		{"POST", "/api/office/squads", admins, "", (*server).addSquad},
		{"PUT", "/api/office/squads", admins, "", (*server).orderSquads},
		{"PUT", "/api/office/squads/{id}", admins, "", (*server).editSquad},
		{"DELETE", "/api/office/squads/{id}", admins, "", (*server).dropSquad},
		{"GET", "/api/office/units", admins, "", (*server).units},
		{"POST", "/api/office/units", admins, "", (*server).addUnit},
		{"PUT", "/api/office/units/{id}", admins, "", (*server).editUnit},
		{"DELETE", "/api/office/units/{id}", admins, "", (*server).dropUnit},
		{"GET", "/api/office/register", admins, "", (*server).register},
		{"POST", "/api/office/register", admins, "", (*server).addDuty},
		{"PUT", "/api/office/register/{id}", admins, "", (*server).editDuty},
		{"DELETE", "/api/office/register/{id}", admins, "", (*server).dropDuty},
		{"GET", "/api/office/categories", admins, "", (*server).categoriesKept},
		{"GET", "/api/office/areas", admins, "", (*server).areas},
		{"GET", "/api/office/areas/{id}", admins, "", (*server).area},
		{"PUT", "/api/office/areas/{id}", admins, "", (*server).editArea},
		{"DELETE", "/api/office/areas/{id}", admins, "", (*server).dropArea},
		{"GET", "/api/office/devices", admins, "", (*server).devices},
		{"GET", "/api/office/devices/{id}", admins, "", (*server).device},
		{"PUT", "/api/office/devices/{id}", admins, "", (*server).nameDevice},
		{"POST", "/api/office/devices/{id}/revoke", admins, "", (*server).revokeDevice},
		{"GET", "/api/office/phrases", admins, "", (*server).phrasesKept},
		{"GET", "/api/office/limits", admins, "", (*server).conditions},
		{"GET", "/api/office/limits/versions", admins, "", (*server).limitVersions},
		{"GET", "/api/office/phases", admins, "", (*server).phases},
		{"GET", "/api/office/calendar", admins, "", (*server).calendar},
		{"GET", "/api/office/webhooks", admins, "", (*server).hooks},
		{"POST", "/api/office/webhooks", admins, "", (*server).addHook},
		{"PUT", "/api/office/webhooks/{id}", admins, "", (*server).editHook},
		{"DELETE", "/api/office/webhooks/{id}", admins, "", (*server).dropHook},
		{"POST", "/api/office/webhooks/{id}/test", admins, "", (*server).testHook},
		{"GET", "/api/office/webhooks/{id}/log", admins, "", (*server).hookLog},
		{"GET", "/api/office/trail", admins, "", (*server).trail},
		{"GET", "/api/office/rescue", admins, "", (*server).rescue},
		{"", "/api/office/", admins, "", func(*server, http.ResponseWriter, *http.Request) error { return errNotFound }},
	}
	for _, kind := range roster.Kinds() {
		path := "/api/office/files/" + string(kind)
		list = append(list,
			route{"GET", path, admins, "", func(s *server, w http.ResponseWriter, r *http.Request) error { return s.export(w, r, kind) }},
			route{"POST", path, admins, "", func(s *server, w http.ResponseWriter, r *http.Request) error { return s.importFile(w, r, kind) }})
	}
	return list
}

type accountAnswer struct {
	personAnswer
	Disabled    bool  `json:"disabled"`
	HasPassword bool  `json:"hasPassword"`
	Demo        bool  `json:"demo"`
	Revision    int64 `json:"revision"`
}

func accountOf(p sqlite.Person) accountAnswer {
	return accountAnswer{
		personAnswer{ID: p.ID, Login: p.Login, Label: p.Label, Role: p.Role, Squad: p.Squad, Unit: p.Unit}, p.Disabled, p.PasswordHash != "", p.Demo, p.Revision,
	}
}

type squadKept struct {
	squadAnswer
	Place    int   `json:"place"`
	People   int   `json:"people"`
	Areas    int   `json:"areas"`
	Revision int64 `json:"revision"`
}

func squadOf(q sqlite.Squad) squadKept {
	return squadKept{squadAnswer{q.Code, q.Name}, q.Place, q.People, q.Areas, q.Revision}
}

type areaKept struct {
	areaAnswer
	Points    int               `json:"points"`
	Answering []answeringAnswer `json:"answering"`
	Revision  int64             `json:"revision"`
}

// answeringAnswer is one of those who answer for an area.
type answeringAnswer struct {
	Login    string `json:"login"`
	Label    string `json:"label"`
	Disabled bool   `json:"disabled"`
}

// areaOf gives an area without its outline: a list of them would be too long.
func areaOf(a sqlite.Area) areaKept {
	answering := []answeringAnswer{}
	for _, one := range a.Answering {
		answering = append(answering, answeringAnswer{one.Login, one.Label, one.Disabled})
	}
	return areaKept{areaAnswer{Code: a.Code, Name: a.Name, Squad: a.Squad, Kind: a.Kind, Generated: a.Generated}, len(a.Ring), answering, a.Revision}
}

type deviceAnswer struct {
	phoneAnswer
	Login      string `json:"login"`
	Squad      string `json:"squad"`
	Device     string `json:"device"` // what the phone called itself
	Name       string `json:"name"`   // the administrators' name for it
	App        string `json:"app"`
	EnrolledAt int64  `json:"enrolledAt"`
	RevokedWhy string `json:"revokedWhy,omitempty"`
	WipedAt    int64  `json:"wipedAt,omitempty"` // when the revoked phone had forgotten what it held
	Revision   int64  `json:"revision"`
	// WaitingPhotos are those that its records name and that have not arrived; told of one phone only.
	WaitingPhotos *int `json:"waitingPhotos,omitempty"`
}

func deviceOf(d sqlite.Device) deviceAnswer {
	one := deviceAnswer{
		phoneAnswer: phoneAnswer{
			Replica: d.Replica, Person: d.Person, Label: d.PersonLabel, Made: d.Last, Known: d.Known, Missing: d.Last - d.Known, HeardAt: d.LastHelloAt,
			RevokedAt: d.RevokedAt, Gaps: []gapAnswer{},
		},
		Login: d.PersonLogin, Squad: d.Squad, Device: d.Device, Name: d.Label, App: d.App, EnrolledAt: d.EnrolledAt, RevokedWhy: d.RevokedWhy, WipedAt: d.WipedAt, Revision: d.Revision,
	}
	for _, g := range d.Gaps {
		one.Gaps = append(one.Gaps, gapAnswer{g.From, g.To, g.At})
	}
	return one
}

func (s *server) people(w http.ResponseWriter, r *http.Request) error {
	people, err := s.Office.People(r.Context(), queryOf(r))
	return sendPage(w, r, people, accountOf, err)
}

func (s *server) squads(w http.ResponseWriter, r *http.Request) error {
	squads, err := s.Office.Squads(r.Context(), queryOf(r))
	return sendPage(w, r, squads, squadOf, err)
}

func (s *server) areas(w http.ResponseWriter, r *http.Request) error {
	areas, err := s.Office.Areas(r.Context(), queryOf(r))
	return sendPage(w, r, areas, areaOf, err)
}

func (s *server) area(w http.ResponseWriter, r *http.Request) error {
	areas, err := s.Store.AreasKept(r.Context())
	if err != nil {
		return err
	}
	for _, a := range areas {
		if a.Code == r.PathValue("id") {
			one := areaOf(a)
			one.Ring = a.Ring
			return sendJSON(w, http.StatusOK, one)
		}
	}
	return shared.Fail("request.notFound", "no area "+r.PathValue("id"))
}

func (s *server) devices(w http.ResponseWriter, r *http.Request) error {
	devices, err := s.Office.Devices(r.Context(), queryOf(r))
	return sendPage(w, r, devices, deviceOf, err)
}

func (s *server) device(w http.ResponseWriter, r *http.Request) error {
	devices, err := s.Store.Devices(r.Context())
	if err != nil {
		return err
	}
	for _, d := range devices {
		if d.Replica == r.PathValue("id") {
			one := deviceOf(d)
			waiting, err := s.Store.WaitingPhotos(r.Context(), d.Replica)
			if err != nil {
				return err
			}
			one.WaitingPhotos = &waiting
			return sendJSON(w, http.StatusOK, one)
		}
	}
	return shared.Fail("replica.unknown", r.PathValue("id"))
}

type phraseAnswer struct {
	Squad string            `json:"squad"` // code
	Kind  shared.PhraseKind `json:"kind"`
	Text  string            `json:"text"`
}

// phrasesKept lists the phrases of all squads; one list of them is changed by the route that leaders use.
func (s *server) phrasesKept(w http.ResponseWriter, r *http.Request) error {
	phrases, err := s.Office.Phrases(r.Context(), queryOf(r))
	return sendPage(w, r, phrases, func(p roster.Phrase) phraseAnswer { return phraseAnswer{p.Squad, p.Kind, p.Text} }, err)
}

type trailAnswer struct {
	At     int64  `json:"at"`
	What   string `json:"what"`
	Who    string `json:"who"` // label; empty where nobody signed in asked
	By     string `json:"by"`  // person, command or nobody
	Detail string `json:"detail"`
}

// trail tells what was done to one row, oldest first.
func (s *server) trail(w http.ResponseWriter, r *http.Request) error {
	rows, err := s.Store.Audit(r.Context(), r.URL.Query().Get("subject"))
	if err != nil {
		return err
	}
	list := []trailAnswer{}
	for _, a := range rows {
		one := trailAnswer{At: a.At, What: a.What, Who: a.ActorLabel, By: "person", Detail: a.Detail}
		if a.ActorLabel == "" {
			one.By = "nobody"
		}
		if a.Actor == sqlite.ByCommand {
			one.By = "command"
		}
		list = append(list, one)
	}
	return sendJSON(w, http.StatusOK, map[string]any{"rows": list})
}

func queryOf(r *http.Request) office.Query {
	q := r.URL.Query()
	return office.Query{
		Text: q.Get("q"), Squad: q.Get("squad"), Unit: q.Get("unit"), Role: q.Get("role"), State: q.Get("state"), Kind: q.Get("kind"), Version: q.Get("version"), Sort: q.Get("sort"), Desc: q.Get("desc") == "1",
	}
}

const (
	usualRows = 50
	mostRows  = 500
)

// sendPage sends one page of the rows that match, and how many there are.
func sendPage[T, A any](w http.ResponseWriter, r *http.Request, rows []T, of func(T) A, err error) error {
	if err != nil {
		return err
	}
	size, page := numberOf(r.URL.Query(), "size", usualRows, mostRows), numberOf(r.URL.Query(), "page", 1, 1<<30)
	from := min((page-1)*size, len(rows))
	list := []A{}
	for _, row := range rows[from:min(from+size, len(rows))] {
		list = append(list, of(row))
	}
	return sendJSON(w, http.StatusOK, map[string]any{"rows": list, "total": len(rows), "page": page, "size": size})
}

func numberOf(q url.Values, name string, usual, most int) int {
	n, err := strconv.Atoi(q.Get(name))
	if err != nil || n < 1 {
		return usual
	}
	return min(n, most)
}

// seenOf is the revision that the asker saw, from If-Match.
func seenOf(r *http.Request) (int64, error) {
	n, err := strconv.ParseInt(strings.Trim(r.Header.Get("If-Match"), `"`), 10, 64)
	if err != nil || n < 1 {
		return 0, shared.Fail("request.malformed", "If-Match must name the revision that was seen")
	}
	return n, nil
}

func sendRow(w http.ResponseWriter, status int, revision int64, value any) error {
	w.Header().Set("Etag", `"`+strconv.FormatInt(revision, 10)+`"`)
	return sendJSON(w, status, value)
}
