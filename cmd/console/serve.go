package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/urfave/cli/v3"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/certificate"
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/server"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web"
)

// Paths of the console that are registered at the provider. The routes of web serve them.
const (
	callbackPath    = "/sign-in/callback"
	signedOutPath   = "/sign-in"
	backchannelPath = "/sign-out/backchannel"
)

// serveCommand returns the command that runs the console of an organisation.
func (p *program) serveCommand() *cli.Command {
	return p.leaf("serve", "", "run the console", (*config).serveSettings, p.serve)
}

// serve runs the console of an organisation until ctx is done, and then until it has drained and
// answered the requests in flight. It listens only after all else has started: a proxy never
// sees a console that is not ready for the first time.
func (p *program) serve(ctx context.Context, c *config, _ []string) error {
	log := newLog(p.stderr, c)
	limitMemory(log)
	watch, err := p.startTelemetry(ctx, c, log)
	if err != nil {
		return err
	}
	defer watch.close()
	db, err := p.openServed(ctx, c, watch, log)
	if err != nil {
		return err
	}
	defer db.Close()
	directory, err := openDirectory(ctx, db, watch.directory(c.directory(log)))
	if err != nil {
		return err
	}
	defer directory.Close()
	if err := checkOwnersAndIssuers(ctx, directory, c, log); err != nil {
		return err
	}
	app, err := newApp(c, db, directory, log, false, watch)
	if err != nil {
		return err
	}
	limit := watch.connLimit()
	listener, certificates, err := p.listenPublicly(ctx, c, watch, limit, log)
	if err != nil {
		return err
	}
	defer startBackground(ctx, directory, db, log)()
	watch.registerGauges(db, directory, app, certificates, limit)
	notifySystemd(log, daemon.SdNotifyReady)
	return watch.serve(ctx, server.Server{Listener: listener, Handler: app.Handler(), Log: log, Limit: limit}, func(serving context.Context) {
		log.Info("stopping", "drain", c.drain.String())
		notifySystemd(log, daemon.SdNotifyStopping)
		app.Drain()
		pause(serving, c.drain) // a proxy sees the failing readiness check before the listener closes
	})
}

// openServed opens the database of serve, and logs warnings about it and the environment.
func (p *program) openServed(ctx context.Context, c *config, watch *telemetry, log *slog.Logger) (*database.DB, error) {
	options := c.databaseOptions()
	options.Observer, options.Wrap, options.Migrating = watch.database(), watch.connector(), logMigrating(log, time.Now)
	db, err := database.Open(ctx, c.database, options)
	if err == nil {
		p.logWarnings(log, db)
	}
	return db, err
}

// pause waits for d, or until ctx is done.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// listenPublicly listens at the address of the console and prints the addresses to register at
// the provider. The source of its certificate is nil if a proxy terminates TLS.
func (p *program) listenPublicly(ctx context.Context, c *config, watch *telemetry, limit *server.ConnLimit, log *slog.Logger) (net.Listener, *certificate.Source, error) {
	plain, err := inheritOrListen(ctx, c.listen)
	if err != nil {
		return nil, nil, err
	}
	listener, certificates, err := c.overTLS(limit.Listen(plain), log)
	if err != nil {
		return nil, nil, errors.Join(err, plain.Close())
	}
	p.say("The console listens on %s and is reached at %s", listener.Addr(), c.baseURL)
	if watch.listener != nil {
		p.say("Its metrics are at http://%s/metrics", watch.listener.Addr())
	}
	p.say("Register at the OpenID provider:")
	p.say("  redirect address  %s", c.address(callbackPath))
	p.say("  back-channel logout address  %s", c.address(backchannelPath))
	p.say("  sign-out address  %s", c.address(signedOutPath))
	log.Info("listening", "address", listener.Addr().String(), "version", versionText())
	return listener, certificates, nil
}

// openDirectory returns the directory in db, with its search index complete.
func openDirectory(ctx context.Context, db *database.DB, c users.Config) (*users.Service, error) {
	directory := users.NewService(db, c)
	err := directory.Spell(ctx, func(done int) {
		if done%50_000 != 0 {
			return
		}
		c.Log.Info("preparing the search, once after an update", "users", done)
	})
	if err != nil {
		directory.Close()
		return nil, err
	}
	return directory, nil
}

// checkOwnersAndIssuers calls requireOwner and warnOfIssuers.
func checkOwnersAndIssuers(ctx context.Context, directory *users.Service, c *config, log *slog.Logger) error {
	if err := requireOwner(ctx, directory, c.owners, log); err != nil {
		return err
	}
	return warnOfIssuers(ctx, directory, c.issuer, log)
}

// requireOwner makes the given addresses owners if there is no owner yet; else it warns of those
// that are not owners. It returns a [*usageError] if there is neither an owner nor an address.
func requireOwner(ctx context.Context, directory *users.Service, owners []string, log *slog.Logger) error {
	has, err := directory.HasOwner(ctx)
	if err != nil {
		return err
	}
	if has {
		return warnOfOwners(ctx, directory, owners, log)
	}
	if len(owners) == 0 {
		return usageErrorf("--owners (CONSOLE_OWNERS) is required while the database has no owner: " +
			"give the address of the person who manages the console")
	}
	return directory.EnsureOwners(ctx, owners)
}

// newApp returns the HTTP application with the settings c.
func newApp(c *config, db *database.DB, service *users.Service, log *slog.Logger, demo bool, watch *telemetry) (*web.App, error) {
	return web.New(web.Config{
		Version:   versionText(),
		Commit:    commitText(),
		Unpaced:   unpaced != "",
		Users:     service,
		Directory: directory.New(db, service, directory.Config{}),
		History:   history.New(db, service),
		Provider: auth.NewProvider(auth.Config{
			Issuer:        c.issuer,
			ClientID:      c.clientID,
			ClientSecret:  c.clientSecret,
			RedirectURL:   c.address(callbackPath),
			PostLogoutURL: c.address(signedOutPath),
			Scopes:        c.scopes,
			EmailClaim:    c.emailClaim,

			DepartmentClaim: c.departmentClaim, TitleClaim: c.titleClaim, ManagerClaim: c.managerClaim,

			Log:   log,
			Watch: watch.provider(),
		}),
		BaseURL:         c.baseURL,
		OrgName:         c.orgName,
		OrgID:           c.orgID,
		PictureHosts:    c.pictureHosts,
		TrustedProxies:  c.trustedProxies,
		SessionLifetime: c.sessionLifetime,
		SessionRecheck:  c.sessionRecheck,
		TokenRate:       c.tokenRate,
		Demo:            demo,
		Log:             log,
		Watch:           watch.web(),
	})
}

// directory returns the configuration of the directory.
func (c *config) directory(log *slog.Logger) users.Config {
	return users.Config{
		Log:              log,
		SessionIdle:      c.sessionIdle,
		SessionLifetime:  c.sessionLifetime,
		TokenLifetime:    c.tokenLifetime,
		NoPersonalTokens: !c.personalTokens,
		DeletionGrace:    c.deletionGrace,
		ErasureDelay:     c.erasureDelay,
		Signup:           c.signup,
		SignupDomains:    c.signupDomains,
		ProviderFields:   c.providerFields(),
		TrustEmail:       c.trustEmail,
	}
}

// maxLogged is how many bytes of one value are logged at most.
const maxLogged = 4 << 10

// truncateAttr truncates a value, which may come from a client. A stack is left whole.
func truncateAttr(_ []string, a slog.Attr) slog.Attr {
	text := ""
	switch v := a.Value.Any().(type) {
	case string:
		text = v
	case error:
		text = v.Error()
	}
	if len(text) > maxLogged && a.Key != "stack" {
		a.Value = slog.StringValue(strings.ToValidUTF8(text[:maxLogged], "") + "…")
	}
	return a
}

// newLog returns a logger in the format and of the level that the settings give. A command
// without log settings logs text.
func newLog(w io.Writer, c *config) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.logLevel, ReplaceAttr: truncateAttr}
	if c.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
