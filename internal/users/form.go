package users

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// A FormKey names what one page asks for, so that it is not done twice. Nobody can
// guess it who was not shown the page.
type FormKey string

// NewFormKey returns the key of a page that nobody has been shown yet.
func NewFormKey() FormKey { return FormKey("frm_" + strings.ToLower(rand.Text())) }

var formKey = regexp.MustCompile(`^frm_[a-z2-7]{26}$`)

// ParseFormKey returns the key of a page as it comes back with a form. It returns
// an [*InvalidError] on form unless that is one.
func ParseFormKey(s string) (FormKey, error) {
	if !formKey.MatchString(s) {
		return "", invalid("form", "This is not the key of a page. Open the page again and send it from there.")
	}
	return FormKey(s), nil
}

// For returns the key of what is asked for from the page k: where and what its form
// sends. A page may hold several forms, and a form several buttons; and who goes
// back and changes something asks for something else.
func (k FormKey) For(asked string) FormKey {
	sum := sha256.Sum256([]byte(asked))
	return k + FormKey("."+hex.EncodeToString(sum[:16]))
}

// formsKept is for how long it is known which forms are done.
const formsKept = 7 * 24 * time.Hour

// A DoneError says that a form has done already what it asks for, which event came
// of it first, and that nothing was done now.
type DoneError struct{ Seq int64 }

func (e *DoneError) Error() string {
	return fmt.Sprintf("this was done already: event %d", e.Seq)
}

// FormDone returns whether the form with that key has done what it asks for, and
// the first event that came of it. An actor without a key, who is not signed in,
// may be whoever has just deleted themselves.
//
// FormDone returns [ErrOtherForm] if it was done by somebody else.
func (s *Service) FormDone(ctx context.Context, actor Actor, key FormKey) (seq int64, done bool, err error) {
	actor.Form = key
	seq, done, err = formDone(ctx, s.lookUps(), actor)
	if err != nil {
		err = fmt.Errorf("look for form: %w", err)
	}
	return seq, done, err
}

// FormOutcome is FormDone for somebody who was not told what became of the form. Where
// it is not done it waits for its turn to change something, and looks again: a change
// whose answer was lost may still be on its way, and keeps its turn until then.
func (s *Service) FormOutcome(ctx context.Context, actor Actor, key FormKey) (seq int64, done bool, err error) {
	if seq, done, err = s.FormDone(ctx, actor, key); err != nil || done {
		return seq, done, err
	}
	actor.Form = key
	err = s.inTurn(ctx, func(r reader) error {
		seq, done, err = formDone(ctx, r, actor)
		return err
	})
	return seq, done, err
}

// formDone looks for the actor's form.
func formDone(ctx context.Context, r reader, actor Actor) (seq int64, done bool, err error) {
	var by Key
	err = r.QueryRowContext(ctx, `SELECT seq, actor_key FROM done_forms WHERE key = $1`, actor.Form).Scan(&seq, &by)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, false, nil
	case err != nil:
		return 0, false, err
	case actor.Key != "" && actor.Key != by:
		return 0, false, ErrOtherForm
	}
	return seq, true, nil
}

// notDone returns a [*DoneError] if the actor's form has done already what it asks
// for. That it has done so for somebody else comes out in [changeTx.done], after
// whether the actor may at all.
func (c *changeTx) notDone(ctx context.Context) error {
	if c.actor.Form == "" {
		return nil
	}
	seq, done, err := formDone(ctx, c, c.actor)
	switch {
	case errors.Is(err, ErrOtherForm):
		return nil
	case err == nil && done:
		return &DoneError{seq}
	}
	return err
}

// done keeps that the actor's form has done what it asks for, with the first event
// that came of it. It returns [ErrOtherForm] if that is kept already.
func (c *changeTx) done(ctx context.Context, seq int64) error {
	if c.actor.Form == "" {
		return nil
	}
	_, err := c.exec(ctx, `INSERT INTO done_forms (key, actor_key, seq, at) VALUES ($1, $2, $3, $4)`,
		c.actor.Form, c.actor.Key, seq, database.Time(c.now))
	if database.IsTaken(err) {
		return ErrOtherForm
	}
	return err
}

// orDone returns why a change was not made: that its form had made it already, at
// the same moment perhaps, rather than what is wrong with making it again.
func (s *Service) orDone(ctx context.Context, actor Actor, err error) error {
	if _, known := errors.AsType[*DoneError](err); err == nil || known || actor.Form == "" || errors.Is(err, ErrUnknown) {
		return err
	}
	if seq, done, lookErr := formDone(ctx, s.lookUps(), actor); lookErr == nil && done {
		return &DoneError{seq}
	}
	return err
}
