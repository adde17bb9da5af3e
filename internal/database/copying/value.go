package copying

import (
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// sinceEpoch is the number of microseconds between 1970, SQLite's epoch here, and 2000,
// PostgreSQL's.
const sinceEpoch = 946_684_800_000_000

// The range of times in microseconds since 2000: from the first time of PostgreSQL to the
// last of SQLite. PostgreSQL's infinities are outside of it.
const (
	firstTime = -211_813_488_000_000_000
	lastTime  = math.MaxInt64 - sinceEpoch
)

// Why a value cannot be copied.
var (
	errText    = errors.New("holds a text that PostgreSQL cannot: one with the character 0, or that is no UTF-8")
	errNumber  = errors.New("holds a number that the target cannot")
	errBoolean = errors.New("holds a number that is neither 0 nor 1")
	errTime    = errors.New("holds a time that the target cannot")
)

// appendValue appends a value of SQLite to those of a row. With strict it refuses a text that
// PostgreSQL cannot hold.
func (k kind) appendValue(row []byte, value driver.Value, strict bool) ([]byte, error) {
	switch value := value.(type) {
	case nil:
		return binary.BigEndian.AppendUint32(row, math.MaxUint32), nil
	case int64:
		return k.appendNumber(row, value)
	case string:
		if k == textKind {
			if strict && (strings.IndexByte(value, 0) >= 0 || !utf8.ValidString(value)) {
				return row, errText
			}
			return append(binary.BigEndian.AppendUint32(row, uint32(len(value))), value...), nil
		}
	case []byte:
		if k == bytesKind {
			return append(binary.BigEndian.AppendUint32(row, uint32(len(value))), value...), nil
		}
	}
	return row, fmt.Errorf("holds a %T", value)
}

// appendNumber appends a value that SQLite stores as a number.
func (k kind) appendNumber(row []byte, n int64) ([]byte, error) {
	switch k {
	case int64Kind:
		return binary.BigEndian.AppendUint64(append(row, 0, 0, 0, 8), uint64(n)), nil
	case int32Kind:
		if n != int64(int32(n)) {
			return row, errNumber
		}
		return binary.BigEndian.AppendUint32(append(row, 0, 0, 0, 4), uint32(n)), nil
	case boolKind:
		if n != 0 && n != 1 {
			return row, errBoolean
		}
		return append(row, 0, 0, 0, 1, byte(n)), nil
	case timeKind:
		if n < firstTime+sinceEpoch {
			return row, errTime
		}
		return binary.BigEndian.AppendUint64(append(row, 0, 0, 0, 8), uint64(n-sinceEpoch)), nil
	}
	return row, errors.New("holds a number")
}

// value returns a value as SQLite stores it.
func (k kind) value(field []byte) (any, error) {
	if field == nil {
		return nil, nil
	}
	switch k {
	case int64Kind:
		return int64(binary.BigEndian.Uint64(field)), nil
	case int32Kind:
		return int64(int32(binary.BigEndian.Uint32(field))), nil
	case boolKind:
		return int64(field[0]), nil
	case timeKind:
		n := int64(binary.BigEndian.Uint64(field))
		if n < firstTime || n > lastTime {
			return nil, errTime
		}
		return n + sinceEpoch, nil
	case textKind:
		return string(field), nil
	}
	return field, nil
}

// rowName returns how a message names a row: by its key.
func (t *table) rowName(row []driver.Value) string {
	var parts []string
	for i, c := range t.columns {
		if c.key {
			text := fmt.Sprintf("%q", row[i])
			switch value := row[i].(type) {
			case int64:
				text = fmt.Sprint(value)
			case []byte:
				text = fmt.Sprintf("%x", value)
			}
			parts = append(parts, c.name+" "+text)
		}
	}
	return strings.Join(parts, " and ")
}

// appendValues appends the written values of a row, as SQLite stores them.
func (t *table) appendValues(values []any, row []byte) ([]any, error) {
	rest := row[2:]
	for _, c := range t.columns[:t.written] {
		var field []byte
		field, rest = nextValue(rest)
		value, err := c.kind.value(field)
		if err != nil {
			return nil, &Error{Why: fmt.Sprintf("%v, in the column %s", err, c.name)}
		}
		values = append(values, value)
	}
	return values, nil
}
