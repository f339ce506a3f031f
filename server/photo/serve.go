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
}

// Serve answers GET /api/photos/{hash}. visible is the caller's word that the reader may see the photo and that it is here:
// the ledger's, never the disk's, for a hash that somebody only named is nobody's. size is "" for the original or "screen",
// which is the original where there is no smaller picture. Photos that are not visible do not differ from none (L10).
func (p *Photos) Serve(w http.ResponseWriter, r *http.Request, visible bool, hash, size string) {
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		p.refuse(w, r, shared.Fail("request.methodNotAllowed", ""))
		return
	case size != "" && size != "screen":
		p.refuse(w, r, shared.Fail("request.malformed", "no such size"))
		return
	case !visible || !shared.IsHash(hash):
		p.refuse(w, r, shared.Fail("photo.notHere", ""))
		return
	}
	if size == "screen" && p.serveFile(w, r, screensDir, hash, hash+"-screen") == nil {
		p.check(r.Context(), hash) // the picture for the screen outlives its original
		return
	}
	err := p.serveFile(w, r, originalsDir, hash, hash)
	switch {
	case err == nil && size == "screen":
		p.screens.want(hash) // for the next time
	case errors.Is(err, fs.ErrNotExist):
		p.check(r.Context(), hash)
		p.refuse(w, r, p.absent(hash))
	case err != nil:
		p.refuse(w, r, p.internal(r.Context(), fmt.Errorf("serve photo %s: %w", hash, err)))
	}
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

// serveFile serves what is an image by its bytes, and nothing else whatever its name or sender said.
func (p *Photos) serveFile(w http.ResponseWriter, r *http.Request, folder, hash, tag string) (err error) {
	f, err := p.files.Open(p.place(folder, hash))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	stat, err := f.Stat()
	if err != nil {
		return err
	}
	kind, err := sniff(window{f, stat.Size()})
	if err != nil {
		return err
	}
	header := w.Header()
	header.Set("Content-Type", kind)
	header.Set("Content-Disposition", fmt.Sprintf("inline; filename=%q", hash[:12]+"."+extensions[kind]))
	header.Set("Etag", `"`+tag+`"`)
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	http.ServeContent(w, r, "", time.Time{}, f)
	return nil
}
