package web_test

import (
	"database/sql"
	"net"
	"testing"

	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web"
)

// TestPictures is that only https pictures of listed hosts are shown, whatever is
// stored.
func TestPictures(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	b := s.as(t, users.RoleOwner)
	tests := map[string]struct {
		picture string
		shown   bool
		says    string
	}{
		"of a listed host":    {"https://pictures.example.com/ana.png?a=1&b=2", true, "Pictures from pictures.example.com are shown"},
		"of another host":     {"https://evil.example/ana.png", false, "its host is not one of those"},
		"of a host like it":   {"https://pictures.example.com.evil.example/ana.png", false, "its host is not one of those"},
		"of another port":     {"https://pictures.example.com:444/ana.png", false, "its host is not one of those"},
		"by script, from SQL": {"javascript:alert(1)//pictures.example.com", false, "its host is not one of those"},
		"as data, from SQL":   {"data:text/html,<script>alert(1)</script>", false, "its host is not one of those"},
		"plain http, SQL":     {"http://pictures.example.com/ana.png", false, "its host is not one of those"},
	}
	for name, test := range tests { // one after the other: they are all the same user
		store(t, s, `UPDATE users SET picture_url = $1 WHERE user_id = 'ana@example.com'`, test.picture)
		b.get(t, anaEdit).must(t, 200, test.says)
		for _, path := range []string{"/users", "/users/ana@example.com", "/users/ana@example.com/activity", "/users/ana@example.com/delete"} {
			images := b.get(t, path).must(t, 200).nodes(t, "img")
			if got := len(images) > 0; got != test.shown {
				t.Errorf("%s: on %s: shown is %t, want %t", name, path, got, test.shown)
			}
			for _, img := range images {
				if attr(img, "src") != test.picture || attr(img, "referrerpolicy") != "no-referrer" {
					t.Errorf("%s: on %s: %v", name, path, img.Attr)
				}
			}
		}
	}
}

// TestPictures_neverFetched is that the console shows and saves the address of
// a picture, at a host that it lists, without ever calling there.
func TestPictures_neverFetched(t *testing.T) {
	t.Parallel()
	host, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	called := make(chan struct{}, 1)
	go func() {
		for conn, err := host.Accept(); err == nil; conn, err = host.Accept() {
			conn.Close()
			called <- struct{}{}
		}
		close(called)
	}()
	s := newSite(t, siteOptions{app: func(c *web.Config) { c.PictureHosts = []string{host.Addr().String()} }})
	b := s.as(t, users.RoleOwner)
	picture := "https://" + host.Addr().String() + "/ana.png"
	form := set(b.get(t, "/users/new").form(t, "/users/new"), "user_id", "ana@example.com", "picture_url", picture)
	b.follow(t, b.post(t, "/users/new", form).must(t, 303)).must(t, 200)
	b.post(t, anaEdit, set(b.get(t, anaEdit).form(t, anaEdit), "picture_url", picture+"?2")).must(t, 303)
	b.signInAt(t, authtest.Person{Subject: "ana", Email: "ana@example.com", Verified: true, Picture: picture + "?3"}, "/profile").must(t, 200)
	for _, path := range []string{"/users", "/users/ana@example.com", "/audit"} {
		s.signIn(t, "owner@example.com").get(t, path).must(t, 200)
	}
	host.Close()
	if _, ok := <-called; ok {
		t.Error("the console called the picture's host")
	}
}

// store runs a statement on the database of s, past every rule.
func store(t *testing.T, s *site, query string, args ...any) {
	t.Helper()
	err := s.DB.Transact(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), query, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
