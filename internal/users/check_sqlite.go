package users

import (
	"context"
	"database/sql"
)

// checkSearch returns in sentences what is wrong with SQLite's index of search texts
// in the directory that tx reads. FTS5 compares an index with its table only when it
// may write, and holds up everyone who writes meanwhile, so a temporary copy of the
// index is what it is asked about.
func checkSearch(ctx context.Context, tx *sql.Tx) []string {
	for _, statement := range searchCopy {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return []string{"The index of the search could not be read: " + err.Error() + "."}
		}
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO temp.users_search (users_search, rank) VALUES ('integrity-check', 1)`); err != nil {
		return []string{"The index of the search is not in step with the users: " + err.Error() + "."}
	}
	return nil
}

// searchCopy makes a copy of the index, over the same users.
var searchCopy = []string{
	`CREATE TEMP VIEW searched AS SELECT number, search_text FROM main.users WHERE search_text <> ''`,
	`CREATE VIRTUAL TABLE temp.users_search USING fts5 (
		search_text, content = 'searched', content_rowid = 'number', detail = none, tokenize = 'trigram case_sensitive 1'
	)`,
	`DELETE FROM temp.users_search_data`,
	`DELETE FROM temp.users_search_idx`,
	`DELETE FROM temp.users_search_docsize`,
	`INSERT INTO temp.users_search_data SELECT * FROM main.users_search_data`,
	`INSERT INTO temp.users_search_idx SELECT * FROM main.users_search_idx`,
	`INSERT INTO temp.users_search_docsize SELECT * FROM main.users_search_docsize`,
}
