package roster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"buxun/shared"
)

var unitGridPattern = regexp.MustCompile(`^\d{15}$`)

// ParseAreaTable reads what a table says of areas (编号,名称,中队,类型 and perhaps 责任采集员), CSV or a workbook. It has no outlines: those
// come as GeoJSON. people are all who may be named as answering for one. On any mistake it gives no areas and all Mistakes.
func ParseAreaTable(file string, data []byte, squads []Squad, people []Person) ([]Area, error) {
	t := table{file: file}
	var areas []Area
	codes := map[string]int{}
	for _, r := range t.read(data, areaColumns) {
		area, wrongs := ReadArea(r.values, squads, people)
		t.wrong(r, wrongs...)
		t.once(r, "code", codes)
		area.Line = r.line
		areas = append(areas, area)
	}
	if err := t.mistakes.orNil(); err != nil {
		return nil, err
	}
	return areas, nil
}

// ParseAreaFile reads GeoJSON where the file is that, else a table.
func ParseAreaFile(file string, data []byte, squads []Squad, people []Person) ([]Area, error) {
	text := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\ufeff")), " \t\r\n")
	if bytes.HasPrefix(text, []byte("{")) || bytes.HasPrefix(text, []byte("[")) {
		return ParseAreas(file, data, squads, people)
	}
	return ParseAreaTable(file, data, squads, people)
}

// ReadArea makes an area without its outline of the fields code, name, squad (by code or name), kind and perhaps collectors: accounts,
// with spaces, commas or the like between them.
func ReadArea(fields map[string]string, squads []Squad, people []Person) (Area, Wrongs) {
	var wrongs Wrongs
	a := Area{Code: fields["code"], Name: fields["name"]}
	wrongs.code("code", a.Code)
	wrongs.named("name", a.Name)
	a.Kind, _ = read(areaWords, fields["kind"])
	if a.Kind == "" {
		wrongs.add("kind", say("类型“%s”不认识，请写 社区、单元网格 或 责任网格", "unknown kind %q: write community, unitGrid or dutyGrid", show(fields["kind"])))
	}
	if a.Kind == KindUnitGrid && !unitGridPattern.MatchString(a.Code) {
		wrongs.add("code", say("单元网格的编号“%s”要有 15 位数字", "a unit grid's code has 15 digits, %q has not", show(a.Code)))
	}
	if a.Squad = codeOf(squads, fields["squad"]); a.Squad == "" {
		wrongs.noSquad(fields["squad"])
	}
	if said, ok := fields["collectors"]; ok {
		a.Collectors = wrongs.collectors(said, a.Squad, people)
	}
	return a, wrongs
}

// maxAnswering is the most people who may answer for one area.
const maxAnswering = 20

// collectors reads who answers for an area; an empty list where that is nobody. Whoever is disabled may stand there: they are sent nowhere.
func (ws *Wrongs) collectors(said, squad string, people []Person) []string {
	logins := []string{}
	for _, login := range strings.FieldsFunc(said, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;/、，；", r) }) {
		at := slices.IndexFunc(people, func(p Person) bool { return p.Name == login })
		switch {
		case slices.Contains(logins, login):
		case at < 0:
			ws.add("collectors", say("没有账号“%s”，请先导入人员，或改成已有的账号；几个人中间用空格隔开", "there is no account %q: import the people first or correct it; write a space between several", show(login)))
		case people[at].Role != shared.RoleCollector:
			ws.add("collectors", say("账号“%s”（%s）不是采集员，请换成采集员", "account %q (%s) is no collector: name one who is", login, people[at].Label))
		case squad != "" && people[at].Squad != squad:
			ws.add("collectors", say("采集员“%s”（%s）不在这个区域的中队，请换成这个中队的", "collector %q (%s) is not of the area's squad: name one of that squad", login, people[at].Label))
		default:
			logins = append(logins, login)
		}
	}
	if len(logins) > maxAnswering {
		ws.add("collectors", say("责任采集员有 %d 个，最多 %d 个", "%d collectors are named, at most %d may be", len(logins), maxAnswering))
	}
	slices.Sort(logins)
	return logins
}

// WriteAreas writes areas as a GeoJSON FeatureCollection in WGS-84, an area a line, as ParseAreas reads it.
func WriteAreas(w io.Writer, areas []Area) error {
	type geometry struct {
		Type        string         `json:"type"`
		Coordinates [][][2]float64 `json:"coordinates"`
	}
	type properties struct {
		Code       string `json:"code"`
		Name       string `json:"name"`
		Squad      string `json:"squad"`
		Kind       string `json:"kind"`
		Collectors string `json:"collectors"`
		Generated  bool   `json:"generated,omitempty"`
	}
	var text bytes.Buffer
	text.WriteString("{\"type\":\"FeatureCollection\",\"features\":[")
	for i, a := range areas {
		one, err := json.Marshal(struct {
			Type       string     `json:"type"`
			Properties properties `json:"properties"`
			Geometry   geometry   `json:"geometry"`
		}{"Feature", properties{a.Code, a.Name, a.Squad, a.Kind, strings.Join(a.Collectors, " "), a.Generated}, geometry{"Polygon", [][][2]float64{a.Ring}}})
		if err != nil {
			return fmt.Errorf("write area %s: %w", a.Code, err)
		}
		if i > 0 {
			text.WriteByte(',')
		}
		text.WriteByte('\n')
		text.Write(one)
	}
	text.WriteString("\n]}\n")
	if _, err := w.Write(text.Bytes()); err != nil {
		return fmt.Errorf("write areas: %w", err)
	}
	return nil
}
