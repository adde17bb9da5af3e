package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/roboto-ai/console/internal/users"
)

// keyHeader identifies a call, so that repeating it does not repeat its effect.
const keyHeader = "Idempotency-Key"

// maxKey is how many characters an Idempotency-Key may have.
const maxKey = 255

// readKey reads the Idempotency-Key of a call that may change something. It returns an
// [*users.InvalidError] for a key that is not valid and for a call whose answer holds a secret,
// which is not stored; and a [*users.DoneError] or [users.ErrOtherRequest] if the key was used
// before.
func (c *call) readKey() error {
	values := c.r.Header.Values(keyHeader)
	switch {
	case len(values) == 0:
		return nil
	case c.route.Secret:
		return invalid(keyHeader, "The answer holds a secret, which is not kept. Send the call without this header.")
	case len(values) > 1 || !isKey(values[0]):
		return invalid(keyHeader, "Send 1 to 255 characters of printable ASCII.")
	}
	c.key = values[0]
	return c.h.users.Done(c.ctx(), c.actor, c.request(nil))
}

// isKey reports whether text may be an Idempotency-Key.
func isKey(text string) bool {
	return text != "" && len(text) <= maxKey && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

// request returns the key and the fingerprint of the call. answer returns what is stored as its
// answer.
func (c *call) request(answer func(users.User) []byte) users.Request {
	sum := sha256.New()
	for _, part := range []string{c.r.Method, c.r.URL.EscapedPath(), c.r.Header.Get(userHeader), string(c.body)} {
		sum.Write([]byte(part + "\x00"))
	}
	return users.Request{Key: users.APIKey(c.actor, c.key), Fingerprint: hex.EncodeToString(sum.Sum(nil)), Answer: answer}
}

// once returns the context of the change that the call makes. With an Idempotency-Key the
// answer is stored in the transaction of the change; data returns its data from the changed
// user.
func (c *call) once(data func(users.User) any) context.Context {
	if c.key == "" {
		return c.ctx()
	}
	return users.Once(c.ctx(), c.request(func(u users.User) []byte {
		record := data(u)
		body, tag := envelope(record), ""
		if _, tagged := record.(userRecord); tagged {
			tag = etag(u)
		}
		return append([]byte(tag+"\n"), body...)
	}))
}

// noData is the data of answers without any.
func noData(users.User) any { return nil }

// replay answers with a stored answer: the ETag, if it had one, and the body. The answers about
// an erased user are deleted.
func (c *call) replay(kept []byte) {
	if len(kept) == 0 {
		kept = append([]byte("\n"), envelope(nil)...)
	}
	tag, body, _ := bytes.Cut(kept, []byte("\n"))
	if len(tag) > 0 {
		c.w.Header().Set("ETag", string(tag))
	}
	c.w.Header().Set("Content-Type", "application/json")
	_, _ = c.w.Write(body) // the frame handles errors
}

// envelope returns data as the body of an answer.
func envelope(data any) []byte {
	body, err := json.Marshal(success{data})
	if err != nil {
		panic(err) // all types here can be encoded
	}
	return body
}
