package web

import (
	"cmp"
	"errors"
	"net/http"
	"strings"
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
	if c.QueryParam("view") == deletedView {
		return a.listDeleted(c)
	}
	address, shown := listAddressOf(c, append([]string{"view", "sort", "after", "before"}, directoryFilters...)...), a.layout(c)
	if !address.has("view") && !address.has(directoryFilters...) { // one page of an index
		readOn(c)
	}
	status := http.StatusOK
	listing, err := a.directory.Users(c.Request().Context(), actor(c), directoryQuery(address, shown.size, zoneOf(viewer(c))))
	bad, _ := errors.AsType[*users.InvalidError](err)
	if bad != nil {
		status = http.StatusUnprocessableEntity
		listing.Counts, err = a.directory.Counts(c.Request().Context(), actor(c))
	}
	if err != nil {
		return err
	}
	model, err := a.directoryResults(c, address, listing, shown)
	if err != nil {
		return err
	}
	if bad != nil {
		model.Problems, model.Count = problems(bad), ""
	}
	if isFragment(c, "results") {
		address.announce(c)
		return render(c, status, views.DirectoryResults(model))
	}
	if err := a.directoryFrame(c, address, listing.Counts, &model); err != nil {
		return err
	}
	return render(c, status, views.DirectoryPage(model))
}

// directoryQuery returns what an address asks of the directory, size users at a
// time, with its days as they are in zone.
func directoryQuery(l listAddress, size int, zone *time.Location) directory.Query {
	return directory.Query{
		Text: l.get("q"), Kind: directory.Values(l.get("type")), Role: directory.Values(l.get("role")), Status: directory.Values(l.get("status")),
		Department: directory.Values(l.get("department")), Label: directory.Values(l.get("label")), Manager: directory.Values(l.get("manager")),
		Seen: directory.Span(l.get("seen")), Created: directory.Span(l.get("created")), View: directory.View(l.get("view")),
		Sort: directory.Sort(l.get("sort")), After: l.get("after"), Before: l.get("before"),
		Zone: zone, Limit: size,
	}
}

// directoryResults is the part of the page that search and filters change.
func (a *App) directoryResults(c echo.Context, l listAddress, listing directory.Listing, shown layout) (views.Directory, error) {
	t := a.presenter(c)
	columns, err := a.viewLayout(c, directory.View(l.get("view")), listing.Users, shown)
	if err != nil {
		return views.Directory{}, err
	}
	m := views.Directory{
		Chips:   directoryChips(l),
		Count:   listedWords(l, listing),
		Name:    sortedBy(l, "", "-name", "", l.get("sort") == "name"),
		Columns: columns.headings(l),
		Pager:   rangePager(l, listing),
		Layout:  shown.form(l),
	}
	if l.has(directoryFilters...) {
		m.Clear = l.without(directoryFilters...)
	}
	if l.has("sort") || m.Clear != "" {
		m.Save = a.viewForm(c, l, sharedViewForm{}, outcome{})
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
		m.Note = words.TooManyToSort
	}
	m.Note = cmp.Or(scanNotes[listing.Scanned], m.Note)
	if len(m.Rows) > 0 {
		return m, nil
	}
	none, err := a.noneFound(c, t, directoryQuery(l, 0, zoneOf(viewer(c))))
	m.None = &none
	return m, err
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
func (a *App) directoryFrame(c echo.Context, l listAddress, counts map[directory.View]int, m *views.Directory) error {
	nav := "users"
	if onlyServiceUsers(l) {
		nav = "service"
	}
	saved, err := a.users.SavedViews(c.Request().Context(), actor(c))
	if err != nil {
		return err
	}
	m.Heading, m.Views = "Users", withSaved(directoryTabs(directory.View(l.get("view")), counts), saved, l)
	for _, tab := range m.Views {
		if tab.Current && tab.URL != l.path {
			m.Heading = cmp.Or(tab.Title, tab.Label)
		}
	}
	m.Chrome = a.chrome(c, m.Heading, nav)
	m.Summary = numbers.Counted(counts[directory.ViewPeople], "person", "people") + " and " +
		numbers.Counted(counts[directory.ViewService], "service user", "service users")
	m.Filter = directoryFilter(l)
	m.AddPerson, m.AddWhy = allowed(actor(c), users.ActAddPerson, users.User{}, "/users/new")
	m.Export, _ = allowed(actor(c), users.ActExport, users.User{}, listAddress{"/users/export", l.query}.with())
	m.CreateService, _ = allowed(actor(c), users.ActCreateService, users.User{}, "/service-users/new")
	// The first owner is the only user, and no filter is set.
	if counts[directory.ViewAll] == 1 && m.AddPerson != "" && m.Clear == "" && len(m.Problems) == 0 {
		m.First = &views.FirstSteps{SecondOwner: "/users/new?role=owner", AddPeople: "/users/new", Audit: "/audit"}
	}
	return nil
}

// directoryTabs are the named views with their counts.
func directoryTabs(current directory.View, counts map[directory.View]int) []views.Tab {
	var tabs []views.Tab
	for _, v := range directoryViews {
		if v.rare && counts[v.view] == 0 && v.view != current {
			continue
		}
		sort := ""
		if v.view == directory.ViewChanged {
			sort = "-updated" // whom to look at first
		}
		address := listAddress{path: "/users"}
		label, full := words.ViewTab(v.view)
		tabs = append(tabs, views.Tab{
			Label: label, Title: full, URL: address.with("view", string(v.view), "sort", sort), Count: numbers.Grouped(counts[v.view]), Current: v.view == current,
		})
	}
	return tabs
}

// rangePager says which part of the list is shown: "51–100 of 1,012".
func rangePager(l listAddress, listing directory.Listing) views.Pager {
	p := views.Pager{Previous: l.turned("before", listing.Previous), Next: l.turned("after", listing.Next)}
	if n := len(listing.Users); n > 0 {
		p.Range = numbers.Grouped(listing.From) + "–" + numbers.Grouped(listing.From+n-1) + " of " + words.Total(listing.Total)
	}
	return p
}

// listedWords says what is listed, as announced: "12 users found", with the order that
// was asked for and the part of the list.
func listedWords(l listAddress, listing directory.Listing) string {
	parts := []string{words.TotalUsers(listing.Total) + " found"}
	if l.has("sort") && !listing.Newest {
		parts = append(parts, words.Choice("sort", l.get("sort")))
	}
	if l.has("after", "before") {
		parts = append(parts, rangePager(l, listing).Range)
	}
	return strings.Join(parts, ", ")
}

// allowed returns the address where the actor may carry out act on target, else
// why they may not.
func allowed(actor users.Actor, act users.Act, target users.User, address string) (url, why string) {
	if err := actor.May(act, target); err != nil {
		return "", err.Error()
	}
	return address, ""
}
