package words

import (
	"cmp"
	"strings"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
)

// A ChoiceOf is a value of a filter or of the order of the directory.
type ChoiceOf struct{ Value, Label string }

// Choices are the values of the filters and of the order of the directory, by parameter, in the
// order in which they are offered. The first of each stands for no value.
var Choices = map[string][]ChoiceOf{
	"type": {{"", "Any type"}, {"person", "People"}, {"service", "Service users"}, {"system", "System users"}},
	"role": {{"", "Any role"}, {"user", "User"}, {"auditor", "Auditor"}, {"admin", "Admin"}, {"owner", "Owner"}},
	"status": {
		{"", "Any status"}, {"active", "Active"}, {"invited", "Invited"}, {"deactivated", "Deactivated"},
	},
	"sort": {
		{"", "Name, A to Z"}, {"-name", "Name, Z to A"}, {"id", "User ID, A to Z"}, {"-id", "User ID, Z to A"},
		{"-seen", "Last seen first"}, {"seen", "Longest unseen first"}, {"-created", "Newest first"}, {"created", "Oldest first"},
		{"-updated", "Last changed first"}, {"updated", "Longest unchanged first"},
	},
}

// Times are how a time is compared with a number of days ago, by parameter.
var Times = map[string][]ChoiceOf{
	"seen":    {{"", "Any time"}, {"<", "In the last"}, {">", "Not for"}, {string(directory.SeenNever), "Never"}},
	"created": {{"", "Any time"}, {"<", "In the last"}, {">", "More than"}},
}

// Choice returns the label of a value of a filter or an order, and what is not offered as plain
// text. The default order can also be given by name.
func Choice(key, value string) string {
	if key == "sort" && value == "name" {
		value = ""
	}
	for _, c := range Choices[key] {
		if c.Value == value {
			return c.Label
		}
	}
	return Plain(value)
}

// Values returns the labels of the values of a filter with a comma between them. Of more than three it
// names two.
func Values(key string, values directory.Values) string {
	all := values.All()
	for i, value := range all {
		all[i] = Choice(key, value)
	}
	if n := len(all); n > 3 {
		all = append(all[:2], "+"+numbers.Grouped(n-2))
	}
	return strings.Join(all, ", ")
}

// Span returns the label of a filter on a time, as it follows the name of the filter: "over 30
// days ago".
func Span(s directory.Span) string {
	text := string(s)
	earlier, never := strings.CutSuffix(text, ","+string(directory.SeenNever))
	days, ago := strings.CutSuffix(strings.TrimLeft(earlier, "<>="), "d")
	switch {
	case text == string(directory.SeenNever):
		return "never"
	case ago && never:
		return "over " + days + " days ago, or never"
	case ago && text[0] == '>':
		return "over " + days + " days ago"
	case ago:
		return "in the last " + days + " days"
	}
	for sign, label := range map[string]string{">=": "from ", "<=": "until ", ">": "after ", "<": "before "} {
		if day, ok := strings.CutPrefix(text, sign); ok && !strings.HasPrefix(day, "=") {
			return label + Date(users.Date(day))
		}
	}
	if from, to, ok := strings.Cut(text, ".."); ok {
		return Date(users.Date(from)) + " to " + Date(users.Date(to))
	}
	return Date(users.Date(text))
}

// Listed returns what a view lists: "people", or "person" for one.
func Listed(v directory.View, n int) string {
	one, many := "user", "users"
	switch v {
	case directory.ViewPeople:
		one, many = "person", "people"
	case directory.ViewService, directory.ViewUnanswered, directory.ViewReviewDue:
		one, many = "service user", "service users"
	}
	if n == 1 {
		return one
	}
	return many
}

// views name the views of the directory: by a label on a tab, and in full where that is longer.
var views = map[directory.View]struct{ label, full string }{
	directory.ViewAll:             {"All", ""},
	directory.ViewPeople:          {"People", ""},
	directory.ViewService:         {"Service users", ""},
	directory.ViewAdmins:          {"Admins and owners", ""},
	directory.ViewDormant:         {"Dormant admins", "Admins and owners not seen for 90 days"},
	directory.ViewInvited:         {"Invited", "Invited and never signed in"},
	directory.ViewInvitedLong:     {"Old invitations", "Invited more than 14 days ago"},
	directory.ViewQuiet:           {"Not seen for 90 days", ""},
	directory.ViewDeactivated:     {"Deactivated", ""},
	directory.ViewUnanswered:      {"No responsible person", ""},
	directory.ViewReviewDue:       {"Review due", ""},
	directory.ViewTokensEnding:    {"Tokens ending in 14 days", ""},
	directory.ViewTokensUnused:    {"Tokens unused for 90 days", ""},
	directory.ViewTokensKnownLeft: {"Known to people who left", "Tokens known to people who left"},
	directory.ViewChanged:         {"Recently changed", ""},
}

// View returns the full name of a view, and the stored value of one that this version does not
// know.
func View(v directory.View) string { return cmp.Or(views[v].full, views[v].label, string(v)) }

// ViewTab returns the label of a view on a tab, and its full name where that is longer.
func ViewTab(v directory.View) (label, full string) { return views[v].label, views[v].full }

// SelectUsers is the message where no user was selected.
const SelectUsers = "Select at least one user in the list first."

// The columns that an export can have.
const (
	ColumnsOfList = "As in the list"
	AllColumns    = "All"
)

// OwnColumns says that the choice of columns does not concern a view.
const OwnColumns = "This view has columns of its own. Your choice applies to the other views."

// NoUserHas says which of the addresses that were searched for no user has.
func NoUserHas(addresses []users.ID) string {
	all := make([]string, len(addresses))
	for i, id := range addresses {
		all[i] = Plain(string(id))
	}
	if len(all) == 1 {
		return "No user has the address " + all[0] + "."
	}
	return "No users have these addresses: " + strings.Join(all, ", ") + "."
}

// formats name the file formats of an export and say what each is for.
var formats = map[string]struct{ name, hint string }{
	"csv":   {"CSV", "For programs that read tables. Where a cell would begin with = + - @ or a tab, an apostrophe stands before it, so that no spreadsheet runs it as a formula."},
	"xlsx":  {"Excel", "A workbook for spreadsheets. All cells are text, so none is run as a formula."},
	"jsonl": {"JSON Lines", "For programs: one JSON object a line, with the names of the API and each value exactly as it is."},
	"excel": {"CSV for Excel", ""}, // in events of earlier versions
}

// Format returns the name of a file format.
func Format(value string) string { return cmp.Or(formats[value].name, value) }

// FormatHint says what a file format is for.
func FormatHint(value string) string { return formats[value].hint }

// TooManyForFormat says that a file format holds at most that many users.
func TooManyForFormat(most int) string {
	return "This format holds at most " + numbers.Grouped(most) + " users. Choose another format, or add filters."
}
