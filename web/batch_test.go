package web_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

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

// ticks returns the form that ticks users.
func (s *site) ticks(t *testing.T, act string, ids ...users.ID) url.Values {
	t.Helper()
	form := url.Values{"act": {act}}
	for _, id := range ids {
		form.Add("key", string(s.Must(t, id).Key))
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
	p := b.post(t, "/users/batch", s.ticks(t, "deactivate", "ana@example.com", "bob@example.com", "owner@example.com")).must(t, 303)
	at := p.location()
	p = b.get(t, at).must(t, 200, "Deactivate 2 users?", "Nothing has been changed yet", "2 sessions end.", "Will change 2", "Refused 1", "Ana", "Status Active to Deactivated")
	b.get(t, at+"?part=refused").must(t, 200, "You cannot change your own status.")
	s.as(t, users.RoleAdmin).get(t, at).must(t, 404)
	form := set(p.form(t, at+"/start"), "reason", strings.Repeat("x", 501))
	b.post(t, at+"/start", form).must(t, 422, "Use at most 500 characters.", "Deactivate 2 users?")
	b.post(t, at+"/start", set(form, "reason", "Season is over")).must(t, 303)
	p = b.get(t, at).must(t, 200, "Done", "2 users deactivated, 2 sessions ended. This can be undone until", "Season is over", "Refused 1")
	b.post(t, at+"/start", form).must(t, 409, "This batch has started or ended meanwhile")
	b.get(t, "/audit?group="+strings.TrimPrefix(at, "/batches/")).must(t, 200, "deactivated Ana", "deactivated Bob", "started a batch: Deactivate (2 users)")
	s.as(t, users.RoleAuditor).get(t, at).must(t, 200, "2 users deactivated")

	undo := b.post(t, at+"/undo", p.form(t, at+"/undo")).must(t, 303).location()
	p = b.get(t, undo).must(t, 200, "Undo the changes of 2 users?", "Status Deactivated to Active")
	b.post(t, undo+"/start", p.form(t, undo+"/start")).must(t, 303)
	b.get(t, undo).must(t, 200, "2 users changed back")
	b.get(t, at).must(t, 200, "Undone by another batch")
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
	p := b.post(t, "/users/batch", s.ticks(t, "labels", "ana@example.com")).must(t, 200, "Edit the labels of 1 user", "Labels to add")
	form := p.form(t, "/users/batch")
	b.post(t, "/users/batch", form).must(t, 422, "Enter a label to add or to remove.")
	at := b.post(t, "/users/batch", set(form, "add_labels", "Night shift, North")).must(t, 303).location()
	b.get(t, at).must(t, 200, "1 user with other labels", "night shift,north", "Undo")
	if again := b.post(t, "/users/batch", set(form, "add_labels", "Night shift, North")).must(t, 303).location(); again != at {
		t.Errorf("sent again, it leads to %s, at first to %s", again, at)
	}
	s.as(t, users.RoleAuditor).post(t, "/users/batch", unkeyed(form)).must(t, 403)
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
