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

// A heldToken is a token that a program has.
type heldToken struct {
	id     users.TokenID
	secret string
}

// A use is that of a token by a program.
type use struct {
	at            time.Time
	address, tool string
}

// issueToken issues the token of that name.
func issueToken(k tokenKey, n users.NewToken) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		n.Name = k.name
		t, secret, err := f.IssueToken(ctx, a, users.ID(k.user), n)
		f.tokens[k] = heldToken{t.ID, secret}
		return err
	}
}

// useToken uses a token at each of the times, whether it gives access or not.
func useToken(k tokenKey, all []use) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
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

// rotateToken issues the successor of a token, which stays for a while.
func rotateToken(k tokenKey, overlap time.Duration, reason string) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		t, secret, err := f.RotateToken(ctx, a, f.tokens[k].id, users.Rotation{Overlap: overlap, NewToken: users.NewToken{Reason: reason}})
		f.tokens[k.next()] = heldToken{t.ID, secret}
		return err
	}
}

// extendOverlap keeps a token that was rotated for longer.
func extendOverlap(k tokenKey, overlap time.Duration, reason string) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		return f.ExtendOverlap(ctx, a, f.tokens[k].id, overlap, reason)
	}
}

// strikeOff says that a client of a token is not waited for.
func strikeOff(k tokenKey, client users.ClientName, reason string) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		return f.StrikeOffClient(ctx, a, f.tokens[k].id, client, reason)
	}
}

// disableToken keeps a token from giving access.
func disableToken(k tokenKey, reason string) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		return f.DisableToken(ctx, a, f.tokens[k].id, users.TokenEnd{Reason: reason})
	}
}

// enableToken lets it give access again.
func enableToken(k tokenKey, reason string) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		return f.EnableToken(ctx, a, f.tokens[k].id, reason)
	}
}

// revokeToken ends a token.
func revokeToken(k tokenKey, reason string) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		return f.RevokeToken(ctx, a, f.tokens[k].id, users.TokenEnd{Reason: reason})
	}
}

// requestToken has a program on a machine ask for a token, which the person of the act decides by answer.
func requestToken(hostname string, answer func(ctx context.Context, f *fill, a users.Actor, id string) error) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
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

// approveLogin lets a program on a machine have a token of the actor, which it never fetches.
func approveLogin(hostname string) deed {
	return requestToken(hostname, func(ctx context.Context, f *fill, a users.Actor, id string) error {
		_, err := f.ApproveCredentialRequest(ctx, a, id, users.Approval{As: a.ID})
		return err
	})
}

// refuseLogin refuses a program on a machine a token.
func refuseLogin(hostname, reason string) deed {
	return requestToken(hostname, func(ctx context.Context, f *fill, a users.Actor, id string) error {
		return f.RefuseCredentialRequest(ctx, a, id, reason)
	})
}
