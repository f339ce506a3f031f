package roster

import (
	"fmt"
	"strconv"
	"strings"

	"buxun/shared"
)

// Deed is what an import does with a row.
type Deed string

// The deeds.
const (
	New       Deed = "new"
	Changed   Deed = "changed"
	Unchanged Deed = "unchanged"
	Removed   Deed = "removed" // of phrases only: it stands in a list that the file replaces
)

// Step is what an import does with one row of its file.
type Step struct {
	Line   int
	Key    string // what the row is known by: account, code, number of the phone
	Name   string // what people call it
	Deed   Deed
	Fields []Difference // of a changed one
	Duty   Duty         `json:"-"` // of the register only: what its name says, for whoever says it in other words
}

// Difference is one field that changes, in the machine's words. Of a password only the name is told.
type Difference struct{ Field, From, To string }

// plan gathers the steps of one file, and mistakes that only the comparison with what is there can find.
type plan struct {
	file     string
	steps    []Step
	mistakes Mistakes
}

func (p *plan) wrong(line int, said words) {
	if len(p.mistakes) < maxMistakes {
		p.mistakes = append(p.mistakes, Mistake{File: p.file, Line: max(line, 1), Column: 1, Zh: said.zh, En: said.en})
	}
}

// step adds a row that is known, or a new one.
func (p *plan) step(line int, key, name string, known bool, differences ...Difference) Deed {
	step := Step{Line: line, Key: key, Name: name, Deed: New}
	if known {
		step.Deed = Unchanged
		for _, d := range differences {
			if d.From != d.To || d.Field == "password" {
				step.Fields, step.Deed = append(step.Fields, d), Changed
			}
		}
	}
	p.steps = append(p.steps, step)
	return step.Deed
}

// PlanSquads compares a file's squads with those that are there. It gives the squads to put, and Mistakes where one cannot be.
func PlanSquads(file string, rows, have []Squad) ([]Step, []Squad, error) {
	p := plan{file: file}
	byCode := map[string]Squad{}
	for _, s := range have {
		byCode[s.Code] = s
	}
	after := map[string]Squad{} // what would stand there
	for _, s := range have {
		after[s.Code] = s
	}
	for _, s := range rows {
		after[s.Code] = s
	}
	var puts []Squad
	for _, s := range rows {
		old, known := byCode[s.Code]
		if s.Place == 0 {
			s.Place = old.Place
		}
		for _, other := range have {
			if other.Code != s.Code && after[other.Code].Name == s.Name {
				p.wrong(s.Line, say("名称“%s”已经是中队 %s 的，请换一个", "the name %q is that of squad %s already: choose another", show(s.Name), other.Code))
			}
		}
		if p.step(s.Line, s.Code, s.Name, known, Difference{"name", old.Name, s.Name}, place(old.Place, s.Place)) != Unchanged {
			puts = append(puts, s)
		}
	}
	return p.steps, puts, p.mistakes.orNil()
}

func place(from, to int) Difference {
	return Difference{"place", strconv.Itoa(from), strconv.Itoa(to)}
}

// PlanPeople compares a file's people with all accounts that are there. same says whether an account's password is the given
// one already. It gives the people to put, with a password only where it is to change, and Mistakes where one cannot be.
func PlanPeople(file string, rows []Person, have []Account, same func(login string) bool) ([]Step, []Person, error) {
	p := plan{file: file}
	byLogin, byID := map[string]Account{}, map[string]Account{}
	for _, a := range have {
		byLogin[a.Name], byID[a.ID] = a, a
	}
	after := map[string]Account{}
	for _, a := range have {
		after[a.Name] = a
	}
	var puts []Person
	for _, row := range rows {
		old, known := byLogin[row.Name]
		p.clash(row, old, known, byID)
		merged := row
		if merged.State == "" {
			merged.State = Active
			if known {
				merged.State = old.State
			}
		}
		if known {
			merged.ID = old.ID
		}
		differences := []Difference{
			{"label", old.Label, merged.Label}, {"role", string(old.Role), string(merged.Role)},
			{"squad", old.Squad, merged.Squad}, {"unit", old.Unit, merged.Unit}, {"state", string(old.State), string(merged.State)},
		}
		if known && row.Password != "" && same(row.Name) {
			merged.Password = ""
		} else if row.Password != "" {
			differences = append(differences, Difference{Field: "password"})
		}
		if p.step(row.Line, row.Name, row.Label, known, differences...) != Unchanged {
			puts = append(puts, merged)
		}
		after[row.Name] = Account{Person: merged, SignsIn: old.SignsIn || merged.Password != ""}
		if isAdmin(old) && !isAdmin(after[row.Name]) && !anyAdmin(after) {
			p.wrong(row.Line, say("“%s”是最后一个能登录的管理员，不能改角色或停用", "%q is the last admin who can sign in and must stay one", show(row.Name)))
		}
	}
	return p.steps, puts, p.mistakes.orNil()
}

// clash finds rows that would take somebody else's place.
func (p *plan) clash(row Person, old Account, known bool, byID map[string]Account) {
	if known && old.Role == shared.RoleMachine {
		p.wrong(row.Line, say("账号“%s”是程序用的，请换一个", "account %q belongs to a program: choose another", show(row.Name)))
	}
	owner, taken := byID[row.ID]
	switch {
	case row.ID == "":
	case known && old.ID != row.ID:
		p.wrong(row.Line, say("账号“%s”的 id 对不上，请把 id 留空", "the id is not that of account %q: leave it empty", show(row.Name)))
	case !known && taken:
		p.wrong(row.Line, say("这个 id 是账号“%s”的，账号不能改名：请新建一个，停用旧的", "the id is that of account %q, and accounts keep their name: add a new one and disable the old", show(owner.Name)))
	}
}

// PlanAreas compares a file's areas with those that are there: one without an outline keeps what it has, and so does one that does
// not say who answers for it. It gives the areas to put, and Mistakes where one cannot be.
func PlanAreas(file string, rows, have []Area) ([]Step, []Area, error) {
	p := plan{file: file}
	byCode := map[string]Area{}
	for _, a := range have {
		byCode[a.Code] = a
	}
	var puts []Area
	for _, row := range rows {
		old, known := byCode[row.Code]
		if row.Ring == nil {
			row.Ring, row.Generated = old.Ring, old.Generated
			if !known {
				p.wrong(row.Line, say("没有区域“%s”，新区域要有边界，请用 GeoJSON 导入", "there is no area %q, and a new one needs its outline: import it as GeoJSON", show(row.Code)))
			}
		}
		differences := []Difference{
			{"name", old.Name, row.Name}, {"squad", old.Squad, row.Squad}, {"kind", old.Kind, row.Kind},
			{"outline", outline(old), outline(row)}, {"collectors", strings.Join(old.Collectors, " "), strings.Join(answering(old, row), " ")},
		}
		if p.step(row.Line, row.Code, row.Name, known, differences...) != Unchanged {
			puts = append(puts, row)
		}
	}
	return p.steps, puts, p.mistakes.orNil()
}

// answering are those who answer for an area once it was put: whoever answered in another squad is not of this one.
func answering(old, row Area) []string {
	if row.Collectors == nil && row.Squad == old.Squad {
		return old.Collectors
	}
	return row.Collectors
}

// PlanDevices compares a file's names of phones with those that are there. It gives the phones to name, and Mistakes where one
// is not there.
func PlanDevices(file string, rows, have []Device) ([]Step, []Device, error) {
	p := plan{file: file}
	byID := map[string]Device{}
	for _, d := range have {
		byID[d.ID] = d
	}
	var puts []Device
	for _, row := range rows {
		old, known := byID[row.ID]
		if !known {
			p.wrong(row.Line, say("没有这部手机（%s）：手机自己登记，表里只能改名称", "there is no phone %s: phones enrol themselves, a table only names them", row.ID))
		}
		if p.step(row.Line, row.ID, row.Label, known, Difference{"label", old.Label, row.Label}) != Unchanged {
			puts = append(puts, row)
		}
	}
	return p.steps, puts, p.mistakes.orNil()
}

// LeavesNoAdmin says whether a change of one account would leave nobody who can sign in as an admin, where somebody can now.
func LeavesNoAdmin(have []Account, changed Account) bool {
	after, before := map[string]Account{}, false
	for _, a := range have {
		after[a.Name] = a
		before = before || isAdmin(a)
	}
	after[changed.Name] = changed
	return before && !anyAdmin(after)
}

func isAdmin(a Account) bool { return a.Role == shared.RoleAdmin && a.State == Active && a.SignsIn }

func anyAdmin(accounts map[string]Account) bool {
	for _, a := range accounts {
		if isAdmin(a) {
			return true
		}
	}
	return false
}

// outline tells a ring by its points and a sum of them: enough to say that it is another.
func outline(a Area) string {
	if a.Ring == nil {
		return ""
	}
	return strconv.Itoa(len(a.Ring)) + " " + shared.HashText(fmt.Sprint(a.Generated, a.Ring))[:8]
}
