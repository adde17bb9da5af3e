package authtest

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// A grant is what an issued code or access token stands for.
type grant struct {
	person    Person
	challenge string
	nonce     string
	redirect  string
	authTime  time.Time
}

// routes returns the provider's endpoints.
func (p *Provider) routes() http.Handler {
	mux := http.NewServeMux()
	for endpoint, serve := range map[Endpoint]http.HandlerFunc{
		Discovery: p.discovery, Keys: p.publicKeys, ForeignKeys: foreignKeys, Elsewhere: p.discovery,
		Authorize: p.authorize, Token: p.token, UserInfo: p.userInfo, EndSession: p.endSession,
	} {
		for _, path := range []string{string(endpoint), movedTo + string(endpoint)} {
			mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { p.serve(endpoint, serve, w, r) })
		}
	}
	return mux
}

// serve counts a request, then fails it or calls serve, as the lies say.
func (p *Provider) serve(e Endpoint, serve http.HandlerFunc, w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	p.mu.Lock()
	p.calls[e]++
	p.asked[e] = append(p.asked[e], r.Form)
	fault, rewrite := p.lies.Faults[e], p.lies.Bodies[e]
	p.called.Broadcast()
	elsewhere := p.moved[e] != strings.HasPrefix(r.URL.Path, movedTo)
	if p.dateless {
		w.Header()["Date"] = nil
	}
	toConnector := p.connector && (e == Authorize || e == EndSession) && !r.Form.Has("connector")
	p.mu.Unlock()
	switch {
	case elsewhere:
		http.NotFound(w, r)
	case toConnector:
		http.Redirect(w, r, r.URL.Path+"?connector=local&"+r.URL.RawQuery, http.StatusFound)
	case fault.commit(w, r, p.closed, p.released):
	case rewrite != nil:
		record := httptest.NewRecorder()
		serve(record, r)
		writeJSON(w, record.Code, rewrite(record.Body.Bytes()))
	default:
		serve(w, r)
	}
}

// discovery serves the discovery document.
func (p *Provider) discovery(w http.ResponseWriter, r *http.Request) {
	answer(w, http.StatusOK, overlay(map[string]any{
		"issuer":                                         p.Issuer(),
		"authorization_endpoint":                         p.address(Authorize),
		"token_endpoint":                                 p.address(Token),
		"userinfo_endpoint":                              p.address(UserInfo),
		"jwks_uri":                                       p.address(Keys),
		"end_session_endpoint":                           p.address(EndSession),
		"backchannel_logout_supported":                   true,
		"backchannel_logout_session_supported":           true,
		"response_types_supported":                       []string{"code"},
		"subject_types_supported":                        []string{"public"},
		"id_token_signing_alg_values_supported":          []string{"RS256", "ES256", "PS256", "EdDSA"},
		"code_challenge_methods_supported":               []string{"S256"},
		"authorization_response_iss_parameter_supported": true,
	}, p.lie().Discovery))
}

// authorize signs the person in and redirects the browser back at once.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("client_id") != p.ClientID || r.FormValue("redirect_uri") == "" {
		http.Error(w, "unknown client", http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	who, back, redirects, lies, addresses := p.person, p.refusal, p.redirects, p.lies, p.addresses
	p.mu.Unlock()
	if addresses != nil && !slices.Contains(addresses, r.FormValue("redirect_uri")) {
		http.Error(w, "redirect address not registered", http.StatusBadRequest)
		return
	}
	switch {
	case back != nil:
	case !validRequest(r):
		back = url.Values{"error": {"invalid_request"}}
	default:
		back = url.Values{"code": {p.issue(grant{
			person: who, nonce: r.FormValue("nonce"),
			challenge: r.FormValue("code_challenge"), redirect: r.FormValue("redirect_uri"), authTime: p.authenticated(r.FormValue("max_age")),
		})}}
	}
	parameters := map[string]any{"state": r.FormValue("state"), "iss": p.Issuer()}
	for name := range back {
		parameters[name] = back.Get(name)
	}
	query := url.Values{}
	for name, value := range overlay(parameters, lies.Callback) {
		query.Set(name, fmt.Sprint(value))
	}
	p.sendBack(w, r, r.FormValue("redirect_uri"), query, redirects)
}

// authenticated returns when the person authenticated: now, unless they have a session that is
// not older than maxAge seconds.
func (p *Provider) authenticated(maxAge string) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	age, err := strconv.Atoi(maxAge)
	if p.since.IsZero() || err == nil && now.Sub(p.since) > time.Duration(age)*time.Second {
		return now
	}
	return p.since
}

// validRequest reports whether r asks for a code with PKCE, state and nonce.
func validRequest(r *http.Request) bool {
	return r.FormValue("response_type") == "code" && r.FormValue("state") != "" && r.FormValue("nonce") != "" &&
		strings.Contains(" "+r.FormValue("scope")+" ", " openid ") &&
		r.FormValue("code_challenge_method") == "S256" && len(r.FormValue("code_challenge")) == 43
}

// sendBack redirects to an address of the client, by way of another host if detour is set.
func (p *Provider) sendBack(w http.ResponseWriter, r *http.Request, to string, query url.Values, detour bool) {
	to += "?" + query.Encode()
	if detour {
		to = p.detour.URL + "/?" + url.Values{"to": {to}}.Encode()
	}
	http.Redirect(w, r, to, http.StatusFound)
}

// redirectBack is the handler of the other host: it redirects to the client.
func redirectBack(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, r.FormValue("to"), http.StatusFound)
}

// token exchanges a code for tokens.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	verbatim := p.verbatim
	p.mu.Unlock()
	id, secret, basic := r.BasicAuth()
	switch {
	case basic && !verbatim:
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
	case !basic:
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	if id != p.ClientID || secret != p.ClientSecret {
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	g, good := p.take(r.PostFormValue("code"))
	switch {
	case !good, g.redirect != r.PostFormValue("redirect_uri"),
		g.challenge != oauth2.S256ChallengeFromVerifier(r.PostFormValue("code_verifier")):
		answer(w, http.StatusBadRequest, map[string]any{
			"error": "invalid_grant", "error_description": "no such code,\r\n\x1b[31mor \u202eanother verifier",
		})
	default:
		idToken, err := p.idToken(g)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		answer(w, http.StatusOK, overlay(map[string]any{
			"access_token": p.issue(g), "token_type": "Bearer", "expires_in": 300, "id_token": idToken,
		}, p.lie().Token))
	}
}

// userInfo returns the claims of an access token's person, as JSON or as a JWT.
func (p *Provider) userInfo(w http.ResponseWriter, r *http.Request) {
	accessToken, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	g, good := p.take(accessToken)
	if !good {
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_token"})
		return
	}
	p.mu.Lock()
	lies, signs := p.lies, p.signs
	p.mu.Unlock()
	claims := overlay(g.person.claims(), g.person.UserInfo, lies.UserInfo)
	if !signs {
		answer(w, http.StatusOK, claims)
		return
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	token, err := p.sign("JWT", payload, lies.InfoSignature)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/jwt")
	_, _ = w.Write([]byte(token))
}

// endSession redirects the browser back.
func (p *Provider) endSession(w http.ResponseWriter, r *http.Request) {
	back := r.FormValue("post_logout_redirect_uri")
	if back == "" {
		_, _ = w.Write([]byte("You are signed out."))
		return
	}
	query := url.Values{}
	if state := r.FormValue("state"); state != "" {
		query.Set("state", state)
	}
	p.mu.Lock()
	redirects, addresses := p.redirects, p.signedOut
	p.mu.Unlock()
	if addresses != nil && !slices.Contains(addresses, back) {
		http.Error(w, "Invalid redirect uri", http.StatusBadRequest)
		return
	}
	p.sendBack(w, r, back, query, redirects)
}

// issue returns a new code or access token for g, valid once.
func (p *Provider) issue(g grant) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	secret := rand.Text()
	p.grants[secret] = g
	p.issued = append(p.issued, secret)
	return secret
}

// take returns and removes the grant of a code or access token.
func (p *Provider) take(secret string) (grant, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	g, ok := p.grants[secret]
	delete(p.grants, secret)
	return g, ok
}

// answer writes v as JSON.
func answer(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	writeJSON(w, status, body)
}

// writeJSON writes a body, which may be invalid JSON.
func writeJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
