package words

import "github.com/roboto-ai/console/internal/users"

// Texts of the page that says who had which role on a day.
const (
	RolesAsOfDay   = "Roles as of a day"
	AsOfDayOnly    = "As of a day, the list is by role alone. Remove the other filters from the address."
	AsOfDayToCome  = "Choose a day that has begun."
	AsOfDayErased  = "Some of the users who were deleted since then have been erased from the audit log. Their roles are not known, so they are not listed."
	AsOfDeleted    = "Deleted since"
	AsOfDayMeaning = "Users who had one of the roles at the end of the day, as the audit log has it."
)

// RolesAsOf is the heading of the page.
func RolesAsOf(day users.Date) string { return "Roles as of " + Date(day) }
