package auth_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/authtest"
)

// impatient is how long a call may take in tests with a provider that hangs.
const impatient = 400 * time.Millisecond

// TestFaults has each endpoint fail in each way: the error says whether the
// provider was silent or wrong, and nobody waits for long.
func TestFaults(t *testing.T) {
	t.Parallel()
	for fault, want := range map[authtest.Fault]error{
		authtest.Fails:     auth.ErrUnavailable,
		authtest.Hangs:     auth.ErrUnavailable,
		authtest.Drips:     auth.ErrUnavailable,
		authtest.Drops:     auth.ErrUnavailable,
		authtest.NotFound:  auth.ErrUntrusted,
		authtest.Echoes:    auth.ErrUntrusted,
		authtest.Garbles:   auth.ErrUntrusted,
		authtest.Floods:    auth.ErrUntrusted,
		authtest.Redirects: auth.ErrUntrusted,
	} {
		for _, endpoint := range []authtest.Endpoint{
			authtest.Discovery, authtest.Keys, authtest.Token, authtest.UserInfo,
		} {
			t.Run(fmt.Sprintf("%s %s", endpoint, fault), func(t *testing.T) {
				t.Parallel()
				op := authtest.New(t)
				op.Lie(func(l *authtest.Lies) { l.Faults[endpoint] = fault })
				config := configFor(op)
				if fault == authtest.Hangs || fault == authtest.Drips {
					config.Timeout = impatient
				}
				if _, err := signIn(t, auth.NewProvider(config), nil); !errors.Is(err, want) {
					t.Errorf("got %v, want %v", err, want)
				}
				if op.Calls(authtest.Elsewhere) != 0 {
					t.Error("a redirect was followed")
				}
			})
		}
	}
}

// A clock that is moved by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// TestProviderThatIsDownIsLeftAlone moves the clock past the pause, and past the
// life of what the provider said.
func TestProviderThatIsDownIsLeftAlone(t *testing.T) {
	t.Parallel()
	op, clock := authtest.New(t), &clock{at: time.Now()}
	op.SetClock(clock.now)
	config := configFor(op)
	config.Now = clock.now
	p := auth.NewProvider(config)

	op.Lie(func(l *authtest.Lies) { l.Faults[authtest.Discovery] = authtest.Drops })
	for range 3 {
		if _, _, err := p.Begin(t.Context(), auth.BeginOptions{}); !errors.Is(err, auth.ErrUnavailable) {
			t.Fatalf("got %v, want %v", err, auth.ErrUnavailable)
		}
	}
	if got := op.Calls(authtest.Discovery); got > 2 { // Go asks again itself when a connection drops
		t.Errorf("asked %d times, want once", got)
	}
	if address := p.SignOutURL(t.Context(), "", ""); address != "" {
		t.Errorf("SignOutURL: got %s of a provider that is down", address)
	}

	op.Lie(func(l *authtest.Lies) { *l = authtest.Lies{} })
	clock.advance(11 * time.Second)
	if _, err := signIn(t, p, nil); err != nil {
		t.Fatalf("the provider is back: %v", err)
	}

	op.Lie(func(l *authtest.Lies) { l.Faults[authtest.Discovery] = authtest.Fails })
	clock.advance(2 * time.Hour)
	if _, err := signIn(t, p, nil); err != nil {
		t.Errorf("what the provider said before is no longer good: %v", err)
	}
}

// TestProviderThatHangsIsLeftAlone checks that those who come later do not wait as
// well.
func TestProviderThatHangsIsLeftAlone(t *testing.T) {
	t.Parallel()
	op, clock := authtest.New(t), &clock{at: time.Now()}
	op.SetClock(clock.now)
	config := configFor(op)
	config.Now, config.Timeout = clock.now, impatient
	p := auth.NewProvider(config)
	op.Lie(func(l *authtest.Lies) { l.Faults[authtest.Token] = authtest.Hangs })
	for range 4 {
		if _, err := signIn(t, p, nil); !errors.Is(err, auth.ErrUnavailable) {
			t.Fatalf("got %v, want %v", err, auth.ErrUnavailable)
		}
	}
	if got := op.Calls(authtest.Token); got != 1 {
		t.Errorf("asked %d times, want once", got)
	}
	op.Lie(func(l *authtest.Lies) { *l = authtest.Lies{} })
	clock.advance(11 * time.Second)
	if _, err := signIn(t, p, nil); err != nil {
		t.Errorf("the provider is back: %v", err)
	}
}

// TestManyAskAtOnce has many sign-ins begin before the provider has been asked
// about itself: they share one question.
func TestManyAskAtOnce(t *testing.T) {
	t.Parallel()
	op := authtest.New(t)
	p := auth.NewProvider(configFor(op))
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, _, err := p.Begin(t.Context(), auth.BeginOptions{}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := op.Calls(authtest.Discovery); got != 1 {
		t.Errorf("asked %d times, want once", got)
	}
}

// TestBrowserThatGoesAway gives up in the middle of a sign-in, for which the
// provider is not to be left alone.
func TestBrowserThatGoesAway(t *testing.T) {
	t.Parallel()
	op := authtest.New(t)
	op.Lie(func(l *authtest.Lies) { l.Faults[authtest.Token] = authtest.Hangs })
	p := auth.NewProvider(configFor(op))
	address, attempt, err := p.Begin(t.Context(), auth.BeginOptions{})
	if err != nil {
		t.Fatal(err)
	}
	query := authtest.Follow(t, address, callback)
	ctx, cancel := context.WithTimeout(t.Context(), impatient)
	defer cancel()
	if _, err := p.Complete(ctx, attempt, query); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
	}
	op.Lie(func(l *authtest.Lies) { *l = authtest.Lies{} })
	if _, err := signIn(t, p, nil); err != nil {
		t.Errorf("the provider was blamed for a browser that went away: %v", err)
	}
}

// The provider's words are logged, tamed; secrets are neither logged nor told.
func TestLog(t *testing.T) {
	t.Parallel()
	op := authtest.New(t)
	op.SignsIn(ana)
	var out bytes.Buffer
	config := configFor(op)
	config.Log = slog.New(slog.NewTextHandler(&out, nil))
	p := auth.NewProvider(config)

	if _, err := signIn(t, p, nil); err != nil {
		t.Fatal(err)
	}
	told := fmt.Sprint(p.SignOutURL(t.Context(), "", ""))
	tell := func() {
		_, err := signIn(t, p, nil)
		told += fmt.Sprint(err)
	}
	op.Refuses("access_denied\nlevel=ERROR", "no\r\n\x1b[31mentry \u202e"+strings.Repeat("!", 5000))
	tell()
	op.SignsIn(ana)
	op.Lie(func(l *authtest.Lies) { l.Signature = authtest.ForeignKey })
	tell()
	for endpoint, fault := range map[authtest.Endpoint]authtest.Fault{authtest.UserInfo: authtest.Redirects, authtest.Token: authtest.Echoes} {
		op.Lie(func(l *authtest.Lies) {
			*l = authtest.Lies{Faults: map[authtest.Endpoint]authtest.Fault{endpoint: fault}}
		})
		tell()
	}

	logged := out.String()
	if !strings.Contains(logged, "entry") || strings.ContainsAny(logged, "\x1b\r\u202e") || len(logged) > 2000 {
		t.Errorf("got log %q", logged)
	}
	for _, secret := range op.Secrets() {
		if strings.Contains(logged+told, secret) {
			t.Errorf("%q is logged or told:\n%s\n%s", secret, logged, told)
		}
	}
}
