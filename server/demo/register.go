package demo

import (
	"slices"

	"buxun/server/roster"
	"buxun/shared"
)

// answers are the classes of each unit, by the names that the classes have in any standard. The taxonomy says no units: this is ours.
var answers = []struct {
	unit    string
	classes []string
}{
	{"demo-env", []string{"市容环境", "市容环卫设施", "市容环境设施"}},
	{"demo-works", []string{"市政公用设施", "公用设施", "交通设施"}},
	{"demo-green", []string{"园林绿化设施"}},
	{"demo-order", []string{"宣传广告", "施工管理", "街面秩序"}},
}

// register has one line a class. The environment's unit has six's ground alone: elsewhere nothing is suggested by the register.
func register(taxonomy *shared.Taxonomy) (duties []roster.Duty) {
	for _, one := range answers {
		area := ""
		if one.unit == "demo-env" {
			area = "squad-6"
		}
		for _, c := range taxonomy.Categories {
			duty := roster.Duty{Unit: one.unit, Category: roster.ClassKey(c), Area: area}
			if slices.Contains(one.classes, c.Class.Zh) && !slices.Contains(duties, duty) {
				duties = append(duties, duty)
			}
		}
	}
	return duties
}
