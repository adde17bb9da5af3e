package users

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// Callers tell these apart with [errors.Is]. Any other error from this package,
// save an [*InvalidError], a [*RefusedError] and a [*DoneError], is a fault rather
// than an answer.
var (
	ErrNotFound  = errors.New("not found")
	ErrForbidden = errors.New("not allowed")                      // as a [*ForbiddenError]
	ErrStale     = errors.New("user was changed by someone else") // as a [*StaleError]
	ErrTaken     = errors.New("user_id is already in use")
	ErrInUse     = errors.New("another user signs in with that address") // as an [*AddressInUseError]
	ErrLastOwner = errors.New("there must be an active owner")
	ErrExporting = errors.New("exports of the directory are under way")
	ErrBadCursor = errors.New("not a place in this list")
	ErrNoSession = errors.New("no such session, or it has ended") // also the answer to an actor who has gone meanwhile
	ErrOtherForm = errors.New("form was sent by someone else")

	// ErrOtherRequest is the answer to a request under the key of another one, see [Once].
	ErrOtherRequest = errors.New("another request was sent under the same key")

	ErrSignInAgain   = errors.New("this needs a sign-in that is not older than five minutes")
	ErrReplayed      = errors.New("logout token was used before")
	ErrUnknown       = database.ErrUnknown                                   // any change may return it, see [Service.FormDone]
	ErrNoToken       = errors.New("no such token")                           // an absent, unknown, truncated or miswritten secret; a [*TokenRefusedError] is one too
	ErrTooManyTokens = errors.New("user has as many tokens as there may be") // see [MaxTokens]
)

// An InvalidError lists what is wrong with submitted values. Its messages are
// written for the person who submitted them.
type InvalidError struct {
	Fields []FieldError
}

// A FieldError is one thing wrong with one field.
type FieldError struct {
	Field   string // as named in forms and in the API
	Message string
}

// Error lists every message, for the command line.
func (e *InvalidError) Error() string {
	messages := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		messages[i] = f.Field + ": " + f.Message
	}
	return strings.Join(messages, " ")
}

func (e *InvalidError) Add(field, message string) {
	e.Fields = append(e.Fields, FieldError{field, message})
}

func (e *InvalidError) OrNil() error {
	if len(e.Fields) == 0 {
		return nil
	}
	return e
}

// invalid returns an error about one field.
func Invalid(field, format string, args ...any) error {
	return &InvalidError{[]FieldError{{field, fmt.Sprintf(format, args...)}}}
}

// A ForbiddenError says why an actor may not do something. It is [ErrForbidden].
type ForbiddenError struct {
	Act Act
	Why string // a sentence for the actor
}

func (e *ForbiddenError) Error() string { return e.Why }

// Is reports whether target is [ErrForbidden].
func (e *ForbiddenError) Is(target error) bool { return target == ErrForbidden }

// A StaleError tells what happened to a user since a form was filled from it. It
// is [ErrStale].
type StaleError struct {
	Base    User // as the form was filled from it, as far as the history tells
	Current User
	By      Ref       // the user who changed it last; zero if none did, or the history does not tell
	Kind    ActorKind // of the actor who changed it last; empty if the history does not tell
	At      time.Time // when
}

func (e *StaleError) Error() string { return ErrStale.Error() }

// Is reports whether target is [ErrStale].
func (e *StaleError) Is(target error) bool { return target == ErrStale }

// Trouble says in words why the database cannot serve for now, where an error of this
// package says that it cannot: it is locked, full, read-only or damaged. It speaks of the
// database as "it" and ends without a full stop; for any other error it is empty.
func Trouble(err error) string { return database.Trouble(err) }
