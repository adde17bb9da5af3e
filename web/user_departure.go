package web

import (
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// handOverField begins the names by which mistakes in the persons who take over are listed: it is
// followed by _ and the key of the service user.
const handOverField = "hand_over"

// localTime is the format of an input of the type datetime-local.
const localTime = "2006-01-02T15:04"

// handOver asks for the persons who become responsible for the service users of a person who
// leaves; nil if there are none.
func (a *App) handOver(c echo.Context, target users.Consequences, form departureForm, o outcome) (*views.HandOver, error) {
	if len(target.ResponsibleFor) == 0 {
		return nil, nil
	}
	t, m, mine := a.presenter(c), views.HandOver{}, []users.User(nil)
	for _, service := range target.ResponsibleFor {
		if seesDirectory(t.actor) && t.actor.May(users.ActEdit, service) == nil {
			mine = append(mine, service)
			continue
		}
		line := t.serviceLine(service)
		line.Review = nil // a form within the form
		m.Left = append(m.Left, line)
	}
	if len(mine) == 0 {
		return &m, nil
	}
	heirs, err := a.users.Heirs(c.Request().Context(), t.actor, target.User, mine)
	if err != nil {
		return nil, err
	}
	chosen := form.heirs()
	for _, service := range mine {
		line, err := a.handOverLine(c, service, chosen[service.Key], heirs[service.Key], o)
		if err != nil {
			return nil, err
		}
		m.Services = append(m.Services, line)
	}
	return &m, nil
}

// handOverLine asks who becomes responsible for one service user, with suggestions. A value that
// was refused suggests the people whom it matches.
func (a *App) handOverLine(c echo.Context, service users.User, value string, heirs []users.Ref, o outcome) (views.HandOverLine, error) {
	field, people := handOverField+"_"+string(service.Key), refOptions(heirs)
	why := o.problem(field)
	if why != "" {
		matching, err := a.directory.FindPeople(c.Request().Context(), actor(c), value, maxDidYouMean+1)
		if err != nil {
			return views.HandOverLine{}, err
		}
		found := personOptions(matching)
		why, people = strings.TrimSpace(why+" "+didYouMean(found)), append(found, people...)
	}
	line := a.presenter(c).serviceLine(service)
	line.Review = nil // a form within the form
	f := views.Field{
		Name: handOverField, ID: "f-" + field, Label: "Hand over " + bidi.Isolate(words.Plain(service.Label())) + " to", Value: truncate(handOverField, value), Error: why,
		Hint: words.TakesOver(labelsOf(heirs)), Suggest: c.Request().URL.EscapedPath(),
	}
	return views.HandOverLine{ServiceLine: line, Key: string(service.Key), To: views.PersonField{Field: f, People: people}}, nil
}

// labelsOf returns the names of users.
func labelsOf(all []users.Ref) []string {
	names := make([]string, len(all))
	for i, r := range all {
		names[i] = bidi.Isolate(words.Plain(r.Label()))
	}
	return names
}

// leaveOnField asks when a person leaves; nil for a service user.
func leaveOnField(u users.User, value string, o outcome) *views.Field {
	if u.Kind != users.KindPerson {
		return nil
	}
	f := o.on(views.Field{
		Name: "leave_on", Label: "Leaves on", Type: "datetime-local", Value: value,
		Hint: "If you leave it empty, they are deactivated now. The time is in their time zone, " + words.Plain(u.TimeZone) + ". Tokens that they know are rotated only now.",
	})
	return &f
}

// planDeparture answers the form that deactivates a user on a date.
func (a *App) planDeparture(c echo.Context, target users.Consequences, known []users.KnownToken, form leavingForm) error {
	at, err := time.ParseInLocation(localTime, form.LeaveOn, zoneOf(target.User))
	if err != nil {
		err = &users.InvalidError{Fields: []users.FieldError{{Field: "leave_on", Message: words.EnterTime}}}
	} else {
		err = a.users.PlanDeparture(c.Request().Context(), actor(c), target.User.ID, form.departure(), at)
	}
	done := words.DeparturePlanned(target.User.Label(), a.presenter(c).time(at).Exact)
	return a.answerConsequence(c, err, done, nil, func(o outcome) (views.Consequence, error) {
		return a.deactivatePage(c, target, known, form, o)
	})
}

// cancelDeparture serves POST /users/:id/deactivate/cancel.
func (a *App) cancelDeparture(c echo.Context) error {
	id, err := a.pathID(c)
	if err == nil {
		err = bindForm(c, &struct{}{})
	}
	if err == nil {
		err = a.users.CancelDeparture(c.Request().Context(), actor(c), id)
	}
	if err != nil {
		return err
	}
	return a.done(c, words.DepartureCancelled, "")
}

// leaving shows the planned departure of a user, with the way to cancel it if the viewer may; nil
// if none is planned.
func (a *App) leaving(c echo.Context, d users.Detail) *views.Leaving {
	if d.Departure == nil {
		return nil
	}
	m := &views.Leaving{When: timeAs(d.Departure.DueAt, a.now(), zoneOf(d.User)), Reason: words.Plain(d.Departure.Reason)}
	m.Cancel, _ = allowed(actor(c), users.ActDeactivate, d.User, userPath(d.User.ID, "deactivate", "cancel"))
	return m
}
