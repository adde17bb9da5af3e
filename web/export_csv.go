package web

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/roboto-ai/console/internal/users"
)

// csvColumns are the columns of an export as CSV, in the order of csvRows.
var csvColumns = []string{
	"user_id", "name", "type", "role", "status", "created_at", "last_seen_at", "updated_at", "time_zone", "picture_url",
	"notification_channels", "notification_types", "purpose", "responsible", "review_on",
}

// byteOrderMark is what Excel needs to see that a file is UTF-8, and what other
// programs take for a part of the first column's name.
const byteOrderMark = "\uFEFF"

// csvHead is the first line of an export as CSV.
func csvHead() string { return strings.Join(csvColumns, ",") + "\r\n" }

// csvRows returns what appends a user to b as a line of CSV (RFC 4180). It is not
// made by encoding/csv, which leaves out carriage returns inside of a cell.
func csvRows() func(b []byte, u *users.Exported) ([]byte, error) {
	var keys keysThatAreOn
	return func(b []byte, u *users.Exported) ([]byte, error) {
		channels, err := keys.of(u.Channels)
		if err != nil {
			return b, err
		}
		types, err := keys.of(u.Types)
		if err != nil {
			return b, err
		}
		for _, text := range [...]string{string(u.ID), u.Name, string(u.Kind), string(u.Role), string(u.Status)} {
			b = append(appendCell(b, text), ',')
		}
		for _, at := range [...]time.Time{u.CreatedAt, u.SeenAt, u.UpdatedAt} {
			b = append(appendTime(b, at), ',')
		}
		for _, text := range [...]string{u.TimeZone, u.PictureURL, channels, types, u.Purpose, string(u.Responsible)} {
			b = append(appendCell(b, text), ',')
		}
		return append(appendCell(b, string(u.ReviewOn)), "\r\n"...), nil
	}
}

// appendCell appends a text as a cell. One that a spreadsheet would take for a
// formula is kept from being one by an apostrophe, which shows that it is text.
func appendCell(b []byte, text string) []byte {
	quoted := strings.ContainsAny(text, "\",\r\n")
	if quoted {
		b = append(b, '"')
	}
	text = plainCell(text)
	if !quoted {
		return append(b, text...)
	}
	b = append(b, strings.ReplaceAll(text, `"`, `""`)...)
	return append(b, '"')
}

// plainCell returns a text with an apostrophe before what would be a formula: at its
// beginning, and after a semicolon, which ends a cell where the comma is the decimal
// sign.
func plainCell(text string) string {
	var b strings.Builder
	for rest := text; ; {
		if isFormula(rest) {
			b.WriteByte('\'')
		}
		i := strings.IndexByte(rest, ';')
		if i < 0 {
			b.WriteString(rest)
			return b.String()
		}
		b.WriteString(rest[:i+1])
		rest = rest[i+1:]
	}
}

// isFormula reports whether a spreadsheet might carry out a text: by its first
// character, also in the full width in which it is typed in East Asia.
func isFormula(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return text != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first)
}

// appendTime appends a time to the second, in UTC; nothing for never.
func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return b
	}
	return t.UTC().AppendFormat(b, time.RFC3339)
}

// maxKeysKnown is how many stored objects a keysThatAreOn remembers.
const maxKeysKnown = 1000

// A keysThatAreOn knows what stored objects of key to bool come to, of which a
// million users have only a few: to read one takes longer than to read a user.
type keysThatAreOn struct{ known map[string]string }

// of returns the keys of an object that are true, with semicolons between them.
func (k *keysThatAreOn) of(object []byte) (string, error) {
	if text, ok := k.known[string(object)]; ok {
		return text, nil
	}
	var all map[string]bool
	if err := json.Unmarshal(object, &all); err != nil {
		return "", err
	}
	maps.DeleteFunc(all, func(_ string, on bool) bool { return !on })
	text := strings.Join(slices.Sorted(maps.Keys(all)), ";")
	if k.known == nil || len(k.known) >= maxKeysKnown {
		k.known = make(map[string]string)
	}
	k.known[string(object)] = text
	return text, nil
}
