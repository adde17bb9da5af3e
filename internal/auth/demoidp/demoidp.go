// Package demoidp is the OpenID provider of the console's demo: a real one, with
// discovery, PKCE, signed tokens and UserInfo, in memory and for this machine
// alone. Instead of asking for a password it shows a page with the people of the
// demo, of whom the visitor chooses one to be.
//
// The protocol is that of zitadel/oidc; the people, the pages and what is kept are
// ours. A person has the same subject at every start, so that whoever was known
// yesterday is known today; the keys are new each time.
//
// It keeps no session of its own and sets no cookie: browsers would send it to the
// console as well, which is on the same host.
package demoidp

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"

	"github.com/zitadel/oidc/v3/pkg/op"
)

// Config says who may use the provider and who is shown on its page.
type Config struct {
	Issuer        string // http on loopback, such as http://127.0.0.1:8081; also where it is served
	ClientID      string // of the console
	ClientSecret  string
	RedirectURL   string // the only place that people are sent back to
	PostLogoutURL string // the only place that they are sent to after signing out
	People        []Person

	Org        string       // the name on the page; empty: "Console"
	Stylesheet string       // address of the console's style sheet
	Static     http.Handler // serves what is below /static/; nil where Stylesheet is elsewhere
}

// A Person is somebody the visitor can choose to be.
type Person struct {
	UserID        string // their e-mail address
	Name          string
	Says          string // what being this person shows, in a line
	EmailVerified bool
	PictureURL    string
	TimeZone      string // an IANA name
}

// New returns the provider, to be served at the issuer's address. It refuses a
// configuration that is not for this machine alone; what comes from elsewhere, or
// by another name, the provider refuses.
func New(c Config) (http.Handler, error) {
	if c.Org == "" {
		c.Org = "Console"
	}
	host, err := c.check()
	if err != nil {
		return nil, fmt.Errorf("demo provider: %w", err)
	}
	kept, err := newStorage(c)
	if err != nil {
		return nil, fmt.Errorf("demo provider: %w", err)
	}
	settings := &op.Config{CodeMethodS256: true, AuthMethodPost: true, DefaultLogoutRedirectURI: c.PostLogoutURL}
	_, _ = rand.Read(settings.CryptoKey[:]) // never fails
	provider, err := op.NewProvider(settings, kept, op.StaticIssuer(c.Issuer), op.WithAllowInsecure(), op.WithCORSOptions(nil))
	if err != nil {
		return nil, fmt.Errorf("demo provider: %w", err)
	}
	s := &site{config: c, storage: kept, provider: provider, finish: op.AuthCallbackURL(provider)}
	return localOnly(host, s.routes()), nil
}

// check returns the host of the issuer, or what is wrong with the configuration.
func (c Config) check() (string, error) {
	issuer, err := url.Parse(c.Issuer)
	if err != nil || issuer.Scheme != "http" || issuer.Path != "" || issuer.RawQuery != "" {
		return "", fmt.Errorf("issuer %q is not of the form http://127.0.0.1:8081", c.Issuer)
	}
	if !isLoopback(issuer.Hostname()) {
		return "", fmt.Errorf("issuer %q is not on loopback: anyone who reached it could be anyone", c.Issuer)
	}
	if c.ClientID == "" || c.ClientSecret == "" || c.RedirectURL == "" {
		return "", errors.New("client id, client secret and redirect address are needed")
	}
	return issuer.Host, nil
}

// isLoopback reports whether host is this very machine.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// localOnly refuses requests that do not come from this machine, and those that
// name another host: a page elsewhere can have its name resolve to this machine.
func localOnly(host string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from, _, err := net.SplitHostPort(r.RemoteAddr)
		switch {
		case err != nil || !isLoopback(from):
			http.Error(w, "The demo's provider is for its own machine only.", http.StatusForbidden)
		case r.Host != host:
			http.Error(w, "The demo's provider is at http://"+host+".", http.StatusMisdirectedRequest)
		default:
			next.ServeHTTP(w, r)
		}
	})
}
