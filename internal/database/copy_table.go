package database

import (
	"fmt"
	"slices"
	"strings"
)

// A kind is what values of a column are, and the form in which they travel: that of
// PostgreSQL's binary COPY.
type kind int

const (
	wholeKind  kind = iota // 8 bytes
	shortKind              // 4 bytes
	boolKind               // 1 byte
	momentKind             // 8 bytes: microseconds since 2000
	textKind
	bytesKind
)

// kinds are those of the types of either engine.
var kinds = map[string]kind{
	"INTEGER": wholeKind, "TEXT": textKind, "BLOB": bytesKind,
	"bigint": wholeKind, "integer": shortKind, "boolean": boolKind, "timestamp with time zone": momentKind,
	"text": textKind, "bytea": bytesKind,
}

// inSQLite returns what SQLite keeps for a kind.
func (k kind) inSQLite() kind {
	switch k {
	case shortKind, boolKind, momentKind:
		return wholeKind
	}
	return k
}

// A tableInfo is a table as one of the sides has it.
type tableInfo struct {
	engine  Engine
	name    string
	columns []columnInfo
}

// A columnInfo is a column as one of the sides has it.
type columnInfo struct {
	name      string
	kind      string // the name of its type
	generated bool
	key       bool // it is part of the primary key
}

// A sheet is a table that both sides have.
type sheet struct {
	name    string
	columns []sheetColumn // those that are written, and then those that are generated
	written int           // columns
	total   int64         // rows, when last counted
	source  digest
	target  digest
}

// A sheetColumn is a column of a sheet.
type sheetColumn struct {
	name string
	kind kind
	key  bool
}

// names returns columns as SQL lists them.
func names(columns []sheetColumn) string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = Quote(c.name)
	}
	return strings.Join(all, ", ")
}

// query returns the statement that reads all rows, in the order of the key where that is
// a number: they are written in that order then, which is that of the pages.
func (t *sheet) query() string {
	query := `SELECT ` + names(t.columns) + ` FROM ` + Quote(t.name)
	keys := slices.DeleteFunc(slices.Clone(t.columns), func(c sheetColumn) bool { return !c.key })
	if len(keys) == 1 && keys[0].kind == wholeKind {
		query += ` ORDER BY ` + names(keys)
	}
	return query
}

// matchTables returns the tables of both sides, which must have the same.
func matchTables(from, to []tableInfo) ([]*sheet, error) {
	others := make(map[string]tableInfo, len(to))
	for _, t := range to {
		others[t.name] = t
	}
	sheets := make([]*sheet, 0, len(from))
	for _, t := range from {
		other, ok := others[t.name]
		if !ok {
			return nil, &CopyError{Table: t.name, Why: "is not in the target"}
		}
		delete(others, t.name)
		s, err := matchColumns(t, other)
		if err != nil {
			return nil, err
		}
		sheets = append(sheets, s)
	}
	for name := range others {
		return nil, &CopyError{Table: name, Why: "is not in the source"}
	}
	slices.SortFunc(sheets, func(a, b *sheet) int { return strings.Compare(a.name, b.name) })
	return sheets, nil
}

// matchColumns returns the sheet of a table that both sides have.
func matchColumns(from, to tableInfo) (*sheet, error) {
	s := &sheet{name: from.name}
	var generated []sheetColumn
	for _, c := range from.columns {
		at := slices.IndexFunc(to.columns, func(other columnInfo) bool { return other.name == c.name })
		if at < 0 || to.columns[at].generated != c.generated {
			return nil, &CopyError{Table: from.name, Why: "has a column " + c.name + " that is not in the target"}
		}
		k, err := matchKind(from, c, to, to.columns[at])
		if err != nil {
			return nil, err
		}
		if column := (sheetColumn{c.name, k, c.key}); c.generated {
			generated = append(generated, column)
		} else {
			s.columns = append(s.columns, column)
		}
	}
	if len(to.columns) != len(from.columns) {
		return nil, &CopyError{Table: from.name, Why: "has columns in the target that are not in the source"}
	}
	s.written = len(s.columns)
	s.columns = append(s.columns, generated...)
	return s, nil
}

// matchKind returns what the values of a column are: what PostgreSQL says, where one
// side is PostgreSQL.
func matchKind(from tableInfo, c columnInfo, to tableInfo, other columnInfo) (kind, error) {
	a, known := kinds[c.kind]
	b, alsoKnown := kinds[other.kind]
	switch {
	case !known || !alsoKnown:
	case a == b:
		return a, nil
	case from.engine == SQLite && to.engine == PostgreSQL && b.inSQLite() == a:
		return b, nil
	case from.engine == PostgreSQL && to.engine == SQLite && a.inSQLite() == b:
		return a, nil
	}
	return 0, &CopyError{Table: from.name, Why: fmt.Sprintf("has a column %s that is %s in the source and %s in the target", c.name, c.kind, other.kind)}
}
