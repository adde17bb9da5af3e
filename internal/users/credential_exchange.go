package users

import (
	"bytes"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrBadExchange means that the request, code or verifier of an exchange is wrong, expired or
// used. It does not tell which, so that nothing can be probed.
var ErrBadExchange = errors.New("credential request, authorization code or code verifier is not valid")

// LoginScopes are the scopes of a token for a [CredentialRequest]: everything, as the platform's
// command line is for everything.
var LoginScopes = []Scope{ScopeEverything, ScopeDatasetsCreate, ScopeFilesImport, ScopeFilesUpload}

// An Exchange is the request of a program for the token of a [CredentialRequest].
type Exchange struct {
	RequestID string
	Code      string // authorization code of the approval
	Verifier  string // PKCE code_verifier, RFC 7636 section 4.1
}

// ExchangeCredentialRequest issues the token of an approved request, once, and returns it with
// its secret. The actor is the approver, whose permissions are read again. by is the program,
// with its address and tool.
//
// ExchangeCredentialRequest returns [ErrBadExchange], a [*ForbiddenError] if the approver may
// no longer issue it, and [ErrTooManyTokens].
func (s *Service) ExchangeCredentialRequest(ctx context.Context, by Actor, x Exchange) (t Token, secret string, err error) {
	r, err := s.OpenCredentialRequest(ctx, x.RequestID)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrRequestExpired) || err == nil && !r.verifies(x.Verifier) {
		return Token{}, "", ErrBadExchange
	} else if err != nil {
		return Token{}, "", err
	}
	approved, err := decisionOn(ctx, s.lookUps(), r)
	if errors.Is(err, ErrNotFound) || err == nil && !approved.opensBy(x.Code) {
		return Token{}, "", ErrBadExchange
	} else if err != nil {
		return Token{}, "", fmt.Errorf("exchange a credential request: %w", err)
	}
	err = s.change(ctx, by.approver(approved.by, s.Now()), func(tx *changeTx) (events []Event, err error) {
		t, secret, events, err = tx.exchange(ctx, s.config, r, x)
		return events, err
	})
	switch {
	case errors.Is(err, ErrNotFound) || errors.Is(err, ErrNoSession): // the user or the approver was deleted
		return Token{}, "", ErrBadExchange
	case err != nil:
		return Token{}, "", fmt.Errorf("exchange a credential request: %w", err)
	}
	return t, secret, nil
}

// approver returns the person who approved a request as the actor of the program's request. The
// sign-in counts as recent: the approval checked it.
func (a Actor) approver(key Key, now time.Time) Actor {
	return Actor{
		Kind: ActorPerson, Key: key, Via: ViaSession, AuthTime: now,
		RequestID: a.RequestID, Address: a.Address, UserAgent: a.UserAgent, Tool: a.Tool,
	}
}

// exchange issues the token of a request for its code.
func (c *changeTx) exchange(ctx context.Context, config Config, r CredentialRequest, x Exchange) (Token, string, []Event, error) {
	d, err := decisionOn(ctx, c, r)
	if err != nil {
		return Token{}, "", nothing, err
	}
	if !d.opensBy(x.Code) {
		return Token{}, "", nothing, ErrBadExchange
	}
	u, err := userByKey(ctx, c, d.user)
	if err != nil {
		return Token{}, "", nothing, err
	}
	if err := c.actor.May(ActIssueToken, u); err != nil {
		return Token{}, "", nothing, err
	}
	if err := c.mayIssue(config, u, u.Role); err != nil {
		return Token{}, "", nothing, err
	}
	t, err := c.prepareToken(config, u, NewToken{Name: r.tokenName(), Lifetime: r.Lifetime, Scopes: LoginScopes})
	if err != nil {
		return Token{}, "", nothing, err
	}
	t.ShownTo = c.actor.ref() // it is on their machine
	t, secret, err := c.issue(ctx, u, t)
	if err != nil {
		return Token{}, "", nothing, err
	}
	_, err = c.exec(ctx, `UPDATE credential_requests SET token = $1 WHERE digest = $2`, t.ID, DigestOf(r.ID))
	return t, secret, []Event{tokenEvent(ActionTokenIssued, u, t, issued(t)...)}, err
}

// opensBy reports whether d is an approval with that code, unused.
func (d decision) opensBy(code string) bool {
	return len(d.code) > 0 && d.token == "" && bytes.Equal(d.code, digestOf(code))
}

// verifies reports whether the challenge of r is that of a code verifier.
func (r CredentialRequest) verifies(verifier string) bool {
	if len(verifier) < 43 || len(verifier) > 128 {
		return false
	}
	digest := DigestOf(verifier)
	return subtle.ConstantTimeCompare(digest[:], r.challenge[:]) == 1
}

// tokenName returns the name of the token of r, within the limit of names.
func (r CredentialRequest) tokenName() string {
	name := "roboto auth login on " + strings.Join(strings.Fields(r.Hostname), " ")
	return strings.TrimSpace(withinBytes(name, MaxTokenName))
}
