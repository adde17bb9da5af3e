package auth_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/authtest"
)

// told is what the provider tells of a person, as far as a test looks at it.
type told struct {
	Address  string
	Verified *bool
	Name     string
}

// A telling is what a test has the provider tell of a person, and what is made of it.
type telling struct {
	person authtest.Person
	claim  string // EmailClaim
	want   told
}

// mustTell fails the test unless each person becomes the identity wanted.
func mustTell(t *testing.T, tests map[string]telling) {
	t.Helper()
	for circumstance, test := range tests {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			op.SignsIn(test.person)
			config := configFor(op)
			config.EmailClaim = test.claim
			id, err := signIn(t, auth.NewProvider(config), nil)
			if err != nil {
				t.Fatal(err)
			}
			got := told{id.Address, id.Verified, id.Name}
			if diff := cmp.Diff(test.want, got); diff != "" || id.Subject != "ana-1" {
				t.Errorf("told of %s (-want +got):\n%s", id.Subject, diff)
			}
		})
	}
}

var yes, no = new(true), new(false)

// verified returns somebody whose address is verified to that extent.
func verified(v any) authtest.Person {
	return authtest.Person{Subject: "ana-1", Email: "ana@example.com", Name: "Ana", Verified: v}
}

// only returns somebody with those claims changed in the ID token and in UserInfo.
func only(idToken, userInfo map[string]any) authtest.Person {
	p := verified(nil)
	p.IDToken, p.UserInfo = idToken, userInfo
	return p
}

// TestVerified lists what providers write for yes and no, and what must not count
// as a yes.
func TestVerified(t *testing.T) {
	t.Parallel()
	mustTell(t, map[string]telling{
		"verified":                         {verified(true), "", told{"ana@example.com", yes, "Ana"}},
		"verified in a text":               {verified("true"), "", told{"ana@example.com", yes, "Ana"}},
		"not verified":                     {verified(false), "", told{"ana@example.com", no, "Ana"}},
		"not verified in a text":           {verified("false"), "", told{"ana@example.com", no, "Ana"}},
		"verified in other words":          {verified("yes"), "", told{"ana@example.com", no, "Ana"}},
		"verified in a number":             {verified(1), "", told{"ana@example.com", no, "Ana"}},
		"nothing said of it":               {verified(nil), "", told{"ana@example.com", nil, "Ana"}},
		"null said of it":                  {only(map[string]any{"email_verified": (*bool)(nil)}, map[string]any{"email_verified": (*bool)(nil)}), "", told{"ana@example.com", nil, "Ana"}},
		"verified in one place":            {only(map[string]any{"email_verified": true}, nil), "", told{"ana@example.com", yes, "Ana"}},
		"verified here, not there":         {only(map[string]any{"email_verified": true}, map[string]any{"email_verified": false}), "", told{"ana@example.com", no, "Ana"}},
		"verified there, not here":         {only(map[string]any{"email_verified": false}, map[string]any{"email_verified": true}), "", told{"ana@example.com", no, "Ana"}},
		"verified, its domain not":         {only(map[string]any{"email_verified": true, "xms_edov": false}, nil), "", told{"ana@example.com", no, "Ana"}},
		"another address verified there":   {only(nil, map[string]any{"email": "other@example.com", "email_verified": true}), "", told{"ana@example.com", nil, "Ana"}},
		"the address in capitals there":    {only(nil, map[string]any{"email": "ANA@Example.com", "email_verified": true}), "", told{"ana@example.com", yes, "Ana"}},
		"an address that looks the same":   {only(map[string]any{"upn": "\u212aay@example.com"}, map[string]any{"email": "kay@example.com", "email_verified": true}), "upn", told{"\u212aay@example.com", nil, "Ana"}},
		"verified, but another claim":      {only(map[string]any{"upn": "admin@example.com", "email_verified": true}, nil), "upn", told{"admin@example.com", nil, "Ana"}},
		"not verified, but another claim":  {only(map[string]any{"upn": "admin@example.com", "email_verified": false}, nil), "upn", told{"admin@example.com", no, "Ana"}},
		"not verified, without that claim": {only(map[string]any{"upn": "admin@example.com", "email": nil}, map[string]any{"email": nil, "xms_edov": "0"}), "upn", told{"admin@example.com", no, "Ana"}},
		"not verified there, of another":   {only(map[string]any{"email_verified": true}, map[string]any{"email": "other@example.com", "email_verified": false}), "", told{"ana@example.com", no, "Ana"}},
		"verified there, the address here": {only(nil, map[string]any{"email": nil, "email_verified": true}), "", told{"ana@example.com", yes, "Ana"}},
		"verified here, the address there": {only(map[string]any{"email": nil, "email_verified": true}, nil), "", told{"ana@example.com", yes, "Ana"}},
		"another claim, the same address":  {only(map[string]any{"upn": "ana@example.com", "email_verified": true}, nil), "upn", told{"ana@example.com", yes, "Ana"}},
	})
}

// TestTokensOfKnownProviders signs in with tokens of the shapes that the README
// has instructions for.
func TestTokensOfKnownProviders(t *testing.T) {
	t.Parallel()
	mustTell(t, map[string]telling{
		"Entra ID":                       {verified(nil).EntraID(), "", told{"ana@example.com", nil, "Ana"}},
		"Entra ID, domain verified":      {verified(true).EntraID(), "", told{"ana@example.com", yes, "Ana"}},
		"Entra ID, domain verified as 1": {verified(1).EntraID(), "", told{"ana@example.com", yes, "Ana"}},
		"Entra ID, the same in a text":   {verified("1").EntraID(), "", told{"ana@example.com", yes, "Ana"}},
		"Entra ID, domain not verified":  {verified(0).EntraID(), "", told{"ana@example.com", no, "Ana"}},
		"Entra ID, by its sign-in name":  {verified(true).EntraID(), "preferred_username", told{"ana@example.com", yes, "Ana"}},
		"Okta":                           {verified(true).Okta(), "", told{"ana@example.com", yes, "Ana"}},
		"Google":                         {verified(true).Google(), "", told{"ana@example.com", yes, "Ana"}},
		"Keycloak":                       {verified(true).Keycloak(), "", told{"ana@example.com", yes, "Ana"}},
		"Keycloak, not verified":         {verified(false).Keycloak(), "", told{"ana@example.com", no, "Ana"}},
	})
}

func TestAddressAndName(t *testing.T) {
	t.Parallel()
	mustTell(t, map[string]telling{
		"no address":                       {only(map[string]any{"email": nil, "email_verified": true}, map[string]any{"email": nil}), "", told{"", nil, "Ana"}},
		"an address that is no text":       {only(map[string]any{"email": map[string]any{"a@example.com": 1}}, map[string]any{"email": 7}), "", told{"", nil, "Ana"}},
		"an address that is a list of one": {only(map[string]any{"email": []string{" ana@example.com"}, "email_verified": true}, map[string]any{"email": nil}), "", told{"ana@example.com", yes, "Ana"}},
		"an address that is a list of two": {only(map[string]any{"email": []string{"a@example.com", "b@example.com"}}, map[string]any{"email": []string{}}), "", told{"", nil, "Ana"}},
		"an address without end":           {only(map[string]any{"email": strings.Repeat("x", 5000)}, map[string]any{"email": nil}), "", told{"", nil, "Ana"}},
		"a name in two parts":              {only(map[string]any{"name": nil, "given_name": "Ana", "family_name": "Díaz"}, map[string]any{"name": nil}), "", told{"ana@example.com", nil, "Ana Díaz"}},
		"half a name":                      {only(map[string]any{"name": nil}, map[string]any{"name": nil, "family_name": "Díaz"}), "", told{"ana@example.com", nil, "Díaz"}},
		"another claim that is absent":     {verified(true), "upn", told{"", nil, "Ana"}},
	})
}

func TestSignedUserInfo(t *testing.T) {
	t.Parallel()
	for circumstance, test := range map[string]struct {
		signature authtest.Signature
		want      error
	}{
		"by the provider":   {"", nil},
		"by somebody else":  {authtest.ForeignKey, auth.ErrUntrusted},
		"by nobody":         {authtest.Unsigned, auth.ErrUntrusted},
		"by a known secret": {authtest.SharedSecret, auth.ErrUntrusted},
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			op := authtest.New(t)
			op.SignsIn(ana.Okta())
			op.SignsUserInfo()
			op.Lie(func(l *authtest.Lies) { l.InfoSignature = test.signature })
			id, err := signIn(t, auth.NewProvider(configFor(op)), nil)
			if !errors.Is(err, test.want) || err == nil && id.Address != ana.Email {
				t.Errorf("got %+v and %v, want %v", id, err, test.want)
			}
		})
	}
}

// TestClaimNames checks that the names of the claims are told, of those in either place.
func TestClaimNames(t *testing.T) {
	t.Parallel()
	op := authtest.New(t)
	op.SignsIn(ana)
	op.Lie(func(l *authtest.Lies) { l.UserInfo["team"], l.IDToken["acr"], l.IDToken["sid"] = "blue", "1", "s-1" })
	got, err := signIn(t, auth.NewProvider(configFor(op)), nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := "acr aud auth_time email email_verified exp iat iss name nonce picture sid sub team zoneinfo"; got.Claims != want {
		t.Errorf("got %q, want %q", got.Claims, want)
	}
	if got.SessionID != "s-1" {
		t.Errorf("got session %q, want s-1", got.SessionID)
	}
}
