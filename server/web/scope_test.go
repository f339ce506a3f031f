package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"buxun/server/photo"
	"buxun/shared"
	"buxun/sync/drive"
	"buxun/sync/wire"
)

func TestL10_PhotosAreForThoseWhoSeeTheCase(t *testing.T) {
	w := newWorld(t)
	content := picture(3)
	hash := w.report(w.phone("a-one"), "a-one", content)
	for as, want := range map[string]int{
		"a-one": 200, "a-two": 200, "a-leader": 200, "admin": 200, "bx_camera": 200, "b-one": 404, "": 401, "bx_prom": 403,
	} {
		for _, size := range []string{"", "?size=screen"} {
			answer := w.ask(as, "GET", "/api/photos/"+hash+size, "", nil)
			if answer.Code != want || want == 200 && !bytes.Equal(answer.Body.Bytes(), content) {
				t.Errorf("%s%s: %d, %d bytes", as, size, answer.Code, answer.Body.Len())
			}
			if want == 200 && (answer.Header().Get("Cache-Control") != "no-store" || answer.Header().Get("Content-Type") != "image/jpeg" ||
				answer.Header().Get("X-Content-Type-Options") != "nosniff") {
				t.Errorf("%s%s: %v", as, size, answer.Header())
			}
		}
	}
	foreign := w.ask("b-one", "GET", "/api/photos/"+hash, "", nil)
	none := w.ask("b-one", "GET", "/api/photos/"+strings.Repeat("0", 64), "", nil)
	if same(foreign.Body.Bytes()) != same(none.Body.Bytes()) {
		t.Errorf("a foreign photo differs from none:\n%s\n%s", foreign.Body, none.Body)
	}
}

// same is a problem document without its number.
func same(text []byte) string {
	var problem Problem
	if json.Unmarshal(text, &problem) != nil {
		return string(text)
	}
	problem.Instance = ""
	return fmt.Sprint(problem)
}

// To name a hash is no proof of having the photo: who only heard of it gets nothing by naming or claiming it.
func TestL10_NamingAHashGivesNothing(t *testing.T) {
	w := newWorld(t)
	content := picture(5)
	hash := w.report(w.phone("a-one"), "a-one", content)
	b := w.phone("b-one")
	if answer := w.upload(b, "b-one", hash, content); codeOfProblem(answer) != "photo.notNamed" {
		t.Errorf("upload of a photo that no case of theirs names: %d %s", answer.Code, answer.Body)
	}
	if answer := w.ask("b-one", "GET", "/api/photos/"+hash, "", nil); answer.Code != http.StatusNotFound {
		t.Errorf("%d", answer.Code)
	}
	if answer := w.upload(b, "", hash, content); codeOfProblem(answer) != "session.missing" {
		t.Errorf("upload without a session: %d", answer.Code)
	}
}

func TestL10_TheDirectoryIsTheReadersScope(t *testing.T) {
	w := newWorld(t)
	for as, want := range map[string][2]string{
		"a-one": {"一中队 采集员A-1 采集员A-2 中队长A", "二中队 采集员B-1"},
		"b-one": {"二中队 采集员B-1", "一中队 采集员A-1"},
		"admin": {"一中队 二中队 采集员A-1 采集员B-1", "login"},
	} {
		answer := w.ask(as, "GET", "/api/directory", "", nil)
		for _, name := range strings.Fields(want[0]) {
			if !strings.Contains(answer.Body.String(), name) {
				t.Errorf("%s does not see %s", as, name)
			}
		}
		for _, name := range strings.Fields(want[1]) {
			if strings.Contains(answer.Body.String(), name) {
				t.Errorf("%s sees %s", as, name)
			}
		}
		etag := answer.Header().Get("Etag")
		if again := w.ask(as, "GET", "/api/directory", "", header{"If-None-Match": etag}); etag == "" || again.Code != http.StatusNotModified {
			t.Errorf("%s: asked again: %d", as, again.Code)
		}
	}
}

func TestL13_TheLeaderSeesWhatPhonesMadeAndTheCentreHasNot(t *testing.T) {
	w := newWorld(t)
	r := w.phone("a-one")
	w.report(r, "a-one", picture(7))
	holding := r.Holding()
	holding.Last = 4 // made, and three never arrived
	_, err := w.store.Known(t.Context(), []wire.Holding{holding})
	w.must(err)
	other := w.phone("b-one")
	for as, want := range map[string]int{"a-leader": 200, "admin": 200, "a-one": 403, "": 401} {
		answer := w.ask(as, "GET", "/api/phones", "", nil)
		if answer.Code != want {
			t.Errorf("%s: %d %s", as, answer.Code, answer.Body)
		}
		if want != http.StatusOK {
			continue
		}
		var got struct{ Phones []phoneAnswer }
		w.must(json.Unmarshal(answer.Body.Bytes(), &got))
		mine := phoneOf(got.Phones, r.ID)
		if mine.Made != 4 || mine.Known != 1 || mine.Missing != 3 || mine.Label != "采集员A-1" || mine.HeardAt != w.clock.UnixMilli() {
			t.Errorf("%s sees %+v", as, mine)
		}
		if seen := phoneOf(got.Phones, other.ID).Replica != ""; seen != (as == "admin") {
			t.Errorf("%s sees the phone of another squad: %v", as, seen)
		}
	}
}

func phoneOf(list []phoneAnswer, replica string) phoneAnswer {
	for _, p := range list {
		if p.Replica == replica {
			return p
		}
	}
	return phoneAnswer{}
}

func TestR21_EnrolmentIsForThePersonOrTheOldReplicasAuthor(t *testing.T) {
	w := newWorld(t)
	old := w.phone("a-one")
	if answer := w.ask("a-one", "POST", "/api/replicas", enrolment(old, nil), nil); answer.Code != http.StatusOK {
		t.Errorf("a repeat: %d %s", answer.Code, answer.Body)
	}
	if answer := w.ask("a-two", "POST", "/api/replicas", enrolment(old, nil), nil); codeOfProblem(answer) != "replica.taken" {
		t.Errorf("somebody else's: %d %s", answer.Code, answer.Body)
	}
	next := w.fresh("a-one")
	proof, err := old.Sign(shared.SucceedText(next.ID, next.Key()))
	w.must(err)
	wrong, err := next.Sign(shared.SucceedText(next.ID, next.Key()))
	w.must(err)
	for _, row := range []struct {
		name, as, succeeds, proof string
		status                    int
		want                      string
	}{
		{"a proof by another key", "b-one", old.ID, wrong, 403, "request.notPermitted"},
		{"no proof", "a-one", old.ID, "", 403, "request.notPermitted"},
		{"an unknown old replica", "b-one", next.ID, proof, 403, "replica.unknown"},
		{"nobody signed in", "", old.ID, proof, 401, "session.missing"},
		{"delivered by another squad's collector", "b-one", old.ID, proof, 201, ""},
		{"again by a third", "a-two", old.ID, proof, 200, ""},
	} {
		answer := w.ask(row.as, "POST", "/api/replicas", enrolment(next, map[string]string{"succeeds": row.succeeds, "proof": row.proof}), nil)
		if answer.Code != row.status || codeOfProblem(answer) != row.want {
			t.Errorf("%s: %d %s", row.name, answer.Code, answer.Body)
		}
	}
	got, known, err := w.store.Replica(t.Context(), next.ID)
	if err != nil || !known || got.Author.ID != w.ids["a-one"] {
		t.Errorf("the successor is %+v, %v, %v", got.Author, known, err)
	}
	w.must(w.store.Revoke(t.Context(), old.ID))
	third := w.fresh("a-one")
	proof, err = old.Sign(shared.SucceedText(third.ID, third.Key()))
	w.must(err)
	if answer := w.ask("a-one", "POST", "/api/replicas", enrolment(third, map[string]string{"succeeds": old.ID, "proof": proof}), nil); codeOfProblem(answer) != "replica.revoked" {
		t.Errorf("a revoked phone let itself in again: %d %s", answer.Code, answer.Body)
	}
}

func (w *world) fresh(login string) *drive.Replica {
	w.t.Helper()
	r, err := drive.NewReplica(w.ids[login])
	w.must(err)
	return r
}

func TestAProgramsReplicaIsAMachines(t *testing.T) {
	w := newWorld(t)
	r := w.fresh("camera")
	if answer := w.ask("bx_camera", "POST", "/api/replicas", enrolment(r, nil), nil); answer.Code != http.StatusCreated {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	got, _, err := w.store.Replica(t.Context(), r.ID)
	if err != nil || got.Author.Kind != shared.AuthorMachine {
		t.Errorf("%+v, %v", got.Author, err)
	}
}

func TestUploadsAnswerThroughThisHandler(t *testing.T) {
	w := newWorld(t)
	r := w.phone("a-one")
	content := picture(11)
	hash := w.report(r, "a-one", content)
	if again := w.upload(r, "a-two", hash, content); codeOfProblem(again) != "photo.held" || again.Header().Get(photo.HeaderPhoto) != hash {
		t.Errorf("again, delivered by a colleague: %d %s", again.Code, again.Body)
	}
	proof, err := r.Sign(shared.UploadText(hash))
	w.must(err)
	head := w.ask("a-one", "HEAD", photo.Path+hash+"."+r.ID, "", header{"Tus-Resumable": "1.0.0", photo.HeaderReplica: r.ID, photo.HeaderProof: proof})
	if head.Code != http.StatusOK || head.Header().Get("Upload-Offset") != head.Header().Get("Upload-Length") || head.Body.Len() > 0 {
		t.Errorf("HEAD: %d %v", head.Code, head.Header())
	}
}
