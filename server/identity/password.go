// Package identity proves who somebody is: passwords, session and bearer tokens, limits on guessing, the server's own keys
// and what it says with them (anchors, receipts). It must not know of HTTP or of where people are kept.
package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"buxun/shared"

	"golang.org/x/crypto/argon2"
)

// Cost is the work of one password hash.
type Cost struct {
	MemoryKiB uint32
	Passes    uint32
}

// Usual is what people's passwords cost: about 0.1 s on a small server.
var Usual = Cost{MemoryKiB: 64 << 10, Passes: 2}

const (
	lanes     = 1
	saltBytes = 16
	hashBytes = 32
)

// Limits of what Verify is willing to work through, so that a damaged row cannot exhaust the machine.
const (
	maxMemoryKiB = 256 << 10
	maxPasses    = 10
)

// Hasher makes and checks Argon2id password hashes. Each needs its memory while it runs, so that only a few run at once and
// the others wait. It is safe for concurrent use.
type Hasher struct {
	cost    Cost
	running chan struct{}
	derive  func(password, salt []byte, passes, memory uint32, lanes uint8, length uint32) []byte
}

// NewHasher makes a hasher that runs at most one hash a processor at once.
func NewHasher(cost Cost) *Hasher {
	return &Hasher{cost: cost, running: make(chan struct{}, runtime.NumCPU()), derive: argon2.IDKey}
}

// Hash gives a password's PHC string. It fails with server.busy when ctx ends before its turn.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	sum, err := h.run(ctx, password, phc{h.cost.MemoryKiB, h.cost.Passes, lanes, salt, make([]byte, hashBytes)})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.cost.MemoryKiB, h.cost.Passes, lanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(sum)), nil
}

// Verify says whether the password is the one of the PHC string. An empty string, for a login that nobody has, costs the
// same work and is never right. It fails with server.busy when ctx ends before its turn.
func (h *Hasher) Verify(ctx context.Context, encoded, password string) (bool, error) {
	known := encoded != ""
	p := phc{h.cost.MemoryKiB, h.cost.Passes, lanes, make([]byte, saltBytes), make([]byte, hashBytes)}
	if known {
		var err error
		if p, err = parsePHC(encoded); err != nil {
			return false, err
		}
	}
	sum, err := h.run(ctx, password, p)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(sum, p.sum) == 1 && known, nil
}

func (h *Hasher) run(ctx context.Context, password string, p phc) ([]byte, error) {
	select {
	case h.running <- struct{}{}:
	case <-ctx.Done():
		return nil, shared.Fail("server.busy", "waited for the password check: "+ctx.Err().Error())
	}
	defer func() { <-h.running }()
	return h.derive([]byte(password), p.salt, p.passes, p.memory, p.lanes, uint32(len(p.sum))), nil
}

// phc is a password hash taken apart.
type phc struct {
	memory, passes uint32
	lanes          uint8
	salt, sum      []byte
}

var errPHC = errors.New("the stored password hash cannot be read")

func parsePHC(encoded string) (p phc, err error) {
	parts := strings.Split(encoded, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, errPHC
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); err != nil {
		return p, errPHC
	}
	if p.memory > maxMemoryKiB || p.passes < 1 || p.passes > maxPasses || p.lanes < 1 {
		return p, errPHC
	}
	if p.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil || len(p.salt) < 8 {
		return p, errPHC
	}
	if p.sum, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(p.sum) < 16 {
		return p, errPHC
	}
	return p, nil
}
