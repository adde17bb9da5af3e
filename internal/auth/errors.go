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

// Callers tell these apart with [errors.Is], and more closely by [CauseOf]. The text
// of an error is for the log: it may hold words of the provider, cleaned and
// shortened, and never a secret.
var (
	// ErrUnavailable: the provider is down, too slow, or says that it is in trouble.
	ErrUnavailable = errors.New("the OpenID provider does not answer")

	// ErrUntrusted: the provider's answer breaks the rules, or does not fit the
	// settings.
	ErrUntrusted = errors.New("the OpenID provider's answer cannot be trusted")

	// ErrBadAttempt: what came back from the provider does not belong to the attempt,
	// or the attempt has ended.
	ErrBadAttempt = errors.New("the sign-in does not belong to this attempt")
)

// A Fault is why a sign-in failed, other than by the provider's refusal. It is one of
// the errors above, by its cause.
type Fault struct {
	Cause  Cause
	Detail string // for the log
	Status int    // HTTP status of the answer, where that is the fault; else 0

	ended error // of the context, if that ended the call
}

// Error returns the cause's kind and the detail.
func (e *Fault) Error() string { return kinds[e.Cause].Error() + ": " + e.Detail }

// Unwrap returns the error that the cause amounts to, and that of a context that ended
// the call.
func (e *Fault) Unwrap() []error {
	if e.ended != nil {
		return []error{kinds[e.Cause], e.ended}
	}
	return []error{kinds[e.Cause]}
}

// gone reports whether err says that there is nothing at an endpoint any more.
func gone(err error) bool {
	fault, ok := errors.AsType[*Fault](err)
	return ok && (fault.Status == http.StatusNotFound || fault.Status == http.StatusMethodNotAllowed || fault.Status == http.StatusGone)
}

// A ProviderError is the provider's refusal to sign someone in. It is
// [ErrUnavailable] where the provider says so, and [ErrBadAttempt] where the code
// it gave is no longer good, or the person took too long.
type ProviderError struct {
	Code        string // as the provider sent it, on one line and cut: it may be of no standard
	Description string // the same of its error_description, for the log alone
}

// Error returns the code in a sentence.
func (e *ProviderError) Error() string { return fmt.Sprintf("the OpenID provider refused: %q", e.Code) }

// Cause returns what the code amounts to. Keycloak says temporarily_unavailable with
// authentication_expired in the description when a person has taken too long.
func (e *ProviderError) Cause() Cause {
	if e.Code == "temporarily_unavailable" && strings.Contains(e.Description, "authentication_expired") {
		return CauseTooLong
	}
	if cause, known := providerCodes[e.Code]; known {
		return cause
	}
	return CauseUnknownCode
}

// Unwrap returns the error that the cause amounts to, or nil.
func (e *ProviderError) Unwrap() error { return kinds[e.Cause()] }

// providerCodes are the codes of RFC 6749, sections 4.1.2.1 and 5.2, and of OpenID
// Connect Core, section 3.1.2.6, and what each amounts to.
var providerCodes = map[string]Cause{
	"access_denied":              CauseDenied,
	"account_selection_required": CauseInteraction,
	"authentication_expired":     CauseTooLong,
	"consent_required":           CauseInteraction,
	"interaction_required":       CauseInteraction,
	"invalid_client":             CauseClient,
	"invalid_grant":              CauseCode,
	"invalid_request":            CauseRequest,
	"invalid_scope":              CauseScope,
	"login_required":             CauseInteraction,
	"server_error":               CauseTrouble,
	"temporarily_unavailable":    CauseTrouble,
	"unauthorized_client":        CauseUnauthorized,
	"unsupported_grant_type":     CauseRequest,
	"unsupported_response_type":  CauseRequest,
}

// maxCode is the most of a provider's code that is kept, in characters.
const maxCode = 60

// providerError returns the error for a code and description that the provider sent.
func providerError(code, description string) *ProviderError {
	if code = plain(code); len([]rune(code)) > maxCode {
		code = string([]rune(code)[:maxCode]) + "…"
	}
	return &ProviderError{Code: code, Description: plain(description)}
}

// callFault returns the fault of a call that failed with err: that of cause if the
// provider answered, [CauseUnavailable] if it did not.
func callFault(ctx context.Context, cause Cause, err error) error {
	if ended := ctx.Err(); ended != nil {
		return &Fault{Cause: CauseUnavailable, Detail: fmt.Sprintf("%s: %v", cause, ended), ended: ended}
	}
	_, refused := errors.AsType[refusedAnswer](err)
	if _, unanswered := errors.AsType[*url.Error](err); unanswered && !refused {
		return &Fault{Cause: CauseUnavailable, Detail: plain(err.Error())}
	}
	return untrusted(cause, "%v", err)
}

// untrusted returns the fault of that cause, with a detail that may hold words of the
// provider.
func untrusted(cause Cause, format string, args ...any) error {
	return &Fault{Cause: cause, Detail: plain(fmt.Sprintf(format, args...))}
}

// answered returns the fault of an answer with another status than expected.
func answered(cause Cause, status int) error {
	return &Fault{Cause: cause, Detail: fmt.Sprintf("it answered %d", status), Status: status}
}

// maxPlain is the most of a stranger's words, in characters, that goes into a log.
const maxPlain = 300

// plain returns a stranger's words on one line, without control and formatting
// characters (which hide or turn round what follows), and not too many of them.
func plain(s string) string {
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
	if runes := []rune(s); len(runes) > maxPlain {
		return string(runes[:maxPlain]) + "…"
	}
	return s
}
