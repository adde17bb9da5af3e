package views_test

import (
	"fmt"

	"github.com/roboto-ai/console/views"
)

func directory() views.Directory {
	m := views.Directory{
		Chrome: top("Users", "users"), Heading: "Users", Action: "/users", Export: "/users/export",
		New: []views.IconLink{{Icon: "user-plus", Link: views.Link{Label: "Add person", URL: "/users/new"}}, {Icon: "bot", Link: views.Link{Label: "Create service user", URL: "/service-users/new"}}},
		Views: []views.Tab{
			{Label: "All", URL: "/users", Count: "1,012", Current: true}, {Label: "People", URL: "/users?view=people", Count: "974"},
			{Label: "Invited", URL: "/users?view=invited", Count: "31"}, {Label: "Review due", URL: "/users?view=review-due", Count: "5"},
			{Label: "Dormant admins", URL: "/users?view=dormant-admins", Count: "2", Title: "Admins and owners not seen for 90 days"},
		},
		More: []views.Tab{
			{Label: "Service users", URL: "/users?view=service", Count: "38"}, {Label: "Admins", URL: "/users?view=admins", Count: "12"},
			{Label: "Not seen for 90 days", URL: "/users?view=quiet", Count: "207"}, {Label: "Deactivated", URL: "/users?view=deactivated", Count: "44"},
			{Label: "Robots of the night", URL: "/users?q=night&type=service", Divided: true},
		},
		DirectoryList: views.DirectoryList{
			Shown: views.Shown{N: "312", Of: "of 1,012 users", Also: ", Newest first"}, Kept: []views.Option{{Label: "role", Value: "user"}},
			Chips: []views.FilterChip{{Name: "Role", Values: "User", Remove: "/users"}, {Name: "Department", Values: "Fleet operations, Mapping", Remove: "/users"}}, Clear: "/users",
			Edit: "/users/filter?role=user", Save: viewForm(""), Pager: pages(),
			Name: views.Column{URL: "/users?sort=-name", Order: "ascending"},
			Columns: []views.DirectoryColumn{
				{Label: "Status", Width: "c-s"}, {Label: "Role", Width: "c-s"}, {Label: "Last seen", Width: "c-m", Column: views.Column{URL: "/users?sort=seen"}},
				{Label: "Responsible person", Width: "c-l"},
			},
			Picks: picks(),
		},
		Layout: "/users/layout?role=user",
	}
	for i, p := range []views.Person{ana(), someone("Александра Константиновна Преображенская", "aleksandra.preobrazhenskaya@subsidiary.example.com"), robot("Nightly export", "nightly-export"), someone("王芳", "wang.fang@example.com"), someone("zoe@example.com", "zoe@example.com")} {
		m.Rows = append(m.Rows, views.DirectoryRow{Person: p, Key: "usr_" + p.ID, Department: []string{"Fleet operations", "Research and development"}[i%2], Cells: []views.DirectoryCell{
			{Badge: views.Badge{Tone: "ok", Word: "Active"}}, {Text: "User"}, {Text: "2 hours ago", ISO: "2026-11-30T19:00Z"}, {Link: views.Link{Label: "Ana Lima", URL: "/users/ana@example.com"}},
		}})
	}
	m.Rows[0].Kinds, m.Rows[0].Labels = []views.Badge{{Tone: "info", Word: "You"}}, []string{"On call", "Night shift"}
	m.Rows[2].Kinds, m.Rows[2].Responsible = []views.Badge{{Word: "Service"}}, "Ana Lima"
	m.Rows[3].Cells[2], m.Rows[3].Cells[3] = views.DirectoryCell{Text: "Never"}, views.DirectoryCell{Act: "3", Link: views.Link{Label: "Mark reviewed", URL: "/users/wang/reviewed"}}
	m.Review = &views.RowReview{Action: "/users/wang.fang@example.com/reviewed", On: "2027-05-30", To: "/users?view=review-due"}
	return m
}

func picks() views.Picks {
	return views.Picks{
		All: "312", AllURL: "/users?all=1", Clear: "/users", Batch: true,
		Acts: []views.PickAct{{Icon: "shield", Label: "Role", Value: "role"}, {Icon: "download", Label: "Export", Action: "/users/export"}},
		More: []views.PickAct{{Icon: "user-x", Label: "Deactivate…", Value: "deactivate"}},
	}
}

// allPicked is the directory with all users that match selected.
func allPicked() views.Directory {
	m := directory()
	m.Picks.Chosen, m.Picks.Asked = "312", []views.Option{{Label: "role", Value: "user"}}
	return m
}

func filterForm() views.FilterForm {
	choices := []views.Choice{choice("status", "Status", "Active", "Invited"), choice("role", "Role", "User", "Admin")}
	return views.FilterForm{
		Action: "/users", Kept: []views.Option{{Label: "view", Value: "people"}}, Choices: choices, Clear: "/users?view=people",
		Named: []views.NamedFilter{{Name: "department", Label: "Department", Values: []views.Option{{Value: "Mapping", Label: "Mapping"}}}, {Name: "label", Label: "Label"}},
		Times: []views.TimeFilter{{How: choice("seen", "Last seen", "Any time", "Not for"), Days: views.Field{Name: "seen_days", Label: "Last seen: number of days", Value: "30"}}},
	}
}

func directoryLayout() views.DirectoryLayout {
	return views.DirectoryLayout{
		Action: "/users/layout", ReturnTo: "/users?q=ana",
		Columns: []views.Check{{Name: "column.status", Label: "Status", Checked: true}, {Name: "column.zone", Label: "Time zone"}},
		Size:    choice("size", "Users on a page", "25", "50", "100"),
	}
}

func viewForm(mistake string) *views.ViewForm {
	return &views.ViewForm{
		Action: "/users/views", Query: "q=ana&status=invited", Holds: "Search: ana · Status: Invited", Cancel: "/users?q=ana&status=invited",
		Name:    views.Field{Name: "name", Label: "Name", Required: true, Error: mistake},
		Share:   &views.Check{Name: "shared", Label: "Show it to everyone who sees the directory"},
		Updates: []views.ViewUpdate{{Action: "/users/views/edit", ID: "viw_1", Name: "Invited Marias", Shared: true}},
	}
}

func savedViews() views.SavedViews {
	return views.SavedViews{
		Chrome: chrome("Saved views", "users"), Delete: "/users/views/delete", Directory: "/users",
		Views: []views.SavedView{
			{ID: "viw_1", Name: "Invited Marias", URL: "/users?q=mar&status=invited", Holds: "Search: mar · Status: Invited", Link: "https://console.example.com/users?q=mar", MayDelete: true, Edit: "/users/views/edit?id=viw_1"},
			{ID: "viw_2", Name: "Quiet admins", URL: "/users?seen=never", Holds: "Never seen", Link: "https://console.example.com/users?seen=never", Shared: true, MayDelete: true},
			{ID: "viw_3", Name: "Robots of the night", URL: "/users?q=night", Holds: "Search: night", Link: "https://console.example.com/users?q=night", Shared: true, Owner: ana()},
		},
	}
}

func savedViewsBad() views.SavedViews {
	m := savedViews()
	m.Form, m.Problems = viewForm("Enter a name."), []views.Problem{{Field: "name", Message: "Enter a name."}}
	return m
}

func refusedSignIn() views.RefusedSignIn {
	return views.RefusedSignIn{Address: "zoe@example.com", When: ago("10 minutes ago"), Why: "No one with this address had been added.", Fix: "Add them, and they can sign in with this address."}
}

func closeFound() views.Directory {
	m := nothingFound()
	m.None = &views.NoneFound{Text: "jonson", Close: []views.CloseMatch{{Person: ana(), Status: views.Badge{Tone: "warn", Word: "Invited"}}, {Person: ana()}}}
	return m
}

func nothingFound() views.Directory {
	m := directory()
	m.Rows, m.Text, m.Shown = nil, "zoe@example.com", views.Shown{N: "0", Of: "of 1,012 users"}
	m.None = &views.NoneFound{Text: "zoe@example.com", Add: views.Link{Label: "Add zoe@example.com", URL: "/users/new?user_id=zoe%40example.com"}, Refused: []views.RefusedSignIn{refusedSignIn(), refusedSignIn()}}
	return m
}

func firstSight() views.Directory {
	m := directory()
	m.Rows, m.Chips, m.Clear, m.Views, m.Pager = m.Rows[:1], nil, "", m.Views[:3], views.Pager{Range: "1 of 1"}
	m.Rows[0].Cells[1].Text = "Owner"
	m.First = &views.FirstSteps{SecondOwner: "/users/new?role=owner", AddPeople: "/users/new", Audit: "/audit"}
	return m
}

func head(tab string) views.UserHead {
	h := views.UserHead{
		Person: ana(), Badges: []views.Badge{{Tone: "ok", Word: "Active"}, {Tone: "info", Word: "You"}}, Labels: []string{"contractor", "night shift"},
		Acts: []views.HeadLink{{Link: views.Link{Label: "Edit", URL: "/users/ana@example.com/edit"}, Icon: "pencil", Primary: true}},
		Menu: []views.MenuLink{
			{Link: views.Link{Label: "Change role", URL: "#role"}, Icon: "shield"}, {Link: views.Link{Label: "End sessions", URL: "/users/ana@example.com/sessions"}, Icon: "log-out"},
			{Link: views.Link{Label: "Reset sign-in", URL: "#sign-in"}, Icon: "key-round"}, {Link: views.Link{Label: "Deactivate", URL: "/users/ana@example.com/deactivate"}, Icon: "user-x", Divided: true},
			{Link: views.Link{Label: "Delete", URL: "/users/ana@example.com/delete"}, Icon: "trash-2", Danger: true},
		},
	}
	for _, label := range []string{"Overview", "Activity", "Sessions"} {
		h.Tabs = append(h.Tabs, views.Tab{Label: label, URL: "/users/ana@example.com", Current: label == tab})
	}
	return h
}

func events() []views.Event {
	return []views.Event{
		{Seq: "1041", URL: "/audit/1041", Icon: "pencil", Actor: olga(), Target: ana(), Sentence: "edited", Reason: "Married; new family name", When: ago("2 hours ago"), Via: "Session", Changes: []views.Change{{Field: "Name", Old: "Ana Souza", New: "Ana Lima"}, {Field: "Picture", Old: "", New: "https://img.example.com/a-very-long-path/that-goes-on/ana.png"}}},
		{Seq: "1040", URL: "/audit/1040", Icon: "shield", Actor: olga(), Target: ana(), Sentence: "changed the role of", When: ago("3 days ago"), Via: "Command line", Changes: []views.Change{{Field: "Role", Old: "User", New: "Auditor"}}},
		{Seq: "1039", URL: "/audit/1039", Icon: "log-in", Actor: ana(), Sentence: "signed in", When: ago("4 days ago"), Via: "Session", Address: "203.0.113.24", ChangeErased: true, ActorErased: true},
	}
}

func review() *views.Review {
	return &views.Review{Action: "/users/nightly-export/reviewed", On: views.Field{Name: "review_on", Label: "Review date", Type: "date", Value: "2027-05-23", Required: true}}
}

func lines() []views.ServiceLine {
	return []views.ServiceLine{
		{Person: robot("Nightly export", "nightly-export"), Purpose: "Copies the day's recordings to the archive.", ReviewOn: "12 March 2026", Due: true, Review: review()},
		{Person: robot("ci-deploy", "ci-deploy"), ReviewOn: "", Review: review()},
	}
}

// changeRows are events in short, the first of them new and one that can be undone.
func changeRows() (rows []views.ChangeRow) {
	for i, e := range events() {
		rows = append(rows, views.ChangeRow{Event: e, New: i == 0})
	}
	rows[1].Undo = "/audit/1040/undo"
	return rows
}

// weekBars is a chart of twelve weeks, some without events.
func weekBars() views.Chart {
	c := views.Chart{ID: "weeks", Caption: "Events by week", PerRow: 1, Unit: views.Unit{One: "event", Many: "events"}, First: views.Series{Name: "By them"}, Second: views.Series{Name: "By others", Tone: "old"}}
	for i := range 12 {
		c.Bars = append(c.Bars, views.ChartBar{Label: fmt.Sprint(i+1, " September"), First: i * 7 % 5, Second: i % 3})
	}
	c.Axis = []string{"1 September", "5 September", "9 September", "This week"}
	return c
}

// strip has a cell of each form.
func strip() []views.StripCell {
	return []views.StripCell{
		{Label: "Access", Tone: "off", Value: "Deactivated", NoteWhen: ago("12 days ago"), NoteBy: olga()},
		{Label: "Last seen", When: ago("2 hours ago"), Note: "Firefox on Windows, 203.0.113.24 · 2 sessions"},
		{Label: "Role", Value: "Owner", Note: "This is the last active owner. Make another user an owner first.", NoteWarn: true},
		{Label: "Responsible for", Value: "3 service users", Note: "1 review due", NoteWarn: true},
	}
}

func userDetail() views.UserDetail {
	r := refusedSignIn()
	return views.UserDetail{
		Chrome: chrome("Ana Lima", "users"), Head: head("Overview"), Strip: strip(), Weeks: weekBars(), Recent: changeRows(), History: "/users/ana@example.com/activity",
		ResponsibleFor: lines()[:1], MoreFor: lines()[1:],
		Facts: views.UserFacts{Created: ago("8 months ago"), CreatedBy: olga(), Updated: ago("2 hours ago"), Notifications: "Gets an e-mail when someone mentions them in a comment.", TimeZone: "Europe/Lisbon, 10:36 there",
			Org: views.OrgFacts{Title: "Engineer", Department: "Field operations", Manager: olga(), Provided: "Department and Title"}},
		Note: &views.NoteCard{Text: "On leave until May.\nAsk Bea.", Edit: "/users/ana@example.com/note"},
		SignIn: &views.SignInFacts{
			Identities: []views.Identity{{Issuer: "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0", Subject: "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ", Address: "ana.lima@example.com", Differs: true, Bound: ago("8 months ago")}},
			Refused:    &r,
		},
		Leaving: &views.Leaving{When: ago("in 3 days"), Reason: "New job", Cancel: "/users/ana@example.com/deactivate/cancel"},
	}
}

// deactivatedUser is a user who can be reactivated, with what ended.
func deactivatedUser() views.UserDetail {
	m := userDetail()
	m.Head.Acts = []views.HeadLink{{Link: views.Link{Label: "Reactivate", URL: "/users/ana@example.com/reactivate"}, Icon: "user-check", Primary: true}}
	m.Leaving, m.ResponsibleFor, m.Note.Text = nil, nil, ""
	m.Ended = &views.Ended{Rows: []views.EndedRow{
		{Icon: "log-out", Text: "2 sessions ended", After: "They don’t come back"}, {Icon: "bot", Text: "2 service users handed over to", Who: olga(), Small: "Nightly export, ci-deploy"},
		{Icon: "shield-x", Text: "A sign-in was refused since", SmallWhen: ago("2 days ago"), Warn: true},
	}}
	return m
}

// invitedUser is a person whose invitation can be copied.
func invitedUser() views.UserDetail {
	m := userDetail()
	m.Head.Acts = []views.HeadLink{{Link: views.Link{Label: "Copy invitation", URL: "/users/ana@example.com?added=1"}, Icon: "copy", Primary: true, Copy: "Hello Ana,\n\nsign in here."}}
	m.SignIn = &views.SignInFacts{Invited: "They have not signed in yet.", SignInURL: "https://console.example.com/sign-in"}
	return m
}

func roleForm() views.RoleForm {
	return views.RoleForm{Action: "/users/ana@example.com/role", Version: "7", Role: roles(), Reason: reasonField()}
}

func serviceUser() views.UserDetail {
	m := userDetail()
	m.Head.Person, m.Head.Acts, m.Head.Menu = robot("Nightly export", "nightly-export"), nil, nil
	m.Head.EditWhy = "Nightly export is an admin. Only owners may edit admins: ask Olga Owner (owner@example.com)."
	m.SignIn, m.ResponsibleFor, m.Leaving = nil, nil, nil
	m.Strip[3] = views.StripCell{Label: "Responsible person", Who: ana(), Note: "Review due since 12 March 2026", NoteWarn: true}
	m.Service = &views.ServiceFacts{Review: review(), Edit: "/users/nightly-export/edit"}
	return m
}
