package api

import (
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// A userRecord is a User on the wire. The SDK refuses a whole list if a map in a record is null or
// has an unknown key.
type userRecord struct {
	ID        users.ID        `json:"user_id"`
	IsService bool            `json:"is_service_user"`
	IsSystem  bool            `json:"is_system_user"`
	Name      *string         `json:"name"`
	Picture   *string         `json:"picture_url"`
	Channels  map[string]bool `json:"notification_channels_enabled"`
	Types     map[string]bool `json:"notification_types_enabled"`
}

// userRecordOf returns u on the wire.
func userRecordOf(u users.User) userRecord {
	return userRecord{
		ID: u.ID, IsService: u.Kind == users.KindService, IsSystem: u.Kind == users.KindSystem,
		Name: orNull(u.Name), Picture: orNull(u.PictureURL),
		Channels: onlyKeys(u.Channels, users.Channels), Types: onlyKeys(u.Types, users.Types),
	}
}

// orNull returns nil for an empty text.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// onlyKeys returns what is stored under some keys.
func onlyKeys(stored map[string]bool, keys []string) map[string]bool {
	kept := make(map[string]bool, len(keys))
	for _, key := range keys {
		if on, ok := stored[key]; ok {
			kept[key] = on
		}
	}
	return kept
}

// An orgRecord is an Org on the wire.
type orgRecord struct {
	ID        string    `json:"org_id"`
	Name      string    `json:"name"`
	Tier      string    `json:"tier"`
	Status    string    `json:"status"`
	Created   time.Time `json:"created"`
	CreatedBy *string   `json:"created_by"`
}

// orgRecord returns the org, which was created with the first event.
func (c *call) orgRecord() (orgRecord, error) {
	created, err := c.h.history.FirstEvent(c.ctx())
	return orgRecord{ID: c.h.org.ID, Name: c.h.org.Name, Tier: "premium", Status: "active", Created: created}, err
}

// An orgUserRecord is an OrgUser on the wire.
type orgUserRecord struct {
	User  userRecord   `json:"user"`
	Org   orgRecord    `json:"org"`
	Roles []users.Role `json:"roles"`
}

// An inviteRecord is an OrgInvite on the wire.
type inviteRecord struct {
	ID        string     `json:"invite_id"`
	UserID    users.ID   `json:"user_id"`
	InvitedBy userRecord `json:"invited_by"`
	Org       orgRecord  `json:"org"`
}
