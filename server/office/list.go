package office

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"buxun/server/roster"
	"buxun/server/sqlite"
	"buxun/shared"
)

// Query narrows a list. Empty fields narrow nothing.
type Query struct {
	Text  string // stands somewhere in what is shown
	Squad string // code; "none" for those without
	Unit  string // code
	Role  string
	State string // of people: active, disabled, nopassword; of phones: missing, gap, revoked, active; of areas: answered, unanswered
	Kind  string // of areas, phrases or the calendar's rows
	// Version is one that the limits and the calendar had before; "" is what they are now.
	Version string
	Sort    string // name of a column
	Desc    bool
}

// People lists the accounts of people that match.
func (o *Office) People(ctx context.Context, q Query) ([]sqlite.Person, error) {
	people, err := o.Store.People(ctx)
	if err != nil {
		return nil, err
	}
	names, err := o.squadNames(ctx)
	if err != nil {
		return nil, err
	}
	units, err := o.unitNames(ctx)
	return narrowed(people, q, func(p sqlite.Person) bool {
		return p.Role != shared.RoleMachine && in(q.Text, p.Login, p.Label, names[p.Squad], units[p.Unit]) && is(q.Squad, p.Squad) && is(q.Unit, p.Unit) && is(q.Role, string(p.Role)) && personIs(q.State, p)
	}, map[string]func(sqlite.Person) string{
		"login": func(p sqlite.Person) string { return p.Login },
		"label": func(p sqlite.Person) string { return p.Label },
		"role":  func(p sqlite.Person) string { return string(p.Role) },
		"squad": func(p sqlite.Person) string { return names[p.Squad] + units[p.Unit] },
		"state": func(p sqlite.Person) string { return personFields(p)["state"] },
	}), err
}

func personIs(state string, p sqlite.Person) bool {
	switch state {
	case string(roster.Active):
		return !p.Disabled
	case string(roster.Disabled):
		return p.Disabled
	case "nopassword":
		return !p.Disabled && p.PasswordHash == ""
	}
	return true
}

// Squads lists the squads that match, in their order.
func (o *Office) Squads(ctx context.Context, q Query) ([]sqlite.Squad, error) {
	squads, err := o.Store.SquadsKept(ctx)
	return narrowed(squads, q, func(s sqlite.Squad) bool { return in(q.Text, s.Code, s.Name) }, map[string]func(sqlite.Squad) string{
		"code":   func(s sqlite.Squad) string { return s.Code },
		"name":   func(s sqlite.Squad) string { return s.Name },
		"people": func(s sqlite.Squad) string { return figure(s.People) },
		"areas":  func(s sqlite.Squad) string { return figure(s.Areas) },
	}), err
}

// Areas lists the areas that match.
func (o *Office) Areas(ctx context.Context, q Query) ([]sqlite.Area, error) {
	areas, err := o.Store.AreasKept(ctx)
	if err != nil {
		return nil, err
	}
	names, err := o.squadNames(ctx)
	return narrowed(areas, q, func(a sqlite.Area) bool {
		return in(q.Text, append([]string{a.Code, a.Name, names[a.Squad]}, namesOf(a.Answering)...)...) && is(q.Squad, a.Squad) && is(q.Kind, a.Kind) && areaIs(q.State, a)
	}, map[string]func(sqlite.Area) string{
		"code":  func(a sqlite.Area) string { return a.Code },
		"name":  func(a sqlite.Area) string { return a.Name },
		"squad": func(a sqlite.Area) string { return names[a.Squad] },
		"kind":  func(a sqlite.Area) string { return a.Kind },
	}), err
}

// namesOf are all that people who answer for an area are called.
func namesOf(people []sqlite.Answering) (names []string) {
	for _, one := range people {
		names = append(names, one.Login, one.Label)
	}
	return names
}

// areaIs says whether somebody who can be sent answers for an area, or nobody.
func areaIs(state string, a sqlite.Area) bool {
	somebody := slices.ContainsFunc(a.Answering, func(one sqlite.Answering) bool { return !one.Disabled })
	switch state {
	case "answered":
		return somebody
	case "unanswered":
		return !somebody
	}
	return true
}

// Devices lists the phones that match, the latest contact first.
func (o *Office) Devices(ctx context.Context, q Query) ([]sqlite.Device, error) {
	devices, err := o.Store.Devices(ctx)
	if err != nil {
		return nil, err
	}
	names, err := o.squadNames(ctx)
	return narrowed(devices, q, func(d sqlite.Device) bool {
		return in(q.Text, d.Replica, d.Label, d.Device, d.PersonLabel, d.PersonLogin, names[d.Squad]) && is(q.Squad, d.Squad) && deviceIs(q.State, d)
	}, map[string]func(sqlite.Device) string{
		"name":     func(d sqlite.Device) string { return cmp.Or(d.Label, d.Device) },
		"person":   func(d sqlite.Device) string { return d.PersonLabel },
		"squad":    func(d sqlite.Device) string { return names[d.Squad] },
		"enrolled": func(d sqlite.Device) string { return figure(d.EnrolledAt) },
		"heard":    func(d sqlite.Device) string { return figure(d.LastHelloAt) },
		"missing":  func(d sqlite.Device) string { return figure(d.Last - d.Known) },
	}), err
}

func deviceIs(state string, d sqlite.Device) bool {
	switch state {
	case "missing":
		return d.Last > d.Known
	case "gap":
		return len(d.Gaps) > 0
	case "revoked":
		return d.RevokedAt != 0
	case "active":
		return d.RevokedAt == 0
	}
	return true
}

// Phrases lists the quick phrases that match, in the order of squads, kinds and places.
func (o *Office) Phrases(ctx context.Context, q Query) ([]roster.Phrase, error) {
	phrases, err := o.Store.PhrasesKept(ctx)
	return narrowed(phrases, q, func(p roster.Phrase) bool {
		return in(q.Text, p.Text) && is(q.Squad, p.Squad) && is(q.Kind, string(p.Kind))
	}, map[string]func(roster.Phrase) string{"text": func(p roster.Phrase) string { return p.Text }}), err
}

func (o *Office) squadNames(ctx context.Context) (map[string]string, error) {
	squads, err := o.Store.Squads(ctx)
	names := map[string]string{}
	for _, s := range squads {
		names[s.Code] = s.Name
	}
	return names, err
}

// figure writes a number so that text sorts as numbers do.
func figure[T int | int64](n T) string { return fmt.Sprintf("%019d", n) }

// in says whether the text that is looked for stands in one of the words; each of its parts may stand in another.
func in(text string, words ...string) bool {
	all := strings.ToLower(strings.Join(words, "\n"))
	for part := range strings.FieldsSeq(strings.ToLower(text)) {
		if !strings.Contains(all, part) {
			return false
		}
	}
	return true
}

func is(wanted, value string) bool {
	return wanted == "" || wanted == value || wanted == "none" && value == ""
}

// narrowed keeps the rows that match, sorted as the query says; an unknown column leaves them in their order.
func narrowed[T any](rows []T, q Query, keep func(T) bool, columns map[string]func(T) string) []T {
	rows = slices.DeleteFunc(rows, func(row T) bool { return !keep(row) })
	key, ok := columns[q.Sort]
	if !ok {
		return rows
	}
	slices.SortStableFunc(rows, func(a, b T) int {
		if q.Desc {
			a, b = b, a
		}
		return cmp.Compare(key(a), key(b))
	})
	return rows
}
