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

// runningConsole makes the checks of the path to a running console. listening says whether it
// listens at the listen address.
func (e *examination) runningConsole(ctx context.Context, listening bool) []Finding {
	client, got, found := e.reach(ctx, "/healthz", nil)
	if client == nil {
		return found
	}
	if !healthy(got) {
		return append(found, e.notReached(got, listening))
	}
	found = append(found, ok("base URL", "A console responds at "+e.base()+"."), e.plainHTTP(ctx))
	if listening {
		found = append(found, e.runningHeaders(ctx, client)...)
	}
	found = append(found, e.logoutAddress(ctx, client),
		e.forms(ctx, client, "/sign-in", func(got response, _ string) bool { return requestID(got) != "" }),
		e.cache(ctx, client, "/sign-in", requestID))
	found = append(found, e.runningSignIn(ctx, client)...)
	for _, check := range []string{"forwarded address", "HTTP version", "streaming", "idle connections"} {
		if e.secure() {
			found = append(found, unknown(check, "A running console does not report how requests arrive.",
				"Stop the console and run the doctor again, which then listens in its place for a moment."))
		} else {
			found = append(found, ok(check, noProxy))
		}
	}
	return found
}

// requestID returns the ID that a console gives each request.
func requestID(got response) string { return got.header.Get("X-Request-Id") }

// noProxy is the finding if the base URL is plain http on loopback.
const noProxy = "The base URL is plain http, on this machine alone: there is no proxy in front."

// runningHeaders compares the console's headers with and without the proxy.
func (e *examination) runningHeaders(ctx context.Context, client *http.Client) []Finding {
	direct, err := e.get(ctx, e.direct(), e.localURL()+"/sign-in", nil)
	if err != nil {
		return nil
	}
	through, err := e.get(ctx, client, e.base()+"/sign-in", nil)
	if err != nil {
		return nil
	}
	return []Finding{compareHeaders(direct.header, through.header)}
}

// runningSignIn begins a sign-in at the running console, and checks its settings and cookie.
func (e *examination) runningSignIn(ctx context.Context, client *http.Client) []Finding {
	started, err := e.get(ctx, client, e.base()+"/sign-in/start", nil)
	if err != nil || started.status != http.StatusSeeOther {
		return []Finding{unknown("cookies", "The console does not start a sign-in, so it sets no cookie.", "Check that the provider responds, and run the doctor again.")}
	}
	to, err := url.Parse(started.location(e.base()))
	if err != nil {
		return []Finding{unknown("cookies", "The console redirects to an invalid address.", "")}
	}
	<-e.discovered
	settings := e.runningSettings(to)
	if settings.Level != OK {
		return []Finding{settings, unknown("cookies", "This cannot be checked while the running console has other settings.", "See running console.")}
	}
	return e.runningCookies(ctx, client, started, to, settings)
}

// runningSettings compares the console's authorization URL with the settings.
func (e *examination) runningSettings(to *url.URL) Finding {
	const check = "running console"
	query := to.Query()
	var differs []string
	for _, one := range []struct{ what, theirs, ours string }{
		{"the client", query.Get("client_id"), e.Provider.ClientID},
		{"the redirect address", query.Get("redirect_uri"), e.redirectURL()},
	} {
		if one.theirs != one.ours && one.ours != "" {
			differs = append(differs, fmt.Sprintf("%s %s, but these settings have %s", one.what, quoted(one.theirs), quoted(one.ours)))
		}
	}
	if e.doc != nil && withoutQuery(to.String()) != withoutQuery(e.doc.AuthorizationURL) {
		differs = append(differs, fmt.Sprintf("the provider at %s, but these settings have the one at %s", quoted(withoutQuery(to.String())), quoted(withoutQuery(e.doc.AuthorizationURL))))
	}
	if len(differs) > 0 {
		return otherSettings("it uses " + strings.Join(differs, "; ") + ".")
	}
	return ok(check, "It has the client, the redirect address and the provider of these settings.")
}

// otherSettings returns the finding that the running console has other settings.
func otherSettings(how string) Finding {
	return wrong("running console", "The running console has other settings than the doctor: "+how,
		"Restart the console if its settings have changed since it started; otherwise run the doctor with the console's settings.")
}

// runningCookies calls the callback with the cookie of a sign-in, but without a code. started
// is the response that began the sign-in, to its redirect. settings is added to the findings.
func (e *examination) runningCookies(ctx context.Context, client *http.Client, started response, to *url.URL, settings Finding) []Finding {
	const check = "cookies"
	var cookie *http.Cookie
	for _, c := range (&http.Response{Header: started.header}).Cookies() {
		if strings.HasPrefix(c.Name, auth.CookieName(e.BaseURL, "attempt-")) {
			cookie = c
		}
	}
	if cookie == nil {
		return []Finding{settings, setCookieRemoved()}
	}
	if flags := missingFlags(cookie, e.secure()); flags != "" {
		return []Finding{settings, setCookieChanged(flags)}
	}
	issuer := e.providerConfig(e.doc).Issuer
	query := url.Values{"state": {to.Query().Get("state")}, "error": {"login_required"}, "iss": {issuer}}
	back, err := e.get(ctx, client, e.redirectURL()+"?"+query.Encode(), http.Header{"Cookie": {cookie.Name + "=" + cookie.Value}})
	switch {
	case err == nil && back.status == http.StatusBadGateway: // the error of the provider is shown: the attempt was found
		return []Finding{settings, ok(check, "The proxy passes cookies on in both directions.")}
	case err == nil && bytes.Contains(back.body, []byte(words.Refusals[string(auth.CauseOtherIssuer)].Person)):
		return []Finding{otherSettings("its issuer is not " + quoted(issuer) + "."), ok(check, "The proxy passes cookies on in both directions.")}
	case err == nil && back.status == http.StatusBadRequest:
		return []Finding{settings, cookieRemoved()}
	}
	return []Finding{settings, unknown(check, "The proxy passes the console's cookies on; the reverse direction could not be checked.", "")}
}

// missingFlags returns the flags of the console's cookies that c lacks.
func missingFlags(c *http.Cookie, secure bool) string {
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

func setCookieRemoved() Finding {
	return wrong("cookies", "The proxy removes the console's cookies from responses.",
		"Have it pass Set-Cookie on; sign-ins fail without it.")
}

func cookieRemoved() Finding {
	return wrong("cookies", "The proxy removes browsers' cookies from requests.",
		"Have it pass the header Cookie on; sign-ins fail without it.")
}

func setCookieChanged(lacks string) Finding {
	return wrong("cookies", "The proxy changes the console's cookies: they lack "+lacks+".",
		"Have it pass Set-Cookie on as it is: browsers refuse a __Host- cookie that is changed.")
}
