package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web"
)

// An insider is a directory that the bench uses itself, by the console's own packages,
// to see which statements they run.
type insider struct {
	*users.Service
	recorder
	db      *database.DB
	actor   users.Actor
	secret  string // of the actor's session
	running []ran  // the last edit by the domain's method
}

// openInside opens the directory at an address, with the viewer signed in.
func openInside(ctx context.Context, url string) (*insider, error) {
	c := new(insider)
	var err error
	if c.db, err = database.Open(ctx, url, database.Options{Existing: true, Trace: c.note}); err != nil {
		return nil, err
	}
	c.Service = users.NewService(c.db, users.Config{})
	in, secret, err := signIn(ctx, c.Service)
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	c.actor, c.secret = in.Actor("req_aaaaaaaaaaaaaaaaaaaaaaaaaa", "127.0.0.1", "console-bench"), secret
	return c, nil
}

// Close closes the directory.
func (c *insider) Close() error {
	c.Service.Close()
	return c.db.Close()
}

// pages returns what each of the pages at paths runs when it is opened again: what is
// remembered of it by then is remembered under load as well. with says who asks; nil: the
// viewer's browser.
func (c *insider) pages(ctx context.Context, paths []string, with func(*http.Request)) ([][]ran, error) {
	if with == nil {
		with = func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "session", Value: c.secret}) }
	}
	app, err := web.New(web.Config{
		Unpaced: true,
		Users:   c.Service, Log: slog.New(slog.DiscardHandler), BaseURL: &url.URL{Scheme: "http", Host: "127.0.0.1"},
		Provider: auth.NewProvider(auth.Config{Issuer: "http://127.0.0.1:9", ClientID: "bench"}), // nobody asks it
	})
	if err != nil {
		return nil, err
	}
	var all [][]ran
	for _, path := range paths {
		open := func() error { return c.openPage(ctx, app.Handler(), path, with) }
		if err := open(); err != nil {
			return nil, err
		}
		seen, err := c.recording(open)
		if err != nil {
			return nil, err
		}
		all = append(all, seen)
	}
	return all, nil
}

// openPage opens a page as with says.
func (c *insider) openPage(ctx context.Context, app http.Handler, path string, with func(*http.Request)) error {
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	with(r)
	w := httptest.NewRecorder()
	app.ServeHTTP(w, r)
	c.Settle() // what is noted beside a page is no part of it
	if w.Code != http.StatusOK {
		return fmt.Errorf("GET %s answers %d", path, w.Code)
	}
	return nil
}

// edit turns a notification on, or off again, by the domain's method.
func (c *insider) edit(ctx context.Context, id string) error {
	u, err := c.User(ctx, c.actor, users.ID(id))
	if err != nil {
		return err
	}
	c.running, err = c.recording(func() error {
		_, err := c.Edit(ctx, c.actor, u.ID, users.Edit{
			Fields: users.Fields{Channels: map[string]bool{"email": !u.Channels["email"]}}, Version: u.Version, Reason: reason,
		})
		return err
	})
	return err
}

// bareEdit returns the edit of some users by the statements that an edit by the
// domain's method runs: one is made, and its statements are taken down.
func (c *insider) bareEdit(ctx context.Context, ids []string) (*bareEdit, error) {
	if err := c.edit(ctx, ids[0]); err != nil {
		return nil, err
	}
	return newBareEdit(ctx, c.db, c.running, ids)
}

// checkBare makes an edit by do, which edits the user with that id by bare statements,
// and returns an error unless it comes to the same as one by the domain's method.
func (c *insider) checkBare(ctx context.Context, id string, do func() error) error {
	before, err := c.User(ctx, c.actor, users.ID(id))
	if err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	after, err := c.Detail(ctx, c.actor, users.ID(id))
	if err != nil {
		return err
	}
	if after.User.Version != before.Version+1 || after.User.Channels["email"] == before.Channels["email"] ||
		len(after.Recent) == 0 || after.Recent[0].Reason != reason {
		return errors.New("the bare statements of an edit do not come to an edit; look at internal/bench/bare.go")
	}
	return nil
}
