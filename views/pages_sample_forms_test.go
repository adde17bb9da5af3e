package views_test

import "github.com/roboto-ai/console/views"

func sessions() []views.Session {
	return []views.Session{
		{ID: "ses_1", Device: "Firefox on Windows", Address: "203.0.113.24", Started: ago("4 days ago"), Seen: ago("2 minutes ago"), Expires: ago("in 3 days"), Current: true},
		{ID: "ses_2", Device: "Safari on iPhone", Address: "2001:db8::1f", Started: ago("yesterday"), Seen: ago("5 hours ago"), Expires: ago("in 6 days")},
	}
}

func userSessions() views.UserSessions {
	return views.UserSessions{Chrome: chrome("Ana Lima", "users"), Head: head("Sessions"), Sessions: sessions(), Action: "/users/ana@example.com/sessions/end", Reason: reasonField(), Why: ""}
}

func serviceFields() *views.ServiceUserFields {
	return &views.ServiceUserFields{
		Purpose:     views.Field{Name: "purpose", Label: "Purpose", Value: "Copies the day's recordings", Required: true, Spellcheck: true, Hint: "What it does, in a sentence."},
		Responsible: views.PersonField{Field: views.Field{Name: "responsible", Label: "Responsible person", Value: "ana@example.com", Required: true, Hint: "The person to ask about it. Start typing a name."}, People: []views.Option{{Value: "ana@example.com", Label: "Ana Lima"}}},
		ReviewOn:    views.Field{Name: "review_on", Label: "Review on", Type: "date", Value: "2027-05-23", Required: true, Hint: "When to ask whether it is still needed."},
	}
}

func userEdit() views.UserEdit {
	m := views.UserEdit{
		Chrome: chrome("Edit Ana Lima", "users"), Who: ana(), Action: "/users/ana@example.com/edit", Cancel: "/users/ana@example.com", Version: "7",
		Name: nameField(), Picture: pictureField(), Channels: channels(), Types: types(), Sentence: "They get an e-mail when someone mentions them in a comment.", Reason: reasonField(), Service: serviceFields(),
		Locked: []views.Locked{{Label: "User ID", Value: "ana@example.com", Why: "It is how the provider knows them."}, {Label: "Role", Value: "User", Why: "Change it on their page."}},
	}
	m.Org = []views.PersonField{
		{Field: views.Field{Name: "department", Label: "Department", Value: "Field operations"}, People: []views.Option{{Value: "Field operations"}}},
		{Field: views.Field{Name: "labels", Label: "Labels", Value: "contractor, night shift", Hint: "With commas between them."}},
	}
	m.Picture.Error = "Enter an address that starts with https://."
	m.Problems = []views.Problem{{Field: "picture_url", Message: "Picture: enter an address that starts with https://."}}
	m.Flash = nil
	return m
}

func userNote() views.UserNote {
	return views.UserNote{
		Chrome: chrome("Note on Ana Lima", "users"), Who: ana(), Action: "/users/ana@example.com/note", Cancel: "/users/ana@example.com", Version: "7",
		Note: views.Field{Name: "note", Label: "Note", Value: "On leave until May.\nAsk Bea.", Hint: "Auditors, admins and owners see it.", Error: "Use at most 2000 characters."},
	}
}

func userEditStale() views.UserEdit {
	m := userEdit()
	m.Service, m.Problems, m.Picture.Error, m.Kept = nil, nil, "", true
	m.Stale = &views.Stale{By: olga(), When: ago("1 minute ago"), Theirs: "/users/ana@example.com/edit"}
	m.Name.Conflict = &views.Conflict{Base: "Ana Souza", Theirs: "Ana Lima Souza", Yours: "Ana Lima"}
	m.Channels[0].Conflict = &views.Conflict{Base: "on", Theirs: "off", Yours: "on"}
	return m
}

func consequence(heading, button string) views.Consequence {
	return views.Consequence{
		Chrome: top(heading, "users"), Who: ana(), Heading: heading, Action: "/users/ana@example.com/act", Cancel: "/users/ana@example.com", Button: button, Danger: true, Reason: reasonField(),
		Ends:     []string{"Two sessions end at once, on Firefox on Windows and Safari on iPhone.", "They can no longer sign in."},
		Stays:    []string{"Their history stays in the audit log.", "An admin can reactivate them at any time."},
		HandOver: &views.HandOver{Services: []views.HandOverLine{{ServiceLine: lines()[0], Key: "usr_1", To: views.PersonField{Field: views.Field{Name: "hand_over", ID: "f-hand_over_usr_1", Label: "Hand over nightly to", Hint: "Start typing a name."}, People: []views.Option{{Value: "owner@example.com", Label: "Olga Owner"}}}}}},
	}
}

func deactivation() views.Consequence {
	m := consequence("Deactivate Ana Lima?", "Deactivate ana@example.com")
	m.HandOver.Services[0].Review = nil
	m.LeaveOn = &views.Field{Name: "leave_on", Label: "Leaves on", Type: "datetime-local", Hint: "If you leave it empty, they are deactivated now."}
	m.Known = knownTokens()
	return m
}

func deletion() views.Consequence {
	m := consequence("Delete Ana Lima?", "Delete ana@example.com")
	m.HandOver = nil
	m.Final = []string{"The user, their preferences and their sign-in are gone for good."}
	m.Confirm = &views.Field{Name: "confirm", Label: "Type ana@example.com to confirm", Required: true, Error: "Type ana@example.com."}
	m.Problems = []views.Problem{{Field: "confirm", Message: "Type ana@example.com to confirm."}}
	m.Erase = &views.ErasePart{Box: views.Check{Name: "erase", Label: "Also erase their personal data"}, Goes: "What is erased.", Left: "Not erased: backups."}
	return m
}

func restoration() views.Consequence {
	m := consequence("Restore Ana Lima?", "Restore")
	m.Ends, m.Stays, m.HandOver, m.Danger = nil, nil, nil, false
	m.Back, m.Lost = []string{"The record, with the role user and the status active."}, []string{"Sessions: they sign in again."}
	m.UserID = &views.Field{Name: "user_id", Label: "User ID", Required: true, Hint: "Another one than ana@example.com."}
	return m
}

func deletedAna() views.DeletedUser {
	return views.DeletedUser{
		Person: ana(), Role: "User", Kind: "Person", When: ago("2 days ago"), By: olga(), Event: "/audit/7", Left: "27 days left", Ends: ago("in 27 days"),
		Restore: "/deleted/usr_1/restore", RestoreWhy: "Only an owner can restore an admin.", Purge: "/deleted/usr_1/purge",
	}
}

func deletedUsers() views.DeletedUsers {
	return views.DeletedUsers{Chrome: chrome("Deleted", "users"), Text: "Users who were deleted can be restored for 30 days.", Users: []views.DeletedUser{deletedAna()}, First: "/users?view=deleted", Next: "/users?view=deleted&after=usr_1"}
}

func deletedUser() views.DeletedUserDetail {
	return views.DeletedUserDetail{Chrome: chrome("Ana Lima", "users"), User: deletedAna(), Created: ago("8 months ago"), Seen: ago("3 days ago"),
		Back: []string{"The record, with the role user and the status active."}, Lost: []string{"Sessions: they sign in again."}}
}

func newPerson() views.NewPerson {
	taken := ana()
	return views.NewPerson{
		Chrome: chrome("Add person", "users"), Action: "/users/new", Cancel: "/users", Taken: &taken,
		UserID: views.Field{Name: "user_id", Label: "E-mail address", Type: "email", Required: true, Value: "ana@example.com", Hint: "The address they have at your organisation.", Error: "This address is taken."},
		Name:   views.Field{Name: "name", Label: "Name", Hint: "Taken from the provider if you leave it empty."}, Picture: pictureField(),
		Role: roles(), RoleWhy: "Admins add people with the role User. Owners give other roles.", Channels: channels(), Types: types(),
	}
}

func personAdded() views.PersonAdded {
	return views.PersonAdded{
		Chrome: chrome("Person added", "users"), Who: ana(), SignInURL: "https://console.example.com/sign-in", Another: "/users/new",
		Message: "Hello Ana,\n\nyou can sign in to the Acme Robotics console now:\nhttps://console.example.com/sign-in\n\nUse your account ana@example.com.",
	}
}

func newServiceUser() views.NewServiceUser {
	return views.NewServiceUser{
		Chrome: chrome("Create service user", "service"), Action: "/service-users/new", Cancel: "/users",
		UserID: views.Field{Name: "user_id", Label: "User ID", Required: true, Placeholder: "nightly-export", Hint: "Lower-case letters, digits and . _ + @ -"},
		Name:   views.Field{Name: "name", Label: "Name"}, Picture: pictureField(), Service: *serviceFields(), Role: roles(),
		TokenHint: "“Create and issue token” also issues its first token, which ends in 90 days.",
	}
}

func profile() views.Profile {
	return views.Profile{
		Chrome: top("My profile", "profile"), Who: ana(), Badges: []views.Badge{{Word: "User"}},
		Facts:  views.ProfileFacts{Role: "User", May: "You sign in and look after your own profile.", Created: ago("8 months ago"), Org: views.OrgFacts{Labels: []string{"contractor", "night shift"}}, Identity: &views.Identity{Issuer: "https://id.example.com", Subject: "1234", Address: "ana@example.com"}},
		Action: "/profile", Version: "7", Name: nameField(), Picture: pictureField(), Channels: channels(), Types: types(), Sentence: "You get an e-mail when someone mentions you in a comment.",
		TimeZone: choice("time_zone", "Time zone", "Europe/Lisbon", "UTC"), Sessions: sessions(), EndSessions: "/profile/sessions/end", News: &views.News{Changes: changeRows()[:1], Action: "/profile/seen", Seq: "1041"}, ByOthers: changeRows()[1:], ResponsibleFor: lines(), Data: "/profile/data",
		Tokens: profileTokens(),
		Delete: views.DeleteOwn{Action: "/profile/delete", Confirm: views.Field{Name: "confirm", Label: "Type ana@example.com to confirm", Required: true}},
	}
}

func auditFilter() views.AuditFilter {
	return views.AuditFilter{
		Action: "/audit", Text: "ana", What: choice("action", "Action", "Any action", "Edited"),
		Actor: views.Field{Name: "actor", Label: "Actor", Placeholder: "Anyone", Suggest: "/audit"}, Target: views.Field{Name: "target", Label: "Target", Placeholder: "Anyone", Suggest: "/audit"},
		From: views.Field{Name: "from", Label: "From", Type: "date"}, To: views.Field{Name: "to", Label: "To", Type: "date"},
	}
}

func audit() views.Audit {
	return views.Audit{Chrome: top("Audit log", "audit"), Filter: auditFilter(), Chips: []views.Chip{{Label: "Actor: owner@example.com", Remove: "/audit"}}, Clear: "/audit", Count: "50 events, newest first", Days: days(), Weeks: logWeeks(), Views: presets()[:1], More: presets()[1:], Switch: views.Switch{Form: "log", Label: "Sign-ins", Name: "signins"}, Pager: pages()}
}

func presets() []views.Tab {
	return []views.Tab{{Label: "Changes", URL: "/audit", Current: true}, {Label: "Mine", URL: "/audit?view=mine"}}
}

func event() views.EventDetail {
	e := events()[0]
	e.Address, e.UserAgent, e.RequestID = "203.0.113.24", "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "01JDGZ7T4W8K"
	return views.EventDetail{Chrome: chrome("Event 1041", "audit"), Event: e, Action: "user.edited", Newer: "/audit/1042", Older: "/audit/1040", Log: "/audit",
		AsOf: "/users/ana@example.com/as-of?at=2026-11-23", Undo: "/audit/1041/undo", Undoes: views.Link{Label: "Event 1030", URL: "/audit/1030"}, Undone: views.Link{Label: "Event 1042", URL: "/audit/1042"}}
}

// undo is the page of an undo, of which one field has changed since.
func undo() views.Undo {
	return views.Undo{
		Chrome: top("Undo", "audit"), Heading: "Undo a part of this change?", Event: events()[0], Text: "1 field has changed since.",
		Rows: []views.UndoRow{
			{Field: "Role", Before: "User", Changed: "Auditor", Now: "Auditor", State: views.Badge{Tone: "ok", Word: "Goes back"}},
			{Field: "Manager", Before: "Chanpen Srisuk", Changed: "Ana Lima", Now: "Hana Al-Masri", Since: "by Olga Owner, yesterday", SinceURL: "/audit/1050", State: views.Badge{Tone: "warn", Word: "Stays"}},
		},
		Happens: []views.Change{{Field: "Role", Old: "Auditor", New: "User"}}, Note: "This is a new change.", Stays: []string{"Manager has changed since."},
		Edit: views.Link{Label: "Edit Ana Lima", URL: "/users/ana@example.com/edit"}, Action: "/audit/1041/undo", Cancel: "/audit/1041", Version: "7", ReturnTo: "/users",
		Button: "Undo 1 of 2 fields", Reason: reasonField(),
	}
}

// undoDone is the page of an undo where nothing goes back.
func undoDone() views.Undo {
	m := undo()
	m.Heading, m.Text, m.Why, m.By = "Nothing to undo", "", "Every field has its value from before this event.", views.Link{Label: "It was undone by event 1042.", URL: "/audit/1042"}
	m.Rows, m.Happens, m.Stays, m.Edit = m.Rows[:1], nil, nil, views.Link{}
	m.Rows[0].State = views.Badge{Tone: "warn", Word: "Same as before"}
	return m
}
