package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// Every version of the limits can be had again, with who made it.
func TestWhatTheLimitsWereCanBeHadAgain(t *testing.T) {
	w := newWorld(t)
	put := func(kind, table string) {
		t.Helper()
		var preview struct{ Seal string }
		looked := w.office("POST", "files/"+kind+"?name=t.csv", table, 0)
		w.must(json.Unmarshal(looked.Body.Bytes(), &preview))
		if answer := w.office("POST", "files/"+kind+"?name=t.csv&seal="+preview.Seal, table, 0); answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), `"applied":true`) {
			t.Fatalf("%s: %d %s", kind, answer.Code, answer.Body)
		}
	}
	put("calendar", "kind,value,name\nhours,08:00-12:00,\nhours,14:00-18:00,\nfree,Sunday,\nholiday,2026-10-01,国庆节\n")
	put("limits", "category,condition,limit\nGB/T 47678.5-2026|matter|06010,暴露一处,4工作时\n")
	put("limits", "category,condition,limit\nGB/T 47678.5-2026|matter|06010,暴露一处,2紧急工作时\n")
	var told struct {
		Rows []versionAnswer `json:"rows"`
	}
	w.must(json.Unmarshal(w.office("GET", "limits/versions", "", 0).Body.Bytes(), &told))
	if len(told.Rows) != 3 || told.Rows[0].Conditions != 1 || told.Rows[2].Conditions != 0 || told.Rows[0].Days != 1 || told.Rows[0].By != "person" || told.Rows[0].Who == "" {
		t.Fatalf("%+v", told)
	}
	for version, want := range map[string]string{"": "2紧急工作时", told.Rows[0].Version: "2紧急工作时", told.Rows[1].Version: "4工作时"} {
		if got := w.office("GET", "files/limits?form=csv&version="+version, "", 0).Body.String(); !strings.Contains(got, want) {
			t.Errorf("version %q has no %s: %s", version, want, got)
		}
	}
	if answer := w.office("GET", "files/limits?form=csv&version=nosuch", "", 0); answer.Code != http.StatusNotFound {
		t.Errorf("a version that never was is answered %d", answer.Code)
	}
	if got := w.office("GET", "limits?q=暴露一处", "", 0).Body.String(); !strings.Contains(got, `"limit":"2紧急工作时"`) || !strings.Contains(got, `"total":1`) {
		t.Errorf("the list says %s", got)
	}
	if got := w.office("GET", "calendar?kind=holiday", "", 0).Body.String(); !strings.Contains(got, "国庆节") || strings.Contains(got, "08:00") {
		t.Errorf("the calendar says %s", got)
	}
}
