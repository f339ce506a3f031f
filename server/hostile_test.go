package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	_ "image/png" // for decodeAny
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"buxun/shared"
	"buxun/sync/drive"
)

// What one file may cost the server beside what it uses anyway, and how long it may keep its phone and its picture waiting.
const (
	mostMemory   = 320 << 20 // decoding may take 160 MB, and as much may wait for the collector
	mostTime     = 10 * time.Second
	mostTimeBomb = 40 * time.Second
)

func decodeAny(t testing.TB, data []byte) (image.Rectangle, string) {
	t.Helper()
	picture, kind, err := image.Decode(bytes.NewReader(data))
	must(t, err)
	return picture.Bounds(), kind
}

// sample is one file that is sent straight at the server, as no honest phone would.
type sample struct {
	name   string
	bytes  []byte
	server string // what the server makes of it
	kind   string // as which it is served
	screen int    // status of asking for its picture for the screen
	most   time.Duration
}

// hostiles are the files of server/photo/testdata, and what is made of them: each good one cut at each eighth, other kinds of
// files, and bombs.
func hostiles(t testing.TB) (found []sample) {
	t.Helper()
	const folder = "photo/testdata"
	text, err := os.ReadFile(filepath.Join(folder, "files.json"))
	must(t, err)
	var table struct {
		Files []struct{ File, Server, Type string }
	}
	must(t, json.Unmarshal(text, &table))
	for _, row := range table.Files {
		data, err := os.ReadFile(filepath.Join(folder, row.File))
		must(t, err)
		found = append(found, sample{row.File, data, row.Server, row.Type, http.StatusOK, mostTime})
		for eighth := 1; eighth < 8 && strings.HasPrefix(row.File, "good"); eighth++ {
			found = append(found, sample{fmt.Sprintf("%d/8 of %s", eighth, row.File), data[:len(data)*eighth/8], "damaged", "", 0, mostTime})
		}
	}
	for name, words := range map[string]string{
		"a PDF":                          "%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
		"an MP4":                         "\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41\x00\x00\x00\x08free\x00\x00\x00\x08mdat",
		"a GIF":                          "GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;",
		"HTML behind the mark of a JPEG": "\xff\xd8\xff<html><script>alert(1)</script></html>",
		"HTML behind a UTF-8 mark":       "\xef\xbb\xbf<!doctype html><script>alert(1)</script>",
		"a program":                      "#!/bin/sh\nrm -rf /\n",
		"one byte":                       "x",
	} {
		found = append(found, sample{name, []byte(words), "damaged", "", 0, mostTime})
	}
	for _, b := range bombs(t) {
		kind := map[bool]string{true: "image/jpeg", false: "image/png"}[b.bytes[0] == 0xFF]
		found = append(found, sample{b.name, b.bytes, b.server, kind, b.screen, mostTimeBomb})
	}
	return found
}

// build makes the program as it is shipped: the race detector's own memory would hide what is measured.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "buxun")
	if out, err := exec.Command("go", "build", "-tags", "sqlite_fts5", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	return program
}

func TestHostileFilesStraightAtTheServer(t *testing.T) {
	server := launch(t, build(t), demoData(t))
	phone, replica := enrolled(t, server.url, "c601")
	line := greeted(t, phone, replica)
	leader := signedIn(t, server.url, "l6")
	all := hostiles(t)
	for some := range slices.Chunk(all, 20) {
		nameAll(t, replica, some)
		answers, err := line.Push(replica)
		must(t, err)
		for i, answer := range answers {
			if want := map[bool]string{true: "operation.malformed"}[some[i].server == "operation.malformed"]; answer.Fault != want {
				t.Errorf("%s: naming it is answered %s %q, want %q", some[i].name, answer.Outcome, answer.Fault, want)
			}
		}
	}
	settled := picture(t, 7_000)
	report(t, replica, settled)
	_, err := line.Push(replica)
	must(t, err)
	_, err = phone.Upload(t.Context(), replica, settled)
	must(t, err)
	base := server.memory(t)
	for n, one := range all {
		server.forgetPeak(t)
		began := time.Now()
		one.sendTo(t, phone, replica)
		for _, size := range []string{"", "screen", "preview"} {
			one.lookAt(t, leader, size)
		}
		if one.server == "here" {
			afterIts(t, phone, replica, line, n)
		}
		took, more := time.Since(began), server.memory(t)-base
		if took > one.most || more > mostMemory {
			t.Errorf("%s (%d bytes) took %v and %d MB", one.name, len(one.bytes), took, more>>20)
		}
		if took > time.Second || more > 64<<20 {
			t.Logf("%s (%d bytes): %v, %d MB over %d", one.name, len(one.bytes), took.Round(time.Millisecond), more>>20, base>>20)
		}
		one.lookAt(t, leader, "screen") // now that it is made, or never will be
	}
}

// nameAll makes an operation for each sample that names it.
func nameAll(t *testing.T, r *drive.Replica, some []sample) {
	t.Helper()
	for _, one := range some {
		now := time.Now().UnixMilli()
		_, err := r.Make(shared.Body{
			Case: drive.NewID(), Source: shared.SourceCollector, Action: shared.ActionReport, Taxonomy: "1",
			Payload: shared.Payload{Category: category, Description: one.name}, Time: shared.DeviceTime{Device: now},
			Photos: []shared.Photo{{
				Hash: shared.HashText(string(one.bytes)), Size: int64(len(one.bytes)), Type: "text/html", Origin: shared.OriginCamera, Part: shared.PartScene, TakenAt: now,
			}},
		})
		must(t, err)
	}
}

// sendTo uploads the sample and wants the answer that stands in the table.
func (s sample) sendTo(t *testing.T, phone *drive.Client, r *drive.Replica) {
	t.Helper()
	state, err := phone.Upload(t.Context(), r, s.bytes)
	switch {
	case s.server == "operation.malformed":
		if code := shared.FaultCode(err); code != "photo.notNamed" {
			t.Errorf("%s: what no operation names is answered %s, %v", s.name, state, err)
		}
	case shared.FaultCode(err) == "photo.held" && s.name == "good-gps.jpg": // it is one of the demo's
	case err != nil || string(state) != s.server:
		t.Errorf("%s: answered %s, %v, want %s", s.name, state, err, s.server)
	}
}

// served are the only types that photos leave as.
var served = []string{"image/jpeg", "image/png", "image/webp", "image/heic", "image/heif", "image/avif"}

// lookAt fetches the sample in a size as the leader, and wants either an image that a browser can only show, or a problem.
func (s sample) lookAt(t *testing.T, reader *drive.Client, size string) {
	t.Helper()
	hash := shared.HashText(string(s.bytes))
	answer, err := reader.HTTP.Get(reader.Base + "/api/photos/" + hash + "?size=" + size)
	must(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	must(t, err)
	kind, header := answer.Header.Get("Content-Type"), answer.Header
	wants := s.server == "here"
	switch {
	case size == "screen" && wants:
		wants = s.screen == http.StatusOK
	case size == "preview":
		wants = wants && s.kind == "image/jpeg" && len(s.bytes) <= shared.MaxPreviewBytes
	}
	if ok := answer.StatusCode == http.StatusOK; ok != wants {
		t.Errorf("%s in size %q: status %d", s.name, size, answer.StatusCode)
	}
	if header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Cache-Control") != "no-store" || header.Get("Content-Security-Policy") == "" {
		t.Errorf("%s in size %q: headers %v", s.name, size, header)
	}
	if answer.StatusCode != http.StatusOK {
		if kind != "application/problem+json; charset=utf-8" || bytes.Contains(body, []byte("<")) {
			t.Errorf("%s in size %q: a refusal of type %s: %.80q", s.name, size, kind, body)
		}
		return
	}
	want := s.kind
	if strings.Contains(header.Get("Etag"), "-screen") {
		want = "image/jpeg"
	}
	disposition := `inline; filename="` + hash[:12] + "."
	if kind != want || !slices.Contains(served, kind) || header.Get("Content-Security-Policy") != "sandbox; default-src 'none'" ||
		!strings.HasPrefix(header.Get("Content-Disposition"), disposition) {
		t.Errorf("%s in size %q is served as %s (want %s): %v", s.name, size, kind, want, header)
	}
	if sniffed := http.DetectContentType(body); !strings.HasPrefix(sniffed, "image/") && sniffed != "application/octet-stream" {
		t.Errorf("%s in size %q: a browser would take the bytes for %s", s.name, size, sniffed)
	}
}

// afterIts waits until the server is through with a sample's picture: pictures are made one after the other, so it is when a
// later one is there.
func afterIts(t *testing.T, phone *drive.Client, r *drive.Replica, line *drive.Wire, n int) {
	t.Helper()
	later := wide(t, n)
	_, hash := report(t, r, later)
	_, err := line.Push(r)
	must(t, err)
	_, err = phone.Upload(t.Context(), r, later)
	must(t, err)
	for end := time.Now().Add(mostTimeBomb); ; {
		answer, err := phone.HTTP.Head(phone.Base + "/api/photos/" + hash + "?size=screen")
		must(t, err)
		must(t, answer.Body.Close())
		if strings.Contains(answer.Header.Get("Etag"), "-screen") {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("no picture is made any more: status %d", answer.StatusCode)
		}
	}
}

// memory is the most that the process had in memory since forgetPeak, in bytes.
func (c *child) memory(t *testing.T) int64 {
	t.Helper()
	if runtime.GOOS != "linux" {
		return 0
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.Process.Pid))
	must(t, err)
	_, after, _ := strings.Cut(string(text), "VmHWM:")
	kilobytes, err := strconv.ParseInt(strings.Fields(after)[0], 10, 64)
	must(t, err)
	return kilobytes << 10
}

func (c *child) forgetPeak(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "linux" {
		must(t, os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", c.Process.Pid), []byte("5"), 0))
	}
}
