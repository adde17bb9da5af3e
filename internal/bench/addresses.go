package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"

	"github.com/roboto-ai/console/internal/numbers"
)

// Addresses are the pages of one site that are opened, several of each kind in
// turn, so that what is remembered of the last question answers no other.
type addresses map[string][]string

// How many of each kind there are.
const (
	deepPages = 5
	rareTerms = 8
	manyTerms = 16
	details   = 32
)

// deepest is the page that the cursor is followed to.
const deepest = 1000

// explore finds the addresses of a site, and says in words what they are.
func explore(ctx context.Context, s *site) (addresses, string, error) {
	all := addresses{"first": {"/users"}}
	deep, number, err := turnPages(ctx, s)
	if err != nil {
		return nil, "", err
	}
	all["deep"] = deep
	for i := range min(details, len(s.sample)) {
		all["detail"] = append(all["detail"], userPath(s.sample[i*len(s.sample)/details].id, ""))
	}
	words := []string{fmt.Sprintf("page %d of the directory", number)}
	for _, kind := range []struct {
		name, words string
		terms       []string
		least, most int // hits
		want        int // terms
	}{
		{"rare", "rare terms", rare(s.sample), 1, 50, rareTerms},
		{"common", "common terms", common(s.sample), 1, 1 << 30, manyTerms},
		{"prefix", "two-character prefixes", prefixes(s.sample), 1, 1 << 30, manyTerms},
	} {
		paths, terms, longest, err := tryTerms(ctx, s, kind.terms, kind.least, kind.most, kind.want)
		if err != nil {
			return nil, "", err
		}
		s.anew[kind.name] = longest
		if len(paths) == 0 {
			return nil, "", fmt.Errorf("found no %s to search for", kind.words)
		}
		all[kind.name] = paths
		words = append(words, kind.words+", with what they find: "+terms)
	}
	return all, strings.Join(words, "; "), nil
}

// turnPages follows the link to the next page, and returns the last few addresses
// it led to, and the number of the last. The end of the directory is not among
// them: it may be nearly empty.
func turnPages(ctx context.Context, s *site) (paths []string, number int, err error) {
	path := "/users"
	for number = 1; number < deepest; number++ {
		page, err := s.parse(ctx, path)
		if err != nil {
			return nil, 0, err
		}
		next := nextPage(page)
		if next == "" {
			number--
			paths = paths[:max(len(paths)-1, 0)]
			break
		}
		path = next
		paths = append(paths, path)
	}
	if len(paths) == 0 {
		return []string{"/users"}, 1, nil
	}
	return paths[max(0, len(paths)-deepPages):], number, nil
}

// nextPage returns where a page of the directory leads to the next, empty if it
// does not.
func nextPage(page *html.Node) string {
	for n := range page.Descendants() {
		if rel, _ := attribute(n, "rel"); n.Data == "a" && rel == "next" {
			href, _ := attribute(n, "href")
			return href
		}
	}
	return ""
}

// counted matches how many users a page of the directory says it has found.
var counted = regexp.MustCompile(`([0-9][0-9,]*)[^0-9]{0,20}users? found`)

// hits returns how many users the page at an address says it has found, -1 if it
// does not say, and how long it took to open.
func hits(ctx context.Context, s *site, path string) (n int, took time.Duration, err error) {
	began := time.Now()
	text, err := s.get(ctx, path)
	took = time.Since(began)
	if err != nil {
		return 0, 0, err
	}
	page, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return 0, 0, err
	}
	found := counted.FindStringSubmatch(textOf(page))
	if found == nil {
		return -1, took, nil
	}
	n, err = strconv.Atoi(strings.ReplaceAll(found[1], ",", ""))
	return n, took, err
}

// tryTerms searches for terms and returns the addresses of the first that find as
// much as they should, in words what that is, and the longest that one took:
// nobody has asked for it before.
func tryTerms(ctx context.Context, s *site, terms []string, least, most, want int) (paths []string, words string, longest time.Duration, err error) {
	var kept []string // with what they find
	for _, term := range terms {
		n, took, err := hits(ctx, s, searchPath(term))
		if err != nil {
			return nil, "", 0, err
		}
		if n < least || n > most {
			continue
		}
		longest = max(longest, took)
		paths, kept = append(paths, searchPath(term)), append(kept, fmt.Sprintf("%s (%s)", term, numbers.Grouped(n)))
		if len(paths) == want {
			break
		}
	}
	return paths, strings.Join(kept, ", "), longest, nil
}

// rare returns terms that only a few users have: the local parts of addresses.
func rare(sample []person) []string {
	var terms []string
	for _, p := range sample[len(sample)/3:] {
		local, _, _ := strings.Cut(p.id, "@")
		terms = append(terms, local)
		if len(terms) == 5*rareTerms {
			break
		}
	}
	return terms
}

// Parts of a name that are searched for. Letters with accents begin and end them,
// which costs a term or two.
var (
	wordOf   = regexp.MustCompile(`[a-z]{3,}`)
	threesOf = regexp.MustCompile(`^[a-z]{3}$`)
)

// common returns terms of three letters, those first that are nearest to being in
// the record of every tenth user.
func common(sample []person) []string {
	of := map[string]int{}
	for _, p := range sample {
		text, seen := strings.ToLower(p.name+" "+p.id), map[string]bool{}
		for i := range max(len(text)-2, 0) {
			if term := text[i : i+3]; threesOf.MatchString(term) && !seen[term] {
				seen[term] = true
				of[term]++
			}
		}
	}
	off := func(term string) int { return abs(of[term] - len(sample)/10) }
	return slices.SortedFunc(maps.Keys(of), func(a, b string) int {
		return cmp.Or(cmp.Compare(off(a), off(b)), cmp.Compare(a, b))
	})[:min(len(of), 2*manyTerms)]
}

// prefixes returns the two letters that most words of names begin with.
func prefixes(sample []person) []string {
	of := map[string]int{}
	for _, p := range sample {
		for _, word := range wordOf.FindAllString(strings.ToLower(p.name), -1) {
			of[word[:2]]++
		}
	}
	return slices.SortedFunc(maps.Keys(of), func(a, b string) int {
		return cmp.Or(cmp.Compare(of[b], of[a]), cmp.Compare(a, b))
	})[:min(len(of), 2*manyTerms)]
}

func abs(n int) int { return max(n, -n) }
