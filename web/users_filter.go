package web

import (
	"cmp"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
)

// directoryFilters are the parameters that narrow the directory, beside the view.
var directoryFilters = []string{"q", "type", "role", "status", "seen", "created"}

// A filterValue is one value that a filter may have.
type filterValue struct{ value, label string }

// directoryChoices are what the filters and the order of the directory may be.
// The first of each is the one without a value.
var directoryChoices = map[string][]filterValue{
	"type": {{"", "Any type"}, {"person", "People"}, {"service", "Service users"}, {"system", "System users"}},
	"role": {{"", "Any role"}, {"user", "User"}, {"auditor", "Auditor"}, {"admin", "Admin"}, {"owner", "Owner"}},
	"status": {
		{"", "Any status"}, {"active", "Active"}, {"invited", "Invited"}, {"deactivated", "Deactivated"},
	},
	"seen": {
		{"", "Seen at any time"}, {string(users.SeenRecently), "Seen in the last 90 days"},
		{string(users.SeenLongAgo), "Not seen for 90 days"}, {string(users.SeenNever), "Never seen"},
	},
	"created": {
		{"", "Created at any time"}, {"<7d", "Created in the last 7 days"}, {"<30d", "Created in the last 30 days"},
		{"<365d", "Created in the last year"}, {">365d", "Created over a year ago"},
	},
	"sort": {
		{"", "Name, A to Z"}, {"-name", "Name, Z to A"}, {"id", "User ID, A to Z"}, {"-id", "User ID, Z to A"},
		{"-seen", "Last seen first"}, {"seen", "Longest unseen first"}, {"-created", "Newest first"}, {"created", "Oldest first"},
		{"-updated", "Last changed first"}, {"updated", "Longest unchanged first"},
	},
}

// A directoryView is a named view.
type directoryView struct {
	view  users.View
	label string
	full  string // its whole name, where the label is short
	rare  bool
}

// name returns the whole name of a view.
func (v directoryView) name() string { return cmp.Or(v.full, v.label) }

// directoryViews are the named views. Those that are rare are shown only where
// there is something in them.
var directoryViews = []directoryView{
	{users.ViewAll, "All", "", false},
	{users.ViewPeople, "People", "", false},
	{users.ViewService, "Service users", "", false},
	{users.ViewAdmins, "Admins and owners", "", false},
	{users.ViewDormant, "Dormant admins", "Admins and owners not seen for 90 days", true},
	{users.ViewInvited, "Invited", "Invited and never signed in", true},
	{users.ViewQuiet, "Not seen for 90 days", "", true},
	{users.ViewDeactivated, "Deactivated", "", true},
	{users.ViewUnanswered, "No responsible person", "", true},
	{users.ViewReviewDue, "Review due", "", true},
	{users.ViewTokensEnding, "Tokens ending in 14 days", "", true},
	{users.ViewTokensUnused, "Tokens unused for 90 days", "", true},
	{users.ViewTokensKnownLeft, "Known to people who left", "Tokens known to people who left", true},
	{users.ViewChanged, "Recently changed", "", true},
}

// directoryFilter is the form above the list, as the address fills it in.
func directoryFilter(l listAddress) views.DirectoryFilter {
	return views.DirectoryFilter{
		Action: l.path, View: l.get("view"), Text: l.get("q"),
		Type:    filterChoice("type", "Type", directoryChoices["type"], l.get("type")),
		Role:    filterChoice("role", "Role", directoryChoices["role"], l.get("role")),
		Status:  filterChoice("status", "Status", directoryChoices["status"], l.get("status")),
		Seen:    spanChoice("seen", "Last seen", l.get("seen")),
		Created: spanChoice("created", "Created", l.get("created")),
		Sort:    filterChoice("sort", "Order", directoryChoices["sort"], strings.TrimPrefix(l.get("sort"), "name")),
	}
}

// filterChoice is a filter with a fixed set of values.
func filterChoice(name, label string, all []filterValue, value string) views.Choice {
	c := views.Choice{Field: views.Field{Name: name, Label: label, Value: value}}
	for _, v := range all {
		c.Options = append(c.Options, views.Option{Value: v.value, Label: v.label, Selected: v.value == value})
	}
	return c
}

// spanChoice is a filter on a time, which the address may have another value of
// than the form offers.
func spanChoice(name, label, value string) views.Choice {
	all := directoryChoices[name]
	if !slices.ContainsFunc(all, func(v filterValue) bool { return v.value == value }) {
		all = append(slices.Clone(all), filterValue{value, label + " " + choiceWord(name, value)})
	}
	return filterChoice(name, label, all, value)
}

// viewWord returns the whole name of a view.
func viewWord(view users.View) string {
	for _, v := range directoryViews {
		if v.view == view {
			return v.name()
		}
	}
	return string(view)
}

// choiceWord returns a value of a filter or an order in words. The usual order also
// has a name.
func choiceWord(key, value string) string {
	if key == "sort" && value == "name" {
		value = ""
	}
	for _, v := range directoryChoices[key] {
		if v.value == value {
			return v.label
		}
	}
	return plainText(value)
}

// directoryChips are what narrows the directory.
func directoryChips(l listAddress) []views.Chip {
	var chips []views.Chip
	for _, key := range directoryFilters {
		value := l.get(key)
		if value == "" {
			continue
		}
		label := "Search: " + bidi.Isolate(plainText(value))
		if key != "q" {
			label = capital(key) + ": " + choiceWord(key, value)
		}
		chips = append(chips, views.Chip{Label: label, Remove: l.without(key)})
	}
	return chips
}
