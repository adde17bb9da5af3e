package web

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
)

// An exportedUser is a line of an export as JSON Lines. What is the same in the
// wire API has the same name here; what there is none of is null.
type exportedUser struct {
	ID          users.ID        `json:"user_id"`
	Name        *string         `json:"name"`
	IsService   bool            `json:"is_service_user"`
	IsSystem    bool            `json:"is_system_user"`
	Picture     *string         `json:"picture_url"`
	Channels    json.RawMessage `json:"notification_channels_enabled"`
	Types       json.RawMessage `json:"notification_types_enabled"`
	Role        users.Role      `json:"role"`
	Status      users.Status    `json:"status"`
	CreatedAt   time.Time       `json:"created_at"`
	SeenAt      *time.Time      `json:"last_seen_at"`
	UpdatedAt   time.Time       `json:"updated_at"`
	TimeZone    string          `json:"time_zone"`
	Purpose     *string         `json:"purpose"`
	Responsible *users.ID       `json:"responsible"`
	ReviewOn    *users.Date     `json:"review_on"`
	Department  *string         `json:"department"`
	Title       *string         `json:"title"`
	Manager     *users.ID       `json:"manager"`
	Labels      []string        `json:"labels"`
	Note        *string         `json:"note"`
}

// jsonNames are the names in JSON of columns that have others there.
var jsonNames = map[string][]string{
	"type": {"is_service_user", "is_system_user"}, "notification_channels": {"notification_channels_enabled"}, "notification_types": {"notification_types_enabled"},
}

// jsonRows returns what appends a user to b as a line of JSON, with the columns, nil for all.
func jsonRows(columns []string) func(b []byte, u *directory.Exported) ([]byte, error) {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	x := exportedUser{Labels: []string{}} // one for all lines, so that none has to be made
	return func(b []byte, u *directory.Exported) ([]byte, error) {
		x = exportedUser{
			ID: u.ID, Name: orNull(&u.Name), IsService: u.Kind == users.KindService, IsSystem: u.Kind == users.KindSystem,
			Picture: orNull(&u.PictureURL), Channels: u.Channels, Types: u.Types, Role: u.Role, Status: u.Status,
			CreatedAt: u.CreatedAt, UpdatedAt: u.UpdatedAt, TimeZone: u.TimeZone,
			Purpose: orNull(&u.Purpose), Responsible: orNull(&u.Responsible), ReviewOn: orNull(&u.ReviewOn),
			Department: orNull(&u.Department), Title: orNull(&u.Title), Manager: orNull(&u.Manager),
			Labels: append(x.Labels[:0], users.SplitLabels(u.Labels)...), Note: orNull(&u.Note),
		}
		if !u.SeenAt.IsZero() {
			x.SeenAt = &u.SeenAt
		}
		line.Reset()
		if err := encoder.Encode(&x); err != nil {
			return b, err
		}
		if columns == nil {
			return append(b, line.Bytes()...), nil
		}
		return appendMembers(b, line.Bytes(), columns)
	}
}

// appendMembers appends the members of a JSON object that the columns have, as a line.
func appendMembers(b, object []byte, columns []string) ([]byte, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(object, &all); err != nil {
		return b, err
	}
	b = append(b, '{')
	for _, column := range columns {
		names := jsonNames[column]
		if names == nil {
			names = []string{column}
		}
		for _, name := range names {
			b = append(append(append(b, '"'), name...), `":`...)
			b = append(append(b, all[name]...), ',')
		}
	}
	b[len(b)-1] = '}' // a line has a member: the first column is user_id
	return append(b, '\n'), nil
}

// orNull returns nothing for a text that is empty.
func orNull[T ~string](text *T) *T {
	if *text == "" {
		return nil
	}
	return text
}
