package drive

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"

	"buxun/shared"
	"buxun/sync/wire"

	"github.com/google/uuid"
)

// Replica is one person's chain of operations on this device, kept in memory.
type Replica struct {
	ID     string
	Author shared.Author
	Anchor *shared.Anchor // goes into every operation made from now on
	// Made are the texts of all operations, number 1 first.
	Made []string
	// Acked is the counter up to which the server acknowledged, AckedHash that operation's hash.
	Acked     int64
	AckedHash string

	private *ecdsa.PrivateKey
	key     string
}

// NewReplica makes a replica with a fresh id and ES256 key for a person.
func NewReplica(person string) (*Replica, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a replica's key: %w", err)
	}
	der, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("write a replica's key: %w", err)
	}
	return &Replica{
		ID: NewID(), Author: shared.Author{Kind: shared.AuthorPerson, ID: person},
		private: private, key: base64.RawURLEncoding.EncodeToString(der),
	}, nil
}

// NewID makes the UUIDv7 of a case or replica.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// Key is the public key as it is enrolled: base64url of SPKI DER.
func (r *Replica) Key() string { return r.key }

// Make numbers, chains and keeps one operation; format, replica, counter, prev, author and anchor are filled in.
func (r *Replica) Make(b shared.Body) (hash string, err error) {
	b.V, b.Replica, b.Counter, b.Author, b.Anchor = shared.Version, r.ID, int64(len(r.Made))+1, r.Author, r.Anchor
	if len(r.Made) > 0 {
		b.Prev = shared.HashText(r.Made[len(r.Made)-1])
	}
	text, err := json.Marshal(b)
	if err != nil {
		return "", fmt.Errorf("write operation %s/%d: %w", r.ID, b.Counter, err)
	}
	r.Made = append(r.Made, string(text))
	return shared.HashText(string(text)), nil
}

// Sign signs a text as WebCrypto does: r and s of 32 bytes each, base64url.
func (r *Replica) Sign(text string) (string, error) {
	digest := sha256.Sum256([]byte(text))
	x, y, err := ecdsa.Sign(rand.Reader, r.private, digest[:])
	if err != nil {
		return "", fmt.Errorf("sign for replica %s: %w", r.ID, err)
	}
	return base64.RawURLEncoding.EncodeToString(append(fixed(x), fixed(y)...)), nil
}

func fixed(n *big.Int) []byte { return n.FillBytes(make([]byte, 32)) }

// Push puts the operations first to last (counters) into one frame; first may be 1.
func (r *Replica) Push(first, last int64) (wire.Push, error) {
	texts := r.Made[first-1 : last]
	signature, err := r.Sign(shared.SignedText(shared.HashText(texts[len(texts)-1])))
	return wire.Push{T: wire.TypePush, Replica: r.ID, First: first, Oldest: 1, Operations: texts, Signature: signature}, err
}

// Holding is what hello says of this replica.
func (r *Replica) Holding() wire.Holding {
	h := wire.Holding{Replica: r.ID, Last: int64(len(r.Made)), Acked: r.Acked, AckedHash: r.AckedHash}
	if h.Last > 0 {
		h.Oldest = 1
	}
	return h
}
