package doctor

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/roboto-ai/console/internal/users"
)

// backchannel checks that the provider supports back-channel logout (OpenID Connect
// Back-Channel Logout 1.0, section 2.1), or that --session-recheck is set.
func (e *examination) backchannel(doc *document) Finding {
	const check = "back-channel logout"
	switch {
	case doc.BackchannelLogout && !doc.BackchannelSession:
		return ok(check, "The provider supports it, but sends no session ID: it ends all sessions of a person.")
	case doc.BackchannelLogout:
		return ok(check, "The provider supports it.")
	case e.SessionRecheck > 0:
		return ok(check, fmt.Sprintf("The provider does not list it. After %s the console asks the provider again whether a person is signed in there.", e.SessionRecheck))
	}
	return warning(check, "The provider does not list it: a session continues after the person has signed out or lost access there.",
		"Set --session-recheck, for example to 4h, to have the console ask the provider again, or shorten --session-idle and --session-lifetime.")
}

// logoutAddress checks that back-channel logout is reachable: it refuses a form without a
// token.
func (e *examination) logoutAddress(ctx context.Context, client *http.Client) Finding {
	const check = "logout address"
	address := e.base() + e.LogoutPath
	fix := "Have the proxy pass POST requests to " + e.LogoutPath + " on to the console, without authentication or an address filter of its own."
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(""))
	if err != nil {
		return unknown(check, "The base URL cannot be requested.", "")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got, err := e.do(client, req)
	if err != nil {
		t := diagnose(err, e.BaseURL.Host, baseSetting)
		return wrong(check, t.found, t.fix)
	}
	if got.status != http.StatusBadRequest || !strings.Contains(string(got.body), `"error"`) {
		return wrong(check, fmt.Sprintf("%s responds to a form without a logout token with status %d, unlike the console.", address, got.status), fix)
	}
	return ok(check, "It can be reached at "+address+".")
}

// identities counts the people linked to the configured issuer, and to others.
func (e *examination) identities(all []users.IssuerCount) Finding {
	const check = "identities"
	here, others, list := 0, 0, []string{}
	for _, one := range all {
		if one.Issuer == e.Provider.Issuer {
			here = one.People
			continue
		}
		others += one.People
		list = append(list, fmt.Sprintf("%d to %s", one.People, quoted(one.Issuer)))
	}
	if others == 0 {
		return ok(check, fmt.Sprintf("People linked to the issuer: %d; to another: none.", here))
	}
	found := fmt.Sprintf("People linked to the configured issuer: %d; to others: %s.", here, strings.Join(list, ", "))
	return warning(check, found, "Those linked to others cannot sign in. If the provider has a new issuer, console identities move links them to it; "+
		"a single person's sign-in is reset on their page.")
}
