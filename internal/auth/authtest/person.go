package authtest

// A Person is who signs in.
type Person struct {
	Subject  string
	Email    string
	Verified any // value of email_verified; nil: not sent
	Name     string
	Picture  string
	ZoneInfo string

	IDToken  map[string]any // changes to the claims of the ID token; nil removes one
	UserInfo map[string]any // the same for UserInfo
}

// claims returns the claims of both the ID token and UserInfo.
func (p Person) claims() map[string]any {
	claims := map[string]any{"sub": p.Subject}
	for name, value := range map[string]string{
		"email": p.Email, "name": p.Name, "picture": p.Picture, "zoneinfo": p.ZoneInfo,
	} {
		if value != "" {
			claims[name] = value
		}
	}
	if p.Verified != nil {
		claims["email_verified"] = p.Verified
	}
	return claims
}

// EntraID returns p with the claims of Microsoft Entra ID: no email_verified, but xms_edov if
// p.Verified is set.
func (p Person) EntraID() Person {
	p.IDToken = overlay(map[string]any{
		"oid": "00000000-0000-0000-66f3-3332eca7ea81", "tid": "9122040d-6c67-4c5b-b112-36a304b66dad",
		"preferred_username": p.Email, "ver": "2.0", "uti": "AAAAAAAAAAAAAAAAAAAAAA", "rh": "0.AAAA.",
		"picture": nil,
	}, p.IDToken)
	if p.Verified != nil {
		p.IDToken["xms_edov"] = p.Verified
	}
	p.UserInfo = overlay(map[string]any{
		"picture": "https://graph.microsoft.com/v1.0/me/photo/$value",
	}, p.UserInfo)
	p.Verified = nil
	return p
}

// Okta returns p with the claims of Okta: few in the ID token, the others in UserInfo.
func (p Person) Okta() Person {
	p.IDToken = overlay(map[string]any{
		"name": nil, "email": nil, "email_verified": nil, "zoneinfo": nil, "picture": nil,
		"ver": 1, "amr": []string{"pwd", "mfa"}, "idp": "00o1a2b3c4", "auth_time": 1700000000,
	}, p.IDToken)
	p.UserInfo = overlay(map[string]any{
		"preferred_username": p.Email, "locale": "en-US", "updated_at": 1700000000,
	}, p.UserInfo)
	return p
}

// Google returns p with the claims of Google: all in both places, and the organisation's
// domain.
func (p Person) Google() Person {
	p.IDToken = overlay(map[string]any{"azp": "console", "hd": "example.com"}, p.IDToken)
	p.UserInfo = overlay(map[string]any{"hd": "example.com"}, p.UserInfo)
	if p.Picture == "" {
		p.Picture = "https://lh3.googleusercontent.com/a/picture=s96-c"
	}
	return p
}

// Keycloak returns p with the claims of Keycloak.
func (p Person) Keycloak() Person {
	p.IDToken = overlay(map[string]any{
		"azp": "console", "typ": "ID", "acr": "1", "sid": "c1b2", "session_state": "c1b2", "jti": "d4e5",
		"preferred_username": p.Email, "auth_time": 1700000000,
	}, p.IDToken)
	p.UserInfo = overlay(map[string]any{"preferred_username": p.Email}, p.UserInfo)
	return p
}
