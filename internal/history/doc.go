// Package history reads the audit log: pages of events, the search of its words, single events,
// and waiting for the next one.
//
// All access goes through a [Service]. Its methods take the actor on whose behalf they run and
// decide by the rules of package users what the actor may see. The package writes nothing:
// events are written by package users, each in the transaction of the change that it records.
//
// # Search
//
// The index maps words to events: FTS5 without positions, or a tsvector with GIN on PostgreSQL.
// Package users extracts the words ([users.Event.Words]), for both engines and like the search of
// the directory; a script without spaces gives pairs of characters. Terms match whole words and
// prefixes of two characters and more.
//
// [users.Service.IndexEvents] fills the index in the background, newest events first, so that a
// change does not wait for it. It covers one range of events: a search reads newer events
// directly, and reports how many older ones are missing. Each indexed word is prefixed with the
// number of its block of events, and a search goes through the blocks from the newest on until it
// has a page, so a common term never collects all its matches.
package history
