package main

import (
	"log/slog"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/certificate"
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/tracing"
	"github.com/roboto-ai/console/internal/users"
)

// A config holds the values of the settings.
type config struct {
	mistakes mistakes

	listen         string
	drain          time.Duration // between failing readiness and closing the listener
	baseURL        *url.URL      // without path
	trustedProxies []netip.Prefix
	tls            certificate.Files // both empty: plain HTTP
	metricsListen  string            // empty: no metrics are kept
	metricsHosts   []string          // allowed Host headers, beside those of server.OnlyHosts

	serves bool             // serve, rather than another command
	traces tracing.Settings // from the variables of OpenTelemetry

	database            string // as database.Open takes it
	databasePassword    string // of a role of PostgreSQL
	databaseConnections int    // to PostgreSQL, at most
	serveRole           string // of PostgreSQL, that migrate gives the rights to serve
	fromPassword        string // databasePassword of the source of a copy
	toPassword          string // and of its target

	issuer       string // of the OpenID provider
	clientID     string
	clientSecret string // empty for a public client
	scopes       []string
	emailClaim   string

	departmentClaim string // these three: empty if the field is edited on the pages
	titleClaim      string
	managerClaim    string

	trustEmail bool // an address without email_verified counts as verified

	orgName string
	orgID   string
	owners  []string // to be made owners while there is none

	signup          users.Signup
	signupDomains   []string
	sessionIdle     time.Duration
	sessionLifetime time.Duration
	sessionRecheck  time.Duration // zero: off
	tokenLifetime   time.Duration // zero: the default
	tokenRate       int           // requests a second
	deletionGrace   time.Duration
	erasureDelay    time.Duration
	personalTokens  bool
	pictureHosts    []string

	logFormat string
	logLevel  slog.Level

	sampleUsers      int         // of the demo
	sampleUsersGiven func() bool // reports whether --users was given

	move  identityMove // of identities
	token tokenFlags   // of token

	role        users.Role // of the user that users add creates
	reason      string     // of what a command does, for the history
	despite     bool       // users add: also if another user signs in with the address
	newName     string     // of a service user that is added
	purpose     string
	responsible string
	handOver    string // the person who becomes responsible for the service users of a deactivated one
	search      string // which users are listed, as in the directory
	format      string // of a list: text or json

	replace bool // an existing file, by a backup
	repair  bool // indexes that can be rebuilt, by a check
}

// Categories of settings in the help.
const (
	inNetwork = "Network"
	inSignIn  = "Signing in"
	inTokens  = "API tokens"
	inOrg     = "Organisation"
	inLog     = "Log"
	inData    = "Data"
)

// serveSettings are the settings of the command serve.
func (c *config) serveSettings() []*setting {
	c.serves = true
	all := []*setting{
		c.listenSetting("127.0.0.1:8080"),
		{name: "base-url", category: inNetwork, required: true, read: into(&c.baseURL, readBaseURL),
			usage: "`URL` under which people reach the console, for example https://console.example.com"},
		{name: "trusted-proxies", category: inNetwork, read: into(&c.trustedProxies, readPrefixes),
			usage: "`NETWORKS` of the proxies in front, whose X-Forwarded-For is believed, separated by commas"},
		{name: "drain", category: inNetwork, fallback: "5s", read: into(&c.drain, readDrain),
			usage: "`TIME` between telling the proxy that the console stops and stopping"},
	}
	all = slices.Concat(all, c.tlsSettings(), c.telemetrySettings())
	all = append(all, c.databaseSettings()...)
	all = append(all, &setting{name: "database-connections", category: inData, fallback: "20", read: into(&c.databaseConnections, readConnections),
		usage: "`NUMBER` of connections to PostgreSQL at most"})
	all = append(all, c.providerSettings()...)
	all = append(all, c.tokenSettings()...)
	all = append(all, c.graceSetting(), c.erasureSetting())
	all = append(all, c.orgSettings()...)
	return append(all, c.logSettings("json")...)
}

// demoSettings are the settings of the command demo.
func (c *config) demoSettings() []*setting {
	sample := &setting{name: "users", category: inData, fallback: "1000", read: into(&c.sampleUsers, readCount),
		usage: "`NUMBER` of users to make up, beside the sample people, when there is no database yet"}
	c.sampleUsersGiven = func() bool { return sample.given }
	return append([]*setting{
		{name: "listen", category: inNetwork, fallback: "127.0.0.1:8080", read: into(&c.listen, readLoopbackListen),
			usage: "`ADDRESS` to listen on, host:port, on this machine alone; the demo's provider listens on the next port"},
		c.databaseSetting("sqlite:data/demo.db"),
		sample,
	}, c.logSettings("text")...)
}

// directorySettings are the settings of the commands that open the directory themselves.
func (c *config) directorySettings() []*setting {
	return c.databaseSettings()
}

// migrateSettings are the settings of the command migrate.
func (c *config) migrateSettings() []*setting {
	return append(c.databaseSettings(), c.serveRoleSetting())
}

// serveRoleSetting is the setting of the role that gets the rights to serve.
func (c *config) serveRoleSetting() *setting {
	return &setting{name: "serve-role", category: inData, read: into(&c.serveRole, readText),
		usage: "`ROLE` of PostgreSQL that console serve is to work as, which gets the rights it needs and no more"}
}

// databaseSettings are the settings of the database and its password.
func (c *config) databaseSettings() []*setting {
	return []*setting{
		c.databaseSetting("sqlite:data/console.db"),
		{name: "database-password", category: inData, secret: true, read: into(&c.databasePassword, readText),
			usage: "`PASSWORD` of the role of PostgreSQL"},
	}
}

// listenSetting is the setting of the address to listen on.
func (c *config) listenSetting(fallback string) *setting {
	return &setting{name: "listen", category: inNetwork, fallback: fallback, read: into(&c.listen, readListen),
		usage: "`ADDRESS` to listen on, host:port"}
}

// databaseSetting is the setting of the database.
func (c *config) databaseSetting(fallback string) *setting {
	return &setting{name: "database", category: inData, fallback: fallback, read: into(&c.database, readDatabase),
		usage: "`URL` of the database, sqlite:PATH or postgres://USER@HOST/DATABASE"}
}

// providerSettings are the settings of the OpenID provider.
func (c *config) providerSettings() []*setting {
	return []*setting{
		{name: "oidc-issuer", category: inSignIn, required: true, read: into(&c.issuer, readIssuer),
			usage: "`URL` of the OpenID provider, exactly as it names itself"},
		{name: "oidc-client-id", category: inSignIn, required: true, read: into(&c.clientID, readText),
			usage: "`ID` of the console at the provider"},
		{name: "oidc-client-secret", category: inSignIn, secret: true, read: into(&c.clientSecret, readText),
			usage: "`SECRET` of the console at the provider; none for a public client"},
		{name: "oidc-scopes", category: inSignIn, fallback: "openid profile email", read: into(&c.scopes, readWords),
			usage: "`SCOPES` to ask the provider for"},
		{name: "oidc-email-claim", category: inSignIn, fallback: "email", read: into(&c.emailClaim, readText),
			usage: "`CLAIM` that holds a person's address"},
		{name: "oidc-department-claim", category: inSignIn, read: into(&c.departmentClaim, readText),
			usage: "`CLAIM` that holds a person's department, which is then not edited on the pages"},
		{name: "oidc-title-claim", category: inSignIn, read: into(&c.titleClaim, readText),
			usage: "`CLAIM` that holds a person's title, which is then not edited on the pages"},
		{name: "oidc-manager-claim", category: inSignIn, read: into(&c.managerClaim, readText),
			usage: "`CLAIM` that holds the e-mail address or user ID of a person's manager, who is then not edited on the pages"},
		{name: "oidc-trust-email", category: inSignIn, onOff: true, fallback: "false", read: into(&c.trustEmail, readBool),
			usage: "`true` if an address counts as verified where the provider does not say whether it is"},
		{name: "session-idle", category: inSignIn, fallback: "12h", read: into(&c.sessionIdle, readSessionTime),
			usage: "`TIME` without a request after which a session ends"},
		{name: "session-lifetime", category: inSignIn, fallback: "168h", read: into(&c.sessionLifetime, readSessionTime),
			usage: "`TIME` after which a session ends in any case"},
		{name: "session-recheck", category: inSignIn, fallback: "off", read: into(&c.sessionRecheck, readRecheck),
			usage: "`TIME` after which a page asks the provider, without a question to the person, whether they are still signed in there; off for providers that call the back-channel logout address"},
	}
}

// erasureSetting is the setting of the time between a deletion through the API and the erasure.
func (c *config) erasureSetting() *setting {
	return &setting{name: "erasure-delay", category: inData, fallback: "30d", read: into(&c.erasureDelay, readDelay),
		usage: "`TIME` after which a user who was deleted through the API is erased from the audit log too; 0s for at once"}
}

// graceSetting is the setting of the time in which a deleted user can be restored.
func (c *config) graceSetting() *setting {
	return &setting{name: "deletion-grace", category: inData, fallback: "30d", read: into(&c.deletionGrace, readDelay),
		usage: "`TIME` in which a user who was deleted on the pages can be restored; 0s for not at all"}
}

// tokenSettings are the settings of API tokens.
func (c *config) tokenSettings() []*setting {
	return []*setting{
		{name: "token-lifetime", category: inTokens, fallback: "365d", read: into(&c.tokenLifetime, readTokenLifetime),
			usage: "longest `TIME` for which an API token may be issued, such as 90d or 8760h; never allows tokens that do not expire"},
		{name: "personal-tokens", category: inTokens, onOff: true, fallback: "true", read: into(&c.personalTokens, readBool),
			usage: "`true` if people may have API tokens of their own, beside those of service users"},
		{name: "token-rate", category: inTokens, fallback: "200", read: into(&c.tokenRate, readRate),
			usage: "`NUMBER` of requests a second that each API token may make, and ten times as many at once"},
	}
}

// orgSettings are the settings of the organisation and who belongs to it.
func (c *config) orgSettings() []*setting {
	return []*setting{
		{name: "org-name", category: inOrg, fallback: "Console", read: into(&c.orgName, readText),
			usage: "`NAME` of the organisation, as the pages show it"},
		{name: "org-id", category: inOrg, read: into(&c.orgID, readText),
			usage: "`ID` of the organisation on the platform"},
		{name: "owners", category: inOrg, read: into(&c.owners, readAddresses),
			usage: "`ADDRESSES` to make owners while there is none, separated by commas"},
		{name: "signup", category: inOrg, fallback: "invited", read: into(&c.signup, readSignup),
			usage: "`WHO` may sign in for the first time: invited, domain or open"},
		{name: "signup-domains", category: inOrg, read: into(&c.signupDomains, readHosts),
			usage: "`DOMAINS` whose addresses --signup domain admits, separated by commas"},
		{name: "picture-hosts", category: inOrg, read: into(&c.pictureHosts, readHosts),
			usage: "`HOSTS` whose pictures browsers may load, separated by commas"},
	}
}

// logSettings are the settings of the log.
func (c *config) logSettings(format string) []*setting {
	return []*setting{
		{name: "log-format", category: inLog, fallback: format, read: into(&c.logFormat, readLogFormat),
			usage: "`FORMAT` of the log on standard error: json or text"},
		{name: "log-level", category: inLog, fallback: "info", read: into(&c.logLevel, readLogLevel),
			usage: "least `LEVEL` to log: debug, info, warn or error"},
	}
}

// databaseOptions returns the options to open the database with.
func (c *config) databaseOptions() database.Options {
	return database.Options{Password: c.databasePassword, Connections: c.databaseConnections, ServeRole: c.serveRole}
}
