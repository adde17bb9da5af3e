package views_test

import (
	"github.com/a-h/templ"

	"github.com/roboto-ai/console/views"
)

// asOfSamples are the pages of the past.
func asOfSamples() map[string]func(change func(any)) templ.Component {
	return map[string]func(func(any)) templ.Component{
		"user_as_of":       pageOf(views.UserAsOfPage, userAsOf()),
		"user_as_of_empty": pageOf(views.UserAsOfPage, views.UserAsOf{Chrome: top("As it was", "users"), Head: head("As it was"), Path: "/users/ana@example.com/as-of#record", At: userAsOf().At, Why: "This user did not exist at that moment."}),
		"users_as_of":      pageOf(views.UsersAsOfPage, usersAsOf()),
		"users_as_of_none": pageOf(views.UsersAsOfPage, views.UsersAsOf{Chrome: top("Roles as of a day", "audit"), Heading: "Roles as of 30 June 2026", Path: "/users", Day: usersAsOf().Day, Roles: usersAsOf().Roles, None: true}),
	}
}

func userAsOf() views.UserAsOf {
	return views.UserAsOf{
		Chrome: top("As it was · Ana Lima", "users"), Head: head("As it was"), Path: "/users/ana@example.com/as-of#record", Exact: "2026-06-30",
		At:     views.Field{Name: "at", Label: "Moment", Type: "datetime-local", Value: "2026-06-30T23:59", Hint: "In your time zone, UTC."},
		Moment: views.Time{ISO: "2026-06-30T23:59:59Z", Exact: "30 June 2026 at 23:59 UTC"},
		Fields: []views.AsOfField{
			{Field: "Role", Then: "User", Now: "Auditor", State: views.Badge{Tone: "info", Word: "Differs"}},
			{Field: "Time zone", Then: "UTC", Now: "Europe/Zurich", State: views.Badge{Tone: "info", Word: "Differs"}, Why: "People can edit only their own profile."},
			{Field: "Name", Then: "Ana Lima", Now: "Ana Lima"},
		},
		Action: "/users/ana@example.com/as-of", Version: "7", Button: "Set 1 field back", Note: "This is one edit.", Reason: reasonField(),
		Acts: []views.Link{{Label: "Change role…", URL: "/users/ana@example.com/role"}},
	}
}

func usersAsOf() views.UsersAsOf {
	return views.UsersAsOf{
		Chrome: top("Roles as of a day", "audit"), Heading: "Roles as of 30 June 2026", Text: "Users who had one of the roles.", Note: "Some have been erased.", Path: "/users",
		Day:   views.Field{Name: "as_of", Label: "Day", Type: "date", Value: "2026-06-30", Required: true},
		Roles: []views.Option{{Value: "admin", Label: "Admin", Selected: true}, {Value: "owner", Label: "Owner"}},
		Rows:  []views.UserAsOfRow{{Who: ana(), Type: "Person", Role: "Admin", Status: views.Badge{Tone: "ok", Word: "Active"}, Now: "User · Active"}, {Who: views.Person{Label: "Bo Chen", ID: "bo@example.com"}, Type: "Person", Role: "Owner", Status: views.Badge{Word: "Deactivated"}, Now: "Deleted since"}},
		Next:  "/users?as_of=2026-06-30&role=admin&after=usr_1", First: "/users?as_of=2026-06-30&role=admin",
		Export: &views.AsOfExport{Action: "/users/export/roles", Fields: []views.Option{{Label: "form", Value: "frm_abc"}, {Label: "as_of", Value: "2026-06-30"}}, Formats: []views.Option{{Value: "csv", Label: "CSV"}}},
	}
}
