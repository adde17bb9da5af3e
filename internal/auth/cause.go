package auth

import (
	"errors"
	"maps"
	"slices"
)

// A Cause says why a sign-in failed at the provider, or on the way to it and back. Its
// values are words in the program's log and keys of the table of refusals.
type Cause string

// The causes, by the error that each amounts to. The ones without such an error are
// refusals by the provider: see [ProviderError].
const (
	CauseUnavailable Cause = "provider_unavailable" // no answer, too slow, or an answer of 500 and above
	CauseTrouble     Cause = "provider_trouble"     // the provider says that it cannot at the moment

	CauseDiscovery       Cause = "discovery_invalid"    // no discovery document, or one without what is needed
	CauseIssuerDiffers   Cause = "issuer_differs"       // the document is of another issuer
	CauseEndpoint        Cause = "endpoint_unsafe"      // an address in it is not https
	CauseKeys            Cause = "keys_unusable"        // no key set, or none of its keys can be used
	CauseTokenAnswer     Cause = "token_answer_invalid" // the token endpoint's answer is not by the rules
	CauseNoIDToken       Cause = "id_token_missing"     // it has no ID token
	CauseTokenForm       Cause = "id_token_malformed"   // no JWT, or a name in it occurs twice
	CauseTokenType       Cause = "id_token_type"        // a JWT of another purpose
	CauseAlgorithm       Cause = "algorithm_refused"    // not one of [Algorithms]
	CauseSignature       Cause = "signature_invalid"    // of none of the provider's keys
	CauseTokenIssuer     Cause = "token_issuer_differs" // the ID token is of another issuer
	CauseAudience        Cause = "audience_differs"     // it is for other clients
	CauseParty           Cause = "party_differs"        // it was issued to another client (azp)
	CauseSubject         Cause = "subject_invalid"      // sub is missing, or cannot be an identifier
	CauseNoExpiry        Cause = "exp_missing"          // exp is missing, or no number
	CauseExpired         Cause = "id_token_expired"     // exp has passed
	CauseNoIssueTime     Cause = "iat_missing"          // iat is missing, or no number
	CauseIssuedAhead     Cause = "iat_ahead"            // iat is in the future
	CauseNotYetGood      Cause = "nbf_ahead"            // nbf is in the future, or no number
	CauseNoNonce         Cause = "nonce_missing"        // the ID token has no nonce
	CauseAuthTime        Cause = "auth_time_old"        // the sign-in at the provider is older than asked for, or undated
	CauseUserInfo        Cause = "userinfo_invalid"     // UserInfo's answer is not by the rules, or refuses
	CauseUserInfoSubject Cause = "userinfo_sub_differs" // it is about another subject
	CauseLogoutToken     Cause = "logout_token_invalid" // not of a sign-in: of [Provider.VerifyLogout]

	CauseState       Cause = "state_differs"          // what came back belongs to no attempt, or to another one
	CauseNonce       Cause = "nonce_differs"          // the ID token belongs to another attempt
	CauseNoIssuer    Cause = "iss_missing"            // the answer does not say which provider sent it (RFC 9207)
	CauseOtherIssuer Cause = "iss_differs"            // another provider sent it
	CauseNoCode      Cause = "code_missing"           // it brings neither one code nor an error
	CauseCode        Cause = "code_refused"           // invalid_grant: the code is used or too old
	CauseTooLong     Cause = "authentication_expired" // the person took too long at the provider

	// Of the attempt itself, which the caller of [Provider.Complete] keeps.
	CauseAttemptLate       Cause = "attempt_expired"         // it took too long
	CauseAttemptUsed       Cause = "attempt_used"            // it has signed a person in before
	CauseAttemptUnreadable Cause = "attempt_unreadable"      // begun before an upgrade, or sealed with a key that is gone
	CauseAttemptElsewhere  Cause = "attempt_of_another"      // the browser has cookies, but not that of the attempt
	CauseAttemptNoCookies  Cause = "attempt_without_cookies" // it has none at all

	CauseDenied       Cause = "access_denied"        // refused there, or cancelled
	CauseInteraction  Cause = "interaction_required" // the provider has to ask the person, and was asked not to
	CauseClient       Cause = "client_refused"       // client ID or secret is not accepted
	CauseUnauthorized Cause = "client_unauthorized"  // the client may not use this flow
	CauseRequest      Cause = "request_refused"      // the provider does not accept the request as it is
	CauseScope        Cause = "scope_refused"        // it does not give a scope
	CauseUnknownCode  Cause = "error_unknown"        // a code of no standard
)

// kinds are the errors that causes amount to.
var kinds = map[Cause]error{
	CauseUnavailable: ErrUnavailable, CauseTrouble: ErrUnavailable,

	CauseDiscovery: ErrUntrusted, CauseIssuerDiffers: ErrUntrusted, CauseEndpoint: ErrUntrusted, CauseKeys: ErrUntrusted,
	CauseTokenAnswer: ErrUntrusted, CauseNoIDToken: ErrUntrusted, CauseTokenForm: ErrUntrusted, CauseTokenType: ErrUntrusted,
	CauseAlgorithm: ErrUntrusted, CauseSignature: ErrUntrusted, CauseTokenIssuer: ErrUntrusted, CauseAudience: ErrUntrusted,
	CauseParty: ErrUntrusted, CauseSubject: ErrUntrusted, CauseNoExpiry: ErrUntrusted, CauseExpired: ErrUntrusted,
	CauseNoIssueTime: ErrUntrusted, CauseIssuedAhead: ErrUntrusted, CauseNotYetGood: ErrUntrusted, CauseNoNonce: ErrUntrusted,
	CauseAuthTime: ErrUntrusted, CauseUserInfo: ErrUntrusted, CauseUserInfoSubject: ErrUntrusted, CauseLogoutToken: ErrUntrusted,

	CauseState: ErrBadAttempt, CauseNonce: ErrBadAttempt, CauseNoIssuer: ErrBadAttempt, CauseOtherIssuer: ErrBadAttempt,
	CauseNoCode: ErrBadAttempt, CauseCode: ErrBadAttempt, CauseTooLong: ErrBadAttempt,
	CauseAttemptLate: ErrBadAttempt, CauseAttemptUsed: ErrBadAttempt, CauseAttemptUnreadable: ErrBadAttempt,
	CauseAttemptElsewhere: ErrBadAttempt, CauseAttemptNoCookies: ErrBadAttempt,

	CauseDenied: nil, CauseInteraction: nil, CauseClient: nil, CauseUnauthorized: nil, CauseRequest: nil, CauseScope: nil,
	CauseUnknownCode: nil,
}

// Causes returns every cause for which a sign-in can fail, in order.
func Causes() []Cause {
	all := slices.Sorted(maps.Keys(kinds))
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
