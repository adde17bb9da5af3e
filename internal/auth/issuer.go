package auth

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
)

// ValidateIssuer returns an error if issuer cannot be the address of an OpenID provider. It
// must be an absolute https URL without user, query or fragment; http is accepted on loopback.
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

// ValidateEndpoint returns an error if address cannot be an endpoint of a provider: an absolute
// https URL, or http on loopback.
func ValidateEndpoint(address string) error {
	_, err := parseEndpoint(address)
	return err
}

// parseEndpoint parses the address of an endpoint that receives codes or tokens.
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

// isLoopback reports whether host is a loopback address or "localhost".
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}
