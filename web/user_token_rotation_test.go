package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/httperror"
	"github.com/roboto-ai/console/web/words"
)

// TestRotateToken rotates on the page: the answer has the secret of the successor, and the
// tab shows both with the programs that have not switched.
func TestRotateToken(t *testing.T) {
	t.Parallel()
	s, b := fleet(t, users.RoleUser)
	token, secret := s.token(t, "fleet", users.ScopeUsersRead, users.ScopeAuditRead)
	if err := s.used(t, secret, "10.0.4.7", "roboto-sdk 0.62.0"); err != nil {
		t.Fatal(err)
	}
	at := fleetTokens + "/" + string(token.ID)
	form := b.get(t, at+"/rotate").must(t, http.StatusOK, words.Scopes([]users.Scope{users.ScopeUsersRead, users.ScopeAuditRead}), "same name, scopes and addresses").form(t, at+"/rotate")
	if form.Get("overlap") != "30d" || form.Get("expiry") != "90" {
		t.Errorf("proposed are %v", form)
	}
	last := s.Last(t)
	p := b.post(t, at+"/rotate", set(form, "reason", "yearly")).must(t, http.StatusOK, "Copy the secret now", "Replaces …"+token.Hint+", ends in 30 days", "Retire the old token")
	if err := s.used(t, secretIn(p.body), "10.0.4.9", "curl 8.9"); err != nil {
		t.Fatalf("the secret on the page: %v", err)
	}
	if trail := s.Trail(t, last); len(trail) != 2 || !strings.Contains(trail[0], "token.rotated") || !strings.Contains(trail[1], "token.issued") {
		t.Errorf("got events %q", trail)
	}
	p = b.get(t, fleetTokens).must(t, http.StatusOK, "Rotating, day 1 of 30", "Old token …"+token.Hint, "Ends in 30 days", "In use",
		"roboto-sdk 0.62.0 10.0.4.7", "Not switched yet", "Not yet safe to retire.", "0 of 1 program have switched or are struck off",
		"The old token was used 1 time in 90 days", "Leaked: end the old one now", "Give it more time…")
	for _, button := range p.nodes(t, "button") {
		if textOf(button) == "Retire the old one" && !hasAttr(button, "disabled") {
			t.Error("it can be retired, though it is not safe")
		}
	}
	b.post(t, at+"/retire", p.form(t, at+"/retire")).must(t, http.StatusConflict, "not safe to retire yet")
	b.get(t, at).must(t, http.StatusOK, "Rotating, day 1 of 30")
	b.get(t, at+"/rotate").must(t, http.StatusConflict, httperror.Explain(users.ErrRotated).Message)
	b.post(t, at+"/rotate", unkeyed(form)).must(t, http.StatusConflict, httperror.Explain(users.ErrRotated).Message)
}

// TestRotateTokenMistakes sends what cannot be: nothing is rotated, and the form is as it was.
func TestRotateTokenMistakes(t *testing.T) {
	t.Parallel()
	s, b := fleet(t, users.RoleUser)
	token, _ := s.token(t, "fleet")
	at := fleetTokens + "/" + string(token.ID) + "/rotate"
	form := b.get(t, at).form(t, at)
	if form.Get("overlap") != "none" {
		t.Errorf("of a token that was never used the proposed overlap is %s", form.Get("overlap"))
	}
	p := b.post(t, at, set(form, "overlap", "date", "overlap_until", "2020-01-01", "expiry", "date", "ends_on", "x", "reason", "yearly")).
		must(t, http.StatusUnprocessableEntity, words.ChooseLaterDay, words.ChooseDay)
	if got := p.form(t, at); got.Get("overlap_until") != "2020-01-01" || got.Get("reason") != "yearly" || got.Get("overlap") != "date" {
		t.Errorf("the form holds %v", got)
	}
	b.post(t, at, set(form, "overlap", "forever")).must(t, http.StatusUnprocessableEntity, words.ChooseOverlap)
	b.post(t, at, set(form, "expiry", "date", "ends_on", "2029-01-01")).must(t, http.StatusUnprocessableEntity, "tokens last 365 days at most here")
	if all, err := s.Tokens(t.Context(), s.Owner, "fleet"); err != nil || len(all) != 1 {
		t.Errorf("there are %d tokens, %v", len(all), err)
	}
}

// TestRotateAgainWhenTheSecretIsLost sends the form that rotates twice: the list offers to
// rotate the old token again, and the successor that was never used is replaced.
func TestRotateAgainWhenTheSecretIsLost(t *testing.T) {
	t.Parallel()
	s, b := fleet(t, users.RoleUser)
	token, secret := s.token(t, "fleet")
	at := fleetTokens + "/" + string(token.ID) + "/rotate"
	form := set(b.get(t, at).form(t, at), "overlap", "7d")
	lost := secretIn(b.post(t, at, form).must(t, http.StatusOK).body)
	p := b.follow(t, b.post(t, at, form)).must(t, http.StatusOK, "it can't be shown again")
	if got := hrefOf(t, p, "rotate the token"); got != at {
		t.Fatalf("it leads to %s, want %s", got, at)
	}
	again := b.get(t, at).must(t, http.StatusOK, "was not used. It is revoked").form(t, at)
	found := secretIn(b.post(t, at, set(again, "overlap", "7d")).must(t, http.StatusOK).body)
	for name, test := range map[string]struct {
		secret string
		works  bool
	}{"the old one": {secret, true}, "the lost one": {lost, false}, "the last one": {found, true}} {
		if err := s.used(t, test.secret, "192.0.2.1", ""); (err == nil) != test.works {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestRetireToken follows a rotation to its end: strike off, silence, retire, and a program that
// still sends the old secret.
func TestRetireToken(t *testing.T) {
	t.Parallel()
	s, b := fleet(t, users.RoleUser)
	s.token(t, "fleet")
	old, _ := s.rotate(t, "fleet", 30*24*time.Hour, "")
	at := fleetTokens + "/" + string(old.ID)
	off := hrefOf(t, b.get(t, fleetTokens).must(t, http.StatusOK, "Not switched yet"), "Strike off… curl 8.9 at 192.0.2.44")
	b.get(t, at+"/strike-off?tool=wget&network=192.0.2.44").must(t, http.StatusOK, words.NoSuchProgram)
	form := b.get(t, off).must(t, http.StatusOK, "Strike off curl 8.9 at 192.0.2.44?", "If it uses the old token again").form(t, at+"/strike-off")
	b.follow(t, b.post(t, at+"/strike-off", set(form, "reason", "gone"))).must(t, http.StatusOK, words.ProgramStruckOff, "Struck off", "1 of 1 program has switched or is struck off")
	b.get(t, off).must(t, http.StatusOK, "This program is struck off already.")

	s.Clock.Advance(25 * time.Hour)
	b = s.signIn(t, "owner@example.com")
	p := b.get(t, fleetTokens).must(t, http.StatusOK, "Safe to retire.")
	b.follow(t, b.post(t, at+"/retire", p.form(t, at+"/retire"))).must(t, http.StatusOK, "Retired the old token", "Disabled")
	secret, _ := s.secrets.Load(old.ID)
	if err := s.used(t, secret.(string), "192.0.2.44", "curl 8.9"); err == nil {
		t.Fatal("a retired token gives access")
	}
	s.Clock.Advance(5 * time.Second)
	b.get(t, fleetTokens) // by now the use is written
	s.Settle()
	b.get(t, at).must(t, http.StatusOK, "Refused uses", "192.0.2.44", "1 time", "This token was disabled")
}

// TestLeakedToken ends the old token of a rotation with one click, and the only one there is.
func TestLeakedToken(t *testing.T) {
	t.Parallel()
	s, b := fleet(t, users.RoleUser)
	s.token(t, "fleet")
	old, successor := s.rotate(t, "fleet", 30*24*time.Hour, "")
	at := fleetTokens + "/" + string(old.ID) + "/end"
	var leaked url.Values
	for _, n := range b.get(t, fleetTokens).nodes(t, "form") {
		if attr(n, "action") == at {
			leaked = valuesOf(n)
		}
	}
	b.follow(t, b.post(t, at, leaked)).must(t, http.StatusOK, "Revoked “")
	secret, _ := s.secrets.Load(old.ID)
	if err := s.used(t, secret.(string), "192.0.2.44", ""); err == nil {
		t.Error("the old token gives access")
	}
	p := b.get(t, fleetTokens).must(t, http.StatusOK)
	if strings.Contains(p.text(t), "Rotating") {
		t.Error("the old token is revoked, and yet the rotation goes on")
	}
	b.get(t, fleetTokens+"/"+string(successor.ID)).must(t, http.StatusOK, "Live", "Replaces …"+old.Hint)
}

// TestMoreTime extends the overlap of a rotation, up to the end that the old token was issued
// with, also when it is over.
func TestMoreTime(t *testing.T) {
	t.Parallel()
	s, b := fleet(t, users.RoleUser)
	s.token(t, "fleet")
	old, _ := s.rotate(t, "fleet", 30*24*time.Hour, "")
	at := fleetTokens + "/" + string(old.ID) + "/overlap"
	form := b.get(t, at).must(t, http.StatusOK, "The old token ends in 30 days as it is.").form(t, at)
	b.post(t, at, set(form, "overlap", "7d")).must(t, http.StatusUnprocessableEntity, "Choose a later end")
	last := s.Clock.Now().AddDate(0, 0, 40).Format(time.DateOnly)
	b.follow(t, b.post(t, at, set(form, "overlap", "date", "overlap_until", last))).must(t, http.StatusOK, words.OverlapExtended(old), "Ends in 40 days")
	s.Clock.Advance(45 * 24 * time.Hour)
	b = s.signIn(t, "owner@example.com")
	b.get(t, fleetTokens).must(t, http.StatusOK, "The old token has ended", "Not switched yet", "Expired")
	form = b.get(t, at).must(t, http.StatusOK, "has ended, and works again from now on").form(t, at)
	b.follow(t, b.post(t, at, set(form, "overlap", "7d"))).must(t, http.StatusOK, "Ends in 7 days")
}
