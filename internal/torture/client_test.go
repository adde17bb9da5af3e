package torture

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/roboto-ai/console/internal/auth/authtest"
)

// A browser keeps cookies and follows no redirects. Its errors are missing or incomplete
// responses.
type browser struct {
	base   string
	client *http.Client
}

// An answer is a response.
type answer struct {
	status  int
	request string // request ID
	header  http.Header
	body    string
	at      *url.URL
}

// newBrowser returns a browser without cookies.
func newBrowser(t testing.TB, base string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &browser{base, &http.Client{
		Jar: jar, Transport: transport, Timeout: maxWait,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// signedIn returns a browser in which the owner is signed in.
func (v *instance) signedIn(t testing.TB) *browser {
	t.Helper()
	return v.signedInAs(t, "1", owner)
}

// signedInAs returns a browser in which a person with access to the directory is signed in.
func (v *instance) signedInAs(t testing.TB, subject, address string) *browser {
	t.Helper()
	b := newBrowser(t, v.base())
	v.provider.SignsIn(authtest.Person{Subject: subject, Email: address, Verified: true, Name: "Name"})
	page, err := b.follow("/sign-in/start?return_to=/users")
	if err != nil || page.status != http.StatusOK || page.at.Path != "/users" {
		t.Fatalf("sign in: %v; it ends with %d at %v: %s; the console said:\n%s", err, page.status, page.at, page.text(), v.said.String())
	}
	return b
}

// get opens a page.
func (b *browser) get(path string) (answer, error) { return b.do(http.MethodGet, path, nil) }

// post posts a form.
func (b *browser) post(path string, form url.Values) (answer, error) {
	return b.do(http.MethodPost, path, form)
}

// do makes a request. The path may be a URL.
func (b *browser) do(method, path string, form url.Values) (answer, error) {
	if strings.HasPrefix(path, "/") {
		path = b.base + path
	}
	r, err := http.NewRequest(method, path, strings.NewReader(form.Encode()))
	if err != nil {
		return answer{}, err
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", b.base)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	res, err := b.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	body, err := io.ReadAll(res.Body)
	err = errors.Join(err, res.Body.Close())
	return answer{res.StatusCode, res.Header.Get("X-Request-Id"), res.Header, string(body), r.URL}, err
}

// follow opens a page and follows redirects.
func (b *browser) follow(path string) (answer, error) {
	for range 10 {
		a, err := b.get(path)
		to := a.header.Get("Location")
		if err != nil || to == "" {
			return a, err
		}
		next, err := a.at.Parse(to)
		if err != nil {
			return a, err
		}
		path = next.String()
	}
	return answer{}, fmt.Errorf("%s redirects for ever", path)
}

// form opens the page at path and returns the values of its form. If the page is another one,
// it returns the answer without values.
func (b *browser) form(path string) (url.Values, answer, error) {
	a, err := b.get(path)
	if err != nil || a.status != http.StatusOK {
		return nil, a, err
	}
	page, err := html.Parse(strings.NewReader(a.body))
	if err != nil {
		return nil, a, err
	}
	for n := range page.Descendants() {
		if n.Data == "form" && attribute(n, "action") == path {
			return fieldsOf(n), a, nil
		}
	}
	return nil, a, fmt.Errorf("%s has no form that is posted there", path)
}

// fieldsOf returns the values of a form's inputs. Selects and text areas are ignored.
func fieldsOf(form *html.Node) url.Values {
	fields := url.Values{}
	for n := range form.Descendants() {
		name, kind := attribute(n, "name"), attribute(n, "type")
		if n.Data == "input" && name != "" && (kind != "checkbox" && kind != "radio" || hasAttribute(n, "checked")) {
			fields.Add(name, attribute(n, "value"))
		}
	}
	return fields
}

// attribute returns an attribute of an element, or "".
func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// hasAttribute reports whether an element has an attribute.
func hasAttribute(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// text returns the text of the page.
func (a answer) text() string {
	page, err := html.Parse(strings.NewReader(a.body))
	if err != nil {
		return a.body
	}
	var words []string
	for n := range page.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style" {
			words = append(words, strings.Fields(n.Data)...)
		}
	}
	return strings.Join(words, " ")
}

// ready returns the answer of /readyz.
func (v *instance) ready() (status int, words string) {
	client := http.Client{Timeout: maxWait}
	defer client.CloseIdleConnections()
	res, err := client.Get(v.base() + "/readyz")
	if err != nil {
		return 0, err.Error()
	}
	body, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return 0, err.Error()
	}
	return res.StatusCode, strings.TrimSpace(string(body))
}
