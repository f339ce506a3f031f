package rescue

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"buxun/server/durable"
)

// errOther says that a file does not hold the bytes that it is named for.
var errOther = errors.New("its bytes are not those of its hash")

// copyFile copies a file so that it is whole and on disk under its new name, or not there. The bytes are compared with a hash
// on the way where one is given; it gives the hash that they have.
func copyFile(ctx context.Context, from, to, want string) (hash string, size int64, err error) {
	source, err := os.Open(from)
	if err != nil {
		return "", 0, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	if err := makeFolder(filepath.Dir(to)); err != nil {
		return "", 0, err
	}
	part, err := os.CreateTemp(filepath.Dir(to), ".part-*") // mode 0600
	if err != nil {
		return "", 0, err
	}
	defer os.Remove(part.Name())
	sum := sha256.New()
	size, err = io.Copy(io.MultiWriter(part, sum), reader{ctx, source})
	if err := errors.Join(err, part.Sync(), part.Close()); err != nil {
		return "", 0, err
	}
	if hash = hex.EncodeToString(sum.Sum(nil)); want != "" && hash != want {
		return hash, size, fmt.Errorf("%s: %w", from, errOther)
	}
	if err := os.Rename(part.Name(), to); err != nil {
		return "", 0, err
	}
	return hash, size, durable.Folder(filepath.Dir(to))
}

// hashFile reads a file through.
func hashFile(ctx context.Context, name string) (hash string, size int64, err error) {
	file, err := os.Open(name)
	if err != nil {
		return "", 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	sum := sha256.New()
	if size, err = io.Copy(sum, reader{ctx, file}); err != nil {
		return "", 0, err
	}
	return hex.EncodeToString(sum.Sum(nil)), size, nil
}

// reader stops when its context ends.
type reader struct {
	ctx  context.Context
	from io.Reader
}

func (r reader) Read(into []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(into)
}

// makeFolder makes a folder and those above it that only their owner may enter, and puts their entries on disk.
func makeFolder(name string) error {
	_, err := os.Stat(name)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := makeFolder(filepath.Dir(name)); err != nil {
		return err
	}
	if err := os.Mkdir(name, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return durable.Folder(filepath.Dir(name))
}
