package users

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// Refusal says why a sign-in was refused. Its values are stored.
type Refusal string

// The refusals.
const (
	RefusedNoAddress   Refusal = "no_address"   // the provider gave none
	RefusedBadAddress  Refusal = "bad_address"  // the address cannot be a user_id
	RefusedUnverified  Refusal = "unverified"   // the provider says the address is not verified
	RefusedUnclear     Refusal = "unclear"      // what the provider says about that is not understood
	RefusedUnvouched   Refusal = "unvouched"    // the provider does not say, and is not trusted to verify addresses
	RefusedTaken       Refusal = "taken"        // the address is that of a person who has another identity
	RefusedServiceUser Refusal = "service_user" // the address is that of a service user
	RefusedSystemUser  Refusal = "system_user"  // the address is that of a system user
	RefusedOtherUser   Refusal = "other_user"   // the identity is bound to a person, the verified address is another user's
	RefusedUninvited   Refusal = "uninvited"    // no such user, and sign-up is off
	RefusedDomain      Refusal = "domain"       // no such user, and the domain is not listed
	RefusedDeactivated Refusal = "deactivated"  // the user is deactivated
	RefusedDeleted     Refusal = "deleted"      // the user is deleted, and can still be restored
	RefusedEnded       Refusal = "ended"        // the provider has ended its session meanwhile
	RefusedOnly        Refusal = "not_the_same" // a person who was asked to sign in again came back as another one
)

// Refusals returns every reason for which a sign-in is refused.
func Refusals() []Refusal {
	return []Refusal{
		RefusedNoAddress, RefusedBadAddress, RefusedUnverified, RefusedUnclear, RefusedUnvouched, RefusedTaken, RefusedServiceUser,
		RefusedSystemUser, RefusedOtherUser, RefusedUninvited, RefusedDomain, RefusedDeactivated, RefusedDeleted, RefusedEnded, RefusedOnly,
	}
}

// CrossOrigin is the code of a request that was refused because another site sent it, see
// [Service.RefuseAccess].
const CrossOrigin = "cross_origin"

// A RefusedError says that a sign-in was refused, and why.
type RefusedError struct {
	Reason  Refusal
	Address string // as claimed
	Detail  string // more about the reason, in a sentence; may be empty

	claims Claims
}

func (e *RefusedError) Error() string { return "sign-in refused: " + string(e.Reason) }

// A RefusedSignIn is one of the newest sign-ins that were refused.
type RefusedSignIn struct {
	At        time.Time
	Address   string // as claimed
	Reason    Refusal
	RequestID string

	// The identity, where the sign-in concerned a user; else empty.
	Issuer  string
	Subject string

	Name string // as claimed, tidied
}

// RefusalColumns are the columns of refused_sign_ins that [ScanRefusal] reads, in its order.
const RefusalColumns = `at, address, reason, request_id, issuer, subject, name`

// ScanRefusal reads [RefusalColumns] from a row.
func ScanRefusal(row database.Scanner) (r RefusedSignIn, err error) {
	return r, row.Scan((*database.Time)(&r.At), &r.Address, &r.Reason, &r.RequestID, &r.Issuer, &r.Subject, &r.Name)
}

// refusedIdentities returns the newest sign-ins that were refused because the user has
// another identity, one of each identity, three at most.
func refusedIdentities(ctx context.Context, r database.Reader, key Key) ([]RefusedSignIn, error) {
	return database.Collect(ctx, r, ScanRefusal, `SELECT `+RefusalColumns+` FROM refused_sign_ins WHERE number IN
		(SELECT MAX(number) FROM refused_sign_ins WHERE user_key = $1 AND reason = $2 AND subject <> '' GROUP BY issuer, subject)
		ORDER BY number DESC LIMIT 3`, key, RefusedTaken)
}

// Limits of recorded refusals, as the log only grows: the same one once within sameRefusal, and
// maxRefusals of one actor within refusalsOver.
const (
	sameRefusal  = time.Minute
	maxRefusals  = 30
	refusalsOver = 10 * time.Minute
)

// RefuseAccess records that a request of a known actor was refused: the same refusal at most once
// a minute, and maxRefusals in all. It is best effort. It does the same work whether or not there
// is a target of that user_id, so that its duration reveals nothing. What was refused is a code,
// such as a method and the pattern of a route; fields are those of a form that were refused, if
// the others were not.
func (s *Service) RefuseAccess(ctx context.Context, actor Actor, target ID, what string, fields ...string) {
	ctx = Once(ctx, Request{}) // a refusal is not the outcome of the request
	err := s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		u, err := userByID(ctx, tx, target)
		if errors.Is(err, ErrNotFound) {
			u, err = User{ID: target}, nil
		}
		if err != nil {
			return nothing, err
		}
		recent, err := tx.since(ctx, ActionAccessRefused, refusalsOver)
		if err != nil || len(recent) >= maxRefusals {
			return nothing, err
		}
		changes := []Change{{Field: "refusal", New: what}}
		if len(fields) > 0 {
			changes = append(changes, Change{Field: "fields", New: strings.Join(fields, ", ")})
		}
		return tx.unlessRecent(ctx, newEvent(ActionAccessRefused, u, changes...))
	})
	if err != nil && !errors.Is(err, ErrNoSession) && !errors.Is(err, ErrNoToken) {
		s.config.Log.WarnContext(ctx, "refusal not recorded", "user", actor.Key, "error", err)
	}
}

// unlessRecent returns the event, or nothing if the same actor had one with the same target and
// changes within sameRefusal.
func (c *changeTx) unlessRecent(ctx context.Context, e Event) ([]Event, error) {
	recent, err := c.since(ctx, e.Action, sameRefusal)
	for _, r := range recent {
		if r.Target.Key == e.Target.Key && r.Target.ID == e.Target.ID && slices.Equal(r.Changes, e.Changes) {
			return nothing, err
		}
	}
	return []Event{e}, err
}

// since returns the actor's events of that action in the time before now. It reads that part of
// the history alone.
func (c *changeTx) since(ctx context.Context, action Action, ago time.Duration) ([]Event, error) {
	return eventsWhere(ctx, c, `e.seq IN (SELECT seq FROM events WHERE at > $1) AND e.action = $2 AND e.actor_key = $3`,
		database.Time(c.now.Add(-ago)), action, c.actor.Key)
}

// refuse adds a refused sign-in to the list, and records an event if it concerns a user: the same
// refusal at most once a minute, so that people without an account cannot fill the log, of which
// nothing is deleted.
func (s *Service) refuse(ctx context.Context, actor Actor, u User, e *RefusedError) {
	r := RefusedSignIn{At: s.Now(), Address: string(Canonical(e.Address)), Reason: e.Reason, RequestID: actor.RequestID}
	r.Name = e.claims.applyTo(User{}).Name
	if u.Key != "" {
		r.Issuer, r.Subject = e.claims.Issuer, e.claims.Subject
	}
	if err := s.note(ctx, addRefusal(r, u.Key)...); err != nil {
		s.config.Log.WarnContext(ctx, "refused sign-in not noted", "error", err)
	}
	if u.Key == "" {
		return
	}
	err := s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		return tx.unlessRecent(ctx, newEvent(ActionRefused, u, Change{Field: "refusal", New: string(e.Reason)}))
	})
	if err != nil {
		s.config.Log.WarnContext(ctx, "refused sign-in not recorded", "user", u.Key, "error", err)
	}
}
