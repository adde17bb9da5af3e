package users

// trgmSearch searches by an index of PostgreSQL's pg_trgm over the texts themselves: what
// it finds the server compares with the text, and it knows by its own statistics what is
// common. The texts are folded when they are written, so they need no unaccent.
type trgmSearch struct{}

// learns implements [searcher].
func (trgmSearch) learns() bool { return false }

// found implements [searcher].
func (s trgmSearch) found(f *filter, terms []term, known *threes) string {
	return `SELECT u.number FROM users u WHERE ` + allOf(s.conditions(f, terms))
}

// alone implements [searcher].
func (trgmSearch) alone([]term, *threes) bool { return true }

// newest implements [searcher].
func (s trgmSearch) newest(f *filter, terms []term, _ *threes) (w way, number string) {
	return way{`users u`, s.conditions(f, terms)}, `u.number`
}

// conditions returns that a user has the terms.
func (trgmSearch) conditions(f *filter, terms []term) []string {
	all := make([]string, len(terms))
	for i, t := range terms {
		all[i] = t.condition(f, `u.search_text`)
	}
	return all
}
