package roster_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"buxun/server/roster"
	"buxun/shared"
)

var squads = []roster.Squad{{Code: "squad-5", Name: "五中队"}, {Code: "squad-6", Name: "六中队"}}

// stands gives where the mistakes are, "line:column" each.
func stands(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var mistakes roster.Mistakes
	if !errors.As(err, &mistakes) || shared.FaultCode(err) != "file.malformed" {
		t.Fatalf("%v is no list of mistakes with the fault file.malformed", err)
	}
	var places []string
	for _, m := range mistakes {
		if m.File == "" || m.Line < 1 || m.Column < 1 || m.Zh == "" || m.En == "" {
			t.Errorf("a mistake does not say everything: %+v", m)
		}
		places = append(places, fmt.Sprintf("%d:%d", m.Line, m.Column))
	}
	return places
}

func TestParsePeople(t *testing.T) {
	people, err := roster.ParsePeople("people.csv", []byte("账号,显示名,角色,中队,备注\nc601,采集员6-01,采集员,六中队,早班\n\n l6 ,中队长6,Leader,squad-6,\nadmin,管理员,管理员,,\n"), roster.Places{Squads: squads})
	want := []roster.Person{
		{Name: "c601", Label: "采集员6-01", Role: shared.RoleCollector, Squad: "squad-6", Line: 2},
		{Name: "l6", Label: "中队长6", Role: shared.RoleLeader, Squad: "squad-6", Line: 4},
		{Name: "admin", Label: "管理员", Role: shared.RoleAdmin, Line: 5},
	}
	if err != nil || fmt.Sprint(people) != fmt.Sprint(want) {
		t.Errorf("%v, %v\nwant %v", people, err, want)
	}
}

func TestEveryMistakeOfATableIsToldAndNothingIsTaken(t *testing.T) {
	const head = "account,label,role,squad,password\n"
	rows := []struct{ name, text, places, says string }{
		{"all rows, not the first only", head + "C601,甲,采集员,六中队,\nc602,,boss,七中队,short\n", "2:1 3:2 3:3 3:4 3:5", "七中队"},
		{"collector without a squad", head + "c601,甲,collector,,\n", "2:4", "中队"},
		{"account twice", head + "c601,甲,collector,squad-6,\nl6,乙,leader,squad-6,\nc601,丙,collector,squad-6,\n", "4:1", "第 2 行"},
		{"too few columns", head + "c601,甲,collector\n", "2:4", "5 列"},
		{"too many columns", head + "c601,甲,collector,squad-6,,,\n", "2:6", "7 列"},
		{"unknown column", "account,label,role,squad,passwrod\n", "1:5", "passwrod"},
		{"column twice", "account,label,role,squad,账号\n", "1:5", "两次"},
		{"column missing", "account,label,role\n", "1:1", "中队"},
		{"no lines", "", "1:1", "空的"},
		{"blank lines only", " \n,,\n", "1:1", "空的"},
		{"open quotation mark", head + "c601,\"甲,collector,squad-6,\n", "2:1", "引号"},
		{"bare quotation mark", head + "c601,甲\"乙,collector,squad-6,\nc602,乙,boss,squad-6,\n", "2:1 3:3", "引号"},
		{"a line break in a cell", head + "c601,\"甲\n乙\",collector,squad-6,\n", "2:2", "看不见"},
		{"right-to-left override", head + "c601,甲\u202e乙,collector,squad-6,\n", "2:2", "看不见"},
		{"an id that is none", "account,label,role,squad,id\nc601,甲,collector,squad-6,17\n", "2:5", "UUID"},
		{"a broken Excel workbook", "PK\x03\x04rest", "1:1", "Excel"},
		{"an old or locked Excel workbook", "\xD0\xCF\x11\xE0rest", "1:1", "xls"},
		{"a state that is none", "account,label,role,squad,state\nc601,甲,collector,squad-6,gone\n", "2:5", "停用"},
		{"too many columns to be a roster", strings.Repeat("x,", 80) + "\n", "1:65", "64 列"},
		{"UTF-16", "\xff\xfea\x00", "1:1", "UTF-16"},
		{"neither encoding", head + "c601,\xff\xff,collector,squad-6,\n", "2:1", "GB18030"},
	}
	for _, row := range rows {
		people, err := roster.ParsePeople("people.csv", []byte(row.text), roster.Places{Squads: squads})
		if got := strings.Join(stands(t, err), " "); got != row.places || people != nil {
			t.Errorf("%s: mistakes at %q, want %q; %d people\n%v", row.name, got, row.places, len(people), err)
		}
		if err != nil && !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: %v does not say %s", row.name, err, row.says)
		}
	}
}

func TestParseSquads(t *testing.T) {
	for _, text := range []string{"编号,名称\nsquad-6,六中队\nsquad-5,五中队\n", "name;code\r\n六中队;squad-6\r\n五中队;squad-5", "Code\tName\nsquad-6\t六中队\nsquad-5\t五中队\n"} {
		got, err := roster.ParseSquads("squads.csv", []byte(text))
		if err != nil || fmt.Sprint(got) != "[{squad-6 六中队 0 2} {squad-5 五中队 0 3}]" {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	_, err := roster.ParseSquads("squads.csv", []byte("code,name\nsquad 6,六中队\nsquad-5,六中队\nsquad-5,\n"))
	if got := strings.Join(stands(t, err), " "); got != "2:1 3:2 4:2 4:1" {
		t.Errorf("mistakes at %s: %v", got, err)
	}
}

func TestManyMistakesAreCounted(t *testing.T) {
	text := "code,name\n" + strings.Repeat("坏,坏\n", 80)
	_, err := roster.ParseSquads("squads.csv", []byte(text))
	if lines := strings.Count(err.Error(), "\n"); lines != 51 || !strings.Contains(err.Error(), "还有") {
		t.Errorf("%d lines: %v", lines, err)
	}
}

// Whatever people there are, whichever way their table is written, the same people come back.
func TestPeopleComeBackFromEveryWayOfWriting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people := anyPeople(t)
		text := write(t, people)
		data := encode(t, text)
		got, err := roster.ParsePeople("people.csv", data, roster.Places{Squads: squads})
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if len(got) != len(people) {
			t.Fatalf("%d people of %d", len(got), len(people))
		}
		for i := range people {
			if people[i].Line = i + 2; got[i] != people[i] {
				t.Fatalf("%+v came back as %+v", people[i], got[i])
			}
		}
	})
}

func anyPeople(t *rapid.T) (people []roster.Person) {
	names := rapid.SliceOfDistinct(rapid.StringMatching(`[a-z0-9][a-z0-9.-]{0,12}`), rapid.ID[string]).Draw(t, "names")
	// Words that people have, with what CSV must quote.
	label := rapid.StringMatching(`[甲乙丙丁采集员〇々6-9A-Z]([甲乙丙丁采集员",;\t' -]{0,8}[甲乙"〇9])?`).Filter(func(s string) bool { return !strings.Contains(s, "\t") })
	for _, name := range names {
		p := roster.Person{Name: name, Label: label.Draw(t, "label")}
		p.Role = rapid.SampledFrom([]shared.Role{shared.RoleCollector, shared.RoleLeader, shared.RoleAdmin}).Draw(t, "role")
		p.Squad = rapid.SampledFrom([]string{"squad-5", "squad-6"}).Draw(t, "squad")
		if p.Role == shared.RoleAdmin && rapid.Bool().Draw(t, "no squad") {
			p.Squad = ""
		}
		if rapid.Bool().Draw(t, "with password") {
			p.Password = rapid.StringMatching(`[a-z密码"',]{10,20}`).Draw(t, "password")
		}
		people = append(people, p)
	}
	return people
}

// write makes a table with the columns in any order, headings and words of either language, any separator and quoting.
func write(t *rapid.T, people []roster.Person) string {
	pick := func(words ...string) string { return rapid.SampledFrom(words).Draw(t, "word") }
	separator := pick(",", ";", "\t")
	end := pick("\n", "\r\n")
	columns := rapid.Permutation([]string{"account", "label", "role", "squad", "password"}).Draw(t, "columns")
	zh := map[string]string{"account": "账号", "label": "姓名", "role": "角色", "squad": "中队", "password": "密码"}
	roles := map[shared.Role]string{shared.RoleCollector: "采集员", shared.RoleLeader: "中队长", shared.RoleAdmin: "管理员"}
	squadNames := map[string]string{"squad-5": "五中队", "squad-6": "六中队", "": ""}
	cell := func(value string) string {
		if strings.ContainsAny(value, "\",;\t\r\n") || rapid.Bool().Draw(t, "quoted") {
			return `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
		}
		return value
	}
	var lines []string
	var head []string
	for _, c := range columns {
		head = append(head, cell(pick(c, strings.ToUpper(c), zh[c])))
	}
	lines = append(lines, strings.Join(head, separator))
	for _, p := range people {
		var cells []string
		for _, c := range columns {
			value := map[string]string{
				"account": p.Name, "label": p.Label, "role": pick(string(p.Role), roles[p.Role]),
				"squad": pick(p.Squad, squadNames[p.Squad]), "password": p.Password,
			}[c]
			cells = append(cells, cell(value))
		}
		lines = append(lines, strings.Join(cells, separator))
	}
	return strings.Join(lines, end) + pick("", end)
}

func encode(t *rapid.T, text string) []byte {
	switch rapid.SampledFrom([]string{"UTF-8", "UTF-8 with mark", "GB18030"}).Draw(t, "encoding") {
	case "UTF-8 with mark":
		return append([]byte("\ufeff"), text...)
	case "GB18030":
		data, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	return []byte(text)
}

// Whatever bytes come, the parsers give either sound people or mistakes that say where, and never both.
func FuzzParsePeople(f *testing.F) {
	f.Add([]byte("账号,显示名,角色,中队\nc601,甲,采集员,六中队\n"))
	f.Add([]byte("account,label,role,squad,password,id\nc601,\"a\"\"b\",leader,squad-5,0123456789,\n"))
	f.Add([]byte("\ufeffaccount;label;role;squad\nx;y;admin;\n"))
	f.Add([]byte("account,label,role,squad\n\"\n,,,\n\"x\"y,,\n"))
	utf16, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte("账号,显示名"))
	f.Add(utf16)
	f.Fuzz(func(t *testing.T, data []byte) {
		people, err := roster.ParsePeople("people.csv", data, roster.Places{Squads: squads})
		if err != nil && people != nil {
			t.Error("people and mistakes at once")
		}
		stands(t, err)
		seen := map[string]bool{}
		for _, p := range people {
			sound := p.Name != "" && !seen[p.Name] && p.Label != "" && p.Role != "" && (p.Squad != "" || p.Role == shared.RoleAdmin)
			if !sound || p.Squad != "" && p.Squad != "squad-5" && p.Squad != "squad-6" {
				t.Errorf("%+v got through", p)
			}
			seen[p.Name] = true
		}
	})
}
