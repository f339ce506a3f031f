package web

import (
	"database/sql"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"buxun/server/roster"
)

type dutyPage struct {
	Rows  []dutyKept
	Total int
}

func (w *world) duties(query string) dutyPage {
	w.t.Helper()
	var page dutyPage
	w.must(json.Unmarshal(w.ask("admin", "GET", "/api/office/register?"+query, "", header{"Accept-Language": "zh"}).Body.Bytes(), &page))
	return page
}

// lines are the register as an administrator reads it.
func (p dutyPage) lines() string {
	var all []string
	for _, d := range p.Rows {
		all = append(all, d.UnitName+" "+d.Name+" "+d.AreaName)
	}
	return strings.Join(all, "; ")
}

func TestTheRegisterIsAddedToChangedAndTakenFrom(t *testing.T) {
	w := newWorld(t)
	const class, refuse = "GB/T 47678.5-2026|matter|06", "GB/T 47678.5-2026|matter|06010"
	for _, body := range []string{`{"unit":"env","category":"` + class + `","area":"A"}`, `{"unit":"works","category":"` + refuse + `"}`} {
		if answer := w.office("POST", "register", body, 0); answer.Code != http.StatusCreated {
			t.Fatalf("%s: %d %s", body, answer.Code, answer.Body)
		}
	}
	page := w.duties("")
	if got := page.lines(); got != "环卫所 市容环境 一中队; 市政所 暴露垃圾 " || page.Total != 2 {
		t.Fatalf("%s", got)
	}
	first, second := page.Rows[0], page.Rows[1]
	if first.Class != "" || second.Class != "市容环境" || first.Standard != "GB/T 47678.5-2026" || first.Kind != "matter" {
		t.Errorf("%+v, %+v", first, second)
	}
	for query, want := range map[string]int{"q=环卫": 1, "q=一中队": 1, "q=垃圾": 1, "q=市容环境": 2, "unit=works": 1, "q=nothing": 0} {
		if got := w.duties(query); got.Total != want {
			t.Errorf("%s finds %s", query, got.lines())
		}
	}
	for body, fields := range map[string]string{
		`{"unit":"nosuch","category":"nosuch","area":"nosuch"}`: "unit area category",
		`{"unit":"env","category":"` + class + `","area":"A"}`:  "category",
		`{"unit":"","category":"","area":""}`:                   "unit category",
	} {
		answer := w.office("POST", "register", body, 0)
		var problem Problem
		w.must(json.Unmarshal(answer.Body.Bytes(), &problem))
		var named []string
		for _, f := range problem.Fields {
			named = append(named, f.Name)
		}
		if answer.Code != http.StatusUnprocessableEntity || strings.Join(named, " ") != fields {
			t.Errorf("%s: %d %s", body, answer.Code, answer.Body)
		}
	}
	if answer := w.office("PUT", "register/"+second.ID, `{"unit":"env","area":"B"}`, 0); answer.Code != http.StatusNoContent {
		t.Errorf("another unit: %d %s", answer.Code, answer.Body)
	}
	if got := w.duties("").lines(); got != "环卫所 市容环境 一中队; 环卫所 暴露垃圾 二中队" {
		t.Errorf("changed: %s", got)
	}
	// Whoever saw the line as it was before is told.
	for _, method := range []string{"PUT", "DELETE"} {
		if answer := w.office(method, "register/"+second.ID, `{"area":"A"}`, 0); codeOfProblem(answer) != "row.changed" {
			t.Errorf("%s of what is there no more: %d %s", method, answer.Code, answer.Body)
		}
	}
	if answer := w.office("PUT", "register/"+first.ID, `{"area":"A"}`, 0); answer.Code != http.StatusNoContent || w.duties("").Rows[0].ID != first.ID {
		t.Errorf("nothing changed: %d %s", answer.Code, answer.Body)
	}
	if answer := w.office("DELETE", "register/"+first.ID, "", 0); answer.Code != http.StatusNoContent || w.duties("").lines() != "环卫所 暴露垃圾 二中队" {
		t.Errorf("%d: %s", answer.Code, w.duties("").lines())
	}
	if trail := w.office("GET", "trail?subject=unit+env", "", 0).Body.String(); strings.Count(trail, "answers for") != 3 {
		t.Errorf("the trail says %s", trail)
	}
}

// A centre has thousands of outlines, and while one row changes everybody's operations wait: no outline is read but that of the area which
// changes. Here one cannot be read at all.
func TestWhoChangesOneRowReadsNoOutlinesOfOthers(t *testing.T) {
	w := newWorld(t)
	w.must(w.store.PutAreas(t.Context(), []roster.Area{
		{Code: "430204003005", Name: "花果山社区", Squad: "A", Kind: roster.KindCommunity, Ring: square},
		{Code: "430204003006", Name: "百货社区", Squad: "A", Kind: roster.KindCommunity, Ring: square},
	}))
	db, err := sql.Open("sqlite3", filepath.Join(w.dir, "buxun.db"))
	w.must(err)
	_, err = db.Exec(`UPDATE areas SET ring = 'none' WHERE code = '430204003006'`)
	w.must(err)
	w.must(db.Close())
	if answer := w.office("POST", "register", `{"unit":"env","category":"暴露垃圾","area":"百货社区"}`, 0); answer.Code != http.StatusCreated {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	line := w.duties("").Rows[0]
	if line.Area != "430204003006" || line.AreaName != "百货社区" {
		t.Errorf("%+v", line)
	}
	if answer := w.office("PUT", "register/"+line.ID, `{"area":"花果山社区"}`, 0); answer.Code != http.StatusNoContent {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
	if answer := w.office("DELETE", "register/"+w.duties("").Rows[0].ID, "", 0); answer.Code != http.StatusNoContent {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
	answer := w.office("PUT", "areas/430204003005", `{"name":"花果山","collectors":"a-one"}`, 1)
	var one areaKept
	w.must(json.Unmarshal(answer.Body.Bytes(), &one))
	if answer.Code != http.StatusOK || one.Name != "花果山" || one.Points != len(square) || len(one.Answering) != 1 {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
	if answer := w.office("DELETE", "areas/430204003005", "", one.Revision); answer.Code != http.StatusNoContent {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
}

func TestWhatALineOfTheRegisterMayNameIsFound(t *testing.T) {
	w := newWorld(t)
	for query, want := range map[string]string{"q=市容环境": "市容环境", "q=暴露垃圾": "暴露垃圾", "q=bllj": "暴露垃圾", "q=matter|06010": "暴露垃圾"} {
		var page struct {
			Rows  []categoryKept
			Total int
		}
		w.must(json.Unmarshal(w.ask("admin", "GET", "/api/office/categories?"+query, "", header{"Accept-Language": "zh"}).Body.Bytes(), &page))
		if page.Total == 0 || page.Rows[0].Name != want {
			t.Errorf("%s finds %+v", query, page)
		}
	}
}

func TestAnImportOfTheRegisterIsToldInWords(t *testing.T) {
	w := newWorld(t)
	answer := w.ask("admin", "POST", "/api/office/files/register?name=r.csv", "处置单位,类别,区域\nenv,暴露垃圾,一中队\n", header{"Accept-Language": "zh"})
	if text := answer.Body.String(); !strings.Contains(text, `"name":"暴露垃圾 · GB/T 47678.5-2026 · 一中队"`) {
		t.Errorf("it says %s", text)
	}
}
