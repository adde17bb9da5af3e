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

// An object is a JSON object with its values still encoded. Its names are those that
// were sent, to the letter: encoding/json fills a struct by names of any case, and a
// claim "Sub" would then replace "sub" (RFC 7519, section 10.1.1).
type object map[string]json.RawMessage

// parseObject parses data as one JSON object. The error says what is wrong with it
// and repeats none of it: other bytes than UTF-8, no object, a name that occurs twice,
// or more after the object.
func parseObject(data []byte) (object, error) {
	if !utf8.Valid(data) { // encoding/json would make equal texts of different bytes
		return nil, errors.New("it is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return nil, errors.New("it is not a JSON object")
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
			return nil, errors.New("it is not a JSON object")
		}
		if _, twice := members[name]; twice {
			return nil, fmt.Errorf("the name %q occurs twice", name)
		}
		members[name] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, errors.New("it is not a JSON object")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more after the JSON object")
	}
	return members, nil
}

// Exact returns the JSON object in data with the members of those names alone, for
// encoding/json to fill a struct with, which takes names of any case. The error says what
// is wrong with data, as a name that occurs twice.
func Exact(data []byte, names ...string) ([]byte, error) {
	members, err := parseObject(data)
	if err != nil {
		return nil, err
	}
	return json.Marshal(members.only(names))
}

// only returns the members of those names.
func (o object) only(names []string) object {
	some := object{}
	for _, name := range names {
		if o.has(name) {
			some[name] = o[name]
		}
	}
	return some
}

// as decodes the member of that name. It reports false where the object has none, or
// one of another type. null counts as no member.
func as[T any](o object, name string) (value T, ok bool) {
	if !o.has(name) {
		return value, false
	}
	return value, json.Unmarshal(o[name], &value) == nil
}

// text returns the text of that name, or "".
func (o object) text(name string) string {
	text, _ := as[string](o, name)
	return text
}

// texts returns the list of texts of that name, where a single text is a list of one
// (RFC 7519, section 4.1.3); nil where it is neither.
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

// seconds returns the time of that name, in seconds since 1970 (RFC 7519, section 2:
// NumericDate). It reports false where there is none, or no number.
func (o object) seconds(name string) (float64, bool) {
	at, ok := as[float64](o, name)
	return at, ok && !math.IsInf(at, 0)
}

// has reports whether the object has a member of that name that is not null.
func (o object) has(name string) bool {
	raw, ok := o[name]
	return ok && string(raw) != "null"
}
