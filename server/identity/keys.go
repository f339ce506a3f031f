package identity

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

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
	name := filepath.Join(dir, keyFile)
	secret, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		secret, err = makeSecret(dir, name)
	}
	if err != nil {
		return nil, fmt.Errorf("open the server's key: %w", err)
	}
	if len(secret) != keyBytes {
		return nil, fmt.Errorf("open the server's key: %s has %d bytes, want %d", name, len(secret), keyBytes)
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

// makeSecret writes a fresh secret so that it is on disk, whole and under its name, before it is used. Of two programs that
// start at once, one wins and both read what it wrote.
func makeSecret(dir, name string) ([]byte, error) {
	secret := make([]byte, keyBytes)
	rand.Read(secret)
	file, err := os.CreateTemp(dir, keyFile+".*") // mode 0600
	if err != nil {
		return nil, err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(secret)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(file.Name(), name); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	if err := syncFolder(dir); err != nil {
		return nil, err
	}
	return os.ReadFile(name)
}

func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
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
