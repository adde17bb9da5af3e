package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// directoryFilters are the parameters that narrow the directory, beside the view.
var directoryFilters = []string{"q", "type", "role", "status", "department", "label", "manager", "seen", "created"}

// severalValues are those of which a user has one of several values.
var severalValues = []string{"type", "role", "status", "department", "label", "manager"}

// directoryAddressOf returns the address of the directory that c asks for. The editor of filters
// sends each value as a parameter of its own, and a number of days apart from its sign. Filters
// that were typed become parameters when a whole page is asked for: while someone is typing, they
// stay in the text.
func directoryAddressOf(c echo.Context) listAddress {
	l := listAddressOf(c, append([]string{"view", "sort", "after", "before"}, directoryFilters...)...)
	asked := c.QueryParams()
	for _, key := range severalValues {
		if all := directory.Values(strings.Join(asked[key], ",")).All(); len(all) > 0 {
			l.query.Set(key, truncate(key, string(directory.ValuesOf(all...))))
		}
	}
	for _, key := range []string{"seen", "created"} {
		if sign := l.get(key); sign == "<" || sign == ">" {
			l.query.Set(key, sign+truncate(key, asked.Get(key+"_days"))+"d")
		}
	}
	if !isHTMX(c) {
		l.takeFilters()
	}
	return l
}

// takeFilters makes parameters of the filters that were typed, unless they are set already.
func (l listAddress) takeFilters() {
	rest, filters := directory.TakeFilters(l.get("q"), func(name string) bool {
		return slices.Contains(directoryFilters, name) && !l.has(name)
	})
	for name, values := range filters {
		l.query.Set(name, string(values))
	}
	if l.query.Set("q", rest); rest == "" {
		l.query.Del("q")
	}
}

// A directoryView is a named view. One that is rare is shown only where it has users.
type directoryView struct {
	view    directory.View
	rare    bool
	sort    string   // its own order; empty: by name
	columns []string // its own columns; empty: those that the viewer has chosen
}

// directoryViews are the named views: the first five stand beside the heading.
var directoryViews = []directoryView{
	{view: directory.ViewAll},
	{view: directory.ViewPeople},
	{view: directory.ViewInvited, rare: true, columns: []string{"role", "invited", "department", "manager"}},
	{view: directory.ViewReviewDue, rare: true, columns: []string{"review", "responsible", "seen", "reviewed"}},
	{view: directory.ViewDormant, rare: true, columns: []string{"role", "seen", "department", "deactivate"}},
	{view: directory.ViewService},
	{view: directory.ViewAdmins, columns: []string{"role", "seen", "department", "created"}},
	{view: directory.ViewInvitedLong, rare: true, columns: []string{"role", "invited", "department", "manager"}},
	{view: directory.ViewQuiet, rare: true, columns: []string{"role", "seen", "created", "deactivate"}},
	{view: directory.ViewDeactivated, rare: true, columns: []string{"role", "deactivated", "by", "reactivate"}},
	{view: directory.ViewUnanswered, rare: true, columns: []string{"role", "seen", "created", "choose"}},
	{view: directory.ViewTokensEnding, rare: true},
	{view: directory.ViewTokensUnused, rare: true},
	{view: directory.ViewTokensKnownLeft, rare: true},
	{view: directory.ViewChanged, rare: true, sort: "-updated", columns: []string{"status", "role", "changed", "created"}}, // whom to look at first
}

// filterNames name the filters on chips and in the editor.
var filterNames = map[string]string{
	"type": "Type", "role": "Role", "status": "Status", "department": "Department", "label": "Label", "manager": "Manager",
	"seen": "Last seen", "created": "Created",
}

// filterWords says what a filter selects.
func filterWords(key, value string) string {
	if key == "seen" || key == "created" {
		return words.Span(directory.Span(value))
	}
	return words.Values(key, directory.Values(value))
}

// filterChips are the filters that are set, without the text of the search.
func filterChips(l listAddress) []views.FilterChip {
	var chips []views.FilterChip
	for _, key := range directoryFilters[1:] {
		if l.has(key) {
			chips = append(chips, views.FilterChip{Name: filterNames[key], Values: words.Plain(filterWords(key, l.get(key))), Remove: l.without(key)})
		}
	}
	return chips
}

// directoryChips are what narrows the directory, with the text of the search, in words.
func directoryChips(l listAddress) []views.Chip {
	var chips []views.Chip
	if text := l.get("q"); text != "" {
		chips = []views.Chip{{Label: "Search: " + bidi.Isolate(words.Plain(text)), Remove: l.without("q")}}
	}
	for _, c := range filterChips(l) {
		chips = append(chips, views.Chip{Label: c.Name + ": " + bidi.Isolate(c.Values), Remove: c.Remove})
	}
	return chips
}

// filterUsers serves GET /users/filter: the editor of the filters, for a popover or as a page.
func (a *App) filterUsers(c echo.Context) error {
	l := directoryAddressOf(c)
	l.path = "/users"
	m := views.FilterPage{Form: filterForm(l)}
	if isFragment(c, "sheet") {
		return render(c, http.StatusOK, views.FilterPanel(m.Form))
	}
	m.Chrome = a.chrome(c, words.Filters, "users")
	m.Crumbs = []views.Link{{Label: "Users", URL: l.String()}, {Label: words.Filters}}
	return render(c, http.StatusOK, views.UserFilterPage(m))
}

// filterForm is the editor of the filters as the address fills it in.
func filterForm(l listAddress) views.FilterForm {
	f := views.FilterForm{Action: l.path, Kept: hiddenFields(l, "view", "q", "sort")}
	if l.has(directoryFilters[1:]...) {
		f.Clear = l.without(directoryFilters[1:]...)
	}
	for _, key := range []string{"status", "role", "type"} {
		f.Choices = append(f.Choices, tickedChoice(key, directory.Values(l.get(key)).All()))
	}
	for _, key := range []string{"department", "label", "manager"} {
		n := views.NamedFilter{Name: key, Label: filterNames[key]}
		for _, value := range directory.Values(l.get(key)).All() {
			n.Values = append(n.Values, views.Option{Value: string(directory.ValuesOf(value)), Label: words.Plain(value)})
		}
		f.Named = append(f.Named, n)
	}
	for _, key := range []string{"seen", "created"} {
		f.Times = append(f.Times, timeFilter(key, l.get(key)))
	}
	return f
}

// hiddenFields are the parameters of an address that have one of the names.
func hiddenFields(l listAddress, names ...string) []views.Option {
	var all []views.Option
	for _, name := range names {
		if l.has(name) {
			all = append(all, views.Option{Label: name, Value: l.get(name)})
		}
	}
	return all
}

// tickedChoice is a filter with a fixed set of values, of which some are ticked.
func tickedChoice(key string, ticked []string) views.Choice {
	c := views.Choice{Field: views.Field{Name: key, Label: filterNames[key]}}
	for _, v := range words.Choices[key] {
		if v.Value != "" {
			c.Options = append(c.Options, views.Option{Value: v.Value, Label: v.Label, Selected: slices.Contains(ticked, v.Value)})
		}
	}
	return c
}

// timeFilter is a filter on a time. What was typed and is no number of days is a choice of its own.
func timeFilter(key, value string) views.TimeFilter {
	f := views.TimeFilter{
		How:  views.Choice{Field: views.Field{Name: key, Label: filterNames[key]}},
		Days: views.Field{Name: key + "_days", Label: filterNames[key] + ": number of days", Value: "90"},
	}
	how := value
	if days, ok := strings.CutSuffix(value, "d"); ok && len(days) > 1 && strings.Trim(days[1:], "0123456789") == "" {
		how, f.Days.Value = days[:1], days[1:]
	}
	all := words.Times[key]
	if !slices.ContainsFunc(all, func(v words.ChoiceOf) bool { return v.Value == how }) {
		all = append(slices.Clone(all), words.ChoiceOf{Value: value, Label: words.Capital(words.Plain(words.Span(directory.Span(value))))})
	}
	for _, v := range all {
		f.How.Options = append(f.How.Options, views.Option{Value: v.Value, Label: v.Label, Selected: v.Value == how})
	}
	return f
}

// suggestNames answers with the names that a filter by names can have.
func (a *App) suggestNames(c echo.Context, field string) error {
	var names []string
	var err error
	ctx, typed := c.Request().Context(), lastOf(c.QueryParams(), field)
	switch field {
	case "department":
		names, err = a.directory.Departments(ctx, actor(c), typed)
	case "label":
		names, err = a.directory.Labels(ctx, actor(c), typed)
	case "manager":
		if actor(c).May(users.ActCreateService, users.User{}) == nil { // may search for people
			return a.suggestFor(c, typed)
		}
	}
	if err != nil {
		return err
	}
	options := make([]views.Option, len(names))
	for i, name := range names {
		options[i] = views.Option{Value: string(directory.ValuesOf(name)), Label: words.Plain(name)}
	}
	return render(c, http.StatusOK, views.PersonOptions(options))
}

// lastOf returns the last value of a parameter: that of the field for one more, after the boxes.
func lastOf(all url.Values, key string) string {
	if n := len(all[key]); n > 0 {
		return all[key][n-1]
	}
	return ""
}
