package web

import (
	"context"
	"net/http"

	"buxun/server/sqlite"
)

// changeOf reads the fields of a form and the revision that its writer saw.
func changeOf(w http.ResponseWriter, r *http.Request) (fields map[string]string, seen int64, err error) {
	if seen, err = seenOf(r); err != nil {
		return nil, 0, err
	}
	return fields, seen, readJSON(w, r, &fields)
}

func (s *server) addPerson(w http.ResponseWriter, r *http.Request) error {
	var fields map[string]string
	if err := readJSON(w, r, &fields); err != nil {
		return err
	}
	delete(fields, "id")
	person, err := s.Office.AddPerson(r.Context(), fields)
	if err != nil {
		return err
	}
	return sendRow(w, http.StatusCreated, person.Revision, accountOf(person))
}

func (s *server) editPerson(w http.ResponseWriter, r *http.Request) error {
	fields, seen, err := changeOf(w, r)
	if err != nil {
		return err
	}
	person, err := s.Office.EditPerson(r.Context(), r.PathValue("id"), seen, fields)
	if err != nil {
		return err
	}
	return sendRow(w, http.StatusOK, person.Revision, accountOf(person))
}

// setPassword sets the password that is given, or makes one; it is told this once.
func (s *server) setPassword(w http.ResponseWriter, r *http.Request) error {
	fields, seen, err := changeOf(w, r)
	if err != nil {
		return err
	}
	password, err := s.Office.SetPassword(r.Context(), r.PathValue("id"), seen, fields["password"])
	if err != nil {
		return err
	}
	return sendJSON(w, http.StatusOK, map[string]string{"password": password})
}

func (s *server) addSquad(w http.ResponseWriter, r *http.Request) error {
	var fields map[string]string
	if err := readJSON(w, r, &fields); err != nil {
		return err
	}
	return sendSquad(w, http.StatusCreated)(s.Office.AddSquad(r.Context(), fields))
}

func (s *server) editSquad(w http.ResponseWriter, r *http.Request) error {
	fields, seen, err := changeOf(w, r)
	if err != nil {
		return err
	}
	return sendSquad(w, http.StatusOK)(s.Office.EditSquad(r.Context(), r.PathValue("id"), seen, fields))
}

func sendSquad(w http.ResponseWriter, status int) func(sqlite.Squad, error) error {
	return func(squad sqlite.Squad, err error) error {
		if err != nil {
			return err
		}
		return sendRow(w, status, squad.Revision, squadOf(squad))
	}
}

func (s *server) orderSquads(w http.ResponseWriter, r *http.Request) error {
	var asked struct {
		Codes []string `json:"codes"`
	}
	if err := readJSON(w, r, &asked); err != nil {
		return err
	}
	if err := s.Office.OrderSquads(r.Context(), asked.Codes); err != nil {
		return err
	}
	return s.squads(w, r)
}

func (s *server) dropSquad(w http.ResponseWriter, r *http.Request) error {
	return s.drop(w, r, s.Office.DropSquad)
}

func (s *server) dropArea(w http.ResponseWriter, r *http.Request) error {
	return s.drop(w, r, s.Office.DropArea)
}

func (s *server) drop(w http.ResponseWriter, r *http.Request, drop func(context.Context, string, int64) error) error {
	seen, err := seenOf(r)
	if err != nil {
		return err
	}
	if err := drop(r.Context(), r.PathValue("id"), seen); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *server) editArea(w http.ResponseWriter, r *http.Request) error {
	fields, seen, err := changeOf(w, r)
	if err != nil {
		return err
	}
	area, err := s.Office.EditArea(r.Context(), r.PathValue("id"), seen, fields)
	if err != nil {
		return err
	}
	return sendRow(w, http.StatusOK, area.Revision, areaOf(area))
}

func (s *server) nameDevice(w http.ResponseWriter, r *http.Request) error {
	fields, seen, err := changeOf(w, r)
	if err != nil {
		return err
	}
	if err := s.Office.NameDevice(r.Context(), r.PathValue("id"), seen, fields["label"]); err != nil {
		return err
	}
	return s.device(w, r)
}

func (s *server) revokeDevice(w http.ResponseWriter, r *http.Request) error {
	fields, seen, err := changeOf(w, r)
	if err != nil {
		return err
	}
	if err := s.Office.Revoke(r.Context(), r.PathValue("id"), seen, fields["why"]); err != nil {
		return err
	}
	return s.device(w, r)
}
