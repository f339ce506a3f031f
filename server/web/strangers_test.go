package web

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"buxun/server/identity"
	"buxun/server/photo"
	"buxun/server/roster"
	"buxun/server/sqlite"
	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/session"
)

// columns are who knocks at each gate, as the table names them; several who must fare alike share one.
var columns = [][]string{
	{"", "no such session", "ended", "gone", "bx_unknown", "bx_revoked"}, // strangers, and who is one now
	{"bx_prom"}, {"bx_camera"}, {"b-one"}, {"b-leader"}, {"a-one", "a-two"}, {"a-leader"}, {"admin"}, {"env-one"}, {"works-one"},
}

// gate is one thing that is asked for: route is the router's, ask a real request for something of squad A, and fares what each
// column is answered.
type gate struct {
	route, ask, body string
	headers          header
	fares            [10]int
}

// Those who fare alike at many gates.
var (
	everyone   = [10]int{200, 200, 200, 200, 200, 200, 200, 200, 200, 200}
	nobody     = [10]int{404, 404, 404, 404, 404, 404, 404, 404, 404, 404}
	noMethod   = [10]int{405, 405, 405, 405, 405, 405, 405, 405, 405, 405}
	inOffice   = [10]int{401, 403, 403, 403, 403, 403, 403, 200, 403, 403}
	officeNew  = [10]int{401, 403, 403, 403, 403, 403, 403, 201, 403, 403}
	officeOut  = [10]int{401, 403, 403, 403, 403, 403, 403, 204, 403, 403}
	officeGone = [10]int{401, 403, 403, 403, 403, 403, 403, 412, 403, 403}
	officeNo   = [10]int{401, 403, 403, 403, 403, 403, 403, 404, 403, 403}
	syncing    = [10]int{401, 403, 200, 200, 200, 200, 200, 200, 200, 200}
	people     = [10]int{401, 403, 403, 200, 200, 200, 200, 200, 200, 200}
	squadA     = [10]int{401, 403, 200, 403, 403, 200, 200, 200, 403, 403}
)

var (
	first    = header{"If-Match": `"1"`}
	tus      = header{"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0", "Upload-Length": "{size}", "Upload-Metadata": "hash {hash64}", photo.HeaderReplica: "{replica}"}
	tusProof = header{"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0", "Upload-Length": "{size}", "Upload-Metadata": "hash {hash64}", photo.HeaderReplica: "{replica}", photo.HeaderProof: "{proof}"}
	tusOwn   = header{"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream", "Upload-Length": "{size}", "Upload-Metadata": "hash {hash64}", photo.HeaderReplica: "{own}", photo.HeaderProof: "{ownProof}"}
)

// gates is the table: who is answered what, for everything that can be asked for. The columns:
//
//	stranger, program for figures, camera of squad A, collector and leader of squad B, collector and leader of squad A,
//	administrator, the unit that the case of squad A is dispatched to, another unit
var gates = []gate{
	{"GET /healthz", "GET /healthz", "", nil, everyone},
	{"GET /readyz", "GET /readyz", "", nil, everyone},
	{"GET /metrics", "GET /metrics", "", nil, [10]int{401, 200, 403, 401, 401, 401, 401, 401, 401, 401}},
	{"GET /metrics", "GET /metrics", "", header{"Remote": "127.0.0.1:9", "X-Forwarded-For": "8.8.8.8"}, [10]int{401, 200, 403, 401, 401, 401, 401, 401, 401, 401}},

	{"POST /api/session", "POST /api/session", `{"login":"{as}","password":"a guess"}`, nil, [10]int{401, 401, 401, 401, 401, 401, 401, 401, 401, 401}},
	{"GET /api/session", "GET /api/session", "", nil, syncing},
	{"DELETE /api/session", "DELETE /api/session", "", nil, [10]int{204, 204, 204, 204, 204, 204, 204, 204, 204, 204}},
	{"POST /api/replicas", "POST /api/replicas", "{fresh}", nil, [10]int{401, 403, 201, 201, 201, 201, 201, 201, 201, 201}},
	{"POST /api/replicas", "POST /api/replicas", "{taken}", nil, [10]int{401, 403, 409, 409, 409, 409, 409, 409, 409, 409}},
	{"POST /api/replicas/{id}/wiped", "POST /api/replicas/{replica}/wiped", `{"proof":"{proof}"}`, nil, [10]int{403, 403, 403, 403, 403, 403, 403, 403, 403, 403}}, // it was not revoked, and signs another text
	{"GET /api/taxonomy", "GET /api/taxonomy", "", nil, everyone},
	{"GET /api/taxonomy/{file}", "GET /api/taxonomy/{taxonomy}", "", nil, everyone},
	{"GET /api/taxonomy/{file}", "GET /api/taxonomy/..%2f..%2fbuxun.db", "", nil, nobody},
	{"GET /api/directory", "GET /api/directory", "", nil, syncing},
	{"GET /api/phrases", "GET /api/phrases", "", nil, syncing},
	{"GET /api/limits", "GET /api/limits", "", nil, syncing},
	{"GET /api/phrases", "GET /api/phrases?squad=A", "", nil, squadA},
	{"PUT /api/phrases/{kind}", "PUT /api/phrases/return?squad=A", `{"texts":["变了"]}`, nil, [10]int{401, 403, 403, 403, 403, 403, 200, 200, 403, 403}},
	// Each is told and changes their own choices alone.
	{"GET /api/me/choices", "GET /api/me/choices", "", nil, people},
	{"PUT /api/me/choices/{key}", "PUT /api/me/choices/telling", `{"was":0,"value":{"kinds":[{"kind":"task","ways":[]}]}}`, nil, people},
	{"PUT /api/me/choices/{key}", "PUT /api/me/choices/secrets", `{"was":0,"value":{}}`, nil, [10]int{401, 403, 403, 404, 404, 404, 404, 404, 404, 404}},
	{"GET /api/me/push", "GET /api/me/push", "", nil, people},
	{"PUT /api/me/push", "PUT /api/me/push", `{"endpoint":"https://push.example/{as}","p256dh":"BLrWZmeoCSImXklB7fCq5UlmUzxy-eYjjatVQxplLjnefnLr7uo8b9k7vEGCVRnjFEIobFrgi-8TXYvf1B71moI","auth":"AAAAAAAAAAAAAAAAAAAAAA"}`, nil, people},
	{"PUT /api/me/push", "PUT /api/me/push", `{"endpoint":"http://127.0.0.1/x","p256dh":"","auth":""}`, nil, [10]int{401, 403, 403, 400, 400, 400, 400, 400, 400, 400}},
	{"DELETE /api/me/push", "DELETE /api/me/push", "", nil, [10]int{401, 403, 403, 204, 204, 204, 204, 204, 204, 204}},
	// Each is given receipts of their own doings alone, and may compare their own phone alone.
	{"POST /api/receipts", "POST /api/receipts", `{"cases":["{case}"]}`, nil, syncing},
	{"POST /api/reckon", "POST /api/reckon", `{"replica":"{own}","records":1,"photos":1,"runs":[]}`, nil, [10]int{401, 403, 403, 403, 403, 403, 403, 403, 403, 403}},
	{"GET /api/phones", "GET /api/phones", "", nil, [10]int{401, 403, 403, 403, 200, 403, 200, 200, 403, 403}},
	{"GET /api/day", "GET /api/day?squad=A", "", nil, [10]int{401, 403, 403, 403, 403, 403, 200, 200, 403, 403}},
	{"GET /api/photos/{hash}", "GET /api/photos/{hash}", "", nil, [10]int{401, 403, 200, 404, 404, 200, 200, 200, 200, 404}},
	{"GET /api/photos/{hash}", "HEAD /api/photos/{hash}?size=screen", "", nil, [10]int{401, 403, 200, 404, 404, 200, 200, 200, 200, 404}},
	{"GET /api/photos/{hash}", "GET /api/photos/{hash}?size=preview", "", nil, [10]int{401, 403, 200, 404, 404, 200, 200, 200, 200, 404}},
	{"GET /api/photos/{hash}", "GET /api/photos/..%2f..%2fbuxun.db", "", nil, [10]int{401, 403, 404, 404, 404, 404, 404, 404, 404, 404}},

	// Who holds the phone's key may deliver its photos for it; nobody else even learns whether they are there.
	{"POST /api/uploads/", "POST /api/uploads/", "", tus, [10]int{401, 403, 403, 403, 403, 403, 403, 403, 403, 403}},
	{"POST /api/uploads/", "POST /api/uploads/", "", tusOwn, [10]int{401, 403, 403, 403, 403, 403, 403, 403, 403, 403}},
	{"POST /api/uploads/", "POST /api/uploads/", "", tusProof, [10]int{401, 403, 409, 409, 409, 409, 409, 409, 409, 409}},
	{"HEAD /api/uploads/", "HEAD /api/uploads/{hash}.{replica}", "", tus, [10]int{401, 403, 403, 403, 403, 403, 403, 403, 403, 403}},
	{"HEAD /api/uploads/", "HEAD /api/uploads/{hash}.{replica}", "", tusProof, syncing},
	{"PATCH /api/uploads/", "PATCH /api/uploads/{hash}.{replica}", "x", tus, [10]int{401, 403, 403, 403, 403, 403, 403, 403, 403, 403}},
	{"DELETE /api/uploads/", "DELETE /api/uploads/{hash}.{replica}", "", tus, [10]int{401, 403, 403, 403, 403, 403, 403, 403, 403, 403}},
	{"DELETE /api/uploads/", "DELETE /api/uploads/..%2f..%2fbuxun.db", "", tus, [10]int{401, 403, 404, 404, 404, 404, 404, 404, 404, 404}},
	{"GET /api/uploads/", "GET /api/uploads/{hash}.{replica}", "", tusProof, [10]int{401, 403, 405, 405, 405, 405, 405, 405, 405, 405}},
	{"PUT /api/uploads/", "PUT /api/uploads/{hash}.{replica}", "x", tusProof, [10]int{401, 403, 405, 405, 405, 405, 405, 405, 405, 405}},
	{"OPTIONS /api/uploads/", "OPTIONS /api/uploads/", "", tus, syncing},

	// Who is signed in may carry a file; what is in it counts as its authors' (handover_test.go says what the courier is told).
	{"PUT /api/handovers/{id}", "PUT /api/handovers/{replica}", "no such file", header{"Content-Range": "bytes 0/12"}, [10]int{401, 403, 422, 422, 422, 422, 422, 422, 422, 422}},
	{"PUT /api/handovers/{id}", "PUT /api/handovers/..%2f..%2fbuxun.db", "x", header{"Content-Range": "bytes 0/1"}, [10]int{401, 403, 400, 400, 400, 400, 400, 400, 400, 400}},

	// Who has a case's link reports it handled (server/contractors_test.go); nobody finds one.
	{"GET /api/cases", "GET /api/cases?q=井盖", "", nil, [10]int{401, 403, 403, 200, 200, 200, 200, 200, 200, 200}},
	{"GET /api/cases", "GET /api/cases?q=x&before=y", "", nil, [10]int{401, 403, 403, 400, 400, 400, 400, 400, 400, 400}},
	{"GET /api/cases/{id}", "GET /api/cases/{case}", "", nil, [10]int{401, 403, 403, 404, 404, 200, 200, 200, 200, 404}},
	{"POST /api/cases/{id}/links", "POST /api/cases/{case}/links", `{"contractor":"张师傅"}`, nil, [10]int{401, 403, 403, 403, 404, 403, 201, 403, 201, 404}},
	{"GET /api/cases/{id}/links", "GET /api/cases/{case}/links", "", nil, [10]int{401, 403, 403, 403, 404, 403, 200, 403, 200, 404}},
	{"DELETE /api/cases/{id}/links/{link}", "DELETE /api/cases/{case}/links/guessed", "", nil, [10]int{401, 403, 403, 403, 404, 403, 404, 403, 404, 404}},
	{"GET /link.css", "GET /link.css", "", nil, everyone},
	{"GET /h/{token}", "GET /h/guessed", "", nil, nobody},
	{"POST /h/{token}", "POST /h/guessed", "photo=x", nil, nobody},
	{"GET /h/{token}/{hash}", "GET /h/guessed/{hash}?size=screen", "", nil, nobody},
	{"* /h/", "* /h/", "", nil, nobody},

	{"GET /install", "GET /install", "", nil, everyone},
	{"GET /install/{file}", "GET /install/style.css", "", nil, everyone},
	{"GET /api/live", "GET /api/live", "", nil, syncing},
	{"* /api/", "* /api/nothing", "", nil, nobody},
	{"GET /", "GET /", "", nil, everyone},
	{"GET /", "GET /office/people", "", nil, everyone}, // the app's own; what it shows it asks for
	{"HEAD /", "HEAD /assets/app-1a.js", "", nil, everyone},
	{"GET /", "GET /.keep", "", nil, nobody},
	{"POST /", "POST /", "", nil, noMethod},
	{"PUT /", "PUT /index.html", "x", nil, noMethod},
	{"PATCH /", "PATCH /", "", nil, noMethod},
	{"DELETE /", "DELETE /index.html", "", nil, noMethod},
	{"OPTIONS /", "OPTIONS /", "", nil, noMethod},

	{"GET /api/office/people", "GET /api/office/people", "", nil, inOffice},
	{"POST /api/office/people", "POST /api/office/people", `{"name":"newcomer","label":"新人","role":"collector","squad":"A"}`, nil, officeNew},
	{"PUT /api/office/people/{id}", "PUT /api/office/people/{person}", `{"label":"变了"}`, first, inOffice},
	{"POST /api/office/people/{id}/password", "POST /api/office/people/{person}/password", `{"password":"a new one, long enough"}`, first, inOffice},
	{"GET /api/office/squads", "GET /api/office/squads", "", nil, inOffice},
	{"POST /api/office/squads", "POST /api/office/squads", `{"code":"D","name":"四中队"}`, nil, officeNew},
	{"PUT /api/office/squads", "PUT /api/office/squads", `{"codes":["B","A"]}`, nil, inOffice},
	{"PUT /api/office/squads/{id}", "PUT /api/office/squads/A", `{"name":"变了"}`, first, inOffice},
	{"DELETE /api/office/squads/{id}", "DELETE /api/office/squads/C", "", first, officeOut},
	{"GET /api/office/units", "GET /api/office/units", "", nil, inOffice},
	{"POST /api/office/units", "POST /api/office/units", `{"code":"new","name":"新单位"}`, nil, officeNew},
	{"PUT /api/office/units/{id}", "PUT /api/office/units/env", `{"name":"变了"}`, first, inOffice},
	{"DELETE /api/office/units/{id}", "DELETE /api/office/units/idle", "", first, officeOut},
	{"GET /api/office/files/units", "GET /api/office/files/units?form=csv", "", nil, inOffice},
	{"POST /api/office/files/units", "POST /api/office/files/units?name=u.csv", "code,name\nnew,新单位\n", nil, inOffice},
	{"GET /api/office/register", "GET /api/office/register", "", nil, inOffice},
	{"POST /api/office/register", "POST /api/office/register", `{"unit":"env","category":"GB/T 47678.5-2026|matter|07"}`, nil, officeNew},
	{"PUT /api/office/register/{id}", "PUT /api/office/register/nothing", `{"area":"A"}`, nil, officeGone},
	{"DELETE /api/office/register/{id}", "DELETE /api/office/register/nothing", "", nil, officeGone},
	{"GET /api/office/categories", "GET /api/office/categories?q=垃圾", "", nil, inOffice},
	{"GET /api/office/areas", "GET /api/office/areas", "", nil, inOffice},
	{"GET /api/office/areas/{id}", "GET /api/office/areas/430204003005", "", nil, inOffice},
	{"PUT /api/office/areas/{id}", "PUT /api/office/areas/430204003005", `{"name":"变了"}`, first, inOffice},
	{"DELETE /api/office/areas/{id}", "DELETE /api/office/areas/430204003005", "", first, officeOut},
	{"GET /api/office/devices", "GET /api/office/devices", "", nil, inOffice},
	{"GET /api/office/devices/{id}", "GET /api/office/devices/{replica}", "", nil, inOffice},
	{"PUT /api/office/devices/{id}", "PUT /api/office/devices/{replica}", `{"label":"变了"}`, first, inOffice},
	{"POST /api/office/devices/{id}/revoke", "POST /api/office/devices/{replica}/revoke", `{"why":"丢了"}`, first, inOffice},
	{"GET /api/office/phrases", "GET /api/office/phrases", "", nil, inOffice},
	{"GET /api/office/limits", "GET /api/office/limits?q=x", "", nil, inOffice},
	{"GET /api/office/limits/versions", "GET /api/office/limits/versions", "", nil, inOffice},
	{"GET /api/office/phases", "GET /api/office/phases", "", nil, inOffice},
	{"GET /api/office/calendar", "GET /api/office/calendar", "", nil, inOffice},
	{"GET /api/office/webhooks", "GET /api/office/webhooks", "", nil, inOffice},
	{"POST /api/office/webhooks", "POST /api/office/webhooks", `{"name":"new","url":"https://hook.example/x","format":"json","events":"filed"}`, nil, officeNew},
	{"PUT /api/office/webhooks/{id}", "PUT /api/office/webhooks/9", `{"name":"变了"}`, first, officeNo},
	{"DELETE /api/office/webhooks/{id}", "DELETE /api/office/webhooks/9", "", first, officeNo},
	{"POST /api/office/webhooks/{id}/test", "POST /api/office/webhooks/9/test", "", nil, officeNo},
	{"GET /api/office/webhooks/{id}/log", "GET /api/office/webhooks/9/log", "", nil, inOffice},
	{"GET /api/office/rescue", "GET /api/office/rescue", "", nil, inOffice},
	{"GET /api/office/trail", "GET /api/office/trail?subject={person}", "", nil, inOffice},
	{"* /api/office/", "* /api/office/nothing", "", nil, officeNo},
	{"GET /api/office/files/people", "GET /api/office/files/people?form=csv", "", nil, inOffice},
	{"POST /api/office/files/people", "POST /api/office/files/people?name=p.csv", "login,label,role\nnew,新人,admin\n", nil, inOffice},
	{"GET /api/office/files/squads", "GET /api/office/files/squads?form=csv", "", nil, inOffice},
	{"POST /api/office/files/squads", "POST /api/office/files/squads?name=s.csv", "code,name\nE,五中队\n", nil, inOffice},
	{"GET /api/office/files/areas", "GET /api/office/files/areas?form=geojson", "", nil, inOffice},
	{"POST /api/office/files/areas", "POST /api/office/files/areas?name=a.geojson", `{"type":"FeatureCollection","features":[]}`, nil, inOffice},
	{"GET /api/office/files/devices", "GET /api/office/files/devices?form=csv", "", nil, inOffice},
	{"POST /api/office/files/devices", "POST /api/office/files/devices?name=d.csv", "replica,name\n{replica},变了\n", nil, inOffice},
	{"GET /api/office/files/phrases", "GET /api/office/files/phrases?form=csv", "", nil, inOffice},
	{"GET /api/office/files/register", "GET /api/office/files/register?form=csv", "", nil, inOffice},
	{"POST /api/office/files/phrases", "POST /api/office/files/phrases?name=f.csv", "squad,kind,text\nA,return,变了\n", nil, inOffice},
	{"POST /api/office/files/register", "POST /api/office/files/register?name=r.csv", "unit,category\nenv,市容环境\n", nil, inOffice},
	{"GET /api/office/files/limits", "GET /api/office/files/limits?form=csv", "", nil, inOffice},
	{"POST /api/office/files/limits", "POST /api/office/files/limits?name=l.csv", "category,condition,limit\nGB/T 47678.5-2026|matter|06010,暴露,4 h urgent\n", nil, inOffice},
	{"GET /api/office/files/phases", "GET /api/office/files/phases?form=csv", "", nil, inOffice},
	{"POST /api/office/files/phases", "POST /api/office/files/phases?name=p.csv", "phase,limit\naccept,15 min\n", nil, inOffice},
	{"GET /api/office/files/calendar", "GET /api/office/files/calendar?form=csv", "", nil, inOffice},
	{"POST /api/office/files/calendar", "POST /api/office/files/calendar?name=c.csv", "kind,value,name\nhours,08:00-12:00,\nfree,Sunday,\n", nil, inOffice},
}

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// TestL10_EveryRouteForEveryRole knocks at every gate as everybody. A route without a row fails: whoever adds one says for whom it is.
func TestL10_EveryRouteForEveryRole(t *testing.T) {
	rows, still := map[string]bool{}, newKnock(t)
	for _, g := range gates {
		method, path, _ := strings.Cut(g.route, " ")
		for _, one := range methods {
			rows[one+" "+path] = rows[one+" "+path] || method == "*" || method == one
		}
		t.Run(g.ask, func(t *testing.T) {
			if g.changes() {
				newKnock(t).at(g)
				return
			}
			still.t = t
			still.at(g)
		})
	}
	known := map[string]bool{}
	for _, r := range newWorld(t).server.routes() {
		if r.access == unsaid {
			t.Errorf("%s %s says for nobody that it is theirs", r.method, r.path)
		}
		for _, method := range methods {
			if r.method != "" && r.method != method {
				continue
			}
			known[method+" "+r.path] = true
			if !rows[method+" "+r.path] {
				t.Errorf("%s %s has no row: who may ask for it?", method, r.path)
			}
		}
	}
	for row, there := range rows {
		if there && !known[row] && !(strings.HasPrefix(row, "HEAD ") && known["GET"+row[4:]]) {
			t.Errorf("there is no route for the row %s", row)
		}
	}
}

// A route that says nothing of who may ask for it is nobody's.
func TestL10_WhatIsNotAllowedIsRefused(t *testing.T) {
	w := newWorld(t)
	handler := w.server.handler(route{"GET", "/api/new", 0, PurposeSync, func(_ *server, w http.ResponseWriter, _ *http.Request) error {
		plain(w, "all of it")
		return nil
	}})
	w.Handler = w.server.watch(w.server.shield(handler))
	for _, as := range slices.Concat(columns...) {
		if answer := w.ask(as, "GET", "/api/new", "", nil); answer.Code != http.StatusForbidden && answer.Code != http.StatusUnauthorized || strings.Contains(answer.Body.String(), "all of it") {
			t.Errorf("%q: %d %s", as, answer.Code, answer.Body)
		}
	}
}

// What no route is for is refused alike by method, whoever asks.
func TestL10_NoRouteAnswersAMethodThatItDoesNotName(t *testing.T) {
	w := newKnock(t)
	there := map[string][]string{}
	for _, r := range w.server.routes() {
		there[r.path] = append(there[r.path], r.method)
	}
	for path, allowed := range there {
		if slices.Contains(allowed, "") {
			continue
		}
		if slices.Contains(allowed, "GET") {
			allowed = append(allowed, "HEAD")
		}
		for _, method := range append([]string{"PROPFIND", "TRACE", "CONNECT"}, methods...) {
			for _, as := range []string{"", "b-one", "admin"} {
				if slices.Contains(allowed, method) {
					continue
				}
				answer := w.ask(as, method, strings.NewReplacer("{id}", "A", "{file}", "x", "{hash}", w.hash, "{kind}", "return").Replace(path), "{}", first)
				if answer.Code != http.StatusMethodNotAllowed {
					t.Errorf("%s %s as %q: %d", method, path, as, answer.Code)
				}
			}
		}
	}
}

// knock is a world where squad A has everything that could be told to others.
type knock struct {
	*world
	replica *drive.Replica // of a-one
	hash    string
	own     map[string]*drive.Replica
	tokens  map[string]string // sessions, by login: to open one costs a write
	ended   string            // a session that was ended
}

func newKnock(t testing.TB) *knock {
	k := &knock{own: map[string]*drive.Replica{}, tokens: map[string]string{}}
	k.world = newWorld(t, func(c *Config) {
		c.Live = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := k.Authenticate(r); err != nil {
				k.Refuse(w, r, err)
			}
		})
	})
	ctx := t.Context()
	k.must(k.store.PutSquads(ctx, []roster.Squad{{Code: "A", Name: "一中队"}, {Code: "B", Name: "二中队"}, {Code: "C", Name: "三中队"}}))
	k.must(k.store.PutPeople(ctx, []sqlite.Person{{Login: "b-leader", Label: "中队长B", Role: shared.RoleLeader, Squad: "B"}}))
	person, _, err := k.store.PersonByLogin(ctx, "b-leader")
	k.must(err)
	k.ids["b-leader"] = person.ID
	k.must(k.store.PutAreas(ctx, []roster.Area{{Code: "430204003005", Name: "花果山社区", Squad: "A", Kind: roster.KindCommunity, Ring: square}}))
	k.must(k.store.PutToken(ctx, sqlite.TokenRow{Hash: identity.HashToken("bx_revoked"), Name: "revoked", Person: k.ids["camera"], Purpose: PurposeSync}))
	k.must(k.store.RevokeToken(ctx, "revoked"))
	if answer := k.ask("a-leader", "PUT", "/api/phrases/return", `{"texts":["请补一张近照"]}`, nil); answer.Code != http.StatusOK {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	k.replica = k.phone("a-one")
	k.hash = k.report(k.replica, "a-one", picture(3))
	k.dispatch("env")
	k.ended = k.cookie("a-one")
	k.must(k.store.EndSession(ctx, identity.HashToken(k.ended)))
	return k
}

// secrets are words of squad A that nobody outside it may read, and of both that a stranger may not.
func (k *knock) secrets(as string) []string {
	theirs := []string{"采集员A", "中队长A", "一中队", "花果山", "请补一张近照", k.ids["a-one"], k.ids["a-leader"], "argon2"}
	switch {
	case as == "b-one" || as == "b-leader":
		return append(theirs, k.replica.ID, k.hash[:16])
	case as == "env-one" || as == "works-one":
		theirs = []string{"采集员", "中队长", "花果山", "请补一张近照", k.ids["a-one"], k.ids["a-leader"], k.replica.ID, "argon2"}
		if as == "works-one" {
			return append(theirs, k.hash[:16], "环卫处置", k.ids["env-one"])
		}
		return append(theirs, "市政处置", k.ids["works-one"])
	case slices.Contains(columns[0], as) || as == "bx_prom":
		return append(theirs, k.replica.ID, k.hash[:16], "采集员B", "中队长B", "二中队", k.ids["b-one"])
	}
	return []string{"argon2", "中队长B", "采集员B"}
}

// fill puts what the world made into a text of the table. Only what the text names is made: keys and signatures take their time.
func (k *knock) fill(text, as string) string {
	k.t.Helper()
	sign := func(r *drive.Replica) string {
		proof, err := r.Sign(shared.UploadText(k.hash))
		k.must(err)
		return proof
	}
	own := func() *drive.Replica {
		if k.own[as] == nil {
			k.own[as] = k.fresh("b-one")
		}
		return k.own[as]
	}
	for name, made := range map[string]func() string{
		"{as}": func() string { return as }, "{person}": func() string { return k.ids["a-one"] }, "{replica}": func() string { return k.replica.ID },
		"{case}": func() string {
			body, err := shared.ParseBody(k.replica.Made[0])
			k.must(err)
			return body.Case
		},
		"{hash}": func() string { return k.hash }, "{hash64}": func() string { return base64.StdEncoding.EncodeToString([]byte(k.hash)) },
		"{size}": func() string { return fmt.Sprint(len(picture(3))) }, "{proof}": func() string { return sign(k.replica) },
		"{own}": func() string { return own().ID }, "{ownProof}": func() string { return sign(own()) },
		"{taxonomy}": func() string { return shared.BuiltinTaxonomy().Version + ".json" },
		"{fresh}":    func() string { return enrolment(k.fresh("a-one"), nil) },
		"{taken}": func() string {
			return strings.Replace(enrolment(k.fresh("a-one"), nil), `"replica":"`, `"replica":"`+k.replica.ID+`","was":"`, 1)
		},
	} {
		if strings.Contains(text, name) {
			text = strings.ReplaceAll(text, name, made())
		}
	}
	return text
}

// dispatch brings the case of squad A to a unit, by its leader.
func (k *knock) dispatch(unit string) {
	k.t.Helper()
	body, err := shared.ParseBody(k.replica.Made[0])
	k.must(err)
	leader := k.phone("a-leader")
	for _, b := range []shared.Body{{Action: shared.ActionFile}, {Action: shared.ActionDispatch, Payload: shared.Payload{Unit: unit}}} {
		b.Case, b.Source, b.Time = body.Case, shared.SourceCollector, shared.DeviceTime{Device: k.clock.UnixMilli()}
		_, err := leader.Make(b)
		k.must(err)
	}
	push, err := leader.Push(1, int64(len(leader.Made)))
	k.must(err)
	results, _ := k.store.Commit(k.t.Context(), []session.Push{{Push: push, Received: k.clock.UnixMilli()}})
	for _, answer := range results[0].Answers {
		if answer.Outcome != shared.OutcomeApplied {
			k.t.Fatalf("%+v", results[0])
		}
	}
}

// session is what the person asks with: always the same.
func (k *knock) session(as string) string {
	if _, person := k.ids[as]; !person {
		return map[bool]string{true: k.ended, false: as}[as == "ended"]
	}
	if k.tokens[as] == "" {
		k.tokens[as] = k.cookie(as)
	}
	return k.tokens[as]
}

// state is everything that the office can tell: what nobody who was refused may have changed.
func (k *knock) state() string {
	all := ""
	for _, list := range []string{"people", "squads", "units", "areas", "devices", "phrases"} {
		all += k.ask(k.session("admin"), "GET", "/api/office/"+list, "", nil).Body.String()
	}
	return all
}

// changes says whether somebody may change something at a gate: then it has a world of its own.
func (g gate) changes() bool {
	return !strings.HasPrefix(g.ask, "GET ") && slices.ContainsFunc(g.fares[:], func(status int) bool { return status < 300 })
}

func (k *knock) at(g gate) {
	method, path, _ := strings.Cut(g.ask, " ")
	asked := []string{method}
	if method == "*" {
		asked = methods
	}
	for column, people := range columns {
		for _, as := range people {
			for _, method := range asked {
				k.knockAs(g, as, method, path, g.fares[column])
			}
		}
	}
}

func (k *knock) knockAs(g gate, as, method, path string, want int) {
	who := k.session(as)
	headers := header{}
	for name, value := range g.headers {
		headers[name] = k.fill(value, as)
	}
	before := ""
	if want >= 400 && method != "GET" {
		before = k.state()
	}
	path = k.fill(path, as)
	answer := k.ask(who, method, path, k.fill(g.body, as), headers)
	if answer.Code != want {
		k.t.Errorf("%s as %q: %d %.200s, want %d", g.ask, as, answer.Code, answer.Body, want)
	}
	if before != "" && k.state() != before {
		k.t.Errorf("%s as %q was refused and changed something", g.ask, as)
	}
	told := answer.Body.String() + fmt.Sprint(answer.Header())
	if as == "admin" {
		return
	}
	known := path + fmt.Sprint(headers) // what was asked with is no news
	if strings.Contains(fmt.Sprint(g.headers), "{hash64}") {
		known += k.hash
	}
	if strings.HasPrefix(g.route, "GET /api/cases") { // who dispatched a case stands on its timeline, in frames too
		known += k.ids["a-leader"]
	}
	for _, secret := range k.secrets(as) {
		if strings.Contains(told, secret) && !strings.Contains(known, secret) {
			k.t.Errorf("%s tells %q of %s: %.300s", g.ask, as, secret, told)
		}
	}
}
