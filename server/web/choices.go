package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"buxun/server/sqlite"
	"buxun/shared"
)

type choiceAnswer struct {
	Version int64           `json:"version"`
	Value   json.RawMessage `json:"value"`
}

// choiceShapes make of what a person sends under a key what is kept: only what the key's shape names.
var choiceShapes = map[string]func([]byte) (any, error){
	sqlite.ChoiceTelling: func(text []byte) (any, error) {
		var t shared.Telling
		if err := strictly(text, &t); err != nil {
			return nil, err
		}
		if t.Kinds == nil {
			t.Kinds = []shared.TellingChoice{}
		}
		for i := range t.Kinds {
			if t.Kinds[i].Ways == nil {
				t.Kinds[i].Ways = []shared.TellingWay{}
			}
		}
		return t, t.Check()
	},
	sqlite.ChoiceViews: func(text []byte) (any, error) {
		views := []shared.View{}
		if err := strictly(text, &views); err != nil {
			return nil, err
		}
		return views, shared.CheckViews(views)
	},
}

func strictly(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return shared.Fail("request.malformed", err.Error())
	}
	return nil
}

// choices tells the asker what they chose, key by key.
func (s *server) choices(w http.ResponseWriter, r *http.Request) error {
	kept, err := s.Store.Choices(r.Context(), visitorOf(r).reader.Person)
	if err != nil {
		return err
	}
	answer := map[string]choiceAnswer{}
	for key := range choiceShapes {
		if one, ok := kept[key]; ok {
			answer[key] = choiceAnswer(one)
		}
	}
	return sendJSON(w, http.StatusOK, answer)
}

// choose keeps what the asker chose under one key, in place of what they saw there.
func (s *server) choose(w http.ResponseWriter, r *http.Request) error {
	shape, known := choiceShapes[r.PathValue("key")]
	if !known {
		return shared.Fail("request.notFound", "nothing is chosen under "+r.PathValue("key"))
	}
	var asked struct {
		Was   int64           `json:"was"`
		Value json.RawMessage `json:"value"`
	}
	if err := readJSON(w, r, &asked); err != nil {
		return err
	}
	value, err := shape(asked.Value)
	if err != nil {
		return err
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode a choice: %w", err)
	}
	kept, err := s.Store.Choose(r.Context(), visitorOf(r).reader.Person, r.PathValue("key"), text, asked.Was)
	if err != nil {
		return err
	}
	return sendJSON(w, http.StatusOK, choiceAnswer(kept))
}
