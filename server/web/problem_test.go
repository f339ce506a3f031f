package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"buxun/shared"
)

// explains checks one error answer against the catalogue, in the language that was asked for.
func explains(t *testing.T, name string, answer *httptest.ResponseRecorder, english bool) {
	t.Helper()
	var problem Problem
	if err := json.Unmarshal(answer.Body.Bytes(), &problem); err != nil {
		t.Errorf("%s: status %d without a problem document: %q", name, answer.Code, answer.Body)
		return
	}
	row := shared.FaultOf(problem.Code)
	title, do := row.Zh, row.ZhDo
	if english {
		title, do = row.En, row.EnDo
	}
	switch {
	case answer.Code < 400 || !strings.HasPrefix(answer.Header().Get("Content-Type"), "application/problem+json"):
		t.Errorf("%s: status %d, %s", name, answer.Code, answer.Header().Get("Content-Type"))
	case row.Code != problem.Code || problem.Status != answer.Code || problem.Type != "urn:buxun:fault:"+problem.Code:
		t.Errorf("%s: status %d, %+v", name, answer.Code, problem)
	case title == "" || problem.Title != title || problem.Do != do || !strings.Contains(problem.Detail, do):
		t.Errorf("%s: says %+v, the catalogue says %s, %s", name, problem, title, do)
	case answer.Header().Get("Cache-Control") != "no-store":
		t.Errorf("%s: a problem may be kept: %s", name, answer.Header().Get("Cache-Control"))
	}
}

// mischief is what clients may send wrongly to any route.
var mischief = []struct {
	name, as, method, body string
	headers                header
}{
	{"nobody", "", "", "", nil},
	{"a session that ended", "no such session", "", "", nil},
	{"an unknown token", "bx_unknown", "", "", nil},
	{"a token for something else", "bx_prom", "", "", nil},
	{"another site", "a-one", "POST", "{}", header{"Sec-Fetch-Site": "cross-site"}},
	{"another origin", "a-one", "POST", "{}", header{"Origin": "https://elsewhere.example"}},
	{"no JSON", "a-one", "", "<html>", nil},
	{"an empty body", "a-one", "", "", nil},
	{"a body of the wrong shape", "a-one", "", `{"login":7,"replica":[]}`, nil},
	{"an endless body", "a-one", "", `{"login":"` + strings.Repeat("x", 1<<20) + `"}`, nil},
	{"a method that is not there", "a-one", "PROPFIND", "", nil},
	{"another method", "a-one", "PATCH", "", nil},
	{"an impossible range", "a-one", "", "", header{"Range": "bytes=999999999-"}},
	{"a condition that fails", "a-one", "", "", header{"If-Match": `"another"`}},
	{"an admin without a condition", "admin", "", "{}", nil},
	{"an admin with fields that are none", "admin", "", `{"name":"no such","code":"no such","label":""}`, header{"If-Match": `"1"`}},
	{"an admin's endless body", "admin", "", `{"x":"` + strings.Repeat("x", 1<<20) + `"}`, header{"If-Match": `"1"`}},
	{"an admin without a body", "admin", "", "", header{"If-Match": `"1"`}},
}

// pathsOf gives paths that a route answers, and some that only look so.
func pathsOf(r route) []string {
	switch r.path {
	case "/":
		return []string{"/", "/assets/gone.js", "/.keep", "/../etc/passwd.txt"}
	case "/api/":
		return []string{"/api/", "/api/nothing", "/api/session/more"}
	case "/api/taxonomy/{file}":
		return []string{"/api/taxonomy/2001-01-01.1.json", "/api/taxonomy/..%2f..%2fserver.key"}
	case "/api/photos/{hash}":
		return []string{"/api/photos/" + strings.Repeat("0", 64), "/api/photos/nonsense", "/api/photos/" + strings.Repeat("0", 64) + "?size=huge"}
	case "/api/phrases/{kind}":
		return []string{"/api/phrases/return", "/api/phrases/nonsense", "/api/phrases/return?squad=nowhere"}
	case "/api/office/people/{id}", "/api/office/people/{id}/password", "/api/office/squads/{id}", "/api/office/areas/{id}", "/api/office/devices/{id}",
		"/api/office/devices/{id}/revoke":
		return []string{strings.ReplaceAll(r.path, "{id}", "01890a5d-ac96-774b-bcce-b302099a8057")}
	case "/api/uploads/":
		return []string{"/api/uploads/", "/api/uploads/" + strings.Repeat("0", 64) + "." + strings.Repeat("0", 8)}
	}
	return []string{r.path}
}

func TestL12_EveryErrorOfEveryRouteExplainsItself(t *testing.T) {
	w := newWorld(t, func(c *Config) {
		c.Ready = func(context.Context) error { return errors.New("the disk is full") }
	})
	errorsSeen, codes := 0, map[string]bool{}
	for _, route := range w.server.routes() {
		routeFailed := false
		for _, path := range pathsOf(route) {
			for _, m := range mischief {
				method := m.method
				if method == "" {
					method = route.method
				}
				if method == "" {
					method = "POST"
				}
				for _, language := range []string{"", "en-GB,en;q=0.9,zh;q=0.3"} {
					headers := header{"Accept-Language": language}
					for name, value := range m.headers {
						headers[name] = value
					}
					answer := w.ask(m.as, method, path, m.body, headers)
					if answer.Code < 400 {
						continue
					}
					routeFailed = true
					errorsSeen++
					codes[codeOfProblem(answer)] = true
					explains(t, m.name+": "+method+" "+path, answer, language != "")
				}
			}
		}
		if !routeFailed {
			t.Errorf("nothing went wrong on %s %s: the test no longer reaches it", route.method, route.path)
		}
	}
	for _, code := range []string{"session.missing", "request.malformed", "request.tooLarge", "request.notFound", "request.methodNotAllowed", "request.crossOrigin", "request.notPermitted", "internal",
		"fields.malformed"} {
		if !codes[code] {
			t.Errorf("no request was refused with %s", code)
		}
	}
	if errorsSeen < 200 {
		t.Errorf("only %d errors were looked at", errorsSeen)
	}
}

func TestAPanicBecomesAProblemAndALogLine(t *testing.T) {
	w := newWorld(t)
	answer := w.ask("a-one", "GET", "/api/live", "", nil)
	if answer.Code != http.StatusInternalServerError || codeOfProblem(answer) != "internal" || strings.Contains(answer.Body.String(), "socket") {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
	if id := answer.Header().Get("X-Request-Id"); id == "" || !strings.Contains(answer.Body.String(), id) || !strings.Contains(w.log.String(), id) {
		t.Errorf("request %q is in neither problem nor log", id)
	}
	if !strings.Contains(w.log.String(), "no socket here") {
		t.Errorf("the log does not say why:\n%s", w.log.String())
	}
}

func TestNoSecretIsLogged(t *testing.T) {
	w := newWorld(t)
	answer := w.signIn("a-one", password, nil)
	cookie := answer.Result().Cookies()[0].Value
	w.signIn("a-one", "a password that is wrong", nil)
	w.ask(cookie, "GET", "/api/session?token=in-a-query", "", nil)
	w.ask("bx_camera", "GET", "/api/session", "", nil)
	for _, secret := range []string{password, "a password that is wrong", cookie, "in-a-query", "bx_camera", hashed()} {
		if strings.Contains(w.log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if !strings.Contains(w.log.String(), w.ids["a-one"]) {
		t.Error("the log does not say who asked")
	}
}

func TestEnglishIsForThoseWhoPreferIt(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "zh-CN,zh;q=0.9,en;q=0.8": false, "en": true, "en-US,en;q=0.9": true, "EN-gb": true, "fr,en;q=0.5": true,
		"zh;q=0.5,en;q=0.9": true, "en;q=0": false, "fr": false, "*": false, "en;q=nonsense": false, "zh,en": false,
	} {
		if got := PrefersEnglish(header); got != want {
			t.Errorf("%q: %v", header, got)
		}
	}
}
