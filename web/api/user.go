package api

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/users"
)

// userRoutes are the calls about users.
func (h *Handler) userRoutes() []route {
	return []route{
		{Method: http.MethodGet, Pattern: "/v1/users", Scope: users.ScopeUsersRead, handle: readSelf},
		{Method: http.MethodPost, Pattern: "/v1/users", Scope: users.ScopeUsersWrite, handle: createUser},
		{Method: http.MethodPut, Pattern: "/v1/users", Scope: users.ScopeUsersWrite, handle: updateUser},
		{Method: http.MethodDelete, Pattern: "/v1/users", Scope: users.ScopeUsersWrite, handle: deleteUser},
		{Method: http.MethodGet, Pattern: "/v1/users/whoami", Scope: users.ScopeUsersRead, handle: whoami},
		{Method: http.MethodGet, Pattern: "/v1/users/id/{user_id}", Scope: users.ScopeUsersRead, handle: readUser},
		{Method: http.MethodGet, Pattern: "/v1/users/id/{user_id}/orgs", Scope: users.ScopeUsersRead, handle: orgsOfUser},
	}
}

// readSelf serves GET /v1/users: the caller.
func readSelf(c *call) (any, error) { return c.orNotModified(c.caller.User), nil }

// readUser serves GET /v1/users/id/{user_id}.
func readUser(c *call) (any, error) {
	u, err := c.h.users.User(c.ctx(), c.actor, c.pathID())
	if err != nil {
		return nil, err
	}
	return c.orNotModified(u), nil
}

// whoami serves GET /v1/users/whoami. The role is that which the token acts in.
func whoami(c *call) (any, error) {
	return struct {
		User  userRecord  `json:"user"`
		Role  users.Role  `json:"role"`
		Token tokenRecord `json:"token"`
	}{userRecordOf(c.caller.User), c.actor.Role, tokenRecordOf(c.caller.Token)}, nil
}

// A newUser is what POST /v1/users takes.
type newUser struct {
	person    users.NewPerson
	isSystem  bool
	isService bool
}

// readNewUser reads the body of POST /v1/users.
func readNewUser(o *object) (n newUser, err error) {
	id, name, picture := o.text("user_id"), o.text("name"), o.text("picture_url")
	n.isService, n.isSystem = o.flag("is_service_user"), o.flag("is_system_user")
	n.person.Channels = defaults(o.texts("default_notification_channels"), users.Channels)
	n.person.Types = defaults(o.texts("default_notification_types"), users.Types)
	if n.isService && n.isSystem {
		o.fail("is_system_user", "A user cannot be both a service user and a system user.")
	}
	if id != nil {
		canonical, err := newID(*id)
		if err != nil {
			return n, err
		}
		n.person.ID, n.person.Exact = string(canonical), true
	}
	n.person.Name, n.person.PictureURL = textOf(name), textOf(picture)
	for field, text := range map[string]*string{"name": name, "picture_url": picture} {
		if text != nil && strings.TrimSpace(*text) == "" {
			o.fail(field, "This cannot be empty. Leave it out, or send null.")
		}
	}
	return n, o.err()
}

// textOf returns a text, empty if it is absent.
func textOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// defaults returns the notifications of a new user: those that are listed and no others; nil, which
// is the default, without a list.
func defaults(listed, keys []string) map[string]bool {
	if listed == nil {
		return nil
	}
	on := make(map[string]bool, len(keys))
	for _, key := range slices.Concat(keys, listed) {
		on[key] = slices.Contains(listed, key)
	}
	return on
}

// createUser serves POST /v1/users. Only system users may call it, as on the platform.
func createUser(c *call) (any, error) {
	if c.actor.Kind != users.ActorSystem {
		return nil, &users.ForbiddenError{Act: users.ActAddPerson, Why: "Only system users may create users by this call."}
	}
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	n, err := readNewUser(o)
	if err != nil {
		return nil, err
	}
	ctx := c.once(func(u users.User) any { return userRecordOf(u) })
	var u users.User
	switch {
	case n.isSystem:
		u, err = c.h.users.CreateSystemUser(ctx, c.actor, n.person)
	case n.isService:
		u, err = c.h.users.CreateServiceUser(ctx, c.actor, users.NewServiceUser{NewPerson: n.person})
	default:
		u, err = c.h.users.AddPerson(ctx, c.actor, n.person)
	}
	if err != nil {
		return nil, namedByAPI(err, "default_notification_channels", "default_notification_types")
	}
	return c.withETag(u), nil
}

// updateUser serves PUT /v1/users. Values that are null or absent stay unchanged.
func updateUser(c *call) (any, error) {
	id, err := c.headerID()
	if err != nil {
		return nil, err
	}
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	fields := users.Fields{
		Name: o.text("name"), PictureURL: o.text("picture_url"),
		Channels: o.flags("notification_channels_enabled"), Types: o.flags("notification_types_enabled"), Exact: true,
	}
	if err := o.err(); err != nil {
		return nil, err
	}
	version, err := c.ifMatch(id, users.ActEdit)
	if err != nil {
		return nil, err
	}
	ctx := c.once(func(u users.User) any { return userRecordOf(u) })
	u, err := c.h.users.Edit(ctx, c.actor, id, users.Edit{Fields: fields, Version: version})
	if err != nil {
		return nil, namedByAPI(precondition(err, version), "notification_channels_enabled", "notification_types_enabled")
	}
	return c.withETag(u), nil
}

// namedByAPI renames the fields of an error about notification channels and types to those of the
// call, with one error for each.
func namedByAPI(err error, channels, types string) error {
	bad, ok := errors.AsType[*users.InvalidError](err)
	if !ok {
		return err
	}
	renamed := new(users.InvalidError)
	for _, f := range bad.Fields {
		switch what, _, one := strings.Cut(f.Field, "."); {
		case one && what == "channel":
			f = users.FieldError{Field: channels, Message: "The channels are " + strings.Join(users.Channels, " and ") + "."}
		case one && what == "type":
			f = users.FieldError{Field: types, Message: "The only type is " + strings.Join(users.Types, " and ") + "."}
		}
		if !slices.Contains(renamed.Fields, f) {
			renamed.Fields = append(renamed.Fields, f)
		}
	}
	return renamed
}

// deleteUser serves DELETE /v1/users.
func deleteUser(c *call) (any, error) {
	id, err := c.headerID()
	if err != nil {
		return nil, err
	}
	version, err := c.ifMatch(id, users.ActDelete)
	if err != nil {
		return nil, err
	}
	err = c.h.users.Delete(c.once(noData), c.actor, id, users.Deletion{Confirm: string(id), Version: version, Erase: users.EraseLater})
	return nil, precondition(err, version)
}
