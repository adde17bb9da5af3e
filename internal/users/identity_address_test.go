package users_test

import (
	"crypto/rand"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// comesWith has Bo, who is known, sign in with another address.
func comesWith(t *testing.T, d *userstest.Directory, address string) error {
	t.Helper()
	claims := userstest.Claims("bo@example.com")
	claims.Address = address
	_, err := d.SignIn(t.Context(), claims, userstest.Visit(rand.Text()))
	return err
}

// TestAddWithAnAddressInUse adds users with the address that a known identity comes with now.
func TestAddWithAnAddressInUse(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ claimed, added string }{
		"as it is":                {"bo.new@example.com", "bo.new@example.com"},
		"in upper case":           {"Bo.New@Example.com", "bo.new@example.com"},
		"added in upper case":     {"bo.new@example.com", "BO.NEW@example.com"},
		"a domain in its letters": {"bo.new@bücher.example", "bo.new@xn--bcher-kva.example"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			bo := d.Person(t, "bo@example.com", users.RoleUser)
			if err := comesWith(t, d, test.claimed); err != nil {
				t.Fatal(err)
			}
			last, n := d.Last(t), users.NewPerson{ID: test.added}
			for who, actor := range map[string]users.Actor{"an owner": d.Owner, "the command line": users.Command("")} {
				_, err := d.AddPerson(t.Context(), actor, n)
				used, _ := errors.AsType[*users.AddressInUseError](err)
				if !errors.Is(err, users.ErrInUse) || used == nil || len(used.By) != 1 || used.By[0].Key != bo.Key {
					t.Errorf("by %s: got error %v, want one that names Bo", who, err)
				}
			}
			_, err := d.CreateServiceUser(t.Context(), d.Owner, users.NewServiceUser{NewPerson: n, ServiceFields: users.ServiceFields{Purpose: "x", Responsible: "bo@example.com"}})
			checkMistakes(t, d, last, err, "user_id")
			_, err = d.AddSystemUser(t.Context(), users.Command(""), test.added)
			checkMistakes(t, d, last, err, "user_id")

			n.Despite = true
			if _, err := d.AddPerson(t.Context(), d.Owner, n); err != nil {
				t.Fatal(err)
			}
			refused, _ := errors.AsType[*users.RefusedError](comesWith(t, d, test.claimed))
			if refused == nil || refused.Reason != users.RefusedOtherUser {
				t.Errorf("Bo signs in again: got %v, want %s", refused, users.RefusedOtherUser)
			}
		})
	}
}

// TestAddWithAnAddressNotInUse adds users with addresses that other identities came with
// before, or come with as their own.
func TestAddWithAnAddressNotInUse(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Person(t, "bo@example.com", users.RoleUser)
	if err := errors.Join(comesWith(t, d, "bo.new@example.com"), comesWith(t, d, "bo@example.com")); err != nil {
		t.Fatal(err)
	}
	if _, err := d.AddPerson(t.Context(), d.Owner, users.NewPerson{ID: "bo.new@example.com"}); err != nil {
		t.Errorf("an address that Bo came with before: got error %v", err)
	}
	if _, err := d.AddPerson(t.Context(), d.Owner, users.NewPerson{ID: "bo@example.com"}); !errors.Is(err, users.ErrTaken) {
		t.Errorf("the address that is Bo's user_id: got error %v, want %v", err, users.ErrTaken)
	}
}

// TestOwnersWithAnAddressInUse names an owner by the address that a user without a role
// comes with now, while there is no owner.
func TestOwnersWithAnAddressInUse(t *testing.T) {
	t.Parallel()
	d := userstest.NewEmpty(t)
	if _, err := d.AddPerson(t.Context(), users.Command(""), users.NewPerson{ID: "bo@example.com"}); err != nil {
		t.Fatal(err)
	}
	d.SignedIn(t, "bo@example.com")
	if err := comesWith(t, d, "bo.new@example.com"); err != nil {
		t.Fatal(err)
	}
	last := d.Last(t)
	checkMistakes(t, d, last, d.EnsureOwners(t.Context(), []string{"bo.new@example.com"}), "owners")
}

// TestRefusedIdentities has two other accounts with Ana's address refused, one of them twice,
// and a stranger.
func TestRefusedIdentities(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Person(t, "ana@example.com", users.RoleAdmin)
	refuse := func(address, subject, name string) {
		t.Helper()
		claims := userstest.Claims(address)
		claims.Subject, claims.Name = subject, name
		if _, err := d.SignIn(t.Context(), claims, userstest.Visit(subject)); err == nil {
			t.Fatalf("%s got in", subject)
		}
	}
	refuse("ana@example.com", "new-1", "  Anja   Hire ")
	refuse("ana@example.com", "new-2", "Ana\u202e")
	refuse("ana@example.com", "new-1", "Anja Hire")
	refuse("stranger@example.com", "new-3", "Stranger")
	d.Settle()
	got, err := d.Consequences(t.Context(), d.Owner, "ana@example.com")
	if err != nil || len(got.Identities) != 1 || got.Identities[0].Subject != "sub-ana@example.com" {
		t.Fatalf("got %+v, %v; want Ana's own identity", got.Identities, err)
	}
	var seen [][2]string
	for _, r := range got.Refused {
		seen = append(seen, [2]string{r.Subject, r.Name})
	}
	if diff := cmp.Diff([][2]string{{"new-1", "Anja Hire"}, {"new-2", ""}}, seen); diff != "" {
		t.Errorf("refused identities (-want +got):\n%s", diff)
	}
	all, err := d.History.RefusedSignIns(t.Context(), d.Owner, "stranger@example.com")
	if err != nil || len(all) != 1 || all[0].Subject+all[0].Issuer != "" || all[0].Name != "Stranger" {
		t.Errorf("of a stranger: got %+v, %v; want the name, and nothing of the identity", all, err)
	}
}
