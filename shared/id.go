package shared

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// ShortID is what people say aloud: five Crockford characters from the last 25 bits of the replica's UUID, a hyphen, and
// the counter, for example "7ZK0Q-12". It is final the moment a case is saved. A malformed replica gives "00000".
func ShortID(replica string, counter int64) string {
	digits := strings.ReplaceAll(replica, "-", "")
	if len(digits) > 7 {
		digits = digits[len(digits)-7:]
	}
	bits, err := strconv.ParseUint(digits, 16, 32)
	if err != nil {
		bits = 0
	}
	text := make([]byte, 5)
	for i := range text {
		text[4-i] = crockford[bits&31]
		bits >>= 5
	}
	return string(text) + "-" + strconv.FormatInt(counter, 10)
}

// HashText is the lower-case hex SHA-256 of a body's exact UTF-8 text: the operation's hash.
func HashText(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// IsUUID says whether text is a lower-case hyphenated UUID.
func IsUUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i, r := range []byte(text) {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if r != '-' {
				return false
			}
		} else if !isHex(r) {
			return false
		}
	}
	return true
}

// IsHash says whether text is a lower-case hex SHA-256.
func IsHash(text string) bool {
	return len(text) == 64 && strings.IndexFunc(text, func(r rune) bool { return r > 127 || !isHex(byte(r)) }) < 0
}

func isHex(b byte) bool { return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' }
