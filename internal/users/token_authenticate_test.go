package users_test

import (
	"errors"
	"fmt"
	"hash/crc32"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// aProgram returns a program that is not authenticated yet.
func aProgram() users.Actor {
	return users.Program("req-token", "192.0.2.3", "roboto-sdk/0.62.0", "roboto-sdk 0.62.0")
}

// TestSecretFormat checks the form by which secret scanners recognise a secret, and that its random
// part has all characters.
func TestSecretFormat(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.ServiceUser(t, "robot", users.RoleUser)
	form := regexp.MustCompile(`^usr_pat_([0-9A-Za-z]{43})_([0-9a-f]{8})$`)
	seen, drawn := map[string]bool{}, map[rune]bool{}
	for range 40 {
		token, secret := d.Issued(t, "robot")
		parts := form.FindStringSubmatch(secret)
		if parts == nil || !regexp.MustCompile(`^`+users.SecretPattern+`$`).MatchString(secret) {
			t.Fatalf("the secret %s has another form", secret)
		}
		if sum := fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte("usr_pat_"+parts[1]))); sum != parts[2] {
			t.Errorf("got the checksum %s, want %s", parts[2], sum)
		}
		if token.Hint != parts[1][39:] {
			t.Errorf("got the hint %s for %s", token.Hint, parts[1])
		}
		if seen[parts[1]] {
			t.Errorf("%s came twice", parts[1])
		}
		seen[parts[1]] = true
		for _, r := range parts[1] {
			drawn[r] = true
		}
		if !users.WellFormedSecret(secret) || users.WellFormedSecret(secret[:len(secret)-1]) || users.WellFormedSecret(strings.Replace(secret, parts[1][:1], "!", 1)) {
			t.Errorf("what is well-formed is not what %s is", secret)
		}
	}
	if len(drawn) != 62 {
		t.Errorf("%d characters were drawn, want all 62", len(drawn))
	}
}

// absent returns secrets of no token, made from the secret of a token.
func absent(secret string) map[string]string {
	return map[string]string{
		"absent":                     "",
		"unknown":                    "usr_pat_" + strings.Repeat("0", 43) + "_" + "00000000",
		"truncated":                  secret[:len(secret)-1],
		"truncated to the random":    secret[:len("usr_pat_")+43],
		"with a character changed":   strings.Replace(secret, secret[20:21], string(rune(secret[20])^1), 1),
		"in lower case":              strings.ToLower(secret) + "x",
		"with a space":               secret + " ",
		"of another kind":            "ghp_0123456789",
		"very long":                  strings.Repeat("a", 1<<20),
		"not readable":               "\xff\xfe",
		"with the character 0":       "usr_pat_\x00",
		"that is SQL":                "' OR 1=1 --",
		"twice":                      secret + secret,
		"the digest":                 fmt.Sprintf("%x", users.DigestOf(secret)),
		"the id of the token":        "tok_x",
		"with the prefix alone":      "usr_pat_",
		"without the prefix":         strings.TrimPrefix(secret, "usr_pat_"),
		"with another checksum":      secret[:len(secret)-8] + "00000000",
		"with the prefix in capital": "USR_PAT_" + strings.TrimPrefix(secret, "usr_pat_"),
	}
}

// TestAuthenticate_enumeration compares the errors and the numbers of statements for secrets of no
// token, which are the same for all.
func TestAuthenticate_enumeration(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.ServiceUser(t, "robot", users.RoleUser)
	_, secret := d.Issued(t, "robot")
	d.Settle()
	for circumstance, wrong := range absent(secret) {
		before := d.Statements.Load()
		in, err := d.Authenticate(t.Context(), wrong, aProgram())
		if err != users.ErrNoToken || in.User.Key != "" { // the error itself, which tells nothing of a token
			t.Errorf("%s: got %+v and %v, want %v itself", circumstance, in, err, users.ErrNoToken)
		}
		if n := d.Statements.Load() - before; n != 1 {
			t.Errorf("%s: %d statements, want 1", circumstance, n)
		}
	}
	if in, err := d.Authenticate(t.Context(), secret, aProgram()); err != nil || in.User.ID != "robot" {
		t.Errorf("the secret itself: got %+v, %v", in, err)
	}
}

// refusals are acts on the token of the service user robot, and why it is refused then.
var refusals = map[string]struct {
	do    func(*testing.T, *userstest.Directory, users.Token) error
	why   users.TokenState
	since time.Duration // after the token was issued
}{
	"revoked": {func(t *testing.T, d *userstest.Directory, token users.Token) error {
		return d.RevokeToken(t.Context(), d.Owner, token.ID, users.TokenEnd{LeaveNone: true})
	}, users.TokenRevoked, time.Hour},
	"disabled": {func(t *testing.T, d *userstest.Directory, token users.Token) error {
		return d.DisableToken(t.Context(), d.Owner, token.ID, users.TokenEnd{LeaveNone: true})
	}, users.TokenDisabled, time.Hour},
	"of a user who is deactivated": {func(t *testing.T, d *userstest.Directory, token users.Token) error {
		return d.Deactivate(t.Context(), d.Owner, token.User.ID, users.Departure{})
	}, users.TokenSuspended, time.Hour},
	"expired": {func(_ *testing.T, d *userstest.Directory, _ users.Token) error {
		d.Clock.Advance(90*24*time.Hour - time.Hour)
		return nil
	}, users.TokenExpired, 90 * 24 * time.Hour},
}

// TestRefusedTokenSaysWhy has tokens refused for each reason: the error has the reason and its time,
// and no name.
func TestRefusedTokenSaysWhy(t *testing.T) {
	t.Parallel()
	for circumstance, test := range refusals {
		t.Run(circumstance, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			d.ServiceUser(t, "robot", users.RoleUser)
			token, secret := d.Issued(t, "robot")
			d.With(t, secret)
			d.Clock.Advance(time.Hour)
			if err := test.do(t, d, token); err != nil {
				t.Fatal(err)
			}
			want := &users.TokenRefusedError{Why: test.why, Since: token.IssuedAt.Add(test.since)}
			_, err := d.Authenticate(t.Context(), secret, aProgram())
			got, ok := errors.AsType[*users.TokenRefusedError](err)
			if !ok || !errors.Is(err, users.ErrNoToken) {
				t.Fatalf("got %v, want a TokenRefusedError", err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("refused (-want +got):\n%s", diff)
			}
			for _, name := range []string{"robot", "Robot", "owner", string(token.ID), token.Name} {
				if strings.Contains(got.Error(), name) {
					t.Errorf("%q names %s", got.Error(), name)
				}
			}
			if !strings.Contains(got.Error(), want.Since.Format(time.RFC3339)) {
				t.Errorf("%q does not say since when", got.Error())
			}
		})
	}
}

// TestTokenIsForItsAddressRanges uses a token with ranges from inside and outside of them.
func TestTokenIsForItsAddressRanges(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.ServiceUser(t, "robot", users.RoleUser)
	token, secret := d.IssuedBy(t, d.Owner, "robot", users.NewToken{Name: "ranges", Lifetime: time.Hour, Scopes: []users.Scope{users.ScopeUsersRead},
		Ranges: []string{"2001:DB8::/32", "192.0.2.77/24", " 198.51.100.7 ", "::ffff:203.0.113.0/120", "192.0.2.0/24"}})
	var ranges []string
	for _, p := range token.Ranges {
		ranges = append(ranges, p.String())
	}
	if diff := cmp.Diff([]string{"192.0.2.0/24", "198.51.100.7/32", "203.0.113.0/24", "2001:db8::/32"}, ranges); diff != "" {
		t.Errorf("ranges (-want +got):\n%s", diff)
	}
	for address, inside := range map[string]bool{
		"192.0.2.255": true, "192.0.3.0": false, "198.51.100.7": true, "198.51.100.8": false, "203.0.113.9": true,
		"::ffff:192.0.2.1": true, "2001:db8:1::1": true, "2001:db9::1": false, "": false, "unknown": false, "fe80::1%eth0": false,
	} {
		by := aProgram()
		by.Address = address
		_, err := d.Authenticate(t.Context(), secret, by)
		refused, _ := errors.AsType[*users.TokenRefusedError](err)
		if inside != (err == nil) || !inside && (refused == nil || refused.Why != users.TokenOutOfRange || !refused.Since.Equal(token.IssuedAt)) {
			t.Errorf("from %q: got %v, inside %v", address, err, inside)
		}
	}
}

// TestUseOfATokenIsNoted checks what is stored of a use: the time, the address and the tool, and when
// the user was last seen.
func TestUseOfATokenIsNoted(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.ServiceUser(t, "robot", users.RoleUser)
	token, secret := d.Issued(t, "robot")
	d.Clock.Advance(time.Hour)
	d.With(t, secret)
	got, err := d.Token(t.Context(), d.Owner, token.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(users.TokenUse{At: d.Clock.Now(), Address: "192.0.2.3", Tool: "roboto-sdk 0.62.0"}, got.LastUsed); diff != "" {
		t.Errorf("last use (-want +got):\n%s", diff)
	}
	if seen := d.Must(t, "robot").SeenAt; !seen.Equal(d.Clock.Now()) {
		t.Errorf("seen at %v, want %v", seen, d.Clock.Now())
	}
}

// TestRequestWithATokenTakesTwoStatements authenticates and looks up a user: one statement each.
func TestRequestWithATokenTakesTwoStatements(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.ServiceUser(t, "robot", users.RoleAuditor)
	_, secret := d.Issued(t, "robot")
	d.With(t, secret) // which notes that the user was seen in this minute
	before := d.Selects.Load()
	in, err := d.Authenticate(t.Context(), secret, aProgram())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.User(t.Context(), in.Actor(aProgram()), d.Owner.ID); err != nil {
		t.Fatal(err)
	}
	if n := d.Selects.Load() - before; n != 2 {
		t.Errorf("%d statements, want 2", n)
	}
}

// FuzzAuthenticate authenticates with any secrets: only that of the token gives access.
func FuzzAuthenticate(f *testing.F) {
	d := userstest.New(f)
	d.ServiceUser(f, "robot", users.RoleUser)
	_, secret := d.Issued(f, "robot")
	for _, wrong := range absent(secret) {
		f.Add(wrong)
	}
	f.Add(secret)
	f.Fuzz(func(t *testing.T, s string) {
		_, err := d.Authenticate(t.Context(), s, aProgram())
		if s == secret != (err == nil) || err != nil && !errors.Is(err, users.ErrNoToken) {
			t.Errorf("%q: got %v", s, err)
		}
	})
}
