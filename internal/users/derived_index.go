package users

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/database"
)

// A derivedIndex is an index that can be rebuilt from other rows: an FTS5 table in SQLite, an
// index in PostgreSQL.
type derivedIndex struct {
	name     string   // of the FTS5 table; on PostgreSQL, too
	what     string   // in messages: "The index of the search is damaged"
	content  string   // table of the rows (external content of FTS5); empty: contentless
	indexed  string   // condition of the rows of content that are in the index
	rebuild  []string // statements for SQLite that rebuild it, or empty it for [Service.IndexEvents]
	postgres string   // name of the index in PostgreSQL
}

// SearchIndex is the name of the index of users.search_text.
const SearchIndex = "users_search"

// searchIndex is that index.
var searchIndex = derivedIndex{
	name: SearchIndex, what: "index of the search", content: "users", indexed: "search_text <> ''",
	rebuild: []string{
		mergeWithin(`users_search`), `INSERT INTO users_search (users_search) VALUES ('rebuild')`, mergeBehind(`users_search`),
	},
	postgres: "users_search",
}

// eventWordsIndex is the index of the words of the audit log.
var eventWordsIndex = derivedIndex{
	name: "event_words_index", what: "index of the audit log",
	rebuild: []string{
		`INSERT INTO event_words_index (event_words_index) VALUES ('delete-all')`,
		`UPDATE search_index SET version = 0 WHERE name = 'event_words'`,
	},
	postgres: "event_words_by_word",
}

// derivedIndexes are all derived indexes.
var derivedIndexes = []derivedIndex{searchIndex, eventWordsIndex}

// DerivedIndexes returns the names of the derived indexes in an engine.
func DerivedIndexes(e database.Engine) []string {
	names := make([]string, len(derivedIndexes))
	for i, x := range derivedIndexes {
		if names[i] = x.name; e == database.PostgreSQL {
			names[i] = x.postgres
		}
	}
	return names
}

// VerifyIndexes finds the damaged derived indexes after a statement has failed with the error
// reported, and records them in damaged_indexes: until they are rebuilt, no console uses them.
// On SQLite it compares each index with its rows. On PostgreSQL, where that needs an extension, it
// relies on reported, which names the index or its file.
//
// It returns the names of the damaged indexes.
func (s *Service) VerifyIndexes(ctx context.Context, reported error) (damaged []string, err error) {
	err = s.db.Inspect(ctx, func(tx *sql.Tx) error {
		for _, x := range derivedIndexes {
			bad := false
			if s.db.Engine() == database.PostgreSQL {
				bad, err = x.namedIn(ctx, tx, reported)
			} else {
				bad = x.check(ctx, tx) != ""
			}
			if err != nil {
				return err
			}
			if bad {
				damaged = append(damaged, x.name)
			}
		}
		return ctx.Err()
	})
	if err == nil && len(damaged) > 0 {
		err = s.note(ctx, addDamagedIndexes(s.db.Engine(), damaged, s.Now())...)
	}
	if err != nil {
		return damaged, fmt.Errorf("verify indexes: %w", err)
	}
	return damaged, nil
}

// relationFile matches the file number in an error of PostgreSQL.
var relationFile = regexp.MustCompile(`relation base/\d+/(\d+)`)

// namedIn reports whether an error of PostgreSQL is about x.
func (x derivedIndex) namedIn(ctx context.Context, tx *sql.Tx, reported error) (bool, error) {
	if reported == nil {
		return false, nil
	}
	text := reported.Error()
	if strings.Contains(text, `"`+x.postgres+`"`) {
		return true, nil
	}
	file := relationFile.FindStringSubmatch(text)
	if file == nil {
		return false, nil
	}
	var its bool
	err := tx.QueryRowContext(ctx, `SELECT COALESCE(pg_relation_filenode(to_regclass($1))::text = $2, FALSE)`, x.postgres, file[1]).Scan(&its)
	return its, err
}

// DamagedIndexes returns the names of the indexes in damaged_indexes.
func (s *Service) DamagedIndexes(ctx context.Context) ([]string, error) {
	return database.Collect(ctx, s.lookUps(), func(row database.Scanner) (name string, err error) { return name, row.Scan(&name) },
		`SELECT name FROM damaged_indexes WHERE engine = $1 ORDER BY name`, s.db.Engine())
}

// RebuildIndexes rebuilds the damaged indexes of a SQLite file, each in a transaction that also
// deletes it from damaged_indexes, so that one of several consoles does it. Meanwhile readers see
// the old index, and writers wait. It returns the names of the indexes that it has rebuilt: none
// on PostgreSQL, where only the role that owns an index can rebuild it ([database.Reindex]).
func (s *Service) RebuildIndexes(ctx context.Context) (rebuilt []string, err error) {
	if s.db.Engine() == database.PostgreSQL {
		return nil, nil
	}
	noted, err := s.DamagedIndexes(ctx)
	if err != nil {
		return nil, fmt.Errorf("rebuild indexes: %w", err)
	}
	for _, x := range derivedIndexes {
		if !slices.Contains(noted, x.name) {
			continue
		}
		mine, err := s.rebuild(ctx, x)
		if err != nil {
			return rebuilt, fmt.Errorf("rebuild the index %s: %w", x.name, err)
		}
		if mine {
			rebuilt = append(rebuilt, x.name)
		}
	}
	return rebuilt, nil
}

// IndexesRebuilt deletes the derived indexes from damaged_indexes.
func (s *Service) IndexesRebuilt(ctx context.Context) error {
	return s.note(ctx, bookkeeping{`DELETE FROM damaged_indexes WHERE engine = $1`, []any{s.db.Engine()}})
}
