package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"buxun/server/identity"
	"buxun/server/photo"
	"buxun/server/sqlite"
	"buxun/shared"
)

// Contractors is the server's own replica, as far as links need it.
type Contractors interface {
	// Handle reports a case handled, as it was seen.
	Handle(ctx context.Context, of shared.Case, payload shared.Payload, photos []shared.Photo) error
	// Prove names the replica and proves for it that it may bring a photo.
	Prove(hash string) (replica, proof string, err error)
}

const linkPath = "/h/" // where links lead; what is behind it is the secret

const (
	// A secret has 256 bits; who tries addresses is stopped as who tries passwords is. What is found costs nothing.
	linkBurst = addressBurst
	linkEvery = addressEvery

	linkForms      = 4 // contractors' forms that come at once
	linkWait       = 5 * time.Second
	linkPatience   = 15 * time.Minute // how long a form may take to arrive over a thin line
	maxSaid        = 500              // runes
	maxLinkPhotos  = 6
	maxShownPhotos = 6
	linkMemory     = 1 << 20   // bytes of a form in memory; the rest waits on the disk
	maxLinkBytes   = 100 << 20 // of a form: six photos of the largest usual cameras
)

// held is a link that somebody came by, and its case as the unit may see it.
type held struct {
	sqlite.Link
	of     shared.Case
	secret string
	state  linkState
}

// closed are the faults of links by which nothing is reported any more.
var closed = map[linkState]string{linkRevoked: "link.revoked", linkExpired: "link.expired", linkOver: "link.over"}

// link finds the link of a request, as it was when the request came. Each network may be wrong so often only.
func (s *server) link(r *http.Request, came time.Time) (h held, err error) {
	network := s.networkOf(r)
	if wait, ok := s.links.Take(network); !ok {
		return h, retryAfter{shared.Fail("session.tooMany", "links were tried"), wait}
	}
	h.secret = r.PathValue("token")
	var known bool
	h.Link, h.of, known, err = s.Store.Link(r.Context(), identity.HashToken(h.secret))
	switch {
	case err != nil:
		return h, err
	case !known:
		return h, shared.Fail("link.unknown", "no such link")
	}
	s.links.Return(network)
	h.state = stateOf(h.Link, h.of, came)
	if code := closed[h.state]; code != "" {
		return h, shared.Fail(code, h.ID())
	}
	return h, nil
}

// noLink answers what only looks like a link's address.
func (s *server) noLink(http.ResponseWriter, *http.Request) error {
	return shared.Fail("link.unknown", "no such path")
}

func (s *server) showLink(w http.ResponseWriter, r *http.Request) error {
	h, err := s.link(r, s.Now())
	if err != nil {
		return err
	}
	return s.sendLinkPage(w, r, h, "")
}

// useLink takes the contractor's photos and words and reports the case handled by them, once. A second try with the same photos
// brings what did not come the first time.
func (s *server) useLink(w http.ResponseWriter, r *http.Request) error {
	came := s.Now()
	h, err := s.link(r, came)
	if err != nil {
		return err
	}
	if h.state == linkUsed {
		return s.sendLinkPage(w, r, h, "")
	}
	select {
	case s.forms <- struct{}{}:
		defer func() { <-s.forms }()
	default:
		return retryAfter{shared.Fail("server.busy", "too many forms at once"), linkWait}
	}
	if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(linkPatience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("limit the time of the form: %w", err)
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxLinkBytes)
	if err := r.ParseMultipartForm(linkMemory); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return s.sendLinkPage(w, r, h, "tooLarge")
		}
		return unkept(err)
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // the system clears its folder too
	brought, wrong, err := s.brought(r.MultipartForm, came)
	if err != nil {
		return err
	}
	words := strings.TrimSpace(strings.ToValidUTF8(r.PostFormValue("words"), ""))
	if wrong == "" && utf8.RuneCountInString(words) > maxSaid {
		wrong = "tooLong"
	}
	if wrong != "" {
		return s.sendLinkPage(w, r, h, wrong)
	}
	// One after the other, so that two of the same are one.
	s.handling.Lock()
	defer s.handling.Unlock()
	if h, err = s.link(r, came); err != nil {
		return err
	}
	if h.state != linkUsed {
		if err := s.handled(context.WithoutCancel(r.Context()), h, words, brought); err != nil {
			if code := shared.FaultCode(err); code == "photo.notNamed" {
				return s.sendLinkPage(w, r, h, "otherPhotos")
			}
			return err
		}
	}
	http.Redirect(w, r, linkPath+h.secret, http.StatusSeeOther)
	return nil
}

// unkept is the fault of a form that could not be read: of who sends it, unless it was our disk.
func unkept(err error) error {
	var file *fs.PathError
	switch {
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		return shared.Fail("storage.full", err.Error())
	case errors.As(err, &file):
		return fmt.Errorf("keep a form: %w", err)
	}
	return shared.Fail("request.malformed", err.Error())
}

// linkFields are the form's fields for photos: those that open the camera, and the album.
var linkFields = []struct {
	name   string
	origin shared.PhotoOrigin
}{{"photo", shared.OriginSystemCamera}, {"album", shared.OriginGallery}}

// bring is a photo of a form, with the small picture that its phone did not make.
type bring struct {
	shared.Photo
	from    *multipart.FileHeader
	preview []byte // nil where there is none
}

// brought looks at what came: wrong says in a word of the page what cannot be taken.
func (s *server) brought(form *multipart.Form, came time.Time) (list []bring, wrong string, err error) {
	there := map[string]bool{}
	for _, field := range linkFields {
		for _, one := range form.File[field.name] {
			if one.Size == 0 {
				continue // a field that was left empty
			}
			photo, wrong, err := look(one)
			if err != nil || wrong != "" {
				return nil, wrong, err
			}
			if !there[photo.Hash] {
				photo.Origin, photo.TakenAt = field.origin, came.UnixMilli()
				if photo.Exif != nil && photo.Origin == shared.OriginGallery {
					photo.TakenAt = *photo.Exif.At
				}
				list, there[photo.Hash] = append(list, bring{Photo: photo, from: one}), true
			}
		}
	}
	switch {
	case len(list) == 0:
		return nil, "noPhoto", nil
	case len(list) > maxLinkPhotos:
		return nil, "tooMany", nil
	}
	for i := range list {
		if err := list[i].shrink(s.Photos); err != nil {
			return nil, "", err
		}
	}
	return list, "", nil
}

// shrink makes the preview.
func (b *bring) shrink(photos *photo.Photos) error {
	file, err := b.open()
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // only read
	if b.preview = photos.Preview(file, b.Size); b.preview != nil {
		sum := sha256.Sum256(b.preview)
		b.Preview = &shared.Preview{Hash: hex.EncodeToString(sum[:]), Size: int64(len(b.preview))}
	}
	return nil
}

func (b *bring) open() (multipart.File, error) {
	file, err := b.from.Open()
	if err != nil {
		return nil, fmt.Errorf("open what came: %w", err)
	}
	return file, nil
}

func look(one *multipart.FileHeader) (p shared.Photo, wrong string, err error) {
	if one.Size > shared.MaxPhotoBytes {
		return p, "tooLarge", nil
	}
	file, err := one.Open()
	if err != nil {
		return p, "", fmt.Errorf("open what came: %w", err)
	}
	defer func() { _ = file.Close() }() // only read
	seen, err := photo.Inspect(file, one.Size)
	if err != nil || !strings.HasPrefix(seen.Type, "image/") {
		return p, "noImage", err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return p, "", fmt.Errorf("read what came: %w", err)
	}
	return shared.Photo{
		Exif: exifOf(seen.Taken), Hash: hex.EncodeToString(sum.Sum(nil)), Size: one.Size, Type: seen.Type, Width: seen.Width, Height: seen.Height, Part: shared.PartAfter,
	}, "", nil
}

// phonesZone is what a photo means that names no zone.
var phonesZone = time.FixedZone("UTC+8", 8*60*60)

// exifOf is what a photo says of when it was taken, as the phones read it; nil for what is no time. Leaders see where it differs from
// when the photo was reported (L11).
func exifOf(taken string) *shared.Exif {
	at, err := time.ParseInLocation("2006:01:02 15:04:05", taken, phonesZone)
	if err != nil {
		at, err = time.Parse("2006:01:02 15:04:05-07:00", taken)
	}
	ms := at.UnixMilli()
	if err != nil || ms <= 0 {
		return nil
	}
	return &shared.Exif{At: &ms}
}

// handled makes the operation, unless that was done before, and brings the photos that it names.
func (s *server) handled(ctx context.Context, h held, words string, brought []bring) error {
	if h.state == linkOpen {
		var photos []shared.Photo
		for _, one := range brought {
			photos = append(photos, one.Photo)
		}
		if err := s.Contractors.Handle(ctx, h.of, shared.Payload{Words: words, Contractor: h.Contractor, Link: h.ID()}, photos); err != nil {
			return err
		}
	}
	if err := s.Store.UseLink(ctx, h.Link); err != nil {
		return err
	}
	for _, one := range brought {
		if err := s.carry(ctx, one); err != nil {
			return err
		}
	}
	return s.Store.EndLink(ctx, h.Link)
}

// carry keeps a photo, its preview first (L9).
func (s *server) carry(ctx context.Context, one bring) error {
	if one.preview != nil {
		// What was named by a server of another version may have been another one; the photo itself is what counts.
		if err := s.carryBytes(ctx, one.Preview.Hash, bytes.NewReader(one.preview)); err != nil && shared.FaultCode(err) != "photo.notNamed" {
			return err
		}
	}
	file, err := one.open()
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // only read
	return s.carryBytes(ctx, one.Hash, file)
}

func (s *server) carryBytes(ctx context.Context, hash string, content io.Reader) error {
	replica, proof, err := s.Contractors.Prove(hash)
	if err == nil {
		_, err = s.Photos.Carry(ctx, replica, hash, proof, content)
	}
	return err
}

// linkPhoto sends a picture of what is to be handled: of the link's case, and of no other of its unit (L10).
func (s *server) linkPhoto(w http.ResponseWriter, r *http.Request) error {
	h, err := s.link(r, s.Now())
	if err != nil {
		return err
	}
	hash, size := r.PathValue("hash"), r.URL.Query().Get("size")
	visible := false
	for _, one := range h.shown() {
		visible = visible || one.Hash == hash && size == "screen" || one.Preview != nil && one.Preview.Hash == hash && size == "preview"
	}
	s.Photos.Serve(w, r, visible, hash, size)
	return nil
}

// shown are the photos of before, while something can be reported.
func (h held) shown() (list []shared.CasePhoto) {
	if h.state != linkOpen && h.state != linkSending {
		return nil
	}
	for _, one := range h.of.Photos {
		if one.Part != shared.PartAfter && one.Here == shared.ArrivalHere && len(list) < maxShownPhotos {
			list = append(list, one)
		}
	}
	return list
}
