package users_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// neededScopes are the acts that need each scope. It is written by hand, independently of
// [users.Permissions].
var neededScopes = map[users.Scope][]users.Act{
	users.ScopeUsersRead: {users.ActSee, users.ActSeeDirectory, users.ActExport},
	users.ScopeUsersWrite: {users.ActEditOwn, users.ActReview, users.ActEdit, users.ActOrganise, users.ActDeactivate, users.ActReactivate, users.ActDelete, users.ActRestore,
		users.ActEndSessions, users.ActResetSignIn, users.ActAddPerson, users.ActCreateService, users.ActAddSystem, users.ActChangeRole,
		users.ActSaveView, users.ActShareView, users.ActDeleteView, users.ActBatch},
	users.ScopeAuditRead:        {users.ActSeeAudit},
	users.ScopeTokensSelf:       {users.ActSeeTokens, users.ActIssueToken, users.ActRevokeToken},
	users.ScopeTokensIntrospect: {users.ActIntrospect},
}

// grants reports whether a token with one scope may be used for act.
func grants(scope users.Scope, act users.Act) bool {
	if scope == users.ScopeEverything {
		return act != users.ActIntrospect
	}
	return slices.Contains(neededScopes[scope], act)
}

// TestMayByScope asks for every act of every kind of user in every role on every target, with a token
// of each scope: what is allowed without a token is allowed with the scope that the act needs and
// with no other, and no token may act on the tokens of other users.
func TestMayByScope(t *testing.T) {
	t.Parallel()
	asked := 0
	for _, kind := range []users.ActorKind{users.ActorPerson, users.ActorService, users.ActorSystem} {
		for _, role := range users.Roles {
			for _, scope := range users.Scopes {
				free := users.Actor{Kind: kind, Key: "usr_actor", ID: "actor", Role: role, Via: users.ViaToken}
				narrow := free
				narrow.Token, narrow.Scopes = "tok_one", users.ScopeSet{scope}
				for act := range allowed {
					targets := met(free)
					if !hasTarget(act) {
						targets = map[string]users.User{"none": {}}
					}
					for name, target := range targets {
						asked++
						want := free.May(act, target) == nil && grants(scope, act)
						if slices.Contains(neededScopes[users.ScopeTokensSelf], act) && name != "self" {
							want = false
						}
						if act == users.ActErase { // a token has its user's traces erased after a time alone
							want = false
						}
						if act == users.ActIntrospect {
							want = scope == users.ScopeTokensIntrospect
						}
						if got := narrow.May(act, target) == nil; got != want {
							t.Errorf("%s with the role %s and a token of %s may %s on %s: got %v, want %v", kind, role, scope, act, name, got, want)
						}
					}
				}
			}
		}
	}
	if asked == 0 {
		t.Error("nothing was asked")
	}
}

// TestScope_beforeLookUp acts on a user who exists and on one who does not, by a token without the
// scope: both errors are the same.
func TestScope_beforeLookUp(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	writer := d.Program(t, "writer", users.RoleAdmin, users.ScopeUsersWrite)
	reader := d.Program(t, "reader", users.RoleAdmin, users.ScopeUsersRead)
	for _, id := range []users.ID{"reader", "nobody-there"} {
		if _, err := d.User(t.Context(), writer, id); !errors.Is(err, users.ErrForbidden) {
			t.Errorf("see %s without users.read: got %v, want %v", id, err, users.ErrForbidden)
		}
		if _, err := d.Edit(t.Context(), reader, id, users.Edit{Fields: users.Fields{Name: new("X")}}); !errors.Is(err, users.ErrForbidden) {
			t.Errorf("edit %s without users.write: got %v, want %v", id, err, users.ErrForbidden)
		}
	}
	d.ServiceUser(t, "robot", users.RoleUser)
	if _, err := d.Edit(t.Context(), writer, "robot", users.Edit{Fields: users.Fields{Name: new("X")}}); err != nil {
		t.Errorf("edit with users.write alone: %v", err)
	}
}

// tokenActions are the writes on a token of a user.
var tokenActions = map[string]action{
	"IssueToken": {users.ActIssueToken, func(ctx context.Context, d *userstest.Directory, a users.Actor, id users.ID) error {
		_, _, err := d.IssueToken(ctx, a, id, users.NewToken{Name: "new", Lifetime: time.Hour, Scopes: []users.Scope{users.ScopeUsersRead}})
		return err
	}},
	"EnableToken": {users.ActIssueToken, func(ctx context.Context, d *userstest.Directory, a users.Actor, id users.ID) error {
		t, err := disabledToken(ctx, d, id)
		return cmp.Or(err, d.EnableToken(ctx, a, t.ID, ""))
	}},
	"RotateToken": {users.ActIssueToken, func(ctx context.Context, d *userstest.Directory, a users.Actor, id users.ID) error {
		t, err := issuedToken(ctx, d, id)
		if err == nil {
			_, _, err = d.RotateToken(ctx, a, t.ID, users.Rotation{Overlap: time.Minute})
		}
		return err
	}},
	"DisableToken": {users.ActRevokeToken, func(ctx context.Context, d *userstest.Directory, a users.Actor, id users.ID) error {
		t, err := issuedToken(ctx, d, id)
		return cmp.Or(err, d.DisableToken(ctx, a, t.ID, users.TokenEnd{LeaveNone: true}))
	}},
	"RevokeToken": {users.ActRevokeToken, func(ctx context.Context, d *userstest.Directory, a users.Actor, id users.ID) error {
		t, err := issuedToken(ctx, d, id)
		return cmp.Or(err, d.RevokeToken(ctx, a, t.ID, users.TokenEnd{LeaveNone: true}))
	}},
}

// issuedToken issues a token at the command line.
func issuedToken(ctx context.Context, d *userstest.Directory, id users.ID) (users.Token, error) {
	t, _, err := d.IssueToken(ctx, users.Command("cmd"), id, users.NewToken{Name: "one", Lifetime: time.Hour, Scopes: []users.Scope{users.ScopeUsersRead}})
	return t, err
}

// disabledToken issues a token at the command line and disables it.
func disabledToken(ctx context.Context, d *userstest.Directory, id users.ID) (users.Token, error) {
	t, err := issuedToken(ctx, d, id)
	return t, cmp.Or(err, d.DisableToken(ctx, users.Command("cmd"), t.ID, users.TokenEnd{LeaveNone: true}))
}

// aboveRole reports whether a token of a target would act above the role of the actor.
func aboveRole(act users.Act, role users.Role, target string) bool {
	return act == users.ActIssueToken && target == "theirs-admin" && (role == users.RoleUser || role == users.RoleAuditor)
}

// TestTokensFollowThePermissions carries out each act on tokens by each role on each kind of user: it
// succeeds, or is refused and changes no token. A token that the actor may not see counts as not
// found.
func TestTokensFollowThePermissions(t *testing.T) {
	t.Parallel()
	for name, action := range tokenActions {
		for _, role := range users.Roles {
			t.Run(name+" by "+string(role), func(t *testing.T) {
				t.Parallel()
				d := userstest.New(t)
				actor, cast := populate(t, d, role)
				for target, id := range cast {
					err := action.do(t.Context(), d, actor, id)
					if isAllowed(action.act, role, target) && !aboveRole(action.act, role, target) {
						if err != nil {
							t.Errorf("on %s: got error %v, want none", target, err)
						}
						continue
					}
					want := users.ErrForbidden
					if !isAllowed(users.ActSeeTokens, role, target) && name != "IssueToken" {
						want = users.ErrNotFound
					}
					if !errors.Is(err, want) {
						t.Errorf("on %s: got error %v, want %v", target, err, want)
					}
					all, err := d.Tokens(t.Context(), users.Command("cmd"), id)
					if err != nil || len(all) > 1 || len(all) == 1 && (!all[0].RevokedAt.IsZero() || all[0].DisabledAt.IsZero() == (name == "EnableToken")) {
						t.Errorf("a refused act left the tokens %+v of %s, %v", all, target, err)
					}
				}
			})
		}
	}
}
