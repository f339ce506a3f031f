// Package es256 checks and makes the signatures of replicas: ECDSA on P-256 over SHA-256, written as WebCrypto writes them,
// r and s of 32 bytes each behind one another, in base64url without padding. Keys travel as SPKI DER. It must not know what
// is signed.
package es256

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
)

const (
	size    = 32 // bytes of r and of s
	written = 86 // characters of a signature in base64url
)

// ParseKey reads a public key (SPKI DER). It fails for anything but a point on P-256.
func ParseKey(spkiDER []byte) (*ecdsa.PublicKey, error) {
	parsed, err := x509.ParsePKIXPublicKey(spkiDER)
	if err != nil {
		return nil, fmt.Errorf("parse public key: %w", err)
	}
	key, ok := parsed.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, errors.New("parse public key: it is not ECDSA on P-256")
	}
	return key, nil
}

// MarshalKey writes a public key as SPKI DER.
func MarshalKey(key *ecdsa.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil, fmt.Errorf("write public key: %w", err)
	}
	return der, nil
}

// Verify says whether a signature (base64url) by a public key (SPKI DER) over a text holds. A key or signature that cannot
// be read does not hold.
func Verify(spkiDER []byte, text, signature string) bool {
	key, err := ParseKey(spkiDER)
	if err != nil {
		return false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(signature)
	if err != nil || len(raw) != 2*size || len(signature) != written { // the decoder would skip line ends
		return false
	}
	digest := sha256.Sum256([]byte(text))
	return ecdsa.Verify(key, digest[:], new(big.Int).SetBytes(raw[:size]), new(big.Int).SetBytes(raw[size:]))
}

// Sign signs a text with a private key on P-256.
func Sign(key *ecdsa.PrivateKey, text string) (string, error) {
	if key.Curve != elliptic.P256() {
		return "", errors.New("sign: the key is not on P-256")
	}
	digest := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	raw := make([]byte, 2*size)
	r.FillBytes(raw[:size])
	s.FillBytes(raw[size:])
	return base64.RawURLEncoding.EncodeToString(raw), nil
}
