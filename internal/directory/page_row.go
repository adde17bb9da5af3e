package directory

import (
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// leanColumns are the columns of a user in a lean list, in the order of [listScan.into], after those
// of the row's place.
const leanColumns = `u.key, u.user_id, u.name, u.picture_url, u.kind, u.role, u.status, u.created_at, u.seen_at, u.department, u.labels`

// listColumns follow leanColumns in other lists. They also need listPersons.
const listColumns = `, u.time_zone, u.review_on, u.updated_at, u.version, r.key, r.user_id, r.name, u.title, u.manager_key, m.user_id, m.name`

// listPersons joins the persons of users in a list.
const listPersons = ` LEFT JOIN users r ON r.key = u.responsible_key LEFT JOIN users m ON m.key = u.manager_key`

// fullColumns follow listColumns in a list of full records.
const fullColumns = `, u.channels, u.types, u.created_by`

// A listScan is one row of [plan.query], in the types of the driver.
type listScan struct {
	users.User
	cursor
	total, place                          int
	name, picture, review, key, id, label sql.NullString
	department, title, labels             sql.NullString
	managerKey, managerID, managerName    sql.NullString
	channels, types                       []byte
}

// into returns the destinations of a row, the same for each. Named types are scanned as their
// underlying types, which is faster.
func (x *listScan) into(p plan) []any {
	var into []any
	if p.candidates != nil {
		into = append(into, &x.total)
	}
	if x.place = 1; p.pins() {
		into = append(into, &x.place)
	}
	u := &x.User
	into = append(into, &x.number, p.sorted(&x.cursor), (*string)(&u.Key), (*string)(&u.ID), &x.name, &x.picture,
		(*string)(&u.Kind), (*string)(&u.Role), (*string)(&u.Status), (*database.Time)(&u.CreatedAt), (*database.Time)(&u.SeenAt), &x.department, &x.labels)
	if !p.lean {
		into = append(into, &u.TimeZone, &x.review, (*database.Time)(&u.UpdatedAt), &u.Version, &x.key, &x.id, &x.label,
			&x.title, &x.managerKey, &x.managerID, &x.managerName)
	}
	if p.full {
		into = append(into, &x.channels, &x.types, (*string)(&u.CreatedBy.Key))
	}
	return into
}

// scanned completes the row that was scanned.
func (x *listScan) scanned(p plan) error {
	x.pinned, x.newest = x.place == 0, p.newest
	u := &x.User
	u.Name, u.PictureURL, u.ReviewOn = x.name.String, x.picture.String, users.Date(x.review.String)
	u.Responsible = users.Ref{Key: users.Key(x.key.String), ID: users.ID(x.id.String), Name: x.label.String}
	u.Department, u.Title, u.Labels = x.department.String, x.title.String, x.labels.String
	u.Manager = users.Ref{Key: users.Key(x.managerKey.String), ID: users.ID(x.managerID.String), Name: x.managerName.String}
	u.AfterScan()
	u.Channels, u.Types = nil, nil // of the previous row
	if !p.full {
		return nil
	}
	return errors.Join(json.Unmarshal(x.channels, &u.Channels), json.Unmarshal(x.types, &u.Types))
}

// sorted returns the destination of the value that orders the row.
func (p plan) sorted(c *cursor) any {
	switch p.column {
	case byName, byID:
		return &c.text
	case byNumber: // the cursor has it already
		return new(int64)
	}
	return (*micros)(&c.micros)
}

// micros is a time in microseconds since 1970, scanned from the type of either engine.
type micros int64

// Scan implements [sql.Scanner].
func (m *micros) Scan(src any) error {
	var t database.Time
	err := t.Scan(src)
	*m = micros(time.Time(t).UnixMicro())
	return err
}
