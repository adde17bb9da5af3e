package doctor

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// base returns the base URL as a text without a slash at its end.
func (e *examination) base() string { return strings.TrimSuffix(e.BaseURL.String(), "/") }

// secure reports whether people reach the console by https.
func (e *examination) secure() bool { return e.BaseURL.Scheme == "https" }

// reach asks for a path below the base URL. Where the certificate is not accepted it
// says so and asks again all the same, so that the rest can be found out; the client
// it returns does as it did. No secret is sent that way.
func (e *examination) reach(ctx context.Context, path string, header http.Header) (*http.Client, answer, []Finding) {
	client := e.client(nil, &tls.Config{RootCAs: e.RootCAs, MinVersion: tls.VersionTLS12})
	got, err := e.get(ctx, client, e.base()+path, header.Clone())
	var found []Finding
	if t, bad := certificateTrouble(err, e.BaseURL.Host); err != nil && bad {
		found = append(found, wrong("certificate", t.found, t.fix))
		client = e.client(nil, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12})
		got, err = e.get(ctx, client, e.base()+path, header.Clone())
	}
	if err != nil {
		t := troubleOf(err, e.BaseURL.Host, baseSetting)
		return nil, answer{}, append(found, wrong("base URL", t.found,
			t.fix+" If only this machine cannot reach it, for it is behind the same router, run the doctor from where it can."))
	}
	if len(found) == 0 {
		found = append(found, e.certificate(got))
	}
	return client, got, found
}

// renewalDue returns how long before its end a certificate is to have been renewed: 14 days,
// or a third of its life if that is less.
func renewalDue(c *x509.Certificate) time.Duration {
	return min(14*24*time.Hour, c.NotAfter.Sub(c.NotBefore)/3)
}

// certificate looks at the certificate of an answer, which has been accepted.
func (e *examination) certificate(got answer) Finding {
	if got.tls == nil || len(got.tls.PeerCertificates) == 0 {
		return ok("certificate", "None is needed: the base URL is plain http, on this machine alone.")
	}
	shown := got.tls.PeerCertificates[0]
	ends := shown.NotAfter
	if left := ends.Sub(e.Now()); left < renewalDue(shown) {
		rest := fmt.Sprintf("%d days", int(left.Hours()/24))
		if left < 48*time.Hour {
			rest = fmt.Sprintf("%d hours", int(left.Hours()))
		}
		return warning("certificate", fmt.Sprintf("The certificate of %s ends on %s, in %s.", e.BaseURL.Host, ends.Format("2006-01-02"), rest),
			"Renew it, and see why it was not renewed by itself.")
	}
	return ok("certificate", fmt.Sprintf("The certificate of %s is good until %s.", e.BaseURL.Host, ends.Format("2006-01-02")))
}

// notReached says what an answer means that is not the console's, which listens at
// its address if there.
func (e *examination) notReached(got answer, there bool) Finding {
	to := got.header.Get("Location")
	switch {
	case !there:
		return unknown("base URL", "Something answers at "+e.base()+", and it cannot be the console.", "Correct the listen address first.")
	case got.status == http.StatusBadGateway || got.status == http.StatusServiceUnavailable || got.status == http.StatusGatewayTimeout:
		return wrong("base URL", fmt.Sprintf("The proxy at %s does not reach the console: it answers %d.", e.base(), got.status),
			fmt.Sprintf("Point the proxy at %s.", e.near()))
	case to != "":
		return wrong("base URL", fmt.Sprintf("%s leads on to %s.", e.base(), quoted(withoutQuery(to))),
			"Write the address that people reach the console at as --base-url, and have the proxy pass every path on to the console.")
	}
	return wrong("base URL", fmt.Sprintf("Something else than this console answers at %s, with status %d.", e.base(), got.status),
		fmt.Sprintf("Correct --base-url, or have the proxy pass every path of that host on to %s.", e.Near))
}

// plainHTTP looks at what becomes of those who come by http.
func (e *examination) plainHTTP(ctx context.Context) Finding {
	const check = "plain http"
	port := e.PlainPort
	switch {
	case !e.secure():
		return ok(check, "The base URL is plain http, on this machine alone.")
	case port == "" && e.BaseURL.Port() != "":
		return ok(check, "The base URL names a port of its own, so nobody comes by http unawares.")
	}
	address := url.URL{Scheme: "http", Host: net.JoinHostPort(e.BaseURL.Hostname(), cmp.Or(port, "80")), Path: "/"}
	got, err := e.get(ctx, e.client(nil, nil), address.String(), nil)
	to := got.header.Get("Location")
	switch {
	case err != nil:
		return ok(check, "Nobody answers there.")
	case strings.HasPrefix(to, e.base()+"/") || to == e.base():
		return ok(check, "It leads to https.")
	case to != "":
		return wrong(check, fmt.Sprintf("%s leads to %s, and not to the base URL.", address.String(), quoted(withoutQuery(to))),
			fmt.Sprintf("Have the proxy lead http to %s/.", e.base()))
	}
	return wrong(check, fmt.Sprintf("%s answers %d in plain http, where others can read along.", address.String(), got.status),
		fmt.Sprintf("Have the proxy answer http with a permanent redirect to %s/.", e.base()))
}

// throughHeaders compares the headers that were sent with those that came through.
func throughHeaders(sent, came http.Header) Finding {
	var lost, changed []string
	for _, name := range passedOn {
		switch want, got := sent.Get(name), came.Get(name); {
		case want == "" || got == want:
		case got == "":
			lost = append(lost, name)
		case name != "Strict-Transport-Security": // the proxy may well be stricter
			changed = append(changed, name)
		}
	}
	switch {
	case len(lost) > 0:
		return wrong("headers", "The proxy takes away "+strings.Join(lost, ", ")+".", "Have it pass the console's headers on as they are.")
	case len(changed) > 0:
		return warning("headers", "The proxy changes "+strings.Join(changed, ", ")+".", "Have it pass the console's headers on as they are: pages may not work with others.")
	}
	return ok("headers", "The proxy passes the security headers on.")
}

// passedOn are the headers of an answer that have to come through.
var passedOn = []string{
	"Strict-Transport-Security", "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy",
	"Cross-Origin-Opener-Policy", "Cache-Control",
}
