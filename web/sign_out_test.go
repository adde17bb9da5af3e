package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web"
	"github.com/roboto-ai/console/web/words"
)

func TestSignOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	b := s.browser(t)
	b.signInAt(t, person("ana@example.com"), "/profile").must(t, http.StatusOK)
	secret := b.cookie(t, "session")

	out := b.post(t, "/sign-out", nil).must(t, http.StatusOK, words.SignedOut)
	if got := out.header.Get("Clear-Site-Data"); got != `"cache", "storage"` {
		t.Errorf("Clear-Site-Data: got %q", got)
	}
	var next string
	for _, a := range out.nodes(t, "a") {
		if strings.HasPrefix(attr(a, "href"), s.op.Issuer()+"/end-session?client_id=") {
			next = attr(a, "href")
		}
	}
	if next == "" {
		t.Fatal("no link goes on to the provider")
	}
	if !strings.Contains(out.body, `http-equiv="refresh"`) {
		t.Error("the page does not go on by itself")
	}
	b.follow(t, b.get(t, next)).must(t, http.StatusOK, "Sign in") // the way back is a page

	b.setCookie(t, "session", secret)
	if to := b.get(t, "/profile").location(); to != "/sign-in?return_to=%2Fprofile" {
		t.Errorf("the old cookie is signed in: %q", to)
	}
	b.get(t, "/").must(t, http.StatusOK, "Sign in")
	b.post(t, "/sign-out", nil).must(t, http.StatusOK, words.SignedOut)
}

// TestSignOutOnEveryInstance signs out at one of two consoles over one database.
func TestSignOutOnEveryInstance(t *testing.T) {
	t.Parallel()
	var config web.Config
	s := newSite(t, siteOptions{app: func(c *web.Config) { config = *c }})
	second, err := web.New(config)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := httptest.NewServer(second.Handler())
	t.Cleanup(elsewhere.Close)
	b := s.signIn(t, "owner@example.com")
	b.get(t, elsewhere.URL+"/profile").must(t, http.StatusOK)
	secret := b.cookie(t, "session")
	b.post(t, "/sign-out", nil).must(t, http.StatusOK)
	b.setCookie(t, "session", secret)
	if to := b.get(t, elsewhere.URL+"/profile").location(); to != "/sign-in?return_to=%2Fprofile" {
		t.Errorf("still signed in at the other instance: %q", to)
	}
}
