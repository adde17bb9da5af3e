package users

import (
	"crypto/rand"
	"crypto/sha256"
	"database/sql/driver"
	"fmt"
	"regexp"
	"strings"

	"github.com/roboto-ai/console/internal/spelling"
)

// A Key is the permanent identifier of a user. This package generates it, and all references to a
// user are by key.
type Key string

// An ID is the canonical user_id: a person's e-mail address or a service user's identifier. It may
// change, so nothing refers to it.
type ID string

// A SessionID identifies a session on pages. It is not the secret of the session.
type SessionID string

func newKey() Key             { return Key("usr_" + strings.ToLower(rand.Text())) }
func newSessionID() SessionID { return SessionID("ses_" + strings.ToLower(rand.Text())) }

// A Digest is the SHA-256 of a secret, which the database has instead of the secret.
type Digest [sha256.Size]byte

// DigestOf returns the digest of a secret.
func DigestOf(secret string) Digest { return sha256.Sum256([]byte(secret)) }

// Value implements [driver.Valuer].
func (d Digest) Value() (driver.Value, error) { return d[:], nil }

// Lengths of a user_id, in characters.
const (
	minID = 3
	maxID = 254 // RFC 5321 section 4.5.3.1.3, less the brackets
)

var (
	plainID = regexp.MustCompile(`^[a-z0-9][a-z0-9._+@-]*$`)
	// address is the dot-atom form of RFC 5322 section 3.4.1 with a host name.
	address = regexp.MustCompile("^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*" +
		`@[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$`)
)

// reservedIDs are segments of the console's own paths below /users and /service-users.
var reservedIDs = map[ID]bool{"new": true, "edit": true, "export": true, "import": true, "views": true, "bulk": true}

// ParseID returns the canonical form of a user_id: trimmed and in lower case. It
// returns an [*InvalidError] on user_id unless that is a user_id.
func ParseID(s string) (ID, error) {
	id := Canonical(s)
	if why := id.flaw(); why != "" {
		return "", Invalid("user_id", "%s", why)
	}
	return id, nil
}

// EnteredID returns the user_id that a person typed or pasted, which may be invalid. It extracts
// an address from a text such as "Ana <ana@example.com>" or "mailto:ana@example.com", drops
// invisible characters and converts the domain of an address to ASCII.
func EnteredID(s string) ID {
	s = asciiDomain(spelling.Normalize(s))
	if id := Canonical(s); id.IsAddress() {
		return id
	}
	var found []ID
	for _, w := range SplitWords(s) {
		if id := Canonical(w.Text); id.IsAddress() {
			found = append(found, id)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return Canonical(s)
}

// Canonical returns s in the form of an [ID]: trimmed, with ASCII letters in lower case. Unicode's
// lower case would make a k of the Kelvin sign, and so the address of another user.
func Canonical(s string) ID {
	return ID(strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r - 'A' + 'a'
		}
		return r
	}, strings.TrimSpace(s)))
}

// flaw returns why id is no user_id, or "".
func (id ID) flaw() string {
	switch {
	case id == "":
		return "Enter a user ID."
	case len(id) < minID || len(id) > maxID:
		return fmt.Sprintf("Use %d to %d characters.", minID, maxID)
	case reservedIDs[id]:
		return fmt.Sprintf("“%s” is a word of the console itself. Choose another.", string(id))
	case !plainID.MatchString(string(id)) && !address.MatchString(string(id)):
		return id.strange() + "Use letters a–z, digits and . _ + @ - only, beginning with a letter or a digit."
	}
	return ""
}

// strange returns a sentence, with a space after it, on the first character that no user_id can
// have; empty if there is none.
func (id ID) strange() string {
	for _, r := range string(id) {
		switch {
		case r == ' ':
			return "There is a space in it. "
		case spelling.Control(r) || !spelling.Visible(r):
			return "There is an invisible character in it, " + spelling.CodePoint(r) + ". "
		case !strings.ContainsRune(idCharacters, r):
			return "“" + string(r) + "” cannot be part of it. "
		}
	}
	return ""
}

// idCharacters are the characters of a user_id, some of them in addresses only.
const idCharacters = "abcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+/=?^_`{|}~@-"

// IsAddress reports whether id has the form of an e-mail address.
func (id ID) IsAddress() bool { return address.MatchString(string(id)) }

// domain returns the part of id after the last @, or "".
func (id ID) domain() string {
	return string(id[strings.LastIndexByte(string(id), '@')+1:])
}
