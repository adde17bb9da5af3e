package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v3"
	"golang.org/x/sync/errgroup"

	"github.com/roboto-ai/console/internal/auth/demoidp"
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/server"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/demodata"
	"github.com/roboto-ai/console/static"
	"github.com/roboto-ai/console/web"
)

// demoOrg is the organisation of the demo.
const demoOrg = "Example Robotics"

// demoCommand returns the command that runs the demo. The rest of the program refers to the demo
// by this function alone.
func (p *program) demoCommand() *cli.Command {
	return p.leaf("demo", "", "run a whole console to try, with nothing to set up", (*config).demoSettings, p.runDemo)
}

// runDemo runs a console and an OpenID provider until ctx is done. It listens at both addresses
// first: the console needs the address of the provider, the provider that of the console, and
// the database depends on that of the provider.
func (p *program) runDemo(ctx context.Context, c *config, _ []string) error {
	log := newLog(p.stderr, c)
	limitMemory(log)
	console, provider, err := listenForDemo(ctx, c.listen)
	if err != nil {
		return err
	}
	defer console.Close() // its server may have closed it
	defer provider.Close()
	c.setUpDemo(console.Addr(), provider.Addr())

	db, err := p.openDemo(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	directory, err := openDirectory(ctx, db, c.directory(log))
	if err != nil {
		return err
	}
	defer directory.Close()
	if err := checkDemo(ctx, c, db, directory); err != nil {
		return err
	}
	secret, err := issueDemoToken(ctx, directory)
	if err != nil {
		return err
	}
	defer startBackground(ctx, directory, db, log)()
	p.printDemo(c, secret)
	app, err := newApp(c, db, directory, log, true, nil)
	if err != nil {
		return err
	}
	return serveDemo(ctx, c, app, console, provider, log)
}

// serveDemo serves the console and its provider until ctx is done or one of them fails.
func serveDemo(ctx context.Context, c *config, app *web.App, console, provider net.Listener, log *slog.Logger) error {
	signIn, err := newDemoProvider(c)
	if err != nil {
		return err
	}
	limit := &server.ConnLimit{Crowded: collectFor}
	return serveBoth(ctx, server.Server{Listener: limit.Listen(console), Handler: app.Handler(), Log: log, Limit: limit}, app.Drain,
		server.Server{Listener: provider, Handler: server.OnlyHosts(nil, signIn), Log: log})
}

// serveBoth runs the console and the provider until ctx is done or one of them fails. drain is
// called when the console stops.
func serveBoth(ctx context.Context, console server.Server, drain func(), provider server.Server) error {
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() error { return console.Serve(ctx, func(context.Context) { drain() }) })
	both.Go(func() error { return provider.Serve(ctx, func(context.Context) {}) })
	return both.Wait()
}

// listenForDemo listens at the address of the console and, for the provider, at the next port; at
// any two free ports if the port of address is 0.
func listenForDemo(ctx context.Context, address string) (console, provider net.Listener, err error) {
	if console, err = listen(ctx, address); err != nil {
		return nil, nil, err
	}
	next := nextPort(console.Addr())
	if strings.HasSuffix(address, ":0") {
		next = address
	}
	if provider, err = listen(ctx, next); err != nil {
		_ = console.Close()
		return nil, nil, fmt.Errorf("the demo's provider needs the next port: %w", err)
	}
	return console, provider, nil
}

// nextPort returns the address with the port after that of address.
func nextPort(address net.Addr) string {
	a := netip.MustParseAddrPort(address.String()) // the address of a TCP listener always parses
	return netip.AddrPortFrom(a.Addr(), a.Port()+1).String()
}

// setUpDemo sets the settings that the command demo does not have. The client secret is new at
// each start, as the console and its provider start together.
func (c *config) setUpDemo(console, provider net.Addr) {
	c.baseURL = &url.URL{Scheme: "http", Host: console.String()}
	c.issuer = "http://" + provider.String()
	c.clientID = "console-demo"
	c.clientSecret = rand.Text()
	c.orgName = demoOrg
	c.signup = users.SignupInvited
	c.sessionIdle, c.sessionLifetime = users.DefaultSessionIdle, users.DefaultSessionLifetime
	c.tokenLifetime, c.personalTokens = users.DefaultTokenLifetime, true
	c.deletionGrace, c.erasureDelay = users.DefaultDeletionGrace, users.DefaultErasureDelay
}

// newDemoProvider returns the demo's OpenID provider.
func newDemoProvider(c *config) (http.Handler, error) {
	return demoidp.New(demoidp.Config{
		Issuer:        c.issuer,
		ClientID:      c.clientID,
		ClientSecret:  c.clientSecret,
		RedirectURL:   c.address(callbackPath),
		PostLogoutURL: c.address(signedOutPath),
		People:        demoPeople(),
		Org:           c.orgName,
		Stylesheet:    static.URL("console.css"),
		Static:        static.Handler(),
	})
}

// demoPeople returns the people who can sign in, in the order of the sign-in page.
func demoPeople() []demoidp.Person {
	people := make([]demoidp.Person, 0, len(demodata.SamplePeople))
	for _, s := range demodata.SamplePeople {
		people = append(people, demoidp.Person{
			UserID: s.UserID, Name: s.Name, Description: s.Says, EmailVerified: s.EmailVerified, TimeZone: s.TimeZone,
		})
	}
	return people
}

// openDemo opens the database of the demo. If there is none, it generates one with the number of
// users that the settings give.
func (p *program) openDemo(ctx context.Context, c *config) (*database.DB, error) {
	path, err := database.Path(c.database)
	if err != nil {
		return nil, err
	}
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		if err := p.buildDemo(ctx, c, path); err != nil {
			return nil, err
		}
	}
	var o database.Options
	var shown func()
	o.Migrating, shown = p.showMigrating()
	defer shown()
	return database.Open(ctx, c.database, o)
}

// buildDemo fills a new database at path.
func (p *program) buildDemo(ctx context.Context, c *config, path string) error {
	p.say("Making up %s users and their history", numbers.Grouped(c.sampleUsers))
	bar := p.newBar(c.sampleUsers)
	defer bar.end()
	return demodata.Build(ctx, path, demodata.Options{
		Users:    c.sampleUsers,
		Now:      time.Now(),
		Issuer:   c.issuer,
		Subject:  demoidp.SubjectOf,
		Progress: bar.show,
	})
}

// checkDemo returns a [*usageError] for a directory that is no demo's, where a sign-in without
// a password would be a security hole, and for one of another size or another provider than the
// settings give.
func checkDemo(ctx context.Context, c *config, db *database.DB, directory *users.Service) error {
	size, err := demodata.Size(ctx, history.New(db, directory))
	if errors.Is(err, demodata.ErrNotDemo) {
		return usageErrorf("%s was not made by console demo, which signs in without passwords: give another --database", c.database)
	} else if err != nil {
		return err
	}
	if c.sampleUsersGiven() && size != c.sampleUsers {
		return usageErrorf("%s was made with --users %d, not %d: leave --users out, give another --database, or delete the file",
			c.database, size, c.sampleUsers)
	}
	issuer, err := demodata.Issuer(ctx, directory)
	if err == nil && issuer != "" && issuer != c.issuer {
		return usageErrorf("%s was made for a demo whose provider is at %s, and this one's is at %s: "+
			"give the same --listen as then, or another --database", c.database, issuer, c.issuer)
	}
	return err
}

// demoToken is the name of the token that the demo prints, and demoTokenUser whose it is.
const demoToken, demoTokenUser = "console demo", users.ID("admin@example.com")

// issueDemoToken issues the token that the demo prints and returns its secret, which is not
// stored. It revokes the token of the previous start. The secret is empty if the user is deleted
// or deactivated.
func issueDemoToken(ctx context.Context, directory *users.Service) (string, error) {
	by := users.Command("cmd_" + strings.ToLower(rand.Text()))
	u, err := directory.User(ctx, by, demoTokenUser)
	if errors.Is(err, users.ErrNotFound) || err == nil && u.Status != users.StatusActive {
		return "", nil
	} else if err != nil {
		return "", err
	}
	all, err := directory.Tokens(ctx, by, u.ID)
	for _, t := range all {
		if err == nil && t.Name == demoToken && t.RevokedAt.IsZero() {
			err = directory.RevokeToken(ctx, by, t.ID, users.TokenEnd{Reason: "the demo was started again", LeaveNone: true})
		}
	}
	if err != nil {
		return "", err
	}
	_, secret, err := directory.IssueToken(ctx, by, u.ID, users.NewToken{
		Name: demoToken, Lifetime: 30 * 24 * time.Hour, Scopes: []users.Scope{users.ScopeEverything}, Reason: "printed by console demo",
	})
	return secret, err
}

// printDemo prints the address of the demo, the people who can sign in, and a call of the API.
func (p *program) printDemo(c *config, secret string) {
	p.say("\nThe demo is at %s\n\nSign in as one of these; there are no passwords:", c.baseURL)
	for _, person := range demodata.SamplePeople {
		p.say("  %-24s %s", person.UserID, person.Says)
	}
	if secret != "" {
		p.say("\nTry the API as %s, with a token that is valid until the next start:\n  curl -H 'Authorization: Bearer %s' %s/v1/users\nThe API is described at %s/api", demoTokenUser, secret, c.baseURL, c.baseURL)
	}
	p.say("\nIts data is in %s. Ctrl-C ends it.\n", c.database)
}
