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

	op.Lie(func(l *authtest.Lies) { l.Faults[authtest.Discovery] = authtest.Fails })
	down := func(asked int) {
		t.Helper()
		before := op.Calls(authtest.Discovery)
		for range 3 {
			if _, _, err := p.Begin(t.Context(), auth.BeginOptions{}); !errors.Is(err, auth.ErrUnavailable) {
				t.Fatalf("got %v, want %v", err, auth.ErrUnavailable)
			}
		}
		if got := op.Calls(authtest.Discovery) - before; got != asked {
			t.Errorf("asked %d times, want %d", got, asked)
		}
	}
	down(1)
	clock.advance(2 * time.Second) // one failure is no outage
	down(1)
	clock.advance(2 * time.Second)
	down(1)
	clock.advance(2 * time.Second) // three are one
	down(0)
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
	before := op.Calls(authtest.Discovery)
	for range 3 {
		if _, err := signIn(t, p, nil); err != nil {
			t.Errorf("what the provider said before is no longer good: %v", err)
		}
	}
	if got := op.Calls(authtest.Discovery) - before; got != 1 {
		t.Errorf("with a document that is known, asked %d times, want once", got)
	}
}

// TestCircuit has the token endpoint fail: one slow answer stops nobody else, three in a
// row are an outage, in which those who come later do not wait, and an answer of any
// kind between them shows that it is none.
func TestCircuit(t *testing.T) {
	t.Parallel()
	op, clock := authtest.New(t), &clock{at: time.Now()}
	op.SetClock(clock.now)
	config := configFor(op)
	config.Now, config.Timeout = clock.now, impatient
	p := auth.NewProvider(config)
	fail := func(fault authtest.Fault, want error) {
		t.Helper()
		op.Lie(func(l *authtest.Lies) { l.Faults[authtest.Token] = fault })
		if _, err := signIn(t, p, nil); !errors.Is(err, want) {
			t.Fatalf("%s: got %v, want %v", fault, err, want)
		}
	}
	fail(authtest.Hangs, auth.ErrUnavailable)
	fail("", nil)
	fail(authtest.Fails, auth.ErrUnavailable)
	fail(authtest.Fails, auth.ErrUnavailable)
	fail(authtest.Garbles, auth.ErrUntrusted)
	fail(authtest.Fails, auth.ErrUnavailable)
	fail(authtest.Fails, auth.ErrUnavailable)
	fail("", nil)
	before := op.Calls(authtest.Token)
	for range 6 {
		fail(authtest.Fails, auth.ErrUnavailable)
	}
	if got := op.Calls(authtest.Token) - before; got != 3 {
		t.Errorf("in an outage, asked %d times, want 3", got)
	}
	clock.advance(11 * time.Second)
	fail(authtest.Fails, auth.ErrUnavailable)
	fail("", auth.ErrUnavailable)
	clock.advance(11 * time.Second)
	fail("", nil)
}

// TestManySlowAnswersAtOnceAreOneFailure has many sign-ins meet one bad moment of the
// token endpoint.
func TestManySlowAnswersAtOnceAreOneFailure(t *testing.T) {
	t.Parallel()
	op, clock := authtest.New(t), &clock{at: time.Now()}
	op.SetClock(clock.now)
	config := configFor(op)
	config.Now = clock.now
	p := auth.NewProvider(config)
	op.Lie(func(l *authtest.Lies) { l.Faults[authtest.Token] = authtest.Holds })
	var all sync.WaitGroup
	for range 8 {
		address, attempt, err := p.Begin(t.Context(), auth.BeginOptions{})
		if err != nil {
			t.Fatal(err)
		}
		query := authtest.Follow(t, address, callback)
		all.Go(func() {
			if _, err := p.Complete(t.Context(), attempt, query); !errors.Is(err, auth.ErrUnavailable) {
				t.Errorf("got %v, want %v", err, auth.ErrUnavailable)
			}
		})
	}
	op.Held(t, authtest.Token, 8)
	clock.advance(time.Second) // all have begun before the first of them fails
	op.LetGo()
	all.Wait()
	op.Lie(func(l *authtest.Lies) { *l = authtest.Lies{} })
	if _, err := signIn(t, p, nil); err != nil {
		t.Errorf("the next sign-in: %v", err)
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

// The provider's words are in errors on one line and cut; secrets are neither logged
// nor in errors.
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
		if refused, ok := errors.AsType[*auth.ProviderError](err); ok {
			told += refused.Code + refused.Description
		}
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
	if !strings.Contains(told, "entry") || strings.ContainsAny(told, "\x1b\r\n\u202e") || len(told) > 3000 {
		t.Errorf("got errors %q", told)
	}
	for _, secret := range op.Secrets() {
		if strings.Contains(logged+told, secret) {
			t.Errorf("%q is logged or told:\n%s\n%s", secret, logged, told)
		}
	}
}
