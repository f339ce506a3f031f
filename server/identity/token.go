package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// bearerPrefix lets scanners of leaked secrets know a program's token.
const bearerPrefix = "bx_"

// NewSessionToken gives a fresh secret for a session cookie.
func NewSessionToken() string { return secret() }

// NewBearerToken gives a fresh secret for a program.
func NewBearerToken() string { return bearerPrefix + secret() }

// IsBearerToken says whether a text has the form of a program's token.
func IsBearerToken(text string) bool { return strings.HasPrefix(text, bearerPrefix) }

// HashToken is what is kept of a token, its SHA-256. The token has 256 random bits, so that a plain hash cannot be turned back.
func HashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// NewPassword gives a password for somebody who will type it once: 16 characters without those that look alike.
func NewPassword() string {
	const letters = "abcdefghjkmnpqrstuvwxyz23456789+" // 32, so that every byte is fair
	raw := make([]byte, 16)
	rand.Read(raw)
	for i, b := range raw {
		raw[i] = letters[b%byte(len(letters))]
	}
	return string(raw)
}

func secret() string {
	raw := make([]byte, 32)
	rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw)
}
