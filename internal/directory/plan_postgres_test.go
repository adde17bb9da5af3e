//go:build postgres

package directory

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
)

// A step is a node of a plan of PostgreSQL.
type step struct {
	Kind  string  `json:"Node Type"`
	Table string  `json:"Relation Name"`
	Rows  float64 `json:"Actual Rows"`
	Loops float64 `json:"Actual Loops"`
	Steps []step  `json:"Plans"`
}

// explain returns the plan of the page of q, and how PostgreSQL has executed it with sequential
// scans and sorts disabled where an index can serve.
func explain(t *testing.T, s *Service, q Query, at place) (plan, step) {
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
	tx, err := s.db.Reads().BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	settings := `SET LOCAL enable_seqscan = off`
	if p.candidates == nil {
		settings += `; SET LOCAL enable_sort = off`
	}
	if _, err := tx.ExecContext(t.Context(), settings); err != nil {
		t.Fatal(err)
	}
	var f database.Filter
	var text []byte
	query := `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ` + p.query(&f, at)
	if err := tx.QueryRowContext(t.Context(), query, f.Args...).Scan(&text); err != nil {
		t.Fatal(err)
	}
	var plans []struct{ Plan step }
	if err := json.Unmarshal(text, &plans); err != nil {
		t.Fatal(err)
	}
	return p, plans[0].Plan
}

// all returns a step and its descendants.
func (one step) all() []step {
	steps := []step{one}
	for _, part := range one.Steps {
		steps = append(steps, part.all()...)
	}
	return steps
}

// sorted returns how many rows a step has sorted.
func (one step) sorted() float64 {
	if one.Kind != "Sort" {
		return 0
	}
	return one.Steps[0].Rows * one.Steps[0].Loops
}

// crowd adds n copies of the users, past all rules, and analyzes the table.
func crowd(t *testing.T, s *Service, n int) {
	t.Helper()
	columns := `name, kind, role, deactivated, identified, channels, types, time_zone, purpose, responsible_key, review_on, created_at, created_by, updated_at, version`
	query := `INSERT INTO users (key, user_id, sort_name, search_text, seen_at, ` + columns + `)
		SELECT key || '-' || i, i || '.' || user_id, sort_name || i, search_text || i, seen_at + i * INTERVAL '1 hour', ` + columns + `
		FROM users, generate_series(1, ` + fmt.Sprint(n) + ` / (SELECT COUNT(*) FROM users WHERE kind <> 'system')) AS i
		WHERE kind <> 'system'; ANALYZE`
	err := s.db.Transact(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), query)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestPagesAreReadByIndexesOfPostgres is that no page scans the table, and that it sorts no more
// rows than the candidates or, in an index scan, the rows of a page for each facet.
func TestPagesAreReadByIndexesOfPostgres(t *testing.T) {
	t.Parallel()
	s := assorted(t, databasetest.PostgresURL(t))
	crowd(t, s, 2000)
	const page, facets = 10, 12
	for _, most := range []int{0, 100} {
		s.config.MaxSorted = most
		for _, q := range questions() {
			q.Limit = page
			middle := place{cursor: cursor{position: 3, number: 5, text: "ana", micros: 1, newest: q.Text != "" && !strings.Contains(q.Text, "@")}}
			for _, at := range []place{{}, middle, {middle.cursor, true}} {
				p, root := explain(t, s, q, at)
				may := float64(2 * facets * (page + 1))
				if p.candidates != nil {
					may = max(may, float64(pagingFactor*narrowedFactor*most))
				}
				for _, one := range root.all() {
					if one.Table == "users" && strings.HasPrefix(one.Kind, "Seq Scan") || one.sorted() > may {
						t.Errorf("most %d, %+v from %+v: %s of %v rows: %+v", most, q, at, one.Kind, one.sorted(), root)
						break
					}
				}
			}
		}
	}
}

// TestSearchPlans checks that PostgreSQL plans a search for its terms each time, and queries
// without terms once per connection. The pool of a test has one connection.
func TestSearchPlans(t *testing.T) {
	t.Parallel()
	s := assorted(t, databasetest.PostgresURL(t))
	if _, err := s.list(t.Context(), users.Actor{}, Query{Text: "ana"}); err != nil {
		t.Fatal(err)
	}
	for pattern, want := range map[string]bool{"% LIKE %": false, "%tallies%": true} {
		n, err := database.Count(t.Context(), s.reads(), `SELECT COUNT(*) FROM pg_prepared_statements WHERE statement LIKE $1 AND statement NOT LIKE '%pg_prepared%'`, pattern)
		if err != nil || (n > 0) != want {
			t.Errorf("%s: got %d prepared statements, %v, want any: %t", pattern, n, err, want)
		}
	}
}
