package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// TestEveryFormIsDoneOnceOrSaysWhyNot walks the routes: whatever is posted is done
// once, or listed with the reason why it need not be.
func TestEveryFormIsDoneOnceOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	posts := 0
	for _, r := range newSite(t).app.Routes() {
		if r.Method == http.MethodGet {
			continue
		}
		posts++
		_, once := formActs[r.Path]
		_, again := repeated[r.Path]
		if once == again || once != r.Once {
			t.Errorf("%s %s: done once %v, listed as such %v, listed as repeated %v", r.Method, r.Path, r.Once, once, again)
		}
	}
	if posts != len(formActs)+len(repeated) {
		t.Errorf("%d routes are posted to, %d are listed", posts, len(formActs)+len(repeated))
	}
}

// again checks that p is what a form is answered with that was done before: what it
// was answered with then, in the words of now.
func (f readyForm) again(t *testing.T, first, p page) {
	t.Helper()
	if f.leave {
		p.must(t, http.StatusOK, words.DoneAlready, words.SignedOut)
		return
	}
	p.must(t, http.StatusSeeOther)
	if f.secret { // which the answer to the first one alone has
		list, _, _ := strings.Cut(f.to, "/tokens/")
		again := f.b.get(t, p.location()).must(t, http.StatusOK, words.Already, "it can't be shown again", "rotate the token")
		if secretIn(first.body) == "" || secretIn(again.body) != "" || !strings.HasPrefix(p.location(), list+"/tokens?") {
			t.Errorf("sent again, it leads to %s, with the secret %q", p.location(), secretIn(again.body))
		}
		return
	}
	if p.header.Get("Location") != first.header.Get("Location") {
		t.Errorf("it leads to %s, at first to %s", p.header.Get("Location"), first.header.Get("Location"))
	}
	f.b.get(t, p.location()).must(t, http.StatusOK, words.DoneAlready)
}

// TestFormIsNotDoneTwice sends every form again, to the same console and to another.
func TestFormIsNotDoneTwice(t *testing.T) {
	t.Parallel()
	eachForm(t, func(t *testing.T, f readyForm) {
		first := f.b.post(t, f.to, f.values)
		done := f.count(t)
		if first.status >= 400 || done == f.events {
			t.Fatalf("it did nothing: status %d, %d events", first.status, done-f.events)
		}
		f.again(t, first, f.b.post(t, f.to, f.values))
		f.again(t, first, f.b.on(f.another(t)).post(t, f.to, f.values))
		if now := f.count(t); now != done {
			t.Errorf("sending it again left %d events", now-done)
		}
	})
}

// TestFormIsNotDoneTwiceAtOnce sends every form five times at once: it leaves as many
// events as one does, and no answer is an error.
func TestFormIsNotDoneTwiceAtOnce(t *testing.T) {
	t.Parallel()
	eachForm(t, func(t *testing.T, f readyForm) {
		consoles := []*site{f.site, f.another(t)}
		pages := make([]page, 5)
		var wait sync.WaitGroup
		for i := range pages {
			wait.Go(func() { pages[i] = f.b.on(consoles[i%2]).post(t, f.to, f.values) })
		}
		wait.Wait()
		for _, p := range pages {
			if p.status >= 400 {
				t.Errorf("status %d: %.300s", p.status, p.text(t))
			}
		}
		events := map[string]int{}
		rows, err := f.DB.Reads().QueryContext(t.Context(), `SELECT request_id, COUNT(*) FROM events WHERE seq > $1 GROUP BY request_id`, f.events)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var request string
			var n int
			if err := rows.Scan(&request, &n); err != nil {
				t.Fatal(err)
			}
			events[request] = n
		}
		if err := rows.Err(); err != nil || len(events) != 1 {
			t.Errorf("%d requests left events, want one: %v %v", len(events), events, err)
		}
	})
}

// TestFormIsAnotherWithOtherValues goes back to the page after sending its form, and
// sends it with something changed, or another form or button of it.
func TestFormIsAnotherWithOtherValues(t *testing.T) {
	t.Parallel()
	f := ready(t, "/users/new")
	f.b.post(t, f.to, f.values).must(t, http.StatusSeeOther)
	f.b.post(t, f.to, set(f.values, "user_id", "other@example.com")).must(t, http.StatusSeeOther)
	f.Must(t, "other@example.com")
	f.b.post(t, f.to, set(f.values, "name", "Typo mended")).must(t, http.StatusUnprocessableEntity, words.AddressTaken)
}

// TestFormsWithoutAKey are those of programs: they work, each time anew.
func TestFormsWithoutAKey(t *testing.T) {
	t.Parallel()
	f := ready(t, "/users/:id/edit")
	f.b.post(t, f.to, unkeyed(f.values)).must(t, http.StatusSeeOther)
	f.b.post(t, f.to, unkeyed(f.values)).must(t, http.StatusConflict)
	for name, bad := range map[string][]string{
		"made up": {"x"}, "empty": {""}, "two": {f.values.Get("form"), f.values.Get("form")},
	} {
		values := unkeyed(f.values)
		values["form"] = bad
		if p := f.b.post(t, f.to, values); p.status != http.StatusBadRequest {
			t.Errorf("a key that is %s: status %d", name, p.status)
		}
	}
	f.b.post(t, "/theme", url.Values{"theme": {"dark"}, "form": f.values["form"]}).must(t, http.StatusUnprocessableEntity, "You cannot set “form” here")
}

// TestFormOfAnother sends a form that another user's session has sent.
func TestFormOfAnother(t *testing.T) {
	t.Parallel()
	f := ready(t, "/users/new")
	f.b.post(t, f.to, f.values).must(t, http.StatusSeeOther)
	f.as(t, users.RoleUser).post(t, f.to, f.values).must(t, http.StatusForbidden)
	admin := f.as(t, users.RoleAdmin)
	if err := f.Delete(t.Context(), f.Owner, "new@example.com", users.Deletion{Confirm: "new@example.com"}); err != nil {
		t.Fatal(err)
	}
	events := f.count(t)
	admin.post(t, f.to, f.values).must(t, http.StatusConflict, words.OtherUsersForm)
	if now := f.count(t); now != events {
		t.Errorf("it left %d events", now-events)
	}
}

// TestMistakenFormKeepsItsKey corrects a mistake, and sends the form twice.
func TestMistakenFormKeepsItsKey(t *testing.T) {
	t.Parallel()
	f := ready(t, "/users/new")
	again := f.b.post(t, f.to, set(f.values, "user_id", "!")).must(t, http.StatusUnprocessableEntity).form(t, f.to)
	right := set(again, "user_id", "new@example.com")
	first := f.b.post(t, f.to, right).must(t, http.StatusSeeOther)
	f.again(t, first, f.b.post(t, f.to, right))
	if again.Get("form") != f.values.Get("form") {
		t.Error("nothing was done, and yet it has another key")
	}
}

// TestFormsCarryKeys opens every page: each of its forms that is done once has one key,
// and no other has.
func TestFormsCarryKeys(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signIn(t, "owner@example.com")
	s.ServiceUser(t, "nightly", users.RoleUser)
	b.post(t, "/users/views", url.Values{"name": {"Admins"}, "query": {"role=admin"}}).must(t, http.StatusSeeOther)
	seen := 0
	paths := []string{"/users/nightly", "/users/nightly/edit", "/users?q=a"}
	for _, r := range s.app.Routes() {
		if r.Method == http.MethodGet && !r.Plain {
			paths = append(paths, s.pageAt(t, r.Path))
		}
	}
	for _, path := range paths {
		for _, form := range b.get(t, path).nodes(t, "form") {
			if attr(form, "method") == "post" {
				seen++
				checkKey(t, path, form)
			}
			if hasAttr(form, "hx-post") && attr(form, "action") != "/theme" { // which answers scripts with nothing
				t.Errorf("%s: a script sends %s, whose answers are whole pages", path, attr(form, "action"))
			}
		}
	}
	if seen < 50 {
		t.Errorf("saw %d forms", seen)
	}
}

// checkKey fails the test unless a form has the key that it needs.
func checkKey(t *testing.T, path string, form *html.Node) {
	t.Helper()
	keys := valuesOf(form)["form"]
	_, again := repeated[attr(form, "action")]
	again = again && !slices.Contains([]string{"/users/export", "/users/import", "/audit/export"}, attr(form, "action")) // which act as the viewer of the page all the same
	if again && len(keys) > 0 || !again && (len(keys) != 1 || len(keys[0]) < 100) {
		t.Errorf("%s: the form for %s has keys %v", path, attr(form, "action"), keys)
	}
}
