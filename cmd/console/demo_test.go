package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/roboto-ai/console/internal/database/databasetest"
)

// TestDemo signs in as each person of the demo and checks that the page is the one its description
// promises.
func TestDemo(t *testing.T) {
	t.Parallel()
	r := startDemo(t, "sqlite:"+filepath.Join(t.TempDir(), "demo.db"), "--listen", "127.0.0.1:0")
	tests := map[string]struct {
		status int
		at     string // path after the sign-in
	}{
		"owner@example.com":       {http.StatusOK, "/users"},
		"admin@example.com":       {http.StatusOK, "/users"},
		"auditor@example.com":     {http.StatusOK, "/users"},
		"user@example.com":        {http.StatusOK, "/profile"},
		"invited@example.com":     {http.StatusOK, "/profile"},
		"deactivated@example.com": {http.StatusForbidden, "/sign-in/callback"},
		"unverified@example.com":  {http.StatusForbidden, "/sign-in/callback"},
		"stranger@example.com":    {http.StatusForbidden, "/sign-in/callback"},
	}
	for _, person := range demoPeople() {
		t.Run(person.UserID, func(t *testing.T) {
			want, ok := tests[person.UserID]
			if !ok {
				t.Fatal("nothing is expected of this person")
			}
			if !strings.Contains(r.said, person.UserID) {
				t.Errorf("not offered in\n%s", r.said)
			}
			resp := signIn(t, "http://"+r.address(t), person.UserID)
			if resp.StatusCode != want.status || resp.Request.URL.Path != want.at {
				t.Errorf("got %d at %s, want %d at %s", resp.StatusCode, resp.Request.URL.Path, want.status, want.at)
			}
		})
	}
	if len(demoPeople()) != len(tests) {
		t.Errorf("got %d people, want %d", len(demoPeople()), len(tests))
	}
}

// TestDemoAgain starts a demo a second time, on the data of the first.
func TestDemoAgain(t *testing.T) {
	t.Parallel()
	url := "sqlite:" + filepath.Join(t.TempDir(), "demo.db")
	address := freePair(t)
	printed := regexp.MustCompile(`usr_pat_\w+`)
	before := ""
	for range 2 {
		r := startDemo(t, url, "--listen", address)
		secret := printed.FindString(r.said)
		if status, body := getWith(t, secret, "http://"+address+"/v1/users"); status != http.StatusOK || !strings.Contains(body, `"user_id":"admin@example.com"`) {
			t.Errorf("the token that is printed: got status %d, %s", status, body)
		}
		if status, _ := getWith(t, before, "http://"+address+"/v1/users"); status != http.StatusUnauthorized {
			t.Errorf("the token of the start before: got status %d", status)
		}
		before = secret
		if resp := signIn(t, "http://"+address, "invited@example.com"); resp.StatusCode != http.StatusOK {
			t.Fatalf("sign in: got status %d", resp.StatusCode)
		}
		r.stop()
		if err := <-r.done; err != nil {
			t.Fatal(err)
		}
	}
	tests := map[string]struct{ args, says string }{
		"with another size":    {"--listen 127.0.0.1:0 --users 21", "was made with --users 20, not 21"},
		"at another address":   {"--listen 127.0.0.1:0", "give the same --listen as then"},
		"with no demo's data":  {"--listen 127.0.0.1:0 --database " + databasetest.URL(t), "was not made by console demo"},
		"with data of a diary": {"--listen 127.0.0.1:0 --database sqlite:demo_test.go", "is not a database"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"console", "demo", "--database", url}, strings.Fields(test.args)...)
			err := run(t.Context(), args, lookupIn(nil), io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want %q", err, test.says)
			}
		})
	}
}

// getWith sends a GET request with a token.
func getWith(t *testing.T, secret, url string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+secret)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// startDemo runs a demo with a few users on ports of its own.
func startDemo(t *testing.T, database string, more ...string) running {
	t.Helper()
	return start(t, "Ctrl-C", append([]string{"demo", "--users", "20", "--database", database}, more...)...)
}

// freePair returns an address whose port is free, and the next one too.
func freePair(t *testing.T) string {
	t.Helper()
	for range 100 {
		console, err := listen(t.Context(), "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		provider, err := listen(t.Context(), nextPort(console.Addr()))
		_ = console.Close()
		if err == nil {
			_ = provider.Close()
			return console.Addr().String()
		}
	}
	t.Fatal("found no two free ports in a row")
	return ""
}

// signIn signs in as a browser does, from the console to its provider and back, and returns the
// last response.
func signIn(t *testing.T, console, person string) *http.Response {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, console+"/sign-in/start", nil)
	if err != nil {
		t.Fatal(err)
	}
	page, body := exchange(t, client, req)
	action, values := form(t, body)
	values.Set("user_id", person)
	to, err := page.Request.URL.Parse(action)
	if err != nil {
		t.Fatal(err)
	}
	req, err = http.NewRequestWithContext(t.Context(), http.MethodPost, to.String(), strings.NewReader(values.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, _ := exchange(t, client, req)
	return resp
}

// exchange sends req, follows redirects, and returns the last response and its body.
func exchange(t *testing.T, client *http.Client, req *http.Request) (*http.Response, string) {
	t.Helper()
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// form returns the action of the only form of a page, and its hidden values.
func form(t *testing.T, page string) (action string, values url.Values) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	values = url.Values{}
	forms := 0
	for n := range root.Descendants() {
		switch {
		case n.Data == "form":
			forms++
			action = attribute(n, "action")
		case n.Data == "input" && attribute(n, "type") == "hidden":
			values.Set(attribute(n, "name"), attribute(n, "value"))
		}
	}
	if forms != 1 {
		t.Fatalf("got %d forms, want 1, in\n%s", forms, page)
	}
	return action, values
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
