package web

import (
	"encoding/json"
	"fmt"
	"net/http"

	"buxun/server/roster"
	"buxun/shared"
)

// taxonomy is the table of categories as phones fetch it.
type taxonomy struct {
	version, file string
	page          page
}

func readTaxonomy() (t taxonomy, err error) {
	text := shared.BuiltinTaxonomyJSON()
	t.version = shared.BuiltinTaxonomy().Version
	t.file = t.version + ".json"
	if t.page, err = newPage(t.file, text); err != nil {
		return t, fmt.Errorf("prepare taxonomy %s: %w", t.version, err)
	}
	t.page.cache = forever // the name holds the version
	return t, nil
}

func (s *server) currentTaxonomy(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Cache-Control", askAgain)
	return sendJSON(w, http.StatusOK, map[string]string{"version": s.taxonomy.version, "url": "/api/taxonomy/" + s.taxonomy.file})
}

func (s *server) taxonomyFile(w http.ResponseWriter, r *http.Request) error {
	if r.PathValue("file") != s.taxonomy.file {
		return errNotFound
	}
	s.taxonomy.page.send(w, r)
	return nil
}

type squadAnswer struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

type unitAnswer struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	Closed bool   `json:"closed"` // nothing may be dispatched to it any more
}

type colleagueAnswer struct {
	ID    string      `json:"id"`
	Label string      `json:"label"`
	Role  shared.Role `json:"role"`
	Squad string      `json:"squad"`
	Unit  string      `json:"unit,omitempty"` // of people with the role unit
}

type areaAnswer struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Squad string `json:"squad"`
	Kind  string `json:"kind"`
	// Generated says that the outline was drawn by rule and is nobody's survey.
	Generated bool         `json:"generated"`
	Ring      [][2]float64 `json:"ring"` // WGS-84 degrees, longitude first
	// Collectors are the ids of those who answer for it and can be sent, for who sends.
	Collectors []string `json:"collectors,omitempty"`
}

type dutyAnswer struct {
	Unit string `json:"unit"`
	// Category is a key that a sub-class's key is or begins with.
	Category string `json:"category"`
	Area     string `json:"area,omitempty"` // code of an area or a squad; absent: everywhere
}

type directoryAnswer struct {
	Version string            `json:"version"`
	Squads  []squadAnswer     `json:"squads"`
	Units   []unitAnswer      `json:"units"`
	People  []colleagueAnswer `json:"people"`
	Areas   []areaAnswer      `json:"areas"`
	// Limits is the version of the time limits, for who files.
	Limits string `json:"limits,omitempty"`
	// Register is what units answer for, for who dispatches.
	Register []dutyAnswer `json:"register,omitempty"`
}

// directory sends the names and areas of the reader's scope; an unchanged one is not sent again.
func (s *server) directory(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Store.Directory(r.Context(), visitorOf(r).reader)
	if err != nil {
		return err
	}
	answer := directoryAnswer{Version: d.Version, Squads: []squadAnswer{}, Units: []unitAnswer{}, People: []colleagueAnswer{}, Areas: []areaAnswer{}, Limits: d.Limits}
	for _, q := range d.Squads {
		answer.Squads = append(answer.Squads, squadAnswer{q.Code, q.Name})
	}
	for _, u := range d.Units {
		answer.Units = append(answer.Units, unitAnswer{u.Code, u.Name, u.State == roster.Disabled})
	}
	for _, p := range d.People {
		answer.People = append(answer.People, colleagueAnswer{p.ID, p.Label, p.Role, p.Squad, p.Unit})
	}
	for _, a := range d.Areas {
		answer.Areas = append(answer.Areas, areaAnswer{a.Code, a.Name, a.Squad, a.Kind, a.Generated, a.Ring, d.Answering[a.Code]})
	}
	for _, one := range d.Register {
		answer.Register = append(answer.Register, dutyAnswer{one.Unit, one.Category, one.Area})
	}
	text, err := json.Marshal(answer)
	if err != nil {
		return fmt.Errorf("encode directory %s: %w", d.Version, err)
	}
	sheet, err := newPage("directory.json", text)
	if err != nil {
		return err
	}
	sheet.cache = "private, " + askAgain
	sheet.send(w, r)
	return nil
}
