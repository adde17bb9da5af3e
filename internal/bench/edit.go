package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"

	"golang.org/x/net/html"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// reason is given with every edit.
const reason = "measuring"

// edited is how many users are edited in turn, on each side.
const edited = 32

// measureEdits has edits over HTTP compete with their bare statements, which run
// on a copy of the database on the same disk.
func measureEdits(ctx context.Context, b *bench) (err error) {
	forms, err := editForms(ctx, b.large)
	if err != nil {
		return err
	}
	ids := make([]string, len(forms))
	for i, f := range forms {
		ids[i] = f.id
	}
	w, err := dial(ctx, b.large.address)
	if err != nil {
		return err
	}
	defer w.Close()
	c, err := openCopy(ctx, b.copied)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	bare, err := c.bareEdit(ctx, ids[:len(ids)/2])
	if err != nil {
		return err
	}
	of, err := compete(ctx, b.rounds, b.turn, []rival{
		{"statements", nil, alone(func(turn int) error { return bare.do(ctx, turn) })},
		{"service", nil, alone(func(turn int) error { return c.edit(ctx, ids[len(ids)/2+turn%(len(ids)/2)]) })},
		{"page", b.large.process, alone(func(turn int) error { return forms[turn%len(forms)].post(b.large, w) })},
	})
	if err != nil {
		return err
	}
	share := func(name string) float64 { return of[name].rate / of["statements"].rate }
	b.others.add("edit, over HTTP", "≥ 60 % of its bare statements", fmt.Sprintf("%s against %s a second: %.0f %%; p99 %s against %s; CPU %.0f µs",
		rate(of["page"].rate), rate(of["statements"].rate), 100*share("page"), milliseconds(of["page"].p99),
		milliseconds(of["statements"].p99), of["page"].cpu), yes(share("page") >= 0.6))
	b.others.add("edit, by the domain's method alone", "for comparison", fmt.Sprintf("%s a second: %.0f %%", rate(of["service"].rate), 100*share("service")), "")
	return nil
}

// A form is one that edits a user, as a browser would post it.
type form struct {
	id, path string
	fields   url.Values
}

// editForms returns the forms of users whom the viewer may edit.
func editForms(ctx context.Context, s *site) ([]*form, error) {
	var forms []*form
	for i := 0; i < len(s.sample) && len(forms) < 2*edited; i++ {
		id := s.sample[i*7919%len(s.sample)].id // from all over the directory
		path := userPath(id, "/edit")
		r, err := s.request(ctx, http.MethodGet, path, "")
		if err != nil {
			return nil, err
		}
		answer, err := s.client.Do(r)
		if err != nil {
			return nil, err
		}
		page, err := html.Parse(answer.Body)
		if err := errors.Join(err, answer.Body.Close()); err != nil {
			return nil, err
		}
		if answer.StatusCode == http.StatusOK { // 403 for those who rank too high
			forms = append(forms, &form{id, path, fieldsOf(page, path)})
		}
	}
	if len(forms) < 4 {
		return nil, errors.New("found too few users to edit")
	}
	return forms, nil
}

// fieldsOf returns what the form that is posted to path is filled in with.
func fieldsOf(page *html.Node, path string) url.Values {
	fields := url.Values{}
	for f := range page.Descendants() {
		if action, _ := attribute(f, "action"); f.Data != "form" || action != path {
			continue
		}
		for n := range f.Descendants() {
			name, named := attribute(n, "name")
			value, _ := attribute(n, "value")
			kind, _ := attribute(n, "type")
			_, checked := attribute(n, "checked")
			if n.Data == "input" && named && (kind != "checkbox" || checked) {
				fields.Set(name, value)
			}
		}
	}
	return fields
}

// post turns a notification on, or off again.
func (f *form) post(s *site, w *wire) error {
	const field = "channel.email"
	if f.fields.Has(field) {
		f.fields.Del(field)
	} else {
		f.fields.Set(field, "on")
	}
	f.fields.Set("reason", reason)
	if err := w.do(postRequest(s.address, f.path, s.cookie, f.fields.Encode()), http.StatusSeeOther); err != nil {
		return err
	}
	version, err := strconv.Atoi(f.fields.Get("version"))
	f.fields.Set("version", strconv.Itoa(version+1))
	return err
}

// A copied is a copy of the directory, used by the bench itself.
type copied struct {
	*users.Service
	db    *database.DB
	actor users.Actor

	mu      sync.Mutex
	records bool
	running []string // texts of the statements of the last edit by the domain's method
}

// openCopy opens the copy at path, as a user of the console's own package would.
func openCopy(ctx context.Context, path string) (*copied, error) {
	c := new(copied)
	var err error
	if c.db, err = database.Open(ctx, "sqlite:"+path, database.Options{Existing: true, Trace: c.note}); err != nil {
		return nil, err
	}
	c.Service = users.NewService(c.db, users.Config{})
	in, _, err := signIn(ctx, c.Service)
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	c.actor = in.Actor("req_aaaaaaaaaaaaaaaaaaaaaaaaaa", "127.0.0.1", "console-bench")
	return c, nil
}

// Close closes the copy.
func (c *copied) Close() error {
	c.Service.Close()
	return c.db.Close()
}

// recording begins to take down statements, or ends it.
func (c *copied) recording(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.records = on
	if on {
		c.running = c.running[:0]
	}
}

// note takes down a statement.
func (c *copied) note(query string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.records {
		c.running = append(c.running, query)
	}
}

// edit turns a notification on, or off again, by the domain's method.
func (c *copied) edit(ctx context.Context, id string) error {
	u, err := c.User(ctx, c.actor, users.ID(id))
	if err != nil {
		return err
	}
	c.recording(true)
	_, err = c.Edit(ctx, c.actor, u.ID, users.Edit{
		Fields: users.Fields{Channels: map[string]bool{"email": !u.Channels["email"]}}, Version: u.Version, Reason: reason,
	})
	c.recording(false)
	return err
}

// bareEdit returns the edit of some users by the statements that an edit by the
// domain's method runs: one is made, and its statements are taken down. It checks
// that they come to the same.
func (c *copied) bareEdit(ctx context.Context, ids []string) (*bareEdit, error) {
	if err := c.edit(ctx, ids[0]); err != nil {
		return nil, err
	}
	bare, err := newBareEdit(ctx, c.db, c.running, ids)
	if err != nil {
		return nil, err
	}
	before, err := c.User(ctx, c.actor, users.ID(ids[0]))
	if err != nil {
		return nil, err
	}
	if err := bare.do(ctx, 0); err != nil {
		return nil, err
	}
	after, err := c.Detail(ctx, c.actor, users.ID(ids[0]))
	if err != nil {
		return nil, err
	}
	if after.User.Version != before.Version+1 || after.User.Channels["email"] == before.Channels["email"] ||
		len(after.Recent) == 0 || after.Recent[0].Reason != reason {
		return nil, errors.New("the bare statements of an edit do not come to an edit; look at internal/bench/bare.go")
	}
	return bare, nil
}
