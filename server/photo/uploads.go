package photo

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/tus/tusd/v2/pkg/handler"

	"buxun/server/es256"
	"buxun/shared"
)

// Headers of uploads beyond those of tus.
const (
	// HeaderReplica names the replica whose operation names the photo.
	HeaderReplica = "Buxun-Replica"
	// HeaderProof is that replica's signature over shared.UploadText of the hash.
	HeaderProof = "Buxun-Proof"
	// HeaderPhoto is the acknowledgement: the hash whose bytes the server holds for good.
	HeaderPhoto = "Buxun-Photo"
	// HeaderState says whether they are "here" or "damaged".
	HeaderState = "Buxun-Photo-State"
	// HeaderFault is the code of a refusal; an answer to HEAD has no body to hold it.
	HeaderFault = "Buxun-Fault"
)

const chunkType = "application/offset+octet-stream"

// claim is a replica's right to send the bytes of a hash.
type claim struct {
	replica string
	hash    string
	named   Named
}

func (c claim) id() string { return c.hash + "." + c.replica }

// claimOf reads an upload id.
func claimOf(id string) (claim, bool) {
	hash, replica, _ := strings.Cut(id, ".")
	return claim{replica: replica, hash: hash}, shared.IsHash(hash) && shared.IsUUID(replica)
}

// request is what is known of one request while tusd works on it.
type request struct {
	claim claim
	// chunk says that the request that creates the upload also brings its first bytes.
	chunk bool
	// offset is what the server has of an upload that was created again; -1 if it is new.
	offset int64
	// kept is what became of the photo, once it is whole: ArrivalHere or ArrivalDamaged.
	kept shared.Arrival

	interruption interruption
}

type requestKey struct{}

// requestOf is only called below Uploads, which puts it there.
func requestOf(ctx context.Context) *request { return ctx.Value(requestKey{}).(*request) }

// Uploads answers tus requests below Path. Its caller has authenticated the session; the right to a photo is proved here,
// on each request, by the replica's signature.
func (p *Photos) Uploads() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			p.tus.ServeHTTP(w, r)
			return
		}
		req, err := p.admit(r)
		if err != nil {
			p.log.DebugContext(r.Context(), "an upload was refused", "method", r.Method, "path", r.URL.Path, "error", err)
			if req != nil {
				acknowledge(w.Header(), req)
			}
			writeProblem(w, r, shared.FaultOf(shared.FaultCode(err)))
			return
		}
		a := &answer{ResponseWriter: w, request: r, req: req}
		p.tus.ServeHTTP(a, r.WithContext(context.WithValue(r.Context(), requestKey{}, req)))
		a.finish()
	})
}

// admit finds the claim of a request and checks its proof. With photo.held and photo.damaged the request is told too.
func (p *Photos) admit(r *http.Request) (*request, error) {
	id := strings.Trim(strings.TrimPrefix(r.URL.Path, Path), "/")
	replica := r.Header.Get(HeaderReplica)
	switch r.Method {
	case http.MethodPost:
		if id != "" {
			return nil, shared.Fail("request.methodNotAllowed", "")
		}
		id = handler.ParseMetadataHeader(r.Header.Get("Upload-Metadata"))["hash"] + "." + replica
	case http.MethodHead, http.MethodPatch, http.MethodDelete:
	default:
		return nil, shared.Fail("request.methodNotAllowed", "")
	}
	c, ok := claimOf(id)
	switch {
	case !ok && r.Method == http.MethodPost:
		return nil, shared.Fail("request.malformed", "hash or replica is missing")
	case !ok:
		return nil, shared.Fail("request.notFound", "no such upload")
	}
	if err := p.prove(r, c); err != nil {
		return nil, err
	}
	named, ok, err := p.ledger.NamedPhoto(r.Context(), c.replica, c.hash)
	if err != nil {
		return nil, p.internal(r.Context(), fmt.Errorf("find photo %s: %w", c.id(), err))
	}
	if !ok {
		return nil, shared.Fail("photo.notNamed", c.id())
	}
	c.named = named
	req := &request{claim: c, offset: -1}
	if r.Method != http.MethodPost {
		return req, nil
	}
	return req, p.admitCreation(r, req)
}

// prove checks that the sender holds the key of the replica. A replica that was revoked may still bring the photos of
// operations that were accepted: they are evidence, and its session is another matter.
func (p *Photos) prove(r *http.Request, c claim) error {
	if r.Header.Get(HeaderReplica) != c.replica {
		return shared.Fail("photo.proof", "the upload is another replica's")
	}
	return p.proven(r.Context(), c, r.Header.Get(HeaderProof))
}

// proven checks a replica's signature over its right to a hash.
func (p *Photos) proven(ctx context.Context, c claim, proof string) error {
	key, _, ok, err := p.ledger.ReplicaKey(ctx, c.replica)
	if err != nil {
		return p.internal(ctx, fmt.Errorf("find key of replica %s: %w", c.replica, err))
	}
	if !ok || !es256.Verify(key, shared.UploadText(c.hash), proof) {
		return shared.Fail("photo.proof", "the signature does not hold")
	}
	return nil
}

func (p *Photos) admitCreation(r *http.Request, req *request) error {
	named := req.claim.named
	if named.Here.Settled() {
		req.kept = named.Here
		if named.Here == shared.ArrivalDamaged {
			return shared.Fail(named.damaged(), req.claim.id())
		}
		return shared.Fail("photo.held", req.claim.id())
	}
	length, err := strconv.ParseInt(r.Header.Get("Upload-Length"), 10, 64)
	switch {
	case err != nil || length < 0:
		return shared.Fail("request.malformed", "Upload-Length is missing")
	case length > named.Size || length > shared.MaxPhotoBytes:
		return shared.Fail(named.tooLarge(), fmt.Sprintf("%d bytes, the operation says %d", length, named.Size))
	case length != named.Size:
		return shared.Fail("request.malformed", fmt.Sprintf("%d bytes, the operation says %d", length, named.Size))
	}
	if info, err := p.files.Stat(p.partial(req.claim)); err == nil && info.Size() > 0 {
		// The phone does not know what is here already: its first bytes must not be appended. It is told the offset.
		r.Header.Del("Content-Type")
	}
	req.chunk = r.Header.Get("Content-Type") == chunkType
	return nil
}

// internal logs what went wrong inside; the phone only learns that something did.
func (p *Photos) internal(ctx context.Context, err error) error {
	fault := faultOf(err)
	if shared.FaultCode(fault) == "internal" {
		p.log.ErrorContext(ctx, "a photo could not be taken", "error", err)
	} else {
		p.log.WarnContext(ctx, "a photo could not be taken", "error", err)
	}
	return fault
}
