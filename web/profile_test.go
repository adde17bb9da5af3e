package web_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web"
	"github.com/roboto-ai/console/web/words"
)

func TestProfile(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleUser)
	if _, err := s.Edit(t.Context(), s.Owner, "user@example.com", users.Edit{
		Fields: users.Fields{Name: new("Uma")}, Reason: "asked by phone",
	}); err != nil {
		t.Fatal(err)
	}
	robot := s.ServiceUser(t, "robot", users.RoleUser)
	if _, err := s.Edit(t.Context(), s.Owner, robot.ID, users.Edit{Service: &users.ServiceFields{
		Purpose: "Tests", Responsible: "user@example.com", ReviewOn: "2027-05-01",
	}}); err != nil {
		t.Fatal(err)
	}

	p := b.get(t, "/profile").must(t, http.StatusOK, words.MyProfile, "user@example.com",
		"You get an e-mail when someone mentions you in a comment.", "asked by phone", "Robot robot", "1 May 2027", words.RoleMay(users.KindPerson, users.RoleUser))
	if strings.Contains(p.text(t), words.AuditLog) {
		t.Error("the page offers the audit log")
	}
	form := p.form(t, "/profile")
	b.post(t, "/profile", set(form, "name", " Uma Ö ", "time_zone", "Asia/Tokyo", "channel.web_ui", "on")).must(t, http.StatusSeeOther)
	u := s.Must(t, "user@example.com")
	if u.Name != "Uma Ö" || u.TimeZone != "Asia/Tokyo" || !u.Channels["web_ui"] || !u.Channels["email"] {
		t.Errorf("saved: %+v", u)
	}
	p = b.get(t, "/profile").must(t, http.StatusOK, "an e-mail and a notice in the web interface")
	if !strings.Contains(p.body, "18:00:00 JST") {
		t.Error("times are not those of Tokyo")
	}
}

func TestProfileMistakes(t *testing.T) {
	tests := map[string]struct {
		pairs []string
		says  string
	}{
		"a name of 201":    {[]string{"name", strings.Repeat("x", 201)}, "at most 200"},
		"a turned name":    {[]string{"name", "ab\u202ecd"}, ""},
		"a picture of js":  {[]string{"picture_url", "javascript:alert(1)"}, "https"},
		"no such zone":     {[]string{"time_zone", "Mars/Olympus"}, ""},
		"no number":        {[]string{"version", "x"}, words.NotANumber},
		"an unknown field": {[]string{"colour", "red"}, "cannot set “colour” here"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			b := s.as(t, users.RoleUser)
			form := set(b.get(t, "/profile").form(t, "/profile"), append([]string{"channel.web_ui", "on", "name", "Kept"}, test.pairs...)...)
			p := b.post(t, "/profile", form).must(t, http.StatusUnprocessableEntity, test.says)
			got := p.form(t, "/profile")
			if got.Get("channel.web_ui") != "on" || got.Get("name") != form.Get("name") {
				t.Errorf("shown again: %v", got)
			}
			if u := s.Must(t, "user@example.com"); u.Name != "User" {
				t.Errorf("saved: %q", u.Name)
			}
		})
	}
}

func TestProfileChangedMeanwhile(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleUser)
	form := b.get(t, "/profile").form(t, "/profile")
	if _, err := s.Edit(t.Context(), s.Owner, "user@example.com", users.Edit{
		Fields: users.Fields{Name: new("Theirs"), Channels: map[string]bool{"web_ui": true}},
	}); err != nil {
		t.Fatal(err)
	}
	p := b.post(t, "/profile", set(form, "name", "Yours")).must(t, http.StatusConflict, "Before User", "Saved Theirs", "Yours Yours", "owner@example.com")
	got := p.form(t, "/profile")
	if got.Get("name") != "Yours" || got.Get("channel.web_ui") != "on" {
		t.Errorf("shown again: %v", got)
	}
	b.post(t, "/profile", got).must(t, http.StatusSeeOther)
	if u := s.Must(t, "user@example.com"); u.Name != "Yours" || !u.Channels["web_ui"] {
		t.Errorf("saved: %q, %v", u.Name, u.Channels)
	}
}

func TestOwnSessions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleUser)
	second, third := s.signIn(t, "user@example.com"), s.signIn(t, "user@example.com")
	other := s.as(t, users.RoleAuditor)
	sessions, err := s.Sessions(t.Context(), s.Owner, "auditor@example.com")
	if err != nil {
		t.Fatal(err)
	}

	b.post(t, "/profile/sessions/end", url.Values{"session": {string(sessions[0].ID)}}).must(t, http.StatusNotFound)
	other.get(t, "/profile").must(t, http.StatusOK)

	if ids := otherSessions(t, second); len(ids) != 2 {
		t.Fatalf("other sessions: %v", ids)
	}
	b.post(t, "/profile/sessions/end", url.Values{"session": {"others"}}).must(t, http.StatusSeeOther)
	second.signedOut(t)
	third.signedOut(t)
	b.get(t, "/profile").must(t, http.StatusOK, words.EndedOwnSessions(2))

	fourth := s.signIn(t, "user@example.com")
	b.post(t, "/profile/sessions/end", url.Values{"session": otherSessions(t, b)}).must(t, http.StatusSeeOther)
	fourth.signedOut(t)
	if sessions, err = s.Sessions(t.Context(), s.Owner, "user@example.com"); err != nil {
		t.Fatal(err)
	}
	b.post(t, "/profile/sessions/end", url.Values{"session": {string(sessions[0].ID)}}).must(t, http.StatusOK, words.SignedOut)
	b.signedOut(t)
}

// otherSessions returns the sessions that the profile offers to end.
func otherSessions(t *testing.T, b *browser) []string {
	t.Helper()
	var ids []string
	for _, n := range b.get(t, "/profile").nodes(t, "button") {
		if attr(n, "name") == "session" && strings.HasPrefix(attr(n, "value"), "ses_") {
			ids = append(ids, attr(n, "value"))
		}
	}
	return ids
}

// TestOwnDataListsTokens downloads the own data of a user with a token that a program used, and
// of one without.
func TestOwnDataListsTokens(t *testing.T) {
	t.Parallel()
	s := newSite(t, siteOptions{})
	b := s.as(t, users.RoleUser)
	token, secret := s.token(t, "user@example.com")
	if err := s.used(t, secret, "192.0.2.44", "curl 8.9"); err != nil {
		t.Fatal(err)
	}
	s.token(t, "owner@example.com") // of another user
	p := b.get(t, "/profile/data").must(t, http.StatusOK)
	var data struct{ Tokens []map[string]any }
	if err := json.Unmarshal([]byte(p.body), &data); err != nil {
		t.Fatal(err)
	}
	if len(data.Tokens) != 1 {
		t.Fatalf("got the tokens %v", data.Tokens)
	}
	got := data.Tokens[0]
	if used, err := time.Parse(time.RFC3339, fmt.Sprint(got["last_used_at"])); err != nil || used.IsZero() {
		t.Errorf("last used at %v: %v", got["last_used_at"], err)
	}
	delete(got, "last_used_at")
	want := map[string]any{
		"token_id": string(token.ID), "name": "Telemetry reader", "description": "", "hint": token.Hint, "state": "live", "role": "user",
		"scopes": []any{"users.read"}, "ranges": []any{}, "issued_at": token.IssuedAt.Format(time.RFC3339Nano), "issued_by": "",
		"ends_at": token.EndsAt.Format(time.RFC3339Nano), "last_used_from": "192.0.2.44", "last_used_with": "curl 8.9",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("token (-want +got):\n%s", diff)
	}
	digest := users.DigestOf(secret)
	for _, hidden := range []string{secret, secret[len("usr_pat_"):40], hex.EncodeToString(digest[:]), base64.StdEncoding.EncodeToString(digest[:])} {
		if strings.Contains(p.body, hidden) {
			t.Errorf("the data contains %s", hidden)
		}
	}
	if p := s.as(t, users.RoleAdmin).get(t, "/profile/data").must(t, http.StatusOK); !strings.Contains(p.body, `"tokens": [],`) {
		t.Error("the data of a user without tokens has no empty list of them")
	}
}

func TestOwnData(t *testing.T) {
	t.Parallel()
	s := newSite(t, siteOptions{app: func(c *web.Config) { c.OrgID = "og_example" }})
	b := s.as(t, users.RoleUser)
	p := b.get(t, "/profile/data").must(t, http.StatusOK)
	if got := p.header.Get("Content-Disposition"); got != `attachment; filename="my-data.json"` {
		t.Errorf("Content-Disposition: %q", got)
	}
	var data struct {
		Organisation struct{ ID, Name string }
		Record       map[string]any
		History      []struct{ Action string }
	}
	if err := json.Unmarshal([]byte(p.body), &data); err != nil {
		t.Fatal(err)
	}
	if data.Organisation.ID != "og_example" || data.Organisation.Name != "Example" {
		t.Errorf("organisation: %+v", data.Organisation)
	}
	want := []string{
		"created_at", "department", "is_service_user", "is_system_user", "labels", "last_seen_at", "manager", "name", "note", "notification_channels_enabled",
		"notification_types_enabled", "picture_url", "role", "status", "time_zone", "title", "updated_at", "user_id", "version",
	}
	var got []string
	for name := range data.Record {
		got = append(got, name)
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if len(data.History) != 3 || data.History[2].Action != "user.created" {
		t.Errorf("history: %+v", data.History)
	}
	if strings.Contains(p.body, "usr_") {
		t.Error("a key is told")
	}
}

func TestDeleteOwn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.as(t, users.RoleUser)
	b.post(t, "/profile/delete", url.Values{"confirm": {"someone"}}).must(t, http.StatusUnprocessableEntity, "Type user@example.com to confirm")
	b.post(t, "/profile/delete", url.Values{"confirm": {"User@Example.com"}}).must(t, http.StatusOK, words.AccountDeleted)
	b.signedOut(t)
	if actions := s.Actions(t, "user@example.com"); !slices.Contains(actions, users.ActionDeleted) {
		t.Errorf("history: %v", actions)
	}

	owner := s.signIn(t, "owner@example.com")
	owner.get(t, "/profile").must(t, http.StatusOK, words.OwnLastOwner)
	owner.post(t, "/profile/delete", url.Values{"confirm": {"owner@example.com"}}).must(t, http.StatusConflict, words.LastOwner)
	owner.get(t, "/profile").must(t, http.StatusOK)
}
