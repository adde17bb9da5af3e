package web

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// noteForm is the form that edits the note on a user, as it is posted.
type noteForm struct {
	Note    string `form:"note"`
	Version int64  `form:"version,required"`
}

// noteTarget returns the user whose note the viewer may edit.
func (a *App) noteTarget(c echo.Context) (users.User, error) {
	id, err := a.pathID(c)
	if err != nil {
		return users.User{}, err
	}
	return a.users.Target(c.Request().Context(), actor(c), id, users.ActOrganise)
}

// editNoteForm serves GET /users/:id/note.
func (a *App) editNoteForm(c echo.Context) error {
	u, err := a.noteTarget(c)
	if err != nil {
		return err
	}
	form, kept, err := keptOr(a, c, noteForm{u.Note, u.Version})
	if err != nil {
		return err
	}
	m := a.notePage(c, u, form, outcome{})
	m.Kept = kept
	return render(c, http.StatusOK, views.UserNotePage(m))
}

// editNote serves POST /users/:id/note.
func (a *App) editNote(c echo.Context) error {
	u, err := a.noteTarget(c)
	if err != nil {
		return err
	}
	var form noteForm
	var saved users.User
	if err = bindForm(c, &form); err == nil {
		saved, err = a.users.Edit(c.Request().Context(), actor(c), u.ID, users.Edit{OrgFields: users.OrgFields{Note: &form.Note}, Version: form.Version})
	}
	stale, isStale := errors.AsType[*users.StaleError](err)
	switch {
	case err == nil:
		return a.done(c, savedWord(u.Version, saved.Version, words.NoteSaved), saved.ID)
	case !isStale && !correctable(err):
		return err
	}
	o := outcomeOf(err)
	if isStale {
		o.conflicts = merge(map[string]*string{"note": &form.Note}, map[string]*string{"note": &stale.Base.Note}, map[string]*string{"note": &stale.Current.Note})
		form.Version, u = stale.Current.Version, stale.Current
	}
	m := a.notePage(c, u, form, o)
	if isStale {
		m.Stale = a.presenter(c).stale(stale, m.Action)
	}
	return render(c, formStatus(err), views.UserNotePage(m))
}

// notePage is the page with the form as it is filled in.
func (a *App) notePage(c echo.Context, u users.User, form noteForm, o outcome) views.UserNote {
	hint := "Auditors, admins and owners see it on this user’s page."
	if u.Kind == users.KindPerson {
		hint += " The person sees it in the data that they download."
	}
	return views.UserNote{
		Chrome: a.userChrome(c, u, words.Field("note")), FormState: views.FormState{Problems: o.problems},
		Who: a.presenter(c).user(u), Action: userPath(u.ID, "note"), Cancel: userPath(u.ID), Version: versionWord(form.Version),
		Note: o.on(views.Field{Name: "note", Label: words.Field("note"), Value: form.Note, Spellcheck: true, Hint: hint}),
	}
}

// note shows the note on u to those who see the directory, nil for others and where there is
// nothing to show or do.
func (t presenter) note(u users.User) *views.NoteCard {
	if !seesDirectory(t.actor) || u.Kind == users.KindSystem {
		return nil
	}
	card := &views.NoteCard{Text: u.Note}
	card.Edit, _ = allowed(t.actor, users.ActOrganise, u, userPath(u.ID, "note"))
	if *card == (views.NoteCard{}) {
		return nil
	}
	return card
}
