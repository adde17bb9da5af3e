package users_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// TestRotateSelf_repeated repeats a rotation whose answer was lost: the lost successor is
// revoked, the old token and the next successor work.
func TestRotateSelf_repeated(t *testing.T) {
	t.Parallel()
	r := newRotating(t)
	in, err := r.Authenticate(t.Context(), r.secret, users.Program("req", "10.0.4.7", "", "curl/8"))
	r.must(t, err)
	actor := in.Actor(users.Program("req", "10.0.4.7", "", "curl/8"))
	if _, _, err := r.RotateSelf(t.Context(), actor, 0); err == nil {
		t.Error("without an overlap: a lost answer could not be asked for again")
	}
	lost, lostSecret, err := r.RotateSelf(t.Context(), actor, time.Hour)
	r.must(t, err)
	r.Clock.Advance(30 * time.Minute)
	next, secret, err := r.RotateSelf(t.Context(), actor, time.Hour)
	r.must(t, err)
	r.Clock.Advance(45 * time.Minute) // in the second overlap, after the end of the first
	if err := r.use(t, r.Service, r.secret, "10.0.4.7", "curl/8"); err != nil {
		t.Errorf("old token: %v", err)
	}
	if err := r.use(t, r.Service, lostSecret, "10.0.4.7", "curl/8"); !errors.Is(err, users.ErrNoToken) {
		t.Errorf("the successor that was lost: got %v", err)
	}
	if err := r.use(t, r.Service, secret, "10.0.4.7", "curl/8"); err != nil {
		t.Errorf("successor: %v", err)
	}
	if next.Replaces != r.token.ID || next.ShownTo.Key != "" || !slices.Equal(next.Scopes, r.token.Scopes) {
		t.Errorf("successor: got %+v", next)
	}
	if _, _, err := r.RotateSelf(t.Context(), actor, time.Hour); !errors.Is(err, users.ErrRotated) {
		t.Errorf("with a successor that was used a moment ago: got %v", err)
	}
	if old, err := r.Token(t.Context(), r.Owner, lost.ID); err != nil || old.RevokedAt.IsZero() {
		t.Errorf("the successor that was lost: got %+v, %v", old, err)
	}
}

// TestUsesAreBounded uses a token from many addresses with one tool, which count as one client of
// their network, and with very many tools, which are few rows, on two consoles.
func TestUsesAreBounded(t *testing.T) {
	t.Parallel()
	r := newRotating(t)
	other := r.Another(t)
	for i := range 120 {
		s := r.Service
		if i%2 == 1 {
			s = other
		}
		r.must(t, r.use(t, s, r.secret, fmt.Sprintf("10.0.4.%d", i), "agent 3"))
		if i%10 == 9 {
			r.Settle()
			other.Settle()
		}
	}
	uses, err := r.TokenUses(t.Context(), r.Owner, r.token.ID)
	r.must(t, err)
	if len(uses.Clients) != 1 || uses.Clients[0].Network != "10.0.4.0/24" || uses.Clients[0].Cadence.Times != 120 || uses.Days[89].Old != 120 {
		t.Errorf("one tool at 120 addresses: got %+v, today %+v", uses.Clients, uses.Days[89])
	}
	for i := range 200 {
		r.must(t, r.use(t, r.Service, r.secret, "10.0.5.7", fmt.Sprintf("tool%d/1", i)))
	}
	r.Settle()
	uses, err = r.TokenUses(t.Context(), r.Owner, r.token.ID)
	r.must(t, err)
	if n := len(uses.Clients); n > 66 || uses.Days[89].Old != 320 {
		t.Errorf("200 tools more: got %d clients, today %+v", n, uses.Days[89])
	}
	if !slices.ContainsFunc(uses.Clients, func(c users.TokenClient) bool { return c.Tool == "" && c.Network == "" && c.Cadence.Times > 100 }) {
		t.Error("the others are not counted together")
	}
}

// TestUses_refused uses a token after its end: the uses are listed as refused, with the address.
func TestUses_refused(t *testing.T) {
	t.Parallel()
	r := newRotating(t)
	r.must(t, r.use(t, r.Service, r.secret, "10.0.4.7", "curl/8"))
	if err := r.use(t, r.Service, r.secret, "192.0.2.7", "curl/8"); !errors.Is(err, users.ErrNoToken) {
		t.Errorf("out of its range: got %v", err)
	}
	r.must(t, r.RevokeToken(t.Context(), r.Owner, r.token.ID, users.TokenEnd{LeaveNone: true}))
	r.Clock.Advance(time.Hour)
	for range 3 {
		if err := r.use(t, r.Service, r.secret, "10.0.4.7", "curl/8"); !errors.Is(err, users.ErrNoToken) {
			t.Errorf("revoked: got %v", err)
		}
	}
	r.Settle()
	uses, err := r.TokenUses(t.Context(), r.Owner, r.token.ID)
	r.must(t, err)
	if len(uses.Clients) != 2 || uses.Clients[0].Network != "10.0.4.7" || uses.Clients[0].Refused != 3 || !uses.Clients[0].LastOld.Equal(r.Clock.Now()) ||
		uses.Clients[1].Network != "192.0.2.7" || uses.Clients[1].Refused != 1 {
		t.Errorf("clients: got %+v", uses.Clients)
	}
	if today := uses.Days[89]; today.Old != 1 || today.OldRefused != 4 {
		t.Errorf("today: got %+v", today)
	}
	if got := uses.Token.LastUsed; !got.At.Equal(r.Clock.Now().Add(-time.Hour)) || got.Address != "10.0.4.7" || got.Tool != "curl/8" {
		t.Errorf("last used: got %+v", got)
	}
}

// A fleet is clients of a token that is rotated, which use it on two consoles.
type fleet struct {
	*rotating
	consoles []*users.Service
	secrets  []string // of the clients
}

// hour has every client use its token four times, all at the same time, and ends the hour.
func (f *fleet) hour(t *testing.T) {
	t.Helper()
	var all sync.WaitGroup
	for i, secret := range f.secrets {
		all.Go(func() {
			for j := range 4 {
				if err := f.use(t, f.consoles[j%2], secret, fmt.Sprintf("10.0.%d.7", i), "roboto-sdk 0.62.0"); err != nil {
					t.Errorf("client %d: %v", i, err)
				}
			}
		})
	}
	all.Go(func() {
		if _, err := f.Tokens(t.Context(), users.Command("req"), f.user.ID); err != nil {
			t.Error(err)
		}
	})
	all.Wait()
	for _, s := range f.consoles {
		s.Settle()
	}
	f.Clock.Advance(time.Hour)
}

// TestRotationUnderLoad rotates a token that six clients use on two consoles. None of them is
// refused, and the old token is safe to retire no sooner than the last of them has switched and
// the token was not used for long enough.
func TestRotationUnderLoad(t *testing.T) {
	t.Parallel()
	r := newRotating(t)
	f := &fleet{r, []*users.Service{r.Service, r.Another(t)}, slices.Repeat([]string{r.secret}, 6)}
	for range 12 {
		f.hour(t)
	}
	_, secret := r.rotate(t)
	for i := range f.secrets {
		f.hour(t)
		f.secrets[i] = secret
		if state := r.state(t); state.Verdict.Safe {
			t.Errorf("safe when client %d has just switched: %+v", i, state.Verdict)
		}
	}
	f.hour(t) // the first in which all use the successor
	if v := r.state(t).Verdict; v.Safe || !v.AllSettled() || v.Clients != 6 || v.SilentEnough() || v.Needed != 24*time.Hour {
		t.Errorf("all have switched: got %+v", v)
	}
	if err := r.RetireToken(t.Context(), r.Owner, r.token.ID, ""); !errors.Is(err, users.ErrNotSafe) {
		t.Errorf("retired too early: got %v", err)
	}
	for range 24 {
		f.hour(t)
	}
	if v := r.state(t).Verdict; !v.Safe {
		t.Errorf("after a day of silence: got %+v", v)
	}
	f.checkRetired(t)
}

// checkRetired retires the old token on one console: the other one refuses it.
func (f *fleet) checkRetired(t *testing.T) {
	t.Helper()
	f.must(t, f.consoles[1].RetireToken(t.Context(), f.Owner, f.token.ID, "rotated"))
	f.hour(t)
	if err := f.use(t, f.consoles[0], f.secret, "10.0.0.7", "roboto-sdk 0.62.0"); !errors.Is(err, users.ErrNoToken) {
		t.Errorf("retired on the other console: got %v", err)
	}
	if days := f.state(t).Days; days[88].Old+days[89].Old+days[88].New+days[89].New == 0 || days[89].OldRefused != 1 {
		t.Errorf("the last days: got %+v", days[86:])
	}
}

// TestTidy_tokens deletes a token that has ended, with its uses, after 90 days. The last use of a
// token that is kept stays known.
func TestTidy_tokens(t *testing.T) {
	t.Parallel()
	r := newRotating(t)
	r.must(t, r.use(t, r.Service, r.secret, "10.0.4.7", "curl/8"))
	next, secret := r.rotate(t)
	r.must(t, r.use(t, r.Service, secret, "10.0.4.7", "wget/1"))
	r.must(t, r.use(t, r.Service, r.secret, "10.0.4.8", "curl/8"))
	r.must(t, r.StrikeOffClient(t.Context(), r.Owner, r.token.ID, users.ClientName{Name: "curl", Network: "10.0.4.8"}, ""))
	r.must(t, r.RevokeToken(t.Context(), r.Owner, r.token.ID, users.TokenEnd{}))
	r.Settle()
	tidy(t, r.Directory, true)
	operator := users.Command("req")
	tidyAfter(t, r.Directory, 90*day-time.Minute)
	if _, err := r.Token(t.Context(), operator, r.token.ID); err != nil {
		t.Errorf("a minute before 90 days: %v", err)
	}
	if n := rows(t, r.Directory, `SELECT COUNT(*) FROM token_uses`); n != 3 {
		t.Errorf("a minute before 90 days: %d rows of uses", n)
	}
	tidyAfter(t, r.Directory, time.Minute)
	if _, err := r.Token(t.Context(), operator, r.token.ID); !errors.Is(err, users.ErrNotFound) {
		t.Errorf("after 90 days: got %v", err)
	}
	tidyAfter(t, r.Directory, day)
	if n := rows(t, r.Directory, `SELECT (SELECT COUNT(*) FROM token_uses) + (SELECT COUNT(*) FROM token_clients_struck)`); n != 0 {
		t.Errorf("after 91 days: %d rows are left", n)
	}
	if next, err := r.Token(t.Context(), operator, next.ID); err != nil || next.LastUsed.Tool != "wget/1" {
		t.Errorf("the successor, which has expired: got %+v, %v", next.LastUsed, err)
	}
}

// TestExtendOverlap extends the overlap of a rotated token, up to its own end, also when the
// overlap has ended.
func TestExtendOverlap(t *testing.T) {
	t.Parallel()
	r := newRotating(t)
	if err := r.ExtendOverlap(t.Context(), r.Owner, r.token.ID, day, ""); err == nil {
		t.Error("a token without a successor was extended")
	}
	begin := r.Clock.Now()
	_, _, err := r.RotateToken(t.Context(), r.Owner, r.token.ID, users.Rotation{Overlap: day})
	r.must(t, err)
	if err := r.ExtendOverlap(t.Context(), r.Owner, r.token.ID, time.Hour, ""); err == nil {
		t.Error("the overlap was made shorter")
	}
	r.Clock.Advance(2 * day)
	if err := r.use(t, r.Service, r.secret, "10.0.4.7", "curl/8"); !errors.Is(err, users.ErrNoToken) {
		t.Errorf("after the overlap: got %v", err)
	}
	operator := users.Command("req")
	for i := range users.MaxTokens - 1 { // beside the successor
		_, _, err := r.IssueToken(t.Context(), operator, r.token.User.ID, users.NewToken{Name: fmt.Sprint("n", i), Lifetime: day, Scopes: []users.Scope{users.ScopeUsersRead}})
		r.must(t, err)
	}
	if err := r.ExtendOverlap(t.Context(), operator, r.token.ID, 7*day, ""); !errors.Is(err, users.ErrTooManyTokens) {
		t.Errorf("a token that has ended, beside as many as there may be: got %v", err)
	}
	r.Clock.Advance(day)
	seq := r.Last(t)
	r.must(t, r.ExtendOverlap(t.Context(), operator, r.token.ID, 7*day, "two programs were missed"))
	r.must(t, r.use(t, r.Service, r.secret, "10.0.4.7", "curl/8"))
	r.must(t, r.ExtendOverlap(t.Context(), operator, r.token.ID, 1000*day, ""))
	if old, err := r.Token(t.Context(), operator, r.token.ID); err != nil || !old.EndsAt.Equal(begin.Add(90*day)) {
		t.Errorf("extended past its own end: ends %v, %v", old.EndsAt, err)
	}
	if trail := r.Since(t, seq); len(trail) != 2 || trail[0].Action != users.ActionTokenExtended && trail[1].Action != users.ActionTokenExtended {
		t.Errorf("events: got %+v", trail)
	}
}
