package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzRequestsOfStrangers: whatever a stranger writes into the line and the headers of a request, the server does not fail,
// gives no session, and tells nothing that is squad A's (L10).
func FuzzRequestsOfStrangers(f *testing.F) {
	for _, seed := range [][5]string{
		{"GET", "/api/directory", "Cookie", "buxun_session=x", ""}, {"POST", "/api/session", "Content-Type", "application/json", `{"login":"a-one","password":"x"}`},
		{"GET", "/api/photos/..%2f..", "Authorization", "Bearer ", ""}, {"PUT", "/api/office/people/1", "If-Match", `"1"`, `{"label":"x"}`}, {"GET", "/assets/app-1a.js", "Range", "bytes=0-1,5-9", ""},
		{"DELETE", "/api/session", "X-Forwarded-For", "::1", ""}, {"GET", "//api/day?squad=A", "Accept-Language", "en;q=9", ""}, {"GET", "/api/live", "Upgrade", "websocket", ""},
		{"GET", "/metrics", "X-Forwarded-Proto", "https", ""}, {"POST", "/api/replicas/01990000-0000-7000-8000-000000000001/wiped", "Accept-Encoding", "gzip;q=x", `{"proof":"AA"}`},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4])
	}
	k := newKnock(f)
	f.Fuzz(func(t *testing.T, method, target, name, value, body string) {
		at, err := url.ParseRequestURI(target)
		if err != nil || !strings.HasPrefix(target, "/") || method == "" || strings.ContainsAny(method, " \r\n\x00") {
			t.Skip()
		}
		request := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(body))
		request.Method, request.URL, request.RequestURI = method, at, target
		request.Header.Set(name, value)
		answer := httptest.NewRecorder()
		k.ServeHTTP(answer, request)
		if answer.Code >= 500 {
			t.Errorf("%s %q with %s %q: %d %s", method, target, name, value, answer.Code, answer.Body)
		}
		for _, cookie := range answer.Result().Cookies() {
			if cookie.Value != "" {
				t.Errorf("%s %q gives a session", method, target)
			}
		}
		for _, secret := range k.secrets("") {
			if strings.Contains(answer.Body.String(), secret) && !strings.Contains(target+body+value, secret) {
				t.Errorf("%s %q tells of %s", method, target, secret)
			}
		}
	})
}
