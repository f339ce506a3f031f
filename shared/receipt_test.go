package shared_test

import (
	"encoding/base64"
	"testing"

	"buxun/shared"
)

// receiptVectors is vectors/receipt.json.
type receiptVectors struct {
	Key, KeyID, OtherKey string
	Receipts             []struct {
		Name, Text, Signature string
		Reads, Holds          bool
	}
	Reckon []struct {
		Name       string
		Operations []shared.Receipted
		Text, Hash string
	}
}

func TestReceiptVectors(t *testing.T) {
	var file receiptVectors
	readVectors(t, "receipt.json", &file)
	der, err := base64.RawURLEncoding.DecodeString(file.Key)
	if err != nil || shared.KeyID(der) != file.KeyID {
		t.Fatalf("the key: %v", err)
	}
	for _, v := range file.Receipts {
		r, err := shared.ParseReceipt(v.Text)
		if (err == nil) != v.Reads {
			t.Errorf("%s: read: %v", v.Name, err)
		}
		if err == nil && r.Key != file.KeyID {
			t.Errorf("%s: of key %s", v.Name, r.Key)
		}
		if holds := verified(t, file.Key, shared.SignedReceiptText(shared.HashText(v.Text)), v.Signature); holds != v.Holds {
			t.Errorf("%s: its signature holds: %t", v.Name, holds)
		}
		if verified(t, file.OtherKey, shared.SignedReceiptText(shared.HashText(v.Text)), v.Signature) && v.Holds {
			t.Errorf("%s: it holds by another key", v.Name)
		}
	}
	for _, v := range file.Reckon {
		if text := shared.ReckonText(v.Operations); text != v.Text || shared.HashText(text) != v.Hash {
			t.Errorf("%s: %q", v.Name, text)
		}
	}
}
