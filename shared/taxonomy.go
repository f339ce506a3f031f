package shared

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed taxonomy.json
var taxonomyJSON []byte

// CategoryKind tells a thing that is broken or missing from something that happens. One code names one of each.
type CategoryKind string

const (
	KindComponent CategoryKind = "component" // 部件
	KindMatter    CategoryKind = "matter"    // 管理事项 (2013: 事件)
)

// LimitClock is the clock that a time limit runs on.
type LimitClock string

const (
	ClockUrgent  LimitClock = "urgent"  // 紧急工作时: continuous hours
	ClockWorking LimitClock = "working" // 工作时: office hours, 8 to a working day
)

// Taxonomy is one version of the category tables. It is data: phones fetch it, a city may replace it.
type Taxonomy struct {
	// Version is the day it is in force from and a counter, for example "2026-07-01.1". Operations carry it.
	Version    string     `json:"version"`
	Standards  []Standard `json:"standards"`
	Categories []Category `json:"categories"`
	// Usual holds the keys that street collectors report most, the commonest first.
	Usual []string `json:"usual"`

	byKey map[string]int
}

// Standard is a document that fixes categories. Since and Until are days, or years where the day is not known.
type Standard struct {
	Key   string `json:"key"`
	Title Names  `json:"title"`
	Since string `json:"since,omitempty"`
	Until string `json:"until,omitempty"`
	// Basis says where the entries were transcribed from.
	Basis string `json:"basis"`
	// LimitsFrom says whose time limits these are; absent where no entry has any.
	LimitsFrom string `json:"limitsFrom,omitempty"`
}

// Names are a name in both languages.
type Names struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

// Category is one sub-class (小类). Its key is (standard, kind, code), see CategoryKey: the code alone is not one.
type Category struct {
	Standard  string       `json:"standard"`
	Kind      CategoryKind `json:"kind"`
	Code      string       `json:"code"` // 2026: 2+3 digits, 2013: 2+2
	ClassCode string       `json:"classCode"`
	Class     Names        `json:"class"`
	Name      Names        `json:"name"`
	// Code2013 and Name2013 are those of the same category in GB/T 30428.2-2013; the name only where it differs.
	Code2013 string `json:"code2013,omitempty"`
	Name2013 string `json:"name2013,omitempty"`
	// Pinyin has one syllable without tone per character, parted by spaces, ü written v; Initials are their first letters.
	Pinyin   string `json:"pinyin"`
	Initials string `json:"initials"`
	// Confirmed says that more than one source agrees on the number.
	Confirmed bool        `json:"confirmed"`
	Limits    *TimeLimits `json:"limits,omitempty"`
	Note      string      `json:"note,omitempty"`
}

// TimeLimits are one city's example of how long handling may take, in hours of the clock that it runs on.
type TimeLimits struct {
	From  float64    `json:"from"` // shortest over the filing conditions, on Clock
	To    float64    `json:"to"`   // longest, in working hours
	Clock LimitClock `json:"clock"`
	// Conditions are the limits in the city's own words, one a filing condition (立案条件), in its order.
	Conditions []string `json:"conditions"`
}

// Key is what operations and cases carry.
func (c Category) Key() string { return CategoryKey(c.Standard, string(c.Kind), c.Code) }

// ParseTaxonomy reads a taxonomy and checks that it can be used: a version, every standard named, no key twice. The fault
// is file.malformed.
func ParseTaxonomy(data []byte) (*Taxonomy, error) {
	var t Taxonomy
	if err := json.Unmarshal(data, &t); err != nil {
		return nil, Fail("file.malformed", "taxonomy: "+err.Error())
	}
	if t.Version == "" {
		return nil, Fail("file.malformed", "taxonomy: no version")
	}
	standards := make(map[string]bool, len(t.Standards))
	for _, standard := range t.Standards {
		standards[standard.Key] = true
	}
	t.byKey = make(map[string]int, len(t.Categories))
	for i, category := range t.Categories {
		if wrong := category.wrong(standards); wrong != "" {
			return nil, Fail("file.malformed", fmt.Sprintf("taxonomy: category %d (%s): %s", i+1, category.Key(), wrong))
		}
		if first, twice := t.byKey[category.Key()]; twice {
			return nil, Fail("file.malformed", fmt.Sprintf("taxonomy: categories %d and %d are both %s", first+1, i+1, category.Key()))
		}
		t.byKey[category.Key()] = i
	}
	for _, key := range t.Usual {
		if !t.Known(key) {
			return nil, Fail("file.malformed", "taxonomy: usual names the unknown "+key)
		}
	}
	return &t, nil
}

func (c Category) wrong(standards map[string]bool) string {
	switch {
	case !standards[c.Standard]:
		return "its standard is not listed"
	case c.Kind != KindComponent && c.Kind != KindMatter:
		return "kind is neither component nor matter"
	case c.Code == "" || c.Name.Zh == "" || c.Name.En == "" || c.Class.Zh == "" || c.Pinyin == "" || c.Initials == "":
		return "code, name, class or pinyin is missing"
	}
	return ""
}

// Known says whether the key names a category.
func (t *Taxonomy) Known(key string) bool {
	_, known := t.byKey[key]
	return known
}

// Category finds the category of a key.
func (t *Taxonomy) Category(key string) (Category, bool) {
	i, known := t.byKey[key]
	if !known {
		return Category{}, false
	}
	return t.Categories[i], true
}

// Path is the way to a category for people: its class, then its name. It is empty for an unknown key.
func (t *Taxonomy) Path(key string) []Names {
	category, known := t.Category(key)
	if !known {
		return nil
	}
	return []Names{category.Class, category.Name}
}

// BuiltinTaxonomy parses the taxonomy that comes with the program. It takes some milliseconds: keep the result.
func BuiltinTaxonomy() *Taxonomy {
	t, err := ParseTaxonomy(taxonomyJSON)
	if err != nil {
		panic("taxonomy.json: " + err.Error())
	}
	return t
}

// BuiltinTaxonomyJSON is the text of the taxonomy that comes with the program, for serving to phones. Do not change it.
func BuiltinTaxonomyJSON() []byte { return taxonomyJSON }
