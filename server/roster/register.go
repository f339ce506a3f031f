package roster

import (
	"buxun/shared"
)

// Duty is one line of the register (责任清单): what a unit answers for, and where. A table replaces all lines of each unit that it names.
type Duty struct {
	Unit string // code
	// Category is the key of a sub-class or of a class: what the keys of its sub-classes begin with.
	Category string
	Area     string // code of an area or of a squad; empty: everywhere
	Line     int    // where it stood in its file; 0 elsewhere
}

var dutyColumns = []column{
	{field: "unit", headings: []string{"处置单位", "unit", "单位"}, required: true},
	{field: "category", headings: []string{"类别", "category", "大类或小类"}, required: true},
	{field: "name", headings: []string{"类别名称", "category name"}, told: true},
	{field: "area", headings: []string{"区域", "area", "片区"}},
	{field: "areaName", headings: []string{"区域名称", "area name"}, told: true},
}

// Grounds are what a file may name of units, squads and areas.
type Grounds struct {
	Places
	Areas []Area
}

// ParseRegister reads a table of what units answer for, CSV or a workbook. Everything is named by its code or key or, where only one
// has it, by its name; a class's name stands for all classes of that name, components and matters alike. On any mistake it gives
// none and all Mistakes.
func ParseRegister(file string, data []byte, grounds Grounds, taxonomy *shared.Taxonomy) ([]Duty, error) {
	t := table{file: file}
	var duties []Duty
	first := map[Duty]int{}
	known := knownCategories(taxonomy)
	for _, r := range t.read(data, dutyColumns) {
		read, wrongs := readDuty(r.values, grounds, known)
		for _, duty := range read {
			if line, twice := first[duty]; twice && len(wrongs) == 0 {
				wrongs.add("category", say("和第 %d 行重复，请只留一行", "the same as line %d: keep one", line))
			}
			first[duty] = r.line
			duty.Line = r.line
			duties = append(duties, duty)
		}
		t.wrong(r, wrongs...)
	}
	if err := t.mistakes.orNil(); err != nil {
		return nil, err
	}
	return duties, nil
}

// ReadDuty makes lines of the fields unit, category and perhaps area, each by code or key or by name: several where a class's name is
// that of several classes.
func ReadDuty(fields map[string]string, grounds Grounds, taxonomy *shared.Taxonomy) ([]Duty, Wrongs) {
	return readDuty(fields, grounds, knownCategories(taxonomy))
}

// categories are what may be named: classes and sub-classes, by key and by name.
type categories struct {
	classes map[string][]string
	keys    map[string]string
}

func knownCategories(taxonomy *shared.Taxonomy) categories {
	return categories{classNames(taxonomy), categoryNames(taxonomy)}
}

func readDuty(fields map[string]string, grounds Grounds, known categories) (duties []Duty, wrongs Wrongs) {
	unit, area := grounds.unit(fields["unit"]), grounds.area(fields["area"])
	switch {
	case fields["unit"] == "":
		wrongs.add("unit", say("没有写处置单位，请填上", "the unit is missing: name one"))
	case unit == "":
		wrongs.noUnit(fields["unit"])
	}
	if area == "" && fields["area"] != "" {
		wrongs.add("area", say("没有区域或中队“%s”，或有好几个叫这个名字，请写编号；留空就是所有地方", "there is no area or squad %q, or several have that name: write its code, or leave it empty for everywhere", show(fields["area"])))
	}
	found := known.classes[fields["category"]]
	if key := known.keys[fields["category"]]; key != "" && len(found) == 0 {
		found = []string{key}
	}
	switch {
	case fields["category"] == "":
		wrongs.add("category", say("没有写类别，请填上", "the category is missing: name one"))
	case len(found) == 0:
		wrongs.add("category", say("类别“%s”不认识，请写大类或小类的名称，或完整的编码（标准|component 或 matter|代码）",
			"unknown category %q: write the name of a class or sub-class, or its whole key (standard|component or matter|code)", show(fields["category"])))
	}
	for _, category := range found {
		duties = append(duties, Duty{Unit: unit, Category: category, Area: area})
	}
	return duties, wrongs
}

// ID names a line by what it says: whoever changes one changes what they saw, or is told that it is there no more.
func (d Duty) ID() string { return shared.HashText(d.Unit + "\n" + d.Category + "\n" + d.Area)[:24] }

// Bare is a line without where it stood.
func (d Duty) Bare() Duty { return Duty{Unit: d.Unit, Category: d.Category, Area: d.Area} }

// ClassKey is what the keys of all sub-classes of a category's class begin with.
func ClassKey(c shared.Category) string {
	return shared.CategoryKey(c.Standard, string(c.Kind), c.ClassCode)
}

// classNames are the keys of classes by key and by name, in the order of the taxonomy.
func classNames(taxonomy *shared.Taxonomy) map[string][]string {
	keys := map[string][]string{}
	for _, c := range taxonomy.Categories {
		key := ClassKey(c)
		if keys[key] != nil {
			continue
		}
		keys[key] = []string{key}
		for _, name := range []string{c.Class.Zh, c.Class.En} {
			keys[name] = append(keys[name], key)
		}
	}
	return keys
}

// CategoryName is what people call a class or sub-class, by its key.
func CategoryName(taxonomy *shared.Taxonomy, key string) (name shared.Names) {
	for _, c := range taxonomy.Categories {
		switch key {
		case c.Key():
			return c.Name
		case ClassKey(c):
			name = c.Class
		}
	}
	return name
}

// area finds the code of a squad or an area by code, or by a name that only one has.
func (g Grounds) area(text string) string {
	if code := codeOf(g.Squads, text); code != "" {
		return code
	}
	found := ""
	for _, a := range g.Areas {
		switch {
		case a.Code == text:
			return text
		case a.Name == text && found != "":
			return ""
		case a.Name == text:
			found = a.Code
		}
	}
	return found
}

// PlanRegister compares a file's lines with those that are there. It gives the units whose lines are to be put, each with all of them.
func PlanRegister(file string, rows, have []Duty) ([]Step, map[string][]Duty) {
	p := plan{file: file}
	kept, now := map[Duty]bool{}, map[Duty]bool{}
	lines, puts := map[string][]Duty{}, map[string][]Duty{}
	for _, d := range have {
		kept[d.Bare()] = true
	}
	for _, d := range rows {
		now[d.Bare()] = true
		lines[d.Unit] = append(lines[d.Unit], d.Bare())
	}
	for _, d := range rows {
		if p.step(d.Line, d.Unit, said(d), kept[d.Bare()]) != Unchanged {
			puts[d.Unit] = lines[d.Unit]
		}
		p.steps[len(p.steps)-1].Duty = d.Bare()
	}
	for _, d := range have {
		if lines[d.Unit] != nil && !now[d.Bare()] {
			p.steps = append(p.steps, Step{Key: d.Unit, Name: said(d), Deed: Removed, Duty: d.Bare()})
			puts[d.Unit] = lines[d.Unit]
		}
	}
	return p.steps, puts
}

func said(d Duty) string {
	if d.Area == "" {
		return d.Category
	}
	return d.Category + " " + d.Area
}

// AddDuty adds a row; its names are told.
func (t *Table) AddDuty(d Duty, category shared.Names, area string) {
	name := category.Zh
	if t.language == En {
		name = category.En
	}
	t.add(map[string]string{"unit": d.Unit, "category": d.Category, "name": name, "area": d.Area, "areaName": area})
}
