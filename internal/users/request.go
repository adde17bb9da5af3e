package users

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// A FormKey is the idempotency key of a page: random, and known only to the browser that
// was shown the page.
type FormKey string

// NewFormKey returns a new key.
func NewFormKey() FormKey { return FormKey("frm_" + strings.ToLower(rand.Text())) }

var formKey = regexp.MustCompile(`^frm_[a-z2-7]{26}$`)

// ParseFormKey returns the key of a page as it comes back with a form. It returns
// an [*InvalidError] on form unless that is one.
func ParseFormKey(s string) (FormKey, error) {
	if !formKey.MatchString(s) {
		return "", Invalid("form", "This is not the key of a page. Open the page again and send it from there.")
	}
	return FormKey(s), nil
}

// A RequestKey is the idempotency key of one request. It is stored.
type RequestKey string

// apiKeyPrefix begins the keys of [APIKey].
const apiKeyPrefix = "api_"

// For returns the key of a request from the page k, of the address and the content of its form. A
// page may have several forms, and a form several buttons; a form that is sent with other values
// is another request.
func (k FormKey) For(asked string) RequestKey {
	sum := sha256.Sum256([]byte(asked))
	return RequestKey(k) + RequestKey("."+hex.EncodeToString(sum[:16]))
}

// APIKey returns the key of a call of the API by actor with that Idempotency-Key. The same
// text of another actor is another key.
func APIKey(actor Actor, text string) RequestKey {
	sum := sha256.Sum256([]byte(string(actor.Key) + "\n" + text))
	return RequestKey(apiKeyPrefix + hex.EncodeToString(sum[:]))
}

// How long a done request is kept. After that its key counts as new.
const (
	formsKept = 7 * 24 * time.Hour
	callsKept = 24 * time.Hour
)

// keptFor returns for how long a request with that key is kept.
func (k RequestKey) keptFor() time.Duration {
	if strings.HasPrefix(string(k), apiKeyPrefix) {
		return callsKept
	}
	return formsKept
}

// A Request is the request that a change is made for, see [Once].
type Request struct {
	Key  RequestKey // empty for a request that may be repeated
	Item int        // number of the item of a batch, counted from 1; zero for the request itself

	// Fingerprint distinguishes requests that a client sends under one key. It is empty if the
	// key depends on the content.
	Fingerprint string

	// Answer returns what is kept as the answer to the request; nil keeps none. It gets the
	// user whom the change was about, as they are after it, and the zero User if there is
	// none any more. It must not return a secret. A request with an Answer is kept even if
	// it changed nothing.
	Answer func(User) []byte

	// Recorded is called with the numbers of the first and the last event of each committed change;
	// nil for nothing.
	Recorded func(first, last int64)
}

// recorded calls r.Recorded for a committed change with those events, if it has any.
func (r Request) recorded(events []Event) {
	if r.Recorded != nil && len(events) > 0 {
		r.Recorded(events[0].Seq, events[len(events)-1].Seq)
	}
}

// stored returns the key of r in the database; empty for a request that may be repeated.
func (r Request) stored() string {
	if r.Key == "" || r.Item == 0 {
		return string(r.Key)
	}
	return string(r.Key) + "/" + strconv.Itoa(r.Item)
}

// requestKey is the key of the [Request] in a context.
type requestKey struct{}

// Once returns a context in which a change is made for the request r, and so at most once, on any
// console. Another change for the same key does nothing and returns a [*DoneError], or
// [ErrOtherRequest] if the fingerprint differs.
func Once(ctx context.Context, r Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// requestIn returns the request in ctx; the zero Request if there is none.
func requestIn(ctx context.Context) Request {
	r, _ := ctx.Value(requestKey{}).(Request)
	return r
}

// A DoneError says that a request was done before, and that nothing was done now.
type DoneError struct {
	Seq    int64  // first event of the change; zero if it changed nothing
	Answer []byte // see [Request.Answer]; nil if none was kept
}

func (e *DoneError) Error() string {
	return fmt.Sprintf("this was done already: event %d", e.Seq)
}

// FormDone reports whether the form with that key was done, and returns the first event of the
// change. An actor without a key, who is not signed in,
// may be the user who has just deleted themselves.
//
// FormDone returns [ErrOtherForm] if it was done by another user.
func (s *Service) FormDone(ctx context.Context, actor Actor, key RequestKey) (seq int64, done bool, err error) {
	seq, done, err = s.outcome(ctx, s.lookUps(), actor, key)
	if err != nil {
		err = fmt.Errorf("look for form: %w", err)
	}
	return seq, done, err
}

// FormOutcome is [Service.FormDone] after a commit whose answer was lost. If the form is not done,
// it reads again in a write transaction, which waits for a change that is still under way.
func (s *Service) FormOutcome(ctx context.Context, actor Actor, key RequestKey) (seq int64, done bool, err error) {
	if seq, done, err = s.FormDone(ctx, actor, key); err != nil || done {
		return seq, done, err
	}
	err = s.readSerialized(ctx, func(r database.Reader) error {
		seq, done, err = s.outcome(ctx, r, actor, key)
		return err
	})
	return seq, done, err
}

// Done returns a [*DoneError] if the actor's request was done before, [ErrOtherRequest] if
// another one was done under its key, and nil otherwise. The change itself decides, see [Once].
func (s *Service) Done(ctx context.Context, actor Actor, r Request) error {
	return doneBefore(ctx, s.lookUps(), actor, r, s.Now())
}

// outcome is FormDone as r reads it.
func (s *Service) outcome(ctx context.Context, r database.Reader, actor Actor, key RequestKey) (seq int64, done bool, err error) {
	err = doneBefore(ctx, r, actor, Request{Key: key}, s.Now())
	if found, ok := errors.AsType[*DoneError](err); ok {
		return found.Seq, true, nil
	}
	return 0, false, err
}

// doneBefore returns a [*DoneError] if the actor's request was done before now,
// [ErrOtherForm] if it was done by another user, [ErrOtherRequest] if another request was
// done under its key, and nil if none was.
func doneBefore(ctx context.Context, r database.Reader, actor Actor, request Request, now time.Time) error {
	if request.Key == "" {
		return nil
	}
	var by Key
	var fingerprint string
	var done DoneError
	err := r.QueryRowContext(ctx, `SELECT actor_key, fingerprint, seq, answer FROM done_requests WHERE key = $1 AND expires_at > $2`,
		request.stored(), database.Time(now)).Scan(&by, &fingerprint, &done.Seq, &done.Answer)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	case actor.Key != "" && actor.Key != by:
		return ErrOtherForm
	case fingerprint != request.Fingerprint:
		return ErrOtherRequest
	}
	return &done
}

// checkNotDone returns a [*DoneError] or [ErrOtherRequest] if the request of the change was done
// before. [changeTx.addRequest] returns [ErrOtherForm], after the permissions have been checked.
func (c *changeTx) checkNotDone(ctx context.Context) error {
	err := doneBefore(ctx, c, c.actor, c.request, c.now)
	if errors.Is(err, ErrOtherForm) {
		return nil
	}
	return err
}

// addRequest stores the request of the change, with the first of its events and its answer. It returns
// [ErrOtherForm] if the request is stored already.
func (c *changeTx) addRequest(ctx context.Context, events []Event) error {
	r, seq := c.request, int64(0)
	if len(events) > 0 {
		seq = events[0].Seq
		c.subject = cmp.Or(c.subject, events[0].Target.Key)
	}
	if r.Key == "" || seq == 0 && r.Answer == nil {
		return nil
	}
	answer, err := c.answer(ctx)
	if err != nil {
		return err
	}
	kept, err := c.exec(ctx, `INSERT INTO done_requests (key, actor_key, user_key, seq, at, expires_at, fingerprint, answer)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (key) DO UPDATE SET actor_key = excluded.actor_key, user_key = excluded.user_key, seq = excluded.seq, at = excluded.at,
			expires_at = excluded.expires_at, fingerprint = excluded.fingerprint, answer = excluded.answer
			WHERE done_requests.expires_at <= excluded.at`,
		r.stored(), c.actor.Key, c.subject, seq, database.Time(c.now), database.Time(c.now.Add(r.Key.keptFor())), r.Fingerprint, answer)
	if err != nil {
		return err
	}
	if n, err := kept.RowsAffected(); err != nil || n == 0 {
		return cmp.Or(err, ErrOtherForm)
	}
	return nil
}

// answer returns the answer to the request of the change; nil if it has none.
func (c *changeTx) answer(ctx context.Context) ([]byte, error) {
	if c.request.Answer == nil {
		return nil, nil
	}
	u, err := userByKey(ctx, c, c.subject)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	return c.request.Answer(u), nil
}

// orDoneError returns a [*DoneError] instead of err if the request of a failed change was done
// meanwhile, and err otherwise.
func (s *Service) orDoneError(ctx context.Context, actor Actor, err error) error {
	if _, known := errors.AsType[*DoneError](err); err == nil || known || errors.Is(err, ErrUnknown) {
		return err
	}
	if done, ok := errors.AsType[*DoneError](doneBefore(ctx, s.lookUps(), actor, requestIn(ctx), s.Now())); ok {
		return done
	}
	return err
}
