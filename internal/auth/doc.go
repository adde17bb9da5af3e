// Package auth says who someone is: it signs people in at an OpenID provider and
// keeps the sessions of browsers.
//
// A [Provider] is the client of the OpenID provider. It speaks the authorization
// code flow with PKCE, state and nonce, believes nothing that it has not checked,
// and needs the provider only while somebody signs in: a provider that is down
// disturbs nobody who is signed in, and never keeps the program from starting.
//
// A [Store] is gorilla's [sessions.Store] over rows that are kept elsewhere. The
// browser holds an opaque identifier and nothing else.
//
// The package knows no users, no database and no pages. What an [Identity] may do,
// and whether its address is to be believed, others decide.
package auth
