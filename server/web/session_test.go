package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestSigningInTellsWhoAndSetsACookie(t *testing.T) {
	w := newWorld(t)
	answer := w.signIn(" A-Leader ", password, nil)
	var got sessionAnswer
	w.must(json.Unmarshal(answer.Body.Bytes(), &got))
	want := personAnswer{ID: w.ids["a-leader"], Login: "a-leader", Label: "中队长A", Role: "leader", Squad: "A", SquadName: "一中队"}
	if answer.Code != http.StatusOK || got.Person != want || got.Demo || got.ServerTime != w.clock.UnixMilli() || !w.server.Keys.AnchorGiven(got.Anchor) {
		t.Errorf("%d %+v", answer.Code, got)
	}
	cookie := answer.Result().Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.MaxAge != 30*24*3600 || cookie.Path != "/" || cookie.Secure {
		t.Errorf("cookie %+v", cookie)
	}
	if again := w.ask(cookie.Value, "GET", "/api/session", "", nil); again.Code != http.StatusOK || !strings.Contains(again.Body.String(), "中队长A") {
		t.Errorf("who am I: %d %s", again.Code, again.Body)
	}
}

func TestWhoMaySignIn(t *testing.T) {
	w := newWorld(t)
	for _, row := range []struct {
		name, login, password string
		status                int
		want                  string
	}{
		{"the right password", "a-one", password, 200, ""},
		{"a wrong password", "a-one", "wrong", 401, "session.wrongPassword"},
		{"no password", "a-one", "", 401, "session.wrongPassword"},
		{"an unknown login", "stranger", password, 401, "session.wrongPassword"},
		{"an account without a password", "nobody", "", 401, "session.wrongPassword"},
		{"a program", "prom", "", 401, "session.wrongPassword"},
		{"a disabled account", "gone", password, 401, "session.wrongPassword"},
		{"no login", "", password, 401, "session.wrongPassword"},
		{"an endless login", strings.Repeat("a", 65), password, 401, "session.wrongPassword"},
		{"a demo account outside the demo", "trial", password, 403, "session.demoOnly"},
		{"a demo account with a wrong password", "trial", "wrong", 401, "session.wrongPassword"},
	} {
		answer := w.signIn(row.login, row.password, nil)
		if answer.Code != row.status || codeOfProblem(answer) != row.want || (len(answer.Result().Cookies()) == 1) != (row.want == "") {
			t.Errorf("%s: %d %s %v", row.name, answer.Code, codeOfProblem(answer), answer.Result().Cookies())
		}
	}
	demo := newWorld(t, func(c *Config) { c.Demo = true })
	if answer := demo.signIn("trial", password, nil); answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), `"demo":true`) {
		t.Errorf("in the demo: %d %s", answer.Code, answer.Body)
	}
}

func TestGuessingIsSlowed(t *testing.T) {
	w := newWorld(t)
	for i := range loginBurst {
		if answer := w.signIn("a-one", "guess", header{"Remote": "192.0.2." + strconv.Itoa(i+1) + ":1"}); answer.Code != http.StatusUnauthorized {
			t.Fatalf("guess %d: %d", i+1, answer.Code)
		}
	}
	answer := w.signIn("a-one", password, header{"Remote": "192.0.2.99:1"})
	if answer.Code != http.StatusTooManyRequests || codeOfProblem(answer) != "session.tooMany" {
		t.Errorf("a guess too many: %d %s", answer.Code, answer.Body)
	}
	if seconds, err := strconv.Atoi(answer.Header().Get("Retry-After")); err != nil || seconds < 1 || seconds > 31 {
		t.Errorf("Retry-After %q", answer.Header().Get("Retry-After"))
	}
	if answer := w.signIn("a-two", password, header{"Remote": "192.0.2.99:1"}); answer.Code != http.StatusOK {
		t.Errorf("another login: %d", answer.Code)
	}
	w.clock = w.clock.Add(loginEvery)
	for range 3 { // a right password is no guess
		if answer := w.signIn("a-one", password, header{"Remote": "192.0.2.99:1"}); answer.Code != http.StatusOK {
			t.Errorf("after a while: %d", answer.Code)
		}
	}
}

func TestOneAddressCannotTryEveryLogin(t *testing.T) {
	w := newWorld(t)
	stranger := header{"Remote": "203.0.113.5:1", "X-Forwarded-For": "198.51.100.1"}
	for range addressBurst {
		w.server.byAddress.Take("203.0.113.5")
	}
	if answer := w.signIn("a-one", password, stranger); answer.Code != http.StatusTooManyRequests {
		t.Errorf("%d: a stranger's header moved it to another address", answer.Code)
	}
	if answer := w.signIn("a-one", password, header{"Remote": "10.0.0.2:1", "X-Forwarded-For": "203.0.113.5, 198.51.100.1"}); answer.Code != http.StatusOK {
		t.Errorf("%d: our proxy's word does not count", answer.Code)
	}
	if answer := w.signIn("a-one", password, header{"Remote": "10.0.0.2:1", "X-Forwarded-For": "203.0.113.5"}); answer.Code != http.StatusTooManyRequests {
		t.Errorf("%d: behind our proxy the address is not counted", answer.Code)
	}
}

// One subscriber of IPv6 has 2^64 addresses; some proxies add a line of their own behind the stranger's.
func TestManyAddressesOfOneStrangerAreOne(t *testing.T) {
	w := newWorld(t)
	network := func(remote string, forwarded ...string) string {
		request := httptest.NewRequest("POST", "/api/session", nil)
		request.RemoteAddr = remote
		request.Header["X-Forwarded-For"] = forwarded
		return w.server.networkOf(request)
	}
	for name, pair := range map[string][2]string{
		"IPv6":                {network("[2001:db8:1:2::5]:1"), network("[2001:db8:1:2:ffff::9]:7")},
		"a zone":              {network("[fe80::1%eth0]:1"), network("[fe80::2%eth1]:1")},
		"IPv4 in IPv6":        {network("203.0.113.5:1"), network("10.0.0.2:1", "::ffff:203.0.113.5")},
		"a line of the proxy": {network("10.0.0.2:1", "203.0.113.5"), network("10.0.0.2:1", "198.51.100.77", "203.0.113.5")},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %s and %s are counted apart", name, pair[0], pair[1])
		}
	}
	if network("[2001:db8:1:2::5]:1") == network("[2001:db8:1:3::5]:1") || network("203.0.113.5:1") == network("203.0.113.6:1") {
		t.Error("strangers are counted as one")
	}
}

func TestTheCookieIsSecureOverHTTPS(t *testing.T) {
	w := newWorld(t)
	for name, row := range map[string]struct {
		headers header
		want    bool
	}{
		"a proxy of ours": {header{"Remote": "10.1.2.3:4", "X-Forwarded-Proto": "https"}, true},
		"its plain side":  {header{"Remote": "10.1.2.3:4", "X-Forwarded-Proto": "http"}, false},
		"a stranger":      {header{"Remote": "203.0.113.5:1", "X-Forwarded-Proto": "https"}, false},
	} {
		if got := w.signIn("a-one", password, row.headers).Result().Cookies()[0].Secure; got != row.want {
			t.Errorf("%s: secure %v", name, got)
		}
	}
}

func TestASessionRollsWhileItIsUsedAndThenEnds(t *testing.T) {
	w := newWorld(t)
	token := w.cookie("a-one")
	use := func(want int) (rolled bool) {
		t.Helper()
		answer := w.ask(token, "GET", "/api/session", "", nil)
		if answer.Code != want {
			t.Errorf("after %v: %d", w.clock, answer.Code)
		}
		return len(answer.Result().Cookies()) > 0
	}
	if use(200) {
		t.Error("a fresh session was moved")
	}
	w.clock = w.clock.Add(20 * 24 * time.Hour)
	if !use(200) || use(200) {
		t.Error("a used session moves once a day")
	}
	w.clock = w.clock.Add(20 * 24 * time.Hour)
	use(200)
	w.clock = w.clock.Add(sessionLife + time.Second)
	use(401)
}

func TestWhatEndsASession(t *testing.T) {
	w := newWorld(t)
	mine, other := w.cookie("a-one"), w.cookie("a-one")
	answer := w.ask(mine, "DELETE", "/api/session", "", nil)
	if answer.Code != http.StatusNoContent || answer.Result().Cookies()[0].MaxAge >= 0 {
		t.Errorf("sign out: %d %v", answer.Code, answer.Result().Cookies())
	}
	if answer := w.ask(mine, "GET", "/api/session", "", nil); codeOfProblem(answer) != "session.missing" {
		t.Errorf("signed out: %d", answer.Code)
	}
	if answer := w.ask(other, "GET", "/api/session", "", nil); answer.Code != http.StatusOK {
		t.Errorf("another phone was signed out too: %d", answer.Code)
	}
	w.must(w.store.SetPassword(t.Context(), "a-one", hashed(), false))
	if answer := w.ask(other, "GET", "/api/session", "", nil); codeOfProblem(answer) != "session.missing" {
		t.Errorf("after a new password: %d", answer.Code)
	}
	third := w.cookie("a-two")
	w.must(w.store.Disable(t.Context(), "a-two"))
	if answer := w.ask(third, "GET", "/api/session", "", nil); codeOfProblem(answer) != "session.missing" {
		t.Errorf("a disabled account: %d", answer.Code)
	}
	if answer := w.ask("", "DELETE", "/api/session", "", nil); answer.Code != http.StatusNoContent {
		t.Errorf("signing out nobody: %d", answer.Code)
	}
}

func TestProgramsReachOnlyWhatTheirTokenIsFor(t *testing.T) {
	w := newWorld(t)
	for _, row := range []struct {
		as, path, remote string
		forwarded        bool
		status           int
	}{
		{"", "/metrics", "127.0.0.1:5", false, 200},
		{"", "/metrics", "[::1]:5", false, 200},
		{"", "/metrics", "127.0.0.1:5", true, 401},
		{"", "/metrics", "192.0.2.7:5", false, 401},
		{"a-leader", "/metrics", "192.0.2.7:5", false, 401},
		{"bx_prom", "/metrics", "192.0.2.7:5", false, 200},
		{"bx_prom", "/metrics", "127.0.0.1:5", true, 200},
		{"bx_camera", "/metrics", "127.0.0.1:5", false, 403},
		{"bx_prom", "/api/session", "192.0.2.7:5", false, 403},
		{"bx_prom", "/api/directory", "192.0.2.7:5", false, 403},
		{"bx_camera", "/api/session", "192.0.2.7:5", false, 200},
		{"bx_camera", "/api/directory", "192.0.2.7:5", false, 200},
		{"bx_camera", "/api/phones", "192.0.2.7:5", false, 403},
	} {
		headers := header{"Remote": row.remote}
		if row.forwarded {
			headers["X-Forwarded-For"] = "203.0.113.1"
		}
		if answer := w.ask(row.as, "GET", row.path, "", headers); answer.Code != row.status {
			t.Errorf("%+v: %d %s", row, answer.Code, answer.Body)
		}
	}
	w.must(w.store.RevokeToken(t.Context(), "prom"))
	if answer := w.ask("bx_prom", "GET", "/metrics", "", nil); answer.Code != http.StatusUnauthorized {
		t.Errorf("a revoked token: %d", answer.Code)
	}
}
