// Package history reads the audit log: pages of events, the search of its words, single events,
// and waiting for the next one.
//
// All access goes through a [Service]. Its methods take the actor on whose behalf they run and
// decide by the rules of package users what the actor may see. The package writes nothing:
// events are written by package users, each in the transaction of the change that it records.
package history
