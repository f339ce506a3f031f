package numbering

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"buxun/server/es256"
	"buxun/shared"

	"github.com/google/uuid"
)

// KeyFile is the file in the data directory that makes the server's replica this one.
const KeyFile = "server-replica.json"

// identity is what the key file holds.
type identity struct {
	Replica string `json:"replica"`
	Key     []byte `json:"key"` // PKCS #8
}

// Signer signs for the server with its replica's key. It errs where there is none yet.
func Signer(directory string) (public []byte, sign func(text string) (string, error), err error) {
	if _, err := os.Stat(filepath.Join(directory, KeyFile)); err != nil {
		return nil, nil, fmt.Errorf("find the server's key: %w", err)
	}
	_, key, err := openKey(directory)
	if err != nil {
		return nil, nil, err
	}
	public, err = es256.MarshalKey(&key.PublicKey)
	return public, func(text string) (string, error) { return es256.Sign(key, text) }, err
}

// openKey reads the key file, or makes one that only its owner can read.
func openKey(directory string) (string, *ecdsa.PrivateKey, error) {
	path := filepath.Join(directory, KeyFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKey(path)
	}
	if err != nil {
		return "", nil, err
	}
	var kept identity
	if err := json.Unmarshal(text, &kept); err != nil {
		return "", nil, fmt.Errorf("read %s: %w", path, err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(kept.Key)
	if err != nil {
		return "", nil, fmt.Errorf("read %s: %w", path, err)
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || !shared.IsUUID(kept.Replica) {
		return "", nil, fmt.Errorf("read %s: it holds no replica and its key", path)
	}
	return kept.Replica, key, nil
}

func makeKey(path string) (string, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", nil, fmt.Errorf("make a key: %w", err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return "", nil, fmt.Errorf("make an id: %w", err)
	}
	kept := identity{Replica: id.String()}
	if kept.Key, err = x509.MarshalPKCS8PrivateKey(key); err != nil {
		return "", nil, fmt.Errorf("write the key: %w", err)
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return "", nil, fmt.Errorf("write the key: %w", err)
	}
	if err := keep(path, text); err != nil {
		return "", nil, fmt.Errorf("keep the key: %w", err)
	}
	return kept.Replica, key, nil
}

// keep writes a file that is either whole or not there.
func keep(path string, text []byte) error {
	file, err := os.OpenFile(path+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return err
	}
	directory, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(directory.Sync(), directory.Close())
}
