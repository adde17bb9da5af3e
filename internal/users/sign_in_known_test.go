package users_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestKnownIdentityWithAnotherAddress has an identity that is bound to Ana come with other
// addresses: she signs in as before, unless the address counts as verified and is another
// user's. So comes everybody where a provider gives one subject to all.
func TestKnownIdentityWithAnotherAddress(t *testing.T) {
	t.Parallel()
	trusting := users.Config{TrustEmail: true}
	for circumstance, test := range map[string]struct {
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
		"another's, not verified":          {"active@example.com", users.VerifiedNo, trusting, admitted},
		"another's, unclear":               {"active@example.com", users.VerifiedUnclear, trusting, admitted},
		"another's, nothing said":          {"active@example.com", users.VerifiedUnknown, users.Config{}, admitted},
		"another's, of a trusted provider": {"active@example.com", users.VerifiedUnknown, trusting, users.RefusedOtherUser},
	} {
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

// TestNameOfFirstSignIn takes the name, and where that cannot be used given and family
// name.
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

// TestRefusalSaysMore tells what is wrong with an address, and which claim is not
// understood.
func TestRefusalSaysMore(t *testing.T) {
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

// errAs returns the refusal that err is.
func errAs(t *testing.T, err error) *users.RefusedError {
	t.Helper()
	refused, ok := errors.AsType[*users.RefusedError](err)
	if !ok {
		t.Fatalf("got %v, want a refusal", err)
	}
	return refused
}
