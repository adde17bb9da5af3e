package views_test

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"github.com/roboto-ai/console/static"
	"github.com/roboto-ai/console/views"
)

var pagesDir = flag.String("pages", "", "write the sample pages to `dir`, to be looked at")

// rendered returns the HTML of a page.
func rendered(t *testing.T, page templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := page.Render(t.Context(), &b); err != nil {
		t.Fatalf("Render: %v", err)
	}
	return b.String()
}

// elements returns the elements of a page, in order.
func elements(t *testing.T, page string) []*html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	var all []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			all = append(all, n)
		}
	}
	return all
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func TestPagesAreWhole(t *testing.T) {
	t.Parallel()
	for name, page := range samples() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := rendered(t, page(nil))
			if *pagesDir != "" {
				if err := os.WriteFile(filepath.Join(*pagesDir, name+".html"), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			checkWhole(t, elements(t, text))
		})
	}
}

func TestPagesWithNothingToShow(t *testing.T) {
	t.Parallel()
	for name, page := range samples() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			empty := page(func(model any) { reflect.ValueOf(model).Elem().SetZero() })
			if got := rendered(t, empty); !strings.Contains(got, "<h1>") {
				t.Errorf("an empty model: got a page without a title")
			}
		})
	}
}

// checkWhole reports what no page may have or lack.
func checkWhole(t *testing.T, all []*html.Node) {
	t.Helper()
	ids, labels, titles := map[string]bool{}, map[string]bool{}, 0
	for _, n := range all {
		if id := attribute(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("id %q: got it twice", id)
			}
			ids[id] = true
		}
		if n.Data == "label" {
			labels[attribute(n, "for")] = true
		}
		if n.Data == "h1" {
			titles++
		}
	}
	if titles != 1 {
		t.Errorf("h1: got %d, want 1", titles)
	}
	for _, n := range all {
		checkElement(t, n, ids, labels)
	}
}

// checkElement reports what no element may have or lack.
func checkElement(t *testing.T, n *html.Node, ids, labels map[string]bool) {
	t.Helper()
	for _, a := range n.Attr {
		if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
			t.Errorf("%s: got attribute %s, which the content policy forbids", n.Data, a.Key)
		}
		if strings.HasPrefix(a.Key, "aria-describedby") {
			for id := range strings.FieldsSeq(a.Val) {
				if !ids[id] {
					t.Errorf("%s: described by %q, which is not there", n.Data, id)
				}
			}
		}
	}
	switch n.Data {
	case "form":
		if m := attribute(n, "method"); m != "get" && m != "post" || attribute(n, "action") == "" {
			t.Errorf("form: got method %q and action %q", m, attribute(n, "action"))
		}
	case "input", "select", "textarea":
		if attribute(n, "type") != "hidden" && !labels[attribute(n, "id")] && attribute(n, "aria-label") == "" {
			t.Errorf("%s %s: got no label", n.Data, attribute(n, "name"))
		}
	case "style":
		t.Errorf("got a style element")
	case "script":
		if attribute(n, "src") == "" {
			t.Errorf("got an inline script")
		}
	}
}

// outline is the elements of a page with the names of their attributes: all that
// a text on it must not change.
func outline(all []*html.Node) string {
	var b strings.Builder
	for _, n := range all {
		b.WriteString(n.Data)
		for _, a := range n.Attr {
			b.WriteString(" " + a.Key)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// fill sets every text in v, however deep, to what text returns for it.
func fill(v reflect.Value, text func(old string) string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text(v.String()))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), text)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			fill(v.Elem(), text)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fill(v.Index(i), text)
		}
	}
}

func TestHostileTextStaysText(t *testing.T) {
	t.Parallel()
	for name, page := range samples() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			filled := func(text string) []*html.Node {
				return elements(t, rendered(t, page(func(model any) {
					fill(reflect.ValueOf(model).Elem(), func(string) string { return text })
				})))
			}
			want := outline(filled("harmless"))
			if got := outline(filled(`"><script>alert(1)</script>`)); got != want {
				t.Errorf("hostile text: got the elements\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestHostileAddressesLeadNowhere(t *testing.T) {
	t.Parallel()
	for name, page := range samples() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, hostile := range []string{"javascript:alert(1)", "data:text/html,x", "vbscript:x", " JaVaScRiPt:alert(1)"} {
				text := rendered(t, page(func(model any) {
					fill(reflect.ValueOf(model).Elem(), func(string) string { return hostile })
				}))
				for _, n := range elements(t, text) {
					checkAddresses(t, n, hostile)
				}
			}
		})
	}
}

// checkAddresses reports attributes of n that lead to hostile.
func checkAddresses(t *testing.T, n *html.Node, hostile string) {
	t.Helper()
	for _, a := range n.Attr {
		switch a.Key {
		case "href", "src", "action", "formaction", "hx-get", "hx-post", "content":
			own := strings.HasPrefix(a.Val, "mailto:") || strings.HasPrefix(a.Val, static.URL("icons.svg")+"#")
			if strings.Contains(strings.ToLower(a.Val), strings.ToLower(strings.TrimSpace(hostile))) && !own {
				t.Errorf("%s: got %s=%q", n.Data, a.Key, a.Val)
			}
		}
	}
}

// words are what a person reads before they decide, on the pages that matter.
var words = map[string]struct {
	page string
	want []string
}{
	"the button says the act":                {"deactivate", []string{">Deactivate ana@example.com</button>", "What ends now", "What stays"}},
	"deleting says that it is for good":      {"delete", []string{">Delete ana@example.com</button>", "This can&#39;t be undone", "Type ana@example.com to confirm"}},
	"close matches":                          {"directory_close", []string{"No exact match. Close:", "Ana"}},
	"no user found":                          {"directory_none", []string{"No one matches “zoe@example.com”", `href="/users/new?user_id=zoe%40example.com"`, "Refused sign-ins with this address", "No one with this address had been added."}},
	"an export says how many":                {"user_export", []string{">Export 1,012 users</button>", "Status: Invited", "The audit log records who exported"}},
	"no users to export":                     {"user_export_none", []string{"No users to export", "Go back"}},
	"first sight":                            {"directory_first", []string{"Add a second owner", "Add people", "Look at the audit log"}},
	"results announce their count":           {"directory", []string{`<strong>312</strong> of 1,012 users`}},
	"someone else saved":                     {"user_edit_stale", []string{"changed this user", "Before", "Saved", "Yours", "Take theirs and discard mine"}},
	"a form kept over a sign-in":             {"user_edit_stale", []string{"It has not been sent yet"}},
	"a posted form after the session":        {"sign_in_again", []string{"Your form is kept for ten minutes"}},
	"signed out":                             {"signed_out", []string{`http-equiv="refresh"`, `href="https://id.example.com/end"`}},
	"a refused sign-in":                      {"sign_in_refused", []string{"Please add stranger@example.com to the console", "01JDGZ7T4W8K"}},
	"who can help":                           {"refused", []string{"Olga Owner", `href="mailto:owner@example.com"`, "01JDGZ7T4W8K"}},
	"what one may not do is said":            {"service_user", []string{"Only owners may edit admins", "Missing"}},
	"another address at the provider":        {"user_detail", []string{"The provider now says ana.lima@example.com", "Differs"}},
	"notifications as a sentence":            {"profile", []string{"You get an e-mail when someone mentions you in a comment."}},
	"sign out elsewhere":                     {"profile", []string{`value="others">End all other sessions</button>`}},
	"people to choose from":                  {"service_user_new", []string{`list="f-responsible-list"`, `<datalist id="f-responsible-list">`}},
	"the log is empty for these filters":     {"audit_none", []string{"No events match"}},
	"a filter that cannot be used":           {"audit_bad", []string{`<a href="#f-to">Choose a day that is not before the first.</a>`}},
	"an event has its neighbours":            {"event", []string{`href="/audit/1042"`, `href="/audit/1040"`}},
	"the link to send is there to be copied": {"person_added", []string{`data-copy="https://console.example.com/sign-in"`}},
}

func TestWords(t *testing.T) {
	t.Parallel()
	for name, test := range words {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := rendered(t, samples()[test.page](nil))
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("%s: got no %q", test.page, want)
				}
			}
		})
	}
}

func TestResultsAreAFragment(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]templ.Component{"directory": views.DirectoryResults(directory()), "audit": views.AuditResults(audit())} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := rendered(t, part); !strings.HasPrefix(got, `<section id="results"`) || strings.Contains(got, "<html") {
				t.Errorf("got %.60q…, want the section alone", got)
			}
		})
	}
}
