package roster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
)

var unitGridPattern = regexp.MustCompile(`^\d{15}$`)

// ParseAreaTable reads what a table says of areas (编号,名称,中队,类型), CSV or a workbook. It has no outlines: those come as
// GeoJSON. On any mistake it gives no areas and all Mistakes.
func ParseAreaTable(file string, data []byte, squads []Squad) ([]Area, error) {
	t := table{file: file}
	var areas []Area
	codes := map[string]int{}
	for _, r := range t.read(data, areaColumns) {
		area, wrongs := ReadArea(r.values, squads)
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
func ParseAreaFile(file string, data []byte, squads []Squad) ([]Area, error) {
	text := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\ufeff")), " \t\r\n")
	if bytes.HasPrefix(text, []byte("{")) || bytes.HasPrefix(text, []byte("[")) {
		return ParseAreas(file, data, squads)
	}
	return ParseAreaTable(file, data, squads)
}

// ReadArea makes an area without its outline of the fields code, name, squad (by code or name) and kind.
func ReadArea(fields map[string]string, squads []Squad) (Area, Wrongs) {
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
	return a, wrongs
}

// WriteAreas writes areas as a GeoJSON FeatureCollection in WGS-84, an area a line, as ParseAreas reads it.
func WriteAreas(w io.Writer, areas []Area) error {
	type geometry struct {
		Type        string         `json:"type"`
		Coordinates [][][2]float64 `json:"coordinates"`
	}
	type properties struct {
		Code      string `json:"code"`
		Name      string `json:"name"`
		Squad     string `json:"squad"`
		Kind      string `json:"kind"`
		Generated bool   `json:"generated,omitempty"`
	}
	var text bytes.Buffer
	text.WriteString("{\"type\":\"FeatureCollection\",\"features\":[")
	for i, a := range areas {
		one, err := json.Marshal(struct {
			Type       string     `json:"type"`
			Properties properties `json:"properties"`
			Geometry   geometry   `json:"geometry"`
		}{"Feature", properties{a.Code, a.Name, a.Squad, a.Kind, a.Generated}, geometry{"Polygon", [][][2]float64{a.Ring}}})
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
