package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"unicode/utf8"
)

// An object is a JSON object whose values are still encoded. Its names are matched exactly:
// encoding/json matches struct fields case-insensitively, so that a claim "Sub" would replace
// "sub" (RFC 7519, section 10.1.1).
type object map[string]json.RawMessage

// parseObject parses data as one JSON object. It returns an error, which quotes no value, for
// invalid UTF-8, a duplicate name, data after the object, or anything but an object.
func parseObject(data []byte) (object, error) {
	if !utf8.Valid(data) { // encoding/json would replace invalid bytes, so that different values become equal
		return nil, errors.New("not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	members := object{}
	for decoder.More() {
		token, err := decoder.Token()
		name, _ := token.(string)
		var value json.RawMessage
		if err == nil {
			err = decoder.Decode(&value)
		}
		if err != nil {
			return nil, errors.New("not a JSON object")
		}
		if _, twice := members[name]; twice {
			return nil, fmt.Errorf("duplicate name %q", name)
		}
		members[name] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, errors.New("not a JSON object")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("data after the JSON object")
	}
	return members, nil
}

// Members returns the JSON object in data reduced to the members with exactly these names, for
// decoding into a struct with encoding/json, which ignores case. It returns an error if data is
// no valid object, for example because a name occurs twice.
func Members(data []byte, names ...string) ([]byte, error) {
	members, err := parseObject(data)
	if err != nil {
		return nil, err
	}
	return json.Marshal(members.only(names))
}

// only returns the members with these names.
func (o object) only(names []string) object {
	some := object{}
	for _, name := range names {
		if o.has(name) {
			some[name] = o[name]
		}
	}
	return some
}

// as decodes the member of that name. It reports false if there is none, it is null, or it has
// another type.
func as[T any](o object, name string) (value T, ok bool) {
	if !o.has(name) {
		return value, false
	}
	return value, json.Unmarshal(o[name], &value) == nil
}

// text returns the string of that name, or "".
func (o object) text(name string) string {
	text, _ := as[string](o, name)
	return text
}

// texts returns the list of strings of that name; a single string is a list of one (RFC 7519,
// section 4.1.3). It returns nil for anything else.
func (o object) texts(name string) []string {
	if one, ok := as[string](o, name); ok {
		return []string{one}
	}
	many, ok := as[[]*string](o, name)
	if !ok {
		return nil
	}
	texts := make([]string, len(many))
	for i, text := range many {
		if text == nil {
			return nil
		}
		texts[i] = *text
	}
	return texts
}

// seconds returns the NumericDate of that name, in seconds since 1970 (RFC 7519, section 2). It
// reports false if there is none or it is no number.
func (o object) seconds(name string) (float64, bool) {
	at, ok := as[float64](o, name)
	return at, ok && !math.IsInf(at, 0)
}

// has reports whether the object has a member of that name that is not null.
func (o object) has(name string) bool {
	raw, ok := o[name]
	return ok && string(raw) != "null"
}
