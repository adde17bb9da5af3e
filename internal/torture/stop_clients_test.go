package torture

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/net/html"

	"github.com/roboto-ai/console/internal/auth/authtest"
)

// A client is a browser in which a person is signed in, who reads and edits continuously.
type client struct {
	base   string
	http   *http.Client
	edits  bool   // edits the person's profile; one client per person does
	name   string // the last acknowledged name
	turns  int
	tally  *tally
	person string
}

// A tally counts the results of requests.
type tally struct {
	answered, edited atomic.Int64

	mu     sync.Mutex
	failed []string
}

// fail records a failed request.
func (y *tally) fail(format string, args ...any) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.failed = append(y.failed, fmt.Sprintf(format, args...))
}

// check fails the test if a request has failed, or none was an edit.
func (y *tally) check(t *testing.T) {
	t.Helper()
	y.mu.Lock()
	defer y.mu.Unlock()
	t.Logf("%d requests were answered, %d edits among them, and %d failed", y.answered.Load(), y.edited.Load(), len(y.failed))
	for _, f := range y.failed[:min(len(y.failed), 10)] {
		t.Error(f)
	}
	if y.edited.Load() == 0 {
		t.Error("no edit succeeded")
	}
}

// people returns addresses of n people.
func people(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("person%d@example.com", i)
	}
	return all
}

// signInAll returns clients, of which each owner has one that edits and some that read.
func signInAll(t *testing.T, base string, op *authtest.Provider, owners []string, looking int) ([]*client, *tally) {
	t.Helper()
	all, y := make([]*client, 0, len(owners)*(1+looking)), new(tally)
	for _, owner := range owners {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		op.SignsIn(authtest.Person{Subject: owner, Email: owner, Verified: true, Name: owner})
		editor := newClient(t, base, jar)
		editor.edits, editor.person, editor.tally = true, owner, y
		if page, err := editor.get(t.Context(), "/sign-in/start?return_to=/profile"); err != nil || !strings.Contains(page, "/sign-out") {
			t.Fatalf("sign in %s: %v\n%s", owner, err, page)
		}
		all = append(all, editor)
		for range looking {
			reader := newClient(t, base, jar)
			reader.person, reader.tally = owner, y
			all = append(all, reader)
		}
	}
	return all, y
}

// newClient returns a client with its own connections.
func newClient(t *testing.T, base string, jar http.CookieJar) *client {
	t.Helper()
	transport := &http.Transport{DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{base: base, http: &http.Client{Jar: jar, Transport: transport, Timeout: maxWait}}
}

// underLoad runs the clients while work runs.
func underLoad(t *testing.T, clients []*client, work func()) {
	t.Helper()
	working, done := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for _, c := range clients {
		all.Go(func() {
			for working.Err() == nil {
				c.turn(t.Context()) // requests are never cancelled
			}
		})
	}
	work()
	done()
	all.Wait()
}

// turn reads the directory and the profile, and edits if this client does.
func (c *client) turn(ctx context.Context) {
	c.turns++
	if _, err := c.get(ctx, "/users?q="+url.QueryEscape(c.person)); err != nil {
		c.tally.fail("look at the directory: %v", err)
	} else {
		c.tally.answered.Add(1)
	}
	page, err := c.get(ctx, "/profile")
	if err != nil {
		c.tally.fail("look at the profile: %v", err)
		return
	}
	c.tally.answered.Add(1)
	if c.edits {
		c.edit(ctx, page)
	}
}

// edit gives the person a new name.
func (c *client) edit(ctx context.Context, page string) {
	form := formIn(page, "/profile")
	if c.name != "" && form.Get("name") != c.name {
		c.tally.fail("%s is named %q, and %q was acknowledged", c.person, form.Get("name"), c.name)
	}
	form.Set("name", fmt.Sprintf("Person %d", c.turns))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/profile", strings.NewReader(form.Encode()))
	if err != nil {
		c.tally.fail("%v", err)
		return
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if _, err := c.send(req); err != nil {
		c.tally.fail("edit: %v", err)
		return
	}
	c.name = form.Get("name")
	c.tally.answered.Add(1)
	c.tally.edited.Add(1)
}

// get returns the page at path.
func (c *client) get(ctx context.Context, path string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return "", err
	}
	return c.send(req)
}

// send sends a request once and returns the page after its redirects. An incomplete page is an
// error.
func (c *client) send(req *http.Request) (string, error) {
	sent, ctx := countSends(req.Context())
	redirects := 0
	client := *c.http
	client.CheckRedirect = func(*http.Request, []*http.Request) error {
		redirects++
		return nil
	}
	resp, err := client.Do(req.WithContext(ctx))
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return "", err
	case resp.StatusCode != http.StatusOK:
		return "", fmt.Errorf("%s %s: %s\n%.300s", req.Method, req.URL.Path, resp.Status, page)
	case int(sent.Load()) > 1+redirects:
		return "", fmt.Errorf("%s %s: a connection broke, and the request was sent again", req.Method, req.URL.Path)
	}
	return string(page), nil
}

// formIn returns the values of a page's form with that action.
func formIn(page, action string) url.Values {
	form := url.Values{}
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return form
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "form" && attribute(n, "action") == action {
			for input := range n.Descendants() {
				fillIn(form, input)
			}
		}
	}
	return form
}

// fillIn adds the value of a form element.
func fillIn(form url.Values, n *html.Node) {
	name := attribute(n, "name")
	switch {
	case n.Type != html.ElementNode || name == "":
	case n.Data == "input" && (attribute(n, "type") != "checkbox" || hasAttribute(n, "checked")):
		form.Set(name, attribute(n, "value"))
	case n.Data == "select":
		for option := range n.Descendants() {
			if option.Data == "option" && hasAttribute(option, "selected") {
				form.Set(name, attribute(option, "value"))
			}
		}
	}
}
