package users

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// Page sizes of listings, in rows.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

// clamp returns how many rows a page has when n are asked for.
func clamp(n int) int {
	if n <= 0 {
		return DefaultLimit
	}
	return min(n, MaxLimit)
}

// A cursor is a place in the directory: the row it names, by what it is ordered
// by, and at which position it stood. Whatever a client makes of it reaches the
// database as values only.
type cursor struct {
	Sort     Sort   `json:"s"`
	Text     string `json:"t,omitempty"` // what rows are ordered by: a text
	Micros   int64  `json:"m,omitempty"` // or a time, in microseconds since 1970
	Key      Key    `json:"k"`
	Position int    `json:"n"` // from 1
}

// maxPosition is more than any directory holds.
const maxPosition = 1_000_000_000

// cursorAt returns the cursor of a row of a listing.
func cursorAt(sort Sort, u User, position int) string {
	c := cursor{Sort: sort, Key: u.Key, Position: position}
	switch sort.column() {
	case byName:
		c.Text = u.sortName()
	case byID:
		c.Text = string(u.ID)
	case byCreated:
		c.Micros = u.CreatedAt.UnixMicro()
	case bySeen:
		if !u.SeenAt.IsZero() {
			c.Micros = u.SeenAt.UnixMicro()
		}
	}
	text, err := json.Marshal(c)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// parseCursor returns the place that s names in a listing ordered by sort, or
// [ErrBadCursor].
func parseCursor(s string, sort Sort) (cursor, error) {
	var c cursor
	text, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(text) > 2000 || json.Unmarshal(text, &c) != nil {
		return cursor{}, ErrBadCursor
	}
	if c.Sort != sort || !strings.HasPrefix(string(c.Key), "usr_") || c.Position < 1 || c.Position > maxPosition {
		return cursor{}, ErrBadCursor
	}
	return c, nil
}

// value returns what the row was ordered by, to compare its column with.
func (c cursor) value() any {
	if column := c.Sort.column(); column == byName || column == byID {
		return c.Text
	}
	return database.Time(time.UnixMicro(c.Micros))
}
