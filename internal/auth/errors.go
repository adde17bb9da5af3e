package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"
)

// Errors of a [Provider], for [errors.Is]; [CauseOf] is more precise. Their text is for the
// log: it may contain sanitized and shortened text of the provider, never a secret.
var (
	// ErrUnavailable: the provider is down, too slow, or reports a server error.
	ErrUnavailable = errors.New("the OpenID provider does not respond")

	// ErrUntrusted: the provider's response violates the protocol, or contradicts the settings.
	ErrUntrusted = errors.New("the OpenID provider's response is invalid")

	// ErrBadAttempt: the callback does not belong to the attempt, or the attempt has ended.
	ErrBadAttempt = errors.New("the callback does not belong to this attempt")
)

// A Fault is a failure of a sign-in other than the provider's refusal. It wraps one of the
// errors above, according to its cause.
type Fault struct {
	Cause  Cause
	Detail string // for the log
	Status int    // the unexpected HTTP status; 0 if the status is not the fault

	ended error // the context's error, if it ended the request
}

// Error returns the error of the cause, and the detail.
func (e *Fault) Error() string { return causeErrors[e.Cause].Error() + ": " + e.Detail }

// Unwrap returns the error of the cause, and the context's error if that ended the request.
func (e *Fault) Unwrap() []error {
	if e.ended != nil {
		return []error{causeErrors[e.Cause], e.ended}
	}
	return []error{causeErrors[e.Cause]}
}

// endpointGone reports whether the response says that the endpoint does not exist any more.
func endpointGone(err error) bool {
	fault, ok := errors.AsType[*Fault](err)
	return ok && (fault.Status == http.StatusNotFound || fault.Status == http.StatusMethodNotAllowed || fault.Status == http.StatusGone)
}

// A ProviderError is an error code that the provider returned. It wraps [ErrUnavailable] if the
// code reports a server error, and [ErrBadAttempt] if the code or the attempt has expired.
type ProviderError struct {
	Code        string // as sent, sanitized and shortened; not necessarily a registered code
	Description string // error_description, sanitized; for the log only
}

// Error returns the code in a sentence.
func (e *ProviderError) Error() string {
	return fmt.Sprintf("the OpenID provider returned the error %q", e.Code)
}

// Cause returns the cause of the code. Keycloak sends temporarily_unavailable with the
// description authentication_expired if a person has taken too long.
func (e *ProviderError) Cause() Cause {
	if e.Code == "temporarily_unavailable" && strings.Contains(e.Description, "authentication_expired") {
		return CauseAuthenticationExpired
	}
	if cause, known := providerCodes[e.Code]; known {
		return cause
	}
	return CauseUnknownCode
}

// Unwrap returns the error of the cause, or nil.
func (e *ProviderError) Unwrap() error { return causeErrors[e.Cause()] }

// providerCodes maps the codes of RFC 6749, sections 4.1.2.1 and 5.2, and OpenID Connect Core,
// section 3.1.2.6, to causes.
var providerCodes = map[string]Cause{
	"access_denied":              CauseDenied,
	"account_selection_required": CauseInteraction,
	"authentication_expired":     CauseAuthenticationExpired,
	"consent_required":           CauseInteraction,
	"interaction_required":       CauseInteraction,
	"invalid_client":             CauseClient,
	"invalid_grant":              CauseCode,
	"invalid_request":            CauseRequest,
	"invalid_scope":              CauseScope,
	"login_required":             CauseInteraction,
	"server_error":               CauseServerError,
	"temporarily_unavailable":    CauseServerError,
	"unauthorized_client":        CauseUnauthorized,
	"unsupported_grant_type":     CauseRequest,
	"unsupported_response_type":  CauseRequest,
}

// maxCode is the maximum length of a code in a [ProviderError], in characters.
const maxCode = 60

// providerError returns the error for a code and description of the provider.
func providerError(code, description string) *ProviderError {
	if code = sanitize(code); len([]rune(code)) > maxCode {
		code = string([]rune(code)[:maxCode]) + "…"
	}
	return &ProviderError{Code: code, Description: sanitize(description)}
}

// requestFault returns the fault of a request that failed with err: with the given cause if the
// provider responded, with [CauseUnavailable] if not.
func requestFault(ctx context.Context, cause Cause, err error) error {
	if ended := ctx.Err(); ended != nil {
		return &Fault{Cause: CauseUnavailable, Detail: fmt.Sprintf("%s: %v", cause, ended), ended: ended}
	}
	_, refused := errors.AsType[refusedResponse](err)
	if _, unreachable := errors.AsType[*url.Error](err); unreachable && !refused {
		return &Fault{Cause: CauseUnavailable, Detail: sanitize(err.Error())}
	}
	return newFault(cause, "%v", err)
}

// newFault returns a [*Fault]. The detail is sanitized: it may contain text of the provider.
func newFault(cause Cause, format string, args ...any) error {
	return &Fault{Cause: cause, Detail: sanitize(fmt.Sprintf(format, args...))}
}

// statusFault returns the fault of a response with an unexpected status.
func statusFault(cause Cause, status int) error {
	return &Fault{Cause: cause, Detail: fmt.Sprintf("status %d", status), Status: status}
}

// maxLogText is the maximum length of untrusted text in a log entry, in characters.
const maxLogText = 300

// sanitize returns untrusted text on one line, without control and formatting characters (which
// hide or reverse text), shortened to maxLogText.
func sanitize(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf):
			return -1
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > maxLogText {
		return string(runes[:maxLogText]) + "…"
	}
	return s
}
