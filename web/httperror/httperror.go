// Package httperror maps errors to HTTP answers: status, code and message. It is one
// table for the pages and for /v1, which tests compare.
package httperror

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// Errors of HTTP itself, rather than of the domain.
var (
	ErrCrossOrigin   = errors.New("form posted from another site")
	ErrNoNavigation  = errors.New("a step of a sign-in that is no navigation")
	ErrTooMany       = errors.New("too many requests")
	ErrExportedOften = errors.New("too many exports")
	ErrTooLarge      = errors.New("request too large")
	ErrBadForm       = errors.New("form cannot be read")
	ErrBadRequest    = errors.New("request cannot be read") // of the API; a page's is ErrBadForm
	ErrSlowBody      = errors.New("body of the request did not arrive in time")
	ErrBusy          = errors.New("too much memory in use by other requests")
	ErrOtherHost     = errors.New("asked for by another host name")
	ErrNoMethod      = errors.New("method not allowed")
	ErrNotOffered    = errors.New("not implemented") // the platform has such a call
	ErrPrecondition  = errors.New("precondition failed")
)

// statusClientGone is the status of a request whose client left before it was answered. Only the
// log and the metrics get to see it; nginx has the same.
const statusClientGone = 499

// Unanswered returns the status of an answer to r: [statusClientGone] rather than that of a fault
// if the client has gone, as what it waited for was broken off.
func Unanswered(r *http.Request, status int) int {
	if status == http.StatusInternalServerError && errors.Is(context.Cause(r.Context()), context.Canceled) {
		return statusClientGone
	}
	return status
}

// An Answer is what a client gets for an error.
type Answer struct {
	Status  int    // HTTP status
	Code    string // error_code of the API, by the status
	Message string // a sentence for the person or program that asked
}

// Error codes of the API, as the platform's SDK knows them.
const (
	CodeInvalidRequest = "RobotoInvalidRequestException"
	CodeUnauthorized   = "RobotoUnauthorizedException"
	CodeNotFound       = "RobotoNotFoundException"
	CodeNotImplemented = "RobotoNotImplementedException"
	CodeConflict       = "RobotoConflictException"
	CodeLimitExceeded  = "RobotoLimitExceededException"
	CodeInternal       = "RobotoInternalException"
)

// codes are the error codes that differ from the rule: 4xx is an invalid request, 5xx an
// internal error.
var codes = map[int]string{
	http.StatusUnauthorized:       CodeUnauthorized,
	http.StatusForbidden:          CodeUnauthorized,
	http.StatusNotFound:           CodeNotFound,
	http.StatusMethodNotAllowed:   CodeNotImplemented,
	http.StatusNotImplemented:     CodeNotImplemented,
	http.StatusConflict:           CodeConflict,
	http.StatusPreconditionFailed: CodeConflict,
	http.StatusTooManyRequests:    CodeLimitExceeded,
}

// Code returns the error code of an HTTP status of at least 400.
func Code(status int) string {
	switch code, listed := codes[status]; {
	case listed:
		return code
	case status >= http.StatusInternalServerError:
		return CodeInternal
	}
	return CodeInvalidRequest
}

// Explain returns the answer of a page to err. An error that is not in the table is a
// fault, with status 500 and no detail.
func Explain(err error) Answer {
	a, _ := explain(err)
	return a
}

// ForAPI returns the answer of the API to err. It differs from that of a page in some
// messages, and in the status of an [*users.InvalidError], which is 400.
func ForAPI(err error) Answer {
	a, message := explain(err)
	if bad, ok := errors.AsType[*users.InvalidError](err); ok {
		a.Status, message = http.StatusBadRequest, a.Message
		for _, f := range bad.Fields {
			message += " " + strings.TrimSpace(f.Field+": "+f.Message)
		}
	}
	if forbidden, ok := errors.AsType[*users.ForbiddenError](err); ok {
		message = forbidden.Why
	}
	if refused, ok := errors.AsType[*users.TokenRefusedError](err); ok {
		message = "Unauthorized: " + words.TokenRefusal(refused.Why, refused.Since) + "."
	}
	if message != "" {
		a.Message = message
	}
	a.Code = Code(a.Status)
	return a
}

// explain returns the answer of a page to err, and the message of the API where that
// differs.
func explain(err error) (a Answer, api string) {
	for _, row := range answers {
		if errors.Is(err, row.err) {
			return answer(row.status, row.message), row.api
		}
	}
	if _, ok := errors.AsType[*users.InvalidError](err); ok {
		return answer(http.StatusUnprocessableEntity, "Some values cannot be accepted."), ""
	}
	// A database that is full, locked or gone is not a fault of the console but a state
	// that ends.
	if trouble := users.Trouble(err); trouble != "" {
		return answer(http.StatusServiceUnavailable, "The console cannot use its database at the moment: "+trouble+
			". Nothing was changed. Try again in a minute. If this goes on, tell the operator of the console."), ""
	}
	return answer(http.StatusInternalServerError, "Something went wrong in the console. It is in the console's log, under the request ID below."),
		"Something went wrong on our side. It is in the console's log, under the request_id."
}

func answer(status int, message string) Answer { return Answer{status, Code(status), message} }

// answers are the errors that are answers rather than faults, with status, message on a
// page, and message of the API where it differs.
var answers = []struct {
	err     error
	status  int
	message string
	api     string
}{
	{users.ErrNotFound, http.StatusNotFound, "There is nothing at this address. It may have been deleted, or the address may be wrong.", "Not found."},
	{users.ErrForbidden, http.StatusForbidden, "You don't have permission to do this.", ""},
	{users.ErrUnknown, http.StatusServiceUnavailable, "The connection to the database broke during the commit, so it is not known whether the change was saved. Open the page again to see.", "The connection to the database broke during the commit: it is not known whether the change was saved. Read the record to find out."},
	{users.ErrOtherForm, http.StatusConflict, "Another user sent this form, and it was done for that user. Open the page again and send it from there.", ""},
	{users.ErrOtherRequest, http.StatusUnprocessableEntity, "This form was already sent with other values. Open the page again and send it from there.", "The Idempotency-Key was used for another request. Send a new key."},
	{users.ErrNoSession, http.StatusUnauthorized, "You are signed out. Sign in and try again.", "Send a valid token: Authorization: Bearer usr_pat_…"},
	{users.ErrNoToken, http.StatusUnauthorized, "This token gives no access.", "Send a valid token: Authorization: Bearer usr_pat_…"},
	{users.ErrBadExchange, http.StatusBadRequest, "The code is not valid.", "The credential request, its authorization code or the code verifier is not valid, was used before or has expired. Start again."},
	{users.ErrRequestExpired, http.StatusNotFound, "This request has expired. Start the program again.", ""},
	{users.ErrRequestDecided, http.StatusConflict, "This request was already approved or refused. Start the program again if it still needs a token.", ""},
	{users.ErrTooManyTokens, http.StatusConflict, "This user has 100 tokens, which is the limit. Revoke one that is not used.", ""},
	{users.ErrSignInAgain, http.StatusUnauthorized, "This needs a sign-in that is not older than five minutes. Sign in again, then do it again.", ""},
	{users.ErrStale, http.StatusConflict, "Someone else changed this user in the meantime. Check the new values and try again.", ""},
	{users.ErrTaken, http.StatusConflict, "Another user has that user ID.", ""},
	{users.ErrInUse, http.StatusConflict, "Another user signs in with that e-mail address.", ""},
	{users.ErrLastOwner, http.StatusConflict, words.LastOwner, ""},
	{users.ErrRotated, http.StatusConflict, "This token already has a successor. Open the token again.", "This token has a successor that is in use. Rotate the successor."},
	{users.ErrNotSafe, http.StatusConflict, "This token is not safe to retire yet. Its page lists what is missing.", ""},
	{users.ErrBatchState, http.StatusConflict, "This batch has started or ended meanwhile, or its preview is not complete. Open its page again.", ""},
	{users.ErrBadCursor, http.StatusBadRequest, "This address is not a page of the list. Start again from the beginning.", "page_token is not one of this list. Start again without it."},
	{auth.ErrUnavailable, http.StatusServiceUnavailable, "The sign-in service does not answer. People who are signed in can continue to work. Try again in a minute.", ""},
	{ErrCrossOrigin, http.StatusForbidden, "This form was sent from another site, so nothing was changed. Open the page in the console and send it from there.", ""},
	{ErrNoNavigation, http.StatusBadRequest, "Signing in starts on a page of its own. Open this address in a tab of your browser.", ""},
	{ErrTooMany, http.StatusTooManyRequests, "There were too many attempts from your network. Wait a minute, then try again.", "Too many requests. Wait for the time in Retry-After."},
	{ErrExportedOften, http.StatusTooManyRequests, "You have exported the directory many times in a short time. Wait a minute, then export it again.", ""},
	{users.ErrExporting, http.StatusTooManyRequests, "One of your exports is still running, or the limit of exports at the same time is reached. Wait until one has ended, then export again.", ""},
	{users.ErrSuperseded, http.StatusTooManyRequests, "You started newer searches, so this one was stopped. Search again.", ""},
	{users.ErrReadTooLong, http.StatusServiceUnavailable, "This search took too long and was stopped. Narrow it, for example by dates, and search again.", ""},
	{ErrTooLarge, http.StatusRequestEntityTooLarge, "The request is too large. Send less.", "The body of the request is too large."},
	{ErrSlowBody, http.StatusRequestTimeout, "The form did not arrive in time, so nothing was changed. Go back and send it again.", "The body of the request did not arrive in time. Nothing was changed."},
	{ErrBusy, http.StatusServiceUnavailable, "The console has too many requests at the moment. Nothing was changed. Try again in a few seconds.", ""},
	{ErrOtherHost, http.StatusMisdirectedRequest, "The demo is not reached under this host name. Open the address that it printed when it started.", ""},
	{ErrBadForm, http.StatusBadRequest, "The form could not be read. Open the page again and send it from there.", "The request could not be read."},
	{ErrBadRequest, http.StatusBadRequest, "The console cannot answer this request.", "The request could not be read."},
	{ErrNoMethod, http.StatusMethodNotAllowed, "This address does not accept that kind of request.", "This address does not take that method."},
	{ErrNotOffered, http.StatusNotImplemented, "The console does not offer this.", "This console does not offer that call of the platform."},
	{ErrPrecondition, http.StatusPreconditionFailed, "This was changed in the meantime.", "The record has another version than If-Match names. Read it again."},
}
