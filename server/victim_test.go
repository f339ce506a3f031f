package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"buxun/server/photo"
)

// asVictim makes the child a server that meets with a misfortune of its own; its value is a misfortune as JSON.
const asVictim = "BUXUN_TEST_MISFORTUNE"

// misfortune is what happens to one life of the server from inside. The zero value is a quiet life.
type misfortune struct {
	// Kill is a step at which the process kills itself, the Nth time it comes to it: "clock" is any reading of the clock, which
	// judging and answering do; else what is done with photo files and in which folder, as "rename originals". After says that the
	// step is done first.
	Kill  string `json:",omitempty"`
	Nth   int64  `json:",omitempty"`
	After bool   `json:",omitempty"`
	// SlowMs is how long each step with photo files takes, and with the database's (slowdisk_test.go).
	SlowMs int `json:",omitempty"`
	// Switch is a file; while it is there the disk is read-only, for photos and database alike.
	Switch string `json:",omitempty"`
	// Steps are jumps of the wall clock in ms, one a StepMs, over and over.
	Steps  []int64 `json:",omitempty"`
	StepMs int64   `json:",omitempty"`
}

// victim is `buxun serve` with a misfortune. It gives the exit code.
func victim(plan string) int {
	syscall.Umask(0o077)
	v := &fated{born: time.Now()}
	if err := json.Unmarshal([]byte(plan), &v.misfortune); err != nil {
		fmt.Fprintln(os.Stderr, "read the misfortune:", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	t := terminal{os.Stdin, os.Stdout, os.Stderr}
	config, err := readConfig(os.Args[2:], t)
	if err == nil {
		config.Now, config.Files = v.now, v
		err = serveAs(ctx, config, t)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "buxun:", explain(err))
		return 1
	}
	return 0
}

// fated is the disk and the clock of a victim.
type fated struct {
	misfortune
	photo.Disk
	born  time.Time
	count atomic.Int64
}

func (v *fated) now() time.Time {
	v.come("clock", false)
	at := time.Now()
	if len(v.Steps) > 0 {
		turn := at.Sub(v.born).Milliseconds() / v.StepMs
		at = at.Add(time.Duration(v.Steps[turn%int64(len(v.Steps))]) * time.Millisecond)
	}
	return at
}

// come counts a step and ends everything where it was meant to end.
func (v *fated) come(step string, after bool) {
	if v.Kill != step || v.After != after || v.count.Add(1) != v.Nth {
		return
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // not one instruction more
}

// stepOf says what is done to a file: in its folder, or to the note beside an upload.
func stepOf(what, name string) string {
	folder := filepath.Base(filepath.Dir(name))
	if len(folder) == 2 {
		folder = filepath.Base(filepath.Dir(filepath.Dir(name)))
	}
	if strings.HasSuffix(name, ".kept") {
		folder = "note"
	}
	return what + " " + folder
}

// do does one step with a photo's file.
func (v *fated) do(what, name string, work func() error) error {
	v.come(stepOf(what, name), false)
	if v.SlowMs > 0 {
		<-time.After(time.Duration(v.SlowMs) * time.Millisecond)
	}
	if v.Switch != "" && what != "open" {
		if _, err := os.Stat(v.Switch); err == nil {
			return &fs.PathError{Op: what, Path: name, Err: syscall.EROFS}
		}
	}
	err := work()
	v.come(stepOf(what, name), true)
	return err
}

func (v *fated) open(what, name string, open func(string) (photo.File, error)) (photo.File, error) {
	var f photo.File
	err := v.do(what, name, func() (err error) { f, err = open(name); return err })
	if err != nil {
		return nil, err
	}
	return &fatedFile{f, v, name}, nil
}

func (v *fated) Create(name string) (photo.File, error) { return v.open("create", name, v.Disk.Create) }
func (v *fated) Append(name string) (photo.File, error) { return v.open("append", name, v.Disk.Append) }
func (v *fated) Open(name string) (photo.File, error)   { return v.open("open", name, v.Disk.Open) }

func (v *fated) Mkdir(name string) error {
	return v.do("mkdir", filepath.Join(name, "x"), func() error { return v.Disk.Mkdir(name) })
}

func (v *fated) Rename(from, to string) error {
	return v.do("rename", to, func() error { return v.Disk.Rename(from, to) })
}

func (v *fated) Remove(name string) error {
	return v.do("remove", name, func() error { return v.Disk.Remove(name) })
}

func (v *fated) SyncDir(name string) error {
	return v.do("syncdir", filepath.Join(name, "x"), func() error { return v.Disk.SyncDir(name) })
}

type fatedFile struct {
	photo.File
	v    *fated
	name string
}

func (f *fatedFile) Write(text []byte) (n int, err error) {
	err = f.v.do("write", f.name, func() (err error) { n, err = f.File.Write(text); return err })
	return n, err
}

func (f *fatedFile) Sync() error { return f.v.do("sync", f.name, f.File.Sync) }
