package handover

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"buxun/shared"
	"buxun/sync/wire"
)

// headBytes is everything that is not sealed: the magic, the mark of the centre's key, and the file's own public key.
const headBytes = len(wire.HandoverMagic) + wire.HandoverKeyBytes + wire.HandoverPointBytes

// Opened is a hand-over file whose contents were read; Files brings the bytes of its photos. Nothing of it is checked yet but
// that this centre can open it: the signature is its caller's to check.
type Opened struct {
	wire.Handover
	// Signed and Signature are what its replica signed, and how.
	Signed, Signature string
	Files             io.Reader
	// name is the hash of its head: no two files have one head, for each has a key of its own.
	name string
}

// Open reads a hand-over file up to its photos. The faults are handover.notOne, handover.otherCentre, handover.altered and
// protocol.unknown; errors of from itself pass.
func (k *Key) Open(from io.Reader) (*Opened, error) {
	head := make([]byte, headBytes)
	if n, err := io.ReadFull(from, head); err != nil && !cut(err) {
		return nil, err
	} else if err := k.Look(head[:n]); err != nil || n < headBytes {
		return nil, errors.Join(err, altered(n < headBytes, "the head is cut"))
	}
	sealed, err := k.unseal(head, from)
	if err != nil {
		return nil, err
	}
	var length uint32
	if err := binary.Read(sealed, binary.BigEndian, &length); err != nil {
		return nil, inside(err)
	}
	if length > wire.MaxHandoverContents {
		return nil, shared.Fail("handover.altered", fmt.Sprintf("contents of %d bytes", length))
	}
	var contents bytes.Buffer // grows with what comes, not with what is said
	if _, err := io.CopyN(&contents, sealed, int64(length)); err != nil {
		return nil, inside(err)
	}
	signature := make([]byte, wire.HandoverSignatureBytes)
	if _, err := io.ReadFull(sealed, signature); err != nil {
		return nil, inside(err)
	}
	handover, err := wire.DecodeHandover(contents.Bytes())
	if err != nil {
		return nil, err
	}
	return &Opened{
		Handover: handover, Signature: string(signature), Files: sealed, name: hashOf(head),
		Signed: shared.HandoverText(hashOf(head), hashOf(contents.Bytes())),
	}, nil
}

// Look says from the first bytes whether they may begin a file for this centre; fewer than a head are looked at as far as they go.
func (k *Key) Look(head []byte) error {
	want := append([]byte(wire.HandoverMagic), k.mark()...)
	n := min(len(head), len(want))
	switch {
	case bytes.Equal(head[:n], want[:n]) && (n == len(want) || n > 0):
		return nil
	case n > len(wire.HandoverMagic) && bytes.HasPrefix(head, []byte(wire.HandoverMagic)):
		return shared.Fail("handover.otherCentre", "")
	}
	return shared.Fail("handover.notOne", "")
}

func hashOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// unseal gives the plaintext behind a head.
func (k *Key) unseal(head []byte, from io.Reader) (io.Reader, error) {
	point := head[headBytes-wire.HandoverPointBytes:]
	theirs, err := ecdh.P256().NewPublicKey(point)
	if err != nil {
		return nil, shared.Fail("handover.altered", err.Error())
	}
	secret, err := k.private.ECDH(theirs)
	if err != nil {
		return nil, shared.Fail("handover.altered", err.Error())
	}
	key, err := hkdf.Key(sha256.New, secret, head, wire.HandoverInfo+string(k.point()), 32)
	if err != nil {
		return nil, fmt.Errorf("derive the key of a hand-over file: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("open a hand-over file: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("open a hand-over file: %w", err)
	}
	return &unsealer{from: bufio.NewReaderSize(from, 1<<16), aead: aead, sealed: make([]byte, wire.HandoverChunkBytes+wire.HandoverTagBytes)}, nil
}

// unsealer opens one chunk after the other. Each chunk's nonce holds its number and whether it is the last, so that none can be
// left out, moved, repeated or cut off.
type unsealer struct {
	from   *bufio.Reader
	aead   cipher.AEAD
	number uint32
	last   bool
	sealed []byte
	opened []byte // not read yet
}

func (u *unsealer) Read(into []byte) (int, error) {
	for len(u.opened) == 0 {
		if u.last {
			return 0, io.EOF
		}
		if err := u.next(); err != nil {
			return 0, err
		}
	}
	n := copy(into, u.opened)
	u.opened = u.opened[n:]
	return n, nil
}

func (u *unsealer) next() error {
	n, err := io.ReadFull(u.from, u.sealed)
	switch {
	case cut(err):
		u.last = true
	case err != nil:
		return err
	default:
		_, err := u.from.Peek(1)
		if u.last = errors.Is(err, io.EOF); err != nil && !u.last {
			return err
		}
	}
	u.opened, err = u.aead.Open(u.sealed[:0], nonceOf(u.number, u.last), u.sealed[:n], nil)
	if err != nil {
		return shared.Fail("handover.altered", fmt.Sprintf("chunk %d does not open", u.number))
	}
	if u.number++; u.number == 0 {
		return shared.Fail("handover.altered", "too many chunks")
	}
	return nil
}

func nonceOf(number uint32, last bool) []byte {
	nonce := make([]byte, 12)
	binary.BigEndian.PutUint32(nonce[7:], number)
	if last {
		nonce[11] = 1
	}
	return nonce
}

// cut says whether an error means that there was nothing more to read.
func cut(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

// inside is an error of reading what a file must hold: an end is too early there.
func inside(err error) error {
	if cut(err) {
		return shared.Fail("handover.altered", "it ends too early")
	}
	return err
}

func altered(is bool, why string) error {
	if !is {
		return nil
	}
	return shared.Fail("handover.altered", why)
}
