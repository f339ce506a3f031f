package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"buxun/shared"
)

func TestL10_PhrasesAreReadByTheSquadAndKeptByItsLeader(t *testing.T) {
	w := newWorld(t)
	const body = `{"texts":["照片看不清，请补一张近照"]}`
	for _, row := range []struct {
		as, method, path string
		want             int
	}{
		{"a-leader", "PUT", "/api/phrases/return", 200}, {"a-leader", "PUT", "/api/phrases/return?squad=A", 200},
		{"a-leader", "PUT", "/api/phrases/return?squad=B", 403}, {"a-leader", "PUT", "/api/phrases/return?squad=C", 403},
		{"a-one", "PUT", "/api/phrases/return", 403}, {"b-one", "PUT", "/api/phrases/return?squad=A", 403},
		{"admin", "PUT", "/api/phrases/reject?squad=B", 200}, {"admin", "PUT", "/api/phrases/reject?squad=C", 404},
		{"admin", "PUT", "/api/phrases/reject", 400}, {"a-leader", "PUT", "/api/phrases/nonsense", 404},
		{"bx_camera", "PUT", "/api/phrases/return", 403}, {"", "PUT", "/api/phrases/return", 401},
		{"a-one", "GET", "/api/phrases", 200}, {"b-one", "GET", "/api/phrases", 200}, {"bx_camera", "GET", "/api/phrases", 200},
		{"a-one", "GET", "/api/phrases?squad=B", 403}, {"a-leader", "GET", "/api/phrases?squad=B", 403},
		{"admin", "GET", "/api/phrases?squad=A", 200}, {"admin", "GET", "/api/phrases?squad=C", 404}, {"admin", "GET", "/api/phrases", 200},
		{"", "GET", "/api/phrases", 401}, {"bx_prom", "GET", "/api/phrases", 403},
	} {
		text := ""
		if row.method == "PUT" {
			text = body
		}
		if answer := w.ask(row.as, row.method, row.path, text, nil); answer.Code != row.want {
			t.Errorf("%s %s %s: %d %s, want %d", row.as, row.method, row.path, answer.Code, answer.Body, row.want)
		}
	}
	for as, want := range map[string][2]string{"a-one": {"return", "reject"}, "b-one": {"reject", "return"}} {
		answer := w.ask(as, "GET", "/api/phrases", "", nil).Body.String()
		if !strings.Contains(answer, `"`+want[0]+`":`) || strings.Contains(answer, `"`+want[1]+`":`) {
			t.Errorf("%s reads %s", as, answer)
		}
	}
}

func TestPhrasesAreSentOnceAndAnsweredAsTheyAre(t *testing.T) {
	w := newWorld(t)
	put := w.ask("a-leader", "PUT", "/api/phrases/return", `{"texts":["甲","乙"],"was":[]}`, nil)
	var got phrasesAnswer
	w.must(json.Unmarshal(put.Body.Bytes(), &got))
	if got.Squad != "A" || !slices.Equal(got.Kinds[shared.PhraseReturn], []string{"甲", "乙"}) || got.Version == "" {
		t.Errorf("answered %s", put.Body)
	}
	first := w.ask("a-one", "GET", "/api/phrases", "", nil)
	etag := first.Header().Get("Etag")
	if again := w.ask("a-one", "GET", "/api/phrases", "", header{"If-None-Match": etag}); etag == "" || again.Code != http.StatusNotModified {
		t.Errorf("asked again: %d", again.Code)
	}
	if first.Header().Get("Cache-Control") != "private, no-cache" || first.Body.String() != put.Body.String() {
		t.Errorf("%v %s", first.Header(), first.Body)
	}
	w.ask("a-leader", "PUT", "/api/phrases/return", `{"texts":["乙"]}`, nil)
	if changed := w.ask("a-one", "GET", "/api/phrases", "", header{"If-None-Match": etag}); changed.Code != http.StatusOK {
		t.Errorf("changed ones: %d", changed.Code)
	}
}

func TestL12_PhrasesThatCannotBeKeptSayWhy(t *testing.T) {
	w := newWorld(t)
	for body, want := range map[string]string{
		`{"texts":["甲","甲"]}`: "phrases.malformed",
		`{"texts":[" "]}`:     "phrases.malformed",
		`{}`:                  "request.malformed",
		`{"texts":null}`:      "request.malformed",
		`{"texts":"甲"}`:       "request.malformed",
		`{"texts":["` + strings.Repeat("长", shared.MaxPhraseLen+1) + `"]}`: "phrases.malformed",
		`{"texts":["丙"],"was":["没见过"]}`:                                    "phrases.changed",
		`{"texts":["` + strings.Repeat("x", maxBodyBytes) + `"]}`:          "request.tooLarge",
	} {
		answer := w.ask("a-leader", "PUT", "/api/phrases/return", body, nil)
		if codeOfProblem(answer) != want {
			t.Errorf("%.60s: %d %s, want %s", body, answer.Code, answer.Body, want)
		}
	}
}
