package server

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// OnlyHosts answers requests with 421 Misdirected Request unless their Host is an IP
// address, a name without a dot or of a private domain, or one of hosts. It prevents DNS
// rebinding: a web page can have its own public name resolve to this machine and read what
// is meant for the machine's network alone. It cannot do so with an address, or with a name
// that is in no public domain.
func OnlyHosts(hosts []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !hostAllowed(hosts, r.Host) {
			http.Error(w, "This address is not reached under that host name.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// privateDomain reports whether a name is in a domain that is in no public DNS: those of
// Kubernetes, and of RFC 6761, 6762, 8375 and 9476.
func privateDomain(host string) bool {
	return slices.ContainsFunc([]string{".svc", ".cluster.local", ".local", ".localhost", ".internal", ".home.arpa"}, func(domain string) bool {
		return strings.HasSuffix(host, domain)
	})
}

// hostAllowed reports whether OnlyHosts accepts the Host of a request.
func hostAllowed(hosts []string, sent string) bool {
	host := strings.ToLower((&url.URL{Host: sent}).Hostname())
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return host != "" && !strings.Contains(host, ".") || privateDomain(host) ||
		slices.ContainsFunc(hosts, func(known string) bool { return known != "" && strings.EqualFold(known, host) })
}
