package roster_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"buxun/server/deadline"
	"buxun/server/roster"
	"buxun/shared"
)

const refuse = "GB/T 47678.5-2026|matter|06010"

var taxonomy = shared.BuiltinTaxonomy()

var office = deadline.Data{
	Calendar: deadline.Calendar{
		Hours: []deadline.Hours{{From: 480, To: 720}, {From: 840, To: 1080}}, Free: []time.Weekday{time.Sunday, time.Saturday},
		Days: []deadline.Day{{Date: "2026-10-01", Kind: deadline.Holiday, Name: "国庆节"}, {Date: "2026-10-10", Kind: deadline.MakeUp, Name: "国庆节调休"}, {Date: "2027-01-01", Kind: deadline.Holiday, Name: "元旦"}},
	},
	Conditions: []deadline.Condition{
		{ID: "b", Category: refuse, Words: "暴露垃圾", Closing: "清理", Limit: deadline.Limit{Pace: shared.PaceWorking, Ms: 4 * 3_600_000}},
		{ID: "a", Category: "GB/T 47678.5-2026|component|01001", Words: "井盖缺失", Limit: deadline.Limit{Pace: shared.PaceUrgent, Ms: 2 * 3_600_000}},
	},
	Phases: []deadline.PhaseLimit{{Phase: shared.PhaseAccept, Limit: deadline.Limit{Pace: shared.PaceUrgent, Ms: 900_000}}},
}

// tables writes what is there as a file of each form and language.
func tables(t *testing.T, kind roster.Kind, try func(name string, data []byte)) {
	for _, language := range []roster.Language{roster.Zh, roster.En} {
		table := roster.NewTable(kind, language)
		switch kind {
		case roster.Limits:
			for _, c := range office.Conditions {
				table.AddCondition(c, "x")
			}
		case roster.Phases:
			for _, p := range office.Phases {
				table.AddPhase(p)
			}
		default:
			for _, row := range roster.RowsOf(office.Calendar) {
				table.AddCalendarRow(row)
			}
		}
		var csv, book bytes.Buffer
		if err := errors.Join(table.WriteCSV(&csv), table.WriteWorkbook(&book)); err != nil {
			t.Fatal(err)
		}
		try(string(language)+".csv", csv.Bytes())
		try(string(language)+".xlsx", book.Bytes())
	}
}

func planned(kind roster.Kind, file string, data []byte, have deadline.Data) ([]roster.Step, deadline.Data, error) {
	switch kind {
	case roster.Limits:
		rows, err := roster.ParseLimits(file, data, taxonomy)
		if err != nil {
			return nil, have, err
		}
		return roster.PlanLimits(file, rows, have)
	case roster.Phases:
		rows, err := roster.ParsePhases(file, data)
		if err != nil {
			return nil, have, err
		}
		return roster.PlanPhases(file, rows, have)
	}
	rows, err := roster.ParseCalendar(file, data)
	if err != nil {
		return nil, have, err
	}
	return roster.PlanCalendar(file, rows, have)
}

func TestLimitsComeBackAsTheyWereWritten(t *testing.T) {
	for _, kind := range []roster.Kind{roster.Calendar, roster.Phases, roster.Limits} {
		tables(t, kind, func(name string, data []byte) {
			steps, next, err := planned(kind, name, data, office)
			if err != nil || !reflect.DeepEqual(next, office) {
				t.Errorf("%s in %s: %v\n%+v", kind, name, err, next)
			}
			for _, step := range steps {
				if step.Deed != roster.Unchanged {
					t.Errorf("%s in %s would be %+v", kind, name, step)
				}
			}
		})
	}
}

func TestWhatATableOfLimitsReplaces(t *testing.T) {
	_, next, err := planned(roster.Limits, "l.csv", []byte("类别,立案条件,时限,结案条件\n"+refuse+",散落,2工作时,扫净\n"+refuse+",成堆,1工作日,\n暴露垃圾异常没有,,,\n"), office)
	if err == nil {
		t.Fatalf("an unknown category is taken: %+v", next)
	}
	steps, next, err := planned(roster.Limits, "l.csv", []byte("类别,立案条件,时限,结案条件\n"+refuse+",散落,2工作时,扫净\n"+refuse+",成堆,1工作日,\n"), office)
	if err != nil || len(next.Conditions) != 3 || next.Conditions[0].ID != refuse+"#1" || next.Conditions[1].Ms != deadline.WorkingDay || next.Conditions[2].ID != "a" {
		t.Errorf("conditions are %+v (%v)", next.Conditions, err)
	}
	deeds := map[roster.Deed]int{}
	for _, step := range steps {
		deeds[step.Deed]++
	}
	if deeds[roster.New] != 2 || deeds[roster.Removed] != 1 {
		t.Errorf("steps are %+v", steps)
	}
	_, next, err = planned(roster.Calendar, "c.csv", []byte("种类,日期或时间,名称\n节假日,2026年10月2日,国庆节\n上班时间,9:00～17:30,\n"), office)
	want := deadline.Calendar{
		Hours: []deadline.Hours{{From: 540, To: 1050}}, Free: office.Calendar.Free,
		Days: []deadline.Day{{Date: "2026-10-02", Kind: deadline.Holiday, Name: "国庆节"}, {Date: "2027-01-01", Kind: deadline.Holiday, Name: "元旦"}},
	}
	if err != nil || !reflect.DeepEqual(next.Calendar, want) {
		t.Errorf("the calendar is %+v (%v)", next.Calendar, err)
	}
	if _, next, err = planned(roster.Phases, "p.csv", []byte("phase,limit\ndispatch,30 min\n"), office); err != nil || len(next.Phases) != 2 {
		t.Errorf("phases are %+v (%v)", next.Phases, err)
	}
}

func TestMistakesInTablesOfLimits(t *testing.T) {
	for _, row := range []struct {
		kind roster.Kind
		text string
		line int
		says string
	}{
		{roster.Limits, "类别,立案条件,时限\n" + refuse + ",散落,很快\n", 2, "很快"},
		{roster.Limits, "类别,立案条件,时限\n" + refuse + ",,2工作时\n", 2, "立案条件"},
		{roster.Limits, "类别,立案条件,时限\n99999,散落,2工作时\n", 2, "99999"},
		{roster.Limits, "编号,类别,立案条件,时限\nx," + refuse + ",散落,2工作时\nx," + refuse + ",成堆,2工作时\n", 3, "重复"},
		{roster.Limits, "编号,类别,立案条件,时限\na," + refuse + ",散落,2工作时\n", 2, "另一个小类"},
		{roster.Limits, "类别,立案条件,时限\n" + strings.Repeat(refuse+",散落,2工作时\n", 9), 10, "最多 8"},
		{roster.Limits, "类别,立案条件\n" + refuse + ",散落\n", 1, "时限"},
		{roster.Phases, "环节,时限\n睡觉,15分钟\n", 2, "睡觉"},
		{roster.Phases, "环节,时限\n受理,15分钟\n受理,20分钟\n", 3, "重复"},
		{roster.Calendar, "种类,日期或时间\n节假日,2026-02-29\n", 2, "2026-02-29"},
		{roster.Calendar, "种类,日期或时间\n节假日,2026-10-01\n调休上班,2026/10/1\n", 3, "重复"},
		{roster.Calendar, "种类,日期或时间\n上班时间,18:00-08:00\n", 2, "18:00-08:00"},
		{roster.Calendar, "种类,日期或时间\n上班时间,08:00-12:00\n上班时间,11:00-13:00\n", 1, "没法计算"},
		{roster.Calendar, "种类,日期或时间\n休息日,星期八\n", 2, "星期八"},
		{roster.Calendar, "种类,日期或时间\n生日,2026-10-01\n", 2, "生日"},
	} {
		_, _, err := planned(row.kind, "f.csv", []byte(row.text), office)
		var mistakes roster.Mistakes
		if !errors.As(err, &mistakes) || mistakes[0].Line != row.line || !strings.Contains(mistakes[0].Zh, row.says) {
			t.Errorf("%q: line %d should say %s: %v", row.text, row.line, row.says, err)
		}
	}
}
