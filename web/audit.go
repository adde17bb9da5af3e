package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// auditFilters are the parameters that narrow the audit log.
var auditFilters = []string{"q", "actor", "target", "action", "group", "from", "to"}

// auditAddress returns the address of the log that c asks for. The switch of the sign-ins is a
// button, whose value takes the place of what the form keeps.
func auditAddress(c echo.Context) listAddress {
	l := listAddressOf(c, append([]string{"after", "before", "view", "signins"}, auditFilters...)...)
	l.turn(c.QueryParam("switch"))
	return l
}

// turn sets the switch of the sign-ins as its button was pressed: "on", "off" or not at all.
func (l listAddress) turn(button string) {
	switch button {
	case "on":
		l.query.Set("signins", "1")
	case "off":
		l.query.Del("signins")
	}
}

// listEvents serves GET /audit. Invalid filters are listed in place of the events, with status
// 422: a script requests the results again, so the message disappears with the mistake.
func (a *App) listEvents(c echo.Context) error {
	for _, field := range []string{"actor", "target"} {
		if isFragment(c, views.SuggestionsID(field)) {
			return a.suggestUsers(c, c.QueryParam(field))
		}
	}
	address := auditAddress(c)
	query, bad := auditQuery(address, zoneOf(viewer(c)))
	matches, err := a.findNamed(c, address, &query, bad)
	if err != nil {
		return err
	}
	page, bad, err := a.eventsOrMistakes(c, query, bad, address.has(auditFilters...))
	if err != nil {
		return err
	}
	status := http.StatusOK
	if len(bad.Fields) > 0 {
		status = http.StatusUnprocessableEntity
	}
	m := a.auditResults(c, address, query, page)
	m.Problems, m.Matches = problems(bad), matches
	if actor(c).May(users.ActExport, users.User{}) == nil {
		m.Export = auditExport(address, a.formKeyFor(c, viewer(c)))
	}
	if m.Weeks, err = a.auditWeeks(c, address, page.Events); err != nil {
		return err
	}
	if isFragment(c, "results") {
		address.announce(c)
		return render(c, status, views.AuditResults(m))
	}
	m.Chrome = a.chrome(c, words.AuditLog, "audit")
	m.Views, m.More = a.auditPresets(c, address)
	m.Filter = auditFilter(address)
	m.AsOf = a.presenter(c).powerToday()
	return render(c, status, views.AuditPage(m))
}

// eventsOrMistakes reads a page of the log, unless there are mistakes in what is asked for. It
// returns those together with what the log refuses of it.
func (a *App) eventsOrMistakes(c echo.Context, query history.Query, bad *users.InvalidError, filtered bool) (history.Page, *users.InvalidError, error) {
	if len(bad.Fields) > 0 {
		return history.Page{}, bad, nil
	}
	page, err := a.readEvents(c, query, filtered)
	invalid, unusable := errors.AsType[*users.InvalidError](err)
	switch {
	case unusable && invalid.Fields[0].Field == "q":
		return history.Page{}, invalid, nil
	case unusable:
		return history.Page{}, bad, users.ErrBadCursor // the page offers no such action
	case isFragment(c, "results") && (errors.Is(err, users.ErrSuperseded) || errors.Is(err, users.ErrReadTooLong)):
		_, message := explain(err) // in the list: the page stays as someone may be typing in it
		bad.Fields = append(bad.Fields, users.FieldError{Field: "q", Message: message})
		return history.Page{}, bad, nil
	}
	return page, bad, err
}

// readEvents reads a page of the audit log. A filtered one may take seconds.
func (a *App) readEvents(c echo.Context, query history.Query, filtered bool) (history.Page, error) {
	if filtered {
		defer waitFor(c.Request())()
	} else {
		readOn(c)
	}
	return a.history.Events(c.Request().Context(), actor(c), query)
}

// auditQuery returns what an address asks of the audit log, with its days as
// they are in zone.
func auditQuery(l listAddress, zone *time.Location) (history.Query, *users.InvalidError) {
	bad := new(users.InvalidError) // all mistakes, to show them together
	day := func(key string) (from, to time.Time) {
		from, to = users.Date(l.get(key)).In(zone)
		if l.has(key) && from.IsZero() {
			bad.Fields = append(bad.Fields, users.FieldError{Field: key, Message: words.EnterDate})
		}
		return from, to
	}
	from, _ := day("from")
	begin, to := day("to")
	query := history.Query{
		Text: l.get("q"), Action: users.Action(l.get("action")), Group: l.get("group"), Part: auditPart(l),
		From: from, To: to, After: l.get("after"), Before: l.get("before"),
	}
	// Presets of single actions have the members of batches, as they lack their start and end.
	query.Compact = !l.has("q", "target", "action", "group") && (query.Part == history.PartAll || query.Part == history.PartChanges)
	// A day that cannot be read is the zero time, like one that was not given.
	if !to.IsZero() && from.After(begin) {
		bad.Fields = append(bad.Fields, users.FieldError{Field: "to", Message: words.EnterDayNotBefore})
	}
	return query, bad
}

// auditResults is the part of the page that search and filters change.
func (a *App) auditResults(c echo.Context, l listAddress, query history.Query, page history.Page) views.Audit {
	m := views.Audit{Days: a.presenter(c).eventDays(page.Events, query.Group == ""), Pager: eventPager(l, page), Chips: auditChips(l)}
	if switchable(l) {
		m.Switch = views.Switch{Form: "log", Label: words.SignIns, Name: "signins", On: l.has("signins")}
	}
	if l.has(auditFilters...) {
		m.Clear = l.without(auditFilters...)
	}
	if page.Unsearched > 0 {
		m.Note = "The index for words is being built. The " + numbers.Grouped(int(page.Unsearched)) + " oldest events cannot be found by words yet."
	}
	m.Count = "No events found"
	if len(page.Events) > 0 {
		m.Count = m.Pager.Range
	}
	return m
}

// auditFilter is the form above the log, as the address fills it in.
func auditFilter(l listAddress) views.AuditFilter {
	day := func(key string) string {
		if users.Date(l.get(key)).Time().IsZero() {
			return "" // an input for dates can show no other text
		}
		return l.get(key)
	}
	actions := []words.ChoiceOf{{Label: "Any action"}}
	for _, action := range users.Actions {
		actions = append(actions, words.ChoiceOf{Value: string(action), Label: words.Action(action)})
	}
	return views.AuditFilter{
		Action: l.path, Group: l.get("group"), View: l.get("view"),
		Text:   l.get("q"),
		Actor:  views.Field{Name: "actor", Label: "Done by", Value: l.get("actor"), Placeholder: words.Anyone, Suggest: l.path},
		Target: views.Field{Name: "target", Label: "Done to", Value: l.get("target"), Placeholder: words.Anyone, Suggest: l.path},
		What:   filterChoice("action", "Action", actions, l.get("action")),
		From:   views.Field{Name: "from", Label: "From", Type: "date", Value: day("from")},
		To:     views.Field{Name: "to", Label: "To", Type: "date", Value: day("to")},
	}
}

// auditChips are what narrows the audit log.
func auditChips(l listAddress) []views.Chip {
	labels := map[string]string{"q": "Search", "actor": "Done by", "target": "Done to", "action": "Action", "group": "Batch", "from": "From", "to": "To"}
	var chips []views.Chip
	for _, key := range auditFilters {
		value := l.get(key)
		switch key {
		case "action":
			value = words.Action(users.Action(value))
		case "from", "to":
			value = words.Date(users.Date(value))
		}
		if value != "" {
			chips = append(chips, views.Chip{Label: labels[key] + ": " + bidi.Isolate(words.Plain(value)), Remove: l.without(key)})
		}
	}
	return chips
}
