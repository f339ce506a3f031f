package web

import (
	"bufio"
	"log/slog"
	"net"
	"net/http"
	"strings"

	"buxun/shared"
)

// answer watches what a handler sends. An error that is not a problem document yet, from whatever library, leaves as one
// (L12); its status stays.
type answer struct {
	http.ResponseWriter
	request  *http.Request
	log      *slog.Logger
	code     int
	bytes    int64
	begun    bool
	hijacked bool
	replaced bool // the handler's own words are dropped
}

// codeOf is the catalogue's code for an error that a library answered by status alone.
func codeOf(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "session.missing"
	case http.StatusForbidden:
		return "request.notPermitted"
	case http.StatusNotFound, http.StatusGone:
		return "request.notFound"
	case http.StatusMethodNotAllowed:
		return "request.methodNotAllowed"
	case http.StatusRequestTimeout:
		return "connection.silent"
	case http.StatusRequestEntityTooLarge:
		return "request.tooLarge"
	case http.StatusTooManyRequests:
		return "session.tooMany"
	case http.StatusServiceUnavailable:
		return "server.busy"
	case http.StatusInsufficientStorage:
		return "storage.full"
	}
	if status < http.StatusInternalServerError {
		return "request.malformed"
	}
	return "internal"
}

func (a *answer) WriteHeader(status int) {
	if a.begun {
		return
	}
	if status < http.StatusOK && status != http.StatusSwitchingProtocols {
		a.ResponseWriter.WriteHeader(status)
		return
	}
	a.begun, a.code = true, status
	if status < http.StatusBadRequest || strings.HasPrefix(a.Header().Get("Content-Type"), "application/problem+json") || visitOf(a.request).page {
		a.ResponseWriter.WriteHeader(status)
		return
	}
	a.replaced = true
	row := shared.FaultOf(codeOf(status))
	row.HTTP = status
	writeProblem(a.ResponseWriter, a.request, row, a.log, nil)
}

func (a *answer) Write(text []byte) (int, error) {
	if !a.begun {
		a.WriteHeader(http.StatusOK)
	}
	if a.replaced {
		return len(text), nil
	}
	n, err := a.ResponseWriter.Write(text)
	a.bytes += int64(n)
	return n, err
}

func (a *answer) status() int {
	if a.code == 0 {
		return http.StatusOK
	}
	return a.code
}

// Unwrap lets http.ResponseController reach deadlines and flushing.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Hijack is what the websocket asks for.
func (a *answer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(a.ResponseWriter).Hijack()
	a.hijacked = err == nil
	return conn, buffered, err
}
