package users

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// maxDepartureAhead is how far ahead a departure can be planned.
const maxDepartureAhead = 366 * 24 * time.Hour

// A PlannedDeparture is a deactivation that the console carries out at a time.
type PlannedDeparture struct {
	DueAt     time.Time
	Reason    string
	By        Key // who planned it
	CreatedAt time.Time

	plan  departurePlan
	actor batchActor
}

// A departurePlan is the rest of a departure, with users by key.
type departurePlan struct {
	HandOver Key         `json:",omitempty"` // the person for service users that Each does not have
	Each     map[Key]Key `json:",omitempty"` // persons by service user
}

// PlanDeparture plans to deactivate a user at a time, with what d asks for, in the place of an
// earlier plan. When the time has come, the console deactivates the user with the permissions that
// the actor has then.
//
// PlanDeparture returns [ErrNotFound], a [*ForbiddenError], a [*StaleError], [ErrLastOwner] and an
// [*InvalidError], on leave_on for the time.
func (s *Service) PlanDeparture(ctx context.Context, actor Actor, id ID, d Departure, at time.Time) error {
	err := s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		u, err := tx.target(ctx, id, ActDeactivate)
		if err != nil || u.deactivated {
			return nothing, err
		}
		if err := fresh(ctx, tx, u, d.Version); err != nil {
			return nothing, err
		}
		if last, err := lastOwner(ctx, tx, u); err != nil || last {
			return nothing, errors.Join(err, ErrLastOwner)
		}
		return tx.planDeparture(ctx, u, d, at.UTC().Truncate(time.Microsecond))
	})
	return wrap("plan the departure of", id, err)
}

// planDeparture is [Service.PlanDeparture] inside a change, after the check of permissions.
func (c *changeTx) planDeparture(ctx context.Context, u User, d Departure, at time.Time) ([]Event, error) {
	reason, reasonErr := normalizeReason(d.Reason)
	var atErr error
	if !at.After(c.now) || at.Sub(c.now) > maxDepartureAhead {
		atErr = Invalid("leave_on", "Choose a time that is still to come, within a year.")
	}
	plan, planErr := c.departurePlan(ctx, u, d)
	if err := joined(atErr, planErr, reasonErr); err != nil {
		return nothing, err
	}
	planJSON, err := json.Marshal(plan)
	if err != nil {
		return nothing, err
	}
	actorJSON, err := json.Marshal(storedActor(c.actor))
	if err != nil {
		return nothing, err
	}
	_, err = c.exec(ctx, `INSERT INTO planned_departures (user_key, due_at, plan, reason, actor_key, actor, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (user_key) DO UPDATE SET due_at = excluded.due_at, plan = excluded.plan, reason = excluded.reason,
			actor_key = excluded.actor_key, actor = excluded.actor, created_at = excluded.created_at`,
		u.Key, database.Time(at), string(planJSON), reason, c.actor.Key, string(actorJSON), database.Time(c.now))
	return []Event{newEvent(ActionLeavePlanned, u, dueChange(time.Time{}, at)).withReason(reason)}, err
}

// departurePlan returns what is stored of d, or the mistakes in it.
func (c *changeTx) departurePlan(ctx context.Context, u User, d Departure) (p departurePlan, err error) {
	all, err := responsibleFor(ctx, c, u.Key)
	if err != nil {
		return p, err
	}
	heirs, err := c.heirs(ctx, u, all, d.HandOver, d.HandOverEach)
	if err != nil {
		return p, err
	}
	rest, err := c.newResponsible(ctx, "hand_over", u, EnteredID(d.HandOver))
	p.HandOver, p.Each = rest.Key, map[Key]Key{}
	for i, service := range all {
		if heirs[i].Key != rest.Key {
			p.Each[service.Key] = heirs[i].Key
		}
	}
	return p, err
}

// dueChange returns the change of the time of a departure; a zero time stands for none.
func dueChange(before, after time.Time) Change {
	text := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return at.Format(time.RFC3339)
	}
	return Change{Field: "due", Old: text(before), New: text(after)}
}

// CancelDeparture cancels the planned departure of a user. Without one it succeeds without an
// event. It returns [ErrNotFound] and a [*ForbiddenError].
func (s *Service) CancelDeparture(ctx context.Context, actor Actor, id ID) error {
	err := s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		u, err := tx.target(ctx, id, ActDeactivate)
		if err != nil {
			return nothing, err
		}
		return tx.cancelDeparture(ctx, u)
	})
	return wrap("cancel the departure of", id, err)
}

// cancelDeparture deletes the planned departure of u, if there is one, and returns its event, with
// changes beside the time.
func (c *changeTx) cancelDeparture(ctx context.Context, u User, more ...Change) ([]Event, error) {
	p, err := departureOf(ctx, c, u.Key)
	if errors.Is(err, ErrNotFound) {
		return nothing, nil
	} else if err != nil {
		return nothing, err
	}
	_, err = c.exec(ctx, deleteDeparture, u.Key)
	return []Event{newEvent(ActionLeaveDropped, u, append([]Change{dueChange(p.DueAt, time.Time{})}, more...)...)}, err
}

// deleteDeparture deletes the planned departure of a user.
const deleteDeparture = `DELETE FROM planned_departures WHERE user_key = $1`

// departureOf returns the planned departure of a user, or [ErrNotFound].
func departureOf(ctx context.Context, r database.Reader, key Key) (p PlannedDeparture, err error) {
	var plan, actor []byte
	err = r.QueryRowContext(ctx, `SELECT due_at, plan, reason, actor_key, actor, created_at FROM planned_departures WHERE user_key = $1`, key).
		Scan((*database.Time)(&p.DueAt), &plan, &p.Reason, &p.By, &actor, (*database.Time)(&p.CreatedAt))
	if errors.Is(err, sql.ErrNoRows) {
		return p, ErrNotFound
	} else if err != nil {
		return p, err
	}
	return p, errors.Join(json.Unmarshal(plan, &p.plan), json.Unmarshal(actor, &p.actor))
}

// departDue deactivates the users whose planned departure is due, each in a change of its own. The
// actor is who planned it, with their permissions of now. A departure that is refused is cancelled,
// with an event that says why.
func (s *Service) departDue(ctx context.Context) error {
	due, err := database.Collect(ctx, s.lookUps(), func(row database.Scanner) (key Key, err error) { return key, row.Scan(&key) },
		`SELECT user_key FROM planned_departures WHERE due_at <= $1 ORDER BY due_at, user_key`, database.Time(s.Now()))
	if err != nil {
		return fmt.Errorf("find departures: %w", err)
	}
	for _, key := range due {
		p, err := departureOf(ctx, s.lookUps(), key)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err == nil {
			err = s.depart(ctx, key, p)
		}
		if cause := departureCause(err); cause != "" {
			err = s.refuseDeparture(ctx, key, cause)
		}
		if err != nil {
			return wrap("departure of", ID(key), err)
		}
	}
	return nil
}

// depart carries out a planned departure.
func (s *Service) depart(ctx context.Context, key Key, p PlannedDeparture) error {
	actor := p.actor.with(p.By)
	actor.Via, actor.Session, actor.RequestID, actor.Address, actor.UserAgent = ViaSchedule, "", "", "", ""
	return s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		u, err := userByKey(ctx, tx, key)
		if err == nil {
			_, err = departureOf(ctx, tx, key)
		}
		if errors.Is(err, ErrNotFound) || err == nil && u.deactivated { // meanwhile
			return nothing, nil
		}
		if err == nil {
			err = tx.actor.May(ActDeactivate, u)
		}
		if err != nil {
			return nothing, err
		}
		d, lost, err := tx.departure(ctx, u, p)
		if err != nil {
			return nothing, err
		}
		_, events, err := tx.deactivateWith(ctx, u, d, RotateKnown{})
		for i, e := range events {
			if e.Action == ActionHandedOver && slices.Contains(lost, e.Target.Key) {
				events[i].Changes = append(events[i].Changes, Change{Field: "cause", New: "heir_gone"})
			}
		}
		return events, err
	})
}

// departure returns a planned departure as it is carried out now. A person who can't be responsible
// any more is left out; lost are the service users that they were to get.
func (c *changeTx) departure(ctx context.Context, u User, p PlannedDeparture) (d Departure, lost []Key, err error) {
	d = Departure{Reason: p.Reason, HandOverEach: map[Key]string{}}
	all, err := responsibleFor(ctx, c, u.Key)
	for _, service := range all {
		heir, ok := p.plan.Each[service.Key]
		if !ok {
			heir = p.plan.HandOver
		}
		if heir == "" || err != nil {
			continue
		}
		person, findErr := userByKey(ctx, c, heir)
		switch {
		case findErr != nil && !errors.Is(findErr, ErrNotFound):
			return d, nil, findErr
		case findErr != nil || person.deactivated || person.Kind != KindPerson:
			lost = append(lost, service.Key)
		default:
			d.HandOverEach[service.Key] = string(person.ID)
		}
	}
	return d, lost, err
}

// departureCause returns why a planned departure is refused, as a code; empty for no error and for
// one that may pass.
func departureCause(err error) string {
	switch {
	case errors.Is(err, ErrNoSession):
		return "planner_gone"
	case errors.Is(err, ErrForbidden):
		return "not_allowed"
	case errors.Is(err, ErrLastOwner):
		return "last_owner"
	}
	return ""
}

// refuseDeparture cancels a planned departure that is refused, with the cause.
func (s *Service) refuseDeparture(ctx context.Context, key Key, cause string) error {
	return s.change(ctx, consoleActor(""), func(tx *changeTx) ([]Event, error) {
		u, err := userByKey(ctx, tx, key)
		if errors.Is(err, ErrNotFound) {
			return nothing, nil
		} else if err != nil {
			return nothing, err
		}
		return tx.cancelDeparture(ctx, u, Change{Field: "cause", New: cause})
	})
}
