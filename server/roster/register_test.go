package roster_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"buxun/server/roster"
	"buxun/shared"
)

var ground = roster.Grounds{
	Places: roster.Places{Squads: []roster.Squad{{Code: "squad-6", Name: "六中队"}}, Units: []roster.Unit{{Code: "env", Name: "环卫处"}, {Code: "works", Name: "市政处"}}},
	Areas:  []roster.Area{{Code: "430204003005", Name: "花果山社区"}, {Code: "g1", Name: "一片"}, {Code: "g2", Name: "一片"}},
}

func duties(t *testing.T, text string) []roster.Duty {
	t.Helper()
	rows, err := roster.ParseRegister("r.csv", []byte(text), ground, taxonomy)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestTheRegisterNamesUnitsClassesAndGroundAsPeopleDo(t *testing.T) {
	got := duties(t, "处置单位,类别,区域,备注\n环卫处,市容环境,六中队,\nenv,"+refuse+",花果山社区,\nworks,交通设施,,两类\n")
	const class = "GB/T 47678.5-2026|"
	want := []roster.Duty{
		{"env", class + "matter|06", "squad-6", 2}, {"env", "GB/T 30428.2-2013|matter|01", "squad-6", 2}, {"env", "local-2013|matter|01", "squad-6", 2},
		{"env", refuse, "430204003005", 3},
		{"works", class + "component|02", "", 4}, {"works", class + "matter|02", "", 4}, {"works", "local-2013|component|02", "", 4},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v", got)
	}
	for _, d := range got {
		if name := roster.CategoryName(taxonomy, d.Category); name.Zh == "" {
			t.Errorf("nobody knows what %s is", d.Category)
		}
	}
}

func TestMistakesOfTheRegister(t *testing.T) {
	_, err := roster.ParseRegister("r.csv", []byte("处置单位,类别,区域\n园林处,市容环境,\nenv,不知道,\nenv,市容环境,一片\nenv,市容环境,\nenv,市容环境,\n"), ground, taxonomy)
	var mistakes roster.Mistakes
	if !errors.As(err, &mistakes) {
		t.Fatalf("it was read: %v", err)
	}
	var said []string
	for _, m := range mistakes {
		said = append(said, m.Zh)
	}
	all := strings.Join(said, "\n")
	for _, part := range []string{"没有处置单位“园林处”", "类别“不知道”不认识", "没有区域或中队“一片”，或有好几个", "和第 5 行重复"} {
		if !strings.Contains(all, part) {
			t.Errorf("it does not say %s:\n%s", part, all)
		}
	}
}

func TestAFileReplacesTheLinesOfTheUnitsThatItNames(t *testing.T) {
	have := duties(t, "unit,category\nenv,"+refuse+"\nworks,交通设施\n")
	steps, puts := roster.PlanRegister("r.csv", duties(t, "unit,category,area\nenv,"+refuse+",squad-6\n"), have)
	if got := told(steps); got != "2 env new; 0 env removed" || len(puts) != 1 || len(puts["env"]) != 1 || puts["env"][0].Area != "squad-6" {
		t.Errorf("%s, puts %+v", got, puts)
	}
	if steps, puts := roster.PlanRegister("r.csv", have, have); len(puts) != 0 || strings.Contains(told(steps), "new") {
		t.Errorf("a second time it does %s", told(steps))
	}
}

func TestTheRegisterIsReadAsItIsWritten(t *testing.T) {
	rows := duties(t, "unit,category,area\nenv,市容环境,六中队\nworks,"+refuse+",\n")
	for _, language := range []roster.Language{roster.Zh, roster.En} {
		table := roster.NewTable(roster.Register, language)
		for _, d := range rows {
			table.AddDuty(d, shared.Names{Zh: "名", En: "name"}, "x")
		}
		var csv, book bytes.Buffer
		if err := errors.Join(table.WriteCSV(&csv), table.WriteWorkbook(&book)); err != nil {
			t.Fatal(err)
		}
		for _, data := range [][]byte{csv.Bytes(), book.Bytes()} {
			again, err := roster.ParseRegister("r", data, ground, taxonomy)
			if err != nil {
				t.Fatal(err)
			}
			if steps, puts := roster.PlanRegister("r", again, rows); len(puts) != 0 {
				t.Errorf("in %s it comes back as %s", language, told(steps))
			}
		}
	}
}
