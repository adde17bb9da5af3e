package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// picks is what the viewer can do with the selected users of a list. With all=1 in the address all
// that match are selected.
func (a *App) picks(c echo.Context, l listAddress, listing directory.Listing) views.Picks {
	who, start := actor(c), l.atStart()
	p := views.Picks{Clear: l.String()}
	if all := listing.Total; all.N > 1 && all.N <= users.MaxBatch {
		p.OnPage = all.N <= len(listing.Users)
		p.All, p.AllURL = words.Total(all), listAddress{l.path, l.query}.also("all", "1")
		if c.QueryParam("all") == "1" {
			p.Chosen, p.Asked = p.All, hiddenFields(start, append([]string{"view", "sort"}, directoryFilters...)...)
		}
	}
	p.Batch = who.May(users.ActBatch, users.User{}) == nil
	p.Acts, p.More = pickActs(who, directory.View(l.get("view")), p.Batch)
	return p
}

// also returns the address with one more parameter, at the same place.
func (l listAddress) also(key, value string) string {
	query := l.atStart().query
	for _, place := range []string{"after", "before"} {
		if l.has(place) {
			query.Set(place, l.get(place))
		}
	}
	query.Set(key, value)
	return addressOf(l.path, query)
}

// selected returns the keys of the users that were selected in a list, which has the beginnings of
// keys, with a comma between them.
func (a *App) selected(c echo.Context) (string, error) {
	ticked := directory.Values(strings.Join(c.QueryParams()["key"], ",")).All()
	keys, err := a.directory.WholeKeys(c.Request().Context(), actor(c), ticked[:min(len(ticked), directory.MaxPicked+1)])
	all := make([]string, len(keys))
	for i, key := range keys {
		all[i] = truncate("key", string(key))
	}
	return strings.Join(all, ","), err
}

// An offeredPick is an act on selected users, for whom it is offered.
type offeredPick struct {
	views.PickAct
	may  users.Act
	view directory.View // in which it stands on the bar; the others are in its menu
}

// offeredPicks are the acts on selected users, those that can be undone first.
var offeredPicks = []offeredPick{
	{views.PickAct{Icon: "calendar-check", Label: "Mark as reviewed", Value: string(users.BatchReview)}, users.ActBatch, directory.ViewReviewDue},
	{views.PickAct{Icon: "user-check", Label: "Reactivate…", Value: string(users.BatchReactivate)}, users.ActBatch, directory.ViewDeactivated},
	{views.PickAct{Icon: "shield", Label: "Role…", Value: string(users.BatchChangeRole)}, users.ActBatch, ""},
	{views.PickAct{Icon: "tag", Label: "Labels…", Value: string(users.BatchLabels)}, users.ActBatch, ""},
	{views.PickAct{Icon: "user-x", Label: "Deactivate…", Value: string(users.BatchDeactivate)}, users.ActBatch, ""},
	{views.PickAct{Icon: "user-check", Label: "Responsible person…", Value: string(users.BatchSetResponsible)}, users.ActBatch, "-"},
	{views.PickAct{Icon: "calendar-check", Label: "Review date…", Value: actReviewDate}, users.ActBatch, "-"},
	{views.PickAct{Icon: "log-out", Label: "End sessions…", Value: string(users.BatchEndSessions)}, users.ActBatch, "-"},
	{views.PickAct{Icon: "copy", Label: "Copy addresses", Action: "/users/addresses"}, users.ActSeeDirectory, "-"},
	{views.PickAct{Icon: "download", Label: "Export…", Action: "/users/export"}, users.ActExport, "-"},
}

// pickActs are the acts on selected users of a view: those on the bar, and the others. In a form
// that is posted, those that open a page are posted, too: by GET, its key would be in the address.
func pickActs(who users.Actor, view directory.View, posted bool) (bar, more []views.PickAct) {
	for _, o := range offeredPicks {
		if posted && o.Action != "" {
			o.Value, o.Action = strings.TrimPrefix(o.Action, "/users/"), ""
		}
		switch {
		case who.May(o.may, users.User{}) != nil:
		case o.view == "" || o.view == view:
			bar = append(bar, o.PickAct)
		default:
			more = append(more, o.PickAct)
		}
	}
	return bar, more
}

// userActs serves GET /users/:id/acts: what the viewer may do with a user of a list, as the menu of
// its row. Without a script it leads to the user's page.
func (a *App) userActs(c echo.Context) error {
	id, err := a.pathID(c)
	if err != nil {
		return err
	}
	u, err := a.users.User(c.Request().Context(), actor(c), id)
	if err != nil {
		return err
	}
	if !isFragment(c, "row-menu") {
		return a.seeOther(c, userPath(u.ID))
	}
	t := a.presenter(c)
	m := views.UserActs{Person: t.user(u)}
	add := func(act users.Act, icon, label, tail string, divided bool) {
		if url, _ := allowed(t.actor, act, u, userPath(u.ID, tail)); url != "" {
			m.Acts = append(m.Acts, views.MenuLink{Link: views.Link{Label: label, URL: url}, Icon: icon, Divided: divided})
		}
	}
	add(users.ActEdit, "pencil", "Edit", "edit", false)
	m.Acts = append(m.Acts, t.userMenu(u)...)
	add(users.ActSee, "history", "Activity", "activity", len(m.Acts) > 0)
	return render(c, http.StatusOK, views.RowMenu(m))
}
