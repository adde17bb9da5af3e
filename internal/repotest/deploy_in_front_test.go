package repotest

import (
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/roboto-ai/console/web/api/openapitest"
)

// TestInFront matches each path of the API, and some of the platform's, against the routing rules
// for nginx and Caddy in docs/in-front.md.
func TestInFront(t *testing.T) {
	t.Parallel()
	text := read(t, "../../docs/in-front.md")
	nginx := regexp.MustCompile(`location ~ (\S+) \{`).FindStringSubmatch(text)
	caddy := regexp.MustCompile(`(?m)@console path (.+)$`).FindStringSubmatch(text)
	if nginx == nil || caddy == nil {
		t.Fatal("the document has no block for nginx or for Caddy")
	}
	byNginx := regexp.MustCompile(nginx[1]).MatchString
	byCaddy := func(p string) bool {
		for _, pattern := range strings.Fields(caddy[1]) {
			rest, wild := strings.CutSuffix(pattern, "*")
			if ok, _ := path.Match(pattern, p); ok || wild && strings.HasPrefix(p, rest) {
				return true
			}
		}
		return false
	}
	here := map[string]bool{"/v1/users/id/a+b@example.com/anything": true}
	for _, operation := range openapitest.Operations(t) {
		_, p, _ := strings.Cut(operation, " ")
		here[p] = true
	}
	for _, p := range []string{"/", "/v1/datasets", "/v1/usersx", "/v1/files/id/users", "/v2/users", "/v1/auditors", "/users", "/v1/integrations/users"} {
		here[p] = false
	}
	for p, want := range here {
		if byNginx(p) != want || byCaddy(p) != want {
			t.Errorf("%s goes to the console: nginx %v, Caddy %v, want %v", p, byNginx(p), byCaddy(p), want)
		}
	}
}
