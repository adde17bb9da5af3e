package directory_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	godiff "github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/spelling"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// randomDirectory returns a directory with n random users.
func randomDirectory(t *testing.T, r *rand.Rand, n int) *userstest.Directory {
	t.Helper()
	d := userstest.New(t)
	names := []string{"Ana Müller", "José García", "Ana García", "山田 太郎", "김민준", "Łukasz Żółć", "", "Mara O’Neill", "Anne-Marie Ano", "Zoë"}
	var people []string
	for i := range n {
		d.Clock.Advance(time.Duration(r.IntN(3)) * 20 * time.Hour)
		name := names[r.IntN(len(names))]
		if r.IntN(4) == 0 || i == 11 {
			id := strings.TrimSuffix(fmt.Sprintf("ana-%d", i), "-11") // one is ana, which a search for it returns first
			role := []users.Role{users.RoleUser, users.RoleUser, users.RoleAdmin}[r.IntN(3)]
			n := users.NewServiceUser{NewPerson: users.NewPerson{ID: id, Name: name, Role: role, OrgFields: randomOrg(r, nil)}}
			if _, err := d.CreateServiceUser(t.Context(), users.Command(""), n); err != nil {
				t.Fatal(err)
			}
			continue
		}
		id := fmt.Sprintf("p%d.garcia@example.com", i)
		n := users.NewPerson{ID: id, Name: name, Role: users.Roles[r.IntN(3)], OrgFields: randomOrg(r, people)}
		if _, err := d.AddPerson(t.Context(), users.Command(""), n); err != nil {
			t.Fatal(err)
		}
		people = append(people, id)
		if r.IntN(3) > 0 {
			d.SignedIn(t, id)
		}
		if r.IntN(5) == 0 {
			if err := d.Deactivate(t.Context(), users.Command(""), users.ID(id), users.Departure{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return d
}

// found are searches and which users match, implemented without the code under test.
var found = map[string]func(name, id string) bool{
	"":            func(string, string) bool { return true },
	"ana":         func(name, id string) bool { return strings.Contains(name, "Ana") || strings.HasPrefix(id, "ana") },
	"garcia":      func(name, id string) bool { return strings.Contains(name, "García") || strings.Contains(id, "garcia") },
	"JOSÉ":        func(name, _ string) bool { return strings.Contains(name, "José") },
	"mueller ana": func(name, _ string) bool { return name == "Ana Müller" },
	"an":          func(name, id string) bool { return strings.Contains(name, "An") || strings.HasPrefix(id, "ana") },
	"o":           func(name, id string) bool { return strings.Contains(name, "O’") || strings.HasPrefix(id, "owner") },
	"太":           func(name, _ string) bool { return strings.Contains(name, "太") },
	"민준":          func(name, _ string) bool { return strings.Contains(name, "민준") },
	"zoë":         func(name, _ string) bool { return name == "Zoë" },
	"ana garcía": func(name, id string) bool {
		return (strings.Contains(name, "Ana") || strings.HasPrefix(id, "ana")) && (strings.Contains(name, "García") || strings.Contains(id, "garcia"))
	},
	"josé garcía": func(name, id string) bool { return strings.Contains(name, "José") },
	"zolc":        func(name, _ string) bool { return strings.Contains(name, "Żółć") },
	"o'neill":     func(name, _ string) bool { return strings.Contains(name, "Neill") },
	"example.com": func(_, id string) bool { return strings.Contains(id, "@") },
	"nobody":      func(string, string) bool { return false },
	"p12.garcia@example.com, <P15.garcia@example.com>; nobody@example.com": func(_, id string) bool {
		return id == "p12.garcia@example.com" || id == "p15.garcia@example.com"
	},
	"type:service": func(_, id string) bool { return !strings.Contains(id, "@") },
}

// by are the orders and their comparisons.
var by = map[directory.Sort]func(a, b users.User) int{
	"name": func(a, b users.User) int {
		return cmp.Compare(spelling.SortKey(a.Label()), spelling.SortKey(b.Label()))
	},
	"id":      func(a, b users.User) int { return cmp.Compare(a.ID, b.ID) },
	"created": func(a, b users.User) int { return a.CreatedAt.Compare(b.CreatedAt) },
	"seen":    func(a, b users.User) int { return a.SeenAt.Compare(b.SeenAt) },
	"updated": func(a, b users.User) int { return a.UpdatedAt.Compare(b.UpdatedAt) },
}

// A question is a query of a test case.
type question struct {
	directory.Query
	word  string
	typed [2]string // name and value of a filter in the text
}

// randomQuestion returns a random query.
func randomQuestion(r *rand.Rand, words []string) question {
	maybe := func(share int, values ...string) string {
		if r.IntN(share) > 0 {
			return ""
		}
		return values[r.IntN(len(values))]
	}
	q := question{word: words[r.IntN(len(words))]}
	q.Text = q.word
	q.Kind = directory.Values(maybe(3, "person", "service", "person,service"))
	q.Role = directory.Values(maybe(3, "user", "auditor", "admin", "owner", "auditor,admin"))
	q.Status = directory.Values(maybe(3, "invited", "active", "deactivated", "invited,deactivated"))
	q.Seen = directory.Span(maybe(3, "<20d", ">20d", ">20d,never", "never", "<5d", "<36500d"))
	q.Created = directory.Span(maybe(4, "<20d", ">20d", ">5d"))
	q.View = directory.View(maybe(3, "people", "invited", "changed", "no-responsible", "admins", "dormant-admins", "quiet"))
	q.Sort = directory.Sort(maybe(4, "-") + []string{"name", "id", "created", "seen", "updated"}[r.IntN(5)])
	q.Limit = 1 + r.IntN(9)
	q.askOrg(r)
	return q
}

// holds reports whether q selects u.
func (q question) holds(u users.User, now time.Time) bool {
	in := func(s directory.Span, at time.Time) bool {
		days := map[directory.Span]int{"<5d": 5, "<20d": 20, ">20d": 20, ">20d,never": 20, ">5d": 5, "<36500d": 36500}[s]
		from := now.Truncate(24*time.Hour).AddDate(0, 0, -days)
		switch {
		case s == "":
			return true
		case s == "never":
			return at.IsZero()
		case s == ">20d,never":
			return at.Before(from)
		case s[0] == '<':
			return !at.Before(from) && !at.IsZero()
		}
		return at.Before(from) && u.CreatedAt.Before(from) // a user never seen counts from the creation
	}
	one := func(values directory.Values, value string) bool {
		return values == "" || slices.Contains(strings.Split(string(values), ","), value)
	}
	return one(q.Kind, string(u.Kind)) && one(q.Role, string(u.Role)) && one(q.Status, string(u.Status)) &&
		in(q.Seen, u.SeenAt) && in(q.Created, u.CreatedAt) && found[q.word](u.Name, string(u.ID)) && q.inView(u, now) && q.holdsOrg(u)
}

// inView reports whether the view of q shows u.
func (q question) inView(u users.User, now time.Time) bool {
	switch q.View {
	case directory.ViewPeople:
		return u.Kind == users.KindPerson
	case directory.ViewAdmins, directory.ViewDormant:
		return u.Status == users.StatusActive && u.Role != users.RoleUser && u.Role != users.RoleAuditor && (q.View == directory.ViewAdmins || quiet(u, now))
	case directory.ViewQuiet:
		return u.Status == users.StatusActive && quiet(u, now)
	case directory.ViewInvited:
		return u.Status == users.StatusInvited
	case directory.ViewChanged:
		return !u.UpdatedAt.Before(now.Truncate(24*time.Hour).AddDate(0, 0, -7))
	case directory.ViewUnanswered:
		return u.Kind == users.KindService && u.Responsible.Key == ""
	}
	return true
}

// quiet reports whether u was created 90 days ago and not seen since.
func quiet(u users.User, now time.Time) bool {
	from := now.Truncate(24*time.Hour).AddDate(0, 0, -90)
	return u.SeenAt.Before(from) && u.CreatedAt.Before(from)
}

// answer returns the users of all that q selects, in its order. all is in the order of creation.
func (q question) answer(all []users.User, now time.Time, newest bool) []users.ID {
	first := q.first(all)
	all = slices.DeleteFunc(slices.Clone(all), func(u users.User) bool { return !q.holds(u, now) })
	less, descending := by[directory.Sort(strings.TrimPrefix(string(q.Sort), "-"))], strings.HasPrefix(string(q.Sort), "-")
	if newest {
		less, descending = func(users.User, users.User) int { return 0 }, true
	}
	if descending {
		slices.Reverse(all)
	}
	slices.SortStableFunc(all, func(a, b users.User) int {
		if descending {
			return less(b, a)
		}
		return less(a, b)
	})
	slices.SortStableFunc(all, func(a, b users.User) int { return cmp.Compare(btoi(first[b.ID]), btoi(first[a.ID])) })
	return userstest.IDs(all)
}

// first returns the users who come first: the one with the user_id of the search, and ten with
// its name.
func (q question) first(all []users.User) map[users.ID]bool {
	first, named := map[users.ID]bool{users.ID(q.word): true}, 0
	for _, u := range all {
		if q.word != "" && strings.EqualFold(u.Name, q.word) && named < 10 {
			first[u.ID] = true
			named++
		}
	}
	return first
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestUsersAnswerAnyQuestion compares the pages of random queries, forward and back, with an
// implementation in Go (an oracle), for each kind of plan.
func TestUsersAnswerAnyQuestion(t *testing.T) {
	t.Parallel()
	for _, most := range []int{0, 3, 15, 1000} { // users that are sorted
		t.Run(fmt.Sprintf("most %d", most), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, uint64(most)))
			d := randomDirectory(t, r, 70)
			d.Directory.SetMost(most)
			all := page(t, d, directory.Query{Sort: "created", Limit: 200}).Users
			var words []string
			for word := range found {
				words = append(words, word)
			}
			slices.Sort(words)
			for range 400 {
				q := randomQuestion(r, words)
				q.Lean = r.IntN(2) == 0
				l := page(t, d, q.Query)
				want := q.answer(all, d.Clock.Now(), l.Newest)
				checkTotal(t, q, l, len(want))
				got := walk(t, d, q.Query, l, want)
				if diff := godiff.Diff(want, got); diff != "" {
					t.Fatalf("%+v (-want +got):\n%s", q, diff)
				}
				checkKeys(t, d, q, all, want)
			}
		})
	}
}

// checkTotal checks the total of a page.
func checkTotal(t *testing.T, q question, l directory.Listing, want int) {
	t.Helper()
	if exact := l.Total == exactly(want); !exact && (!l.Total.More || l.Total.N >= want) {
		t.Errorf("%+v: got a total of %+v, want %d", q, l.Total, want)
	}
	if l.Newest && q.word == "" {
		t.Errorf("%+v: the newest first, though nothing is searched for", q)
	}
}
