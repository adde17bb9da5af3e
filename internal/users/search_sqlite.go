package users

import "strings"

// The index of search texts is a table of SQLite's FTS5 that knows which rows have
// which three characters in a row, and no more: it is a quarter of the size of one
// that knows where, and finds a little too much, so that who asks it looks at the
// text itself again.
const (
	searchIndex  = `users_search`       // to read from
	searchNumber = `users_search.rowid` // the number of the user
)

// indexed returns the condition that the index has all of the terms.
func indexed(f *filter, terms []term) string {
	all := make([]string, len(terms))
	for i, t := range terms {
		spellings := make([]string, len(t))
		for j, needle := range t {
			spellings[j] = `(` + strings.Join(threes(needle), ` AND `) + `)`
		}
		all[i] = `(` + strings.Join(spellings, ` OR `) + `)`
	}
	return `users_search MATCH ` + f.arg(strings.Join(all, ` AND `))
}

// threes returns characters of a text in threes, as the index is asked for them.
// That every third begins one is enough to find few others.
func threes(needle string) []string {
	runes := []rune(needle)
	last := len(runes) - 3
	var all []string
	for i := 0; i < last; i += 3 {
		all = append(all, quoted(runes[i:i+3]))
	}
	return append(all, quoted(runes[last:]))
}

// quoted returns characters as a string of FTS5's query language (section 3.1 of
// its documentation).
func quoted(runes []rune) string { return `"` + strings.ReplaceAll(string(runes), `"`, `""`) + `"` }

// exactly reports whether the index alone tells who has the terms.
func exactly(terms []term) bool {
	for _, t := range terms {
		if len(t) != 1 || len([]rune(t[0])) != 3 {
			return false
		}
	}
	return true
}
