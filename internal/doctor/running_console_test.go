package doctor_test

import (
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/auth/authtest"
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/doctor"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web"
)

// startConsole starts the console and its proxy.
func (w *environment) startConsole(t *testing.T) *users.Service {
	t.Helper()
	w.start(t)
	db, err := database.Open(t.Context(), w.config.Database, database.Options{})
	must(t, err)
	log := w.log
	if log == nil {
		log = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	service := users.NewService(db, users.Config{Log: log})
	must(t, service.EnsureOwners(t.Context(), w.config.Owners))
	provider := w.config.Provider
	provider.RedirectURL = w.config.BaseURL.String() + callbackPath
	app, err := web.New(web.Config{
		Users: service, Directory: directory.New(db, service, directory.Config{}), History: history.New(db, service), Provider: auth.NewProvider(provider), BaseURL: w.config.BaseURL, OrgName: "Example", Log: log,
		TrustedProxies: w.config.TrustedProxies,
	})
	must(t, err)
	var lc net.ListenConfig
	listener, err := lc.Listen(t.Context(), "tcp", w.config.Listen)
	must(t, err)
	server := &http.Server{Handler: app.Handler(), ErrorLog: discard}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		service.Close()
		must(t, db.Close())
	})
	return service
}

// TestRunningConsole checks a running console in a correct environment.
func TestRunningConsole(t *testing.T) {
	t.Parallel()
	w := newEnvironment(t)
	w.startConsole(t)
	found := doctor.Run(t.Context(), w.config)
	mustBlameOnly(t, found)
	mustReportEachCheck(t, found, false, true)
	for check, contains := range map[string]string{
		"listen address": "A console listens", "base URL": "A console responds", "headers": "passes the security headers on",
		"cookies": "in both directions", "owner": "There is an active owner",
	} {
		expect(t, found, check, doctor.OK, contains)
	}
	for _, check := range []string{"forwarded address", "HTTP version", "streaming"} {
		expect(t, found, check, doctor.Unknown, "Stop the console")
	}
	mustHideSecrets(t, w, found)
}

// runningSetups damage the proxy of a running console.
var runningSetups = map[string]setup{
	"a proxy that takes HSTS away":    {changingResponse(func(h http.Header) { h.Del("Strict-Transport-Security") }), "headers", doctor.Wrong, "removes Strict-Transport-Security"},
	"a proxy that takes cookies away": {changingResponse(func(h http.Header) { h.Del("Set-Cookie") }), "cookies", doctor.Wrong, "pass Set-Cookie on"},
	"a proxy that changes cookies": {changingResponse(func(h http.Header) {
		if c := h.Get("Set-Cookie"); c != "" {
			h.Set("Set-Cookie", strings.Replace(c, "; HttpOnly", "", 1))
		}
	}), "cookies", doctor.Wrong, "they lack HttpOnly"},
	"a proxy that keeps browsers' cookies": {changingRequest(func(h http.Header) { h.Del("Cookie") }), "cookies", doctor.Wrong, "pass the header Cookie on"},
	"a proxy that keeps pages":             {func(_ *testing.T, w *environment) { w.proxy.cached = map[string][]byte{} }, "cache", doctor.Wrong, "remove proxy_cache"},
	"a proxy that refuses forms":           {refusing(http.StatusForbidden, http.MethodPost, "/sign-in"), "forms", doctor.Wrong, "responds to POST with status 403"},
	"a proxy that points elsewhere":        {func(t *testing.T, w *environment) { w.proxy.to = freeAddress(t) }, "base URL", doctor.Wrong, "Point the proxy at"},
	"somebody to sign in meanwhile":        {func(_ *testing.T, w *environment) { w.config.SignIn = true }, "sign-in", doctor.Wrong, "Stop the console"},
	"a provider that is down": {func(_ *testing.T, w *environment) {
		w.op.Lie(func(l *authtest.Lies) { l.Faults[authtest.Discovery] = authtest.Drops })
	}, "discovery", doctor.Wrong, "closed the connection"},
}

// TestFaultyRunningConsole damages one part at a time around a running console.
func TestFaultyRunningConsole(t *testing.T) {
	t.Parallel()
	for name, s := range runningSetups {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newEnvironment(t)
			s.damage(t, w)
			w.startConsole(t)
			found := doctor.Run(t.Context(), w.config)
			mustFind(t, found, s)
			mustBlameOnly(t, found, s.check)
			mustHideSecrets(t, w, found)
		})
	}
}

// TestLastSignIn checks the findings on the most recent sign-in.
func TestLastSignIn(t *testing.T) {
	t.Parallel()
	claims := users.Claims{Issuer: "https://id.example.com", Subject: "1", Address: "owner@example.com", Verified: users.VerifiedYes}
	for name, test := range map[string]struct {
		claims   func(*users.Claims)
		from     string
		level    doctor.Level
		contains string
	}{
		"all is well":             {func(*users.Claims) {}, "203.0.113.7", doctor.OK, "succeeded"},
		"by the proxy's address":  {func(*users.Claims) {}, "127.0.0.1", doctor.Warning, "X-Forwarded-For"},
		"nobody vouches for them": {func(c *users.Claims) { c.Verified = users.VerifiedUnknown }, "203.0.113.7", doctor.Warning, "xms_edov"},
		"a stranger":              {func(c *users.Claims) { c.Address = "stranger@example.com" }, "203.0.113.7", doctor.OK, "No sign-in has succeeded yet"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newEnvironment(t)
			service := w.startConsole(t)
			c := claims
			test.claims(&c)
			_, _ = service.SignIn(t.Context(), c, users.Visit{Digest: users.DigestOf("secret"), Address: test.from})
			service.Settle()
			expect(t, doctor.Run(t.Context(), w.config), "last sign-in", test.level, test.contains)
		})
	}
}

// TestRunningConsoleWithOtherSettings changes the settings after the console has started, which
// must be reported, without blaming the proxy for missing cookies.
func TestRunningConsoleWithOtherSettings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change   func(*testing.T, *environment)
		contains string
		others   []string // checks that fail for the same reason
	}{
		"another provider": {func(t *testing.T, w *environment) {
			other := authtest.New(t)
			other.Registers(w.config.BaseURL.String() + callbackPath)
			w.config.Provider.Issuer, w.config.Provider.ClientSecret = other.Issuer(), other.ClientSecret
		}, `these settings have the one at "http://127.0.0.1`, nil},
		"another client": {func(_ *testing.T, w *environment) { w.config.Provider.ClientID = "konsole" },
			`the client "console", but these settings have "konsole"`, []string{"client", "redirect address"}},
		"another issuer at the same endpoints": {func(_ *testing.T, w *environment) {
			issuer := strings.Replace(w.op.Issuer(), "127.0.0.1", "localhost", 1)
			w.op.Lie(func(l *authtest.Lies) {
				l.Discovery["issuer"] = issuer
				l.Discovery["authorization_response_iss_parameter_supported"] = nil
			})
			w.config.Provider.Issuer = issuer
		}, "its issuer is not", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newEnvironment(t)
			w.startConsole(t)
			primed, err := w.open(t, w.config.BaseURL.String()+"/sign-in/start") // the console caches the discovery document before it changes
			if err != nil || primed == "" {
				t.Fatalf("the sign-in did not start: %q, %v", primed, err)
			}
			test.change(t, w)
			found := doctor.Run(t.Context(), w.config)
			expect(t, found, "running console", doctor.Wrong, test.contains)
			expect(t, found, "running console", doctor.Wrong, "Restart the console")
			mustBlameOnly(t, found, append(test.others, "running console", "identities", "last sign-in")...)
		})
	}
}

// TestDoctorMarksItsRequests checks the attribute doctor in the console's log.
func TestDoctorMarksItsRequests(t *testing.T) {
	t.Parallel()
	w := newEnvironment(t)
	var log syncedBuffer
	w.log = slog.New(slog.NewTextHandler(&log, nil))
	w.startConsole(t)
	_ = doctor.Run(t.Context(), w.config)
	requests := 0
	for line := range strings.Lines(log.String()) {
		if (strings.Contains(line, "msg=request") || strings.Contains(line, `msg="sign-in refused"`)) && !strings.Contains(line, "doctor=true") {
			t.Errorf("not marked: %s", line)
		} else if strings.Contains(line, "doctor=true") {
			requests++
		}
	}
	if requests == 0 {
		t.Error("no request of the doctor was logged")
	}
	if _, err := w.open(t, w.config.BaseURL.String()+"/sign-in"); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(strings.TrimSpace(log.String()), "\n"); strings.Contains(lines[len(lines)-1], "doctor") {
		t.Errorf("a browser's request is marked: %s", lines[len(lines)-1])
	}
}

// A syncedBuffer is a buffer that is safe for concurrent use.
type syncedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

// Write implements [io.Writer].
func (b *syncedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

// String returns what was written.
func (b *syncedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
