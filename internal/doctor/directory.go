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

// levelOf maps the database's grades to levels.
var levelOf = map[database.Grade]Level{
	database.Good: OK, database.Unknown: Unknown, database.Doubtful: Warning, database.Bad: Wrong,
}

// database makes the checks of the database, and of the directory stored in it.
func (e *examination) database(ctx context.Context) (found []Finding) {
	if e.Database == "" {
		return nil
	}
	e.track("database", func() {
		ctx, cancel := context.WithTimeout(ctx, e.Limit)
		defer cancel()
		for _, f := range database.Examine(ctx, e.Database, e.DatabaseOptions) {
			found = append(found, Finding{"database " + f.Subject, levelOf[f.Grade], f.Found, f.Fix})
		}
		found = append(found, e.directory(ctx)...)
	})
	return found
}

// directory makes the checks of the directory, if it can be read.
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

// openDirectory opens the directory for reading and returns a function that closes it. Its
// errors are those of [database.OpenToRead].
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

// firstOwner reports who becomes owner if the directory cannot be read because of err.
func (e *examination) firstOwner(err error) []Finding {
	switch {
	case e.Unread["owners"]:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return []Finding{e.owner(false), ok("last sign-in", "No one has signed in yet.")}
	case errors.Is(err, database.ErrOlder):
		return []Finding{unknown("owner", "The database has to be brought up to date first.", "Start the console once, or run console migrate.")}
	}
	return nil
}

// owner checks that there is an owner, or will be.
func (e *examination) owner(has bool) Finding {
	switch {
	case has:
		return ok("owner", "There is an active owner.")
	case len(e.Owners) > 0:
		return ok("owner", "There is no owner yet; at the next start "+strings.Join(e.Owners, " and ")+" may sign in as one.")
	}
	return wrong("owner", "There is no owner, and --owners is empty.",
		"Set --owners to the address of the first owner; the console does not start without one.")
}

// lastSignIn checks the most recent sign-ins.
func (e *examination) lastSignIn(last users.LastSignIn) Finding {
	from, err := netip.ParseAddr(last.From)
	behind := e.BaseURL != nil && e.BaseURL.Scheme == "https"
	switch {
	case last.At.IsZero() && last.Refused.At.IsZero():
		return ok("last sign-in", "No one has signed in yet.")
	case last.Refused.At.After(last.At) && likelySettings[last.Refused.Reason]:
		t := refusalText(last.Refused.Reason)
		return warning("last sign-in", fmt.Sprintf("The most recent one, of %s at %s, was refused: %s", quoted(last.Refused.Address),
			last.Refused.At.Format("2006-01-02 15:04 MST"), t.found), t.fix)
	case last.At.IsZero():
		return ok("last sign-in", "No sign-in has succeeded yet; the most recent one was refused: "+refusalText(last.Refused.Reason).found)
	case behind && err == nil && (from.IsLoopback() || e.trusts(from)):
		return warning("last sign-in", fmt.Sprintf("The most recent session came from %s, which is the proxy's address rather than a browser's.", from),
			"Have the proxy set X-Forwarded-For, and set --trusted-proxies to its networks.")
	}
	return ok("last sign-in", fmt.Sprintf("The most recent one, of %s at %s, succeeded.", quoted(last.Claimed), last.At.Format("2006-01-02 15:04 MST")))
}

// trusts reports whether address is that of a trusted proxy.
func (e *examination) trusts(address netip.Addr) bool {
	return slices.ContainsFunc(e.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(address) })
}

// likelySettings are the refusals caused by settings rather than by the person.
var likelySettings = map[users.Refusal]bool{
	users.RefusedNoAddress: true, users.RefusedUnclear: true, users.RefusedUnvouched: true, users.RefusedOtherUser: true,
}

// refusalText returns the text of a refusal for operators.
func refusalText(reason users.Refusal) diagnosis {
	r := words.Refusals[string(reason)]
	return diagnosis{r.Found, r.Fix}
}
