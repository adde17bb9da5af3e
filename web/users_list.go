package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// listUsers serves GET /users. Invalid filters are listed in place of the users, with status 422:
// a script requests the results again, so the message disappears with the mistake.
func (a *App) listUsers(c echo.Context) error {
	switch {
	case c.QueryParam("view") == deletedView:
		return a.listDeleted(c)
	case c.QueryParams().Has("as_of"):
		return a.listAsOf(c)
	}
	for _, field := range severalValues {
		if isFragment(c, views.SuggestionsID(field)) {
			return a.suggestNames(c, field)
		}
	}
	address := directoryAddressOf(c)
	if !address.has("view") && !address.has(directoryFilters...) { // one page of an index
		readOn(c)
	}
	return a.listIn(c, address)
}

// listIn answers with the users at an address of the directory.
func (a *App) listIn(c echo.Context, address listAddress) error {
	shown := a.layout(c).inView(directory.View(address.get("view")))
	status := http.StatusOK
	query := directoryQuery(address, shown.size, zoneOf(viewer(c)))
	query.Lean = shown.isLean(address)
	listing, err := a.directory.Users(c.Request().Context(), actor(c), query)
	bad, _ := errors.AsType[*users.InvalidError](err)
	if bad != nil {
		status = http.StatusUnprocessableEntity
		listing.Counts, err = a.directory.Counts(c.Request().Context(), actor(c))
	}
	if err != nil {
		return err
	}
	m := views.Directory{}
	if m.DirectoryList, err = a.directoryList(c, address, listing, shown); err != nil {
		return err
	}
	part := isFragment(c, "results")
	var saved []users.SavedView
	if !part || address.has("sort") || m.Clear != "" {
		if saved, err = a.users.SavedViews(c.Request().Context(), actor(c)); err != nil {
			return err
		}
	}
	m.Save = a.saveForm(c, address, saved)
	if bad != nil {
		m.Problems, m.Shown = problems(bad), views.Shown{}
	}
	a.rememberList(c, address)
	if part {
		address.announce(c)
		m.FormKey = a.formKeyFor(c, viewer(c))
		return render(c, status, views.DirectoryResults(m))
	}
	a.directoryFrame(c, address, listing.Counts, saved, &m)
	m.Layout = listAddress{"/users/layout", address.query}.with()
	return render(c, status, views.DirectoryPage(m))
}

// directoryQuery returns what an address asks of the directory, size users at a
// time, with its days as they are in zone.
func directoryQuery(l listAddress, size int, zone *time.Location) directory.Query {
	return directory.Query{
		Text: l.get("q"), Keys: selectedKeys(l), Kind: directory.Values(l.get("type")), Role: directory.Values(l.get("role")), Status: directory.Values(l.get("status")),
		Department: directory.Values(l.get("department")), Label: directory.Values(l.get("label")), Manager: directory.Values(l.get("manager")),
		Seen: directory.Span(l.get("seen")), Created: directory.Span(l.get("created")), View: directory.View(l.get("view")),
		Sort: directory.Sort(l.get("sort")), After: l.get("after"), Before: l.get("before"),
		Zone: zone, Limit: size,
	}
}

// selectedKeys are the users that an address names by their keys.
func selectedKeys(l listAddress) (keys []users.Key) {
	for _, key := range directory.Values(l.get("selected")).All() {
		keys = append(keys, users.Key(key))
	}
	return keys
}

// directoryList is the part of the page that search and filters change.
func (a *App) directoryList(c echo.Context, l listAddress, listing directory.Listing, shown layout) (views.DirectoryList, error) {
	t, view := a.presenter(c), directory.View(l.get("view"))
	columns, err := a.viewLayout(c, view, listing.Users, shown)
	if err != nil {
		return views.DirectoryList{}, err
	}
	m := views.DirectoryList{
		Shown: shownOf(l, listing), Kept: hiddenFields(l, append([]string{"view", "sort"}, directoryFilters[1:]...)...),
		Chips: filterChips(l), Edit: listAddress{"/users/filter", l.query}.with(), Note: listNote(listing),
		Name: sortedBy(l, "", "-name", "", l.get("sort") == "name"), Columns: columns.headings(l), Pager: rangePager(l, listing),
		Picks: a.picks(c, l, listing), Review: t.rowReview(l, listing),
	}
	if l.has(directoryFilters...) {
		m.Clear = l.without(directoryFilters...)
	}
	m.Rows = make([]views.DirectoryRow, len(listing.Users))
	for i, u := range listing.Users {
		m.Rows[i] = t.directoryRow(u, columns, onlyServiceUsers(l))
	}
	if listing.Newest && len(m.Rows) > 1 { // and so by none of the columns
		m.Name.Order = ""
		for i := range m.Columns {
			m.Columns[i].Order = ""
		}
	}
	if len(m.Rows) > 0 {
		return m, nil
	}
	none, err := a.noneFound(c, t, directoryQuery(l, 0, zoneOf(viewer(c))))
	m.None = &none
	return m, err
}

// listNote is what the page says about its list beside the number of users: that it is not in the
// order asked for, or which addresses no user has.
func listNote(listing directory.Listing) string {
	switch {
	case listing.Scanned != directory.ScanNone:
		return scanNotes[listing.Scanned]
	case listing.Newest && len(listing.Users) > 1:
		return words.TooManyToSort
	case len(listing.Missing) > 0 && len(listing.Users) > 0:
		return words.NoUserHas(listing.Missing)
	}
	return ""
}

// scanNotes are what the page says of a search without its index.
var scanNotes = map[directory.Scan]string{
	directory.ScanAll:    words.IndexDamaged,
	directory.ScanNewest: words.IndexDamagedNewest,
}

// onlyServiceUsers reports whether an address asks for service users and no
// others.
func onlyServiceUsers(l listAddress) bool {
	switch directory.View(l.get("view")) {
	case directory.ViewService, directory.ViewUnanswered, directory.ViewReviewDue:
		return true
	}
	return l.get("type") == string(users.KindService)
}

// directoryFrame adds the rest of the page.
func (a *App) directoryFrame(c echo.Context, l listAddress, counts map[directory.View]int, saved []users.SavedView, m *views.Directory) {
	nav, title := "users", ""
	if m.Heading = "Users"; onlyServiceUsers(l) {
		nav, m.Heading = "service", "Service users"
	}
	tabs := append(directoryTabs(directory.View(l.get("view")), counts), views.Tab{Label: words.DeletedUsers, URL: deletedPath})
	if actor(c).May(users.ActSeeAudit, users.User{}) == nil {
		tabs = append(tabs, views.Tab{Label: words.RolesAsOfDay, URL: a.presenter(c).powerToday()})
	}
	tabs = withSaved(tabs, saved, l)
	for _, tab := range tabs {
		if tab.Current && tab.URL != l.path {
			title = cmp.Or(tab.Title, tab.Label)
		}
	}
	m.Views, m.More = besideHeading(tabs)
	m.Chrome = a.chrome(c, cmp.Or(title, m.Heading), nav)
	m.Action, m.Text = l.path, l.get("q")
	m.Export, _ = allowed(actor(c), users.ActExport, users.User{}, listAddress{"/users/export", l.query}.with())
	m.New, m.AddWhy = newLinks(actor(c))
	// The first owner is the only user, and no filter is set.
	if counts[directory.ViewAll] == 1 && len(m.New) > 0 && m.Clear == "" && len(m.Problems) == 0 {
		m.First = &views.FirstSteps{SecondOwner: "/users/new?role=owner", AddPeople: "/users/new", Audit: "/audit"}
	}
}

// newLinks are what an actor may add to the directory, or why they may not add people.
func newLinks(who users.Actor) (links []views.IconLink, why string) {
	person, why := allowed(who, users.ActAddPerson, users.User{}, "/users/new")
	many, _ := allowed(who, users.ActAddPerson, users.User{}, importPath)
	service, _ := allowed(who, users.ActCreateService, users.User{}, "/service-users/new")
	for _, l := range []views.IconLink{
		{Icon: "user-plus", Link: views.Link{Label: words.AddPersonTitle, URL: person}}, {Icon: "upload", Link: views.Link{Label: words.AddMany, URL: many}},
		{Icon: "bot", Link: views.Link{Label: words.NewServiceUser, URL: service}},
	} {
		if l.URL != "" {
			links = append(links, l)
		}
	}
	return links, why
}

// directoryTabs are the named views with their counts.
func directoryTabs(current directory.View, counts map[directory.View]int) []views.Tab {
	var tabs []views.Tab
	for _, v := range directoryViews {
		if v.rare && counts[v.view] == 0 && v.view != current {
			continue
		}
		address := listAddress{path: "/users"}
		label, full := words.ViewTab(v.view)
		tabs = append(tabs, views.Tab{
			Label: label, Title: full, URL: address.with("view", string(v.view), "sort", v.sort), Count: numbers.Grouped(counts[v.view]), Current: v.view == current,
		})
	}
	return tabs
}

// viewsBeside is how many views stand beside the heading.
const viewsBeside = 5

// besideHeading divides the views into those beside the heading and the others. The current one is
// beside it.
func besideHeading(tabs []views.Tab) (beside, others []views.Tab) {
	current := slices.IndexFunc(tabs, func(t views.Tab) bool { return t.Current })
	for i, t := range tabs {
		room := viewsBeside
		if current >= viewsBeside && i < current {
			room--
		}
		if len(beside) < room && t.Count != "" || t.Current {
			beside = append(beside, t)
		} else {
			others = append(others, t)
		}
	}
	return beside, others
}

// rangePager says which part of the list is shown: "51–100 of 1,012".
func rangePager(l listAddress, listing directory.Listing) views.Pager {
	p := views.Pager{Previous: l.turned("before", listing.Previous), Next: l.turned("after", listing.Next)}
	if n := len(listing.Users); n > 0 {
		p.Range = numbers.Grouped(listing.From) + "–" + numbers.Grouped(listing.From+n-1) + " of " + words.Total(listing.Total)
	}
	return p
}

// shownOf says how many users are listed, of how many in the view, and what else is announced:
// the order that was asked for and the part of the list.
func shownOf(l listAddress, listing directory.Listing) views.Shown {
	view := directory.View(l.get("view"))
	all := listing.Counts[view]
	s := views.Shown{N: words.Total(listing.Total), Of: words.Listed(view, all)}
	if listing.Total != (directory.Total{N: all}) {
		s.Of = "of " + numbers.Grouped(all) + " " + s.Of
	}
	if l.has("sort") && !listing.Newest {
		s.Also += ", " + words.Choice("sort", l.get("sort"))
	}
	if l.has("after", "before") {
		s.Also += ", " + rangePager(l, listing).Range
	}
	return s
}

// allowed returns the address where the actor may carry out act on target, else
// why they may not.
func allowed(actor users.Actor, act users.Act, target users.User, address string) (url, why string) {
	if err := actor.May(act, target); err != nil {
		return "", err.Error()
	}
	return address, ""
}
