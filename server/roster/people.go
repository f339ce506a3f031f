package roster

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"buxun/shared"
)

// maxName is the most runes in a name that people see.
const maxName = 64

// maxPlace is the highest place of a squad.
const maxPlace = 9999

var (
	codePattern  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	loginPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,63}$`)
	// A spreadsheet writes long codes like this, and has lost digits by then.
	scientific = regexp.MustCompile(`^[0-9](\.[0-9]+)?[Ee]\+[0-9]+$`)
)

// ParseSquads reads a table of squads (编号,名称 or code,name), CSV or a workbook. file is its name for messages. On any
// mistake it gives no squads and all Mistakes.
func ParseSquads(file string, data []byte) ([]Squad, error) {
	t := table{file: file}
	var squads []Squad
	codes, names := map[string]int{}, map[string]int{}
	for _, r := range t.read(data, squadColumns) {
		squad, wrongs := ReadSquad(r.values)
		t.wrong(r, wrongs...)
		t.once(r, "code", codes)
		t.once(r, "name", names)
		squad.Line = r.line
		squads = append(squads, squad)
	}
	if err := t.mistakes.orNil(); err != nil {
		return nil, err
	}
	return squads, nil
}

// ReadSquad makes a squad of its fields: code, name and perhaps place.
func ReadSquad(fields map[string]string) (Squad, Wrongs) {
	var wrongs Wrongs
	squad := Squad{Code: fields["code"], Name: fields["name"]}
	wrongs.code("code", squad.Code)
	wrongs.named("name", squad.Name)
	squad.Place = wrongs.place(fields["place"])
	return squad, wrongs
}

// ParsePeople reads a table of people (账号,显示名,角色,中队 and perhaps 处置单位,状态,密码,id; or the English account,label,role,
// squad,unit,state,password,id), CSV or a workbook. places are all that a person may belong to, named by code or by name. On
// any mistake it gives nobody and all Mistakes.
func ParsePeople(file string, data []byte, places Places) ([]Person, error) {
	t := table{file: file}
	var people []Person
	names, ids := map[string]int{}, map[string]int{}
	for _, r := range t.read(data, personColumns) {
		person, wrongs := ReadPerson(r.values, places)
		t.wrong(r, wrongs...)
		t.once(r, "name", names)
		t.once(r, "id", ids)
		person.Line = r.line
		people = append(people, person)
	}
	if err := t.mistakes.orNil(); err != nil {
		return nil, err
	}
	return people, nil
}

// ReadPerson makes a person of the fields name, label, role, squad and unit (by code or name) and perhaps state, password and id.
func ReadPerson(fields map[string]string, places Places) (Person, Wrongs) {
	var wrongs Wrongs
	p := Person{ID: fields["id"], Name: fields["name"], Label: fields["label"], Password: fields["password"]}
	if !loginPattern.MatchString(p.Name) {
		wrongs.add("name", say("账号“%s”要用小写英文字母、数字、点或横线，最多 64 个", "account %q must be lower-case letters, digits, dots or hyphens, at most 64", show(p.Name)))
	}
	wrongs.named("label", p.Label)
	role, known := read(roleWords, fields["role"])
	if !known {
		wrongs.add("role", say("角色“%s”不认识，请写 采集员、中队长、处置单位 或 管理员", "unknown role %q: write collector, leader, unit or admin", show(fields["role"])))
	}
	p.Role = role
	p.Squad, p.Unit = wrongs.of(role, fields, places)
	p.State = wrongs.state(fields["state"])
	wrongs.password("password", p.Password)
	if p.ID != "" && !shared.IsUUID(p.ID) {
		wrongs.add("id", say("id“%s”不是小写 UUID，请改正或留空", "id %q is no lower-case UUID: correct it or leave it empty", show(p.ID)))
	}
	return p, wrongs
}

// ParseDevices reads a table of phones: 手机编号 and the new 名称; what else such a table tells is skipped. On any mistake it
// gives none and all Mistakes.
func ParseDevices(file string, data []byte) ([]Device, error) {
	t := table{file: file}
	var devices []Device
	ids := map[string]int{}
	for _, r := range t.read(data, deviceColumns) {
		device, wrongs := ReadDevice(r.values)
		t.wrong(r, wrongs...)
		t.once(r, "id", ids)
		device.Line = r.line
		devices = append(devices, device)
	}
	if err := t.mistakes.orNil(); err != nil {
		return nil, err
	}
	return devices, nil
}

// ReadDevice makes a phone of the fields id and label; an empty label is none.
func ReadDevice(fields map[string]string) (Device, Wrongs) {
	var wrongs Wrongs
	device := Device{ID: fields["id"], Label: fields["label"]}
	if !shared.IsUUID(device.ID) {
		wrongs.add("id", say("手机编号“%s”不对，请从导出的表里照抄", "%q is no phone's number: copy it from an exported table", show(device.ID)))
	}
	if device.Label != "" {
		wrongs.named("label", device.Label)
	}
	return device, wrongs
}

func (ws *Wrongs) code(field, code string) {
	switch {
	case scientific.MatchString(code):
		ws.add(field, say("编号“%s”被表格软件改成了科学计数法，后面的数字已经丢了：请把这一列设成“文本”再填", "code %q was turned into scientific notation and has lost digits: make the column text and type it again", code))
	case !codePattern.MatchString(code):
		ws.add(field, say("编号“%s”要用英文字母、数字、点或横线，最多 64 个", "code %q must be letters, digits, dots or hyphens, at most 64", show(code)))
	}
}

// named checks a name that people see.
func (ws *Wrongs) named(field, name string) {
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		ws.add(field, say("名称是空的，请填上", "the name is empty: fill it in"))
	case n > maxName:
		ws.add(field, say("名称有 %d 个字，最多 %d 个", "the name has %d characters, at most %d", n, maxName))
	case strings.ContainsFunc(name, unseen):
		ws.add(field, say("有看不见的字符，请重新输入", "there are invisible characters: type it again"))
	}
}

func (ws *Wrongs) noSquad(squad string) {
	ws.add("squad", say("没有中队“%s”，请先导入中队，或改成已有的编号", "there is no squad %q: import the squads first or correct the code", show(squad)))
}

func (ws *Wrongs) password(field, password string) {
	if n := utf8.RuneCountInString(password); password != "" && n < MinPassword {
		ws.add(field, say("密码只有 %d 位，至少要 %d 位；也可以留空，以后再设", "the password has %d characters, at least %d are needed; it may be left empty and set later", n, MinPassword))
	}
}

// codeOf finds a squad's code by code or by name; the code wins.
func codeOf(squads []Squad, text string) string {
	found := ""
	for _, s := range squads {
		if s.Code == text {
			return text
		}
		if s.Name == text {
			found = s.Code
		}
	}
	return found
}
