package web

import (
	"crypto/ecdh"
	"encoding/base64"
	"net/http"
	"net/url"

	"buxun/server/identity"
	"buxun/server/sqlite"
	"buxun/shared"
)

const maxEndpointLen = 1024

type pushAnswer struct {
	// Key is the server's, which a browser's subscription is bound to; "" where the server tells nobody.
	Key string `json:"key"`
	// Endpoint is where the asker's own browser is told; "" where it is not.
	Endpoint string `json:"endpoint"`
}

// pushState tells whether the asker's browser is told by Web Push.
func (s *server) pushState(w http.ResponseWriter, r *http.Request) error {
	endpoint, err := s.Store.PushEndpoint(r.Context(), identity.HashToken(visitorOf(r).token))
	if err != nil {
		return err
	}
	return sendJSON(w, http.StatusOK, pushAnswer{s.PushKey, endpoint})
}

// subscribe takes the asker's browser in, for as long as the session lives.
func (s *server) subscribe(w http.ResponseWriter, r *http.Request) error {
	var asked struct {
		Endpoint string `json:"endpoint"`
		P256dh   string `json:"p256dh"`
		Auth     string `json:"auth"`
		Language string `json:"language"`
	}
	if err := readJSON(w, r, &asked); err != nil {
		return err
	}
	v := visitorOf(r)
	if v.token == "" {
		return shared.Fail("request.notPermitted", "no browser's session")
	}
	to, err := url.Parse(asked.Endpoint)
	switch {
	case err != nil || to.Scheme != "https" || to.Host == "" || to.User != nil || len(asked.Endpoint) > maxEndpointLen:
		return shared.Fail("request.malformed", "the endpoint is no address of a push service")
	case !isPoint(asked.P256dh) || !hasBytes(asked.Auth, 16):
		return shared.Fail("request.malformed", "the keys are none of a subscription")
	}
	if asked.Language != "en" {
		asked.Language = "zh"
	}
	err = s.Store.PutPushDevice(r.Context(), sqlite.PushDevice{
		Session: identity.HashToken(v.token), Person: v.reader.Person, Endpoint: asked.Endpoint, P256dh: asked.P256dh, Auth: asked.Auth, Language: asked.Language,
	})
	if err != nil {
		return err
	}
	return sendJSON(w, http.StatusOK, pushAnswer{s.PushKey, asked.Endpoint})
}

// unsubscribe forgets the asker's browser.
func (s *server) unsubscribe(w http.ResponseWriter, r *http.Request) error {
	if err := s.Store.DropPushDevice(r.Context(), identity.HashToken(visitorOf(r).token)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func isPoint(text string) bool {
	key, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		_, err = ecdh.P256().NewPublicKey(key)
	}
	return err == nil
}

func hasBytes(text string, count int) bool {
	data, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil && len(data) == count
}
