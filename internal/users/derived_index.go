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

// A derivedIndex can be rebuilt from other rows: in SQLite it is a table of FTS5, in
// PostgreSQL an index.
type derivedIndex struct {
	name     string   // of the table of FTS5, which stands for the index on either engine
	what     string   // in words, as in "The index of the search is damaged"
	content  string   // table that FTS5 reads its rows from (external content); empty: it keeps none (contentless)
	indexed  string   // condition of those rows of content that are in the index
	rebuild  []string // statements for SQLite that rebuild it, or leave it empty to be filled again
	postgres string   // name of the index in PostgreSQL
}

// SearchIndex is the name of the index of users.search_text.
const SearchIndex = "users_search"

// searchIndex is that index.
var searchIndex = derivedIndex{
	name: SearchIndex, what: "index of the search", content: "users", indexed: "search_text <> ''",
	rebuild:  []string{`INSERT INTO users_search (users_search) VALUES ('rebuild')`},
	postgres: "users_search",
}

// eventWordsIndex is the index of the words of the audit log, which [Service.IndexEvents] fills
// again.
var eventWordsIndex = derivedIndex{
	name: "event_words_index", what: "index of the audit log",
	rebuild: []string{
		`INSERT INTO event_words_index (event_words_index) VALUES ('delete-all')`,
		`UPDATE search_index SET version = 0 WHERE name = 'event_words'`,
	},
	postgres: "event_words_by_word",
}

// derivedIndexes are all of them.
var derivedIndexes = []derivedIndex{searchIndex, eventWordsIndex}

// DerivedIndexes returns the names of the indexes that can be rebuilt, as an engine has them.
func DerivedIndexes(e database.Engine) []string {
	names := make([]string, len(derivedIndexes))
	for i, x := range derivedIndexes {
		if names[i] = x.name; e == database.PostgreSQL {
			names[i] = x.postgres
		}
	}
	return names
}

// VerifyIndexes looks which of the indexes that can be rebuilt are damaged, after a
// statement has ended with the error reported, and notes them in damaged_indexes: until
// they are rebuilt nothing is searched by them, on any console. With SQLite it compares
// each with its rows. With PostgreSQL, where that takes an extension, it takes the server's
// word: reported names the index, or the file that holds it.
//
// It returns the names of those that are damaged.
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

// relationFile finds the number of the file that an error of PostgreSQL names.
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

// DamagedIndexes returns the names of the indexes that are noted to be damaged.
func (s *Service) DamagedIndexes(ctx context.Context) ([]string, error) {
	return database.Collect(ctx, s.lookUps(), func(row database.Scanner) (name string, err error) { return name, row.Scan(&name) },
		`SELECT name FROM damaged_indexes WHERE engine = $1 ORDER BY name`, s.db.Engine())
}

// RebuildIndexes rebuilds the indexes of a SQLite file that are noted to be damaged, each in
// one transaction that takes it off the list, so that of several consoles one does it. Until
// it has been committed others read what was there before, and those who write wait. It
// returns the names of those that it has rebuilt: with PostgreSQL none, as to rebuild an
// index takes the role that owns it ([database.Reindex]).
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

// IndexesRebuilt takes the indexes that can be rebuilt off the list of damaged ones.
func (s *Service) IndexesRebuilt(ctx context.Context) error {
	return s.note(ctx, bookkeeping{`DELETE FROM damaged_indexes WHERE engine = $1`, []any{s.db.Engine()}})
}
