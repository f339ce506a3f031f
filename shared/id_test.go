package shared_test

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"testing"

	"buxun/shared"
)

type textVectors[T any] []struct {
	Text     string
	Expected T
}

// idVectors is vectors/id.json.
type idVectors struct {
	ShortIDs []struct {
		Replica  string
		Counter  int64
		Expected string
	}
	UUIDs      textVectors[bool]
	Hashes     textVectors[bool]
	HashTexts  textVectors[string]
	Key        string
	Signatures []struct {
		Name, Text, Key, Signature string
		Expected                   bool
	}
}

func TestIDVectors(t *testing.T) {
	var file idVectors
	readVectors(t, "id.json", &file)
	for _, v := range file.ShortIDs {
		if got := shared.ShortID(v.Replica, v.Counter); got != v.Expected {
			t.Errorf("short id of %q, %d: got %q, want %q", v.Replica, v.Counter, got, v.Expected)
		}
	}
	each(t, "UUID", file.UUIDs, shared.IsUUID)
	each(t, "hash", file.Hashes, shared.IsHash)
	each(t, "hash of a text", file.HashTexts, shared.HashText)
}

func each[T comparable](t *testing.T, what string, vectors textVectors[T], f func(string) T) {
	t.Helper()
	if len(vectors) == 0 {
		t.Errorf("%s: no vectors", what)
	}
	for _, v := range vectors {
		if got := f(v.Text); got != v.Expected {
			t.Errorf("%s: %q: got %v, want %v", what, v.Text, got, v.Expected)
		}
	}
}

func TestSignatureVectors(t *testing.T) {
	var file idVectors
	readVectors(t, "id.json", &file)
	for _, v := range file.Signatures {
		key := file.Key
		if v.Key != "" {
			key = v.Key
		}
		if got := verified(t, key, v.Text, v.Signature); got != v.Expected {
			t.Errorf("%s: got %v", v.Name, got)
		}
	}
}

// verified is ES256 as WebCrypto writes it: r and s of 32 bytes each.
func verified(t *testing.T, key, text, signature string) bool {
	t.Helper()
	spki, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.ParsePKIXPublicKey(spki)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		t.Fatal(err)
	}
	if len(raw) != 64 {
		return false
	}
	sum := sha256.Sum256([]byte(text))
	return ecdsa.Verify(public.(*ecdsa.PublicKey), sum[:], new(big.Int).SetBytes(raw[:32]), new(big.Int).SetBytes(raw[32:]))
}
