//go:build bench

package api_test

import (
	"net/http"
	"net/url"
	"testing"
)

// TestMemoryAnswersAsTheCall checks that the bench's answers from memory are those of the calls.
func TestMemoryAnswersAsTheCall(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	owner := c.client(t, c.token(t, c.Owner.ID)).unchecked()
	for _, of := range []string{"/v1/users/id/owner@example.com", "/v1/orgs/id/org_example/users?limit=50"} {
		want := owner.get(t, of)
		for _, when := range []string{"at first", "from memory"} {
			got := owner.get(t, "/v1/_bench?of="+url.QueryEscape(of))
			if got.ok(t); got.body != want.body || got.header.Get("ETag") != want.header.Get("ETag") {
				t.Errorf("%s %s: got %s, want %s", of, when, got.body, want.body)
			}
		}
	}
	owner.get(t, "/v1/_bench?of=/v1/users/id/none@example.com").fails(t, http.StatusNotFound)
	c.client(t, "").unchecked().get(t, "/v1/_bench?of=/v1/users").fails(t, http.StatusUnauthorized)
}
