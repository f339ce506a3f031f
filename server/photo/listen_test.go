package photo

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"buxun/shared"
)

// Recordings of about a second as Chromium's MediaRecorder gives them: at once when it stopped, and streamed in pieces.
var recordings = map[string]string{
	"chromium.webm": typeWebM, "chromium.streamed.webm": typeWebM, "chromium.mp4": typeMP4, "chromium.streamed.mp4": typeMP4,
}

func recording(t testing.TB, name string) []byte { t.Helper(); return testdata(t, "voice/"+name) }

// swapped puts something else in the place of the first piece of the data.
func swapped(t testing.TB, data []byte, old, put string) []byte {
	t.Helper()
	if !bytes.Contains(data, []byte(old)) {
		t.Fatalf("there is no %q", old)
	}
	return bytes.Replace(data, []byte(old), []byte(put), 1)
}

func heard(t testing.TB, data []byte) string {
	t.Helper()
	seen, err := Listen(bytes.NewReader(data), int64(len(data)))
	if err != nil || seen != (Seen{Type: seen.Type}) {
		t.Fatalf("heard %+v, %v", seen, err)
	}
	return seen.Type
}

func TestListenTakesWhatBrowsersRecord(t *testing.T) {
	for name, kind := range recordings {
		if got := heard(t, recording(t, name)); got != kind {
			t.Errorf("%s is %q, want %s", name, got, kind)
		}
		if seen, err := Inspect(bytes.NewReader(recording(t, name)), int64(len(recording(t, name)))); err != nil || seen.Type != "" {
			t.Errorf("%s is taken for the image %q, %v", name, seen.Type, err)
		}
	}
	// Safari writes AAC; what its boxes hold otherwise is the same to this look.
	if got := heard(t, swapped(t, recording(t, "chromium.mp4"), "Opus", "mp4a")); got != typeMP4 {
		t.Errorf("AAC is %q", got)
	}
}

// lasting is a streamed WebM whose last block stands at so many milliseconds.
func lasting(t testing.TB, ms int) []byte {
	t.Helper()
	data := recording(t, "chromium.streamed.webm")
	cluster := []byte("\x1f\x43\xb6\x75\x01\xff\xff\xff\xff\xff\xff\xff\xe7\x84")
	cluster = binary.BigEndian.AppendUint32(cluster, uint32(ms))
	return append(append(slices.Clone(data), cluster...), "\xa3\x88\x81\x00\x00\x80\xfb\x03\xff\xfe"...)
}

// hostile is what must not pass for a voice note.
func hostile(t testing.TB) map[string][]byte {
	webm, streamed, mp4 := recording(t, "chromium.webm"), recording(t, "chromium.streamed.webm"), recording(t, "chromium.mp4")
	long := slices.Clone(mp4)
	at := bytes.Index(long, []byte("trun")) + 16 // the ticks of the first sample
	binary.BigEndian.PutUint32(long[at:], 48_000*70)
	void := bytes.Index(webm, []byte("\xec\xae\x00")) + 2
	hidden := slices.Clone(webm)
	copy(hidden[void:], "<script>alert(1)</script>")
	files := map[string][]byte{
		"nothing":                     {},
		"html":                        []byte("<!doctype html><script>alert(1)</script>"),
		"an ID3 tag":                  []byte("ID3\x04\x00\x00\x00\x00\x00\x00"),
		"ogg":                         []byte("OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00"),
		"a wave file":                 []byte("RIFF\x24\x00\x00\x00WAVEfmt "),
		"a header of WebM alone":      webm[:36],
		"html behind WebM":            append(slices.Clone(webm), "<html>"...),
		"html behind streamed WebM":   append(slices.Clone(streamed), "<html><body>"...),
		"html in the padding of WebM": hidden,
		"html behind MP4":             append(slices.Clone(mp4), "<html><body>"...),
		"a box of html in MP4":        append(slices.Clone(mp4), "\x00\x00\x00\x0ehtml<html>"...),
		"a film in WebM":              swapped(t, webm, "\x83\x81\x02\x86", "\x83\x81\x01\x86"),
		"another codec in WebM":       swapped(t, webm, "A_OPUS", "A_FLAC"),
		"Matroska":                    swapped(t, webm, "webm", "mkv\x00"),
		"a film in MP4":               swapped(t, mp4, "soun", "vide"),
		"another codec in MP4":        swapped(t, mp4, "Opus", "avc1"),
		"MP4 without its description": swapped(t, mp4, "moov", "skip"),
		"MP4 without sound":           swapped(t, mp4, "mdat", "skip"),
		"66 seconds of WebM":          lasting(t, shared.MaxVoiceMs+6_000),
		"70 seconds of MP4":           long,
		"more than a voice note":      append(slices.Clone(streamed), bytes.Repeat([]byte{0}, shared.MaxVoiceBytes)...),
	}
	for name, data := range map[string][]byte{"WebM": webm, "MP4": mp4} {
		for _, left := range []int{20, 60, 200, len(data) / 2, len(data) - 1} {
			files[fmt.Sprintf("%s cut off after %d", name, left)] = data[:left]
		}
	}
	return files
}

func TestListenRefusesWhatIsNoVoiceNote(t *testing.T) {
	for name, data := range hostile(t) {
		if got := heard(t, data); got != "" {
			t.Errorf("%s passes for %s", name, got)
		}
	}
	if heard(t, lasting(t, shared.MaxVoiceMs)) == "" {
		t.Error("a whole minute does not pass")
	}
	if _, err := Listen(brokenDisk{}, 5000); err == nil {
		t.Error("a failing disk is taken for bytes that are no sound")
	}
}

func (p phone) nameVoice(data []byte) (hash string) {
	hash = hashOf(data)
	p.d.ledger.named[p.replica+hash] = Named{Size: int64(len(data)), Kind: kindVoice, Type: typeWebM, Author: p.author, Here: shared.ArrivalWaiting}
	return hash
}

func TestL7_AVoiceNoteIsTheBytesThatWereRecorded(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	for name, kind := range recordings {
		data := recording(t, name)
		hash := p.nameVoice(data)
		p.create(hash, len(data)).want(t, http.StatusCreated, "")
		p.patch(hash, 0, data[:1000]).want(t, http.StatusNoContent, "")
		if at := p.head(hash).offset(t); at != 1000 { // L8
			t.Fatalf("%s goes on at %d", name, at)
		}
		r := p.patch(hash, 1000, data[1000:])
		if r.header.Get(HeaderPhoto) != hash || r.header.Get(HeaderState) != "here" {
			t.Errorf("%s is acknowledged as %q", name, r.header.Get(HeaderState))
		}
		got := d.get("/api/photos/" + hash)
		got.want(t, http.StatusOK, "")
		for header, want := range map[string]string{
			"Content-Type": kind, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
			"Content-Security-Policy": "sandbox; default-src 'none'", "Content-Disposition": `attachment; filename="` + hash[:12] + "." + extensions[kind] + `"`,
		} {
			if got.header.Get(header) != want {
				t.Errorf("%s: %s is %q, want %q", name, header, got.header.Get(header), want)
			}
		}
		if !bytes.Equal(got.body, data) {
			t.Errorf("%s came back as other bytes", name)
		}
		if part := d.get("/api/photos/"+hash, "Range", "bytes=10-19"); part.status != http.StatusPartialContent || !bytes.Equal(part.body, data[10:20]) {
			t.Errorf("%s: a range is %d with %d bytes", name, part.status, len(part.body))
		}
		d.get("/api/photos/"+hash+"?size=screen").want(t, http.StatusUnprocessableEntity, "photo.damaged")
		d.get("/api/photos/"+hash, "Test-Stranger", "1").want(t, http.StatusNotFound, "photo.notHere")
	}
}

func TestL7_WhatIsNoVoiceNoteIsKeptAsideAndNeverServed(t *testing.T) {
	d := newDesk(t, Options{})
	p := d.phone(1)
	for name, data := range hostile(t) {
		if len(data) == 0 || len(data) > shared.MaxVoiceBytes { // no operation may name these
			continue
		}
		hash := p.nameVoice(data)
		p.create(hash, len(data)).want(t, http.StatusCreated, "")
		if r := p.patch(hash, 0, data); r.header.Get(HeaderState) != "damaged" {
			t.Errorf("%s is acknowledged as %q", name, r.header.Get(HeaderState))
		}
		d.get("/api/photos/"+hash).want(t, http.StatusUnprocessableEntity, "photo.damaged")
		p.create(hash, len(data)).want(t, http.StatusUnprocessableEntity, "voice.damaged")
	}
	hash := p.nameVoice([]byte("short"))
	p.create(hash, shared.MaxVoiceBytes+1).want(t, http.StatusRequestEntityTooLarge, "voice.tooLarge")
}

// Somebody who names another's voice note as a photo, or the reverse, and shows to have its bytes, takes nothing from it.
func TestL7_WhatBytesAreNamedAsDoesNotChangeWhatTheyAre(t *testing.T) {
	d := newDesk(t, Options{})
	a, b := d.phone(1), d.phone(2)
	data := recording(t, "chromium.webm")
	hash := a.nameVoice(data)
	a.create(hash, len(data)).want(t, http.StatusCreated, "")
	a.patch(hash, 0, data)
	b.name(data)
	b.create(hash, len(data)).want(t, http.StatusCreated, "")
	if r := b.patch(hash, 0, data); r.header.Get(HeaderState) != "here" {
		t.Errorf("the second is told %q", r.header.Get(HeaderState))
	}
	d.get("/api/photos/"+hash).want(t, http.StatusOK, "")
	for _, arrival := range d.ledger.arrivals() {
		if strings.Contains(arrival, "damaged") {
			t.Errorf("the ledger hears %s", arrival)
		}
	}
}

func FuzzListen(f *testing.F) {
	for name := range recordings {
		f.Add(recording(f, name))
	}
	for _, data := range hostile(f) {
		if len(data) < 1<<16 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if kind := heard(t, data); kind != "" && extensions[kind] == "" {
			t.Errorf("heard %q", kind)
		}
	})
}
