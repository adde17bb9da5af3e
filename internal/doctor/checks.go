package doctor

import "slices"

// A Check is one thing that is looked at.
type Check struct {
	Name   string
	Group  string // settings, provider, database, machine, proxy or sign-in
	Looks  string // what it looks at, as the documentation says it
	SignIn bool   // made only when somebody signs in

	needs string // what it cannot be made without; empty where it is left out silently
}

// What checks need.
const (
	needsDocument  = "the provider's discovery document"
	needsBeginning = "a provider with the right issuer and all endpoints"
	needsIssuer    = "--oidc-issuer"
	needsDatabase  = "a database of the present schema"
	needsListen    = "--listen"
	needsBase      = "an answer at the base URL"
	needsSignIn    = "a sign-in that comes to its end"
)

// Checks are all checks, in the order in which they are told.
var Checks = slices.Concat(
	inGroup("settings", []Check{
		{Name: "settings", Looks: "all settings can be read and fit together", needs: "settings"},
	}),
	inGroup("provider", []Check{
		{Name: "discovery", Looks: "the discovery document of the provider can be fetched: name, connection, TLS, answer in time, status, JSON", needs: needsIssuer},
		{Name: "issuer", Looks: "the provider calls itself exactly what `--oidc-issuer` says", needs: needsDocument},
		{Name: "endpoints", Looks: "addresses to sign in, for tokens and for keys are there and safe; those of UserInfo and of signing out are told of where they are not", needs: needsDocument},
		{Name: "keys", Looks: "the provider publishes a key that the console accepts signatures of", needs: needsDocument},
		{Name: "code flow", Looks: "the provider knows the code flow, and PKCE with S256, where it says what it knows", needs: needsDocument},
		{Name: "scopes", Looks: "the scopes that are asked for are known to the provider, and the address is among what they bring", needs: needsDocument},
		{Name: "claims", Looks: "the provider lists the claim with the address, and one that says whether it is verified", needs: needsDocument},
		{Name: "back-channel logout", Looks: "the provider says that it supports back-channel logout, or `--session-recheck` is set", needs: needsDocument},
		{Name: "client", Looks: "client ID and secret are accepted: a made-up code is refused as a code, and not the client", needs: needsBeginning},
		{Name: "redirect address", Looks: "the redirect address is registered and the provider accepts what the console asks for: a request without a person, `prompt=none`, comes back to it with `login_required` or the like", needs: needsBeginning},
		{Name: "sign-out address", Looks: "the address that people come back to after signing out at the provider is registered: a request to `end_session_endpoint` without a session comes back to it"},
		{Name: "clock", Looks: "this machine's clock and the provider's differ by 30 seconds at most; two minutes are wrong. Where the provider sends no `Date`, the ID token of `--sign-in` tells", needs: "an answer of the provider"},
	}),
	inGroup("database", []Check{
		{Name: "database file", Looks: "the file belongs to whoever runs the console, and is for nobody else (mode 0600), and so is what SQLite keeps beside it"},
		{Name: "database directory", Looks: "the same of its directory (0700), in which the console must be able to write"},
		{Name: "database file system", Looks: "it is a local disk: not NFS, CIFS or FUSE, on which SQLite loses data, nor one that goes with the container"},
		{Name: "database space", Looks: "there are 100 MB free at least, and room for a copy of the database"},
		{Name: "database schema", Looks: "it is a database of the console, with a schema that this program knows, or may bring up to date"},
		{Name: "database encryption", Looks: "the connection to PostgreSQL on another machine is encrypted, to a server whose certificate is verified"},
		{Name: "database server", Looks: "PostgreSQL is reached, takes writes, has version 14 at least and the encoding UTF8"},
		{Name: "database search", Looks: "PostgreSQL has the extension pg_trgm, or the role may add it"},
		{Name: "database rights", Looks: "the role that serves may write to the audit log, and can change neither tables nor what was written there"},
		{Name: "database access", Looks: "no other role of the server (PUBLIC) may connect to the database, make objects in it, or read its tables"},
		{Name: "owner", Looks: "there is an active owner, or `--owners` says who becomes one", needs: needsDatabase},
		{Name: "last sign-in", Looks: "what the newest sign-ins brought: an address, and that of the browser rather than of the proxy", needs: needsDatabase},
		{Name: "identities", Looks: "how many people are bound to the issuer in `--oidc-issuer`, and that none is bound to another", needs: needsDatabase},
	}),
	inGroup("machine", []Check{
		{Name: "secret files", Looks: "the files that hold secrets, and /etc/console/console.env, cannot be read or written by others", needs: "the files"},
		{Name: "listen address", Looks: "the address to listen on is free, or a console listens there; and it is not every address of the machine, past the proxy", needs: needsListen},
		{Name: "metrics address", Looks: "`--metrics-listen` is not every address of the machine"},
	}),
	inGroup("proxy", []Check{
		{Name: "base URL", Looks: "the console is reached at `--base-url` from this machine", needs: "--base-url"},
		{Name: "certificate", Looks: "the certificate there is good for the name, and for 14 days more, or a third of its life if that is less", needs: needsBase},
		{Name: "plain http", Looks: "plain http leads to https, or nobody answers there", needs: needsBase},
		{Name: "logout address", Looks: "the address for back-channel logout is reached through the proxy: it answers 400 to a form without a token", needs: needsBase},
		{Name: "running console", Looks: "a console that runs has the same client, redirect address and provider as these settings"},
		{Name: "forms", Looks: "the proxy passes POST on, with what is posted", needs: needsBase},
		{Name: "cache", Looks: "the proxy keeps no answers: each request reaches the console", needs: needsBase},
		{Name: "headers", Looks: "the proxy passes the security headers on, HSTS among them", needs: needsBase},
		{Name: "cookies", Looks: "the proxy passes cookies on in both directions, with their names and flags", needs: needsBase},
		{Name: "forwarded address", Looks: "the proxy says where a request comes from, in a way that nobody can make up, and `--trusted-proxies` names it", needs: needsBase},
		{Name: "HTTP version", Looks: "the proxy speaks HTTP/1.1 to the console, not 1.0", needs: needsBase},
		{Name: "idle connections", Looks: "the proxy keeps no connection to the console for longer than the console does, which is two minutes", needs: needsBase},
		{Name: "streaming", Looks: "the proxy passes on the beginning of an answer before it has the end", needs: needsBase},
	}),
	inGroup("sign-in", []Check{
		{Name: "sign-in", Looks: "somebody signs in at the provider and comes back", SignIn: true, needs: "a free --listen address and an answer at the base URL"},
		{Name: "browser", Looks: "their browser saw https, brought its cookie back, and came with its own address", SignIn: true, needs: needsSignIn},
		{Name: "claims that came", Looks: "the names of the claims that came, an address among them", SignIn: true, needs: needsSignIn},
		{Name: "verified address", Looks: "whether the provider vouches for the address", SignIn: true, needs: needsSignIn},
		{Name: "sign-in rules", Looks: "whether the console would let them in, as whom, or why not", SignIn: true, needs: needsSignIn},
	}),
)

// inGroup returns checks with the name of their group.
func inGroup(name string, checks []Check) []Check {
	for i := range checks {
		checks[i].Group = name
	}
	return checks
}
