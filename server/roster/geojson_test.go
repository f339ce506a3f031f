package roster_test

import (
	"fmt"
	"strings"
	"testing"

	"buxun/server/roster"
)

const square = `{"type":"Polygon","coordinates":[[[113.078,27.868],[113.082,27.868],[113.082,27.872],[113.078,27.872],[113.078,27.868]]]}`

func collection(features ...string) string {
	return "{\"type\":\"FeatureCollection\",\n\"features\":[\n" + strings.Join(features, ",\n") + "\n]}\n"
}

func feature(properties, geometry string) string {
	return `{"type":"Feature","properties":{` + properties + `},"geometry":` + geometry + `}`
}

const fine = `"code":"430204003005","name":"花果山社区","squad":"squad-6","kind":"community"`

func TestParseAreas(t *testing.T) {
	text := "\ufeff" + collection(
		feature(fine, square),
		feature(`"编号":430204003005001,"名称":"一格","中队":"六中队","类型":"单元网格","generated":true`,
			`{"type":"MultiPolygon","coordinates":[[[[113.078,27.868,41.5],[113.079,27.868],[113.079,27.869]]]]}`),
	)
	areas, err := roster.ParseAreas("areas.geojson", []byte(text), squads, nil)
	want := []roster.Area{
		{Code: "430204003005", Name: "花果山社区", Squad: "squad-6", Kind: roster.KindCommunity, Line: 3,
			Ring: [][2]float64{{113.078, 27.868}, {113.082, 27.868}, {113.082, 27.872}, {113.078, 27.872}, {113.078, 27.868}}},
		{Code: "430204003005001", Name: "一格", Squad: "squad-6", Kind: roster.KindUnitGrid, Generated: true, Line: 4,
			Ring: [][2]float64{{113.078, 27.868}, {113.079, 27.868}, {113.079, 27.869}, {113.078, 27.868}}},
	}
	if err != nil || fmt.Sprint(areas) != fmt.Sprint(want) {
		t.Errorf("%v, %v\nwant %v", areas, err, want)
	}
}

func TestWGS84MayBeDeclared(t *testing.T) {
	for _, crs := range []string{`{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}}`, `{"type":"name","properties":{"name":"EPSG:4326"}}`, `null`, `"WGS-84"`, `"CGCS2000"`} {
		text := `{"type":"FeatureCollection","crs":` + crs + `,"features":[` + feature(fine, square) + `]}`
		if areas, err := roster.ParseAreas("areas.geojson", []byte(text), squads, nil); err != nil || len(areas) != 1 {
			t.Errorf("%s: %v", crs, err)
		}
	}
}

func TestEveryMistakeOfAMapIsToldAndNothingIsTaken(t *testing.T) {
	swapped := `{"type":"Polygon","coordinates":[[[27.868,113.078],[27.868,113.082],[27.872,113.082],[27.868,113.078]]]}`
	hole := `{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[0,0]],[[1,1],[2,1],[2,2],[1,1]]]}`
	line := `{"type":"Polygon","coordinates":[[[1,1],[2,2],[3,3],[1,1]]]}`
	metres := `{"type":"Polygon","coordinates":[[[12587000,3230000],[12588000,3230000],[12588000,3231000],[12587000,3230000]]]}`
	rows := []struct{ name, text, places, says string }{
		{"GCJ-02 declared", `{"coordinateSystem":"GCJ-02","type":"FeatureCollection","features":[]}`, "1:21", "GCJ-02"},
		{"GCJ-02 as crs", "{\"type\":\"FeatureCollection\",\n \"crs\": {\"type\":\"name\",\"properties\":{\"name\":\"gcj02\"}},\"features\":[]}", "2:9", "QGIS"},
		{"GCJ-02 in a feature", collection(feature(fine+`,"datum":"GCJ02"`, square)), "3:1", "GCJ"},
		{"several mistakes", collection(feature(`"code":"a b","name":"","squad":"七中队","kind":"circle"`, square), feature(fine, hole)), "3:1 3:1 3:1 3:1 4:1", "七中队"},
		{"code twice", collection(feature(fine, square), feature(fine, square)), "4:1", "第 3 行"},
		{"unit grid of 14 digits", collection(feature(`"code":"43020400300501","name":"格","squad":"squad-6","kind":"unitGrid"`, square)), "3:1", "15"},
		{"longitude and latitude swapped", collection(feature(fine, swapped)), "3:1", "写反"},
		{"metres", collection(feature(fine, metres)), "3:1", "度"},
		{"a line", collection(feature(fine, line)), "3:1", "边界"},
		{"no geometry", collection(feature(fine, "null")), "3:1", "多边形"},
		{"a point", collection(feature(fine, `{"type":"Point","coordinates":[113,27]}`)), "3:1", "多边形"},
		{"a point without latitude", collection(feature(fine, `{"type":"Polygon","coordinates":[[[1],[2],[3],[1]]]}`)), "3:1", "缺少"},
		{"no feature", collection(`{"type":"Polygon"}`, "7"), "3:1 4:1", "Feature"},
		{"cut", `{"type":"FeatureCollection",` + "\n" + `"features":[{"type":`, "2:20", "JSON"},
		{"a word too many", "{}\nx", "2:1", "JSON"},
		{"empty", "", "1:1", "JSON"},
		{"an array", "[]", "1:1", "FeatureCollection"},
		{"no features", "{}", "1:1", "FeatureCollection"},
		{"features are no array", `{"features":{}}`, "1:13", "数组"},
		{"not UTF-8", "{\"a\":\"\xff\"}", "1:1", "UTF-8"},
	}
	for _, row := range rows {
		areas, err := roster.ParseAreas("areas.geojson", []byte(row.text), squads, nil)
		if got := strings.Join(stands(t, err), " "); got != row.places || areas != nil {
			t.Errorf("%s: mistakes at %q, want %q; %d areas\n%v", row.name, got, row.places, len(areas), err)
		}
		if err != nil && !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: %v does not say %s", row.name, err, row.says)
		}
	}
}

func FuzzParseAreas(f *testing.F) {
	f.Add([]byte(collection(feature(fine, square))))
	f.Add([]byte(`{"crs":"GCJ-02","features":[{},null,[]]}`))
	f.Add([]byte(`{"features":[{"type":"Feature","geometry":{"type":"MultiPolygon","coordinates":[[[[1e999]]]]}}],"features":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		areas, err := roster.ParseAreas("areas.geojson", data, squads, nil)
		if err != nil && areas != nil {
			t.Error("areas and mistakes at once")
		}
		stands(t, err)
		for _, a := range areas {
			if a.Code == "" || a.Name == "" || a.Squad == "" || a.Kind == "" || len(a.Ring) < 4 || a.Ring[0] != a.Ring[len(a.Ring)-1] {
				t.Errorf("%+v got through", a)
			}
		}
	})
}
