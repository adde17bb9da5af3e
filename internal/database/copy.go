package database

import (
	"context"
	"database/sql"
	"fmt"
)

// CopyOptions are the choices of [Copy].
type CopyOptions struct {
	FromPassword string // of the role, where the address of PostgreSQL does not hold it
	ToPassword   string // the same
	ServeRole    string // of the target's PostgreSQL, that gets the rights to serve, if any

	// Told is told now and then how far the copy is, by one goroutine at a time; nil:
	// nobody is.
	Told func(CopyProgress)
}

// CopyProgress is how far a copy is.
type CopyProgress struct {
	Share float64 // of the whole, up to 1
	Doing string  // "writing users"
	Rows  int64   // written so far
	Total int64   // that there will be
}

// CopiedTable is a table that was copied.
type CopiedTable struct {
	Name     string
	Rows     int64
	Checksum string // that both databases came to: of all rows, in whatever order
}

// Copy copies everything from one database to another, of whichever engines, and
// compares both: how many rows each table has, and a checksum of them. It is all or
// nothing, and what it copies is the state of one moment. The target is brought up to
// date first; where it is a file that is not there, it is made.
//
// An [*OpenError] says that a database cannot be used, among others that the source has
// not the newest schema, that the target is not empty, or that a console runs on either.
// A [*CopyError] says that something cannot be copied as it is. [ErrUnknown] says that
// the answer to the last step was lost: the target holds all or nothing.
func Copy(ctx context.Context, from, to string, o CopyOptions) ([]CopiedTable, error) {
	return copyAll(ctx, from, to, o, func(copyTarget) error { return nil })
}

// copyAll is [Copy], which calls written between writing and checking.
func copyAll(ctx context.Context, from, to string, o CopyOptions, written func(copyTarget) error) ([]CopiedTable, error) {
	if err := refuseSame(from, to); err != nil {
		return nil, err
	}
	source, err := openSource(ctx, from, o, isPostgres(to))
	if err != nil {
		return nil, err
	}
	defer source.close()
	target, err := openTarget(ctx, to, o)
	if err != nil {
		return nil, err
	}
	defer target.close()
	c := &copying{source: source, target: target, told: o.Told}
	if err := c.run(ctx, written); err != nil {
		return nil, err
	}
	return c.copied(), nil
}

// A side is a database that is copied from or to.
type side interface {
	// name is as [DB.Name].
	name() string

	// tables returns the tables that are copied, and their columns.
	tables(ctx context.Context) ([]tableInfo, error)

	// count returns the number of rows of a table, up to a limit if there is one.
	count(ctx context.Context, table string, limit int64) (int64, error)

	// read hands all rows of a table to emit.
	read(ctx context.Context, t *sheet, emit func(*lot) error) error

	// close ends it, and undoes what was not kept.
	close()
}

// A copyTarget is the side that is copied to.
type copyTarget interface {
	side

	// fill has do write all rows, in place of those that are there, while indexes and
	// the like are set aside. It refuses a target that holds more than fresh says.
	fill(ctx context.Context, sheets []*sheet, fresh map[string]int64, do func(sheetWriter) error, told func(done, total int)) error

	// keep makes what was filled last.
	keep(ctx context.Context) error
}

// A sheetWriter writes the rows of a table until there are no more lots.
type sheetWriter func(ctx context.Context, t *sheet, lots <-chan *lot) error

// openSource opens the database that is copied from, to PostgreSQL or not.
func openSource(ctx context.Context, url string, o CopyOptions, toPostgres bool) (side, error) {
	if isPostgres(url) {
		return openPostgresSource(ctx, url, o.FromPassword)
	}
	return openSQLiteSource(ctx, url, toPostgres)
}

// openTarget opens the database that is copied to.
func openTarget(ctx context.Context, url string, o CopyOptions) (copyTarget, error) {
	if isPostgres(url) {
		return openPostgresTarget(ctx, url, Options{Password: o.ToPassword, ServeRole: o.ServeRole})
	}
	return openSQLiteTarget(ctx, url)
}

// A copying is a copy under way.
type copying struct {
	source side
	target copyTarget
	told   func(CopyProgress)
	sheets []*sheet
	total  int64 // rows
	done   int64 // rows written
}

// run copies, compares and keeps.
func (c *copying) run(ctx context.Context, written func(copyTarget) error) error {
	if err := c.match(ctx); err != nil {
		return err
	}
	fresh, err := freshRows(ctx)
	if err != nil {
		return err
	}
	if err := c.target.fill(ctx, c.sheets, fresh, func(write sheetWriter) error { return c.write(ctx, write) }, c.tellIndexes); err != nil {
		return err
	}
	if err := written(c.target); err != nil {
		return err
	}
	if err := c.check(ctx); err != nil {
		return err
	}
	return c.target.keep(ctx)
}

// match finds out what there is to copy.
func (c *copying) match(ctx context.Context) error {
	from, err := c.source.tables(ctx)
	if err != nil {
		return err
	}
	to, err := c.target.tables(ctx)
	if err != nil {
		return err
	}
	if c.sheets, err = matchTables(from, to); err != nil {
		return err
	}
	for _, t := range c.sheets {
		if t.total, err = c.source.count(ctx, t.name, 0); err != nil {
			return err
		}
		c.total += t.total
	}
	return nil
}

// write writes all tables.
func (c *copying) write(ctx context.Context, write sheetWriter) error {
	for _, t := range c.sheets {
		err := pipe(ctx, t, c.source, func(l *lot) {
			t.source.addLot(l)
			c.done += int64(len(l.ends))
			c.tell("writing "+t.name, writeShare*c.part(c.done))
		}, write)
		if err != nil {
			return inTable(t.name, err)
		}
	}
	return nil
}

// check compares what was written with what was read.
func (c *copying) check(ctx context.Context) error {
	var done int64
	for _, t := range c.sheets {
		err := c.target.read(ctx, t, func(l *lot) error {
			t.target.addLot(l)
			done += int64(len(l.ends))
			c.tell("checking "+t.name, writeShare+indexShare+(1-writeShare-indexShare)*c.part(done))
			return nil
		})
		if err != nil {
			return inTable(t.name, err)
		}
		if t.source != t.target {
			return &CopyError{Table: t.name, Why: fmt.Sprintf("came to other rows in the target: %d with the checksum %s, after %d with %s",
				t.target.rows, t.target, t.source.rows, t.source)}
		}
	}
	c.tell("checking", 1)
	return nil
}

// How much of the time is spent on writing rows and on indexes; the rest on checking.
const (
	writeShare = 0.5
	indexShare = 0.3
)

// part returns which part of all rows some are.
func (c *copying) part(rows int64) float64 { return float64(rows) / float64(max(c.total, rows, 1)) }

// tellIndexes tells how many of the indexes there are again.
func (c *copying) tellIndexes(done, total int) {
	c.tell(fmt.Sprintf("building index %d of %d", min(done+1, total), total), writeShare+indexShare*float64(done)/float64(max(total, 1)))
}

// tell tells how far the copy is.
func (c *copying) tell(doing string, share float64) {
	if c.told != nil {
		c.told(CopyProgress{Share: share, Doing: doing, Rows: c.done, Total: c.total})
	}
}

// copied returns what was copied.
func (c *copying) copied() []CopiedTable {
	all := make([]CopiedTable, 0, len(c.sheets))
	for _, t := range c.sheets {
		all = append(all, CopiedTable{Name: t.name, Rows: t.source.rows, Checksum: t.source.String()})
	}
	return all
}

// freshRows returns how many rows each table of a new database has: those that the
// migrations write.
func freshRows(ctx context.Context) (map[string]int64, error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if err := migrate(ctx, sqliteEngine{}, db, 0, steps(SQLite), nil); err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	fresh := &sqliteSide{conn: conn}
	all, err := fresh.tables(ctx)
	if err != nil {
		return nil, err
	}
	rows := make(map[string]int64, len(all))
	for _, t := range all {
		if rows[t.name], err = fresh.count(ctx, t.name, 0); err != nil {
			return nil, err
		}
	}
	return rows, nil
}
