package web_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/users"
)

// callback begins a sign-in and returns the address that the provider sends the
// browser back to.
func (b *browser) callback(t *testing.T) string {
	t.Helper()
	to := b.get(t, "/sign-in/start").header.Get("Location")
	return "/sign-in/callback?" + authtest.Follow(t, to, b.site.server.URL).Encode()
}

func TestCallbackBelongsToOneAttempt(t *testing.T) {
	tests := map[string]func(t *testing.T, s *site, b *browser, callback string) page{
		"without the cookie": func(t *testing.T, s *site, _ *browser, callback string) page {
			return s.browser(t).get(t, callback)
		},
		"with another browser's cookie": func(t *testing.T, s *site, _ *browser, callback string) page {
			other := s.browser(t)
			other.callback(t)
			return other.get(t, callback)
		},
		"a second time": func(t *testing.T, _ *site, b *browser, callback string) page {
			b.get(t, callback).must(t, http.StatusSeeOther)
			b.post(t, "/sign-out", nil)
			return b.get(t, callback)
		},
		"after eleven minutes": func(t *testing.T, s *site, b *browser, callback string) page {
			s.Clock.Advance(11 * time.Minute)
			return b.get(t, callback)
		},
		"with another state": func(t *testing.T, _ *site, b *browser, callback string) page {
			return b.get(t, callback+"&state=x")
		},
		"without anything": func(t *testing.T, _ *site, b *browser, _ string) page {
			return b.get(t, "/sign-in/callback")
		},
	}
	for name, visit := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.Invited(t, "ana@example.com", users.RoleUser)
			s.op.SignsIn(person("ana@example.com"))
			b := s.browser(t)
			visit(t, s, b, b.callback(t)).must(t, http.StatusBadRequest, "another browser")
			if to := b.get(t, "/profile").location(); to != "/sign-in?return_to=%2Fprofile" {
				t.Errorf("/profile leads to %q", to)
			}
		})
	}
}

func TestSeveralSignInsAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	s.op.SignsIn(person("ana@example.com"))
	b := s.browser(t)
	first, second := b.callback(t), b.callback(t)
	b.get(t, first).must(t, http.StatusSeeOther)
	b.get(t, second).must(t, http.StatusSeeOther)
	b.get(t, "/profile").must(t, http.StatusOK)
}
