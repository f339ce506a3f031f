package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"buxun/server/notice"
)

// Where a webhook leads and by what its messages are signed is written and never read again; a secret that was made is told once.
func TestL10_AWebhooksSecretIsToldOnce(t *testing.T) {
	w := newWorld(t)
	answer := w.office("POST", "webhooks", `{"name":"desk","url":"https://desk.example.org/a-key-in-the-path","format":"json","events":"filed,closed"}`, 0)
	var made hookAnswer
	w.must(json.Unmarshal(answer.Body.Bytes(), &made))
	if answer.Code != http.StatusCreated || len(made.Secret) != 48 || made.Host != "https://desk.example.org" {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	path := fmt.Sprintf("webhooks/%d", made.ID)
	for _, answer := range []*httptest.ResponseRecorder{w.office("GET", "webhooks", "", 0), w.office("PUT", path, `{"paused":"1"}`, 1), w.office("GET", path+"/log", "", 0), w.office("GET", "trail?subject=webhook:desk", "", 0)} {
		if answer.Code != http.StatusOK || strings.Contains(answer.Body.String(), made.Secret) || strings.Contains(answer.Body.String(), "a-key-in-the-path") {
			t.Errorf("%d %s", answer.Code, answer.Body)
		}
	}
	if answer := w.office("PUT", path, `{"paused":""}`, 1); answer.Code != http.StatusPreconditionFailed {
		t.Errorf("what somebody changed meanwhile is answered %d", answer.Code)
	}
	hooks, err := w.store.Webhooks(t.Context())
	if err != nil || hooks[0].Secret != made.Secret || !strings.HasSuffix(hooks[0].URL, "a-key-in-the-path") || !hooks[0].Paused || len(hooks[0].Events) != 2 {
		t.Errorf("kept %+v, %v", hooks, err)
	}
	renewed := w.office("PUT", path, `{"renew":"1"}`, 2)
	if body := renewed.Body.String(); !strings.Contains(body, `"secret":"`) || strings.Contains(body, made.Secret) {
		t.Errorf("renewed: %s", body)
	}
	if answer := w.office("DELETE", path, "", 3); answer.Code != http.StatusNoContent {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
}

func TestWhatAWebhookCannotBe(t *testing.T) {
	w := newWorld(t)
	for body, field := range map[string]string{
		`{"name":"","url":"https://x.example","format":"json","events":"filed"}`:                   "name",
		`{"name":"x","url":"ftp://x.example","format":"json","events":"filed"}`:                    "url",
		`{"name":"x","url":"http://x.example","format":"wecom","events":"filed"}`:                  "url",
		`{"name":"x","url":"https://x.example","format":"json","events":""}`:                       "events",
		`{"name":"x","url":"https://x.example","format":"json","events":"filed","secret":"short"}`: "secret",
	} {
		if answer := w.office("POST", "webhooks", body, 0); answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), `"name":"`+field+`"`) {
			t.Errorf("%s: %d %s", body, answer.Code, answer.Body)
		}
	}
	for _, body := range []string{`{"name":"x","url":"https://x.example","format":"xml","events":"filed"}`, `{"name":"x","url":"https://x.example","format":"json","events":"weather"}`} {
		if answer := w.office("POST", "webhooks", body, 0); answer.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", body, answer.Code)
		}
	}
}

// The test message goes where the webhook leads, and what came of it is told; into the house it does not go.
func TestL10_AWebhookIsTried(t *testing.T) {
	heard := 0
	robot := httptest.NewServer(http.HandlerFunc(func(to http.ResponseWriter, _ *http.Request) { heard++ }))
	defer robot.Close()
	for private, want := range map[bool]int{true: 1, false: 0} {
		w := newWorld(t, func(c *Config) { c.Office.Hooks = notice.NewClient(private) })
		heard = 0
		var made hookAnswer
		w.must(json.Unmarshal(w.office("POST", "webhooks", `{"name":"desk","url":"`+robot.URL+`","format":"json","events":"filed"}`, 0).Body.Bytes(), &made))
		answer := w.office("POST", fmt.Sprintf("webhooks/%d/test", made.ID), "", 0)
		if told := strings.Contains(answer.Body.String(), `"fault":""`); heard != want || told != private || answer.Code != http.StatusOK {
			t.Errorf("private %t: heard %d, %s", private, heard, answer.Body)
		}
	}
}
