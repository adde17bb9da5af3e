package api

import (
	"net/http"

	"github.com/roboto-ai/console/internal/users"
)

// orgRoutes are the calls about the org. A console has one.
func (h *Handler) orgRoutes() []route {
	return []route{
		{Method: http.MethodGet, Pattern: "/v1/orgs/caller", Scope: users.ScopeUsersRead, handle: listOrgs},
		{Method: http.MethodGet, Pattern: "/v1/orgs/id/{org_id}", Scope: users.ScopeUsersRead, handle: readOrg},
		{Method: http.MethodPost, Pattern: "/v1/orgs", Scope: anyToken, handle: notOffered},
		{Method: http.MethodPut, Pattern: "/v1/orgs/id/{org_id}", Scope: anyToken, handle: notOffered},
		{Method: http.MethodDelete, Pattern: "/v1/orgs/id/{org_id}", Scope: anyToken, handle: notOffered},
		{Method: http.MethodGet, Pattern: "/v1/orgs/id/{org_id}/email_domains", Scope: users.ScopeUsersRead, handle: listEmailDomains},
		{Method: http.MethodPut, Pattern: "/v1/orgs/id/{org_id}/email_domains/id/{domain}", Scope: anyToken, handle: notOffered},
		{Method: http.MethodDelete, Pattern: "/v1/orgs/id/{org_id}/email_domains/id/{domain}", Scope: anyToken, handle: notOffered},
	}
}

// listOrgs serves GET /v1/orgs/caller.
func listOrgs(c *call) (any, error) {
	org, err := c.orgRecord()
	return []orgRecord{org}, err
}

// orgsOfUser serves GET /v1/users/id/{user_id}/orgs.
func orgsOfUser(c *call) (any, error) {
	if _, err := c.h.users.User(c.ctx(), c.actor, c.pathID()); err != nil {
		return nil, err
	}
	return listOrgs(c)
}

// readOrg serves GET /v1/orgs/id/{org_id}.
func readOrg(c *call) (any, error) {
	if err := c.checkOrg(); err != nil {
		return nil, err
	}
	return c.orgRecord()
}

// listEmailDomains serves GET /v1/orgs/id/{org_id}/email_domains: the domains of addresses that may
// sign up.
func listEmailDomains(c *call) (any, error) {
	if err := c.checkOrg(); err != nil {
		return nil, err
	}
	_, domains := c.h.users.SignUp()
	return append([]string{}, domains...), nil
}
