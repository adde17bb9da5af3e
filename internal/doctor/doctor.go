// Package doctor checks the settings of a console against the world: the OpenID
// provider, the database, the files, and the way from a browser through the proxy to
// the console. It names the fix for each thing that is wrong, in words for whoever
// operates the console.
//
// It asks the provider through the same code as the console, and reads the
// directory's rules from the domain. It changes nothing, and no finding holds a
// secret.
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

// A Level says how bad a [Finding] is.
type Level int

// The levels, the worst last.
const (
	OK      Level = iota
	Unknown       // it could not be found out
	Warning       // it works, and will give trouble
	Wrong         // it does not work, or must not be left so
)

// String returns the word that stands before a finding.
func (l Level) String() string { return [...]string{"ok", "unknown", "warning", "wrong"}[l] }

// A Finding is what one check came to.
type Finding struct {
	Check string // a name of [Checks]
	Level Level
	Found string // in whole sentences
	Fix   string // what to do about it, in whole sentences; empty where nothing is
}

func ok(check, found string) Finding           { return Finding{check, OK, found, ""} }
func unknown(check, found, fix string) Finding { return Finding{check, Unknown, found, fix} }
func warning(check, found, fix string) Finding { return Finding{check, Warning, found, fix} }
func wrong(check, found, fix string) Finding   { return Finding{check, Wrong, found, fix} }

// Config is what is checked: the settings of the console, of which those that could
// not be read are at their zero values.
type Config struct {
	Mistakes []string        // what is wrong with the settings themselves
	Unread   map[string]bool // names of the settings that could not be read

	Listen          string        // host:port
	Near            string        // host:port by which a program that listens there is reached from here
	TLS             *tls.Config   // with which the console speaks TLS itself; nil: plain http
	BaseURL         *url.URL      // without path
	CallbackPath    string        // of the console, which the provider sends people back to
	LogoutPath      string        // of the console, to which the provider posts logout tokens
	SignedOutPath   string        // of the console, which the provider sends people back to after signing out
	MetricsListen   string        // host:port; empty: no metrics are kept
	IdleLimit       time.Duration // after which the console closes an idle connection
	Contained       bool          // this is a container, whose addresses are not those of the machine
	TrustedProxies  []netip.Prefix
	Database        string
	DatabaseOptions database.Options
	Provider        auth.Config // of which Log, Now and Timeout are left out
	TrustEmail      bool
	SessionRecheck  time.Duration // zero: off
	Owners          []string
	Signup          users.Signup
	SignupDomains   []string
	SecretFiles     []string // files that hold one secret each
	SettingsFile    string   // that may hold secrets; none is there

	SignIn bool          // have somebody sign in
	Wait   time.Duration // for them; zero: five minutes
	Say    func(string)  // tells whoever is to sign in what to do; needed with SignIn

	Watch     func(running []string) // is told what is waited for, at each change; nil: nobody is
	Limit     time.Duration          // for each question; zero: five seconds
	Now       func() time.Time       // nil: time.Now
	Resolver  *net.Resolver          // nil: that of the system
	RootCAs   *x509.CertPool         // that sign the certificate of the base URL; nil: those of the system
	PlainPort string                 // of the base URL's host, for plain http; empty: 80 where the base URL names no port
}

// An examination is one run of all checks.
type examination struct {
	Config

	discovered chan struct{} // closed when doc has its value
	doc        *document     // nil if there is none to be had

	mu       sync.Mutex
	running  []string
	issued   time.Time // of the ID token of the sign-in; zero if there was none
	received time.Time // when that came
}

// Run makes all checks and returns what they came to, in the order of [Checks]. Those
// that need nothing of each other run at once.
func Run(ctx context.Context, c Config) []Finding {
	e := newExamination(c)
	parts := []func(context.Context) []Finding{e.settings, e.provider, e.database, e.files, e.site}
	found := make([][]Finding, len(parts))
	var all sync.WaitGroup
	for i, part := range parts {
		all.Go(func() { found[i] = part(ctx) })
	}
	all.Wait()
	together := slices.Concat(found...)
	if e.doc != nil && !slices.ContainsFunc(together, func(f Finding) bool { return f.Check == "clock" }) {
		together = append(together, e.clockWithoutDate())
	}
	return e.complete(together)
}

// newExamination returns an examination with the defaults filled in.
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

// complete adds a finding for each check that came to none, and puts all in order.
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
			all = append(all, unknown(check.Name, "It was not looked at: that needs "+check.needs+".", ""))
		}
	}
	return all
}

// during does something that may take a while, and has it watched.
func (e *examination) during(what string, do func()) {
	e.watch(func(running []string) []string { return append(running, what) })
	defer e.watch(func(running []string) []string {
		i := slices.Index(running, what)
		return slices.Delete(running, i, i+1)
	})
	do()
}

// watch changes what is running and tells of it.
func (e *examination) watch(change func([]string) []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.running = change(e.running)
	e.Watch(slices.Clone(e.running))
}

// settings tells what is wrong with the settings themselves.
func (e *examination) settings(context.Context) []Finding {
	if len(e.Mistakes) == 0 {
		return []Finding{ok("settings", "They can be read and fit together.")}
	}
	var found []Finding
	for _, mistake := range e.Mistakes {
		found = append(found, wrong("settings", mistake+".", "Correct it; console serve does not start with it."))
	}
	return found
}
