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

// Client authentication methods of the token endpoint (OpenID Connect Core, section 9).
const (
	AuthBasic = "client_secret_basic"
	AuthPost  = "client_secret_post"
	AuthNone  = "none" // a public client
)

// tokens is the token endpoint's response (OpenID Connect Core, section 3.1.3.3).
type tokens struct {
	access string
	id     string // the ID token, not verified yet
}

// exchange exchanges a code for tokens (RFC 6749, section 4.1.3; RFC 7636, section 4.5). If the
// provider refuses a client authentication method and lists another, that is tried, and
// remembered if it works. The error is a [*Fault] or a [*ProviderError].
func (p *Provider) exchange(ctx context.Context, d *discovery, code, verifier string) (tokens, error) {
	var first error
	for _, method := range p.clientAuths(d) {
		answer, err := p.requestTokens(ctx, d, method, code, verifier)
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

// ClientAuth returns the client authentication method that the token endpoint last accepted, or
// "" if none yet.
func (p *Provider) ClientAuth() string {
	if method := p.clientAuth.Load(); method != nil {
		return *method
	}
	return ""
}

// clientAuths returns the client authentication methods to try, in order: the last accepted
// one, then Basic, the default if the provider lists none (OpenID Connect Discovery, section
// 3), then Post.
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

// requestTokens makes the token request with one client authentication method.
func (p *Provider) requestTokens(ctx context.Context, d *discovery, method, code, verifier string) (tokens, error) {
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
		return tokens{}, requestFault(ctx, CauseTokenAnswer, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	if method == AuthBasic { // both form-encoded (RFC 6749, section 2.3.1)
		req.SetBasicAuth(url.QueryEscape(p.config.ClientID), url.QueryEscape(p.config.ClientSecret))
	}
	res, err := p.client.Do(req)
	if err != nil {
		return tokens{}, requestFault(ctx, CauseTokenAnswer, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body) // limited by the transport
	if err != nil {
		return tokens{}, requestFault(ctx, CauseTokenAnswer, err)
	}
	return parseTokens(res.StatusCode, body)
}

// parseTokens parses a response of the token endpoint (RFC 6749, sections 5.1 and 5.2). Errors
// do not quote an invalid body: it may hold secrets.
func parseTokens(status int, body []byte) (tokens, error) {
	answer, err := parseObject(body)
	good := status == http.StatusOK
	switch code := answer.text("error"); {
	case err == nil && code != "":
		return tokens{}, providerError(code, answer.text("error_description"))
	case !good && status == http.StatusUnauthorized:
		return tokens{}, &ProviderError{Code: "invalid_client", Description: "status 401 without an error code"}
	case !good:
		return tokens{}, statusFault(CauseTokenAnswer, status)
	case err != nil:
		return tokens{}, newFault(CauseTokenAnswer, "%v", err)
	case answer.text("access_token") == "":
		return tokens{}, newFault(CauseTokenAnswer, "no access token")
	case answer.has("token_type") && !strings.EqualFold(answer.text("token_type"), "Bearer"):
		return tokens{}, newFault(CauseTokenAnswer, "token type %q", answer.text("token_type"))
	case answer.text("id_token") == "":
		return tokens{}, newFault(CauseNoIDToken, "no ID token")
	}
	return tokens{access: answer.text("access_token"), id: answer.text("id_token")}, nil
}

// get requests address and returns the body of a response with status 200. The error is a
// [*Fault], with the given cause if the provider responded.
func get(ctx context.Context, client *http.Client, address string, cause Cause) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, requestFault(ctx, cause, err)
	}
	req.Header.Set("Accept", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return nil, requestFault(ctx, cause, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, statusFault(cause, res.StatusCode)
	}
	body, err := io.ReadAll(res.Body) // limited by the transport
	if err != nil {
		return nil, requestFault(ctx, cause, err)
	}
	return body, nil
}
