// Package users is the domain: people, service users and system users, their sessions and tokens,
// who may do what, and every write. Packages directory and history read.
//
// All access goes through a [Service]. Its methods take the [Actor] on whose behalf they run,
// decide by [Permissions] whether the actor may do what is asked, and record it: a change and its
// events commit together or not at all. The package imports no HTTP, HTML or OpenID.
//
// # Writes
//
// SQL functions that write take a changeTx, which only Service.change makes; its callback returns
// the events. Bookkeeping (note.go, token_use.go, event_index.go) and [Service.Load] are the only
// other writes. [Once] puts the key of a form or call into the context: change records it as done
// in the same transaction, and refuses a repetition.
//
// # Tokens
//
// A token's row has the SHA-256 of its secret, by which [Service.Authenticate] finds it with its
// user in one statement. Its state and role are computed: the role is the lower of its user's at
// the issue and now, and a token is suspended while its user is not active. Every change reads
// token and user again.
//
// Uses are counted in memory by token, client and UTC day, and written every two seconds, so no
// request waits; a crash loses less than three seconds of uses. A client is a tool and a network:
// the IPv4 address, or the IPv4 /24 once a tool has used the token from eight addresses in it on
// one day, or the IPv6 /64. From the 65th client of a day on, clients are counted together. The
// statement that writes a counter decides this, so several consoles agree. A rotated token is safe
// to retire (a [Verdict]) if each client of 90 days has switched or was struck off, it was used
// three times or more, and has been silent for twice its longest gap, at least 24 hours.
//
// # Several consoles
//
// Periodic work is a lease: the console that moves the due time of a row in duties forward, in the
// transaction of the work, does it. [Service.Tidy] deletes expired rows this way, once a minute.
// An erasure is a row of erasures, continued in small transactions by any console.
//
// # Derived indexes
//
// The search index and the word index of the audit log can be rebuilt from other rows. A corrupt
// one is recorded in damaged_indexes, and not used by any console until it is rebuilt.
//
// # Long reads
//
// Searches of the audit log, exports and large counts use connections of their own
// ([Service.LongRead]): two per person, ten seconds each. A third cancels the oldest search or
// count of the person; exports are never cancelled.
package users
