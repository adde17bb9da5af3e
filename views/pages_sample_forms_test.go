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
	m.Picture.Error = "Enter an address that starts with https://."
	m.Problems = []views.Problem{{Field: "picture_url", Message: "Picture: enter an address that starts with https://."}}
	m.Flash = ""
	return m
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
		HandOver: &views.HandOver{ResponsibleFor: lines()[:1], To: &views.PersonField{Field: views.Field{Name: "hand_over", Label: "Hand over to", Required: true, Hint: "Start typing a name."}, People: []views.Option{{Value: "owner@example.com", Label: "Olga Owner"}}}},
	}
}

func deactivation() views.Consequence {
	m := consequence("Deactivate Ana Lima?", "Deactivate ana@example.com")
	m.HandOver.ResponsibleFor[0].Review = nil
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
	}
}

func profile() views.Profile {
	return views.Profile{
		Chrome: top("My profile", "profile"), Who: ana(), Badges: []views.Badge{{Word: "User"}},
		Facts:  views.ProfileFacts{Role: "User", May: "You sign in and look after your own profile.", Created: ago("8 months ago"), Identity: &views.Identity{Issuer: "https://id.example.com", Subject: "1234", Address: "ana@example.com"}},
		Action: "/profile", Version: "7", Name: nameField(), Picture: pictureField(), Channels: channels(), Types: types(), Sentence: "You get an e-mail when someone mentions you in a comment.",
		TimeZone: choice("time_zone", "Time zone", "Europe/Lisbon", "UTC"), Sessions: sessions(), EndSessions: "/profile/sessions/end", ByOthers: events()[:2], ResponsibleFor: lines(), Data: "/profile/data",
		Tokens: profileTokens(),
		Delete: views.DeleteOwn{Action: "/profile/delete", Confirm: views.Field{Name: "confirm", Label: "Type ana@example.com to confirm", Required: true}},
	}
}

func auditFilter() views.AuditFilter {
	return views.AuditFilter{
		Action: "/audit", Text: "ana", What: choice("action", "Action", "Any action", "Edited"),
		Actor: views.Field{Name: "actor", Label: "Actor", Placeholder: "User ID"}, Target: views.Field{Name: "target", Label: "Target", Placeholder: "User ID"},
		From: views.Field{Name: "from", Label: "From", Type: "date"}, To: views.Field{Name: "to", Label: "To", Type: "date"},
	}
}

func audit() views.Audit {
	return views.Audit{Chrome: top("Audit log", "audit"), Filter: auditFilter(), Chips: []views.Chip{{Label: "Actor: owner@example.com", Remove: "/audit"}}, Clear: "/audit", Count: "50 events, newest first", Events: events(), Pager: pages()}
}

func event() views.EventDetail {
	e := events()[0]
	e.Address, e.UserAgent, e.RequestID = "203.0.113.24", "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "01JDGZ7T4W8K"
	return views.EventDetail{Chrome: chrome("Event 1041", "audit"), Event: e, Action: "user.edited", Newer: "/audit/1042", Older: "/audit/1040", Log: "/audit"}
}
