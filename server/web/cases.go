package web

import (
	"net/http"
	"strconv"
	"unicode/utf8"

	"buxun/shared"
)

const (
	foundAtOnce = 30  // cases in one answer
	maxQuery    = 100 // characters of a query
)

type foundAnswer struct {
	Cases []shared.Case `json:"cases"`
	// Next is what the following answer begins before; absent where there is none.
	Next int64 `json:"next,omitempty"`
}

// searchCases finds cases of the asker's scope by words, those too that no phone keeps any more. Those that changed last come first.
func (s *server) searchCases(w http.ResponseWriter, r *http.Request) error {
	query, before := r.URL.Query().Get("q"), int64(0)
	if text := r.URL.Query().Get("before"); text != "" {
		var err error
		if before, err = strconv.ParseInt(text, 10, 64); err != nil || before < 1 {
			return shared.Fail("request.malformed", "before is no place in the feed")
		}
	}
	if !utf8.ValidString(query) || utf8.RuneCountInString(query) > maxQuery {
		return shared.Fail("request.malformed", "the query is too long, or no text")
	}
	cases, next, err := s.Store.Search(r.Context(), visitorOf(r).reader, query, before, foundAtOnce)
	if err != nil {
		return err
	}
	if cases == nil {
		cases = []shared.Case{}
	}
	return sendJSON(w, http.StatusOK, foundAnswer{cases, next})
}

// oneCase gives a case of the asker's scope; one of another's and one that does not exist are told alike (L10).
func (s *server) oneCase(w http.ResponseWriter, r *http.Request) error {
	c, ok, err := s.Store.Case(r.Context(), visitorOf(r).reader, r.PathValue("id"))
	if err != nil {
		return err
	}
	if !ok {
		return errNotFound
	}
	return sendJSON(w, http.StatusOK, c)
}
