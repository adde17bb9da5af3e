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
	alias    string                                // of the table users in queries, for a person
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
		name: "department", optional: true, text: func(u *User) *string { return &u.Department }, flaw: lineOf(MaxDepartment),
		rule: fmt.Sprintf("persons and service users; optional; one line of at most %d characters; of a person from the provider with --oidc-department-claim, and then not edited here", MaxDepartment),
	},
	{
		name: "title", optional: true, text: func(u *User) *string { return &u.Title }, flaw: lineOf(MaxTitle),
		rule: fmt.Sprintf("persons; optional; one line of at most %d characters; from the provider with --oidc-title-claim, and then not edited here", MaxTitle),
	},
	{
		name: "manager", column: "manager_key", optional: true, person: func(u *User) *Ref { return &u.Manager }, alias: "m",
		rule: "persons; optional; the user_id of another person; from the provider with --oidc-manager-claim, and then not edited here",
	},
	{
		name: "labels", optional: true, text: func(u *User) *string { return &u.Labels }, flaw: func(s string, _ Date) string { return labelsFlaw(s) },
		rule: fmt.Sprintf("persons and service users; optional; at most %d, with commas between, each of at most %d characters; lower case, in the order of the alphabet, each once; no quotes or backslashes", MaxLabels, MaxLabel),
	},
	{
		name: "note", optional: true, text: func(u *User) *string { return &u.Note }, flaw: func(s string, _ Date) string { return noteFlaw(s) },
		rule: fmt.Sprintf("persons and service users; optional; several lines of at most %d characters together; the person sees it in the data that they download", MaxNote),
	},
	{
		name: "purpose", optional: true, text: func(u *User) *string { return &u.Purpose }, flaw: lineOf(MaxPurpose),
		rule: fmt.Sprintf("service users; at most %d characters; required on the page", MaxPurpose),
	},
	{
		name: "responsible", column: "responsible_key", optional: true, person: func(u *User) *Ref { return &u.Responsible }, alias: "r",
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

// fieldColumns returns the columns of the fields, as a query reads them from the table u and from
// [personTables], each followed by a comma. Of a deleted person only the key is left.
func fieldColumns() string {
	var b strings.Builder
	for _, f := range recordFields {
		b.WriteString("COALESCE(u." + f.columnName() + ", ''), ")
		if f.person != nil {
			b.WriteString("COALESCE(" + f.alias + ".user_id, ''), COALESCE(" + f.alias + ".name, ''), ")
		}
	}
	return b.String()
}

// fieldsOf returns where to scan [fieldColumns] to.
func fieldsOf(u *User) (into []any) {
	for _, f := range recordFields {
		if f.person == nil {
			into = append(into, f.text(u))
			continue
		}
		person := f.person(u)
		into = append(into, (*string)(&person.Key), (*string)(&person.ID), &person.Name)
	}
	return into
}

// personTables joins the persons of the fields to the table u.
func personTables() string {
	var b strings.Builder
	for _, f := range recordFields {
		if f.person != nil {
			b.WriteString(" LEFT JOIN users " + f.alias + " ON " + f.alias + ".key = u." + f.columnName())
		}
	}
	return b.String()
}
