package web

import (
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// directoryFilters are the parameters that narrow the directory, beside the view.
var directoryFilters = []string{"q", "type", "role", "status", "department", "label", "manager", "seen", "created"}

// A directoryView is a named view. One that is rare is shown only where it has users.
type directoryView struct {
	view directory.View
	rare bool
}

// directoryViews are the named views, in the order of their tabs.
var directoryViews = []directoryView{
	{directory.ViewAll, false},
	{directory.ViewPeople, false},
	{directory.ViewService, false},
	{directory.ViewAdmins, false},
	{directory.ViewDormant, true},
	{directory.ViewInvited, true},
	{directory.ViewInvitedLong, true},
	{directory.ViewQuiet, true},
	{directory.ViewDeactivated, true},
	{directory.ViewUnanswered, true},
	{directory.ViewReviewDue, true},
	{directory.ViewTokensEnding, true},
	{directory.ViewTokensUnused, true},
	{directory.ViewTokensKnownLeft, true},
	{directory.ViewChanged, true},
}

// directoryFilter is the form above the list, as the address fills it in.
func directoryFilter(l listAddress) views.DirectoryFilter {
	return views.DirectoryFilter{
		Action: l.path, View: l.get("view"), Text: l.get("q"),
		Type:    filterChoice("type", "Type", words.Choices["type"], l.get("type")),
		Role:    filterChoice("role", "Role", words.Choices["role"], l.get("role")),
		Status:  filterChoice("status", "Status", words.Choices["status"], l.get("status")),
		Seen:    spanChoice("seen", "Last seen", l.get("seen")),
		Created: spanChoice("created", "Created", l.get("created")),
		Sort:    filterChoice("sort", "Order", words.Choices["sort"], strings.TrimPrefix(l.get("sort"), "name")),
	}
}

// filterChoice is a filter with a fixed set of values.
func filterChoice(name, label string, all []words.ChoiceOf, value string) views.Choice {
	c := views.Choice{Field: views.Field{Name: name, Label: label, Value: value}}
	for _, v := range all {
		c.Options = append(c.Options, views.Option{Value: v.Value, Label: v.Label, Selected: v.Value == value})
	}
	return c
}

// spanChoice is a filter on a time, which the address may have another value of
// than the form offers.
func spanChoice(name, label, value string) views.Choice {
	all := words.Choices[name]
	if !slices.ContainsFunc(all, func(v words.ChoiceOf) bool { return v.Value == value }) {
		all = append(slices.Clone(all), words.ChoiceOf{Value: value, Label: label + " " + words.Choice(name, value)})
	}
	return filterChoice(name, label, all, value)
}

// directoryChips are what narrows the directory.
func directoryChips(l listAddress) []views.Chip {
	var chips []views.Chip
	for _, key := range directoryFilters {
		value := l.get(key)
		if value == "" {
			continue
		}
		label := "Search: " + bidi.Isolate(words.Plain(value))
		if key != "q" {
			label = words.Capital(key) + ": " + filterWords(key, value)
		}
		chips = append(chips, views.Chip{Label: label, Remove: l.without(key)})
	}
	return chips
}

// filterWords says what a filter selects.
func filterWords(key, value string) string {
	if key == "seen" || key == "created" {
		return words.Span(directory.Span(value))
	}
	return words.Values(key, directory.Values(value))
}
