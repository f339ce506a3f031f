package web

import "net/http"

// photo serves a photo or preview of a case in the reader's scope. One outside the scope is as if it were not there (L10).
func (s *server) photo(w http.ResponseWriter, r *http.Request) error {
	hash := r.PathValue("hash")
	_, visible, err := s.Store.VisiblePhoto(r.Context(), visitorOf(r).reader, hash)
	if err != nil {
		return err
	}
	s.Photos.Serve(w, r, visible, hash, r.URL.Query().Get("size"))
	return nil
}

func (s *server) upload(w http.ResponseWriter, r *http.Request) error {
	s.uploads.ServeHTTP(w, r)
	return nil
}
