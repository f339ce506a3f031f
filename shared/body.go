package shared

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// ParseBody reads an operation's exact text and checks its shape: that every reader sees the same in it, version, ids,
// counter, sizes. It does not judge.
// The fault is operation.malformed or operation.versionUnknown.
func ParseBody(text string) (Body, error) {
	var b Body
	if len(text) > MaxBodyBytes {
		return b, Fail("operation.malformed", fmt.Sprintf("%d bytes, at most %d", len(text), MaxBodyBytes))
	}
	if !utf8.ValidString(text) || !WellFormed(text) {
		return b, Fail("operation.malformed", "not well-formed Unicode")
	}
	err := json.Unmarshal([]byte(text), &b)
	var noJSON *json.SyntaxError
	if errors.As(err, &noJSON) {
		return Body{}, Fail("operation.malformed", err.Error())
	}
	if unclear := ambiguity(text, bodyNames()); unclear != "" {
		return Body{}, Fail("operation.malformed", unclear)
	}
	if err != nil {
		// Another version may have other fields.
		var head struct {
			V int `json:"v"`
		}
		if json.Unmarshal([]byte(text), &head) == nil && head.V != Version {
			return Body{}, Fail("operation.versionUnknown", fmt.Sprintf("v is %d, this server reads %d", head.V, Version))
		}
		return b, Fail("operation.malformed", err.Error())
	}
	if b.V != Version {
		return Body{}, Fail("operation.versionUnknown", fmt.Sprintf("v is %d, this server reads %d", b.V, Version))
	}
	if wrong := b.wrong(); wrong != "" {
		return b, Fail("operation.malformed", wrong)
	}
	return b, nil
}

// wrong names the first field that breaks the format, or "".
func (b Body) wrong() string {
	switch {
	case !IsUUID(b.Replica):
		return "replica is no UUID"
	case b.Counter < 1 || b.Counter > 1<<53-1:
		return "counter is out of range"
	case b.Counter == 1 && b.Prev != "", b.Counter > 1 && !IsHash(b.Prev):
		return "prev does not fit the counter"
	case !IsUUID(b.Case):
		return "case is no UUID"
	case b.Author.ID == "" || len(b.Author.ID) > 64:
		return "author is missing"
	case b.Seen < 0:
		return "seen is negative"
	case len(b.Photos) > MaxPhotos:
		return "too many photos"
	case len(b.Voices) > MaxVoices:
		return "too many voice notes"
	case len(b.Payload.Changes) > MaxChanges:
		return "too many changes"
	}
	for _, words := range []string{b.Payload.Description, b.Payload.Address, b.Payload.Words, b.Payload.Reason} {
		if utf8.RuneCountInString(words) > MaxWords {
			return "words are too long"
		}
	}
	for _, code := range []string{b.Payload.Condition, b.Payload.Unit, b.Payload.Assignee, string(b.Payload.How), string(b.Payload.Phase)} {
		if len(code) > 64 {
			return "a code is too long"
		}
	}
	for _, other := range []string{b.Payload.Into, b.Payload.Duplicate} {
		if other != "" && !IsUUID(other) {
			return "the other case is no UUID"
		}
	}
	for _, ch := range b.Payload.Changes {
		if fieldOf(&Case{}, ch.Field) == nil || utf8.RuneCountInString(ch.To) > MaxWords {
			return "a change names an unknown field or is too long"
		}
	}
	if wrong := b.wrongPhotos(); wrong != "" {
		return wrong
	}
	return b.wrongVoices()
}

func (b Body) wrongVoices() string {
	for _, v := range b.Voices {
		switch {
		case !IsHash(v.Hash):
			return "a voice note's hash is no SHA-256"
		case v.Size < 1 || v.Size > MaxVoiceBytes:
			return "a voice note's size is out of range"
		case v.Duration < 1 || v.Duration > MaxVoiceMs:
			return "a voice note's duration is out of range"
		}
	}
	return ""
}

func (b Body) wrongPhotos() string {
	for _, p := range b.Photos {
		if !IsHash(p.Hash) || (p.Preview != nil && !IsHash(p.Preview.Hash)) {
			return "a photo's hash is no SHA-256"
		}
		if p.Size < 1 || p.Size > MaxPhotoBytes || (p.Preview != nil && (p.Preview.Size < 1 || p.Preview.Size > MaxPreviewBytes)) {
			return "a photo's size is out of range"
		}
	}
	if b.Place != nil && (math.IsNaN(b.Place.Accuracy) || b.Place.Accuracy < 0) {
		return "accuracy is negative"
	}
	return ""
}

// MaxPreviewBytes is the largest preview that a phone may send.
const MaxPreviewBytes = 16 << 10

// WellFormed says whether every \u escape of a surrogate in JSON text is one of a pair. Go would silently replace a lone
// one, JavaScript would keep it: two readers of one text must not see different words.
func WellFormed(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		unit, ok := escapedUnit(text[i:])
		switch {
		case !ok:
			i++ // an escape of one character, such as \\ or \n
		case unit >= 0xDC00 && unit <= 0xDFFF:
			return false
		case unit >= 0xD800 && unit <= 0xDBFF:
			low, ok := escapedUnit(text[i+6:])
			if !ok || low < 0xDC00 || low > 0xDFFF {
				return false
			}
			i += 11
		default:
			i += 5
		}
	}
	return true
}

func escapedUnit(text string) (uint16, bool) {
	if len(text) < 6 || !strings.HasPrefix(text, `\u`) {
		return 0, false
	}
	var unit uint16
	for _, c := range []byte(text[2:6]) {
		digit := strings.IndexByte("0123456789abcdef", c|0x20)
		if c >= '0' && c <= '9' {
			digit = int(c - '0')
		}
		if digit < 0 {
			return 0, false
		}
		unit = unit<<4 | uint16(digit)
	}
	return unit, true
}

// SignedText is what a replica signs with ES256 when it saves an operation.
func SignedText(hash string) string { return "buxun operation v1 " + hash }

// UploadText is what a replica signs with ES256 to show that it is the one whose operation names the photo.
func UploadText(hash string) string { return "buxun upload v1 " + hash }

// HandoverText is what a replica signs with ES256 under a hand-over file that it made: the SHA-256 of the file's head and of its contents.
func HandoverText(head, contents string) string { return "buxun handover v1 " + head + " " + contents }

// SucceedText is what a forked replica signs with ES256 to enrol its successor: the new replica's id and public key (base64url SPKI).
func SucceedText(replica, key string) string { return "buxun succeed v1 " + replica + " " + key }

// WipedText is what a revoked replica signs with ES256 when its phone has forgotten what it held.
func WipedText(replica string) string { return "buxun wiped v1 " + replica }

// CategoryKey names a category: code alone is not a key (DOMAIN 0.1). The separator is a vertical bar.
func CategoryKey(standard, kind, code string) string { return standard + "|" + kind + "|" + code }
