//go:build browser

package browsertest

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/roboto-ai/console/web/words"
)

// peopleWalk approves the request of a program as a person and issues a token for a service user,
// then opens the pages that an owner sees of these tokens.
func peopleWalk(t *testing.T, b *tab) {
	b.signIn("user@example.com")
	b.open("/profile/tokens", http.StatusOK)
	b.examine("own-tokens")
	b.open(b.site.requestToken(t), http.StatusOK)
	b.sees(words.TokenRequested, "fleet-laptop")
	b.examine("token-request")
	b.click("radio", "Yourself, user@example.com")
	b.follow("button", "Approve the request from fleet-laptop")
	b.sees("Paste this code into the program")
	b.examine("token-request-code")
	b.open("/users/warehouse-uploader/tokens/new", http.StatusOK)
	b.fill("Name", "Upload at night")
	b.follow("button", "Issue token")
	b.open("/profile", http.StatusOK)
	b.sees("Tokens of these service users", "Upload at night")
	b.examine("profile-tokens")

	owner := b.site.visit(t)
	owner.signIn("owner@example.com")
	owner.open("/users/user@example.com/deactivate", http.StatusOK)
	owner.sees("Rotate tokens that they know", "Upload at night")
	owner.examine("deactivate-known")
	owner.open("/users/user@example.com/role", http.StatusOK)
	owner.examine("role-known")
	owner.open("/access", http.StatusOK)
	owner.examine("access-none")
}

// requestToken requests a token as a program without a redirect URI, and returns the path of the
// page that approves it.
func (s site) requestToken(t *testing.T) string {
	t.Helper()
	body := `{"code_challenge":"` + strings.Repeat("A", 43) + `","code_challenge_method":"S256","redirect_uri":null,"state":null,
		"client_hostname":"fleet-laptop","client_version":"0.62.0","token_expiry_days":30}`
	res, err := http.Post(s.console+"/v1/tokens/requests", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var answer struct {
		Data struct {
			URL string `json:"approval_url"`
		} `json:"data"`
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(answer.Data.URL, s.console)
}
