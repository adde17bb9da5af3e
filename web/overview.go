package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// showOverview serves GET /overview: what is to do, and charts of the last twelve weeks.
func (a *App) showOverview(c echo.Context) error {
	t := a.presenter(c)
	counts, err := a.directory.Counts(c.Request().Context(), t.actor)
	if err != nil {
		return err
	}
	departures, strangers, err := a.history.Waiting(c.Request().Context(), t.actor)
	if err != nil {
		return err
	}
	weeks, err := a.history.Weeks(c.Request().Context(), t.actor)
	if err != nil {
		return err
	}
	m := views.Overview{
		Chrome: a.chrome(c, words.Overview, "overview"), Tasks: tasks(actor(c), counts, departures, strangers, todoPath),
		Summary: numbers.Counted(counts[directory.ViewPeople], "person", "people") + " and " +
			numbers.Counted(counts[directory.ViewService], "service user", "service users") + ". Weeks begin on Mondays, in UTC.",
		Charts: weekCharts(weeks),
	}
	return render(c, http.StatusOK, views.OverviewPage(m))
}

// weekCharts are the charts of the overview.
func weekCharts(weeks []history.Week) []views.ChartCard {
	last, before := weeks[len(weeks)-1], weeks[len(weeks)-2]
	joined := weekChart(weeks, "joined", views.Unit{One: "change", Many: "changes"}, func(w history.Week) (int, int) { return w.Joined, w.Left })
	joined.Below, joined.First, joined.Second = true, views.Series{Name: "Joined"}, views.Series{Name: "Left", Tone: "old"}
	signIns := weekChart(weeks, "sign-ins", views.Unit{One: "sign-in", Many: "sign-ins"}, func(w history.Week) (int, int) { return w.SignedIn, 0 })
	active := weekChart(weeks, "active", views.Unit{One: "active user", Many: "active users"}, func(w history.Week) (int, int) { return w.Active, 0 })
	refused := weekChart(weeks, "refused", views.Unit{One: "refused sign-in", Many: "refused sign-ins"}, func(w history.Week) (int, int) { return w.Refused, 0 })
	refused.First.Tone = "refused"
	return []views.ChartCard{
		{Title: "Joiners and leavers", Number: numbers.Grouped(last.Joined), Text: "joined this week, " + numbers.Grouped(last.Left) + " left", Chart: joined,
			URL: "/audit?action=user.created"},
		{Title: "Sign-ins", Number: numbers.Grouped(last.SignedIn), Text: "this week, " + numbers.Grouped(before.SignedIn) + " in the week before", Chart: signIns,
			URL: "/audit?action=session.started"},
		{Title: "Active users", Number: numbers.Grouped(last.Active), Text: "this week, " + numbers.Grouped(before.Active) + " in the week before", Chart: active,
			URL: "/users?status=active&sort=-seen"},
		{Title: "Refused sign-ins", Number: numbers.Grouped(last.Refused), Text: "of users this week, " + numbers.Grouped(before.Refused) + " in the week before", Chart: refused,
			URL: "/audit?action=session.refused"},
	}
}

// weekChart is a chart with a bar for each week, of which count returns the numbers.
func weekChart(weeks []history.Week, id string, unit views.Unit, count func(history.Week) (int, int)) views.Chart {
	c := views.Chart{ID: "chart-" + id, Caption: words.Capital(unit.Many), Unit: unit, PerRow: 1}
	for _, w := range weeks {
		first, second := count(w)
		addWeek(&c, w.Monday, first, second)
	}
	c.Axis = append(c.Axis, "This week")
	return c
}

// addWeek adds the bar of a week to a chart, and every fourth date to its axis.
func addWeek(c *views.Chart, monday users.Date, first, second int) {
	bar := views.ChartBar{Label: words.DayOfYear(monday.Time()), First: first, Second: second}
	if len(c.Bars)%4 == 0 {
		c.Axis = append(c.Axis, bar.Label)
	}
	c.Bars = append(c.Bars, bar)
}
