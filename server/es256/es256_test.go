package es256_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"strings"
	"testing"

	"buxun/server/es256"
)

// Made by WebCrypto: generateKey ECDSA P-256, exportKey spki, sign with SHA-256.
const (
	webKey       = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEOVLEftaEgjfd_YwuaISxJ1a5INXCuHtnzlaYFDsZ4W2NVo4F50ePRYs5exZSsmIObrmqTFbqV-L2sZhsLLiPcg"
	webText      = "buxun operation v1 步巡 <&> 🚲"
	webSignature = "6BU1g0wmBEAI7fPy4U7bGXpWgIbZIdGz0zPRrSmvmtBduoMZPhRjv8iXYzoJDaOz3Z_0kwzexaakYIU8I7iWqg"
)

func TestVerifyWebCrypto(t *testing.T) {
	key := decode(t, webKey)
	other, _ := pair(t)
	cases := []struct {
		name      string
		key       []byte
		text, sig string
		holds     bool
	}{
		{"as made", key, webText, webSignature, true},
		{"another text", key, webText + " ", webSignature, false},
		{"another key", other, webText, webSignature, false},
		{"one character changed", key, webText, "7" + webSignature[1:], false},
		{"cut", key, webText, webSignature[:85], false},
		{"padded", key, webText, webSignature + "==", false},
		{"a line end inside", key, webText, webSignature[:40] + "\n" + webSignature[40:], false},
		{"standard alphabet", key, webText, strings.ReplaceAll(webSignature, "_", "/"), false},
		{"bits behind the end", key, webText, webSignature[:85] + "h", false},
		{"zeros", key, webText, base64.RawURLEncoding.EncodeToString(make([]byte, 64)), false},
		{"nothing", key, webText, "", false},
		{"no key", nil, webText, webSignature, false},
		{"half a key", key[:50], webText, webSignature, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if es256.Verify(c.key, c.text, c.sig) != c.holds {
				t.Errorf("holds is %v, want %v", !c.holds, c.holds)
			}
		})
	}
}

func TestSignVerifies(t *testing.T) {
	spki, private := pair(t)
	for range 300 { // about two of them have an r or s that begins with a zero byte
		signature, err := es256.Sign(private, webText)
		if err != nil {
			t.Fatal(err)
		}
		if !es256.Verify(spki, webText, signature) {
			t.Fatalf("%s does not verify", signature)
		}
	}
}

func TestOnlyP256(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := es256.ParseKey(der); err == nil {
		t.Error("a key on P-384 was read")
	}
	if _, err := es256.Sign(private, "text"); err == nil {
		t.Error("a key on P-384 signed")
	}
}

func pair(t *testing.T) ([]byte, *ecdsa.PrivateKey) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := es256.MarshalKey(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return der, private
}

func decode(t *testing.T, text string) []byte {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
