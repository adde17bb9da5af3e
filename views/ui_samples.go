package views

// What follows is shown on [ComponentsPage] and rendered by the tests of the
// building blocks.

var sampleTabs = []Tab{
	{Label: "All", URL: "#forms", Count: "1,284", Current: true},
	{Label: "People", URL: "#forms", Count: "1,246"},
	{Label: "Service users", URL: "#forms", Count: "38"},
	{Label: "Not seen for 90 days", URL: "#forms"},
	{Label: "Robots of the night", URL: "#forms", Divided: true},
}

var sampleView = ViewForm{
	Action: "/_ui", Name: Field{Name: "view-name", Label: "Name", Required: true},
	Share: &Check{Name: "shared", Label: "Show it to everyone who sees the directory"},
}

var sampleLayout = DirectoryLayout{
	Action:  "/_ui",
	Columns: []Check{{Name: "column.status", Label: "Status", Checked: true}, {Name: "column.zone", Label: "Time zone"}},
	Size:    Choice{Field: Field{Name: "size", Label: "Users on a page"}, Options: []Option{{Value: "50", Label: "50", Selected: true}, {Value: "100", Label: "100"}}},
}

var sampleBadges = []Badge{
	{Tone: "ok", Word: "Active"},
	{Tone: "warn", Word: "Invited"},
	{Tone: "off", Word: "Deactivated"},
	{Tone: "info", Word: "You"},
	{Tone: "bad", Word: "Refused"},
	{Word: "Owner"},
}

var sampleDirectory = DirectoryList{
	Shown:   Shown{N: "312", Of: "of 946 people"},
	Chips:   []FilterChip{{Name: "Department", Values: "Fleet operations, Mapping", Remove: "#forms"}},
	Clear:   "#forms",
	Name:    Column{URL: "#forms", Order: "ascending"},
	Columns: []DirectoryColumn{{Label: "Status", Width: "c-s"}, {Label: "Last seen", Width: "c-m", Column: Column{URL: "#forms"}}},
	Rows:    sampleRows(),
	Picks: Picks{
		All: "312", AllURL: "#forms", Clear: "#forms", Acts: []PickAct{{Icon: "download", Label: "Export", Action: "#forms"}},
	},
}

var sampleFilter = FilterForm{
	Action:  "/_ui",
	Choices: []Choice{{Field: Field{Name: "role", Label: "Role"}, Options: []Option{{Value: "admin", Label: "Admin", Selected: true}, {Value: "owner", Label: "Owner"}}}},
	Named:   []NamedFilter{{Name: "department", Label: "Department", Values: []Option{{Value: "Mapping", Label: "Mapping"}}}},
	Times: []TimeFilter{{
		How:  Choice{Field: Field{Name: "seen", Label: "Last seen"}, Options: []Option{{Label: "Any time"}, {Value: "<", Label: "In the last", Selected: true}}},
		Days: Field{Name: "seen_days", Label: "Last seen: number of days", Value: "90"},
	}},
	Clear: "#forms",
}

func sampleRows() []DirectoryRow {
	rows := make([]DirectoryRow, len(samplePeople))
	for i, p := range samplePeople {
		rows[i] = DirectoryRow{
			Person: p, Key: p.ID, Department: "Fleet operations", Labels: []string{"On call"},
			Cells: []DirectoryCell{{Badge: sampleBadges[0]}, {Text: sampleTime.Relative, ISO: sampleTime.ISO}},
		}
	}
	return rows
}

var sampleProblems = []Problem{
	{Field: "name", Message: "Enter a name of at most 200 characters"},
	{Field: "picture_url", Message: "Enter a picture address that starts with https://"},
	{Message: "Nothing has been saved yet"},
}

var sampleFields = []Field{
	{Name: "user_id", Label: "User ID", Placeholder: "nightly-backup", Required: true},
	{Name: "name", Label: "Name", Value: "", Error: "Enter a name, or the user ID is shown instead.", Required: true},
	{Name: "picture_url", Label: "Picture", Type: "url", Placeholder: "https://", Hint: "An https address. Pictures from pictures.example.com are shown."},
	{Name: "review_on", Label: "Review date", Type: "date", Value: "2027-03-01", Required: true},
}

var sampleResponsible = Field{
	Name: "responsible", Label: "Responsible person", Hint: "The person to ask about it. Start typing a name or address.", Required: true,
}

var samplePeopleOptions = []Option{
	{Value: "ana.kovac@example.com", Label: "Ana Kovač"},
	{Value: "bo.chen@example.com", Label: "Bo Chen"},
}

var sampleChoice = Choice{
	Field:   Field{Name: "time_zone", Label: "Time zone", Hint: "All times are shown in it.", Required: true},
	Options: []Option{{Value: "UTC", Label: "UTC"}, {Value: "Europe/Zurich", Label: "Europe/Zurich", Selected: true}},
}

var sampleRole = Choice{
	Field: Field{Name: "role", Label: "Role", Required: true},
	Options: []Option{
		{Value: "user", Label: "User", Hint: "reads and edits their own record", Selected: true},
		{Value: "auditor", Label: "Auditor", Hint: "sees the directory and the audit log"},
		{Value: "admin", Label: "Admin", Hint: "manages users and auditors"},
	},
}

var sampleArea = Field{Name: "purpose", Label: "Purpose", Hint: "What it is for, so that others know whether it is still needed.", Required: true, Spellcheck: true}

var sampleConflicts = []Field{
	{Name: "c-name", Label: "Name", Value: "Ana Kovač", Required: true, Conflict: &Conflict{Base: "Ana", Theirs: "Ana Kovac", Yours: "Ana Kovač"}},
	{Name: "c-picture", Label: "Picture", Value: "", Conflict: &Conflict{Theirs: "https://pictures.example.com/2026/11/23/ana-kovac-in-the-garden-with-a-very-long-name.jpg"}},
}

var samplePeople = []Person{
	{Label: "Ana Kovač", ID: "ana.kovac@example.com", URL: "#forms", Avatar: AvatarOf("Ana Kovač", "3", false, "")},
	{Label: "Nightly export", ID: "nightly-export", URL: "#forms", Avatar: AvatarOf("Nightly export", "2", true, "")},
	{Label: "محمد علي", ID: "m.ali@example.com", URL: "#forms", Avatar: AvatarOf("محمد علي", "1", false, "")},
	{Label: "山田 太郎", ID: "taro.yamada@example.com", URL: "#forms", Avatar: AvatarOf("山田 太郎", "4", false, "")},
	{Label: "क्षितिज शर्मा", ID: "k.sharma@example.com", Avatar: AvatarOf("क्षितिज शर्मा", "5", false, "")},
	{
		Label: "Someone whose name goes on and on and on until it no longer fits on one line",
		ID:    "someone.whose.address.is.at.least.as.long@a-department.of-an-organisation.example.com",
		URL:   "#forms", Avatar: AvatarOf("Someone Long", "0", false, ""),
	},
}

var sampleTime = Time{ISO: "2026-11-23T08:10:00Z", Exact: "23 Nov 2026, 09:10 CET", Relative: "2 hours ago"}

var sampleSteps = []Step{
	{Title: "Add a second owner", Text: "So that an owner can sign in when one of you is away."},
	{Title: "Add people", Text: "You send them a link; they sign in with the account they have.", Link: Link{Label: "Add person", URL: "#forms"}},
	{Title: "Look at the audit log", Text: "Your own sign-in is in it already.", Link: Link{Label: "Open the audit log", URL: "#forms"}},
}

var sampleEvents = []Event{
	{
		Seq: "412", URL: "#forms", Icon: "shield", Actor: samplePeople[0], Sentence: "changed the role of", Target: samplePeople[2],
		Tail: "from user to admin", Reason: "Covers for Ana until March.", Changes: []Change{{Field: "role", Old: "user", New: "admin"}},
		When: sampleTime, Via: "Session",
	},
	{
		Seq: "411", URL: "#forms", Icon: "pencil", Actor: samplePeople[0], Sentence: "edited", Target: samplePeople[5],
		Changes: []Change{
			{Field: "name", New: "Someone whose name goes on and on and on until it no longer fits on one line"},
			{Field: "picture_url", Old: "https://pictures.example.com/2026/11/23/a-picture-with-a-very-long-name.jpg"},
		},
		When: sampleTime, Via: "Session",
	},
	{Seq: "410", URL: "#forms", Icon: "log-in", Actor: samplePeople[3], Sentence: "signed in", When: sampleTime, Via: "Session"},
	{Seq: "409", URL: "#forms", Icon: "terminal", Actor: Person{Label: "Command line"}, Sentence: "added", Target: samplePeople[1], When: sampleTime, Via: "Command line"},
	{Seq: "2", URL: "#forms", Icon: "trash-2", Actor: samplePeople[0], Sentence: "deleted a user", When: sampleTime, Via: "Session", ChangeErased: true, ActorErased: true},
}

// sampleDays are the sample events as a log shows them.
var sampleDays = []EventDay{{Heading: "Today, Monday 23 November", Rows: []EventRow{
	{Event: sampleEvents[0], Clock: "09:10", Undo: Link{Label: "Undo…", URL: "#forms"}},
	{Event: sampleEvents[1], Clock: "08:50", Fields: "3 fields"},
	{Event: sampleEvents[2], Clock: "08:10", Badge: Link{Label: "Batch", URL: "#forms"}, More: "1 more event", Others: []Link{{Label: "Signed out", URL: "#forms"}}},
}}}
