package web

import (
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/spelling"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// A place is a page that the palette leads to.
type place struct {
	label, url, icon string
	who              access // who may open it
	takes            string // the field that it fills in with what is typed after its name; may be empty
}

// after returns what text has after the name of the place, empty if it is not that with more.
func (p place) after(text string) string {
	name, typed := spelling.Words(p.label), strings.Fields(text)
	if p.takes == "" || len(typed) <= len(name) || !slices.Equal(name, spelling.Words(strings.Join(typed[:len(name)], " "))) {
		return ""
	}
	return strings.Join(typed[len(name):], " ")
}

// places are the pages that the palette leads to, those first that are offered before anything is
// typed. One that this version does not serve is not offered.
var places = []place{
	{"Users", "/users", "users", access(users.ActSeeDirectory), ""},
	{words.MyProfile, "/profile", "user", accessSignedIn, ""},
	{words.Todo, "/todo", "list-todo", access(users.ActSeeDirectory), ""},
	{words.Overview, "/overview", "chart-column", access(users.ActSeeDirectory), ""},
	{words.AuditLog, "/audit", "scroll-text", access(users.ActSeeAudit), ""},
	{words.AddPersonTitle, "/users/new", "user-plus", access(users.ActAddPerson), "user_id"},
	{words.AddMany, "/users/import", "users", access(users.ActAddPerson), ""},
	{words.NewServiceUser, "/service-users/new", "bot", access(users.ActCreateService), "user_id"},
	{words.MyTokens, ownTokens, "key-round", accessSignedIn, ""},
	{words.BatchesPlace, "/batches", "history", access(users.ActSeeAudit), ""},
	{words.WhereAccessEnds, "/access", "shield", access(users.ActSeeDirectory), ""},
	{words.SavedViews, "/users/views", "bookmark", access(users.ActSaveView), ""},
	{words.ExportUsers, "/users/export", "download", access(users.ActExport), ""},
	{words.NewToken, ownTokens + "/new", "key-round", accessSignedIn, ""},
	{words.APIDocument, "/api", "book-open", accessSignedIn, ""},
	{words.KeysTitle, "/keys", "info", accessSignedIn, ""},
	{words.About, "/about", "info", accessSignedIn, ""},
}

// A placeHit is a view or page that was found.
type placeHit struct{ label, note, url, icon string }

// placeHits returns the pages, views and saved views whose names have the words of text, those
// first of which each word is the beginning of one. Without text it returns pages.
func (a *App) placeHits(c echo.Context, text string) (hits []placeHit, err error) {
	for _, p := range places {
		if r := a.page(p.url); r != nil && r.Path == p.url && admission(c, p.who) == nil {
			hit := placeHit{label: p.label, url: p.url, icon: p.icon}
			if more := p.after(text); more != "" {
				hit.label, hit.url = p.label+" "+words.Plain(more), addressOf(p.url, url.Values{p.takes: {more}})
			}
			hits = append(hits, hit)
		}
	}
	if text == "" {
		return hits, nil
	}
	if seesDirectory(actor(c)) {
		for _, v := range directoryViews {
			if label, _ := words.ViewTab(v.view); v.view != "" {
				hits = append(hits, placeHit{label, words.ViewNote, listAddress{path: "/users"}.with("view", string(v.view)), "users"})
			}
		}
		saved, err := a.users.SavedViews(c.Request().Context(), actor(c))
		if err != nil {
			return nil, err
		}
		for _, v := range saved {
			hits = append(hits, placeHit{words.Plain(v.Name), words.SavedViewNote(v.Owner.Key == actor(c).Key), savedAddress(v), "bookmark"})
		}
	}
	hits = slices.DeleteFunc(hits, func(h placeHit) bool { return !matches(h.label, text) })
	slices.SortStableFunc(hits, func(x, y placeHit) int { return insideWords(x.label, text) - insideWords(y.label, text) })
	return hits, nil
}

// insideWords returns how many words of text are not the beginning of a word of label.
func insideWords(label, text string) (n int) {
	folded := " " + spelling.Fold(label)
	for _, word := range spelling.Words(text) {
		if !strings.Contains(folded, " "+word) {
			n++
		}
	}
	return n
}
