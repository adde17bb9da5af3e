package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/sessions"
)

// ErrNoSession is returned by a [Keeper] for an unknown identifier.
var ErrNoSession = errors.New("no such session")

// A Keeper stores the values of sessions. The identifiers are secrets: it stores their hash.
type Keeper interface {
	// Find returns the values of session id, or [ErrNoSession].
	Find(ctx context.Context, id string) (map[any]any, error)
	// Keep stores the values of session id, which may be new.
	Keep(ctx context.Context, id string, values map[any]any) error
	// End deletes session id. It returns nil if there is none.
	End(ctx context.Context, id string) error
}

// StoreOptions are the attributes of a [Store]'s cookie.
type StoreOptions struct {
	Name     string        // cookie name, as [CookieName] returns it
	Secure   bool          // false only for plain http on loopback
	Lifetime time.Duration // Max-Age of the cookie; zero: a session cookie
}

// A Store is a [sessions.Store] whose values a [Keeper] stores. Its cookie holds a random
// identifier of 256 bits. An identifier that the Keeper does not know is never adopted, which
// prevents session fixation.
//
// All sessions of a store share one cookie; the name given to Get and New only distinguishes
// sessions within a request.
type Store struct {
	keeper  Keeper
	options StoreOptions
}

var _ sessions.Store = (*Store)(nil)

// NewStore returns a store over k. At sign-in use a new session ([sessions.NewSession]), so
// that its identifier cannot have been planted in the browser.
func NewStore(k Keeper, o StoreOptions) *Store {
	return &Store{keeper: k, options: o}
}

// CookieName returns the name of a cookie of the site at that URL. Over https it has the prefix
// __Host-, which prevents other hosts and plain http from setting it (RFC 6265bis, section
// 4.1.3.2). Over http it begins with the port, if the URL has one: all ports of a host share
// cookies, and two sites would overwrite each other's.
func CookieName(site *url.URL, base string) string {
	switch {
	case site.Scheme == "https":
		return "__Host-" + base
	case site.Port() != "":
		return site.Port() + "-" + base
	}
	return base
}

// Get returns the request's session, the same one on each call. Its errors are those of
// [Store.New].
func (s *Store) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New returns the session that the request's cookie identifies, or a new one, which gets its
// identifier when it is saved. It returns a new session and the Keeper's error if that fails
// with anything but [ErrNoSession].
func (s *Store) New(r *http.Request, name string) (*sessions.Session, error) {
	session := sessions.NewSession(s, name)
	session.IsNew = true
	session.Options.MaxAge = int(s.options.Lifetime / time.Second)
	cookie, err := r.Cookie(s.options.Name)
	if err != nil || !wellFormed(cookie.Value) {
		return session, nil
	}
	values, err := s.keeper.Find(r.Context(), cookie.Value)
	if errors.Is(err, ErrNoSession) {
		return session, nil
	}
	if err != nil {
		return session, fmt.Errorf("find session: %w", err)
	}
	session.ID, session.IsNew = cookie.Value, false
	if values != nil {
		session.Values = values
	}
	return session, nil
}

// Save stores the session and sets its cookie. A session without an identifier gets a new one.
// A negative Options.MaxAge deletes the session and expires the cookie; other options are
// ignored, as the cookie's attributes are the store's. If the Keeper fails, Save returns its
// error and sets no session cookie.
func (s *Store) Save(r *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	if session.Options != nil && session.Options.MaxAge < 0 {
		http.SetCookie(w, s.cookie("", -1))
		return s.end(r.Context(), session)
	}
	if session.ID == "" {
		session.ID = NewSecret()
	}
	if err := s.keeper.Keep(r.Context(), session.ID, session.Values); err != nil {
		return fmt.Errorf("keep session: %w", err)
	}
	http.SetCookie(w, s.cookie(session.ID, int(s.options.Lifetime/time.Second)))
	return nil
}

// end deletes the session and clears its identifier.
func (s *Store) end(ctx context.Context, session *sessions.Session) error {
	if session.ID == "" {
		return nil
	}
	if err := s.keeper.End(ctx, session.ID); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	session.ID = ""
	return nil
}

// cookie returns the cookie: for all paths of this host, HttpOnly and SameSite=Lax.
func (s *Store) cookie(value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: s.options.Name, Value: value, Path: "/", MaxAge: maxAge,
		Secure: s.options.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}
