package views_test

import (
	"maps"

	"github.com/a-h/templ"

	"github.com/roboto-ai/console/views"
)

// pageOf binds a page to its model, so that a test can change the model first.
func pageOf[M any](page func(M) templ.Component, m M) func(change func(any)) templ.Component {
	return func(change func(any)) templ.Component {
		if change != nil {
			change(&m)
		}
		return page(m)
	}
}

// samples are all pages, each with what it shows at most.
func samples() map[string]func(change func(any)) templ.Component {
	all := map[string]func(func(any)) templ.Component{
		"sign_in":          pageOf(views.SignInPage, views.SignIn{Chrome: signedOut(), Start: "/sign-in/start?return_to=%2Fusers", Other: "/sign-in/start?prompt=select_account&return_to=%2Fusers", Tone: "info", Message: "Your session has ended. Sign in to go on."}),
		"sign_in_refused":  pageOf(views.SignInRefusedPage, signInRefused()),
		"signed_out":       pageOf(views.SignedOutPage, views.SignedOut{Chrome: signedOut(), Next: "https://id.example.com/end", Again: "/sign-in", Other: "/sign-in/start?prompt=select_account"}),
		"sign_in_again":    pageOf(views.SignInAgainPage, views.SignInAgain{Chrome: signedOut(), Start: "/sign-in/start?return_to=%2Fusers", Kept: true}),
		"error":            pageOf(views.ErrorPage, notFound()),
		"unknown":          pageOf(views.UnknownPage, unknown()),
		"refused":          pageOf(views.RefusedPage, refused()),
		"directory":        pageOf(views.DirectoryPage, directory()),
		"directory_all":    pageOf(views.DirectoryPage, allPicked()),
		"user_filter":      pageOf(views.UserFilterPage, views.FilterPage{Chrome: chrome("Filters", "users"), Form: filterForm()}),
		"user_layout":      pageOf(views.UserLayoutPage, views.LayoutPage{Chrome: chrome("Columns", "users"), Form: directoryLayout()}),
		"user_addresses":   pageOf(views.UserAddressesPage, views.UserAddresses{Chrome: chrome("Copy addresses", "users"), Count: "2 addresses", Text: "ana@example.com; bo@example.com", Back: "/users"}),
		"directory_none":   pageOf(views.DirectoryPage, nothingFound()),
		"directory_close":  pageOf(views.DirectoryPage, closeFound()),
		"directory_first":  pageOf(views.DirectoryPage, firstSight()),
		"saved_views":      pageOf(views.SavedViewsPage, savedViews()),
		"saved_views_bad":  pageOf(views.SavedViewsPage, savedViewsBad()),
		"saved_views_none": pageOf(views.SavedViewsPage, views.SavedViews{Chrome: chrome("Saved views", "users"), Directory: "/users"}),
		"user_export":      pageOf(views.UserExportPage, userExport()),
		"user_export_none": pageOf(views.UserExportPage, views.UserExport{Chrome: chrome("Export users", "users"), Action: "/users/export", Cancel: "/users?q=zoe", Chips: []views.Chip{{Label: "Search: zoe", Remove: "/users/export"}}}),
		"user_export_bad":  pageOf(views.UserExportPage, views.UserExport{Chrome: chrome("Export users", "users"), FormState: views.FormState{Problems: []views.Problem{{Message: "There is no filter “typ:”."}}}, Action: "/users/export", Cancel: "/users?q=typ%3Aservice", Unusable: true}),
		"person_new":       pageOf(views.NewPersonPage, newPerson()),
		"person_added":     pageOf(views.PersonAddedPage, personAdded()),
		"service_user_new": pageOf(views.NewServiceUserPage, newServiceUser()),
		"profile":          pageOf(views.ProfilePage, profile()),
		"api":              pageOf(views.APIPage, apiReference()),
	}
	maps.Copy(all, userSamples())
	maps.Copy(all, tokenSamples())
	maps.Copy(all, peopleSamples())
	maps.Copy(all, auditSamples())
	maps.Copy(all, asOfSamples())
	maps.Copy(all, overviewSamples())
	maps.Copy(all, paletteSamples())
	maps.Copy(all, batchSamples())
	maps.Copy(all, importSamples())
	return all
}

// userSamples are the pages of one user.
func userSamples() map[string]func(change func(any)) templ.Component {
	return map[string]func(func(any)) templ.Component{
		"user_detail":     pageOf(views.UserDetailPage, userDetail()),
		"user_gone":       pageOf(views.UserDetailPage, deactivatedUser()),
		"user_invited":    pageOf(views.UserDetailPage, invitedUser()),
		"service_user":    pageOf(views.UserDetailPage, serviceUser()),
		"user_activity":   pageOf(views.UserActivityPage, views.UserActivity{Chrome: chrome("Ana Lima", "users"), Head: head("Activity"), Action: "/users/ana@example.com/activity", Switch: views.Switch{Form: "log", Label: "Sign-ins", Name: "signins", On: true}, Days: days(), Audit: "/audit?target=ana%40example.com", Pager: pages()}),
		"user_sessions":   pageOf(views.UserSessionsPage, userSessions()),
		"user_edit":       pageOf(views.UserEditPage, userEdit()),
		"user_note":       pageOf(views.UserNotePage, userNote()),
		"user_edit_stale": pageOf(views.UserEditPage, userEditStale()),
		"user_role":       pageOf(views.UserRolePage, views.UserRole{Chrome: chrome("Change role", "users"), Who: ana(), Form: roleForm(), Cancel: "/users/ana@example.com"}),
		"deactivate":      pageOf(views.ConsequencePage, deactivation()),
		"delete":          pageOf(views.ConsequencePage, deletion()),
		"restore":         pageOf(views.ConsequencePage, restoration()),
		"deleted":         pageOf(views.DeletedUsersPage, deletedUsers()),
		"deleted_none":    pageOf(views.DeletedUsersPage, views.DeletedUsers{Chrome: chrome("Deleted", "users"), Text: "Users who were deleted can be restored for 30 days."}),
		"deleted_user":    pageOf(views.DeletedUserPage, deletedUser()),
	}
}

// auditSamples are the pages of the audit log.
func auditSamples() map[string]func(change func(any)) templ.Component {
	return map[string]func(func(any)) templ.Component{
		"audit":      pageOf(views.AuditPage, audit()),
		"audit_none": pageOf(views.AuditPage, views.Audit{Chrome: chrome("Audit log", "audit"), AsOf: "/users?as_of=2026-06-30&role=admin", Filter: auditFilter(), Chips: []views.Chip{{Label: "Action: Deleted", Remove: "/audit"}}, Clear: "/audit", Note: "The 1,200 oldest events cannot be found by words yet."}),
		"audit_bad":  pageOf(views.AuditPage, views.Audit{Chrome: chrome("Audit log", "audit"), AsOf: "/users?as_of=2026-06-30&role=admin", Filter: auditFilter(), Problems: []views.Problem{{Field: "to", Message: "Choose a day that is not before the first."}}, Matches: []views.Link{{Label: "Ana Lima · ana@example.com", URL: "/audit?actor=ana%40example.com"}}, Clear: "/audit"}),
		"event":      pageOf(views.EventPage, event()),
		"undo":       pageOf(views.UndoPage, undo()),
		"undo_done":  pageOf(views.UndoPage, undoDone()),
	}
}

func chrome(title, nav string) views.Chrome {
	return views.Chrome{
		FormKey: "frm_abc", Title: title, Org: "Acme Robotics", Theme: "auto", Nav: nav, Path: "/users", RequestID: "01JDGZ7T4W8K",
		Viewer: &views.Viewer{Name: "Olga Owner", Role: "Owner", Avatar: views.AvatarOf("Olga Owner", "o", false, ""), SeesDirectory: true, Todo: "38"},
		Crumbs: []views.Link{{Label: "Users", URL: "/users"}, {Label: title, URL: "/here"}},
		Flash:  saved(), Demo: true,
	}
}

// top is the chrome of a page with nothing above it.
func top(title, nav string) views.Chrome {
	c := chrome(title, nav)
	c.Crumbs, c.Flash = nil, nil
	return c
}

// saved is the line about an edit.
func saved() *views.Saved {
	return &views.Saved{
		Text: "Saved Ana Lima.", Changes: []views.Change{{Field: "Role", Old: "User", New: "Auditor"}, {Field: "Name", Old: "Ana", New: "Ana Lima"}},
		More: "2 more changes", MoreURL: "/audit/41", Undo: &views.UndoButton{Action: "/audit/41/undo", Version: "7", ReturnTo: "/users"}, Dismiss: "/users",
	}
}

func signedOut() views.Chrome {
	return views.Chrome{Title: "Sign in", Org: "Acme Robotics", Theme: "auto", RequestID: "01JDGZ7T4W8K"}
}

func someone(label, id string) views.Person {
	return views.Person{Label: label, ID: id, URL: "/users/" + id, Avatar: views.AvatarOf(label, id, false, "")}
}

func ana() views.Person  { return someone("Ana Lima", "ana@example.com") }
func olga() views.Person { return someone("Olga Owner", "owner@example.com") }

func robot(label, id string) views.Person {
	return views.Person{Label: label, ID: id, URL: "/users/" + id, Avatar: views.AvatarOf(label, id, true, "")}
}

func ago(relative string) views.Time {
	return views.Time{ISO: "2026-11-23T09:12:00Z", Exact: "23 November 2026, 10:12 CET", Relative: relative}
}

func pages() views.Pager {
	return views.Pager{Range: "1–50 of 1,012", Next: "/users?after=abc"}
}

func signInRefused() views.SignInRefused {
	return views.SignInRefused{
		Chrome: signedOut(), Address: "stranger@example.com", Again: "/sign-in/start",
		Why:    "There is no user with your address here. Someone has to add you first.",
		Report: "Please add stranger@example.com to the console. Request 01JDGZ7T4W8K.",
	}
}

func notFound() views.Error {
	return views.Error{
		Chrome: top("Not found", ""), Status: "404", Heading: "There is no such page",
		Text: "Check the address, or start from the directory.", Next: []views.Link{{Label: "Go to the directory", URL: "/users"}},
	}
}

func unknown() views.Unknown {
	fields := []views.Option{{Label: "name", Value: "Ana Lima"}, {Label: "form", Value: "frm_abc"}}
	return views.Unknown{
		Chrome: top("It is not known whether this was done", ""), Status: "503", Heading: "It is not known whether this was done",
		Text:   []string{"The connection to the database broke at the very moment of saving.", "See which, or just send it again."},
		LookUp: &views.Resend{Action: "/forms/look-up", Label: "See whether it was done", Fields: fields},
		Again:  &views.Resend{Action: "/users/new", Label: "Send it again", Fields: fields},
		Next:   []views.Link{{Label: "Go to the audit log", URL: "/audit"}},
	}
}

func refused() views.Refused {
	return views.Refused{
		Chrome: top("Not allowed", ""), Why: "Your role, User, does not let you see the directory.",
		Helpers: []views.Person{olga()}, Next: []views.Link{{Label: "Go to my profile", URL: "/profile"}},
	}
}

func choice(name, label string, options ...string) views.Choice {
	c := views.Choice{Field: views.Field{Name: name, Label: label, Required: true}}
	for i, o := range options {
		c.Options = append(c.Options, views.Option{Value: o, Label: o, Selected: i == 0})
	}
	return c
}

func userExport() views.UserExport {
	return views.UserExport{
		Chrome: chrome("Export users", "users"), Action: "/users/export", Cancel: "/users?status=invited", Count: "1,012 users",
		Chips: []views.Chip{{Label: "Status: Invited", Remove: "/users/export"}}, Order: "Name, A to Z",
		Asked: []views.Option{{Label: "status", Value: "invited"}}, Name: "ABCDEF", Progress: "/users/export/progress?export=ABCDEF",
		Columns: views.Choice{
			Field: views.Field{Name: "columns", Label: "Columns", Required: true},
			Options: []views.Option{
				{Value: "user_id,name,status", Label: "As in the list", Hint: "user_id, name, status", Selected: true},
				{Label: "All", Hint: "user_id, name, type, role, status, created_at"},
			},
		},
		Format: views.Choice{
			Field: views.Field{Name: "format", Label: "Format", Required: true},
			Options: []views.Option{
				{Value: "csv", Label: "CSV", Hint: "For most programs.", Selected: true},
				{Value: "jsonl", Label: "JSON Lines", Hint: "One object a line."},
			},
		},
	}
}

func roles() views.Choice {
	return views.Choice{
		Field: views.Field{Name: "role", Label: "Role", Required: true},
		Options: []views.Option{
			{Value: "user", Label: "User", Hint: "Signs in and looks after their own profile.", Selected: true},
			{Value: "auditor", Label: "Auditor", Hint: "Sees everyone and the audit log. Changes nothing."},
			{Value: "admin", Label: "Admin", Hint: "Also adds people and manages users and auditors."},
			{Value: "owner", Label: "Owner", Hint: "May do everything, and gives roles."},
		},
	}
}

func reasonField() views.Field {
	return views.Field{Name: "reason", Label: "Reason", Hint: "Kept with the change in the audit log.", Spellcheck: true}
}

func nameField() views.Field {
	return views.Field{Name: "name", Label: "Name", Value: "Ana Lima"}
}

func pictureField() views.Field {
	return views.Field{Name: "picture_url", Label: "Picture", Type: "url", Value: "https://img.example.com/ana.png", Hint: "An https address. Pictures from img.example.com are not shown here: the host is not listed."}
}

func channels() []views.Toggle {
	return []views.Toggle{{Check: views.Check{Name: "channel.email", Label: "E-mail", Checked: true}}, {Check: views.Check{Name: "channel.web_ui", Label: "In the web app"}}}
}

func types() []views.Toggle {
	return []views.Toggle{{Check: views.Check{Name: "type.comment_mention", Label: "Someone mentions you in a comment", Checked: true}}}
}
