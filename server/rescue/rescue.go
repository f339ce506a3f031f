// Package rescue makes backups of a centre's data, proves that they are good, and restores them. A backup is a folder; the
// photos of all backups in one place lie together, each once, because a photo never changes. It must not know of the network.
package rescue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"buxun/server/sqlite"
	"buxun/shared"
)

// Format of a backup that this program writes and reads.
const Format = 1

const (
	databaseFile = "buxun.db"
	manifestFile = "manifest.json"
	photosFolder = "photos"
	tlsFolder    = "tls"
)

// keyFiles are what makes the server this one: without them receipts and anchors of phones cannot be checked.
var keyFiles = []string{"server.key", "server-replica.json", "handover.key", "push.key"}

// Manifest is what a backup says of itself.
type Manifest struct {
	Format  int    `json:"format"`
	Program string `json:"program"`
	MadeAt  int64  `json:"madeAt"` // server's clock
	Epoch   string `json:"epoch"`
	// Files are those of this backup alone, by their names within it; the photos are known by their hashes.
	Files  map[string]File `json:"files"`
	Totals sqlite.Totals   `json:"totals"`
	// Missing are photos that the database knows and that were not in the data's storage, or not whole.
	Missing []string `json:"missing,omitempty"`
}

// File is one file of a backup.
type File struct {
	Size int64  `json:"size"`
	Hash string `json:"hash"` // SHA-256
}

// place is where a photo lies below the folder of photos, in the data directory as in a place of backups.
func place(p sqlite.PhotoKept) string {
	folder := "originals"
	if p.Here == shared.ArrivalDamaged {
		folder = "quarantine"
	}
	return filepath.Join(folder, p.Hash[:2], p.Hash)
}

// eachPhoto calls do for every photo that the database knows.
func eachPhoto(ctx context.Context, store *sqlite.Store, do func(p sqlite.PhotoKept) error) error {
	for after := ""; ; {
		page, err := store.PhotosKept(ctx, after, 500)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, p := range page {
			if err := do(p); err != nil {
				return err
			}
		}
		after = page[len(page)-1].Hash
	}
}

// nameOf is a backup's name: names sort by the time they were made.
func nameOf(at time.Time) string { return at.UTC().Format("20060102T150405.000Z") }

// Find finds a backup: the folder itself, or the last one in a place of backups.
func Find(from string) (string, error) {
	if _, err := os.Stat(filepath.Join(from, manifestFile)); err == nil {
		return from, nil
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return "", fmt.Errorf("find a backup: %w", err)
	}
	for _, entry := range slices.Backward(entries) {
		if strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		if _, err := os.Stat(filepath.Join(from, entry.Name(), manifestFile)); err == nil {
			return filepath.Join(from, entry.Name()), nil
		}
	}
	return "", fmt.Errorf("there is no backup in %s", from)
}

// ReadManifest reads what a backup says of itself.
func ReadManifest(backup string) (m Manifest, err error) {
	text, err := os.ReadFile(filepath.Join(backup, manifestFile))
	if err != nil {
		return m, fmt.Errorf("read the backup: %w", err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("read the backup's %s: %w", manifestFile, err)
	}
	if m.Format != Format {
		return m, fmt.Errorf("the backup %s is of format %d, this buxun reads %d", backup, m.Format, Format)
	}
	for name := range m.Files {
		if !filepath.IsLocal(name) {
			return m, fmt.Errorf("the backup %s names the file %q", backup, name)
		}
	}
	if _, ok := m.Files[databaseFile]; !ok {
		return m, errors.New("the backup names no database")
	}
	return m, nil
}
