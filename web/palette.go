package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/spelling"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// How many hits the palette shows: in all, of users for an act that was typed, of acts on the
// first user, and of places if there are more users than fit.
const (
	maxHits      = 8
	maxActHits   = 4
	maxQuickHits = 3
	minPlaceHits = 2
)

// A finding is what the palette has found for a text.
type finding struct {
	text  string
	act   *userAct     // that the text begins with; nil without one
	name  string       // the new name, where that renames
	on    []users.User // users to do it to
	users []users.User // whose name or user_id has the words of text
	hits  []placeHit   // views and pages
	close bool         // nothing has the words of text; users are those with similar names
}

// showPalette serves GET /go: for a script the hits for the text typed so far; otherwise a redirect
// to the one place, user or act that the text names exactly, or a page with the hits.
func (a *App) showPalette(c echo.Context) error {
	text := strings.TrimSpace(firstRunes(c.QueryParam("q"), users.MaxText-2)) // it is searched for in quotation marks
	f, err := a.search(c, text)
	if err != nil {
		return err
	}
	t := a.presenter(c)
	if isFragment(c, "found") {
		return render(c, http.StatusOK, views.PaletteHits(t.palette(f)))
	}
	if exact := t.exactHits(f); len(exact) == 1 {
		return a.seeOther(c, exact[0])
	}
	m := t.palette(f)
	m.Chrome = a.chrome(c, words.FindOrDo, "")
	return render(c, http.StatusOK, views.GoPage(m))
}

// search looks for text among the users, views and pages that the viewer may open. Without text it
// returns the users that the viewer opened last, and pages.
func (a *App) search(c echo.Context, text string) (f finding, err error) {
	f.text = text
	if f.hits, err = a.placeHits(c, text); err != nil {
		return f, err
	}
	if text == "" {
		f.users, err = a.recentUsers(c)
		return f, err
	}
	if f.users, err = a.findUsers(c, text); err != nil {
		return f, err
	}
	// A word such as "del" may be the beginning of a name or of an act.
	act, rest, whole := actNamed(text)
	if act != nil && (whole || len(f.users) == 0) {
		f.act = act
		if act.rename {
			rest, f.name = renamed(rest)
		}
		if f.on, err = a.findUsers(c, rest); err != nil {
			return f, err
		}
		f.on = slices.DeleteFunc(f.on, func(u users.User) bool { return !act.offered(actor(c), u) })
	}
	if len(f.on)+len(f.users)+len(f.hits) == 0 && seesDirectory(actor(c)) {
		f.close = true
		f.users, err = a.directory.CloseMatches(c.Request().Context(), actor(c), directory.Query{Text: quoted(text)})
	}
	return f, err
}

// quoted returns text as words of a search, which are no filters.
func quoted(text string) string { return `"` + strings.ReplaceAll(text, `"`, " ") + `"` }

// findUsers returns users whose name or user_id has the words of text: of the directory, recently
// opened ones first after an exact match, or else of the service users that the viewer is
// responsible for.
func (a *App) findUsers(c echo.Context, text string) ([]users.User, error) {
	ctx, who := c.Request().Context(), actor(c)
	if !seesDirectory(who) {
		own, err := a.users.OwnServiceUsers(ctx, who)
		return slices.DeleteFunc(own, func(u users.User) bool { return !matches(u.Label()+" "+string(u.ID), text) }), err
	}
	found, err := a.directory.Find(ctx, who, text, maxHits)
	if _, invalid := errors.AsType[*users.InvalidError](err); invalid { // too many words
		return nil, nil
	}
	recent := a.recentKeys(c)
	rank := func(u users.User) int {
		i := slices.Index(recent, u.Key)
		switch {
		case named(u, text):
			return -1
		case i < 0:
			return maxRecent
		}
		return i
	}
	slices.SortStableFunc(found, func(x, y users.User) int { return rank(x) - rank(y) })
	return found, err
}

// named reports whether text is the name or the user_id of u, regardless of case and accents.
func named(u users.User, text string) bool {
	folded := spelling.Fold(text)
	return folded != "" && (spelling.Fold(u.Name) == folded || spelling.Fold(string(u.ID)) == folded)
}

// actNamed returns the act on a user that text begins with, the text after it, and whether the
// first word was typed as a whole. Three characters of it are enough.
func actNamed(text string) (act *userAct, rest string, whole bool) {
	typed := strings.Fields(text)
	if len(typed) < 2 || len(typed[0]) < 3 {
		return nil, "", false
	}
	verb := spelling.Fold(typed[0])
	for i := range userActs {
		label := spelling.Words(userActs[i].label())
		if !strings.HasPrefix(label[0], verb) {
			continue
		}
		n := 1
		for n < len(typed)-1 && (slices.Contains(label[1:], spelling.Fold(typed[n])) || slices.Contains(words.Prepositions, spelling.Fold(typed[n]))) {
			n++ // "end sessions of"
		}
		return &userActs[i], strings.Join(typed[n:], " "), verb == label[0]
	}
	return nil, "", false
}

// renamed divides what was typed after [words.Rename]: "ana to Ana Lima".
func renamed(text string) (who, name string) {
	for i := range text {
		if after, ok := strings.CutPrefix(text[i:], words.RenameTo); ok {
			return text[:i], strings.TrimSpace(after)
		}
	}
	return text, ""
}

// actPath returns the path of the page of an act on u. That of an edit has the new name, if one was
// typed.
func (f finding) actPath(act userAct, u users.User) string {
	if act.rename && f.name != "" {
		return addressOf(userPath(u.ID, act.tail), url.Values{"name": {f.name}})
	}
	return userPath(u.ID, act.tail)
}

// exactHits returns the addresses of what the text of f names exactly.
func (t presenter) exactHits(f finding) (all []string) {
	for _, u := range f.users {
		if named(u, f.text) {
			all = append(all, userPath(u.ID))
		}
	}
	if f.act != nil {
		_, rest, _ := actNamed(f.text)
		if f.act.rename {
			rest, _ = renamed(rest)
		}
		for _, u := range f.on {
			if named(u, rest) {
				all = append(all, f.actPath(*f.act, u))
			}
		}
	}
	for _, h := range f.hits {
		if f.text != "" && spelling.Fold(h.label) == spelling.Fold(f.text) {
			all = append(all, h.url)
		}
	}
	return all
}
