package users

import (
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// listColumns are the columns of a user that a list shows, as [listScan.into] names
// them after what places the row; see [userTables].
const listColumns = `u.key, u.user_id, u.name, u.picture_url, u.kind, u.role, u.status, u.time_zone,
	u.review_on, u.created_at, u.updated_at, u.seen_at, r.key, r.user_id, r.name`

// fullColumns are what comes after listColumns in a list of whole records.
const fullColumns = `, u.channels, u.types, u.created_by`

// A listScan is one row of [plan.query] as the driver hands it over.
type listScan struct {
	row
	total, place                          int
	name, picture, review, key, id, label sql.NullString
	channels, types                       []byte
}

// into returns where to scan a row to, the same each time. Types of ours are scanned
// as what they are made of: that is quicker.
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
		(*string)(&u.Kind), (*string)(&u.Role), (*string)(&u.Status), &u.TimeZone, &x.review,
		(*database.Time)(&u.CreatedAt), (*database.Time)(&u.UpdatedAt), (*database.Time)(&u.SeenAt), &x.key, &x.id, &x.label)
	if p.full {
		into = append(into, &x.channels, &x.types, (*string)(&u.CreatedBy.Key))
	}
	return into
}

// scanned returns the row that was scanned.
func (x *listScan) scanned(p plan) (row, error) {
	x.pinned, x.newest = x.place == 0, p.newest
	u := &x.User
	u.Name, u.PictureURL, u.ReviewOn = x.name.String, x.picture.String, Date(x.review.String)
	u.Responsible = Ref{Key: Key(x.key.String), ID: ID(x.id.String), Name: x.label.String}
	u.finish()
	u.Channels, u.Types = nil, nil // those of the row before
	if !p.full {
		return x.row, nil
	}
	err := errors.Join(json.Unmarshal(x.channels, &u.Channels), json.Unmarshal(x.types, &u.Types))
	return x.row, err
}

// sorted returns where to scan what the row is ordered by.
func (p plan) sorted(c *cursor) any {
	switch p.column {
	case byName, byID:
		return &c.text
	case byNumber: // which the cursor has as it is
		return new(int64)
	}
	return (*micros)(&c.micros)
}

// micros is a moment in microseconds since 1970, whatever the engine has for it.
type micros int64

// Scan implements [sql.Scanner].
func (m *micros) Scan(src any) error {
	var t database.Time
	err := t.Scan(src)
	*m = micros(time.Time(t).UnixMicro())
	return err
}
