package web

import (
	"net/http"

	"buxun/server/sqlite"
)

type unitKept struct {
	Code     string `json:"code"`
	Name     string `json:"name"`
	Place    int    `json:"place"`
	Disabled bool   `json:"disabled"`
	People   int    `json:"people"`
	Cases    int    `json:"cases"` // open ones that are dispatched to it
	Revision int64  `json:"revision"`
}

func unitOf(u sqlite.Unit) unitKept {
	return unitKept{u.Code, u.Name, u.Place, u.Closed, u.People, u.Cases, u.Revision}
}

func (s *server) units(w http.ResponseWriter, r *http.Request) error {
	units, err := s.Office.Units(r.Context(), queryOf(r))
	return sendPage(w, r, units, unitOf, err)
}

func (s *server) addUnit(w http.ResponseWriter, r *http.Request) error {
	var fields map[string]string
	if err := readJSON(w, r, &fields); err != nil {
		return err
	}
	unit, err := s.Office.AddUnit(r.Context(), fields)
	if err != nil {
		return err
	}
	return sendRow(w, http.StatusCreated, unit.Revision, unitOf(unit))
}

func (s *server) editUnit(w http.ResponseWriter, r *http.Request) error {
	fields, seen, err := changeOf(w, r)
	if err != nil {
		return err
	}
	unit, err := s.Office.EditUnit(r.Context(), r.PathValue("id"), seen, fields)
	if err != nil {
		return err
	}
	return sendRow(w, http.StatusOK, unit.Revision, unitOf(unit))
}

func (s *server) dropUnit(w http.ResponseWriter, r *http.Request) error {
	return s.drop(w, r, s.Office.DropUnit)
}
