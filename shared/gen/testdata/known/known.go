// Package known holds one of every shape that the generator carries over.
package known

import (
	"encoding/json"

	"buxun/shared"
)

// Version is the format.
const Version = 1

// Limits of a thing.
const (
	MaxBytes = 64 << 10 // bytes
	Doubled  = 2 * MaxBytes
	Metres   = 2.5
	hidden   = 1
)

// Colour is what it looks like.
type Colour string

const (
	ColourRed  Colour = "red" // 红
	ColourBlue Colour = "blue"
)

// AnyColour is no colour of its own.
const AnyColour Colour = "*"

// Key is a name.
type Key string

// Thing is a thing.
// It has a second line.
type Thing struct {
	ID     string            `json:"id"` // who's it
	Colour Colour            `json:"colour,omitempty"`
	Parts  []Part            `json:"parts"`
	Raw    json.RawMessage   `json:"raw"`
	Case   *shared.Case      `json:"case,omitempty"`
	Names  map[string]string `json:"names,omitempty"`
	Keys   []Key             `json:"keys"`
	// Grid is rows of columns.
	// Metres.
	Grid   [][]float64 `json:"grid"`
	Secret string      `json:"-"`
	inner  int
}

// Part is a part, with what it is part of.
type Part struct {
	Base
	Big bool `json:"big"`
}

type Base struct {
	At int64 `json:"at"`
}

// Step does not travel.
type Step struct{ Name string }

// Store does not travel either.
type Store interface{ Keep(Thing) error }

// Type names a frame; a field T of this type is the constant named for its struct.
type Type string

const (
	TypePing Type = "ping"
	TypeAsk  Type = "held?"
)

// Ping is a frame.
type Ping struct {
	T Type `json:"t"`
}

// Ask is another.
type Ask struct {
	T      Type     `json:"t"`
	Hashes []string `json:"hashes"`
}
