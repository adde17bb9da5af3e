package users

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Act is something that an actor may or may not do.
type Act string

// The acts that roles differ in.
const (
	ActEditOwn       Act = "edit_own"
	ActReview        Act = "review"
	ActSee           Act = "see"
	ActSeeDirectory  Act = "see_directory"
	ActSeeAudit      Act = "see_audit"
	ActExport        Act = "export"
	ActBatch         Act = "batch" // an act on many users; each act is checked for each user
	ActEdit          Act = "edit"
	ActOrganise      Act = "organise" // set [OrgFields]
	ActDeactivate    Act = "deactivate"
	ActReactivate    Act = "reactivate"
	ActDelete        Act = "delete"
	ActRestore       Act = "restore" // a deleted user
	ActErase         Act = "erase"   // a deleted user, from the history too
	ActEndSessions   Act = "end_sessions"
	ActResetSignIn   Act = "reset_sign_in"
	ActSeeTokens     Act = "see_tokens"
	ActIssueToken    Act = "issue_token"  // and rotate and enable it
	ActRevokeToken   Act = "revoke_token" // and disable it
	ActIntrospect    Act = "introspect"
	ActAddPerson     Act = "add_person"
	ActCreateService Act = "create_service_user"
	ActAddSystem     Act = "add_system_user"
	ActChangeRole    Act = "change_role"
	ActSaveView      Act = "save_view"
	ActShareView     Act = "share_view"
	ActDeleteView    Act = "delete_view" // of another user
)

// Rule says on whom a role may carry out an act.
type Rule string

// The rules. They read as the cells of the permission matrix.
const (
	Never            Rule = "no"
	Always           Rule = "yes"
	OnSelf           Rule = "own"
	WhereResponsible Rule = "own, and those they are responsible for"
	OnSubordinates   Rule = "of users and auditors"
	ExceptOwners     Rule = "of anyone but owners"
	WithToken        Rule = "with a token of that scope"
	AsUser           Rule = "with the role user"
	AsAnyRole        Rule = "with any role it may have"
	UnlessLastOwner  Rule = "yes, unless it is the last active owner"
)

// A Permission is one line of the permission matrix: what each role may do.
type Permission struct {
	Act      Act
	Words    string // the act as a person would name it, after "may"
	Rules    map[Role]Rule
	System   Rule  // for system users
	Operator Rule  // for the command line
	Scope    Scope // that a token needs for it
}

// rule returns the rule for an actor. People and service users act by their role. The provider
// and the console have no permission: what the console records by itself, and the sessions
// that the provider ends, ask for none.
func (p Permission) rule(a Actor) Rule {
	switch a.Kind {
	case ActorPerson, ActorService:
		return p.Rules[a.Role]
	case ActorSystem:
		return p.System
	case ActorOperator:
		return p.Operator
	}
	return Never
}

// Permissions is the whole of who may do what. [Actor.May] decides by it, the
// tests walk it, with every kind of actor, and docs/permissions.md is written from it.
//
// Beside it these hold: everyone may do to themselves what the row says of their own record;
// no one changes their own role or status, except that an owner may step down; system users are
// changed by themselves alone, and the command line issues their tokens; a token gives no access
// to the tokens of another user; the tokens of a person are issued by that person or the command
// line; a token acts in no role above that of who issues it.
var Permissions = []Permission{
	{ActEditOwn, "edit their own profile", rules(Always, Always, Always, Always), Always, Never, ScopeUsersWrite},
	{ActReview, "mark a service user reviewed", rules(WhereResponsible, WhereResponsible, OnSubordinates, Always), Always, Always, ScopeUsersWrite},
	{ActSee, "see a user and their activity", rules(WhereResponsible, Always, Always, Always), Always, Always, ScopeUsersRead},
	{ActSeeDirectory, "see the directory", rules(Never, Always, Always, Always), Always, Always, ScopeUsersRead},
	{ActSeeAudit, "see the audit log", rules(Never, Always, Always, Always), Always, Always, ScopeAuditRead},
	{ActExport, "export the directory", rules(Never, Always, Always, Always), Always, Always, ScopeUsersRead},
	{ActBatch, "act on many users at once", rules(Never, Never, Always, Always), Never, Always, ScopeUsersWrite},
	{ActEdit, "edit a user", rules(OnSelf, OnSelf, OnSubordinates, Always), ExceptOwners, Always, ScopeUsersWrite},
	{ActOrganise, "set department, title, manager, labels and note", rules(Never, Never, OnSubordinates, Always), Never, Always, ScopeUsersWrite},
	{ActDeactivate, "deactivate a user", rules(Never, Never, OnSubordinates, UnlessLastOwner), ExceptOwners, UnlessLastOwner, ScopeUsersWrite},
	{ActReactivate, "reactivate a user", rules(Never, Never, OnSubordinates, Always), ExceptOwners, Always, ScopeUsersWrite},
	{ActDelete, "delete a user", rules(OnSelf, OnSelf, OnSubordinates, UnlessLastOwner), ExceptOwners, UnlessLastOwner, ScopeUsersWrite},
	{ActRestore, "restore a deleted user", rules(Never, Never, OnSubordinates, Always), Never, Always, ScopeUsersWrite},
	{ActErase, "erase a user from the audit log", rules(Never, Never, Never, UnlessLastOwner), Never, UnlessLastOwner, ScopeUsersWrite},
	{ActEndSessions, "end sessions", rules(OnSelf, OnSelf, OnSubordinates, Always), ExceptOwners, Always, ScopeUsersWrite},
	{ActResetSignIn, "reset a sign-in", rules(Never, Never, OnSubordinates, UnlessLastOwner), ExceptOwners, Always, ScopeUsersWrite},
	{ActSeeTokens, "see tokens", rules(WhereResponsible, Always, Always, Always), Always, Always, ScopeTokensSelf},
	{ActIssueToken, "issue, rotate and enable tokens", rules(WhereResponsible, WhereResponsible, OnSubordinates, Always), Never, Always, ScopeTokensSelf},
	{ActRevokeToken, "disable and revoke tokens", rules(WhereResponsible, WhereResponsible, OnSubordinates, Always), OnSelf, Always, ScopeTokensSelf},
	{ActIntrospect, "introspect tokens", rules(WithToken, WithToken, WithToken, WithToken), WithToken, Never, ScopeTokensIntrospect},
	{ActAddPerson, "add a person", rules(Never, Never, AsUser, AsAnyRole), AsUser, AsAnyRole, ScopeUsersWrite},
	{ActCreateService, "create a service user", rules(Never, Never, AsUser, AsAnyRole), AsUser, AsAnyRole, ScopeUsersWrite},
	{ActAddSystem, "add a system user", rules(Never, Never, Never, Never), AsUser, AsUser, ScopeUsersWrite},
	{ActChangeRole, "change a role", rules(Never, Never, Never, UnlessLastOwner), Never, UnlessLastOwner, ScopeUsersWrite},
	{ActSaveView, "save a view of the directory for themselves", rules(Never, Always, Always, Always), Never, Never, ScopeUsersWrite},
	{ActShareView, "share a view with everyone who sees the directory", rules(Never, Never, Always, Always), Never, Always, ScopeUsersWrite},
	{ActDeleteView, "delete a shared view of another user", rules(Never, Never, Never, Always), Never, Always, ScopeUsersWrite},
}

// rules lists the rules in the order of the columns of the matrix.
func rules(user, auditor, admin, owner Rule) map[Role]Rule {
	return map[Role]Rule{RoleUser: user, RoleAuditor: auditor, RoleAdmin: admin, RoleOwner: owner}
}

// permission returns the row of an act. Every act has one, which a test holds.
func permission(act Act) Permission {
	return Permissions[slices.IndexFunc(Permissions, func(p Permission) bool { return p.Act == act })]
}

// May returns nil if a may carry out act on target (the zero User where an act
// has none), else a [*ForbiddenError]. Who is the last active owner is decided
// in the transaction that would end it, as [ErrLastOwner], not here.
func (a Actor) May(act Act, target User) error {
	p := permission(act)
	if why := a.refusal(p, target); why != "" {
		return &ForbiddenError{act, why}
	}
	return nil
}

// selfActs are what everyone may do to themselves, whatever their role.
var selfActs = []Act{ActEditOwn, ActSee, ActEdit, ActDelete, ActEndSessions, ActSeeTokens, ActIssueToken, ActRevokeToken}

// systemActs are the self acts of system users.
var systemActs = []Act{ActEditOwn, ActSee, ActEdit, ActSeeTokens, ActRevokeToken}

// tokenActs are the acts on tokens.
var tokenActs = []Act{ActSeeTokens, ActIssueToken, ActRevokeToken}

// narrowed returns a [*ForbiddenError] if a came with a token that lacks the scope of p.
func (a Actor) narrowed(p Permission) error {
	if a.Token == "" || a.Scopes.Allows(p.Scope) {
		return nil
	}
	return &ForbiddenError{p.Act, fmt.Sprintf("This token lacks the scope %s, without which it cannot %s.", p.Scope, p.Words)}
}

// sees reports whether the kind and the role of a may see target, whatever the scopes of its
// token: who may edit a user knows that there is one.
func (a Actor) sees(target User) bool {
	a.Token, a.Scopes = "", nil
	return a.May(ActSee, target) == nil
}

// refusal says why a may not do p to target, or nothing.
func (a Actor) refusal(p Permission, target User) string {
	if narrowed, ok := errors.AsType[*ForbiddenError](a.narrowed(p)); ok {
		return narrowed.Why
	}
	if why := a.barred(p.Act, target); why != "" {
		return why
	}
	self := a.is(target)
	switch {
	case self && slices.Contains(selfActs, p.Act) && (a.Kind != ActorSystem || slices.Contains(systemActs, p.Act)):
		return ""
	case a.ResponsibleFor(target) && (p.Act == ActReview || slices.Contains(tokenActs, p.Act)):
		return ""
	}
	return a.ruledOut(p, target)
}

// barred says why no rule of the matrix allows a to do act to target, or nothing.
func (a Actor) barred(act Act, target User) string {
	self := a.is(target)
	ofTokens := slices.Contains(tokenActs, act)
	switch {
	case a.Kind == ActorProvider || a.Kind == ActorConsole || !slices.Contains(ActorKinds, a.Kind):
		return "Only users and the command line act here."
	case target.Kind == KindSystem && act != ActSee && act != ActSeeTokens &&
		!(self && slices.Contains(systemActs, act)) && !(ofTokens && a.Kind == ActorOperator):
		return "System users belong to the platform and are not changed here."
	case act == ActEditOwn && !self && target.Key != "":
		return "People can edit only their own profile."
	case act == ActReview && (self || target.Kind != KindService && target.Key != ""):
		return "Only service users are reviewed, and not by themselves."
	case self && (act == ActDeactivate || act == ActReactivate):
		return "You cannot change your own status."
	case self && act == ActChangeRole && a.Role != RoleOwner:
		return "You cannot change your own role."
	case act == ActErase && a.Token != "":
		return "A token cannot erase anyone from the history at once."
	case ofTokens && a.Token != "" && !self:
		return "A token gives access to the tokens of its own user alone."
	case act == ActIssueToken && target.Kind == KindPerson && !self && a.Kind != ActorOperator:
		return "People issue their own tokens."
	}
	return ""
}

// ruledOut says why the rule for a does not allow p on target, or nothing.
func (a Actor) ruledOut(p Permission, target User) string {
	switch p.rule(a) {
	case Always, AsUser, AsAnyRole, UnlessLastOwner:
		return ""
	case WithToken:
		if a.Token != "" {
			return ""
		}
	case ExceptOwners:
		if target.Role != RoleOwner {
			return ""
		}
		return fmt.Sprintf("%s is an owner, and only an owner can %s with that role.", target.Label(), p.Words)
	case OnSubordinates:
		if target.Key == "" || target.Role == RoleUser || target.Role == RoleAuditor {
			return ""
		}
		return fmt.Sprintf("%s is an %s, and only an owner can %s with that role.", target.Label(), target.Role, p.Words)
	case WhereResponsible:
		if a.ResponsibleFor(target) {
			return ""
		}
	}
	switch who := WhoMay(p.Act); {
	case p.System == WithToken:
		return fmt.Sprintf("Only a token with the scope %s can %s.", p.Scope, p.Words)
	case who == "" && p.System != Never:
		return fmt.Sprintf("Only system users and the command line can %s.", p.Words)
	case who == "":
		return fmt.Sprintf("Only the command line can %s.", p.Words)
	default:
		return fmt.Sprintf("Your role is %s. Only %s can %s.", a.Role, who, p.Words)
	}
}

// WhoMay names the roles that may carry out act on others, such as "admins and
// owners".
func WhoMay(act Act) string {
	var names []string
	for _, role := range Roles {
		switch permission(act).Rules[role] {
		case Never, OnSelf, WhereResponsible, WithToken:
		default:
			names = append(names, string(role)+"s")
		}
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}

// MayGive returns the roles that a may give to a new user of the kind, or to one
// whose role it changes.
func (a Actor) MayGive(act Act, kind Kind) []Role {
	switch permission(act).rule(a) {
	case AsUser:
		return []Role{RoleUser}
	case AsAnyRole, UnlessLastOwner:
		return rolesOf(kind)
	}
	return nil
}

// rolesOf returns the roles that a user of the kind may have.
func rolesOf(kind Kind) []Role {
	if kind == KindService {
		return []Role{RoleUser, RoleAuditor, RoleAdmin}
	}
	return Roles
}
