package web_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// authTimesForTokens are times of authentication that the provider reports.
var authTimesForTokens = map[string]struct {
	lie     bool
	claim   any
	refused bool
}{
	"the provider asks them":                {},
	"the provider sends no auth_time":       {lie: true, refused: true},
	"the provider sends zero":               {lie: true, claim: 0, refused: true},
	"the provider repeats the old sign-in":  {lie: true, claim: -3 * time.Hour, refused: true},
	"the provider sends a time of tomorrow": {lie: true, claim: 24 * time.Hour, refused: true},
}

// TestTokenOfAnAdminNeedsARecentSignIn has an owner issue a token for a service user with the role
// admin, three hours after signing in. A provider that says nothing of auth_time, or an old time,
// does not help; one that asks them does, and the form is as they left it.
func TestTokenOfAnAdminNeedsARecentSignIn(t *testing.T) {
	for circumstance, test := range authTimesForTokens {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.ServiceUser(t, "boss", users.RoleAdmin)
			s.ServiceUser(t, "reader", users.RoleAuditor)
			s.Invited(t, "ana@example.com", users.RoleOwner)
			b := s.browser(t)
			b.signInAt(t, person("ana@example.com"), "/").must(t, http.StatusOK)
			s.Clock.Advance(3 * time.Hour)
			const path = "/users/boss/tokens/new"
			form := set(b.get(t, path).must(t, http.StatusOK).form(t, path), "name", "Nightly report")
			asked := b.post(t, path, form).must(t, http.StatusUnauthorized, words.SignInAgainToGoOn)
			if secretIn(asked.body) != "" {
				t.Fatal("the page has a secret")
			}
			s.op.Lie(func(l *authtest.Lies) { lieAboutAuthTime(s, l, test.claim, test.lie) })
			again := b.follow(t, b.get(t, hrefOf(t, asked, words.SignInAgain)))
			if test.refused {
				again.must(t, http.StatusBadGateway, "does not report when you did")
				b.post(t, path, form).must(t, http.StatusUnauthorized, words.SignInAgainToGoOn)
				b.issues(t, "/users/reader/tokens/new", http.StatusOK) // which needs none
				return
			}
			kept := again.must(t, http.StatusOK, "has not been sent yet").form(t, path)
			if kept.Get("name") != "Nightly report" {
				t.Errorf("the form is %v", kept)
			}
			if done := b.post(t, path, kept).must(t, http.StatusOK); secretIn(done.body) == "" {
				t.Error("there is no secret")
			}
		})
	}
}

// issues sends the form that issues a token.
func (b *browser) issues(t *testing.T, path string, status int) {
	t.Helper()
	form := url.Values(b.get(t, path).must(t, http.StatusOK).form(t, path))
	b.post(t, path, set(form, "name", "Nightly report")).must(t, status)
}
