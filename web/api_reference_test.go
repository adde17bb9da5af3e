package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/api/openapitest"
)

// TestAPIReference opens the page about the API as a person without power: it has every call
// that is offered, and each of its links within the page leads somewhere.
func TestAPIReference(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.as(t, users.RoleUser).get(t, "/api").must(t, http.StatusOK, `curl -H "Authorization: Bearer $ROBOTO_API_KEY"`, s.server.URL+"/v1/users")
	notOffered := regexp.MustCompile(`^(POST /v1/orgs|(PUT|DELETE) /v1/orgs/id/\{org_id\}(/email_domains/id/\{domain\})?)$`)
	for _, operation := range openapitest.Operations(t) {
		if has := strings.Contains(p.body, "<code>"+operation+"</code>"); has == notOffered.MatchString(operation) {
			t.Errorf("%s: on the page: %v", operation, has)
		}
	}
	for _, link := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(p.body, -1) {
		if !strings.Contains(p.body, `id="`+link[1]+`"`) {
			t.Errorf("#%s leads nowhere", link[1])
		}
	}
	for _, left := range []string{"$ref", "`", "[map", "<nil>"} {
		if strings.Contains(p.body, left) {
			t.Errorf("the page has %q", left)
		}
	}
}
