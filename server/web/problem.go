package web

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"buxun/server/roster"
	"buxun/shared"
)

// Problem is an RFC 9457 problem document, and the only form of an error that this package sends (L12).
type Problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"` // what is wrong, in the reader's language
	Status   int    `json:"status"`
	Detail   string `json:"detail"` // what is wrong and what to do, as one text
	Code     string `json:"code"`   // of the fault catalogue
	Do       string `json:"do"`     // what to do
	Instance string `json:"instance"`
	// Fields are those of a form that cannot be as they are.
	Fields []fieldProblem `json:"fields,omitempty"`
	// Mistakes are those of a file, each with its place.
	Mistakes []mistakeAnswer `json:"mistakes,omitempty"`
}

type fieldProblem struct {
	Name   string `json:"name"`
	Detail string `json:"detail"` // what is wrong and what to do, in the reader's language
}

type mistakeAnswer struct {
	Line    int    `json:"line"`              // from 1
	Column  int    `json:"column"`            // from 1
	Heading string `json:"heading,omitempty"` // of the column, as the file names it
	Detail  string `json:"detail"`            // what is wrong and what to do, in the reader's language
}

// retryAfter is an error that passes by itself after a while.
type retryAfter struct {
	error
	wait time.Duration
}

func (r retryAfter) Unwrap() error { return r.error }

// refuse answers a request with its error. What is not a fault of the catalogue is internal: the reader gets a sentence and
// a number, the log has the rest.
func (s *server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	code := shared.FaultCode(err)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		code = "request.tooLarge"
	}
	row := shared.FaultOf(code)
	noteRefusal(r, err)
	var later retryAfter
	if errors.As(err, &later) {
		w.Header().Set("Retry-After", strconv.Itoa(int(later.wait/time.Second)+1))
	} else if row.HTTP == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "2")
	}
	writeProblem(w, r, row, s.log, err)
}

// writeProblem writes a row of the catalogue, and the places that the error names. Who follows a contractor's link by a browser
// gets a page instead.
func writeProblem(w http.ResponseWriter, r *http.Request, row shared.FaultRow, log *slog.Logger, err error) {
	english := PrefersEnglish(r.Header.Get("Accept-Language"))
	if people := visitOf(r).people; people != nil {
		people.refuse(w, r, row, english)
		return
	}
	var wrongs roster.Wrongs
	var mistakes roster.Mistakes
	_, _ = errors.As(err, &wrongs), errors.As(err, &mistakes)
	problem := Problem{
		Fields: fieldProblems(wrongs, english), Mistakes: mistakeAnswers(mistakes, english),
		Type: "urn:buxun:fault:" + row.Code, Title: row.Zh, Do: row.ZhDo, Detail: row.Zh + "。" + row.ZhDo + "。",
		Status: row.HTTP, Code: row.Code, Instance: "urn:buxun:request:" + requestID(r),
	}
	language := "zh-CN"
	if english {
		language = "en"
		problem.Title, problem.Do, problem.Detail = row.En, row.EnDo, row.En+". "+row.EnDo+"."
	}
	text, err := json.Marshal(problem)
	if err != nil {
		log.Error("a problem document could not be written", "code", row.Code, "error", err)
	}
	header := w.Header()
	header.Set("Content-Type", "application/problem+json; charset=utf-8")
	header.Set("Content-Language", language)
	header.Set("Cache-Control", "no-store")
	header.Add("Vary", "Accept-Language")
	header.Del("Content-Encoding")
	header.Del("Etag")
	header.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(row.HTTP)
	w.Write(text) //nolint:errcheck // the reader went away
}

func fieldProblems(wrongs roster.Wrongs, english bool) (list []fieldProblem) {
	for _, w := range wrongs {
		list = append(list, fieldProblem{w.Field, either(english, w.En, w.Zh)})
	}
	return list
}

func mistakeAnswers(mistakes roster.Mistakes, english bool) (list []mistakeAnswer) {
	for _, m := range mistakes {
		list = append(list, mistakeAnswer{m.Line, m.Column, m.Heading, either(english, m.En, m.Zh)})
	}
	return list
}

func either(english bool, en, zh string) string {
	if english {
		return en
	}
	return zh
}

// PrefersEnglish says whether an Accept-Language header puts English before Chinese. Chinese is the default.
func PrefersEnglish(header string) bool {
	var zh, en float64
	for part := range strings.SplitSeq(header, ",") {
		tag, parameter, _ := strings.Cut(strings.TrimSpace(part), ";")
		weight := 1.0
		if text, ok := strings.CutPrefix(strings.TrimSpace(parameter), "q="); ok {
			weight, _ = strconv.ParseFloat(text, 64)
		}
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		switch primary {
		case "zh":
			zh = max(zh, weight)
		case "en":
			en = max(en, weight)
		}
	}
	return en > zh
}
