package directory

import (
	"context"
	"fmt"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// View is a named filter of the directory.
type View string

// The named views.
const (
	ViewAll         View = ""
	ViewPeople      View = "people"
	ViewService     View = "service"
	ViewAdmins      View = "admins"         // active, with role admin or owner
	ViewDormant     View = "dormant-admins" // admins and owners not seen for 90 days
	ViewInvited     View = "invited"
	ViewInvitedLong View = "invited-long" // more than 14 days ago
	ViewQuiet       View = "quiet"        // active, not seen for 90 days
	ViewDeactivated View = "deactivated"
	ViewUnanswered  View = "no-responsible" // service users without a responsible person
	ViewReviewDue   View = "review-due"     // active service users whose review date is reached or missing
	ViewChanged     View = "changed"        // in the last 7 days

	ViewTokensEnding    View = "tokens-ending"     // active, with a token that ends in 14 days and has no successor
	ViewTokensUnused    View = "tokens-unused"     // active, with a token that was not used for 90 days
	ViewTokensKnownLeft View = "tokens-known-left" // active, with a token that a person knows who is deactivated or deleted
)

const (
	quietDays  = 90 // without being seen, after which a user is quiet
	recentDays = 7  // of [ViewChanged]
	inviteDays = 14 // after which an invitation is in [ViewInvitedLong]
)

// A viewRule defines a view: users of some facets for whom all conditions hold.
type viewRule struct {
	facet     func(facet) bool
	times     func(now time.Time) []timeRange                // nil: at any time
	condition func(f *database.Filter, now time.Time) string // nil: all of them
	within    string                                         // condition of the partial index that serves condition
	tokens    tokenView                                      // that users have; empty: any or none
}

// views are the rules of the named views.
var views = map[View]viewRule{
	ViewAll:     {facet: func(facet) bool { return true }},
	ViewPeople:  {facet: func(f facet) bool { return f.Kind == users.KindPerson }},
	ViewService: {facet: isService},
	ViewAdmins:  {facet: isActiveAdmin},
	ViewDormant: {facet: isActiveAdmin, times: notSeenLately},
	ViewInvited: {facet: isInvited},
	ViewInvitedLong: {facet: isInvited, times: func(now time.Time) []timeRange {
		return []timeRange{{column: byCreated, before: daysAgo(now, inviteDays)}}
	}},
	ViewDeactivated: {facet: func(f facet) bool { return f.Status == users.StatusDeactivated }},
	ViewQuiet: {
		facet: func(f facet) bool { return f.Status == users.StatusActive },
		times: notSeenLately,
	},
	ViewChanged: {
		facet: func(facet) bool { return true },
		times: func(now time.Time) []timeRange {
			return []timeRange{{column: byUpdated, from: daysAgo(now, recentDays)}}
		},
	},
	ViewUnanswered: {
		facet:     isService,
		condition: func(*database.Filter, time.Time) string { return `u.responsible_key IS NULL` },
		within:    `u.kind = 'service'`,
	},
	ViewReviewDue: {
		facet: func(f facet) bool { return isService(f) && f.Status == users.StatusActive },
		condition: func(f *database.Filter, now time.Time) string {
			return `COALESCE(u.review_on, '') <= ` + f.Arg(users.DateOf(now))
		},
		within: `u.kind = 'service' AND u.status = 'active'`,
	},
	ViewTokensEnding:    {facet: isActive, tokens: tokensEnding},
	ViewTokensUnused:    {facet: isActive, tokens: tokensUnused},
	ViewTokensKnownLeft: {facet: isActive, tokens: tokensKnownLeft},
}

func isService(f facet) bool { return f.Kind == users.KindService }

func isInvited(f facet) bool { return f.Status == users.StatusInvited }

func isActiveAdmin(f facet) bool {
	return f.Status == users.StatusActive && (f.Role == users.RoleAdmin || f.Role == users.RoleOwner)
}

// notSeenLately returns the ranges of users not seen for [quietDays].
func notSeenLately(now time.Time) []timeRange { return notSeenSince(daysAgo(now, quietDays)) }

// Counts returns how many users each named view holds. It returns a
// [*users.ForbiddenError].
func (s *Service) Counts(ctx context.Context, actor users.Actor) (map[View]int, error) {
	if err := actor.May(users.ActSeeDirectory, users.User{}); err != nil {
		return nil, err
	}
	t, err := readTallies(ctx, s.reads(), s.db.Engine(), s.now())
	if err != nil {
		return nil, fmt.Errorf("count views: %w", err)
	}
	if err := s.addTokenViews(ctx, &t, false); err != nil {
		return nil, fmt.Errorf("count views: %w", err)
	}
	return t.views(), nil
}
