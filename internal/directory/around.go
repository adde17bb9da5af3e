package directory

import (
	"context"
	"fmt"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// Around returns the users before and after u in the list of q, zero where there is none. u need
// not be in the list any more. It returns a [*users.ForbiddenError] and an [*users.InvalidError]
// on an unknown filter.
func (s *Service) Around(ctx context.Context, actor users.Actor, q Query, u users.User) (before, after users.Ref, err error) {
	if err := actor.May(users.ActSeeDirectory, users.User{}); err != nil {
		return before, after, err
	}
	q = q.withDefaults()
	q.bare, q.Limit = true, 1
	sel, err := s.selection(ctx, q)
	if err != nil {
		return before, after, fmt.Errorf("users around %s: %w", u.ID, err)
	}
	ctx = sel.context(ctx)
	p, err := sel.plan(ctx, s.reads(), q, place{})
	if err != nil {
		return before, after, fmt.Errorf("users around %s: %w", u.ID, err)
	}
	at, err := p.placeOf(ctx, s.reads(), u)
	if err != nil {
		return before, after, fmt.Errorf("users around %s: %w", u.ID, err)
	}
	for into, back := range map[*users.Ref]bool{&before: true, &after: false} {
		at.back = back
		page, err := p.read(ctx, s.reads(), at)
		if err != nil {
			return before, after, fmt.Errorf("users around %s: %w", u.ID, err)
		}
		if len(page.users) > 0 {
			*into = page.users[len(page.users)-1].Ref()
		}
	}
	return before, after, nil
}

// placeOf returns the place of u in a list.
func (p plan) placeOf(ctx context.Context, r database.Reader, u users.User) (place, error) {
	c := cursor{position: 1, newest: p.newest}
	var f database.Filter
	var pinned int
	var name string
	where := `0`
	if p.pins() {
		where = `CASE WHEN ` + p.pinned(&f) + ` THEN 1 ELSE 0 END`
	}
	err := r.QueryRowContext(ctx, `SELECT u.number, u.sort_name, `+where+` FROM users u WHERE u.key = `+f.Arg(u.Key), f.Args...).Scan(&c.number, &name, &pinned)
	if err != nil {
		return place{}, err
	}
	c.pinned = pinned == 1
	switch p.column {
	case byName:
		c.text = name
	case byID:
		c.text = string(u.ID)
	case byNumber:
	default:
		at := map[column]time.Time{byCreated: u.CreatedAt, byUpdated: u.UpdatedAt, bySeen: u.SeenAt}[p.column]
		if at.IsZero() {
			at = users.NeverSeen
		}
		c.micros = at.UnixMicro()
	}
	return place{cursor: c}, nil
}
