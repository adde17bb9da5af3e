package web_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// batchFor returns a batch of the owner that a route of batches can act on, by the end of its path:
// one that is prepared to be started, one that runs to be stopped, else one that is done.
func (s *site) batchFor(t *testing.T, tail string) users.BatchID {
	t.Helper()
	in := users.BatchInput{Act: users.BatchLabels, Values: users.BatchValues{AddLabels: []string{"night shift"}}}
	chosen := []users.Frozen{{Key: s.Owner.Key}}
	prepare := s.RunBatch
	if tail != "" && tail != "/undo" {
		prepare = s.PrepareBatch
	}
	id, err := prepare(t.Context(), s.Owner, in, chosen)
	if err != nil {
		t.Fatal(err)
	}
	s.Settle()
	if tail == "/stop" { // another console works on it
		s.Alter(t, `UPDATE batches SET state = 'running', changed = 0, worker = 'other', leased_until = $1`, s.Clock.Now().Add(time.Hour))
	}
	return id
}

// ticks returns the form that ticks users, by the beginnings of their keys.
func (s *site) ticks(t *testing.T, act string, ids ...users.ID) url.Values {
	t.Helper()
	form := url.Values{"act": {act}}
	for _, id := range ids {
		form.Add("key", string(s.Must(t, id).Key[:directory.KeyBeginning]))
	}
	return form
}

// TestBatchPages deactivates two of three ticked users by way of the preview, and undoes it.
func TestBatchPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "ana@example.com", users.RoleUser)
	s.Person(t, "bob@example.com", users.RoleUser)
	b := s.as(t, users.RoleOwner)
	b.get(t, "/users?q=example").must(t, 200)
	p := b.post(t, "/users/batch", s.ticks(t, "deactivate", "ana@example.com", "bob@example.com", "owner@example.com")).must(t, 303)
	at := p.location()
	p = b.get(t, at).must(t, 200, "Deactivate 2 users?", "Nothing has been changed yet", "2 sessions end.", "Will change 2", "Refused 1", "Ana", "Status Active to Deactivated")
	if got := p.link(t, "Cancel"); got != "/users?q=example" {
		t.Errorf("Cancel leads to %q, want the list", got)
	}
	b.get(t, at+"?part=refused").must(t, 200, "You cannot change your own status.")
	s.as(t, users.RoleAdmin).get(t, at).must(t, 404)
	form := set(p.form(t, at+"/start"), "reason", strings.Repeat("x", 501))
	b.post(t, at+"/start", form).must(t, 422, "Use at most 500 characters.", "Deactivate 2 users?")
	b.post(t, at+"/start", set(form, "reason", "Season is over")).must(t, 303)
	p = b.get(t, at).must(t, 200, "Done", "2 users deactivated, 2 sessions ended. This can be undone until", "Season is over", "Refused 1")
	b.post(t, at+"/start", form).must(t, 409, "This batch has started or ended meanwhile")
	b.get(t, "/audit?group="+strings.TrimPrefix(at, "/batches/")).must(t, 200, "deactivated Ana", "deactivated Bob", "started a batch: Deactivate (2 users)")
	s.as(t, users.RoleAuditor).get(t, at).must(t, 200, "2 users deactivated")
	b.get(t, "/audit?view=lost").must(t, 200, "deactivated Ana", "1 more event", "Deactivated Bob")

	undo := b.post(t, at+"/undo", p.form(t, at+"/undo")).must(t, 303).location()
	p = b.get(t, undo).must(t, 200, "Undo the changes of 2 users?", "Status Deactivated to Active")
	if got := p.link(t, "Cancel"); got != at {
		t.Errorf("Cancel of the undo leads to %q, want the batch", got)
	}
	b.post(t, undo+"/start", p.form(t, undo+"/start")).must(t, 303)
	b.get(t, undo).must(t, 200, "2 users changed back")
	if p := b.get(t, at).must(t, 200, "Undone by another batch"); strings.Contains(p.text(t), "can be undone until") {
		t.Error("a batch that is undone says that it can be undone")
	}
	b.get(t, "/batches").must(t, 200, "Undo the changes of 2 users", "Deactivate 3 users", "Season is over")
	if u := s.Must(t, "ana@example.com"); u.Status != users.StatusActive {
		t.Errorf("ana is %s", u.Status)
	}
}

// TestBatchAtOnce edits labels of ticked users, which is done at once, and once.
func TestBatchAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "ana@example.com", users.RoleUser)
	b := s.as(t, users.RoleOwner)
	p := b.post(t, "/users/batch", set(s.ticks(t, "labels", "ana@example.com"), "return_to", "/users?q=ana")).must(t, 200, "Edit the labels of 1 user", "Labels to add")
	form := p.form(t, "/users/batch")
	b.post(t, "/users/batch", form).must(t, 422, "Enter a label to add or to remove.")
	if to := b.post(t, "/users/batch", set(form, "add_labels", "Night shift, North")).must(t, 303).location(); to != "/users?q=ana" {
		t.Errorf("it leads to %s, want the list", to)
	}
	p = b.get(t, "/users?q=ana").must(t, 200, "1 user with other labels.", words.BatchShow, "Undo", "north")
	at := p.link(t, words.BatchShow)
	b.get(t, at).must(t, 200, "1 user with other labels", "night shift,north", "Undo")
	if again := b.post(t, "/users/batch", set(form, "add_labels", "Night shift, North")).must(t, 303).location(); again != "/users?q=ana" {
		t.Errorf("sent again, it leads to %s, want the list", again)
	}
	undo := p.form(t, at+"/undo")
	if to := b.post(t, at+"/undo", undo).must(t, 303).location(); to != "/users?q=ana" {
		t.Errorf("undone, it leads to %s, want the list", to)
	}
	b.get(t, "/users?q=ana").must(t, 200, "1 user changed back.")
	if labels := s.Must(t, "ana@example.com").Labels; labels != "" {
		t.Errorf("undone, the labels are %q", labels)
	}
	s.as(t, users.RoleAuditor).post(t, "/users/batch", unkeyed(form)).must(t, 403)
}

// TestBatchAtOnce_refused shows the batch where not all ticked users could be changed.
func TestBatchAtOnce_refused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ServiceUser(t, "nightly", users.RoleUser)
	b := s.as(t, users.RoleOwner)
	at := b.post(t, "/users/batch", set(s.ticks(t, "review", "nightly", "owner@example.com"), "return_to", "/users")).must(t, 303).location()
	b.get(t, at).must(t, 200, "1 user marked as reviewed", "Refused 1")
	for range 2 {
		b.post(t, "/users/batch", set(s.ticks(t, "labels", "nightly"), "step", "values", "add_labels", "north", "return_to", "/users")).must(t, 303)
	}
	b.get(t, "/users").must(t, 200, words.NothingWasChanged)
}

// TestPagesOfTickedUsers opens pages with ticked users by way of the form, whose key stays out of
// their addresses.
func TestPagesOfTickedUsers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ana := string(s.Person(t, "ana@example.com", users.RoleUser).Key)
	b := s.as(t, users.RoleOwner)
	form := b.get(t, "/users").must(t, 200).form(t, "/users/batch")
	if form.Get("form") == "" {
		t.Fatal("the form has no key")
	}
	for act, want := range map[string]string{"addresses": "ana@example.com", "export": "Export 1 user"} {
		at := b.post(t, "/users/batch", set(form, "act", act, "key", ana)).must(t, 303).location()
		if at != "/users/"+act+"?key="+ana {
			t.Errorf("%s leads to %s", act, at)
		}
		b.get(t, at).must(t, 200, want)
	}
	if at := b.post(t, "/users/batch", set(form, "act", "export", "all", "1", "q", "ana")).must(t, 303).location(); at != "/users/export?all=1&q=ana" {
		t.Errorf("all that match: it leads to %s", at)
	}
	if strings.Contains(b.get(t, "/users").body, `formmethod="get"`) {
		t.Error("a button of the form sends its key by GET")
	}
}

// TestBatchOfAll deactivates all users that match a filter; more than 25 need their number typed.
func TestBatchOfAll(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 30 {
		s.Invited(t, "match-"+string(rune('a'+i%26))+string(rune('a'+i/26))+"@example.com", users.RoleUser)
	}
	b := s.as(t, users.RoleOwner)
	at := b.post(t, "/users/batch", url.Values{"act": {"deactivate"}, "all": {"1"}, "q": {"match"}}).must(t, 303).location()
	s.Invited(t, "match-later@example.com", users.RoleUser)
	p := b.get(t, at).must(t, 200, "Deactivate 30 users?", "Type 30 to confirm", "Invited to Deactivated")
	form := p.form(t, at+"/start")
	b.post(t, at+"/start", set(form, "confirm", "29")).must(t, 422, "Type 30 to confirm.")
	b.post(t, at+"/start", set(form, "confirm", "30")).must(t, 303)
	s.Settle()
	b.get(t, at).must(t, 200, "30 users deactivated")
	if u := s.Must(t, "match-later@example.com"); u.Status != users.StatusInvited {
		t.Errorf("a user who matches later is %s", u.Status)
	}
	b.post(t, "/users/batch", url.Values{"act": {"deactivate"}}).must(t, 422, "No users are chosen")
}

// TestBatchProgress shows a batch that another console works on, as a page and as its part.
func TestBatchProgress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	at := "/batches/" + string(s.batchFor(t, "/stop"))
	b := s.as(t, users.RoleOwner)
	p := b.get(t, at).must(t, 200, "Running", "0 of 1 done", words.BatchProgress(users.Batch{State: users.BatchRunning}))
	if !strings.Contains(p.body, `<noscript><meta http-equiv="refresh"`) || !strings.Contains(p.body, `hx-trigger="every 1s"`) {
		t.Error("the page does not refresh itself")
	}
	b.post(t, at+"/stop", p.form(t, at+"/stop")).must(t, 303)
	b.get(t, at).must(t, 200, "Stopped before all users were reached", "Not reached 1")
	if p := b.get(t, at); strings.Contains(p.body, "every 1s") {
		t.Error("the page of a stopped batch refreshes itself")
	}
}
