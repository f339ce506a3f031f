package identity

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"strconv"

	"buxun/server/durable"
	"buxun/shared"
)

const (
	keyFile    = "server.key"
	keyBytes   = 32
	nonceBytes = 12
)

// Keys are what the server alone can say: which anchors it gave, which receipts it wrote. They come from one secret in the
// data directory; without it anchors and receipts of before can no longer be checked.
type Keys struct{ anchor, receipt []byte }

// OpenKeys reads the secret of a data directory, and makes one at the first start.
func OpenKeys(dir string) (*Keys, error) {
	secret, err := durable.Secret(dir, keyFile, freshSecret)
	if err != nil {
		return nil, fmt.Errorf("open the server's key: %w", err)
	}
	if len(secret) != keyBytes {
		return nil, fmt.Errorf("open the server's key: %s has %d bytes, want %d", filepath.Join(dir, keyFile), len(secret), keyBytes)
	}
	keys := &Keys{}
	if keys.anchor, err = hkdf.Expand(sha256.New, secret, "buxun anchor v1", keyBytes); err != nil {
		return nil, fmt.Errorf("derive the anchor key: %w", err)
	}
	if keys.receipt, err = hkdf.Expand(sha256.New, secret, "buxun receipt v1", keyBytes); err != nil {
		return nil, fmt.Errorf("derive the receipt key: %w", err)
	}
	return keys, nil
}

func freshSecret() ([]byte, error) {
	secret := make([]byte, keyBytes)
	rand.Read(secret)
	return secret, nil
}

// Anchor gives a fresh anchor: a token that nobody could have known before now (milliseconds since 1970 UTC).
func (k *Keys) Anchor(now int64) shared.Anchor {
	nonce := make([]byte, nonceBytes)
	rand.Read(nonce)
	return shared.Anchor{Token: base64.RawURLEncoding.EncodeToString(append(nonce, k.anchorMac(nonce, now)...)), At: now}
}

// AnchorGiven says whether this server gave the anchor.
func (k *Keys) AnchorGiven(anchor shared.Anchor) bool {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(anchor.Token)
	if err != nil || len(raw) < nonceBytes {
		return false
	}
	return hmac.Equal(raw[nonceBytes:], k.anchorMac(raw[:nonceBytes], anchor.At))
}

func (k *Keys) anchorMac(nonce []byte, at int64) []byte {
	mac := hmac.New(sha256.New, k.anchor)
	mac.Write(nonce)
	mac.Write([]byte(strconv.FormatInt(at, 10)))
	return mac.Sum(nil)[:16]
}

// Mac authenticates a receipt's text: HMAC-SHA256 in base64url.
func (k *Keys) Mac(text string) string {
	mac := hmac.New(sha256.New, k.receipt)
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
