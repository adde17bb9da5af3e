package users_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// losses are acts that take access from the service user robot, an admin with a token.
var losses = map[string]struct {
	do      func(*testing.T, *userstest.Directory, users.TokenID) error
	change  error            // of a change that is under way
	revoked users.Revocation // of a stream
	after   error            // of the next request
}{
	"revocation": {func(t *testing.T, d *userstest.Directory, id users.TokenID) error {
		return d.RevokeToken(t.Context(), d.Owner, id, users.TokenEnd{LeaveNone: true})
	}, users.ErrNoToken, users.RevokedToken, users.ErrNoToken},
	"disabling": {func(t *testing.T, d *userstest.Directory, id users.TokenID) error {
		return d.DisableToken(t.Context(), d.Owner, id, users.TokenEnd{LeaveNone: true})
	}, users.ErrNoToken, users.RevokedToken, users.ErrNoToken},
	"expiry": {func(_ *testing.T, d *userstest.Directory, _ users.TokenID) error {
		d.Clock.Advance(91 * 24 * time.Hour)
		return nil
	}, users.ErrNoToken, users.RevokedToken, users.ErrNoToken},
	"deactivation": {func(t *testing.T, d *userstest.Directory, _ users.TokenID) error {
		return d.Deactivate(t.Context(), d.Owner, "robot", users.Departure{})
	}, users.ErrNoToken, users.RevokedDeactivated, users.ErrNoToken},
	"deletion": {func(t *testing.T, d *userstest.Directory, _ users.TokenID) error {
		return d.Delete(t.Context(), d.Owner, "robot", users.Deletion{Confirm: "robot"})
	}, users.ErrNoToken, users.RevokedDeleted, users.ErrNoToken},
	"demotion": {func(t *testing.T, d *userstest.Directory, _ users.TokenID) error {
		_, err := d.ChangeRole(t.Context(), d.Owner, "robot", users.RoleChange{Role: users.RoleUser})
		return err
	}, users.ErrForbidden, users.RevokedRole, nil},
}

// TestLossOfAccessReachesWhatIsUnderWay takes access from a program on one console, while it has begun
// a change and a stream on another: both are refused.
func TestLossOfAccessReachesWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	for circumstance, loss := range losses {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			d.ServiceUser(t, "robot", users.RoleAdmin)
			d.ServiceUser(t, "other", users.RoleUser)
			token, secret := d.Issued(t, "robot")
			actor := d.With(t, secret)
			console := d.Another(t)
			permit := console.Permit(actor, users.ActSeeAudit)
			if err := permit.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := loss.do(t, d, token.ID); err != nil {
				t.Fatal(err)
			}
			last := d.Last(t)
			_, err := console.Edit(t.Context(), actor, "other", users.Edit{Fields: users.Fields{Name: new("Edited")}})
			check(t, d, last, err, loss.change)
			d.Clock.Advance(251 * time.Millisecond)
			revoked, ok := errors.AsType[*users.RevokedError](permit.Check(t.Context()))
			if !ok || revoked.Why != loss.revoked {
				t.Errorf("the stream goes on: got %+v, want %s", revoked, loss.revoked)
			}
			if _, err := console.Authenticate(t.Context(), secret, aProgram()); !errors.Is(err, loss.after) {
				t.Errorf("the next request: got %v, want %v", err, loss.after)
			}
		})
	}
}

// TestTokenHasTheLowerOfTwoRoles changes the role of a user after the issue of a token.
func TestTokenHasTheLowerOfTwoRoles(t *testing.T) {
	t.Parallel()
	for _, at := range users.Roles[:3] {
		d := userstest.New(t)
		d.ServiceUser(t, "robot", at)
		token, secret := d.Issued(t, "robot")
		for _, now := range users.Roles[:3] {
			if _, err := d.ChangeRole(t.Context(), d.Owner, "robot", users.RoleChange{Role: now}); err != nil {
				t.Fatal(err)
			}
			want := users.Roles[min(slices.Index(users.Roles, at), slices.Index(users.Roles, now))]
			got, err := d.Token(t.Context(), d.Owner, token.ID)
			if actor := d.With(t, secret); actor.Role != want || err != nil || got.Acts() != want || got.Role != at || got.UserRole != now {
				t.Errorf("issued as %s, now %s: acts as %s, told %+v, %v", at, now, actor.Role, got, err)
			}
		}
	}
}

// states returns the state of each of a user's tokens, by name.
func states(t *testing.T, d *userstest.Directory, id users.ID) map[string]users.TokenState {
	t.Helper()
	all, err := d.Tokens(t.Context(), users.Command("cmd"), id)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]users.TokenState{}
	for _, token := range all {
		got[token.Name] = token.State(d.Clock.Now())
	}
	return got
}

// TestReactivationAndTokens deactivates and reactivates a service user, with its tokens and without.
func TestReactivationAndTokens(t *testing.T) {
	t.Parallel()
	for circumstance, test := range map[string]struct {
		bring bool
		want  map[string]users.TokenState
		trail []string
	}{
		"with their tokens": {true, map[string]users.TokenState{"one": users.TokenLive, "resting": users.TokenDisabled, "gone": users.TokenRevoked},
			[]string{"owner@example.com user.reactivated robot [status: deactivated → active]"}},
		"without them": {false, map[string]users.TokenState{"one": users.TokenDisabled, "resting": users.TokenDisabled, "gone": users.TokenRevoked},
			[]string{"owner@example.com user.reactivated robot [status: deactivated → active]",
				"owner@example.com token.disabled robot [token:  → tok_*, token_name: one → one, cause:  → reactivated]"}},
	} {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			d.ServiceUser(t, "robot", users.RoleUser)
			d.IssuedBy(t, d.Owner, "robot", readOnly("one"))
			resting, _ := d.IssuedBy(t, d.Owner, "robot", readOnly("resting"))
			gone, _ := d.IssuedBy(t, d.Owner, "robot", readOnly("gone"))
			if err := errors.Join(d.DisableToken(t.Context(), d.Owner, resting.ID, users.TokenEnd{}),
				d.RevokeToken(t.Context(), d.Owner, gone.ID, users.TokenEnd{})); err != nil {
				t.Fatal(err)
			}
			last := d.Last(t)
			check(t, d, last, d.Deactivate(t.Context(), d.Owner, "robot", users.Departure{}), nil,
				"owner@example.com user.deactivated robot [status: active → deactivated]")
			suspended := map[string]users.TokenState{"one": users.TokenSuspended, "resting": users.TokenDisabled, "gone": users.TokenRevoked}
			if diff := cmp.Diff(suspended, states(t, d, "robot")); diff != "" {
				t.Errorf("deactivated (-want +got):\n%s", diff)
			}
			check(t, d, last+1, d.Reactivate(t.Context(), d.Owner, "robot", users.Reactivation{BringBackTokens: test.bring}), nil, test.trail...)
			if diff := cmp.Diff(test.want, states(t, d, "robot")); diff != "" {
				t.Errorf("reactivated (-want +got):\n%s", diff)
			}
		})
	}
}

// TestResetAndDeletionEndTokens checks the events of the tokens of a person whose sign-in is reset or
// who is deleted.
func TestResetAndDeletionEndTokens(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	_, secret := d.IssuedBy(t, ana, ana.ID, readOnly("mine"))
	robot := d.ServiceUser(t, "robot", users.RoleUser)
	if _, err := d.Edit(t.Context(), d.Owner, robot.ID, users.Edit{Service: &users.ServiceFields{Purpose: "Tests", Responsible: string(ana.ID)}}); err != nil {
		t.Fatal(err)
	}
	theirs, theirSecret := d.IssuedBy(t, ana, "robot", readOnly("theirs"))
	last := d.Last(t)
	check(t, d, last, d.ResetSignIn(t.Context(), d.Owner, ana.ID, users.SignInReset{}), nil,
		"owner@example.com identity.reset ana@example.com [identity: https://id.example.com sub-ana@example.com →]",
		"owner@example.com session.ended ana@example.com [session: ses_* → sign_in_reset]",
		"owner@example.com token.revoked ana@example.com [token:  → tok_*, token_name: mine → mine, cause:  → sign_in_reset]")
	d.With(t, theirSecret)
	refused, _ := errors.AsType[*users.TokenRefusedError](second(d.Authenticate(t.Context(), secret, aProgram())))
	if refused == nil || refused.Why != users.TokenRevoked {
		t.Errorf("her own token: %+v", refused)
	}
	ana = d.SignedIn(t, "ana@example.com").Actor("req", "192.0.2.2", "test")
	_, secret = d.IssuedBy(t, ana, ana.ID, readOnly("again"))
	last = d.Last(t)
	check(t, d, last, d.Delete(t.Context(), ana, ana.ID, users.Deletion{Confirm: string(ana.ID)}), nil,
		"ana@example.com user.handed_over robot [responsible: ana@example.com →]",
		"ana@example.com session.ended ana@example.com [session: ses_* → deleted]",
		"ana@example.com token.revoked ana@example.com [token:  → tok_*, token_name: again → again, cause:  → deleted]",
		"ana@example.com user.deleted ana@example.com [name: Ana →, role: user →, time_zone: UTC →, channel.email: on → off, type.comment_mention: on → off]")
	if _, err := d.Authenticate(t.Context(), secret, aProgram()); err != users.ErrNoToken { // the error itself, which tells nothing of a token
		t.Errorf("after the deletion: got %v, want %v", err, users.ErrNoToken)
	}
	if token, err := d.Token(t.Context(), d.Owner, theirs.ID); err != nil || token.ShownTo.Key != ana.Key || token.ShownTo.ID != "" {
		t.Errorf("the token whose secret she saw: shown to %+v, %v", token.ShownTo, err)
	}
}

// second returns the second of two values.
func second[T any](_ T, err error) error { return err }

// TestConsequencesListTokens lists the tokens of a person, and those whose secret they have seen.
func TestConsequencesListTokens(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleAdmin)
	d.ServiceUser(t, "robot", users.RoleUser)
	d.IssuedBy(t, ana, ana.ID, readOnly("mine"))
	d.IssuedBy(t, ana, "robot", readOnly("seen"))
	d.IssuedBy(t, d.Owner, "robot", readOnly("not seen"))
	d.IssuedBy(t, ana, "robot", users.NewToken{Name: "for a program", Lifetime: time.Hour, Scopes: []users.Scope{users.ScopeUsersRead}, Unseen: true})
	ended, _ := d.IssuedBy(t, ana, "robot", readOnly("seen and ended"))
	if err := d.RevokeToken(t.Context(), d.Owner, ended.ID, users.TokenEnd{}); err != nil {
		t.Fatal(err)
	}
	names := func(all []users.Token) (names []string) {
		for _, token := range all {
			names = append(names, string(token.User.ID)+" "+token.Name)
		}
		return names
	}
	for who, actor := range map[string]users.Actor{"the owner": d.Owner, "herself": ana} {
		got, err := d.Consequences(t.Context(), actor, ana.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"ana@example.com mine"}, names(got.Tokens)); diff != "" {
			t.Errorf("%s: own tokens (-want +got):\n%s", who, diff)
		}
		if diff := cmp.Diff([]string{"robot seen"}, names(got.KnownTokens)); diff != "" {
			t.Errorf("%s: known tokens (-want +got):\n%s", who, diff)
		}
	}
}
