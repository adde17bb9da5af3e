// Package audit is the format of the audit log: how the two parts of an event that can be
// erased are encoded, and the SHA-256 that the fixed row keeps of each. docs/audit-format.md
// specifies it byte by byte, so that a program that is not this one can verify a log.
//
// An encoding never changes once events were written with it: another one gets another
// version. So a digest can be verified for as long as its part is there, whatever the rest
// of the console has become.
package audit

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Version is the version of the encoding that this package writes. It knows no other.
const Version = 1

// The names of the parts of an event, as they are encoded.
const (
	changePart = "change"
	actorPart  = "actor"
)

// A Nonce makes the digest of a part unpredictable: who knows the digest alone cannot find
// out by trying what an erased part held.
type Nonce [16]byte

// NewNonce returns 128 random bits.
func NewNonce() (n Nonce) {
	_, _ = rand.Read(n[:]) // never fails
	return n
}

// A Digest is the SHA-256 of a part of an event.
type Digest [sha256.Size]byte

// A Change is one field's old and new value. The values are codes and keys: docs/audit-format.md
// lists them by field.
type Change struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// EncodeChanges returns changes as they are stored and as they are encoded: a JSON array of
// objects with field, old and new in that order and no space between. Text that is not UTF-8
// is stored with U+FFFD in its place.
func EncodeChanges(all []Change) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(append([]Change{}, all...))
	return strings.TrimSuffix(b.String(), "\n"), err
}

// A Row is the fixed row of an event, without the digests: what is never erased.
type Row struct {
	Seq       int64
	At        time.Time // to the microsecond
	Action    string
	ActorKey  string // empty for an actor that is no user
	TargetKey string // empty without a target
	Via       string
	RequestID string
	Group     string // of the events that were made together; empty for one alone
	Undoes    int64  // number of the event that this one undoes; 0 for none
	Token     string // that the actor came with; empty without one
	Tool      string // that the actor used; empty if it did not say
}

// A ChangePart is what an event changed, and in whom.
type ChangePart struct {
	TargetID      string // user_id at that time, as the next two
	TargetName    string
	TargetKind    string
	TargetVersion int64  // of the target's record after the event; 0 without one
	Changes       string // as [EncodeChanges] returns them
}

// An ActorPart is the personal data of an event's actor.
type ActorPart struct {
	ActorID   string // user_id at that time, as the next two
	ActorName string
	ActorKind string
	Reason    string // as given by the actor
	Address   string // IP address of the client
	UserAgent string
}

// Digest returns the digest of p, which is a part of the event r.
func (p ChangePart) Digest(r Row, n Nonce) Digest {
	return r.digest(n, changePart, p.TargetID, p.TargetName, p.TargetKind, strconv.FormatInt(p.TargetVersion, 10), p.Changes)
}

// Digest returns the digest of p, which is a part of the event r.
func (p ActorPart) Digest(r Row, n Nonce) Digest {
	return r.digest(n, actorPart, p.ActorID, p.ActorName, p.ActorKind, p.Reason, p.Address, p.UserAgent)
}

// digest returns the SHA-256 of the nonce, of what identifies the part, and of its values.
// The fixed row is among it, so that a changed row is noticed while one of the parts is there.
func (r Row) digest(n Nonce, part string, values ...string) Digest {
	b := make([]byte, 0, 512)
	b = append(b, n[:]...)
	for _, value := range []string{
		"console event", strconv.Itoa(Version), part,
		strconv.FormatInt(r.Seq, 10), strconv.FormatInt(r.At.UnixMicro(), 10), r.Action, r.ActorKey, r.TargetKey, r.Via, r.RequestID,
		r.Group, strconv.FormatInt(r.Undoes, 10), r.Token, r.Tool,
	} {
		b = appendValue(b, value)
	}
	for _, value := range values {
		b = appendValue(b, value)
	}
	return sha256.Sum256(b)
}

// appendValue appends a value as its length in bytes, a colon, the bytes and a comma.
func appendValue(b []byte, value string) []byte {
	b = strconv.AppendInt(b, int64(len(value)), 10)
	b = append(append(append(b, ':'), value...), ',')
	return b
}
