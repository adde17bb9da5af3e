package auth

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
)

// ValidateIssuer returns an error, in words for whoever wrote the settings, if
// issuer cannot be the address of an OpenID provider. That is an absolute https
// URL without user, query or fragment; http is accepted for this very machine.
func ValidateIssuer(issuer string) error {
	u, err := parseEndpoint(issuer)
	if err != nil {
		return err
	}
	if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return fmt.Errorf("%q must not have a query or fragment", issuer)
	}
	return nil
}

// ValidateEndpoint returns an error, in words, if address cannot be that of an
// endpoint of a provider: an absolute https URL, or http for this very machine.
func ValidateEndpoint(address string) error {
	_, err := parseEndpoint(address)
	return err
}

// parseEndpoint parses an address that the provider's tokens may travel to.
func parseEndpoint(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, errors.New("it is not a URL")
	case u.Hostname() == "" || u.Opaque != "":
		return nil, fmt.Errorf("%q is not an absolute URL", address)
	case u.User != nil:
		return nil, errors.New("it must not hold a user or password")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return nil, fmt.Errorf("%q must be https: http is only for this machine", address)
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%q must be https", address)
	}
	return u, nil
}

// isLoopback reports whether host is this very machine.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}
