// Package handover takes the files by which phones without a line hand their unsent records and photos over (PROTOCOL.md,
// Hand-over): it opens, checks and delivers them. Whoever brings a file is a courier and nothing else: what is in it is judged as
// if its author's phone had pushed it. It must not judge or keep anything itself.
package handover

import (
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"path/filepath"

	"buxun/server/durable"
	"buxun/sync/wire"
)

// KeyFile is where the centre's private key lies in its data directory.
const KeyFile = "handover.key"

// Key opens what phones sealed for this centre: ECDH on P-256.
type Key struct{ private *ecdh.PrivateKey }

// OpenKey reads the key of a data directory, and makes one at the first start.
func OpenKey(dir string) (*Key, error) {
	secret, err := durable.Secret(dir, KeyFile, freshKey)
	if err != nil {
		return nil, fmt.Errorf("open the key for hand-over files: %w", err)
	}
	private, err := ecdh.P256().NewPrivateKey(secret)
	if err != nil {
		return nil, fmt.Errorf("open the key for hand-over files: %s: %w", filepath.Join(dir, KeyFile), err)
	}
	return &Key{private}, nil
}

func freshKey() ([]byte, error) {
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return private.Bytes(), nil
}

// Public is what phones seal for: the point, uncompressed, in base64url.
func (k *Key) Public() string { return base64.RawURLEncoding.EncodeToString(k.point()) }

func (k *Key) point() []byte { return k.private.PublicKey().Bytes() }

// mark is what stands in the head of a file that is for this key.
func (k *Key) mark() []byte {
	sum := sha256.Sum256(k.point())
	return sum[:wire.HandoverKeyBytes]
}
