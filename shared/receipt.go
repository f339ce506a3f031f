package shared

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// ReceiptVersion is the format of a receipt.
const ReceiptVersion = 1

// MaxReckoned is how many operations one run of a reconciliation covers: its list always fits into one request.
const MaxReckoned = 20

// Receipted is one operation as the centre has it: what a receipt says and a reconciliation compares.
type Receipted struct {
	Replica string  `json:"replica"`
	Counter int64   `json:"counter"`
	Hash    string  `json:"hash"`
	Outcome Outcome `json:"outcome"`
	// Photos are the hashes of the originals and voice notes that it names and that lie in the centre's storage, in order of
	// their text. A refused operation has none.
	Photos []string `json:"photos,omitempty"`
}

// Receipt says what the centre has of one author's doings on one case. It is made once and travels and is stored as its
// exact JSON text, which the server signs.
type Receipt struct {
	V     int    `json:"v"`
	Key   string `json:"key"`   // KeyID of the server's public key
	Epoch string `json:"epoch"` // life of the data in which it was given
	Case  string `json:"case"`
	At    int64  `json:"at"` // server's clock
	// Operations are by replica and counter; refused ones are not on the case and not here.
	Operations []Receipted `json:"operations"`
}

// SignedReceipt is a receipt as it is handed out.
type SignedReceipt struct {
	Text      string `json:"text"`
	Signature string `json:"signature"` // base64url of ES256 r||s over SignedReceiptText(hash of the text)
}

// KeyID names a public key (SPKI DER) shortly: its SHA-256.
func KeyID(spkiDER []byte) string { return HashText(string(spkiDER)) }

// SignedReceiptText is what the server signs with ES256 when it gives a receipt.
func SignedReceiptText(hash string) string { return "buxun receipt v1 " + hash }

// SignReceipt writes a receipt and signs it with the server's key, public in SPKI DER, by which it is named.
func SignReceipt(r Receipt, key []byte, sign func(text string) (string, error)) (SignedReceipt, error) {
	r.V, r.Key = ReceiptVersion, KeyID(key)
	text, err := json.Marshal(r)
	if err != nil {
		return SignedReceipt{}, fmt.Errorf("write the receipt of case %s: %w", r.Case, err)
	}
	signature, err := sign(SignedReceiptText(HashText(string(text))))
	if err != nil {
		return SignedReceipt{}, fmt.Errorf("sign the receipt of case %s: %w", r.Case, err)
	}
	return SignedReceipt{Text: string(text), Signature: signature}, nil
}

// ReckonText is what both ends hash to compare operations: a line each.
func ReckonText(list []Receipted) string {
	var text strings.Builder
	for _, one := range list {
		text.WriteString(one.Replica + " " + strconv.FormatInt(one.Counter, 10) + " " + one.Hash + " " + string(one.Outcome) + " " + strings.Join(one.Photos, ",") + "\n")
	}
	return text.String()
}

// ParseReceipt reads a receipt's exact text. It does not check who signed it.
func ParseReceipt(text string) (Receipt, error) {
	var r Receipt
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return r, fmt.Errorf("read the receipt: %w", err)
	}
	if r.V != ReceiptVersion {
		return r, fmt.Errorf("the receipt is of format %d, this program reads %d", r.V, ReceiptVersion)
	}
	if !IsHash(r.Key) || !IsUUID(r.Case) || r.At < 1 || r.Epoch == "" || len(r.Operations) == 0 {
		return r, fmt.Errorf("the receipt names no key, case, time, life or operation")
	}
	for i, one := range r.Operations {
		if wrong := one.Wrong(); wrong != "" {
			return r, fmt.Errorf("operation %d of the receipt: %s", i+1, wrong)
		}
	}
	return r, nil
}

// Wrong is what breaks its form, or "".
func (r Receipted) Wrong() string {
	if !IsUUID(r.Replica) || r.Counter < 1 || !IsHash(r.Hash) {
		return "replica, counter or hash is none"
	}
	if r.Outcome != OutcomeApplied && r.Outcome != OutcomeLate && r.Outcome != OutcomeRefused {
		return "no such outcome"
	}
	for i, hash := range r.Photos {
		if !IsHash(hash) || i > 0 && r.Photos[i-1] >= hash {
			return "photos are no hashes in order"
		}
	}
	return ""
}
