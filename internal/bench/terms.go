package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/numbers"
)

// A term is what a search is for.
type term struct {
	text string
	hits int // users whose search text contains it
}

func (t term) String() string { return fmt.Sprintf("%s (%s)", t.text, numbers.Grouped(t.hits)) }

// distance returns how many powers of ten the hits of t are from a number.
func (t term) distance(hits int) float64 {
	return math.Abs(math.Log10(float64(t.hits) / float64(hits)))
}

// nearest returns up to n of the terms, those first with about that many hits.
func nearest(all []term, hits, n int) []term {
	all = slices.SortedFunc(slices.Values(all), func(a, b term) int {
		return cmp.Or(cmp.Compare(a.distance(hits), b.distance(hits)), cmp.Compare(a.text, b.text))
	})
	return all[:min(n, len(all))]
}

// A decade is some terms with about as many hits.
type decade struct {
	name  string
	terms []term
}

// How many terms stand for a decade, and how many are counted to choose them from.
const (
	termsOfEach      = 4
	candidatesOfEach = 12
)

// chooseTerms returns terms for each power of ten up to the size of the directory, and the
// two letters that most words begin with. The hits of all are counted in the database.
func chooseTerms(ctx context.Context, s *site, size int) (decades []decade, err error) {
	logf("Counting the hits of search terms")
	db, err := database.Open(ctx, s.database, database.Options{Existing: true})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	terms, prefixes := candidates(s.people, size)
	if err := errors.Join(countHits(ctx, db, terms, "%"), countHits(ctx, db, prefixes, "% ")); err != nil {
		return nil, err
	}
	for hits := 1; hits <= size; hits *= 10 {
		d := decade{name: "hits: about " + numbers.Grouped(hits), terms: nearest(terms, hits, termsOfEach)}
		d.terms = slices.DeleteFunc(d.terms, func(t term) bool { return t.distance(hits) > 0.5 })
		if len(d.terms) > 0 {
			decades = append(decades, d)
		}
	}
	return append(decades, decade{"two letters", prefixes}), nil
}

var (
	wordPattern = regexp.MustCompile(`[a-z]{3,}`)
	namePattern = regexp.MustCompile(`^[a-z.]+`) // in an address, without the number after it
)

// candidates returns texts that may have the hits of a decade, and the two letters that
// most words begin with. Frequencies in the sample tell of frequent words; for rare ones
// stand names and the local parts of addresses.
func candidates(people []person, size int) (terms, prefixes []term) {
	words, begins := map[string]int{}, map[string]int{}
	for _, p := range people {
		found := wordPattern.FindAllString(p.searchText, -1)
		slices.Sort(found)
		for _, word := range slices.Compact(found) {
			words[word]++
			begins[word[:2]]++
		}
	}
	chosen := map[string]bool{}
	for i := range 2 * candidatesOfEach {
		local, _, _ := strings.Cut(string(people[i*len(people)/(2*candidatesOfEach)].id), "@")
		chosen[local], chosen[namePattern.FindString(local)] = true, true
	}
	delete(chosen, "")
	estimated := func(of map[string]int) (all []term) {
		for text, n := range of {
			all = append(all, term{text, n * size / len(people)})
		}
		return all
	}
	for hits := 10; hits <= size; hits *= 10 {
		for _, t := range nearest(estimated(words), hits, candidatesOfEach) {
			chosen[t.text] = true
		}
	}
	for text := range maps.Keys(chosen) {
		terms = append(terms, term{text: text})
	}
	return terms, nearest(estimated(begins), size, termsOfEach)
}

// countHits counts the users with each term in their search text, after what the pattern
// before matches, in one scan of the table.
func countHits(ctx context.Context, db *database.DB, terms []term, before string) error {
	sums, args, into := make([]string, len(terms)), make([]any, len(terms)), make([]any, len(terms))
	for i, t := range terms {
		sums[i], args[i], into[i] = fmt.Sprintf(`COUNT(CASE WHEN ' ' || search_text LIKE $%d THEN 1 END)`, i+1), before+t.text+"%", &terms[i].hits
	}
	return db.Reads().QueryRowContext(ctx, `SELECT `+strings.Join(sums, ", ")+` FROM users`, args...).Scan(into...)
}
