package users_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// commandLine is the command line that asks for a token.
var commandLine = users.Actor{RequestID: "req-cli", Address: "192.0.2.44", UserAgent: "Python-urllib/3.11", Tool: "roboto-cli 0.62.0"}

// requested returns a request that a program has just made.
func requested(t *testing.T, d *userstest.Directory) users.CredentialRequest {
	t.Helper()
	r, err := d.RequestCredential(t.Context(), newRequest())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// approved returns the code of a request that a person approves.
func approved(t *testing.T, d *users.Service, who users.Actor, r users.CredentialRequest, as users.ID) string {
	t.Helper()
	code, err := d.ApproveCredentialRequest(t.Context(), who, r.ID, users.Approval{As: as})
	if err != nil {
		t.Fatalf("approve as %s: %v", as, err)
	}
	return code
}

// exchanged checks what an exchange comes to, and returns the secret.
func exchanged(t *testing.T, d *userstest.Directory, x users.Exchange, want error) string {
	t.Helper()
	_, secret, err := d.ExchangeCredentialRequest(t.Context(), commandLine, x)
	if !errors.Is(err, want) || (secret == "") != (err != nil) {
		t.Errorf("exchange: got error %v, want %v", err, want)
	}
	return secret
}

// TestCredentialApproval takes a request from the approval to the token, on two consoles.
func TestCredentialApproval(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	other := d.Another(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	last, r := d.Last(t), requested(t, d)
	code, err := d.ApproveCredentialRequest(t.Context(), ana, r.ID, users.Approval{As: ana.ID, Reason: "laptop"})
	if err != nil {
		t.Fatal(err)
	}
	if again := approved(t, other, ana, r, ana.ID); again != code {
		t.Error("to approve in the same way again gives another code")
	}
	x := users.Exchange{RequestID: r.ID, Code: code, Verifier: verifier}
	token, secret, err := other.ExchangeCredentialRequest(t.Context(), commandLine, x)
	if err != nil {
		t.Fatal(err)
	}
	if token.User.Key != ana.Key || token.Role != users.RoleUser || token.ShownTo.Key != ana.Key || token.IssuedBy.Key != ana.Key ||
		!token.EndsAt.Equal(d.Clock.Now().Add(30*24*time.Hour)) || !slices.Equal(token.Scopes, users.LoginScopes) {
		t.Errorf("the token: got %+v", token)
	}
	if in, err := d.Authenticate(t.Context(), secret, commandLine); err != nil || in.User.Key != ana.Key {
		t.Errorf("Authenticate: got %+v, %v", in.User.ID, err)
	}
	exchanged(t, d, x, users.ErrBadExchange)
	if _, err := d.ApproveCredentialRequest(t.Context(), ana, r.ID, users.Approval{As: ana.ID}); !errors.Is(err, users.ErrRequestDecided) {
		t.Errorf("to approve it again: got %v", err)
	}
	expectApprovalTrail(t, strings.Join(d.Trail(t, last), "\n"), secret, code)
}

// expectApprovalTrail checks that a history has the approval and the token once, and no secret.
func expectApprovalTrail(t *testing.T, trail string, secrets ...string) {
	t.Helper()
	for _, line := range []string{
		`ana@example.com login.approved ana@example.com [client_hostname:  → ana-laptop, client_version:  → 0.62.0, token_expiry_days:  → 30] because "laptop"`,
		`ana@example.com token.issued ana@example.com [`,
	} {
		if strings.Count(trail, line) != 1 {
			t.Errorf("the history has not once %s:\n%s", line, trail)
		}
	}
	for _, secret := range secrets {
		if strings.Contains(trail, secret) {
			t.Error("the history has a secret")
		}
	}
}

// TestCredentialApprovalBy checks who may approve a request, and as whom.
func TestCredentialApprovalBy(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	without := userstest.New(t, users.Config{NoPersonalTokens: true})
	for _, d := range []*userstest.Directory{d, without} {
		d.ServiceUser(t, "ingest", users.RoleUser)
		d.ServiceUser(t, "powerful", users.RoleAdmin)
		d.Person(t, "bo@example.com", users.RoleUser)
	}
	late := d.Owner
	late.AuthTime = late.AuthTime.Add(-users.RecentSignIn - time.Microsecond)
	admin, ana := d.Person(t, "admin@example.com", users.RoleAdmin), d.Person(t, "ana@example.com", users.RoleUser)
	for name, c := range map[string]struct {
		d    *userstest.Directory
		who  users.Actor
		as   users.ID
		want error
	}{
		"a user as themselves":                          {d, ana, ana.ID, nil},
		"a user as another person":                      {d, ana, "bo@example.com", users.ErrForbidden},
		"a user as a service user of another person":    {d, ana, "ingest", users.ErrForbidden},
		"an admin as a service user":                    {d, admin, "ingest", nil},
		"an admin as one with more power":               {d, admin, "powerful", users.ErrForbidden},
		"an owner as themselves":                        {d, d.Owner, d.Owner.ID, nil},
		"an owner as an admin":                          {d, d.Owner, "powerful", nil},
		"an owner as themselves, signed in long ago":    {d, late, d.Owner.ID, users.ErrSignInAgain},
		"an owner as an admin, signed in long ago":      {d, late, "powerful", users.ErrSignInAgain},
		"an owner as a plain one, signed in long ago":   {d, late, "ingest", users.ErrSignInAgain},
		"an owner as another person":                    {d, d.Owner, "bo@example.com", users.ErrForbidden},
		"an owner as a user who does not exist":         {d, d.Owner, "nobody", users.ErrNotFound},
		"an owner as themselves, without own tokens":    {without, without.Owner, without.Owner.ID, users.ErrForbidden},
		"an owner as a service user without own tokens": {without, without.Owner, "ingest", nil},
	} {
		code, err := c.d.ApproveCredentialRequest(t.Context(), c.who, requested(t, c.d).ID, users.Approval{As: c.as})
		if !errors.Is(err, c.want) || (code == "") != (err != nil) {
			t.Errorf("%s: got %q, %v; want error %v", name, code, err, c.want)
		}
	}
}

// TestCredentialApprovalReason refuses a reason that is too long.
func TestCredentialApprovalReason(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := d.Person(t, "ana@example.com", users.RoleUser)
	if _, err := d.ApproveCredentialRequest(t.Context(), ana, requested(t, d).ID, users.Approval{As: ana.ID, Reason: strings.Repeat("x", 10_000)}); err == nil {
		t.Error("a reason of 10,000 characters was taken")
	}
}

// TestCredentialRefusal refuses a request, which cannot be approved after that.
func TestCredentialRefusal(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana, last := d.Person(t, "ana@example.com", users.RoleUser), int64(0)
	r := requested(t, d)
	last = d.Last(t)
	if err := d.RefuseCredentialRequest(t.Context(), ana, r.ID, "not mine"); err != nil {
		t.Fatal(err)
	}
	if got := d.Trail(t, last); len(got) != 1 || !strings.HasPrefix(got[0], "ana@example.com login.refused ana@example.com [client_hostname") || !strings.HasSuffix(got[0], `because "not mine"`) {
		t.Errorf("the history: %v", got)
	}
	if _, err := d.ApproveCredentialRequest(t.Context(), d.Owner, r.ID, users.Approval{As: d.Owner.ID}); !errors.Is(err, users.ErrRequestDecided) {
		t.Errorf("approve: got %v", err)
	}
	if err := d.RefuseCredentialRequest(t.Context(), ana, r.ID, ""); !errors.Is(err, users.ErrRequestDecided) {
		t.Errorf("refuse again: got %v", err)
	}
	exchanged(t, d, users.Exchange{RequestID: r.ID, Verifier: verifier}, users.ErrBadExchange)
	d.Clock.Advance(users.CredentialRequestLifetime)
	if err := d.RefuseCredentialRequest(t.Context(), ana, requested(t, d).ID[1:], ""); !errors.Is(err, users.ErrNotFound) {
		t.Errorf("refuse what is no request: got %v", err)
	}
	if _, err := d.ApproveCredentialRequest(t.Context(), ana, r.ID, users.Approval{As: ana.ID}); !errors.Is(err, users.ErrRequestExpired) {
		t.Errorf("approve after ten minutes: got %v", err)
	}
}

// TestCredentialExchangeWrong sends each of the three values wrong, and then right.
func TestCredentialExchangeWrong(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana, bo := d.Person(t, "ana@example.com", users.RoleUser), d.Person(t, "bo@example.com", users.RoleUser)
	r, of := requested(t, d), requested(t, d)
	code, foreign := approved(t, d.Service, ana, r, ana.ID), approved(t, d.Service, bo, of, bo.ID)
	right := users.Exchange{RequestID: r.ID, Code: code, Verifier: verifier}
	for name, x := range map[string]users.Exchange{
		"nothing":                   {},
		"no code":                   {RequestID: r.ID, Verifier: verifier},
		"the code of another":       {RequestID: r.ID, Code: foreign, Verifier: verifier},
		"a code cut short":          {RequestID: r.ID, Code: code[1:], Verifier: verifier},
		"another verifier":          {RequestID: r.ID, Code: code, Verifier: strings.Repeat("w", 43)},
		"the challenge as verifier": {RequestID: r.ID, Code: code, Verifier: challengeOf(verifier)},
		"a short verifier":          {RequestID: r.ID, Code: code, Verifier: "v"},
		"another request":           {RequestID: of.ID, Code: code, Verifier: verifier},
		"a request nobody approved": {RequestID: requested(t, d).ID, Code: code, Verifier: verifier},
		"what is no request":        {RequestID: "x", Code: code, Verifier: verifier},
	} {
		if _, _, err := d.ExchangeCredentialRequest(t.Context(), commandLine, x); !errors.Is(err, users.ErrBadExchange) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	exchanged(t, d, right, nil)
	d.Clock.Advance(users.CredentialRequestLifetime)
	exchanged(t, d, users.Exchange{RequestID: of.ID, Code: foreign, Verifier: verifier}, users.ErrBadExchange)
}

// rightsTaken take rights away between the approval and the exchange.
var rightsTaken = map[string]struct {
	as    users.ID
	take  func(context.Context, *userstest.Directory) error
	want  error
	state users.TokenState // of a token that is issued all the same
}{
	"the approver is deactivated": {"ana@example.com", func(ctx context.Context, d *userstest.Directory) error {
		return d.Deactivate(ctx, d.Owner, "ana@example.com", users.Departure{})
	}, users.ErrBadExchange, ""},
	"the approver is deleted": {"ana@example.com", func(ctx context.Context, d *userstest.Directory) error {
		return d.Delete(ctx, d.Owner, "ana@example.com", users.Deletion{Confirm: "ana@example.com"})
	}, users.ErrBadExchange, ""},
	"the approver is demoted": {"ingest", func(ctx context.Context, d *userstest.Directory) error {
		_, err := d.ChangeRole(ctx, d.Owner, "ana@example.com", users.RoleChange{Role: users.RoleUser})
		return err
	}, users.ErrForbidden, ""},
	"the service user is promoted": {"ingest", func(ctx context.Context, d *userstest.Directory) error {
		_, err := d.ChangeRole(ctx, d.Owner, "ingest", users.RoleChange{Role: users.RoleAdmin})
		return err
	}, users.ErrForbidden, ""},
	"the service user is deleted": {"ingest", func(ctx context.Context, d *userstest.Directory) error {
		return d.Delete(ctx, d.Owner, "ingest", users.Deletion{Confirm: "ingest"})
	}, users.ErrBadExchange, ""},
	"nothing": {"ingest", func(context.Context, *userstest.Directory) error { return nil }, nil, users.TokenLive},
}

// TestCredentialExchangeReadsRightsAgain takes rights away between the approval and the
// exchange.
func TestCredentialExchangeReadsRightsAgain(t *testing.T) {
	t.Parallel()
	for name, c := range rightsTaken {
		d := userstest.New(t)
		d.ServiceUser(t, "ingest", users.RoleUser)
		ana, r := d.Person(t, "ana@example.com", users.RoleAdmin), requested(t, d)
		x := users.Exchange{RequestID: r.ID, Code: approved(t, d.Service, ana, r, c.as), Verifier: verifier}
		if err := c.take(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		last := d.Last(t)
		if _, _, err := d.ExchangeCredentialRequest(t.Context(), commandLine, x); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
		if events := d.Since(t, last); (len(events) > 0) != (c.want == nil) {
			t.Errorf("%s: got events %v", name, events)
		}
	}
}

// TestCredentialExchangeOnce exchanges one code many times at once, on two consoles.
func TestCredentialExchangeOnce(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	consoles := []*users.Service{d.Service, d.Another(t)}
	ana, r := d.Person(t, "ana@example.com", users.RoleUser), requested(t, d)
	x := users.Exchange{RequestID: r.ID, Code: approved(t, d.Service, ana, r, ana.ID), Verifier: verifier}
	var wait sync.WaitGroup
	errs := make([]error, 10)
	for i := range errs {
		wait.Go(func() { _, _, errs[i] = consoles[i%2].ExchangeCredentialRequest(t.Context(), commandLine, x) })
	}
	wait.Wait()
	issued := 0
	for _, err := range errs {
		switch {
		case err == nil:
			issued++
		case !errors.Is(err, users.ErrBadExchange):
			t.Error(err)
		}
	}
	if tokens, err := d.Tokens(t.Context(), ana, ana.ID); err != nil || issued != 1 || len(tokens) != 1 {
		t.Errorf("%d exchanges succeeded and there are %d tokens, %v; want one", issued, len(tokens), err)
	}
}

// TestCredentialRequestsAreTidied keeps decisions for as long as they can be asked about.
func TestCredentialRequestsAreTidied(t *testing.T) {
	t.Parallel()
	d := tidied(t)
	approved(t, d.Service, d.Owner, requested(t, d), d.Owner.ID)
	for after, want := range []int{1, 1, 0} {
		if got := rows(t, d, `SELECT COUNT(*) FROM credential_requests`); got != want {
			t.Errorf("after %d half hours: got %d decisions, want %d", after+1, got, want)
		}
		tidyAfter(t, d, 40*time.Minute)
	}
}
