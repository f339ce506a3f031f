package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"buxun/server/handover"
	"buxun/shared"
	"buxun/sync/wire"
)

// sliceSilence is how long a courier may send nothing in the middle of a slice.
const sliceSilence = 30 * time.Second

type handoverAnswer struct {
	// Have is how much of the file is here: the courier goes on from there.
	Have int64 `json:"have"`
	// Outcome is there once the file was delivered.
	*handover.Outcome
}

// handOver takes a slice of a hand-over file. Who brings it counts for nothing but the right to bring: what is in it is judged as
// its authors', and the answer says of it how many, not what or whose.
func (s *server) handOver(w http.ResponseWriter, r *http.Request) error {
	var slice handover.Slice
	if n, err := fmt.Sscanf(r.Header.Get("Content-Range"), "bytes %d/%d", &slice.At, &slice.Whole); n != 2 || err != nil {
		return shared.Fail("request.malformed", "Content-Range: bytes FROM/WHOLE")
	}
	slice.Bytes = &arriving{http.MaxBytesReader(w, r.Body, wire.HandoverSliceBytes), http.NewResponseController(w)}
	have, outcome, err := s.Handovers.Take(r.Context(), visitorOf(r).reader.Person, r.PathValue("id"), slice)
	if err != nil {
		return err
	}
	return sendJSON(w, http.StatusOK, handoverAnswer{have, outcome})
}

// arriving is a body that may take its time as long as something comes.
type arriving struct {
	body    io.Reader
	control *http.ResponseController
}

func (a *arriving) Read(into []byte) (int, error) {
	if err := a.control.SetReadDeadline(time.Now().Add(sliceSilence)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, fmt.Errorf("limit the time of a slice: %w", err)
	}
	n, err := a.body.Read(into)
	var tooLarge *http.MaxBytesError
	if err != nil && !errors.Is(err, io.EOF) && !errors.As(err, &tooLarge) {
		err = shared.Fail("connection.silent", err.Error())
	}
	return n, err
}
