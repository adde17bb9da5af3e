package directory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/spelling"
	"github.com/roboto-ai/console/internal/users"
)

const (
	maxCloseUsers = 10 // that are suggested

	// closeSpellings is how many close words a search looks for: each costs as much as a search of
	// its own.
	closeSpellings = 6

	// closeSorted is how many users with close words are put in the order of their names. Of more,
	// the newest are suggested.
	closeSorted = 200
)

// CloseMatches returns up to ten users whose names have words close to those of q.Text (see
// [spelling.Vocabulary]), the closest first. They are suggestions where no user matches q: users
// who match are among them. Filters and view of q hold; its order and place are not used.
//
// It returns a [*users.ForbiddenError], and an [*users.InvalidError] on a filter it does not know.
func (s *Service) CloseMatches(ctx context.Context, actor users.Actor, q Query) ([]users.User, error) {
	if err := actor.May(users.ActSeeDirectory, users.User{}); err != nil {
		return nil, err
	}
	found, err := s.closeMatches(ctx, actor, q)
	if err != nil {
		return nil, fmt.Errorf("find close matches: %w", err)
	}
	return found, nil
}

// closeMatches searches for words at a distance of 1, and then, if these are of fewer than ten
// users, for those at a distance of 2 as well. Of several words it searches for both at once.
func (s *Service) closeMatches(ctx context.Context, actor users.Actor, q Query) (found []users.User, err error) {
	q = q.withDefaults()
	typed := typedWords(parse(q.Text, s.now(), q.Zone).terms)
	words, err := s.closeWords(ctx, typed)
	if err != nil {
		return nil, err
	}
	q.Sort, q.After, q.Before, q.bare, q.Limit = "name", "", "", true, 3*maxCloseUsers
	for distance := min(len(typed), spelling.MaxDistance); distance <= spelling.MaxDistance && len(found) < maxCloseUsers; distance++ {
		near := words.within(distance)
		if near.spellings() == q.near.spellings() { // none, or no further ones
			continue
		}
		q.near = near
		l, err := s.list(ctx, actor, q)
		if err != nil {
			return nil, err
		}
		found = append(found, l.Users...)
	}
	return closest(found, typed), nil
}

// togetherSearch looks all terms up together: of terms with several spellings each, every one has
// many candidates.
type togetherSearch struct{ searcher }

// parts implements [searcher].
func (togetherSearch) parts(terms []spelling.Term) [][]spelling.Term {
	return [][]spelling.Term{terms}
}

// typedWords returns the folded words of a search that may have close words.
func typedWords(terms []spelling.Term) (typed []string) {
	for _, t := range terms {
		if len(t) > 0 && !strings.Contains(t[0], "@") {
			typed = append(typed, strings.TrimSpace(t[0]))
		}
	}
	return typed
}

// nearWords are the close words of words that were typed.
type nearWords map[string][]spelling.CloseWord

// unknown returns the words that are in no name, with their close words, unless there are none:
// then all.
func (n nearWords) unknown() nearWords {
	unknown := nearWords{}
	for typed, words := range n {
		if words[0].Distance > 0 {
			unknown[typed] = words
		}
	}
	if len(unknown) == 0 {
		return n
	}
	return unknown
}

// within returns the words at up to a distance, a few of each.
func (n nearWords) within(distance int) nearWords {
	near := nearWords{}
	for typed, words := range n {
		words = slices.DeleteFunc(slices.Clone(words), func(w spelling.CloseWord) bool { return w.Distance > distance })
		if len(words) > 0 {
			near[typed] = words[:min(len(words), max(closeSpellings/len(n), 2))]
		}
	}
	return near
}

// spellings returns how many close words there are.
func (n nearWords) spellings() (all int) {
	for _, words := range n {
		all += len(words)
	}
	return all
}

// widen adds to each term the close words as other spellings. Short ones have to begin a word: they
// are in many longer ones.
func (n nearWords) widen(terms []spelling.Term) {
	for i, t := range terms {
		if len(t) == 0 {
			continue
		}
		for _, w := range n[strings.TrimSpace(t[0])] {
			text := w.Word
			if len(text) < 5 {
				text = "  " + text
			}
			terms[i] = append(terms[i], text)
		}
	}
}

// closest returns the users with words close to all of the typed ones, the closest first, each
// once.
func closest(found []users.User, typed []string) []users.User {
	type ranked struct {
		users.User
		distance int
	}
	var all []ranked
	known := map[users.Key]bool{}
	for _, u := range found {
		distance, ok := farFrom(u, typed)
		if ok && !known[u.Key] {
			all = append(all, ranked{u, distance})
		}
		known[u.Key] = true
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.SortName(), b.SortName()))
	})
	closest := make([]users.User, min(len(all), maxCloseUsers))
	for i := range closest {
		closest[i] = all[i].User
	}
	return closest
}

// farFrom returns the sum of the distances of the typed words from the closest of u's, and false if
// one of them has none that is close.
func farFrom(u users.User, typed []string) (sum int, ok bool) {
	var v spelling.Vocabulary
	v.AddName(spelling.Fold(u.Name))
	text := spelling.SearchText(u.Name, string(u.ID))
	for _, word := range typed {
		words := v.Close(word)
		switch {
		case strings.Contains(text, "  "+word) || len(word) >= 3 && strings.Contains(text, word):
		case len(words) > 0:
			sum += words[0].Distance
		default:
			return 0, false
		}
	}
	return sum, true
}

// closeWords returns the words of names that are close to those that were typed.
func (s *Service) closeWords(ctx context.Context, typed []string) (nearWords, error) {
	if len(typed) == 0 {
		return nil, nil
	}
	if err := s.names.refresh(ctx, s); err != nil {
		return nil, err
	}
	return s.names.close(typed).unknown(), nil
}
