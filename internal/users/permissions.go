package users

import (
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
	ActEdit          Act = "edit"
	ActDeactivate    Act = "deactivate"
	ActReactivate    Act = "reactivate"
	ActDelete        Act = "delete"
	ActEndSessions   Act = "end_sessions"
	ActResetSignIn   Act = "reset_sign_in"
	ActAddPerson     Act = "add_person"
	ActCreateService Act = "create_service_user"
	ActAddSystem     Act = "add_system_user"
	ActChangeRole    Act = "change_role"
	ActSaveView      Act = "save_view"
	ActShareView     Act = "share_view"
	ActDeleteView    Act = "delete_view" // of somebody else
)

// Rule says on whom a role may carry out an act.
type Rule string

// The rules. They read as the cells of the permission matrix.
const (
	Never           Rule = "no"
	Always          Rule = "yes"
	OnSelf          Rule = "own"
	WhereAnswerable Rule = "own, and those they answer for"
	OnSubordinates  Rule = "of users and auditors"
	AsUser          Rule = "with the role user"
	AsAnyRole       Rule = "with any role it may have"
	UnlessLastOwner Rule = "yes, unless it is the last active owner"
)

// A Permission is one line of the permission matrix: what each role may do.
type Permission struct {
	Act      Act
	Words    string // the act as a person would name it, after "may"
	Rules    map[Role]Rule
	Operator Rule // for the command line
}

// rule returns the rule for an actor. People and service users act by their role. System
// users, the provider and the console have no permission: what the console records by
// itself, and the sessions that the provider ends, ask for none.
func (p Permission) rule(a Actor) Rule {
	switch a.Kind {
	case ActorPerson, ActorService:
		return p.Rules[a.Role]
	case ActorOperator:
		return p.Operator
	}
	return Never
}

// Permissions is the whole of who may do what. [Actor.May] decides by it, the
// tests walk it, with every kind of actor, and docs/permissions.md is written from it.
//
// Three things hold beside it: everyone may do to themselves what the row says
// of their own record; nobody changes their own role or status, save that an
// owner may step down; system users are never changed here.
var Permissions = []Permission{
	{ActEditOwn, "edit their own profile", rules(Always, Always, Always, Always), Never},
	{ActReview, "mark a service user reviewed", rules(WhereAnswerable, WhereAnswerable, OnSubordinates, Always), Always},
	{ActSee, "see a user, with their history", rules(WhereAnswerable, Always, Always, Always), Always},
	{ActSeeDirectory, "see the directory", rules(Never, Always, Always, Always), Always},
	{ActSeeAudit, "see the audit log", rules(Never, Always, Always, Always), Always},
	{ActExport, "export the directory", rules(Never, Always, Always, Always), Always},
	{ActEdit, "edit a user", rules(OnSelf, OnSelf, OnSubordinates, Always), Always},
	{ActDeactivate, "deactivate a user", rules(Never, Never, OnSubordinates, UnlessLastOwner), UnlessLastOwner},
	{ActReactivate, "reactivate a user", rules(Never, Never, OnSubordinates, Always), Always},
	{ActDelete, "delete a user", rules(OnSelf, OnSelf, OnSubordinates, UnlessLastOwner), UnlessLastOwner},
	{ActEndSessions, "end sessions", rules(OnSelf, OnSelf, OnSubordinates, Always), Always},
	{ActResetSignIn, "reset a sign-in", rules(Never, Never, OnSubordinates, UnlessLastOwner), Always},
	{ActAddPerson, "add a person", rules(Never, Never, AsUser, AsAnyRole), AsAnyRole},
	{ActCreateService, "create a service user", rules(Never, Never, AsUser, AsAnyRole), AsAnyRole},
	{ActAddSystem, "add a system user", rules(Never, Never, Never, Never), AsUser},
	{ActChangeRole, "change a role", rules(Never, Never, Never, UnlessLastOwner), UnlessLastOwner},
	{ActSaveView, "save a view of the directory for themselves", rules(Never, Always, Always, Always), Never},
	{ActShareView, "share a view with everyone who sees the directory", rules(Never, Never, Always, Always), Always},
	{ActDeleteView, "delete a view that somebody else shares", rules(Never, Never, Never, Always), Always},
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
var selfActs = []Act{ActEditOwn, ActSee, ActEdit, ActDelete, ActEndSessions}

// refusal says why a may not do p to target, or nothing.
func (a Actor) refusal(p Permission, target User) string {
	self := a.is(target)
	switch {
	case a.Kind != ActorPerson && a.Kind != ActorService && a.Kind != ActorOperator:
		return "Only people, service users and the command line act here."
	case target.Kind == KindSystem && p.Act != ActSee:
		return "System users belong to the platform and are not changed here."
	case p.Act == ActEditOwn && !self && target.Key != "":
		return "Everyone edits their own profile alone."
	case p.Act == ActReview && target.Kind != KindService && target.Key != "":
		return "Only service users are reviewed."
	case self && (p.Act == ActDeactivate || p.Act == ActReactivate):
		return "You cannot change your own status."
	case self && p.Act == ActChangeRole && a.Role != RoleOwner:
		return "You cannot change your own role."
	case self && slices.Contains(selfActs, p.Act):
		return ""
	case p.Act == ActReview && a.answersFor(target):
		return ""
	}
	switch p.rule(a) {
	case Always, AsUser, AsAnyRole, UnlessLastOwner:
		return ""
	case OnSubordinates:
		if target.Key == "" || target.Role == RoleUser || target.Role == RoleAuditor {
			return ""
		}
		return fmt.Sprintf("%s is an %s, and only an owner can %s with that role.", target.Label(), target.Role, p.Words)
	case WhereAnswerable:
		if a.answersFor(target) {
			return ""
		}
	}
	who := WhoMay(p.Act)
	if who == "" {
		return fmt.Sprintf("Only the command line can %s.", p.Words)
	}
	return fmt.Sprintf("Your role is %s. Only %s can %s.", a.Role, who, p.Words)
}

// WhoMay names the roles that may carry out act on others, such as "admins and
// owners".
func WhoMay(act Act) string {
	var names []string
	for _, role := range Roles {
		switch permission(act).Rules[role] {
		case Never, OnSelf, WhereAnswerable:
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
