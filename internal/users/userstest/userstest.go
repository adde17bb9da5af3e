// Package userstest sets up directories for tests: a real database, a clock that
// the test sets, and people who have signed in.
package userstest

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
)

// Issuer is the provider that everyone in a test signs in with.
const Issuer = "https://id.example.com"

// A Clock is a time that changes by [Clock.Advance] alone.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now returns the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the time by d, which may be negative.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// A Directory is a service with its clock and database, and an active owner.
type Directory struct {
	*users.Service
	Directory         *directory.Service
	History           *history.Service
	Clock             *Clock
	DB                *database.DB
	Owner             users.Actor
	*databasetest.Spy // of DB

	config  users.Config
	signIns atomic.Int64 // so far, for secrets of their own
}

// New returns a directory that holds an owner, owner@example.com, who is signed in, and
// no other user. Its database has the permissions of a console that serves. The config's
// clock and log are replaced.
func New(tb testing.TB, config ...users.Config) *Directory {
	tb.Helper()
	return NewAt(tb, databasetest.ServedURL(tb), config...)
}

// NewAt is New for a directory in the database at url.
func NewAt(tb testing.TB, url string, config ...users.Config) *Directory {
	tb.Helper()
	d := NewEmptyAt(tb, url, config...)
	if err := d.EnsureOwners(tb.Context(), []string{"owner@example.com"}); err != nil {
		tb.Fatalf("add the owner: %v", err)
	}
	d.Owner = d.SignedIn(tb, "owner@example.com").Actor("req-owner", "192.0.2.1", "test")
	return d
}

// NewEmpty returns a directory without users. The config's clock and log are
// replaced.
func NewEmpty(tb testing.TB, config ...users.Config) *Directory {
	tb.Helper()
	return NewEmptyAt(tb, databasetest.ServedURL(tb), config...)
}

// NewEmptyAt is NewEmpty for a directory in the database at url.
func NewEmptyAt(tb testing.TB, url string, config ...users.Config) *Directory {
	tb.Helper()
	d := &Directory{Spy: &databasetest.Spy{}, Clock: &Clock{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}}
	d.DB = databasetest.Open(tb, url, database.Options{Wrap: d.Wrap})
	if len(config) > 0 {
		d.config = config[0]
	}
	d.config.Now, d.config.Log = d.Clock.Now, slog.New(slog.NewTextHandler(tb.Output(), nil))
	d.Service = d.Another(tb)
	d.Directory = directory.New(d.DB, d.Service, directory.Config{})
	d.History = history.New(d.DB, d.Service)
	return d
}

// Another returns a service like that of d on the same database, as another console
// has one.
func (d *Directory) Another(tb testing.TB) *users.Service {
	tb.Helper()
	s := users.NewService(d.DB, d.config)
	tb.Cleanup(s.Close)
	return s
}

// Invited adds a person with that address, named after it.
func (d *Directory) Invited(tb testing.TB, id string, role users.Role) users.User {
	tb.Helper()
	name, _, _ := strings.Cut(id, "@")
	u, err := d.AddPerson(tb.Context(), d.Owner, users.NewPerson{ID: id, Name: strings.ToUpper(name[:1]) + name[1:], Role: role})
	if err != nil {
		tb.Fatalf("add %s: %v", id, err)
	}
	return u
}

// Person adds a person who has signed in, and returns them as an actor in that
// session.
func (d *Directory) Person(tb testing.TB, id string, role users.Role) users.Actor {
	tb.Helper()
	d.Invited(tb, id, role)
	return d.SignedIn(tb, id).Actor("req-"+id, "192.0.2.2", "test")
}

// SignedIn signs in with the identity that belongs to an address, which authenticates now,
// in a browser of its own.
func (d *Directory) SignedIn(tb testing.TB, id string) users.SignedIn {
	tb.Helper()
	claims := Claims(id)
	claims.AuthTime = d.Clock.Now()
	in, err := d.SignIn(tb.Context(), claims, Visit(fmt.Sprintf("%s %s %d", tb.Name(), id, d.signIns.Add(1))))
	if err != nil {
		tb.Fatalf("sign in %s: %v", id, err)
	}
	d.Settle()
	return in
}

// ServiceUser creates a service user that the owner is responsible for.
func (d *Directory) ServiceUser(tb testing.TB, id string, role users.Role) users.User {
	tb.Helper()
	u, err := d.CreateServiceUser(tb.Context(), d.Owner, users.NewServiceUser{
		NewPerson:     users.NewPerson{ID: id, Name: "Robot " + id, Role: role},
		ServiceFields: users.ServiceFields{Purpose: "Tests", Responsible: string(d.Owner.ID), ReviewOn: "2027-05-01"},
	})
	if err != nil {
		tb.Fatalf("create %s: %v", id, err)
	}
	return u
}

// Must returns a user as the owner sees it now.
func (d *Directory) Must(tb testing.TB, id users.ID) users.User {
	tb.Helper()
	u, err := d.User(tb.Context(), d.Owner, id)
	if err != nil {
		tb.Fatalf("find %s: %v", id, err)
	}
	return u
}

// Actions returns the actions on a user in their history, oldest first.
func (d *Directory) Actions(tb testing.TB, id users.ID) []users.Action {
	tb.Helper()
	page, err := d.History.Events(tb.Context(), d.Owner, history.Query{Target: id, Limit: users.MaxLimit})
	if err != nil {
		tb.Fatalf("history of %s: %v", id, err)
	}
	actions := make([]users.Action, len(page.Events))
	for i, e := range page.Events {
		actions[len(actions)-1-i] = e.Action
	}
	return actions
}

// Claims are those of a verified address, with the subject that belongs to it.
func Claims(id string) users.Claims {
	return users.Claims{Issuer: Issuer, Subject: "sub-" + id, Address: id, Verified: users.VerifiedYes}
}

// Visit is a browser that gets a session with that secret.
func Visit(secret string) users.Visit {
	return users.Visit{Digest: users.DigestOf(secret), Address: "192.0.2.7", UserAgent: "Firefox", RequestID: "req",
		Attempt: users.Attempt{Digest: users.DigestOf("attempt of " + secret), ReturnTo: "/"}}
}

// Mistakes returns the fields of an [*users.InvalidError], sorted; nil for any other error.
func Mistakes(err error) []string {
	bad, ok := errors.AsType[*users.InvalidError](err)
	if !ok {
		return nil
	}
	var fields []string
	for _, f := range bad.Fields {
		fields = append(fields, f.Field)
	}
	slices.Sort(fields)
	return fields
}

// IDs returns the user_ids of all, in their order.
func IDs(all []users.User) []users.ID {
	found := make([]users.ID, len(all))
	for i, u := range all {
		found[i] = u.ID
	}
	return found
}
