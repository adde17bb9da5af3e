package api

import (
	"errors"
	"slices"

	"github.com/roboto-ai/console/internal/users"
)

// orgRoles are the roles of the SDK, from the lowest to the highest. Each includes those before
// it.
var orgRoles = []users.Role{users.RoleUser, users.RoleAdmin, users.RoleOwner}

// rolesOf returns the roles of the SDK for a role: an auditor has those of a user.
func rolesOf(role users.Role) []users.Role { return orgRoles[:rank(role)+1] }

// rank returns the index of a role in orgRoles.
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

// of returns the new role of a user with that role. Removing a role removes the higher ones;
// adding one adds the lower ones. A role that includes what is added stays, so that an auditor
// to whom "user" is added stays an auditor.
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

// maxRoleTries is how often a change of role is tried where concurrent changes get in between.
const maxRoleTries = 5

// updateRoles serves PUT /v1/orgs/id/{org_id}/users/id/{user_id}.
func updateRoles(c *call) (any, error) {
	if err := c.checkOrg(); err != nil {
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
	ctx := c.once(noData)
	for try := 1; ; try++ {
		u, err := c.h.users.Target(c.ctx(), c.actor, c.target, users.ActChangeRole)
		if err != nil {
			return nil, err
		}
		if version != 0 {
			u.Version = version
		}
		_, err = c.h.users.ChangeRole(ctx, c.actor, c.target, users.RoleChange{Role: change.of(u.Role), Version: u.Version})
		if version != 0 || try == maxRoleTries || !errors.Is(err, users.ErrStale) {
			return nil, precondition(err, version)
		}
	}
}
