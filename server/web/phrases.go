package web

import (
	"encoding/json"
	"fmt"
	"net/http"

	"buxun/shared"
)

type phrasesAnswer struct {
	Version string `json:"version"`
	Squad   string `json:"squad"` // code; empty for a reader of the whole centre who named none
	// Kinds holds the kinds that the squad keeps phrases of; the others are the built-in ones.
	Kinds map[shared.PhraseKind][]string `json:"kinds"`
}

type phrasesRequest struct {
	Texts []string `json:"texts"`
	// Was is what the writer saw; absent where the old ones do not matter.
	Was []string `json:"was"`
}

// phrases sends the quick phrases of the reader's squad, or of ?squad= to the centre's roles; unchanged ones are not sent again.
func (s *server) phrases(w http.ResponseWriter, r *http.Request) error {
	kept, err := s.Store.Phrases(r.Context(), visitorOf(r).reader, r.URL.Query().Get("squad"))
	if err != nil {
		return err
	}
	text, err := json.Marshal(phrasesAnswer{kept.Version, kept.Squad, kept.Kinds})
	if err != nil {
		return fmt.Errorf("encode phrases %s: %w", kept.Version, err)
	}
	sheet, err := newPage("phrases.json", text)
	if err != nil {
		return err
	}
	sheet.cache = "private, " + askAgain
	sheet.send(w, r)
	return nil
}

// putPhrases replaces those of one kind and answers with all as they are then.
func (s *server) putPhrases(w http.ResponseWriter, r *http.Request) error {
	var asked phrasesRequest
	if err := readJSON(w, r, &asked); err != nil {
		return err
	}
	if asked.Texts == nil {
		return shared.Fail("request.malformed", "texts is missing")
	}
	reader, squad := visitorOf(r).reader, r.URL.Query().Get("squad")
	err := s.Store.PutPhrases(r.Context(), reader, squad, shared.PhraseKind(r.PathValue("kind")), asked.Texts, asked.Was)
	if err != nil {
		return err
	}
	kept, err := s.Store.Phrases(r.Context(), reader, squad)
	if err != nil {
		return err
	}
	return sendJSON(w, http.StatusOK, phrasesAnswer{kept.Version, kept.Squad, kept.Kinds})
}
