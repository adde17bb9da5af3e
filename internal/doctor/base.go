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

// base returns the base URL without a trailing slash.
func (e *examination) base() string { return strings.TrimSuffix(e.BaseURL.String(), "/") }

// secure reports whether the base URL is https.
func (e *examination) secure() bool { return e.BaseURL.Scheme == "https" }

// reach requests a path below the base URL. If the certificate is invalid, it adds a finding
// and repeats the request without verifying, so that the other checks can be made; the returned
// client does the same. No secret is sent.
func (e *examination) reach(ctx context.Context, path string, header http.Header) (*http.Client, response, []Finding) {
	client := e.client(nil, &tls.Config{RootCAs: e.RootCAs, MinVersion: tls.VersionTLS12})
	got, err := e.get(ctx, client, e.base()+path, header.Clone())
	var found []Finding
	if t, bad := diagnoseCertificate(err, e.BaseURL.Host); err != nil && bad {
		found = append(found, wrong("certificate", t.found, t.fix))
		client = e.client(nil, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12})
		got, err = e.get(ctx, client, e.base()+path, header.Clone())
	}
	if err != nil {
		t := diagnose(err, e.BaseURL.Host, baseSetting)
		return nil, response{}, append(found, wrong("base URL", t.found,
			t.fix+" If only this machine cannot reach it, for it is behind the same router, run the doctor from where it can."))
	}
	if len(found) == 0 {
		found = append(found, e.certificate(got))
	}
	return client, got, found
}

// renewalDue returns how long before its expiry a certificate should have been renewed: 14
// days, or a third of its lifetime if that is less.
func renewalDue(c *x509.Certificate) time.Duration {
	return min(14*24*time.Hour, c.NotAfter.Sub(c.NotBefore)/3)
}

// certificate checks the expiry of a verified certificate.
func (e *examination) certificate(got response) Finding {
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
			"Renew it, and check its automatic renewal.")
	}
	return ok("certificate", fmt.Sprintf("The certificate of %s is valid until %s.", e.BaseURL.Host, ends.Format("2006-01-02")))
}

// notReached returns the finding on a response that is not the console's. listening says
// whether the console listens at its address.
func (e *examination) notReached(got response, listening bool) Finding {
	to := got.header.Get("Location")
	switch {
	case !listening:
		return unknown("base URL", ""+e.base()+" responds, but it cannot be the console.", "Correct the listen address first.")
	case got.status == http.StatusBadGateway || got.status == http.StatusServiceUnavailable || got.status == http.StatusGatewayTimeout:
		return wrong("base URL", fmt.Sprintf("The proxy at %s does not reach the console: it responds with status %d.", e.base(), got.status),
			fmt.Sprintf("Point the proxy at %s.", e.localURL()))
	case to != "":
		return wrong("base URL", fmt.Sprintf("%s redirects to %s.", e.base(), quoted(withoutQuery(to))),
			"Set --base-url to the address of the console in a browser, and have the proxy pass every path on to the console.")
	}
	return wrong("base URL", fmt.Sprintf("Not this console, but another program responds at %s, with status %d.", e.base(), got.status),
		fmt.Sprintf("Correct --base-url, or have the proxy pass every path of that host on to %s.", e.LocalAddress))
}

// plainHTTP checks the response to plain http.
func (e *examination) plainHTTP(ctx context.Context) Finding {
	const check = "plain http"
	port := e.PlainPort
	switch {
	case !e.secure():
		return ok(check, "The base URL is plain http, on this machine alone.")
	case port == "" && e.BaseURL.Port() != "":
		return ok(check, "The base URL has a port of its own, which plain http does not use by default.")
	}
	address := url.URL{Scheme: "http", Host: net.JoinHostPort(e.BaseURL.Hostname(), cmp.Or(port, "80")), Path: "/"}
	got, err := e.get(ctx, e.client(nil, nil), address.String(), nil)
	to := got.header.Get("Location")
	switch {
	case err != nil:
		return ok(check, "Plain http is closed.")
	case strings.HasPrefix(to, e.base()+"/") || to == e.base():
		return ok(check, "Plain http redirects to https.")
	case to != "":
		return wrong(check, fmt.Sprintf("%s redirects to %s, and not to the base URL.", address.String(), quoted(withoutQuery(to))),
			fmt.Sprintf("Have the proxy redirect http to %s/.", e.base()))
	}
	return wrong(check, fmt.Sprintf("%s responds with status %d in plain http, which others can read.", address.String(), got.status),
		fmt.Sprintf("Have the proxy send a permanent redirect from http to %s/.", e.base()))
}

// compareHeaders compares the headers sent with those received through the proxy.
func compareHeaders(sent, result http.Header) Finding {
	var lost, changed []string
	for _, name := range checkedHeaders {
		switch want, got := sent.Get(name), result.Get(name); {
		case want == "" || got == want:
		case got == "":
			lost = append(lost, name)
		case name != "Strict-Transport-Security": // the proxy may be stricter
			changed = append(changed, name)
		}
	}
	switch {
	case len(lost) > 0:
		return wrong("headers", "The proxy removes "+strings.Join(lost, ", ")+".", "Have it pass the console's headers on as they are.")
	case len(changed) > 0:
		return warning("headers", "The proxy changes "+strings.Join(changed, ", ")+".", "Have it pass the console's headers on as they are: pages may not work with changed ones.")
	}
	return ok("headers", "The proxy passes the security headers on.")
}

// checkedHeaders are the response headers that the proxy must pass on.
var checkedHeaders = []string{
	"Strict-Transport-Security", "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy",
	"Cross-Origin-Opener-Policy", "Cache-Control",
}
