// Package demo is the world that a trial starts with: a centre as in Zhuzhou, its squads, people, areas and cases, as plain
// values. It knows no store: whoever seeds one reads them from here. Everything in it is marked as demo (演示).
package demo

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	_ "image/jpeg" // sizes of the photos
	"io/fs"
	"time"

	"buxun/server/roster"
	"buxun/shared"

	"github.com/google/uuid"
)

// Password is everybody's in the demo. A server outside demo mode refuses it (session.demoOnly).
const Password = "buxun-demo-2026"

// Mark stands before the description of every demo case.
const Mark = "【演示】"

//go:embed divisions.json people.json cases.json kinds.json holidays.json
var tables embed.FS

//go:embed photos/*.jpg
var pictures embed.FS

// demoSpace makes ids that are the same at every start.
var demoSpace = uuid.MustParse("6f0d6b0e-5a3f-5c0a-9f63-6275786e0001")

// Demo is the whole demo world.
type Demo struct {
	Squads []roster.Squad
	Units  []roster.Unit
	People []roster.Person
	Areas  []roster.Area
	// Register is what the units answer for.
	Register []roster.Duty
	// AreaVersion changes when the areas do; operations carry it.
	AreaVersion string
	Cases       []Case
	Photos      map[string]Photo // by file name
	Files       fs.FS            // the photos' bytes, by file name
}

// Case is a case and how it came to its state.
type Case struct {
	ID    string `json:"-"`    // UUID, the same at every start
	Name  string `json:"name"` // for people who read cases.json
	Squad string `json:"-"`    // of the first step's author
	// Category is a shared.CategoryKey.
	Category    string       `json:"category"`
	Description string       `json:"description"`
	Address     string       `json:"address"`
	Longitude   float64      `json:"longitude"` // WGS-84 degrees
	Latitude    float64      `json:"latitude"`
	Accuracy    float64      `json:"accuracy"` // metres
	State       shared.State `json:"state"`    // where the steps bring it
	Steps       []Step       `json:"steps"`
}

// Step is one operation: the first opens the case.
type Step struct {
	Action   shared.Action `json:"action"`
	By       string        `json:"by"` // name of the person
	HoursAgo float64       `json:"hoursAgo"`
	// Late is how long afterwards it reached the server.
	Late   time.Duration `json:"-"`
	Words  string        `json:"words,omitempty"`
	Reason string        `json:"reason,omitempty"`
	Unit   string        `json:"unit,omitempty"` // code of the unit that it is dispatched to
	Photos []StepPhoto   `json:"photos,omitempty"`
}

// StepPhoto is a photo of a step.
type StepPhoto struct {
	File   string             `json:"file"`
	Part   shared.PhotoPart   `json:"part"`
	Origin shared.PhotoOrigin `json:"origin,omitempty"` // camera if absent
}

// Photo is what an operation must say of a photo's bytes.
type Photo struct {
	File   string
	Hash   string // lower-case hex SHA-256
	Size   int64  // bytes
	Type   string // image/jpeg
	Width  int    // pixels, as stored
	Height int
}

// World reads the demo world. It errs only if the program was built from broken files.
func World() (Demo, error) {
	var d Demo
	var err error
	if d.Squads, d.Units, d.People, err = people(); err != nil {
		return d, err
	}
	if d.Areas, err = areas(); err != nil {
		return d, err
	}
	beats(d.Areas, d.People)
	d.AreaVersion = areaVersion
	d.Register = register(shared.BuiltinTaxonomy())
	if d.Cases, err = cases(d.People); err != nil {
		return d, err
	}
	if d.Files, err = fs.Sub(pictures, "photos"); err != nil {
		return d, fmt.Errorf("open the demo photos: %w", err)
	}
	d.Photos, err = photos(d.Files)
	return d, err
}

func people() ([]roster.Squad, []roster.Unit, []roster.Person, error) {
	var table struct {
		Squads []struct{ Code, Name string }
		Units  []struct{ Code, Name string }
		People []struct {
			Name, Label, Squad, Unit string
			Role                     shared.Role
		}
	}
	if err := load("people.json", &table); err != nil {
		return nil, nil, nil, err
	}
	var squads []roster.Squad
	for _, s := range table.Squads {
		squads = append(squads, roster.Squad{Code: s.Code, Name: s.Name})
	}
	var units []roster.Unit
	for i, u := range table.Units {
		units = append(units, roster.Unit{Code: u.Code, Name: u.Name, Place: i + 1, State: roster.Active})
	}
	var persons []roster.Person
	for _, p := range table.People {
		persons = append(persons, roster.Person{
			ID: id("person", p.Name), Name: p.Name, Label: p.Label, Role: p.Role, Squad: p.Squad, Unit: p.Unit, Password: Password,
		})
	}
	return squads, units, persons, nil
}

func cases(people []roster.Person) ([]Case, error) {
	squadOf := map[string]string{}
	for _, p := range people {
		squadOf[p.Name] = p.Squad
	}
	var list []Case
	if err := load("cases.json", &list); err != nil {
		return nil, err
	}
	for i := range list {
		c := &list[i]
		c.ID, c.Squad, c.Description = id("case", c.Name), squadOf[c.Steps[0].By], Mark+c.Description
		for s := range c.Steps {
			for p := range c.Steps[s].Photos {
				if photo := &c.Steps[s].Photos[p]; photo.Origin == "" {
					photo.Origin = shared.OriginCamera
				}
			}
		}
	}
	return list, nil
}

func photos(files fs.FS) (map[string]Photo, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, fmt.Errorf("list the demo photos: %w", err)
	}
	found := map[string]Photo{}
	for _, entry := range entries {
		photo, err := photoOf(files, entry.Name())
		if err != nil {
			return nil, fmt.Errorf("read demo photo %s: %w", entry.Name(), err)
		}
		found[photo.File] = photo
	}
	return found, nil
}

func photoOf(files fs.FS, name string) (Photo, error) {
	bytes, err := fs.ReadFile(files, name)
	if err != nil {
		return Photo{}, err
	}
	file, err := files.Open(name)
	if err != nil {
		return Photo{}, err
	}
	defer file.Close()
	size, _, err := image.DecodeConfig(file)
	if err != nil {
		return Photo{}, err
	}
	sum := sha256.Sum256(bytes)
	return Photo{
		File: name, Hash: hex.EncodeToString(sum[:]), Size: int64(len(bytes)), Type: "image/jpeg", Width: size.Width, Height: size.Height,
	}, nil
}

func load(name string, into any) error {
	text, err := tables.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return fmt.Errorf("read the demo's %s: %w", name, err)
	}
	return nil
}

func id(kind, name string) string {
	return uuid.NewSHA1(demoSpace, []byte("buxun demo "+kind+" "+name)).String()
}
