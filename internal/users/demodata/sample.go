package demodata

import (
	"cmp"

	"github.com/roboto-ai/console/internal/users"
)

// A SamplePerson is somebody whom a visitor of the demo can be.
type SamplePerson struct {
	UserID        string
	Name          string
	Says          string // what being them shows, in a line
	EmailVerified bool   // as the provider says
	InDirectory   bool   // when the demo begins
	TimeZone      string // an IANA name
}

const (
	sampleOwner       = "owner@example.com"
	sampleAdmin       = "admin@example.com"
	sampleAuditor     = "auditor@example.com"
	sampleUser        = "user@example.com"
	sampleDeactivated = "deactivated@example.com"
	sampleUnverified  = "unverified@example.com"
	sampleStranger    = "stranger@example.com"
	sampleInvited     = "invited@example.com"

	sampleService = "warehouse-uploader" // user@example.com answers for it
)

// SamplePeople are all of them, in the order in which they are offered.
var SamplePeople = []SamplePerson{
	{sampleOwner, "Amara Okafor", "Owner: manages everyone, gives roles, reads the audit log.", true, true, "Africa/Lagos"},
	{sampleAdmin, "Lukas Brunner", "Admin: adds and manages users and auditors, reads the audit log.", true, true, "Europe/Zurich"},
	{sampleAuditor, "Inês Carvalho", "Auditor: sees the directory and the audit log, changes nothing.", true, true, "Europe/Lisbon"},
	{sampleUser, "Haruto Tanaka", "User: sees their own profile and the service user they answer for.", true, true, "Asia/Tokyo"},
	{sampleDeactivated, "Ewa Zielińska", "Turned away: an admin deactivated them.", true, true, "Europe/Warsaw"},
	{sampleUnverified, "Karim Haddad", "Turned away: their e-mail address is not verified.", false, false, "Asia/Beirut"},
	{sampleStranger, "Sam Whitlock", "Turned away: nobody has added them to the directory.", true, false, "America/Denver"},
	{sampleInvited, "Lucía Herrera", "Invited: comes in for the first time, as a user.", true, true, "America/Bogota"},
}

// sampleRoles are the roles of those who have another than user.
var sampleRoles = map[string]users.Role{sampleOwner: users.RoleOwner, sampleAdmin: users.RoleAdmin, sampleAuditor: users.RoleAuditor}

// samplePersons returns the sample people by id.
func samplePersons() map[string]*person {
	all := map[string]*person{}
	for i, s := range SamplePeople {
		all[s.UserID] = &person{
			id: s.UserID, name: fullName{display: s.Name, plain: s.Name, zone: s.TimeZone}, sample: true,
			role: cmp.Or(sampleRoles[s.UserID], users.RoleUser), week: weeks,
			address: "127.0.0.1", agent: agents[i%len(agents)],
		}
	}
	return all
}
