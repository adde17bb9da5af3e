package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// departureForm is the form that deactivates a user, as it is posted.
type departureForm struct {
	Reason   string   `form:"reason"`
	Services []string `form:"service"`   // keys of service users
	HandOver []string `form:"hand_over"` // user_ids of persons: one for each of Services
	rotateForm
}

// leavingForm is the form that deactivates a user now or on a date, as it is posted.
type leavingForm struct {
	departureForm
	LeaveOn string `form:"leave_on"` // in the time zone of the user; empty for now
}

// heirs returns the persons who take over, by service user.
func (f departureForm) heirs() map[users.Key]string {
	each := map[users.Key]string{}
	for i, service := range f.Services[:min(len(f.Services), len(f.HandOver))] {
		each[users.Key(service)] = f.HandOver[i]
	}
	return each
}

// departure returns the form as the domain takes it.
func (f departureForm) departure() users.Departure {
	return users.Departure{Reason: f.Reason, HandOverEach: f.heirs()}
}

// deletionForm is the form that deletes a user, as it is posted.
type deletionForm struct {
	departureForm
	Confirm  string `form:"confirm"`
	Erase    bool   `form:"erase"`     // only from those who may erase
	ReturnTo string `form:"return_to"` // "/todo" from there, else empty
}

// reactivationForm is the form that reactivates a user, as it is posted.
type reactivationForm struct {
	Reason string `form:"reason"`
	Tokens bool   `form:"bring_back_tokens"`
}

// target returns the user in the path of c, with the sessions, tokens and service users that an
// act affects, if the viewer may carry out act on the user.
func (a *App) target(c echo.Context, act users.Act) (users.Consequences, error) {
	id, err := a.pathID(c)
	if err != nil {
		return users.Consequences{}, err
	}
	target, err := a.users.Consequences(c.Request().Context(), actor(c), id)
	if err != nil {
		return users.Consequences{}, err
	}
	return target, actor(c).May(act, target.User)
}

// answerConsequence answers a form on a consequence page. On success it shows done on the next
// page, or on one with the secrets of the rotated tokens; a mistake shows the page again.
func (a *App) answerConsequence(c echo.Context, err error, done string, rotated []users.Rotated, page func(outcome) (views.Consequence, error)) error {
	switch {
	case err == nil && len(rotated) > 0:
		return a.showRotated(c, done, rotated)
	case err == nil:
		return a.done(c, done, "")
	case !correctable(err):
		return err
	}
	m, pageErr := page(outcomeOf(err))
	if pageErr != nil {
		return pageErr
	}
	return render(c, formStatus(err), views.ConsequencePage(m))
}

// showConsequence shows a consequence page for the first time, with a fresh form, or as it was
// filled in before the session ended.
func showConsequence[F any](a *App, c echo.Context, fresh F, page func(F) (views.Consequence, error)) error {
	if isFragmentOf(c, handOverField) {
		return a.suggest(c, "hand_over")
	}
	form, kept, err := keptOr(a, c, fresh)
	if err != nil {
		return err
	}
	m, err := page(form)
	if err != nil {
		return err
	}
	m.Kept = kept
	return render(c, http.StatusOK, views.ConsequencePage(m))
}

// deactivateForm serves GET /users/:id/deactivate.
func (a *App) deactivateForm(c echo.Context) error {
	target, err := a.target(c, users.ActDeactivate)
	if err != nil {
		return err
	}
	known, err := a.known(c, target)
	if err != nil {
		return err
	}
	return showConsequence(a, c, leavingForm{departureForm: departureForm{rotateForm: freshRotate(known, true)}}, func(form leavingForm) (views.Consequence, error) {
		return a.deactivatePage(c, target, known, form, outcome{})
	})
}

// deactivate serves POST /users/:id/deactivate.
func (a *App) deactivate(c echo.Context) error {
	target, err := a.target(c, users.ActDeactivate)
	if err != nil {
		return err
	}
	known, err := a.known(c, target)
	if err != nil {
		return err
	}
	var form leavingForm
	var rotated []users.Rotated
	if err = bindForm(c, &form); err == nil && form.LeaveOn != "" {
		return a.planDeparture(c, target, known, form)
	}
	if err == nil {
		rotated, err = form.with(func(r users.RotateKnown) ([]users.Rotated, error) {
			return a.users.DeactivateAndRotate(c.Request().Context(), actor(c), target.User.ID, form.departure(), r)
		})
	}
	done := words.Deactivated(target.User.Label())
	if err == nil {
		done += a.handedOver(c, target.ResponsibleFor)
	}
	return a.answerConsequence(c, err, done, rotated, func(o outcome) (views.Consequence, error) {
		return a.deactivatePage(c, target, known, form, o)
	})
}

// reactivateForm serves GET /users/:id/reactivate.
func (a *App) reactivateForm(c echo.Context) error {
	target, err := a.target(c, users.ActReactivate)
	if err != nil {
		return err
	}
	return showConsequence(a, c, reactivationForm{}, func(form reactivationForm) (views.Consequence, error) {
		return a.reactivatePage(c, target, form, outcome{}), nil
	})
}

// reactivate serves POST /users/:id/reactivate.
func (a *App) reactivate(c echo.Context) error {
	target, err := a.target(c, users.ActReactivate)
	if err != nil {
		return err
	}
	var form reactivationForm
	err = bindForm(c, &form)
	if err == nil {
		err = a.users.Reactivate(c.Request().Context(), actor(c), target.User.ID, users.Reactivation{Reason: form.Reason, BringBackTokens: form.Tokens})
	}
	done := words.Reactivated(target.User.Label(), suspended(target.Tokens), form.Tokens)
	return a.answerConsequence(c, err, done, nil, func(o outcome) (views.Consequence, error) {
		return a.reactivatePage(c, target, form, o), nil
	})
}

// deleteUserForm serves GET /users/:id/delete.
func (a *App) deleteUserForm(c echo.Context) error {
	target, err := a.target(c, users.ActDelete)
	if err != nil {
		return err
	}
	known, err := a.known(c, target)
	if err != nil {
		return err
	}
	fresh := deletionForm{departureForm: departureForm{rotateForm: freshRotate(known, true)}}
	return showConsequence(a, c, fresh, func(form deletionForm) (views.Consequence, error) {
		return a.deletePage(c, target, known, form, outcome{})
	})
}

// deleteUser serves POST /users/:id/delete.
func (a *App) deleteUser(c echo.Context) error {
	target, err := a.target(c, users.ActDelete)
	if err != nil {
		return err
	}
	known, err := a.known(c, target)
	if err != nil {
		return err
	}
	var form deletionForm
	var rotated []users.Rotated
	if err = bindForm(c, &form); err == nil {
		rotated, err = form.with(func(r users.RotateKnown) ([]users.Rotated, error) {
			d := users.Deletion{Confirm: form.Confirm, Reason: form.Reason, HandOverEach: form.heirs(), Erase: form.erasure()}
			return a.users.DeleteAndRotate(c.Request().Context(), actor(c), target.User.ID, d, r)
		})
	}
	if form.Erase && actor(c).May(users.ActErase, target.User) != nil {
		seen := requestOf(c.Request())
		seen.refused = append(seen.refused, "erase")
	}
	if err == nil && target.User.Key == actor(c).Key {
		a.flash(c, words.Deleted(target.User.Label()), eventRange{})
		return a.seeOther(c, "/") // a deleted user sees no directory
	}
	done := words.Deleted(target.User.Label())
	if form.Erase {
		done = words.UserErased
	}
	if err == nil {
		done += a.handedOver(c, target.ResponsibleFor)
	}
	return a.answerConsequence(c, err, done, rotated, func(o outcome) (views.Consequence, error) {
		return a.deletePage(c, target, known, form, o)
	})
}

// erasure returns what the form asks for.
func (f deletionForm) erasure() users.Erasure {
	if f.Erase {
		return users.EraseNow
	}
	return users.EraseNot
}
