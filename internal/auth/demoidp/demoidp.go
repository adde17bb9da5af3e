// Package demoidp is the OpenID provider of the demo. It implements discovery, PKCE, signed
// tokens and UserInfo in memory, for loopback only. Instead of asking for a password it shows a
// page on which the visitor chooses a person.
//
// The protocol is implemented by zitadel/oidc; people, pages and storage are ours. A person's
// subject is the same at every start, so that their user is found again; keys are new each
// time.
//
// The provider keeps no session and sets no cookie: it shares the host with the console, so
// browsers would send the cookie there too.
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

// Config configures the provider: its client and its people.
type Config struct {
	Issuer        string // http on loopback, such as http://127.0.0.1:8081; it must be served there
	ClientID      string // client ID of the console
	ClientSecret  string
	RedirectURL   string // the registered callback address of a sign-in
	PostLogoutURL string // the registered callback address of a sign-out
	People        []Person

	Org        string       // name shown on the page; empty: "Console"
	Stylesheet string       // address of the console's style sheet
	Static     http.Handler // serves /static/; nil if Stylesheet is elsewhere
}

// A Person can be chosen on the sign-in page.
type Person struct {
	UserID        string // their e-mail address
	Name          string
	Description   string // one line about what this person can do
	EmailVerified bool
	PictureURL    string
	TimeZone      string // an IANA name
}

// New returns the provider, to be served at the issuer's address. It returns an error unless
// the issuer is on loopback. The provider refuses requests from other machines or with another
// Host.
func New(c Config) (http.Handler, error) {
	if c.Org == "" {
		c.Org = "Console"
	}
	host, err := c.check()
	if err != nil {
		return nil, fmt.Errorf("demo provider: %w", err)
	}
	store, err := newStorage(c)
	if err != nil {
		return nil, fmt.Errorf("demo provider: %w", err)
	}
	settings := &op.Config{CodeMethodS256: true, AuthMethodPost: true, DefaultLogoutRedirectURI: c.PostLogoutURL}
	_, _ = rand.Read(settings.CryptoKey[:]) // never fails
	provider, err := op.NewProvider(settings, store, op.StaticIssuer(c.Issuer), op.WithAllowInsecure(), op.WithCORSOptions(nil))
	if err != nil {
		return nil, fmt.Errorf("demo provider: %w", err)
	}
	s := &site{config: c, storage: store, provider: provider, finish: op.AuthCallbackURL(provider)}
	return localOnly(host, s.routes()), nil
}

// check returns the host of the issuer, or an error if the configuration is invalid.
func (c Config) check() (string, error) {
	issuer, err := url.Parse(c.Issuer)
	if err != nil || issuer.Scheme != "http" || issuer.Path != "" || issuer.RawQuery != "" {
		return "", fmt.Errorf("issuer %q is not of the form http://127.0.0.1:8081", c.Issuer)
	}
	if !isLoopback(issuer.Hostname()) {
		return "", fmt.Errorf("issuer %q is not on loopback: it would let everyone who reaches it sign in as anyone", c.Issuer)
	}
	if c.ClientID == "" || c.ClientSecret == "" || c.RedirectURL == "" {
		return "", errors.New("client id, client secret and redirect address are needed")
	}
	return issuer.Host, nil
}

// isLoopback reports whether host is a loopback address or "localhost".
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// localOnly refuses requests from other machines, and requests with another Host, as after DNS
// rebinding.
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
