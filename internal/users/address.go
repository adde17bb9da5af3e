package users

import (
	"fmt"
	"strings"

	"github.com/roboto-ai/console/internal/spelling"
	"golang.org/x/net/idna"
)

// asciiDomain returns an e-mail address with the labels of its domain in ASCII (RFC 5890,
// section 2.3.2.1: A-labels), in which they name the same mailbox. What has no such form
// stays as it is. A label that would become plain ASCII is none of ours to change: letters
// that look alike, such as full-width ones, would lead to another's address.
func asciiDomain(address string) string {
	local, domain, ok := cutLast(address, "@")
	if !ok || spelling.IsASCII(domain) {
		return address
	}
	labels := strings.Split(domain, ".")
	for i, label := range labels {
		if spelling.IsASCII(label) {
			continue
		}
		ascii, err := idna.Lookup.ToASCII(label)
		if err != nil || !strings.HasPrefix(ascii, "xn--") || strings.Contains(ascii, ".") {
			return address
		}
		labels[i] = ascii
	}
	return local + "@" + strings.Join(labels, ".")
}

// cutLast is [strings.Cut] around the last separator.
func cutLast(s, separator string) (before, after string, found bool) {
	if i := strings.LastIndex(s, separator); i >= 0 {
		return s[:i], s[i+len(separator):], true
	}
	return s, "", false
}

// claimedID returns the user_id of the address that a provider claims. Where the address
// cannot be a user_id, why says so in a sentence.
func claimedID(claim string) (id ID, why string) {
	id = Canonical(asciiDomain(strings.TrimSpace(claim)))
	local, domain, ok := cutLast(string(id), "@")
	switch {
	case id.flaw() == "" && id.IsAddress():
		return id, ""
	case len(id) > maxID:
		return "", fmt.Sprintf("It has more than %d characters.", maxID)
	case !ok || local == "" || domain == "":
		return "", "It is not an e-mail address."
	case ID(local).strange() != "":
		return "", "Before the @: " + strings.TrimSpace(ID(local).strange())
	case !spelling.IsASCII(domain):
		return "", "Its domain is not a valid internet domain."
	}
	return "", "It is not an e-mail address of the usual form."
}
