package identity

import (
	"encoding/base64"

	"buxun/server/es256"
	"buxun/shared"
)

// ReplicaKey reads the public key that a phone enrols: base64url of SPKI DER, ECDSA on P-256. The fault is
// request.malformed.
func ReplicaKey(text string) ([]byte, error) {
	der, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, shared.Fail("request.malformed", "key is not base64url")
	}
	if _, err := es256.ParseKey(der); err != nil {
		return nil, shared.Fail("request.malformed", err.Error())
	}
	return der, nil
}

// Wiped says whether the owner of a replica's key (SPKI DER) said that the phone forgot what it held.
func Wiped(key []byte, replica, proof string) bool {
	return es256.Verify(key, shared.WipedText(replica), proof)
}

// Succeeds says whether the owner of an old replica's key (SPKI DER) named the new replica with its key (base64url) as its
// successor (R21).
func Succeeds(oldKey []byte, replica, key, proof string) bool {
	return es256.Verify(oldKey, shared.SucceedText(replica, key), proof)
}
