package users

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/roboto-ai/console/internal/spelling"
)

// A recordField is a field of the record that people or programs fill in: a text, or the key of a
// person. Statements, validation, events and [FieldRules] are made from the table [recordFields].
// Notification channels and types, which are objects of key to bool, are not in it.
type recordField struct {
	name     string                                // in forms, events, exports and the API
	column   string                                // of the table users, where it is not the name
	optional bool                                  // NULL in the database where it is empty
	text     func(u *User) *string                 // where a text is kept; nil for a person
	person   func(u *User) *Ref                    // where a person is kept; nil for a text
	flaw     func(value string, today Date) string // what is wrong with a new text, or ""; nil: checked where it is set
	rule     string                                // for docs/fields.md
}

// recordFields are the fields of the record in the order in which events list them.
var recordFields = []recordField{
	{
		name: "name", optional: true, text: func(u *User) *string { return &u.Name }, flaw: lineOf(MaxName),
		rule: fmt.Sprintf("optional; at most %d characters after trimming, NFC; invisible characters are dropped, joiners stay where a script needs them; no control characters, line breaks or bidirectional overrides; at most %d marks on one letter; at least one character that shows", MaxName, spelling.MaxMarks),
	},
	{
		name: "picture_url", optional: true, text: func(u *User) *string { return &u.PictureURL },
		flaw: func(s string, _ Date) string { return pictureFlaw(s) },
		rule: fmt.Sprintf("optional; an absolute https URL with a host and without credentials, at most %d characters", MaxPicture),
	},
	{
		name: "role", text: func(u *User) *string { return (*string)(&u.Role) },
		rule: "user, auditor, admin or owner; not owner for a service user",
	},
	{
		name: "time_zone", text: func(u *User) *string { return &u.TimeZone }, flaw: func(s string, _ Date) string { return zoneFlaw(s) },
		rule: "a name of the IANA time zone database, such as Europe/Zurich",
	},
	{
		name: "purpose", optional: true, text: func(u *User) *string { return &u.Purpose }, flaw: lineOf(MaxPurpose),
		rule: fmt.Sprintf("service users; at most %d characters; required on the page", MaxPurpose),
	},
	{
		name: "responsible", column: "responsible_key", optional: true, person: func(u *User) *Ref { return &u.Responsible },
		rule: "service users; the user_id of a person who is not deactivated; required on the page",
	},
	{
		name: "review_on", optional: true, text: func(u *User) *string { return (*string)(&u.ReviewOn) }, flaw: reviewFlaw,
		rule: "service users; optional; a date, YYYY-MM-DD, not in the past when it is set",
	},
}

// lineOf returns the validation of a text of one line with at most so many characters.
func lineOf(most int) func(string, Date) string {
	return func(s string, _ Date) string { return textFlaw(s, most) }
}

// recordFieldOf returns the field of the record with that name, and false if it has none.
func recordFieldOf(name string) (recordField, bool) {
	for _, f := range recordFields {
		if f.name == name {
			return f, true
		}
	}
	return recordField{}, false
}

// stored returns the value of the column.
func (f recordField) stored(u *User) string {
	if f.person != nil {
		return string(f.person(u).Key)
	}
	return *f.text(u)
}

// logged returns the value as events have it.
func (f recordField) logged(u *User) string {
	if f.person != nil {
		return personValue(*f.person(u))
	}
	return *f.text(u)
}

// setLogged sets the value that events have: the inverse of logged.
func (f recordField) setLogged(u *User, value string) {
	if f.person != nil {
		*f.person(u), _ = Person(f.name, value)
		return
	}
	*f.text(u) = value
}

// columnName returns the column of the table users.
func (f recordField) columnName() string { return cmp.Or(f.column, f.name) }

// parameter returns what stands for the value in a statement that writes it.
func (f recordField) parameter() string {
	if f.optional {
		return `NULLIF(?, '')`
	}
	return `?`
}

// textColumns returns the columns of the texts, as a query reads them from the table u, each
// followed by a comma.
func textColumns() string {
	var b strings.Builder
	for _, f := range recordFields {
		if f.text != nil {
			b.WriteString("COALESCE(u." + f.columnName() + ", ''), ")
		}
	}
	return b.String()
}

// textsOf returns where to scan [textColumns] to.
func textsOf(u *User) (into []any) {
	for _, f := range recordFields {
		if f.text != nil {
			into = append(into, f.text(u))
		}
	}
	return into
}
