package users

import (
	"crypto/rand"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// A TokenID names a token to people and programs. It gives no access.
type TokenID string

func newTokenID() TokenID { return TokenID("tok_" + strings.ToLower(rand.Text())) }

// Limits of tokens.
const (
	MaxTokens           = 100 // live ones, of one user
	MaxTokenName        = 100 // characters after trimming
	MaxTokenDescription = 500 // characters after trimming
	MaxRanges           = 20  // address ranges of one token

	// Unlimited as [Config.TokenLifetime] allows tokens that never end.
	Unlimited time.Duration = -1

	// EndedTokensKept is how long a token is shown after its end.
	EndedTokensKept = 90 * 24 * time.Hour
)

// capLifetime returns the lifetime d, or the longest that a token may be issued with if that is
// shorter.
func (c Config) capLifetime(d time.Duration) time.Duration {
	if c.TokenLifetime == Unlimited {
		return d
	}
	return min(d, c.TokenLifetime)
}

// EndOfTime is the end of a token without an end.
var EndOfTime = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)

// A Token is an API credential of a user, without its secret.
type Token struct {
	ID          TokenID
	User        Ref    // the user it belongs to
	UserRole    Role   // of the user now
	UserStatus  Status // of the user now
	Name        string
	Description string
	Hint        string // the last four characters of the secret's random part
	Role        Role   // of the user when it was issued, or that of the token that issued it, if lower
	Scopes      []Scope
	Ranges      []netip.Prefix // none: any address
	IssuedAt    time.Time
	IssuedBy    Ref       // zero: the command line
	IssuedWith  TokenID   // the token that IssuedBy acted with; empty without one
	ShownTo     Ref       // the person who saw the secret; zero: a program or the command line
	ShownStatus Status    // of ShownTo now; empty if they were deleted
	EndsAt      time.Time // EndOfTime for never
	IssuedUntil time.Time // EndsAt as issued: in the overlap of a rotation EndsAt is the end of the overlap
	DisabledAt  time.Time // zero if it is not
	RevokedAt   time.Time // zero if it is not
	LastUsed    TokenUse  // that was not refused; zero if never

	Replaces   TokenID   // the token that it succeeds
	ReplacedBy TokenID   // its successor
	RotatedAt  time.Time // when the successor was issued; zero without one
}

// A TokenUse is a use of a token.
type TokenUse struct {
	At      time.Time
	Address string // IP address of the client
	Tool    string // name and version of the client; empty if it gave none
}

// Acts returns the role in which t acts now: the lower of the user's role at its issue
// and the user's role now.
func (t Token) Acts() Role { return lowerRole(t.Role, t.UserRole) }

// lowerRole returns the lower of two roles. An unknown role is the lowest.
func lowerRole(a, b Role) Role {
	if slices.Index(Roles, a) < slices.Index(Roles, b) {
		return a
	}
	return b
}

// A TokenState says whether a token gives access, and if not, why. Its values are stored.
type TokenState string

// The states. A token is in the first of them that applies, from the end of the list.
const (
	TokenLive      TokenState = "live"
	TokenSuspended TokenState = "suspended" // its user is not active
	TokenDisabled  TokenState = "disabled"
	TokenExpired   TokenState = "expired"
	TokenRevoked   TokenState = "revoked"

	TokenOutOfRange TokenState = "out_of_range" // of a use alone: from an address outside of its ranges
	TokenPersonal   TokenState = "personal"     // of a use alone: of a person's token, where people have none ([Config.NoPersonalTokens])
	TokenUnknown    TokenState = "unknown"      // of a secret alone: there is no token with it
)

// TokenStates are all states, with those of a use or a secret.
var TokenStates = []TokenState{TokenLive, TokenSuspended, TokenDisabled, TokenExpired, TokenRevoked, TokenOutOfRange, TokenPersonal, TokenUnknown}

// State returns the state of t at a time.
func (t Token) State(now time.Time) TokenState {
	switch {
	case !t.RevokedAt.IsZero():
		return TokenRevoked
	case !now.Before(t.EndsAt):
		return TokenExpired
	case !t.DisabledAt.IsZero():
		return TokenDisabled
	case t.UserStatus != StatusActive:
		return TokenSuspended
	}
	return TokenLive
}

// Ended returns when t was revoked or expired; the zero time if neither has happened.
func (t Token) Ended(now time.Time) time.Time {
	switch t.State(now) {
	case TokenRevoked:
		return t.RevokedAt
	case TokenExpired:
		return t.EndsAt
	}
	return time.Time{}
}

// inRange reports whether t may be used from an IP address.
func (t Token) inRange(address string) bool {
	if len(t.Ranges) == 0 {
		return true
	}
	a, err := netip.ParseAddr(address)
	a = a.Unmap().WithZone("")
	return err == nil && slices.ContainsFunc(t.Ranges, func(p netip.Prefix) bool { return p.Contains(a) })
}
