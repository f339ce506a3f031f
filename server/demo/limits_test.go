package demo

import (
	"testing"

	"buxun/server/deadline"
	"buxun/shared"
)

func TestTheDemosLimits(t *testing.T) {
	taxonomy := shared.BuiltinTaxonomy()
	data, err := Limits(taxonomy)
	if err != nil {
		t.Fatal(err)
	}
	most, categories := 0, map[string]int{}
	for _, c := range data.Conditions {
		if !taxonomy.Known(c.Category) {
			t.Errorf("condition %s is of no category", c.ID)
		}
		categories[c.Category]++
		most = max(most, categories[c.Category])
	}
	if len(categories) != 255 || most != 8 {
		t.Errorf("%d sub-classes have conditions, at most %d; the taxonomy has 255 and 8", len(categories), most)
	}
	// The notice for 2026, holiday by holiday.
	count := map[deadline.DayKind]int{}
	for _, d := range data.Calendar.Days {
		count[d.Kind]++
	}
	if count[deadline.Holiday] != 3+9+3+5+3+3+7 || count[deadline.MakeUp] != 6 {
		t.Errorf("the year has %v", count)
	}
}
