package photo

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"time"

	"buxun/shared"
)

// extensions of the only types that are served.
var extensions = map[string]string{
	"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic", "image/heif": "heif", "image/avif": "avif",
	typeWebM: "webm", typeMP4: "m4a",
}

// Sizes that a reader may ask for besides the original, which is "".
const (
	sizeScreen  = "screen"
	sizePreview = "preview"
)

const (
	shownPixels = 64_000_000 // of an original that is shown where no smaller picture is made of it: a browser takes four bytes for each
	previewEdge = 1024       // pixels of the longer side of what passes for a preview
)

// Serve answers GET /api/photos/{hash}. visible is the caller's word that the reader may see the photo and that it is here:
// the ledger's, never the disk's, for a hash that somebody only named is nobody's. size is "" for the original, "screen",
// which is the original where there is no smaller picture, or "preview" for a hash that was named as one: whatever was sent
// under it, nothing large is shown by it. Photos that are not visible do not differ from none (L10).
func (p *Photos) Serve(w http.ResponseWriter, r *http.Request, visible bool, hash, size string) {
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		p.refuse(w, r, shared.Fail("request.methodNotAllowed", ""))
		return
	case size != "" && size != sizeScreen && size != sizePreview:
		p.refuse(w, r, shared.Fail("request.malformed", "no such size"))
		return
	case !visible || !shared.IsHash(hash):
		p.refuse(w, r, shared.Fail("photo.notHere", ""))
		return
	}
	if size == sizeScreen {
		p.check(r.Context(), hash) // before the answer: the picture for the screen may outlive its original
		if p.serveFile(w, r, screensDir, hash, hash+"-screen", nil) == nil {
			return
		}
	}
	err := p.serveFile(w, r, originalsDir, hash, hash, fits[size])
	switch {
	case err == nil && size == sizeScreen:
		p.screens.want(hash) // for the next time
	case errors.Is(err, fs.ErrNotExist):
		p.check(r.Context(), hash)
		p.refuse(w, r, p.absent(hash))
	case errors.Is(err, errNoImage):
		p.refuse(w, r, shared.Fail("photo.damaged", hash))
	case errors.Is(err, errOnlyOriginal):
		p.refuse(w, r, err)
	case err != nil:
		p.refuse(w, r, p.internal(r.Context(), fmt.Errorf("serve photo %s: %w", hash, err)))
	}
}

var errOnlyOriginal = shared.Fail("photo.onlyOriginal", "")

// fits says of what was kept whether it may be shown in a size; errNoImage where it is not what it was named as.
var fits = map[string]func(seen Seen, bytes int64) error{
	sizeScreen: func(seen Seen, _ int64) error {
		if seen.Type == "" {
			return errNoImage // a voice note
		}
		if int64(seen.Width)*int64(seen.Height) > shownPixels {
			return errOnlyOriginal
		}
		return nil
	},
	sizePreview: func(seen Seen, bytes int64) error {
		if seen.Type != "image/jpeg" || bytes > shared.MaxPreviewBytes || max(seen.Width, seen.Height) > previewEdge {
			return errNoImage
		}
		return nil
	},
}

// absent is why a visible photo has no original.
func (p *Photos) absent(hash string) error {
	if _, err := p.files.Stat(p.place(quarantineDir, hash)); err == nil {
		return shared.Fail("photo.damaged", hash)
	}
	return shared.Fail("photo.lost", hash)
}

func (p *Photos) refuse(w http.ResponseWriter, r *http.Request, err error) {
	writeProblem(w, r, shared.FaultOf(shared.FaultCode(err)))
}

// kindOf is the type of what was identified when it came, by its first bytes.
func kindOf(w window) (string, error) {
	kind, err := sniff(w)
	if !errors.Is(err, errNoImage) {
		return kind, err
	}
	head, err := w.at(0, min(w.size, 16))
	if err != nil {
		return "", err
	}
	if kind = soundOf(head); kind == "" {
		return "", errNoImage
	}
	return kind, nil
}

// serveFile serves what is an image or a voice note by its bytes and, where a size is asked for, fits it; nothing else whatever its name or
// sender said.
func (p *Photos) serveFile(w http.ResponseWriter, r *http.Request, folder, hash, tag string, fit func(Seen, int64) error) (err error) {
	f, err := p.files.Open(p.place(folder, hash))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	stat, err := f.Stat()
	if err != nil {
		return err
	}
	kind, err := kindOf(window{f, stat.Size()})
	if err != nil {
		return err
	}
	if fit != nil {
		seen, err := Inspect(f, stat.Size())
		if err != nil {
			return err
		}
		if err := fit(seen, stat.Size()); err != nil {
			return err
		}
	}
	disposition := "inline"
	if kind == typeWebM || kind == typeMP4 {
		disposition = "attachment" // the client plays what it fetched; nothing else opens in a browser
	}
	header := w.Header()
	header.Set("Content-Type", kind)
	header.Set("Content-Disposition", fmt.Sprintf("%s; filename=%q", disposition, hash[:12]+"."+extensions[kind]))
	header.Set("Etag", `"`+tag+`"`)
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	http.ServeContent(w, r, "", time.Time{}, f)
	return nil
}
