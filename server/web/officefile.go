package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"buxun/server/office"
	"buxun/server/roster"
	"buxun/shared"
)

// filePatience is how long a file may take to arrive over a thin line.
const filePatience = 5 * time.Minute

var formTypes = map[string]string{
	office.CSV: "text/csv; charset=utf-8", office.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	office.GeoJSON: "application/geo+json",
}

var kindNames = map[roster.Kind]string{roster.Squads: "中队", roster.Units: "处置单位", roster.People: "人员", roster.Areas: "区域", roster.Devices: "设备", roster.Phrases: "常用语", roster.Register: "责任清单", roster.Limits: "时限", roster.Phases: "环节时限", roster.Calendar: "工作日历"}

// export sends what the query of the list matches as a file, or with template=1 an empty table to fill in.
func (s *server) export(w http.ResponseWriter, r *http.Request, kind roster.Kind) error {
	form, language := r.URL.Query().Get("form"), languageOf(r)
	var data bytes.Buffer
	name := kindNames[kind]
	if language == roster.En {
		name = string(kind)
	}
	if r.URL.Query().Get("template") == "1" {
		name += either(language == roster.En, "-template", "-模板")
		if err := office.Template(kind, form, language, &data); err != nil {
			return err
		}
	} else {
		name += "-" + s.Now().Format(time.DateOnly)
		if err := s.Office.Export(r.Context(), kind, queryOf(r), form, language, &data); err != nil {
			return err
		}
	}
	header := w.Header()
	header.Set("Content-Type", formTypes[form])
	header.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name+"."+form))
	header.Set("Cache-Control", neverKeep)
	w.Write(data.Bytes()) //nolint:errcheck // the reader went away
	return nil
}

func languageOf(r *http.Request) roster.Language {
	said := r.URL.Query().Get("language")
	if said == string(roster.En) || said == "" && PrefersEnglish(r.Header.Get("Accept-Language")) {
		return roster.En
	}
	return roster.Zh
}

type stepAnswer struct {
	Line   int              `json:"line"`
	Key    string           `json:"key"`
	Name   string           `json:"name"`
	Deed   roster.Deed      `json:"deed"`
	Fields []differenceTold `json:"fields"`
}

type differenceTold struct {
	Field string `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
}

type previewAnswer struct {
	New       int             `json:"new"`
	Changed   int             `json:"changed"`
	Unchanged int             `json:"unchanged"`
	Removed   int             `json:"removed"`
	Steps     []stepAnswer    `json:"steps"` // the first that change something
	Mistakes  []mistakeAnswer `json:"mistakes"`
	Seal      string          `json:"seal"`
	Unable    []string        `json:"unable"` // accounts without a password
	Applied   bool            `json:"applied"`
}

// mostSteps is how many changes of a file are told one by one.
const mostSteps = 300

// importFile says what a file would change; with the seal of that preview it is done.
func (s *server) importFile(w http.ResponseWriter, r *http.Request, kind roster.Kind) error {
	q := r.URL.Query()
	file := path.Base(strings.ReplaceAll(q.Get("name"), `\`, "/"))
	data, err := readFile(w, r)
	if err != nil {
		return err
	}
	select {
	case s.reading <- struct{}{}:
		defer func() { <-s.reading }()
	case <-r.Context().Done():
		return shared.Fail("server.busy", "another file is being read")
	}
	var preview office.Preview
	if seal := q.Get("seal"); seal != "" {
		// What has begun goes on when the page goes away: all of it or nothing, and the trail tells.
		preview, err = s.Office.Import(context.WithoutCancel(r.Context()), kind, file, data, seal)
	} else {
		preview, err = s.Office.Look(r.Context(), kind, file, data)
	}
	if err != nil {
		return err
	}
	if kind == roster.Register {
		if err := s.nameDuties(r, preview.Steps); err != nil {
			return err
		}
	}
	return sendJSON(w, http.StatusOK, told(preview, PrefersEnglish(r.Header.Get("Accept-Language"))))
}

func told(p office.Preview, english bool) previewAnswer {
	answer := previewAnswer{
		New: p.New, Changed: p.Changed, Unchanged: p.Unchanged, Removed: p.Removed, Steps: []stepAnswer{}, Mistakes: mistakeAnswers(p.Mistakes, english), Seal: p.Seal,
		Unable: append([]string{}, p.Unable...), Applied: p.Applied,
	}
	if answer.Mistakes == nil {
		answer.Mistakes = []mistakeAnswer{}
	}
	for _, step := range p.Steps {
		if step.Deed == roster.Unchanged || len(answer.Steps) == mostSteps {
			continue
		}
		one := stepAnswer{Line: step.Line, Key: step.Key, Name: step.Name, Deed: step.Deed, Fields: []differenceTold{}}
		for _, d := range step.Fields {
			one.Fields = append(one.Fields, differenceTold(d))
		}
		answer.Steps = append(answer.Steps, one)
	}
	return answer
}

func readFile(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(filePatience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return nil, fmt.Errorf("limit the time of the file: %w", err)
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, roster.MaxFileBytes))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, err
	case err != nil:
		return nil, shared.Fail("request.malformed", err.Error())
	case len(data) == 0:
		return nil, shared.Fail("request.malformed", "there is no file")
	}
	return data, nil
}
