package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
)

// control is the control port: POST /mode, POST /reset, GET /stats.
func (w *wire) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /mode", func(out http.ResponseWriter, r *http.Request) {
		var m mode
		err := read(r, &m)
		if err == nil {
			err = m.check()
		}
		if err != nil {
			answer(out, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return
		}
		if err := w.set(m); err != nil {
			answer(out, http.StatusInternalServerError, map[string]string{"error": err.Error()})
			return
		}
		answer(out, http.StatusOK, m)
	})
	mux.HandleFunc("POST /reset", func(out http.ResponseWriter, r *http.Request) {
		var which struct {
			Match string `json:"match"`
		}
		if err := read(r, &which); err != nil {
			answer(out, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return
		}
		answer(out, http.StatusOK, map[string]int{"reset": w.reset(which.Match)})
	})
	mux.HandleFunc("GET /stats", func(out http.ResponseWriter, _ *http.Request) {
		answer(out, http.StatusOK, w.snapshot())
	})
	return mux
}

func (w *wire) snapshot() stats {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.stats
	now.Open = len(w.links)
	now.Links = []linkStat{}
	for id, l := range w.links {
		request, _, _ := strings.Cut(string(l.head), "\r\n")
		now.Links = append(now.Links, linkStat{ID: id, Request: request, Matched: l.matched && l.turn == w.turn, Up: l.bytes[up], Down: l.bytes[down]})
	}
	slices.SortFunc(now.Links, func(a, b linkStat) int { return a.ID - b.ID })
	return now
}

// read reads a JSON body; an empty one is the zero value, an unknown field an error: a misspelt fault would never happen.
func read(r *http.Request, into any) error {
	text, err := io.ReadAll(io.LimitReader(r.Body, 64<<10))
	if err != nil || len(bytes.TrimSpace(text)) == 0 {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if decoder.More() {
		return errors.New("more than one value")
	}
	return nil
}

func answer(out http.ResponseWriter, status int, value any) {
	out.Header().Set("Content-Type", "application/json")
	out.WriteHeader(status)
	_ = json.NewEncoder(out).Encode(value) // the asker went away: nobody to tell
}
