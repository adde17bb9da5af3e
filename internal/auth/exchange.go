package auth

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Ways in which a client shows the token endpoint who it is (OpenID Connect Core,
// section 9).
const (
	AuthBasic = "client_secret_basic"
	AuthPost  = "client_secret_post"
	AuthNone  = "none" // a public client
)

// tokens are what the token endpoint answers with (OpenID Connect Core, section
// 3.1.3.3).
type tokens struct {
	access string
	id     string // as sent
}

// exchange redeems a code (RFC 6749, section 4.1.3; RFC 7636, section 4.5). Where the
// provider refuses one way of client authentication, and lists another, that is tried
// and kept for the next time. The error is a [*Fault] or a [*ProviderError].
func (p *Provider) exchange(ctx context.Context, d *discovery, code, verifier string) (tokens, error) {
	var first error
	for _, method := range p.clientAuths(d) {
		answer, err := p.askTokens(ctx, d, method, code, verifier)
		if CauseOf(err) != CauseClient {
			if _, refused := errors.AsType[*ProviderError](err); err == nil || refused {
				p.clientAuth.Store(&method)
			}
			return answer, err
		}
		if first == nil {
			first = err
		}
	}
	return tokens{}, first
}

// ClientAuth returns the way of client authentication that the token endpoint last
// accepted, or "" before it accepted any.
func (p *Provider) ClientAuth() string {
	if method := p.clientAuth.Load(); method != nil {
		return *method
	}
	return ""
}

// clientAuths returns the ways of client authentication to try, in order: the one that
// worked last, then Basic, which is meant where the provider lists none (OpenID Connect
// Discovery, section 3), then the others that it lists.
func (p *Provider) clientAuths(d *discovery) []string {
	if p.config.ClientSecret == "" {
		return []string{AuthNone}
	}
	var methods []string
	if len(d.tokenAuth) == 0 || slices.Contains(d.tokenAuth, AuthBasic) {
		methods = append(methods, AuthBasic)
	}
	if len(methods) == 0 || slices.Contains(d.tokenAuth, AuthPost) {
		methods = append(methods, AuthPost)
	}
	if len(methods) == 2 && p.ClientAuth() == AuthPost {
		slices.Reverse(methods)
	}
	return methods
}

// askTokens makes the request of [Provider.exchange], with one way of client
// authentication.
func (p *Provider) askTokens(ctx context.Context, d *discovery, method, code, verifier string) (tokens, error) {
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code},
		"redirect_uri": {p.config.RedirectURL}, "code_verifier": {verifier},
	}
	if method != AuthBasic {
		form.Set("client_id", p.config.ClientID)
	}
	if method == AuthPost {
		form.Set("client_secret", p.config.ClientSecret)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.tokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return tokens{}, callFault(ctx, CauseTokenAnswer, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	if method == AuthBasic { // both encoded as in a form (RFC 6749, section 2.3.1)
		req.SetBasicAuth(url.QueryEscape(p.config.ClientID), url.QueryEscape(p.config.ClientSecret))
	}
	res, err := p.client.Do(req)
	if err != nil {
		return tokens{}, callFault(ctx, CauseTokenAnswer, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body) // no more than the client lets through
	if err != nil {
		return tokens{}, callFault(ctx, CauseTokenAnswer, err)
	}
	return parseTokens(res.StatusCode, body)
}

// parseTokens reads an answer of the token endpoint (RFC 6749, sections 5.1 and 5.2),
// by exact names. What is not understood is not repeated: it may hold secrets.
func parseTokens(status int, body []byte) (tokens, error) {
	answer, err := parseObject(body)
	good := status == http.StatusOK
	switch code := answer.text("error"); {
	case err == nil && code != "":
		return tokens{}, providerError(code, answer.text("error_description"))
	case !good && status == http.StatusUnauthorized:
		return tokens{}, &ProviderError{Code: "invalid_client", Description: "it answered 401, without a code"}
	case !good:
		return tokens{}, answered(CauseTokenAnswer, status)
	case err != nil:
		return tokens{}, untrusted(CauseTokenAnswer, "%v", err)
	case answer.text("access_token") == "":
		return tokens{}, untrusted(CauseTokenAnswer, "no access token")
	case answer.has("token_type") && !strings.EqualFold(answer.text("token_type"), "Bearer"):
		return tokens{}, untrusted(CauseTokenAnswer, "token type %q", answer.text("token_type"))
	case answer.text("id_token") == "":
		return tokens{}, untrusted(CauseNoIDToken, "no ID token")
	}
	return tokens{access: answer.text("access_token"), id: answer.text("id_token")}, nil
}

// get fetches an answer of status 200. The error is a [*Fault], of cause where the
// provider answered.
func get(ctx context.Context, client *http.Client, address string, cause Cause) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, callFault(ctx, cause, err)
	}
	req.Header.Set("Accept", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return nil, callFault(ctx, cause, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, answered(cause, res.StatusCode)
	}
	body, err := io.ReadAll(res.Body) // no more than the client lets through
	if err != nil {
		return nil, callFault(ctx, cause, err)
	}
	return body, nil
}
