package photo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/tus/tusd/v2/pkg/handler"

	"buxun/shared"
)

// store is tusd's data store: one file an upload, whose length is the offset. All else about an upload the ledger knows,
// so that nothing beside the bytes can be torn by a crash.
type store struct{ p *Photos }

// upload is one upload while its request lasts.
type upload struct {
	p    *Photos
	req  *request
	info handler.FileInfo
}

// NewUpload makes an upload, or finds the one that this replica began (L8).
func (s store) NewUpload(ctx context.Context, info handler.FileInfo) (handler.Upload, error) {
	req := requestOf(ctx)
	unlock, err := s.p.lock(ctx, req.claim)
	if err != nil {
		return nil, err
	}
	defer unlock()
	err = s.p.settle(ctx, req, &info)
	switch {
	case errors.Is(err, handler.ErrNotFound):
		err = s.p.begin(req.claim)
	case err == nil && req.chunk && info.Offset > 0:
		err = handler.ErrMismatchOffset
	case err == nil:
		req.offset = info.Offset
	}
	if err != nil {
		return nil, s.refuse(ctx, req, err)
	}
	return &upload{s.p, req, info}, nil
}

// GetUpload finds an upload. tusd holds its lock. One that is whole but was not kept, because the server stopped or the disk
// was full, is kept now: only what is kept may look complete to the phone.
func (s store) GetUpload(ctx context.Context, _ string) (handler.Upload, error) {
	req := requestOf(ctx)
	info := handler.FileInfo{ID: req.claim.id(), Size: req.claim.named.Size}
	if err := s.p.settle(ctx, req, &info); err != nil {
		return nil, s.refuse(ctx, req, err)
	}
	return &upload{s.p, req, info}, nil
}

// AsTerminatableUpload says that uploads may be deleted.
func (s store) AsTerminatableUpload(u handler.Upload) handler.TerminatableUpload { return u.(*upload) }

// refuse says a failure in tusd's way. What tusd or the catalogue know passes; the rest is logged.
func (s store) refuse(ctx context.Context, req *request, err error) error {
	var known handler.Error
	var fault shared.Fault
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &fault):
		s.p.log.DebugContext(ctx, "an upload was refused", "upload", req.claim.id(), "error", err)
		return refusal(fault)
	}
	return refusal(s.p.internal(ctx, fmt.Errorf("upload %s: %w", req.claim.id(), err)))
}

// settle finds how much of an upload is here. The caller holds its lock.
func (p *Photos) settle(ctx context.Context, req *request, info *handler.FileInfo) error {
	c := req.claim
	stat, err := p.files.Stat(p.partial(c))
	switch {
	case err == nil && stat.Size() < c.named.Size:
		info.Offset = stat.Size()
		return nil
	case err == nil:
		req.kept, err = p.keep(ctx, c)
	case errors.Is(err, fs.ErrNotExist):
		req.kept, err = p.recall(ctx, c)
	}
	if err != nil {
		return err
	}
	info.Offset = info.Size
	return nil
}

// begin makes the file of a new upload.
func (p *Photos) begin(c claim) error {
	f, err := p.files.Create(p.partial(c))
	if err != nil {
		return err
	}
	return f.Close()
}

// lock takes an upload's lock from whoever holds it, as tusd does.
func (p *Photos) lock(ctx context.Context, c claim) (unlock func(), err error) {
	lock, err := p.locks.NewLock(c.id())
	if err != nil {
		return nil, err
	}
	if err := lock.Lock(ctx, func() {}); err != nil {
		return nil, err
	}
	return func() { _ = lock.Unlock() }, nil // the memory locker's Unlock has no error
}

func (u *upload) GetInfo(context.Context) (handler.FileInfo, error) { return u.info, nil }

// GetReader is for downloads, which are Serve's.
func (u *upload) GetReader(context.Context) (io.ReadCloser, error) { return nil, handler.ErrNotFound }

// WriteChunk appends what arrives. What was written before a failure counts.
func (u *upload) WriteChunk(ctx context.Context, offset int64, from io.Reader) (int64, error) {
	u.req.interruption.begins()
	n, err := u.append(offset, from)
	if err != nil {
		return n, store{u.p}.refuse(ctx, u.req, err)
	}
	return n, nil
}

func (u *upload) append(offset int64, from io.Reader) (n int64, err error) {
	f, err := u.p.files.Append(u.p.partial(u.req.claim))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	stat, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if stat.Size() != offset {
		return 0, handler.ErrMismatchOffset
	}
	return io.Copy(f, from)
}

// FinishUpload keeps the photo before tusd answers the last bytes.
func (u *upload) FinishUpload(ctx context.Context) error {
	kept, err := u.p.keep(ctx, u.req.claim)
	if err != nil {
		return store{u.p}.refuse(ctx, u.req, err)
	}
	u.req.kept = kept
	return nil
}

// Terminate drops an upload that is not whole; what is kept stays.
func (u *upload) Terminate(ctx context.Context) error {
	err := u.p.files.Remove(u.p.partial(u.req.claim))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return store{u.p}.refuse(ctx, u.req, err)
	}
	return nil
}
