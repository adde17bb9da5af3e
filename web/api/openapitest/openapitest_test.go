package openapitest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/roboto-ai/console/web/api/openapitest"
)

// canned answers all requests the same.
type canned struct {
	status int
	body   string
}

// RoundTrip implements [http.RoundTripper].
func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: c.status, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(c.body)),
	}, nil
}

// failures counts the errors of a test.
type failures struct {
	testing.TB
	n int
}

func (f *failures) Errorf(string, ...any) { f.n++ }

// Answers of the API.
const user = `{"data":{"user_id":"ana@example.com","is_service_user":false,"is_system_user":false,"name":null,"picture_url":null,
	"notification_channels_enabled":{"email":true},"notification_types_enabled":{}}}`
const failure = `{"error":{"error_code":"RobotoNotFoundException","message":"Not found."},"request_id":"req_1"}`

// exchanges are requests and answers, and whether they deviate from the document.
var exchanges = map[string]struct {
	method, path, body string
	status             int
	answer             string
	wrong              bool
}{
	"a user":                          {"GET", "/v1/users/id/ana%2Bx%40example.com", "", 200, user, false},
	"a user by a doubled slash":       {"GET", "//v1/users", "", 200, user, false},
	"an error":                        {"GET", "/v1/users/id/x@example.com", "", 404, failure, false},
	"an unknown path":                 {"GET", "/v1/nothing", "", 404, failure, false},
	"an unknown key in a request":     {"PUT", "/v1/users", `{"name":null,"role":"owner"}`, 200, user, false},
	"a refused request":               {"PUT", "/v1/users", `{"name":7}`, 400, strings.Replace(failure, "NotFound", "InvalidRequest", 1), false},
	"a further key in a record":       {"GET", "/v1/users", "", 200, strings.Replace(user, `"name"`, `"key":"usr_1","name"`, 1), true},
	"a key of a map that SDKs refuse": {"GET", "/v1/users", "", 200, strings.Replace(user, `"email"`, `"pager"`, 1), true},
	"null for a bool":                 {"GET", "/v1/users", "", 200, strings.Replace(user, `false`, `null`, 1), true},
	"a record without envelope":       {"GET", "/v1/users", "", 200, `{"user_id":"ana@example.com"}`, true},
	"a further key in an error":       {"GET", "/v1/users", "", 404, strings.Replace(failure, `"message"`, `"field":"x","message"`, 1), true},
	"an error code of another API":    {"GET", "/v1/nothing", "", 404, strings.Replace(failure, "Roboto", "", 1), true},
	"an answer where there is none":   {"GET", "/v1/nothing", "", 200, user, true},
	"a status that is not described":  {"GET", "/v1/users", "", 204, "", true},
	"a bad request that succeeds":     {"PUT", "/v1/users", `{"name":7}`, 200, user, true},
}

// TestTransport checks that only deviations from the document are found.
func TestTransport(t *testing.T) {
	t.Parallel()
	for name, c := range exchanges {
		r, err := http.NewRequestWithContext(t.Context(), c.method, "http://console.example.com"+c.path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		if c.body == "" {
			r.Body = nil
		} else {
			r.Header.Set("Content-Type", "application/json")
		}
		found := &failures{TB: t}
		if _, err := openapitest.Transport(found, canned{c.status, c.answer}).RoundTrip(r); err != nil {
			t.Fatal(err)
		}
		if wrong := found.n > 0; wrong != c.wrong {
			t.Errorf("%s: found wrong: %v, want %v", name, wrong, c.wrong)
		}
	}
}

// TestOperations checks that the document is valid and has operations.
func TestOperations(t *testing.T) {
	t.Parallel()
	if all := openapitest.Operations(t); len(all) < 30 {
		t.Errorf("the document has %d operations alone: %v", len(all), all)
	}
}
