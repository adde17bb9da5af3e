package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// signIn has somebody sign in, and looks at what comes.
func (e *examination) signIn(ctx context.Context, s *stand) []Finding {
	if e.Provider.Issuer == "" || e.Provider.ClientID == "" || e.Unread["oidc-client-secret"] {
		return []Finding{unknown("sign-in", "Not all settings of the provider could be read.", "")}
	}
	ctx, cancel := context.WithTimeout(ctx, e.Wait)
	defer cancel()
	e.Say(fmt.Sprintf("Open this link in a browser, within %s, and sign in:\n  %s", e.Wait, e.base()+s.path(startName)))
	came, err := s.guest.wait(ctx)
	if err != nil {
		return []Finding{wrong("sign-in", "Nobody came back from the provider in time.",
			"Run console doctor --sign-in again. If the provider showed an error, it says what is wrong: often the redirect address.")}
	}
	if came.err != nil {
		t := failed(came.err)
		return []Finding{wrong("sign-in", t.found, t.fix)}
	}
	e.mu.Lock()
	e.issued, e.received = came.identity.IssuedAt, came.at
	e.mu.Unlock()
	found := []Finding{ok("sign-in", "Somebody signed in at the provider and came back."), e.browser(came)}
	found = append(found, e.claimsThatCame(came.identity), e.verified(came.identity))
	return append(found, e.rules(ctx, came.identity)...)
}

// browser looks at the guest's request. A cookie with the flag Secure comes back by
// https alone, so one that did says that the browser saw https.
func (e *examination) browser(c coming) Finding {
	if !c.sameCookie {
		return wrong("browser", "The browser came back without its cookie, or with another one.",
			"Have the proxy pass Set-Cookie and Cookie on as they are, speak https to browsers, and serve the redirect address and the link from one host.")
	}
	f := e.forwarded("browser", c.visit)
	if f.Level == OK {
		f.Found = "The browser brought its cookie back. " + f.Found
	}
	if c.visit.host != e.BaseURL.Host {
		f.Found += " The proxy writes " + quoted(c.visit.host) + " as its Host, which the console does not mind."
	}
	return f
}

// claimsThatCame tells their names, and whether there is an address among them.
func (e *examination) claimsThatCame(i auth.Identity) Finding {
	claim := cmp.Or(e.Provider.EmailClaim, "email")
	names := "These came: " + strings.Join(strings.Fields(i.Claims), ", ") + "."
	switch {
	case i.Address == "":
		return wrong("claims that came", fmt.Sprintf("%s There is no address in %s.", names, claim),
			"Have the provider send it, with the scope email, or name another claim with --oidc-email-claim.")
	case i.UserInfoError != "":
		return warning("claims that came", names+" UserInfo gave none: "+shortened(i.UserInfoError)+".",
			"Give the console the scopes profile and email at the provider, if it is to read claims that the ID token lacks.")
	case i.Name == "":
		return warning("claims that came", names+" There is no name.", "Add profile to --oidc-scopes, or have the provider send name.")
	}
	return ok("claims that came", names)
}

// verified tells whether the address counts as verified.
func (e *examination) verified(i auth.Identity) Finding {
	const check = "verified address"
	switch {
	case i.Address == "":
		return unknown(check, "No address came.", "")
	case i.Verified == nil && e.TrustEmail:
		return ok(check, "The provider does not say whether the address is verified, and is trusted with that by --oidc-trust-email.")
	case i.Verified == nil:
		t := verdict(users.RefusedUnvouched)
		return wrong(check, t.found, t.fix)
	case i.Unclear != "":
		t := verdict(users.RefusedUnclear)
		return wrong(check, t.found+" The claim is "+i.Unclear+".", t.fix)
	case !*i.Verified:
		t := verdict(users.RefusedUnverified)
		return wrong(check, t.found, t.fix)
	}
	return ok(check, "The provider vouches for the address.")
}

// rules tells whether the console would let the person in.
func (e *examination) rules(ctx context.Context, i auth.Identity) []Finding {
	const check = "sign-in rules"
	who := quoted(i.Address)
	directory, done, err := e.openDirectory(ctx)
	if err != nil {
		return e.rulesWithout(err, i)
	}
	defer done()
	u, err := directory.Foresee(ctx, claimsOf(i))
	refused, _ := errors.AsType[*users.RefusedError](err)
	switch {
	case refused != nil && refused.Reason == users.RefusedUninvited || refused != nil && refused.Reason == users.RefusedDomain:
		if has, err := directory.HasOwner(ctx); err == nil && !has && e.namesOwner(i) {
			return []Finding{ok(check, who+" would be let in after the next start, as an owner.")}
		}
		fallthrough
	case refused != nil:
		_, r, _ := words.RefusalOf(err)
		return []Finding{wrong(check, who+" would not be let in. "+r.Found, r.Fix)}
	case err != nil:
		return nil
	}
	return []Finding{ok(check, fmt.Sprintf("%s would be let in as %s, with the role %s.", who, u.ID, u.Role))}
}

// rulesWithout tells what can be told of the rules where the directory cannot be read
// because of err.
func (e *examination) rulesWithout(err error, i auth.Identity) []Finding {
	const check = "sign-in rules"
	if !errors.Is(err, fs.ErrNotExist) {
		fix := ""
		if errors.Is(err, database.ErrOlder) {
			fix = "Start the console once, or run console migrate."
		}
		return []Finding{unknown(check, "The directory could not be read.", fix)}
	}
	switch says := claimsOf(i).Verified; {
	case says == users.VerifiedNo || says == users.VerifiedUnclear || says == users.VerifiedUnknown && !e.TrustEmail:
		return []Finding{wrong(check, quoted(i.Address)+" would not be let in: the address does not count as verified.", "See verified address.")}
	case e.namesOwner(i):
		return []Finding{ok(check, quoted(i.Address)+" would be let in after the first start, as an owner.")}
	}
	t := verdict(users.RefusedUninvited)
	return []Finding{wrong(check, quoted(i.Address)+" is not among --owners. "+t.found, t.fix)}
}

// namesOwner reports whether the settings make the person an owner.
func (e *examination) namesOwner(i auth.Identity) bool {
	id, err := users.ParseID(i.Address)
	return err == nil && slices.Contains(e.Owners, string(id))
}

// claimsOf returns what the provider says as the domain takes it.
func claimsOf(i auth.Identity) users.Claims {
	c := users.Claims{Issuer: i.Issuer, Subject: i.Subject, Address: i.Address, Unclear: i.Unclear}
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
