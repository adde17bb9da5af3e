package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// levels are the database's grades as levels.
var levels = map[database.Grade]Level{
	database.Good: OK, database.Unknown: Unknown, database.Doubtful: Warning, database.Bad: Wrong,
}

// database makes the checks of the database, and of the directory that is kept in it.
func (e *examination) database(ctx context.Context) (found []Finding) {
	if e.Database == "" {
		return nil
	}
	e.during("database", func() {
		ctx, cancel := context.WithTimeout(ctx, e.Limit)
		defer cancel()
		for _, f := range database.Examine(ctx, e.Database, e.DatabaseOptions) {
			found = append(found, Finding{"database " + f.Subject, levels[f.Grade], f.Found, f.Fix})
		}
		found = append(found, e.directory(ctx)...)
	})
	return found
}

// directory looks at what is kept in the database, if it can be read.
func (e *examination) directory(ctx context.Context) []Finding {
	directory, done, err := e.openDirectory(ctx)
	if err != nil {
		return e.firstOwner(err)
	}
	defer done()
	found := []Finding{}
	if has, err := directory.HasOwner(ctx); err == nil {
		found = append(found, e.owner(has))
	}
	if all, err := directory.Issuers(ctx); err == nil && e.Provider.Issuer != "" {
		found = append(found, e.identities(all))
	}
	if last, err := directory.LastSignIn(ctx); err == nil {
		found = append(found, e.lastSignIn(last))
	}
	return found
}

// openDirectory returns the directory to be read, and what ends it. Its errors are
// those of [database.OpenToRead].
func (e *examination) openDirectory(ctx context.Context) (*users.Service, func(), error) {
	db, err := database.OpenToRead(ctx, e.Database, e.DatabaseOptions)
	if err != nil {
		return nil, nil, err
	}
	directory := users.NewService(db, users.Config{
		Now: e.Now, Log: slog.New(slog.DiscardHandler), Signup: e.Signup, SignupDomains: e.SignupDomains, TrustEmail: e.TrustEmail,
	})
	return directory, func() { directory.Close(); _ = db.Close() }, nil
}

// firstOwner says who becomes owner where the directory cannot be read because of err.
func (e *examination) firstOwner(err error) []Finding {
	switch {
	case e.Unread["owners"]:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return []Finding{e.owner(false), ok("last sign-in", "Nobody has signed in yet.")}
	case errors.Is(err, database.ErrOlder):
		return []Finding{unknown("owner", "The database has to be brought up to date first.", "Start the console once, or run console migrate.")}
	}
	return nil
}

// owner tells whether there is an owner, or will be.
func (e *examination) owner(has bool) Finding {
	switch {
	case has:
		return ok("owner", "There is an active owner.")
	case len(e.Owners) > 0:
		return ok("owner", "There is no owner yet; at the next start "+strings.Join(e.Owners, " and ")+" may sign in as one.")
	}
	return wrong("owner", "There is no owner, and --owners names nobody to become one.",
		"Set --owners to the address of whoever is to manage the console; it does not start without.")
}

// lastSignIn tells what the newest sign-ins brought.
func (e *examination) lastSignIn(last users.LastSignIn) Finding {
	from, err := netip.ParseAddr(last.From)
	behind := e.BaseURL != nil && e.BaseURL.Scheme == "https"
	switch {
	case last.At.IsZero() && last.Refused.At.IsZero():
		return ok("last sign-in", "Nobody has signed in yet.")
	case last.Refused.At.After(last.At) && concernsAll[last.Refused.Reason]:
		t := verdict(last.Refused.Reason)
		return warning("last sign-in", fmt.Sprintf("The newest one, of %s at %s, was refused: %s", quoted(last.Refused.Address),
			last.Refused.At.Format("2006-01-02 15:04 MST"), t.found), t.fix)
	case last.At.IsZero():
		return ok("last sign-in", "Nobody has been let in yet; the newest who tried was refused: "+verdict(last.Refused.Reason).found)
	case behind && err == nil && (from.IsLoopback() || e.trusts(from)):
		return warning("last sign-in", fmt.Sprintf("The newest session came from %s, which is the proxy rather than a browser.", from),
			"Have the proxy add X-Forwarded-For, and name the networks it comes from with --trusted-proxies.")
	}
	return ok("last sign-in", fmt.Sprintf("The newest one, of %s at %s, succeeded.", quoted(last.Claimed), last.At.Format("2006-01-02 15:04 MST")))
}

// trusts reports whether an address is that of a trusted proxy.
func (e *examination) trusts(address netip.Addr) bool {
	return slices.ContainsFunc(e.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(address) })
}

// concernsAll are the refusals that are more likely the settings' fault than the
// person's.
var concernsAll = map[users.Refusal]bool{
	users.RefusedNoAddress: true, users.RefusedUnclear: true, users.RefusedUnvouched: true, users.RefusedOtherUser: true,
}

// verdict tells a refusal of a sign-in to the operator.
func verdict(reason users.Refusal) trouble {
	r := words.Refusals[string(reason)]
	return trouble{r.Found, r.Fix}
}
