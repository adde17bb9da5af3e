package web_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/roboto-ai/console/internal/users"
)

// crowd adds people, many of whom have the same name.
func crowd(t *testing.T, s *site, n int) {
	t.Helper()
	for i := range n {
		if i%7 == 0 {
			s.Clock.Advance(time.Minute)
		}
		_, err := s.AddPerson(t.Context(), s.Owner, users.NewPerson{ID: fmt.Sprintf("p%03d@example.com", i), Name: fmt.Sprintf("Person %d", i%5)})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// thereAndBack walks a list from its first page to its last by Next, and back by
// Previous. It returns what rows finds on the pages of either way, in the order
// of the list.
func (b *browser) thereAndBack(t *testing.T, path string, rows func(page) []string) (forth, back []string) {
	t.Helper()
	p := b.get(t, path).must(t, 200)
	for {
		forth = append(forth, rows(p)...)
		next := p.link(t, "Next")
		if next == "" {
			break
		}
		p = b.get(t, next).must(t, 200)
	}
	for {
		back = append(rows(p), back...)
		previous := p.link(t, "Previous")
		if previous == "" {
			return forth, back
		}
		p = b.get(t, previous).must(t, 200)
	}
}

func TestListUsers_paging(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	crowd(t, s, 119)
	b := s.as(t, users.RoleOwner)
	for _, sort := range []string{"", "-name", "id", "-id", "created", "-created", "seen", "-seen"} {
		t.Run("sorted by "+sort, func(t *testing.T) {
			t.Parallel()
			var ranges []string
			forth, back := b.thereAndBack(t, "/users?sort="+sort, func(p page) []string {
				if r := textOf(pagerOf(t, p)); !slices.Contains(ranges, r) {
					ranges = append(ranges, r)
				}
				return listed(t, p)
			})
			if len(forth) != 120 || len(slices.Compact(slices.Sorted(slices.Values(forth)))) != 120 {
				t.Errorf("got %d rows on all pages, want each of 120 users once", len(forth))
			}
			if diff := cmp.Diff(forth, back); diff != "" {
				t.Errorf("the way back differs (-forth +back):\n%s", diff)
			}
			want := []string{"1–50 of 120", "51–100 of 120", "101–120 of 120"}
			if diff := cmp.Diff(want, ranges); diff != "" {
				t.Errorf("ranges (-want +got):\n%s", diff)
			}
		})
	}
}

// pagerOf returns the words that say which part of a list is shown.
func pagerOf(t *testing.T, p page) *html.Node {
	t.Helper()
	for _, n := range p.nodes(t, "div") {
		if attr(n, "class") == "pager" {
			return n.FirstChild
		}
	}
	t.Fatalf("%s has no pager", p.url)
	return nil
}
