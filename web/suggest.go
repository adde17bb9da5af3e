package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// maxSuggestions is how many people a field for a person suggests.
const maxSuggestions = 50

// suggest answers with the people that match what is typed into a field.
func (a *App) suggest(c echo.Context, field string) error {
	return a.suggestFor(c, c.QueryParam(field))
}

// suggestFor answers with the people that match a text.
func (a *App) suggestFor(c echo.Context, text string) error {
	people, err := a.directory.FindPeople(c.Request().Context(), actor(c), text, maxSuggestions)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.PersonOptions(personOptions(people)))
}

// suggestPeople returns people to suggest in field where no script asks for more:
// those that match its value if that was refused, so that part of a name leads on
// by itself. There are none for those who do not see the directory.
func (a *App) suggestPeople(c echo.Context, o outcome, field, value string) ([]views.Option, error) {
	// Only those who may create service users choose responsible people.
	if actor(c).May(users.ActCreateService, users.User{}) != nil {
		return nil, nil
	}
	if o.problem(field) == "" {
		value = ""
	}
	people, err := a.directory.FindPeople(c.Request().Context(), actor(c), value, maxSuggestions)
	return personOptions(people), err
}

// maxDidYouMean is how many people are suggested for an invalid value.
const maxDidYouMean = 5

// didYouMean suggests people for an invalid value, in a sentence; empty for none or too many.
func didYouMean(people []views.Option) string {
	if len(people) == 0 || len(people) > maxDidYouMean {
		return ""
	}
	options := make([]string, len(people))
	for i, o := range people {
		options[i] = o.Value
		if o.Label != o.Value {
			options[i] += " (" + bidi.Isolate(o.Label) + ")"
		}
	}
	return "Do you mean " + words.Or(options) + "?"
}

// personOptions are people as a field suggests them: by name and department, for their user_id.
func personOptions(people []users.User) []views.Option {
	options := make([]views.Option, len(people))
	for i, u := range people {
		options[i] = views.Option{Value: string(u.ID), Label: cmp.Or(namesake(u), words.Plain(u.Label()))}
	}
	return options
}

// namesake returns what tells u from others beside the user_id: name and department.
func namesake(u users.User) string {
	parts := slices.DeleteFunc([]string{words.Plain(u.Name), words.Plain(u.Department)}, func(s string) bool { return s == "" })
	return strings.Join(parts, " · ")
}

// refOptions are users as a field suggests them, by name alone.
func refOptions(all []users.Ref) []views.Option {
	options := make([]views.Option, len(all))
	for i, r := range all {
		options[i] = views.Option{Value: string(r.ID), Label: words.Plain(r.Label())}
	}
	return options
}
