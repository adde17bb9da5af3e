package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
)

// directoryFilters are the parameters that narrow the directory, beside the view.
var directoryFilters = []string{"q", "type", "role", "status", "seen"}

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
	"sort": {
		{"", "Name, A to Z"}, {"-name", "Name, Z to A"}, {"id", "User ID, A to Z"}, {"-id", "User ID, Z to A"},
		{"-seen", "Last seen first"}, {"seen", "Longest unseen first"}, {"-created", "Newest first"}, {"created", "Oldest first"},
	},
}

// directoryViews are the named views. Those that are rare are shown only where
// there is something in them.
var directoryViews = []struct {
	view  users.View
	label string
	rare  bool
}{
	{users.ViewAll, "All", false},
	{users.ViewPeople, "People", false},
	{users.ViewService, "Service users", false},
	{users.ViewAdmins, "Admins", false},
	{users.ViewInvited, "Invited", true},
	{users.ViewQuiet, "Quiet", true},
	{users.ViewDeactivated, "Deactivated", true},
	{users.ViewUnanswered, "Nobody responsible", true},
	{users.ViewReviewDue, "Review due", true},
}

// listUsers serves GET /users.
func (a *App) listUsers(c echo.Context) error {
	address := listAddressOf(c, append([]string{"view", "sort", "after", "before"}, directoryFilters...)...)
	listing, err := a.users.Users(c.Request().Context(), actor(c), directoryQuery(address))
	if _, forged := errors.AsType[*users.InvalidError](err); forged {
		return users.ErrBadCursor // the page offers no such filter
	}
	if err != nil {
		return err
	}
	model, err := a.directoryResults(c, address, listing)
	if err != nil {
		return err
	}
	if isFragment(c, "results") {
		address.announce(c)
		return render(c, http.StatusOK, views.DirectoryResults(model))
	}
	if err := a.directoryFrame(c, address, &model); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.DirectoryPage(model))
}

// directoryQuery returns what an address asks of the directory.
func directoryQuery(l listAddress) users.Query {
	return users.Query{
		Text: l.get("q"), Kind: users.Kind(l.get("type")), Role: users.Role(l.get("role")),
		Status: users.Status(l.get("status")), Seen: users.Span(l.get("seen")), Created: users.Span(l.get("created")), View: users.View(l.get("view")),
		Sort: users.Sort(l.get("sort")), After: l.get("after"), Before: l.get("before"),
	}
}

// directoryResults is the part of the page that search and filters change.
func (a *App) directoryResults(c echo.Context, l listAddress, listing users.Listing) (views.Directory, error) {
	t := a.tell(c)
	m := views.Directory{
		Chips:   directoryChips(l),
		Count:   totalWords(listing.Total) + " found",
		Columns: directoryColumns(l),
		Pager:   rangePager(l, listing),
	}
	if l.has(directoryFilters...) {
		m.Clear = l.without(directoryFilters...)
	}
	ofServices := onlyServiceUsers(l)
	for _, u := range listing.Users {
		row := t.directoryRow(u)
		if ofServices { // the badge would say the same in every row
			row.Kinds, row.Responsible = nil, plainText(cmp.Or(u.Responsible.Label(), "nobody"))
		}
		m.Rows = append(m.Rows, row)
	}
	if len(m.Rows) > 0 {
		return m, nil
	}
	none, err := a.noneFound(c, t, l.get("q"))
	m.None = &none
	return m, err
}

// onlyServiceUsers reports whether an address asks for service users and no
// others.
func onlyServiceUsers(l listAddress) bool {
	switch users.View(l.get("view")) {
	case users.ViewService, users.ViewUnanswered, users.ViewReviewDue:
		return true
	}
	return l.get("type") == string(users.KindService)
}

// directoryFrame adds the rest of the page.
func (a *App) directoryFrame(c echo.Context, l listAddress, m *views.Directory) error {
	counts, err := a.users.Counts(c.Request().Context(), actor(c))
	if err != nil {
		return err
	}
	nav := "users"
	if onlyServiceUsers(l) {
		nav = "service"
	}
	m.Heading, m.Views = "Users", directoryTabs(users.View(l.get("view")), counts)
	for _, tab := range m.Views {
		if tab.Current && l.has("view") {
			m.Heading = tab.Label
		}
	}
	m.Chrome = a.chrome(c, m.Heading, nav)
	m.Summary = counted(counts[users.ViewPeople], "person", "people") + " and " +
		counted(counts[users.ViewService], "service user", "service users")
	m.Filter = directoryFilter(l)
	m.NewUser, m.AddWhy = allowed(actor(c), users.ActAddPerson, users.User{}, "/users/new")
	m.Export, _ = allowed(actor(c), users.ActExport, users.User{}, listAddress{"/users/export", l.query}.with())
	m.NewServiceUser, _ = allowed(actor(c), users.ActCreateService, users.User{}, "/service-users/new")
	// Nobody but the first owner yet, and they are not looking for anyone.
	if counts[users.ViewAll] == 1 && m.NewUser != "" && m.Clear == "" {
		m.First = &views.FirstSteps{SecondOwner: "/users/new?role=owner", AddPeople: "/users/new", Audit: "/audit"}
	}
	return nil
}

// directoryTabs are the named views with their counts.
func directoryTabs(current users.View, counts map[users.View]int) []views.Tab {
	var tabs []views.Tab
	for _, v := range directoryViews {
		if v.rare && counts[v.view] == 0 && v.view != current {
			continue
		}
		address := listAddress{path: "/users"}
		tabs = append(tabs, views.Tab{
			Label: v.label, URL: address.with("view", string(v.view)), Count: number(counts[v.view]), Current: v.view == current,
		})
	}
	return tabs
}

// directoryFilter is the form above the list, as the address fills it in.
func directoryFilter(l listAddress) views.DirectoryFilter {
	return views.DirectoryFilter{
		Action: l.path, View: l.get("view"), Text: l.get("q"),
		Type:   filterChoice("type", "Type", directoryChoices["type"], l.get("type")),
		Role:   filterChoice("role", "Role", directoryChoices["role"], l.get("role")),
		Status: filterChoice("status", "Status", directoryChoices["status"], l.get("status")),
		Seen:   filterChoice("seen", "Last seen", directoryChoices["seen"], l.get("seen")),
		Sort:   filterChoice("sort", "Order", directoryChoices["sort"], strings.TrimPrefix(l.get("sort"), "name")),
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

// directoryChips are what narrows the directory.
func directoryChips(l listAddress) []views.Chip {
	var chips []views.Chip
	for _, key := range directoryFilters {
		value := l.get(key)
		if value == "" {
			continue
		}
		label := "Search: " + plainText(value)
		for _, v := range directoryChoices[key] {
			if v.value == value {
				label = capital(key) + ": " + v.label
			}
		}
		chips = append(chips, views.Chip{Label: label, Remove: l.without(key)})
	}
	return chips
}

// directoryColumns are the headings that the directory can be sorted by. Times
// are sorted by the newest first at first.
func directoryColumns(l listAddress) views.DirectoryColumns {
	column := func(asc, desc, first string, current bool) views.Column {
		switch sort := l.get("sort"); {
		case sort == asc || current:
			return views.Column{URL: l.with("sort", desc), Order: "ascending"}
		case sort == desc:
			return views.Column{URL: l.with("sort", asc), Order: "descending"}
		}
		return views.Column{URL: l.with("sort", first)}
	}
	return views.DirectoryColumns{
		Name:    column("", "-name", "", l.get("sort") == "name"),
		Seen:    column("seen", "-seen", "-seen", false),
		Created: column("created", "-created", "-created", false),
	}
}

// rangePager says which part of the list is shown: "51–100 of 1,012".
func rangePager(l listAddress, listing users.Listing) views.Pager {
	p := views.Pager{Previous: l.turned("before", listing.Previous), Next: l.turned("after", listing.Next)}
	if n := len(listing.Users); n > 0 {
		p.Range = number(listing.From) + "–" + number(listing.From+n-1) + " of " + totalNumber(listing.Total)
	}
	return p
}

// directoryRow is one user in the list.
func (t teller) directoryRow(u users.User) views.DirectoryRow {
	row := views.DirectoryRow{
		Person: t.user(u), Kinds: kindBadges(t.actor, u), Status: statusBadge(u.Status), Role: roleWord(u.Role),
		Seen: timeInList(u.SeenAt, t.now, t.zone), Created: timeInList(u.CreatedAt, t.now, t.zone),
	}
	row.Edit, _ = allowed(t.actor, users.ActEdit, u, userPath(u.ID, "edit"))
	return row
}

// noneFound says what to do where nobody was found: add them, or see whether
// they were refused at the door.
func (a *App) noneFound(c echo.Context, t teller, text string) (views.NoneFound, error) {
	text = strings.TrimSpace(text)
	none := views.NoneFound{Text: plainText(text)}
	if text == "" {
		return none, nil
	}
	if t.actor.May(users.ActAddPerson, users.User{}) == nil {
		key := "name" // the form is filled in with what was searched for
		if strings.Contains(text, "@") {
			key = "user_id"
		}
		none.Add = views.Link{Label: "Add " + shorten(plainText(text), 60), URL: addressOf("/users/new", url.Values{key: {text}})}
	}
	refused, err := a.users.RefusedSignIns(c.Request().Context(), t.actor, text)
	for _, r := range refused {
		none.Refused = append(none.Refused, t.refusedSignIn(r))
	}
	return none, err
}

// allowed returns the address where the actor may carry out act on target, else
// why they may not.
func allowed(actor users.Actor, act users.Act, target users.User, address string) (url, why string) {
	if err := actor.May(act, target); err != nil {
		return "", err.Error()
	}
	return address, ""
}
