package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// otherMethods are methods that no route has.
var otherMethods = []string{
	http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace, "PROPFIND", "REPORT", "QUERY", "get", "FOO",
}

// TestEveryRouteHasItsMethods walks the paths of all routes with all methods: each answers
// those that are its own, and HEAD where GET changes nothing; the others get 405 with
// Allow.
func TestEveryRouteHasItsMethods(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	own := map[string][]string{}
	for _, r := range s.app.Routes() {
		own[r.Path] = append(own[r.Path], r.Method)
		if r.Method == http.MethodGet && !strings.HasPrefix(r.Path, "/sign-in/") {
			own[r.Path] = append(own[r.Path], http.MethodHead)
		}
	}
	for _, path := range []string{"/users/views/delete", "/audit/export"} { // are also addresses of users and events
		own[path] = append(own[path], http.MethodGet, http.MethodHead)
	}
	b := s.signIn(t, "owner@example.com")
	for path, methods := range own {
		slices.Sort(methods)
		at := s.targetOf(t, path)
		for _, method := range append(otherMethods, http.MethodGet, http.MethodHead, http.MethodPost) {
			if slices.Contains(methods, method) {
				continue
			}
			p := b.do(t, method, at, url.Values{})
			if p.status != http.StatusMethodNotAllowed || p.header.Get("Allow") != strings.Join(methods, ", ") {
				t.Errorf("%s %s: status %d, Allow %q, want %q", method, path, p.status, p.header.Get("Allow"), methods)
			}
		}
	}
	for _, method := range append(otherMethods, http.MethodHead) {
		if p := b.do(t, method, "/none", nil); p.status != http.StatusNotFound || p.header.Get("Allow") != "" {
			t.Errorf("%s of nothing: status %d, Allow %q", method, p.status, p.header.Get("Allow"))
		}
	}
}

// TestHeadIsGetWithoutABody compares the answers to HEAD and GET of every route that
// has both, signed in and signed out.
func TestHeadIsGetWithoutABody(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for who, b := range map[string]*browser{"signed in": s.signIn(t, "owner@example.com"), "signed out": s.browser(t)} {
		for _, r := range s.app.Routes() {
			if r.Method != http.MethodGet || strings.HasPrefix(r.Path, "/sign-in/") {
				continue
			}
			at := s.targetOf(t, r.Path)
			head, get := b.do(t, http.MethodHead, at, nil), b.get(t, at)
			if head.status != get.status || head.body != "" || head.header.Get("Content-Type") != get.header.Get("Content-Type") || head.location() != get.location() {
				t.Errorf("%s, %s: HEAD %d %q, GET %d %q", r.Path, who, head.status, head.header.Get("Content-Type"), get.status, get.header.Get("Content-Type"))
			}
		}
	}
}

// TestHeadUsesNothingUp sends HEAD to what GET uses up: an attempt to sign in, a kept form,
// and what a page says once.
func TestHeadUsesNothingUp(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, form := expired(t, s)
	b.post(t, boEdit, set(form, "name", "Bo Chen")).must(t, http.StatusUnauthorized)

	s.op.SignsIn(person("ana@example.com"))
	callback := b.callback(t)
	for range 2 {
		p := b.do(t, http.MethodHead, callback, nil)
		if p.status != http.StatusMethodNotAllowed || p.header.Get("Allow") != http.MethodGet || len(cookieValues(p)) != 0 {
			t.Errorf("HEAD of the callback: status %d, Allow %q, cookies %q", p.status, p.header.Get("Allow"), cookieValues(p))
		}
	}
	if p := s.browser(t).do(t, http.MethodHead, "/sign-in/start", nil); p.status != http.StatusMethodNotAllowed || len(cookieValues(p)) != 0 {
		t.Errorf("HEAD of the start: status %d, cookies %q", p.status, cookieValues(p))
	}
	b.get(t, callback).must(t, http.StatusSeeOther)
	b.do(t, http.MethodHead, boEdit, nil).must(t, http.StatusOK)
	kept := b.get(t, boEdit).must(t, http.StatusOK, "has not been sent yet").form(t, boEdit)
	saved := b.post(t, boEdit, kept).must(t, http.StatusSeeOther)
	b.do(t, http.MethodHead, saved.location(), nil).must(t, http.StatusOK)
	b.get(t, saved.location()).must(t, http.StatusOK, words.Saved("Bo Chen"))
	if u := s.Must(t, "bo@example.com"); u.Status != users.StatusInvited {
		t.Errorf("bo is %s", u.Status)
	}
}
