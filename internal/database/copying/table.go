package copying

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/database"
)

// A kind is the type of a column's values, and their form in PostgreSQL's binary COPY.
type kind int

const (
	int64Kind kind = iota // 8 bytes
	int32Kind             // 4 bytes
	boolKind              // 1 byte
	timeKind              // 8 bytes: microseconds since 2000
	textKind
	bytesKind
)

// kinds are those of the column types of either engine.
var kinds = map[string]kind{
	"INTEGER": int64Kind, "TEXT": textKind, "BLOB": bytesKind,
	"bigint": int64Kind, "integer": int32Kind, "boolean": boolKind, "timestamp with time zone": timeKind,
	"text": textKind, "bytea": bytesKind,
}

// inSQLite returns the kind that SQLite stores k as.
func (k kind) inSQLite() kind {
	switch k {
	case int32Kind, boolKind, timeKind:
		return int64Kind
	}
	return k
}

// A tableInfo is a table as one of the stores has it.
type tableInfo struct {
	engine  database.Engine
	name    string
	columns []columnInfo
}

// A columnInfo is a column as one of the stores has it.
type columnInfo struct {
	name      string
	kind      string // the name of its type
	generated bool
	key       bool // it is part of the primary key
}

// A table is a table that both stores have.
type table struct {
	name    string
	columns []column // those that are written, and then those that are generated
	written int      // number of columns that are written
	source  digest
	target  digest
}

// A column is a column of a [table].
type column struct {
	name string
	kind kind
	key  bool
}

// names returns columns as SQL lists them.
func names(columns []column) string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = database.Quote(c.name)
	}
	return strings.Join(all, ", ")
}

// query returns the statement that reads all rows. If the primary key is one number they are
// in its order, so that pages are written in order.
func (t *table) query() string {
	query := `SELECT ` + names(t.columns) + ` FROM ` + database.Quote(t.name)
	keys := slices.DeleteFunc(slices.Clone(t.columns), func(c column) bool { return !c.key })
	if len(keys) == 1 && keys[0].kind == int64Kind {
		query += ` ORDER BY ` + names(keys)
	}
	return query
}

// matchTables returns the tables of both stores. It refuses stores that do not have the same.
func matchTables(from, to []tableInfo) ([]*table, error) {
	others := make(map[string]tableInfo, len(to))
	for _, t := range to {
		others[t.name] = t
	}
	tables := make([]*table, 0, len(from))
	for _, t := range from {
		other, ok := others[t.name]
		if !ok {
			return nil, &Error{Table: t.name, Why: "is not in the target"}
		}
		delete(others, t.name)
		matched, err := matchColumns(t, other)
		if err != nil {
			return nil, err
		}
		tables = append(tables, matched)
	}
	for name := range others {
		return nil, &Error{Table: name, Why: "is not in the source"}
	}
	slices.SortFunc(tables, func(a, b *table) int { return strings.Compare(a.name, b.name) })
	return tables, nil
}

// matchColumns returns a table with its columns, which must be the same in both stores.
func matchColumns(from, to tableInfo) (*table, error) {
	t := &table{name: from.name}
	var generated []column
	for _, c := range from.columns {
		at := slices.IndexFunc(to.columns, func(other columnInfo) bool { return other.name == c.name })
		if at < 0 || to.columns[at].generated != c.generated {
			return nil, &Error{Table: from.name, Why: "has a column " + c.name + " that is not in the target"}
		}
		k, err := matchKind(from, c, to, to.columns[at])
		if err != nil {
			return nil, err
		}
		if matched := (column{c.name, k, c.key}); c.generated {
			generated = append(generated, matched)
		} else {
			t.columns = append(t.columns, matched)
		}
	}
	if len(to.columns) != len(from.columns) {
		return nil, &Error{Table: from.name, Why: "has columns in the target that are not in the source"}
	}
	t.written = len(t.columns)
	t.columns = append(t.columns, generated...)
	return t, nil
}

// matchKind returns the kind of a column: PostgreSQL's, if one of the stores is PostgreSQL.
func matchKind(from tableInfo, c columnInfo, to tableInfo, other columnInfo) (kind, error) {
	a, known := kinds[c.kind]
	b, alsoKnown := kinds[other.kind]
	switch {
	case !known || !alsoKnown:
	case a == b:
		return a, nil
	case from.engine == database.SQLite && to.engine == database.PostgreSQL && b.inSQLite() == a:
		return b, nil
	case from.engine == database.PostgreSQL && to.engine == database.SQLite && a.inSQLite() == b:
		return a, nil
	}
	return 0, &Error{Table: from.name, Why: fmt.Sprintf("has a column %s that is %s in the source and %s in the target", c.name, c.kind, other.kind)}
}
