package web

import (
	"net/http"

	"buxun/server/sqlite"
)

type rescueAnswer struct {
	// Proof is the last one of a backup, good or not; absent where none was ever tried.
	Proof *sqlite.Proof `json:"proof,omitempty"`
	// RestoredAt and BackupAt tell of the last restore; absent where there was none.
	RestoredAt int64          `json:"restoredAt,omitempty"`
	BackupAt   int64          `json:"backupAt,omitempty"`
	Phones     []healedAnswer `json:"phones"`
}

type healedAnswer struct {
	Replica       string `json:"replica"`
	Label         string `json:"label"`
	Login         string `json:"login"`
	Back          int64  `json:"back"`
	Awaited       int64  `json:"awaited"`
	Gone          int64  `json:"gone"`
	WaitingPhotos int64  `json:"waitingPhotos"`
	HeardAt       int64  `json:"heardAt,omitempty"`
}

// rescue tells when a backup was proved last, and after a restore what came back and what is still awaited, by phone.
func (s *server) rescue(w http.ResponseWriter, r *http.Request) error {
	answer := rescueAnswer{Phones: []healedAnswer{}}
	proof, ok, err := s.Store.LastProof(r.Context())
	if err != nil {
		return err
	}
	if ok {
		answer.Proof = &proof
	}
	healing, err := s.Store.Healing(r.Context())
	if err != nil {
		return err
	}
	answer.RestoredAt, answer.BackupAt = healing.RestoredAt, healing.BackupAt
	for _, p := range healing.Phones {
		answer.Phones = append(answer.Phones, healedAnswer(p))
	}
	return sendJSON(w, http.StatusOK, answer)
}
