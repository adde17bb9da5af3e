package web

import (
	"errors"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// reviewForm is the form that marks a service user reviewed, as it is posted.
type reviewForm struct {
	ReviewOn string `form:"review_on"`
	Version  int64  `form:"version,required"`
	ReturnTo string `form:"return_to"` // the list on which the form was
}

// markReviewed serves POST /users/:id/reviewed. An invalid date is shown on the user's page.
func (a *App) markReviewed(c echo.Context) error {
	id, err := a.pathID(c)
	if err != nil {
		return err
	}
	u, err := a.users.User(c.Request().Context(), actor(c), id)
	if err == nil {
		err = actor(c).May(users.ActReview, u)
	}
	if err != nil {
		return err
	}
	var form reviewForm
	err = bindForm(c, &form)
	if err == nil {
		var after users.User
		after, err = a.users.MarkReviewed(c.Request().Context(), actor(c), id, users.Review{On: form.ReviewOn, Version: form.Version})
		if err == nil {
			return a.done(c, words.Reviewed(after.Label(), after.ReviewOn), id)
		}
	}
	if !correctable(err) && !errors.Is(err, users.ErrStale) {
		return err
	}
	return a.reviewAgain(c, id, form, err)
}

// reviewAgain shows the user's page with what is wrong with the form.
func (a *App) reviewAgain(c echo.Context, id users.ID, form reviewForm, wrong error) error {
	detail, err := a.users.Detail(c.Request().Context(), actor(c), id)
	if err != nil {
		return err
	}
	m, err := a.userDetailPage(c, detail)
	if err != nil {
		return err
	}
	if m.Service == nil || m.Service.Review == nil {
		return wrong
	}
	m.Service.Review.On.Value = form.ReviewOn
	m.Service.Review.On = outcomeOf(wrong).on(m.Service.Review.On)
	if errors.Is(wrong, users.ErrStale) { // the form goes on from what is stored now
		_, m.Service.Review.On.Error = explain(wrong)
	}
	return render(c, formStatus(wrong), views.UserDetailPage(m))
}
