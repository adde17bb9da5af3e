package users

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// The errors that callers handle, by [errors.Is]. Any other error of this package, except for an
// [*InvalidError], a [*RefusedError] and a [*DoneError], is a failure.
var (
	ErrNotFound   = errors.New("not found")
	ErrForbidden  = errors.New("not allowed")                      // as a [*ForbiddenError]
	ErrStale      = errors.New("user was changed by someone else") // as a [*StaleError]
	ErrTaken      = errors.New("user_id is already in use")
	ErrInUse      = errors.New("another user signs in with that address") // as an [*AddressInUseError]
	ErrLastOwner  = errors.New("there must be an active owner")
	ErrExporting  = errors.New("exports of the directory are under way")
	ErrBadCursor  = errors.New("not a place in this list")
	ErrBatchState = errors.New("batch has started or ended, or its preview is not complete")
	ErrNoSession  = errors.New("no such session, or it has ended") // also for an actor who was deleted meanwhile
	ErrOtherForm  = errors.New("form was sent by someone else")

	// ErrOtherRequest means that another request had the key of this one, see [Once].
	ErrOtherRequest = errors.New("another request was sent under the same key")

	ErrSignInAgain   = errors.New("this needs a sign-in that is not older than five minutes")
	ErrReplayed      = errors.New("logout token was used before")
	ErrUnknown       = database.ErrUnknown                                   // of any change, see [Service.FormDone]
	ErrNoToken       = errors.New("no such token")                           // an absent, unknown, truncated or mistyped secret; a [*TokenRefusedError] is one, too
	ErrTooManyTokens = errors.New("user has as many tokens as there may be") // see [MaxTokens]
)

// An InvalidError lists the mistakes in submitted values, with messages for the person who
// submitted them.
type InvalidError struct {
	Fields []FieldError
}

// A FieldError is a mistake in a field.
type FieldError struct {
	Field   string // name in forms and in the API
	Message string
}

// Error returns all messages, for the command line.
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

// Invalid returns an [*InvalidError] on one field.
func Invalid(field, format string, args ...any) error {
	return &InvalidError{[]FieldError{{field, fmt.Sprintf(format, args...)}}}
}

// A ForbiddenError is why an actor lacks a permission. It is [ErrForbidden].
type ForbiddenError struct {
	Act Act
	Why string // a sentence for the actor
}

func (e *ForbiddenError) Error() string { return e.Why }

// Is reports whether target is [ErrForbidden].
func (e *ForbiddenError) Is(target error) bool { return target == ErrForbidden }

// A StaleError is what has changed in a user since a form was rendered. It is [ErrStale].
type StaleError struct {
	Base    User // as in the form, as far as the history has it
	Current User
	By      Ref       // the user who changed it last; zero if none did, or unknown
	Kind    ActorKind // of the actor who changed it last; empty if unknown
	At      time.Time // when
}

func (e *StaleError) Error() string { return ErrStale.Error() }

// Is reports whether target is [ErrStale].
func (e *StaleError) Is(target error) bool { return target == ErrStale }

// Trouble returns why the database is unavailable if that is the cause of an error of this
// package: it is locked, full, read-only or damaged. The text calls the database "it" and has no
// full stop; it is empty for any other error.
func Trouble(err error) string { return database.Reason(err) }
