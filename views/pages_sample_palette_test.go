package views_test

import (
	"github.com/a-h/templ"

	"github.com/roboto-ai/console/views"
)

// paletteSamples are the pages about finding things, the keys and the program.
func paletteSamples() map[string]func(change func(any)) templ.Component {
	return map[string]func(change func(any)) templ.Component{
		"go":      pageOf(views.GoPage, found()),
		"go_none": pageOf(views.GoPage, views.Palette{Chrome: chrome("Find or do", ""), Text: "zoe", None: "No user, view or page is called “zoe”."}),
		"keys": pageOf(views.KeysPage, views.Keys{Chrome: chrome("Keyboard shortcuts", ""), ReturnTo: "/keys", Groups: []views.KeyGroup{
			{Label: "Lists", Lines: []views.KeyLine{{Keys: []string{"j"}, Text: "Next row"}, {Keys: []string{"↓", "↑"}, Text: "Choose a result"}}},
		}}),
		"about": pageOf(views.AboutPage, views.About{
			Chrome: chrome("About", ""), Version: "v1.2.3", Commit: "0123456789abcdef0123456789abcdef01234567",
			Documents: []views.Link{{Label: "API: guide and reference", URL: "/api"}},
		}),
	}
}

// found is what the palette finds for "ana".
func found() views.Palette {
	avatar := views.AvatarOf("Ana Lima", "a", false, "")
	return views.Palette{Chrome: chrome("Find or do", ""), Text: "ana", Count: "3 results", Groups: []views.HitGroup{
		{Label: "Users", Hits: []views.Hit{{
			URL: "/users/ana@example.com", Avatar: &avatar, Label: []views.Part{{Text: "Ana", Marked: true}, {Text: " Lima"}},
			Note: []views.Part{{Text: "ana@example.com"}}, Badge: views.Badge{Tone: "ok", Word: "Active"},
		}}},
		{Label: "Do with Ana Lima", Hits: []views.Hit{{URL: "/users/ana@example.com/edit", Icon: "pencil", Label: []views.Part{{Text: "Edit Ana Lima"}}, Key: "e"}}},
		{Label: "Views and pages", Hits: []views.Hit{{URL: "/audit", Icon: "scroll-text", Label: []views.Part{{Text: "Audit log"}}}}},
	}}
}
