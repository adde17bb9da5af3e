package users_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

const day = 24 * time.Hour

// A rotating is a service user with a token, and what tests do with tokens.
type rotating struct {
	*userstest.Directory
	user   users.User
	token  users.Token
	secret string
}

// newRotating returns a service user with a token of 90 days.
func newRotating(t *testing.T) *rotating {
	t.Helper()
	r := &rotating{Directory: userstest.New(t)}
	r.user = r.ServiceUser(t, "fleet", users.RoleUser)
	r.token, r.secret = r.issue(t, users.NewToken{
		Name: "reader", Description: "Reads.", Lifetime: 90 * day, Scopes: []users.Scope{users.ScopeUsersRead, users.ScopeTokensSelf}, Ranges: []string{"10.0.0.0/8"},
	})
	return r
}

// issue issues a token for the service user.
func (r *rotating) issue(t *testing.T, n users.NewToken) (users.Token, string) {
	t.Helper()
	token, secret, err := r.IssueToken(t.Context(), r.Owner, r.user.ID, n)
	if err != nil {
		t.Fatalf("issue a token: %v", err)
	}
	return token, secret
}

// use uses a token from an address, and reports why it was refused.
func (r *rotating) use(t *testing.T, s *users.Service, secret, address, tool string) error {
	t.Helper()
	_, err := s.Authenticate(t.Context(), secret, users.Program("req", address, tool, tool))
	return err
}

// rotate rotates the token with an overlap of 30 days.
func (r *rotating) rotate(t *testing.T) (users.Token, string) {
	t.Helper()
	token, secret, err := r.RotateToken(t.Context(), r.Owner, r.token.ID, users.Rotation{Overlap: 30 * day})
	if err != nil {
		t.Fatalf("rotate the token: %v", err)
	}
	return token, secret
}

// state returns how far the rotation has come.
func (r *rotating) state(t *testing.T) users.RotationState {
	t.Helper()
	state, err := r.RotationOf(t.Context(), r.Owner, r.token.ID)
	if err != nil {
		t.Fatalf("rotation: %v", err)
	}
	return state
}

// TestRotateToken compares the successor with the old token, which ends with the overlap.
func TestRotateToken(t *testing.T) {
	t.Parallel()
	r := newRotating(t)
	seq := r.Last(t)
	next, secret, err := r.RotateToken(t.Context(), r.Owner, r.token.ID, users.Rotation{Overlap: 7 * day, NewToken: users.NewToken{Reason: "yearly"}})
	if err != nil {
		t.Fatal(err)
	}
	now := r.Clock.Now()
	if next.Name != "reader" || next.Description != "Reads." || !slices.Equal(next.Scopes, r.token.Scopes) || !slices.Equal(next.Ranges, r.token.Ranges) ||
		next.Replaces != r.token.ID || !next.EndsAt.Equal(now.Add(90*day)) || next.ShownTo.Key != r.Owner.Key {
		t.Errorf("successor: got %+v", next)
	}
	old, err := r.Token(t.Context(), r.Owner, r.token.ID)
	if err != nil || old.ReplacedBy != next.ID || !old.EndsAt.Equal(now.Add(7*day)) || !old.IssuedUntil.Equal(now.Add(90*day)) || !old.RotatedAt.Equal(now) {
		t.Errorf("old token: got %+v, %v", old, err)
	}
	for name, s := range map[string]string{"old": r.secret, "new": secret} {
		if err := r.use(t, r.Service, s, "10.0.4.7", "curl/8"); err != nil {
			t.Errorf("%s token in the overlap: %v", name, err)
		}
	}
	r.Clock.Advance(7 * day)
	if err := r.use(t, r.Service, r.secret, "10.0.4.7", "curl/8"); !errors.Is(err, users.ErrNoToken) {
		t.Errorf("old token after the overlap: got %v", err)
	}
	if err := r.use(t, r.Service, secret, "10.0.4.7", "curl/8"); err != nil {
		t.Errorf("new token after the overlap: %v", err)
	}
	checkRotationEvents(t, r, r.Since(t, seq), next, secret)
}

// checkRotationEvents checks the events of a rotation, which do not hold the secret.
func checkRotationEvents(t *testing.T, r *rotating, events []users.Event, next users.Token, secret string) {
	t.Helper()
	if len(events) != 2 {
		t.Fatalf("events: got %+v", events)
	}
	if e := events[0]; e.Action != users.ActionTokenRotated || e.Target.Key != r.user.Key || e.Reason != "yearly" ||
		!slices.ContainsFunc(e.Changes, func(c users.Change) bool { return c.Field == "successor" && c.New == string(next.ID) }) {
		t.Errorf("event of the rotation: got %+v", e)
	}
	if e := events[1]; e.Action != users.ActionTokenIssued || !slices.ContainsFunc(e.Changes, func(c users.Change) bool { return c.New == string(next.ID) }) {
		t.Errorf("event of the successor: got %+v", e)
	}
	if text := fmt.Sprint(events); strings.Contains(text, secret) {
		t.Errorf("the secret is in %s", text)
	}
}

// refusedRotations are rotations that are refused, as an error for which want holds.
var refusedRotations = map[string]struct {
	before func(*testing.T, *rotating)
	actor  func(*testing.T, *rotating) users.Actor // default: the owner
	r      users.Rotation
	want   func(error) bool
}{
	"by an auditor": {
		actor: func(t *testing.T, r *rotating) users.Actor { return r.Person(t, "aud@example.com", users.RoleAuditor) },
		want:  isError(users.ErrForbidden),
	},
	"by a user who sees no directory": {
		actor: func(t *testing.T, r *rotating) users.Actor { return r.Person(t, "ana@example.com", users.RoleUser) },
		want:  isError(users.ErrNotFound),
	},
	"after a promotion, by an admin": {
		before: func(t *testing.T, r *rotating) { r.promote(t, users.RoleAdmin) },
		actor:  func(t *testing.T, r *rotating) users.Actor { return r.Person(t, "adm@example.com", users.RoleAdmin) },
		want:   isError(users.ErrForbidden),
	},
	"revoked": {
		before: func(t *testing.T, r *rotating) {
			r.must(t, r.RevokeToken(t.Context(), r.Owner, r.token.ID, users.TokenEnd{LeaveNone: true}))
		},
		want: isError(users.ErrNotFound),
	},
	"expired": {
		before: func(_ *testing.T, r *rotating) { r.Clock.Advance(90 * day) },
		actor:  func(t *testing.T, r *rotating) users.Actor { return users.Command("req") },
		want:   isInvalid("overlap"),
	},
	"rotated, and the successor was not used yet": {
		before: func(t *testing.T, r *rotating) { r.rotate(t) },
		want:   isError(users.ErrRotated),
	},
	"rotated, and the successor is in use": {
		before: func(t *testing.T, r *rotating) {
			_, secret := r.rotate(t)
			r.must(t, r.use(t, r.Service, secret, "10.0.4.7", "curl/8"))
			r.Settle()
		},
		r:    users.Rotation{ReplaceUnused: true},
		want: isError(users.ErrRotated),
	},
	"an overlap before now": {r: users.Rotation{Overlap: -time.Second}, want: isInvalid("overlap")},
	"a lifetime that is too long": {
		r:    users.Rotation{NewToken: users.NewToken{Lifetime: 366 * day}},
		want: isInvalid("expiry"),
	},
	"as many tokens as there may be": {
		before: func(t *testing.T, r *rotating) {
			for i := range users.MaxTokens - 1 {
				r.issue(t, users.NewToken{Name: fmt.Sprint(i), Lifetime: day, Scopes: r.token.Scopes})
			}
		},
		want: isError(users.ErrTooManyTokens),
	},
}

// isError returns a function that reports whether an error is want.
func isError(want error) func(error) bool {
	return func(err error) bool { return errors.Is(err, want) }
}

// isInvalid returns a function that reports whether an error is about that field alone.
func isInvalid(field string) func(error) bool {
	return func(err error) bool {
		bad, ok := errors.AsType[*users.InvalidError](err)
		return ok && len(bad.Fields) == 1 && bad.Fields[0].Field == field
	}
}

// TestRotateToken_refused makes each of the refused rotations, which record nothing.
func TestRotateToken_refused(t *testing.T) {
	t.Parallel()
	for name, test := range refusedRotations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRotating(t)
			if test.before != nil {
				test.before(t, r)
			}
			actor := r.Owner
			if test.actor != nil {
				actor = test.actor(t, r)
			}
			seq := r.Last(t)
			if _, secret, err := r.RotateToken(t.Context(), actor, r.token.ID, test.r); !test.want(err) || secret != "" {
				t.Errorf("got %q, %v", secret, err)
			}
			if trail := r.Trail(t, seq); len(trail) > 0 {
				t.Errorf("events: %v", trail)
			}
		})
	}
}

// promote gives the service user another role.
func (r *rotating) promote(t *testing.T, role users.Role) {
	t.Helper()
	_, err := r.ChangeRole(t.Context(), r.Owner, r.user.ID, users.RoleChange{Role: role, Version: r.Must(t, r.user.ID).Version})
	r.must(t, err)
}

func (r *rotating) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestStrikeOffClient strikes a client off, which kept the token from being retired, and uses the
// token as that client again.
func TestStrikeOffClient(t *testing.T) {
	t.Parallel()
	r := newRotating(t)
	for range 5 {
		r.must(t, r.use(t, r.Service, r.secret, "10.0.4.7", "report 1.0"))
		r.Clock.Advance(time.Hour)
	}
	r.must(t, r.use(t, r.Service, r.secret, "10.9.9.9", "curl/8.9"))
	_, secret := r.rotate(t)
	r.Clock.Advance(3 * day)
	r.Owner = r.SignedIn(t, "owner@example.com").Actor("req-owner", "192.0.2.1", "test")
	r.must(t, r.use(t, r.Service, secret, "10.0.4.7", "report 1.1"))
	r.Settle()
	if v := r.state(t).Verdict; v.Safe || v.Settled != 1 || v.Clients != 2 || !v.SilentEnough() {
		t.Fatalf("before: got %+v", v)
	}
	curl := users.ClientName{Name: "curl", Network: "10.9.9.9"}
	auditor := r.Person(t, "aud@example.com", users.RoleAuditor)
	if err := r.StrikeOffClient(t.Context(), auditor, r.token.ID, curl, ""); !errors.Is(err, users.ErrForbidden) {
		t.Errorf("by an auditor: got %v", err)
	}
	if err := r.StrikeOffClient(t.Context(), r.Owner, r.token.ID, users.ClientName{Name: "wget", Network: "10.9.9.9"}, ""); !errors.Is(err, users.ErrNotFound) {
		t.Errorf("a client that never came: got %v", err)
	}
	seq := r.Last(t)
	r.must(t, r.StrikeOffClient(t.Context(), r.Owner, r.token.ID, curl, "a laptop that is gone"))
	r.must(t, r.StrikeOffClient(t.Context(), r.Owner, r.token.ID, curl, "again"))
	if trail := r.Since(t, seq); len(trail) != 1 || trail[0].Action != users.ActionClientStruck || trail[0].Reason != "a laptop that is gone" {
		t.Errorf("events: got %+v", trail)
	}
	state := r.state(t)
	if !state.Verdict.Safe || state.Clients[0].State != users.ClientStruckOff || state.Clients[0].StruckBy.ID != "owner@example.com" {
		t.Errorf("struck off: got %+v, %+v", state.Verdict, state.Clients)
	}
	r.Clock.Advance(time.Minute)
	r.must(t, r.use(t, r.Service, r.secret, "10.9.9.9", "curl/8.9"))
	if state := r.state(t); state.Verdict.Safe || state.Clients[0].State != users.ClientNotSwitched {
		t.Errorf("came back: got %+v, %+v", state.Verdict, state.Clients)
	}
}
