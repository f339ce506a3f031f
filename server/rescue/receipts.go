package rescue

import (
	"context"
	"slices"

	"buxun/server/es256"
	"buxun/server/sqlite"
	"buxun/shared"
)

// EvidenceReceipt is what the server signs for one author of the case, as that author's phone would get it (R50).
type EvidenceReceipt struct {
	For string `json:"for"` // id of the person, machine or server
	shared.SignedReceipt
}

// SignedBy says whether this key signed the receipt.
func SignedBy(key []byte, receipt shared.Receipt, signed shared.SignedReceipt) bool {
	return shared.KeyID(key) == receipt.Key && es256.Verify(key, shared.SignedReceiptText(shared.HashText(signed.Text)), signed.Signature)
}

// receiptsOf signs for each author of the case, in order of their first record. A photo that is gone from the storage although
// the database says otherwise is not signed for.
func receiptsOf(ctx context.Context, store *sqlite.Store, e Evidence, attest Attest) (list []EvidenceReceipt, err error) {
	for _, author := range authors(e) {
		operations, err := store.ReceiptedOn(ctx, author, e.Case.ID)
		if err != nil {
			return nil, err
		}
		for i, one := range operations {
			operations[i].Photos = slices.DeleteFunc(one.Photos, func(hash string) bool {
				return !slices.ContainsFunc(e.Photos, func(p EvidencePhoto) bool { return p.Hash == hash && p.Here })
			})
		}
		signed, err := shared.SignReceipt(shared.Receipt{Epoch: store.Epoch(), Case: e.Case.ID, At: e.MadeAt, Operations: operations}, attest.Key, attest.Sign)
		if err != nil {
			return nil, err
		}
		list = append(list, EvidenceReceipt{author, signed})
	}
	return list, nil
}

func authors(e Evidence) (list []string) {
	for _, r := range e.Records {
		if body, err := shared.ParseBody(r.Text); err == nil && !slices.Contains(list, body.Author.ID) {
			list = append(list, body.Author.ID)
		}
	}
	return list
}

// checkReceipts checks who signed the receipts, that what they name is in the file and equal, and that they leave no record out.
func (c *Checked) checkReceipts(key []byte, files [][]byte, damaged func(string, ...any)) {
	if c.Format < 2 {
		return
	}
	photos := map[string]bool{}
	for _, content := range files {
		photos[shared.HashText(string(content))] = true
	}
	named := make([]bool, len(c.Records))
	for i, signed := range c.Receipts {
		receipt, err := shared.ParseReceipt(signed.Text)
		if err != nil {
			damaged("receipt %d cannot be read: %v", i+1, err)
			continue
		}
		if !SignedBy(key, receipt, signed.SignedReceipt) {
			damaged("receipt %d: the centre did not sign it", i+1)
		}
		if receipt.Case != c.Case.ID {
			damaged("receipt %d is of another case, %s", i+1, receipt.Case)
		}
		for _, one := range receipt.Operations {
			at, body := c.record(one)
			if at < 0 {
				damaged("receipt %d names operation %d of %s, which is not in the file", i+1, one.Counter, one.Replica)
				continue
			}
			named[at] = true
			if shared.HashText(c.Records[at].Text) != one.Hash || c.Records[at].Verdict.Outcome != one.Outcome {
				damaged("receipt %d names record %d with another text or verdict", i+1, at+1)
			}
			if body.Author.ID != signed.For {
				damaged("receipt %d names record %d, which is somebody else's", i+1, at+1)
			}
			for _, hash := range one.Photos {
				if !slices.Contains(body.Attached(), hash) || !photos[hash] {
					damaged("receipt %d names photo %s for record %d, which the file does not have", i+1, hash, at+1)
				}
			}
		}
	}
	for i, named := range named {
		if !named {
			damaged("record %d is in no receipt", i+1)
		}
	}
}

// record finds what a receipt names in the file; -1 where it is not there.
func (c *Checked) record(one shared.Receipted) (int, shared.Body) {
	for i, r := range c.Records {
		if body, err := shared.ParseBody(r.Text); err == nil && body.Replica == one.Replica && body.Counter == one.Counter {
			return i, body
		}
	}
	return -1, shared.Body{}
}
