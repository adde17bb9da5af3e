package users_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

func TestResetSignIn(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	admin := d.Person(t, "admin@example.com", users.RoleAdmin)
	ana := d.Person(t, "ana@example.com", users.RoleAuditor)
	last := d.Last(t)
	check(t, d, last, d.ResetSignIn(t.Context(), admin, ana.ID, users.SignInReset{Reason: "new provider"}), nil,
		`admin@example.com identity.reset ana@example.com [identity: https://id.example.com sub-ana@example.com →] because "new provider"`,
		"admin@example.com session.ended ana@example.com [session: ses_* → sign_in_reset]")
	if u := d.Must(t, ana.ID); u.Status != users.StatusInvited || u.Identified() {
		t.Errorf("got %s, want invited", u.Status)
	}
	last = d.Last(t)
	check(t, d, last, d.ResetSignIn(t.Context(), admin, ana.ID, users.SignInReset{Reason: "again"}), nil)

	d.Clock.Advance(time.Hour)
	other := users.Claims{Issuer: "https://new.example.com", Subject: "42", Address: "ana@example.com", Verified: users.VerifiedYes}
	in, err := d.SignIn(t.Context(), other, userstest.Visit("new"))
	check(t, d, last, err, nil, "ana@example.com identity.bound ana@example.com [identity:  → https://new.example.com 42]",
		"ana@example.com session.started ana@example.com [session:  → ses_*]")
	if in.User.Key != ana.Key || in.User.Role != users.RoleAuditor {
		t.Errorf("got %+v, want Ana as she was", in.User)
	}
	detail, err := d.Detail(t.Context(), admin, ana.ID)
	if err != nil || len(detail.Identities) != 1 || detail.Identities[0].Issuer != "https://new.example.com" || !detail.Identities[0].BoundAt.Equal(d.Clock.Now()) {
		t.Errorf("identities: got %+v, %v", detail.Identities, err)
	}
	_, err = d.SignIn(t.Context(), userstest.Claims("ana@example.com"), userstest.Visit("old"))
	if refused, _ := errors.AsType[*users.RefusedError](err); refused == nil || refused.Reason != users.RefusedTaken {
		t.Errorf("the identity of before: got error %v, want %s", err, users.RefusedTaken)
	}
}

// TestResetLastOwnerAtTheCommandLine is the way back in for the only owner after
// a change of provider.
func TestResetLastOwnerAtTheCommandLine(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	last := d.Last(t)
	check(t, d, last, d.ResetSignIn(t.Context(), d.Owner, d.Owner.ID, users.SignInReset{}), users.ErrLastOwner)
	check(t, d, last, d.ResetSignIn(t.Context(), users.Command(""), d.Owner.ID, users.SignInReset{}), nil,
		"operator identity.reset owner@example.com [identity: https://id.example.com sub-owner@example.com →]",
		"operator session.ended owner@example.com [session: ses_* → sign_in_reset]")
	claims := userstest.Claims("owner@example.com")
	claims.Issuer, claims.Subject = "https://new.example.com", "1"
	in, err := d.SignIn(t.Context(), claims, userstest.Visit("new"))
	if err != nil || in.User.Key != d.Owner.Key || in.User.Role != users.RoleOwner || in.User.Status != users.StatusActive {
		t.Errorf("sign-in of the owner: got %+v, %v", in.User, err)
	}
}

func TestResetOfADeactivatedPerson(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	err := errors.Join(d.Deactivate(t.Context(), d.Owner, ana.ID, users.Departure{}), d.ResetSignIn(t.Context(), d.Owner, ana.ID, users.SignInReset{}))
	if u := d.Must(t, ana.ID); err != nil || u.Status != users.StatusDeactivated {
		t.Errorf("got %s, %v; want deactivated still", u.Status, err)
	}
	for _, address := range []string{"ana@example.com", "ANA@example.com"} {
		_, err = d.SignIn(t.Context(), userstest.Claims(address), userstest.Visit(address))
		if refused, _ := errors.AsType[*users.RefusedError](err); refused == nil || refused.Reason != users.RefusedDeactivated {
			t.Errorf("got error %v, want %s", err, users.RefusedDeactivated)
		}
	}
}

// TestManyIdentitiesForOneInvitation has twenty accounts with one verified address
// sign in at once: one of them is bound.
func TestManyIdentitiesForOneInvitation(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Invited(t, "ana@example.com", users.RoleAdmin)
	errs := userstest.AtOnce(20, func(i int) error {
		claims := userstest.Claims("ana@example.com")
		claims.Subject = fmt.Sprint("subject-", i)
		_, err := d.SignIn(t.Context(), claims, userstest.Visit(fmt.Sprint(i)))
		return err
	})
	taken := 0
	for _, err := range errs {
		if refused, ok := errors.AsType[*users.RefusedError](err); ok && refused.Reason == users.RefusedTaken {
			taken++
		}
	}
	detail, err := d.Detail(t.Context(), d.Owner, "ana@example.com")
	if err != nil || taken != 19 || len(detail.Identities) != 1 || len(detail.Sessions) != 1 {
		t.Errorf("got %d refusals, %d identities and %d sessions, %v; want 19, 1 and 1", taken, len(detail.Identities), len(detail.Sessions), err)
	}
}

// TestResetKeepsWhatWasEmptied signs in again after a reset, with claims that
// would fill what Ana had taken out of her record.
func TestResetKeepsWhatWasEmptied(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	if _, err := d.EditProfile(t.Context(), ana, users.ProfileEdit{Fields: users.Fields{Name: new("")}}); err != nil {
		t.Fatal(err)
	}
	if err := d.ResetSignIn(t.Context(), d.Owner, ana.ID, users.SignInReset{}); err != nil {
		t.Fatal(err)
	}
	claims := userstest.Claims("ana@example.com")
	claims.Name, claims.TimeZone = "Ana of the provider", "Europe/Zurich"
	in, err := d.SignIn(t.Context(), claims, userstest.Visit("again"))
	if err != nil || in.User.Name != "" || in.User.TimeZone != "UTC" {
		t.Errorf("got %q in %s, %v; want the record as Ana left it", in.User.Name, in.User.TimeZone, err)
	}
}
