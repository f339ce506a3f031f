// Package roster is who works where: squads, people and the areas they walk, as files name them, before any store has them.
package roster

import "buxun/shared"

// Squad is a 中队.
type Squad struct {
	Code string // what files and cases call it: letters, digits and hyphens, at most 64
	Name string // what people call it: 六中队
}

// Person is one account.
type Person struct {
	// ID is a lower-case UUID; empty where the store is to give one.
	ID    string
	Name  string      // what is typed to sign in: lower-case letters, digits, dots and hyphens, at most 64
	Label string      // what others see: 采集员6-01
	Role  shared.Role // collector, leader or admin
	Squad string      // code of the squad; empty only for an admin
	// Password is empty where the person gets one later, else at least MinPassword runes.
	Password string
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
	// Ring is the outer outline in WGS-84 degrees, longitude first; the last point repeats the first. Holes are not kept.
	Ring [][2]float64
}
