package web_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// hostileText is what no field may make of a page: an element, an attribute, or
// text that turns round what stands beside it.
const hostileText = `"><script>alert(1)</script><img src=x onerror=alert(2)>' onmouseover='x` + "\u202e\x1b[31m\n"

// harmlessText takes its place to see what the page is like otherwise.
const harmlessText = `"harmless"`

// shape counts the elements and attributes of a page by name.
func shape(t *testing.T, p page) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for n := range p.doc(t).Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		counts["<"+n.Data+">"]++
		for _, a := range n.Attr {
			counts[n.Data+" "+a.Key]++
		}
	}
	return counts
}

// hostileColumns put a value into a column, by what it is to people.
var hostileColumns = map[string]string{
	"name":        `UPDATE users SET name = $1, search_text = $1 WHERE user_id IN ('ana@example.com', 'nightly', 'owner@example.com')`,
	"picture_url": `UPDATE users SET picture_url = $1 WHERE user_id IN ('ana@example.com', 'nightly', 'owner@example.com')`,
	"purpose":     `UPDATE users SET purpose = $1 WHERE user_id = 'nightly'`,
	"time_zone":   `UPDATE users SET time_zone = $1 WHERE user_id = 'ana@example.com'`,
	"review_on":   `UPDATE users SET review_on = $1 WHERE user_id = 'nightly'`,
	"user agent":  `UPDATE sessions SET user_agent = $1, address = $1`,
	"identity":    `UPDATE identities SET address = $1 || user_key, subject = $1 || user_key, issuer = $1`,
	"view":        `UPDATE saved_views SET name = $1`,
	"view query":  `UPDATE saved_views SET query = 'q=' || $1`,
	"refusal":     `UPDATE refused_sign_ins SET address = $1 WHERE user_key <> ''`,
}

// hostilePages are the pages that show any of them.
var hostilePages = []string{
	"/users", "/users?q=ana", "/users/views", "/users/ana@example.com", "/users/ana@example.com/activity", "/users/ana@example.com/sessions", anaEdit,
	"/users/ana@example.com/role", "/users/ana@example.com/deactivate", "/users/ana@example.com/delete", "/users/ana@example.com/reset-sign-in",
	"/users/nightly", "/users/nightly/edit", "/users/nightly/activity", "/users/new", "/service-users/new", "/audit", "/audit/3", "/profile",
}

// fillForHostility adds someone of every kind, with sessions, an identity and a
// refused sign-in, so that there is a row for each statement of hostileColumns.
func fillForHostility(t *testing.T, s *site) {
	t.Helper()
	ana := s.Person(t, "ana@example.com", users.RoleAdmin)
	serviceUserOf(t, s, "nightly", "ana@example.com")
	refused := userstest.Claims("ana@example.com")
	refused.Subject = "another"
	if _, err := s.SignIn(t.Context(), refused, userstest.Visit("x")); err == nil {
		t.Fatal("another identity came in")
	}
	s.Settle()
	for by, shared := range map[*users.Actor]bool{&s.Owner: false, &ana: true} {
		if _, err := s.SaveView(t.Context(), *by, users.NewView{Name: "View", Query: "q=ana", Shared: shared}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPages_hostileValues puts a hostile value into each field of the record, past
// every rule, and looks at each page that shows it.
func TestPages_hostileValues(t *testing.T) {
	t.Parallel()
	for column, query := range hostileColumns {
		t.Run(column, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			fillForHostility(t, s)
			b := s.signIn(t, "owner@example.com")
			store(t, s, query, harmlessText)
			plain := map[string]map[string]int{}
			for _, path := range hostilePages {
				plain[path] = shape(t, b.get(t, path).must(t, 200))
			}
			store(t, s, query, hostileText)
			for _, path := range hostilePages {
				p := b.get(t, path).must(t, 200)
				if diff := cmp.Diff(plain[path], shape(t, p)); diff != "" {
					t.Errorf("%s: elements and attributes (-harmless +hostile):\n%s", path, diff)
				}
				plainly(t, p)
			}
		})
	}
}

// plainly fails the test if the page holds characters that are not text. What a
// field holds, be it an input or a text area, is what was typed or stored.
func plainly(t *testing.T, p page) {
	t.Helper()
	for n := range p.doc(t).Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "textarea" && strings.ContainsAny(n.Data, "\u202e\x1b") {
			t.Errorf("%s: control characters in the text %q", p.url, n.Data)
		}
	}
}

// TestPages_hostileHistory does the same for what the history holds.
func TestPages_hostileHistory(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signIn(t, "owner@example.com")
	s.Invited(t, "ana@example.com", users.RoleUser)
	at := fmt.Sprintf("/audit/%d", lastEvent(t, s, users.ActionCreated).Seq)
	changes := `INSERT INTO event_changes (seq, nonce, target_id, target_name, target_kind, target_version, changes)
		SELECT MAX(seq), $1, $2, $2, 'person', 1, $3 FROM events`
	actor := `INSERT INTO event_actors (seq, nonce, actor_id, actor_name, actor_kind, reason, address, user_agent)
		SELECT MAX(seq), $1, $2, $2, 'person', $2, $2, $2 FROM events`
	shapes := map[string]map[string]int{}
	for _, value := range []string{harmlessText, hostileText} {
		store(t, s, `DELETE FROM event_changes WHERE seq = (SELECT MAX(seq) FROM events)`)
		store(t, s, `DELETE FROM event_actors WHERE seq = (SELECT MAX(seq) FROM events)`)
		store(t, s, changes, make([]byte, 16), value, changesOf(t, value))
		store(t, s, actor, make([]byte, 16), value)
		for _, path := range []string{"/audit", at, "/users/ana@example.com", "/users/ana@example.com/activity"} {
			p := b.get(t, path).must(t, 200)
			plainly(t, p)
			if value == harmlessText {
				shapes[path] = shape(t, p)
			} else if diff := cmp.Diff(shapes[path], shape(t, p)); diff != "" {
				t.Errorf("%s: elements and attributes (-harmless +hostile):\n%s", path, diff)
			}
		}
	}
}

// changesOf returns what an event keeps of a change in which everything is value; the new
// one has an invisible character, so that the page explains how it shows these.
func changesOf(t *testing.T, value string) string {
	t.Helper()
	text, err := json.Marshal([]map[string]string{
		{"field": value, "old": value, "new": value + "\u200b"},
		{"field": "responsible", "old": "usr_x " + value, "new": value},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestPages_hostileInput does the same for what comes with the request and is
// shown again: the address, and forms that are not accepted.
func TestPages_hostileInput(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	s.ServiceUser(t, "nightly", users.RoleUser)
	b := s.signIn(t, "owner@example.com")
	for _, at := range []string{"/users", "/audit", "/users/new", "/service-users/new"} {
		for _, key := range []string{"q", "user_id", "name", "actor", "from"} {
			address := func(value string) string { return at + "?" + set(nil, key, value).Encode() }
			if diff := cmp.Diff(shape(t, b.get(t, address(harmlessText))), shape(t, b.get(t, address(hostileText)))); diff != "" {
				t.Errorf("%s: by %s (-harmless +hostile):\n%s", at, key, diff)
			}
		}
	}
	for _, at := range []string{anaEdit, "/users/nightly/edit", "/users/new", "/service-users/new", "/users/ana@example.com/role", "/users/ana@example.com/delete"} {
		form := b.get(t, at).form(t, at)
		for key := range maps.Keys(form) {
			p := b.post(t, at, set(b.get(t, at).form(t, at), key, hostileText))
			if p.status == 303 { // a box, which is on or off
				continue
			}
			if key == "form" { // which no page of ours would send
				p.must(t, 400)
			} else {
				p.must(t, 422)
			}
			for _, bad := range []string{"<script>alert", "<img src=x", " onmouseover='x"} {
				if strings.Contains(p.body, bad) {
					t.Errorf("%s: %s comes out as %s", at, key, bad)
				}
			}
			for _, n := range append(p.nodes(t, "script"), p.nodes(t, "img")...) {
				if src := attr(n, "src"); src == "x" || src == "" {
					t.Errorf("%s: %s made an element %v", at, key, n.Attr)
				}
			}
		}
	}
}
