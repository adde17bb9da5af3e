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

// Verified says whether the provider has verified an address.
type Verified int

// What a provider may say.
const (
	VerifiedUnknown Verified = iota // it says nothing
	VerifiedNo
	VerifiedYes
	VerifiedUnclear // it says something that is not understood; as good as no
)

// Claims are what the provider says about the person who signs in. Issuer and Subject together
// are the identity; nothing else identifies a person.
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
	Department string // this and the next two: with Config.ProviderFields, taken at each sign-in
	Title      string
	Manager    string // user_id or address of a person
	Incomplete bool   // claims may be missing that the provider has
}

// A Visit is the browser that signs in. Digest is that of the new session's identifier, which has
// to be new, too (session fixation).
type Visit struct {
	Digest    Digest
	Address   string // IP address
	UserAgent string
	RequestID string
	Replaces  Digest // of the session that the browser had, which ends
	Only      Key    // the person who has to sign in, see [ErrSignInAgain]; empty for any
	Attempt   Attempt
}

// SignIn starts a session for the person of the claims, whom it binds or signs up if need be. It
// never changes a role and never reactivates a user.
//
// SignIn returns a [*RefusedError] if they may not sign in. The refusal is listed, and recorded as
// an event if it concerns a user. It returns [ErrAttemptUsed] if the visit's attempt has signed a
// person in before; a refusal leaves it unused.
func (s *Service) SignIn(ctx context.Context, c Claims, v Visit) (SignedIn, error) {
	var in SignedIn
	actor := Visitor(v.RequestID, v.Address, v.UserAgent)
	var refused *RefusedError
	var concerned User
	err := s.change(ctx, actor, func(tx *changeTx) (events []Event, err error) {
		if err := tx.use(ctx, v.Attempt); err != nil {
			return nothing, err
		}
		if in.User, err = tx.requirePerson(ctx, c, v.Only); err == nil {
			in.User, events, err = tx.admitUnlessLoggedOut(ctx, c, s.config)
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
	s.noteInBackground(setSeen(in.Session.ID, in.User.Key, in.Session.StartedAt)...)
	return in, nil
}

// admitUnlessLoggedOut is admit unless the provider has ended its session meanwhile, see [changeTx.loggedOut].
func (c *changeTx) admitUnlessLoggedOut(ctx context.Context, claims Claims, config Config) (User, []Event, error) {
	if u, err := c.loggedOut(ctx, claims); err != nil {
		return u, nothing, err
	}
	return c.admit(ctx, claims, config)
}

// admit returns the person of the claims, bound to the identity, with the events of the binding
// and of the sign-up. With a [*RefusedError] the user is the one it concerns, if any.
func (c *changeTx) admit(ctx context.Context, claims Claims, config Config) (User, []Event, error) {
	u, by, err := claimant(ctx, c, claims, config)
	switch {
	case err != nil:
		return u, nothing, err
	case by == entryKnown:
		if err := touchIdentity(ctx, c, claims); err != nil {
			return u, nothing, err
		}
		return c.refresh(ctx, u, claims)
	case by == entryInvited:
		return c.bind(ctx, u, claims)
	}
	return c.signUp(ctx, u.ID, claims)
}

// An entry is how a person is found who signs in.
type entry int

const (
	entryKnown    entry = iota // the identity is bound to the person
	entryInvited               // the person is there, and has no identity yet
	entryStranger              // there is no such user yet
)

// claimant returns the person of the claims and how they were found; a new person has only a
// user_id. With a [*RefusedError] the user is the one it concerns, if any.
func claimant(ctx context.Context, r database.Reader, claims Claims, config Config) (User, entry, error) {
	u, err := userByIdentity(ctx, r, claims.Issuer, claims.Subject)
	if err == nil {
		return u, entryKnown, checkKnown(ctx, r, u, claims, config)
	}
	if !errors.Is(err, ErrNotFound) {
		return u, entryKnown, err
	}
	switch u, err := deletedByIdentity(ctx, r, claims.Issuer, claims.Subject); {
	case err == nil:
		return u, entryKnown, claims.refused(RefusedDeleted, "")
	case !errors.Is(err, ErrNotFound):
		return User{}, entryStranger, err
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

// checkKnown returns a [*RefusedError] if the person u, to whom the identity is bound, may not
// sign in: they are deactivated, or the verified address is another user's. In that case the
// provider has given one subject to two people, or the address to another person.
func checkKnown(ctx context.Context, r database.Reader, u User, claims Claims, config Config) error {
	if u.deactivated {
		return claims.refused(RefusedDeactivated, "")
	}
	id, why := claimedID(claims.Address)
	if why != "" || id == u.ID || claims.whyUnverified(config) != "" {
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

// whyUnverified returns why the address does not count as verified, empty if it does.
func (c Claims) whyUnverified(config Config) Refusal {
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

// refusal returns why an identity that is not bound may not sign in with the address id, empty if
// it may. The user u has that user_id, if known.
func refusal(claims Claims, id ID, u User, known bool, config Config) Refusal {
	doubt := claims.whyUnverified(config)
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
	after, err := c.provide(ctx, before.bind(claims), claims)
	if err != nil {
		return User{}, nothing, err
	}
	after, err = updateUser(ctx, c, before, after)
	return after, []Event{bound(after, claims, difference(before, after))}, err
}

// bind returns u with an identity. The claims fill the record of a person who has never signed
// in, and not of one whose sign-in was reset.
func (u User) bind(claims Claims) User {
	after := u.clone()
	if u.SeenAt.IsZero() {
		after = claims.applyTo(after)
	}
	after.identified = true
	return after
}

// signUp adds a new person with an identity.
func (c *changeTx) signUp(ctx context.Context, id ID, claims Claims) (User, []Event, error) {
	u, err := c.provide(ctx, claims.applyTo(newUser(KindPerson, id, c.actor, c.now)), claims)
	if err != nil {
		return User{}, nothing, err
	}
	c.actor = c.actor.As(u)
	u.CreatedBy, u.identified = u.Ref(), true
	u.derive()
	events, err := c.insert(ctx, u)
	if err != nil {
		return User{}, nothing, err
	}
	return u, append(events, bound(u, claims, nil)), insertIdentity(ctx, c, u.Key, claims)
}

// bound returns the event that an identity was bound to u, with the changes of the record by its
// claims.
func bound(u User, claims Claims, changes []Change) Event {
	return newEvent(ActionBound, u, append([]Change{{Field: "identity", New: claims.Issuer + " " + claims.Subject}}, changes...)...)
}

// applyTo returns u with its empty fields set from the claims, as far as they are valid.
func (c Claims) applyTo(u User) User {
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
