package web_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web"
	"github.com/roboto-ai/console/web/words"
)

// hits returns the texts of the hits for a text, as a script asks for them.
func (b *browser) hits(t *testing.T, text string) (all []string) {
	t.Helper()
	script := b.with("HX-Request", "true").with("HX-Target", "div#found")
	for _, link := range script.get(t, "/go?q="+url.QueryEscape(text)).must(t, http.StatusOK).nodes(t, "a") {
		all = append(all, strings.Join(markedTexts(link), " · ")+" → "+attr(link, "href"))
	}
	return all
}

// markedTexts returns the label of a hit and the text beside it, with what is marked in brackets.
func markedTexts(link *html.Node) (all []string) {
	for n := range link.Descendants() {
		switch {
		case n.Data == "bdi":
			all = append(all, "")
		case n.Type == html.TextNode && n.Parent.Data == "mark":
			all[len(all)-1] += "[" + n.Data + "]"
		case n.Type == html.TextNode && n.Parent.Data == "bdi":
			all[len(all)-1] += n.Data
		}
	}
	return all
}

// staff adds people and a service user, and saves a view.
func staff(t *testing.T, s *site) {
	t.Helper()
	for id, name := range map[string]string{
		"ana.lima@example.com": "Ana Lima", "ana.souza@example.com": "Ana Souza", "susana.fuentes@example.com": "Susana Fuentes",
		"edit.nagy@example.com": "Edit Nagy", "meredith.anaya@example.com": "Meredith Anaya",
	} {
		if _, err := s.AddPerson(t.Context(), s.Owner, users.NewPerson{ID: id, Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	s.ServiceUser(t, "robot", users.RoleUser)
	if _, err := s.SaveView(t.Context(), s.Owner, users.NewView{Name: "Managers in Fleet", Query: "role=admin"}); err != nil {
		t.Fatal(err)
	}
}

func TestPalette(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	staff(t, s)
	b := s.as(t, users.RoleOwner)
	for text, want := range map[string][]string{
		"ana l":                     {"[Ana L]ima · [ana].[l]ima@example.com → /users/ana.lima@example.com", "Edit Ana Lima → /users/ana.lima@example.com/edit"},
		"susana":                    {"[Susana] Fuentes · [susana].fuentes@example.com → /users/susana.fuentes@example.com", "Deactivate Susana Fuentes… → /users/susana.fuentes@example.com/deactivate"},
		"deactivate susa":           {"Deactivate Susana Fuentes… → /users/susana.fuentes@example.com/deactivate"},
		"deac susa":                 {"Deactivate Susana Fuentes… → /users/susana.fuentes@example.com/deactivate"},
		"change role of ana lima":   {"Change role of Ana Lima… → /users/ana.lima@example.com/role"},
		"end sessions susana":       {"End sessions of Susana Fuentes… → /users/susana.fuentes@example.com/sessions"},
		"issue token for robot":     {"Issue token for Robot robot… → /users/robot/tokens/new"},
		"activity susana":           {"Activity of Susana Fuentes → /users/susana.fuentes@example.com/activity"},
		"edit nagy":                 {"Edit Edit Nagy → /users/edit.nagy@example.com/edit", "[Edit Nagy] · [edit].[nagy]@example.com → /users/edit.nagy@example.com"},
		"man fleet":                 {"[Man]agers in [Fleet] · your view → /users?role=admin"},
		"dormant":                   {"[Dormant] admins · view → /users?view=dormant-admins"},
		"audit":                     {"[Audit] log → /audit"},
		"rename ana l to Ana Limão": {"Rename Ana Lima to Ana Limão… → /users/ana.lima@example.com/edit?name=Ana+Lim%C3%A3o"},
		"rename susana":             {"Rename Susana Fuentes… → /users/susana.fuentes@example.com/edit"},
		"create service user dock":  {"[Create service user dock] → /service-users/new?user_id=dock"},
		"add person x@example.com":  {"[Add person x@example.com] → /users/new?user_id=x%40example.com"},
		"reactivate susana":         nil, // who is not deactivated
		"type:service":              nil, // no filters
		strings.Repeat("word ", 40): nil,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got := b.hits(t, text)
			if want == nil && len(got) > 0 || len(got) > 8 {
				t.Errorf("got %q, want eight at most, and none if nothing fits", got)
			}
			for _, one := range want {
				if !slices.Contains(got, one) {
					t.Errorf("got %q, want %q", got, one)
				}
			}
		})
	}
}

// TestPalette_permission shows what each role may open and do, and nothing else.
func TestPalette_permission(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	staff(t, s)
	user := s.as(t, users.RoleUser)
	if _, err := s.Edit(t.Context(), s.Owner, "robot", users.Edit{Service: &users.ServiceFields{Purpose: "Tests", Responsible: "user@example.com"}, Version: s.Must(t, "robot").Version}); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		b              *browser
		text           string
		offered, never string
	}{
		"user, another user":            {user, "ana", "", "Ana"},
		"user, own service user":        {user, "rob", "/users/robot", "/deactivate"},
		"user, a page":                  {user, "profile", "/profile", ""},
		"user, a page of others":        {user, "audit", "", "/audit"},
		"user, before anything typed":   {user, "", "/users/robot", "/users/new"},
		"auditor, an act":               {s.as(t, users.RoleAuditor), "deactivate ana", "", "/deactivate"},
		"auditor, a user":               {s.signIn(t, "auditor@example.com"), "ana", "/users/ana.lima@example.com", "/edit"},
		"admin, an act on a user":       {s.as(t, users.RoleAdmin), "deactivate ana", "/users/ana.lima@example.com/deactivate", ""},
		"admin, an act on an owner":     {s.signIn(t, "admin@example.com"), "deactivate owner", "", "/deactivate"},
		"admin, an act of owners alone": {s.signIn(t, "admin@example.com"), "change role ana", "", "/role"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := strings.Join(test.b.hits(t, test.text), "\n")
			if !strings.Contains(got, test.offered) || test.never != "" && strings.Contains(got, test.never) {
				t.Errorf("got %s", got)
			}
		})
	}
}

// TestPalette_form is the palette without a script.
func TestPalette_form(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	staff(t, s)
	b := s.as(t, users.RoleOwner)
	for text, want := range map[string]string{
		"Ana Lima": "/users/ana.lima@example.com", "ANA.LIMA@example.com": "/users/ana.lima@example.com", "audit log": "/audit",
		"deactivate ana lima": "/users/ana.lima@example.com/deactivate", "managers in fleet": "/users?role=admin",
		"rename ana lima to Ana Lim": "/users/ana.lima@example.com/edit?name=Ana+Lim", "create service user dock": "/service-users/new?user_id=dock",
	} {
		if p := b.get(t, "/go?q="+url.QueryEscape(text)).must(t, http.StatusSeeOther); p.location() != want {
			t.Errorf("%s: leads to %s, want %s", text, p.location(), want)
		}
	}
	b.get(t, "/go?q=ana").must(t, http.StatusOK, "Ana Lima", "Ana Souza", "Do with Ana", words.ViewsAndPages)
	b.get(t, "/go?q=qqzz").must(t, http.StatusOK, words.NothingNamed("qqzz"))
	b.get(t, "/go").must(t, http.StatusOK, words.MyProfile)
}

// TestPalette_recent shows the users that were opened last first, to the same viewer only.
func TestPalette_recent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	staff(t, s)
	b := s.as(t, users.RoleOwner)
	for _, id := range []string{"susana.fuentes@example.com", "ana.souza@example.com", "susana.fuentes@example.com"} {
		b.get(t, "/users/"+id).must(t, http.StatusOK)
	}
	got := b.hits(t, "")
	if len(got) != 8 || !strings.HasPrefix(got[0], "Susana") || !strings.HasPrefix(got[1], "Ana Souza") || strings.HasPrefix(got[2], "Susana") {
		t.Errorf("before anything is typed: got %q", got)
	}
	if got := b.hits(t, "ana"); !strings.Contains(got[0], "susana.fuentes") || !strings.Contains(got[1], "ana.souza") {
		t.Errorf("ana: got %q, want the recent ones first", got)
	}
	cookie := b.cookie(t, "recent")
	if strings.Contains(cookie, "usana") || strings.Contains(cookie, "example.com") {
		t.Errorf("the cookie has a name: %s", cookie)
	}
	other := s.as(t, users.RoleAuditor)
	other.setCookie(t, "recent", cookie)
	if got := strings.Join(other.hits(t, ""), "\n"); strings.Contains(got, "Susana") {
		t.Errorf("another viewer of the same browser: got %q", got)
	}
	b.setCookie(t, "recent", strings.Split(cookie, ".")[0]+strings.Repeat(".usr_none", 99))
	b.hits(t, "")
}

// TestPalette_places has the palette lead to every page that has an address of its own.
func TestPalette_places(t *testing.T) {
	t.Parallel()
	elsewhere := map[string]string{
		"/": "it leads to /users or /profile", "/go": "it is the palette", "/_ui": "it is for developers",
		"/users/filter": "it is of a list", "/users/layout": "it is of a list", "/users/addresses": "it is of selected users",
		"/users/batch": "it is of selected users", "/users/views/edit": "it is of a saved view",
	}
	listed := web.PlaceURLs()
	for _, r := range newSite(t).app.Routes() {
		if r.Method != http.MethodGet || r.Plain || strings.Contains(r.Path, ":") || elsewhere[r.Path] != "" {
			continue
		}
		if !slices.Contains(listed, r.Path) {
			t.Errorf("GET %s: the palette does not lead to it, and no reason is listed", r.Path)
		}
	}
}

// TestPalette_close suggests users with similar names where nothing else is found.
func TestPalette_close(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	staff(t, s)
	script := s.as(t, users.RoleOwner).with("HX-Request", "true").with("HX-Target", "div#found")
	script.get(t, "/go?q=fuentse").must(t, http.StatusOK, words.NothingNamed("fuentse"), words.UsersFound(false, true), "Susana Fuentes")
}

// TestPalette_statements limits what a keystroke costs to twice the statements of the directory.
func TestPalette_statements(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	staff(t, s)
	b := s.as(t, users.RoleOwner)
	b.hits(t, "x") // the first request reads the secret of cursors
	for text, most := range map[string]int64{"": 2, "ana": 5, "qqzz": 7, "deactivate ana": 8} {
		s.Settle()
		before := s.Statements.Load()
		b.hits(t, text)
		if got := s.Statements.Load() - before; got > most || most > 2*maxStatements {
			t.Errorf("%q: got %d statements, want at most %d", text, got, most)
		}
	}
}

// TestPalette_cancelled stops the search of a keystroke when the browser cancels its request.
func TestPalette_cancelled(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleOwner)
	b.hits(t, "ana")
	started, stopped := make(chan struct{}), make(chan struct{})
	s.Before(func(ctx context.Context, query string) {
		if strings.Contains(query, "saved_views") {
			close(started)
			<-ctx.Done()
			close(stopped)
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-started
		cancel()
	}()
	r := b.request(t, http.MethodGet, "/go?q=ana", nil).WithContext(ctx)
	r.URL, _ = url.Parse(s.server.URL + "/go?q=ana")
	r.RequestURI = ""
	if res, err := http.DefaultTransport.RoundTrip(r); err == nil {
		t.Errorf("it was answered with %d", res.StatusCode)
		_ = res.Body.Close()
	}
	<-stopped
}
