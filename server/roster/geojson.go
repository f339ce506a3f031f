package roster

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sort"
	"strings"
	"unicode/utf8"
)

// maxPoints is the most points in an outline.
const maxPoints = 10_000

// geoFile reads one GeoJSON file, gathering mistakes as it goes.
type geoFile struct {
	file     string
	data     []byte
	starts   []int // where each line begins
	mistakes Mistakes
}

// feature is what is used of a GeoJSON feature, and where it begins in the file.
type feature struct {
	Type       string
	Properties map[string]any
	Geometry   *struct {
		Type        string
		Coordinates json.RawMessage
	}

	at int64
}

// ParseAreas reads a GeoJSON FeatureCollection of polygons in WGS-84 (properties 编号,名称,中队,类型 or code,name,squad,kind,
// and perhaps 责任采集员 or collectors; generated where the outline was drawn by rule). A file that says it is in GCJ-02 or another system is refused: Buxun
// converts nothing on the way in. squads are all that an area may belong to, by code or by name. On any mistake it gives no
// areas and all Mistakes.
func ParseAreas(file string, data []byte, squads []Squad, people []Person) ([]Area, error) {
	g := geoFile{file: file, data: bytes.TrimPrefix(data, []byte("\ufeff"))}
	var areas []Area
	first := map[string]int{}
	for _, f := range g.features() {
		area := g.area(f, squads, people)
		if line, twice := first[area.Code]; twice && area.Code != "" {
			g.add(f.at, say("编号“%s”和第 %d 行重复，请只留一个", "code %q stands in line %d already: keep one", show(area.Code), line))
		} else {
			first[area.Code], _ = g.position(f.at)
		}
		areas = append(areas, area)
	}
	if err := g.mistakes.orNil(); err != nil {
		return nil, err
	}
	return areas, nil
}

// position turns an offset in bytes into line and column from 1.
func (g *geoFile) position(offset int64) (line, column int) {
	if g.starts == nil {
		g.starts = []int{0}
		for i, b := range g.data {
			if b == '\n' {
				g.starts = append(g.starts, i+1)
			}
		}
	}
	at := int(min(max(offset, 0), int64(len(g.data))))
	line = sort.SearchInts(g.starts, at+1)
	return line, at - g.starts[line-1] + 1
}

func (g *geoFile) add(offset int64, said words) {
	line, column := g.position(offset)
	if len(g.mistakes) < maxMistakes {
		g.mistakes = append(g.mistakes, Mistake{File: g.file, Line: line, Column: column, Zh: said.zh, En: said.en})
	}
}

// features reads the collection piece by piece, so that every mistake can say where it stands.
func (g *geoFile) features() []feature {
	if !g.isJSON() {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(g.data))
	if start, _ := decoder.Token(); start != json.Delim('{') {
		g.add(0, say("应当是 GeoJSON 的 FeatureCollection，请重新导出", "this must be a GeoJSON FeatureCollection: export it again"))
		return nil
	}
	var found []feature
	collection := false
	for decoder.More() {
		name, _ := decoder.Token()
		at := decoder.InputOffset()
		if name == "features" {
			collection = true
			found = g.list(decoder)
			continue
		}
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			return nil // isJSON has seen that this cannot be
		}
		g.system(name, value, at)
	}
	if !collection {
		g.add(0, say("没有 features，应当是 GeoJSON 的 FeatureCollection，请重新导出", "there are no features: export it as a GeoJSON FeatureCollection"))
	}
	return found
}

func (g *geoFile) isJSON() bool {
	if len(g.data) > MaxFileBytes {
		g.add(0, say("文件超过 %d MB，请分成几份", "the file is over %d MB: split it", MaxFileBytes>>20))
		return false
	}
	if !utf8.Valid(g.data) {
		g.add(0, say("文件不是 UTF-8 编码，请另存为 UTF-8", "the file is not UTF-8: save it as UTF-8"))
		return false
	}
	var whole json.RawMessage
	err := json.Unmarshal(g.data, &whole)
	if err == nil {
		return true
	}
	at := int64(len(g.data))
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		at = syntax.Offset - 1
	}
	g.add(at, say("不是完整的 JSON，请重新导出", "this is no complete JSON: export it again"))
	return false
}

// list reads the array of features.
func (g *geoFile) list(decoder *json.Decoder) (found []feature) {
	at := g.next(decoder.InputOffset())
	if g.data[at] != '[' {
		var value json.RawMessage
		_ = decoder.Decode(&value)
		g.add(at, say("features 应当是数组，请重新导出", "features must be an array: export it again"))
		return nil
	}
	_, _ = decoder.Token()
	for decoder.More() {
		at := g.next(decoder.InputOffset())
		var f feature
		err := decoder.Decode(&f)
		f.at = at
		if err != nil || f.Type != "Feature" {
			g.add(at, say("这一项不是 GeoJSON 的 Feature，请删掉或重新导出", "this is no GeoJSON feature: remove it or export again"))
			continue
		}
		found = append(found, f)
	}
	_, _ = decoder.Token()
	return found
}

// next is the offset of the next value: white space, commas and colons skipped.
func (g *geoFile) next(at int64) int64 {
	for at < int64(len(g.data))-1 && strings.IndexByte(" \t\r\n,:", g.data[at]) >= 0 {
		at++
	}
	return at
}

// system refuses a file that says it is in another coordinate system than WGS-84.
func (g *geoFile) system(name json.Token, value json.RawMessage, at int64) {
	key, _ := name.(string)
	said := strings.ToUpper(string(value))
	switch strings.ToLower(key) {
	case "crs", "coordinatesystem", "coordinate_system", "datum":
	default:
		return
	}
	said = strings.NewReplacer("-", "", "_", "", " ", "").Replace(said)
	for _, fine := range []string{"CRS84", "WGS84", "EPSG::4326", "EPSG:4326", "CGCS2000", "EPSG::4490", "EPSG:4490", "NULL"} {
		if strings.Contains(said, fine) {
			return
		}
	}
	g.add(g.next(at), say("文件说它的坐标系是 %s，这里只收 WGS-84：请先用 QGIS 等工具转换（GCJ-02 会偏几百米）",
		"the file says it is in %s; only WGS-84 is taken: convert it first, with QGIS for example (GCJ-02 is hundreds of metres off)", show(string(value))))
}

func (g *geoFile) area(f feature, squads []Squad, people []Person) Area {
	fields := map[string]string{
		"code": f.text("编号", "code"), "name": f.text("名称", "name"), "squad": f.text("中队", "squad"), "kind": f.text("类型", "kind"),
	}
	for _, name := range []string{"责任采集员", "collectors"} {
		if value := f.Properties[name]; value != nil {
			fields["collectors"] = accounts(value)
		}
	}
	a, wrongs := ReadArea(fields, squads, people)
	for _, w := range wrongs {
		g.add(f.at, words{w.Zh, w.En})
	}
	a.Generated, _ = f.Properties["generated"].(bool)
	for key, value := range f.Properties {
		encoded, _ := json.Marshal(value)
		g.system(key, encoded, f.at)
	}
	a.Line, _ = g.position(f.at)
	a.Ring = g.ring(f)
	return a
}

// text is a property under either name; a number is read as the digits that it is written with.
func (f feature) text(names ...string) string {
	for _, name := range names {
		if text, ok := textOf(f.Properties[name]); ok {
			return text
		}
	}
	return ""
}

// textOf is a text, or the digits of a number; ok says whether the value is either.
func textOf(value any) (text string, ok bool) {
	switch value := value.(type) {
	case string:
		return strings.TrimSpace(value), true
	case float64:
		if value == math.Trunc(value) && math.Abs(value) < 1<<53 {
			return fmt.Sprintf("%.0f", value), true
		}
	}
	return "", false
}

// accounts is one account, or a list of them with spaces between. What can be none stands there as it is: it is told, and never
// taken for nobody.
func accounts(value any) string {
	list, many := value.([]any)
	if !many {
		list = []any{value}
	}
	var all []string
	for _, one := range list {
		text, ok := textOf(one)
		if !ok {
			text = fmt.Sprint(one)
		}
		all = append(all, strings.Trim(text, "[]"))
	}
	return strings.Join(all, " ")
}

// ring gives the outline of the feature, closed.
func (g *geoFile) ring(f feature) [][2]float64 {
	var polygon [][][]float64
	switch {
	case f.Geometry == nil:
	case f.Geometry.Type == "Polygon":
		_ = json.Unmarshal(f.Geometry.Coordinates, &polygon)
	case f.Geometry.Type == "MultiPolygon":
		var many [][][][]float64
		if json.Unmarshal(f.Geometry.Coordinates, &many) == nil && len(many) == 1 {
			polygon = many[0]
		}
	}
	if len(polygon) != 1 {
		g.add(f.at, say("每个区域要是一块没有洞的多边形，请拆开或去掉洞", "an area must be one polygon without holes: split it or fill the holes"))
		return nil
	}
	var ring [][2]float64
	for _, point := range polygon[0] {
		if said, bad := badPoint(point); bad {
			g.add(f.at, said)
			return nil
		}
		ring = append(ring, [2]float64{point[0], point[1]})
	}
	if len(ring) > 0 && ring[0] != ring[len(ring)-1] {
		ring = append(ring, ring[0])
	}
	if len(ring) < 4 || len(ring) > maxPoints || flat(ring) {
		g.add(f.at, say("边界有 %d 个点，要有 4 到 %d 个且围出一块地，请重新画", "the outline has %d points, it needs 4 to %d around some ground: draw it again", len(ring), maxPoints))
		return nil
	}
	return ring
}

func badPoint(point []float64) (words, bool) {
	switch {
	case len(point) < 2:
		return say("有一个点缺少经度或纬度，请重新导出", "a point lacks its longitude or latitude: export it again"), true
	case math.Abs(point[1]) > 90 && math.Abs(point[0]) <= 90:
		return say("点 %v,%v 的经纬度写反了，先写经度再写纬度", "point %v,%v is the wrong way round: longitude comes first", point[0], point[1]), true
	case math.Abs(point[0]) > 180, math.Abs(point[1]) > 90:
		return say("点 %v,%v 不是经纬度（度），请转换成 WGS-84 经纬度", "point %v,%v is not in degrees: convert it to WGS-84 degrees", point[0], point[1]), true
	}
	return words{}, false
}

// flat says whether the ring encloses nothing.
func flat(ring [][2]float64) bool {
	doubled := 0.0
	for i := range len(ring) - 1 {
		x1, y1 := ring[i][0]-ring[0][0], ring[i][1]-ring[0][1]
		x2, y2 := ring[i+1][0]-ring[0][0], ring[i+1][1]-ring[0][1]
		doubled += x1*y2 - x2*y1
	}
	return doubled == 0
}
