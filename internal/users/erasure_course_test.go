package users_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

func TestEraseUserAddedAgain(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := lived(t, d)
	if err := d.Delete(t.Context(), d.Owner, anaID, users.Deletion{Confirm: anaID}); err != nil {
		t.Fatal(err)
	}
	again := d.Person(t, anaID, users.RoleUser)
	if _, err := d.EraseUser(t.Context(), users.Command("cmd"), string(ana.Key), users.ErasureRequest{}); err != nil {
		t.Fatal(err)
	}
	for _, e := range d.Since(t, 0) {
		if e.Target.Key == again.Key && (e.ChangeErased || e.Target.ID != anaID) {
			t.Errorf("event %d of the new user is erased", e.Seq)
		}
		if e.Target.Key == ana.Key && e.Target.ID != "" {
			t.Errorf("event %d of the old user is not", e.Seq)
		}
	}
	d.Must(t, anaID)
	if found := wrongIn(t, d); len(found) > 0 {
		t.Errorf("check: %q", found)
	}
}

func TestErasureGoesOn(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := lived(t, d)
	for i := range 700 { // more than one step erases
		name := fmt.Sprint("Zyxwvut ", i)
		if _, err := d.EditProfile(t.Context(), ana, users.ProfileEdit{Fields: users.Fields{Name: &name}}); err != nil {
			t.Fatal(err)
		}
	}
	d.Index(t)
	if err := d.Delete(t.Context(), d.Owner, anaID, users.Deletion{Confirm: anaID}); err != nil {
		t.Fatal(err)
	}
	begun, err := d.EraseFirstStep(t.Context(), ana.Key)
	if err != nil || !begun || len(tracesIn(t, d, anaTraces[:1])) == 0 {
		t.Fatalf("the first step: %t, %v", begun, err)
	}
	other := d.Another(t)
	if _, err := other.Tidy(t.Context()); err != nil { // for the first time it only takes its turn
		t.Fatal(err)
	}
	d.Clock.Advance(users.TidyEvery)
	if mine, err := other.Tidy(t.Context()); err != nil || !mine {
		t.Fatalf("Tidy: %t, %v", mine, err)
	}
	if found := tracesIn(t, d, anaTraces); len(found) > 0 {
		t.Errorf("left of her:\n%s", strings.Join(found, "\n"))
	}
	if found := wrongIn(t, d); len(found) > 0 {
		t.Errorf("check: %q", found)
	}
}

// TestErasureWaitsForReaders is about SQLite's write-ahead log, which a reader keeps from
// being reset.
func TestErasureWaitsForReaders(t *testing.T) {
	t.Parallel()
	d := userstest.NewAt(t, databasetest.SQLiteURL(t))
	lived(t, d)
	reading, err := d.DB.Reads().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := reading.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM events`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	if _, err := d.EraseUser(t.Context(), d.Owner, anaID, users.ErasureRequest{}); err != nil {
		t.Fatal(err)
	}
	if n := rows(t, d, `SELECT COUNT(*) FROM erasures`); n != 1 {
		t.Errorf("%d erasures to do while the log is read, want 1", n)
	}
	if err := reading.Rollback(); err != nil {
		t.Fatal(err)
	}
	if done, err := d.EraseDue(t.Context()); !done || err != nil {
		t.Errorf("EraseDue: %t, %v", done, err)
	}
	if found := tracesIn(t, d, anaTraces); len(found) > 0 {
		t.Errorf("left of her:\n%s", strings.Join(found, "\n"))
	}
}

func TestErasuresAtOnce(t *testing.T) {
	t.Parallel()
	d := userstest.New(t, users.Config{ErasureDelay: time.Hour})
	lived(t, d)
	if err := d.Delete(t.Context(), d.Owner, anaID, users.Deletion{Confirm: anaID, Erase: users.EraseLater}); err != nil {
		t.Fatal(err)
	}
	d.Clock.Advance(time.Hour)
	consoles := []*users.Service{d.Service, d.Another(t)}
	for _, err := range userstest.AtOnce(4, func(i int) error { _, err := consoles[i%2].EraseDue(t.Context()); return err }) {
		if err != nil {
			t.Error(err)
		}
	}
	if found := tracesIn(t, d, anaTraces); len(found) > 0 {
		t.Errorf("left of her:\n%s", strings.Join(found, "\n"))
	}
	if n := rows(t, d, `SELECT COUNT(*) FROM events WHERE action = 'user.erased'`); n != 1 {
		t.Errorf("%d events of the erasure, want 1", n)
	}
}

func TestErasedFromTheIndexMeanwhile(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	lived(t, d)
	name := "Zyxwvut Unindexed"
	if _, err := d.Edit(t.Context(), d.Owner, anaID, users.Edit{Fields: users.Fields{Name: &name}}); err != nil {
		t.Fatal(err)
	}
	write, err := d.ReadToIndex(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.EraseUser(t.Context(), d.Owner, anaID, users.ErasureRequest{}); err != nil {
		t.Fatal(err)
	}
	if err := write(); err == nil {
		t.Error("the index took what was read before the erasure")
	}
	d.Index(t)
	if seqs, _ := d.Find(t, history.Query{Text: "unindexed"}); len(seqs) > 0 {
		t.Errorf("found %v", seqs)
	}
	if found := tracesIn(t, d, anaTraces); len(found) > 0 {
		t.Errorf("left of her:\n%s", strings.Join(found, "\n"))
	}
}

func wrongIn(t *testing.T, d *userstest.Directory) (found []string) {
	t.Helper()
	err := d.DB.Inspect(t.Context(), func(tx *sql.Tx) error {
		found = users.Check(t.Context(), d.DB.Engine(), tx, func(string, int, int) {})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestErasedFromFullPages(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	var ids []string
	for i := range 120 {
		ids = append(ids, fmt.Sprintf("p%03d.grep@example.com", i*37%120))
		if _, err := d.AddPerson(t.Context(), d.Owner, users.NewPerson{ID: ids[i], Name: fmt.Sprint("Name ", i)}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 360 {
		name := fmt.Sprint("Renamed ", i, strings.Repeat("x", i*13%60))
		if _, err := d.Edit(t.Context(), d.Owner, users.ID(ids[i*7%120]), users.Edit{Fields: users.Fields{Name: &name}, Reason: strings.Repeat("y", i*11%80)}); err != nil {
			t.Fatal(err)
		}
	}
	d.Index(t)
	for _, id := range ids[:10] {
		if _, err := d.EraseUser(t.Context(), users.Command(""), id, users.ErasureRequest{}); err != nil {
			t.Fatal(err)
		}
	}
	if found := tracesIn(t, d, ids[:10]); len(found) > 0 {
		t.Errorf("left:\n%s", strings.Join(found, "\n"))
	}
}

func TestEraseAgain(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	ana := lived(t, d)
	if keys, err := d.EraseUser(t.Context(), d.Owner, string(ana.Key), users.ErasureRequest{}); err != nil || !slices.Equal(keys, []users.Key{ana.Key}) {
		t.Fatalf("by key: got %v, %v", keys, err)
	}
	last := d.Last(t)
	if keys, err := d.EraseUser(t.Context(), d.Owner, string(ana.Key), users.ErasureRequest{}); err != nil || len(keys) != 1 {
		t.Errorf("again by key: got %v, %v", keys, err)
	}
	for _, who := range []string{anaID, "nobody@example.com", "usr_nobody", ""} {
		if keys, err := d.EraseUser(t.Context(), d.Owner, who, users.ErasureRequest{}); !errors.Is(err, users.ErrNotFound) {
			t.Errorf("%q: got %v, %v; want %v", who, keys, err, users.ErrNotFound)
		}
	}
	if d.Last(t) != last {
		t.Errorf("events %q", d.Trail(t, last))
	}
}

func TestEraseWhoMay(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	lived(t, d)
	admin := d.Person(t, "admin@example.com", users.RoleAdmin)
	for name, err := range map[string]error{
		"an admin with the deletion": d.Delete(t.Context(), admin, "bo@example.com", users.Deletion{Confirm: "bo@example.com", Erase: users.EraseNow}),
	} {
		if bad, ok := errors.AsType[*users.InvalidError](err); !ok || bad.Fields[0].Field != "erase" {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for _, who := range []string{"bo@example.com", "nobody@example.com"} {
		if _, err := d.EraseUser(t.Context(), admin, who, users.ErasureRequest{}); !errors.Is(err, users.ErrForbidden) {
			t.Errorf("an admin, %s: got %v, want %v", who, err, users.ErrForbidden)
		}
	}
	if _, err := d.EraseUser(t.Context(), users.Command("cmd"), "owner@example.com", users.ErasureRequest{}); !errors.Is(err, users.ErrLastOwner) {
		t.Errorf("the last owner: got %v, want %v", err, users.ErrLastOwner)
	}
	d.Must(t, "bo@example.com")
}

// TestEraseUserAddedAgain erases a user whose user ID is another user's now: the new one and
// their history stay.
// TestErasureGoesOn interrupts the erasure of a long history after its first step: another
// console finishes it when it tidies up.
// TestErasureWaitsForReaders holds a reading transaction open: the log of a SQLite file is
// emptied when it has ended, and the erasure is not done before.
// TestErasuresAtOnce works one erasure off on two consoles at the same time.
// TestErasedFromTheIndexMeanwhile has a console read events to index them, whose parts are
// erased before it writes: the index does not get them.
// wrongIn returns what is found wrong with the rows of a directory.
// TestErasedFromFullPages erases some of many users whose rows have been moved, split and
// written anew: what was freed before the erasure holds nothing of them either.
