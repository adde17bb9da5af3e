//go:build postgres

package database

import "time"

// Impatient returns o for a database that is waited for not as long as usual: for its
// lock, for an answer, and for that to a commit.
func Impatient(o Options, lock, answer, commit time.Duration) Options {
	w := usualWaits
	w.connect, w.lock, w.answer, w.commit = time.Second, lock, answer, commit
	o.patience = &w
	return o
}

// Explain is how an error at opening is told.
var Explain = explainPostgres
