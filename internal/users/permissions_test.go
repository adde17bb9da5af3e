package users_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
)

// The targets of acts: people by role, the actor themselves, a service user of each role, and
// those that the actor is responsible for.
const (
	people   = "user auditor admin owner"
	services = "service service-auditor service-admin"
	theirs   = "theirs theirs-admin"
	juniors  = "user auditor service service-auditor theirs"
	everyone = people + " self " + services + " " + theirs
)

// allowed are the targets on which each role may carry out each act; any other is refused. It is
// written by hand, independently of [users.Permissions].
var allowed = map[users.Act]map[users.Role]string{
	users.ActEditOwn: {"user": "self", "auditor": "self", "admin": "self", "owner": "self"},
	users.ActReview: {"user": theirs, "auditor": theirs, "admin": "service service-auditor " + theirs,
		"owner": services + " " + theirs},
	users.ActSee: {"user": "self " + theirs, "auditor": everyone + " system", "admin": everyone + " system",
		"owner": everyone + " system"},
	users.ActEdit:        {"user": "self", "auditor": "self", "admin": "self " + juniors, "owner": everyone},
	users.ActOrganise:    {"admin": juniors, "owner": everyone},
	users.ActDeactivate:  {"admin": juniors, "owner": people + " " + services + " " + theirs},
	users.ActReactivate:  {"admin": juniors, "owner": people + " " + services + " " + theirs},
	users.ActDelete:      {"user": "self", "auditor": "self", "admin": "self " + juniors, "owner": everyone},
	users.ActRestore:     {"admin": juniors, "owner": everyone},
	users.ActErase:       {"owner": everyone},
	users.ActEndSessions: {"user": "self", "auditor": "self", "admin": "self " + juniors, "owner": everyone},
	users.ActResetSignIn: {"admin": juniors, "owner": everyone},
	users.ActChangeRole:  {"owner": everyone},
	users.ActSeeTokens: {"user": "self " + theirs, "auditor": everyone + " system", "admin": everyone + " system",
		"owner": everyone + " system"},
	users.ActIssueToken: {"user": "self " + theirs, "auditor": "self " + theirs, "admin": "self service service-auditor " + theirs,
		"owner": "self " + services + " " + theirs},
	users.ActRevokeToken:   {"user": "self " + theirs, "auditor": "self " + theirs, "admin": "self " + juniors + " theirs-admin", "owner": everyone},
	users.ActIntrospect:    {},
	users.ActSeeDirectory:  {"auditor": "none", "admin": "none", "owner": "none"},
	users.ActSeeAudit:      {"auditor": "none", "admin": "none", "owner": "none"},
	users.ActExport:        {"auditor": "none", "admin": "none", "owner": "none"},
	users.ActBatch:         {"admin": "none", "owner": "none"},
	users.ActAddPerson:     {"admin": "none", "owner": "none"},
	users.ActCreateService: {"admin": "none", "owner": "none"},
	users.ActAddSystem:     {},
	users.ActSaveView:      {"auditor": "none", "admin": "none", "owner": "none"},
	users.ActShareView:     {"admin": "none", "owner": "none"},
	users.ActDeleteView:    {"owner": "none"},
}

// allowedToSystem are the targets on which a system user may carry out each act: those of an admin
// but for owners, and its own record.
var allowedToSystem = map[users.Act]string{
	users.ActEditOwn: "self", users.ActReview: services + " " + theirs,
	users.ActSee: everyone + " system", users.ActSeeTokens: everyone + " system", users.ActRevokeToken: "self",
	users.ActEdit:       "self user auditor admin " + services + " " + theirs,
	users.ActDeactivate: "user auditor admin " + services + " " + theirs, users.ActReactivate: "user auditor admin " + services + " " + theirs,
	users.ActDelete: "user auditor admin " + services + " " + theirs, users.ActEndSessions: "user auditor admin " + services + " " + theirs,
	users.ActResetSignIn:  "user auditor admin " + services + " " + theirs,
	users.ActSeeDirectory: "none", users.ActSeeAudit: "none", users.ActExport: "none",
	users.ActAddPerson: "none", users.ActCreateService: "none", users.ActAddSystem: "none",
}

// isAllowed reports whether the table above allows it.
func isAllowed(act users.Act, role users.Role, target string) bool {
	return slices.Contains(strings.Fields(allowed[act][role]), target)
}

// hasTarget reports whether an act has a target.
func hasTarget(act users.Act) bool {
	return act != users.ActAddSystem && act != users.ActIntrospect && allowed[act]["owner"] != "none"
}

// met returns the targets of an actor, by their names in the tables above.
func met(actor users.Actor) map[string]users.User {
	all := map[string]users.User{
		"self":   {Key: actor.Key, ID: actor.ID, Kind: users.Kind(actor.Kind), Role: actor.Role},
		"system": {Key: "usr_system", ID: "platform", Kind: users.KindSystem, Role: users.RoleUser},
	}
	for _, role := range users.Roles {
		all[string(role)] = users.User{Key: users.Key("usr_" + role), ID: users.ID(role) + "@example.com", Kind: users.KindPerson, Role: role}
	}
	for name, role := range map[string]users.Role{"service": "user", "service-auditor": "auditor", "service-admin": "admin"} {
		all[name] = users.User{Key: users.Key("usr_" + name), ID: users.ID(name), Kind: users.KindService, Role: role}
	}
	for name, role := range map[string]users.Role{"theirs": "user", "theirs-admin": "admin"} {
		all[name] = users.User{Key: users.Key("usr_" + name), ID: users.ID(name), Kind: users.KindService, Role: role,
			Responsible: users.Ref{Key: actor.Key}}
	}
	return all
}

func TestMay(t *testing.T) {
	t.Parallel()
	for _, role := range users.Roles {
		actor := users.Actor{Kind: users.ActorPerson, Key: "usr_actor", ID: "actor@example.com", Role: role, Via: users.ViaSession}
		for act := range allowed {
			targets := met(actor)
			if !hasTarget(act) {
				targets = map[string]users.User{"none": {}}
			}
			for name, target := range targets {
				err := actor.May(act, target)
				if got, want := err == nil, isAllowed(act, role, name); got != want {
					t.Errorf("%s may %s on %s: got %v (%v), want %v", role, act, name, got, err, want)
				}
				if forbidden, ok := errors.AsType[*users.ForbiddenError](err); err != nil &&
					(!ok || !errors.Is(err, users.ErrForbidden) || forbidden.Act != act || !strings.HasSuffix(forbidden.Why, ".")) {
					t.Errorf("%s may %s on %s: got error %#v, want a ForbiddenError with a sentence", role, act, name, err)
				}
			}
		}
	}
}

// TestMayByKind asks for every act of every kind of actor on every target, with the highest role
// and by every [users.Via], which makes no difference.
func TestMayByKind(t *testing.T) {
	t.Parallel()
	ways := []users.Via{users.ViaSession, users.ViaToken, users.ViaCommand, users.ViaProvider, users.ViaSchedule}
	for _, kind := range append(slices.Clone(users.ActorKinds), "", "robot") {
		for _, via := range ways {
			actor := users.Actor{Kind: kind, Role: users.RoleOwner, Via: via}
			if kind == users.ActorSystem {
				actor.Role = users.RoleUser
			}
			if slices.Contains([]users.ActorKind{users.ActorPerson, users.ActorService, users.ActorSystem}, kind) {
				actor.Key, actor.ID = "usr_actor", "actor"
			}
			for act := range allowed {
				targets := met(actor)
				if actor.Key == "" {
					delete(targets, "self")
				}
				if !hasTarget(act) {
					targets = map[string]users.User{"none": {}}
				}
				for name, target := range targets {
					if got, want := actor.May(act, target) == nil, isAllowedTo(kind, act, name); got != want {
						t.Errorf("%q by %s may %s on %s: got %v, want %v", kind, via, act, name, got, want)
					}
				}
			}
		}
	}
}

// isAllowedTo reports whether an actor of the kind, with the role owner if it has roles, may carry
// out act on a target.
func isAllowedTo(kind users.ActorKind, act users.Act, target string) bool {
	switch kind {
	case users.ActorPerson, users.ActorService:
		return isAllowed(act, users.RoleOwner, target)
	case users.ActorSystem:
		return slices.Contains(strings.Fields(allowedToSystem[act]), target)
	case users.ActorOperator:
		switch act {
		case users.ActAddSystem:
			return true
		case users.ActSeeTokens, users.ActIssueToken, users.ActRevokeToken: // of everyone
			return true
		case users.ActEditOwn, users.ActSaveView:
			return false
		case users.ActDeactivate, users.ActReactivate: // refused to an owner on themselves
			return target != "system"
		}
		return isAllowed(act, users.RoleOwner, target)
	}
	return false
}

// TestPermissions compares the rules of the table, for acts on others, with allowed.
func TestPermissions(t *testing.T) {
	t.Parallel()
	if len(users.Permissions) != len(allowed) {
		t.Errorf("got %d acts, want %d", len(users.Permissions), len(allowed))
	}
	for _, p := range users.Permissions {
		if _, known := allowed[p.Act]; !known || len(p.Rules) != len(users.Roles) || p.Words == "" ||
			p.System == "" || p.Operator == "" || !slices.Contains(users.Scopes, p.Scope) {
			t.Errorf("act %s: got %+v, want one that is expected, with words, a rule for every role and kind, and a scope", p.Act, p)
		}
		for _, role := range users.Roles {
			for _, other := range strings.Fields(people) {
				if got, want := allows(p.Rules[role], other), isAllowed(p.Act, role, other); hasTarget(p.Act) && p.Act != users.ActReview &&
					p.Act != users.ActEditOwn && p.Act != users.ActIssueToken && got != want {
					t.Errorf("%s of another %s by %s: the table says %q, want %v", p.Act, other, role, p.Rules[role], want)
				}
			}
			if !hasTarget(p.Act) && allows(p.Rules[role], "user") != isAllowed(p.Act, role, "none") {
				t.Errorf("%s by %s: the table says %q", p.Act, role, p.Rules[role])
			}
		}
	}
}

// allows reports whether a rule allows an act on a person with a role.
func allows(rule users.Rule, role string) bool {
	switch rule {
	case users.Always, users.UnlessLastOwner, users.AsUser, users.AsAnyRole:
		return true
	case users.OnSubordinates:
		return role == "user" || role == "auditor"
	}
	return false
}

// TestMay_noRole is about actors without a known role or kind, who may do nothing.
func TestMay_noRole(t *testing.T) {
	t.Parallel()
	for _, actor := range []users.Actor{{}, {Kind: users.ActorPerson, Key: "usr_x", Role: "superuser"}, {Key: "usr_x", Role: users.RoleOwner}} {
		for act := range allowed {
			if err := actor.May(act, users.User{Key: "usr_y", Kind: users.KindPerson, Role: users.RoleUser}); !errors.Is(err, users.ErrForbidden) {
				t.Errorf("%+v may %s: got error %v, want %v", actor, act, err, users.ErrForbidden)
			}
		}
	}
}

// TestMay_noKey is about actors without a key, who are not the user without a key.
func TestMay_noKey(t *testing.T) {
	t.Parallel()
	keyless := users.Actor{Kind: users.ActorPerson, Role: users.RoleUser, Via: users.ViaSession}
	for act := range allowed {
		if err := keyless.May(act, users.User{Kind: users.KindService}); act != users.ActEditOwn && !errors.Is(err, users.ErrForbidden) {
			t.Errorf("an actor without a key may %s: got error %v, want %v", act, err, users.ErrForbidden)
		}
	}
}

func TestMayGive(t *testing.T) {
	t.Parallel()
	forServices := users.Roles[:3]
	tests := []struct {
		role users.Role
		act  users.Act
		kind users.Kind
		want []users.Role
	}{
		{users.RoleUser, users.ActAddPerson, users.KindPerson, nil},
		{users.RoleAuditor, users.ActCreateService, users.KindService, nil},
		{users.RoleAdmin, users.ActAddPerson, users.KindPerson, []users.Role{users.RoleUser}},
		{users.RoleAdmin, users.ActCreateService, users.KindService, []users.Role{users.RoleUser}},
		{users.RoleAdmin, users.ActChangeRole, users.KindPerson, nil},
		{users.RoleOwner, users.ActAddPerson, users.KindPerson, users.Roles},
		{users.RoleOwner, users.ActCreateService, users.KindService, forServices},
		{users.RoleOwner, users.ActChangeRole, users.KindPerson, users.Roles},
		{users.RoleOwner, users.ActChangeRole, users.KindService, forServices},
	}
	for _, test := range tests {
		got := users.Actor{Kind: users.ActorPerson, Role: test.role}.MayGive(test.act, test.kind)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("roles that %s may give in %s to a %s (-want +got):\n%s", test.role, test.act, test.kind, diff)
		}
	}
}

func TestWhoMay(t *testing.T) {
	t.Parallel()
	for act, want := range map[users.Act]string{
		users.ActSeeDirectory: "auditors, admins and owners",
		users.ActEdit:         "admins and owners",
		users.ActChangeRole:   "owners",
	} {
		if got := users.WhoMay(act); got != want {
			t.Errorf("WhoMay(%s): got %q, want %q", act, got, want)
		}
	}
}
