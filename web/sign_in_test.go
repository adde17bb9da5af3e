package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleAuditor)
	b := s.browser(t)

	home := b.get(t, "/").must(t, http.StatusOK, "Sign in")
	if to := b.get(t, "/users?q=x").location(); to != "/sign-in?return_to=%2Fusers%3Fq%3Dx" {
		t.Errorf("signed out, /users leads to %q", to)
	}
	if !strings.Contains(home.body, `href="/sign-in/start"`) {
		t.Error("the home page has no way to the provider")
	}

	at := b.signInAt(t, person("ana@example.com"), "/audit").must(t, http.StatusOK)
	if at.url.Path != "/audit" {
		t.Errorf("after sign-in: at %s, want /audit", at.url.Path)
	}
	u := s.Must(t, "ana@example.com")
	if u.Status != users.StatusActive || u.Role != users.RoleAuditor {
		t.Errorf("after sign-in: %s, %s", u.Status, u.Role)
	}
	if line := `"msg":"signed in","request":"req_`; !strings.Contains(s.log.String(), line) || !strings.Contains(s.log.String(), string(u.Key)) {
		t.Error("the log does not say who has signed in")
	}
	b.get(t, "/").must(t, http.StatusSeeOther)
	if to := b.get(t, "/sign-in?return_to=/profile").location(); to != "/profile" {
		t.Errorf("signed in, the sign-in page leads to %q", to)
	}
}

func TestSignInThroughAnotherHost(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.op.RedirectsOn()
	s.Invited(t, "ana@example.com", users.RoleUser)
	if at := s.browser(t).signInAt(t, person("ana@example.com"), "/"); at.url.Path != "/profile" {
		t.Errorf("after sign-in: at %s, want /profile", at.url)
	}
}

// refusedSignIns are people whom the provider sends and the console does not let
// in, some with an answer of the provider that lies.
var refusedSignIns = map[string]struct {
	who  authtest.Person
	lie  func(*authtest.Lies)
	want int
	says string
}{
	"a stranger":            {person("stranger@example.com"), nil, http.StatusForbidden, "You are not in the directory yet"},
	"an unverified address": {authtest.Person{Subject: "op-ana@example.com", Email: "ana@example.com", Verified: false}, nil, http.StatusForbidden, "not verified"},
	"verified is not said":  {authtest.Person{Subject: "op-ana@example.com", Email: "ana@example.com"}, nil, http.StatusForbidden, "does not say whether"},
	"no address":            {authtest.Person{Subject: "1"}, nil, http.StatusForbidden, "did not say which e-mail address"},
	"an address that cannot be used": {authtest.Person{Subject: "1", Email: "j\u00fcrgen@example.com", Verified: true}, nil,
		http.StatusForbidden, "e-mail address for you that the console cannot use. Before the @: \u201c\u00fc\u201d cannot be part of it."},
	"a verdict in other words": {authtest.Person{Subject: "1", Email: "ana@example.com", Verified: "True"}, nil,
		http.StatusForbidden, "in a form that the console does not understand"},
	"a service user's address": {person("robot@example.com"), nil, http.StatusForbidden, "belongs to a service user"},
	"no nonce":                 {person("ana@example.com"), func(l *authtest.Lies) { l.IDToken["nonce"] = nil }, http.StatusBadGateway, "has no nonce"},
	"no time":                  {person("ana@example.com"), func(l *authtest.Lies) { l.IDToken["iat"] = nil }, http.StatusBadGateway, "does not say when it was issued"},
	"a time that is to come":   {person("ana@example.com"), func(l *authtest.Lies) { l.IDToken["iat"] = 9999999999 }, http.StatusBadGateway, "was issued in the future"},
	"the owner's address":      {person("owner@example.com"), nil, http.StatusForbidden, "another account"},
	"deactivated":              {person("gone@example.com"), nil, http.StatusForbidden, "deactivated"},
	"another issuer":           {person("ana@example.com"), func(l *authtest.Lies) { l.Callback["iss"] = "https://evil.test" }, http.StatusBadRequest, words.SignInAgain},
	"another nonce":            {person("ana@example.com"), func(l *authtest.Lies) { l.IDToken["nonce"] = "x" }, http.StatusBadRequest, words.SignInAgain},
	"another audience":         {person("ana@example.com"), func(l *authtest.Lies) { l.IDToken["aud"] = "x" }, http.StatusBadGateway, "could not be trusted"},
	"an expired token":         {person("ana@example.com"), func(l *authtest.Lies) { l.IDToken["exp"] = 1 }, http.StatusBadGateway, "could not be trusted"},
	"an unsigned token":        {person("ana@example.com"), func(l *authtest.Lies) { l.Signature = authtest.Unsigned }, http.StatusBadGateway, "could not be trusted"},
	"signed with the secret":   {person("ana@example.com"), func(l *authtest.Lies) { l.Signature = authtest.SharedSecret }, http.StatusBadGateway, "could not be trusted"},
	"another subject in UserInfo": {person("ana@example.com"), func(l *authtest.Lies) { l.UserInfo["sub"] = "x" },
		http.StatusBadGateway, "could not be trusted"},
}

func TestSignInRefused(t *testing.T) {
	for name, test := range refusedSignIns {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.Invited(t, "ana@example.com", users.RoleUser)
			s.Person(t, "gone@example.com", users.RoleUser)
			s.ServiceUser(t, "robot@example.com", users.RoleUser)
			if err := s.Deactivate(t.Context(), s.Owner, "gone@example.com", users.Departure{}); err != nil {
				t.Fatal(err)
			}
			if test.lie != nil {
				s.op.Lie(test.lie)
			}
			b := s.browser(t)
			at := b.signInAt(t, test.who, "/profile").must(t, test.want, test.says, "Request req_")
			if b.cookie(t, "session") != "" {
				t.Error("the browser has a session")
			}
			if to := b.get(t, "/profile").location(); to != "/sign-in?return_to=%2Fprofile" {
				t.Errorf("/profile leads to %q", to)
			}
			if !strings.Contains(s.log.String(), "sign-in refused") {
				t.Error("the log does not tell of it")
			}
			if u := s.Must(t, "ana@example.com"); u.Status != users.StatusInvited {
				t.Errorf("ana is %s", u.Status)
			}
			if len(at.nodes(t, "h1")) != 1 {
				t.Error("the page has not one title")
			}
		})
	}
}

func TestRefusedSignInIsRecorded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	who := s.Person(t, "gone@example.com", users.RoleUser)
	if err := s.Deactivate(t.Context(), s.Owner, who.ID, users.Departure{}); err != nil {
		t.Fatal(err)
	}
	s.browser(t).signInAt(t, person("gone@example.com"), "/").must(t, http.StatusForbidden)
	actions := s.Actions(t, who.ID)
	if last := actions[len(actions)-1]; last != users.ActionRefused {
		t.Errorf("the last event is %s, want %s", last, users.ActionRefused)
	}
}

func TestProviderRefuses(t *testing.T) {
	tests := map[string]struct {
		code string
		want int
		says string
	}{
		"denied":           {"access_denied", http.StatusForbidden, "did not let you in"},
		"set up wrongly":   {"invalid_scope", http.StatusBadGateway, "could not sign you in"},
		"an unknown code":  {"<script>alert(1)</script>", http.StatusBadGateway, "could not sign you in"},
		"it is overloaded": {"temporarily_unavailable", http.StatusServiceUnavailable, "does not answer"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.op.Refuses(test.code, "canary description")
			b := s.browser(t)
			at := b.follow(t, b.get(t, "/sign-in/start")).must(t, test.want, test.says)
			if strings.Contains(at.body, "canary") || strings.Contains(at.body, "alert(1)") {
				t.Error("the page repeats what the provider said")
			}
		})
	}
}

func TestProviderDown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.op.Lie(func(l *authtest.Lies) { l.Faults[authtest.Discovery] = authtest.Drops })
	owner := s.signIn(t, "owner@example.com")

	down := s.browser(t).get(t, "/sign-in/start").must(t, http.StatusServiceUnavailable, words.SignInUnavailable)
	if down.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	owner.get(t, "/profile").must(t, http.StatusOK)
	owner.get(t, "/readyz").must(t, http.StatusOK)
	owner.post(t, "/sign-out", nil).must(t, http.StatusOK, words.SignedOut)
}

func TestSignInStartsANewSession(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	b := s.browser(t)
	planted := auth.NewSecret()
	b.setCookie(t, "session", planted)
	b.signInAt(t, person("ana@example.com"), "/profile").must(t, http.StatusOK)
	first := b.cookie(t, "session")
	b.signInAt(t, person("ana@example.com"), "/profile").must(t, http.StatusOK)
	second := b.cookie(t, "session")

	if first == planted || first == second || second == "" {
		t.Errorf("identifiers are not new: planted %q, then %q, then %q", planted, first, second)
	}
	for name, secret := range map[string]string{"planted": planted, "before": first, "cut short": second[:42]} {
		other := s.browser(t)
		other.setCookie(t, "session", secret)
		if p := other.get(t, "/profile"); p.status != http.StatusSeeOther {
			t.Errorf("the %s identifier is signed in: %d", name, p.status)
		}
	}
}

func TestSignInAsSomeoneElse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	b := s.signIn(t, "owner@example.com")
	before := b.cookie(t, "session")
	b.signInAt(t, person("ana@example.com"), "/profile").must(t, http.StatusOK, "ana@example.com")
	other := s.browser(t)
	other.setCookie(t, "session", before)
	other.get(t, "/profile").must(t, http.StatusSeeOther)
}

func TestRedirectURIComesFromTheSettings(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t).with("Host", "evil.test").with("X-Forwarded-Host", "evil.test").with("X-Forwarded-Proto", "https")
	to, err := url.Parse(b.get(t, "/sign-in/start").header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := to.Query().Get("redirect_uri"), s.server.URL+"/sign-in/callback"; got != want {
		t.Errorf("redirect_uri: got %q, want %q", got, want)
	}
}
