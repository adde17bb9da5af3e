package web

import (
	"cmp"
	"time"

	"github.com/roboto-ai/console/internal/bidi"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// endsSoon is how long before its end a token is marked.
const endsSoon = 14 * day

// tokenLine shows a token as it is listed. The zero Token is given for no successor.
func (t presenter) tokenLine(p tokenPlace, token, successor users.Token) views.TokenLine {
	l := views.TokenLine{
		Name: words.Plain(token.Name), URL: p.path(token.ID), Hint: words.TokenHint(token), State: tokenBadge(token.State(t.now)),
		Acts: words.Role(token.Acts()), May: words.Scopes(token.Scopes), From: words.Ranges(token.Ranges),
		Used: t.tokenUse(token.LastUsed), Ends: t.tokenEnds(token), Issued: t.time(token.IssuedAt), IssuedBy: t.issuer(token),
		Menu: t.tokenMenu(p, token, successor), Enable: t.enable(p, token),
	}
	if token.Acts() != token.UserRole {
		l.RoleNote = "Issued as " + string(token.Role) + "; rotate to use " + string(token.UserRole)
	}
	l.ShownTo, l.ShownGone, l.ShownNone = t.shownTo(token)
	return l
}

// tokenUse shows a use of a token.
func (t presenter) tokenUse(u users.TokenUse) views.TokenUse {
	return views.TokenUse{When: t.time(u.At), From: cmp.Or(words.Plain(u.Address), "an unknown address"), Tool: words.Plain(u.Tool)}
}

// tokenEnds shows when a token ends or ended; of one that never ends nothing.
func (t presenter) tokenEnds(token users.Token) views.TokenEnds {
	if ended := token.Ended(t.now); !ended.IsZero() {
		return views.TokenEnds{When: t.time(ended)}
	}
	if token.EndsAt.Equal(users.EndOfTime) {
		return views.TokenEnds{}
	}
	return views.TokenEnds{When: t.inDays(token.EndsAt), Soon: token.EndsAt.Sub(t.now) < endsSoon}
}

// inDays shows a moment to come by the days until then, which say more than months do.
func (t presenter) inDays(at time.Time) views.Time {
	shown := t.time(at)
	if n := int((at.Sub(t.now) + words.Slack) / day); n > 0 {
		shown.Relative = words.InDays(n)
	}
	return shown
}

// issuer shows who issued a token.
func (t presenter) issuer(token users.Token) views.Person {
	switch {
	case token.IssuedBy.ID != "":
		return t.person(token.IssuedBy)
	case token.IssuedBy.Key != "":
		return unlinked("a deleted user")
	}
	return unlinked("the command line")
}

// shownTo shows who saw the secret of a token and, of someone who is deactivated or deleted,
// that they are; or else why no person saw it.
func (t presenter) shownTo(token users.Token) (who views.Person, gone, none string) {
	switch {
	case token.ShownTo.Key != "" && token.ShownStatus == "":
		return unlinked("a user"), "deleted", ""
	case token.ShownTo.Key != "" && token.ShownStatus == users.StatusDeactivated:
		return t.person(token.ShownTo), "deactivated", ""
	case token.ShownTo.Key != "":
		return t.person(token.ShownTo), "", ""
	case token.IssuedBy.Key == "":
		return views.Person{}, "", "Shown on the command line"
	}
	return views.Person{}, "", "Sent to a program"
}

// rotate is the address to rotate a token; empty if the viewer may not, it has ended, or it is
// being rotated.
func (t presenter) rotate(p tokenPlace, token, successor users.Token) string {
	rotating := successor.ID != "" && successor.Ended(t.now).IsZero()
	if t.actor.May(users.ActIssueToken, p.user) != nil || !token.Ended(t.now).IsZero() || rotating {
		return ""
	}
	return p.path(token.ID, "rotate")
}

// end is the address to disable or revoke a token; empty if the viewer may not, or it is
// revoked.
func (t presenter) end(p tokenPlace, token users.Token) string {
	if t.actor.May(users.ActRevokeToken, p.user) != nil || !token.RevokedAt.IsZero() {
		return ""
	}
	return p.path(token.ID, "end")
}

// enable is the address to enable a disabled token; empty if the viewer may not, or it makes
// no sense.
func (t presenter) enable(p tokenPlace, token users.Token) string {
	if token.State(t.now) != users.TokenDisabled || t.actor.May(users.ActIssueToken, p.user) != nil {
		return ""
	}
	return p.path(token.ID, "enable")
}

// tokenMenu leads to what the viewer may do to a token.
func (t presenter) tokenMenu(p tokenPlace, token, successor users.Token) []views.MenuLink {
	var menu []views.MenuLink
	if url := t.rotate(p, token, successor); url != "" {
		menu = append(menu, views.MenuLink{Link: views.Link{Label: "Rotate…", URL: url}, Icon: "refresh-cw"})
	}
	if url := t.end(p, token); url != "" {
		menu = append(menu, views.MenuLink{Link: views.Link{Label: endLabel(token), URL: url}, Icon: "ban", Danger: true, Divided: len(menu) > 0})
	}
	return menu
}

// endLabel names what ends a token.
func endLabel(token users.Token) string {
	if !token.DisabledAt.IsZero() {
		return "Revoke…"
	}
	return words.DisableOrRevokeMenu
}

// tokenWhy says why a token gives no access, with the tone of it; nothing of one that does.
func (t presenter) tokenWhy(token users.Token) (why, tone string) {
	since := func(at time.Time) string { return " " + t.time(at).Relative }
	switch token.State(t.now) {
	case users.TokenRevoked:
		return "This token was revoked" + since(token.RevokedAt) + ". It is listed for 90 days, with the uses that were refused.", "info"
	case users.TokenExpired:
		return "This token ended" + since(token.EndsAt) + ". It is listed for 90 days, with the uses that were refused.", "info"
	case users.TokenDisabled:
		return "This token was disabled" + since(token.DisabledAt) + ": its uses are refused until it is enabled.", "warn"
	case users.TokenSuspended:
		return "This token is suspended: its uses are refused while " + bidi.Isolate(words.Plain(token.User.Label())) + " is not active.", "warn"
	}
	return "", ""
}
