package drive

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"buxun/shared"
	"buxun/sync/wire"
)

// Handover makes a hand-over file as a phone does: the replica's operations first to last, and photos that they name, sealed for the
// centre whose key sign-in told.
func Handover(centre string, r *Replica, first, last int64, photos ...[]byte) ([]byte, error) {
	contents := wire.Handover{V: wire.Version, Replica: r.ID, Pushes: []wire.Push{}, Files: []wire.HandoverFile{}}
	for counter := first; counter <= last; counter++ {
		push, err := r.Push(counter, counter)
		if err != nil {
			return nil, err
		}
		contents.Pushes = append(contents.Pushes, push)
	}
	for _, content := range photos {
		hash := shared.HashText(string(content))
		proof, err := r.Sign(shared.UploadText(hash))
		if err != nil {
			return nil, err
		}
		contents.Files = append(contents.Files, wire.HandoverFile{Replica: r.ID, Hash: hash, Size: int64(len(content)), Proof: proof})
	}
	text, err := json.Marshal(contents)
	if err != nil {
		return nil, fmt.Errorf("write the contents of a hand-over: %w", err)
	}
	return SealHandover(centre, r, text, bytes.Join(photos, nil))
}

// SealHandover signs and seals the text of contents, with the bytes of their files behind it.
func SealHandover(centre string, r *Replica, text, files []byte) ([]byte, error) {
	head, seal, err := handoverSeal(centre)
	if err != nil {
		return nil, err
	}
	signature, err := r.Sign(shared.HandoverText(shared.HashText(string(head)), shared.HashText(string(text))))
	if err != nil {
		return nil, err
	}
	plain := binary.BigEndian.AppendUint32(nil, uint32(len(text)))
	plain = append(append(append(plain, text...), signature...), files...)
	out := head
	for number := uint32(0); ; number++ {
		n := min(len(plain), wire.HandoverChunkBytes)
		chunk, last := plain[:n], n == len(plain)
		nonce := make([]byte, 12)
		binary.BigEndian.PutUint32(nonce[7:], number)
		if last {
			nonce[11] = 1
		}
		out = seal.Seal(out, nonce, chunk, nil)
		if plain = plain[n:]; last {
			return out, nil
		}
	}
}

func handoverSeal(centre string) (head []byte, seal cipher.AEAD, err error) {
	point, err := base64.RawURLEncoding.DecodeString(centre)
	if err != nil {
		return nil, nil, fmt.Errorf("read the centre's key: %w", err)
	}
	public, err := ecdh.P256().NewPublicKey(point)
	if err != nil {
		return nil, nil, fmt.Errorf("read the centre's key: %w", err)
	}
	own, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make a key for a hand-over: %w", err)
	}
	secret, err := own.ECDH(public)
	if err != nil {
		return nil, nil, fmt.Errorf("agree on a key for a hand-over: %w", err)
	}
	mark := sha256.Sum256(point)
	head = append(append([]byte(wire.HandoverMagic), mark[:wire.HandoverKeyBytes]...), own.PublicKey().Bytes()...)
	key, err := hkdf.Key(sha256.New, secret, head, wire.HandoverInfo+string(point), 32)
	if err != nil {
		return nil, nil, fmt.Errorf("derive the key of a hand-over: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err == nil {
		seal, err = cipher.NewGCM(block)
	}
	return head, seal, err
}

// HandoverOutcome is what the server says of a file that it took.
type HandoverOutcome struct {
	Have            int64
	Records, Photos struct{ Taken, Had, Refused, Waiting int }
	Faults          []string
}

// Deliver brings a hand-over file as a courier does, in slices.
func (c *Client) Deliver(ctx context.Context, file []byte, slice int) (outcome HandoverOutcome, err error) {
	id, whole := NewID(), int64(len(file))
	for at := int64(0); ; at = outcome.Have {
		request, err := http.NewRequestWithContext(ctx, http.MethodPut, c.Base+"/api/handovers/"+id, bytes.NewReader(file[at:min(at+int64(slice), whole)]))
		if err != nil {
			return outcome, fmt.Errorf("make a request for a hand-over: %w", err)
		}
		request.Header.Set("Content-Range", fmt.Sprintf("bytes %d/%d", at, whole))
		response, err := c.HTTP.Do(request)
		if err != nil {
			return outcome, fmt.Errorf("deliver a hand-over: %w", err)
		}
		if response.StatusCode != http.StatusOK {
			return outcome, errors.Join(Problem(response), response.Body.Close())
		}
		err = json.NewDecoder(response.Body).Decode(&outcome)
		_, drained := io.Copy(io.Discard, response.Body)
		if err := errors.Join(err, drained, response.Body.Close()); err != nil || outcome.Faults != nil {
			return outcome, err
		}
	}
}
