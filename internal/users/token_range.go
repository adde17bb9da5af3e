package users

import (
	"cmp"
	"errors"
	"net/netip"
	"slices"
	"strings"
)

// normalizeRanges returns address ranges in their canonical form, sorted and each once, or an
// [*InvalidError]. An address alone is a range of one. held are the ranges of the token that
// issues: each range asked for must lie in one of them, and if none is asked for they are
// returned.
func normalizeRanges(asked []string, held []netip.Prefix) ([]netip.Prefix, error) {
	var ranges []netip.Prefix
	for _, text := range asked {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		p, err := parseRange(text)
		if err != nil {
			return nil, Invalid("ranges", "%q is not an address range. Write it like 192.0.2.0/24 or 2001:db8::/32.", text)
		}
		if len(held) > 0 && !slices.ContainsFunc(held, func(h netip.Prefix) bool { return h.Bits() <= p.Bits() && h.Contains(p.Addr()) }) {
			return nil, Invalid("ranges", "%s is not in the address ranges of the token that asks.", p.String())
		}
		ranges = append(ranges, p)
	}
	if len(ranges) == 0 {
		return held, nil
	}
	slices.SortFunc(ranges, func(a, b netip.Prefix) int {
		return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
	})
	if ranges = slices.Compact(ranges); len(ranges) > MaxRanges {
		return nil, Invalid("ranges", "Use at most %d address ranges.", MaxRanges)
	}
	return ranges, nil
}

// parseRange reads an address or a range in CIDR notation (RFC 4632 section 3.1, RFC 4291
// section 2.3). IPv4 addresses written as IPv6 ones become IPv4 ones.
func parseRange(text string) (netip.Prefix, error) {
	if !strings.Contains(text, "/") {
		a, err := netip.ParseAddr(text)
		if err != nil || a.Zone() != "" {
			return netip.Prefix{}, cmp.Or(err, errZone)
		}
		a = a.Unmap()
		return a.Prefix(a.BitLen())
	}
	p, err := netip.ParsePrefix(text)
	if err == nil && p.Addr().Is4In6() && p.Bits() >= 96 {
		return p.Addr().Unmap().Prefix(p.Bits() - 96)
	}
	return p.Masked(), err
}

// errZone says that an address names an interface of one machine (RFC 4007).
var errZone = errors.New("users: an address with a zone")
