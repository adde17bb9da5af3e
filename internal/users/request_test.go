package users_test

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/history"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// sending returns the context of a request that sends a form of the page with that key.
func sending(t *testing.T, key users.FormKey) context.Context {
	return users.Once(t.Context(), users.Request{Key: asked(key)})
}

// asked returns the key of the one request of these tests that a page makes.
func asked(key users.FormKey) users.RequestKey { return key.For("/") }

// wantDone fails the test unless err says that a form was done before, by that event.
func wantDone(t *testing.T, err error, seq int64) {
	t.Helper()
	if done, ok := errors.AsType[*users.DoneError](err); !ok || done.Seq != seq {
		t.Errorf("got error %v, want that it was done by event %d", err, seq)
	}
}

// lastSeq returns the number of the newest event.
func lastSeq(t *testing.T, d *userstest.Directory) int64 {
	t.Helper()
	page, err := d.History.Events(t.Context(), users.Command(""), history.Query{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	return page.Events[0].Seq
}

// TestFormIsDoneOnce sends a form again in every circumstance.
func TestFormIsDoneOnce(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	key := users.NewFormKey()
	ctx, owner, bo := sending(t, key), d.Owner, users.NewPerson{ID: "bo@example.com"}
	if _, done, err := d.FormDone(ctx, d.Owner, asked(key)); done || err != nil {
		t.Fatalf("FormDone before: got %v, %v", done, err)
	}
	if _, err := d.AddPerson(ctx, owner, bo); err != nil {
		t.Fatal(err)
	}
	first := lastSeq(t, d)

	_, err := d.AddPerson(ctx, owner, bo)
	wantDone(t, err, first)
	_, err = d.Another(t).AddPerson(ctx, owner, bo) // on another console
	wantDone(t, err, first)
	if seq, done, err := d.FormDone(ctx, d.Owner, asked(key)); seq != first || !done || err != nil {
		t.Errorf("FormDone: got event %d, %v, %v; want %d", seq, done, err, first)
	}

	ana := d.Person(t, "ana@example.com", users.RoleOwner)
	before := lastSeq(t, d)
	if _, err := d.AddPerson(ctx, ana, users.NewPerson{ID: "cleo@example.com"}); !errors.Is(err, users.ErrOtherForm) {
		t.Errorf("another's form: got error %v, want %v", err, users.ErrOtherForm)
	}
	if _, _, err := d.FormDone(ctx, ana, asked(key)); !errors.Is(err, users.ErrOtherForm) {
		t.Errorf("FormDone of another's form: got error %v, want %v", err, users.ErrOtherForm)
	}
	if after := lastSeq(t, d); after != before {
		t.Errorf("sending it again left %d events", after-before)
	}
	if _, err := d.AddPerson(t.Context(), d.Owner, users.NewPerson{ID: "cleo@example.com"}); err != nil {
		t.Errorf("without a form: %v", err)
	}
}

// TestFormThatDidNothing sends forms that change nothing, are refused or fail: none counts as done,
// and each may be sent again.
func TestFormThatDidNothing(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	bo := d.Person(t, "bo@example.com", users.RoleUser)
	for name, send := range map[string]func(users.FormKey) error{
		"nothing to change": func(key users.FormKey) error {
			u := d.Must(t, "bo@example.com")
			_, err := d.ChangeRole(sending(t, key), d.Owner, u.ID, users.RoleChange{Role: u.Role, Version: u.Version})
			return err
		},
		"a mistake": func(key users.FormKey) error {
			_, err := d.AddPerson(sending(t, key), d.Owner, users.NewPerson{ID: "bo@example.com"})
			return err
		},
		"refused": func(key users.FormKey) error {
			err := d.Deactivate(sending(t, key), bo, "owner@example.com", users.Departure{})
			d.RefuseAccess(sending(t, key), bo, "owner@example.com", "POST /users/:id/deactivate")
			return err
		},
	} {
		key := users.NewFormKey()
		first := send(key)
		if again := send(key); (first == nil) != (again == nil) || errors.As(again, new(*users.DoneError)) {
			t.Errorf("%s: got error %v, then %v", name, first, again)
		}
		if _, done, err := d.FormDone(t.Context(), users.Actor{}, asked(key)); done || err != nil {
			t.Errorf("%s: got %v, %v; want that it is not done", name, done, err)
		}
	}
}

// TestFormsAtOnce sends one form many times at once, to two consoles: it is done once, and all others
// return a [users.DoneError].
func TestFormsAtOnce(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	consoles := []*users.Service{d.Service, d.Another(t)}
	before := lastSeq(t, d)
	ctx, fresh := sending(t, users.NewFormKey()), 0
	for _, err := range userstest.AtOnce(10, func(i int) error {
		_, err := consoles[i%2].AddPerson(ctx, d.Owner, users.NewPerson{ID: "bo@example.com"})
		return err
	}) {
		if err == nil {
			fresh++
			continue
		}
		wantDone(t, err, before+1)
	}
	if after := lastSeq(t, d); fresh != 1 || after != before+1 {
		t.Errorf("done %d times with %d events, want once", fresh, after-before)
	}
}

// TestFormOfWhoIsGone sends the form that deletes the actor twice: the second time the actor is not
// a user any more, and the form counts as done.
func TestFormOfWhoIsGone(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	bo, key := d.Person(t, "bo@example.com", users.RoleUser), users.NewFormKey()
	ctx := sending(t, key)
	before := lastSeq(t, d)
	goodbye := users.Deletion{Confirm: "bo@example.com"}
	if err := d.Delete(ctx, bo, bo.ID, goodbye); err != nil {
		t.Fatal(err)
	}
	wantDone(t, d.Delete(ctx, bo, bo.ID, goodbye), before+1) // of several events the first
	if _, done, err := d.FormDone(t.Context(), users.Actor{}, asked(key)); !done || err != nil {
		t.Errorf("FormDone for nobody: got %v, %v", done, err)
	}
}

// TestUnknownChange loses the answer to a change whose form is then sent again.
func TestUnknownChange(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		loss databasetest.Loss
		done bool
	}{
		"that was made":     {databasetest.LoseAnswer, true},
		"that was not made": {databasetest.LoseCommit, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			key, before := users.NewFormKey(), lastSeq(t, d)
			add := func() error {
				_, err := d.AddPerson(sending(t, key), d.Owner, users.NewPerson{ID: "bo@example.com"})
				return err
			}
			d.Lose(test.loss)
			if err := add(); !errors.Is(err, users.ErrUnknown) || users.Trouble(err) != "" {
				t.Fatalf("got error %v, want %v", err, users.ErrUnknown)
			}
			if seq, done, err := d.FormDone(t.Context(), d.Owner, asked(key)); done != test.done || err != nil || done && seq != before+1 {
				t.Errorf("FormDone: got event %d, %v, %v; want %v", seq, done, err, test.done)
			}
			err := add()
			if test.done {
				wantDone(t, err, before+1)
			} else if err != nil {
				t.Errorf("sent again: %v", err)
			}
			if after := lastSeq(t, d); after != before+1 {
				t.Errorf("got %d events, want 1", after-before)
			}
		})
	}
}

// TestFormKeys parses keys of forms.
func TestFormKeys(t *testing.T) {
	t.Parallel()
	key := users.NewFormKey()
	if got, err := users.ParseFormKey(string(key)); got != key || err != nil {
		t.Errorf("ParseFormKey(%q): got %q, %v", key, got, err)
	}
	if key == users.NewFormKey() {
		t.Error("two pages have one key")
	}
	one := key.For("/a?x=1")
	if one != key.For("/a?x=1") || one == key.For("/a?x=2") || one == users.NewFormKey().For("/a?x=1") {
		t.Error("keys of what is asked for are not told apart, or differ by themselves")
	}
	for _, bad := range []string{"", "frm_", string(key)[1:], string(key) + "a", string(one), "frm_" + string(make([]byte, 26)), string(key) + "\n"} {
		if got, err := users.ParseFormKey(bad); err == nil {
			t.Errorf("ParseFormKey(%q): got %q", bad, got)
		}
	}
}

// TestFormOutcome_onItsWay looks for a form whose change is not committed yet: if it counted as not
// done, a person would send it twice.
func TestFormOutcome_onItsWay(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	began, goOn := make(chan struct{}), make(chan struct{})
	var late sync.WaitGroup
	late.Go(func() {
		err := d.DB.Transact(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), `INSERT INTO done_requests (key, actor_key, user_key, seq, at, expires_at, fingerprint)
				SELECT 'frm_late', $1, '', seq, at, $2, '' FROM events WHERE seq = 1`, string(d.Owner.Key), database.Time(d.Clock.Now().Add(time.Hour)))
			close(began)
			<-goOn
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-began
	if _, done, err := d.FormDone(t.Context(), d.Owner, "frm_late"); done || err != nil {
		t.Errorf("FormDone: got %t, %v, want that nothing is seen of it yet", done, err)
	}
	time.AfterFunc(50*time.Millisecond, func() { close(goOn) })
	if seq, done, err := d.FormOutcome(t.Context(), d.Owner, "frm_late"); !done || seq != 1 || err != nil {
		t.Errorf("FormOutcome: got %d, %t, %v, want event 1", seq, done, err)
	}
	late.Wait()
	if _, done, err := d.FormOutcome(t.Context(), d.Owner, "frm_never"); done || err != nil {
		t.Errorf("a form that was never sent: got %t, %v", done, err)
	}
}
