// Package directory reads users: the query language of a search, pages, counts and totals, and
// exports. It writes nothing; package users does.
//
// # How a page is read
//
// A [Query] becomes a selection: facets (a kind, role and status; the database keeps a tally of
// each), ranges of time, and search terms. A plan decides how its page is read:
//
//   - Facets only: the index of the order is scanned; if the facets hold few users, the index of
//     each facet is scanned and merged. Counts come from the tallies.
//   - Other conditions: the candidates of the most selective one are read, rechecked and sorted,
//     if there are at most 10,000 of them (30,000 if another condition narrows them), or 2,000
//     matches of a search. Their number is counted exactly. With more candidates, the index of
//     the order is scanned until the page is full, rechecking each user.
//   - A search with more matches: the facets are scanned if they hold few users; otherwise the
//     newest matches come first, as the search index has that order, and the page says so.
//
// Candidates are counted by one statement, up to the bound; a total beyond it is a lower bound.
// Slow: few matches, while each single condition matches many users.
//
// # Search index
//
// It holds the trigrams of each user's search text: FTS5 without positions (detail=none), or
// pg_trgm. With FTS5 a search looks up some trigrams of its rarest word, as a common word makes
// a lookup of both slow, and rechecks the text of each candidate. With positions it would be four times as large, and no faster;
// LIKE without an index took 1.5 s at a million users. Each word of the text follows two spaces,
// so that words of one and two characters have trigrams too.
//
// # Cursors
//
// Pages are found by keyset pagination: a [Query]'s cursor holds the value, number and position of
// a row, with an HMAC over the filters under a secret of the database. A forged cursor, or one
// of another list, is refused; links stay valid after a restart.
package directory
