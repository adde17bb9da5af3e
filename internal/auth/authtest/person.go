package authtest

// A Person is somebody who signs in.
type Person struct {
	Subject  string
	Email    string
	Verified any // email_verified as it is sent: true, "true" and so on; nil sends none
	Name     string
	Picture  string
	ZoneInfo string

	IDToken  map[string]any // over the claims in the ID token; nil values take away
	UserInfo map[string]any // the same in UserInfo
}

// claims returns what both the ID token and UserInfo tell.
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

// EntraID returns p as Microsoft Entra ID tells of people: no email_verified, but
// xms_edov where p.Verified is set and the tenant asks for the claim.
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

// Okta returns p as Okta tells of people: a thin ID token, the rest in UserInfo.
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

// Google returns p as Google tells of people: all in both places, with the domain
// of the organisation.
func (p Person) Google() Person {
	p.IDToken = overlay(map[string]any{"azp": "console", "hd": "example.com"}, p.IDToken)
	p.UserInfo = overlay(map[string]any{"hd": "example.com"}, p.UserInfo)
	if p.Picture == "" {
		p.Picture = "https://lh3.googleusercontent.com/a/picture=s96-c"
	}
	return p
}

// Keycloak returns p as Keycloak tells of people.
func (p Person) Keycloak() Person {
	p.IDToken = overlay(map[string]any{
		"azp": "console", "typ": "ID", "acr": "1", "sid": "c1b2", "session_state": "c1b2", "jti": "d4e5",
		"preferred_username": p.Email, "auth_time": 1700000000,
	}, p.IDToken)
	p.UserInfo = overlay(map[string]any{"preferred_username": p.Email}, p.UserInfo)
	return p
}
