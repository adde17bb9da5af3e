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
	"github.com/roboto-ai/console/internal/claims"
	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// signIn waits for a person to sign in, and checks the result.
func (e *examination) signIn(ctx context.Context, s *standIn) []Finding {
	if e.Provider.Issuer == "" || e.Provider.ClientID == "" || e.Unread["oidc-client-secret"] {
		return []Finding{unknown("sign-in", "Not all settings of the provider could be read.", "")}
	}
	ctx, cancel := context.WithTimeout(ctx, e.Wait)
	defer cancel()
	e.Say(fmt.Sprintf("Open this link in a browser, within %s, and sign in:\n  %s", e.Wait, e.base()+s.path(linkPath)))
	result, err := s.trial.wait(ctx)
	if err != nil {
		return []Finding{wrong("sign-in", "The sign-in was not completed in time.",
			"Run console doctor --sign-in again. If the provider showed an error, it often is the redirect address.")}
	}
	if result.err != nil {
		t := diagnoseSignIn(result.err)
		return []Finding{wrong("sign-in", t.found, t.fix)}
	}
	e.mu.Lock()
	e.issued, e.received = result.identity.IssuedAt, result.at
	e.mu.Unlock()
	found := []Finding{ok("sign-in", "The sign-in at the provider succeeded."), e.browser(result)}
	found = append(found, e.receivedClaims(result.identity), e.verified(result.identity))
	return append(found, e.rules(ctx, result.identity)...)
}

// browser checks the callback's request. Browsers return a Secure cookie only by https, so a
// returned cookie shows that the browser uses https.
func (e *examination) browser(c trialResult) Finding {
	if !c.sameCookie {
		return wrong("browser", "The browser returned without its cookie, or with another one.",
			"Have the proxy pass Set-Cookie and Cookie on as they are, speak https to browsers, and serve the redirect address and the link from one host.")
	}
	f := e.forwarded("browser", c.visit)
	if f.Level == OK {
		f.Found = "The browser returned its cookie. " + f.Found
	}
	if c.visit.host != e.BaseURL.Host {
		f.Found += " The proxy writes " + quoted(c.visit.host) + " as the Host, which is no problem for the console."
	}
	return f
}

// receivedClaims lists the names of the claims, and checks that there is an address.
func (e *examination) receivedClaims(i auth.Identity) Finding {
	claim := cmp.Or(e.Provider.EmailClaim, "email")
	names := "Received claims: " + strings.Join(strings.Fields(i.Claims), ", ") + "."
	switch {
	case i.Address == "":
		return wrong("claims that came", fmt.Sprintf("%s The claim %s has no address.", names, claim),
			"Have the provider send it, with the scope email, or name another claim with --oidc-email-claim.")
	case i.UserInfoError != "":
		return warning("claims that came", names+" UserInfo returned none: "+shortened(i.UserInfoError)+".",
			"Allow the console the scopes profile and email at the provider, if claims are missing.")
	case len(e.absentClaims(i)) > 0:
		return warning("claims that came", names+" There is no text in "+strings.Join(e.absentClaims(i), ", ")+".",
			"Have the provider send it, with its scope in --oidc-scopes, or correct the setting that names the claim.")
	case i.Name == "":
		return warning("claims that came", names+" There is no name.", "Add profile to --oidc-scopes, or have the provider send name.")
	}
	return ok("claims that came", names)
}

// absentClaims returns the names of the configured claims about department, title and manager that
// have no value.
func (e *examination) absentClaims(i auth.Identity) (absent []string) {
	for _, c := range []struct{ claim, value string }{
		{e.Provider.DepartmentClaim, i.Department}, {e.Provider.TitleClaim, i.Title}, {e.Provider.ManagerClaim, i.Manager},
	} {
		if c.claim != "" && c.value == "" {
			absent = append(absent, c.claim)
		}
	}
	return absent
}

// verified checks whether the address counts as verified.
func (e *examination) verified(i auth.Identity) Finding {
	const check = "verified address"
	switch {
	case i.Address == "":
		return unknown(check, "No address was received.", "")
	case i.Verified == nil && e.TrustEmail:
		return ok(check, "The provider does not say whether the address is verified; --oidc-trust-email trusts it.")
	case i.Verified == nil:
		t := refusalText(users.RefusedUnvouched)
		return wrong(check, t.found, t.fix)
	case i.Unclear != "":
		t := refusalText(users.RefusedUnclear)
		return wrong(check, t.found+" The claim is "+i.Unclear+".", t.fix)
	case !*i.Verified:
		t := refusalText(users.RefusedUnverified)
		return wrong(check, t.found, t.fix)
	}
	return ok(check, "The provider says that the address is verified.")
}

// rules checks whether the console would let the person sign in.
func (e *examination) rules(ctx context.Context, i auth.Identity) []Finding {
	const check = "sign-in rules"
	who := quoted(i.Address)
	directory, done, err := e.openDirectory(ctx)
	if err != nil {
		return e.rulesWithoutDirectory(err, i)
	}
	defer done()
	u, err := directory.PreviewSignIn(ctx, claims.Of(i))
	refused, _ := errors.AsType[*users.RefusedError](err)
	switch {
	case refused != nil && refused.Reason == users.RefusedUninvited || refused != nil && refused.Reason == users.RefusedDomain:
		if has, err := directory.HasOwner(ctx); err == nil && !has && e.namesOwner(i) {
			return []Finding{ok(check, who+" could sign in after the next start, as an owner.")}
		}
		fallthrough
	case refused != nil:
		_, r, _ := words.RefusalOf(err)
		return []Finding{wrong(check, who+" could not sign in. "+r.Found, r.Fix)}
	case err != nil:
		return nil
	}
	return []Finding{ok(check, fmt.Sprintf("%s could sign in as %s, with the role %s.", who, u.ID, u.Role))}
}

// rulesWithoutDirectory checks the sign-in rules as far as possible without the directory,
// which could not be read because of err.
func (e *examination) rulesWithoutDirectory(err error, i auth.Identity) []Finding {
	const check = "sign-in rules"
	if !errors.Is(err, fs.ErrNotExist) {
		fix := ""
		if errors.Is(err, database.ErrOlder) {
			fix = "Start the console once, or run console migrate."
		}
		return []Finding{unknown(check, "The directory could not be read.", fix)}
	}
	switch verified := claims.Of(i).Verified; {
	case verified == users.VerifiedNo || verified == users.VerifiedUnclear || verified == users.VerifiedUnknown && !e.TrustEmail:
		return []Finding{wrong(check, quoted(i.Address)+" could not sign in: the address does not count as verified.", "See verified address.")}
	case e.namesOwner(i):
		return []Finding{ok(check, quoted(i.Address)+" could sign in after the first start, as an owner.")}
	}
	t := refusalText(users.RefusedUninvited)
	return []Finding{wrong(check, quoted(i.Address)+" is not among --owners. "+t.found, t.fix)}
}

// namesOwner reports whether --owners names the person.
func (e *examination) namesOwner(i auth.Identity) bool {
	id, err := users.ParseID(i.Address)
	return err == nil && slices.Contains(e.Owners, string(id))
}
