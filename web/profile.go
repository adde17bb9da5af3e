package web

import (
	"errors"
	"maps"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// ownForm is the form on the profile page, as it is posted.
type ownForm struct {
	recordForm
	notificationForm
	TimeZone string `form:"time_zone"`
	Version  int64  `form:"version,required"`
}

// ownFormOf returns the form as it is filled in from u.
func ownFormOf(u users.User) ownForm {
	return ownForm{recordForm: recordFormOf(u), notificationForm: notificationFormOf(u), TimeZone: u.TimeZone, Version: u.Version}
}

// edit returns the form as the domain takes it.
func (f ownForm) edit() users.ProfileEdit {
	return users.ProfileEdit{Fields: f.with(f.fields()), TimeZone: &f.TimeZone, Version: f.Version}
}

// inputs gives access to the fields by name, for [merge].
func (f *ownForm) inputs() map[string]*string {
	all := f.recordForm.inputs()
	maps.Copy(all, f.notificationForm.inputs())
	maps.Copy(all, map[string]*string{"time_zone": &f.TimeZone})
	return all
}

// profileForm serves GET /profile.
func (a *App) profileForm(c echo.Context) error {
	readOn(c)
	form, kept, err := keptOr(a, c, ownFormOf(viewer(c)))
	if err != nil {
		return err
	}
	m, err := a.profilePage(c, form, outcome{})
	if err != nil {
		return err
	}
	m.Kept = kept
	return render(c, http.StatusOK, views.ProfilePage(m))
}

// editProfile serves POST /profile. A form with mistakes is shown again as it was
// filled in. So is one that someone else came before: it takes over what only they
// changed and shows the three values of what both did; sent again, it holds.
func (a *App) editProfile(c echo.Context) error {
	var form ownForm
	var saved users.User
	err := bindForm(c, &form)
	if err == nil {
		saved, err = a.users.EditProfile(c.Request().Context(), actor(c), form.edit())
	}
	if err == nil {
		return a.done(c, savedWord(viewer(c).Version, saved.Version, words.ProfileSaved), saved.ID)
	}
	stale, isStale := errors.AsType[*users.StaleError](err)
	if !isStale && !correctable(err) {
		return err
	}
	o := outcomeOf(err)
	if isStale {
		base, theirs := ownFormOf(stale.Base), ownFormOf(stale.Current)
		o.conflicts = merge(form.inputs(), base.inputs(), theirs.inputs())
		form.Version = stale.Current.Version
	}
	m, pageErr := a.profilePage(c, form, o)
	if pageErr != nil {
		return pageErr
	}
	if isStale {
		m.Stale = a.presenter(c).stale(stale, "/profile")
	}
	return render(c, formStatus(err), views.ProfilePage(m))
}

// profilePage returns the viewer's profile with the form as it is filled in.
func (a *App) profilePage(c echo.Context, form ownForm, o outcome) (views.Profile, error) {
	ctx, who, t := c.Request().Context(), actor(c), a.presenter(c)
	d, err := a.users.Detail(ctx, who, who.ID)
	if err != nil {
		return views.Profile{}, err
	}
	// Changes by others only: people know what they have changed themselves.
	others, err := a.history.ByOthers(ctx, who)
	if err != nil {
		return views.Profile{}, err
	}
	m := views.Profile{
		Chrome: a.chrome(c, words.MyProfile, "profile"), FormState: views.FormState{Problems: o.problems},
		Who: t.user(d.User), Badges: []views.Badge{statusBadge(d.User.Status)}, Facts: t.ownFacts(d, a.users.Provided),
		Action: "/profile", EndSessions: "/profile/sessions/end", Data: "/profile/data",
		Sessions: t.sessions(d.Sessions), ResponsibleFor: t.serviceLines(d.ResponsibleFor),
		Delete: a.deleteOwnForm(d, outcome{}, ""),
	}
	m.News, m.ByOthers = t.news(d, others)
	if m.Tokens, err = a.profileTokens(c, d); err != nil {
		return m, err
	}
	a.fillOwnForm(&m, form, o)
	return m, nil
}

// fillOwnForm fills in the form of the profile.
func (a *App) fillOwnForm(m *views.Profile, form ownForm, o outcome) {
	m.Version = versionWord(form.Version)
	m.Name = o.nameField(form.Name)
	m.Picture = o.pictureField(form.PictureURL, a.pictureHosts)
	m.Name.Autocomplete, m.Picture.Autocomplete = "name", "photo" // WCAG 1.3.5: these are about the viewer
	m.Channels, m.Types = o.channelToggles(form.notificationForm), o.typeToggles(form.notificationForm, "me")
	m.Sentence = words.Notifications("You", form.channels(), form.types())
	m.TimeZone = views.Choice{
		Field: o.on(views.Field{
			Name: "time_zone", Label: "Time zone", Value: form.TimeZone, Required: true, Hint: "All times are shown in it.",
		}),
		Options: zoneOptions(truncate("time_zone", form.TimeZone)),
	}
}

// ownFacts are the facts about the viewer's own account.
func (t presenter) ownFacts(d users.Detail, provided func(users.User, string) bool) views.ProfileFacts {
	u := d.User
	facts := views.ProfileFacts{Role: words.Role(u.Role), May: words.RoleMay(u.Kind, u.Role), Created: t.time(u.CreatedAt), Org: t.orgFacts(u, provided)}
	if len(d.Identities) > 0 {
		identity := t.identity(u, d.Identities[0])
		facts.Identity = &identity
	}
	return facts
}
