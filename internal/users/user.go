package users

import (
	"cmp"
	"maps"
	"time"

	"github.com/roboto-ai/console/internal/spelling"
)

// Kind is the kind of a user. Its values are stored, so they are words rather than numbers.
type Kind string

// The kinds of users. A kind is set at creation and never changed.
const (
	KindPerson  Kind = "person"  // signs in through the OpenID provider
	KindService Kind = "service" // a program; it never signs in
	KindSystem  Kind = "system"  // the platform itself; never edited here
)

// Kinds are all kinds.
var Kinds = []Kind{KindPerson, KindService, KindSystem}

// Role says what a user may do; see [Permissions].
type Role string

// The roles, from the least to the most.
const (
	RoleUser    Role = "user"    // edits their own profile
	RoleAuditor Role = "auditor" // sees everything, changes nothing
	RoleAdmin   Role = "admin"   // manages users and auditors
	RoleOwner   Role = "owner"   // manages everyone and gives roles; persons only
)

// Roles are all roles, from the least to the most.
var Roles = []Role{RoleUser, RoleAuditor, RoleAdmin, RoleOwner}

// Status is derived from other fields: deactivated, else invited for a person without an identity,
// else active.
type Status string

// The statuses.
const (
	StatusInvited     Status = "invited"
	StatusActive      Status = "active"
	StatusDeactivated Status = "deactivated"
)

// Statuses are all statuses.
var Statuses = []Status{StatusInvited, StatusActive, StatusDeactivated}

// The known channels and types of notification. Others that are stored are kept.
var (
	Channels = []string{"email", "web_ui"}
	Types    = []string{"comment_mention"}
)

// Date is a day of the calendar, as 2006-01-02, or empty.
type Date string

// Time returns midnight UTC at the beginning of d, or the zero time.
func (d Date) Time() time.Time {
	t, _ := time.Parse(time.DateOnly, string(d)) // the zero time if it is none
	return t
}

// A User is one entry in the directory.
type User struct {
	Key         Key
	ID          ID
	Name        string // empty if none was given
	PictureURL  string // absolute https URL, or empty
	Kind        Kind
	Role        Role
	Status      Status
	Channels    map[string]bool // notification_channels_enabled
	Types       map[string]bool // notification_types_enabled
	TimeZone    string          // IANA name
	Department  string          // of a person or service user, as are Labels and Note
	Title       string          // of a person, such as Field engineer
	Manager     Ref             // of a person; without an ID if they have been deleted
	Labels      string          // in order, with a comma between; see [SplitLabels]
	Note        string          // by admins, several lines
	Purpose     string          // this and the next two: of a service user only
	Responsible Ref
	ReviewOn    Date
	CreatedAt   time.Time
	CreatedBy   Ref // zero for the command line; without an ID if they have been deleted
	UpdatedAt   time.Time
	SeenAt      time.Time // last authenticated request, to the minute; zero if never
	Version     int64     // raised by one at every change

	deactivated bool
	identified  bool // an identity is bound
}

// Label returns what to call u: the name, or the user_id if there is none.
func (u User) Label() string { return u.Ref().Label() }

// Ref returns a reference to u.
func (u User) Ref() Ref { return Ref{u.Key, u.ID, u.Name, u.Kind} }

// Identified reports whether u has ever signed in with an identity that is still bound.
func (u User) Identified() bool { return u.identified }

// Unused reports whether u is an invited person who has never signed in.
func (u User) Unused() bool { return u.Status == StatusInvited && u.SeenAt.IsZero() }

// derive sets the status that follows from the rest of u.
func (u *User) derive() {
	switch {
	case u.deactivated:
		u.Status = StatusDeactivated
	case u.Kind == KindPerson && !u.identified:
		u.Status = StatusInvited
	default:
		u.Status = StatusActive
	}
}

// activeOwner reports whether u is an active owner, of whom there must be one.
func (u User) activeOwner() bool { return u.Role == RoleOwner && u.Status == StatusActive }

// clone returns a copy of u that shares no map with it.
func (u User) clone() User {
	u.Channels, u.Types = maps.Clone(u.Channels), maps.Clone(u.Types)
	return u
}

// A Ref is a reference to a user, with the names for a text. The zero Ref stands for none.
type Ref struct {
	Key  Key
	ID   ID
	Name string
	Kind Kind
}

// Label returns what to call the user: the name, or the user_id if there is none.
func (r Ref) Label() string { return cmp.Or(r.Name, string(r.ID)) }

// SortName returns the text that u is ordered by: the folded name, or the user_id without one.
func (u User) SortName() string { return spelling.SortKey(u.Label()) }

// searchText returns the text that a search for u looks in.
func (u User) searchText() string { return spelling.SearchText(u.Name, string(u.ID)) }
