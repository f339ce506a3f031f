package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"buxun/server/roster"
	"buxun/shared"
	"buxun/sync/session"
	"buxun/sync/wire"

	"github.com/xuri/excelize/v2"
)

// Every route of the office, for every kind of asker: nobody but an administrator gets anything, and nothing is changed.
func TestL10_TheOfficeIsForAdministrators(t *testing.T) {
	w := newWorld(t)
	mine := w.phone("a-one")
	before, err := w.store.People(t.Context())
	w.must(err)
	routes := 0
	for _, route := range w.server.routes() {
		if !strings.HasPrefix(route.path, "/api/office/") {
			continue
		}
		routes++
		if route.access != admins || route.purpose != "" {
			t.Errorf("%s %s is open to others: %+v", route.method, route.path, route)
		}
		method, path := route.method, strings.ReplaceAll(route.path, "{id}", map[bool]string{true: mine.ID, false: w.ids["a-one"]}[strings.Contains(route.path, "devices")])
		if method == "" {
			method = "GET"
		}
		for as, want := range map[string]int{
			"a-one": 403, "a-two": 403, "a-leader": 403, "b-one": 403, "bx_camera": 403, "bx_prom": 403, "gone": 401, "": 401, "a session that ended": 401,
		} {
			answer := w.ask(as, method, path+"?form=csv", `{"label":"变了","name":"变了","why":"变了"}`, header{"If-Match": `"1"`})
			if answer.Code != want || strings.Contains(answer.Body.String(), "采集员") {
				t.Errorf("%s %s as %q: %d %s", method, path, as, answer.Code, answer.Body)
			}
		}
	}
	if routes < 25 {
		t.Errorf("only %d routes were tried", routes)
	}
	if after, _ := w.store.People(t.Context()); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Error("somebody's account was changed")
	}
	if replica, _, _ := w.store.Replica(t.Context(), mine.ID); replica.RevokedAt != 0 {
		t.Error("a phone was revoked")
	}
}

// office asks as the administrator.
func (w *world) office(method, path, body string, seen int64) *httptest.ResponseRecorder {
	w.t.Helper()
	headers := header{}
	if seen > 0 {
		headers["If-Match"] = fmt.Sprintf(`"%d"`, seen)
	}
	return w.ask("admin", method, "/api/office/"+path, body, headers)
}

type accountPage struct {
	Rows  []accountAnswer
	Total int
}

func (w *world) accounts(query string) accountPage {
	w.t.Helper()
	var page accountPage
	answer := w.office("GET", "people?"+query, "", 0)
	w.must(json.Unmarshal(answer.Body.Bytes(), &page))
	if strings.Contains(answer.Body.String(), "argon2") {
		w.t.Error("a password's hash is sent")
	}
	return page
}

func TestPeopleAreListedSearchedAndSorted(t *testing.T) {
	w := newWorld(t)
	for query, want := range map[string]string{
		"sort=login":                     "a-leader a-one a-two admin b-one env-one gone nobody trial works-one",
		"sort=login&desc=1&size=2":       "works-one trial",
		"sort=login&size=3&page=3":       "gone nobody trial",
		"q=A-":                           "a-leader a-one a-two",
		"q=二中队":                          "b-one",
		"q=一中队+A-2":                      "a-two",
		"squad=B":                        "b-one",
		"squad=none":                     "admin env-one works-one",
		"unit=works":                     "works-one",
		"q=环卫":                           "env-one",
		"role=leader":                    "a-leader",
		"state=disabled":                 "gone",
		"state=nopassword":               "nobody",
		"role=collector&squad=A&q=a-one": "a-one",
		"q=nobody+at+all":                "",
	} {
		var logins []string
		page := w.accounts(query)
		for _, p := range page.Rows {
			logins = append(logins, p.Login)
		}
		if got := strings.Join(logins, " "); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	if page := w.accounts("size=3"); page.Total != 10 {
		t.Errorf("%d in all", page.Total)
	}
}

func TestAnAdministratorAddsChangesAndLetsIn(t *testing.T) {
	w := newWorld(t)
	answer := w.office("POST", "people", `{"name":"c7","label":"采集员7","role":"collector","squad":"A"}`, 0)
	var made accountAnswer
	w.must(json.Unmarshal(answer.Body.Bytes(), &made))
	if answer.Code != http.StatusCreated || made.Label != "采集员7" || made.HasPassword || answer.Header().Get("Etag") != `"1"` {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	if answer := w.office("POST", "people", `{"name":"c7","label":"又一个","role":"collector","squad":"A"}`, 0); codeOfProblem(answer) != "name.taken" {
		t.Errorf("the same login: %d %s", answer.Code, answer.Body)
	}
	answer = w.office("POST", "people/"+made.ID+"/password", `{}`, made.Revision)
	var told struct{ Password string }
	w.must(json.Unmarshal(answer.Body.Bytes(), &told))
	if in := w.signIn("c7", told.Password, nil); in.Code != http.StatusOK || len(told.Password) < roster.MinPassword {
		t.Errorf("with the password that was shown: %d %s", in.Code, in.Body)
	}
	session := w.cookie("a-one")
	one := w.accounts("q=a-one").Rows[0]
	for _, row := range []struct{ name, body, code string }{
		{"too short", `{"password":"short"}`, "password.weak"},
		{"the demo's", `{"password":"the demo's password"}`, "session.demoOnly"},
	} {
		if answer := w.office("POST", "people/"+one.ID+"/password", row.body, one.Revision); codeOfProblem(answer) != row.code {
			t.Errorf("a password that is %s: %d %s", row.name, answer.Code, answer.Body)
		}
	}
	answer = w.office("PUT", "people/"+one.ID, `{"state":"disabled"}`, one.Revision)
	if answer.Code != http.StatusOK || answer.Header().Get("Etag") != fmt.Sprintf(`"%d"`, one.Revision+1) {
		t.Errorf("disable: %d %s", answer.Code, answer.Body)
	}
	if answer := w.ask(session, "GET", "/api/session", "", nil); answer.Code != http.StatusUnauthorized {
		t.Errorf("the session of a disabled person: %d", answer.Code)
	}
	trail := w.office("GET", "trail?subject="+one.ID, "", 0).Body.String()
	if !strings.Contains(trail, `"what":"disabled","who":"管理员","by":"person"`) {
		t.Errorf("the trail does not say who: %s", trail)
	}
}

func TestWhatIsWrongInAFormIsToldByField(t *testing.T) {
	w := newWorld(t)
	for body, want := range map[string]string{
		`{"name":"C 7","label":"","role":"boss","squad":"七中队","state":"away","password":"short"}`: "name label role squad state password",
		`{"name":"c7","label":"甲","role":"collector","squad":""}`:                                 "squad",
	} {
		for _, language := range []string{"zh", "en"} {
			answer := w.ask("admin", "POST", "/api/office/people", body, header{"Accept-Language": language})
			var problem Problem
			w.must(json.Unmarshal(answer.Body.Bytes(), &problem))
			var fields []string
			for _, f := range problem.Fields {
				fields = append(fields, f.Name)
				if chinese := strings.ContainsAny(f.Detail, "的有不要没写是"); chinese != (language == "zh") {
					t.Errorf("%s in %s says %s", f.Name, language, f.Detail)
				}
			}
			if answer.Code != http.StatusUnprocessableEntity || problem.Code != "fields.malformed" || strings.Join(fields, " ") != want {
				t.Errorf("%s: %d %s", body, answer.Code, answer.Body)
			}
		}
	}
}

// Two administrators read one row; the second to write is told and changes nothing.
func TestL5_TwoAdministratorsDoNotOverwriteEachOther(t *testing.T) {
	w := newWorld(t)
	w.must(w.store.PutAreas(t.Context(), []roster.Area{{Code: "430204003005", Name: "花果山社区", Squad: "A", Kind: roster.KindCommunity, Ring: square}}))
	phone := w.phone("a-one")
	one := w.accounts("q=a-one").Rows[0]
	for _, row := range []struct{ path, first, second string }{
		{"people/" + one.ID, `{"label":"甲"}`, `{"label":"乙"}`},
		{"squads/A", `{"name":"甲中队"}`, `{"name":"乙中队"}`},
		{"areas/430204003005", `{"name":"甲社区"}`, `{"name":"乙社区"}`},
		{"devices/" + phone.ID, `{"label":"甲机"}`, `{"label":"乙机"}`},
	} {
		if answer := w.office("PUT", row.path, row.first, 1); answer.Code != http.StatusOK {
			t.Errorf("%s: the first: %d %s", row.path, answer.Code, answer.Body)
		}
		if answer := w.office("PUT", row.path, row.second, 1); answer.Code != http.StatusPreconditionFailed || codeOfProblem(answer) != "row.changed" {
			t.Errorf("%s: the second: %d %s", row.path, answer.Code, answer.Body)
		}
		if answer := w.office("PUT", row.path, row.second, 0); codeOfProblem(answer) != "request.malformed" {
			t.Errorf("%s: one who saw nothing: %d %s", row.path, answer.Code, answer.Body)
		}
		list, _, _ := strings.Cut(row.path, "/")
		if text := w.office("GET", list, "", 0).Body.String(); !strings.Contains(text, "甲") || strings.Contains(text, "乙") {
			t.Errorf("%s: the list says %s", row.path, text)
		}
	}
	if answer := w.office("POST", "devices/"+phone.ID+"/revoke", `{"why":"丢了"}`, 1); codeOfProblem(answer) != "row.changed" {
		t.Errorf("revoking a phone as it was before: %d %s", answer.Code, answer.Body)
	}
}

var square = [][2]float64{{113.1, 27.8}, {113.2, 27.8}, {113.2, 27.9}, {113.1, 27.8}}

func TestTheLastAdministratorStays(t *testing.T) {
	w := newWorld(t)
	boss := w.accounts("role=admin").Rows[0]
	for _, body := range []string{`{"state":"disabled"}`, `{"role":"leader","squad":"A"}`} {
		if answer := w.office("PUT", "people/"+boss.ID, body, boss.Revision); codeOfProblem(answer) != "admin.last" {
			t.Errorf("%s: %d %s", body, answer.Code, answer.Body)
		}
	}
	if answer := w.office("POST", "people", `{"name":"deputy","label":"副","role":"admin","squad":"","password":"a password of ten"}`, 0); answer.Code != http.StatusCreated {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	if answer := w.office("PUT", "people/"+boss.ID, `{"state":"disabled"}`, boss.Revision); answer.Code != http.StatusOK {
		t.Errorf("with a deputy: %d %s", answer.Code, answer.Body)
	}
}

func TestSquadsAreAddedOrderedAndDropped(t *testing.T) {
	w := newWorld(t)
	if answer := w.office("POST", "squads", `{"code":"C","name":"三中队"}`, 0); answer.Code != http.StatusCreated {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	for body, want := range map[string]string{
		`{"code":"C","name":"四中队"}`: "name.taken", `{"code":"D","name":"三中队"}`: "fields.malformed", `{"code":"d d","name":""}`: "fields.malformed",
	} {
		if answer := w.office("POST", "squads", body, 0); codeOfProblem(answer) != want {
			t.Errorf("%s: %d %s", body, answer.Code, answer.Body)
		}
	}
	answer := w.office("PUT", "squads", `{"codes":["C","B"]}`, 0)
	if text := answer.Body.String(); strings.Index(text, "三中队") > strings.Index(text, "二中队") || strings.Index(text, "二中队") > strings.Index(text, "一中队") {
		t.Errorf("in order: %s", text)
	}
	if text := w.ask("admin", "GET", "/api/directory", "", nil).Body.String(); strings.Index(text, "三中队") > strings.Index(text, "一中队") {
		t.Errorf("phones do not get the order: %s", text)
	}
	w.must(w.store.PutAreas(t.Context(), []roster.Area{{Code: "430204003005", Name: "花果山社区", Squad: "A", Kind: roster.KindCommunity, Ring: square}}))
	if text := w.office("GET", "squads?q=一中队", "", 0).Body.String(); !strings.Contains(text, `"people":5,"areas":1`) {
		t.Errorf("what hangs on a squad is not counted: %s", text)
	}
	if answer := w.office("DELETE", "squads/A", "", 2); codeOfProblem(answer) != "squad.inUse" {
		t.Errorf("a squad with people: %d %s", answer.Code, answer.Body)
	}
	if answer := w.office("DELETE", "squads/C", "", 2); answer.Code != http.StatusNoContent {
		t.Errorf("an empty squad: %d %s", answer.Code, answer.Body)
	}
	if answer := w.office("DELETE", "squads/C", "", 2); codeOfProblem(answer) != "request.notFound" {
		t.Errorf("again: %d %s", answer.Code, answer.Body)
	}
}

func TestAnAreaIsGivenToItsCollectors(t *testing.T) {
	w := newWorld(t)
	w.must(w.store.PutAreas(t.Context(), []roster.Area{{Code: "430204003005", Name: "花果山社区", Squad: "A", Kind: roster.KindCommunity, Ring: square}}))
	var one areaKept
	w.must(json.Unmarshal(w.office("GET", "areas/430204003005", "", 0).Body.Bytes(), &one))
	answer := w.office("PUT", "areas/430204003005", `{"collectors":"a-two a-one"}`, one.Revision)
	w.must(json.Unmarshal(answer.Body.Bytes(), &one))
	if answer.Code != http.StatusOK || fmt.Sprint(one.Answering) != "[{a-one 采集员A-1 false} {a-two 采集员A-2 false}]" || one.Name != "花果山社区" {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	if answer := w.office("PUT", "areas/430204003005", `{"collectors":""}`, 1); codeOfProblem(answer) != "row.changed" {
		t.Errorf("who saw it before: %d %s", answer.Code, answer.Body)
	}
	for body, says := range map[string]string{
		`{"collectors":"a-leader"}`: "不是采集员", `{"collectors":"b-one"}`: "不在这个区域的中队", `{"collectors":"nobody-at-all"}`: "没有账号", `{"squad":"B","collectors":"a-one"}`: "不在这个区域的中队",
	} {
		answer := w.ask("admin", "PUT", "/api/office/areas/430204003005", body, header{"If-Match": fmt.Sprintf(`"%d"`, one.Revision), "Accept-Language": "zh"})
		var problem Problem
		w.must(json.Unmarshal(answer.Body.Bytes(), &problem))
		if len(problem.Fields) != 1 || problem.Fields[0].Name != "collectors" || !strings.Contains(problem.Fields[0].Detail, says) {
			t.Errorf("%s: %d %s", body, answer.Code, answer.Body)
		}
	}
	if answer := w.office("PUT", "areas/430204003005", `{"name":"花果山"}`, one.Revision); !strings.Contains(answer.Body.String(), "a-two") {
		t.Errorf("with another name: %d %s", answer.Code, answer.Body)
	}
	for query, want := range map[string]int{"q=采集员A-2": 1, "q=采集员B": 0, "state=answered": 1, "state=unanswered": 0} {
		var page struct{ Total int }
		w.must(json.Unmarshal(w.office("GET", "areas?"+query, "", 0).Body.Bytes(), &page))
		if page.Total != want {
			t.Errorf("%s finds %d", query, page.Total)
		}
	}
	for as, want := range map[string]string{"a-leader": w.ids["a-one"], "a-one": "", "a-two": "", "admin": ""} {
		var directory directoryAnswer
		w.must(json.Unmarshal(w.ask(as, "GET", "/api/directory", "", nil).Body.Bytes(), &directory))
		got := strings.Join(directory.Areas[0].Collectors, " ")
		if want == "" && got != "" || want != "" && !strings.Contains(got, want) {
			t.Errorf("%s is told that %q answer for the area", as, got)
		}
	}
	trail := w.office("GET", "trail?subject=area+430204003005", "", 0).Body.String()
	if !strings.Contains(trail, `"what":"answering","who":"管理员"`) {
		t.Errorf("the trail says %s", trail)
	}
}

func TestL13_RevokingAPhoneTellsWhatItStillHolds(t *testing.T) {
	w := newWorld(t)
	r := w.phone("a-one")
	w.report(r, "a-one", picture(7))
	holding := r.Holding()
	holding.Last = 4
	_, err := w.store.Known(t.Context(), []wire.Holding{holding})
	w.must(err)
	w.store.NoteApp([]wire.Holding{holding}, "buxun 1.2.3")
	var got deviceAnswer
	w.must(json.Unmarshal(w.office("GET", "devices/"+r.ID, "", 0).Body.Bytes(), &got))
	if got.Missing != 3 || got.App != "buxun 1.2.3" || got.Login != "a-one" || got.HeardAt != w.clock.UnixMilli() || *got.WaitingPhotos != 0 {
		t.Errorf("%+v", got)
	}
	second := w.reportOnly(r, picture(9))
	w.must(json.Unmarshal(w.office("GET", "devices/"+r.ID, "", 0).Body.Bytes(), &got))
	if *got.WaitingPhotos != 1 {
		t.Errorf("%d photos wait, want that of %s", *got.WaitingPhotos, second)
	}
	if answer := w.office("POST", "devices/"+r.ID+"/revoke", `{"why":""}`, got.Revision); codeOfProblem(answer) != "fields.malformed" {
		t.Errorf("without a reason: %d %s", answer.Code, answer.Body)
	}
	answer := w.office("POST", "devices/"+r.ID+"/revoke", `{"why":"丢在公交车上"}`, got.Revision)
	w.must(json.Unmarshal(answer.Body.Bytes(), &got))
	if answer.Code != http.StatusOK || got.RevokedAt == 0 || got.RevokedWhy != "丢在公交车上" || got.Missing != 2 {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
	if replica, _, _ := w.store.Replica(t.Context(), r.ID); replica.RevokedAt == 0 {
		t.Error("the phone is still let in")
	}
	if list := w.office("GET", "devices?state=revoked", "", 0).Body.String(); !strings.Contains(list, r.ID) {
		t.Errorf("not among the revoked: %s", list)
	}
}

func TestAPhoneIsCalledWhatItSays(t *testing.T) {
	w := newWorld(t)
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Linux; Android 13; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36":                                       "Redmi Note 12 · Android 13 · Chrome 126",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Mobile/15E148 Safari/604.1":               "Redmi Note 12 · iPhone iOS 17.2 · Safari 17",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0":                         "Redmi Note 12 · Windows · Edge 126",
		"Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0 HuaweiBrowser/14.0.5.302 Mobile Safari/537.36": "Redmi Note 12 · HarmonyOS · Huawei 14",
		"": "Redmi Note 12",
	} {
		if got := phoneName("Redmi\x00 Note 12", agent); got != want {
			t.Errorf("%s: %q, want %q", agent, got, want)
		}
	}
	if got := phoneName(strings.Repeat("很", 500), ""); len([]rune(got)) != maxPhoneName {
		t.Errorf("%d characters", len([]rune(got)))
	}
	r := w.fresh("a-one")
	answer := w.ask("a-one", "POST", "/api/replicas", enrolment(r, map[string]string{"device": "Redmi Note 12"}), header{"User-Agent": "x Android 13 Chrome/126.0"})
	if list := w.office("GET", "devices", "", 0).Body.String(); answer.Code != http.StatusCreated || !strings.Contains(list, "Redmi Note 12 · Android 13 · Chrome 126") {
		t.Errorf("%d %s", answer.Code, list)
	}
}

type previewTold struct {
	previewAnswer
	Code string
}

func (w *world) importOf(kind, name string, data []byte, seal string) previewTold {
	w.t.Helper()
	answer := w.office("POST", "files/"+kind+"?name="+name+"&seal="+seal, string(data), 0)
	var told previewTold
	w.must(json.Unmarshal(answer.Body.Bytes(), &told))
	return told
}

func workbook(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	book := excelize.NewFile()
	for i, row := range rows {
		if err := book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var data bytes.Buffer
	if err := book.Write(&data); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

func TestAFileIsLookedAtThenImportedWholeOrNotAtAll(t *testing.T) {
	w := newWorld(t)
	head := []any{"账号", "显示名", "角色", "中队", "密码"}
	wrong := workbook(t, head, []any{"c7", "采集员7", "采集员", "一中队"}, []any{"C 8", "采集员8", "采集员", "一中队"}, []any{"c9", "采集员9", "队员", "一中队"})
	told := w.importOf("people", "people.xlsx", wrong, "")
	if len(told.Mistakes) != 2 || told.Mistakes[0].Line != 3 || told.Mistakes[0].Heading != "账号" || told.Mistakes[1].Line != 4 || told.Mistakes[1].Column != 3 || told.Applied {
		t.Errorf("%+v", told)
	}
	if told := w.importOf("people", "people.xlsx", wrong, told.Seal+"x"); told.Code != "file.malformed" || len(told.Mistakes) != 2 {
		t.Errorf("imported all the same: %+v", told)
	}
	fine := workbook(t, head, []any{"c7", "采集员7", "采集员", "一中队", "a password of ten"}, []any{"a-one", "采集员A-1改", "采集员", "二中队"}, []any{"a-two", "采集员A-2", "采集员", "A"})
	told = w.importOf("people", "people.xlsx", fine, "")
	if told.New != 1 || told.Changed != 1 || told.Unchanged != 1 || len(told.Mistakes) != 0 || len(told.Steps) != 2 || told.Applied {
		t.Errorf("%+v", told)
	}
	if w.accounts("q=c7").Total != 0 {
		t.Error("a preview imported something")
	}
	seal := told.Seal
	w.must(w.store.PutSquads(t.Context(), []roster.Squad{{Code: "Z", Name: "另一个"}}))
	one := w.accounts("q=a-one").Rows[0]
	w.office("PUT", "people/"+one.ID, `{"label":"别人刚改的"}`, one.Revision)
	if told := w.importOf("people", "people.xlsx", fine, seal); told.Code != "plan.changed" || w.accounts("q=c7").Total != 0 {
		t.Errorf("after somebody changed a row: %+v", told)
	}
	seal = w.importOf("people", "people.xlsx", fine, "").Seal
	if told := w.importOf("people", "people.xlsx", fine, seal); !told.Applied || told.New != 1 || told.Changed != 1 {
		t.Errorf("%+v", told)
	}
	in := w.signIn("c7", "a password of ten", nil)
	if in.Code != http.StatusOK {
		t.Fatalf("with the file's password: %d", in.Code)
	}
	again := w.importOf("people", "people.xlsx", fine, "")
	if again.New+again.Changed != 0 || again.Unchanged != 3 {
		t.Errorf("a second time: %+v", again)
	}
	if told := w.importOf("people", "people.xlsx", fine, again.Seal); !told.Applied {
		t.Errorf("%+v", told)
	}
	if answer := w.ask(in.Result().Cookies()[0].Value, "GET", "/api/session", "", nil); answer.Code != http.StatusOK {
		t.Errorf("a second import with the same password signed its owner out: %d", answer.Code)
	}
	trail := w.office("GET", "trail?subject=import+people", "", 0).Body.String()
	if strings.Count(trail, "imported") != 1 || !strings.Contains(trail, "new=1 changed=1 removed=0") {
		t.Errorf("the trail says %s", trail)
	}
}

func TestTheLastAdministratorStaysInFilesToo(t *testing.T) {
	w := newWorld(t)
	told := w.importOf("people", "p.csv", []byte("账号,显示名,角色,中队\nc9,采集员9,采集员,A\nadmin,管理员,中队长,A\n"), "")
	if len(told.Mistakes) != 1 || told.Mistakes[0].Line != 3 {
		t.Errorf("%+v", told)
	}
}

func TestWhatIsFilteredIsWhatIsExported(t *testing.T) {
	w := newWorld(t)
	w.must(w.store.PutAreas(t.Context(), []roster.Area{{Code: "430204003005", Name: "花果山社区", Squad: "A", Kind: roster.KindCommunity, Collectors: []string{"a-two", "a-one"}, Ring: square}}))
	w.phone("a-one")
	w.must(w.store.PutPhrases(t.Context(), session.Reader{Person: w.ids["admin"], Standing: shared.Standing{Role: shared.RoleAdmin}}, "A", shared.PhraseReturn, []string{"看不清", "=1+1"}, nil))
	for _, row := range []struct{ path, kind, has, hasNot string }{
		{"files/people?form=csv&q=a-one", "text/csv; charset=utf-8", "a-one,采集员A-1,采集员,A,,在用,", "a-two"},
		{"files/people?form=csv&language=en&state=disabled", "text/csv; charset=utf-8", "gone,离职,collector,A,,disabled,", "a-one"},
		{"files/people?form=csv&template=1", "text/csv; charset=utf-8", "账号,显示名,角色,中队,处置单位,状态,密码", "a-one"},
		{"files/squads?form=csv", "text/csv; charset=utf-8", "A,一中队,1", "argon2"},
		{"files/units?form=csv", "text/csv; charset=utf-8", "env,环卫所,1,在用", "argon2"},
		{"files/areas?form=geojson", "application/geo+json", "[113.2,27.9]", "二中队"},
		{"files/areas?form=csv", "text/csv; charset=utf-8", "430204003005,花果山社区,A,社区,a-one a-two,4", "113"},
		{"files/devices?form=csv", "text/csv; charset=utf-8", "采集员A-1,一中队", "argon2"},
		{"files/phrases?form=csv", "text/csv; charset=utf-8", "A,退回原因,看不清", "argon2"},
		{"files/people?form=xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK", "argon2"},
	} {
		answer := w.office("GET", row.path, "", 0)
		text := answer.Body.String()
		if answer.Code != http.StatusOK || answer.Header().Get("Content-Type") != row.kind || !strings.Contains(text, row.has) || strings.Contains(text, row.hasNot) ||
			!strings.HasPrefix(answer.Header().Get("Content-Disposition"), "attachment; ") || answer.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v %.300s", row.path, answer.Code, answer.Header(), text)
		}
	}
	for _, path := range []string{"files/people?form=pdf", "files/people?form=geojson", "files/people"} {
		if answer := w.office("GET", path, "", 0); codeOfProblem(answer) != "request.malformed" {
			t.Errorf("%s: %d", path, answer.Code)
		}
	}
	for _, kind := range []string{"people", "squads", "units", "areas", "devices", "phrases"} {
		for _, form := range []string{"csv", "xlsx"} {
			data := w.office("GET", "files/"+kind+"?form="+form, "", 0).Body.Bytes()
			if told := w.importOf(kind, "x."+form, data, ""); told.New+told.Changed+len(told.Mistakes) != 0 || told.Unchanged == 0 {
				t.Errorf("%s as %s does not come back unchanged: %+v", kind, form, told)
			}
		}
	}
}
