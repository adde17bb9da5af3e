package users

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// A NewToken is what is asked for when a token is issued.
type NewToken struct {
	Name        string
	Description string
	Lifetime    time.Duration // from now until it ends
	Never       bool          // it never ends, where [Service.TokenLifetime] is Unlimited
	Scopes      []Scope       // nil: those of the calling token
	Ranges      []string      // none: those of the calling token, else any address
	Reason      string
	Twice       bool // the same caller that issues a token of the same name within 15 minutes replaces the first while it is unused
	Unseen      bool // the secret goes to a program, though a person asks for it
}

// issuedTwice is the time within which an unused token is replaced by another one of its name.
const issuedTwice = 15 * time.Minute

// TokenLifetime returns the longest lifetime that a token may be issued with, or [Unlimited].
func (s *Service) TokenLifetime() time.Duration { return s.config.TokenLifetime }

// PersonalTokens reports whether people may have tokens of their own.
func (s *Service) PersonalTokens() bool { return !s.config.NoPersonalTokens }

// IssueToken issues a token for a user and returns it with its secret, which is not kept.
// Its role is the user's, or that of the token that the actor came with, if that is lower.
//
// IssueToken returns [ErrNotFound], a [*ForbiddenError], [ErrSignInAgain], [ErrTooManyTokens], and
// an [*InvalidError] that lists every mistake, on name, description, expiry, scopes, ranges and
// reason.
func (s *Service) IssueToken(ctx context.Context, actor Actor, id ID, n NewToken) (t Token, secret string, err error) {
	if n.Twice {
		s.uses.flush() // so that a token that was used a moment ago is not taken for an unused one
	}
	err = s.change(ctx, actor, func(tx *changeTx) (events []Event, err error) {
		u, err := tx.target(ctx, id, ActIssueToken)
		if err != nil {
			return nothing, err
		}
		t, secret, events, err = tx.issueNew(ctx, s.config, u, n)
		return events, err
	})
	if err != nil {
		return Token{}, "", wrap("issue a token for", id, err)
	}
	return t, secret, nil
}

// issueNew issues a token for u inside a change, after the check of [Permissions], and returns it
// with its secret and the events.
func (c *changeTx) issueNew(ctx context.Context, config Config, u User, n NewToken) (t Token, secret string, events []Event, err error) {
	if err := c.mayIssue(config, u, c.roleFor(u)); err != nil {
		return t, "", nothing, err
	}
	reason, reasonErr := normalizeReason(n.Reason)
	t, err = c.prepareToken(config, u, n)
	if err := joined(err, reasonErr); err != nil {
		return t, "", nothing, err
	}
	if n.Twice {
		if events, err = c.endRepeated(ctx, u, t); err != nil {
			return t, "", nothing, err
		}
	}
	if t, secret, err = c.issue(ctx, u, t); err != nil {
		return t, "", nothing, err
	}
	return t, secret, append(events, tokenEvent(ActionTokenIssued, u, t, issued(t)...).withReason(reason)), nil
}

// roleFor returns the role of a token that the actor issues for u.
func (c *changeTx) roleFor(u User) Role {
	if c.actor.Token != "" {
		return lowerRole(u.Role, c.actor.Role)
	}
	return u.Role
}

// mayIssue checks the issue, rotation or enabling of a token of u that acts in that role beyond
// [Permissions]. It returns a [*ForbiddenError], and [ErrSignInAgain] if it needs a recent sign-in.
func (c *changeTx) mayIssue(config Config, u User, acts Role) error {
	if err := c.actor.mayIssue(config, u, acts); err != nil || !acts.needsRecentSignIn() {
		return err
	}
	return c.signedInRecently()
}

func (a Actor) mayIssue(config Config, u User, acts Role) error {
	switch {
	case u.Kind == KindPerson && config.NoPersonalTokens && a.Kind != ActorOperator:
		return &ForbiddenError{ActIssueToken, "This console does not accept tokens of people. Use a service user."}
	case u.Status != StatusActive:
		return &ForbiddenError{ActIssueToken, fmt.Sprintf("%s is %s. Tokens are issued for active users.", u.Label(), u.Status)}
	case u.Kind != KindSystem && lowerRole(acts, a.Role) != acts:
		return &ForbiddenError{ActIssueToken, "Your role is " + string(a.Role) + ", and the token would have the role " + string(acts) + "."}
	}
	return nil
}

// prepareToken returns the token of u that n asks for, or an [*InvalidError] with every mistake.
func (c *changeTx) prepareToken(config Config, u User, n NewToken) (Token, error) {
	t := Token{
		ID: newTokenID(), User: u.Ref(), UserRole: u.Role, UserStatus: u.Status,
		Name: spelling.Normalize(strings.Join(strings.Fields(n.Name), " ")), Description: spelling.Normalize(strings.Join(strings.Fields(n.Description), " ")),
		Role: c.roleFor(u), IssuedAt: c.now, IssuedBy: c.actor.ref(), IssuedWith: c.actor.Token,
	}
	var held ScopeSet
	var heldRanges []netip.Prefix
	if c.actor.Token != "" {
		held, heldRanges = append(ScopeSet{}, c.actor.Scopes...), c.token.Ranges
	}
	if c.actor.Session != "" && !n.Unseen {
		t.ShownTo, t.ShownStatus = c.actor.ref(), StatusActive
	}
	var scopesErr, rangesErr, endErr error
	t.Scopes, scopesErr = normalizeScopes(n.Scopes, held)
	t.Ranges, rangesErr = normalizeRanges(n.Ranges, heldRanges)
	t.EndsAt, endErr = tokenEnd(config, c.now, n)
	t.IssuedUntil = t.EndsAt
	return t, joined(tokenTextFlaws(t), endErr, scopesErr, rangesErr)
}

// tokenTextFlaws returns what is wrong with the name and the description of a token.
func tokenTextFlaws(t Token) error {
	bad := new(InvalidError)
	if t.Name == "" {
		bad.Add("name", "Enter a name.")
	} else if why := textFlaw(t.Name, MaxTokenName); why != "" {
		bad.Add("name", why)
	}
	if why := textFlaw(t.Description, MaxTokenDescription); why != "" {
		bad.Add("description", why)
	}
	return bad.OrNil()
}

// tokenEnd returns when the token ends that n asks for.
func tokenEnd(config Config, now time.Time, n NewToken) (time.Time, error) {
	most := config.TokenLifetime
	switch {
	case n.Never && most != Unlimited:
		return time.Time{}, Invalid("expiry", "Choose an end: tokens last %s at most here.", daysOf(most))
	case n.Never:
		return EndOfTime, nil
	case n.Lifetime <= 0:
		return time.Time{}, Invalid("expiry", "Choose when the token ends.")
	case most != Unlimited && n.Lifetime > most:
		return time.Time{}, Invalid("expiry", "Choose an earlier end: tokens last %s at most here.", daysOf(most))
	}
	if end := now.Add(n.Lifetime); end.Before(EndOfTime) {
		return end, nil
	}
	return EndOfTime, nil
}

// daysOf returns a lifetime in whole days, as words.
func daysOf(d time.Duration) string {
	if n := int(d / (24 * time.Hour)); n != 1 {
		return strconv.Itoa(n) + " days"
	}
	return "1 day"
}

// issue writes a prepared token of u and returns it with its secret. It returns
// [ErrTooManyTokens] if u has [MaxTokens].
func (c *changeTx) issue(ctx context.Context, u User, t Token) (Token, string, error) {
	if err := c.roomForToken(ctx, u); err != nil {
		return Token{}, "", err
	}
	secret, hint := newSecret()
	t.Hint = hint
	return t, secret, insertToken(ctx, c, t, DigestOf(secret))
}

// roomForToken returns [ErrTooManyTokens] if u has [MaxTokens] that have not ended.
func (c *changeTx) roomForToken(ctx context.Context, u User) error {
	n, err := database.Count(ctx, c, `SELECT COUNT(*) FROM tokens WHERE user_key = $1 AND revoked_at IS NULL AND ends_at > $2`, u.Key, database.Time(c.now))
	if err == nil && n >= MaxTokens {
		return ErrTooManyTokens
	}
	return err
}

// endRepeated revokes an unused token of u that the same actor issued under the same name within
// issuedTwice: the actor repeats a request whose answer was lost.
func (c *changeTx) endRepeated(ctx context.Context, u User, t Token) ([]Event, error) {
	before, err := TokensWhere(ctx, c, `t.user_key = $1 AND t.issued_by = $2 AND t.issued_with = $3 AND t.name = $4 AND t.issued_at > $5
		AND t.used_at IS NULL AND t.revoked_at IS NULL ORDER BY t.issued_at, t.id`, u.Key, t.IssuedBy.Key, t.IssuedWith, t.Name, database.Time(c.now.Add(-issuedTwice)))
	if err != nil {
		return nothing, err
	}
	return c.revoke(ctx, u, before, "repeated")
}

// issued returns the changes of the event that a token was issued.
func issued(t Token) []Change {
	changes := []Change{
		{Field: "token_name", New: t.Name}, {Field: "token_role", New: string(t.Role)},
		{Field: "expiry", New: t.EndsAt.Format(time.RFC3339)}, {Field: "scopes", New: ScopeSet(t.Scopes).String()},
	}
	if len(t.Ranges) > 0 {
		changes = append(changes, Change{Field: "ranges", New: formatRanges(t.Ranges)})
	}
	return changes
}

// tokenEvent returns an event on a token of u. The first of its changes names the token.
func tokenEvent(action Action, u User, t Token, changes ...Change) Event {
	return newEvent(action, u, slices.Concat([]Change{{Field: "token", New: string(t.ID)}}, changes)...)
}

// IssuesFor reports whether a may issue a token for the service user u that acts in its role.
func (a Actor) IssuesFor(u User) bool {
	return u.Kind == KindService && u.Status == StatusActive && a.May(ActIssueToken, u) == nil && lowerRole(u.Role, a.Role) == u.Role
}

// IssuesForOthers reports whether a may issue tokens for service users that others are
// responsible for.
func (a Actor) IssuesForOthers() bool {
	return permission(ActIssueToken).rule(a) != WhereResponsible && a.May(ActSeeDirectory, User{}) == nil
}
