package web_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/httperror"
	"github.com/roboto-ai/console/web/words"
)

func TestAddPerson(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleOwner)
	at := "/users/new"
	form := b.get(t, at).must(t, 200, "E-mail address", words.RoleMay(users.KindPerson, users.RoleOwner)).form(t, at)
	if got := unkeyed(form).Encode(); got != "channel.email=on&name=&picture_url=&role=user&type.comment_mention=on&user_id=" {
		t.Errorf("the form begins with %s", got)
	}
	p := b.post(t, at, set(form, "user_id", " Ana@Example.com", "name", "Ana", "role", "admin", "channel.web_ui", "on")).must(t, 303)
	p = b.get(t, p.location()).must(t, 200, words.Added("Ana"), "Hello Ana,", s.server.URL+"/sign-in", "ana@example.com")
	u := s.Must(t, "ana@example.com")
	if u.Role != users.RoleAdmin || u.Status != users.StatusInvited || !u.Channels["web_ui"] || !u.Channels["email"] {
		t.Errorf("got %+v", u)
	}
	b.get(t, "/users/ana@example.com").must(t, 200, "Invited", "with the role admin")
	s.browser(t).signInAt(t, person("ana@example.com"), "/users").must(t, 200, "Users")
	b.get(t, p.url.RequestURI()).must(t, 200, "Overview") // the page to send is for those who have not come yet
}

func TestAddPerson_mistakes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	owner, admin := s.as(t, users.RoleOwner), s.as(t, users.RoleAdmin)
	tests := map[string]struct {
		by       *browser
		pairs    []string
		messages []string
	}{
		"nothing":           {owner, nil, []string{"Enter the e-mail address they sign in with"}},
		"no address":        {owner, []string{"user_id", "ana"}, []string{"Enter the e-mail address they sign in with"}},
		"taken":             {owner, []string{"user_id", "ANA@example.com"}, []string{words.AddressTaken, "Ana"}},
		"all at once":       {owner, []string{"user_id", "x", "name", strings.Repeat("x", 201), "picture_url", "x", "role", "root"}, []string{"Check 4 fields", "Choose a role."}},
		"a role not theirs": {admin, []string{"user_id", "bo@example.com", "role", "owner"}, []string{"Your role is admin"}},
		"a field not there": {owner, []string{"user_id", "bo@example.com", "status", "active"}, []string{"You cannot set “status” here."}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			form := set(test.by.get(t, "/users/new").form(t, "/users/new"), append([]string{"name", "Kept"}, test.pairs...)...)
			p := test.by.post(t, "/users/new", form).must(t, 422, test.messages...)
			if got := p.form(t, "/users/new"); got.Get("user_id") != form.Get("user_id") || got.Get("name") != form.Get("name") {
				t.Errorf("what was typed is lost: %v", got)
			}
		})
	}
	admin.get(t, "/users/new").must(t, 200, words.OneRole)
	t.Cleanup(func() {
		if _, err := s.User(t.Context(), s.Owner, "bo@example.com"); err == nil {
			t.Error("bo was added")
		}
	})
}

// TestCreateServiceUser_personByName is that part of a name leads to the person
// without a script: those it may mean are named, and suggested.
func TestCreateServiceUser_personByName(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	b, at := s.as(t, users.RoleOwner), "/service-users/new"
	form := set(b.get(t, at).form(t, at), "user_id", "nightly", "purpose", "Backs up", "responsible", "ANA")
	p := b.post(t, at, form).must(t, 422, "No person has the user ID “ana”.", "Do you mean ana@example.com (Ana)?")
	if got := p.nodes(t, "datalist"); len(got) != 1 || textOf(got[0]) != "Ana" {
		t.Errorf("the field suggests %v", got)
	}
	b.post(t, at, set(form, "responsible", "nobody")).must(t, 422, "No person has the user ID “nobody”. Enter that of a person.")
}

// TestAddPerson_refusedRole is that an admin who asks for a role they may not
// give is on record for it.
func TestAddPerson_refusedRole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.as(t, users.RoleAdmin)
	for _, at := range []string{"/users/new", "/service-users/new"} {
		form := set(admin.get(t, at).form(t, at), "user_id", "bo@example.com", "role", "admin")
		if form.Has("purpose") {
			form.Set("purpose", "x")
		}
		admin.post(t, at, form).must(t, 422, "Your role is admin, so you can add users with the role user only.")
		want := []users.Change{{Field: "refusal", New: at}, {Field: "fields", New: "role"}}
		if got := lastEvent(t, s, users.ActionAccessRefused).Changes; !slices.Equal(got, want) {
			t.Errorf("the record says %q, want %q", got, want)
		}
	}
	for _, role := range []users.Role{users.RoleUser, users.RoleAuditor} {
		b := s.as(t, role)
		for _, at := range []string{"/users/new", "/service-users/new"} {
			b.get(t, at).must(t, 403, "Only admins and owners can")
			b.post(t, at, nil).must(t, 403)
		}
	}
}

func TestCreateServiceUser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "ana@example.com", users.RoleUser)
	b := s.as(t, users.RoleOwner)
	at := "/service-users/new"
	p := b.get(t, at).must(t, 200, "Purpose", "Responsible person", "Review date")
	form := p.form(t, at)
	if form.Get("responsible") != "owner@example.com" || form.Get("review_on") != "2027-05-23" {
		t.Errorf("the form begins with %v", form)
	}
	if !strings.Contains(p.body, `<option value="ana@example.com" dir="auto">Ana</option>`) {
		t.Error("Ana is not suggested")
	}
	for _, role := range p.nodes(t, "input") {
		if attr(role, "name") == "role" && attr(role, "value") == "owner" {
			t.Error("a service user could be an owner")
		}
	}
	b.post(t, at, set(form, "user_id", "new", "purpose", "", "responsible", "", "review_on", "x", "role", "owner")).must(t, 422,
		"is a word of the console itself", "Say what this service user is for.", "Choose the person", words.EnterDate, "A service user cannot be an owner.")
	full := set(form, "user_id", "Nightly-Backup", "name", "Nightly", "purpose", "Backs up", "responsible", "ANA@example.com", "role", "auditor")
	p = b.post(t, at, full).must(t, 303)
	b.get(t, p.location()).must(t, 200, words.Created("Nightly"), words.FirstToken)
	b.get(t, "/users/nightly-backup").must(t, 200, "Service user", "Backs up", "Ana", "Auditor", "Review on 23 May 2027")
	b.post(t, at, unkeyed(full)).must(t, 422, httperror.Explain(users.ErrTaken).Message, "Nightly")
	s.signIn(t, "ana@example.com").get(t, "/profile").must(t, 200, "Nightly", "Review on 23 May 2027")
}

// TestForms_keptOverSignIn is that a form posted when the session had ended is
// there again, filled in and not yet sent, after signing in.
// TestCreateServiceUser_withToken creates a service user and its first token with one form.
func TestCreateServiceUser_withToken(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleOwner)
	at := "/service-users/new"
	form := set(b.get(t, at).must(t, 200, "ends in 90 days. It allows: read users.").form(t, at), "user_id", "dock", "token", "on")
	b.post(t, at, form).must(t, 422)
	form.Set("purpose", "Loads the dock.")
	p := b.post(t, at, form).must(t, 200, "Copy the secret now", words.FirstTokenName)
	if all, err := s.Tokens(t.Context(), s.Owner, "dock"); err != nil || len(all) != 1 || len(all[0].Scopes) != 1 {
		t.Errorf("got tokens %+v, %v", all, err)
	}
	if p.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the secret may be stored: %s", p.header.Get("Cache-Control"))
	}
	if to := b.post(t, at, form).must(t, 303).location(); to != "/users/dock/tokens" {
		t.Errorf("sent again, it leads to %s", to)
	}
}

func TestForms_keptOverSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	s.ServiceUser(t, "nightly", users.RoleUser)
	for i, at := range []string{
		anaEdit, "/users/nightly/edit", "/users/ana@example.com/role", "/users/ana@example.com/deactivate", "/users/ana@example.com/delete",
		"/users/new", "/service-users/new",
	} {
		s.Invited(t, fmt.Sprintf("owner%d@example.com", i), users.RoleOwner)
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			id := fmt.Sprintf("owner%d@example.com", i)
			b := s.signIn(t, id)
			form := b.get(t, at).must(t, 200).form(t, at)
			for _, name := range []string{"reason", "name", "user_id"} {
				if form.Has(name) {
					form.Set(name, "typed "+name)
				}
			}
			form.Del("type.comment_mention")
			if _, err := s.EndSessions(t.Context(), s.Owner, users.ID(id), ""); err != nil {
				t.Fatal(err)
			}
			b.post(t, at, form).must(t, 401)
			b.setCookie(t, "session", s.signIn(t, id).cookie(t, "session"))
			p := b.get(t, at).must(t, 200, "It has not been sent yet")
			if got, want := unkeyed(p.form(t, at)).Encode(), unkeyed(form).Encode(); got != want {
				t.Errorf("the form holds\n%s, want\n%s", got, want)
			}
			b.get(t, at).must(t, 200)
		})
	}
}

// TestSuggestions is the list of a field for a person, asked for as it is typed.
func TestSuggestions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	s.Invited(t, "hana@example.com", users.RoleUser)
	serviceUserOf(t, s, "nightly", "ana@example.com")
	b := s.as(t, users.RoleOwner)
	tests := map[string]struct{ at, field string }{
		"creating a service user": {"/service-users/new", "responsible"},
		"editing one":             {"/users/nightly/edit", "responsible"},
		"deactivating":            {"/users/ana@example.com/deactivate", "hand_over"},
		"deleting":                {"/users/ana@example.com/delete", "hand_over"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := b.get(t, test.at).must(t, 200).inputNamed(t, test.field)
			if attr(n, "hx-get") != test.at || !strings.HasPrefix(attr(n, "list"), "f-"+test.field) {
				t.Fatalf("the field is %v", n.Attr)
			}
			hx := b.with("HX-Request", "true").with("HX-Target", "datalist#"+attr(n, "list"))
			got := hx.get(t, test.at+"?"+test.field+"=HAN").must(t, 200).body
			if got != `<option value="hana@example.com" dir="auto">Hana</option>` {
				t.Errorf("got %s", got)
			}
		})
	}
	user := s.as(t, users.RoleUser).with("HX-Request", "true").with("HX-Target", "datalist#f-hand_over-list")
	if p := user.get(t, "/users/user@example.com/delete?hand_over=h"); strings.Contains(p.body, "hana@") {
		t.Error("a user was told who there is")
	}
}

// TestAddPerson_addressInUse adds a person with the address that Bo, who is known, comes with
// now: at the first try the page says so, with the box ticked they are added.
func TestAddPerson_addressInUse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "bo@example.com", users.RoleUser)
	bo := person("bo@example.com")
	s.browser(t).signInAt(t, bo, "/").must(t, 200)
	bo.Email = "new@example.com"
	s.browser(t).signInAt(t, bo, "/").must(t, 200)
	b, at := s.as(t, users.RoleAdmin), "/users/new"
	form := set(b.get(t, at).form(t, at), "user_id", "new@example.com", "name", "Kept")
	p := b.post(t, at, form).must(t, 422, httperror.Explain(users.ErrInUse).Message, "signs in with the address new@example.com.",
		"no longer be able to sign in", "Add this person all the same")
	if !strings.Contains(p.body, `href="/users/bo@example.com"`) {
		t.Error("there is no link to Bo")
	}
	if _, err := s.User(t.Context(), s.Owner, "new@example.com"); err == nil {
		t.Fatal("they were added at the first try")
	}
	again := p.form(t, at)
	if again.Has("despite") || again.Get("name") != "Kept" {
		t.Errorf("the form is shown again with %v", again)
	}
	p = b.post(t, at, set(again, "despite", "on", "name", strings.Repeat("x", 201))).must(t, 422, "Use at most 200 characters.")
	if again = p.form(t, at); again.Get("despite") != "on" {
		t.Error("the box is no longer ticked after another mistake")
	}
	b.post(t, at, set(again, "name", "Kept")).must(t, 303)
	s.browser(t).signInAt(t, bo, "/").must(t, 403, "its e-mail address belongs to another user")
}
