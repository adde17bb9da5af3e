package auth_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/authtest"
)

// TestBegin checks every parameter of the authorization URL, and that attempts share no secret.
func TestBegin(t *testing.T) {
	t.Parallel()
	op := authtest.New(t)
	p := auth.NewProvider(configFor(op))
	seen := map[string]bool{}
	for _, prompt := range []string{"", auth.PromptSelectAccount, "none"} {
		address, attempt, err := p.Begin(t.Context(), auth.BeginOptions{Prompt: prompt})
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		got := u.Query()
		want := url.Values{
			"client_id": {"console"}, "redirect_uri": {callback}, "response_type": {"code"},
			"scope": {"openid profile email"}, "state": {attempt.State}, "nonce": {attempt.Nonce},
			"code_challenge_method": {"S256"}, "code_challenge": got["code_challenge"],
		}
		if prompt != "" {
			want.Set("prompt", prompt)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("parameters (-want +got):\n%s", diff)
		}
		if strings.Contains(address, attempt.Verifier) || strings.Contains(address, attempt.Seed) {
			t.Error("the verifier or the seed is in the address")
		}
		if diff := cmp.Diff(attempt, auth.AttemptOf(attempt.Seed)); diff != "" {
			t.Errorf("the attempt of the same seed (-begun +derived):\n%s", diff)
		}
		mustBeFresh(t, seen, attempt)
	}
	if got := op.Calls(authtest.Discovery); got != 1 {
		t.Errorf("got %d discoveries, want 1", got)
	}
}

// mustBeFresh fails the test unless the attempt has four secrets that are not in seen, and
// adds them to seen.
func mustBeFresh(t *testing.T, seen map[string]bool, a auth.Attempt) {
	t.Helper()
	for _, secret := range []string{a.Seed, a.State, a.Nonce, a.Verifier} {
		if len(secret) != 43 || seen[secret] {
			t.Errorf("%q is not a fresh secret of 256 bits", secret)
		}
		seen[secret] = true
	}
}

// TestBeginOptions checks the optional parameters of the authorization URL.
func TestBeginOptions(t *testing.T) {
	t.Parallel()
	op := authtest.New(t)
	p := auth.NewProvider(configFor(op))
	zero, hour := 0, 3600
	for _, test := range []struct {
		options     auth.BeginOptions
		name, value string
	}{
		{auth.BeginOptions{Prompt: auth.PromptNone}, "prompt", "none"},
		{auth.BeginOptions{MaxAge: &zero}, "max_age", "0"},
		{auth.BeginOptions{MaxAge: &hour}, "max_age", "3600"},
		{auth.BeginOptions{LoginHint: "a&b@example.com"}, "login_hint", "a&b@example.com"},
	} {
		address, _, err := p.Begin(t.Context(), test.options)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(address)
		if err != nil || u.Query().Get(test.name) != test.value {
			t.Errorf("got %s and %v, want %s=%s", address, err, test.name, test.value)
		}
	}
}

// TestMaxAge checks the age of the authentication against the requested one.
func TestMaxAge(t *testing.T) {
	t.Parallel()
	op := authtest.New(t)
	p := auth.NewProvider(configFor(op))
	for circumstance, test := range map[string]struct {
		authTime any
		age      int
		want     auth.Cause
	}{
		"just now":           {time.Now().Unix(), 0, ""},
		"an hour ago":        {time.Now().Add(-time.Hour).Unix(), 7200, ""},
		"too long ago":       {time.Now().Add(-time.Hour).Unix(), 1800, auth.CauseAuthTime},
		"at an unknown time": {nil, 3600, auth.CauseAuthTime},
		"at no time":         {"yesterday", 3600, auth.CauseAuthTime},
		"at the beginning":   {0, 3600, auth.CauseAuthTime},
		"in an hour":         {time.Now().Add(time.Hour).Unix(), 3600, auth.CauseAuthTime},
		"in a minute":        {time.Now().Add(time.Minute).Unix(), 0, ""},
	} {
		t.Run(circumstance, func(t *testing.T) {
			op.Lie(func(l *authtest.Lies) { l.IDToken["auth_time"] = test.authTime })
			address, attempt, err := p.Begin(t.Context(), auth.BeginOptions{MaxAge: &test.age})
			if err != nil {
				t.Fatal(err)
			}
			_, err = p.Complete(t.Context(), attempt, authtest.Follow(t, address, callback))
			if auth.CauseOf(err) != test.want {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
