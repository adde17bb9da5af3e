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

// sources are the claims that the provider gives about a person, the more trusted place
// first: the ID token, then UserInfo.
type sources struct {
	all        []object
	noUserInfo string // why UserInfo is not among them, where the provider has it
}

// sources returns the claims of the ID token and, where the provider has a UserInfo
// endpoint, those it gives there about the same subject (OpenID Connect Core,
// section 5.3.2: an answer about another one must not be used).
func (p *Provider) sources(ctx context.Context, signed object, accessToken string) (sources, error) {
	alone := sources{all: []object{signed}}
	var info object
	err := p.following(ctx, func(d *discovery) (err error) {
		if d.userInfoURL != "" {
			info, err = p.userInfo(ctx, d, accessToken)
		}
		return err
	})
	if err == nil && info == nil {
		return alone, nil
	}
	if err != nil {
		if alone.suffice(p.config.EmailClaim, err) {
			alone.noUserInfo = err.Error()
			p.log.WarnContext(ctx, "UserInfo is left out", "error", err)
			return alone, nil
		}
		return sources{}, err
	}
	if info.text("sub") != signed.text("sub") {
		return sources{}, untrusted(CauseUserInfoSubject, "it is about another subject")
	}
	return sources{all: []object{signed, info}}, nil
}

// suffice reports whether a sign-in can go on without UserInfo, which failed with err:
// it refuses to answer, and the address stands in the ID token. One that is away may say
// that the address is not verified, once it is back.
func (s sources) suffice(emailClaim string, err error) bool {
	fault, _ := errors.AsType[*Fault](err)
	return fault != nil && fault.Status >= http.StatusBadRequest && s.text(emailClaim) != ""
}

// userInfo returns the claims from the UserInfo endpoint, which may be signed
// (OpenID Connect Core, section 5.3). The error is a [*Fault].
func (p *Provider) userInfo(ctx context.Context, d *discovery, accessToken string) (object, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.userInfoURL, nil)
	if err != nil {
		return nil, callFault(ctx, CauseUserInfo, err)
	}
	req.Header.Set("Authorization", "Bearer "+accessToken)
	res, err := p.client.Do(req)
	if err != nil {
		return nil, callFault(ctx, CauseUserInfo, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, answered(CauseUserInfo, res.StatusCode)
	}
	body, err := io.ReadAll(res.Body) // no more than the client lets through
	if err != nil {
		return nil, callFault(ctx, CauseUserInfo, err)
	}
	if kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type")); kind == "application/jwt" {
		if body, err = p.signedInfo(ctx, d, string(body)); err != nil {
			return nil, err
		}
	}
	info, err := parseObject(body)
	if err != nil {
		return nil, untrusted(CauseUserInfo, "%v", err)
	}
	return info, nil
}

// signedInfo returns the payload of a signed answer of UserInfo.
func (p *Provider) signedInfo(ctx context.Context, d *discovery, raw string) ([]byte, error) {
	h, err := parseHeader(strings.TrimSpace(raw))
	if err != nil {
		return nil, err
	}
	return d.keys.payload(ctx, strings.TrimSpace(raw), h, 0)
}

// identity returns what the sources tell of a person in the standard claims (OpenID
// Connect Core, section 5.1), save who they are.
func (s sources) identity(emailClaim string) Identity {
	address := s.text(emailClaim)
	verified, unclear := s.vouchFor(address)
	parts := strings.TrimSpace(s.text("given_name") + " " + s.text("family_name"))
	return Identity{
		Address:    address,
		Verified:   verified,
		Unclear:    unclear,
		Name:       cmp.Or(s.text("name"), parts),
		NameParts:  parts,
		PictureURL: s.text("picture"),
		TimeZone:   s.text("zoneinfo"),
		Claims:     s.names(),
		NoUserInfo: s.noUserInfo,
	}
}

// text returns the claim from the first source that has it.
func (s sources) text(claim string) string {
	for _, c := range s.all {
		if text := claimText(c, claim); text != "" {
			return text
		}
	}
	return ""
}

// names returns the names of all claims, in order, between spaces.
func (s sources) names() string {
	all := map[string]bool{}
	for _, c := range s.all {
		for name := range c {
			all[plain(name)] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(all)), " ")
}

// maxText is the longest claim, in bytes, that is taken for what it says it is.
const maxText = 2048

// claimText returns the claim without white space around it, also where it is a list of
// one text. It returns nothing where the claim is something else, is too long, or has
// nothing that can be seen.
func claimText(c object, claim string) string {
	texts := c.texts(claim)
	if len(texts) != 1 || len(texts[0]) > maxText || strings.TrimSpace(plain(texts[0])) == "" {
		return ""
	}
	return strings.TrimSpace(texts[0])
}

// verdicts are the claims that say whether the address in the claim email is verified,
// the second one at Entra ID.
var verdicts = []string{"email_verified", "xms_edov"}

// vouchFor returns whether the provider vouches for the address, or nil if it does
// not say. An explicit no counts wherever it stands. A yes speaks of the address in the
// claim email beside it, or where there is none of that in another source: one that
// calls another address verified, or the same person's sign-in name, says nothing. A
// claim that is not understood counts as a no, and is named.
func (s sources) vouchFor(address string) (verdict *bool, unclear string) {
	yes, no := new(true), new(false)
	for _, c := range s.all {
		email := claimText(c, "email")
		if email == "" {
			email = s.text("email")
		}
		for _, claim := range verdicts {
			says, understood := verdictOf(c, claim)
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

// verdictOf returns what the claim says. It is not understood unless it is true or
// false, or a text of that; xms_edov comes as 1 and 0, too.
func verdictOf(c object, claim string) (says, understood bool) {
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
