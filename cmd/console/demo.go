package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"

	"github.com/urfave/cli/v3"
	"golang.org/x/sync/errgroup"

	"github.com/roboto-ai/console/internal/auth/demoidp"
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/static"
)

// demoOrg is the organisation of the demo.
const demoOrg = "Example Robotics"

func (p *program) demoCommand() *cli.Command {
	return p.leaf("demo", "", "run a whole console to try, with nothing to set up", (*config).demoSettings, p.runDemo)
}

// runDemo runs a console and an OpenID provider of its own until ctx is done.
func (p *program) runDemo(ctx context.Context, c *config, _ []string) error {
	log := newLog(p.stderr, c)
	console, provider, err := listenForDemo(ctx, c.listen)
	if err != nil {
		return err
	}
	defer console.Close() // of no effect once the servers have ended
	defer provider.Close()
	c.setUpDemo(console.Addr(), provider.Addr())

	db, err := p.openDemo(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	directory := users.NewService(db, c.directory(log))
	defer directory.Close()
	app, err := newApp(c, directory, log, true)
	if err != nil {
		return err
	}
	signIn, err := newDemoProvider(c)
	if err != nil {
		return err
	}
	p.sayWhoCanSignIn(c)
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() error { return server{console, app.Handler(), log}.serveUntil(ctx, app.Drain) })
	both.Go(func() error { return server{provider, signIn, log}.serveUntil(ctx, func() {}) })
	return both.Wait()
}

// listenForDemo reserves the address of the console and, for the provider, the
// next port; any two ports if that of address is 0.
func listenForDemo(ctx context.Context, address string) (console, provider net.Listener, err error) {
	if console, err = listen(ctx, address); err != nil {
		return nil, nil, err
	}
	host, port, err := net.SplitHostPort(console.Addr().String())
	if err != nil {
		return nil, nil, err
	}
	next := 0
	if _, asked, _ := net.SplitHostPort(address); asked != "0" {
		if next, err = strconv.Atoi(port); err != nil {
			return nil, nil, err
		}
		next++
	}
	if provider, err = listen(ctx, net.JoinHostPort(host, strconv.Itoa(next))); err != nil {
		_ = console.Close()
		return nil, nil, fmt.Errorf("the demo's provider needs the next port: %w", err)
	}
	return console, provider, nil
}

// setUpDemo makes the settings that the demo does not ask for.
func (c *config) setUpDemo(console, provider net.Addr) {
	c.baseURL = &url.URL{Scheme: "http", Host: console.String()}
	c.issuer = "http://" + provider.String()
	c.clientID = "console-demo"
	c.clientSecret = rand.Text()
	c.orgName = demoOrg
	c.signup = users.SignupInvited
	c.sessionIdle, c.sessionLifetime = users.DefaultSessionIdle, users.DefaultSessionLifetime
}

// newDemoProvider returns the demo's OpenID provider.
func newDemoProvider(c *config) (http.Handler, error) {
	return demoidp.New(demoidp.Config{
		Issuer:        c.issuer,
		ClientID:      c.clientID,
		ClientSecret:  c.clientSecret,
		RedirectURL:   c.address(callbackPath),
		PostLogoutURL: c.address(signedOutPath),
		People:        demoPeople,
		Org:           c.orgName,
		Stylesheet:    static.URL("console.css"),
		Static:        static.Handler(),
	})
}

// demoPeople are those who can sign in, in the order in which they are shown.
var demoPeople = []demoidp.Person{
	{UserID: "owner@example.com", Name: "Olivia Marsh", EmailVerified: true, TimeZone: "Europe/London",
		Says: "Owner: does everything, and gives roles."},
	{UserID: "admin@example.com", Name: "Adrián Castillo", EmailVerified: true, TimeZone: "Europe/Madrid",
		Says: "Admin: looks after users and service users."},
	{UserID: "auditor@example.com", Name: "Aiko Tanaka", EmailVerified: true, TimeZone: "Asia/Tokyo",
		Says: "Auditor: sees everything, changes nothing but her own profile."},
	{UserID: "user@example.com", Name: "Uma Krishnan", EmailVerified: true, TimeZone: "Asia/Kolkata",
		Says: "User: sees her own profile, and the service user she answers for."},
	{UserID: "deactivated@example.com", Name: "Dieter Vogel", EmailVerified: true, TimeZone: "Europe/Berlin",
		Says: "Deactivated in the console: is let in here and refused there."},
	{UserID: "invited@example.com", Name: "Ines Ferreira", EmailVerified: true, TimeZone: "Europe/Lisbon",
		Says: "Invited: signs in for the first time."},
	{UserID: "unverified@example.com", Name: "Ulrike Novak", EmailVerified: false, TimeZone: "Europe/Vienna",
		Says: "Address not verified, and not in the directory: is refused."},
	{UserID: "stranger@example.com", Name: "Sam Okafor", EmailVerified: true, TimeZone: "Africa/Lagos",
		Says: "Not in the directory: is refused, since nobody invited them."},
}

// openDemo opens the demo's database, after filling it if there is none.
func (p *program) openDemo(ctx context.Context, c *config) (*database.DB, error) {
	return database.Open(ctx, c.database, database.Options{})
}

// sayWhoCanSignIn prints where the demo is and who can sign in to it.
func (p *program) sayWhoCanSignIn(c *config) {
	p.say("\nThe demo is at %s\n\nSign in as one of these; there are no passwords:", c.baseURL)
	for _, person := range demoPeople {
		p.say("  %-24s %s", person.UserID, person.Says)
	}
	p.say("\nIts data is in %s. Ctrl-C ends it.\n", c.database)
}
