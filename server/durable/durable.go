// Package durable puts files on disk so that they are whole, under their name, before anybody hears of them (L2).
package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Folder puts a directory's entries on disk.
func Folder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("put %s on disk: %w", dir, err)
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("put %s on disk: %w", dir, err)
	}
	return nil
}

// Secret reads a secret of a data directory, and keeps what fresh makes (mode 0600) where there is none yet. Of two programs
// that start at once, one wins and both read what it wrote.
func Secret(dir, name string, fresh func() ([]byte, error)) ([]byte, error) {
	secret, err := os.ReadFile(filepath.Join(dir, name))
	if !errors.Is(err, fs.ErrNotExist) {
		return secret, err
	}
	if secret, err = fresh(); err != nil {
		return nil, fmt.Errorf("make %s: %w", name, err)
	}
	return keep(dir, name, secret)
}

func keep(dir, name string, secret []byte) ([]byte, error) {
	file, err := os.CreateTemp(dir, name+".*") // mode 0600
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
	place := filepath.Join(dir, name)
	if err := os.Link(file.Name(), place); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	if err := Folder(dir); err != nil {
		return nil, err
	}
	return os.ReadFile(place)
}
