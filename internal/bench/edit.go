package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"golang.org/x/net/html"
)

// reason is given with every edit.
const reason = "measuring"

// edited is how many users are edited in turn, on each side.
const edited = 32

// measureEdits has edits over HTTP compete with their bare statements, which run
// on a copy of the database on the same disk.
func measureEdits(ctx context.Context, b *bench) (err error) {
	forms, err := editForms(ctx, b.large, 2*edited)
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
	c, err := openInside(ctx, "sqlite:"+b.copied)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	bare, err := c.bareEdit(ctx, ids[:len(ids)/2])
	if err != nil {
		return err
	}
	if err := c.checkBare(ctx, ids[0], func() error { return bare.do(ctx, 0) }); err != nil {
		return err
	}
	of, err := compete(ctx, b.rounds, b.turn, []rival{
		{"statements", nil, alone(func(turn int) error { return bare.do(ctx, turn) }), nil},
		{"service", nil, alone(func(turn int) error { return c.edit(ctx, ids[len(ids)/2+turn%(len(ids)/2)]) }), nil},
		{"page", b.large.process.cpu, alone(func(turn int) error { return forms[turn%len(forms)].post(b.large, w) }), nil},
	})
	if err != nil {
		return err
	}
	b.addFileEdits(of)
	return nil
}

// addFileEdits adds what edits came to on SQLite to the table.
func (b *bench) addFileEdits(of map[string]figures) {
	share := func(name string) float64 { return of[name].rate / of["statements"].rate }
	b.others.add("edit, over HTTP", "≥ 60 % of its bare statements", fmt.Sprintf("%s against %s a second: %.0f %%; p99 %s against %s; CPU %.0f µs",
		rate(of["page"].rate), rate(of["statements"].rate), 100*share("page"), milliseconds(of["page"].p99),
		milliseconds(of["statements"].p99), of["page"].cpu), yes(share("page") >= 0.6))
	b.others.add("edit, by the domain's method alone", "for comparison", fmt.Sprintf("%s a second: %.0f %%", rate(of["service"].rate), 100*share("service")), "")
}

// A form is one that edits a user, as a browser would post it.
type form struct {
	id, path string
	fields   url.Values
}

// editForms returns the forms of most users or fewer, whom the viewer may edit.
func editForms(ctx context.Context, s *site, most int) ([]*form, error) {
	var forms []*form
	for i := 0; i < len(s.sample) && len(forms) < most; i++ {
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
