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

// shortTimeout is the timeout in tests with a provider that hangs.
const shortTimeout = 400 * time.Millisecond

// TestFaults makes each endpoint fail in each way. The error says whether the provider did not
// respond or responded wrongly, and each request ends within the timeout.
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
					config.Timeout = shortTimeout
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

// A clock is advanced by hand.
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

// withClock returns a provider, and a client of it, that share a clock.
func withClock(t *testing.T) (*auth.Provider, *authtest.Provider, *clock) {
	t.Helper()
	op, clock := authtest.New(t), &clock{at: time.Now()}
	op.SetClock(clock.now)
	config := configFor(op)
	config.Now = clock.now
	return auth.NewProvider(config), op, clock
}

// TestDiscoveryCircuit checks that a provider that is down is not requested during the pause.
func TestDiscoveryCircuit(t *testing.T) {
	t.Parallel()
	p, op, clock := withClock(t)

	op.Lie(func(l *authtest.Lies) { l.Faults[authtest.Discovery] = authtest.Fails })
	down := func(requests int) {
		t.Helper()
		before := op.Calls(authtest.Discovery)
		for range 3 {
			if _, _, err := p.Begin(t.Context(), auth.BeginOptions{}); !errors.Is(err, auth.ErrUnavailable) {
				t.Fatalf("got %v, want %v", err, auth.ErrUnavailable)
			}
		}
		if got := op.Calls(authtest.Discovery) - before; got != requests {
			t.Errorf("got %d requests, want %d", got, requests)
		}
	}
	down(1)
	clock.advance(2 * time.Second) // one failure does not open the circuit
	down(1)
	clock.advance(2 * time.Second)
	down(1)
	clock.advance(2 * time.Second) // three do
	down(0)
	if address := p.SignOutURL(t.Context(), "", ""); address != "" {
		t.Errorf("SignOutURL: got %s although the provider is down", address)
	}

	op.Lie(func(l *authtest.Lies) { *l = authtest.Lies{} })
	clock.advance(11 * time.Second)
	if _, err := signIn(t, p, nil); err != nil {
		t.Fatalf("the provider is back: %v", err)
	}
}

// TestExpiredDiscoveryIsUsed checks that an expired document is used while the provider is down.
func TestExpiredDiscoveryIsUsed(t *testing.T) {
	t.Parallel()
	p, op, clock := withClock(t)
	if _, err := signIn(t, p, nil); err != nil {
		t.Fatal(err)
	}
	op.Lie(func(l *authtest.Lies) { l.Faults[authtest.Discovery] = authtest.Fails })
	clock.advance(2 * time.Hour)
	before := op.Calls(authtest.Discovery)
	for range 3 {
		if _, err := signIn(t, p, nil); err != nil {
			t.Errorf("the expired document is not used: %v", err)
		}
	}
	if got := op.Calls(authtest.Discovery) - before; got != 1 {
		t.Errorf("with a cached document, got %d requests, want 1", got)
	}
}

// TestCircuit makes the token endpoint fail: three consecutive failures open the circuit, any
// response between them resets it, and after the pause one request is tried.
func TestCircuit(t *testing.T) {
	t.Parallel()
	op, clock := authtest.New(t), &clock{at: time.Now()}
	op.SetClock(clock.now)
	config := configFor(op)
	config.Now, config.Timeout = clock.now, shortTimeout
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
		t.Errorf("while the circuit is open, got %d requests, want 3", got)
	}
	clock.advance(11 * time.Second)
	fail(authtest.Fails, auth.ErrUnavailable)
	fail("", auth.ErrUnavailable)
	clock.advance(11 * time.Second)
	fail("", nil)
}

// TestOverlappingFailuresCountOnce makes many concurrent sign-ins fail in one outage.
func TestOverlappingFailuresCountOnce(t *testing.T) {
	t.Parallel()
	p, op, clock := withClock(t)
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
	op.WaitForCalls(t, authtest.Token, 8)
	clock.advance(time.Second) // all have started before the first of them fails
	op.Release()
	all.Wait()
	op.Lie(func(l *authtest.Lies) { *l = authtest.Lies{} })
	if _, err := signIn(t, p, nil); err != nil {
		t.Errorf("the next sign-in: %v", err)
	}
}

// TestConcurrentDiscoveryIsShared begins many sign-ins before the document is cached: they
// share one request.
func TestConcurrentDiscoveryIsShared(t *testing.T) {
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
		t.Errorf("got %d requests, want 1", got)
	}
}

// TestCancelledSignIn cancels a sign-in, which must not count as a failure of the provider.
func TestCancelledSignIn(t *testing.T) {
	t.Parallel()
	op := authtest.New(t)
	op.Lie(func(l *authtest.Lies) { l.Faults[authtest.Token] = authtest.Hangs })
	p := auth.NewProvider(configFor(op))
	address, attempt, err := p.Begin(t.Context(), auth.BeginOptions{})
	if err != nil {
		t.Fatal(err)
	}
	query := authtest.Follow(t, address, callback)
	ctx, cancel := context.WithTimeout(t.Context(), shortTimeout)
	defer cancel()
	if _, err := p.Complete(ctx, attempt, query); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
	}
	op.Lie(func(l *authtest.Lies) { *l = authtest.Lies{} })
	if _, err := signIn(t, p, nil); err != nil {
		t.Errorf("after a cancelled sign-in: %v", err)
	}
}

// TestLog checks that text of the provider is sanitized in errors, and that secrets are neither
// logged nor in errors.
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
	errorText := fmt.Sprint(p.SignOutURL(t.Context(), "", ""))
	record := func() {
		_, err := signIn(t, p, nil)
		if refused, ok := errors.AsType[*auth.ProviderError](err); ok {
			errorText += refused.Code + refused.Description
		}
		errorText += fmt.Sprint(err)
	}
	op.Refuses("access_denied\nlevel=ERROR", "no\r\n\x1b[31mentry \u202e"+strings.Repeat("!", 5000))
	record()
	op.SignsIn(ana)
	op.Lie(func(l *authtest.Lies) { l.Signature = authtest.ForeignKey })
	record()
	for endpoint, fault := range map[authtest.Endpoint]authtest.Fault{authtest.UserInfo: authtest.Redirects, authtest.Token: authtest.Echoes} {
		op.Lie(func(l *authtest.Lies) {
			*l = authtest.Lies{Faults: map[authtest.Endpoint]authtest.Fault{endpoint: fault}}
		})
		record()
	}

	if !strings.Contains(errorText, "entry") || strings.ContainsAny(errorText, "\x1b\r\n\u202e") || len(errorText) > 3000 {
		t.Errorf("got errors %q", errorText)
	}
	for _, secret := range op.Secrets() {
		if strings.Contains(out.String()+errorText, secret) {
			t.Errorf("%q is in the log or an error:\n%s\n%s", secret, out.String(), errorText)
		}
	}
}
