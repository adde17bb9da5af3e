package users_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// otherAddresses are addresses that the identity of Ana comes with.
var otherAddresses = map[string]struct {
	address  string
	verified users.Verified
	config   users.Config
	want     users.Refusal
}{
	"her own":                          {"ana@example.com", users.VerifiedYes, users.Config{}, admitted},
	"her own in capitals":              {"ANA@example.com", users.VerifiedYes, users.Config{}, admitted},
	"none":                             {"", users.VerifiedYes, users.Config{}, admitted},
	"one that cannot be used":          {"j\u00fcrgen@example.com", users.VerifiedYes, users.Config{}, admitted},
	"one of no user":                   {"new@example.com", users.VerifiedYes, users.Config{}, admitted},
	"another person's":                 {"active@example.com", users.VerifiedYes, users.Config{}, users.RefusedOtherUser},
	"another person's in capitals":     {" Active@Example.com", users.VerifiedYes, users.Config{}, users.RefusedOtherUser},
	"that of one who is invited":       {"invited@example.com", users.VerifiedYes, users.Config{}, users.RefusedOtherUser},
	"that of one who is deactivated":   {"gone@example.com", users.VerifiedYes, users.Config{}, users.RefusedOtherUser},
	"a service user's":                 {"robot@example.com", users.VerifiedYes, users.Config{}, users.RefusedOtherUser},
	"another's in another form":        {"munich@m\u00fcnchen.example", users.VerifiedYes, users.Config{}, users.RefusedOtherUser},
	"another's, not verified":          {"active@example.com", users.VerifiedNo, users.Config{TrustEmail: true}, admitted},
	"another's, unclear":               {"active@example.com", users.VerifiedUnclear, users.Config{TrustEmail: true}, admitted},
	"another's, nothing said":          {"active@example.com", users.VerifiedUnknown, users.Config{}, admitted},
	"another's, of a trusted provider": {"active@example.com", users.VerifiedUnknown, users.Config{TrustEmail: true}, users.RefusedOtherUser},
}

// TestKnownIdentityWithAnotherAddress signs in with the identity of Ana and other addresses: she signs
// in as before, unless the address counts as verified and is another user's. That is every sign-in if a provider gives one subject to all people.
func TestKnownIdentityWithAnotherAddress(t *testing.T) {
	t.Parallel()
	for circumstance, test := range otherAddresses {

		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			d := peopled(t, test.config)
			ana := d.Person(t, "ana@example.com", users.RoleUser)
			last := d.Last(t)
			claims := userstest.Claims("ana@example.com")
			claims.Address, claims.Verified = test.address, test.verified
			in, err := d.SignIn(t.Context(), claims, userstest.Visit("x"))
			if got := refusalOf(err); got != test.want {
				t.Fatalf("got %s, want %s", got, test.want)
			}
			if test.want == admitted && in.User.Key != ana.Key {
				t.Errorf("signed in as %s", in.User.ID)
			}
			if trail := d.Trail(t, last); test.want != admitted && (len(trail) != 1 || !strings.Contains(trail[0], "session.refused ana@example.com [refusal:  → other_user]")) {
				t.Errorf("got events %q, want a refusal that concerns Ana", trail)
			}
		})
	}
}

// TestNameOfFirstSignIn sets the name from the claims: the name, or given and family name if it is
// not valid.
func TestNameOfFirstSignIn(t *testing.T) {
	t.Parallel()
	for circumstance, test := range map[string]struct{ name, parts, want string }{
		"a name":                 {"Ana D\u00edaz", "A D", "Ana D\u00edaz"},
		"no name":                {"", "Ana D\u00edaz", "Ana D\u00edaz"},
		"one that does not show": {"\u2800\u3164", "Ana D\u00edaz", "Ana D\u00edaz"},
		"one of 201 characters":  {strings.Repeat("a", 201), "Ana D\u00edaz", "Ana D\u00edaz"},
		"neither":                {strings.Repeat("a", 201), strings.Repeat("b", 201), ""},
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t, open)
			claims := userstest.Claims("new@example.com")
			claims.Name, claims.NameParts = test.name, test.parts
			in, err := d.SignIn(t.Context(), claims, userstest.Visit("x"))
			if err != nil || in.User.Name != test.want {
				t.Errorf("got %q and %v, want %q", in.User.Name, err, test.want)
			}
		})
	}
}

// TestRefusal_detail checks the details of refusals: the flaw of an address, the claim that is not
// understood.
func TestRefusal_detail(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"j\u00fcrgen@example.com": "Before the @: \u201c\u00fc\u201d cannot be part of it.",
		"ana@-\u00fc-.example":    "Its domain is not a valid internet domain.",
		"ana":                     "It is not an e-mail address.",
		strings.Repeat("a", 250) + "@example.com": "It has more than 254 characters.",
	} {
		d := userstest.New(t, open)
		claims := userstest.Claims("x@example.com")
		claims.Address = address
		_, err := d.SignIn(t.Context(), claims, userstest.Visit("x"))
		if refused := errAs(t, err); refused.Reason != users.RefusedBadAddress || refused.Detail != want {
			t.Errorf("%s: got %+v, want %q", address, refused, want)
		}
	}
}

// errAs returns err as a refusal.
func errAs(t *testing.T, err error) *users.RefusedError {
	t.Helper()
	refused, ok := errors.AsType[*users.RefusedError](err)
	if !ok {
		t.Fatalf("got %v, want a refusal", err)
	}
	return refused
}
