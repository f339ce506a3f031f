package shared_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"buxun/shared"
)

type taxonomyVectors struct {
	Lookup []struct {
		Key, Code2013, Initials string
		Path                    []string
		Confirmed               bool
	}
	Malformed []struct{ Name, Text string }
}

func readTaxonomyVectors(t *testing.T) (v taxonomyVectors) {
	t.Helper()
	text, err := os.ReadFile("vectors/taxonomy.json")
	if err == nil {
		err = json.Unmarshal(text, &v)
	}
	if err != nil || len(v.Lookup) == 0 || len(v.Malformed) == 0 {
		t.Fatalf("read vectors/taxonomy.json: %v", err)
	}
	return v
}

func TestTaxonomyLookup(t *testing.T) {
	taxonomy := shared.BuiltinTaxonomy()
	for _, row := range readTaxonomyVectors(t).Lookup {
		category, known := taxonomy.Category(row.Key)
		if known != (len(row.Path) > 0) || known != taxonomy.Known(row.Key) {
			t.Errorf("%q: known is %v", row.Key, known)
			continue
		}
		var path []string
		for _, step := range taxonomy.Path(row.Key) {
			path = append(path, step.Zh)
		}
		if !slices.Equal(path, row.Path) {
			t.Errorf("%q: path %v, want %v", row.Key, path, row.Path)
		}
		if category.Code2013 != row.Code2013 || category.Initials != row.Initials || category.Confirmed != row.Confirmed {
			t.Errorf("%q: %+v does not fit the vector", row.Key, category)
		}
		if known && category.Key() != row.Key {
			t.Errorf("%q came back as %q", row.Key, category.Key())
		}
	}
}

func TestMalformedTaxonomyIsRefused(t *testing.T) {
	for _, row := range readTaxonomyVectors(t).Malformed {
		if _, err := shared.ParseTaxonomy([]byte(row.Text)); shared.FaultCode(err) != "file.malformed" {
			t.Errorf("%s: %v", row.Name, err)
		}
	}
}

func TestBuiltinTaxonomyIsWhole(t *testing.T) {
	taxonomy := shared.BuiltinTaxonomy()
	counts := map[string]int{}
	for _, c := range taxonomy.Categories {
		counts[c.Standard+"|"+string(c.Kind)]++
		if c.Class.Zh == "" || c.Class.En == "" || c.ClassCode == "" || !strings.HasPrefix(c.Code, c.ClassCode) {
			t.Errorf("%s: class %q %+v", c.Key(), c.ClassCode, c.Class)
		}
		if l := c.Limits; l != nil && (l.From <= 0 || l.To < l.From || len(l.Conditions) == 0 || l.Clock == "") {
			t.Errorf("%s: limits %+v", c.Key(), *l)
		}
	}
	// DOMAIN's own counts: 153 components and 250 matters in the standard of 2026.
	want := map[string]int{
		"GB/T 47678.5-2026|component": 153, "GB/T 47678.5-2026|matter": 250,
		"GB/T 30428.2-2013|component": 4, "GB/T 30428.2-2013|matter": 11,
		"local-2013|component": 26, "local-2013|matter": 19,
	}
	for key, n := range want {
		if counts[key] != n {
			t.Errorf("%s: %d categories, want %d", key, counts[key], n)
		}
	}
	if len(counts) != len(want) {
		t.Errorf("other standards or kinds: %v", counts)
	}
	if len(taxonomy.Usual) < 12 {
		t.Errorf("only %d usual categories", len(taxonomy.Usual))
	}
}

func TestBuiltinTaxonomyJSONIsWhatIsParsed(t *testing.T) {
	taxonomy, err := shared.ParseTaxonomy(shared.BuiltinTaxonomyJSON())
	if err != nil || taxonomy.Version != shared.BuiltinTaxonomy().Version {
		t.Errorf("version %v, error %v", taxonomy, err)
	}
}
