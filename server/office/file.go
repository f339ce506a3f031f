package office

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"buxun/server/deadline"
	"buxun/server/roster"
	"buxun/server/sqlite"
	"buxun/shared"
)

// Forms of a file.
const (
	CSV     = "csv"
	XLSX    = "xlsx"
	GeoJSON = "geojson" // areas only
)

// maxPasswords is how many passwords one file may set: each costs a tenth of a second.
const maxPasswords = 300

// Preview is what an import would do, or did.
type Preview struct {
	New, Changed, Unchanged, Removed int
	Steps                            []roster.Step
	// Mistakes are all that is wrong; where there are any, nothing is done.
	Mistakes roster.Mistakes
	// Seal names exactly this plan: an import with it does this and nothing else.
	Seal string
	// Unable are the accounts that cannot sign in yet: they have no password.
	Unable  []string
	Applied bool
}

// kept is what is there, for a preview or within the transaction of an import.
type kept interface {
	People(ctx context.Context) ([]sqlite.Person, error)
	SquadsKept(ctx context.Context) ([]sqlite.Squad, error)
	AreasKept(ctx context.Context) ([]sqlite.Area, error)
	Devices(ctx context.Context) ([]sqlite.Device, error)
	PhrasesKept(ctx context.Context) ([]roster.Phrase, error)
	LimitsKept(ctx context.Context) (deadline.Data, error)
	UnitsKept(ctx context.Context) ([]sqlite.Unit, error)
	RegisterKept(ctx context.Context) ([]roster.Duty, error)
}

// upload is a file that was read.
type upload struct {
	kind    roster.Kind
	file    string
	data    []byte
	squads  []roster.Squad
	units   []roster.Unit
	people  []roster.Person
	areas   []roster.Area
	devices []roster.Device
	phrases []roster.Phrase
	duties  []roster.Duty
	limits  limitRows
	same    map[string]bool   // accounts whose password is the file's already
	hashes  map[string]string // of the others, by login
}

// puts is what an upload writes.
type puts struct {
	squads  []roster.Squad
	units   []roster.Unit
	people  []roster.Person
	areas   []roster.Area
	devices []roster.Device
	phrases []roster.PhraseList
	duties  map[string][]roster.Duty // by unit
	limits  *deadline.Data
}

// Look reads a file and says what importing it would do.
func (o *Office) Look(ctx context.Context, kind roster.Kind, file string, data []byte) (Preview, error) {
	up, err := o.read(ctx, kind, file, data)
	if err != nil {
		return mistaken(err)
	}
	preview, _, err := o.plan(ctx, up, o.Store)
	return preview, err
}

// Import reads a file and does what it says, all of it in one transaction or nothing; a second time it changes nothing. seal
// is that of the preview that was looked at, "" for whoever needs none: where something else would be done by now the fault is
// plan.changed. A file with mistakes errs with them.
func (o *Office) Import(ctx context.Context, kind roster.Kind, file string, data []byte, seal string) (Preview, error) {
	up, err := o.read(ctx, kind, file, data)
	if err != nil {
		return Preview{}, err
	}
	preview, put, err := o.plan(ctx, up, o.Store)
	if err := errors.Join(err, mistakesOf(preview)); err != nil {
		return preview, err
	}
	if err := o.hashes(ctx, up, put.people); err != nil {
		return preview, err
	}
	err = o.Store.Change(ctx, func(ctx context.Context, c *sqlite.Change) error {
		var put puts
		var err error
		if preview, put, err = o.plan(ctx, up, c); err != nil {
			return err
		}
		if seal != "" && seal != preview.Seal {
			return shared.Fail("plan.changed", file)
		}
		if err := mistakesOf(preview); err != nil {
			return err
		}
		if err := o.put(ctx, c, up, put); err != nil || preview.New+preview.Changed+preview.Removed == 0 {
			return err
		}
		return c.Note(ctx, "import "+string(kind), "imported", fmt.Sprintf("new=%d changed=%d removed=%d unchanged=%d", preview.New, preview.Changed, preview.Removed, preview.Unchanged))
	})
	preview.Applied = err == nil
	return preview, err
}

func mistaken(err error) (Preview, error) {
	var mistakes roster.Mistakes
	if errors.As(err, &mistakes) {
		return Preview{Mistakes: mistakes}, nil
	}
	return Preview{}, err
}

func mistakesOf(p Preview) error {
	if len(p.Mistakes) == 0 {
		return nil
	}
	return p.Mistakes
}

func (o *Office) read(ctx context.Context, kind roster.Kind, file string, data []byte) (*upload, error) {
	places, err := o.places(ctx)
	if err != nil {
		return nil, err
	}
	squads := places.Squads
	up := &upload{kind: kind, file: file, data: data, same: map[string]bool{}, hashes: map[string]string{}}
	switch kind {
	case roster.Squads:
		up.squads, err = roster.ParseSquads(file, data)
	case roster.Units:
		up.units, err = roster.ParseUnits(file, data)
	case roster.People:
		if up.people, err = roster.ParsePeople(file, data, places); err == nil {
			err = o.passwords(ctx, up)
		}
	case roster.Areas:
		var people []sqlite.Person
		if people, err = o.Store.People(ctx); err == nil {
			up.areas, err = roster.ParseAreaFile(file, data, squads, o.persons(people))
		}
	case roster.Devices:
		up.devices, err = roster.ParseDevices(file, data)
	case roster.Phrases:
		up.phrases, err = roster.ParsePhrases(file, data, squads)
	case roster.Register:
		up.duties, err = o.readRegister(ctx, file, data, places)
	case roster.Limits, roster.Phases, roster.Calendar:
		up.limits, err = readLimits(kind, file, data)
	default:
		err = shared.Fail("request.notFound", "no kind "+string(kind))
	}
	return up, err
}

// passwords looks at the passwords of a file: which may not be, and which are those that people have already.
func (o *Office) passwords(ctx context.Context, up *upload) error {
	var mistakes roster.Mistakes
	given := 0
	for _, p := range up.people {
		if p.Password == "" {
			continue
		}
		if given++; given == maxPasswords+1 {
			mistakes = append(mistakes, roster.Mistake{File: up.file, Line: p.Line, Column: 1,
				Zh: fmt.Sprintf("一份表里最多 %d 个密码，请分成几份，或把密码留空以后再设", maxPasswords),
				En: fmt.Sprintf("at most %d passwords in one table: split it, or leave passwords empty and set them later", maxPasswords)})
		}
		if p.Password == o.Known {
			mistakes = append(mistakes, roster.Mistake{File: up.file, Line: p.Line, Column: 1,
				Zh: fmt.Sprintf("账号“%s”用了演示密码，谁都知道，请换一个", p.Name), En: fmt.Sprintf("account %q has the demo's password, which everybody knows: choose another", p.Name)})
		}
	}
	if len(mistakes) > 0 {
		return mistakes
	}
	for _, p := range up.people {
		if p.Password == "" {
			continue
		}
		old, known, err := o.Store.PersonByLogin(ctx, p.Name)
		if err != nil || !known || old.PasswordHash == "" {
			if err != nil {
				return err
			}
			continue
		}
		if up.same[p.Name], err = o.Hasher.Verify(ctx, old.PasswordHash, p.Password); err != nil {
			return err
		}
	}
	return nil
}

// hashes makes the hashes of the passwords that change, before the transaction that keeps everybody else waiting.
func (o *Office) hashes(ctx context.Context, up *upload, people []roster.Person) (err error) {
	for _, p := range people {
		if p.Password == "" {
			continue
		}
		if up.hashes[p.Name], err = o.Hasher.Hash(ctx, p.Password); err != nil {
			return err
		}
	}
	return nil
}

// plan compares the file with what is there.
func (o *Office) plan(ctx context.Context, up *upload, from kept) (Preview, puts, error) {
	var preview Preview
	var put puts
	var err error
	switch up.kind {
	case roster.Squads:
		var have []sqlite.Squad
		if have, err = from.SquadsKept(ctx); err == nil {
			preview.Steps, put.squads, err = roster.PlanSquads(up.file, up.squads, squadsOf(have))
		}
	case roster.Units:
		var have []sqlite.Unit
		if have, err = from.UnitsKept(ctx); err == nil {
			preview.Steps, put.units, err = roster.PlanUnits(up.file, up.units, unitsOf(have))
		}
	case roster.People:
		var have []sqlite.Person
		if have, err = from.People(ctx); err == nil {
			preview.Steps, put.people, err = roster.PlanPeople(up.file, up.people, o.accounts(have), func(login string) bool { return up.same[login] })
			preview.Unable = unable(up.people, have)
		}
	case roster.Areas:
		var have []sqlite.Area
		if have, err = from.AreasKept(ctx); err == nil {
			preview.Steps, put.areas, err = roster.PlanAreas(up.file, up.areas, areasOf(have))
		}
	case roster.Devices:
		var have []sqlite.Device
		if have, err = from.Devices(ctx); err == nil {
			preview.Steps, put.devices, err = roster.PlanDevices(up.file, up.devices, o.devicesOf(have, nil))
		}
	case roster.Phrases:
		var have []roster.Phrase
		if have, err = from.PhrasesKept(ctx); err == nil {
			preview.Steps, put.phrases = roster.PlanPhrases(up.file, up.phrases, have)
		}
	case roster.Register:
		var have []roster.Duty
		if have, err = from.RegisterKept(ctx); err == nil {
			preview.Steps, put.duties = roster.PlanRegister(up.file, up.duties, have)
		}
	case roster.Limits, roster.Phases, roster.Calendar:
		var have deadline.Data
		if have, err = from.LimitsKept(ctx); err == nil {
			preview.Steps, put.limits, err = up.limits.plan(up.file, up.kind, have)
		}
	}
	if errors.As(err, &preview.Mistakes) {
		err = nil
	}
	for _, step := range preview.Steps {
		switch step.Deed {
		case roster.New:
			preview.New++
		case roster.Changed:
			preview.Changed++
		case roster.Removed:
			preview.Removed++
		default:
			preview.Unchanged++
		}
	}
	preview.Seal = sealOf(up, preview.Steps)
	return preview, put, err
}

// unable lists the file's accounts that will have no password.
func unable(rows []roster.Person, have []sqlite.Person) (logins []string) {
	able := map[string]bool{}
	for _, p := range have {
		able[p.Login] = p.PasswordHash != ""
	}
	for _, row := range rows {
		if row.Password == "" && !able[row.Name] {
			logins = append(logins, row.Name)
		}
	}
	return logins
}

func sealOf(up *upload, steps []roster.Step) string {
	text, _ := json.Marshal(steps) // strings and numbers only
	return shared.HashText(string(up.kind) + "\n" + shared.HashText(string(up.data)) + "\n" + string(text))[:24]
}

func (o *Office) put(ctx context.Context, c *sqlite.Change, up *upload, put puts) error {
	for _, s := range put.squads {
		if err := c.PutSquad(ctx, s); err != nil {
			return err
		}
	}
	for _, u := range put.units {
		if err := c.PutUnit(ctx, unitRow(u)); err != nil {
			return err
		}
	}
	if err := o.putPeople(ctx, c, up, put.people); err != nil {
		return err
	}
	for _, a := range put.areas {
		if err := c.PutArea(ctx, a); err != nil {
			return err
		}
	}
	for _, d := range put.devices {
		if err := c.NameDevice(ctx, d.ID, d.Label); err != nil {
			return err
		}
	}
	for _, list := range put.phrases {
		if err := c.PutPhrases(ctx, list.Squad, list.Kind, list.Texts); err != nil {
			return err
		}
	}
	for unit, duties := range put.duties {
		if err := c.PutRegister(ctx, unit, duties); err != nil {
			return err
		}
	}
	if put.limits != nil {
		return c.PutLimits(ctx, *put.limits)
	}
	return nil
}

func (o *Office) putPeople(ctx context.Context, c *sqlite.Change, up *upload, people []roster.Person) error {
	have, err := c.People(ctx)
	if err != nil {
		return err
	}
	demo := map[string]bool{}
	for _, p := range have {
		demo[p.Login] = p.Demo
	}
	for _, p := range people {
		hash, hashed := up.hashes[p.Name]
		if p.Password != "" && !hashed {
			return shared.Fail("plan.changed", "the password of "+p.Name+" was changed meanwhile")
		}
		// A demo account with its old password stays one: that password must not work outside the demo.
		row := sqlite.Person{ID: p.ID, Login: p.Name, Label: p.Label, Role: p.Role, Squad: p.Squad, Unit: p.Unit, Disabled: p.State == roster.Disabled, Demo: demo[p.Name] && !hashed}
		if p.Password != "" {
			row.PasswordHash = hash
		}
		if err := c.PutPerson(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

func areasOf(kept []sqlite.Area) (areas []roster.Area) {
	for _, a := range kept {
		areas = append(areas, a.Area)
	}
	return areas
}

// Export writes what matches the query.
func (o *Office) Export(ctx context.Context, kind roster.Kind, q Query, form string, language roster.Language, w io.Writer) error {
	if form == GeoJSON && kind == roster.Areas {
		areas, err := o.Areas(ctx, q)
		if err != nil {
			return err
		}
		return roster.WriteAreas(w, areasOf(areas))
	}
	table, err := o.table(ctx, kind, q, language)
	if err != nil {
		return err
	}
	return write(table, form, w)
}

// Template writes an empty table of a kind.
func Template(kind roster.Kind, form string, language roster.Language, w io.Writer) error {
	return write(roster.NewTable(kind, language), form, w)
}

func write(table *roster.Table, form string, w io.Writer) error {
	switch form {
	case CSV:
		return table.WriteCSV(w)
	case XLSX:
		return table.WriteWorkbook(w)
	}
	return shared.Fail("request.malformed", "no form "+form)
}

func (o *Office) table(ctx context.Context, kind roster.Kind, q Query, language roster.Language) (*roster.Table, error) {
	table := roster.NewTable(kind, language)
	switch kind {
	case roster.Squads:
		squads, err := o.Squads(ctx, q)
		for _, s := range squads {
			table.AddSquad(s.Squad)
		}
		return table, err
	case roster.Units:
		units, err := o.Units(ctx, q)
		for _, u := range unitsOf(units) {
			table.AddUnit(u)
		}
		return table, err
	case roster.People:
		people, err := o.People(ctx, q)
		for _, a := range o.accounts(people) {
			table.AddPerson(a.Person)
		}
		return table, err
	case roster.Areas:
		areas, err := o.Areas(ctx, q)
		for _, a := range areas {
			table.AddArea(a.Area)
		}
		return table, err
	case roster.Devices:
		devices, err := o.Devices(ctx, q)
		if err != nil {
			return table, err
		}
		names, err := o.squadNames(ctx)
		for _, d := range o.devicesOf(devices, names) {
			table.AddDevice(d)
		}
		return table, err
	case roster.Phrases:
		phrases, err := o.Phrases(ctx, q)
		for _, p := range phrases {
			table.AddPhrase(p)
		}
		return table, err
	}
	if kind == roster.Register {
		return table, o.addRegister(ctx, table, q)
	}
	if kind == roster.Limits || kind == roster.Phases || kind == roster.Calendar {
		return table, o.addLimits(ctx, table, kind, q)
	}
	return table, shared.Fail("request.notFound", "no kind "+string(kind))
}

func (o *Office) devicesOf(kept []sqlite.Device, squads map[string]string) (devices []roster.Device) {
	for _, d := range kept {
		one := roster.Device{
			ID: d.Replica, Label: d.Label, Person: d.PersonLabel, Squad: cmp.Or(squads[d.Squad], d.Squad), Device: d.Device, App: d.App,
			EnrolledAt: Moment(d.EnrolledAt), HeardAt: Moment(d.LastHelloAt), Missing: d.Last - d.Known,
		}
		if d.RevokedAt != 0 {
			one.Revoked = Moment(d.RevokedAt) + " " + d.RevokedWhy
		}
		devices = append(devices, one)
	}
	return devices
}

// china is the zone in which times are read, wherever the server stands.
var china = time.FixedZone("UTC+8", 8*60*60)

// Moment writes a time of the server's clock; nothing for 0.
func Moment(ms int64) string {
	if ms == 0 {
		return ""
	}
	return time.UnixMilli(ms).In(china).Format("2006-01-02 15:04")
}
