package web

import (
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"buxun/server/identity"
	"buxun/shared"
)

func TestALinkLeadsWhereTheBrowserIs(t *testing.T) {
	w := newWorld(t)
	for origin, want := range map[string]string{
		"": "http://buxun.example", "https://city.example:8443": "https://city.example:8443", "null": "http://buxun.example", "javascript://x": "http://buxun.example", "https://": "http://buxun.example",
	} {
		r := httptest.NewRequest(http.MethodPost, "http://buxun.example/api/cases/x/links", http.NoBody)
		r.Header.Set("Origin", origin)
		if got := w.server.origin(r); got != want {
			t.Errorf("%q leads to %q, want %q", origin, got, want)
		}
	}
}

func TestWhenAContractorsPhotoWasTaken(t *testing.T) {
	for taken, want := range map[string]int64{
		"": 0, "0000:00:00 00:00:00": 0, "2026:07:01 08:30:00": 1782865800000, "2026:07:01 08:30:00+08:00": 1782865800000, "2026:07:01 00:30:00+00:00": 1782865800000, "2026:13:01 00:30:00": 0, "1969:01:01 00:00:00": 0,
	} {
		var got int64
		if exif := exifOf(taken); exif != nil {
			got = *exif.At
		}
		if got != want {
			t.Errorf("%q is %d, want %d", taken, got, want)
		}
	}
}

// link makes a link to the case that is with a unit, and gives its secret.
func (k *knock) link() string {
	k.t.Helper()
	made := k.ask(k.session("env-one"), "POST", k.fill("/api/cases/{case}/links", "env-one"), `{"contractor":"张师傅"}`, nil)
	_, rest, _ := strings.Cut(made.Body.String(), linkPath)
	secret, _, _ := strings.Cut(rest, `"`)
	if _, _, known, err := k.store.Link(k.t.Context(), identity.HashToken(secret)); err != nil || !known {
		k.t.Fatalf("%d %s", made.Code, made.Body)
	}
	return secret
}

// form sends a form by a link.
func (k *knock) form(secret string, body io.Reader) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, linkPath+secret, body)
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	answer := httptest.NewRecorder()
	k.ServeHTTP(answer, r)
	return answer
}

// naught is no end of zeros.
type naught struct{}

func (naught) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// A form is read up to its limit and not a byte further, whatever it says of itself, and nothing of it stays on the disk. Its parts are
// each small enough for a photo.
func TestAFormThatIsTooLargeIsReadNoFurther(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	k := newKnock(t)
	secret := k.link()
	const parts, head, tail = 3, "--x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n\r\n", "\r\n"
	for size, want := range map[int64]string{maxLinkBytes: "不是照片", maxLinkBytes + 1: "照片太大了", 3 * maxLinkBytes: "照片太大了"} {
		const end = "--x--\r\n"
		content := size - int64(len(end)) - parts*int64(len(head)+len(tail))
		var pieces []io.Reader
		for n := range int64(parts) {
			pieces = append(pieces, strings.NewReader(head), io.LimitReader(naught{}, content*(n+1)/parts-content*n/parts), strings.NewReader(tail))
		}
		body := &counted{Reader: io.MultiReader(append(pieces, strings.NewReader(end))...)}
		answer := k.form(secret, body)
		if answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), want) || body.read > maxLinkBytes+1 {
			t.Errorf("a form of %d bytes, of which %d were read: %d, and the page says %s: %t", size, body.read, answer.Code, want, strings.Contains(answer.Body.String(), want))
		}
		if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) != 0 {
			t.Errorf("after a form of %d bytes there are %v, %v", size, left, err)
		}
	}
}

// A disk that does not take a form is nobody's mistake who sends it.
func TestL12_AFormThatTheDiskDoesNotTakeIsNotCalledMalformed(t *testing.T) {
	k := newKnock(t)
	secret := k.link()
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "gone"))
	body := io.MultiReader(strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n\r\n"), io.LimitReader(naught{}, 2*linkMemory+10<<20), strings.NewReader("\r\n--x--\r\n"))
	if answer := k.form(secret, body); answer.Code != http.StatusInternalServerError {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
	if code := shared.FaultCode(unkept(&fs.PathError{Op: "write", Path: "form", Err: syscall.ENOSPC})); code != "storage.full" {
		t.Errorf("a full disk: %s", code)
	}
	if code := shared.FaultCode(unkept(io.ErrUnexpectedEOF)); code != "request.malformed" {
		t.Errorf("a form that was cut: %s", code)
	}
}

// counted counts what is read.
type counted struct {
	io.Reader
	read int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read += int64(n)
	return n, err
}

// Forms take room on the disk: only a few come at once, and the others are told to come back.
func TestOnlyAFewFormsComeAtOnce(t *testing.T) {
	k := newKnock(t)
	secret := k.link()
	send := func(body io.Reader) *httptest.ResponseRecorder { return k.form(secret, body) }
	var ends []*io.PipeWriter
	answers := make(chan int, linkForms)
	for range linkForms {
		body, end := io.Pipe()
		ends = append(ends, end)
		go func() { answers <- send(body).Code }()
		_, err := end.Write([]byte("--x\r\n")) // it is being read
		k.must(err)
	}
	if answer := send(strings.NewReader("--x--\r\n")); answer.Code != http.StatusServiceUnavailable || answer.Header().Get("Retry-After") == "" {
		t.Errorf("one more: %d %s", answer.Code, answer.Body)
	}
	for _, end := range ends {
		k.must(end.Close())
		if code := <-answers; code != http.StatusUnprocessableEntity {
			t.Errorf("a form without a photo: %d", code)
		}
	}
	if answer := send(strings.NewReader("--x--\r\n")); answer.Code != http.StatusUnprocessableEntity {
		t.Errorf("after them: %d %s", answer.Code, answer.Body)
	}
}
