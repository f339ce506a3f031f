// Package roster is who works where: squads, people, the areas they walk and the phones they carry, as files and forms name
// them. It holds every rule of what may be kept, what a file would change, and how tables are read and written; it must not
// know of any store.
package roster

import "buxun/shared"

// Kind is what a table is about.
type Kind string

// The kinds of table.
const (
	Squads  Kind = "squads"
	Units   Kind = "units"
	People  Kind = "people"
	Areas   Kind = "areas"
	Devices Kind = "devices"
	Phrases Kind = "phrases"
	// Register is what units answer for (责任清单).
	Register Kind = "register"
	// The limits of filing conditions, those of phases, and the office calendar.
	Limits   Kind = "limits"
	Phases   Kind = "phases"
	Calendar Kind = "calendar"
)

// Kinds lists them in the order in which they are to be filled.
func Kinds() []Kind {
	return []Kind{Squads, Units, People, Areas, Register, Devices, Phrases, Calendar, Phases, Limits}
}

// Language is of the headings and words in a table that is written; every one is read.
type Language string

// The languages of tables.
const (
	Zh Language = "zh"
	En Language = "en"
)

// Phrase is one quick phrase of a squad. A table replaces all phrases of each squad and kind that it names, in its order.
type Phrase struct {
	Squad string // code
	Kind  shared.PhraseKind
	Text  string
	Line  int // where it stood in its file; 0 elsewhere
}

// Squad is a 中队.
type Squad struct {
	Code string // what files and cases call it: letters, digits and hyphens, at most 64
	Name string // what people call it: 六中队
	// Place is where it stands among the squads, from 1; 0 where that was not said.
	Place int
	Line  int // where it stood in its file; 0 elsewhere
}

// Person is one account.
type Person struct {
	// ID is a lower-case UUID; empty where the store is to give one.
	ID    string
	Name  string      // what is typed to sign in: lower-case letters, digits, dots and hyphens, at most 64
	Label string      // what others see: 采集员6-01
	Role  shared.Role // collector, leader, unit or admin
	Squad string      // code of the squad; empty for an admin and for RoleUnit
	Unit  string      // code of the unit; of RoleUnit only
	State State
	// Password is empty where the person gets one later, else at least MinPassword runes.
	Password string
	Line     int // where it stood in its file; 0 elsewhere
}

// State says whether an account may be used.
type State string

// The states of an account; empty where it was not said.
const (
	Active   State = "active"   // 在用
	Disabled State = "disabled" // 停用
)

// Account is a person as the store has one.
type Account struct {
	Person
	SignsIn bool // has a password that this server takes
}

// MinPassword is the least number of runes in a password.
const MinPassword = 10

// Kinds of area.
const (
	KindCommunity = "community" // 社区
	KindUnitGrid  = "unitGrid"  // 单元网格, 15 digits
	KindDutyGrid  = "dutyGrid"  // 责任网格
)

// Area is a piece of ground that a squad answers for.
type Area struct {
	Code  string // official code as text; 15 digits for a unit grid
	Name  string
	Squad string // code of the squad
	Kind  string
	// Generated says that the outline was drawn by rule and is nobody's survey.
	Generated bool
	// Ring is the outer outline in WGS-84 degrees, longitude first; the last point repeats the first. Holes are not kept. A
	// table says none: there the outline stays as it is.
	Ring [][2]float64
	// Collectors are the accounts of those who answer for it (责任采集员), sorted: several because of shifts, and each perhaps for
	// several areas. Nil where that is not said: there they stay, as long as they are collectors of its squad.
	Collectors []string
	Line       int // where it stood in its file; 0 elsewhere
}

// Device is a phone as administrators name it. The other fields are told and never read from a table.
type Device struct {
	ID    string // the replica's UUID
	Label string // the administrators' name for it; empty: what the phone calls itself
	Line  int    // where it stood in its file; 0 elsewhere

	Person, Squad, Device, App string
	EnrolledAt, HeardAt        string
	Missing                    int64 // operations that it made and the centre does not have
	Revoked                    string
}
