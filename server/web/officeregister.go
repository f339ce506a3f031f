package web

import (
	"cmp"
	"net/http"
	"strings"

	"buxun/server/office"
	"buxun/server/roster"
	"buxun/shared"
)

// dutyKept is a line of the units' register, in the asker's language.
type dutyKept struct {
	ID       string              `json:"id"`
	Unit     string              `json:"unit"`
	UnitName string              `json:"unitName"`
	Category string              `json:"category"` // key of a class or sub-class
	Name     string              `json:"name"`
	Class    string              `json:"class"` // of a sub-class, else ""
	Standard string              `json:"standard"`
	Kind     shared.CategoryKind `json:"kind"`
	Area     string              `json:"area"`     // code of an area or a squad; "" everywhere
	AreaName string              `json:"areaName"` // "" where that area is there no more
}

func dutyIn(r *http.Request) func(office.DutyKept) dutyKept {
	english := languageOf(r) == roster.En
	return func(d office.DutyKept) dutyKept {
		return dutyKept{d.ID(), d.Unit, d.UnitName, d.Category, nameIn(d.Name, english), nameIn(d.Class, english), d.Standard, d.Kind, d.Area, d.AreaName}
	}
}

func nameIn(names shared.Names, english bool) string { return either(english, names.En, names.Zh) }

func (s *server) register(w http.ResponseWriter, r *http.Request) error {
	duties, err := s.Office.Register(r.Context(), queryOf(r))
	return sendPage(w, r, duties, dutyIn(r), err)
}

func (s *server) addDuty(w http.ResponseWriter, r *http.Request) error {
	var fields map[string]string
	if err := readJSON(w, r, &fields); err != nil {
		return err
	}
	if err := s.Office.AddDuty(r.Context(), fields); err != nil {
		return err
	}
	w.WriteHeader(http.StatusCreated)
	return nil
}

// editDuty makes another of the line that was seen: its id is what it says, so no revision is asked for.
func (s *server) editDuty(w http.ResponseWriter, r *http.Request) error {
	var fields map[string]string
	if err := readJSON(w, r, &fields); err != nil {
		return err
	}
	if err := s.Office.EditDuty(r.Context(), r.PathValue("id"), fields); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *server) dropDuty(w http.ResponseWriter, r *http.Request) error {
	if err := s.Office.DropDuty(r.Context(), r.PathValue("id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

type categoryKept struct {
	Key      string              `json:"key"`
	Name     string              `json:"name"`
	Class    string              `json:"class"` // of a sub-class, else ""
	Standard string              `json:"standard"`
	Kind     shared.CategoryKind `json:"kind"`
}

// categoriesKept lists the classes and sub-classes that a line of the register may name.
func (s *server) categoriesKept(w http.ResponseWriter, r *http.Request) error {
	english := languageOf(r) == roster.En
	return sendPage(w, r, s.Office.Categories(queryOf(r)), func(c office.CategoryKept) categoryKept {
		return categoryKept{c.Key, nameIn(c.Name, english), nameIn(c.Class, english), c.Standard, c.Kind}
	}, nil)
}

// nameDuties says in words what lines of the register an import is about.
func (s *server) nameDuties(r *http.Request, steps []roster.Step) error {
	named, err := s.Office.DutyNames(r.Context(), steps)
	english := PrefersEnglish(r.Header.Get("Accept-Language"))
	for i, d := range named {
		words := []string{nameIn(d.Name, english), d.Standard}
		if d.Area != "" {
			words = append(words, cmp.Or(d.AreaName, d.Area))
		}
		steps[i].Name = strings.Join(words, " · ")
	}
	return err
}
