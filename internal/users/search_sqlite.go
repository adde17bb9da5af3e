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
// alone tells who has them. Characters that are common are not asked for where
// others are: to go through nearly everyone narrows nothing.
func indexed(f *filter, terms []term, common map[string]bool) (condition string, alone bool) {
	alone = true
	var all []string
	for _, t := range terms {
		one, narrows := t.inIndex(common)
		if narrows {
			all = append(all, one)
		}
		alone = alone && narrows && t.isThree()
	}
	if len(all) == 0 { // the beginning of one will do
		var begin term
		for _, needle := range terms[0] {
			begin = append(begin, threes(needle)[0])
		}
		one, _ := begin.inIndex(nil)
		all, alone = append(all, one), len(terms) == 1 && terms[0].isThree()
	}
	return `users_search MATCH ` + f.arg(strings.Join(all, ` AND `)), alone
}

// inIndex returns t in FTS5's query language, without what is common. It reports
// false if nothing is left in one of its spellings.
func (t term) inIndex(common map[string]bool) (query string, narrows bool) {
	spellings := make([]string, len(t))
	for i, needle := range t {
		var all []string
		for _, three := range threes(needle) {
			if !common[three] {
				all = append(all, quoted(three))
			}
		}
		if len(all) == 0 {
			return ``, false
		}
		spellings[i] = `(` + strings.Join(all, ` AND `) + `)`
	}
	return `(` + strings.Join(spellings, ` OR `) + `)`, true
}

// isThree reports whether t is just three characters, so that the index knows all
// there is to know.
func (t term) isThree() bool { return len(t) == 1 && len([]rune(t[0])) == 3 }

// threes returns characters of a text in threes, as the index is asked for them.
// That every third begins one is enough to find few others.
func threes(needle string) []string {
	runes := []rune(needle)
	last := len(runes) - 3
	var all []string
	for i := 0; i < last; i += 3 {
		all = append(all, string(runes[i:i+3]))
	}
	return append(all, string(runes[last:]))
}

// quoted returns characters as a string of FTS5's query language (section 3.1 of
// its documentation).
func quoted(three string) string { return `"` + strings.ReplaceAll(three, `"`, `""`) + `"` }
