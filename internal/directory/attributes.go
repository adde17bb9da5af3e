package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
	"github.com/roboto-ai/console/internal/users"
)

// An attribute is a field of the record with which filters select users by name.
type attribute struct {
	table, column string // with an index, where each value is listed

	// numbers is the query of the numbers of users with one of the values, each once; holds is
	// the condition that user u has one. It uses no index of users.
	numbers, holds func(f *database.Filter, values []string) string
}

var (
	byDepartment = attribute{
		table: "users", column: "department",
		numbers: func(f *database.Filter, values []string) string {
			return `SELECT u.number FROM users u WHERE u.department IN ` + oneOf(f, values)
		},
		holds: func(f *database.Filter, values []string) string {
			return `COALESCE(u.department, '') IN ` + oneOf(f, values)
		},
	}
	byLabel = attribute{
		table: "user_labels", column: "label",
		numbers: func(f *database.Filter, values []string) string {
			return `SELECT DISTINCT number FROM user_labels WHERE label IN ` + oneOf(f, values)
		},
		holds: func(f *database.Filter, values []string) string {
			return `EXISTS (SELECT 1 FROM user_labels l WHERE l.number = u.number AND l.label IN ` + oneOf(f, values) + `)`
		},
	}
	byManager = attribute{
		table: "users", column: "manager_key",
		numbers: func(f *database.Filter, values []string) string {
			return `SELECT u.number FROM users u WHERE u.manager_key IN ` + oneOf(f, values)
		},
		holds: func(f *database.Filter, values []string) string {
			return `COALESCE(u.manager_key, '') IN ` + oneOf(f, values)
		},
	}
)

// oneOf returns a list of values for IN.
func oneOf[T any](f *database.Filter, values []T) string {
	args := make([]string, len(values))
	for i, value := range values {
		args[i] = f.Arg(value)
	}
	return `(` + strings.Join(args, `, `) + `)`
}

const (
	maxDistinct = 1_000 // values of an attribute that a filter is compared with, regardless of case
	maxOffered  = 100   // values that a form offers
)

// distinct is the query of the values of an attribute, each once and in order, as column value. It
// is a skip scan: it reads one row of the index for each value.
func (a attribute) distinct(f *database.Filter, limit int) string {
	least := `SELECT MIN(` + a.column + `) FROM ` + a.table + ` WHERE ` + a.column + ` IS NOT NULL`
	return `WITH RECURSIVE found (value) AS (` + least + ` UNION ALL
		SELECT (` + least + ` AND ` + a.column + ` > found.value) FROM found WHERE found.value IS NOT NULL)
		SELECT value FROM found WHERE value IS NOT NULL LIMIT ` + f.Arg(limit)
}

// values returns the values of a text attribute, each once and in order.
func (a attribute) values(ctx context.Context, r database.Reader) ([]string, error) {
	var f database.Filter
	return database.Collect(ctx, r, scanText, a.distinct(&f, maxDistinct), f.Args...)
}

func scanText(row database.Scanner) (text string, err error) { return text, row.Scan(&text) }

// Departments returns the departments of users that begin with a text or have a word that does,
// in order, 100 at most. It returns a [*users.ForbiddenError].
func (s *Service) Departments(ctx context.Context, actor users.Actor, text string) ([]string, error) {
	return s.offered(ctx, actor, byDepartment, text)
}

// Labels returns the labels of users, as [Service.Departments] does departments.
func (s *Service) Labels(ctx context.Context, actor users.Actor, text string) ([]string, error) {
	return s.offered(ctx, actor, byLabel, text)
}

// offered returns the values of an attribute in which some word begins with a text.
func (s *Service) offered(ctx context.Context, actor users.Actor, by attribute, text string) ([]string, error) {
	if err := actor.May(users.ActSeeDirectory, users.User{}); err != nil {
		return nil, err
	}
	all, err := by.values(ctx, s.reads())
	if err != nil {
		return nil, fmt.Errorf("list %ss: %w", by.column, err)
	}
	text = " " + spelling.Fold(text)
	all = slices.DeleteFunc(all, func(value string) bool { return !strings.Contains(" "+spelling.Fold(value), text) })
	return all[:min(len(all), maxOffered)], nil
}

// criterion returns what a filter by name selects. It compares the names with the stored ones
// regardless of case and accents; one that was typed may be the beginning of a stored one,
// unless it is one itself.
func (s *Service) criterion(ctx context.Context, named namedFilter) (criterion, error) {
	var values []string
	var err error
	if named.by.column == byManager.column {
		values, err = s.managers(ctx, named)
	} else if values, err = named.by.values(ctx, s.reads()); err == nil {
		values = append(named.among(values), named.names...)
	}
	if err == nil && len(values) == 0 {
		values = []string{"-"} // a key that no user has, unlike the empty one
	}
	return criterion{
		numbers: func(f *database.Filter) string { return named.by.numbers(f, values) },
		holds:   func(f *database.Filter) string { return named.by.holds(f, values) },
		n:       -1,
	}, err
}

// among returns those of the stored values that the names are.
func (named namedFilter) among(stored []string) (found []string) {
	for _, name := range named.names {
		name = spelling.Fold(name)
		whole := slices.ContainsFunc(stored, func(value string) bool { return spelling.Fold(value) == name })
		for _, value := range stored {
			folded := spelling.Fold(value)
			if folded == name || named.typed && !whole && strings.HasPrefix(folded, name) {
				found = append(found, value)
			}
		}
	}
	return found
}

// managers returns the keys of the people with the user_ids or names of a filter. If there are none
// and it was typed, they are those of the managers whose user_id or name begins so.
func (s *Service) managers(ctx context.Context, named namedFilter) ([]string, error) {
	var f, begun database.Filter
	ids, names := make([]string, len(named.names)), make([]string, len(named.names))
	var begins []string
	for i, name := range named.names {
		ids[i], names[i] = string(users.Canonical(name)), spelling.SortKey(name)
		pattern := begun.Arg(escapeLike.Replace(names[i]) + "%")
		begins = append(begins, `u.sort_name LIKE `+pattern+` ESCAPE '\'`, `u.user_id LIKE `+pattern+` ESCAPE '\'`)
	}
	keys, err := database.Collect(ctx, s.reads(), scanText, `SELECT key FROM users WHERE user_id IN `+oneOf(&f, ids)+`
		UNION SELECT key FROM (SELECT key FROM users WHERE sort_name IN `+oneOf(&f, names)+` LIMIT `+f.Arg(maxOffered)+`) AS named`, f.Args...)
	if err != nil || len(keys) > 0 || !named.typed {
		return keys, err
	}
	return database.Collect(ctx, s.reads(), scanText, `SELECT u.key FROM (`+byManager.distinct(&begun, maxDistinct)+`) AS m
		CROSS JOIN users u WHERE u.key = m.value AND (`+strings.Join(begins, ` OR `)+`)`, begun.Args...)
}
