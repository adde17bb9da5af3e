package web_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// TestDeletedUsers deletes a person, finds them in the view Deleted, restores them, and deletes them
// for good.
func TestDeletedUsers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ana := s.Person(t, "ana@example.com", users.RoleUser)
	serviceUserOf(t, s, "robot", "ana@example.com")
	owner, at := s.signIn(t, "owner@example.com"), "/deleted/"+string(ana.Key)
	owner.get(t, "/users?view=deleted").must(t, http.StatusOK, "No deleted users")
	remove := func() {
		form := owner.get(t, "/users/ana@example.com/delete").must(t, http.StatusOK, "The user can be restored for 30 days").form(t, "/users/ana@example.com/delete")
		owner.post(t, "/users/ana@example.com/delete", set(form, "confirm", "ana@example.com")).must(t, http.StatusSeeOther)
	}
	remove()
	if p := owner.get(t, "/users").must(t, http.StatusOK, "Deleted Ana."); p.link(t, "Undo…") != at+"/restore" {
		t.Errorf("the line after the deletion leads to %q", p.link(t, "Undo…"))
	}
	owner.get(t, "/users?view=deleted").must(t, http.StatusOK, "ana@example.com", "30 days left", "Restore Ana")
	if p := owner.get(t, "/audit/"+strconv.FormatInt(s.Last(t), 10)); p.link(t, "Undo…") != at+"/restore" {
		t.Errorf("the event of the deletion leads to %q", p.link(t, "Undo…"))
	}
	owner.get(t, at).must(t, http.StatusOK, "The record, with the role user and the status active.", "They are responsible again for robot.", "Sessions: they sign in again.")
	form := owner.get(t, at+"/restore").must(t, http.StatusOK).form(t, at+"/restore")
	if form.Has("user_id") {
		t.Error("the form asks for another user ID, though it is free")
	}
	owner.post(t, at+"/restore", set(form, "reason", "a mistake")).must(t, http.StatusSeeOther)
	owner.get(t, "/users/ana@example.com").must(t, http.StatusOK, words.Restored("Ana"), "robot")

	remove()
	form = owner.get(t, at+"/purge").must(t, http.StatusOK, "Delete Ana for good?", "can't be restored").form(t, at+"/purge")
	owner.post(t, at+"/purge", set(form, "confirm", "anna")).must(t, http.StatusUnprocessableEntity, "Type ana@example.com to confirm.")
	owner.post(t, at+"/purge", set(form, "confirm", "ana@example.com")).must(t, http.StatusSeeOther)
	owner.get(t, "/users?view=deleted").must(t, http.StatusOK, words.Purged("Ana"), "No deleted users")
	owner.get(t, at).must(t, http.StatusNotFound)
	owner.get(t, "/audit").must(t, http.StatusOK, "owner@example.com restored Ana", "owner@example.com deleted Ana for good")
}

// TestRestoreUser_taken restores a user whose user_id another user has: the form asks for another.
func TestRestoreUser_taken(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ana := s.Person(t, "ana@example.com", users.RoleUser)
	if err := s.Delete(t.Context(), s.Owner, "ana@example.com", users.Deletion{Confirm: "ana@example.com"}); err != nil {
		t.Fatal(err)
	}
	s.Invited(t, "ana@example.com", users.RoleUser)
	owner, at := s.signIn(t, "owner@example.com"), "/deleted/"+string(ana.Key)+"/restore"
	form := owner.get(t, at).must(t, http.StatusOK, "The user ID ana@example.com, which").form(t, at)
	owner.post(t, at, form).must(t, http.StatusUnprocessableEntity, "Another user has the user ID ana@example.com now.")
	owner.post(t, at, set(form, "user_id", "ana2@example.com")).must(t, http.StatusSeeOther)
	owner.get(t, "/users/ana2@example.com").must(t, http.StatusOK, words.Restored("Ana"))
}

// TestPlanDeparture plans that a person leaves on a date, in their time zone, and cancels it.
func TestPlanDeparture(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Person(t, "ana@example.com", users.RoleUser)
	serviceUserOf(t, s, "nightly", "ana@example.com")
	owner, at := s.signIn(t, "owner@example.com"), "/users/ana@example.com/deactivate"
	form := owner.get(t, at).must(t, http.StatusOK, "The time is in their time zone, UTC.").form(t, at)
	owner.post(t, at, set(form, "leave_on", "31 January")).must(t, http.StatusUnprocessableEntity, words.EnterTime)
	owner.post(t, at, set(form, "leave_on", "2020-01-31T18:00")).must(t, http.StatusUnprocessableEntity, "Choose a time that is still to come")
	owner.post(t, at, set(form, "leave_on", "2027-01-31T18:00", "hand_over", "owner@example.com")).must(t, http.StatusSeeOther)
	p := owner.get(t, "/users/ana@example.com").must(t, http.StatusOK, "Planned: Ana will be deactivated on", "Leaves on", "Active")
	owner.post(t, at+"/cancel", p.form(t, at+"/cancel")).must(t, http.StatusSeeOther)
	if p := owner.get(t, "/users/ana@example.com").must(t, http.StatusOK, words.DepartureCancelled); strings.Contains(p.body, "Cancel departure") {
		t.Error("the departure is still shown")
	}
}

// TestWithdrawInvitation withdraws the invitation of a person who has not signed in.
func TestWithdrawInvitation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	owner, at := s.signIn(t, "owner@example.com"), "/users/ana@example.com/delete"
	owner.get(t, "/users/ana@example.com").must(t, http.StatusOK, "Invited just now.", words.CopyInvitation, words.WithdrawInvitation)
	form := owner.get(t, at).must(t, http.StatusOK, "Withdraw the invitation of Ana?").form(t, at)
	owner.post(t, at, set(form, "confirm", "ana@example.com")).must(t, http.StatusSeeOther)
	owner.get(t, "/users?view=deleted").must(t, http.StatusOK, "No deleted users")
}

// TestSignInRefused_deleted has a deleted person sign in, who learns what to do.
func TestSignInRefused_deleted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Invited(t, "ana@example.com", users.RoleUser)
	s.browser(t).signInAt(t, person("ana@example.com"), "/").must(t, http.StatusOK)
	if err := s.Delete(t.Context(), s.Owner, "ana@example.com", users.Deletion{Confirm: "ana@example.com"}); err != nil {
		t.Fatal(err)
	}
	s.browser(t).signInAt(t, person("ana@example.com"), "/").must(t, http.StatusForbidden, "Your account has been deleted. Only an admin can restore it.", "my account is deleted.")
}
