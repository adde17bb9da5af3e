package auth_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/sessions"

	"github.com/roboto-ai/console/internal/auth"
)

// rows is a [auth.Keeper] in memory.
type rows struct {
	mu   sync.Mutex
	rows map[string]map[any]any
	err  error // returned by every call, unless nil
}

func (k *rows) Find(_ context.Context, id string) (map[any]any, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	values, ok := k.rows[id]
	if k.err == nil && !ok {
		return nil, auth.ErrNoSession
	}
	return maps.Clone(values), k.err
}

func (k *rows) Keep(_ context.Context, id string, values map[any]any) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err == nil {
		k.rows[id] = maps.Clone(values)
	}
	return k.err
}

func (k *rows) End(_ context.Context, id string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err == nil {
		delete(k.rows, id)
	}
	return k.err
}

func newStore(secure bool) (*auth.Store, *rows) {
	k := &rows{rows: map[string]map[any]any{}}
	site := &url.URL{Scheme: "http", Host: "127.0.0.1"}
	if secure {
		site.Scheme = "https"
	}
	return auth.NewStore(k, auth.StoreOptions{Name: auth.CookieName(site, "console"), Secure: secure, Lifetime: 7 * 24 * time.Hour}), k
}

// visit handles a request with the cookie, if any, and returns the cookie that was set.
func visit(t *testing.T, cookie *http.Cookie, handle func(http.ResponseWriter, *http.Request)) *http.Cookie {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	if cookie != nil {
		r.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
	}
	w := httptest.NewRecorder()
	handle(w, r)
	set := w.Result().Cookies()
	if len(set) == 0 {
		return nil
	}
	return set[len(set)-1]
}

// begin saves a new session that holds the name, and returns its cookie.
func begin(t *testing.T, s *auth.Store, name string) *http.Cookie {
	t.Helper()
	return visit(t, nil, func(w http.ResponseWriter, r *http.Request) {
		session := mustGet(t, s, r)
		session.Values["name"] = name
		if err := session.Save(r, w); err != nil {
			t.Fatal(err)
		}
	})
}

func mustGet(t *testing.T, s *auth.Store, r *http.Request) *sessions.Session {
	t.Helper()
	session, err := s.Get(r, "session")
	if err != nil {
		t.Fatal(err)
	}
	return session
}

// nameIn returns the name in the cookie's session; empty if the session is new.
func nameIn(t *testing.T, s *auth.Store, cookie *http.Cookie) string {
	t.Helper()
	var name string
	visit(t, cookie, func(_ http.ResponseWriter, r *http.Request) {
		session := mustGet(t, s, r)
		name, _ = session.Values["name"].(string)
		if session.IsNew != (name == "") || session.IsNew != (session.ID == "") {
			t.Errorf("got IsNew %v and id %q of a session with name %q", session.IsNew, session.ID, name)
		}
	})
	return name
}

func TestStoreCookie(t *testing.T) {
	t.Parallel()
	for circumstance, test := range map[string]struct {
		secure bool
		want   string
	}{
		"over https":                {true, "__Host-console=ID; Path=/; Max-Age=604800; HttpOnly; Secure; SameSite=Lax"},
		"over http on this machine": {false, "console=ID; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax"},
	} {
		s, k := newStore(test.secure)
		cookie := begin(t, s, "Ana")
		if got := strings.Replace(cookie.Raw, cookie.Value, "ID", 1); got != test.want {
			t.Errorf("%s: got %s, want %s", circumstance, got, test.want)
		}
		if _, ok := k.rows[cookie.Value]; !ok || len(cookie.Value) != 43 {
			t.Errorf("%s: %q is not the opaque identifier of the row", circumstance, cookie.Value)
		}
		if got := nameIn(t, s, cookie); got != "Ana" {
			t.Errorf("%s: got %q back, want Ana", circumstance, got)
		}
	}
}

// TestStoreNeverAdoptsAnID plants identifiers in the browser, as session fixation does.
func TestStoreNeverAdoptsAnID(t *testing.T) {
	t.Parallel()
	s, k := newStore(true)
	real := begin(t, s, "Ana")
	planted := auth.NewSecret()
	for circumstance, value := range map[string]string{
		"well formed":       planted,
		"tampered with":     planted[:1] + real.Value[1:],
		"shortened":         real.Value[:42],
		"with more to it":   real.Value + "A",
		"with an extra bit": real.Value[:42] + "_",
		"in upper case":     strings.ToUpper(real.Value),
		"empty":             "",
		"of another form":   "MTcwMDAwMDAwMHxnb2I",
	} {
		if value == real.Value {
			continue
		}
		cookie := &http.Cookie{Name: real.Name, Value: value}
		if got := nameIn(t, s, cookie); got != "" {
			t.Errorf("%s: got the session of %s", circumstance, got)
		}
		set := visit(t, cookie, func(w http.ResponseWriter, r *http.Request) {
			if err := s.Save(r, w, mustGet(t, s, r)); err != nil {
				t.Fatal(err)
			}
		})
		if set.Value == value || k.rows[value] != nil {
			t.Errorf("%s: the identifier was adopted", circumstance)
		}
	}
}

func TestStoreEnd(t *testing.T) {
	t.Parallel()
	s, k := newStore(true)
	cookie := begin(t, s, "Ana")
	expired := visit(t, cookie, func(w http.ResponseWriter, r *http.Request) {
		session := mustGet(t, s, r)
		session.Options.MaxAge = -1
		if err := session.Save(r, w); err != nil {
			t.Fatal(err)
		}
	})
	want := "__Host-console=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"
	if expired.Raw != want || len(k.rows) != 0 {
		t.Errorf("got cookie %s and %d rows, want %s and none", expired.Raw, len(k.rows), want)
	}
	if got := nameIn(t, s, cookie); got != "" {
		t.Errorf("the cookie still opens the session of %s", got)
	}
}

// TestStoreOptionsCannotBeWeakened checks that a session's options do not change its cookie.
func TestStoreOptionsCannotBeWeakened(t *testing.T) {
	t.Parallel()
	s, _ := newStore(true)
	cookie := visit(t, nil, func(w http.ResponseWriter, r *http.Request) {
		session := mustGet(t, s, r)
		session.Options = &sessions.Options{Path: "/elsewhere", Domain: "example.com", SameSite: http.SameSiteNoneMode}
		if err := session.Save(r, w); err != nil {
			t.Fatal(err)
		}
	})
	if !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" {
		t.Errorf("got %s", cookie.Raw)
	}
}

func TestStoreWhenRowsCannotBeReached(t *testing.T) {
	t.Parallel()
	s, k := newStore(true)
	cookie := begin(t, s, "Ana")
	k.err = errors.New("database is locked")
	visit(t, cookie, func(w http.ResponseWriter, r *http.Request) {
		session, err := s.Get(r, "session")
		if !errors.Is(err, k.err) || session == nil || !session.IsNew || len(session.Values) != 0 {
			t.Errorf("Get: got %+v and %v, want an empty session and %v", session, err, k.err)
		}
		if err := session.Save(r, w); !errors.Is(err, k.err) {
			t.Errorf("Save: got %v, want %v", err, k.err)
		}
		if len(w.Header()["Set-Cookie"]) != 0 {
			t.Error("a cookie was set for a row that is not there")
		}
		session.ID = cookie.Value
		session.Options.MaxAge = -1
		if err := session.Save(r, w); !errors.Is(err, k.err) || len(w.Header()["Set-Cookie"]) != 1 {
			t.Errorf("Save to end it: got %v and cookies %v, want %v and the cookie expired", err, w.Header()["Set-Cookie"], k.err)
		}
	})
}
