package demo

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// MaxComment is the most that Commented adds, in bytes.
const MaxComment = 64

// Commented is a JPEG with a comment segment behind its first header, where decoders skip it: the same picture in bytes, and
// so with a hash, of its own.
func Commented(jpeg []byte, words string) []byte {
	words = words[:min(len(words), MaxComment-4)]
	segment := append(binary.BigEndian.AppendUint16([]byte{0xff, 0xfe}, uint16(len(words)+2)), words...)
	at := 2
	if bytes.HasPrefix(jpeg[2:], []byte{0xff, 0xe0}) { // JFIF's header must follow the start mark at once
		at += 2 + int(binary.BigEndian.Uint16(jpeg[4:]))
	}
	return slices.Concat(jpeg[:at], segment, jpeg[at:])
}
