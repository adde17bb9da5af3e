// Package audit is the format of the audit log: the encoding of the two erasable parts of an
// event and their SHA-256 digests in the event's fixed row. docs/audit-format.md specifies it
// byte by byte, so that other programs can verify a log.
//
// An encoding never changes once events have been written with it; a new encoding gets a new
// version. So a digest can be verified as long as its part exists.
package audit

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Version is the version of the encoding, the only one so far.
const Version = 1

// Names of the parts of an event in their encoding.
const (
	changePart = "change"
	actorPart  = "actor"
)

// A Nonce makes the digest of a part unpredictable, so that the content of an erased part
// cannot be found by guessing.
type Nonce [16]byte

// NewNonce returns 128 random bits.
func NewNonce() (n Nonce) {
	_, _ = rand.Read(n[:]) // never returns an error
	return n
}

// A Digest is the SHA-256 of a part of an event.
type Digest [sha256.Size]byte

// A Change is the old and new value of a field. Values are codes and keys; docs/audit-format.md
// lists them by field.
type Change struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// EncodeChanges returns changes as stored and encoded: a JSON array of objects with field, old
// and new in that order, without spaces. Invalid UTF-8 is replaced by U+FFFD.
func EncodeChanges(all []Change) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(append([]Change{}, all...))
	return strings.TrimSuffix(b.String(), "\n"), err
}

// A Row is the fixed row of an event without its digests. It is never erased.
type Row struct {
	Seq       int64
	At        time.Time // to the microsecond
	Action    string
	ActorKey  string // empty if the actor is no user
	TargetKey string // empty without a target
	Via       string
	RequestID string
	Group     string // ID shared by the events of one action; may be empty
	Undoes    int64  // Seq of the event that this one undoes; 0 for none
	Token     string // API token of the actor; empty without one
	Tool      string // tool that the actor names; may be empty
}

// A ChangePart is what an event changed, and the user that it changed.
type ChangePart struct {
	TargetID      string // user_id at that time, like the next two
	TargetName    string
	TargetKind    string
	TargetVersion int64  // version of the target's record after the event; 0 without one
	Changes       string // as [EncodeChanges] returns them
}

// An ActorPart is the personal data of an event's actor.
type ActorPart struct {
	ActorID   string // user_id at that time, like the next two
	ActorName string
	ActorKind string
	Reason    string // as given by the actor
	Address   string // IP address of the client
	UserAgent string
}

// Digest returns the digest of p as a part of the event r.
func (p ChangePart) Digest(r Row, n Nonce) Digest {
	return r.digest(n, changePart, p.TargetID, p.TargetName, p.TargetKind, strconv.FormatInt(p.TargetVersion, 10), p.Changes)
}

// Digest returns the digest of p as a part of the event r.
func (p ActorPart) Digest(r Row, n Nonce) Digest {
	return r.digest(n, actorPart, p.ActorID, p.ActorName, p.ActorKind, p.Reason, p.Address, p.UserAgent)
}

// digest returns the SHA-256 of the nonce, the part's name, the fixed row and the part's
// values. It includes the row so that a change of the row is detected as long as one part
// exists.
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
