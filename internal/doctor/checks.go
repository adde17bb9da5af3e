package doctor

import "slices"

// A Check is one thing that is checked.
type Check struct {
	Name        string
	Group       string // settings, provider, database, machine, proxy or sign-in
	Description string // as in docs/doctor.md
	SignIn      bool   // made only with --sign-in

	needs string // prerequisite; empty: the check is omitted silently
}

// Prerequisites of checks.
const (
	needsDocument  = "the provider's discovery document"
	needsEndpoints = "a provider with the configured issuer and all endpoints"
	needsIssuer    = "--oidc-issuer"
	needsDatabase  = "a database with the current schema"
	needsListen    = "--listen"
	needsBase      = "a response at the base URL"
	needsSignIn    = "a complete sign-in"
)

// Checks are all checks, in the order of the report.
var Checks = slices.Concat(
	inGroup("settings", []Check{
		{Name: "settings", Description: "all settings can be read and are consistent", needs: "settings"},
	}),
	inGroup("provider", []Check{
		{Name: "discovery", Description: "the provider's discovery document can be fetched: DNS, connection, TLS, timeout, status, JSON", needs: needsIssuer},
		{Name: "issuer", Description: "the provider's issuer is exactly `--oidc-issuer`", needs: needsDocument},
		{Name: "endpoints", Description: "the endpoints for authorization, tokens and keys exist and use https; those for UserInfo and sign-out are optional", needs: needsDocument},
		{Name: "keys", Description: "the provider publishes a key with a signature algorithm that the console accepts", needs: needsDocument},
		{Name: "code flow", Description: "the provider supports the authorization code flow, and PKCE with S256, as far as it lists what it supports", needs: needsDocument},
		{Name: "scopes", Description: "the provider lists the requested scopes, and `email` is among them", needs: needsDocument},
		{Name: "claims", Description: "the provider lists the claim with the address, and one that says whether it is verified", needs: needsDocument},
		{Name: "back-channel logout", Description: "the provider supports back-channel logout, or `--session-recheck` is set", needs: needsDocument},
		{Name: "client", Description: "client ID and secret are accepted: the provider refuses a made-up code, not the client", needs: needsEndpoints},
		{Name: "redirect address", Description: "the redirect address is registered and the provider accepts the console's request: with `prompt=none` and no session it redirects back with `login_required` or a similar code", needs: needsEndpoints},
		{Name: "sign-out address", Description: "the address after a sign-out is registered: a request to `end_session_endpoint` without a session redirects to it"},
		{Name: "clock", Description: "the clocks of this machine and the provider differ by at most 30 seconds; from two minutes on it is wrong. If the provider sends no `Date`, the ID token of `--sign-in` is used", needs: "a response of the provider"},
	}),
	inGroup("database", []Check{
		{Name: "database file", Description: "the file and SQLite's files beside it belong to the console's user and are accessible to no other (mode 0600)"},
		{Name: "database directory", Description: "the same for its directory (0700), which must be writable"},
		{Name: "database file system", Description: "the file is on a local disk: not on NFS, CIFS or FUSE, where SQLite loses data, and not on a disk that is deleted with the container"},
		{Name: "database space", Description: "at least 100 MB are free, and enough for a copy of the database"},
		{Name: "database schema", Description: "the database is one of the console, with a schema of this version, or one that can be upgraded"},
		{Name: "database encryption", Description: "the connection to PostgreSQL on another machine is encrypted, and the server's certificate is verified"},
		{Name: "database server", Description: "PostgreSQL can be reached, accepts writes, is version 14 or later and uses UTF8"},
		{Name: "database search", Description: "PostgreSQL has the extension pg_trgm, or the role may create it"},
		{Name: "database rights", Description: "the role that serves may append to the audit log, and may neither change it nor alter tables"},
		{Name: "database access", Description: "no other role of the server (PUBLIC) may connect to the database, create objects in it, or read its tables"},
		{Name: "owner", Description: "there is an active owner, or `--owners` names one", needs: needsDatabase},
		{Name: "last sign-in", Description: "the most recent sign-ins had an address, and came from a browser's address rather than the proxy's", needs: needsDatabase},
		{Name: "identities", Description: "how many people are linked to the issuer in `--oidc-issuer`, and that none is linked to another", needs: needsDatabase},
	}),
	inGroup("machine", []Check{
		{Name: "secret files", Description: "the files that contain secrets, and /etc/console/console.env, cannot be read or written by other users", needs: "the files"},
		{Name: "listen address", Description: "the listen address is free, or a console listens there; and it is not every interface, which bypasses the proxy", needs: needsListen},
		{Name: "metrics address", Description: "`--metrics-listen` is not every interface"},
	}),
	inGroup("proxy", []Check{
		{Name: "base URL", Description: "the console can be reached at `--base-url` from this machine", needs: "--base-url"},
		{Name: "certificate", Description: "the certificate is valid for the name, and for 14 more days, or a third of its lifetime if that is less", needs: needsBase},
		{Name: "plain http", Description: "plain http redirects to https, or is closed", needs: needsBase},
		{Name: "logout address", Description: "the address for back-channel logout can be reached through the proxy: it answers 400 to a form without a token", needs: needsBase},
		{Name: "running console", Description: "a running console has the client, redirect address and provider of these settings"},
		{Name: "forms", Description: "the proxy passes POST requests on with their body", needs: needsBase},
		{Name: "cache", Description: "the proxy caches nothing: each request reaches the console", needs: needsBase},
		{Name: "headers", Description: "the proxy passes on the security headers, including HSTS", needs: needsBase},
		{Name: "cookies", Description: "the proxy passes on cookies in both directions, with names and flags", needs: needsBase},
		{Name: "forwarded address", Description: "the proxy sets `X-Forwarded-For` so that clients cannot forge it, and `--trusted-proxies` includes the proxy", needs: needsBase},
		{Name: "HTTP version", Description: "the proxy uses HTTP/1.1 to the console, not 1.0", needs: needsBase},
		{Name: "idle connections", Description: "the proxy keeps idle connections to the console for less than two minutes, as the console does", needs: needsBase},
		{Name: "streaming", Description: "the proxy passes on a response while it arrives, without buffering it", needs: needsBase},
	}),
	inGroup("sign-in", []Check{
		{Name: "sign-in", Description: "a person signs in at the provider and returns", SignIn: true, needs: "a free --listen address and a response at the base URL"},
		{Name: "browser", Description: "their browser uses https, returns its cookie, and its own address arrives", SignIn: true, needs: needsSignIn},
		{Name: "claims that came", Description: "which claims arrive, and that an address is among them", SignIn: true, needs: needsSignIn},
		{Name: "verified address", Description: "the address counts as verified", SignIn: true, needs: needsSignIn},
		{Name: "sign-in rules", Description: "the console would let the person sign in, as which user, or why not", SignIn: true, needs: needsSignIn},
	}),
)

// inGroup returns checks with their group set.
func inGroup(name string, checks []Check) []Check {
	for i := range checks {
		checks[i].Group = name
	}
	return checks
}
