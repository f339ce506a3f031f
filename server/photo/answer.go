package photo

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/tus/tusd/v2/pkg/handler"

	"buxun/shared"
)

// answer watches tusd's answer: a failure becomes a problem document, an acknowledgement names the hash.
type answer struct {
	http.ResponseWriter
	request *http.Request
	req     *request
	failed  int    // status, 0 while all is well
	words   []byte // the first of tusd's own about the failure
}

// Unwrap lets tusd set deadlines.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answer) WriteHeader(status int) {
	header := a.Header()
	if status >= http.StatusBadRequest {
		a.failed = status
		return
	}
	if header.Get("Location") != "" {
		header.Set("Location", Path+a.req.claim.id()) // whatever proxy is in front
	}
	if status == http.StatusCreated && a.req.offset >= 0 && header.Get("Upload-Offset") == "" {
		header.Set("Upload-Offset", strconv.FormatInt(a.req.offset, 10))
	}
	acknowledge(header, a.req)
	a.ResponseWriter.WriteHeader(status)
}

// acknowledge names the hash that is held. It is set only after the ledger noted the arrival.
func acknowledge(header http.Header, req *request) {
	if req.kept != "" {
		header.Set(HeaderPhoto, req.claim.hash)
		header.Set(HeaderState, string(req.kept))
	}
}

func (a *answer) Write(text []byte) (int, error) {
	if a.failed == 0 {
		return a.ResponseWriter.Write(text)
	}
	a.words = append(a.words, text[:min(len(text), 256-min(len(a.words), 256))]...)
	return len(text), nil
}

// finish writes the problem of a failed request.
func (a *answer) finish() {
	if a.failed == 0 {
		return
	}
	header := a.Header()
	code := header.Get(HeaderFault)
	if code == "" {
		code = codeOf(string(a.words), a.failed)
	}
	for _, name := range []string{"Content-Length", "Upload-Offset", "Location"} {
		header.Del(name)
	}
	row := shared.FaultOf(code)
	if a.failed == http.StatusPreconditionFailed {
		row.HTTP = a.failed // tus demands it for its version
	}
	writeProblem(a.ResponseWriter, a.request, row)
}

// codeOf is the catalogue's word for one of tusd's errors.
func codeOf(words string, status int) string {
	name, _, _ := strings.Cut(words, ":")
	switch name {
	case handler.ErrMismatchOffset.ErrorCode, handler.ErrUploadInterrupted.ErrorCode:
		return "connection.replaced" // another connection of the phone went on with the upload
	case handler.ErrFileLocked.ErrorCode, handler.ErrLockTimeout.ErrorCode:
		return "server.busy"
	case handler.ErrMaxSizeExceeded.ErrorCode, handler.ErrSizeExceeded.ErrorCode:
		return "photo.tooLarge"
	case handler.ErrServerShutdown.ErrorCode:
		return "server.stopping"
	case handler.ErrReadTimeout.ErrorCode, handler.ErrConnectionReset.ErrorCode, handler.ErrUnexpectedEOF.ErrorCode:
		return "connection.silent"
	}
	switch {
	case status == http.StatusNotFound:
		return "request.notFound"
	case status == http.StatusMethodNotAllowed:
		return "request.methodNotAllowed"
	case status == http.StatusRequestEntityTooLarge:
		return "photo.tooLarge"
	case status < http.StatusInternalServerError:
		return "request.malformed"
	}
	return "internal"
}

// refusal is an error that tusd hands through to answer.
func refusal(err error) error {
	code := shared.FaultCode(err)
	return handler.Error{ErrorCode: code, Message: err.Error(), HTTPResponse: handler.HTTPResponse{
		StatusCode: shared.FaultOf(code).HTTP, Body: code, Header: handler.HTTPHeader{HeaderFault: code},
	}}
}

// writeProblem writes a fault as an RFC 9457 problem document.
func writeProblem(w http.ResponseWriter, r *http.Request, row shared.FaultRow) {
	title, do := row.Zh, row.ZhDo
	if strings.HasPrefix(strings.ToLower(r.Header.Get("Accept-Language")), "en") {
		title, do = row.En, row.EnDo
	}
	text, _ := json.Marshal(map[string]any{
		"type": "urn:buxun:fault:" + row.Code, "title": title, "detail": do, "do": do, "status": row.HTTP, "code": row.Code,
	})
	header := w.Header()
	header.Set(HeaderFault, row.Code)
	header.Set("Content-Type", "application/problem+json; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(row.HTTP)
	if r.Method != http.MethodHead {
		_, _ = w.Write(text) // the reader went away: nobody to tell
	}
}
