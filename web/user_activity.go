package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// userActivity serves GET /users/:id/activity: what was done to a user and, for
// those who may see the audit log, what the user did.
func (a *App) userActivity(c echo.Context) error {
	id, err := a.pathID(c)
	if err != nil {
		return err
	}
	u, err := a.users.User(c.Request().Context(), actor(c), id)
	if err != nil {
		return err
	}
	address := listAddressOf(c, "after", "before", "signins")
	address.turn(c.QueryParam("switch"))
	query := history.Query{After: address.get("after"), Before: address.get("before"), Part: auditPart(address), Target: u.ID}
	if seesAudit(actor(c)) {
		query.About, query.Target = u.ID, ""
	}
	resume := waitFor(c.Request())
	page, err := a.history.Events(c.Request().Context(), actor(c), query)
	resume()
	if err != nil {
		return err
	}
	t := a.presenter(c)
	m := views.UserActivity{
		Action: address.path, Switch: views.Switch{Form: "log", Label: words.SignIns, Name: "signins", On: address.has("signins")},
		Days: t.eventDays(page.Events, true), Pager: eventPager(address, page),
	}
	if seesAudit(actor(c)) {
		m.Audit = listAddress{path: "/audit"}.with("target", string(u.ID))
	}
	if isFragment(c, "results") {
		address.announce(c)
		return render(c, http.StatusOK, views.UserActivityResults(m))
	}
	m.Chrome = a.userChrome(c, u, "Activity")
	if m.Head, err = a.userHead(c, u, "Activity"); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.UserActivityPage(m))
}

// eventPager leads to newer and older events.
func eventPager(l listAddress, page history.Page) views.Pager {
	p := views.Pager{Previous: l.turned("before", page.Previous), Next: l.turned("after", page.Next)}
	if len(page.Events) > 0 {
		p.Range = numbers.Counted(len(page.Events), "event", "events") + ", newest first"
	}
	return p
}
