package wire

import (
	"encoding/json"
	"fmt"

	"buxun/shared"
)

// What a hand-over file is made of, as PROTOCOL.md says under Hand-over.
const (
	// HandoverMagic begins every hand-over file.
	HandoverMagic = "buxunHO1"
	// HandoverKeyBytes is how much of the SHA-256 of the centre's public key stands behind it, and HandoverPointBytes how long
	// the file's own public key behind that is (a point on P-256, uncompressed).
	HandoverKeyBytes   = 8
	HandoverPointBytes = 65
	// HandoverInfo and the centre's public key behind it are what HKDF is told.
	HandoverInfo = "buxun handover v1"
	// HandoverChunkBytes is how much is sealed at a time.
	HandoverChunkBytes = 256 << 10
	// HandoverTagBytes is what sealing adds to a chunk.
	HandoverTagBytes = 16
	// HandoverSignatureBytes is the length of the signature behind the contents.
	HandoverSignatureBytes = 86
	// MaxHandoverContents and MaxHandoverBytes bound the contents and the whole file.
	MaxHandoverContents = 32 << 20
	MaxHandoverBytes    = 1 << 30
	// HandoverSliceBytes is how much of a file a courier's phone sends in one request at most.
	HandoverSliceBytes = 8 << 20
)

// Handover is what a hand-over file holds; the bytes of its files follow, in order.
type Handover struct {
	V int `json:"v"`
	// Replica is the one that signed the contents: of whoever was signed in on the phone.
	Replica string `json:"replica"`
	At      int64  `json:"at"` // device's clock
	// Pushes are what the phone would have pushed, one operation each, in order of counter for each replica.
	Pushes []Push `json:"pushes"`
	// Files are previews first, then originals and voice notes.
	Files []HandoverFile `json:"files"`
}

// HandoverFile is a photo, preview or voice note of a hand-over.
type HandoverFile struct {
	Replica string `json:"replica"`
	Hash    string `json:"hash"`
	Size    int64  `json:"size"`
	// Preview says that it is the small picture of another, for counting.
	Preview bool `json:"preview,omitempty"`
	// Proof is the replica's signature over shared.UploadText of the hash, as at an upload.
	Proof string `json:"proof"`
}

// DecodeHandover reads the contents of a hand-over file. Its pushes have the same limits as frames.
func DecodeHandover(text []byte) (Handover, error) {
	var h Handover
	if err := json.Unmarshal(text, &h); err != nil {
		return h, shared.Fail("handover.altered", err.Error())
	}
	if h.V != Version {
		return h, shared.Fail("protocol.unknown", fmt.Sprintf("a hand-over of version %d", h.V))
	}
	if wrong := h.wrong(); wrong != "" {
		return h, shared.Fail("handover.altered", wrong)
	}
	return h, nil
}

func (h Handover) wrong() string {
	if !shared.IsUUID(h.Replica) {
		return "replica is no UUID"
	}
	for _, p := range h.Pushes {
		if wrong := p.wrong(); wrong != "" {
			return wrong
		}
	}
	for _, f := range h.Files {
		if !shared.IsUUID(f.Replica) || !shared.IsHash(f.Hash) || f.Size < 1 || f.Size > shared.MaxPhotoBytes {
			return "a file is malformed"
		}
	}
	return ""
}
