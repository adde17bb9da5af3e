package auth

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// claims are what the provider tells of a person in one place.
type claims map[string]any

// sources are the places, the more trusted first: the ID token, then UserInfo.
type sources []claims

// sources returns the claims of the ID token and, where the provider has a UserInfo
// endpoint, those it gives there about the same subject (OpenID Connect Core,
// section 5.3.2: an answer about another one must not be used).
func (p *Provider) sources(ctx context.Context, d *discovery, token *oidc.IDToken, tokens *oauth2.Token) (sources, error) {
	var signed claims
	if err := token.Claims(&signed); err != nil {
		return nil, untrusted("ID token: %v", err)
	}
	if d.provider.UserInfoEndpoint() == "" {
		return sources{signed}, nil
	}
	told, err := p.userInfo(ctx, d, tokens)
	if err != nil {
		return nil, err
	}
	if told["sub"] != token.Subject {
		return nil, untrusted("UserInfo: it is about another subject")
	}
	return sources{signed, told}, nil
}

// userInfo returns the claims from the UserInfo endpoint, which may be signed
// (OpenID Connect Core, section 5.3). It is not go-oidc's, which gives up on a claim
// that is not of the type it expects.
func (p *Provider) userInfo(ctx context.Context, d *discovery, tokens *oauth2.Token) (claims, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.provider.UserInfoEndpoint(), nil)
	if err != nil {
		return nil, fault(ctx, "UserInfo", err)
	}
	tokens.SetAuthHeader(req)
	res, err := p.client.Do(req)
	if err != nil {
		return nil, fault(ctx, "UserInfo", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, untrusted("UserInfo: it answered %d", res.StatusCode)
	}
	body, err := io.ReadAll(res.Body) // no more than the client lets through
	if err != nil {
		return nil, fault(ctx, "UserInfo", err)
	}
	if kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type")); kind == "application/jwt" {
		if body, err = d.keys.VerifySignature(ctx, string(body)); err != nil {
			return nil, fault(ctx, "UserInfo", err)
		}
	}
	var told claims
	if err := json.Unmarshal(body, &told); err != nil {
		return nil, fault(ctx, "UserInfo", err)
	}
	return told, nil
}

// identity returns what the sources tell of a person in the standard claims (OpenID
// Connect Core, section 5.1), save who they are.
func (s sources) identity(emailClaim string) Identity {
	address := s.text(emailClaim)
	name := s.text("name")
	if name == "" {
		name = strings.TrimSpace(s.text("given_name") + " " + s.text("family_name"))
	}
	return Identity{
		Address:    address,
		Verified:   s.vouchFor(address),
		Name:       name,
		PictureURL: s.text("picture"),
		TimeZone:   s.text("zoneinfo"),
	}
}

// text returns the claim from the first source that has it.
func (s sources) text(claim string) string {
	for _, c := range s {
		if text := c.text(claim); text != "" {
			return text
		}
	}
	return ""
}

// names returns the names of all claims, in order, between spaces.
func (s sources) names() string {
	all := map[string]bool{}
	for _, c := range s {
		for name := range c {
			all[plain(name)] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(all)), " ")
}

// maxText is the longest claim, in bytes, that is taken for what it says it is.
const maxText = 2048

// text returns the claim without white space around it; nothing where it is no
// text, or too long to be one.
func (c claims) text(claim string) string {
	text, _ := c[claim].(string)
	if len(text) > maxText {
		return ""
	}
	return strings.TrimSpace(text)
}

// maxSessionID is the longest sid, in bytes, that is taken for one.
const maxSessionID = 255

// sessionID returns the claim sid of an ID token (OpenID Connect Back-Channel Logout 1.0,
// section 2.1); nothing where it is no text of a good length.
func (c claims) sessionID() string {
	sid, _ := c["sid"].(string)
	if len(sid) > maxSessionID || plain(sid) != sid {
		return ""
	}
	return sid
}

// vouchFor returns whether the provider vouches for the address, or nil if it does
// not say. A source speaks only of the address in its own email claim: one that
// calls another address verified, or the same person's sign-in name, says nothing.
// Where sources differ, the doubt wins.
func (s sources) vouchFor(address string) *bool {
	var verdict *bool
	for _, c := range s {
		if address == "" || lowerASCII(c.text("email")) != lowerASCII(address) {
			continue
		}
		for _, claim := range []string{"email_verified", "xms_edov"} {
			says := c.verdict(claim)
			if says != nil && (verdict == nil || !*says) {
				verdict = says
			}
		}
	}
	return verdict
}

// verdict returns what the claim says in any of the ways in which providers write
// yes and no, or nil if it is absent. Anything else is a no.
func (c claims) verdict(claim string) *bool {
	var yes bool
	switch says := c[claim].(type) {
	case nil:
		return nil
	case bool:
		yes = says
	case string:
		yes = says == "true" || says == "1" && claim == "xms_edov"
	case float64:
		yes = says == 1 && claim == "xms_edov"
	}
	return &yes
}

// lowerASCII lowers A to Z alone. Unicode has letters that look otherwise and
// become an ASCII one when lowered, and so another person's address.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, s)
}
