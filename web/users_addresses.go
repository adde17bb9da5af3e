package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// maxCopied is how many addresses the page offers to copy.
const maxCopied = 10_000

// copyAddresses serves GET /users/addresses: the addresses of the users that were selected in a
// list, or of all that match, to be copied. Service users have none.
func (a *App) copyAddresses(c echo.Context) error {
	l := directoryAddressOf(c)
	if c.QueryParam("all") != "1" {
		selected, err := a.selected(c)
		if err != nil {
			return err
		}
		if l.query.Set("selected", selected); selected == "" {
			return &users.InvalidError{Fields: []users.FieldError{{Field: "key", Message: words.SelectUsers}}}
		}
	}
	q := directoryQuery(l, 0, zoneOf(viewer(c)))
	all, err := a.directory.Addresses(c.Request().Context(), actor(c), q, maxCopied)
	if err != nil {
		return err
	}
	back, _ := a.list(c)
	m := views.UserAddresses{
		Chrome: a.chrome(c, words.CopyAddresses, "users"), Back: back.String(),
		Count: numbers.Counted(len(all), "address", "addresses"), Text: strings.Join(all, "; "),
	}
	m.Crumbs = []views.Link{a.listLink(c, users.User{}), {Label: words.CopyAddresses}}
	return render(c, http.StatusOK, views.UserAddressesPage(m))
}
