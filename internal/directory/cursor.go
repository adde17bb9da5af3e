package directory

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// A cursor names a row of a list: by the value that orders it, its number and its position. The
// database gets these as arguments only.
type cursor struct {
	pinned   bool   // it is one of the rows that come first in any order
	newest   bool   // the order is that of creation
	position uint64 // from 1
	number   int64  // of the user
	text     string // the value that orders the row: a text,
	micros   int64  // or a time in microseconds since 1970
}

// maxPosition bounds the position of a cursor.
const maxPosition = 1_000_000_000

// A place is where a page begins, and its direction. The zero place is the beginning.
type place struct {
	cursor
	back bool
}

// key reports whether the place is inside the list, not at its beginning.
func (p place) key() bool { return p.position > 0 }

func (p place) newest() bool { return p.key() && p.cursor.newest }

// place returns where the page that q asks for begins, or [users.ErrBadCursor].
func (q Query) place() (place, error) {
	text := q.After + q.Before
	switch {
	case text == "":
		return place{}, nil
	case q.After != "" && q.Before != "":
		return place{}, users.ErrBadCursor
	}
	c, err := q.parseCursor(text)
	return place{c, q.Before != ""}, err
}

// lastPage returns the cursor for Before of the page that ends with the row of a place after
// which there is no row any more; empty for the first page.
func (q Query) lastPage(at place, p plan) string {
	if at.back || at.pinned {
		return ""
	}
	if at.position++; p.descending {
		at.number--
	} else {
		at.number++
	}
	return q.cursorAt(at.cursor)
}

// question returns the filters of q as a text. It has the time zone if the filters may name a
// day.
func (q Query) question() string {
	zone := ""
	if strings.Contains(string(q.Seen+q.Created), "-") || strings.ContainsAny(q.Text, ":：") {
		zone = q.Zone.String()
	}
	return fmt.Sprintf("%t %q %q %q %q %q", q.Present, q.Text, q.Keys, q.filters(), q.View, zone)
}

// seal returns the MAC of a cursor in the list of q. It is invalid in any other list.
func (q Query) seal(cursor []byte) []byte {
	h := hmac.New(sha256.New, []byte(q.secret))
	h.Write([]byte(q.question() + string(q.Sort) + "\n"))
	h.Write(cursor)
	return h.Sum(nil)[:sealSize]
}

// secret returns the key of the cursors' MACs, which the database was created with.
func (s *Service) secret(ctx context.Context) (string, error) {
	if cached := s.cursorSecret.Load(); cached != nil {
		return *cached, nil
	}
	var secret string
	err := s.reads().QueryRowContext(ctx, `SELECT secret FROM secrets WHERE name = 'cursors'`).Scan(&secret)
	if err == nil {
		s.cursorSecret.Store(&secret)
	}
	return secret, err
}

// cursorAt returns the cursor of a row in the list of q.
func (q Query) cursorAt(c cursor) string {
	var flags byte
	if c.pinned {
		flags |= 1
	}
	if c.newest {
		flags |= 2
	}
	b := binary.AppendUvarint([]byte{flags}, c.position)
	b = binary.AppendUvarint(b, uint64(c.number))
	b = binary.AppendVarint(b, c.micros)
	b = append(b, c.text...)
	return base64.RawURLEncoding.EncodeToString(append(q.seal(b), b...))
}

// Sizes of the MAC, and of a cursor in all, in bytes.
const (
	sealSize  = 6
	maxCursor = 400
)

// parseCursor parses a cursor in the list of q. It returns [users.ErrBadCursor].
func (q Query) parseCursor(s string) (cursor, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) < sealSize+4 || len(b) > maxCursor {
		return cursor{}, users.ErrBadCursor
	}
	if !hmac.Equal(b[:sealSize], q.seal(b[sealSize:])) {
		return cursor{}, users.ErrBadCursor
	}
	b = b[sealSize:]
	c := cursor{pinned: b[0]&1 != 0, newest: b[0]&2 != 0}
	position, n1 := binary.Uvarint(b[1:])
	number, n2 := binary.Uvarint(b[1+max(n1, 0):])
	micros, n3 := binary.Varint(b[1+max(n1, 0)+max(n2, 0):])
	if b[0] > 3 || n1 <= 0 || n2 <= 0 || n3 <= 0 || position < 1 || position > maxPosition || number > 1<<62 {
		return cursor{}, users.ErrBadCursor
	}
	c.position, c.number, c.micros, c.text = position, int64(number), micros, string(b[1+n1+n2+n3:])
	if !utf8.ValidString(c.text) || strings.ContainsRune(c.text, 0) {
		return cursor{}, users.ErrBadCursor
	}
	return c, nil
}

// value returns the value of the row in a column that orders.
func (c cursor) value(by column) any {
	switch by {
	case byName, byID:
		return c.text
	case byNumber:
		return c.number
	}
	return database.Time(time.UnixMicro(c.micros))
}
