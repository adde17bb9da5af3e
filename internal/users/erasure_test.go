package users_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// anaTraces are texts that stand for one person: in what form they are kept is up to the
// console. All are in lower case, as the search for them does not look at the case.
var anaTraces = []string{
	"ana.grep@example.com", "ana.grep%40example.com", "zyxwvut", "earliername", "203.0.113.77", "anabrowser/9.9", "2001:db8:77",
	"reason by ana", "reason about ana", "ana-purpose",
}

const anaID = "ana.grep@example.com"

// lived returns a directory in which Ana, an admin, has done much and much was done to her, and
// all else in it is by and about others.
func lived(t *testing.T, d *userstest.Directory) users.Actor {
	t.Helper()
	ctx := t.Context()
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	d.Person(t, "bo@example.com", users.RoleUser)
	d.ServiceUser(t, "robot", users.RoleUser)
	must(d.AddPerson(ctx, d.Owner, users.NewPerson{ID: anaID, Name: "Earliername", Role: users.RoleAdmin}))
	claims := userstest.Claims(anaID)
	claims.AuthTime = d.Clock.Now()
	in, err := d.SignIn(ctx, claims, anaVisit("first"))
	must(nil, err)
	ana := in.Actor("req-ana", "203.0.113.77", "AnaBrowser/9.9")
	name := "Zyxwvut Grepman"
	must(d.EditProfile(ctx, ana, users.ProfileEdit{Fields: users.Fields{Name: &name}}))
	must(d.Edit(ctx, d.Owner, anaID, users.Edit{Fields: users.Fields{PictureURL: &anaPicture}, Reason: "reason about Ana"}))
	bo := "Bo 2"
	must(d.Edit(ctx, ana, "bo@example.com", users.Edit{Fields: users.Fields{Name: &bo}, Reason: "reason by Ana"}))
	must(d.Edit(ctx, d.Owner, "robot", users.Edit{Service: &users.ServiceFields{Purpose: "Tests", Responsible: anaID}, Reason: "Asked by Ana.Grep@example.com."}))
	_, err = d.SignIn(ctx, userstest.Claims(anaID), anaVisit("second"))
	must(nil, err)
	refuseAna(t, d)
	d.RefuseAccess(ctx, ana, "owner@example.com", "POST /users/:id/role")
	saveViews(t, d, ana)
	must(nil, d.Keep(ctx, users.DigestOf("kept 1"), []byte(`{"Path":"/users/ana.grep%40example.com/edit","Values":{}}`), time.Hour))
	must(nil, d.Keep(ctx, users.DigestOf("kept 2"), []byte(`{"Path":"/users/bo@example.com/edit","Values":{}}`), time.Hour))
	must(d.LogOut(ctx, users.Provider("req", "203.0.113.77", "AnaBrowser/9.9"), users.Logout{Issuer: userstest.Issuer, Subject: "sub-" + anaID, JTI: "1", IssuedAt: d.Clock.Now()}))
	once := users.Once(ctx, users.Request{Key: users.APIKey(d.Owner, "k"), Answer: func(u users.User) []byte { return []byte(`{"user_id":"` + string(u.ID) + `"}`) }})
	must(d.MarkReviewed(ctx, d.Owner, "robot", users.Review{}))
	must(d.Edit(once, d.Owner, anaID, users.Edit{Fields: users.Fields{PictureURL: &bo0}}))
	_, secret := d.IssuedBy(t, ana, anaID, users.NewToken{Name: "ana-purpose", Lifetime: time.Hour, Scopes: []users.Scope{users.ScopeUsersRead}})
	must(d.Authenticate(ctx, secret, users.Program("req", "2001:db8:77::1", "AnaBrowser/9.9", "curl 8")))
	d.Settle()
	d.Index(t)
	return ana
}

// saveViews saves a view of Ana and two of the owner, one of which names Ana.
func saveViews(t *testing.T, d *userstest.Directory, ana users.Actor) {
	t.Helper()
	for _, v := range []struct {
		by          users.Actor
		name, query string
	}{{ana, "Of Ana", "q=zyxwvut"}, {d.Owner, "One", "q=ana.grep%40example.com"}, {d.Owner, "Another", "q=joe%40example.com"}} {
		if _, err := d.SaveView(t.Context(), v.by, users.NewView{Name: v.name, Query: v.query}); err != nil {
			t.Fatal(err)
		}
	}
}

// refuseAna has a sign-in with Ana's address refused, as it is not verified.
func refuseAna(t *testing.T, d *userstest.Directory) {
	t.Helper()
	unverified := userstest.Claims(anaID)
	unverified.Subject, unverified.Verified = "other", users.VerifiedNo
	_, err := d.SignIn(t.Context(), unverified, anaVisit("third"))
	if _, ok := errors.AsType[*users.RefusedError](err); !ok {
		t.Fatalf("got %v, want a refused sign-in", err)
	}
}

var anaPicture, bo0 = "https://pictures.example.com/zyxwvut.png", ""

func anaVisit(secret string) users.Visit {
	v := userstest.Visit(secret)
	v.Address, v.UserAgent, v.Attempt.ReturnTo = "203.0.113.77", "AnaBrowser/9.9", "/users/ana.grep%40example.com"
	return v
}

// tracesIn returns which texts are in the database: in rows of its tables, and with SQLite in
// the bytes of its files.
func tracesIn(t *testing.T, d *userstest.Directory, texts []string) (found []string) {
	t.Helper()
	for _, text := range texts {
		for _, table := range tablesOf(t, d) {
			if n := rowsWith(t, d, `SELECT * FROM "`+table+`"`, text); n > 0 {
				found = append(found, fmt.Sprintf("%q in %d rows of %s", text, n, table))
			}
		}
	}
	if d.DB.Engine() != database.SQLite {
		return found
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		data, err := os.ReadFile(d.DB.Name() + suffix)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		data = bytes.ToLower(data)
		for _, text := range texts {
			if n := bytes.Count(data, []byte(text)); n > 0 {
				at := bytes.Index(data, []byte(text))
				found = append(found, fmt.Sprintf("%q %d times in the file%s, first at %d of page %d", text, n, suffix, at%4096, at/4096+1))
			}
		}
	}
	return found
}

// tablesOf returns the tables of the database that hold rows of ours.
func tablesOf(t *testing.T, d *userstest.Directory) []string {
	t.Helper()
	query := map[database.Engine]string{
		database.SQLite:     `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND sql NOT LIKE 'CREATE VIRTUAL%'`,
		database.PostgreSQL: `SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'secrets'`,
	}[d.DB.Engine()]
	rows, err := d.DB.Reads().QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		all = append(all, name)
	}
	return all
}

// rowsWith returns how many rows of a query have a text in one of their values.
func rowsWith(t *testing.T, d *userstest.Directory, query, text string) (n int) {
	t.Helper()
	rows, err := d.DB.Reads().QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(values, func(v any) bool {
			if b, ok := v.([]byte); ok {
				v = string(b)
			}
			return strings.Contains(strings.ToLower(fmt.Sprint(v)), text)
		}) {
			n++
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}

// erasureDelay is how long after a deletion the person is erased.
const erasureDelay = 30 * 24 * time.Hour

// erasures erase Ana in each way.
var erasures = map[string]func(*testing.T, *userstest.Directory) error{
	"with the deletion": func(t *testing.T, d *userstest.Directory) error {
		return d.Delete(t.Context(), d.Owner, anaID, users.Deletion{Confirm: anaID, Reason: "reason about Ana", Erase: users.EraseNow})
	},
	"by the command": func(t *testing.T, d *userstest.Directory) error {
		_, err := d.EraseUser(t.Context(), users.Command("cmd"), anaID, users.ErasureRequest{})
		return err
	},
	"a month after the deletion": func(t *testing.T, d *userstest.Directory) error {
		err := d.Delete(t.Context(), d.Owner, anaID, users.Deletion{Confirm: anaID, Reason: "reason about Ana", Erase: users.EraseLater})
		if done, dueErr := d.EraseDue(t.Context()); err != nil || dueErr != nil || !done || len(tracesIn(t, d, anaTraces[:1])) == 0 {
			return fmt.Errorf("deleted: %w, %w, %t", err, dueErr, done)
		}
		d.RefuseAccess(t.Context(), d.Owner, anaID, "GET /users/:id") // of a deleted user
		d.Clock.Advance(erasureDelay)
		_, err = d.EraseDue(t.Context())
		return err
	},
	"deleted before, by user ID": func(t *testing.T, d *userstest.Directory) error {
		err := d.Delete(t.Context(), d.Owner, anaID, users.Deletion{Confirm: anaID, Reason: "reason about Ana"})
		_, eraseErr := d.EraseUser(t.Context(), users.Command("cmd"), " Ana.Grep@example.com ", users.ErasureRequest{})
		return errors.Join(err, eraseErr)
	},
}

// TestEraseUser erases a person in each way, and looks for them in the whole database.
func TestEraseUser(t *testing.T) {
	t.Parallel()
	for name, erase := range erasures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t, users.Config{ErasureDelay: erasureDelay})
			ana := lived(t, d)
			if found := tracesIn(t, d, anaTraces[:1]); len(found) < 5 {
				t.Fatalf("before: %q", found)
			}
			if err := erase(t, d); err != nil {
				t.Fatal(err)
			}
			d.Settle()
			if found := tracesIn(t, d, anaTraces); len(found) > 0 {
				t.Errorf("left of her:\n%s", strings.Join(found, "\n"))
			}
			wantOthersKept(t, d)
			wantPseudonym(t, d, ana.Key)
			if found := wrongIn(t, d); len(found) > 0 {
				t.Errorf("check: %q", found)
			}
			if n := rows(t, d, `SELECT COUNT(*) FROM erasures`); n != 0 {
				t.Errorf("%d erasures are left to do", n)
			}
		})
	}
}

// wantOthersKept fails the test if data of others has gone.
func wantOthersKept(t *testing.T, d *userstest.Directory) {
	t.Helper()
	for _, text := range []string{"owner@example.com", "bo 2", "robot", "joe%40example.com", "bo@example.com/edit"} {
		if len(tracesIn(t, d, []string{text})) == 0 {
			t.Errorf("%q of others is gone", text)
		}
	}
	if seqs, _ := d.Find(t, history.Query{Text: "robot"}); len(seqs) == 0 {
		t.Error("the events of others are not found any more")
	}
}

// wantPseudonym fails the test unless what the user did, and when, is still told by their key.
func wantPseudonym(t *testing.T, d *userstest.Directory, key users.Key) {
	t.Helper()
	var acts []users.Action
	page, err := d.History.Events(t.Context(), users.Command(""), history.Query{Limit: users.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range page.Events {
		if e.Actor.Key == key || e.Target.Key == key {
			acts = append(acts, e.Action)
		}
		if e.Action == users.ActionErased && (e.Target != users.Ref{Key: key} || e.ActorErased || len(e.Changes)+len(e.Reason) > 0) {
			t.Errorf("the event of the erasure: %+v", e)
		}
		if e.Actor.Key == key && !e.ActorErased || e.Target.Key == key && e.Action != users.ActionErased && !(e.ChangeErased && e.ActorErased) {
			t.Errorf("event %d, %s, still has a part of hers", e.Seq, e.Action)
		}
		if e.Target.ID == "bo@example.com" && e.Actor.Key == key && (e.ChangeErased || len(e.Changes) != 1) {
			t.Errorf("what she changed in others: %+v", e)
		}
	}
	for _, want := range []users.Action{users.ActionCreated, users.ActionStarted, users.ActionEdited, users.ActionDeleted, users.ActionErased} {
		if !slices.Contains(acts, want) {
			t.Errorf("%s is not told of her key: %v", want, acts)
		}
	}
}

// TestEraseAgain erases a user who is erased, by every name, and users who never were.
// TestEraseWhoMay is for owners and the command line, and leaves an owner.
