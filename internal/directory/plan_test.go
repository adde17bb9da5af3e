package directory

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
)

// planOf returns the query plan of SQLite for the page of q, a line for each step.
func planOf(t *testing.T, s *Service, q Query, at place) []string {
	t.Helper()
	q = q.withDefaults()
	sel, err := s.selection(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	p, err := sel.plan(t.Context(), s.reads(), q, at)
	if err != nil {
		t.Fatal(err)
	}
	var f database.Filter
	steps, err := database.Collect(t.Context(), s.reads(), func(row database.Scanner) (detail string, err error) {
		var id, parent, unused int
		return detail, row.Scan(&id, &parent, &unused, &detail)
	}, `EXPLAIN QUERY PLAN `+p.query(&f, at), f.Args...)
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

// questions are queries of each kind.
func questions() []Query {
	var all []Query
	for _, sort := range []Sort{"name", "-id", "created", "-seen", "updated"} {
		for _, q := range []Query{
			{}, {Kind: Values(users.KindPerson)}, {Status: Values(users.StatusDeactivated)}, {Role: Values(users.RoleAdmin), Kind: Values(users.KindService)}, {Seen: "<90d"}, {Seen: "never"},
			{Seen: ">90d", Status: Values(users.StatusDeactivated)}, {Created: ">2d", Seen: "<90d"}, {View: ViewQuiet}, {View: ViewChanged},
			{View: ViewUnanswered}, {View: ViewReviewDue}, {View: ViewTokensEnding}, {View: ViewTokensKnownLeft},
			{View: ViewTokensUnused, Role: Values(users.RoleUser)}, {Text: "tokens:unused ana"}, {Text: "ana"}, {Text: "a lima"}, {Text: "example.com", Role: Values(users.RoleUser)},
			{Role: "admin,owner", Seen: ">30d,never"}, {Department: "Mapping,Fleet operations"}, {Label: "On call,Contractor"}, {Manager: "owner@example.com"},
			{Text: "ana1@example.com ana2@example.com"}, {Department: "Mapping", Label: "On call", Text: "ana"},
		} {
			q.Sort = sort
			all = append(all, q)
		}
	}
	return all
}

// newTestService returns a directory with an owner, in the database at url.
func newTestService(t *testing.T, url string) *Service {
	t.Helper()
	db := databasetest.Open(t, url, database.Options{})
	u := users.NewService(db, users.Config{Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	t.Cleanup(u.Close)
	if err := u.EnsureOwners(t.Context(), []string{"owner@example.com"}); err != nil {
		t.Fatal(err)
	}
	return New(db, u, Config{})
}

// assorted returns a directory with users of several facets, in the database at url.
func assorted(t *testing.T, url string) *Service {
	t.Helper()
	s := newTestService(t, url)
	for i, role := range []users.Role{users.RoleUser, users.RoleUser, users.RoleUser, users.RoleAuditor, users.RoleAdmin, users.RoleUser, users.RoleUser, users.RoleUser, users.RoleUser, users.RoleUser} {
		n := users.NewPerson{ID: fmt.Sprintf("ana%d@example.com", i), Name: "Ana Lima", Role: role}
		if _, err := s.users.AddPerson(t.Context(), users.Command(""), n); err != nil {
			t.Fatal(err)
		}
		n.ID = fmt.Sprintf("ana-%d", i)
		if _, err := s.users.CreateServiceUser(t.Context(), users.Command(""), users.NewServiceUser{NewPerson: n}); err != nil {
			t.Fatal(err)
		}
		if i%4 == 0 {
			if err := s.users.Deactivate(t.Context(), users.Command(""), users.ID(n.ID), users.Departure{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := s.users.AddSystemUser(t.Context(), users.Command(""), "platform"); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestPagesAreReadByIndexes is that no page scans SQLite's table, and that an index scan sorts no
// more rows than it shows, wherever the page begins.
func TestPagesAreReadByIndexes(t *testing.T) {
	t.Parallel()
	s := assorted(t, databasetest.SQLiteURL(t))
	for _, most := range []int{0, maxSorted} {
		s.config.MaxSorted = most
		for i, q := range slices.Concat(questions(), questions()) {
			q.Lean = i < len(questions())
			middle := place{cursor: cursor{position: 3, number: 5, text: "ana", micros: 1, newest: q.Text != "" && !strings.Contains(q.Text, "@") && most == 0}}
			for _, at := range []place{{}, middle, {middle.cursor, true}} {
				steps := planOf(t, s, q, at)
				inPart := q.Lean && !slices.Contains(steps, "CO-ROUTINE part") && !slices.Contains(steps, "MATERIALIZE hits") // one scan is all
				for _, step := range steps {
					inPart = (inPart || step == "CO-ROUTINE part") && step != "SCAN part"
					if step == "SCAN u" || step == "SCAN users" || inPart && strings.HasPrefix(step, "USE TEMP B-TREE") {
						t.Errorf("most %d, %+v from %+v: %s, in:\n  %s", most, q, at, step, strings.Join(steps, "\n  "))
						break
					}
				}
			}
		}
	}
}

// TestPlan is the plans of pages where at most three users are sorted, of ten people, ten service
// users and a system user.
func TestPlan(t *testing.T) {
	t.Parallel()
	s := assorted(t, databasetest.URL(t))
	s.config.MaxSorted = 3
	for _, test := range []struct {
		q                  Query
		candidates, newest bool
	}{
		{Query{}, false, false},
		{Query{Kind: Values(users.KindPerson)}, false, false},
		{Query{Created: "<7d"}, false, false},
		{Query{Created: ">7d"}, true, false},
		{Query{Created: "<7d", Status: Values(users.StatusDeactivated)}, true, false},
		{Query{View: ViewQuiet, Seen: "<90d"}, true, false}, // no time is in both
		{Query{View: ViewChanged, Created: ">7d"}, true, false},
		{Query{Created: "<7d", Text: "seen:<90d"}, true, false},
		{Query{View: ViewUnanswered, Kind: Values(users.KindPerson)}, true, false},
		{Query{Text: "ana"}, false, true},
		{Query{Text: "ana", Role: Values(users.RoleAuditor)}, true, false},
		{Query{Text: "ana", Created: ">7d"}, true, false},
		{Query{Text: "ana", View: ViewQuiet}, true, false},
		{Query{Text: "ana3"}, true, false},
		{Query{Text: "ana3 example"}, true, false}, // by the rarer word
		{Query{Text: "ana example"}, false, true},
	} {
		q := test.q.withDefaults()
		sel, err := s.selection(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		p, err := sel.plan(t.Context(), s.reads(), q, place{})
		if err != nil || (p.candidates != nil) != test.candidates || p.newest != test.newest {
			t.Errorf("%+v: candidates %v, newest %v, %v", test.q, p.candidates != nil, p.newest, err)
		}
	}
}
