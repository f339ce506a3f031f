package web

import (
	"encoding/json"
	"fmt"
	"net/http"

	"buxun/server/deadline"
)

type limitsAnswer struct {
	// Version is what clocks carry as Data.
	Version string `json:"version"`
	deadline.Data
}

// limitsSheet is the answer of the version that was asked for last: it is large, and the same for everybody.
type limitsSheet struct {
	version string
	sheet   page
}

// limits sends the filing conditions of all categories with their limits, the limits of phases, and the office calendar by which
// remaining time is told; unchanged ones are not sent again.
func (s *server) limits(w http.ResponseWriter, r *http.Request) error {
	data, err := s.Store.LimitsKept(r.Context())
	if err != nil {
		return err
	}
	version := data.Version()
	kept := s.limitsKept.Load()
	if kept == nil || kept.version != version {
		text, err := json.Marshal(limitsAnswer{version, data})
		if err != nil {
			return fmt.Errorf("encode limits %s: %w", version, err)
		}
		sheet, err := newPage("limits.json", text)
		if err != nil {
			return err
		}
		sheet.cache = "private, " + askAgain
		kept = &limitsSheet{version, sheet}
		s.limitsKept.Store(kept)
	}
	kept.sheet.send(w, r)
	return nil
}
