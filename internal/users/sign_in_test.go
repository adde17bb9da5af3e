package users_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// admitted stands for a sign-in that was not refused.
const admitted users.Refusal = "admitted"

// refusalOf returns why a sign-in was refused, or another error as a text.
func refusalOf(err error) users.Refusal {
	if refused, ok := errors.AsType[*users.RefusedError](err); ok {
		return refused.Reason
	}
	if err != nil {
		return users.Refusal(err.Error())
	}
	return admitted
}

// Settings of sign-up.
var (
	open   = users.Config{Signup: users.SignupOpen}
	listed = users.Config{Signup: users.SignupDomain, SignupDomains: []string{"example.org", "example.com"}}
)

// firstSignIns are addresses of an identity that is not bound, and what
// becomes of it where the address counts as verified.
var firstSignIns = map[string]struct {
	address string
	config  users.Config
	want    users.Refusal // of an address that counts as verified
}{
	"invited person":               {"invited@example.com", users.Config{}, admitted},
	"invited person, other case":   {" Invited@EXAMPLE.com", users.Config{}, admitted},
	"invited person, open":         {"invited@example.com", open, admitted},
	"person with an identity":      {"active@example.com", open, users.RefusedTaken},
	"service user's address":       {"robot@example.com", open, users.RefusedServiceUser},
	"system user's address":        {"platform@example.com", open, users.RefusedSystemUser},
	"deactivated person":           {"gone@example.com", open, users.RefusedDeactivated},
	"deactivated, never signed":    {"gone-early@example.com", open, users.RefusedDeactivated},
	"stranger":                     {"new@example.com", users.Config{}, users.RefusedUninvited},
	"stranger, open":               {"new@example.com", open, admitted},
	"stranger of a listed domain":  {"new@Example.org", listed, admitted},
	"stranger of another domain":   {"new@example.net", listed, users.RefusedDomain},
	"stranger of a subdomain":      {"new@mail.example.com", listed, users.RefusedDomain},
	"domain that ends alike":       {"new@evil-example.com", listed, users.RefusedDomain},
	"domain that begins alike":     {"new@example.com.evil.net", listed, users.RefusedDomain},
	"no address":                   {"", open, users.RefusedNoAddress},
	"no e-mail address":            {"invited", open, users.RefusedBadAddress},
	"address with two @":           {"new@evil.net@example.com", listed, users.RefusedBadAddress},
	"domain in its own letters":    {"Invited@M\u00fcnchen.example", open, admitted},
	"invited by its ASCII form":    {"munich@m\u00fcnchen.example", users.Config{}, admitted},
	"domain of full-width letters": {"invited@\uff45xample.com", open, users.RefusedBadAddress},
	"domain with a Kelvin sign":    {"invited@\u212ay.example", open, users.RefusedBadAddress},
	"local part in other letters":  {"j\u00fcrgen@example.com", open, users.RefusedBadAddress},
	"Kelvin sign for a k":          {"\u212aevin@example.com", open, users.RefusedBadAddress},
	"too long":                     {strings.Repeat("a", 250) + "@example.com", open, users.RefusedBadAddress},
}

// TestFirstSignIn signs in by each of the rules for an identity that is not bound.
func TestFirstSignIn(t *testing.T) {
	t.Parallel()
	for name, test := range firstSignIns {
		for _, verified := range []users.Verified{users.VerifiedUnknown, users.VerifiedNo, users.VerifiedYes, users.VerifiedUnclear} {
			for _, trust := range []bool{false, true} {
				want := unlessVerified(test.want, verified, trust)
				t.Run(fmt.Sprintf("%s, verified %d, trust %v", name, verified, trust), func(t *testing.T) {
					t.Parallel()
					config := test.config
					config.TrustEmail = trust
					signInFirst(t, config, test.address, verified, want)
				})
			}
		}
	}
}

// signInFirst signs in with an identity that is not bound, and checks what
// becomes of it and what it leaves in the history.
func signInFirst(t *testing.T, config users.Config, address string, verified users.Verified, want users.Refusal) {
	t.Helper()
	d := peopled(t, config)
	last := d.Last(t)
	in, err := d.SignIn(t.Context(), users.Claims{Issuer: userstest.Issuer, Subject: "other", Address: address, Verified: verified, Unclear: "email_verified"}, userstest.Visit("x"))
	if got := refusalOf(err); got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	if want == admitted {
		if in.User.Status != users.StatusActive || in.User.Role != users.RoleUser || in.Session.ID == "" {
			t.Errorf("got %+v, want an active user with a session", in)
		}
		return
	}
	for _, e := range d.Since(t, last) {
		if e.Action != users.ActionRefused || e.Target.Key == "" {
			t.Errorf("got event %s on %q, want refusals of known users alone", e.Action, e.Target.ID)
		}
	}
}

// unlessVerified returns what becomes of a sign-in that ends in want if its
// address counts as verified.
func unlessVerified(want users.Refusal, verified users.Verified, trust bool) users.Refusal {
	switch {
	case want == users.RefusedNoAddress, want == users.RefusedBadAddress:
		return want
	case verified == users.VerifiedNo:
		return users.RefusedUnverified
	case verified == users.VerifiedUnclear:
		return users.RefusedUnclear
	case verified == users.VerifiedUnknown && !trust:
		return users.RefusedUnvouched
	}
	return want
}

// peopled returns a directory with a user of each sort that an address may name.
func peopled(t *testing.T, config users.Config) *userstest.Directory {
	t.Helper()
	d := userstest.New(t, config)
	d.Invited(t, "invited@example.com", users.RoleUser)
	d.Invited(t, "kevin@example.com", users.RoleUser)
	d.Invited(t, "munich@xn--mnchen-3ya.example", users.RoleUser)
	d.Person(t, "active@example.com", users.RoleUser)
	d.Person(t, "gone@example.com", users.RoleUser)
	d.Invited(t, "gone-early@example.com", users.RoleUser)
	d.ServiceUser(t, "robot@example.com", users.RoleUser)
	_, err := d.AddSystemUser(t.Context(), users.Command(""), "platform@example.com")
	for _, id := range []users.ID{"gone@example.com", "gone-early@example.com"} {
		err = errors.Join(err, d.Deactivate(t.Context(), d.Owner, id, users.Departure{}))
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestSecondSubjectWithTheAddress is the attack known as nOAuth: another subject signs in with the
// address of a user of each role.
func TestSecondSubjectWithTheAddress(t *testing.T) {
	t.Parallel()
	for _, role := range users.Roles {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t, users.Config{Signup: users.SignupOpen, TrustEmail: true})
			victim := d.Person(t, "victim@example.com", role)
			last := d.Last(t)
			for _, claims := range []users.Claims{
				{Issuer: userstest.Issuer, Subject: "attacker"},
				{Issuer: userstest.Issuer, Subject: "SUB-victim@example.com"},
				{Issuer: userstest.Issuer + "/", Subject: "sub-victim@example.com"},
				{Issuer: "https://evil.example.net", Subject: "sub-victim@example.com"},
			} {
				claims.Address, claims.Verified = "Victim@example.com", users.VerifiedYes
				_, err := d.SignIn(t.Context(), claims, userstest.Visit(claims.Issuer+claims.Subject))
				if got := refusalOf(err); got != users.RefusedTaken {
					t.Errorf("sign-in as %s %s: got %s, want %s", claims.Issuer, claims.Subject, got, users.RefusedTaken)
				}
			}
			check(t, d, last, nil, nil, "stranger session.refused victim@example.com [refusal:  → taken]")
			if detail, err := d.Detail(t.Context(), d.Owner, victim.ID); err != nil || len(detail.Identities) != 1 || len(detail.Sessions) != 1 {
				t.Errorf("got %+v and %d sessions, %v; want what there was", detail.Identities, len(detail.Sessions), err)
			}
		})
	}
}

// TestKnownIdentity signs in again, with any address.
func TestKnownIdentity(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleAdmin)
	before := d.Must(t, ana.ID)
	for i, address := range []string{"ana@example.com", "Ana.New@example.com", "owner@example.com", "", "not an address"} {
		last := d.Last(t)
		d.Clock.Advance(time.Hour)
		claims := users.Claims{Issuer: userstest.Issuer, Subject: "sub-ana@example.com", Address: address, Verified: users.VerifiedNo,
			Name: "Other", PictureURL: "https://e.example/other", TimeZone: "Asia/Tokyo"}
		in, err := d.SignIn(t.Context(), claims, userstest.Visit(fmt.Sprint(i)))
		check(t, d, last, err, nil, "ana@example.com session.started ana@example.com [session:  → ses_*]")
		if diff := cmp.Diff(before, in.User, cmp.AllowUnexported(users.User{}), cmpopts.IgnoreFields(users.User{}, "SeenAt")); diff != "" {
			t.Errorf("sign-in with %q changed the record (-want +got):\n%s", address, diff)
		}
		detail, err := d.Detail(t.Context(), d.Owner, ana.ID)
		if err != nil || detail.Identities[0].Address != strings.ToLower(address) || !detail.Identities[0].SignedInAt.Equal(d.Clock.Now()) {
			t.Errorf("got identity %+v, %v; want the address %q, of now", detail.Identities, err, address)
		}
	}
}

// TestDeactivatedNeverComesBack signs in as a deactivated person, with their identity and with another
// one of the same address.
func TestDeactivatedNeverComesBack(t *testing.T) {
	t.Parallel()
	d := userstest.New(t, users.Config{Signup: users.SignupOpen, TrustEmail: true})
	ana := d.Person(t, "ana@example.com", users.RoleAdmin)
	if err := d.Deactivate(t.Context(), d.Owner, ana.ID, users.Departure{}); err != nil {
		t.Fatal(err)
	}
	before, last := d.Must(t, ana.ID), d.Last(t)
	other := userstest.Claims("ana@example.com")
	other.Subject = "other"
	for _, claims := range []users.Claims{userstest.Claims("ana@example.com"), other} {
		if _, err := d.SignIn(t.Context(), claims, userstest.Visit(claims.Subject)); refusalOf(err) != users.RefusedDeactivated {
			t.Errorf("sign-in as %s: got %v, want %s", claims.Subject, err, users.RefusedDeactivated)
		}
	}
	check(t, d, last, nil, nil, "stranger session.refused ana@example.com [refusal:  → deactivated]")
	if diff := cmp.Diff(before, d.Must(t, ana.ID), cmp.AllowUnexported(users.User{})); diff != "" {
		t.Errorf("a refused sign-in changed the record (-before +after):\n%s", diff)
	}
}

// TestClaimsFillWhatIsEmpty checks which fields a first sign-in sets from the claims.
func TestClaimsFillWhatIsEmpty(t *testing.T) {
	t.Parallel()
	given := users.Claims{Name: " Ana\u0301 ", PictureURL: "https://e.example/a.png", TimeZone: "Europe/Zurich"}
	tests := map[string]struct {
		added  users.NewPerson
		claims users.Claims
		want   [3]string // name, picture, time zone
		trail  string
	}{
		"all empty": {users.NewPerson{}, given, [3]string{"Aná", "https://e.example/a.png", "Europe/Zurich"}, ", name:  → Aná, picture_url:  → https://e.example/a.png, time_zone: UTC → Europe/Zurich"},
		"given":     {users.NewPerson{Name: "Anna", PictureURL: "https://e.example/b.png"}, given, [3]string{"Anna", "https://e.example/b.png", "Europe/Zurich"}, ", time_zone: UTC → Europe/Zurich"},
		"not ours":  {users.NewPerson{}, users.Claims{Name: "A\u202eb", PictureURL: "javascript:alert(1)", TimeZone: "../../etc/passwd"}, [3]string{"", "", "UTC"}, ""},
		"nothing":   {users.NewPerson{}, users.Claims{}, [3]string{"", "", "UTC"}, ""},
		"too long":  {users.NewPerson{}, users.Claims{Name: strings.Repeat("a", 201), PictureURL: "https://e.example/" + strings.Repeat("a", 2048), TimeZone: "Local"}, [3]string{"", "", "UTC"}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			test.added.ID = "ana@example.com"
			if _, err := d.AddPerson(t.Context(), d.Owner, test.added); err != nil {
				t.Fatal(err)
			}
			last := d.Last(t)
			claims := test.claims
			claims.Issuer, claims.Subject, claims.Address, claims.Verified = "https://i.example", "7", "ana@example.com", users.VerifiedYes
			in, err := d.SignIn(t.Context(), claims, userstest.Visit("x"))
			check(t, d, last, err, nil, "ana@example.com identity.bound ana@example.com [identity:  → https://i.example 7"+test.trail+"]",
				"ana@example.com session.started ana@example.com [session:  → ses_*]")
			if got := [3]string{in.User.Name, in.User.PictureURL, in.User.TimeZone}; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestSignUp(t *testing.T) {
	t.Parallel()
	d := userstest.New(t, users.Config{Signup: users.SignupOpen})
	last := d.Last(t)
	claims := userstest.Claims("New@example.com")
	claims.Name = "Newt"
	in, err := d.SignIn(t.Context(), claims, userstest.Visit("x"))
	check(t, d, last, err, nil,
		"new@example.com user.created new@example.com [name:  → Newt, role:  → user, time_zone:  → UTC, channel.email: off → on, type.comment_mention: off → on]",
		"new@example.com identity.bound new@example.com [identity:  → https://id.example.com sub-New@example.com]",
		"new@example.com session.started new@example.com [session:  → ses_*]")
	if u := d.Must(t, "new@example.com"); u.CreatedBy.Key != in.User.Key || u.Role != users.RoleUser || u.Status != users.StatusActive {
		t.Errorf("got %+v, want an active user, created by themselves", u)
	}
}

// TestSignUpAtOnce signs the same new person up by several concurrent requests.
func TestSignUpAtOnce(t *testing.T) {
	t.Parallel()
	d := userstest.New(t, users.Config{Signup: users.SignupOpen})
	errs := userstest.AtOnce(20, func(i int) error {
		_, err := d.SignIn(t.Context(), userstest.Claims("new@example.com"), userstest.Visit(fmt.Sprint(i)))
		return err
	})
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	if detail, err := d.Detail(t.Context(), d.Owner, "new@example.com"); err != nil || len(detail.Identities) != 1 || len(detail.Sessions) != 20 {
		t.Errorf("got %d identities and %d sessions, %v; want 1 and 20", len(detail.Identities), len(detail.Sessions), err)
	}
}
