package directory

import (
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// ftsSearch searches by SQLite's FTS5: a table of which rows have which trigrams, without
// their positions (detail=none). It is a quarter of the size of one with positions, but finds
// a superset, so that the search texts are rechecked.
type ftsSearch struct{}

// found implements [searcher].
func (ftsSearch) found(f *database.Filter, terms []spelling.Term) string {
	condition, _ := inFTS(f, terms)
	return `SELECT users_search.rowid AS number FROM users_search WHERE ` + condition
}

// parts implements [searcher]. FTS5 reads the whole list of each trigram that it intersects, so
// a rare term is slow together with a common one, such as the organisation's domain.
func (ftsSearch) parts(terms []spelling.Term) [][]spelling.Term {
	parts := make([][]spelling.Term, len(terms))
	for i := range terms {
		parts[i] = terms[i : i+1]
	}
	return parts
}

// exact implements [searcher].
func (ftsSearch) exact(terms []spelling.Term) bool {
	_, exact := inFTS(new(database.Filter), terms)
	return exact
}

// list implements [searcher].
func (ftsSearch) list(text string) string {
	return `SELECT value AS number, key AS place FROM json_each('[' || ` + text + ` || ']')`
}

// newest implements [searcher].
func (ftsSearch) newest(f *database.Filter, terms []spelling.Term) (s indexScan, number string) {
	condition, _ := inFTS(f, terms)
	return indexScan{`users_search CROSS JOIN users u`, []string{condition, `u.number = users_search.rowid`}}, `users_search.rowid`
}

// inFTS returns the condition that the index has the terms, and whether it is exact.
func inFTS(f *database.Filter, terms []spelling.Term) (condition string, exact bool) {
	exact = true
	all := make([]string, len(terms))
	for i, t := range terms {
		all[i] = matchTrigrams(t)
		exact = exact && t.IsTrigram()
	}
	return `users_search MATCH ` + f.Arg(strings.Join(all, ` AND `)), exact
}

// matchTrigrams returns t in FTS5's query language: some trigrams of one of its spellings.
func matchTrigrams(t spelling.Term) string {
	spellings := make([]string, len(t))
	for i, needle := range t {
		trigrams := someTrigrams(needle)
		for j, trigram := range trigrams {
			trigrams[j] = database.FTS5String(trigram)
		}
		spellings[i] = `(` + strings.Join(trigrams, ` AND `) + `)`
	}
	return `(` + strings.Join(spellings, ` OR `) + `)`
}

// maxTrigrams is how many trigrams of a spelling are looked up. With three, a word such
// as mariana has thousands of candidates that do not match; more than five cost more than the
// candidates that they exclude.
const maxTrigrams = 5

// someTrigrams returns up to [maxTrigrams] trigrams of needle at even distances. Of an address
// they are those up to the @, as most users share the domain.
func someTrigrams(needle string) []string {
	if at := strings.IndexByte(needle, '@'); at > 1 {
		needle = needle[:at+1]
	}
	all := trigramsOf(needle)
	if len(all) <= maxTrigrams {
		return all
	}
	some := make([]string, maxTrigrams)
	for i := range some {
		some[i] = all[i*(len(all)-1)/(maxTrigrams-1)]
	}
	return some
}

// trigramsOf returns each trigram of a text once.
func trigramsOf(text string) []string {
	runes := []rune(text)
	all := make([]string, 0, len(runes))
	for i := 0; i+3 <= len(runes); i++ {
		if trigram := string(runes[i : i+3]); !slices.Contains(all, trigram) {
			all = append(all, trigram)
		}
	}
	return all
}
