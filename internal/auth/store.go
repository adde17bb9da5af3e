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

// ErrNoSession is what a [Keeper] returns for an identifier it does not hold.
var ErrNoSession = errors.New("no such session")

// A Keeper keeps the rows of sessions. The identifiers it is given are secrets: it
// stores their hash.
type Keeper interface {
	// Find returns the values kept under id, or [ErrNoSession].
	Find(ctx context.Context, id string) (map[any]any, error)
	// Keep stores values under id, which may be new.
	Keep(ctx context.Context, id string, values map[any]any) error
	// End forgets id. It is no error if there is none.
	End(ctx context.Context, id string) error
}

// StoreOptions say how a [Store] writes its cookie.
type StoreOptions struct {
	Name     string        // of the cookie, as [CookieName] returns it
	Secure   bool          // false only for plain http on loopback
	Lifetime time.Duration // of the cookie; zero: until the browser is closed
}

// A Store is a [sessions.Store] whose rows a [Keeper] keeps. Its cookie holds a
// random identifier of 256 bits, and no more. An identifier that the Keeper does
// not know is never adopted, whoever put it there.
//
// A store has one cookie; the name given to Get and New only tells sessions apart
// within a request.
type Store struct {
	keeper  Keeper
	options StoreOptions
}

var _ sessions.Store = (*Store)(nil)

// NewStore returns a store over the rows of k. Sign somebody in with a session
// made anew ([sessions.NewSession]): it gets an identifier that nobody can have
// planted.
func NewStore(k Keeper, o StoreOptions) *Store {
	return &Store{keeper: k, options: o}
}

// CookieName returns the name of a cookie of the site that people reach at that URL. Over
// https it has the prefix that keeps other hosts, and pages over plain http, from setting
// it (RFC 6265bis, section 4.1.3.2). Over http it begins with the port, if the URL has one:
// cookies are shared by all ports of a host, and two sites there must not overwrite each
// other's.
func CookieName(site *url.URL, base string) string {
	switch {
	case site.Scheme == "https":
		return "__Host-" + base
	case site.Port() != "":
		return site.Port() + "-" + base
	}
	return base
}

// Get returns the session of the request, the same one each time it is called.
// Its errors are those of [Store.New].
func (s *Store) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New returns the session the request's cookie names, or a new one, which gets its
// identifier when it is saved. The error is the Keeper's, save [ErrNoSession]; the
// session is then a new one.
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

// Save keeps the session and writes its cookie. A session without an identifier
// gets a new one. A session whose Options.MaxAge is negative is ended, row and
// cookie; the other options are the store's own. The error is the Keeper's, and no
// cookie is written for a row that is not there.
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

// end forgets the session's row and identifier.
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

// cookie returns the store's cookie. It goes to every page of this host, to no
// script, and with no form of another site.
func (s *Store) cookie(value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: s.options.Name, Value: value, Path: "/", MaxAge: maxAge,
		Secure: s.options.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}
