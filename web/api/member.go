package api

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
)

// memberRoutes are the calls about the members of the org: all users but system users.
func (h *Handler) memberRoutes() []route {
	return []route{
		{Method: http.MethodGet, Pattern: "/v1/orgs/id/{org_id}/users", Scope: users.ScopeUsersRead, handle: listMembers},
		{Method: http.MethodPut, Pattern: "/v1/orgs/id/{org_id}/users/id/{user_id}", Scope: users.ScopeUsersWrite, handle: updateRoles},
		{Method: http.MethodDelete, Pattern: "/v1/orgs/id/{org_id}/users/id/{user_id}", Scope: users.ScopeUsersWrite, handle: removeMember},
	}
}

// memberFilters are the filters of the directory, as its page has them.
var memberFilters = []string{"q", "type", "role", "status", "department", "label", "manager", "seen", "created", "view", "sort"}

// listMembers serves GET /v1/orgs/id/{org_id}/users: all members who are not deactivated as one
// list, in the order of creation; with limit or page_token one page, with filters.
func listMembers(c *call) (any, error) {
	if err := c.checkOrg(); err != nil {
		return nil, err
	}
	query, err := c.query(append(slices.Clone(memberFilters), "limit", "page_token")...)
	if err != nil {
		return nil, err
	}
	if query.Has("limit") || query.Has("page_token") {
		return c.pageOfMembers(query)
	}
	for _, name := range memberFilters {
		if query.Get(name) != "" {
			return nil, invalid(name, "Filters are for a list page by page. Send limit as well.")
		}
	}
	org, err := c.orgRecord()
	if err != nil {
		return nil, err
	}
	return c.sendUsers(directory.Query{Present: true}, func(page []users.User) ([]any, error) {
		all := make([]any, len(page))
		for i, u := range page {
			all[i] = orgUserOf(u, org)
		}
		return all, nil
	})
}

// orgUserOf returns u as a member of the org.
func orgUserOf(u users.User, org orgRecord) orgUserRecord {
	return orgUserRecord{userRecordOf(u), org, rolesOf(u.Role)}
}

// pageOfMembers returns the page of members of a query.
func (c *call) pageOfMembers(query url.Values) (any, error) {
	limit := users.DefaultLimit
	if text := query.Get("limit"); text != "" {
		var err error
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > users.MaxLimit {
			return nil, invalid("limit", "Send a number from 1 to "+strconv.Itoa(users.MaxLimit)+".")
		}
	}
	found, err := c.h.directory.Members(c.ctx(), c.actor, directory.Query{
		Text: query.Get("q"), Kind: directory.Values(query.Get("type")), Role: directory.Values(query.Get("role")), Status: directory.Values(query.Get("status")),
		Department: directory.Values(query.Get("department")), Label: directory.Values(query.Get("label")), Manager: directory.Values(query.Get("manager")),
		Seen: directory.Span(query.Get("seen")), Created: directory.Span(query.Get("created")), View: directory.View(query.Get("view")),
		Sort: directory.Sort(query.Get("sort")), After: query.Get("page_token"), Limit: limit, Present: true,
	})
	if err != nil {
		return nil, err
	}
	org, err := c.orgRecord()
	if err != nil {
		return nil, err
	}
	page := struct {
		Items []orgUserRecord `json:"items"`
		Next  *string         `json:"next_token"`
	}{Items: make([]orgUserRecord, len(found.Users)), Next: orNull(found.Next)}
	for i, u := range found.Users {
		page.Items[i] = orgUserOf(u, org)
	}
	return page, nil
}

// sendUsers streams all users of q as one list, in the order of creation, with one page of them in
// memory at a time. records returns the list entries of a page.
func (c *call) sendUsers(q directory.Query, records func([]users.User) ([]any, error)) (any, error) {
	q.Sort, q.Limit = "created", users.MaxLimit
	s := c.stream("application/json", users.ActSeeDirectory)
	return s.send(func() error {
		between := `{"data":[`
		for {
			page, err := c.h.directory.Members(c.ctx(), c.actor, q)
			if err != nil {
				return err
			}
			all, err := records(page.Users)
			if err != nil {
				return err
			}
			for _, one := range all {
				s.buffer.WriteString(between)
				if between = ","; s.json.Encode(one) != nil {
					panic("a record that cannot be encoded")
				}
			}
			if q.After = page.Next; q.After == "" || c.r.Method == http.MethodHead {
				break
			}
			if err := s.flush(); err != nil {
				return err
			}
		}
		s.buffer.WriteString(strings.TrimPrefix(between, ",") + `]}`)
		return nil
	})
}

// removeMember serves DELETE /v1/orgs/id/{org_id}/users/id/{user_id}: it deactivates the user.
func removeMember(c *call) (any, error) {
	if err := c.checkOrg(); err != nil {
		return nil, err
	}
	version, err := c.ifMatch(c.pathID(), users.ActDeactivate)
	if err != nil {
		return nil, err
	}
	err = c.h.users.Deactivate(c.once(noData), c.actor, c.target, users.Departure{Version: version})
	return nil, precondition(err, version)
}
