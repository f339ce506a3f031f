package web

import (
	"net/http"
	"strconv"

	"buxun/server/office"
	"buxun/server/sqlite"
	"buxun/shared"
)

// hookAnswer is a webhook without its secret, and of its address the host alone.
type hookAnswer struct {
	ID        int64    `json:"id"`
	Name      string   `json:"name"`
	Format    string   `json:"format"`
	Host      string   `json:"host"`
	Events    []string `json:"events"`
	Words     bool     `json:"words"`
	Paused    bool     `json:"paused"`
	Waiting   int64    `json:"waiting"`
	LastAt    int64    `json:"lastAt,omitempty"`
	LastFault string   `json:"lastFault,omitempty"`
	Revision  int64    `json:"revision"`
	// Secret is told once, when it was made.
	Secret string `json:"secret,omitempty"`
}

func hookOf(h sqlite.WebhookKept) hookAnswer {
	return hookAnswer{ID: h.ID, Name: h.Name, Format: h.Format, Host: office.HostOf(h.URL), Events: h.Events, Words: h.Words, Paused: h.Paused, Waiting: h.Waiting,
		LastAt: h.LastAt, LastFault: h.LastFault, Revision: h.Revision}
}

func sendHook(w http.ResponseWriter, status int, h sqlite.WebhookKept, secret string) error {
	one := hookOf(h)
	one.Secret = secret
	return sendRow(w, status, h.Revision, one)
}

func (s *server) hooks(w http.ResponseWriter, r *http.Request) error {
	hooks, err := s.Office.Webhooks(r.Context(), queryOf(r))
	return sendPage(w, r, hooks, hookOf, err)
}

func (s *server) addHook(w http.ResponseWriter, r *http.Request) error {
	var fields map[string]string
	if err := readJSON(w, r, &fields); err != nil {
		return err
	}
	kept, secret, err := s.Office.AddWebhook(r.Context(), fields)
	if err != nil {
		return err
	}
	return sendHook(w, http.StatusCreated, kept, secret)
}

func (s *server) editHook(w http.ResponseWriter, r *http.Request) error {
	id, err := hookID(r)
	if err != nil {
		return err
	}
	fields, seen, err := changeOf(w, r)
	if err != nil {
		return err
	}
	kept, secret, err := s.Office.EditWebhook(r.Context(), id, seen, fields)
	if err != nil {
		return err
	}
	return sendHook(w, http.StatusOK, kept, secret)
}

func (s *server) dropHook(w http.ResponseWriter, r *http.Request) error {
	id, err := hookID(r)
	if err != nil {
		return err
	}
	seen, err := seenOf(r)
	if err != nil {
		return err
	}
	if err := s.Store.DropWebhook(r.Context(), id, seen); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// testHook sends a made-up message and tells what came of it.
func (s *server) testHook(w http.ResponseWriter, r *http.Request) error {
	id, err := hookID(r)
	if err != nil {
		return err
	}
	status, fault, err := s.Office.TestWebhook(r.Context(), id)
	if err != nil {
		return err
	}
	return sendJSON(w, http.StatusOK, map[string]any{"status": status, "fault": fault})
}

type attemptAnswer struct {
	At      int64  `json:"at"`
	Took    int64  `json:"took"` // milliseconds
	Event   string `json:"event"`
	EventID string `json:"eventId"`
	Attempt int64  `json:"attempt"` // from 1
	Status  int    `json:"status"`  // of HTTP; 0: no answer
	Fault   string `json:"fault,omitempty"`
	Dropped int64  `json:"dropped,omitempty"` // how many events were dropped undelivered, where the row says that
}

// attemptsTold is how many of the last deliveries are told.
const attemptsTold = 100

func (s *server) hookLog(w http.ResponseWriter, r *http.Request) error {
	id, err := hookID(r)
	if err != nil {
		return err
	}
	attempts, err := s.Store.Attempts(r.Context(), id, attemptsTold)
	if err != nil {
		return err
	}
	list := []attemptAnswer{}
	for _, a := range attempts {
		list = append(list, attemptAnswer{a.Began, a.Took, a.Event, a.EventID, a.Attempts, a.Status, a.Fault, a.Dropped})
	}
	return sendJSON(w, http.StatusOK, map[string]any{"rows": list})
}

func hookID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, shared.Fail("request.notFound", "no webhook "+r.PathValue("id"))
	}
	return id, nil
}
