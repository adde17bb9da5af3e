// Package claims converts what the OpenID provider says of a person to the claims that the domain
// decides on, for web and the doctor: internal/auth and internal/users do not import each other.
package claims

import (
	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/users"
)

// Of returns the claims of an identity.
func Of(i auth.Identity) users.Claims {
	c := users.Claims{
		Issuer: i.Issuer, Subject: i.Subject, SessionID: i.SessionID, IssuedAt: i.IssuedAt, AuthTime: i.AuthTime,
		Address: i.Address, Unclear: i.Unclear,
		Name: i.Name, NameParts: i.NameParts, PictureURL: i.PictureURL, TimeZone: i.TimeZone,
		Department: i.Department, Title: i.Title, Manager: i.Manager, Incomplete: i.UserInfoError != "",
	}
	switch {
	case i.Unclear != "":
		c.Verified = users.VerifiedUnclear
	case i.Verified == nil:
		c.Verified = users.VerifiedUnknown
	case *i.Verified:
		c.Verified = users.VerifiedYes
	default:
		c.Verified = users.VerifiedNo
	}
	return c
}
