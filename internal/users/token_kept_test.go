package users_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// TestTidyOfTokens deletes tokens 90 days after their end, with their uses, and no others.
func TestTidyOfTokens(t *testing.T) {
	t.Parallel()
	d := tidied(t)
	d.ServiceUser(t, "robot", users.RoleUser)
	long := func(name string) users.NewToken {
		return users.NewToken{Name: name, Lifetime: 365 * 24 * time.Hour, Scopes: []users.Scope{users.ScopeEverything, users.ScopeTokensIntrospect}}
	}
	_, living := d.IssuedBy(t, d.Owner, "robot", long("living"))
	asker := d.With(t, living)
	revoked, secret := d.IssuedBy(t, d.Owner, "robot", long("revoked"))
	expired, expiring := d.IssuedBy(t, d.Owner, "robot", readOnly("expired"))
	for _, s := range []string{secret, expiring} {
		d.With(t, s)
		if _, err := d.Introspect(t.Context(), asker, s, ""); err != nil {
			t.Fatal(err)
		}
	}
	d.Settle()
	if err := d.RevokeToken(t.Context(), d.Owner, revoked.ID, users.TokenEnd{}); err != nil {
		t.Fatal(err)
	}
	kept := func(what string, want int) {
		t.Helper()
		got := []int{
			rows(t, d, `SELECT COUNT(*) FROM tokens`), 1 + rows(t, d, `SELECT COUNT(DISTINCT token) FROM token_uses WHERE token IN ($1, $2)`, revoked.ID, expired.ID),
			1 + rows(t, d, `SELECT COUNT(*) FROM introspections`),
		}
		if fmt.Sprint(got) != fmt.Sprint([]int{want, want, want}) {
			t.Errorf("%s: got %v tokens, tokens with uses and tokens asked about, want %d of each", what, got, want)
		}
	}
	kept("at first", 3)
	tidyAfter(t, d, 89*24*time.Hour+23*time.Hour)
	kept("before the 90 days are over", 3)
	tidyAfter(t, d, time.Hour)
	kept("90 days after the revocation", 2)
	tidyAfter(t, d, time.Hour)
	kept("90 days after the expiry", 1)
}

// TestNoSecretIsKept looks for the secret of a token, its random part and its digest in the
// history, and for the secret in every text of the database.
func TestNoSecretIsKept(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.ServiceUser(t, "robot", users.RoleUser)
	token, secret := d.IssuedBy(t, d.Owner, "robot", readOnly("one"))
	d.With(t, secret)
	if err := errors.Join(d.DisableToken(t.Context(), d.Owner, token.ID, users.TokenEnd{LeaveNone: true}), d.EnableToken(t.Context(), d.Owner, token.ID, ""),
		d.RevokeToken(t.Context(), d.Owner, token.ID, users.TokenEnd{LeaveNone: true})); err != nil {
		t.Fatal(err)
	}
	random := secret[len("usr_pat_") : len("usr_pat_")+39]
	digest := fmt.Sprintf("%x", users.DigestOf(secret))
	for _, e := range d.Since(t, 0) {
		for _, c := range e.Changes {
			for _, canary := range []string{random, digest, secret[len(secret)-8:]} {
				if strings.Contains(c.Old+c.New, canary) {
					t.Errorf("event %d, %s, holds %s", e.Seq, e.Action, canary)
				}
			}
		}
	}
	for _, column := range []string{"id", "name", "description", "hint", "scopes", "ranges", "replaces", "used_tool", "used_address", "CAST(digest AS TEXT)"} {
		if d.DB.Engine() != "SQLite" && strings.HasPrefix(column, "CAST") {
			column = "encode(digest, 'escape')"
		}
		if n := rows(t, d, `SELECT COUNT(*) FROM tokens WHERE `+column+` LIKE '%' || $1 || '%'`, random); n > 0 {
			t.Errorf("the column %s holds the random part", column)
		}
	}
}

// TestTextWithASecretIsRefused writes the secret of a token into the texts that are kept, each of
// which is refused.
func TestTextWithASecretIsRefused(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.ServiceUser(t, "robot", users.RoleUser)
	token, secret := d.IssuedBy(t, d.Owner, "robot", readOnly("one"))
	text := "it is " + strings.ToUpper(secret) + "."
	named, described, explained := readOnly(text), readOnly("two"), readOnly("two")
	described.Description, explained.Reason = text, text
	last := d.Last(t)
	for field, n := range map[string]users.NewToken{"name": named, "description": described, "reason": explained} {
		_, _, err := d.IssueToken(t.Context(), d.Owner, "robot", n)
		if bad, ok := errors.AsType[*users.InvalidError](err); !ok || bad.Fields[0].Field != field {
			t.Errorf("in the %s: got %v", field, err)
		}
	}
	if err := d.RevokeToken(t.Context(), d.Owner, token.ID, users.TokenEnd{Reason: secret, LeaveNone: true}); err == nil {
		t.Error("in the reason of an end: it was kept")
	}
	if _, err := d.Edit(t.Context(), d.Owner, "robot", users.Edit{Fields: users.Fields{Name: &secret}}); err == nil {
		t.Error("in the name of a user: it was kept")
	}
	if d.Last(t) != last {
		t.Errorf("events %q", d.Trail(t, last))
	}
}

// TestFormThatIssuesIsNotRepeated sends the form of a new token twice: the second answer has
// neither token nor secret.
func TestFormThatIssuesIsNotRepeated(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.ServiceUser(t, "robot", users.RoleUser)
	ctx := sending(t, users.NewFormKey())
	if _, secret, err := d.IssueToken(ctx, d.Owner, "robot", readOnly("one")); err != nil || secret == "" {
		t.Fatal(err)
	}
	token, secret, err := d.IssueToken(ctx, d.Owner, "robot", readOnly("one"))
	done, ok := errors.AsType[*users.DoneError](err)
	if !ok || token.ID != "" || secret != "" || strings.Contains(string(done.Answer), "usr_pat_") {
		t.Errorf("got %+v, a secret of %d characters, %v", token, len(secret), err)
	}
	if all, err := d.Tokens(t.Context(), d.Owner, "robot"); err != nil || len(all) != 1 {
		t.Errorf("got %d tokens, %v", len(all), err)
	}
}
