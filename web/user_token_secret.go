package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// showSecret answers the form that issued a token with its secret. There is no other page
// with it: sent again, the form leads to the list, see [sentForm.next].
func (a *App) showSecret(c echo.Context, p tokenPlace, token users.Token, secret string, replaced *users.Token) error {
	m := views.TokenSecret{
		Chrome: a.tokenChrome(c, p, nil, words.Plain(token.Name)), Name: words.Plain(token.Name), Secret: secret,
		Curl: a.curlLines(), Python: a.pythonLines(), Facts: a.presenter(c).secretFacts(p, token, replaced), Done: p.base,
		Next: []views.Note{{Icon: "lock", Text: "Keep it in a secret store."}},
	}
	if replaced != nil && replaced.EndsAt.After(a.now()) {
		m.Next = append(m.Next,
			views.Note{Icon: "arrow-right-left", Text: "Switch the programs. The Tokens tab shows which have switched."},
			views.Note{Icon: "check", Text: "Retire the old token when the tab says that it is safe."})
	} else {
		m.Next = append(m.Next, views.Note{Icon: "terminal", Text: "Try it: the Tokens tab shows when it was first used."})
	}
	m.FormKey = "" // there is nothing to send from here
	return render(c, http.StatusOK, views.TokenSecretPage(m))
}

// endpoint is the address of the API, as the SDK takes it.
func (a *App) endpoint() string { return strings.TrimSuffix(a.baseURL.String(), "/") }

// curlLines are commands of a shell that try a token without leaving it in the history of
// the shell.
func (a *App) curlLines() string {
	return "read -rs ROBOTO_API_KEY  # paste the secret, press Enter\n" +
		"curl " + a.endpoint() + "/v1/users/whoami \\\n" +
		`  -H "Authorization: Bearer $ROBOTO_API_KEY"`
}

// pythonLines use a token with the platform's SDK.
func (a *App) pythonLines() string {
	return `import os
from roboto import RobotoClient, RobotoConfig

client = RobotoClient.from_config(RobotoConfig(
    endpoint="` + a.endpoint() + `",
    api_key=os.environ["ROBOTO_API_KEY"],
))`
}

// secretFacts say what a token is that was issued just now.
func (t presenter) secretFacts(p tokenPlace, token users.Token, replaced *users.Token) []views.Fact {
	ends := "Never"
	if !token.EndsAt.Equal(users.EndOfTime) {
		ends = words.Day(token.EndsAt.In(t.zone))
	}
	facts := []views.Fact{
		{Label: "Acts as", Who: t.user(p.user), Text: words.Role(token.Acts())},
		{Label: "Allows", Text: words.Scopes(token.Scopes)},
		{Label: "Addresses", Text: rangeOrAny(token)},
		{Label: "Ends", Text: ends},
	}
	if replaced != nil {
		facts = append(facts, views.Fact{Label: "Replaces", Text: words.TokenHint(*replaced) + ", " + t.endsWord(replaced.EndsAt)})
	}
	return append(facts, views.Fact{Label: "Shown to", Text: "You alone"})
}

// endsWord says when something ends or ended: "ends in 30 days".
func (t presenter) endsWord(at time.Time) string {
	if at.After(t.now) {
		return "ends " + t.inDays(at).Relative
	}
	return "has ended"
}

// rangeOrAny are the addresses that a token may be used from.
func rangeOrAny(token users.Token) string {
	if len(token.Ranges) == 0 {
		return "Any"
	}
	return words.Ranges(token.Ranges)
}
