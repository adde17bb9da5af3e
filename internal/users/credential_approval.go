package users

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// ErrRequestDecided means that a credential request was approved or refused before.
var ErrRequestDecided = errors.New("credential request was already approved or refused")

// An Approval is how a person approves a [CredentialRequest].
type Approval struct {
	As     ID     // user of the token: the approver, or a service user for which they may issue tokens
	Reason string // optional
}

// ApproveCredentialRequest approves a request and returns its authorization code, which the
// program exchanges, with its code verifier, for the token. Approving it again in the same way
// returns the same code while that is unused.
//
// ApproveCredentialRequest returns [ErrNotFound], [ErrRequestExpired], [ErrRequestDecided],
// [ErrSignInAgain] for a user who is an admin or owner and to an owner, a [*ForbiddenError] and an
// [*InvalidError] on the reason.
func (s *Service) ApproveCredentialRequest(ctx context.Context, actor Actor, id string, a Approval) (code string, err error) {
	r, err := s.OpenCredentialRequest(ctx, id)
	if err != nil {
		return "", err
	}
	if code, err = s.authorizationCode(ctx, r, actor.Key, a.As); err != nil {
		return "", fmt.Errorf("approve a credential request: %w", err)
	}
	err = s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		u, err := tx.target(ctx, a.As, ActIssueToken)
		if err != nil {
			return nothing, err
		}
		if err := tx.mayIssue(s.config, u, u.Role); err != nil {
			return nothing, err
		}
		if tx.actor.Role == RoleOwner { // of any u: only owners issue for all service users
			if err := tx.signedInRecently(); err != nil {
				return nothing, err
			}
		}
		return tx.decide(ctx, r, decision{by: tx.actor.Key, user: u.Key, code: digestOf(code)}, ActionLoginApproved, u, a.Reason)
	})
	if _, again := errors.AsType[*DoneError](err); again { // the form was sent before
		err = s.isApproved(ctx, r, code)
	}
	if err != nil {
		return "", fmt.Errorf("approve a credential request: %w", err)
	}
	return code, nil
}

// RefuseCredentialRequest refuses a request for good. It returns
// [ErrNotFound], [ErrRequestExpired], [ErrRequestDecided] and an [*InvalidError] on the reason.
func (s *Service) RefuseCredentialRequest(ctx context.Context, actor Actor, id, reason string) error {
	r, err := s.OpenCredentialRequest(ctx, id)
	if err != nil {
		return err
	}
	err = s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		u, err := userByKey(ctx, tx, tx.actor.Key)
		if err != nil {
			return nothing, err
		}
		return tx.decide(ctx, r, decision{by: tx.actor.Key, code: []byte{}}, ActionLoginRefused, u, reason)
	})
	if err != nil {
		return fmt.Errorf("refuse a credential request: %w", err)
	}
	return nil
}

// A decision is that a request was approved or refused.
type decision struct {
	by    Key     // the person who decided
	user  Key     // of the token; empty if refused
	code  []byte  // digest of the authorization code; empty if refused
	token TokenID // issued for the code; empty until then
}

// isSame reports whether d approves in the same way as o, and its code is unused.
func (d decision) isSame(o decision) bool {
	return len(d.code) > 0 && bytes.Equal(d.code, o.code) && d.token == ""
}

// decide records the decision on a request, and returns its event. The same decision again
// changes nothing; another one returns [ErrRequestDecided].
func (c *changeTx) decide(ctx context.Context, r CredentialRequest, d decision, action Action, u User, reason string) ([]Event, error) {
	reason, err := normalizeReason(reason)
	if err != nil {
		return nothing, err
	}
	switch before, err := decisionOn(ctx, c, r); {
	case err == nil && before.isSame(d):
		return nothing, nil
	case err == nil:
		return nothing, ErrRequestDecided
	case !errors.Is(err, ErrNotFound):
		return nothing, err
	}
	_, err = c.exec(ctx, `INSERT INTO credential_requests (digest, decided_by, user_key, code, token, decided_at, expires_at) VALUES ($1, $2, $3, $4, '', $5, $6)`,
		DigestOf(r.ID), d.by, d.user, d.code, database.Time(c.now), database.Time(r.ExpiresAt))
	if err != nil {
		return nothing, err
	}
	return []Event{newEvent(action, u, r.changes()...).withReason(reason)}, nil
}

// changes returns the fields of a request in the history.
func (r CredentialRequest) changes() []Change {
	changes := []Change{{Field: "client_hostname", New: r.Hostname}}
	if r.Version != "" {
		changes = append(changes, Change{Field: "client_version", New: r.Version})
	}
	return append(changes, Change{Field: "token_expiry_days", New: strconv.Itoa(int(r.Lifetime / (24 * time.Hour)))})
}

// decisionOn returns the decision on a request, or [ErrNotFound].
func decisionOn(ctx context.Context, from database.Reader, r CredentialRequest) (d decision, err error) {
	err = from.QueryRowContext(ctx, `SELECT decided_by, user_key, code, token FROM credential_requests WHERE digest = $1`, DigestOf(r.ID)).
		Scan(&d.by, &d.user, &d.code, &d.token)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return d, err
}

// isApproved returns nil if a request is approved with a code that is unused.
func (s *Service) isApproved(ctx context.Context, r CredentialRequest, code string) error {
	d, err := decisionOn(ctx, s.lookUps(), r)
	if err == nil && !d.isSame(decision{code: digestOf(code)}) {
		err = ErrRequestDecided
	}
	return err
}

// authorizationCode returns the code of a request approved by a person for a user. It is derived
// from these, so that it need not be stored to return it again.
func (s *Service) authorizationCode(ctx context.Context, r CredentialRequest, by Key, as ID) (string, error) {
	mac, err := s.mac(ctx, "authorization code", []byte(r.ID+"\x00"+string(by)+"\x00"+string(Canonical(string(as)))))
	return base64.RawURLEncoding.EncodeToString(mac), err
}

// digestOf returns the digest of a secret as stored.
func digestOf(secret string) []byte {
	digest := DigestOf(secret)
	return digest[:]
}
