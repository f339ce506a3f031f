package roster

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"buxun/shared"
)

// maxName is the most runes in a name that people see.
const maxName = 64

var (
	codePattern  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	loginPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,63}$`)
)

// RoleServer and RoleMachine are no people.
var roles = map[string]shared.Role{
	"collector": shared.RoleCollector, "采集员": shared.RoleCollector, "信息采集员": shared.RoleCollector, "监督员": shared.RoleCollector,
	"leader": shared.RoleLeader, "中队长": shared.RoleLeader, "队长": shared.RoleLeader,
	"admin": shared.RoleAdmin, "管理员": shared.RoleAdmin,
}

var squadColumns = []column{
	{"code", []string{"编号", "code", "编码", "中队编号"}, true},
	{"name", []string{"名称", "name", "中队", "中队名称"}, true},
}

var personColumns = []column{
	{"name", []string{"账号", "account", "帐号", "登录名", "login"}, true},
	{"label", []string{"显示名", "label", "姓名", "name"}, true},
	{"role", []string{"角色", "role", "岗位"}, true},
	{"squad", []string{"中队", "squad", "中队编号"}, true},
	{"password", []string{"密码", "password", "初始密码"}, false},
	{"id", []string{"id", "uuid"}, false},
}

// ParseSquads reads a CSV table of squads (编号,名称 or code,name). file is its name for messages. On any mistake it gives no
// squads and all Mistakes.
func ParseSquads(file string, data []byte) ([]Squad, error) {
	t := table{file: file}
	var squads []Squad
	codes, names := map[string]int{}, map[string]int{}
	for _, r := range t.read(data, squadColumns) {
		squad := Squad{Code: r.values["code"], Name: r.values["name"]}
		if !codePattern.MatchString(squad.Code) {
			t.wrong(r, "code", say("编号“%s”要用英文字母、数字、点或横线，最多 64 个", "code %q must be letters, digits, dots or hyphens, at most 64", show(squad.Code)))
		}
		t.named(r, "name", squad.Name)
		t.once(r, "code", codes, squad.Code)
		t.once(r, "name", names, squad.Name)
		squads = append(squads, squad)
	}
	if err := t.mistakes.orNil(); err != nil {
		return nil, err
	}
	return squads, nil
}

// ParsePeople reads a CSV table of people (账号,显示名,角色,中队 and perhaps 密码,id; or the English account,label,role,squad,
// password,id). squads are all that a person may belong to, named by code or by name. On any mistake it gives nobody and all
// Mistakes.
func ParsePeople(file string, data []byte, squads []Squad) ([]Person, error) {
	t := table{file: file}
	codeOf := codesOf(squads)
	var people []Person
	names, ids := map[string]int{}, map[string]int{}
	for _, r := range t.read(data, personColumns) {
		people = append(people, t.person(r, codeOf))
		t.once(r, "name", names, r.values["name"])
		t.once(r, "id", ids, r.values["id"])
	}
	if err := t.mistakes.orNil(); err != nil {
		return nil, err
	}
	return people, nil
}

func (t *table) person(r row, codeOf map[string]string) Person {
	p := Person{ID: r.values["id"], Name: r.values["name"], Label: r.values["label"], Password: r.values["password"]}
	if !loginPattern.MatchString(p.Name) {
		t.wrong(r, "name", say("账号“%s”要用小写英文字母、数字、点或横线，最多 64 个", "account %q must be lower-case letters, digits, dots or hyphens, at most 64", show(p.Name)))
	}
	t.named(r, "label", p.Label)
	role, known := roles[strings.ToLower(r.values["role"])]
	if !known {
		t.wrong(r, "role", say("角色“%s”不认识，请写 采集员、中队长 或 管理员", "unknown role %q: write collector, leader or admin", show(r.values["role"])))
	}
	p.Role = role
	squad := r.values["squad"]
	p.Squad = codeOf[squad]
	switch {
	case squad == "" && known && role != shared.RoleAdmin:
		t.wrong(r, "squad", say("没有写中队，只有管理员可以不写", "the squad is missing; only an admin may have none"))
	case squad != "" && p.Squad == "":
		t.wrong(r, "squad", say("没有中队“%s”，请先导入中队，或改成已有的编号", "there is no squad %q: import the squads first or correct the code", show(squad)))
	}
	if n := utf8.RuneCountInString(p.Password); p.Password != "" && n < MinPassword {
		t.wrong(r, "password", say("密码只有 %d 位，至少要 %d 位；也可以留空，以后再设", "the password has %d characters, at least %d are needed; it may be left empty and set later", n, MinPassword))
	}
	if p.ID != "" && !shared.IsUUID(p.ID) {
		t.wrong(r, "id", say("id“%s”不是小写 UUID，请改正或留空", "id %q is no lower-case UUID: correct it or leave it empty", show(p.ID)))
	}
	return p
}

// named checks a name that people see.
func (t *table) named(r row, field, name string) {
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		t.wrong(r, field, say("名称是空的，请填上", "the name is empty: fill it in"))
	case n > maxName:
		t.wrong(r, field, say("名称有 %d 个字，最多 %d 个", "the name has %d characters, at most %d", n, maxName))
	}
}

// once checks that a value stands in one row only; an empty one may be in many.
func (t *table) once(r row, field string, lines map[string]int, value string) {
	if value == "" {
		return
	}
	if first, twice := lines[value]; twice {
		t.wrong(r, field, say("“%s”和第 %d 行重复，请只留一个", "%q stands in line %d already: keep one", show(value), first))
		return
	}
	lines[value] = r.line
}

// codesOf finds a squad's code by code or by name; the code wins.
func codesOf(squads []Squad) map[string]string {
	codeOf := map[string]string{}
	for _, s := range squads {
		codeOf[s.Name] = s.Code
	}
	for _, s := range squads {
		codeOf[s.Code] = s.Code
	}
	return codeOf
}
