//go:build bench

package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/roboto-ai/console/internal/users"
)

func init() { mayCall["GET /_bench/memory"] = "auditor admin owner" }

// formKey matches the key of forms, which differs in each rendered page.
var formKey = regexp.MustCompile(`name="form" value="[^"]+"`)

func TestMemoryAnswersAsThePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleAdmin)
	for _, of := range []string{"/users", "/users?q=owner", "/users/owner@example.com"} {
		want := b.get(t, of).must(t, http.StatusOK)
		for _, when := range []string{"at first", "from memory"} {
			got := b.get(t, "/_bench/memory?of="+url.QueryEscape(of)).must(t, http.StatusOK)
			if formKey.ReplaceAllString(got.body, "") != formKey.ReplaceAllString(want.body, "") {
				t.Errorf("%s %s: the page is another", of, when)
			}
			for _, name := range []string{"Content-Type", "Vary", "Content-Security-Policy"} {
				if g, w := got.header.Values(name), want.header.Values(name); len(g) != len(w) || g[0] != w[0] {
					t.Errorf("%s %s: %s is %q, want %q", of, when, name, g, w)
				}
			}
		}
	}
	b.get(t, "/_bench/memory?of=/users/nobody@example.com").must(t, http.StatusNotFound)
}
