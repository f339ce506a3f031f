package push

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"fmt"

	"buxun/server/durable"
)

// KeyFile is the file in the data directory by which push services know this server (RFC 8292). With another one every browser has
// to ask anew.
const KeyFile = "push.key"

// Key is the server's, as the protocol writes it.
type Key struct{ Public, private string }

// OpenKey reads the key of a data directory, and makes one at the first start.
func OpenKey(dir string) (Key, error) {
	secret, err := durable.Secret(dir, KeyFile, func() ([]byte, error) {
		key, err := ecdh.P256().GenerateKey(rand.Reader)
		if err != nil {
			return nil, err
		}
		return key.Bytes(), nil
	})
	if err != nil {
		return Key{}, fmt.Errorf("open the push key: %w", err)
	}
	key, err := ecdh.P256().NewPrivateKey(secret)
	if err != nil {
		return Key{}, fmt.Errorf("open the push key: %w", err)
	}
	return Key{base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()), base64.RawURLEncoding.EncodeToString(secret)}, nil
}
