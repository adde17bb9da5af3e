package api

import (
	"errors"
	"net/http"
	"strings"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
)

// inviteRoutes are the calls about invites. An invite is a person who has not signed in yet;
// signing in accepts it.
func (h *Handler) inviteRoutes() []route {
	return []route{
		{Method: http.MethodPost, Pattern: "/v1/orgs/id/{org_id}/users/id/{user_id}/invites", Scope: users.ScopeUsersWrite, handle: createInvite},
		{Method: http.MethodGet, Pattern: "/v1/orgs/id/{org_id}/invites", Scope: users.ScopeUsersRead, handle: listInvites},
		{Method: http.MethodGet, Pattern: "/v1/orgs/invites/id/{invite_id}", Scope: users.ScopeUsersRead, handle: readInvite},
		{Method: http.MethodPost, Pattern: "/v1/orgs/invites/id/{invite_id}/accept", Scope: users.ScopeUsersWrite, handle: acceptInvite},
		{Method: http.MethodPost, Pattern: "/v1/orgs/invites/id/{invite_id}/decline", Scope: users.ScopeUsersWrite, handle: declineInvite},
	}
}

// Prefixes of the IDs of invites and of the keys of users.
const (
	invitePrefix = "inv_"
	keyPrefix    = "usr_"
)

// inviteID returns the id of the invite of u.
func inviteID(u users.User) string {
	return invitePrefix + strings.TrimPrefix(string(u.Key), keyPrefix)
}

// inviteOf returns the invited user u as an invite. by is the user who invited them; zero if that
// was the operator, or a user who is deleted.
func inviteOf(u, by users.User, org orgRecord) inviteRecord {
	return inviteRecord{inviteID(u), u.ID, inviter(u, by), org}
}

// inviter returns who invited u on the wire, never null. The two IDs in parentheses cannot be
// those of users.
func inviter(u, by users.User) userRecord {
	switch from := u.CreatedBy; {
	case by.Key != "":
		return userRecordOf(by)
	case from.ID != "":
		return userRecordOf(users.User{ID: from.ID, Name: from.Name, Kind: from.Kind})
	case from.Key == "":
		return userRecordOf(users.User{ID: "(console)", Name: "The console or its operator", Kind: users.KindSystem})
	}
	return userRecordOf(users.User{ID: "(deleted)", Name: "A deleted user"})
}

// createInvite serves POST /v1/orgs/id/{org_id}/users/id/{user_id}/invites: it adds a person.
func createInvite(c *call) (any, error) {
	if err := c.checkOrg(); err != nil {
		return nil, err
	}
	id, err := newID(c.param("user_id"))
	if err != nil {
		return nil, err
	}
	c.target = id
	org, err := c.orgRecord()
	if err != nil {
		return nil, err
	}
	invite := func(u users.User) any { return inviteOf(u, c.caller.User, org) }
	u, err := c.h.users.AddPerson(c.once(invite), c.actor, users.NewPerson{ID: string(id), Exact: true})
	if err != nil {
		return nil, err
	}
	return invite(u), nil
}

// listInvites serves GET /v1/orgs/id/{org_id}/invites.
func listInvites(c *call) (any, error) {
	if err := c.checkOrg(); err != nil {
		return nil, err
	}
	org, err := c.orgRecord()
	if err != nil {
		return nil, err
	}
	return c.sendUsers(directory.Query{Status: directory.Values(users.StatusInvited)}, func(page []users.User) ([]any, error) {
		creators, err := c.h.directory.Creators(c.ctx(), c.actor, page)
		all := make([]any, len(page))
		for i, u := range page {
			all[i] = inviteOf(u, creators[u.CreatedBy.Key], org)
		}
		return all, err
	})
}

// invitedUser returns the user of the invite in the path, who may have signed in since. Its errors
// are those of [users.Service.Target] for the act.
func (c *call) invitedUser(act users.Act) (users.User, error) {
	key, ok := strings.CutPrefix(string(idOf(c.param("invite_id"))), invitePrefix)
	if !ok {
		key = ""
	}
	u, err := c.h.users.TargetByKey(c.ctx(), c.actor, users.Key(keyPrefix+key), act)
	c.target = u.ID
	return u, err
}

// readInvite serves GET /v1/orgs/invites/id/{invite_id}.
func readInvite(c *call) (any, error) {
	u, err := c.invitedUser(users.ActSee)
	if err == nil && u.Status != users.StatusInvited {
		err = users.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	org, err := c.orgRecord()
	if err != nil {
		return nil, err
	}
	by, err := c.h.users.TargetByKey(c.ctx(), c.actor, u.CreatedBy.Key, users.ActSee)
	if errors.Is(err, users.ErrNotFound) || errors.Is(err, users.ErrForbidden) {
		by, err = users.User{}, nil
	}
	return inviteOf(u, by, org), err
}

// acceptInvite serves POST /v1/orgs/invites/id/{invite_id}/accept for the invited person. It does
// nothing: a person who has a token has signed in, which has accepted the invite.
func acceptInvite(c *call) (any, error) {
	_, err := c.invitedUser(users.ActEditOwn)
	return nil, err
}

// declineInvite serves POST /v1/orgs/invites/id/{invite_id}/decline: it deletes the person, unless
// they have signed in.
func declineInvite(c *call) (any, error) {
	u, err := c.invitedUser(users.ActDelete)
	if err == nil && u.Status != users.StatusInvited {
		err = users.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	err = c.h.users.Delete(c.once(noData), c.actor, u.ID, users.Deletion{Confirm: string(u.ID), Version: u.Version, Erase: users.EraseLater})
	return nil, err
}
