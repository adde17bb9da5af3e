package users

import (
	"crypto/rand"
	"fmt"
	"hash/crc32"
	"math/big"
	"regexp"
	"strings"
)

// A secret is "usr_pat_", 43 random characters of 62 (256 bits), "_", and the CRC-32 (IEEE 802.3) of
// all before that underscore as eight hexadecimal digits, by which secret scanners recognise it.
const (
	secretPrefix   = "usr_pat_"
	secretRandom   = 43 // characters: 62^43 > 2^256
	secretAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// SecretPattern is the regular expression of the secrets of tokens.
const SecretPattern = `usr_pat_[0-9A-Za-z]{43}_[0-9a-f]{8}`

var (
	secretForm   = regexp.MustCompile(`^` + SecretPattern + `$`)
	secretWithin = regexp.MustCompile(`(?i)` + SecretPattern)
)

// newSecret returns a secret that is new, and its hint.
func newSecret() (secret, hint string) {
	var b strings.Builder
	b.WriteString(secretPrefix)
	// The random part is a number below 62^43, drawn evenly, with its digits.
	n, err := rand.Int(rand.Reader, new(big.Int).Exp(big.NewInt(62), big.NewInt(secretRandom), nil))
	if err != nil { // crypto/rand never fails: it ends the program instead
		panic(err)
	}
	digits := make([]byte, secretRandom)
	base, digit := big.NewInt(int64(len(secretAlphabet))), new(big.Int)
	for i := range digits {
		n.DivMod(n, base, digit)
		digits[i] = secretAlphabet[digit.Int64()]
	}
	b.Write(digits)
	return b.String() + "_" + secretSum(b.String()), string(digits[secretRandom-4:])
}

// secretSum returns the checksum of a secret without it.
func secretSum(s string) string { return fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(s))) }

// WellFormedSecret reports whether s has the form and the checksum of a secret. It says nothing
// about whether there is such a token.
func WellFormedSecret(s string) bool {
	body, sum, _ := strings.Cut(strings.TrimPrefix(s, secretPrefix), "_")
	return secretForm.MatchString(s) && secretSum(secretPrefix+body) == sum
}
