// Package copying copies a whole database to another one, of either engine, and compares
// both. It knows no table by name: it copies those that the schema has.
package copying

import (
	"context"
	"fmt"

	"github.com/roboto-ai/console/internal/database"
)

// Options are the choices of [Run].
type Options struct {
	FromPassword string // of the role, if the address of PostgreSQL does not hold it
	ToPassword   string // the same
	ServeRole    string // role of the target's PostgreSQL that gets the rights to serve; may be empty

	// Progress is called from time to time, by one goroutine at a time. May be nil.
	Progress func(Progress)
}

// Progress is how far a copy has got.
type Progress struct {
	Share float64 // of the whole, up to 1
	Doing string  // "writing users"
	Rows  int64   // written so far
	Total int64   // to write
}

// A Table is a table that was copied.
type Table struct {
	Name     string
	Rows     int64
	Checksum string // of all rows, in any order; the same in both databases
}

// Run copies all rows from one database to another and compares both: the number of rows of
// each table, and a checksum of them. It copies the state of one moment, or nothing. It
// brings the target's schema up to date first; if the target is a file that does not exist,
// it makes it.
//
// A [*database.OpenError] says that a database cannot be used, for example that the source
// does not have the newest schema, that the target is not empty, or that a console uses one
// of them. An [*Error] says that a row or table cannot be copied as it is.
// [database.ErrUnknown] says that the answer to the last commit was lost: the target holds
// all or nothing.
func Run(ctx context.Context, from, to string, o Options) ([]Table, error) {
	return run(ctx, from, to, o, func(target) error { return nil })
}

// run is [Run]. It calls written between writing and comparing, for tests that change the
// target there.
func run(ctx context.Context, from, to string, o Options, written func(target) error) ([]Table, error) {
	if err := refuseSame(from, to); err != nil {
		return nil, err
	}
	source, err := openSource(ctx, from, o, database.EngineOf(to) == database.PostgreSQL)
	if err != nil {
		return nil, err
	}
	defer source.close()
	target, err := openTarget(ctx, to, o)
	if err != nil {
		return nil, err
	}
	defer target.close()
	j := &job{source: source, target: target, progress: o.Progress}
	if err := j.run(ctx, written); err != nil {
		return nil, err
	}
	return j.copied(), nil
}

// A store is a database that is copied from or to.
type store interface {
	// tables returns the tables to copy, and their columns.
	tables(ctx context.Context) ([]tableInfo, error)

	// count returns the number of rows of a table, or limit if there are more; 0: no limit.
	count(ctx context.Context, table string, limit int64) (int64, error)

	// read passes all rows of a table to emit.
	read(ctx context.Context, t *table, emit func(*batch) error) error

	// close rolls back what was not committed and closes the store.
	close()
}

// A target is the store that is copied to.
type target interface {
	store

	// load has do replace all rows, while indexes, triggers and references are dropped. It
	// refuses a target with more rows than initial, those of a new database.
	load(ctx context.Context, tables []*table, initial map[string]int64, do func(tableWriter) error, progress func(done, total int)) error

	// commit makes the loaded rows permanent.
	commit(ctx context.Context) error
}

// A tableWriter writes the rows of a table until there are no more batches.
type tableWriter func(ctx context.Context, t *table, batches <-chan *batch) error

// openSource opens the database that is copied from.
func openSource(ctx context.Context, url string, o Options, toPostgres bool) (store, error) {
	if database.EngineOf(url) == database.PostgreSQL {
		return openPostgresSource(ctx, url, o.FromPassword)
	}
	return openSQLiteSource(ctx, url, toPostgres)
}

// openTarget opens the database that is copied to.
func openTarget(ctx context.Context, url string, o Options) (target, error) {
	if database.EngineOf(url) == database.PostgreSQL {
		return openPostgresTarget(ctx, url, database.Options{Password: o.ToPassword, ServeRole: o.ServeRole})
	}
	return openSQLiteTarget(ctx, url)
}

// A job is a copy in progress.
type job struct {
	source   store
	target   target
	progress func(Progress)
	tables   []*table
	total    int64 // rows
	done     int64 // rows written
}

// run copies, compares and commits.
func (j *job) run(ctx context.Context, written func(target) error) error {
	if err := j.match(ctx); err != nil {
		return err
	}
	initial, err := initialRows(ctx)
	if err != nil {
		return err
	}
	if err := j.target.load(ctx, j.tables, initial, func(write tableWriter) error { return j.write(ctx, write) }, j.reportIndexes); err != nil {
		return err
	}
	if err := written(j.target); err != nil {
		return err
	}
	if err := j.compare(ctx); err != nil {
		return err
	}
	return j.target.commit(ctx)
}

// match lists the tables to copy and counts their rows.
func (j *job) match(ctx context.Context) error {
	from, err := j.source.tables(ctx)
	if err != nil {
		return err
	}
	to, err := j.target.tables(ctx)
	if err != nil {
		return err
	}
	if j.tables, err = matchTables(from, to); err != nil {
		return err
	}
	for _, t := range j.tables {
		rows, err := j.source.count(ctx, t.name, 0)
		if err != nil {
			return err
		}
		j.total += rows
	}
	return nil
}

// write copies the rows of all tables.
func (j *job) write(ctx context.Context, write tableWriter) error {
	for _, t := range j.tables {
		err := pipe(ctx, t, j.source, func(b *batch) {
			t.source.addBatch(b)
			j.done += int64(len(b.ends))
			j.report("writing "+t.name, writeShare*j.share(j.done))
		}, write)
		if err != nil {
			return inTable(t.name, err)
		}
	}
	return nil
}

// compare reads the target's rows and compares them with those that were read from the
// source.
func (j *job) compare(ctx context.Context) error {
	var done int64
	for _, t := range j.tables {
		err := j.target.read(ctx, t, func(b *batch) error {
			t.target.addBatch(b)
			done += int64(len(b.ends))
			j.report("checking "+t.name, writeShare+indexShare+(1-writeShare-indexShare)*j.share(done))
			return nil
		})
		if err != nil {
			return inTable(t.name, err)
		}
		if t.source != t.target {
			return &Error{Table: t.name, Why: fmt.Sprintf("came to other rows in the target: %d with the checksum %s, after %d with %s",
				t.target.rows, t.target, t.source.rows, t.source)}
		}
	}
	j.report("checking", 1)
	return nil
}

// The shares of the time that writing rows and building indexes take; comparing takes the
// rest.
const (
	writeShare = 0.5
	indexShare = 0.3
)

// share returns which share of all rows a number of rows is.
func (j *job) share(rows int64) float64 { return float64(rows) / float64(max(j.total, rows, 1)) }

// reportIndexes reports how many of the indexes have been built.
func (j *job) reportIndexes(done, total int) {
	j.report(fmt.Sprintf("building index %d of %d", min(done+1, total), total), writeShare+indexShare*float64(done)/float64(max(total, 1)))
}

// report calls Options.Progress.
func (j *job) report(doing string, share float64) {
	if j.progress != nil {
		j.progress(Progress{Share: share, Doing: doing, Rows: j.done, Total: j.total})
	}
}

// copied returns the tables that were copied.
func (j *job) copied() []Table {
	all := make([]Table, 0, len(j.tables))
	for _, t := range j.tables {
		all = append(all, Table{Name: t.name, Rows: t.source.rows, Checksum: t.source.String()})
	}
	return all
}

// initialRows returns how many rows each table of a new database has: those that the
// migrations write.
func initialRows(ctx context.Context) (map[string]int64, error) {
	db, err := database.NewInMemory(ctx)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	s := &sqliteStore{conn: conn}
	all, err := s.tables(ctx)
	if err != nil {
		return nil, err
	}
	rows := make(map[string]int64, len(all))
	for _, t := range all {
		if rows[t.name], err = s.count(ctx, t.name, 0); err != nil {
			return nil, err
		}
	}
	return rows, nil
}
