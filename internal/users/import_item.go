package users

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/roboto-ai/console/internal/database"
)

// checkImport returns the mistakes in what all rows share.
func checkImport(_ context.Context, c *changeTx, v *BatchValues) error {
	if err := c.actor.May(ActAddPerson, User{}); err != nil {
		return err
	}
	if v.Import == nil {
		return Invalid("act", "Add people on the page Add many people.")
	}
	seen := map[ImportField]bool{}
	for _, field := range v.Import.Columns {
		switch {
		case field != ImportNothing && !slices.Contains(ImportFields, field):
			return Invalid("columns", "Choose what each column is.")
		case field != ImportNothing && seen[field]:
			return Invalid("columns", "Two columns are %s. Choose one of them.", field)
		}
		seen[field] = true
	}
	if !seen[ImportID] {
		return Invalid("columns", "Choose the column with the addresses.")
	}
	return nil
}

// importItem adds the person in a row, or changes the user who has their user_id.
func importItem(ctx context.Context, c *changeTx, b *Batch, i *BatchItem, u User) ([]Event, error) {
	r, ok := i.Row()
	v := b.Values.Import
	switch {
	case !ok || v == nil:
		return nothing, errInputErased
	case r.Twice > 0:
		return nothing, Invalid("user_id", "Line %s has the same address.", strconv.Itoa(r.Twice))
	}
	if err := v.failed(r); err != nil {
		return nothing, err
	}
	org := v.org(r)
	if comes, err := c.managerComes(ctx, b, r); err != nil {
		return nothing, err
	} else if comes {
		org.Manager = nil
	}
	if i.Key != "" {
		return importKnown(ctx, c, b, r, u, org)
	}
	if err := c.actor.May(ActAddPerson, User{}); err != nil {
		return nothing, err
	}
	added, err := c.prepare(ctx, ActAddPerson, KindPerson, NewPerson{ID: v.cell(r, ImportID), Name: v.name(r), Role: v.role(r), OrgFields: org}, nil)
	if err != nil {
		return nothing, err
	}
	events, err := c.insert(ctx, added)
	if err == nil {
		err = c.unclaimed(ctx, added.ID)
	}
	if used, ok := errors.AsType[*AddressInUseError](err); ok {
		err = Invalid("user_id", "%s signs in with this address. Add this person on the page Add person.", used.By[0].Label())
	}
	if err == nil && b.State == BatchRunning {
		i.Key = added.Key
	}
	return events, err
}

// failed returns a mistake if a cell of the row has the sign of a formula that has failed, as a
// spreadsheet writes it to a file.
func (v ImportValues) failed(r ImportRow) error {
	for _, field := range ImportFields {
		switch cell := strings.ToUpper(v.cell(r, field)); cell {
		case "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!":
			return Invalid(string(field), "“%s” is an error of a formula. Correct this cell.", cell)
		}
	}
	return nil
}

// managerComes reports whether the manager in a row of a preview will be added by the batch.
func (c *changeTx) managerComes(ctx context.Context, b *Batch, r ImportRow) (bool, error) {
	if r.Coming == 0 || b.State != BatchPrepared {
		return false, nil
	}
	n, err := database.Count(ctx, c, `SELECT COUNT(*) FROM batch_items WHERE batch = $1 AND item = $2 AND state = 'changed' AND user_key = ''`, b.ID, r.Coming)
	return n > 0, err
}

// importKnown changes a user who exists as their row says.
func importKnown(ctx context.Context, c *changeTx, b *Batch, r ImportRow, u User, org OrgFields) (events []Event, err error) {
	v := b.Values.Import
	switch {
	case u.Kind != KindPerson:
		return nothing, Invalid("user_id", "%s is not a person.", u.Label())
	case u.deactivated && !v.Reactivate:
		return nothing, errDeactivatedRow
	}
	if u.deactivated {
		if err := c.actor.May(ActReactivate, u); err != nil {
			return nothing, err
		}
		if events, err = c.reactivateWith(ctx, u, Reactivation{Reason: b.Reason}); err != nil {
			return nothing, err
		}
		if u, err = userByKey(ctx, c, u.Key); err != nil {
			return nothing, err
		}
	}
	if err := c.actor.May(ActEdit, u); err != nil && (v.name(r) != "" && v.name(r) != u.Name || len(org.given()) > 0) {
		return nothing, err
	}
	u, edited, err := c.alter(ctx, u, 0, b.Reason, func(after User) (User, error) {
		if name := v.name(r); name != "" {
			after.Name = name
		}
		after, err := c.organise(ctx, ActEdit, after, org)
		return after, joined(err, check(u, after, c.today()))
	})
	if err != nil {
		return nothing, err
	}
	changed, err := c.importRole(ctx, b, u, v.role(r))
	return slices.Concat(events, edited, changed), err
}

// importRole changes the role of a user who exists, unless their row has none.
func (c *changeTx) importRole(ctx context.Context, b *Batch, u User, role Role) ([]Event, error) {
	if role == "" || role == u.Role {
		return nothing, nil
	}
	if err := c.actor.May(ActChangeRole, u); err != nil {
		return nothing, err
	}
	_, _, events, err := c.changeRoleWith(ctx, u, RoleChange{Role: role, Reason: b.Reason}, RotateKnown{})
	return events, err
}

// undoAdded deletes a person for good whom an import has added, and who has neither signed in nor
// been changed since.
func (c *changeTx) undoAdded(ctx context.Context, b *Batch, i *BatchItem, u User, created Event) ([]Event, error) {
	if err := c.actor.May(ActDelete, u); err != nil {
		return nothing, err
	}
	if u.Status != StatusInvited || u.Version != 1 {
		var err error
		i.Cause.Seq, err = c.newestEvent(ctx, `e.target_key = $1 AND e.seq > $2`, u.Key, created.Seq)
		return nothing, cmp.Or(err, errMovedOn)
	}
	_, handed, err := c.handOver(ctx, u, "", nil)
	if err != nil {
		return nothing, err
	}
	ends, err := c.endAccess(ctx, u, lossDeleted)
	if err != nil {
		return nothing, err
	}
	gone := newEvent(ActionDeleted, u, difference(u, User{})...).withReason(b.Reason)
	gone.Undoes = created.Seq
	return slices.Concat([]Event{gone}, handed, ends), deleteUser(ctx, c, u)
}

// errDeactivatedRow says that a row of an import is about a deactivated user.
var errDeactivatedRow = errors.New("users: row of an import is about a deactivated user")
