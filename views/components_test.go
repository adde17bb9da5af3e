package views

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/roboto-ai/console/static"
)

var update = flag.Bool("update", false, "write what the components render to testdata")

// blocks are the building blocks with text in every place that takes one.
func blocks(text string) map[string]templ.Component {
	face := Avatar{Initials: text, PictureURL: text}
	who := Person{Label: text, ID: text + "2", URL: text, Avatar: face}
	moment := Time{ISO: text, Exact: text, Relative: text}
	changes := []Change{{Field: text, Old: text, New: text}, {Field: text, New: text}, {Field: text, Old: text}, {Field: text, New: text, Fact: true}}
	event := Event{Seq: text, URL: text, Icon: text, Actor: who, Target: who, Sentence: text, Tail: text, Reason: text, Changes: changes, When: moment, Via: text, ChangeErased: true, ActorErased: true}
	all := map[string]templ.Component{
		"alert":         alert("warn", text),
		"avatar":        templ.Join(avatar(face, "lg"), avatar(Avatar{Service: true, Hue: 7}, ""), avatar(Avatar{}, "sm"), avatar(Avatar{PictureURL: "https://example.com/" + text}, "")),
		"badge":         templ.Join(badge(Badge{Tone: "ok", Word: text}), badge(Badge{Word: text}), badge(Badge{})),
		"chip":          chip(text, text),
		"consequences":  consequences("final", text, []string{text, text}),
		"copy_button":   copyButton(text, text),
		"crumbs":        crumbs(Chrome{Crumbs: []Link{{text, text}, {text, text}}, Previous: Link{text, text}, Next: Link{text, text}}),
		"diff":          diff(changes),
		"empty":         empty("search", text, text),
		"error_summary": errorSummary([]Problem{{text, text}, {Message: text}}),
		"event_log":     eventDays([]EventDay{{Heading: text, Rows: []EventRow{{Event: event, Clock: text, Of: Link{text, text}, Fields: text, Cut: text, Badge: Link{text, text}, Undo: Link{text, text}, More: text, Others: []Link{{text, text}}}}}}),
		"feed":          feed([]Event{event}),
		"saved":         saved(&Saved{Text: text, Changes: []Change{{Field: text, Old: text, New: text}}, More: text, MoreURL: text, Undo: &UndoButton{Action: text, Label: text, Version: text, Confirm: text, ReturnTo: text}, Dismiss: text}, text),
		"menu":          menu("menu", text),
		"page_head":     pageHead(text, text),
		"pager":         templ.Join(pager(Pager{Range: text, Previous: text, Next: text}, inPlace), pager(Pager{Range: text, Next: text}, nil), pager(Pager{Range: text}, nil)),
		"person":        templ.Join(person(who), person(Person{Label: text, ID: text}), person(Person{})),
		"sort_link":     templ.Join(sortLink(text, text, "ascending"), sortLink(text, text, "descending"), sortLink(text, text, "")),
		"steps":         steps(text, []Step{{Title: text, Text: text, Link: Link{text, text}}, {Title: text}}),
		"tabs":          tabs([]Tab{{Label: text, URL: text, Count: text, Current: true}, {Label: text, Title: text, URL: text, Divided: true}}),
		"when":          templ.Join(when(moment), when(Time{ISO: text, Exact: text}), whenBoth(moment)),
	}
	maps.Copy(all, formBlocks(text))
	return all
}

// formBlocks are those that forms are made of.
func formBlocks(text string) map[string]templ.Component {
	field := Field{Name: text, Label: text, Value: text, Type: "url", Hint: text, Error: text, Placeholder: text, Conflict: &Conflict{text, text, text}}
	options := []Option{{Value: text, Label: text, Hint: text, Selected: true}, {Value: text, Label: text}}
	view := ViewForm{Action: text, Query: text, Holds: text, Name: field, Share: &Check{Name: text, Label: text}, Cancel: text}
	return map[string]templ.Component{
		"check_field":  templ.Join(checkField(Check{Name: text, Label: text, Checked: true}), checkField(Check{Name: text, Label: text})),
		"choice_field": choiceField(Choice{Field: field, Options: options}),
		"layout":       LayoutPanel(DirectoryLayout{Action: text, ReturnTo: text, Columns: []Check{{Name: text, Label: text, Checked: true}, {Name: text, Label: text}}, Size: Choice{Field: field, Options: options}}),
		"person_field": personField(field, options),
		"role_field":   roleField(Choice{Field: field, Options: options}),
		"save_view":    templ.Join(saveView(view, text), viewCard(ViewForm{Action: text, Name: field}, text)),
		"text_area":    textArea(field),
		"text_field":   templ.Join(textField(field), textField(Field{Name: text, Label: text, Required: true})),
		"theme_form":   themeForm("dark", text),
	}
}

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatalf("Render: %v", err)
	}
	return b.String()
}

func TestComponents(t *testing.T) {
	t.Parallel()
	for name, block := range blocks("Ana") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := strings.ReplaceAll(render(t, block), "><", ">\n<") + "\n"
			got = strings.ReplaceAll(got, static.URL("icons.svg"), "/static/icons.svg")
			path := filepath.Join("testdata", name+".html")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("%v; run go test ./views -update", err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// outline returns the elements of a fragment with the names of their attributes.
func outline(t *testing.T, fragment string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(fragment))
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		b.WriteString(n.Data)
		for _, a := range n.Attr {
			b.WriteString(" " + a.Key)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestHostileTextInComponents(t *testing.T) {
	t.Parallel()
	for _, hostile := range []string{`"><script>alert(1)</script>`, `'><img src=x onerror=alert(1)>`, `x" onfocus="alert(1)" autofocus="`, `</textarea></option><script>`, "javascript:alert(1)"} {
		tame := blocks("Ana")
		for name, block := range blocks(hostile) {
			got := render(t, block)
			if diff := cmp.Diff(outline(t, render(t, tame[name])), outline(t, got)); diff != "" {
				t.Errorf("%s with %q has other elements or attributes (-tame +hostile):\n%s", name, hostile, diff)
			}
			if leads := regexp.MustCompile(`(href|src|action)="javascript:`); leads.MatchString(got) {
				t.Errorf("%s leads to %q", name, hostile)
			}
		}
	}
}

func TestPictureOnlyFromHTTPS(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"http://example.com/a.png", "//example.com/a.png", "javascript:alert(1)", "data:image/png;base64,AA", "vbscript:x", "/a.png", " https://example.com/a.png"} {
		if got := render(t, avatar(AvatarOf("Ana", "1", false, address), "")); strings.Contains(got, "<img") {
			t.Errorf("%q: got a picture, want initials", address)
		}
	}
	if got := render(t, avatar(AvatarOf("Ana", "1", false, "https://example.com/a.png"), "")); !strings.Contains(got, `referrerpolicy="no-referrer"`) {
		t.Errorf("got %s, want a picture that tells no one where it is shown", got)
	}
}
