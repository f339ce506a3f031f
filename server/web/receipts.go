package web

import (
	"encoding/base64"
	"fmt"
	"net/http"

	"buxun/shared"
)

// Signer signs for the server.
type Signer struct {
	Key  []byte // public, SPKI DER
	Sign func(text string) (string, error)
}

// maxReceipts is for how many cases one request may ask.
const maxReceipts = 50

type receiptsAnswer struct {
	Key        string                 `json:"key"` // the server's public key, base64url of SPKI DER
	ServerTime int64                  `json:"serverTime"`
	Receipts   []shared.SignedReceipt `json:"receipts"` // of those cases that the asker did something on
}

// receipts signs for the asker what of theirs is here, case by case (R50). A case that is not there and one on which they did
// nothing are told alike: by no receipt.
func (s *server) receipts(w http.ResponseWriter, r *http.Request) error {
	var asked struct {
		Cases []string `json:"cases"`
	}
	if err := readJSON(w, r, &asked); err != nil {
		return err
	}
	if len(asked.Cases) > maxReceipts {
		return shared.Fail("request.malformed", fmt.Sprintf("%d cases, at most %d", len(asked.Cases), maxReceipts))
	}
	now := s.Now().UnixMilli()
	answer := receiptsAnswer{Key: base64.RawURLEncoding.EncodeToString(s.Signer.Key), ServerTime: now, Receipts: []shared.SignedReceipt{}}
	for _, id := range asked.Cases {
		operations, err := s.Store.ReceiptedOn(r.Context(), visitorOf(r).reader.Person, id)
		if err != nil {
			return err
		}
		if len(operations) == 0 {
			continue
		}
		signed, err := shared.SignReceipt(shared.Receipt{Epoch: s.Store.Epoch(), Case: id, At: now, Operations: operations}, s.Signer.Key, s.Signer.Sign)
		if err != nil {
			return err
		}
		answer.Receipts = append(answer.Receipts, signed)
	}
	return sendJSON(w, http.StatusOK, answer)
}
