package database

import (
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// sinceEpoch is how many microseconds there were between 1970, from where SQLite's times
// count here, and 2000, from where PostgreSQL's do.
const sinceEpoch = 946_684_800_000_000

// What times reach from and to, in microseconds since 2000: from where those of
// PostgreSQL begin to where those of SQLite end. Beyond is also what stands for eternity.
const (
	firstMoment = -211_813_488_000_000_000
	lastMoment  = math.MaxInt64 - sinceEpoch
)

// Why a value cannot be copied.
var (
	errText    = errors.New("holds a text that PostgreSQL cannot: one with the character 0, or that is no UTF-8")
	errTooBig  = errors.New("holds a number that the target cannot")
	errNoBool  = errors.New("holds a number that is neither 0 nor 1")
	errForever = errors.New("holds a time that the target cannot")
)

// appendValue appends a value of SQLite to those of a row. A text that is to be strict is
// one that PostgreSQL can hold.
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

// appendNumber appends what SQLite keeps as a number.
func (k kind) appendNumber(row []byte, n int64) ([]byte, error) {
	switch k {
	case wholeKind:
		return binary.BigEndian.AppendUint64(append(row, 0, 0, 0, 8), uint64(n)), nil
	case shortKind:
		if n != int64(int32(n)) {
			return row, errTooBig
		}
		return binary.BigEndian.AppendUint32(append(row, 0, 0, 0, 4), uint32(n)), nil
	case boolKind:
		if n != 0 && n != 1 {
			return row, errNoBool
		}
		return append(row, 0, 0, 0, 1, byte(n)), nil
	case momentKind:
		if n < firstMoment+sinceEpoch {
			return row, errForever
		}
		return binary.BigEndian.AppendUint64(append(row, 0, 0, 0, 8), uint64(n-sinceEpoch)), nil
	}
	return row, errors.New("holds a number")
}

// value returns a value as SQLite keeps it.
func (k kind) value(field []byte) (any, error) {
	if field == nil {
		return nil, nil
	}
	switch k {
	case wholeKind:
		return int64(binary.BigEndian.Uint64(field)), nil
	case shortKind:
		return int64(int32(binary.BigEndian.Uint32(field))), nil
	case boolKind:
		return int64(field[0]), nil
	case momentKind:
		n := int64(binary.BigEndian.Uint64(field))
		if n < firstMoment || n > lastMoment {
			return nil, errForever
		}
		return n + sinceEpoch, nil
	case textKind:
		return string(field), nil
	}
	return field, nil
}

// rowName returns how a message names a row: by its key.
func (t *sheet) rowName(row []driver.Value) string {
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

// values returns the values of a row that are written, as SQLite keeps them, after those
// in into.
func (t *sheet) values(into []any, row []byte) ([]any, error) {
	rest := row[2:]
	for _, c := range t.columns[:t.written] {
		var field []byte
		field, rest = nextValue(rest)
		value, err := c.kind.value(field)
		if err != nil {
			return nil, &CopyError{Why: fmt.Sprintf("%v, in the column %s", err, c.name)}
		}
		into = append(into, value)
	}
	return into, nil
}
