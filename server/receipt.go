package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"buxun/server/office"
	"buxun/server/rescue"
	"buxun/shared"
)

const receiptFormat = "buxun receipt v1"

// receiptFile is a receipt as a phone saves it.
type receiptFile struct {
	Format    string `json:"format"`
	Text      string `json:"text"`
	Signature string `json:"signature"`
	Key       string `json:"key"` // base64url of SPKI DER
}

// verifyReceipt checks a receipt that a phone saved by itself, on any machine; false where the content is none.
func verifyReceipt(content []byte, t terminal) (bool, error) {
	var file receiptFile
	if err := json.Unmarshal(content, &file); err != nil || file.Format != receiptFormat {
		return false, nil //nolint:nilerr // it is something else
	}
	receipt, err := shared.ParseReceipt(file.Text)
	if err != nil {
		return true, err
	}
	key, err := base64.RawURLEncoding.DecodeString(file.Key)
	if err != nil || !rescue.SignedBy(key, receipt, shared.SignedReceipt{Text: file.Text, Signature: file.Signature}) {
		return true, errors.New("回执的签名不对，被改过 / the receipt's signature does not hold: it was changed")
	}
	photos := 0
	for _, one := range receipt.Operations {
		fmt.Fprintf(t.out, "%s %s\n", shared.ShortID(one.Replica, one.Counter), one.Hash)
		for _, photo := range one.Photos {
			fmt.Fprintf(t.out, "    %s\n", photo)
		}
		photos += len(one.Photos)
	}
	fmt.Fprintf(t.out, "案卷 %s，%s 签收：记录 %d，照片和录音 %d / case %s, receipted %s: %d records, %d photos and voice notes\n中心的钥匙，请向中心核对 / the centre's key, to be compared with the centre: %s\n",
		receipt.Case, office.Moment(receipt.At), len(receipt.Operations), photos, receipt.Case, office.Moment(receipt.At), len(receipt.Operations), photos, fingerprint(key))
	return true, nil
}
