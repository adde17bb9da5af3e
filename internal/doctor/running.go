package doctor

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/web/words"
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
	found = append(found, e.logoutAddress(ctx, client),
		e.forms(ctx, client, "/sign-in", func(got answer, _ string) bool { return requestID(got) != "" }),
		e.cache(ctx, client, "/sign-in", requestID))
	found = append(found, e.runningSignIn(ctx, client)...)
	for _, check := range []string{"forwarded address", "HTTP version", "streaming", "idle connections"} {
		if e.secure() {
			found = append(found, unknown(check, "A console that runs does not tell how requests come to it.",
				"Stop the console and run the doctor again, which then listens in its place for a moment."))
		} else {
			found = append(found, ok(check, noProxy))
		}
	}
	return found
}

// requestID returns the ID that a console gives each request.
func requestID(got answer) string { return got.header.Get("X-Request-Id") }

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

// runningSignIn begins a sign-in at the console that runs, and looks at where it leads to and
// at the cookie that it sets.
func (e *examination) runningSignIn(ctx context.Context, client *http.Client) []Finding {
	begun, err := e.get(ctx, client, e.base()+"/sign-in/start", nil)
	if err != nil || begun.status != http.StatusSeeOther {
		return []Finding{unknown("cookies", "The console does not begin a sign-in, so it sets no cookie.", "See that the provider answers, and run the doctor again.")}
	}
	to, err := url.Parse(begun.location(e.base()))
	if err != nil {
		return []Finding{unknown("cookies", "The console leads to a provider whose address cannot be read.", "")}
	}
	<-e.discovered
	settings := e.runningSettings(to)
	if settings.Level != OK {
		return []Finding{settings, unknown("cookies", "It cannot be seen while the console that runs has other settings.", "See running console.")}
	}
	return e.runningCookies(ctx, client, begun, to, settings)
}

// runningSettings compares where a console that runs sends people to sign in with the
// settings.
func (e *examination) runningSettings(to *url.URL) Finding {
	const check = "running console"
	query := to.Query()
	var differs []string
	for _, one := range []struct{ what, theirs, ours string }{
		{"the client", query.Get("client_id"), e.Provider.ClientID},
		{"the redirect address", query.Get("redirect_uri"), e.redirectURL()},
	} {
		if one.theirs != one.ours && one.ours != "" {
			differs = append(differs, fmt.Sprintf("%s %s, and these settings make it %s", one.what, quoted(one.theirs), quoted(one.ours)))
		}
	}
	if e.doc != nil && withoutQuery(to.String()) != withoutQuery(e.doc.AuthorizationURL) {
		differs = append(differs, fmt.Sprintf("the provider at %s, and these settings name the one at %s", quoted(withoutQuery(to.String())), quoted(withoutQuery(e.doc.AuthorizationURL))))
	}
	if len(differs) > 0 {
		return otherSettings("it uses " + strings.Join(differs, "; ") + ".")
	}
	return ok(check, "It signs people in with the client, the redirect address and the provider of these settings.")
}

// otherSettings says in what a console that runs differs from the settings.
func otherSettings(how string) Finding {
	return wrong("running console", "The console that runs has other settings than the doctor: "+how,
		"Restart the console if its settings have changed since it started; or else run the doctor with the settings of the console.")
}

// runningCookies comes back from a sign-in, that begun began and that leads to to, with the
// cookie that was set but without having been at the provider. settings is the finding that
// goes with the one on cookies.
func (e *examination) runningCookies(ctx context.Context, client *http.Client, begun answer, to *url.URL, settings Finding) []Finding {
	const check = "cookies"
	var cookie *http.Cookie
	for _, c := range (&http.Response{Header: begun.header}).Cookies() {
		if strings.HasPrefix(c.Name, auth.CookieName(e.BaseURL, "attempt-")) {
			cookie = c
		}
	}
	if cookie == nil {
		return []Finding{settings, lostCookie()}
	}
	if flags := strippedFlags(cookie, e.secure()); flags != "" {
		return []Finding{settings, changedCookie(flags)}
	}
	issuer := e.providerConfig(e.doc).Issuer
	query := url.Values{"state": {to.Query().Get("state")}, "error": {"login_required"}, "iss": {issuer}}
	back, err := e.get(ctx, client, e.redirectURL()+"?"+query.Encode(), http.Header{"Cookie": {cookie.Name + "=" + cookie.Value}})
	switch {
	case err == nil && back.status == http.StatusBadGateway: // the provider refused: the attempt was found
		return []Finding{settings, ok(check, "The proxy passes cookies on, in both directions.")}
	case err == nil && bytes.Contains(back.body, []byte(words.Refusals[string(auth.CauseOtherIssuer)].Person)):
		return []Finding{otherSettings("its issuer is not " + quoted(issuer) + "."), ok(check, "The proxy passes cookies on, in both directions.")}
	case err == nil && back.status == http.StatusBadRequest:
		return []Finding{settings, keptCookie()}
	}
	return []Finding{settings, unknown(check, "The proxy passes on the console's cookies; whether it brings them back could not be seen.", "")}
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
