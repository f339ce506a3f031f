package roster_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"buxun/server/roster"
	"buxun/shared"
)

func told(steps []roster.Step) string {
	var all []string
	for _, s := range steps {
		text := fmt.Sprintf("%d %s %s", s.Line, s.Key, s.Deed)
		for _, d := range s.Fields {
			text += fmt.Sprintf(" %s:%s>%s", d.Field, d.From, d.To)
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}

func account(name string, role shared.Role, signsIn bool) roster.Account {
	return roster.Account{SignsIn: signsIn, Person: roster.Person{ID: "id of " + name, Name: name, Label: name, Role: role, Squad: "squad-6", State: roster.Active}}
}

func TestPlanPeople(t *testing.T) {
	have := []roster.Account{account("c601", shared.RoleCollector, true), account("c602", shared.RoleCollector, true), account("boss", shared.RoleAdmin, true)}
	text := "account,label,role,squad,state,password\nc601,c601,collector,squad-6,,\nc602,乙,leader,squad-5,停用,\nc603,丙,collector,squad-6,,\n" +
		"boss,boss,admin,squad-6,,a password that is it\n"
	rows, err := roster.ParsePeople("p.csv", []byte(text), roster.Places{Squads: squads})
	if err != nil {
		t.Fatal(err)
	}
	steps, puts, err := roster.PlanPeople("p.csv", rows, have, func(login string) bool { return login == "boss" })
	want := "2 c601 unchanged; 3 c602 changed label:c602>乙 role:collector>leader squad:squad-6>squad-5 state:active>disabled; 4 c603 new; 5 boss unchanged"
	if got := told(steps); got != want || err != nil || len(puts) != 2 || puts[0].ID != "id of c602" || puts[1].State != roster.Active {
		t.Errorf("%s, %v, %+v", got, err, puts)
	}
	steps, puts, _ = roster.PlanPeople("p.csv", rows[3:], have, func(string) bool { return false })
	if got := told(steps); got != "5 boss changed password:>" || puts[0].Password == "" {
		t.Errorf("a new password: %s, %+v", got, puts)
	}
}

func TestWhatAFileCannotDoToPeople(t *testing.T) {
	robot := account("camera", shared.RoleMachine, false)
	robot.ID = "01890a5d-ac96-774b-bcce-b302099a8057"
	for _, row := range []struct {
		name, line, says string
		have             []roster.Account
	}{
		{"the last admin leaves", "boss,boss,leader,squad-6,,", "最后一个", []roster.Account{account("boss", shared.RoleAdmin, true), account("deputy", shared.RoleAdmin, false)}},
		{"the last admin is disabled", "boss,boss,admin,,停用,", "最后一个", []roster.Account{account("boss", shared.RoleAdmin, true)}},
		{"a deputy stays", "boss,boss,leader,squad-6,,", "", []roster.Account{account("boss", shared.RoleAdmin, true), account("deputy", shared.RoleAdmin, true)}},
		{"nobody was admin before", "boss,boss,leader,squad-6,,", "", []roster.Account{account("boss", shared.RoleAdmin, false)}},
		{"a program's account", "camera,相机,collector,squad-6,,", "程序", []roster.Account{robot}},
		{"an account renamed", "other,相机,collector,squad-6,,01890a5d-ac96-774b-bcce-b302099a8057", "不能改名", []roster.Account{robot}},
		{"another's id", "boss,boss,leader,squad-6,,01890a5d-ac96-774b-bcce-b302099a8057", "对不上", []roster.Account{account("boss", shared.RoleAdmin, false), robot}},
	} {
		rows, err := roster.ParsePeople("p.csv", []byte("account,label,role,squad,state,id\n"+row.line+"\n"), roster.Places{Squads: squads})
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = roster.PlanPeople("p.csv", rows, row.have, func(string) bool { return false })
		if (err == nil) != (row.says == "") || err != nil && (!strings.Contains(err.Error(), row.says) || stands(t, err)[0] != "2:1") {
			t.Errorf("%s: %v", row.name, err)
		}
	}
}

func TestPlanSquads(t *testing.T) {
	have := []roster.Squad{{Code: "squad-5", Name: "五中队", Place: 1}, {Code: "squad-6", Name: "六中队", Place: 2}}
	for text, want := range map[string]string{
		"squad-5,五中队,\nsquad-7,七中队,\n":   "2 squad-5 unchanged; 3 squad-7 new",
		"squad-5,六中队,\nsquad-6,五中队,\n":   "2 squad-5 changed name:五中队>六中队; 3 squad-6 changed name:六中队>五中队",
		"squad-6,六中队,1\nsquad-5,五中队,2\n": "2 squad-6 changed place:2>1; 3 squad-5 changed place:1>2",
	} {
		rows, err := roster.ParseSquads("s.csv", []byte("编号,名称,次序\n"+text))
		if err != nil {
			t.Fatal(err)
		}
		if steps, _, err := roster.PlanSquads("s.csv", rows, have); told(steps) != want || err != nil {
			t.Errorf("%q: %s, %v", text, told(steps), err)
		}
	}
	rows, _ := roster.ParseSquads("s.csv", []byte("编号,名称\nsquad-7,六中队\n"))
	if _, _, err := roster.PlanSquads("s.csv", rows, have); err == nil || !strings.Contains(err.Error(), "squad-6") {
		t.Errorf("a name that is taken: %v", err)
	}
	if _, err := roster.ParseSquads("s.csv", []byte("编号,名称,次序\nsquad-7,七中队,first\nsquad-8,八中队,0\n")); strings.Join(stands(t, err), " ") != "2:3 3:3" {
		t.Errorf("orders that are none: %v", err)
	}
}

func TestPlanAreas(t *testing.T) {
	have, err := roster.ParseAreas("a.geojson", []byte(collection(feature(fine, square))), squads, nil)
	if err != nil {
		t.Fatal(err)
	}
	table := roster.NewTable(roster.Areas, roster.Zh)
	table.AddArea(have[0])
	var data, map1 bytes.Buffer
	if err := table.WriteWorkbook(&data); err != nil {
		t.Fatal(err)
	}
	if err := roster.WriteAreas(&map1, have); err != nil {
		t.Fatal(err)
	}
	moved := strings.ReplaceAll(square, "27.872", "27.873")
	for name, row := range map[string]struct{ text, want, says string }{
		"its own table":      {data.String(), "2 430204003005 unchanged", ""},
		"its own map":        {map1.String(), "2 430204003005 unchanged", ""},
		"another squad":      {"编号,名称,中队,类型\n430204003005,花果山社区,五中队,社区\n", "2 430204003005 changed squad:squad-6>squad-5", ""},
		"a new one by table": {"编号,名称,中队,类型\n430204003006,花果山社区,五中队,社区\n", "2 430204003006 new", "GeoJSON"},
		"a new one by map":   {collection(feature(`"code":"1","name":"新","squad":"六中队","kind":"社区"`, square)), "3 1 new", ""},
		"another outline":    {collection(feature(fine, moved)), "3 430204003005 changed outline", ""},
	} {
		rows, err := roster.ParseAreaFile("a", []byte(row.text), squads, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		steps, puts, err := roster.PlanAreas("a", rows, have)
		if got := told(steps); !strings.HasPrefix(got, row.want) || (err == nil) != (row.says == "") || err != nil && !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: %s, %v", name, got, err)
		}
		for _, put := range puts {
			if err == nil && len(put.Ring) == 0 {
				t.Errorf("%s: the outline is lost", name)
			}
		}
	}
}

func TestPlanDevices(t *testing.T) {
	const phone = "01890a5d-ac96-774b-bcce-b302099a8057"
	have := []roster.Device{{ID: phone, Label: "旧", Person: "甲"}}
	table := roster.NewTable(roster.Devices, roster.En)
	table.AddDevice(have[0])
	var data bytes.Buffer
	if err := table.WriteCSV(&data); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		data.String(): "2 " + phone + " unchanged",
		"手机编号,名称\n" + phone + ",六中队备用机\n": "2 " + phone + " changed label:旧>六中队备用机",
		"手机编号,名称\n" + phone + ",\n":       "2 " + phone + " changed label:旧>",
	} {
		rows, err := roster.ParseDevices("d.csv", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if steps, _, err := roster.PlanDevices("d.csv", rows, have); told(steps) != want || err != nil {
			t.Errorf("%q: %s, %v", text, told(steps), err)
		}
	}
	rows, err := roster.ParseDevices("d.csv", []byte("phone,label\n01890a5d-ac96-774b-bcce-b302099a8058,x\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := roster.PlanDevices("d.csv", rows, have); err == nil {
		t.Error("a phone that is not there was named")
	}
	if _, err := roster.ParseDevices("d.csv", []byte("phone,label\nseven,x\n")); strings.Join(stands(t, err), "") != "2:1" {
		t.Errorf("%v", err)
	}
}

func TestPlanPhrases(t *testing.T) {
	have := []roster.Phrase{{Squad: "squad-6", Kind: shared.PhraseReturn, Text: "甲"}, {Squad: "squad-6", Kind: shared.PhraseReturn, Text: "乙"},
		{Squad: "squad-6", Kind: shared.PhraseReject, Text: "留着"}, {Squad: "squad-5", Kind: shared.PhraseReturn, Text: "别的中队"}}
	rows, err := roster.ParsePhrases("p.csv", []byte("中队,种类,内容\n六中队,退回原因,乙\nsquad-6,return,丙\n"), squads)
	if err != nil {
		t.Fatal(err)
	}
	steps, puts := roster.PlanPhrases("p.csv", rows, have)
	if got := told(steps); got != "2 squad-6 return changed place:2>1; 3 squad-6 return new; 0 squad-6 return removed" || fmt.Sprint(puts) != "[{squad-6 return [乙 丙]}]" {
		t.Errorf("%s; %v", got, puts)
	}
	table := roster.NewTable(roster.Phrases, roster.Zh)
	for _, p := range have {
		table.AddPhrase(p)
	}
	var data bytes.Buffer
	if err := table.WriteWorkbook(&data); err != nil {
		t.Fatal(err)
	}
	if rows, err = roster.ParsePhrases("p.xlsx", data.Bytes(), squads); err != nil {
		t.Fatal(err)
	}
	if steps, puts := roster.PlanPhrases("p.xlsx", rows, have); len(puts) > 0 || strings.Count(told(steps), "unchanged") != 4 {
		t.Errorf("its own table changes %v: %s", puts, told(steps))
	}
	text := "squad,kind,text\nsquad-7,song,\nsquad-6,return,一\nsquad-6,return,一\nsquad-6,return," + strings.Repeat("长", 61) + "\n"
	for i := range 31 {
		text += fmt.Sprintf("squad-5,reject,第 %d 句\n", i)
	}
	if _, err := roster.ParsePhrases("p.csv", []byte(text), squads); strings.Join(stands(t, err), " ") != "2:1 2:2 2:3 4:3 5:3 36:3" {
		t.Errorf("%v", err)
	}
}
