package auth_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/authtest"
)

// claims are the claims of an identity that a test compares.
type claims struct {
	Address  string
	Verified *bool
	Name     string
}

// A claimsTest signs a person in and compares the identity.
type claimsTest struct {
	person authtest.Person
	claim  string // EmailClaim
	want   claims
}

// mustIdentify fails the test unless each person becomes the expected identity.
func mustIdentify(t *testing.T, tests map[string]claimsTest) {
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
			got := claims{id.Address, id.Verified, id.Name}
			if diff := cmp.Diff(test.want, got); diff != "" || id.Subject != "ana-1" {
				t.Errorf("claims of %s (-want +got):\n%s", id.Subject, diff)
			}
		})
	}
}

var yes, no = new(true), new(false)

// verified returns a person with that value of email_verified.
func verified(v any) authtest.Person {
	return authtest.Person{Subject: "ana-1", Email: "ana@example.com", Name: "Ana", Verified: v}
}

// only returns a person with these changes to the claims of the ID token and of UserInfo.
func only(idToken, userInfo map[string]any) authtest.Person {
	p := verified(nil)
	p.IDToken, p.UserInfo = idToken, userInfo
	return p
}

// TestVerified lists the values that providers send for yes and no, and those that must not
// count as a yes.
func TestVerified(t *testing.T) {
	t.Parallel()
	mustIdentify(t, map[string]claimsTest{
		"verified":                         {verified(true), "", claims{"ana@example.com", yes, "Ana"}},
		"verified as a string":             {verified("true"), "", claims{"ana@example.com", yes, "Ana"}},
		"not verified":                     {verified(false), "", claims{"ana@example.com", no, "Ana"}},
		"not verified as a string":         {verified("false"), "", claims{"ana@example.com", no, "Ana"}},
		"verified as yes":                  {verified("yes"), "", claims{"ana@example.com", no, "Ana"}},
		"verified as a number":             {verified(1), "", claims{"ana@example.com", no, "Ana"}},
		"no claim":                         {verified(nil), "", claims{"ana@example.com", nil, "Ana"}},
		"a null claim":                     {only(map[string]any{"email_verified": (*bool)(nil)}, map[string]any{"email_verified": (*bool)(nil)}), "", claims{"ana@example.com", nil, "Ana"}},
		"verified in one place":            {only(map[string]any{"email_verified": true}, nil), "", claims{"ana@example.com", yes, "Ana"}},
		"verified here, not there":         {only(map[string]any{"email_verified": true}, map[string]any{"email_verified": false}), "", claims{"ana@example.com", no, "Ana"}},
		"verified there, not here":         {only(map[string]any{"email_verified": false}, map[string]any{"email_verified": true}), "", claims{"ana@example.com", no, "Ana"}},
		"verified, its domain not":         {only(map[string]any{"email_verified": true, "xms_edov": false}, nil), "", claims{"ana@example.com", no, "Ana"}},
		"another address verified there":   {only(nil, map[string]any{"email": "other@example.com", "email_verified": true}), "", claims{"ana@example.com", nil, "Ana"}},
		"the address in capitals there":    {only(nil, map[string]any{"email": "ANA@Example.com", "email_verified": true}), "", claims{"ana@example.com", yes, "Ana"}},
		"an address that looks the same":   {only(map[string]any{"upn": "\u212aay@example.com"}, map[string]any{"email": "kay@example.com", "email_verified": true}), "upn", claims{"\u212aay@example.com", nil, "Ana"}},
		"verified, but another claim":      {only(map[string]any{"upn": "admin@example.com", "email_verified": true}, nil), "upn", claims{"admin@example.com", nil, "Ana"}},
		"not verified, but another claim":  {only(map[string]any{"upn": "admin@example.com", "email_verified": false}, nil), "upn", claims{"admin@example.com", no, "Ana"}},
		"not verified, without that claim": {only(map[string]any{"upn": "admin@example.com", "email": nil}, map[string]any{"email": nil, "xms_edov": "0"}), "upn", claims{"admin@example.com", no, "Ana"}},
		"not verified there, of another":   {only(map[string]any{"email_verified": true}, map[string]any{"email": "other@example.com", "email_verified": false}), "", claims{"ana@example.com", no, "Ana"}},
		"verified there, the address here": {only(nil, map[string]any{"email": nil, "email_verified": true}), "", claims{"ana@example.com", yes, "Ana"}},
		"verified here, the address there": {only(map[string]any{"email": nil, "email_verified": true}, nil), "", claims{"ana@example.com", yes, "Ana"}},
		"another claim, the same address":  {only(map[string]any{"upn": "ana@example.com", "email_verified": true}, nil), "upn", claims{"ana@example.com", yes, "Ana"}},
	})
}

// TestTokensOfKnownProviders signs in with the claims of each provider that the README has
// instructions for.
func TestTokensOfKnownProviders(t *testing.T) {
	t.Parallel()
	mustIdentify(t, map[string]claimsTest{
		"Entra ID":                       {verified(nil).EntraID(), "", claims{"ana@example.com", nil, "Ana"}},
		"Entra ID, domain verified":      {verified(true).EntraID(), "", claims{"ana@example.com", yes, "Ana"}},
		"Entra ID, domain verified as 1": {verified(1).EntraID(), "", claims{"ana@example.com", yes, "Ana"}},
		"Entra ID, the same in a text":   {verified("1").EntraID(), "", claims{"ana@example.com", yes, "Ana"}},
		"Entra ID, domain not verified":  {verified(0).EntraID(), "", claims{"ana@example.com", no, "Ana"}},
		"Entra ID, by its sign-in name":  {verified(true).EntraID(), "preferred_username", claims{"ana@example.com", yes, "Ana"}},
		"Okta":                           {verified(true).Okta(), "", claims{"ana@example.com", yes, "Ana"}},
		"Google":                         {verified(true).Google(), "", claims{"ana@example.com", yes, "Ana"}},
		"Keycloak":                       {verified(true).Keycloak(), "", claims{"ana@example.com", yes, "Ana"}},
		"Keycloak, not verified":         {verified(false).Keycloak(), "", claims{"ana@example.com", no, "Ana"}},
	})
}

func TestAddressAndName(t *testing.T) {
	t.Parallel()
	mustIdentify(t, map[string]claimsTest{
		"no address":                       {only(map[string]any{"email": nil, "email_verified": true}, map[string]any{"email": nil}), "", claims{"", nil, "Ana"}},
		"an address that is no text":       {only(map[string]any{"email": map[string]any{"a@example.com": 1}}, map[string]any{"email": 7}), "", claims{"", nil, "Ana"}},
		"an address that is a list of one": {only(map[string]any{"email": []string{" ana@example.com"}, "email_verified": true}, map[string]any{"email": nil}), "", claims{"ana@example.com", yes, "Ana"}},
		"an address that is a list of two": {only(map[string]any{"email": []string{"a@example.com", "b@example.com"}}, map[string]any{"email": []string{}}), "", claims{"", nil, "Ana"}},
		"an address that is too long":      {only(map[string]any{"email": strings.Repeat("x", 5000)}, map[string]any{"email": nil}), "", claims{"", nil, "Ana"}},
		"a name in two parts":              {only(map[string]any{"name": nil, "given_name": "Ana", "family_name": "Díaz"}, map[string]any{"name": nil}), "", claims{"ana@example.com", nil, "Ana Díaz"}},
		"a family name only":               {only(map[string]any{"name": nil}, map[string]any{"name": nil, "family_name": "Díaz"}), "", claims{"ana@example.com", nil, "Díaz"}},
		"another claim that is absent":     {verified(true), "upn", claims{"", nil, "Ana"}},
	})
}

func TestSignedUserInfo(t *testing.T) {
	t.Parallel()
	for circumstance, test := range map[string]struct {
		signature authtest.Signature
		want      error
	}{
		"by the provider":                 {"", nil},
		"by another key":                  {authtest.ForeignKey, auth.ErrUntrusted},
		"unsigned":                        {authtest.Unsigned, auth.ErrUntrusted},
		"with the public key as a secret": {authtest.SharedSecret, auth.ErrUntrusted},
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

// TestConfiguredClaims reads department, title and manager from the claims that the configuration
// names, and from no other.
func TestConfiguredClaims(t *testing.T) {
	t.Parallel()
	op := authtest.New(t)
	op.SignsIn(only(map[string]any{"dept": "Field", "title": "Engineer"}, map[string]any{"boss": []string{"bea@example.com"}, "dept": "Other"}))
	config := configFor(op)
	config.DepartmentClaim, config.ManagerClaim = "dept", "boss"
	id, err := signIn(t, auth.NewProvider(config), nil)
	if err != nil || id.Department != "Field" || id.Manager != "bea@example.com" || id.Title != "" {
		t.Errorf("got %q, %q, %q, %v, want Field, no title and bea@example.com", id.Department, id.Title, id.Manager, err)
	}
}

// TestClaimNames checks that the names of claims in both places are listed.
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
