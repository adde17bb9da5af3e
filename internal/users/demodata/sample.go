package demodata

import (
	"cmp"

	"github.com/roboto-ai/console/internal/users"
)

// A SamplePerson is a person as whom a visitor of the demo can sign in.
type SamplePerson struct {
	UserID        string
	Name          string
	Says          string // what the person shows, in a line
	EmailVerified bool   // at the provider
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

	sampleService = "warehouse-uploader" // user@example.com is responsible for it
)

// SamplePeople are all of them, in the order of the list on the provider's page.
var SamplePeople = []SamplePerson{
	{sampleOwner, "Amara Okafor", "Owner: manages all users, assigns roles, reads the audit log.", true, true, "Africa/Lagos"},
	{sampleAdmin, "Lukas Brunner", "Admin: adds and manages users and auditors, reads the audit log.", true, true, "Europe/Zurich"},
	{sampleAuditor, "Inês Carvalho", "Auditor: sees the directory and the audit log, changes nothing.", true, true, "Europe/Lisbon"},
	{sampleUser, "Haruto Tanaka", "User: sees their own profile and the service user they are responsible for.", true, true, "Asia/Tokyo"},
	{sampleDeactivated, "Ewa Zielińska", "Refused: deactivated by an admin.", true, true, "Europe/Warsaw"},
	{sampleUnverified, "Karim Haddad", "Refused: the e-mail address is not verified.", false, false, "Asia/Beirut"},
	{sampleStranger, "Sam Whitlock", "Refused: not in the directory.", true, false, "America/Denver"},
	{sampleInvited, "Lucía Herrera", "Invited: signs in for the first time, as a user.", true, true, "America/Bogota"},
}

// sampleRoles are the roles other than user.
var sampleRoles = map[string]users.Role{sampleOwner: users.RoleOwner, sampleAdmin: users.RoleAdmin, sampleAuditor: users.RoleAuditor}

// samplePersons returns the sample people by ID.
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
