package users

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/roboto-ai/console/internal/database"
)

// An IssuerCount is how many people sign in with identities of an issuer.
type IssuerCount struct {
	Issuer string
	People int
}

// Issuers returns the issuers of all identities, the one with the most people first.
func (s *Service) Issuers(ctx context.Context) ([]IssuerCount, error) {
	all, err := database.Collect(ctx, s.reads(), func(row database.Scanner) (c IssuerCount, err error) { return c, row.Scan(&c.Issuer, &c.People) },
		`SELECT issuer, COUNT(DISTINCT user_key) AS people FROM identities GROUP BY issuer ORDER BY people DESC, issuer`)
	if err != nil {
		return nil, fmt.Errorf("count identities: %w", err)
	}
	return all, nil
}

// HasOtherIssuers reports whether there are identities of another issuer than the given one. Unlike
// [Service.Issuers] it reads few rows of any number.
func (s *Service) HasOtherIssuers(ctx context.Context, issuer string) (bool, error) {
	var has bool
	err := s.reads().QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM identities WHERE issuer < $1) OR EXISTS (SELECT 1 FROM identities WHERE issuer > $1)`, issuer).Scan(&has)
	if err != nil {
		return false, fmt.Errorf("look for identities of other issuers: %w", err)
	}
	return has, nil
}

// An IdentityMove changes the issuer of identities, after the provider was renamed or replaced.
type IdentityMove struct {
	From, To string
	Subjects []SubjectMove // nil: all subjects stay the same
	DryRun   bool          // check the move without making it
}

// A SubjectMove is the subjects of a person at the old issuer and at the new one.
type SubjectMove struct {
	Line     int // of the map, for messages
	Old, New string
}

// Moved is the result of an [IdentityMove].
type Moved struct {
	People int // whose identity moved
	Left   int // identities of the old issuer that are not in the map
}

// maxMoveFlaws is how many mistakes of a map are listed.
const maxMoveFlaws = 20

// MoveIdentities moves all or none of the identities, with an event for each. Sessions continue
// with the new identity.
//
// MoveIdentities returns a [*ForbiddenError] unless the actor is the operator at the command
// line, and an [*InvalidError] with the conflicts, by lines of the map: a subject that is listed
// twice or not linked, and a new identity that is linked already.
func (s *Service) MoveIdentities(ctx context.Context, actor Actor, m IdentityMove) (done Moved, err error) {
	if actor.Via != ViaCommand {
		return Moved{}, &ForbiddenError{ActResetSignIn, "Identities are moved at the command line alone."}
	}
	err = s.change(ctx, actor, func(tx *changeTx) (events []Event, err error) {
		bound, err := linkedUsers(ctx, tx, m.From)
		if err != nil {
			return nothing, err
		}
		moving, err := m.moving(ctx, tx, bound)
		if err != nil {
			return nothing, err
		}
		done = Moved{len(moving), len(bound) - len(moving)}
		if m.DryRun {
			return nothing, nil
		}
		return tx.moveIdentities(ctx, m, moving)
	})
	if err != nil {
		return Moved{}, fmt.Errorf("move identities: %w", err)
	}
	return done, nil
}

// A linkedUser is an identity of an issuer and its person.
type linkedUser struct {
	User
	Identity
	next string // the subject at the new issuer
}

// linkedUsers returns the identities of an issuer, by subject.
func linkedUsers(ctx context.Context, r database.Reader, issuer string) (map[string]*linkedUser, error) {
	all, err := database.Collect(ctx, r, func(row database.Scanner) (*linkedUser, error) {
		b := &linkedUser{Identity: Identity{Issuer: issuer}}
		var err error
		b.User, err = scanUser(row, &b.Subject, &b.Address, (*database.Time)(&b.BoundAt), (*database.Time)(&b.SignedInAt))
		return b, err
	}, `SELECT `+userColumns+`, i.subject, i.address, i.bound_at, i.signed_in_at`+userTables+`JOIN identities i ON i.user_key = u.key WHERE i.issuer = $1`, issuer)
	bound := make(map[string]*linkedUser, len(all))
	for _, b := range all {
		bound[b.Subject] = b
	}
	return bound, err
}

// moving returns the identities that m moves, by subject, or its conflicts.
func (m IdentityMove) moving(ctx context.Context, r database.Reader, bound map[string]*linkedUser) ([]*linkedUser, error) {
	var bad InvalidError
	lines := m.lines(bound)
	taken, err := linkedUsers(ctx, r, m.To)
	if err != nil {
		return nil, err
	}
	if len(bound) == 0 {
		bad.Add("from", "No person is linked to "+m.From+".")
	}
	if m.From == m.To && m.Subjects == nil {
		bad.Add("to", "It is the same issuer, and there is no map of subjects.")
	}
	old, fresh, leaves := map[string]int{}, map[string]int{}, map[string]bool{}
	for _, l := range lines {
		leaves[l.Old] = m.From == m.To
	}
	for _, l := range lines {
		if flaw := m.flaw(l, bound, old, fresh); flaw != "" {
			bad.Add(l.name(), flaw)
		} else if b := taken[l.New]; b != nil && !leaves[l.New] {
			bad.Add(l.name(), fmt.Sprintf("The subject %q of %s is linked to %s already.", l.New, m.To, b.ID))
		}
		old[l.Old], fresh[l.New] = l.Line, l.Line
	}
	if n := len(bad.Fields); n > maxMoveFlaws {
		bad.Fields = bad.Fields[:maxMoveFlaws]
		bad.Add("map", fmt.Sprintf("The same of %d more.", n-maxMoveFlaws))
	}
	moving := make([]*linkedUser, 0, len(lines))
	for _, l := range lines {
		if b := bound[l.Old]; b != nil {
			b.next = l.New
			moving = append(moving, b)
		}
	}
	return moving, bad.OrNil()
}

// lines returns the subjects to move: those of the map, or all.
func (m IdentityMove) lines(bound map[string]*linkedUser) []SubjectMove {
	if m.Subjects != nil {
		return m.Subjects
	}
	all := make([]SubjectMove, 0, len(bound))
	for subject := range bound {
		all = append(all, SubjectMove{0, subject, subject})
	}
	slices.SortFunc(all, func(a, b SubjectMove) int { return cmp.Compare(a.Old, b.Old) })
	return all
}

// flaw returns the mistake in a line, given the subjects of the lines before it in old and fresh.
func (m IdentityMove) flaw(l SubjectMove, bound map[string]*linkedUser, old, fresh map[string]int) string {
	switch {
	case l.Old == "" || l.New == "":
		return "A subject is missing."
	case bound[l.Old] == nil:
		return fmt.Sprintf("No person is linked to the subject %q of %s.", l.Old, m.From)
	case old[l.Old] != 0:
		return fmt.Sprintf("The old subject %q is on line %d already.", l.Old, old[l.Old])
	case fresh[l.New] != 0:
		return fmt.Sprintf("The new subject %q is on line %d already.", l.New, fresh[l.New])
	}
	return ""
}

// name returns how messages name the line.
func (l SubjectMove) name() string {
	if l.Line == 0 {
		return "subject"
	}
	return fmt.Sprintf("line %d", l.Line)
}

// moveIdentities replaces the identities, with their sessions. It deletes all of them first, as
// subjects may be swapped.
func (c *changeTx) moveIdentities(ctx context.Context, m IdentityMove, moving []*linkedUser) ([]Event, error) {
	for _, b := range moving {
		if _, err := c.exec(ctx, `DELETE FROM identities WHERE issuer = $1 AND subject = $2`, m.From, b.Subject); err != nil {
			return nothing, err
		}
	}
	events := make([]Event, 0, len(moving))
	for _, b := range moving {
		_, insertErr := c.exec(ctx, insertOneIdentity, m.To, b.next, b.Key, b.Address, database.Time(b.BoundAt), database.Time(b.SignedInAt))
		_, updateErr := c.exec(ctx, `UPDATE sessions SET issuer = $1, subject = $2 WHERE user_key = $3 AND issuer = $4 AND subject = $5`,
			m.To, b.next, b.Key, m.From, b.Subject)
		if err := errors.Join(insertErr, updateErr); err != nil {
			return nothing, err
		}
		events = append(events, newEvent(ActionMoved, b.User, Change{Field: "identity", Old: m.From + " " + b.Subject, New: m.To + " " + b.next}))
	}
	return events, nil
}
