package auth

import (
	"crypto/rand"
	"encoding/base64"
)

// secretBytes is the size of a secret: 256 bits.
const secretBytes = 32

// NewSecret returns 256 random bits as 43 characters of base64url, which are safe in cookies
// and URLs, and valid as a PKCE verifier (RFC 7636, section 4.1).
func NewSecret() string {
	var b [secretBytes]byte
	_, _ = rand.Read(b[:]) // never returns an error: it crashes the program
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// wellFormed reports whether s has the form of [NewSecret]. Other values need no look-up.
func wellFormed(s string) bool {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return err == nil && len(b) == secretBytes
}
