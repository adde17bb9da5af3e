package api_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// verifier is the code verifier of the requests in these tests.
var verifier = strings.Repeat("v", 86)

// requestBody is what the command line sends to request a token.
func requestBody(days int) string {
	sum := sha256.Sum256([]byte(verifier))
	return fmt.Sprintf(`{"code_challenge":%q,"code_challenge_method":"S256","redirect_uri":null,"state":null,"client_hostname":"ana-laptop","client_version":"0.62.0","token_expiry_days":%d}`,
		base64.RawURLEncoding.EncodeToString(sum[:]), days)
}

// exchangeBody is what the command line sends for its token.
func exchangeBody(id, code, verifier string) string {
	return fmt.Sprintf(`{"credential_request_id":%q,"authorization_code":%q,"code_verifier":%q}`, id, code, verifier)
}

// TestBrowserSignIn requests a token, approves it and exchanges the code, as roboto auth login does.
func TestBrowserSignIn(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	ana, cli := c.Person(t, "ana@example.com", users.RoleUser), c.client(t, "").with("X-Roboto-Requester", `{"roboto_tool":"cli","roboto_tool_version":"0.62.0"}`)
	made := cli.do(t, http.MethodPost, "/v1/tokens/requests", requestBody(30)).record(t)
	id := fmt.Sprint(made["credential_request_id"])
	if made["approval_url"] != c.server.URL+"/tokens/requests/"+id || made["expires"] != c.Clock.Now().Add(10*time.Minute).Format(time.RFC3339Nano) {
		t.Errorf("the request: got %v", made)
	}
	code, err := c.ApproveCredentialRequest(t.Context(), ana, id, users.Approval{As: ana.ID})
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{exchangeBody(id, code, verifier[1:]), exchangeBody(id, code[1:], verifier), exchangeBody(id[1:], code, verifier), `{}`, ``, exchangeBody(id, "", verifier)} {
		cli.do(t, http.MethodPost, "/v1/tokens/requests/exchange", wrong).fails(t, http.StatusBadRequest)
	}
	token := cli.do(t, http.MethodPost, "/v1/tokens/requests/exchange", exchangeBody(id, code, verifier)).record(t)
	if token["user_id"] != "ana@example.com" || contextOf(t, token)["expires"] != c.Clock.Now().Add(30*24*time.Hour).Format(time.RFC3339Nano) {
		t.Errorf("the token: got %v", token)
	}
	c.client(t, fmt.Sprint(token["secret"])).get(t, "/v1/users").ok(t)
	cli.do(t, http.MethodPost, "/v1/tokens/requests/exchange", exchangeBody(id, code, verifier)).fails(t, http.StatusBadRequest)
	for _, path := range []string{"/v1/tokens/requests", "/v1/tokens/requests/exchange"} {
		cli.with("Idempotency-Key", "k").do(t, http.MethodPost, path, requestBody(30)).fails(t, http.StatusBadRequest)
	}
	for _, days := range []int{0, 366, -5} {
		cli.do(t, http.MethodPost, "/v1/tokens/requests", requestBody(days)).fails(t, http.StatusBadRequest)
	}
}

// TestBrowserSignInIsLimited exceeds the rate of a network.
func TestBrowserSignInIsLimited(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	cli, body := c.client(t, ""), exchangeBody("x", "y", verifier)
	for range 300 {
		cli.do(t, http.MethodPost, "/v1/tokens/requests/exchange", body).fails(t, http.StatusBadRequest)
	}
	for _, path := range []string{"/v1/tokens/requests/exchange", "/v1/tokens/requests"} {
		a := cli.do(t, http.MethodPost, path, body)
		a.fails(t, http.StatusTooManyRequests)
		if a.header.Get("Retry-After") != "1" {
			t.Errorf("%s: got Retry-After %q", path, a.header.Get("Retry-After"))
		}
	}
	cli.get(t, "/.well-known/roboto.json")
	c.as(t, "user").get(t, "/v1/users").ok(t)
	c.Clock.Advance(time.Second)
	cli.do(t, http.MethodPost, "/v1/tokens/requests", requestBody(30)).ok(t)
}
