package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// recordForm are the fields that the record of every user has.
type recordForm struct {
	Name       string `form:"name"`
	PictureURL string `form:"picture_url"`
}

// notificationForm are the fields that only a person has.
type notificationForm struct {
	ChannelEmail string `form:"channel.email"` // this and the next two: "on" or absent, as browsers post a checkbox
	ChannelWebUI string `form:"channel.web_ui"`
	TypeMention  string `form:"type.comment_mention"`
}

// serviceForm are the fields that only a service user has.
type serviceForm struct {
	Purpose     string `form:"purpose"`
	Responsible string `form:"responsible"`
	ReviewOn    string `form:"review_on"`
}

// recordFormOf returns the form as it is filled in from u.
func recordFormOf(u users.User) recordForm {
	return recordForm{Name: u.Name, PictureURL: u.PictureURL}
}

// notificationFormOf returns the form as it is filled in from u.
func notificationFormOf(u users.User) notificationForm {
	return notificationForm{
		ChannelEmail: ticked(u.Channels["email"]), ChannelWebUI: ticked(u.Channels["web_ui"]),
		TypeMention: ticked(u.Types["comment_mention"]),
	}
}

// serviceFormOf returns the form as it is filled in from u.
func serviceFormOf(u users.User) serviceForm {
	return serviceForm{Purpose: u.Purpose, Responsible: string(u.Responsible.ID), ReviewOn: string(u.ReviewOn)}
}

// ticked returns what a browser posts of a tick box.
func ticked(on bool) string {
	if on {
		return "on"
	}
	return ""
}

// channels returns every channel of the form, on or off: an unticked box means off.
func (f notificationForm) channels() map[string]bool {
	return map[string]bool{"email": f.ChannelEmail == "on", "web_ui": f.ChannelWebUI == "on"}
}

// types returns every type of notification of the form, on or off.
func (f notificationForm) types() map[string]bool {
	return map[string]bool{"comment_mention": f.TypeMention == "on"}
}

// fields returns the form as the domain takes it.
func (f recordForm) fields() users.Fields {
	return users.Fields{Name: &f.Name, PictureURL: &f.PictureURL}
}

// with returns fields with the notifications of the form.
func (f notificationForm) with(fields users.Fields) users.Fields {
	fields.Channels, fields.Types = f.channels(), f.types()
	return fields
}

// lineBreaks makes one line of what was typed in several. Browsers post the end
// of a line as CR LF, whatever the system.
var lineBreaks = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ")

// fields returns the form as the domain takes it. The purpose is typed where a
// line can be broken, and kept as one line.
func (f serviceForm) fields() users.ServiceFields {
	return users.ServiceFields{Purpose: lineBreaks.Replace(f.Purpose), Responsible: f.Responsible, ReviewOn: f.ReviewOn}
}

// inputs gives access to the fields by name, for [merge].
func (f *recordForm) inputs() map[string]*string {
	return map[string]*string{"name": &f.Name, "picture_url": &f.PictureURL}
}

// inputs gives access to the fields by name, for [merge].
func (f *notificationForm) inputs() map[string]*string {
	return map[string]*string{
		"channel.email": &f.ChannelEmail, "channel.web_ui": &f.ChannelWebUI, "type.comment_mention": &f.TypeMention,
	}
}

// inputs gives access to the fields by name, for [merge].
func (f *serviceForm) inputs() map[string]*string {
	return map[string]*string{"purpose": &f.Purpose, "responsible": &f.Responsible, "review_on": &f.ReviewOn}
}

// An outcome has the mistakes of a posted form and its conflicts with changes by others. The zero
// outcome is that of a form that was not posted yet.
type outcome struct {
	problems  []views.Problem
	conflicts map[string]*views.Conflict
}

// outcomeOf returns the outcome of a form that failed with err.
func outcomeOf(err error) outcome {
	if err == nil {
		return outcome{}
	}
	return outcome{problems: problems(err)}
}

// formStatus is the status of a form that is shown again because of err.
func formStatus(err error) int {
	if errors.Is(err, users.ErrTaken) || errors.Is(err, users.ErrInUse) {
		return http.StatusUnprocessableEntity // in a form it is a mistake in a field
	}
	status, _ := explain(err)
	return status
}

// keptOr returns the form that the viewer filled in before signing in again, and true; if there
// is none, fresh. Every page with a form begins with it.
func keptOr[F any](a *App, c echo.Context, fresh F) (form F, kept bool, err error) {
	if kept, err = a.showKept(c, &form); err != nil || !kept {
		return fresh, false, err
	}
	return form, true, nil
}

// on adds the mistake and the conflict of a field, and truncates its value.
func (o outcome) on(f views.Field) views.Field {
	f.Value = truncate(f.Name, f.Value)
	f.Error, f.Conflict = o.problem(f.Name), o.conflicts[f.Name]
	return f
}

// problem returns the mistake in a field, "" for none.
func (o outcome) problem(field string) string {
	i := slices.IndexFunc(o.problems, func(p views.Problem) bool { return p.Field == field })
	if i < 0 {
		return ""
	}
	return o.problems[i].Message
}

// nameField asks for a name.
func (o outcome) nameField(value string) views.Field {
	return o.on(views.Field{
		Name: "name", Label: "Name", Value: value,
		Hint: "As others see it. Without one, the user ID is shown.",
	})
}

// first returns a field that has the focus when its page opens.
func first(f views.Field) views.Field {
	f.Autofocus = true
	return f
}

// pictureField asks for a picture and says which hosts' pictures are shown.
func (o outcome) pictureField(value string, hosts pictureHosts) views.Field {
	f := views.Field{
		Name: "picture_url", Label: "Picture", Value: value, Type: "url",
		Placeholder: "https://", Hint: "Pictures from " + words.And(hosts) + " are shown, else initials.",
	}
	switch {
	case len(hosts) == 0:
		f.Hint = "This console is set up to show initials only. The address is kept."
	case value != "" && hosts.shown(value) == "":
		f.Hint = "This address is kept, but initials are shown: its host is not one of those whose pictures are shown (" + words.And(hosts) + ")."
	}
	return o.on(f)
}

// reasonField asks why. The reason is kept with the event.
func (o outcome) reasonField(value string) views.Field {
	return o.on(views.Field{
		Name: "reason", Label: "Reason", Value: value, Spellcheck: true,
		Hint: "Kept in the audit log, and shown to the person it concerns.",
	})
}

// channelToggles are the boxes for the channels of notifications.
func (o outcome) channelToggles(f notificationForm) []views.Toggle {
	on := f.channels()
	boxes := make([]views.Toggle, len(users.Channels))
	for i, key := range users.Channels {
		boxes[i] = o.toggle("channel."+key, words.Channel(key), on[key])
	}
	return boxes
}

// typeToggles are the boxes for the types of notifications, about "them" or "me".
func (o outcome) typeToggles(f notificationForm, whom string) []views.Toggle {
	on := f.types()
	boxes := make([]views.Toggle, len(users.Types))
	for i, key := range users.Types {
		boxes[i] = o.toggle("type."+key, words.Occasion(key, whom), on[key])
	}
	return boxes
}

// toggle is the box of that name.
func (o outcome) toggle(name, label string, on bool) views.Toggle {
	return views.Toggle{Check: views.Check{Name: name, Label: label, Checked: on}, Conflict: o.conflicts[name]}
}

// confirmField asks for the user_id, so that no user is deleted by mistake.
func (o outcome) confirmField(id users.ID, value string) views.Field {
	return o.on(views.Field{
		Name: "confirm", Label: "Type " + string(id) + " to confirm", Value: value, Required: true,
	})
}

// roleChoice offers roles for a user of the kind, with what each may do.
func (o outcome) roleChoice(kind users.Kind, roles []users.Role, value string) views.Choice {
	c := views.Choice{Field: o.on(views.Field{Name: "role", Label: "Role", Value: value, Required: true})}
	for _, r := range roles {
		c.Options = append(c.Options, views.Option{
			Value: string(r), Label: words.Role(r), Hint: words.RoleMay(kind, r), Selected: string(r) == value,
		})
	}
	return c
}

// personField asks for a person by user_id, suggesting people.
func (o outcome) personField(f views.Field, people []views.Option) views.PersonField {
	f.Hint = strings.TrimSpace(f.Hint + " Type their user ID, or part of their name to choose from a list.")
	f = o.on(f)
	if f.Error != "" && f.Value != "" {
		f.Error = strings.TrimSpace(f.Error + " " + didYouMean(people))
	}
	return views.PersonField{Field: f, People: people}
}

// serviceFields ask for what only a service user has. The form is at the address
// at.
func (o outcome) serviceFields(f serviceForm, people []views.Option, at string) views.ServiceUserFields {
	return views.ServiceUserFields{
		Purpose: o.on(views.Field{
			Name: "purpose", Label: "Purpose", Value: f.Purpose, Required: true, Spellcheck: true,
			Hint: "What it is for, so that others know whether it is still needed.",
		}),
		Responsible: o.personField(views.Field{
			Name: "responsible", Label: "Responsible person", Value: f.Responsible, Required: true, Hint: "The person who is responsible for it.", Suggest: at,
		}, people),
		ReviewOn: o.on(views.Field{
			Name: "review_on", Label: "Review date", Value: f.ReviewOn, Type: "date",
			Hint: "When to look again whether it is still needed.",
		}),
	}
}
