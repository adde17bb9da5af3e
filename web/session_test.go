package web_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// signedOut fails the test if the browser has a session.
func (b *browser) signedOut(t *testing.T) {
	t.Helper()
	if p := b.get(t, "/profile"); p.location() != "/sign-in?return_to=%2Fprofile" {
		t.Errorf("/profile: status %d, leads to %q", p.status, p.location())
	}
}

func TestSessionEnds(t *testing.T) {
	const id = "admin@example.com"
	tests := map[string]func(t *testing.T, s *site) error{
		"idle": func(_ *testing.T, s *site) error { s.Clock.Advance(12*time.Hour + time.Minute); return nil },
		"deactivated": func(t *testing.T, s *site) error {
			return s.Deactivate(t.Context(), s.Owner, id, users.Departure{})
		},
		"deleted": func(t *testing.T, s *site) error {
			return s.Delete(t.Context(), s.Owner, id, users.Deletion{Confirm: id})
		},
		"another role": func(t *testing.T, s *site) error {
			_, err := s.ChangeRole(t.Context(), s.Owner, id, users.RoleChange{Role: users.RoleAuditor})
			return err
		},
		"ended by an owner": func(t *testing.T, s *site) error {
			_, err := s.EndSessions(t.Context(), s.Owner, id, "")
			return err
		},
		"sign-in reset": func(t *testing.T, s *site) error { return s.ResetSignIn(t.Context(), s.Owner, id, users.SignInReset{}) },
	}
	for name, end := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			b := s.as(t, users.RoleAdmin)
			b.get(t, "/users").must(t, http.StatusOK)
			if err := end(t, s); err != nil {
				t.Fatal(err)
			}
			b.signedOut(t)
			b.post(t, "/profile", url.Values{}).must(t, http.StatusUnauthorized)
			b.get(t, "/").must(t, http.StatusOK, words.SessionEnded)
		})
	}
}

func TestSessionLimits(t *testing.T) {
	t.Parallel()
	s := newSite(t, siteOptions{users: users.Config{SessionIdle: time.Hour, SessionLifetime: 3 * time.Hour}})
	b := s.as(t, users.RoleUser)
	for range 3 {
		s.Clock.Advance(55 * time.Minute)
		b.get(t, "/profile").must(t, http.StatusOK)
		s.Settle()
	}
	s.Clock.Advance(20 * time.Minute) // three hours and five minutes after it began
	b.signedOut(t)
}

func TestSessionLimitsWhenTheClockGoesBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleUser)
	s.Clock.Advance(-time.Hour)
	b.get(t, "/profile").must(t, http.StatusOK)
	s.Clock.Advance(366 * 24 * time.Hour)
	b.signedOut(t)
}

// TestUnknownSessions checks that all invalid session cookies get the same answer.
func TestUnknownSessions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	live := s.as(t, users.RoleUser)
	ended := s.as(t, users.RoleAuditor)
	ended.post(t, "/sign-out", nil).must(t, http.StatusOK)
	secret := live.cookie(t, "session")
	digest := users.DigestOf(secret)
	other := "A" // which the secret does not begin with
	if secret[0] == 'A' {
		other = "B"
	}
	var first string
	for name, value := range map[string]string{
		"unknown": auth.NewSecret(), "cut short": secret[:42], "changed": other + secret[1:], "no secret": "x",
		"what the database holds": string(digest[:]), "a public id": "ses_abcdefghijklmnopqrstuvwxyz", "quotes": "' or 1=1 --",
	} {
		b := s.browser(t)
		b.header.Set("Cookie", b.site.cookieName(t, "session")+"="+url.QueryEscape(value))
		p := b.get(t, "/users")
		if first == "" {
			first = p.location() + p.body
		}
		if p.status != http.StatusSeeOther || p.location()+p.body != first {
			t.Errorf("%s: status %d, %q", name, p.status, p.location())
		}
	}
	if len(secret) != 43 || strings.ContainsAny(secret, "+/=") {
		t.Errorf("the identifier is %q, not 256 bits of base64url", secret)
	}
}

func TestDemotedOnTheNextRequest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleAdmin)
	if _, err := s.ChangeRole(t.Context(), s.Owner, "admin@example.com", users.RoleChange{Role: users.RoleUser}); err != nil {
		t.Fatal(err)
	}
	b.signedOut(t)
	s.signIn(t, "admin@example.com").get(t, "/users").must(t, http.StatusForbidden, "Only auditors, admins and owners", "owner@example.com")
}

func TestFlashIsSaidOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleUser)
	form := b.get(t, "/profile").form(t, "/profile")
	p := b.follow(t, b.post(t, "/profile", set(form, "name", "Ana"))).must(t, http.StatusOK, words.ProfileSaved)
	if p.url.Path != "/profile" {
		t.Errorf("at %s", p.url.Path)
	}
	if strings.Contains(b.get(t, "/profile").text(t), words.ProfileSaved) {
		t.Error("it is said twice")
	}
	for name, value := range map[string]string{
		"of another session": "0123456789ab." + base64.RawURLEncoding.EncodeToString([]byte("Call 555")), "no text": "x.%%%", "no mark": "U2F2ZWQ",
	} {
		b.setCookie(t, "flash", value)
		if text := b.get(t, "/profile").must(t, http.StatusOK).text(t); strings.Contains(text, "555") || strings.Contains(text, "Saved") {
			t.Errorf("%s: it is said", name)
		}
	}
}

func TestTheme(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signIn(t, "owner@example.com")
	b.get(t, "/users?status=active").form(t, "/theme")
	p := b.post(t, "/theme", url.Values{"theme": {"dark"}, "return_to": {"/users?status=active"}}).must(t, http.StatusSeeOther)
	if got := p.location(); got != "/users?status=active" {
		t.Errorf("it leads to %q", got)
	}
	if got := attr(b.get(t, "/users").nodes(t, "html")[0], "data-theme"); got != "dark" {
		t.Errorf("data-theme: %q", got)
	}
	b.post(t, "/theme", url.Values{"theme": {"pink"}}).must(t, http.StatusUnprocessableEntity, words.ChooseTheme)
	b.setCookie(t, "theme", "script")
	if got := attr(b.get(t, "/users").nodes(t, "html")[0], "data-theme"); got != "" {
		t.Errorf("data-theme of a planted cookie: %q", got)
	}
}
