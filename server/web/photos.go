package web

import (
	"net/http"

	"buxun/shared"
)

// Photos serves what the store of photos keeps; who may see one is decided here.
type Photos interface {
	Serve(w http.ResponseWriter, r *http.Request, hash string)
}

// photo serves a photo or preview of a case in the reader's scope. One outside the scope is as if it were not there (L10).
func (s *server) photo(w http.ResponseWriter, r *http.Request) error {
	hash := r.PathValue("hash")
	if !shared.IsHash(hash) {
		return errNotFound
	}
	visible, ok, err := s.Store.VisiblePhoto(r.Context(), visitorOf(r).reader, hash)
	if err != nil {
		return err
	}
	if !ok || visible.Here != shared.ArrivalHere {
		return shared.Fail("photo.notHere", hash)
	}
	s.Photos.Serve(w, r, hash)
	return nil
}

func (s *server) upload(w http.ResponseWriter, r *http.Request) error {
	s.Uploads.ServeHTTP(w, r)
	return nil
}
