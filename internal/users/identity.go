package users

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// An Identity is a subject of an OpenID provider, linked to one person.
type Identity struct {
	Issuer     string
	Subject    string
	Address    string // of the last sign-in: as a user_id, or as claimed if it can't be one
	BoundAt    time.Time
	SignedInAt time.Time // last sign-in
}

// identitiesOf returns the identities of a person, oldest first.
func identitiesOf(ctx context.Context, r database.Reader, key Key) ([]Identity, error) {
	return database.Collect(ctx, r, func(row database.Scanner) (i Identity, err error) {
		return i, row.Scan(&i.Issuer, &i.Subject, &i.Address, (*database.Time)(&i.BoundAt), (*database.Time)(&i.SignedInAt))
	}, `SELECT issuer, subject, address, bound_at, signed_in_at FROM identities WHERE user_key = $1 ORDER BY bound_at, issuer, subject`, key)
}

// userByIdentity returns the person of an identity, or [ErrNotFound].
func userByIdentity(ctx context.Context, r database.Reader, issuer, subject string) (User, error) {
	var key Key
	err := r.QueryRowContext(ctx, `SELECT user_key FROM identities WHERE issuer = $1 AND subject = $2`, issuer, subject).Scan(&key)
	if errors.Is(err, sql.ErrNoRows) {
		return User{}, ErrNotFound
	} else if err != nil {
		return User{}, err
	}
	return userByKey(ctx, r, key)
}

// insertIdentity links the identity of c to a person. The primary key of the table prevents a
// second person.
func insertIdentity(ctx context.Context, tx *changeTx, key Key, c Claims) error {
	_, err := tx.exec(ctx, insertOneIdentity, c.columns(key, tx.now)...)
	return err
}

// intoIdentities follows INSERT; identityValues is one row, and [Claims.columns] are its values.
const (
	intoIdentities = ` INTO identities (issuer, subject, user_key, address, bound_at, signed_in_at) VALUES `
	identityValues = `(?, ?, ?, ?, ?, ?)`
)

// insertOneIdentity is the statement for one row.
var insertOneIdentity = `INSERT` + intoIdentities + numbered(identityValues)

// columns returns the values of an identity linked to a person at a time.
func (c Claims) columns(key Key, at time.Time) []any {
	return []any{c.Issuer, c.Subject, key, c.storedAddress(), database.Time(at), database.Time(at)}
}

// touchIdentity records a sign-in with an identity, and its address.
func touchIdentity(ctx context.Context, tx *changeTx, c Claims) error {
	_, err := tx.exec(ctx, `UPDATE identities SET address = $1, signed_in_at = $2 WHERE issuer = $3 AND subject = $4`,
		c.storedAddress(), database.Time(tx.now), c.Issuer, c.Subject)
	return err
}

// storedAddress returns the address of c for an [Identity].
func (c Claims) storedAddress() string {
	if id, why := claimedID(c.Address); why == "" {
		return string(id)
	}
	return c.Address
}

// An AddressInUseError means that other users sign in with the address of a person to add. Once
// the person is added, the sign-in of those is refused with [RefusedOtherUser].
type AddressInUseError struct {
	Address ID
	By      []Ref // the users, by user_id
}

func (e *AddressInUseError) Error() string {
	return fmt.Sprintf("%s signs in with the address %s", e.By[0].ID, e.Address)
}

// Is reports whether target is [ErrInUse].
func (e *AddressInUseError) Is(target error) bool { return target == ErrInUse }

// unclaimed returns an [*AddressInUseError] if another user's last sign-in had the address id.
func (c *changeTx) unclaimed(ctx context.Context, id ID) error {
	by, err := database.Collect(ctx, c, func(row database.Scanner) (r Ref, err error) { return r, row.Scan(&r.Key, &r.ID, &r.Name, &r.Kind) },
		`SELECT DISTINCT u.key, u.user_id, COALESCE(u.name, ''), u.kind FROM identities i JOIN users u ON u.key = i.user_key
		WHERE i.address = $1 AND u.user_id <> $1 ORDER BY u.user_id LIMIT 5`, id)
	if err == nil && len(by) > 0 {
		err = &AddressInUseError{id, by}
	}
	return err
}

// A SignInReset is the request to reset a person's sign-in.
type SignInReset struct {
	Reason string
	AsUser bool // change the role to user, too; needs the permission to change roles
}

// ResetSignIn unlinks a person's identities and ends their sessions, so that the next verified
// sign-in with their address links an identity again. The role stays, unless r changes it.
// Resetting a person without an identity succeeds without an event.
//
// ResetSignIn returns [ErrNotFound], a [*ForbiddenError], [ErrLastOwner] except at
// the command line, and an [*InvalidError] on reason and as_user.
func (s *Service) ResetSignIn(ctx context.Context, actor Actor, id ID, r SignInReset) error {
	err := s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		before, err := tx.target(ctx, id, ActResetSignIn)
		if err != nil {
			return nothing, err
		}
		reason, err := normalizeReason(r.Reason)
		if err := joined(err, tx.checkAsUser(before, r.AsUser)); err != nil {
			return nothing, err
		}
		bound, err := identitiesOf(ctx, tx, before.Key)
		if err != nil || len(bound) == 0 {
			return nothing, err
		}
		return tx.resetSignIn(ctx, before, bound, r.AsUser, reason)
	})
	return wrap("reset sign-in of", id, err)
}

// checkAsUser returns why a reset may not change the role of u to user, or nil.
func (c *changeTx) checkAsUser(u User, asUser bool) error {
	if err := c.actor.May(ActChangeRole, u); asUser && err != nil {
		return Invalid("as_user", "%s", err.Error())
	}
	return nil
}

// resetSignIn unlinks the identities of a person, and changes the role to user if asUser.
func (c *changeTx) resetSignIn(ctx context.Context, before User, bound []Identity, asUser bool, reason string) ([]Event, error) {
	if _, err := c.exec(ctx, `DELETE FROM identities WHERE user_key = $1`, before.Key); err != nil {
		return nothing, err
	}
	after := before
	after.identified = false
	after, err := updateUser(ctx, c, before, after)
	if err != nil {
		return nothing, err
	}
	if c.actor.Kind == ActorOperator { // which is how owners recover if none can sign in
		c.lostOwner = false
	}
	var changes []Change
	for _, i := range bound {
		changes = append(changes, Change{Field: "identity", Old: i.Issuer + " " + i.Subject})
	}
	events := []Event{newEvent(ActionReset, after, changes...).withReason(reason)}
	if asUser && after.Role != RoleUser {
		reset := after
		after.Role = RoleUser
		if after, err = updateUser(ctx, c, reset, after); err != nil {
			return nothing, err
		}
		c.lostOwner = c.lostOwner || before.activeOwner() // also for the operator
		events = append(events, newEvent(ActionRoleChanged, after, difference(reset, after)...).withReason(reason))
	}
	ends, err := c.endAccess(ctx, after, lossReset)
	return append(events, ends...), err
}
