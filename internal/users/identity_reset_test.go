package users_test

import (
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

const anaReset = "owner@example.com identity.reset ana@example.com [identity: https://id.example.com sub-ana@example.com →]"

// TestResetSignIn_asUser resets sign-ins and takes the role away in the same transaction.
func TestResetSignIn_asUser(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	admin := d.Person(t, "admin@example.com", users.RoleAdmin)
	d.Person(t, "ana@example.com", users.RoleAdmin)
	d.Person(t, "zoe@example.com", users.RoleUser)
	as := users.SignInReset{AsUser: true}
	last := d.Last(t)
	checkMistakes(t, d, last, d.ResetSignIn(t.Context(), admin, "zoe@example.com", as), "as_user")
	check(t, d, last, d.ResetSignIn(t.Context(), d.Owner, d.Owner.ID, as), users.ErrLastOwner)
	check(t, d, last, d.ResetSignIn(t.Context(), users.Command(""), d.Owner.ID, as), users.ErrLastOwner)
	check(t, d, last, d.ResetSignIn(t.Context(), d.Owner, "ana@example.com", as), nil, anaReset,
		"owner@example.com user.role_changed ana@example.com [role: admin → user]",
		"owner@example.com session.ended ana@example.com [session: ses_* → sign_in_reset]")
	if u := d.Must(t, "ana@example.com"); u.Role != users.RoleUser || u.Identified() {
		t.Errorf("got %s, identified %v; want a user without an identity", u.Role, u.Identified())
	}
	last = d.Last(t)
	check(t, d, last, d.ResetSignIn(t.Context(), d.Owner, "zoe@example.com", as), nil,
		"owner@example.com identity.reset zoe@example.com [identity: https://id.example.com sub-zoe@example.com →]",
		"owner@example.com session.ended zoe@example.com [session: ses_* → sign_in_reset]")
}

// TestSignsUp asks who would be added by signing in, and has them sign in after they were deleted.
func TestSignsUp(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		config users.Config
		id     string
		want   bool
	}{
		"invited people only":     {users.Config{}, "ana@example.com", false},
		"a listed domain":         {listed, "ana@example.com", true},
		"another domain":          {listed, "ana@elsewhere.example", false},
		"everyone":                {open, "ana@elsewhere.example", true},
		"a user_id of no address": {open, "ana", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t, test.config)
			if _, err := d.AddPerson(t.Context(), users.Command(""), users.NewPerson{ID: test.id}); err != nil {
				t.Fatal(err)
			}
			if got, err := d.Consequences(t.Context(), d.Owner, users.ID(test.id)); err != nil || got.SignsUp != test.want {
				t.Errorf("got %v, %v; want %v", got.SignsUp, err, test.want)
			}
			if err := d.Delete(t.Context(), d.Owner, users.ID(test.id), users.Deletion{Confirm: test.id}); err != nil {
				t.Fatal(err)
			}
			if _, err := d.SignIn(t.Context(), userstest.Claims(test.id), userstest.Visit("back")); (err == nil) != test.want {
				t.Errorf("the sign-in after that: got error %v", err)
			}
		})
	}
}
