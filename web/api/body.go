package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"strings"
	"unicode/utf8"

	"github.com/roboto-ai/console/internal/users"
)

// An object is a JSON object of a client. It distinguishes a member that is null from an absent
// one. Its methods collect the mistakes in the members that they read; other members are
// ignored.
type object struct {
	members map[string]json.RawMessage
	bad     users.InvalidError
}

// object returns the body of the call, an empty object if there is none. It returns an
// [*users.InvalidError] if the body is not a JSON object.
func (c *call) object() (*object, error) {
	if len(c.body) == 0 {
		return &object{}, nil
	}
	kind, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if charset := strings.ToLower(params["charset"]); err != nil || kind != "application/json" || charset != "" && charset != "utf-8" {
		return nil, invalid("Content-Type", "Send the body as application/json.")
	}
	members, err := membersOf(c.body)
	if err != nil {
		return nil, invalid("body", "This is not a JSON object: "+err.Error()+".")
	}
	return &object{members: members}, nil
}

// membersOf returns the members of a JSON object by their exact names. It returns an error,
// which does not contain values, if a name occurs twice, if text is not UTF-8, or if it is not
// exactly one object.
func membersOf(text []byte) (map[string]json.RawMessage, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("it is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return nil, errors.New("it does not begin with a brace")
	}
	members := make(map[string]json.RawMessage)
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, syntax(decoder)
		}
		key, _ := name.(string) // always, here
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, syntax(decoder)
		}
		if _, twice := members[key]; twice {
			return nil, errors.New("a name occurs twice")
		}
		members[key] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, syntax(decoder)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows it")
	}
	return members, nil
}

// syntax returns an error with the position of a decoder.
func syntax(decoder *json.Decoder) error {
	return fmt.Errorf("it cannot be read at byte %d", decoder.InputOffset())
}

// has reports whether the member is present, null or not.
func (o *object) has(name string) bool { return o.members[name] != nil }

// isNull reports whether the member is present and null.
func (o *object) isNull(name string) bool { return string(o.members[name]) == "null" }

// isSet reports whether the member is present and not null.
func (o *object) isSet(name string) bool { return o.has(name) && !o.isNull(name) }

// fail adds a mistake in a member.
func (o *object) fail(name, message string) {
	o.bad.Fields = append(o.bad.Fields, users.FieldError{Field: name, Message: message})
}

// err returns an [*users.InvalidError] with the mistakes so far, nil without any.
func (o *object) err() error {
	if len(o.bad.Fields) == 0 {
		return nil
	}
	return &o.bad
}

// read decodes the member into value and reports whether it is set. A value of another type is
// a mistake; want says what is expected.
func (o *object) read(name string, value any, want string) bool {
	if !o.isSet(name) {
		return false
	}
	if err := json.Unmarshal(o.members[name], value); err != nil {
		o.fail(name, "Send "+want+", or null.")
		return false
	}
	return true
}

// text returns a member that is text, and nil if it is absent or null.
func (o *object) text(name string) *string {
	var value string
	if !o.read(name, &value, "text") {
		return nil
	}
	return &value
}

// flag returns a member that is true or false, and false if it is absent or null.
func (o *object) flag(name string) bool {
	var value bool
	return o.read(name, &value, "true or false") && value
}

// number returns a member that is a whole number, also one written like 30.0 or 3e1, and nil if
// it is absent or null.
func (o *object) number(name string) *int64 {
	var value float64
	const exact = 1 << 53 // beyond it, float64 skips whole numbers
	switch {
	case !o.read(name, &value, "a whole number"):
		return nil
	case value != math.Trunc(value) || math.Abs(value) > exact:
		o.fail(name, "Send a whole number, or null.")
		return nil
	}
	whole := int64(value)
	return &whole
}

// texts returns a member that is a list of texts, and nil if it is absent or null.
func (o *object) texts(name string) []string {
	var values []*string
	if !o.read(name, &values, "a list of texts") {
		return nil
	}
	all := make([]string, len(values))
	for i, value := range values {
		if value == nil {
			o.fail(name, "Send a list of texts, or null.")
			return nil
		}
		all[i] = *value
	}
	return all
}

// flags returns a member that is an object of names to true or false, without the names
// whose value is null, and nil if it is absent or null.
func (o *object) flags(name string) map[string]bool {
	if !o.isSet(name) {
		return nil
	}
	members, err := membersOf(o.members[name])
	if err != nil {
		o.fail(name, "Send an object of true and false, or null.")
		return nil
	}
	inner := &object{members: members}
	all := make(map[string]bool, len(members))
	for key := range members {
		if inner.isSet(key) {
			all[key] = inner.flag(key)
		}
	}
	if inner.err() != nil {
		o.fail(name, "Send an object of true and false, or null.")
		return nil
	}
	return all
}
