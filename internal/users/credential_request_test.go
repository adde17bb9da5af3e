package users_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// verifier is the code verifier of the requests in these tests.
var verifier = strings.Repeat("v", 43)

// challengeOf returns the code_challenge of a verifier.
func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// newRequest returns what the command line sends.
func newRequest() users.NewCredentialRequest {
	return users.NewCredentialRequest{
		Challenge: challengeOf(verifier), Method: "S256",
		RedirectURI: "http://127.0.0.1:40213/callback", State: strings.Repeat("s", 43),
		Hostname: "ana-laptop", Version: "0.62.0", LifetimeDays: 30,
	}
}

// TestCredentialRequest makes a request on one console and opens it on another. Making it
// writes nothing.
func TestCredentialRequest(t *testing.T) {
	t.Parallel()
	d := userstest.New(t, users.Config{TokenLifetime: 90 * 24 * time.Hour})
	other := d.Another(t)
	last := d.Last(t)
	made, err := d.RequestCredential(t.Context(), newRequest())
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$`).MatchString(made.ConfirmationCode) {
		t.Errorf("confirmation code: got %q", made.ConfirmationCode)
	}
	opened, err := other.OpenCredentialRequest(t.Context(), made.ID)
	if err != nil || opened != made {
		t.Errorf("OpenCredentialRequest on the other console: got %+v, %v; want %+v", opened, err, made)
	}
	if opened.Lifetime != 30*24*time.Hour || !opened.ExpiresAt.Equal(d.Clock.Now().Add(10*time.Minute)) {
		t.Errorf("lifetime %v until %v; want 30 days of a request of ten minutes", opened.Lifetime, opened.ExpiresAt)
	}
	if again, _ := d.RequestCredential(t.Context(), newRequest()); again.ID == made.ID || again.ConfirmationCode == made.ConfirmationCode {
		t.Error("two equal requests have the same id or confirmation code")
	}
	if got := d.Since(t, last); len(got) != 0 {
		t.Errorf("a request left events: %v", got)
	}
	d.Clock.Advance(users.CredentialRequestLifetime)
	if expired, err := d.OpenCredentialRequest(t.Context(), made.ID); !errors.Is(err, users.ErrRequestExpired) || expired.Hostname != "ana-laptop" {
		t.Errorf("after ten minutes: got %+v, %v; want the request and %v", expired, err, users.ErrRequestExpired)
	}
}

// TestCredentialRequestLifetime checks that a token gets no more than the setting allows.
func TestCredentialRequestLifetime(t *testing.T) {
	t.Parallel()
	d := userstest.New(t, users.Config{TokenLifetime: 7 * 24 * time.Hour})
	made, err := d.RequestCredential(t.Context(), newRequest())
	if err != nil || made.Lifetime != 7*24*time.Hour {
		t.Errorf("got %v, %v; want the seven days of the setting", made.Lifetime, err)
	}
}

// TestCredentialRequestForged opens what is not the ID of a request.
func TestCredentialRequestForged(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	made, err := d.RequestCredential(t.Context(), newRequest())
	if err != nil {
		t.Fatal(err)
	}
	for name, id := range map[string]string{
		"empty": "", "made up": strings.Repeat("A", len(made.ID)), "cut short": made.ID[:len(made.ID)-1], "longer": made.ID + "A",
		"sealed for another use": seal(t, d.Service, `{"c":"AAAA"}`),
		"one byte changed":       made.ID[:len(made.ID)/2] + flip(made.ID[len(made.ID)/2]) + made.ID[len(made.ID)/2+1:],
	} {
		if _, err := d.OpenCredentialRequest(t.Context(), id); !errors.Is(err, users.ErrNotFound) {
			t.Errorf("%s: got %v, want %v", name, err, users.ErrNotFound)
		}
	}
}

// flip returns another character of base64url.
func flip(c byte) string {
	if c == 'A' {
		return "B"
	}
	return "A"
}

// TestCredentialRequestCleansHostname has a host name shown without the characters that do not
// show.
func TestCredentialRequestCleansHostname(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	n := newRequest()
	n.Hostname = " Bu\u0308ro\u200b-Mac "
	made, err := d.RequestCredential(t.Context(), n)
	if err != nil || made.Hostname != "Büro-Mac" {
		t.Errorf("got %q, %v; want Büro-Mac", made.Hostname, err)
	}
}

// TestCredentialRequestFitsAnAddress makes the longest requests there can be. Their IDs are
// part of the address that a person opens, which sign-in returns to only up to 2048 bytes.
func TestCredentialRequestFitsAnAddress(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	for _, c := range []string{"s", "&", `"`} {
		n := newRequest()
		n.RedirectURI, n.State, n.Version = "http://127.0.0.1:65535/callback", strings.Repeat(c, 256), strings.Repeat(c, 64)
		for _, hostname := range []string{strings.Repeat(c, 255), strings.Repeat("山", 255)} {
			n.Hostname = hostname
			made, err := d.RequestCredential(t.Context(), n)
			if err != nil || len(made.ID) > 1900 || made.State != n.State || !utf8.ValidString(made.Hostname) || !strings.HasPrefix(hostname, made.Hostname) {
				t.Errorf("%q: got an ID of %d bytes, %+v, %v", c, len(made.ID), made, err)
			}
		}
	}
}

// redirect returns a change of the redirect URI of a request.
func redirect(uri string) func(*users.NewCredentialRequest) {
	return func(n *users.NewCredentialRequest) { n.RedirectURI = uri }
}

// changedRequests are changes of a request, and the field with a mistake after each.
var changedRequests = map[string]struct {
	field string // empty: no mistake
	spoil func(*users.NewCredentialRequest)
}{
	"as the command line sends it": {"", func(*users.NewCredentialRequest) {}},
	"without a browser":            {"", func(n *users.NewCredentialRequest) { n.RedirectURI, n.State = "", "" }},
	"longest host name":            {"", func(n *users.NewCredentialRequest) { n.Hostname = strings.Repeat("h", 255) }},
	"without a version":            {"", func(n *users.NewCredentialRequest) { n.Version = "" }},
	"a year":                       {"", func(n *users.NewCredentialRequest) { n.LifetimeDays = 365 }},
	"no challenge":                 {"code_challenge", func(n *users.NewCredentialRequest) { n.Challenge = "" }},
	"padded challenge":             {"code_challenge", func(n *users.NewCredentialRequest) { n.Challenge += "=" }},
	"challenge of another length":  {"code_challenge", func(n *users.NewCredentialRequest) { n.Challenge = n.Challenge[:42] }},
	"challenge in base64":          {"code_challenge", func(n *users.NewCredentialRequest) { n.Challenge = "+" + n.Challenge[1:] }},
	"plain":                        {"code_challenge_method", func(n *users.NewCredentialRequest) { n.Method = "plain" }},
	"no method":                    {"code_challenge_method", func(n *users.NewCredentialRequest) { n.Method = "" }},
	"redirect without state":       {"state", func(n *users.NewCredentialRequest) { n.State = "" }},
	"state without redirect":       {"state", redirect("")},
	"short state":                  {"state", func(n *users.NewCredentialRequest) { n.State = strings.Repeat("s", 15) }},
	"long state":                   {"state", func(n *users.NewCredentialRequest) { n.State = strings.Repeat("s", 257) }},
	"state that needs escapes":     {"", func(n *users.NewCredentialRequest) { n.State = strings.Repeat("& #", 6) }},
	"state in another script":      {"state", func(n *users.NewCredentialRequest) { n.State = strings.Repeat("ü", 16) }},
	"state with a new line":        {"state", func(n *users.NewCredentialRequest) { n.State = strings.Repeat("s", 16) + "\n" }},
	"redirect elsewhere":           {"redirect_uri", redirect("http://evil.example.com:80/callback")},
	"redirect by https":            {"redirect_uri", redirect("https://127.0.0.1:40213/callback")},
	"redirect by name":             {"redirect_uri", redirect("http://localhost:40213/callback")},
	"redirect without port":        {"redirect_uri", redirect("http://127.0.0.1/callback")},
	"redirect to port 0":           {"redirect_uri", redirect("http://127.0.0.1:0/callback")},
	"redirect to port 65536":       {"redirect_uri", redirect("http://127.0.0.1:65536/callback")},
	"redirect with leading zero":   {"redirect_uri", redirect("http://127.0.0.1:080/callback")},
	"redirect with user":           {"redirect_uri", redirect("http://127.0.0.1:80@evil.example.com/callback")},
	"redirect with query":          {"redirect_uri", redirect("http://127.0.0.1:80/callback?x=1")},
	"redirect to another path":     {"redirect_uri", redirect("http://127.0.0.1:80/")},
	"redirect to another loopback": {"redirect_uri", redirect("http://127.0.0.2:80/callback")},
	"no host name":                 {"client_hostname", func(n *users.NewCredentialRequest) { n.Hostname = "" }},
	"blank host name":              {"client_hostname", func(n *users.NewCredentialRequest) { n.Hostname = "  " }},
	"long host name":               {"client_hostname", func(n *users.NewCredentialRequest) { n.Hostname = strings.Repeat("h", 256) }},
	"host name in another script":  {"", func(n *users.NewCredentialRequest) { n.Hostname = "Anas Büro-Mac 山田" }},
	"longest in another script":    {"", func(n *users.NewCredentialRequest) { n.Hostname = strings.Repeat("山", 255) }},
	"long in another script":       {"client_hostname", func(n *users.NewCredentialRequest) { n.Hostname = strings.Repeat("山", 256) }},
	"host name that turns text":    {"client_hostname", func(n *users.NewCredentialRequest) { n.Hostname = "a\u202eb" }},
	"host name that does not show": {"client_hostname", func(n *users.NewCredentialRequest) { n.Hostname = "\u200b" }},
	"host name with a new line":    {"client_hostname", func(n *users.NewCredentialRequest) { n.Hostname = "a\nb" }},
	"long version":                 {"client_version", func(n *users.NewCredentialRequest) { n.Version = strings.Repeat("1", 65) }},
	"no days":                      {"token_expiry_days", func(n *users.NewCredentialRequest) { n.LifetimeDays = 0 }},
	"more than a year":             {"token_expiry_days", func(n *users.NewCredentialRequest) { n.LifetimeDays = 366 }},
}

// TestCredentialRequestFlaws sends requests with one mistake each.
func TestCredentialRequestFlaws(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	for name, c := range changedRequests {
		n := newRequest()
		c.spoil(&n)
		_, err := d.RequestCredential(t.Context(), n)
		flawed, _ := errors.AsType[*users.InvalidError](err)
		switch {
		case c.field == "" && err != nil:
			t.Errorf("%s: got %v", name, err)
		case c.field != "" && (flawed == nil || len(flawed.Fields) != 1 || flawed.Fields[0].Field != c.field):
			t.Errorf("%s: got %v, want one mistake of %s", name, err, c.field)
		}
	}
}
