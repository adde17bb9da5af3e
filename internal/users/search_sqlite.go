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

// indexed returns the condition that the index has the terms, and whether that
// alone tells who has them. What is common is not asked for where something else
// is: to go through nearly everyone narrows nothing.
func indexed(f *filter, terms []term, known *threes) (condition string, alone bool) {
	alone = true
	var all []string
	for _, t := range terms {
		if !t.common(known) {
			all = append(all, t.inIndex(known, mostThrees))
		}
		alone = alone && !t.common(known) && t.isThree()
	}
	if len(all) == 0 { // a part of one will do
		all, alone = append(all, terms[0].inIndex(known, 1)), len(terms) == 1 && terms[0].isThree()
	}
	return `users_search MATCH ` + f.arg(strings.Join(all, ` AND `)), alone
}

// mostThrees is how many threes of a spelling are asked for: with the rarest few
// others are found.
const mostThrees = 3

// inIndex returns t in FTS5's query language, as the rarest threes of each spelling.
func (t term) inIndex(known *threes, most int) string {
	spellings := make([]string, len(t))
	for i, needle := range t {
		rarest := known.rarest(needle, most)
		for j, three := range rarest {
			rarest[j] = quoted(three)
		}
		spellings[i] = `(` + strings.Join(rarest, ` AND `) + `)`
	}
	return `(` + strings.Join(spellings, ` OR `) + `)`
}

// isThree reports whether t is just three characters, so that the index knows all
// there is to know.
func (t term) isThree() bool { return len(t) == 1 && len([]rune(t[0])) == 3 }

// quoted returns characters as a string of FTS5's query language (section 3.1 of
// its documentation).
func quoted(three string) string { return `"` + strings.ReplaceAll(three, `"`, `""`) + `"` }
