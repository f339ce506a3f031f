// Package drive is a thin driver of a Buxun server for tests, benches and integrations: it signs in, enrols a replica, makes
// signed operations and speaks the frames. It is no replica: it keeps nothing, repairs nothing and never reconnects.
package drive

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"

	"buxun/shared"
)

// Client is one device's HTTP side. It keeps the session's cookie.
type Client struct {
	Base string // "http://localhost:8080"
	HTTP *http.Client
	Who  SignedIn // after SignIn
}

// SignedIn is what the server says at signing in.
type SignedIn struct {
	Person struct {
		ID        string      `json:"id"`
		Login     string      `json:"login"`
		Label     string      `json:"label"`
		Role      shared.Role `json:"role"`
		Squad     string      `json:"squad"`
		SquadName string      `json:"squadName"`
	} `json:"person"`
	Demo       bool          `json:"demo"`
	ServerTime int64         `json:"serverTime"`
	Anchor     shared.Anchor `json:"anchor"`
	Handover   string        `json:"handover"` // the key to seal hand-over files for
}

// NewClient makes a device that is signed in nowhere. transport may be nil.
func NewClient(base string, transport http.RoundTripper) *Client {
	jar, _ := cookiejar.New(nil) // never errs without options
	return &Client{Base: strings.TrimSuffix(base, "/"), HTTP: &http.Client{Jar: jar, Transport: transport}}
}

// SignIn opens a session. A refusal is a shared.Fault with the problem's code.
func (c *Client) SignIn(ctx context.Context, login, password string) error {
	asked := map[string]string{"login": login, "password": password, "device": "drive"}
	return c.Ask(ctx, http.MethodPost, "/api/session", asked, &c.Who)
}

// Enrol makes the signed-in person's replica known to the server.
func (c *Client) Enrol(ctx context.Context, r *Replica) error {
	var enrolled struct {
		Anchor shared.Anchor `json:"anchor"`
	}
	if err := c.Ask(ctx, http.MethodPost, "/api/replicas", map[string]string{"replica": r.ID, "key": r.Key()}, &enrolled); err != nil {
		return fmt.Errorf("enrol replica %s: %w", r.ID, err)
	}
	r.Anchor = &enrolled.Anchor
	return nil
}

// Ask sends a request with a JSON body (none if nil) and reads the JSON answer (skipped if into is nil). A problem document
// becomes a shared.Fault.
func (c *Client) Ask(ctx context.Context, method, path string, body, into any) error {
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("encode the body of %s %s: %w", method, path, err)
		}
		reader = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.Base+path, reader)
	if err != nil {
		return fmt.Errorf("make request %s %s: %w", method, path, err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.HTTP.Do(request)
	if err != nil {
		return fmt.Errorf("ask %s %s: %w", method, path, err)
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusBadRequest {
		return Problem(response)
	}
	if into == nil {
		return nil
	}
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		return fmt.Errorf("read the answer of %s %s: %w", method, path, err)
	}
	return nil
}

// Problem reads an error answer as a fault; one that is no problem document is an error of its own.
func Problem(response *http.Response) error {
	var problem struct{ Code, Title string }
	err := json.NewDecoder(response.Body).Decode(&problem)
	if err != nil || problem.Code == "" || !strings.HasPrefix(response.Header.Get("Content-Type"), "application/problem+json") {
		return errors.Join(fmt.Errorf("status %d without a problem document", response.StatusCode), err)
	}
	return shared.Fail(problem.Code, problem.Title)
}

// Receipts asks what the server signs for of the person's doings on cases (R50), with the key that it signs with.
func (c *Client) Receipts(ctx context.Context, cases ...string) (key string, receipts []shared.SignedReceipt, err error) {
	var answer struct {
		Key      string                 `json:"key"`
		Receipts []shared.SignedReceipt `json:"receipts"`
	}
	err = c.Ask(ctx, http.MethodPost, "/api/receipts", map[string]any{"cases": cases}, &answer)
	return answer.Key, answer.Receipts, err
}
