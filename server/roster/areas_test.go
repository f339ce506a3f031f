package roster_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"buxun/server/roster"
	"buxun/shared"
)

var staff = []roster.Person{
	{Name: "c601", Label: "采集员6-01", Role: shared.RoleCollector, Squad: "squad-6"}, {Name: "c602", Label: "采集员6-02", Role: shared.RoleCollector, Squad: "squad-6"},
	{Name: "c603", Label: "采集员6-03", Role: shared.RoleCollector, Squad: "squad-6", State: roster.Disabled},
	{Name: "13812345678", Label: "采集员6-04", Role: shared.RoleCollector, Squad: "squad-6"},
	{Name: "c501", Label: "采集员5-01", Role: shared.RoleCollector, Squad: "squad-5"}, {Name: "l6", Label: "中队长6", Role: shared.RoleLeader, Squad: "squad-6"},
}

func TestAreasNameWhoAnswersForThem(t *testing.T) {
	const head = "编号,名称,中队,类型,责任采集员\n430204003005,花果山社区,六中队,社区,"
	for text, want := range map[string]string{
		head + "c602 c601\n":               "[c601 c602]",
		head + "\"c602,c601，c602、c603\"\n": "[c601 c602 c603]",
		head + "\n":                        "[]",
		"code,name,squad,kind\n430204003005,x,squad-6,社区\n":               "nil",
		collection(feature(fine, square)):                                 "nil",
		collection(feature(fine+`,"collectors":""`, square)):              "[]",
		collection(feature(fine+`,"责任采集员":"c602 c601"`, square)):          "[c601 c602]",
		collection(feature(fine+`,"collectors":["c602","c601"]`, square)): "[c601 c602]",
		// programs for maps write a telephone number as a number
		collection(feature(fine+`,"collectors":13812345678`, square)):          "[13812345678]",
		collection(feature(fine+`,"责任采集员":["c601",13812345678]`, square)):      "[13812345678 c601]",
		collection(feature(fine+`,"collectors":[13812345678,"c601"]`, square)): "[13812345678 c601]",
		collection(feature(fine+`,"collectors":null`, square)):                 "nil",
		collection(feature(fine+`,"collectors":[]`, square)):                   "[]",
	} {
		areas, err := roster.ParseAreaFile("a", []byte(text), squads, staff)
		if err != nil || len(areas) != 1 {
			t.Fatalf("%s: %v, %v", text, areas, err)
		}
		got := fmt.Sprint(areas[0].Collectors)
		if areas[0].Collectors == nil {
			got = "nil"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestWhoCannotAnswerForAnAreaIsToldByRow(t *testing.T) {
	_, err := roster.ParseAreaFile("a.csv", []byte("编号,名称,中队,类型,责任采集员\n1,甲,六中队,社区,c601 c699\n2,乙,六中队,社区,l6\n3,丙,六中队,社区,c501\n4,丁,五中队,社区,c501\n"), squads, staff)
	if got := strings.Join(stands(t, err), " "); got != "2:5 3:5 4:5" {
		t.Errorf("mistakes at %s: %v", got, err)
	}
	for _, part := range []string{"没有账号“c699”", "“l6”（中队长6）不是采集员", "“c501”（采集员5-01）不在这个区域的中队", "no account \"c699\""} {
		if err != nil && !strings.Contains(err.Error(), part) {
			t.Errorf("it does not say %s: %v", part, err)
		}
	}
	if _, err := roster.ParseAreaFile("a.geojson", []byte(collection(feature(fine+`,"collectors":"l6"`, square))), squads, staff); err == nil {
		t.Error("a leader answers for an area of a map")
	}
	for _, none := range []string{"true", "1.5", "{}", "[null]", `["c601",false]`} {
		if _, err := roster.ParseAreaFile("a.geojson", []byte(collection(feature(fine+`,"collectors":`+none, square))), squads, staff); err == nil {
			t.Errorf("%s of a map answers for an area", none)
		}
	}
}

func TestWhoAnswersForAnAreaComesBackFromItsFilesAndStaysWhereAFileDoesNotSay(t *testing.T) {
	have, err := roster.ParseAreas("a.geojson", []byte(collection(feature(fine+`,"collectors":"c601 c603"`, square))), squads, staff)
	if err != nil {
		t.Fatal(err)
	}
	table, english := roster.NewTable(roster.Areas, roster.Zh), roster.NewTable(roster.Areas, roster.En)
	table.AddArea(have[0])
	english.AddArea(have[0])
	var book, text, drawn bytes.Buffer
	if err := errors.Join(table.WriteWorkbook(&book), english.WriteCSV(&text), roster.WriteAreas(&drawn, have)); err != nil {
		t.Fatal(err)
	}
	const plain = "编号,名称,中队,类型"
	for name, row := range map[string]struct{ text, want string }{
		"its workbook":        {book.String(), "2 430204003005 unchanged"},
		"its table":           {text.String(), "2 430204003005 unchanged"},
		"its map":             {drawn.String(), "2 430204003005 unchanged"},
		"a table without":     {plain + "\n430204003005,花果山社区,六中队,社区\n", "2 430204003005 unchanged"},
		"a map without":       {collection(feature(fine, square)), "3 430204003005 unchanged"},
		"another":             {plain + ",责任采集员\n430204003005,花果山社区,六中队,社区,c602\n", "2 430204003005 changed collectors:c601 c603>c602"},
		"nobody":              {plain + ",责任采集员\n430204003005,花果山社区,六中队,社区,\n", "2 430204003005 changed collectors:c601 c603>"},
		"another squad's now": {plain + "\n430204003005,花果山社区,五中队,社区\n", "2 430204003005 changed squad:squad-6>squad-5 collectors:c601 c603>"},
	} {
		rows, err := roster.ParseAreaFile("a", []byte(row.text), squads, staff)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if steps, _, err := roster.PlanAreas("a", rows, have); told(steps) != row.want || err != nil {
			t.Errorf("%s: %s, %v", name, told(steps), err)
		}
	}
}
