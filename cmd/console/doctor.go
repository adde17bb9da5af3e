package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/certificate"
	"github.com/roboto-ai/console/internal/doctor"
	"github.com/roboto-ai/console/internal/server"
)

// settingsFile is the environment file of the systemd service in deploy/.
const settingsFile = "/etc/console/console.env"

// doctorCommand returns the command that checks the settings of serve against the provider, the
// database, the files and the proxy. Unlike other commands it goes on if some settings cannot
// be read.
func (p *program) doctorCommand() *cli.Command {
	c, signIn := &config{}, false
	all := append(c.serveSettings(), &setting{
		name: "sign-in", category: inSignIn, onOff: true, fallback: "false", read: into(&signIn, readBool),
		usage: "`true` to sign in through the proxy with a browser and show the result",
	}, &setting{
		name: "format", fallback: "text", read: into(&c.format, readListFormat),
		usage: "`FORMAT` of the findings: text or json, an object with a list",
	})
	cmd := &cli.Command{
		Name: "doctor", Usage: "check the settings of serve against the world, and name the fix for what is wrong",
		OnUsageError: onUsageError, HideHelpCommand: true,
	}
	own := make([]mistakes, len(all)) // of each setting
	for i, s := range all {
		s.mistakes = &own[i]
		cmd.Flags = append(cmd.Flags, s.flag(p.env))
	}
	cmd.Action = func(ctx context.Context, cmd *cli.Command) error {
		unread := map[string]bool{}
		for i, s := range all {
			s.finish(p.env)
			unread[s.name] = len(own[i].list) > 0
			c.mistakes.list = append(c.mistakes.list, own[i].list...)
		}
		c.check(p.env)
		c.checkArguments(cmd.Name, "", cmd.Args().Slice())
		checked := c.doctorConfig(unread)
		checked.SecretFiles, checked.SignIn = c.secretFiles(all, p.env), signIn
		checked.InContainer = inContainer(p.env)
		return p.doctor(ctx, checked, c.format == "json")
	}
	return cmd
}

// doctor runs all checks and prints the findings, as text or as JSON. It returns a [*usageError]
// if settings could not be read, and another error if a finding says that something is wrong.
func (p *program) doctor(ctx context.Context, c doctor.Config, asJSON bool) error {
	out := p.stdout // of all that is not a finding
	if asJSON {
		out = p.stderr
	}
	w := &progressLine{out: out, terminal: isTerminal(out), began: time.Now()}
	c.Watch, c.Say = w.setRunning, func(text string) { w.clear(); _, _ = fmt.Fprintln(out, text) }
	ctx, stop := context.WithCancel(ctx)
	var drawing sync.WaitGroup
	drawing.Go(func() { w.draw(ctx, time.Second) })
	found := doctor.Run(ctx, c)
	stop()
	drawing.Wait()
	w.clear()
	if err := p.report(c, found, asJSON); err != nil {
		return err
	}
	switch {
	case len(c.Mistakes) > 0:
		return usageErrorf("some settings cannot be used as they are: see above")
	case doctor.Worst(found) == doctor.Wrong:
		return errors.New("not all is right: see above")
	}
	return nil
}

// report prints the findings.
func (p *program) report(c doctor.Config, found []doctor.Finding, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(p.stdout)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(doctor.NewReport(found))
	}
	for _, f := range found {
		p.say("%s", f.Line())
	}
	if c.BaseURL != nil {
		base := strings.TrimSuffix(c.BaseURL.String(), "/")
		p.say("Register at the OpenID provider: redirect address %s, sign-out address %s, back-channel logout address %s",
			base+callbackPath, base+signedOutPath, base+backchannelPath)
	}
	p.say("%s", doctor.Counts(found))
	return nil
}

// doctorConfig returns the configuration of the doctor. Settings named in unread could not be
// read.
func (c *config) doctorConfig(unread map[string]bool) doctor.Config {
	return doctor.Config{
		Mistakes: c.mistakes.list, Unread: unread,
		Listen: c.listen, LocalAddress: dialAddress(c.listen), TLS: c.ownTLS(), BaseURL: c.baseURL, CallbackPath: callbackPath, LogoutPath: backchannelPath, SignedOutPath: signedOutPath,
		MetricsListen: c.metricsListen, IdleLimit: server.IdleTimeout, TrustedProxies: c.trustedProxies,
		Database: c.database, DatabaseOptions: c.databaseOptions(),
		Provider: auth.Config{
			Issuer: c.issuer, ClientID: c.clientID, ClientSecret: c.clientSecret, Scopes: c.scopes, EmailClaim: c.emailClaim,
			DepartmentClaim: c.departmentClaim, TitleClaim: c.titleClaim, ManagerClaim: c.managerClaim,
		},
		TrustEmail: c.trustEmail, SessionRecheck: c.sessionRecheck, Owners: c.owners, Signup: c.signup, SignupDomains: c.signupDomains,
		SettingsFile: settingsFile,
	}
}

// inContainer reports whether this program runs in a container, whose network addresses are not
// those of the machine. Docker and Podman create a file, Kubernetes sets a variable.
func inContainer(env lookup) bool {
	for _, path := range []string{"/.dockerenv", "/run/.containerenv"} {
		if _, err := os.Stat(path); err == nil {
			return true
		}
	}
	_, kubernetes := env("KUBERNETES_SERVICE_HOST")
	return kubernetes
}

// ownTLS returns the TLS configuration of the console, nil if a proxy terminates TLS or the
// certificate cannot be used.
func (c *config) ownTLS() *tls.Config {
	if c.tls == (certificate.Files{}) {
		return nil
	}
	source, err := certificate.Open(c.tls, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		return nil // checkTLS reports it
	}
	return source.Config()
}

// secretFiles returns the files that hold secrets: those of settings (CONSOLE_…_FILE) and the
// key of the certificate.
func (c *config) secretFiles(all []*setting, env lookup) []string {
	var paths []string
	if c.tls.Key != "" {
		paths = append(paths, c.tls.Key)
	}
	for _, s := range all {
		if path, given := env(s.variable() + "_FILE"); s.secret && given && path != "" {
			paths = append(paths, path)
		}
	}
	return paths
}

// A progressLine shows what the doctor waits for, in one line of a terminal that is redrawn.
// It shows nothing if the output is no terminal.
type progressLine struct {
	out      io.Writer
	terminal bool
	began    time.Time

	mu      sync.Mutex
	running []string
	open    bool // the line is on the terminal
}

// setRunning sets the names of the checks that are running.
func (w *progressLine) setRunning(running []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running = running
}

// draw redraws the line at each interval until ctx is done.
func (w *progressLine) draw(ctx context.Context, interval time.Duration) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			w.redraw()
		}
	}
}

// redraw draws the line once, on a terminal and while checks are running.
func (w *progressLine) redraw() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.terminal || len(w.running) == 0 {
		return
	}
	w.open = true
	_, _ = fmt.Fprintf(w.out, "\r\x1b[2KWaiting for %s · %d s", strings.Join(w.running, ", "), int(time.Since(w.began).Seconds()))
}

// clear removes the line.
func (w *progressLine) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open {
		_, _ = io.WriteString(w.out, "\r\x1b[2K")
	}
	w.open = false
}
