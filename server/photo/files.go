package photo

import (
	"io"
	"io/fs"
	"os"
)

// Files is the little of a filesystem that photos need. Tests trace it, fill it up and cut its power.
type Files interface {
	// Create makes an empty file; one that exists fails with fs.ErrExist.
	Create(name string) (File, error)
	// Append opens a file for writing at its end.
	Append(name string) (File, error)
	Open(name string) (File, error)
	Stat(name string) (fs.FileInfo, error)
	Mkdir(name string) error
	// Rename replaces what is at the new name.
	Rename(from, to string) error
	Remove(name string) error
	// SyncDir puts a folder's entries on disk.
	SyncDir(name string) error
	ReadDir(name string) ([]fs.DirEntry, error)
}

// File is an open file. Sync puts its bytes on disk.
type File interface {
	io.ReadWriteSeeker
	io.ReaderAt
	io.Closer
	Sync() error
	Stat() (fs.FileInfo, error)
}

// Disk is the operating system's filesystem.
type Disk struct{}

// Create makes a file that only the server's own account may read.
func (Disk) Create(name string) (File, error) {
	return file(os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600))
}

// Append opens a file for writing at its end.
func (Disk) Append(name string) (File, error) {
	return file(os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0))
}

// Open opens a file for reading.
func (Disk) Open(name string) (File, error) { return file(os.Open(name)) }

// file keeps a failed *os.File from becoming a File that is not nil.
func file(f *os.File, err error) (File, error) {
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Stat describes a file.
func (Disk) Stat(name string) (fs.FileInfo, error) { return os.Stat(name) }

// Mkdir makes a folder that only the server's own account may enter.
func (Disk) Mkdir(name string) error { return os.Mkdir(name, 0o700) }

// Rename moves a file.
func (Disk) Rename(from, to string) error { return os.Rename(from, to) }

// Remove deletes a file.
func (Disk) Remove(name string) error { return os.Remove(name) }

// ReadDir lists a folder.
func (Disk) ReadDir(name string) ([]fs.DirEntry, error) { return os.ReadDir(name) }

// SyncDir puts a folder's entries on disk.
func (Disk) SyncDir(name string) error {
	dir, err := os.Open(name)
	if err != nil {
		return err
	}
	if err := dir.Sync(); err != nil {
		_ = dir.Close()
		return err
	}
	return dir.Close()
}
