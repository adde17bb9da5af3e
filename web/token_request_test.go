package web_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/httperror"
	"github.com/roboto-ai/console/web/words"
)

// loginVerifier is the code verifier of the requests in these tests.
var loginVerifier = strings.Repeat("v", 43)

const (
	loginCallback = "http://127.0.0.1:40213/callback"
	loginState    = "state & with #, %2B + ="
)

// asks has a program ask for a token, and returns the request.
func (s *site) asks(t *testing.T, change func(*users.NewCredentialRequest)) users.CredentialRequest {
	t.Helper()
	digest := sha256.Sum256([]byte(loginVerifier))
	n := users.NewCredentialRequest{
		Challenge: base64.RawURLEncoding.EncodeToString(digest[:]), Method: "S256", RedirectURI: loginCallback, State: loginState,
		Hostname: "ana-laptop", Version: "0.62.0", LifetimeDays: 30,
	}
	if change != nil {
		change(&n)
	}
	r, err := s.RequestCredential(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// approvalPath is the path of the page on which a request is approved.
func approvalPath(r users.CredentialRequest) string { return "/tokens/requests/" + r.ID }

// approvalForm returns the form that approves a request.
func (b *browser) approvalForm(t *testing.T, r users.CredentialRequest) url.Values {
	t.Helper()
	return b.get(t, approvalPath(r)).must(t, http.StatusOK).form(t, approvalPath(r))
}

// goesOnTo returns the address to which a page goes on by itself.
func (p page) goesOnTo(t *testing.T) *url.URL {
	t.Helper()
	for _, meta := range p.nodes(t, "meta") {
		if to, found := strings.CutPrefix(attr(meta, "content"), "0; url="); found && attr(meta, "http-equiv") == "refresh" {
			u, err := url.Parse(to)
			if err != nil {
				t.Fatal(err)
			}
			return u
		}
	}
	t.Fatalf("%s does not go on", p.url)
	return nil
}

// fetches has the program of a request exchange a code for its token.
func (s *site) fetches(t *testing.T, r users.CredentialRequest, code string) (users.Token, error) {
	t.Helper()
	token, _, err := s.ExchangeCredentialRequest(t.Context(), users.Program("req", "127.0.0.1", "roboto", "roboto 0.62.0"),
		users.Exchange{RequestID: r.ID, Code: code, Verifier: loginVerifier})
	return token, err
}

// TestApproveForAServiceUser has a person without the directory approve a request for the
// service user that they are responsible for. The browser goes back to the program, which gets
// its token.
func TestApproveForAServiceUser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	responsible(t, s, "robot", "ana@example.com")
	s.ServiceUser(t, "not-hers", users.RoleUser)
	r := s.asks(t, nil)
	out := s.browser(t)
	if to := out.get(t, approvalPath(r)).must(t, http.StatusSeeOther).location(); to != "/sign-in?return_to="+url.QueryEscape(approvalPath(r)) {
		t.Errorf("signed out it leads to %s", to)
	}
	s.op.SignsIn(person("ana@example.com"))
	b := s.browser(t)
	p := b.follow(t, b.get(t, "/sign-in/start?return_to="+url.QueryEscape(approvalPath(r)))).must(t, http.StatusOK,
		words.TokenRequested, r.ConfirmationCode, "ana-laptop", "0.62.0", "For 30 days", "cannot verify them", "Yourself, ana@example.com")
	if strings.Contains(p.body, "not-hers") || !strings.Contains(p.body, `value="robot"`) {
		t.Error("the service users that are suggested are others than hers")
	}
	form := p.form(t, approvalPath(r))
	p = b.post(t, approvalPath(r), set(form, "as", "service", "service", "not-hers")).must(t, http.StatusUnprocessableEntity, words.ChooseServiceUser)
	p = b.post(t, approvalPath(r), set(p.form(t, approvalPath(r)), "service", "robot", "reason", "for the fleet")).must(t, http.StatusOK, "Approved")
	to := p.goesOnTo(t)
	if base, _, _ := strings.Cut(to.String(), "?"); base != loginCallback || to.Query().Get("state") != loginState || hrefOf(t, p, "Go back to the program") != to.String() {
		t.Errorf("it goes on to %s", to)
	}
	if p.header.Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control: %q", p.header.Get("Cache-Control"))
	}
	again := b.post(t, approvalPath(r), set(form, "as", "service", "service", "robot", "reason", "for the fleet")).must(t, http.StatusOK)
	if again.goesOnTo(t).String() != to.String() {
		t.Error("sent again, it gives another code")
	}
	token, err := s.fetches(t, r, to.Query().Get("code"))
	if err != nil || token.User.ID != "robot" {
		t.Errorf("got %+v, %v", token, err)
	}
	b.post(t, approvalPath(r), form).must(t, http.StatusConflict, httperror.Explain(users.ErrRequestDecided).Message)
}

// responsible creates a service user that a person is responsible for.
func responsible(t *testing.T, s *site, id, person string) {
	t.Helper()
	u := s.ServiceUser(t, id, users.RoleUser)
	_, err := s.Edit(t.Context(), s.Owner, u.ID, users.Edit{Version: u.Version, Service: &users.ServiceFields{Purpose: "Tests", Responsible: person, ReviewOn: "2027-05-01"}})
	if err != nil {
		t.Fatal(err)
	}
}

// TestApproveWithACode shows the code to a person whose program waits for it.
func TestApproveWithACode(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.asks(t, func(n *users.NewCredentialRequest) { n.RedirectURI, n.State = "", "" })
	b := s.signIn(t, "owner@example.com")
	form := b.approvalForm(t, r)
	p := b.post(t, approvalPath(r), set(form, "as", "self")).must(t, http.StatusOK, "Paste this code into the program on ana-laptop")
	code := ""
	for _, n := range p.nodes(t, "pre") {
		code = textOf(n)
	}
	if strings.Contains(p.body, "http-equiv=\"refresh\"") || !strings.Contains(p.body, `data-copy="`+code+`"`) {
		t.Error("the page goes on, or the code cannot be copied")
	}
	if token, err := s.fetches(t, r, code); err != nil || token.User.ID != "owner@example.com" {
		t.Errorf("got %+v, %v", token, err)
	}
}

// TestRefuseARequest refuses: the program learns it, and the request cannot be approved any more.
func TestRefuseARequest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signIn(t, "owner@example.com")
	r := s.asks(t, nil)
	form := b.approvalForm(t, r)
	p := b.post(t, approvalPath(r), url.Values{"decision": {"refuse"}, "form": form["form"]}).must(t, http.StatusOK, "Refused", "gets no token")
	if to := p.goesOnTo(t).String(); to != loginCallback+"?error=access_denied&state="+url.QueryEscape(loginState) {
		t.Errorf("it goes on to %s", to)
	}
	b.post(t, approvalPath(r), set(form, "as", "self")).must(t, http.StatusConflict)
}

// TestAsWhomARequestIsApproved walks the ways in which a person can approve.
func TestAsWhomARequestIsApproved(t *testing.T) {
	for name, test := range map[string]struct {
		role       users.Role
		noPersonal bool
		answers    bool
		want       []string
		wantNot    []string
	}{
		"themselves alone":    {role: users.RoleUser, want: []string{"The program will act as you"}, wantNot: []string{"Service user", words.OwnerApproves}},
		"an owner, warned":    {role: users.RoleOwner, answers: true, want: []string{words.OwnerApproves, "Yourself, ", "A service user"}},
		"a service user only": {role: users.RoleAdmin, noPersonal: true, answers: true, want: []string{"Service user"}, wantNot: []string{"Yourself", "will act as you"}},
		"nobody":              {role: users.RoleAuditor, noPersonal: true, want: []string{words.CannotApprove, "owner@example.com", "Go back to the program"}, wantNot: []string{"Approve the request"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, siteOptions{users: users.Config{NoPersonalTokens: test.noPersonal}})
			b := s.as(t, test.role)
			if test.answers {
				responsible(t, s, "robot", string(test.role)+"@example.com")
			}
			r := s.asks(t, nil)
			p := b.get(t, approvalPath(r)).must(t, http.StatusOK, test.want...)
			for _, words := range test.wantNot {
				if strings.Contains(p.text(t), words) {
					t.Errorf("it says %q", words)
				}
			}
			if name == "nobody" {
				if to := hrefOf(t, p, "Go back to the program"); to != loginCallback+"?error=access_denied&state="+url.QueryEscape(loginState) {
					t.Errorf("it leads to %s", to)
				}
			}
		})
	}
}

// TestApprovalNeedsARecentSignIn has an owner approve two hours after signing in: they sign in
// again, the form is as they left it, and then it is approved.
func TestApprovalNeedsARecentSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ServiceUser(t, "robot", users.RoleUser)
	s.Invited(t, "ana@example.com", users.RoleOwner)
	b := s.browser(t)
	b.signInAt(t, person("ana@example.com"), "/").must(t, http.StatusOK)
	s.Clock.Advance(2 * time.Hour)
	r := s.asks(t, nil)
	form := set(b.approvalForm(t, r), "as", "service", "service", "robot", "reason", "for the night")
	p := b.post(t, approvalPath(r), form).must(t, http.StatusUnauthorized, words.SignInAgainToGoOn, "kept for ten minutes")
	if strings.Contains(p.body, "for the night") {
		t.Error("the page shows what was posted")
	}
	again := b.follow(t, b.get(t, hrefOf(t, p, words.SignInAgain))).must(t, http.StatusOK, "has not been sent yet")
	got := again.form(t, approvalPath(r))
	if got.Get("service") != "robot" || got.Get("reason") != "for the night" || got.Get("as") != "service" {
		t.Errorf("the form is %v", got)
	}
	b.post(t, approvalPath(r), got).must(t, http.StatusOK, "Approved")
}

// TestHostileRequests shows requests whose program says of itself what would be markup, and what
// is no request.
func TestHostileRequests(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signIn(t, "owner@example.com")
	r := s.asks(t, func(n *users.NewCredentialRequest) {
		n.Hostname, n.Version = `"><script>alert(1)</script>`, `<img src=x>`
	})
	p := b.get(t, approvalPath(r)).must(t, http.StatusOK, `"><script>alert(1)</script>`, "<img src=x>")
	for _, n := range p.nodes(t, "img") {
		if attr(n, "src") == "x" {
			t.Error("the version is markup")
		}
	}
	b.get(t, "/tokens/requests/"+strings.Repeat("A", 200)).must(t, http.StatusNotFound)
	b.get(t, approvalPath(r)+"%0d%0aX").must(t, http.StatusNotFound)
	form := b.approvalForm(t, r)
	s.Clock.Advance(11 * time.Minute)
	b.get(t, approvalPath(r)).must(t, http.StatusGone, "This request has expired", "more than ten minutes ago")
	b.post(t, approvalPath(r), set(form, "as", "self")).must(t, http.StatusGone)
}
