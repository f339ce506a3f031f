package roster

import (
	"strconv"

	"buxun/shared"
)

// Unit is a responsible unit, 处置单位.
type Unit struct {
	Code string // as a squad's
	Name string // what people call it: 环卫所
	// Place is where it stands among the units, from 1; 0 where that was not said.
	Place int
	State State // nothing may be dispatched to a disabled one
	Line  int   // where it stood in its file; 0 elsewhere
}

var unitColumns = []column{
	{field: "code", headings: []string{"编号", "code", "编码", "单位编号"}, required: true},
	{field: "name", headings: []string{"名称", "name", "处置单位", "单位名称"}, required: true},
	{field: "place", headings: []string{"次序", "order", "顺序"}},
	{field: "state", headings: []string{"状态", "state"}},
}

// ParseUnits reads a table of units (编号,名称 and perhaps 次序,状态), CSV or a workbook. On any mistake it gives none and all
// Mistakes.
func ParseUnits(file string, data []byte) ([]Unit, error) {
	t := table{file: file}
	var units []Unit
	codes, names := map[string]int{}, map[string]int{}
	for _, r := range t.read(data, unitColumns) {
		unit, wrongs := ReadUnit(r.values)
		t.wrong(r, wrongs...)
		t.once(r, "code", codes)
		t.once(r, "name", names)
		unit.Line = r.line
		units = append(units, unit)
	}
	if err := t.mistakes.orNil(); err != nil {
		return nil, err
	}
	return units, nil
}

// ReadUnit makes a unit of the fields code, name and perhaps place and state.
func ReadUnit(fields map[string]string) (Unit, Wrongs) {
	var wrongs Wrongs
	unit := Unit{Code: fields["code"], Name: fields["name"]}
	wrongs.code("code", unit.Code)
	wrongs.named("name", unit.Name)
	unit.Place = wrongs.place(fields["place"])
	unit.State = wrongs.state(fields["state"])
	return unit, wrongs
}

// place reads where something stands among its like; 0 where that was not said.
func (ws *Wrongs) place(text string) int {
	if text == "" {
		return 0
	}
	place, err := strconv.Atoi(text)
	if err != nil || place < 1 || place > maxPlace {
		ws.add("place", say("次序“%s”要是 1 到 %d 的整数", "order %q must be a whole number from 1 to %d", show(text), maxPlace))
	}
	return place
}

// state reads whether something is in use; empty where that was not said.
func (ws *Wrongs) state(text string) State {
	if text == "" {
		return ""
	}
	state, known := read(stateWords, text)
	if !known {
		ws.add("state", say("状态“%s”不认识，请写 在用 或 停用，留空就是不改", "unknown state %q: write active or disabled, or leave it empty to keep it", show(text)))
	}
	return state
}

// PlanUnits compares a file's units with those that are there. It gives the units to put, and Mistakes where one cannot be.
func PlanUnits(file string, rows, have []Unit) ([]Step, []Unit, error) {
	p := plan{file: file}
	byCode, after := map[string]Unit{}, map[string]Unit{}
	for _, u := range have {
		byCode[u.Code], after[u.Code] = u, u
	}
	for _, u := range rows {
		after[u.Code] = u
	}
	var puts []Unit
	for _, u := range rows {
		old, known := byCode[u.Code]
		if u.Place == 0 {
			u.Place = old.Place
		}
		if u.State == "" {
			u.State = Active
			if known {
				u.State = old.State
			}
		}
		for _, other := range have {
			if other.Code != u.Code && after[other.Code].Name == u.Name {
				p.wrong(u.Line, say("名称“%s”已经是处置单位 %s 的，请换一个", "the name %q is that of unit %s already: choose another", show(u.Name), other.Code))
			}
		}
		differences := []Difference{{"name", old.Name, u.Name}, place(old.Place, u.Place), {"state", string(old.State), string(u.State)}}
		if p.step(u.Line, u.Code, u.Name, known, differences...) != Unchanged {
			puts = append(puts, u)
		}
	}
	return p.steps, puts, p.mistakes.orNil()
}

// AddUnit adds a row.
func (t *Table) AddUnit(u Unit) {
	t.add(map[string]string{"code": u.Code, "name": u.Name, "place": strconv.Itoa(u.Place), "state": written(stateWords, u.State, t.language)})
}

// Places are the squads and units that a person may be of.
type Places struct {
	Squads []Squad
	Units  []Unit
}

// of says where a person of a role is: of a squad, of a unit, or of the centre.
func (ws *Wrongs) of(role shared.Role, fields map[string]string, places Places) (squad, unit string) {
	squad, unit = codeOf(places.Squads, fields["squad"]), places.unit(fields["unit"])
	switch said := fields["squad"]; {
	case role == shared.RoleUnit && said != "":
		ws.add("squad", say("处置单位的人不属于中队，请把中队留空", "people of a unit belong to no squad: leave the squad empty"))
	case said == "" && role != "" && role != shared.RoleAdmin && role != shared.RoleUnit:
		ws.add("squad", say("没有写中队，只有管理员和处置单位的人可以不写", "the squad is missing; only an admin and people of a unit may have none"))
	case said != "" && squad == "":
		ws.noSquad(said)
	}
	switch said := fields["unit"]; {
	case said == "" && role == shared.RoleUnit:
		ws.add("unit", say("没有写处置单位，处置单位的人要写是哪个单位", "the unit is missing: people of a unit need one"))
	case said != "" && role != "" && role != shared.RoleUnit:
		ws.add("unit", say("只有处置单位的人才写单位，请留空", "only people of a unit have a unit: leave it empty"))
	case said != "" && unit == "":
		ws.noUnit(said)
	}
	return squad, unit
}

func (ws *Wrongs) noUnit(unit string) {
	ws.add("unit", say("没有处置单位“%s”，请先导入处置单位，或改成已有的编号", "there is no unit %q: import the units first or correct the code", show(unit)))
}

// unit finds a unit's code by code or by name; the code wins.
func (p Places) unit(text string) string {
	found := ""
	for _, u := range p.Units {
		if u.Code == text {
			return text
		}
		if u.Name == text {
			found = u.Code
		}
	}
	return found
}
