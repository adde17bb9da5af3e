package web_test

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// A page is an answer of the console.
type page struct {
	status int
	header http.Header
	body   string
	url    *url.URL // of the request
}

// location returns the path and query that the page redirects to.
func (p page) location() string {
	u, err := url.Parse(p.header.Get("Location"))
	if err != nil {
		return ""
	}
	return u.RequestURI()
}

// nodes returns the elements with that tag, in order.
func (p page) nodes(t *testing.T, tag string) []*html.Node {
	t.Helper()
	var all []*html.Node
	for n := range p.doc(t).Descendants() {
		if n.Type == html.ElementNode && n.Data == tag {
			all = append(all, n)
		}
	}
	return all
}

// attr returns an attribute of an element, or nothing.
func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasAttr(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// textOf returns the words in an element, with single spaces between them.
func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && d.Parent.Data != "script" && d.Parent.Data != "style" {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// text returns the words of the page.
func (p page) text(t *testing.T) string {
	t.Helper()
	return textOf(p.doc(t))
}

// form returns what a browser would post of the form with that action, untouched.
// It fails the test if there is no such form.
func (p page) form(t *testing.T, action string) url.Values {
	t.Helper()
	for _, f := range p.nodes(t, "form") {
		if attr(f, "action") == action {
			return valuesOf(f)
		}
	}
	t.Fatalf("there is no form for %s on %s (status %d)", action, p.url, p.status)
	return nil
}

// valuesOf returns what a browser would post of a form.
func valuesOf(form *html.Node) url.Values {
	values := url.Values{}
	for n := range form.Descendants() {
		name := attr(n, "name")
		if n.Type != html.ElementNode || name == "" || hasAttr(n, "disabled") {
			continue
		}
		switch kind := attr(n, "type"); {
		case n.Data == "input" && (kind == "checkbox" || kind == "radio"):
			if hasAttr(n, "checked") {
				values.Add(name, cmp.Or(attr(n, "value"), "on"))
			}
		case n.Data == "input" && kind != "submit":
			values.Add(name, attr(n, "value"))
		case n.Data == "textarea":
			values.Add(name, textOf(n))
		case n.Data == "select":
			values.Add(name, selected(n))
		}
	}
	return values
}

// selected returns the value that a select has.
func selected(n *html.Node) string {
	value, first := "", true
	for o := range n.Descendants() {
		if o.Type == html.ElementNode && o.Data == "option" && (first || hasAttr(o, "selected")) {
			value, first = attr(o, "value"), false
		}
	}
	return value
}

// must fails the test unless the page has that status and says those words.
func (p page) must(t *testing.T, status int, words ...string) page {
	t.Helper()
	if p.status != status {
		t.Fatalf("%s: got status %d, want %d: %.600s", p.url, p.status, status, p.text(t))
	}
	text := p.text(t)
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Fatalf("%s: does not say %q: %.1500s", p.url, w, text)
		}
	}
	return p
}

// unkeyed returns a copy of form without the key of its page, as a program sends it:
// it is done however often it comes.
func unkeyed(form url.Values) url.Values {
	out := set(form)
	out.Del("form")
	return out
}

// set returns a copy of form with some values set, as pairs of name and value.
func set(form url.Values, pairs ...string) url.Values {
	out := url.Values{}
	for name, values := range form {
		out[name] = values
	}
	for i := 0; i < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
	}
	return out
}

// follow goes where a page redirects to, and on, until one does not.
func (b *browser) follow(t *testing.T, p page) page {
	t.Helper()
	for range 10 {
		to := p.header.Get("Location")
		if to == "" || p.status/100 != 3 {
			return p
		}
		next, err := p.url.Parse(to)
		if err != nil {
			t.Fatal(err)
		}
		p = b.get(t, next.String())
	}
	t.Fatalf("it redirects for ever: %s", p.url)
	return page{}
}

// doc returns the page as a browser reads it.
func (p page) doc(t *testing.T) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(p.body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
