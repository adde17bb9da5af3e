package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
)

// maxSuggestions is how many people a field for a person suggests.
const maxSuggestions = 50

// suggestionsOf is the element id of the list that a field for a person suggests.
func suggestionsOf(field string) string { return "f-" + field + "-list" }

// suggest answers with the people that match what is typed into a field.
func (a *App) suggest(c echo.Context, field string) error {
	people, err := a.users.FindPeople(c.Request().Context(), actor(c), c.QueryParam(field), maxSuggestions)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.PersonOptions(personOptions(people)))
}

// suggestPeople returns people to suggest before anything is typed, or where no
// script asks for more; none to those who do not see the directory.
func (a *App) suggestPeople(c echo.Context) ([]users.Ref, error) {
	if actor(c).May(users.ActCreateService, users.User{}) != nil {
		return nil, nil
	}
	return a.users.FindPeople(c.Request().Context(), actor(c), "", maxSuggestions)
}

// personOptions are people as a field suggests them: by name, for their user_id.
func personOptions(people []users.Ref) []views.Option {
	options := make([]views.Option, len(people))
	for i, r := range people {
		options[i] = views.Option{Value: string(r.ID), Label: plainText(r.Label())}
	}
	return options
}
