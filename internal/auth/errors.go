package auth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
)

// Callers tell these apart with [errors.Is]. The text of an error is for the log:
// it may hold words of the provider, cleaned and shortened, and never a secret.
var (
	// ErrUnavailable: the provider is down, too slow, or says that it is in trouble.
	ErrUnavailable = errors.New("the OpenID provider does not answer")

	// ErrUntrusted: the provider answered, but not as itself or not by the rules.
	// The settings are wrong, or somebody lies.
	ErrUntrusted = errors.New("the OpenID provider's answer cannot be trusted")

	// ErrBadAttempt: what came back from the provider does not belong to the
	// attempt: too late, used before, or begun in another browser.
	ErrBadAttempt = errors.New("the sign-in does not belong to this attempt")
)

// A ProviderError is the provider's refusal to sign someone in. It is
// [ErrUnavailable] where the provider says so, and [ErrBadAttempt] where the code
// it gave is no longer good.
type ProviderError struct {
	// Code is one of the codes of OAuth 2.0 and OpenID Connect, such as
	// "access_denied", or "unknown" for any other.
	Code string
}

// Error returns the code in a sentence.
func (e *ProviderError) Error() string {
	return "the OpenID provider refused: " + e.Code
}

// Unwrap returns the error that the code amounts to, or nil.
func (e *ProviderError) Unwrap() error { return providerCodes[e.Code] }

// providerCodes are the codes of RFC 6749, sections 4.1.2.1 and 5.2, and of OpenID
// Connect Core, section 3.1.2.6, and what each amounts to, if anything.
var providerCodes = map[string]error{
	"access_denied":              nil,
	"account_selection_required": nil,
	"consent_required":           nil,
	"interaction_required":       nil,
	"invalid_client":             nil,
	"invalid_grant":              ErrBadAttempt,
	"invalid_request":            nil,
	"invalid_scope":              nil,
	"login_required":             nil,
	"server_error":               ErrUnavailable,
	"temporarily_unavailable":    ErrUnavailable,
	"unauthorized_client":        nil,
	"unsupported_grant_type":     nil,
	"unsupported_response_type":  nil,
}

// providerError returns the error for a code the provider sent.
func providerError(code string) *ProviderError {
	if _, known := providerCodes[code]; !known {
		code = "unknown"
	}
	return &ProviderError{Code: code}
}

// fault returns the error for a call to the provider that failed with err:
// [ErrUntrusted] if the provider answered, [ErrUnavailable] if it did not.
func fault(ctx context.Context, call string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%w: %s: %w", ErrUnavailable, call, ctx.Err())
	}
	kind := ErrUntrusted
	_, refused := errors.AsType[refusedAnswer](err)
	if _, unanswered := errors.AsType[*url.Error](err); unanswered && !refused {
		kind = ErrUnavailable
	}
	return fmt.Errorf("%w: %s: %s", kind, call, plain(err.Error()))
}

// untrusted returns an [ErrUntrusted] that says what is wrong.
func untrusted(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUntrusted, plain(fmt.Sprintf(format, args...)))
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
