package api

import (
	"errors"
	"slices"

	"github.com/roboto-ai/console/internal/users"
)

// orgRoles are the roles that the SDK knows, from the least to the most. Each has the ones
// before it as well.
var orgRoles = []users.Role{users.RoleUser, users.RoleAdmin, users.RoleOwner}

// rolesOf returns the roles of the SDK that a user with a role has: an auditor has those of
// a user.
func rolesOf(role users.Role) []users.Role { return orgRoles[:rank(role)+1] }

// rank returns the place of a role in orgRoles.
func rank(role users.Role) int { return max(0, slices.Index(orgRoles, role)) }

// A roleChange is what PUT /v1/orgs/id/{org_id}/users/id/{user_id} takes.
type roleChange struct{ add, remove []users.Role }

// readRoleChange reads the body of that call.
func readRoleChange(o *object) (roleChange, error) {
	change := roleChange{add: orgRolesIn(o, "add_roles"), remove: orgRolesIn(o, "remove_roles")}
	if len(change.add)+len(change.remove) == 0 && o.err() == nil {
		o.fail("add_roles", "Name at least one role here or in remove_roles.")
	}
	if slices.Contains(change.remove, users.RoleUser) {
		o.fail("remove_roles", "Every member has the role user. To remove a member, send DELETE.")
	}
	return change, o.err()
}

// orgRolesIn returns the roles that a member of o lists.
func orgRolesIn(o *object, name string) []users.Role {
	var roles []users.Role
	for _, text := range o.texts(name) {
		if !slices.Contains(orgRoles, users.Role(text)) {
			o.fail(name, "The roles are user, admin and owner.")
			return nil
		}
		roles = append(roles, users.Role(text))
	}
	return roles
}

// of returns the role that a user with that role gets. To take a role away takes away the
// higher ones; to add one adds the lower ones. Who has what is added already keeps the role,
// so that an auditor to whom "user" is added stays an auditor.
func (c roleChange) of(role users.Role) users.Role {
	for _, one := range c.remove {
		if rank(role) >= rank(one) {
			role = orgRoles[rank(one)-1]
		}
	}
	for _, one := range c.add {
		if rank(role) < rank(one) {
			role = one
		}
	}
	return role
}

// roleTries is how often a change of role is tried where another change comes between.
const roleTries = 5

// updateRoles serves PUT /v1/orgs/id/{org_id}/users/id/{user_id}.
func updateRoles(c *call) (any, error) {
	if err := c.sameOrg(); err != nil {
		return nil, err
	}
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	change, err := readRoleChange(o)
	if err != nil {
		return nil, err
	}
	version, err := c.ifMatch(c.pathID(), users.ActChangeRole)
	if err != nil {
		return nil, err
	}
	ctx := c.once(nothingTold)
	for try := 1; ; try++ {
		u, err := c.h.users.Target(c.ctx(), c.actor, c.target, users.ActChangeRole)
		if err != nil {
			return nil, err
		}
		if version != 0 {
			u.Version = version
		}
		_, err = c.h.users.ChangeRole(ctx, c.actor, c.target, users.RoleChange{Role: change.of(u.Role), Version: u.Version})
		if version != 0 || try == roleTries || !errors.Is(err, users.ErrStale) {
			return nil, precondition(err, version)
		}
	}
}
