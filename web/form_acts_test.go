package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// A formAct is a form of a page, and how to fill it in so that it does something.
type formAct struct {
	page  string                                               // where the form is; the same as its route if empty
	fill  []string                                             // pairs of name and value; ":id" stands for the target
	press func(*testing.T, page, url.Values)                   // what else a person would press, nil for nothing
	begin func(t *testing.T, s *site, b *browser, id users.ID) // before the page is opened, nil for nothing
	leave bool                                                 // it signs out its sender

	secret bool // it is answered with the secret of a token
}

// formActs are the forms of all routes that are done once. A route that is not listed
// fails the tests that walk them.
var formActs = map[string]formAct{
	"/profile":                 {fill: []string{"name", "Another name"}},
	"/profile/sessions/end":    {page: "/profile", fill: []string{"session", "others"}, begin: signedInElsewhere},
	"/profile/delete":          {page: "/profile", fill: []string{"confirm", "owner@example.com"}, begin: anotherOwner, leave: true},
	"/users/new":               {fill: []string{"user_id", "new@example.com", "name", "New"}},
	"/service-users/new":       {fill: []string{"user_id", "nightly-new", "purpose", "Tests"}},
	"/users/batch":             {page: "/users/batch?act=labels&key=:owner", fill: []string{"add_labels", "night shift"}},
	"/batches/:batch/start":    {page: "/batches/:batch"},
	"/batches/:batch/stop":     {page: "/batches/:batch"},
	"/batches/:batch/undo":     {page: "/batches/:batch", fill: []string{"return_to", "/users"}},
	"/users/views":             {page: "/users?role=admin", fill: []string{"name", "Admins"}},
	"/users/views/edit":        {page: "/users?role=owner", begin: savedOne, fill: []string{"name", "Owners"}},
	"/users/views/delete":      {page: "/users/views", begin: savedOne, press: pressed("view")},
	"/users/:id/edit":          {fill: []string{"name", "Another name"}},
	"/users/:id/note":          {fill: []string{"note", "On leave until May."}},
	"/users/:id/role":          {fill: []string{"role", "auditor"}},
	"/users/:id/sessions/end":  {page: "/users/:id/sessions", fill: []string{"session", "all"}},
	"/users/:id/reset-sign-in": {},
	"/users/:id/reviewed":      {page: "/users/:id", fill: []string{"review_on", "2027-03-01"}},
	"/users/:id/deactivate":    {fill: []string{"reason", "left"}},
	"/users/:id/reactivate":    {begin: deactivated},
	"/users/:id/delete":        {fill: []string{"confirm", ":id"}},
	"/deleted/:key/restore":    {fill: []string{"reason", "a mistake"}},
	"/deleted/:key/purge":      {fill: []string{"confirm", "target-1@example.com"}},

	"/users/:id/as-of": {page: "/users/:id/as-of?at=2026-11-23T09:30:00Z", begin: renamedLater},
	"/audit/:seq/undo": {fill: []string{"reason", "a mistake"}},

	"/users/:id/deactivate/cancel": {page: "/users/:id", begin: departing},

	"/users/:id/tokens/new":           {fill: []string{"name", "Nightly report"}, secret: true},
	"/users/:id/tokens/:token/end":    {fill: []string{"act", "revoke", "leave_none", "on"}},
	"/users/:id/tokens/:token/enable": {page: "/users/:id/tokens/:token", begin: disabledToken},

	"/users/:id/tokens/:token/rotate":     {fill: []string{"overlap", "7d"}, secret: true},
	"/users/:id/tokens/:token/overlap":    {fill: []string{"overlap", "7d"}, begin: rotatedToken},
	"/users/:id/tokens/:token/strike-off": {page: "/users/:id/tokens/:token/strike-off?tool=curl&network=192.0.2.44", begin: rotatedToken},
	"/users/:id/tokens/:token/retire":     {page: "/users/:id/tokens/:token", begin: safeToRetire},
}

// repeated are the routes that are posted to as often as one likes, and why.
var repeated = map[string]string{
	"/sign-out":                 "who is signed out is signed out",
	"/sign-out/backchannel":     "a logout token counts once, see TestBackchannelLogout",
	"/theme":                    "it is a cookie",
	"/keys":                     "it is a cookie",
	"/profile/seen":             "what is seen stays seen",
	"/users/layout":             "it is a cookie",
	"/users/export":             "every export gives a file and leaves an event",
	"/users/export/roles":       "every export gives a file and leaves an event",
	"/audit/export":             "every export gives a file and leaves an event",
	"/users/import":             "it prepares a batch, which changes nothing",
	"/batches/:batch/check":     "it prepares a batch, which changes nothing",
	"/forms/look-up":            "it changes nothing",
	"/tokens/requests/:request": "a request is decided once, and the same approval gives the same code",
}

func signedInElsewhere(t *testing.T, s *site, _ *browser, _ users.ID) {
	s.signIn(t, "owner@example.com")
}

func anotherOwner(t *testing.T, s *site, _ *browser, _ users.ID) {
	s.Person(t, "second@example.com", users.RoleOwner)
}

func savedOne(t *testing.T, _ *site, b *browser, _ users.ID) {
	b.post(t, "/users/views", url.Values{"name": {"Admins"}, "query": {"role=admin"}}).must(t, http.StatusSeeOther)
}

func deactivated(t *testing.T, s *site, _ *browser, id users.ID) {
	if err := s.Deactivate(t.Context(), s.Owner, id, users.Departure{}); err != nil {
		t.Fatal(err)
	}
}

// departing plans the departure of a user.
func departing(t *testing.T, s *site, _ *browser, id users.ID) {
	if err := s.PlanDeparture(t.Context(), s.Owner, id, users.Departure{}, s.Clock.Now().Add(24*time.Hour)); err != nil {
		t.Fatal(err)
	}
}

// renamedLater renames a user an hour later.
func renamedLater(t *testing.T, s *site, b *browser, id users.ID) {
	s.Clock.Advance(time.Hour)
	if _, err := s.Edit(t.Context(), s.Owner, id, users.Edit{Fields: users.Fields{Name: new("Renamed")}}); err != nil {
		t.Fatal(err)
	}
}

// disabledToken disables the tokens of a user.
func disabledToken(t *testing.T, s *site, _ *browser, id users.ID) {
	all, err := s.Tokens(t.Context(), s.Owner, id)
	for _, token := range all {
		if err == nil {
			err = s.DisableToken(t.Context(), s.Owner, token.ID, users.TokenEnd{LeaveNone: true})
		}
	}
	if err != nil || len(all) == 0 {
		t.Fatalf("%d tokens: %v", len(all), err)
	}
}

// rotatedToken rotates the token of a user, which curl has used, with an overlap of a day.
func rotatedToken(t *testing.T, s *site, _ *browser, id users.ID) {
	s.rotate(t, id, 24*time.Hour, "")
}

// safeToRetire rotates the token of a user, has the one program that used it switch, and waits
// until the old one has been silent for long enough.
func safeToRetire(t *testing.T, s *site, b *browser, id users.ID) {
	s.rotate(t, id, 30*24*time.Hour, "curl 8.9")
	s.Clock.Advance(25 * time.Hour)
	b.setCookie(t, "session", s.signIn(t, "owner@example.com").cookie(t, "session"))
}

// pressed returns what presses the first button of that name.
func pressed(name string) func(*testing.T, page, url.Values) {
	return func(t *testing.T, p page, form url.Values) {
		for _, button := range p.nodes(t, "button") {
			if attr(button, "name") == name {
				form.Set(name, attr(button, "value"))
				return
			}
		}
		t.Fatalf("there is no button %s on %s", name, p.url)
	}
}

// A readyForm is a form that is filled in and not yet sent.
type readyForm struct {
	*site
	b      *browser
	route  string
	to     string
	values url.Values
	events int // so far
	leave  bool
	secret bool
}

// ready returns a console on which the owner has filled in the form of a route.
func ready(t *testing.T, route string) readyForm {
	t.Helper()
	act, listed := formActs[route]
	if !listed {
		t.Fatalf("POST %s: nobody has said how its form is filled in", route)
	}
	s := newSite(t)
	f := readyForm{site: s, b: s.signIn(t, "owner@example.com"), route: route, to: s.targetOf(t, route), leave: act.leave, secret: act.secret}
	_, id, _ := strings.Cut(f.to, "/users/")
	id, _, _ = strings.Cut(id, "/")
	if act.begin != nil {
		act.begin(t, s, f.b, users.ID(id))
	}
	at := act.page
	if at == "" {
		at = strings.Replace(route, "/audit/:seq/undo", f.to, 1)
	}
	_, token, _ := strings.Cut(f.to, "/tokens/")
	token, _, _ = strings.Cut(token, "/")
	_, key, _ := strings.Cut(f.to, "/deleted/")
	key, _, _ = strings.Cut(key, "/")
	_, batch, _ := strings.Cut(f.to, "/batches/")
	batch, _, _ = strings.Cut(batch, "/")
	p := f.b.get(t, strings.NewReplacer(":id", id, ":token", token, ":batch", batch, ":key", key, ":owner", string(s.Owner.Key)).Replace(at)).must(t, http.StatusOK)
	f.values = p.form(t, f.to)
	for i := 0; i < len(act.fill); i += 2 {
		f.values.Set(act.fill[i], strings.Replace(act.fill[i+1], ":id", id, 1))
	}
	if act.press != nil {
		act.press(t, p, f.values)
	}
	s.Settle()
	f.events = f.count(t)
	return f
}

// target returns the user in the path that the form is posted to, if there is one.
func (f readyForm) target() (users.ID, bool) {
	_, id, found := strings.Cut(f.to, "/users/")
	id, _, tail := strings.Cut(id, "/")
	return users.ID(id), found && tail && strings.Contains(f.route, ":id")
}

// count returns how many events there are.
func (s *site) count(t *testing.T) (n int) {
	t.Helper()
	if err := s.DB.Reads().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM events`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// eachForm runs a test for the form of every route that is done once.
func eachForm(t *testing.T, test func(*testing.T, readyForm)) {
	t.Helper()
	for _, r := range newSite(t).app.Routes() {
		if r.Method != http.MethodPost || !r.Once {
			continue
		}
		t.Run(r.Path, func(t *testing.T) {
			t.Parallel()
			test(t, ready(t, r.Path))
		})
	}
}
