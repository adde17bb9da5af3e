package users

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// A ViewID names a saved view.
type ViewID string

// A SavedView is an address of the directory that its owner has saved under a name.
type SavedView struct {
	ID        ViewID
	Owner     Ref
	Name      string
	Query     string // what follows the ? in the address, without a place in the list
	Shared    bool   // everyone who sees the directory sees it
	CreatedAt time.Time
}

// A NewView is what is asked for when a view is saved.
type NewView struct {
	Name   string
	Query  string
	Shared bool
}

// Limits of saved views.
const (
	MaxViewName  = 60    // characters
	maxViewQuery = 1_000 // bytes
	maxViews     = 50    // of one owner
)

// viewColumns are the columns scanView reads, in its order: the view v, its owner
// u.
const viewColumns = `v.id, v.name, v.query, v.shared, v.created_at, u.key, u.user_id, COALESCE(u.name, ''), u.kind`

const viewTables = ` FROM saved_views v JOIN users u ON u.key = v.owner_key `

// scanView reads viewColumns from a row. It returns [ErrNotFound] where there is
// none.
func scanView(row database.Scanner) (SavedView, error) {
	var v SavedView
	err := row.Scan(&v.ID, &v.Name, &v.Query, &v.Shared, (*database.Time)(&v.CreatedAt),
		&v.Owner.Key, &v.Owner.ID, &v.Owner.Name, &v.Owner.Kind)
	if errors.Is(err, sql.ErrNoRows) {
		return SavedView{}, ErrNotFound
	}
	return v, err
}

// shared is the condition of shared views whose owner may still share them.
const shared = `(v.shared AND u.role IN ('admin', 'owner') AND u.status <> 'deactivated')`

// SavedViews returns the views that the actor has saved, by name, and after them
// those that others share. It returns a [*ForbiddenError].
func (s *Service) SavedViews(ctx context.Context, actor Actor) ([]SavedView, error) {
	if err := actor.May(ActSaveView, User{}); err != nil {
		return nil, err
	}
	all, err := database.Collect(ctx, s.reads(), scanView,
		`SELECT `+viewColumns+viewTables+`WHERE v.owner_key = $1 OR `+shared, actor.Key)
	if err != nil {
		return nil, fmt.Errorf("list saved views: %w", err)
	}
	rank := func(v SavedView) int {
		if v.Owner.Key == actor.Key {
			return 0
		}
		return 1
	}
	slices.SortFunc(all, func(a, b SavedView) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(spelling.Fold(a.Name), spelling.Fold(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

// OwnViews returns the views that the actor has saved, the oldest first, also if the actor may
// not see the directory any more.
func (s *Service) OwnViews(ctx context.Context, actor Actor) ([]SavedView, error) {
	all, err := database.Collect(ctx, s.reads(), scanView,
		`SELECT `+viewColumns+viewTables+`WHERE v.owner_key = $1 ORDER BY v.created_at, v.id`, actor.Key)
	if err != nil {
		return nil, fmt.Errorf("list own views: %w", err)
	}
	return all, nil
}

// SaveView saves a view of the actor and returns it. It returns a [*ForbiddenError], also if the
// actor may not share views, and an [*InvalidError] that lists every mistake.
func (s *Service) SaveView(ctx context.Context, actor Actor, n NewView) (v SavedView, err error) {
	err = s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		if v, err = tx.newView(n); err != nil {
			return nothing, err
		}
		if err := tx.addView(ctx, v); err != nil {
			return nothing, err
		}
		return []Event{tx.viewEvent(ActionViewSaved, SavedView{}, v)}, nil
	})
	if err != nil {
		return SavedView{}, fmt.Errorf("save view: %w", err)
	}
	return v, nil
}

func newViewID() ViewID { return ViewID("viw_" + strings.ToLower(rand.Text())) }

// newView returns the view that n asks for, or every mistake in it.
func (c *changeTx) newView(n NewView) (SavedView, error) {
	if err := c.actor.May(ActSaveView, User{}); err != nil {
		return SavedView{}, err
	}
	if n.Shared {
		if err := c.actor.May(ActShareView, User{}); err != nil {
			return SavedView{}, err
		}
	}
	if c.actor.Key == "" {
		return SavedView{}, &ForbiddenError{ActSaveView, "Views belong to those who sign in. The command line has none."}
	}
	v := SavedView{
		ID: newViewID(), Owner: Ref{c.actor.Key, c.actor.ID, c.actor.Name, KindPerson},
		Name: spelling.Normalize(n.Name), Query: n.Query, Shared: n.Shared, CreatedAt: c.now,
	}
	bad := new(InvalidError)
	if v.Name == "" {
		bad.Add("name", "Enter a name.")
	} else if why := textFlaw(v.Name, MaxViewName); why != "" {
		bad.Add("name", why)
	}
	if why := queryFlaw(v.Query); why != "" {
		bad.Add("query", why)
	}
	return v, bad.OrNil()
}

// queryFlaw says what is wrong with the address of a view, or nothing. What its
// parameters mean is known to the page alone.
func queryFlaw(query string) string {
	_, err := url.ParseQuery(query)
	switch {
	case query == "":
		return "There is nothing to save yet: search, or choose a filter or an order first."
	case len(query) > maxViewQuery:
		return "This search is too long to be saved. Shorten it."
	case err != nil || strings.ContainsFunc(query, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return "This is no address of the directory. Open the directory and save the view there."
	}
	return ""
}

// addView writes a new view. It returns an [*InvalidError] if its owner has one of that name, or as
// many as there may be.
func (c *changeTx) addView(ctx context.Context, v SavedView) error {
	have, err := database.Count(ctx, c, `SELECT COUNT(*) FROM saved_views WHERE owner_key = $1`, v.Owner.Key)
	if err != nil {
		return err
	}
	if have >= maxViews {
		return Invalid("name", "You have %d views, and there can be no more. Delete one that you do not need.", have)
	}
	_, err = c.exec(ctx, `INSERT INTO saved_views (id, owner_key, name, query, shared, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		v.ID, v.Owner.Key, v.Name, v.Query, v.Shared, database.Time(v.CreatedAt))
	return viewTaken(err)
}

// viewTaken returns an [*InvalidError] for an error that says that the owner has a view of that
// name.
func viewTaken(err error) error {
	if database.IsTaken(err) {
		return Invalid("name", "You have a view with this name already. Choose another.")
	}
	return err
}

// EditView gives a view of the actor another name, address or audience. It returns the result, the
// errors of [Service.SaveView], and [ErrNotFound] if the actor has no such view. An edit that
// changes nothing succeeds without an event.
func (s *Service) EditView(ctx context.Context, actor Actor, id ViewID, n NewView) (v SavedView, err error) {
	err = s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		before, err := scanView(tx.QueryRowContext(ctx, `SELECT `+viewColumns+viewTables+`WHERE v.id = $1 AND v.owner_key = $2`, id, tx.actor.Key))
		if err != nil {
			return nothing, err
		}
		if v, err = tx.newView(n); err != nil {
			return nothing, err
		}
		v.ID, v.CreatedAt = before.ID, before.CreatedAt
		return tx.editView(ctx, before, v)
	})
	if err != nil {
		return SavedView{}, fmt.Errorf("edit view: %w", err)
	}
	return v, nil
}

// editView writes a changed view and returns its event, none if it is the same.
func (c *changeTx) editView(ctx context.Context, before, after SavedView) ([]Event, error) {
	if before.Name == after.Name && before.Query == after.Query && before.Shared == after.Shared {
		return nothing, nil
	}
	_, err := c.exec(ctx, `UPDATE saved_views SET name = $1, query = $2, shared = $3 WHERE id = $4`, after.Name, after.Query, after.Shared, after.ID)
	return []Event{c.viewEvent(ActionViewEdited, before, after)}, viewTaken(err)
}

// viewEvent returns the event of a change of a view; a zero one stands for none. An event on the
// view of another user has its owner as the target, so that it is in the owner's history.
func (c *changeTx) viewEvent(action Action, before, after SavedView) Event {
	owner := before.Owner
	if before.ID == "" {
		owner = after.Owner
	}
	e := Event{Action: action, Changes: viewChanges(before, after)}
	if owner.Key != c.actor.Key {
		e.Target = owner
	}
	return e
}

// DeleteView deletes a view of the actor, or a shared view if the actor may. It returns a
// [*ForbiddenError], and [ErrNotFound] if the actor sees no such view.
func (s *Service) DeleteView(ctx context.Context, actor Actor, id ViewID) (v SavedView, err error) {
	err = s.change(ctx, actor, func(tx *changeTx) ([]Event, error) {
		if err := tx.actor.May(ActSaveView, User{}); err != nil {
			return nothing, err
		}
		v, err = scanView(tx.QueryRowContext(ctx, `SELECT `+viewColumns+viewTables+
			`WHERE v.id = $1 AND (v.owner_key = $2 OR `+shared+`)`, id, tx.actor.Key))
		if err != nil {
			return nothing, err
		}
		if v.Owner.Key != tx.actor.Key {
			if err := tx.actor.May(ActDeleteView, User{}); err != nil {
				return nothing, err
			}
		}
		return tx.deleteView(ctx, v)
	})
	if err != nil {
		return SavedView{}, fmt.Errorf("delete view: %w", err)
	}
	return v, nil
}

// deleteView deletes a view and returns its event.
func (c *changeTx) deleteView(ctx context.Context, v SavedView) ([]Event, error) {
	_, err := c.exec(ctx, `DELETE FROM saved_views WHERE id = $1`, v.ID)
	return []Event{c.viewEvent(ActionViewDeleted, v, SavedView{})}, err
}

// viewChanges returns the changes between two versions of a view; a zero one stands for none.
func viewChanges(before, after SavedView) []Change {
	shared := func(v SavedView) string {
		if v.ID == "" {
			return ""
		}
		return onOff(v.Shared)
	}
	return []Change{
		{Field: "name", Old: before.Name, New: after.Name}, {Field: "query", Old: before.Query, New: after.Query},
		{Field: "shared", Old: shared(before), New: shared(after)},
	}
}
