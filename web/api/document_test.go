package api_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/web/api"
	"github.com/roboto-ai/console/web/api/openapitest"
)

// TestDocumentHasEveryRoute compares the routes with the document: path, method, scope, and whether a
// token is needed.
func TestDocumentHasEveryRoute(t *testing.T) {
	t.Parallel()
	var served []string
	needs := map[string]openapitest.Need{}
	for _, r := range newConsole(t).app.API().Routes() {
		operation := r.Method + " " + r.Pattern
		served = append(served, operation)
		needs[operation] = openapitest.Need{Token: r.Token, Scope: string(r.Scope)}
	}
	slices.Sort(served)
	if diff := cmp.Diff(served, openapitest.Operations(t)); diff != "" {
		t.Errorf("the document (-served +described):\n%s", diff)
	}
	if diff := cmp.Diff(needs, openapitest.Needs(t)); diff != "" {
		t.Errorf("tokens and scopes (-served +described):\n%s", diff)
	}
}

// TestDocument gets the document and the services of the console without a token.
func TestDocument(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	anonymous := c.client(t, "")
	if got := anonymous.get(t, "/v1/openapi.json"); got.status != http.StatusOK || got.body != string(api.Document) {
		t.Errorf("the document: got status %d and %d bytes", got.status, len(got.body))
	}
	for _, path := range []string{"/.well-known/roboto.json", "//.well-known/roboto.json"} {
		if got := anonymous.get(t, path); got.status != http.StatusOK || got.body != `{"credential_requests.v1":"`+c.server.URL+`"}` {
			t.Errorf("%s: got status %d and %s", path, got.status, got.body)
		}
	}
	anonymous.do(t, http.MethodPost, "/v1/openapi.json", "").fails(t, http.StatusUnauthorized)
	c.as(t, "admin").do(t, http.MethodPost, "/v1/openapi.json", "").fails(t, http.StatusMethodNotAllowed)
}
