package auth

import (
	"errors"
	"maps"
	"slices"
)

// A Cause says why a sign-in failed. Its values are logged, and are keys of the table of
// refusals.
type Cause string

// The causes, grouped by the error that each wraps: [ErrUnavailable], [ErrUntrusted],
// [ErrBadAttempt], and none for refusals by the provider ([ProviderError]).
const (
	CauseUnavailable Cause = "provider_unavailable" // no response, timeout, or status 500 and above
	CauseServerError Cause = "provider_trouble"     // the provider returned server_error or temporarily_unavailable

	CauseDiscovery       Cause = "discovery_invalid"    // no discovery document, or a required member is missing
	CauseIssuerDiffers   Cause = "issuer_differs"       // the document names another issuer
	CauseEndpoint        Cause = "endpoint_unsafe"      // an endpoint in it is not https
	CauseKeys            Cause = "keys_unusable"        // no key set, or no usable key in it
	CauseTokenAnswer     Cause = "token_answer_invalid" // invalid response of the token endpoint
	CauseNoIDToken       Cause = "id_token_missing"     // the token response has no ID token
	CauseTokenForm       Cause = "id_token_malformed"   // no JWT, or it has a duplicate member
	CauseTokenType       Cause = "id_token_type"        // a JWT for another purpose (typ)
	CauseAlgorithm       Cause = "algorithm_refused"    // not one of those accepted
	CauseSignature       Cause = "signature_invalid"    // no key of the provider verifies it
	CauseTokenIssuer     Cause = "token_issuer_differs" // iss is another issuer
	CauseAudience        Cause = "audience_differs"     // aud lacks this client
	CauseAuthorizedParty Cause = "party_differs"        // azp is another client
	CauseSubject         Cause = "subject_invalid"      // sub is missing or invalid
	CauseNoExpiry        Cause = "exp_missing"          // exp is missing or no number
	CauseExpired         Cause = "id_token_expired"     // exp has passed
	CauseNoIssueTime     Cause = "iat_missing"          // iat is missing or no number
	CauseIssuedAhead     Cause = "iat_ahead"            // iat is in the future
	CauseNotYetGood      Cause = "nbf_ahead"            // nbf is in the future or no number
	CauseNoNonce         Cause = "nonce_missing"        // the ID token has no nonce
	CauseAuthTime        Cause = "auth_time_old"        // auth_time is older than max_age, or missing
	CauseUserInfo        Cause = "userinfo_invalid"     // invalid or refused UserInfo response
	CauseUserInfoSubject Cause = "userinfo_sub_differs" // UserInfo is about another subject
	CauseLogoutToken     Cause = "logout_token_invalid" // of [Provider.VerifyLogout], not of a sign-in

	CauseState                 Cause = "state_differs"          // state is missing or that of another attempt
	CauseNonce                 Cause = "nonce_differs"          // the ID token belongs to another attempt
	CauseNoIssuer              Cause = "iss_missing"            // the callback lacks iss (RFC 9207)
	CauseOtherIssuer           Cause = "iss_differs"            // the callback's iss is another provider
	CauseNoCode                Cause = "code_missing"           // the callback has neither one code nor an error
	CauseCode                  Cause = "code_refused"           // invalid_grant: the code is used or expired
	CauseAuthenticationExpired Cause = "authentication_expired" // the person took too long at the provider

	// Causes found by the caller of [Provider.Complete], which keeps the attempt.
	CauseAttemptLate       Cause = "attempt_expired"         // the attempt has expired
	CauseAttemptUsed       Cause = "attempt_used"            // the attempt has been used
	CauseAttemptUnreadable Cause = "attempt_unreadable"      // its cookie cannot be decrypted: an old format or key
	CauseAttemptElsewhere  Cause = "attempt_of_another"      // the browser has cookies, but none of this attempt
	CauseAttemptNoCookies  Cause = "attempt_without_cookies" // the browser sends no cookies

	CauseDenied       Cause = "access_denied"        // access_denied: refused or cancelled at the provider
	CauseInteraction  Cause = "interaction_required" // prompt=none, but the provider has to ask the person
	CauseClient       Cause = "client_refused"       // client ID or secret is wrong
	CauseUnauthorized Cause = "client_unauthorized"  // the client may not use this flow
	CauseRequest      Cause = "request_refused"      // the provider rejects the request
	CauseScope        Cause = "scope_refused"        // the provider rejects a scope
	CauseUnknownCode  Cause = "error_unknown"        // an unregistered error code
)

// causeErrors maps each cause to the error that it wraps; nil for refusals by the provider.
var causeErrors = map[Cause]error{
	CauseUnavailable: ErrUnavailable, CauseServerError: ErrUnavailable,

	CauseDiscovery: ErrUntrusted, CauseIssuerDiffers: ErrUntrusted, CauseEndpoint: ErrUntrusted, CauseKeys: ErrUntrusted,
	CauseTokenAnswer: ErrUntrusted, CauseNoIDToken: ErrUntrusted, CauseTokenForm: ErrUntrusted, CauseTokenType: ErrUntrusted,
	CauseAlgorithm: ErrUntrusted, CauseSignature: ErrUntrusted, CauseTokenIssuer: ErrUntrusted, CauseAudience: ErrUntrusted,
	CauseAuthorizedParty: ErrUntrusted, CauseSubject: ErrUntrusted, CauseNoExpiry: ErrUntrusted, CauseExpired: ErrUntrusted,
	CauseNoIssueTime: ErrUntrusted, CauseIssuedAhead: ErrUntrusted, CauseNotYetGood: ErrUntrusted, CauseNoNonce: ErrUntrusted,
	CauseAuthTime: ErrUntrusted, CauseUserInfo: ErrUntrusted, CauseUserInfoSubject: ErrUntrusted, CauseLogoutToken: ErrUntrusted,

	CauseState: ErrBadAttempt, CauseNonce: ErrBadAttempt, CauseNoIssuer: ErrBadAttempt, CauseOtherIssuer: ErrBadAttempt,
	CauseNoCode: ErrBadAttempt, CauseCode: ErrBadAttempt, CauseAuthenticationExpired: ErrBadAttempt,
	CauseAttemptLate: ErrBadAttempt, CauseAttemptUsed: ErrBadAttempt, CauseAttemptUnreadable: ErrBadAttempt,
	CauseAttemptElsewhere: ErrBadAttempt, CauseAttemptNoCookies: ErrBadAttempt,

	CauseDenied: nil, CauseInteraction: nil, CauseClient: nil, CauseUnauthorized: nil, CauseRequest: nil, CauseScope: nil,
	CauseUnknownCode: nil,
}

// Causes returns every cause of a failed sign-in, sorted.
func Causes() []Cause {
	all := slices.Sorted(maps.Keys(causeErrors))
	return slices.DeleteFunc(all, func(c Cause) bool { return c == CauseLogoutToken })
}

// CauseOf returns the cause of an error of a [Provider], or "" for any other error.
func CauseOf(err error) Cause {
	if refused, ok := errors.AsType[*ProviderError](err); ok {
		return refused.Cause()
	}
	if fault, ok := errors.AsType[*Fault](err); ok {
		return fault.Cause
	}
	return ""
}
