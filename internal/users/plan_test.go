package users

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
)

// planOf returns how SQLite goes about the page that q asks for: a line for
// each step.
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

// questions are a page of every kind.
func questions() []Query {
	var all []Query
	for _, sort := range []Sort{"name", "-id", "created", "-seen", "updated"} {
		for _, q := range []Query{
			{}, {Kind: KindPerson}, {Status: StatusDeactivated}, {Role: RoleAdmin, Kind: KindService}, {Seen: "<90d"}, {Seen: "never"},
			{Seen: ">90d", Status: StatusDeactivated}, {Created: ">2d", Seen: "<90d"}, {View: ViewQuiet}, {View: ViewChanged},
			{View: ViewUnanswered}, {View: ViewReviewDue}, {View: ViewTokensEnding}, {View: ViewTokensKnownLeft},
			{View: ViewTokensUnused, Role: RoleUser}, {Text: "tokens:unused ana"}, {Text: "ana"}, {Text: "a lima"}, {Text: "example.com", Role: RoleUser},
		} {
			q.Sort = sort
			all = append(all, q)
		}
	}
	return all
}

// assorted returns a directory with users of several facets.
func assorted(t *testing.T) *Service {
	t.Helper()
	return assortedIn(t, databasetest.URL(t))
}

// assortedIn is assorted in the database at url.
func assortedIn(t *testing.T, url string) *Service {
	t.Helper()
	s := newTestServiceIn(t, url)
	for i, role := range []Role{RoleUser, RoleUser, RoleUser, RoleAuditor, RoleAdmin, RoleUser, RoleUser, RoleUser, RoleUser, RoleUser} {
		n := NewPerson{ID: fmt.Sprintf("ana%d@example.com", i), Name: "Ana Lima", Role: role}
		if _, err := s.AddPerson(t.Context(), Command(""), n); err != nil {
			t.Fatal(err)
		}
		n.ID = fmt.Sprintf("ana-%d", i)
		if _, err := s.CreateServiceUser(t.Context(), Command(""), NewServiceUser{NewPerson: n}); err != nil {
			t.Fatal(err)
		}
		if i%4 == 0 {
			if err := s.Deactivate(t.Context(), Command(""), ID(n.ID), Departure{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := s.AddSystemUser(t.Context(), Command(""), "platform"); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestPagesAreReadByIndexes has no page scan SQLite's table, and none that is walked
// sort more than it shows, wherever in the list it begins.
func TestPagesAreReadByIndexes(t *testing.T) {
	t.Parallel()
	s := assortedIn(t, databasetest.SQLiteURL(t))
	for _, most := range []int{0, maxSorted} {
		s.config.MaxSorted = most
		for _, q := range questions() {
			middle := place{cursor: cursor{position: 3, number: 5, text: "ana", micros: 1, newest: q.Text != "" && most == 0}}
			for _, at := range []place{{}, middle, {middle.cursor, true}} {
				steps := planOf(t, s, q, at)
				inPart := false
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

// TestPlan is by which way a page is read where no more than three users can be put in
// order, of ten people, ten service users and a system user.
func TestPlan(t *testing.T) {
	t.Parallel()
	s := assorted(t)
	s.config.MaxSorted = 3
	for _, test := range []struct {
		q                  Query
		candidates, newest bool
	}{
		{Query{}, false, false},
		{Query{Kind: KindPerson}, false, false},
		{Query{Created: "<7d"}, false, false},
		{Query{Created: ">7d"}, true, false},
		{Query{Created: "<7d", Status: StatusDeactivated}, true, false},
		{Query{View: ViewQuiet, Seen: "<90d"}, true, false}, // no time is in both
		{Query{View: ViewChanged, Created: ">7d"}, true, false},
		{Query{Created: "<7d", Text: "seen:<90d"}, true, false},
		{Query{View: ViewUnanswered, Kind: KindPerson}, true, false},
		{Query{Text: "ana"}, false, true},
		{Query{Text: "ana", Role: RoleAuditor}, true, false},
		{Query{Text: "ana", Created: ">7d"}, true, false},
		{Query{Text: "ana", View: ViewQuiet}, true, false},
		{Query{Text: "ana3"}, true, false},
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

// untrue are the queries of what the database keeps count of that is not so.
var untrue = []string{
	`SELECT COUNT(*) FROM (SELECT kind, role, status, n FROM tallies WHERE n <> 0
		EXCEPT SELECT kind, role, status, COUNT(*) FROM users GROUP BY kind, role, status) AS differing`,
	`SELECT COUNT(*) FROM (SELECT kind, role, status, COUNT(*) FROM users GROUP BY kind, role, status
		EXCEPT SELECT kind, role, status, n FROM tallies) AS differing`,
	`SELECT COUNT(*) FROM (SELECT what, day, n FROM day_tallies WHERE n <> 0
		EXCEPT SELECT what, day, COUNT(*) FROM users_on_days GROUP BY what, day) AS differing`,
	`SELECT COUNT(*) FROM (SELECT what, day, COUNT(*) FROM users_on_days GROUP BY what, day
		EXCEPT SELECT what, day, n FROM day_tallies) AS differing`,
}

// TestTalliesTellTheTruth compares what the database keeps count of with the rows,
// after changes of all kinds.
func TestTalliesTellTheTruth(t *testing.T) {
	t.Parallel()
	s := assorted(t)
	ctx, operator := t.Context(), Command("")
	now := time.Now()
	s.config.Now = func() time.Time { return now }
	visit := Visit{Digest: DigestOf("secret"), Attempt: Attempt{Digest: DigestOf("secret")}}
	claims := Claims{Issuer: "https://id.example.com", Subject: "1", Address: "ana1@example.com", Verified: VerifiedYes}
	for what, do := range map[string]func() error{
		"sign in": func() error { _, err := s.SignIn(ctx, claims, visit); s.Settle(); return err },
		"role": func() error {
			_, err := s.ChangeRole(ctx, operator, "ana2@example.com", RoleChange{Role: RoleOwner})
			return err
		},
		"reactivate": func() error { return s.Reactivate(ctx, operator, "ana-0", Reactivation{}) },
		"delete":     func() error { return s.Delete(ctx, operator, "ana-4", Deletion{Confirm: "ana-4"}) },
		"responsible": func() error {
			_, err := s.Edit(ctx, operator, "ana-1", Edit{Service: &ServiceFields{Responsible: "ana1@example.com", ReviewOn: "2099-01-01"}})
			return err
		},
		"days later": func() error {
			now = now.Add(48 * time.Hour)
			_, err := s.Edit(ctx, operator, "ana-2", Edit{Fields: Fields{Name: new("Other")}})
			return err
		},
	} {
		if err := do(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for _, query := range untrue {
			if n, err := database.Count(ctx, s.reads(), query); err != nil || n != 0 {
				t.Errorf("after %s: %d counts differ, %v: %s", what, n, err, query)
			}
		}
	}
}
