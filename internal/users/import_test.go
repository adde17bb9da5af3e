package users_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// columns are those of the rows of rowsOf.
var columns = []users.ImportField{users.ImportID, users.ImportName, users.ImportRole, users.ImportManager, users.ImportLabels}

// rowsOf returns the rows of a table, with a bar between cells, from line 2 on.
func rowsOf(lines ...string) (rows []users.ImportRow) {
	for i, line := range lines {
		rows = append(rows, users.ImportRow{Line: i + 2, Cells: strings.Split(line, "|")})
	}
	return rows
}

// all yields rows.
func all(rows []users.ImportRow) users.ImportRows {
	return func(yield func(users.ImportRow, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// imported prepares an import and waits for its preview.
func imported(tb testing.TB, d *userstest.Directory, actor users.Actor, v users.ImportValues, rows []users.ImportRow) users.Batch {
	tb.Helper()
	id, err := d.PrepareImport(tb.Context(), actor, v, all(rows), "")
	if err != nil {
		tb.Fatalf("prepare import: %v", err)
	}
	d.Settle()
	return batchNow(tb, d, actor, id)
}

// TestImport adds new people, changes a known one, leaves what is the same and refuses the rest: the
// preview says what then happens.
func TestImport(t *testing.T) {
	t.Parallel()
	d := batchDirectory(t)
	rows := rowsOf(
		"carla@example.com|Carla Paz||dora@example.com|Field; on-call",
		" DORA@example.com |Dora|auditor||",
		"ana@example.com|Ana Silva|||",
		"owner@example.com||||",
		"bob@example.com|Bob|||",
		"carla@example.com|Carla again|||",
		"no address|X|||",
		"eve@example.com|Eve|boss||",
		"fay@example.com|Fay||nobody@example.com|",
		"robot|Robot|||",
	)
	v := users.ImportValues{Columns: columns}
	b := imported(t, d, d.Owner, v, rows)
	want := "10 of 10: 3 changed, 1 same, 6 refused, 0 moved"
	if got := counts(b); got != "prepared "+want {
		t.Fatalf("preview: %s (%q)", got, outcomes(t, d, d.Owner, b))
	}
	if _, err := d.User(t.Context(), d.Owner, "carla@example.com"); !errors.Is(err, users.ErrNotFound) {
		t.Errorf("the preview added a user: %v", err)
	}
	b = started(t, d, d.Owner, b)
	if got := counts(b); got != "done "+want {
		t.Fatalf("import: %s (%q)", got, outcomes(t, d, d.Owner, b))
	}
	carla, dora, ana := d.Must(t, "carla@example.com"), d.Must(t, "dora@example.com"), d.Must(t, "ana@example.com")
	if carla.Name != "Carla Paz" || carla.Labels != "field,on-call" || carla.Manager.Key != dora.Key || carla.Status != users.StatusInvited {
		t.Errorf("Carla is %+v", carla)
	}
	if dora.Role != users.RoleAuditor || ana.Name != "Ana Silva" {
		t.Errorf("Dora has the role %s, Ana the name %q", dora.Role, ana.Name)
	}
}

// TestImport_reactivates brings back a deactivated person if that is asked for.
func TestImport_reactivates(t *testing.T) {
	t.Parallel()
	d := batchDirectory(t)
	rows := rowsOf("bob@example.com|Bob Li")
	b := imported(t, d, d.Owner, users.ImportValues{Columns: columns}, rows)
	if got := outcomes(t, d, d.Owner, b); got[0] != "refused deactivated" {
		t.Errorf("got %q", got)
	}
	started(t, d, d.Owner, imported(t, d, d.Owner, users.ImportValues{Columns: columns, Reactivate: true}, rows))
	if bob := d.Must(t, "bob@example.com"); bob.Status != users.StatusActive || bob.Name != "Bob Li" {
		t.Errorf("Bob is %s, called %q", bob.Status, bob.Name)
	}
}

// TestImport_byAdmin: an admin adds people with the role user, and changes no role and no admin.
func TestImport_byAdmin(t *testing.T) {
	t.Parallel()
	d := batchDirectory(t)
	admin := d.Person(t, "admin@example.com", users.RoleAdmin)
	b := imported(t, d, admin, users.ImportValues{Columns: columns}, rowsOf(
		"new@example.com|New|user", "boss@example.com|Boss|admin", "ana@example.com||auditor", "owner@example.com|Mine|", "owner@example.org|Owner|owner"))
	if got := counts(b); got != "prepared 5 of 5: 1 changed, 0 same, 4 refused, 0 moved" {
		t.Errorf("got %s (%q)", got, outcomes(t, d, admin, b))
	}
	auditor := d.Person(t, "auditor@example.com", users.RoleAuditor)
	if _, err := d.PrepareImport(t.Context(), auditor, users.ImportValues{Columns: columns}, all(rowsOf("x@example.com")), ""); !errors.Is(err, users.ErrForbidden) {
		t.Errorf("an auditor: got %v, want a refusal", err)
	}
}

// TestImport_managers adds managers before their people, in any order of the rows and in a circle.
func TestImport_managers(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	started(t, d, d.Owner, imported(t, d, d.Owner, users.ImportValues{Columns: columns}, rowsOf(
		"c@example.com|C||b@example.com", "b@example.com|B||a@example.com", "a@example.com|A||", "d@example.com|D||c@example.com")))
	for id, manager := range map[users.ID]users.ID{"b@example.com": "a@example.com", "c@example.com": "b@example.com", "d@example.com": "c@example.com"} {
		if got := d.Must(t, id).Manager.ID; got != manager {
			t.Errorf("the manager of %s is %q", id, got)
		}
	}
	b := imported(t, d, d.Owner, users.ImportValues{Columns: columns}, rowsOf("x@example.com|X||y@example.com", "y@example.com|Y||x@example.com"))
	if b.Refused != 2 {
		t.Errorf("two managers of each other: %s; want both refused", counts(b))
	}
}

// TestImport_messyCells reads cells as people leave them: with the name beside the address, other
// spaces, capital letters, lists of labels in lines, and the signs of formulas that have failed.
func TestImport_messyCells(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	b := started(t, d, d.Owner, imported(t, d, d.Owner, users.ImportValues{Columns: columns}, rowsOf(
		"Ana Lima <ANA@Example.com>|Ana\u00a0 Lima\n(Field)|User||A; b,\nC",
		"mailto:bo@example.com|Bo\u200b Li|USER|Ana <ana@EXAMPLE.com>|",
		"\u200bana@example.com\u00a0|Ana again",
		"cy@example.com|Cy||#N/A|",
		"#REF!|Di",
		"ed@example.com; fay@example.com|Two")))
	if got := counts(b); got != "done 6 of 6: 2 changed, 0 same, 4 refused, 0 moved" {
		t.Errorf("got %s (%q)", got, outcomes(t, d, d.Owner, b))
	}
	ana, bo := d.Must(t, "ana@example.com"), d.Must(t, "bo@example.com")
	if ana.Name != "Ana Lima (Field)" || ana.Labels != "a,b,c" {
		t.Errorf("Ana is %q with %q", ana.Name, ana.Labels)
	}
	if bo.Name != "Bo Li" || bo.Manager.Key != ana.Key {
		t.Errorf("Bo is %q, of %q", bo.Name, bo.Manager.ID)
	}
}

// TestImport_columns refuses columns that cannot be meant.
func TestImport_columns(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	for name, columns := range map[string][]users.ImportField{
		"no address": {users.ImportName}, "two addresses": {users.ImportID, users.ImportID}, "an unknown field": {users.ImportID, "picture"},
	} {
		_, err := d.PrepareImport(t.Context(), d.Owner, users.ImportValues{Columns: columns}, all(rowsOf("x@example.com|X")), "")
		if invalid, _ := errors.AsType[*users.InvalidError](err); invalid == nil || invalid.Fields[0].Field != "columns" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestImportOf returns the rows of an import, which can be prepared again in the order of the file.
func TestImportOf(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	b := imported(t, d, d.Owner, users.ImportValues{Source: "joiners.csv", Heads: []string{"Mail"}, Columns: columns},
		rowsOf("b@example.com|B||a@example.com", "a@example.com|A||", "b@example.com|B again||"))
	of, rows, err := d.ImportOf(t.Context(), d.Owner, b.ID)
	if err != nil || of.Values.Import.Source != "joiners.csv" {
		t.Fatalf("got %+v, %v", of, err)
	}
	lines := map[int]string{}
	for r, err := range rows {
		if err != nil {
			t.Fatal(err)
		}
		lines[r.Line] = r.Cells[1]
	}
	if got := fmt.Sprint(lines); got != "map[2:B 3:A 4:B again]" {
		t.Errorf("got %s", got)
	}
	id, err := d.PrepareImport(t.Context(), d.Owner, *of.Values.Import, rows, "")
	if err != nil {
		t.Fatal(err)
	}
	d.Settle()
	if got := counts(batchNow(t, d, d.Owner, id)); got != "prepared 3 of 3: 2 changed, 0 same, 1 refused, 0 moved" {
		t.Errorf("prepared again: %s", got)
	}
}

// TestImport_undo takes an import back: people who were added are gone, unless they were changed
// meanwhile, and the fields of the others are as before.
func TestImport_undo(t *testing.T) {
	t.Parallel()
	d := batchDirectory(t)
	b := started(t, d, d.Owner, imported(t, d, d.Owner, users.ImportValues{Columns: columns, Reactivate: true}, rowsOf(
		"new@example.com|New", "kept@example.com|Kept", "ana@example.com|Ana Silva|auditor", "bob@example.com|Bob Li")))
	if _, err := d.Edit(t.Context(), d.Owner, "kept@example.com", users.Edit{Fields: users.Fields{Name: new("Kept Now")}}); err != nil {
		t.Fatal(err)
	}
	id, err := d.UndoBatch(t.Context(), d.Owner, b.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	d.Settle()
	undone := started(t, d, d.Owner, batchNow(t, d, d.Owner, id))
	if undone.Refused != 0 || undone.Moved != 1 {
		t.Errorf("undone: %s (%q)", counts(undone), outcomes(t, d, d.Owner, undone))
	}
	if _, err := d.User(t.Context(), d.Owner, "new@example.com"); !errors.Is(err, users.ErrNotFound) {
		t.Errorf("the person who was added is still there: %v", err)
	}
	ana, bob := d.Must(t, "ana@example.com"), d.Must(t, "bob@example.com")
	if ana.Name == "Ana Silva" || ana.Role != users.RoleUser || bob.Name == "Bob Li" || bob.Status != users.StatusDeactivated {
		t.Errorf("Ana is %q, %s; Bob is %q, %s", ana.Name, ana.Role, bob.Name, bob.Status)
	}
	if d.Must(t, "kept@example.com").Name != "Kept Now" {
		t.Error("a person who was changed meanwhile was changed by the undo")
	}
}
