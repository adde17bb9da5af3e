package users

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/roboto-ai/console/internal/spelling"
)

// A batchAct is one act of batches.
type batchAct struct {
	may Act // what the actor has to be permitted on each user; empty where do checks it

	// check returns the mistakes in the values, and normalizes them; nil: it has none.
	check func(ctx context.Context, c *changeTx, v *BatchValues) error

	// do carries out one item, by the function that the page of a single user uses, and returns its
	// events; none if the user is so already.
	do func(ctx context.Context, c *changeTx, b *Batch, i *BatchItem, u User) ([]Event, error)
}

// batchActs are all acts.
var batchActs = map[BatchAct]batchAct{
	BatchReview:         {may: ActReview, check: checkReview, do: reviewItem},
	BatchLabels:         {may: ActEdit, check: checkLabels, do: labelItem},
	BatchSetResponsible: {may: ActEdit, check: checkResponsible, do: responsibleItem},
	BatchChangeRole:     {may: ActChangeRole, check: checkRole, do: roleItem},
	BatchDeactivate:     {may: ActDeactivate, do: deactivateItem},
	BatchReactivate:     {may: ActReactivate, do: reactivateItem},
	BatchEndSessions:    {may: ActEndSessions, do: endSessionsItem},
	BatchUndo:           {do: undoItem},
	BatchImport:         {check: checkImport, do: importItem},
}

func deactivateItem(ctx context.Context, c *changeTx, b *Batch, _ *BatchItem, u User) ([]Event, error) {
	_, events, err := c.deactivateWith(ctx, u, Departure{Reason: b.Reason}, RotateKnown{})
	return events, err
}

func reactivateItem(ctx context.Context, c *changeTx, b *Batch, _ *BatchItem, u User) ([]Event, error) {
	return c.reactivateWith(ctx, u, Reactivation{Reason: b.Reason, BringBackTokens: b.Values.BringBackTokens})
}

// endSessionsItem ends the sessions of a user, except for the one that the batch was started in.
func endSessionsItem(ctx context.Context, c *changeTx, b *Batch, _ *BatchItem, u User) ([]Event, error) {
	return c.endAll(ctx, u, b.Reason, `id <> $2`, c.actor.Session)
}

// errOwnRole says that the actor's own role is in a batch, which would end their right to go on.
var errOwnRole = errors.New("users: own role in a batch")

func checkRole(_ context.Context, c *changeTx, v *BatchValues) error {
	if !slices.Contains(c.actor.MayGive(ActChangeRole, KindPerson), v.Role) {
		return Invalid("role", "Choose a role.")
	}
	return nil
}

func roleItem(ctx context.Context, c *changeTx, b *Batch, _ *BatchItem, u User) ([]Event, error) {
	if c.actor.is(u) && u.Role != b.Values.Role {
		return nothing, errOwnRole
	}
	_, _, events, err := c.changeRoleWith(ctx, u, RoleChange{Role: b.Values.Role, Reason: b.Reason}, RotateKnown{})
	return events, err
}

func checkReview(_ context.Context, c *changeTx, v *BatchValues) error {
	v.ReviewOn = spelling.Normalize(v.ReviewOn)
	if why := reviewFlaw(v.ReviewOn, c.today()); v.ReviewOn != "" && why != "" {
		return Invalid("review_on", "%s", why)
	}
	return nil
}

func reviewItem(ctx context.Context, c *changeTx, b *Batch, _ *BatchItem, u User) ([]Event, error) {
	_, events, err := c.markReviewed(ctx, u, Review{On: b.Values.ReviewOn})
	for i := range events {
		events[i].Reason = b.Reason
	}
	return events, err
}

// checkLabels returns the mistakes in labels to add or remove; one may be in either list.
func checkLabels(_ context.Context, _ *changeTx, v *BatchValues) error {
	add, remove := JoinLabels(v.AddLabels), JoinLabels(v.RemoveLabels)
	v.AddLabels, v.RemoveLabels = SplitLabels(add), SplitLabels(remove)
	bad := new(InvalidError)
	for field, labels := range map[string]string{"add_labels": add, "remove_labels": remove} {
		if why := labelsFlaw(labels); why != "" {
			bad.Add(field, why)
		}
	}
	switch {
	case add == "" && remove == "":
		bad.Add("add_labels", "Enter a label to add or to remove.")
	case slices.ContainsFunc(v.AddLabels, func(l string) bool { return slices.Contains(v.RemoveLabels, l) }):
		bad.Add("remove_labels", "Add or remove a label, not both.")
	}
	return bad.OrNil()
}

func labelItem(ctx context.Context, c *changeTx, b *Batch, _ *BatchItem, u User) ([]Event, error) {
	_, events, err := c.alter(ctx, u, 0, b.Reason, func(after User) (User, error) {
		left := slices.DeleteFunc(SplitLabels(after.Labels), func(l string) bool { return slices.Contains(b.Values.RemoveLabels, l) })
		labels := JoinLabels(append(left, b.Values.AddLabels...))
		after, err := c.organise(ctx, ActEdit, after, OrgFields{Labels: &labels})
		return after, joined(err, check(u, after, c.today()))
	})
	return events, err
}

func checkResponsible(ctx context.Context, c *changeTx, v *BatchValues) error {
	person, err := c.responsiblePerson(ctx, "responsible", EnteredID(string(v.Responsible)))
	v.Responsible = person.ID
	return err
}

func responsibleItem(ctx context.Context, c *changeTx, b *Batch, _ *BatchItem, u User) ([]Event, error) {
	if u.Kind != KindService {
		return nothing, Invalid("responsible", "Only a service user has a responsible person.")
	}
	_, events, err := c.alter(ctx, u, 0, b.Reason, func(u User) (User, error) {
		person, err := c.responsiblePerson(ctx, "responsible", b.Values.Responsible)
		if person.Key != u.Responsible.Key {
			u.Responsible = person.Ref()
		}
		return u, err
	})
	return events, err
}

// undoItem undoes the first event of an item of another batch, which is about its user. A
// hand-over that was a part of it is undone with it.
func undoItem(ctx context.Context, c *changeTx, b *Batch, i *BatchItem, u User) ([]Event, error) {
	seq, err := strconv.ParseInt(i.input, 10, 64)
	if err != nil {
		return nothing, errInputErased
	}
	found, err := eventsWhere(ctx, c, `e.seq = $1`, seq)
	if err != nil || len(found) == 0 {
		return nothing, err
	}
	if found[0].Action == ActionCreated {
		return c.undoAdded(ctx, b, i, u, found[0])
	}
	events, err := c.undo(ctx, found[0], b.Reason)
	undo, _ := errors.AsType[*UndoError](err)
	switch {
	case undo == nil:
		return events, err
	case undo.Cause == UndoDone:
		return nothing, nil
	case undo.Cause == UndoChanged:
		i.Cause.Seq, err = c.newestEvent(ctx, `e.target_key = $1 AND e.seq > $2 AND `+OfRecord, u.Key, seq)
		if err == nil {
			err = errMovedOn
		}
	}
	return nothing, err
}

var (
	// errMovedOn says that an item of a batch is left, as its fields have changed since.
	errMovedOn = errors.New("users: item of a batch has moved on")

	// errInputErased says that the input of an item has been erased.
	errInputErased = errors.New("users: input of an item of a batch is erased")
)
