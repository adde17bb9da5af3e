package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

const anaEdit = "/users/ana@example.com/edit"

// inputNamed returns the input or text area with that name.
func (p page) inputNamed(t *testing.T, name string) *html.Node {
	t.Helper()
	for _, n := range append(p.nodes(t, "input"), p.nodes(t, "textarea")...) {
		if attr(n, "name") == name {
			return n
		}
	}
	t.Fatalf("%s has no input %s", p.url, name)
	return nil
}

func TestEditUser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	b := s.as(t, users.RoleAdmin)
	p := b.get(t, anaEdit).must(t, 200, "Edit Ana", "User ID", words.TypeFixed, "Only owners can change a role.")
	form := p.form(t, anaEdit)
	if got := form.Get("channel.email") + form.Get("type.comment_mention") + form.Get("channel.web_ui"); got != "onon" {
		t.Errorf("the boxes are %q", got)
	}
	form = set(form, "name", " Ana Lima ", "reason", "married", "channel.web_ui", "on")
	form.Del("channel.email")
	p = b.post(t, anaEdit, form)
	if p.must(t, 303).location() != "/users/ana@example.com" {
		t.Errorf("it goes on to %s", p.location())
	}
	b.get(t, p.location()).must(t, 200, words.Saved("Ana Lima"), "“married”", "Admin changed the name and notifications of",
		"Ana Lima gets a notice in the web interface when")
	if s.Must(t, "ana@example.com").Channels["email"] {
		t.Error("an unticked box is still on")
	}
	b.post(t, anaEdit, b.get(t, anaEdit).form(t, anaEdit)).must(t, 303) // nothing changed
	want := 2
	if got := len(s.Actions(t, "ana@example.com")); got != want {
		t.Errorf("got %d events, want %d: an edit that changes nothing leaves none", got, want)
	}
	b.post(t, anaEdit, set(b.get(t, anaEdit).form(t, anaEdit), "name", "")).must(t, 303)
	b.get(t, "/users/ana@example.com").must(t, 200, "ana@example.com gets")
	if got := s.as(t, users.RoleOwner).get(t, anaEdit).link(t, words.ChangeRole); got != "/users/ana@example.com/role" {
		t.Errorf("the way to a change of role leads to %q", got)
	}
}

// TestEditUser_purpose types a purpose in several lines; it is kept as one.
func TestEditUser_purpose(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ServiceUser(t, "nightly", users.RoleUser)
	b, at := s.as(t, users.RoleAdmin), "/users/nightly/edit"
	form := set(b.get(t, at).form(t, at), "purpose", "Copies recordings\r\nand logs\neach\rnight\r\n")
	b.post(t, at, form).must(t, http.StatusSeeOther)
	if got := s.Must(t, "nightly").Purpose; got != "Copies recordings and logs each night" {
		t.Errorf("the purpose is %q", got)
	}
}

// editMistakes are values that an edit does not take, each with what is said of it.
var editMistakes = map[string]struct{ at, field, value, message string }{
	"name too long":             {anaEdit, "name", strings.Repeat("é", 201), "Use at most 200 characters."},
	"name with an override":     {anaEdit, "name", "Ana\u202egnp", "Remove the control characters"},
	"name of two lines":         {anaEdit, "name", "Ana\nLima", "Remove the control characters"},
	"picture by script":         {anaEdit, "picture_url", "javascript:alert(1)", "Enter an address that begins with https://"},
	"picture without scheme":    {anaEdit, "picture_url", "//evil.example/x.png", "Enter an address that begins with https://"},
	"picture over plain http":   {anaEdit, "picture_url", "http://example.com/x.png", "Enter an address that begins with https://"},
	"picture as data":           {anaEdit, "picture_url", "data:image/png;base64,AAAA", "Enter an address that begins with https://"},
	"reason too long":           {anaEdit, "reason", strings.Repeat("x", 501), "Use at most 500 characters."},
	"version that is no number": {anaEdit, "version", "two", words.NotANumber},
	"no purpose":                {"/users/nightly/edit", "purpose", "", "Say what this service user is for."},
	"nobody responsible":        {"/users/nightly/edit", "responsible", "", "Choose the person who is responsible"},
	"responsible is unknown":    {"/users/nightly/edit", "responsible", "x@example.com", "No person has the user ID"},
	"a program is responsible":  {"/users/nightly/edit", "responsible", "nightly2", "No person has the user ID"},
	"review date is no date":    {"/users/nightly/edit", "review_on", "soon", words.EnterDate},
}

func TestEditUser_mistakes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	s.ServiceUser(t, "nightly", users.RoleUser)
	b := s.as(t, users.RoleOwner)
	for name, test := range editMistakes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			form := set(b.get(t, test.at).form(t, test.at), "picture_url", "https://pictures.example.com/keep.png", "reason", "kept reason")
			p := b.post(t, test.at, set(form, test.field, test.value)).must(t, 422, test.message)
			if test.field != "version" {
				n := p.inputNamed(t, test.field)
				if attr(n, "aria-invalid") != "true" || attr(n, "aria-describedby") == "" {
					t.Error("the message is not beside the field")
				}
				if got := attr(n, "value"); got != test.value {
					t.Errorf("the field holds %q", got)
				}
			}
			again := p.form(t, test.at)
			for kept, value := range map[string]string{"picture_url": "https://pictures.example.com/keep.png", "reason": "kept reason"} {
				if kept != test.field && again.Get(kept) != value {
					t.Errorf("%s was lost: %q", kept, again.Get(kept))
				}
			}
		})
	}
}

// TestForms_fieldsNobodyMaySet posts every field of a record that a form does not
// offer: it is refused for every role.
func TestForms_fieldsNobodyMaySet(t *testing.T) {
	t.Parallel()
	fields := map[string]string{
		"role": "owner", "status": "active", "is_system_user": "true", "is_service_user": "true", "key": "usr_x", "user_id": "x@example.com",
		"iss": "x", "sub": "x", "created_at": "2020-01-01", "kind": "system", "deactivated": "", "purpose": "x", "time_zone": "Asia/Tokyo",
		"channel.sms": "on", "responsible": "user@example.com", "identity": "x",
	}
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	for _, role := range users.Roles {
		b := s.as(t, role)
		target := "/users/" + string(role) + "@example.com/edit" // their own, which everyone may edit
		if role == users.RoleAdmin || role == users.RoleOwner {
			target = anaEdit
		}
		id := users.ID(strings.TrimSuffix(strings.TrimPrefix(target, "/users/"), "/edit"))
		before := s.Must(t, id)
		for field, value := range fields {
			form := set(b.get(t, target).must(t, 200).form(t, target), "name", "Hijacked", field, value)
			b.post(t, target, form).must(t, 422, "You cannot set “"+field+"” here.")
			s.Clock.Advance(2 * time.Minute) // the same refusal is recorded once a minute
		}
		if after := s.Must(t, id); after.Version != before.Version || after.Name != before.Name {
			t.Errorf("%s: %s was changed to %+v", role, id, after)
		}
		last := lastEvent(t, s, users.ActionAccessRefused)
		if string(last.Actor.ID) != string(role)+"@example.com" || !strings.Contains(last.Changes[0].New, "/users/:id/edit") {
			t.Errorf("%s: the last refusal is %+v", role, last)
		}
	}
	if !strings.Contains(s.log.String(), "refused fields") {
		t.Error("the log does not tell")
	}
}

// lastEvent returns the newest event of that action.
func lastEvent(t *testing.T, s *site, action users.Action) users.Event {
	t.Helper()
	page, err := s.History.Events(t.Context(), s.Owner, history.Query{Action: action, Limit: 1})
	if err != nil || len(page.Events) == 0 {
		t.Fatalf("no event %s: %v", action, err)
	}
	return page.Events[0]
}

// refusedTargets are users about whom an actor of each role may use no form. What
// else they are called, and who is not there at all, is refused the same way.
var refusedTargets = map[users.Role][]string{
	users.RoleUser:    {"ana@example.com", "ANA%40EXAMPLE.COM", "owner@example.com", "nobody@example.com", "platform"},
	users.RoleAuditor: {"ana@example.com", "owner@example.com", "platform"},
	users.RoleAdmin:   {"adam@example.com", "owner@example.com", "platform"},
	users.RoleOwner:   {"platform"},
}

// userForms are the forms about a user by their path below the user's, with what
// would be accepted of who may.
var userForms = map[string]url.Values{
	"edit": {"name": {"Hijacked"}}, "role": {"role": {"owner"}}, "deactivate": {}, "reactivate": {}, "reset-sign-in": {},
	"delete": {"confirm": {"ana@example.com"}}, "sessions/end": {"session": {"all"}}, "reviewed": {"review_on": {"2027-01-01"}},
}

// TestUserForms_refused walks every form about a user with actors who may not
// use it: nothing changes, and the refusal is recorded.
func TestUserForms_refused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "ana@example.com", users.RoleUser)
	s.Person(t, "adam@example.com", users.RoleAdmin)
	if _, err := s.AddSystemUser(t.Context(), users.Command("test"), "platform"); err != nil {
		t.Fatal(err)
	}
	browsers := map[users.Role]*browser{}
	for role := range refusedTargets {
		browsers[role] = s.as(t, role)
	}
	var before []users.User
	for _, id := range []users.ID{"ana@example.com", "adam@example.com", "owner@example.com"} {
		before = append(before, s.Must(t, id))
	}
	for role, targets := range refusedTargets {
		b := browsers[role]
		for _, target := range targets {
			for tail, form := range userForms {
				b.post(t, "/users/"+target+"/"+tail, form).must(t, 403)
				if tail != "sessions/end" && tail != "reviewed" { // which are no pages
					b.get(t, "/users/"+target+"/"+tail).must(t, 403)
				}
			}
		}
		page, err := s.History.Events(t.Context(), s.Owner, history.Query{Action: users.ActionAccessRefused, Actor: users.ID(role + "@example.com")})
		if err != nil || len(page.Events) == 0 {
			t.Errorf("%s: no refusal is recorded (%v)", role, err)
		}
	}
	for _, u := range before {
		if after := s.Must(t, u.ID); after.Version != u.Version {
			t.Errorf("%s was changed: %+v", u.ID, after)
		}
	}
	browsers[users.RoleOwner].post(t, "/users/nobody@example.com/edit", url.Values{}).must(t, 404)
}
