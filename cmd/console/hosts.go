package main

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// metricsHosts returns the names under which metrics are asked for, beside those that
// [onlyHosts] knows itself.
func metricsHosts(c *config) []string {
	host, _, _ := net.SplitHostPort(c.metricsListen)
	return append(slices.Clone(c.metricsHosts), host)
}

// onlyHosts answers requests with 421 Misdirected Request unless their Host is an IP
// address, a name without a dot or of a private domain, or one of hosts. A web page can have its own name point
// to this machine, and so read what is meant for its network alone (DNS rebinding); it
// cannot do that with an address, or a name that is in no public domain.
func onlyHosts(hosts []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !hostAllowed(hosts, r.Host) {
			http.Error(w, "This address is not reached under that host name.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// privateDomain reports whether a name is in a domain that is in no public DNS: those of
// Kubernetes, and RFC 6761, 6762, 8375 and 9476.
func privateDomain(host string) bool {
	return slices.ContainsFunc([]string{".svc", ".cluster.local", ".local", ".localhost", ".internal", ".home.arpa"}, func(domain string) bool {
		return strings.HasSuffix(host, domain)
	})
}

// hostAllowed reports whether the Host of a request is a usual one or one of hosts.
func hostAllowed(hosts []string, sent string) bool {
	host := strings.ToLower((&url.URL{Host: sent}).Hostname())
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return host != "" && !strings.Contains(host, ".") || privateDomain(host) ||
		slices.ContainsFunc(hosts, func(known string) bool { return known != "" && strings.EqualFold(known, host) })
}
