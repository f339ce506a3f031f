package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"buxun/server/identity"
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

// Forms take room on the disk: only a few come at once, and the others are told to come back.
func TestOnlyAFewFormsComeAtOnce(t *testing.T) {
	k := newKnock(t)
	made := k.ask(k.session("env-one"), "POST", k.fill("/api/cases/{case}/links", "env-one"), `{"contractor":"张师傅"}`, nil)
	_, rest, _ := strings.Cut(made.Body.String(), linkPath)
	secret, _, _ := strings.Cut(rest, `"`)
	if _, _, known, err := k.store.Link(t.Context(), identity.HashToken(secret)); err != nil || !known {
		t.Fatalf("%d %s", made.Code, made.Body)
	}
	send := func(body io.Reader) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, linkPath+secret, body)
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		answer := httptest.NewRecorder()
		k.ServeHTTP(answer, r)
		return answer
	}
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
