package users_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/database/databasetest"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// call returns a context in which actor calls the API under an Idempotency-Key, with a body.
// The answer is the name of the user.
func call(t *testing.T, actor users.Actor, key, body string) context.Context {
	return users.Once(t.Context(), users.Request{
		Key: users.APIKey(actor, key), Fingerprint: body,
		Answer: func(u users.User) []byte { return []byte("name: " + u.Name) },
	})
}

// renameBo renames bo@example.com.
func renameBo(ctx context.Context, s *users.Service, actor users.Actor, name string) error {
	_, err := s.Edit(ctx, actor, "bo@example.com", users.Edit{Fields: users.Fields{Name: &name}})
	return err
}

// wantAnswer fails the test unless err is a [users.DoneError] with that answer.
func wantAnswer(t *testing.T, what string, err error, answer string) {
	t.Helper()
	if done, ok := errors.AsType[*users.DoneError](err); !ok || string(done.Answer) != answer {
		t.Errorf("%s: got %v, want the first answer %q", what, err, answer)
	}
}

// TestCallIsDoneOnce repeats calls of the API under one key, in every circumstance.
func TestCallIsDoneOnce(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Person(t, "bo@example.com", users.RoleUser)
	ana := d.Person(t, "ana@example.com", users.RoleOwner)
	start := lastSeq(t, d)
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	must("the first call", renameBo(call(t, d.Owner, "k", "Bo 1"), d.Service, d.Owner, "Bo 1"))
	must("a change by another", renameBo(t.Context(), d.Service, ana, "Bo 2"))
	wantAnswer(t, "the same call", renameBo(call(t, d.Owner, "k", "Bo 1"), d.Service, d.Owner, "Bo 1"), "name: Bo 1")
	wantAnswer(t, "on another console", renameBo(call(t, d.Owner, "k", "Bo 1"), d.Another(t), d.Owner, "Bo 1"), "name: Bo 1")
	if err := renameBo(call(t, d.Owner, "k", "Bo 9"), d.Service, d.Owner, "Bo 9"); !errors.Is(err, users.ErrOtherRequest) {
		t.Errorf("another body under the same key: got %v, want %v", err, users.ErrOtherRequest)
	}
	must("the same key of another actor", renameBo(call(t, ana, "k", "Bo 3"), d.Service, ana, "Bo 3"))
	if n := lastSeq(t, d) - start; n != 3 {
		t.Errorf("%d events, want 3", n)
	}
}

// TestCallIsDoneOnce_day repeats calls that changed nothing and that deleted the user, up to a day
// later, when their keys count as new.
func TestCallIsDoneOnce_day(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Person(t, "bo@example.com", users.RoleUser)
	ana := d.Person(t, "ana@example.com", users.RoleOwner)
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	must("a call", renameBo(call(t, d.Owner, "k", "Bo 3"), d.Service, d.Owner, "Bo 3"))
	must("what changes nothing", renameBo(call(t, d.Owner, "same", ""), d.Service, d.Owner, "Bo 3"))
	must("a change by another", renameBo(t.Context(), d.Service, ana, "Bo 4"))
	wantAnswer(t, "what changed nothing, again", renameBo(call(t, d.Owner, "same", ""), d.Service, d.Owner, "Bo 3"), "name: Bo 3")

	gone := func() error {
		return d.Delete(call(t, d.Owner, "gone", ""), d.Owner, "bo@example.com", users.Deletion{Confirm: "bo@example.com"})
	}
	must("a deletion", gone())
	wantAnswer(t, "a deletion again", gone(), "name: ")

	d.Clock.Advance(24*time.Hour - time.Microsecond)
	wantAnswer(t, "a day later", gone(), "name: ")
	d.Clock.Advance(time.Microsecond)
	if err := gone(); !errors.Is(err, users.ErrNotFound) {
		t.Errorf("after a day: got %v, want %v", err, users.ErrNotFound)
	}
	d.Person(t, "bo@example.com", users.RoleUser)
	must("the key after a day", renameBo(call(t, d.Owner, "k", "Bo 5"), d.Service, d.Owner, "Bo 5"))
	wantAnswer(t, "the same again", renameBo(call(t, d.Owner, "k", "Bo 5"), d.Service, d.Owner, "Bo 5"), "name: Bo 5")
}

// TestCallThatFailed repeats a call that was refused or invalid: it is carried out again.
func TestCallThatFailed(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	if err := renameBo(call(t, d.Owner, "k", ""), d.Service, d.Owner, "Bo Chen"); !errors.Is(err, users.ErrNotFound) {
		t.Fatalf("got %v, want %v", err, users.ErrNotFound)
	}
	d.Person(t, "bo@example.com", users.RoleUser)
	if err := renameBo(call(t, d.Owner, "k", ""), d.Service, d.Owner, "Bo Chen"); err != nil {
		t.Error(err)
	}
}

// TestItemsOfABatch repeats items of a batch under one key: each is done once.
func TestItemsOfABatch(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	key := users.NewFormKey().For("batch")
	for round := range 2 {
		for item, id := range []string{"a@example.com", "b@example.com"} {
			ctx := users.Once(t.Context(), users.Request{Key: key, Item: item + 1})
			_, err := d.AddPerson(ctx, d.Owner, users.NewPerson{ID: id})
			if _, done := errors.AsType[*users.DoneError](err); done != (round == 1) {
				t.Errorf("round %d, item %d: got %v", round, item, err)
			}
		}
	}
}

// TestCallsAtOnce sends one call many times at once, to two consoles: the change is made once, and
// all others return its answer.
func TestCallsAtOnce(t *testing.T) {
	t.Parallel()
	d := userstest.New(t)
	d.Person(t, "bo@example.com", users.RoleUser)
	consoles, before, fresh := []*users.Service{d.Service, d.Another(t)}, lastSeq(t, d), 0
	ctx := call(t, d.Owner, "k", "")
	for _, err := range userstest.AtOnce(10, func(i int) error { return renameBo(ctx, consoles[i%2], d.Owner, "Bo Chen") }) {
		if err == nil {
			fresh++
			continue
		}
		wantAnswer(t, "one of many", err, "name: Bo Chen")
	}
	if after := lastSeq(t, d); fresh != 1 || after != before+1 {
		t.Errorf("done %d times with %d events, want once", fresh, after-before)
	}
}

// TestCallWhoseAnswerIsLost loses the answer to the commit of a call, which is sent again.
func TestCallWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		loss databasetest.Loss
		made bool
	}{
		"that was made":     {databasetest.LoseAnswer, true},
		"that was not made": {databasetest.LoseCommit, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			d.Person(t, "bo@example.com", users.RoleUser)
			before := lastSeq(t, d)
			send := func() error { return renameBo(call(t, d.Owner, "k", ""), d.Service, d.Owner, "Bo Chen") }
			d.Lose(test.loss)
			if err := send(); !errors.Is(err, users.ErrUnknown) {
				t.Fatalf("got %v, want %v", err, users.ErrUnknown)
			}
			if err := send(); test.made {
				wantAnswer(t, "sent again", err, "name: Bo Chen")
			} else if err != nil {
				t.Errorf("sent again: %v", err)
			}
			wantAnswer(t, "once more", send(), "name: Bo Chen")
			if n := lastSeq(t, d) - before; n != 1 {
				t.Errorf("%d events, want 1", n)
			}
		})
	}
}
