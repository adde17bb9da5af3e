package users

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// An Identity is a subject of an OpenID provider, bound to one person.
type Identity struct {
	Issuer     string
	Subject    string
	Address    string // the one it last came with
	BoundAt    time.Time
	SignedInAt time.Time // last sign-in
}

// identitiesOf returns what is bound to a person, the oldest first.
func identitiesOf(ctx context.Context, r reader, key Key) ([]Identity, error) {
	return collect(ctx, r, func(row scanner) (i Identity, err error) {
		return i, row.Scan(&i.Issuer, &i.Subject, &i.Address, (*database.Time)(&i.BoundAt), (*database.Time)(&i.SignedInAt))
	}, `SELECT issuer, subject, address, bound_at, signed_in_at FROM identities WHERE user_key = $1 ORDER BY bound_at, issuer, subject`, key)
}

// userByIdentity returns the person an identity is bound to, or [ErrNotFound].
func userByIdentity(ctx context.Context, r reader, issuer, subject string) (User, error) {
	var key Key
	err := r.QueryRowContext(ctx, `SELECT user_key FROM identities WHERE issuer = $1 AND subject = $2`, issuer, subject).Scan(&key)
	if errors.Is(err, sql.ErrNoRows) {
		return User{}, ErrNotFound
	} else if err != nil {
		return User{}, err
	}
	return userByKey(ctx, r, key)
}

// insertIdentity binds the identity of c to a person. There is at most one of it:
// a second person fails on the table's key.
func insertIdentity(ctx context.Context, tx *changeTx, key Key, c Claims) error {
	_, err := tx.exec(ctx, insertOneIdentity, c.columns(key, tx.now)...)
	return err
}

// intoIdentities begins what binds identities, after INSERT; identityValues is one
// row of it, and [Claims.columns] are the values.
const (
	intoIdentities = ` INTO identities (issuer, subject, user_key, address, bound_at, signed_in_at) VALUES `
	identityValues = `(?, ?, ?, ?, ?, ?)`
)

// insertOneIdentity binds one identity.
var insertOneIdentity = `INSERT` + intoIdentities + numbered(identityValues)

// columns returns what is written of an identity that is bound to a person at a
// time.
func (c Claims) columns(key Key, at time.Time) []any {
	return []any{c.Issuer, c.Subject, key, c.Address, database.Time(at), database.Time(at)}
}

// touchIdentity notes a sign-in with an identity, and the address it came with.
func touchIdentity(ctx context.Context, tx *changeTx, c Claims) error {
	_, err := tx.exec(ctx, `UPDATE identities SET address = $1, signed_in_at = $2 WHERE issuer = $3 AND subject = $4`,
		c.Address, database.Time(tx.now), c.Issuer, c.Subject)
	return err
}

// ResetSignIn unbinds a person's identities and ends their sessions, so that the
// next verified sign-in with their address binds again. To reset one who has no
// identity succeeds and leaves no trace.
//
// ResetSignIn returns [ErrNotFound], a [*ForbiddenError], [ErrLastOwner] save at
// the command line, and an [*InvalidError] on the reason.
func (s *Service) ResetSignIn(ctx context.Context, actor Actor, id ID, reason string) error {
	err := s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		before, err := tx.target(ctx, id, ActResetSignIn)
		if err != nil {
			return nothing, err
		}
		if reason, err = tidyReason(reason); err != nil {
			return nothing, err
		}
		bound, err := identitiesOf(ctx, tx, before.Key)
		if err != nil || len(bound) == 0 {
			return nothing, err
		}
		if _, err := tx.exec(ctx, `DELETE FROM identities WHERE user_key = $1`, before.Key); err != nil {
			return nothing, err
		}
		after := before
		after.identified = false
		if after, err = updateUser(ctx, tx, before, after); err != nil {
			return nothing, err
		}
		if tx.actor.Kind == ActorOperator { // the way back in when no owner can sign in
			tx.ownerEnd = false
		}
		ends, err := tx.endSessions(ctx, after, "sign-in reset")
		var changes []Change
		for _, i := range bound {
			changes = append(changes, Change{Field: "identity", Old: i.Issuer + " " + i.Subject})
		}
		return append([]Event{about(ActionReset, after, changes...).because(reason)}, ends...), err
	})
	return in("reset sign-in of", id, err)
}
