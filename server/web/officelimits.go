package web

import (
	"net/http"

	"buxun/server/deadline"
	"buxun/server/office"
	"buxun/server/roster"
	"buxun/server/sqlite"
	"buxun/shared"
)

type conditionAnswer struct {
	ID       string `json:"id"`
	Category string `json:"category"` // key
	Name     string `json:"name"`     // of the category
	Words    string `json:"words"`
	Closing  string `json:"closing"`
	Limit    string `json:"limit"` // as it is written in tables
}

type phaseAnswer struct {
	Phase shared.Phase `json:"phase"`
	Limit string       `json:"limit"`
}

type calendarAnswer struct {
	Kind  roster.CalendarKind `json:"kind"`
	Value string              `json:"value"`
	Name  string              `json:"name"`
}

// limitIn writes a limit as the asker reads it.
func limitIn(r *http.Request, l deadline.Limit) string {
	if languageOf(r) == roster.En {
		return l.En()
	}
	return l.Zh()
}

func (s *server) conditions(w http.ResponseWriter, r *http.Request) error {
	rows, err := s.Office.Conditions(r.Context(), queryOf(r))
	return sendPage(w, r, rows, func(c office.ConditionKept) conditionAnswer {
		name := c.Name.Zh
		if languageOf(r) == roster.En {
			name = c.Name.En
		}
		return conditionAnswer{c.ID, c.Category, name, c.Words, c.Closing, limitIn(r, c.Limit)}
	}, err)
}

func (s *server) phases(w http.ResponseWriter, r *http.Request) error {
	data, err := s.Store.LimitsKept(r.Context())
	return sendPage(w, r, data.Phases, func(p deadline.PhaseLimit) phaseAnswer { return phaseAnswer{p.Phase, limitIn(r, p.Limit)} }, err)
}

func (s *server) calendar(w http.ResponseWriter, r *http.Request) error {
	rows, err := s.Office.CalendarRows(r.Context(), queryOf(r))
	return sendPage(w, r, rows, func(c roster.CalendarRow) calendarAnswer {
		return calendarAnswer{c.Kind, c.Value(languageOf(r)), c.Name}
	}, err)
}

type versionAnswer struct {
	Version    string `json:"version"`
	At         int64  `json:"at"`
	Who        string `json:"who"` // label; empty where nobody signed in asked
	By         string `json:"by"`  // person, command or nobody
	Conditions int    `json:"conditions"`
	Days       int    `json:"days"`
}

// limitVersions lists all that the limits and the calendar ever were, the latest first.
func (s *server) limitVersions(w http.ResponseWriter, r *http.Request) error {
	versions, err := s.Store.LimitVersions(r.Context())
	if err != nil {
		return err
	}
	list := []versionAnswer{}
	for _, v := range versions {
		one := versionAnswer{Version: v.Version, At: v.At, Who: v.ActorLabel, By: "person", Conditions: v.Conditions, Days: v.Days}
		switch {
		case v.Actor == sqlite.ByCommand:
			one.By = "command"
		case v.ActorLabel == "":
			one.By = "nobody"
		}
		list = append(list, one)
	}
	return sendJSON(w, http.StatusOK, map[string]any{"rows": list})
}
