package demodata

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// A tokenKey names a token in the plan: its user and its name.
type tokenKey struct{ user, name string }

// next names the successor of a token.
func (k tokenKey) next() tokenKey { return tokenKey{k.user, k.name + ", successor"} }

// A heldToken is a token with its secret.
type heldToken struct {
	id     users.TokenID
	secret string
}

// A use is a call with a token.
type use struct {
	at            time.Time
	address, tool string
}

// issueToken issues a token.
func issueToken(k tokenKey, n users.NewToken) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		n.Name = k.name
		t, secret, err := f.IssueToken(ctx, a, users.ID(k.user), n)
		f.tokens[k] = heldToken{t.ID, secret}
		return err
	}
}

// useToken makes all calls with a token, also refused ones.
func useToken(k tokenKey, all []use) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		for i := range all {
			f.time.Store(&all[i].at)
			_, err := f.Authenticate(ctx, f.tokens[k].secret, users.Program(a.RequestID, all[i].address, all[i].tool, all[i].tool))
			if err != nil && !errors.Is(err, users.ErrNoToken) {
				return err
			}
		}
		f.Settle()
		return nil
	}
}

// rotateToken issues the successor of a token, which stays valid for the overlap.
func rotateToken(k tokenKey, overlap time.Duration, reason string) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		t, secret, err := f.RotateToken(ctx, a, f.tokens[k].id, users.Rotation{Overlap: overlap, NewToken: users.NewToken{Reason: reason}})
		f.tokens[k.next()] = heldToken{t.ID, secret}
		return err
	}
}

// extendOverlap extends the overlap of a rotated token.
func extendOverlap(k tokenKey, overlap time.Duration, reason string) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		return f.ExtendOverlap(ctx, a, f.tokens[k].id, overlap, reason)
	}
}

// strikeOff takes a client off the list of those that have to switch to the successor.
func strikeOff(k tokenKey, client users.ClientName, reason string) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		return f.StrikeOffClient(ctx, a, f.tokens[k].id, client, reason)
	}
}

// disableToken disables a token.
func disableToken(k tokenKey, reason string) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		return f.DisableToken(ctx, a, f.tokens[k].id, users.TokenEnd{Reason: reason})
	}
}

// enableToken enables a disabled token.
func enableToken(k tokenKey, reason string) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		return f.EnableToken(ctx, a, f.tokens[k].id, reason)
	}
}

// revokeToken revokes a token.
func revokeToken(k tokenKey, reason string) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		return f.RevokeToken(ctx, a, f.tokens[k].id, users.TokenEnd{Reason: reason})
	}
}

// requestToken requests a token for a program on a machine; the actor decides with answer.
func requestToken(hostname string, answer func(ctx context.Context, f *builder, a users.Actor, id string) error) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		challenge := sha256.Sum256([]byte(hostname))
		r, err := f.RequestCredential(ctx, users.NewCredentialRequest{
			Challenge: base64.RawURLEncoding.EncodeToString(challenge[:]), Method: "S256", Hostname: hostname, Version: "0.62.0", LifetimeDays: 90,
		})
		if err != nil {
			return err
		}
		return answer(ctx, f, a, r.ID)
	}
}

// approveLogin approves a request for a token of the actor, which is never fetched.
func approveLogin(hostname string) action {
	return requestToken(hostname, func(ctx context.Context, f *builder, a users.Actor, id string) error {
		_, err := f.ApproveCredentialRequest(ctx, a, id, users.Approval{As: a.ID})
		return err
	})
}

// refuseLogin refuses a request for a token.
func refuseLogin(hostname, reason string) action {
	return requestToken(hostname, func(ctx context.Context, f *builder, a users.Actor, id string) error {
		return f.RefuseCredentialRequest(ctx, a, id, reason)
	})
}
