package directory

import (
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// maxScanned is how many users, the newest, a page searches while the index of the search is
// damaged. With more, one search would keep a processor busy for a second.
const maxScanned = 100_000

// A Scan is how the directory is searched while the index of the search is damaged.
type Scan int

// The scans.
const (
	ScanNone   Scan = iota // the index is used, or nothing is searched for
	ScanAll                // all users are read
	ScanNewest             // the newest 100,000 users are read
)

// scanSearch searches without the index of the search, on either engine: it reads the search
// text of each user.
type scanSearch struct {
	searcher      // of the engine, for what does not need the index
	all      bool // not the newest only
}

// found implements [searcher].
func (s scanSearch) found(f *database.Filter, terms []spelling.Term) string {
	return `SELECT u.number FROM users u WHERE ` + database.AllOf(s.conditions(f, terms))
}

// parts implements [searcher].
func (scanSearch) parts(terms []spelling.Term) [][]spelling.Term { return [][]spelling.Term{terms} }

// exact implements [searcher].
func (scanSearch) exact([]spelling.Term) bool { return true }

// newest implements [searcher].
func (s scanSearch) newest(f *database.Filter, terms []spelling.Term) (indexScan, string) {
	return indexScan{`users u`, s.conditions(f, terms)}, `u.number`
}

// conditions returns the conditions that a user is searched and matches the terms.
func (s scanSearch) conditions(f *database.Filter, terms []spelling.Term) []string {
	all := termConditions(f, terms)
	if !s.all {
		all = append(all, `u.number > (SELECT MAX(number) FROM users) - `+f.Arg(maxScanned))
	}
	return all
}
