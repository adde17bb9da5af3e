package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
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

// listEvents serves GET /audit. Invalid filters are listed in place of the events, with status
// 422: a script requests the results again, so the message disappears with the mistake.
func (a *App) listEvents(c echo.Context) error {
	address := listAddressOf(c, append([]string{"after", "before"}, auditFilters...)...)
	query, bad := auditQuery(address, zoneOf(viewer(c)))
	status, page := http.StatusOK, history.Page{}
	if len(bad.Fields) > 0 {
		status = http.StatusUnprocessableEntity
	} else {
		var err error
		page, err = a.readEvents(c, query, address.has(auditFilters...))
		invalid, unusable := errors.AsType[*users.InvalidError](err)
		switch {
		case unusable && invalid.Fields[0].Field == "q":
			bad, status = invalid, http.StatusUnprocessableEntity
		case unusable:
			return users.ErrBadCursor // the page offers no such action
		case isFragment(c, "results") && (errors.Is(err, users.ErrSuperseded) || errors.Is(err, users.ErrReadTooLong)):
			_, message := explain(err) // in the list: the page stays as someone may be typing in it
			bad.Fields = append(bad.Fields, users.FieldError{Field: "q", Message: message})
			status = http.StatusUnprocessableEntity
		case err != nil:
			return err
		}
	}
	m := a.auditResults(c, address, page)
	m.Problems = problems(bad)
	if isFragment(c, "results") {
		address.announce(c)
		return render(c, status, views.AuditResults(m))
	}
	m.Chrome = a.chrome(c, words.AuditLog, "audit")
	m.Filter = auditFilter(address)
	m.AsOf = a.presenter(c).powerToday()
	return render(c, status, views.AuditPage(m))
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
	id := func(key string) users.ID {
		id, err := users.ParseID(string(users.EnteredID(l.get(key))))
		if l.has(key) && err != nil {
			bad.Fields = append(bad.Fields, users.FieldError{Field: key, Message: words.EnterUserID})
		}
		return id
	}
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
		Text: l.get("q"), Actor: id("actor"), Target: id("target"), Action: users.Action(l.get("action")), Group: l.get("group"),
		From: from, To: to, After: l.get("after"), Before: l.get("before"),
	}
	// A day that cannot be read is the zero time, like one that was not given.
	if !to.IsZero() && from.After(begin) {
		bad.Fields = append(bad.Fields, users.FieldError{Field: "to", Message: words.EnterDayNotBefore})
	}
	return query, bad
}

// auditResults is the part of the page that search and filters change.
func (a *App) auditResults(c echo.Context, l listAddress, page history.Page) views.Audit {
	m := views.Audit{Events: a.presenter(c).events(page.Events), Pager: eventPager(l, page), Chips: auditChips(l)}
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
		Action: l.path, Group: l.get("group"),
		Text:   l.get("q"),
		Actor:  views.Field{Name: "actor", Label: "Done by", Value: l.get("actor"), Placeholder: "User ID"},
		Target: views.Field{Name: "target", Label: "Done to", Value: l.get("target"), Placeholder: "User ID"},
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

// showEvent serves GET /audit/:seq. Those who do not see the audit log come here
// for what was done to them; the log and the events beside this one are not
// offered to them.
func (a *App) showEvent(c echo.Context) error {
	readOn(c)
	seq, err := strconv.ParseInt(c.Param("seq"), 10, 64)
	if err != nil {
		return users.ErrNotFound
	}
	event, err := a.history.Event(c.Request().Context(), actor(c), seq)
	if err != nil {
		return err
	}
	title := words.EventTitle(seq)
	m := views.EventDetail{Chrome: a.chrome(c, title, "audit"), Event: a.presenter(c).event(event), Action: string(event.Action)}
	m.Crumbs = []views.Link{{Label: words.MyProfile, URL: "/profile"}, {Label: title}}
	if seesAudit(actor(c)) {
		m.Log, m.Crumbs[0] = "/audit", views.Link{Label: words.AuditLog, URL: "/audit"}
		if m.Newer, err = a.eventAt(c, seq+1); err != nil {
			return err
		}
		if seq > 1 { // numbers have no gap
			m.Older = eventPath(seq - 1)
		}
	}
	m.Erased = erasedWord(event)
	if err := a.fillUndoLinks(c, &m, event); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.EventPage(m))
}

// fillUndoLinks adds the links to the events that undo one another, and to the page that undoes.
func (a *App) fillUndoLinks(c echo.Context, m *views.EventDetail, e users.Event) error {
	link := func(seq int64) views.Link { return views.Link{Label: words.EventTitle(seq), URL: eventPath(seq)} }
	if e.Undoes != 0 {
		m.Undoes = link(e.Undoes)
	}
	if e.Version() != 0 && e.Action != users.ActionDeleted && seesAudit(actor(c)) {
		m.AsOf = userPath(e.Target.ID, "as-of") + "?at=" + url.QueryEscape(e.At.Format(time.RFC3339Nano))
	}
	if !e.Reversible() && e.Action != users.ActionDeleted {
		return nil
	}
	seq, err := a.users.Undoing(c.Request().Context(), e.Seq)
	if seq != 0 {
		m.Undone = link(seq)
	}
	switch {
	case e.Action == users.ActionDeleted && err == nil:
		m.Undo, err = a.restoreLink(c, e)
	case users.MayUndo(actor(c), e):
		m.Undo = undoPath(e.Seq)
	}
	return err
}

// erasedWord says what of an event has been erased, "" if nothing has.
func erasedWord(e users.Event) string {
	var what string
	switch {
	case e.ChangeErased && e.ActorErased:
		what = "All details of this event have"
	case e.ChangeErased:
		what = "What changed has"
	case e.ActorErased:
		what = "The actor's data has"
	default:
		return ""
	}
	return what + " been erased, with the personal data of a user. The action and its time are kept."
}

// eventAt returns the address of an event, or nothing if there is none of that
// number.
func (a *App) eventAt(c echo.Context, seq int64) (string, error) {
	_, err := a.history.Event(c.Request().Context(), actor(c), seq)
	if errors.Is(err, users.ErrNotFound) {
		return "", nil
	}
	return eventPath(seq), err
}

// filterChoice is a filter with a fixed set of values.
func filterChoice(name, label string, all []words.ChoiceOf, value string) views.Choice {
	c := views.Choice{Field: views.Field{Name: name, Label: label, Value: value}}
	for _, v := range all {
		c.Options = append(c.Options, views.Option{Value: v.Value, Label: v.Label, Selected: v.Value == value})
	}
	return c
}
