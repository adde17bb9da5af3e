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
	"github.com/roboto-ai/console/internal/doctor"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web"
)

// runs starts the console of the world, and its proxy.
func (w *world) runs(t *testing.T) *users.Service {
	t.Helper()
	w.start(t)
	db, err := database.Open(t.Context(), w.config.Database, database.Options{})
	must(t, err)
	log := w.log
	if log == nil {
		log = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	directory := users.NewService(db, users.Config{Log: log})
	must(t, directory.EnsureOwners(t.Context(), w.config.Owners))
	provider := w.config.Provider
	provider.RedirectURL = w.config.BaseURL.String() + callbackPath
	app, err := web.New(web.Config{
		Users: directory, Provider: auth.NewProvider(provider), BaseURL: w.config.BaseURL, OrgName: "Example", Log: log,
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
		directory.Close()
		must(t, db.Close())
	})
	return directory
}

// TestRunningConsole looks at a console that runs, all of which is right; it cannot be
// seen how requests come to it.
func TestRunningConsole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.runs(t)
	found := doctor.Run(t.Context(), w.config)
	onlyThese(t, found)
	everyCheckIsTold(t, found, false, true)
	for check, says := range map[string]string{
		"listen address": "A console listens", "base URL": "A console answers", "headers": "passes the security headers on",
		"cookies": "in both directions", "owner": "There is an active owner",
	} {
		expect(t, found, check, doctor.OK, says)
	}
	for _, check := range []string{"forwarded address", "HTTP version", "streaming"} {
		expect(t, found, check, doctor.Unknown, "Stop the console")
	}
	tellsNoSecret(t, w, found)
}

// runningSetups are those in which the proxy of a console that runs is not right.
var runningSetups = map[string]setup{
	"a proxy that takes HSTS away":    {answering(func(h http.Header) { h.Del("Strict-Transport-Security") }), "headers", doctor.Wrong, "takes away Strict-Transport-Security"},
	"a proxy that takes cookies away": {answering(func(h http.Header) { h.Del("Set-Cookie") }), "cookies", doctor.Wrong, "pass Set-Cookie on"},
	"a proxy that changes cookies": {answering(func(h http.Header) {
		if c := h.Get("Set-Cookie"); c != "" {
			h.Set("Set-Cookie", strings.Replace(c, "; HttpOnly", "", 1))
		}
	}), "cookies", doctor.Wrong, "they come without HttpOnly"},
	"a proxy that keeps browsers' cookies": {asking(func(h http.Header) { h.Del("Cookie") }), "cookies", doctor.Wrong, "pass the header Cookie on"},
	"a proxy that keeps pages":             {func(_ *testing.T, w *world) { w.proxy.cached = map[string][]byte{} }, "cache", doctor.Wrong, "remove proxy_cache"},
	"a proxy that refuses forms":           {refusing(http.StatusForbidden, http.MethodPost, "/sign-in"), "forms", doctor.Wrong, "answers POST with 403"},
	"a proxy that points elsewhere":        {func(t *testing.T, w *world) { w.proxy.to = freeAddress(t) }, "base URL", doctor.Wrong, "Point the proxy at"},
	"somebody to sign in meanwhile":        {func(_ *testing.T, w *world) { w.config.SignIn = true }, "sign-in", doctor.Wrong, "Stop the console"},
	"a provider that is down": {func(_ *testing.T, w *world) {
		w.op.Lie(func(l *authtest.Lies) { l.Faults[authtest.Discovery] = authtest.Drops })
	}, "discovery", doctor.Wrong, "ended the connection"},
}

// TestRunningConsoleWrong spoils one thing at a time around a console that runs.
func TestRunningConsoleWrong(t *testing.T) {
	t.Parallel()
	for name, s := range runningSetups {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s.spoil(t, w)
			w.runs(t)
			found := doctor.Run(t.Context(), w.config)
			names(t, found, s)
			onlyThese(t, found, s.check)
			tellsNoSecret(t, w, found)
		})
	}
}

// TestLastSignIn has people sign in at a console, and looks at what they brought.
func TestLastSignIn(t *testing.T) {
	t.Parallel()
	claims := users.Claims{Issuer: "https://id.example.com", Subject: "1", Address: "owner@example.com", Verified: users.VerifiedYes}
	for name, test := range map[string]struct {
		claims func(*users.Claims)
		from   string
		level  doctor.Level
		says   string
	}{
		"all is well":             {func(*users.Claims) {}, "203.0.113.7", doctor.OK, "succeeded"},
		"by the proxy's address":  {func(*users.Claims) {}, "127.0.0.1", doctor.Warning, "X-Forwarded-For"},
		"nobody vouches for them": {func(c *users.Claims) { c.Verified = users.VerifiedUnknown }, "203.0.113.7", doctor.Warning, "xms_edov"},
		"a stranger":              {func(c *users.Claims) { c.Address = "stranger@example.com" }, "203.0.113.7", doctor.OK, "Nobody has been let in yet"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			directory := w.runs(t)
			c := claims
			test.claims(&c)
			_, _ = directory.SignIn(t.Context(), c, users.Visit{Digest: users.DigestOf("secret"), Address: test.from})
			directory.Settle()
			expect(t, doctor.Run(t.Context(), w.config), "last sign-in", test.level, test.says)
		})
	}
}

// TestRunningConsoleWithOtherSettings changes the settings after the console has started: that
// is named, and the proxy is not blamed for cookies.
func TestRunningConsoleWithOtherSettings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*testing.T, *world)
		says   string
		others []string // checks that fail for the same reason
	}{
		"another provider": {func(t *testing.T, w *world) {
			other := authtest.New(t)
			other.Registers(w.config.BaseURL.String() + callbackPath)
			w.config.Provider.Issuer, w.config.Provider.ClientSecret = other.Issuer(), other.ClientSecret
		}, `these settings name the one at "http://127.0.0.1`, nil},
		"another client": {func(_ *testing.T, w *world) { w.config.Provider.ClientID = "konsole" },
			`the client "console", and these settings make it "konsole"`, []string{"client", "redirect address"}},
		"another issuer at the same endpoints": {func(_ *testing.T, w *world) {
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
			w := newWorld(t)
			w.runs(t)
			primed, err := w.open(t, w.config.BaseURL.String()+"/sign-in/start") // it reads the provider's document before that changes
			if err != nil || primed == "" {
				t.Fatalf("the sign-in did not begin: %q, %v", primed, err)
			}
			test.change(t, w)
			found := doctor.Run(t.Context(), w.config)
			expect(t, found, "running console", doctor.Wrong, test.says)
			expect(t, found, "running console", doctor.Wrong, "Restart the console")
			onlyThese(t, found, append(test.others, "running console", "identities", "last sign-in")...)
		})
	}
}

// TestDoctorMarksItsRequests: the log of the console says which requests are the doctor's.
func TestDoctorMarksItsRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var log syncedBuffer
	w.log = slog.New(slog.NewTextHandler(&log, nil))
	w.runs(t)
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

// A syncedBuffer is a buffer for several goroutines.
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
