package users

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// Verified says whether the provider vouches for an address.
type Verified int

// What a provider may say.
const (
	VerifiedUnknown Verified = iota // it says nothing
	VerifiedNo
	VerifiedYes
	VerifiedUnclear // it says something that is not understood; as good as no
)

// Claims are what the provider says of who signs in. Issuer and Subject together
// are the identity; nothing else identifies anyone.
type Claims struct {
	Issuer     string
	Subject    string
	SessionID  string    // sid: the session at the provider; empty where it does not say
	IssuedAt   time.Time // of the ID token
	AuthTime   time.Time // when the person authenticated at the provider; zero where it does not say
	Address    string    // e-mail address, as claimed
	Verified   Verified
	Unclear    string // the claim that is not understood, with VerifiedUnclear
	Name       string // this and the rest are taken where they are still empty, at the first sign-in
	NameParts  string // given and family name, where Name cannot be used
	PictureURL string
	TimeZone   string // IANA name
}

// A Visit is the browser that signs in. Digest is that of the new session's
// identifier, which nobody may have known before.
type Visit struct {
	Digest    Digest
	Address   string // IP address
	UserAgent string
	RequestID string
	Replaces  Digest // of the session that the browser had, which ends
	Only      Key    // the person who has to sign in, see [ErrSignInAgain]; empty for anyone
	Attempt   Attempt
}

// SignIn finds or admits the person that claims are about and starts a session
// for them. It never changes a role and never reactivates anyone.
//
// SignIn returns a [*RefusedError] if they may not come in; the refusal is noted,
// and leaves an event where it concerns a user. It returns [ErrAttemptUsed] if the
// visit's attempt has signed a person in before; a refusal leaves it unused.
func (s *Service) SignIn(ctx context.Context, c Claims, v Visit) (SignedIn, error) {
	var in SignedIn
	actor := Visitor(v.RequestID, v.Address, v.UserAgent)
	var refused *RefusedError
	var concerned User
	err := s.change(ctx, actor, func(tx *changeTx) (events []Event, err error) {
		if err := tx.use(ctx, v.Attempt); err != nil {
			return nothing, err
		}
		if in.User, err = tx.only(ctx, c, v.Only); err == nil {
			in.User, events, err = tx.arrive(ctx, c, s.config)
		}
		if errors.As(err, &refused) {
			concerned = in.User
		}
		if err != nil {
			return nothing, err
		}
		tx.actor = tx.actor.As(in.User)
		session, started, err := tx.startSession(ctx, in.User, c, v, s.config)
		in.Session = session
		return append(events, started...), err
	})
	if refused != nil {
		s.refuse(ctx, actor, concerned, refused)
		return SignedIn{}, refused
	}
	if err != nil {
		return SignedIn{}, fmt.Errorf("sign in: %w", err)
	}
	s.noteSoon(seenAgain(in.Session.ID, in.User.Key, in.Session.StartedAt)...)
	return in, nil
}

// arrive is admit for a session that the provider has not ended meanwhile.
func (c *changeTx) arrive(ctx context.Context, claims Claims, config Config) (User, []Event, error) {
	if u, err := c.loggedOut(ctx, claims); err != nil {
		return u, nothing, err
	}
	return c.admit(ctx, claims, config)
}

// admit returns the person that claims are about, bound to the identity, and the
// events of getting them there. With a [*RefusedError] the user is the one it
// concerns, if any.
func (c *changeTx) admit(ctx context.Context, claims Claims, config Config) (User, []Event, error) {
	u, by, err := claimant(ctx, c, claims, config)
	switch {
	case err != nil:
		return u, nothing, err
	case by == entryKnown:
		return u, nothing, touchIdentity(ctx, c, claims)
	case by == entryInvited:
		return c.bind(ctx, u, claims)
	}
	return c.signUp(ctx, u.ID, claims)
}

// An entry is how somebody comes in.
type entry int

const (
	entryKnown    entry = iota // the identity is bound to the person
	entryInvited               // the person is there, and has no identity yet
	entryStranger              // there is no such user yet
)

// claimant returns the person that claims are about and how they come in; of a stranger
// there is nothing yet but the user_id. With a [*RefusedError] the user is the one it
// concerns, if any.
func claimant(ctx context.Context, r database.Reader, claims Claims, config Config) (User, entry, error) {
	u, err := userByIdentity(ctx, r, claims.Issuer, claims.Subject)
	if err == nil {
		return u, entryKnown, checkKnown(ctx, r, u, claims, config)
	}
	if !errors.Is(err, ErrNotFound) {
		return u, entryKnown, err
	}
	id, why := claimedID(claims.Address)
	switch {
	case claims.Address == "":
		return User{}, entryStranger, claims.refused(RefusedNoAddress, "")
	case why != "":
		return User{}, entryStranger, claims.refused(RefusedBadAddress, why)
	}
	u, err = userByID(ctx, r, id)
	known := err == nil
	if err != nil && !errors.Is(err, ErrNotFound) {
		return User{}, entryStranger, err
	}
	if reason := refusal(claims, id, u, known, config); reason != "" {
		return u, entryStranger, claims.refused(reason, "")
	}
	if known {
		return u, entryInvited, nil
	}
	return User{ID: id}, entryStranger, nil
}

// checkKnown returns a [*RefusedError] if the person u, to whom the identity is bound, may
// not come in: they are deactivated, or the address that is verified is another user's.
// Then the provider has given one subject to two people, or an address to another one.
func checkKnown(ctx context.Context, r database.Reader, u User, claims Claims, config Config) error {
	if u.deactivated {
		return claims.refused(RefusedDeactivated, "")
	}
	id, why := claimedID(claims.Address)
	if why != "" || id == u.ID || claims.doubt(config) != "" {
		return nil
	}
	other, err := userByID(ctx, r, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil
	case err != nil:
		return err
	case other.Key == u.Key:
		return nil
	}
	return claims.refused(RefusedOtherUser, "")
}

// refused returns the refusal of the claims for that reason.
func (c Claims) refused(reason Refusal, detail string) error {
	if reason == RefusedUnclear {
		detail = "The claim is " + c.Unclear + "."
	}
	return &RefusedError{reason, c.Address, detail, c}
}

// doubt says why the address does not count as verified, or nothing.
func (c Claims) doubt(config Config) Refusal {
	switch {
	case c.Verified == VerifiedNo:
		return RefusedUnverified
	case c.Verified == VerifiedUnclear:
		return RefusedUnclear
	case c.Verified == VerifiedUnknown && !config.TrustEmail:
		return RefusedUnvouched
	}
	return ""
}

// refusal says why an identity that is bound to nobody may not come in with the
// address id, or nothing. The user u has that user_id, if known.
func refusal(claims Claims, id ID, u User, known bool, config Config) Refusal {
	doubt := claims.doubt(config)
	switch {
	case doubt != "":
		return doubt
	case known && u.Kind == KindService:
		return RefusedServiceUser
	case known && u.Kind == KindSystem:
		return RefusedSystemUser
	case known && u.deactivated:
		return RefusedDeactivated
	case known && u.Status != StatusInvited:
		return RefusedTaken
	case known, config.Signup == SignupOpen:
		return ""
	case config.Signup != SignupDomain:
		return RefusedUninvited
	case !slices.Contains(config.SignupDomains, id.domain()):
		return RefusedDomain
	}
	return ""
}

// bind gives an invited person their identity.
func (c *changeTx) bind(ctx context.Context, before User, claims Claims) (User, []Event, error) {
	if err := insertIdentity(ctx, c, before.Key, claims); err != nil {
		return User{}, nothing, err
	}
	after, err := updateUser(ctx, c, before, before.bind(claims))
	return after, []Event{bound(after, claims, difference(before, after))}, err
}

// bind returns u with an identity. Only who has never been here gets what the
// claims say of them; who comes back after a reset has had their say.
func (u User) bind(claims Claims) User {
	after := u.clone()
	if u.SeenAt.IsZero() {
		after = claims.fill(after)
	}
	after.identified = true
	return after
}

// signUp admits a stranger.
func (c *changeTx) signUp(ctx context.Context, id ID, claims Claims) (User, []Event, error) {
	u := claims.fill(newUser(KindPerson, id, c.actor, c.now))
	c.actor = c.actor.As(u)
	u.CreatedBy, u.identified = u.Ref(), true
	u.derive()
	events, err := c.insert(ctx, u)
	if err != nil {
		return User{}, nothing, err
	}
	return u, append(events, bound(u, claims, nil)), insertIdentity(ctx, c, u.Key, claims)
}

// bound returns the event of an identity that got bound to u, with what its claims
// changed in the record.
func bound(u User, claims Claims, changes []Change) Event {
	return about(ActionBound, u, append([]Change{{Field: "identity", New: claims.Issuer + " " + claims.Subject}}, changes...)...)
}

// fill takes from the claims what is still empty in u and acceptable.
func (c Claims) fill(u User) User {
	for _, name := range []string{spelling.Normalize(c.Name), spelling.Normalize(c.NameParts)} {
		if u.Name == "" && textFlaw(name, MaxName) == "" {
			u.Name = name
		}
	}
	if u.PictureURL == "" && pictureFlaw(c.PictureURL) == "" {
		u.PictureURL = c.PictureURL
	}
	if u.TimeZone == "UTC" && zoneFlaw(c.TimeZone) == "" {
		u.TimeZone = c.TimeZone
	}
	return u
}
