package web

import (
	"net/http"
	"strings"
	"testing"

	"buxun/server/identity"
	"buxun/shared"
)

// A revoked phone's session brings what the phone holds and reads nothing but whose it is, at every route that there is.
func TestL10_ARevokedPhoneIsOnlyLetInToDeliver(t *testing.T) {
	w := newWorld(t)
	token := w.cookie("a-one")
	r := w.fresh("a-one")
	if answer := w.ask(token, "POST", "/api/replicas", enrolment(r, nil), nil); answer.Code != http.StatusCreated {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	elsewhere, older := w.cookie("a-one"), w.cookie("a-one")
	other := w.fresh("a-one")
	if answer := w.ask(elsewhere, "POST", "/api/replicas", enrolment(other, nil), nil); answer.Code != http.StatusCreated {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	content := picture(9)
	hash := w.reportOnly(r, content)
	w.must(w.store.Revoke(t.Context(), r.ID))
	for _, one := range w.server.routes() {
		if one.access != signedIn && one.access != admins || one.path+one.method == "/api/sessionGET" || one.path == "/api/uploads/" {
			continue
		}
		method := one.method
		if method == "" {
			method = "GET"
		}
		path := strings.NewReplacer("{hash}", hash, "{id}", r.ID, "{kind}", "return", "{file}", "x").Replace(one.path)
		if answer := w.ask(token, method, path, enrolment(w.fresh("a-one"), nil), first); codeOfProblem(answer) != "replica.revoked" {
			t.Errorf("%s %s: %d %s", method, path, answer.Code, answer.Body)
		}
	}
	if reader, err := w.Authenticate(w.request(token)); err != nil || !reader.Leaving {
		t.Errorf("the socket takes it for %+v, %v", reader, err)
	}
	if answer := w.upload(r, token, hash, content); answer.Code != http.StatusCreated {
		t.Errorf("the photo that it still held: %d %s", answer.Code, answer.Body)
	}
	if answer := w.ask(elsewhere, "GET", "/api/directory", "", nil); answer.Code != http.StatusOK {
		t.Errorf("the same person on another phone: %d", answer.Code)
	}
	if answer := w.ask(older, "GET", "/api/session", "", nil); codeOfProblem(answer) != "session.missing" {
		t.Errorf("a session that may be on the revoked phone: %d", answer.Code)
	}
	// Signing in again on the phone changes nothing.
	again := w.cookie("a-one")
	w.ask(again, "POST", "/api/replicas", enrolment(r, nil), nil)
	if answer := w.ask(again, "GET", "/api/directory", "", nil); codeOfProblem(answer) != "replica.revoked" {
		t.Errorf("signed in again: %d", answer.Code)
	}
}

func TestAsk13_AWipeIsBelievedOfThePhoneItself(t *testing.T) {
	w := newWorld(t)
	token := w.cookie("a-one")
	r, foreign := w.fresh("a-one"), w.phone("b-one")
	w.ask(token, "POST", "/api/replicas", enrolment(r, nil), nil)
	proof, err := r.Sign(shared.WipedText(r.ID))
	w.must(err)
	forged, err := foreign.Sign(shared.WipedText(r.ID))
	w.must(err)
	say := func(id, proof string) string {
		return codeOfProblem(w.ask("", "POST", "/api/replicas/"+id+"/wiped", `{"proof":"`+proof+`"}`, nil))
	}
	if code := say(r.ID, proof); code != "request.notPermitted" {
		t.Errorf("a phone in use: %s", code)
	}
	w.must(w.store.Revoke(t.Context(), r.ID))
	for name, row := range map[string][2]string{"another phone's key": {r.ID, forged}, "no proof": {r.ID, ""}, "no such phone": {w.fresh("a-one").ID, proof}} {
		if code := say(row[0], row[1]); code != "request.notPermitted" {
			t.Errorf("%s: %s", name, code)
		}
	}
	if list := w.office("GET", "devices/"+r.ID, "", 0).Body.String(); strings.Contains(list, "wipedAt") {
		t.Errorf("it is said to be wiped: %s", list)
	}
	for range 2 {
		if code := say(r.ID, proof); code != "" {
			t.Fatalf("refused: %s", code)
		}
	}
	if list := w.office("GET", "devices/"+r.ID, "", 0).Body.String(); !strings.Contains(list, `"wipedAt":`) {
		t.Errorf("administrators are not told: %s", list)
	}
	if trail := w.office("GET", "trail?subject="+r.ID, "", 0).Body.String(); strings.Count(trail, `"wiped"`) != 1 {
		t.Errorf("the trail: %s", trail)
	}
	if _, known, err := w.store.SessionByToken(t.Context(), identity.HashToken(token), w.clock.UnixMilli()); known || err != nil {
		t.Errorf("it is still signed in: %v", err)
	}
}

// request is one that carries a session, for what stands beside the routes.
func (w *world) request(token string) *http.Request {
	w.t.Helper()
	r, err := http.NewRequest(http.MethodGet, "/api/live", nil)
	w.must(err)
	r.AddCookie(&http.Cookie{Name: cookieName, Value: token})
	return r
}
