package auth

import (
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// claimSources are the claims about a person, most trusted first: ID token, then UserInfo.
type claimSources struct {
	all         []object
	userInfoErr string // why UserInfo is missing; empty if it is not, or there is no endpoint
}

// sources returns the claims of the ID token and of the UserInfo endpoint, if there is one.
// UserInfo must be about the same subject (OpenID Connect Core, section 5.3.2).
func (p *Provider) sources(ctx context.Context, signed object, accessToken string) (claimSources, error) {
	idTokenOnly := claimSources{all: []object{signed}}
	var info object
	err := p.withRediscovery(ctx, func(d *discovery) (err error) {
		if d.userInfoURL != "" {
			info, err = p.userInfo(ctx, d, accessToken)
		}
		return err
	})
	if err == nil && info == nil {
		return idTokenOnly, nil
	}
	if err != nil {
		if idTokenOnly.suffice(p.config.EmailClaim, err) {
			idTokenOnly.userInfoErr = err.Error()
			p.log.WarnContext(ctx, "sign-in continues without UserInfo", "error", err)
			return idTokenOnly, nil
		}
		return claimSources{}, err
	}
	if info.text("sub") != signed.text("sub") {
		return claimSources{}, newFault(CauseUserInfoSubject, "UserInfo is about another subject")
	}
	return claimSources{all: []object{signed, info}}, nil
}

// suffice reports whether a sign-in can continue without UserInfo, which failed with err: only
// if the endpoint refused the request and the ID token has the address. If the endpoint is
// unavailable, it may have a claim that the address is not verified.
func (s claimSources) suffice(emailClaim string, err error) bool {
	fault, _ := errors.AsType[*Fault](err)
	return fault != nil && fault.Status >= http.StatusBadRequest && s.text(emailClaim) != ""
}

// userInfo requests the claims of the UserInfo endpoint, which may be a signed JWT (OpenID
// Connect Core, section 5.3). The error is a [*Fault].
func (p *Provider) userInfo(ctx context.Context, d *discovery, accessToken string) (object, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.userInfoURL, nil)
	if err != nil {
		return nil, requestFault(ctx, CauseUserInfo, err)
	}
	req.Header.Set("Authorization", "Bearer "+accessToken)
	res, err := p.client.Do(req)
	if err != nil {
		return nil, requestFault(ctx, CauseUserInfo, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, statusFault(CauseUserInfo, res.StatusCode)
	}
	body, err := io.ReadAll(res.Body) // limited by the transport
	if err != nil {
		return nil, requestFault(ctx, CauseUserInfo, err)
	}
	if kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type")); kind == "application/jwt" {
		if body, err = p.signedInfo(ctx, d, string(body)); err != nil {
			return nil, err
		}
	}
	info, err := parseObject(body)
	if err != nil {
		return nil, newFault(CauseUserInfo, "%v", err)
	}
	return info, nil
}

// signedInfo verifies a signed UserInfo response and returns its payload.
func (p *Provider) signedInfo(ctx context.Context, d *discovery, raw string) ([]byte, error) {
	h, err := parseHeader(strings.TrimSpace(raw))
	if err != nil {
		return nil, err
	}
	return d.keys.payload(ctx, strings.TrimSpace(raw), h, 0)
}

// identity returns the standard claims (OpenID Connect Core, section 5.1) except issuer and
// subject, and those that the configuration names.
func (s claimSources) identity(c Config) Identity {
	address := s.text(c.EmailClaim)
	verified, unclear := s.emailVerified(address)
	parts := strings.TrimSpace(s.text("given_name") + " " + s.text("family_name"))
	return Identity{
		Address:       address,
		Verified:      verified,
		Unclear:       unclear,
		Name:          cmp.Or(s.text("name"), parts),
		NameParts:     parts,
		PictureURL:    s.text("picture"),
		TimeZone:      s.text("zoneinfo"),
		Department:    s.text(c.DepartmentClaim),
		Title:         s.text(c.TitleClaim),
		Manager:       s.text(c.ManagerClaim),
		Claims:        s.names(),
		UserInfoError: s.userInfoErr,
	}
}

// text returns the claim from the first source that has it, "" for a claim without a name.
func (s claimSources) text(claim string) string {
	for _, c := range s.all {
		if text := claimText(c, claim); claim != "" && text != "" {
			return text
		}
	}
	return ""
}

// names returns the names of all claims, sorted, separated by spaces.
func (s claimSources) names() string {
	all := map[string]bool{}
	for _, c := range s.all {
		for name := range c {
			all[sanitize(name)] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(all)), " ")
}

// maxText is the maximum length of a text claim, in bytes.
const maxText = 2048

// claimText returns a text claim, also one in a list of one, without surrounding white space.
// It returns "" if the claim has another type, is too long, or has no visible character.
func claimText(c object, claim string) string {
	texts := c.texts(claim)
	if len(texts) != 1 || len(texts[0]) > maxText || strings.TrimSpace(sanitize(texts[0])) == "" {
		return ""
	}
	return strings.TrimSpace(texts[0])
}

// verificationClaims are the claims that say whether the address in the claim email is verified;
// xms_edov is Entra ID's.
var verificationClaims = []string{"email_verified", "xms_edov"}

// emailVerified returns whether the address is verified, or nil if no claim says so. false in
// any source wins. true counts only for the address in the claim email of the same source, or
// of another source if that one has none: a verified other address proves nothing. An invalid
// value counts as false, and the claim's name is returned.
func (s claimSources) emailVerified(address string) (verdict *bool, unclear string) {
	yes, no := new(true), new(false)
	for _, c := range s.all {
		email := claimText(c, "email")
		if email == "" {
			email = s.text("email")
		}
		for _, claim := range verificationClaims {
			says, understood := verification(c, claim)
			switch {
			case !c.has(claim):
			case !understood:
				unclear = claim
			case !says:
				verdict = no
			case verdict == nil && address != "" && lowerASCII(email) == lowerASCII(address):
				verdict = yes
			}
		}
	}
	switch {
	case verdict != nil && !*verdict:
		return no, ""
	case unclear != "":
		return no, unclear
	}
	return verdict, ""
}

// verification returns the value of a verification claim. Valid values are true, false and the
// strings of them; for xms_edov also 1 and 0.
func verification(c object, claim string) (says, understood bool) {
	if says, understood = as[bool](c, claim); understood {
		return says, true
	}
	value := c.text(claim)
	if number, ok := as[float64](c, claim); ok && claim == "xms_edov" && (number == 0 || number == 1) {
		return number == 1, true
	}
	switch {
	case value == "true", value == "false":
		return value == "true", true
	case claim == "xms_edov" && (value == "1" || value == "0"):
		return value == "1", true
	}
	return false, false
}

// lowerASCII lowers A to Z only. Some other letters become ASCII when lowered with Unicode
// rules, which would make it another person's address.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, s)
}
