package doctor

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/roboto-ai/console/internal/auth"
)

// runningConsole makes the checks of the way to a console that runs already, which
// listens at the listen address if held.
func (e *examination) runningConsole(ctx context.Context, held bool) []Finding {
	client, got, found := e.reach(ctx, "/healthz", nil)
	if client == nil {
		return found
	}
	if !healthy(got) {
		return append(found, e.notReached(got, held))
	}
	found = append(found, ok("base URL", "A console answers at "+e.base()+"."), e.plainHTTP(ctx))
	if held {
		found = append(found, e.runningHeaders(ctx, client)...)
	}
	found = append(found, e.logoutAddress(ctx, client), e.runningCookies(ctx, client))
	for _, check := range []string{"forwarded address", "HTTP version", "streaming"} {
		if e.secure() {
			found = append(found, unknown(check, "A console that runs does not tell how requests come to it.",
				"Stop the console and run the doctor again, which then listens in its place for a moment."))
		} else {
			found = append(found, ok(check, noProxy))
		}
	}
	return found
}

// noProxy is what there is to say where the base URL is plain http on loopback.
const noProxy = "The base URL is plain http, on this machine alone: there is no proxy in front."

// runningHeaders compares what the console sends with what comes through.
func (e *examination) runningHeaders(ctx context.Context, client *http.Client) []Finding {
	direct, err := e.get(ctx, e.direct(), e.near()+"/sign-in", nil)
	if err != nil {
		return nil
	}
	through, err := e.get(ctx, client, e.base()+"/sign-in", nil)
	if err != nil {
		return nil
	}
	return []Finding{throughHeaders(direct.header, through.header)}
}

// runningCookies begins a sign-in, and comes back from it with the cookie that it
// got but without having been at the provider.
func (e *examination) runningCookies(ctx context.Context, client *http.Client) Finding {
	const check = "cookies"
	begun, err := e.get(ctx, client, e.base()+"/sign-in/start", nil)
	if err != nil || begun.status != http.StatusSeeOther {
		return unknown(check, "The console does not begin a sign-in, so it sets no cookie.", "See that the provider answers, and run the doctor again.")
	}
	var cookie *http.Cookie
	for _, c := range (&http.Response{Header: begun.header}).Cookies() {
		if strings.HasPrefix(c.Name, auth.CookieName(e.BaseURL, "attempt-")) {
			cookie = c
		}
	}
	if cookie == nil {
		return lostCookie()
	}
	if flags := strippedFlags(cookie, e.secure()); flags != "" {
		return changedCookie(flags)
	}
	to, err := url.Parse(begun.header.Get("Location"))
	if err != nil {
		return unknown(check, "The console leads to a provider whose address cannot be read.", "")
	}
	query := url.Values{"state": {to.Query().Get("state")}, "error": {"login_required"}, "iss": {e.Provider.Issuer}}
	back, err := e.get(ctx, client, e.redirectURL()+"?"+query.Encode(), http.Header{"Cookie": {cookie.Name + "=" + cookie.Value}})
	switch {
	case err == nil && back.status == http.StatusBadGateway: // the provider refused: the attempt was found
		return ok(check, "The proxy passes cookies on, in both directions.")
	case err == nil && back.status == http.StatusBadRequest:
		return keptCookie()
	}
	return unknown(check, "The proxy passes on the console's cookies; whether it brings them back could not be seen.", "")
}

// strippedFlags returns which flags of the console's cookies c lacks.
func strippedFlags(c *http.Cookie, secure bool) string {
	var lacks []string
	for flag, there := range map[string]bool{
		"Secure": c.Secure || !secure, "HttpOnly": c.HttpOnly, "SameSite=Lax": c.SameSite == http.SameSiteLaxMode,
		"Path=/": c.Path == "/", "no Domain": c.Domain == "",
	} {
		if !there {
			lacks = append(lacks, flag)
		}
	}
	return strings.Join(lacks, ", ")
}

func lostCookie() Finding {
	return wrong("cookies", "The proxy takes away the cookies that the console sets.",
		"Have it pass Set-Cookie on; nobody can sign in without.")
}

func keptCookie() Finding {
	return wrong("cookies", "The proxy does not bring browsers' cookies to the console.",
		"Have it pass the header Cookie on; nobody can sign in without.")
}

func changedCookie(lacks string) Finding {
	return wrong("cookies", "The proxy changes the cookies that the console sets: they come without "+lacks+".",
		"Have it pass Set-Cookie on as it is: browsers refuse a __Host- cookie that is changed.")
}
