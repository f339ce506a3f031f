package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tricks are ways in which strangers write a path to a file of the data; %[1]s is the path below the data directory, %[2]s the
// same with its slashes encoded, %[3]s the whole path on the disk.
var tricks = []string{
	"/%[1]s", "//%[1]s", "/../%[1]s", "/../../%[1]s", "/./%[1]s", "/%%2e%%2e/%[1]s", "/..%%2f%[2]s", "/..%%5c%[2]s", `/..\%[1]s`, "/%%00/%[1]s", "/%[1]s%%00.js", "%[3]s", "/%[3]s",
	"/assets/../%[1]s", "/assets/..%%2f..%%2f%[2]s", "/assets/%%2e%%2e%%2f%[2]s", "/install/../%[1]s", "/install/..%%2f%[2]s", "/api/taxonomy/..%%2f%[2]s", "/api/taxonomy/..%%2f..%%2f%[2]s",
	"/api/photos/..%%2f%[2]s", "/api/photos/..%%2f..%%2f%[2]s", "/api/photos/%[2]s", "/api/photos/%%252e%%252e%%252f%[2]s", "/api/uploads/..%%2f%[2]s", "/api/uploads/%[2]s",
	"/api/office/files/..%%2f%[2]s", "/api/office/areas/..%%2f%[2]s", "/data/%[1]s", "/.%%2e/data/%[1]s", "http://elsewhere.example/%[1]s", "/?file=%[1]s", "/index.html/../%[1]s",
}

// No file of the data directory leaves by its path, whoever asks and however the path is written: photos leave by their hash
// and the scope of who asks, all else not at all.
func TestL10_NoFileOfTheDataLeavesByItsPath(t *testing.T) {
	dir := demoData(t)
	r := start(t, dir)
	admin := signedIn(t, r.URL(), "admin")
	site, err := url.Parse(r.URL())
	must(t, err)
	cookie := ""
	for _, one := range admin.HTTP.Jar.Cookies(site) {
		cookie += one.String() + "; "
	}
	found := map[string][]byte{}
	folders := map[string]int{}
	must(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || folders[filepath.Dir(filepath.Dir(path))] >= 2 { // photos lie in many folders alike
			return err
		}
		text, err := os.ReadFile(path)
		if len(text) >= 16 {
			folders[filepath.Dir(filepath.Dir(path))]++
			below, _ := filepath.Rel(dir, path)
			found[below] = text[:min(len(text), 256)]
		}
		return err
	}))
	if len(found) < 3 {
		t.Fatalf("only %d files of the data are found", len(found))
	}
	for below, begins := range found {
		for _, trick := range tricks {
			target := fmt.Sprintf(trick+"%.0[1]s%.0[2]s%.0[3]s", below, strings.ReplaceAll(below, "/", "%2f"), filepath.Join(dir, below))
			for _, as := range []string{"", cookie} {
				if answer := rawly(t, r.listener.Addr().String(), target, as); bytes.Contains(answer, begins) {
					t.Errorf("GET %s brings the file %s", target, below)
				}
			}
		}
	}
}

// rawly asks for a target as it is written: clients tidy paths up before they send them.
func rawly(t *testing.T, address, target, cookie string) []byte {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	must(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\nCookie: %s\r\nConnection: close\r\n\r\n", target, cookie)
	must(t, err)
	answer, err := io.ReadAll(conn)
	must(t, err)
	if !bytes.HasPrefix(answer, []byte("HTTP/1.1 ")) {
		t.Errorf("GET %s is answered %.80q", target, answer)
	}
	return answer
}
