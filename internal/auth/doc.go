// Package auth is the console's OpenID Connect client and its store of browser sessions.
//
// A [Provider] signs people in with the authorization code flow, PKCE, state and nonce, and
// verifies logout tokens. It validates every answer of the provider. It needs the provider only
// during a sign-in: an outage affects neither existing sessions nor the program's start.
//
// A [Store] implements gorilla's [sessions.Store] over a [Keeper], which stores the sessions'
// values. The cookie holds a random identifier and nothing else.
//
// The package imports no users, database or pages. Whether an [Identity] may sign in, and
// whether its e-mail address is trusted, is decided by the caller.
package auth
