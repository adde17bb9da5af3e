package web_test

import (
	"database/sql"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
)

// TestDatabaseGone opens every page while the database does not answer.
func TestDatabaseGone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signIn(t, "owner@example.com")
	s.Settle()
	paths := map[string]string{}
	for _, r := range s.app.Routes() {
		paths[s.targetOf(t, r.Path)+" "+r.Method] = r.Path
	}
	if err := s.DB.Close(); err != nil {
		t.Fatal(err)
	}
	for target, pattern := range paths {
		path, method, _ := strings.Cut(target, " ")
		p := b.do(t, method, path, url.Values{})
		if pattern == "/static/*" || pattern == "/healthz" || pattern == "/sign-out/backchannel" { // which looks at the token first
			continue
		}
		if p.status < 500 {
			t.Errorf("%s %s: status %d", method, pattern, p.status)
		}
		if strings.Contains(p.body, "example.com") || strings.Contains(p.body, "sql:") {
			t.Errorf("%s %s: the page tells of something: %s", method, pattern, p.text(t))
		}
		if pattern != "/readyz" && !strings.Contains(p.text(t), p.header.Get("X-Request-Id")) {
			t.Errorf("%s %s: the page does not give the request id", method, pattern)
		}
	}
}

// TestDiskFull fills the disk, as far as SQLite can tell, and makes room again.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	s := newSite(t, siteOptions{url: databasetest.SQLiteURL(t)})
	b := s.as(t, users.RoleUser)
	form := b.get(t, "/profile").form(t, "/profile")
	s.pragma(t, "PRAGMA max_page_count = 1") // no fewer than there are

	var full page
	name := ""
	for i := range 200 {
		name = strings.Repeat("ö", 150) + strings.Repeat("x", i%40)
		if full = b.post(t, "/profile", set(form, "name", name, "version", s.version(t, "user@example.com"))); full.status != http.StatusSeeOther {
			break
		}
	}
	full.must(t, http.StatusServiceUnavailable, "cannot use its database at the moment: the disk is full", "Request req_")
	if full.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	if u := s.Must(t, "user@example.com"); u.Name == name {
		t.Error("it was saved all the same")
	}
	b.get(t, "/profile").must(t, http.StatusOK)

	s.pragma(t, "PRAGMA max_page_count = 1000000")
	b.post(t, "/profile", set(form, "name", "Room again", "version", s.version(t, "user@example.com"))).must(t, http.StatusSeeOther)
}

// pragma sets something of the database that belongs to the connection.
func (s *site) pragma(t *testing.T, statement string) {
	t.Helper()
	if err := s.DB.Transact(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), statement)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// jsonWebToken matches the beginnings of the two JSON objects of a token (RFC 7519); the first alone
// may be in any random text.
var jsonWebToken = regexp.MustCompile(`eyJ[\w-]*\.eyJ`)

// TestCanary looks for every secret of a whole visit wherever it must not be.
func TestCanary(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleOwner)
	b := s.browser(t)
	s.op.SignsIn(person("ana@example.com"))
	first, secrets := b.signInWithSecrets(t)
	seen := []page{first}
	for _, r := range s.app.Routes() {
		if r.Path != "/sign-in/start" && r.Path != "/sign-out" && r.Path != "/profile/delete" && r.Path != "/profile/sessions/end" {
			seen = append(seen, b.do(t, r.Method, s.targetOf(t, r.Path), url.Values{"reason": {"x"}}))
		}
	}
	out := b.post(t, "/sign-out", nil).must(t, http.StatusOK)
	s.Settle()

	texts := map[string]string{"the log": s.log.String()}
	for _, p := range seen {
		texts[p.url.Path] += p.body + p.header.Get("Location")
	}
	for where, text := range texts {
		for _, secret := range secrets {
			if secret != "" && strings.Contains(text, secret) {
				t.Errorf("%s holds a secret: %s", where, secret)
			}
		}
		if jsonWebToken.MatchString(text) {
			t.Errorf("%s holds a token", where)
		}
	}
	if len(secrets) < 8 || !strings.Contains(out.body, "logout_hint=") {
		t.Errorf("the visit had %d secrets, and its end: %.300s", len(secrets), out.body)
	}
}

// signInWithSecrets signs in step by step, and returns the answer to the callback
// with all that was secret on the way.
func (b *browser) signInWithSecrets(t *testing.T) (page, []string) {
	t.Helper()
	begun := b.get(t, "/sign-in/start?return_to=/users")
	to, err := url.Parse(begun.header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	secrets := append(cookieValues(begun), to.Query().Get("state"), to.Query().Get("nonce"))
	back := b.get(t, to.String())
	in := b.get(t, back.header.Get("Location")).must(t, http.StatusSeeOther)
	secrets = append(secrets, b.cookie(t, "session"))
	secrets = append(secrets, b.site.op.Secrets()...)
	for _, asked := range b.site.op.Asked("/token") {
		secrets = append(secrets, asked.Get("code_verifier"), asked.Get("code"))
	}
	return in, secrets
}

// cookieValues returns the values of the cookies that a page sets.
func cookieValues(p page) []string {
	var values []string
	for _, c := range (&http.Response{Header: p.header}).Cookies() {
		values = append(values, c.Value)
	}
	return values
}
