// Package doctor checks the settings of a console against its environment: the OpenID provider,
// the database, files, and the path of a request from a browser through the proxy. Each finding
// names a fix, in an operator's words.
//
// It queries the provider through [auth] and applies the sign-in rules of [users]. It changes
// nothing, and no finding contains a secret.
package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// A Level is the severity of a [Finding].
type Level int

// The levels, in order of severity.
const (
	OK      Level = iota
	Unknown       // the check could not be made
	Warning       // works, but is going to fail or is insecure
	Wrong         // does not work, or is insecure
)

// String returns the level as printed before a finding.
func (l Level) String() string { return [...]string{"ok", "unknown", "warning", "wrong"}[l] }

// A Finding is the result of a check.
type Finding struct {
	Check string // a name of [Checks]
	Level Level
	Found string // the result, in sentences
	Fix   string // what to do, in sentences; empty if nothing
}

func ok(check, found string) Finding           { return Finding{check, OK, found, ""} }
func unknown(check, found, fix string) Finding { return Finding{check, Unknown, found, fix} }
func warning(check, found, fix string) Finding { return Finding{check, Warning, found, fix} }
func wrong(check, found, fix string) Finding   { return Finding{check, Wrong, found, fix} }

// Config is the settings to check. Settings that could not be read have their zero value.
type Config struct {
	Mistakes []string        // errors in the settings themselves
	Unread   map[string]bool // names of settings that could not be read

	Listen          string        // host:port
	LocalAddress    string        // host:port to connect to Listen from this machine
	TLS             *tls.Config   // the console's own TLS; nil: plain http
	BaseURL         *url.URL      // without path
	CallbackPath    string        // path of the sign-in callback
	LogoutPath      string        // path of back-channel logout
	SignedOutPath   string        // path of the sign-out callback
	MetricsListen   string        // host:port; empty: no metrics
	IdleLimit       time.Duration // after which the console closes an idle connection
	InContainer     bool          // runs in a container, which has its own addresses
	TrustedProxies  []netip.Prefix
	Database        string
	DatabaseOptions database.Options
	Provider        auth.Config // Log, Now and Timeout are ignored
	TrustEmail      bool
	SessionRecheck  time.Duration // zero: off
	Owners          []string
	Signup          users.Signup
	SignupDomains   []string
	SecretFiles     []string // files that contain one secret each
	SettingsFile    string   // environment file that may contain secrets; it need not exist

	SignIn bool          // wait for a person to sign in
	Wait   time.Duration // how long; zero: five minutes
	Say    func(string)  // prints instructions for the sign-in; required with SignIn

	Watch     func(running []string) // called with the running checks when they change; may be nil
	Limit     time.Duration          // timeout of each request; zero: five seconds
	Now       func() time.Time       // nil: time.Now
	Resolver  *net.Resolver          // nil: the system's
	RootCAs   *x509.CertPool         // authorities for the base URL's certificate; nil: the system's
	PlainPort string                 // port for plain http on the base URL's host; empty: 80 if the base URL has no port
}

// An examination is one run of all checks.
type examination struct {
	Config

	discovered chan struct{} // closed once doc is set
	doc        *document     // nil if it could not be fetched

	mu       sync.Mutex
	running  []string
	issued   time.Time // iat of the ID token of the sign-in; zero without a sign-in
	received time.Time // when that token was received
}

// Run makes all checks and returns the findings in the order of [Checks]. Independent checks
// run concurrently.
func Run(ctx context.Context, c Config) []Finding {
	e := newExamination(c)
	parts := []func(context.Context) []Finding{e.settings, e.provider, e.database, e.files, e.site}
	found := make([][]Finding, len(parts))
	var running sync.WaitGroup
	for i, part := range parts {
		running.Go(func() { found[i] = part(ctx) })
	}
	running.Wait()
	all := slices.Concat(found...)
	if e.doc != nil && !slices.ContainsFunc(all, func(f Finding) bool { return f.Check == "clock" }) {
		all = append(all, e.clockWithoutDate())
	}
	return e.complete(all)
}

// newExamination returns an examination with the defaults of c.
func newExamination(c Config) *examination {
	if c.Limit == 0 {
		c.Limit = 5 * time.Second
	}
	if c.Wait == 0 {
		c.Wait = 5 * time.Minute
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Resolver == nil {
		c.Resolver = net.DefaultResolver
	}
	if c.Watch == nil {
		c.Watch = func([]string) {}
	}
	return &examination{Config: c, discovered: make(chan struct{})}
}

// complete sorts the findings by check and adds one for each check that has none.
func (e *examination) complete(found []Finding) []Finding {
	var all []Finding
	for _, check := range Checks {
		n := len(all)
		for _, f := range found {
			if f.Check == check.Name {
				all = append(all, f)
			}
		}
		if len(all) == n && check.needs != "" && (e.SignIn || !check.SignIn) {
			all = append(all, unknown(check.Name, "Not checked: this needs "+check.needs+".", ""))
		}
	}
	return all
}

// track calls do and reports what as running meanwhile.
func (e *examination) track(what string, do func()) {
	e.watch(func(running []string) []string { return append(running, what) })
	defer e.watch(func(running []string) []string {
		i := slices.Index(running, what)
		return slices.Delete(running, i, i+1)
	})
	do()
}

// watch changes the list of running checks and calls Watch.
func (e *examination) watch(change func([]string) []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.running = change(e.running)
	e.Watch(slices.Clone(e.running))
}

// settings reports errors in the settings themselves.
func (e *examination) settings(context.Context) []Finding {
	if len(e.Mistakes) == 0 {
		return []Finding{ok("settings", "All settings can be read and are consistent.")}
	}
	var found []Finding
	for _, mistake := range e.Mistakes {
		found = append(found, wrong("settings", mistake+".", "Correct it; console serve does not start with it."))
	}
	return found
}
