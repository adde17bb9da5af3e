package views_test

import (
	"strconv"

	"github.com/a-h/templ"

	"github.com/roboto-ai/console/views"
)

// tokenSamples are the pages about tokens.
func tokenSamples() map[string]func(change func(any)) templ.Component {
	return map[string]func(func(any)) templ.Component{
		"user_tokens":        pageOf(views.UserTokensPage, userTokens()),
		"user_tokens_none":   pageOf(views.UserTokensPage, views.UserTokens{Chrome: chrome("Tokens", "service"), Head: tokenHead("0"), Empty: "A program signs in with a token and acts as this service user.", New: "/users/fleet-dashboards/tokens/new"}),
		"token":              pageOf(views.TokenPage, token()),
		"token_refused":      pageOf(views.TokenPage, refusedToken()),
		"token_rotation":     pageOf(views.TokenPage, rotatedToken()),
		"token_new":          pageOf(views.TokenFormPage, newToken()),
		"token_new_bad":      pageOf(views.TokenFormPage, newTokenBad()),
		"token_rotate":       pageOf(views.TokenFormPage, rotateToken()),
		"token_secret":       pageOf(views.TokenSecretPage, tokenSecret()),
		"token_end":          pageOf(views.TokenEndPage, tokenEnd()),
		"token_end_nothing":  pageOf(views.TokenEndPage, views.TokenEnd{Chrome: chrome("End", "service"), Heading: "End Nightly report?", Why: "This token has ended already.", Cancel: "/users/fleet-dashboards/tokens"}),
		"token_overlap":      pageOf(views.TokenActPage, moreTime()),
		"token_strike_off":   pageOf(views.TokenActPage, strikeOff()),
		"token_act_too_late": pageOf(views.TokenActPage, views.TokenAct{Chrome: chrome("More time", "service"), Heading: "Give it more time", Why: "The old token has ended already.", Cancel: "/users/fleet-dashboards/tokens"}),
	}
}

const sampleTokens = "/users/fleet-dashboards/tokens"

func tokenHead(count string) views.UserHead {
	h := views.UserHead{
		Person: robot("Fleet dashboards", "fleet-dashboards"), Badges: []views.Badge{{Word: "Service user"}, {Tone: "ok", Word: "Active"}, {Word: "Auditor"}},
		Acts: []views.HeadLink{{Link: views.Link{Label: "API", URL: "/api"}, Icon: "book-open"}, {Link: views.Link{Label: "New token", URL: sampleTokens + "/new"}, Icon: "plus", Primary: true}},
	}
	for _, label := range []string{"Overview", "Tokens", "Activity"} {
		t := views.Tab{Label: label, URL: sampleTokens, Current: label == "Tokens"}
		if label == "Tokens" {
			t.Count = count
		}
		h.Tabs = append(h.Tabs, t)
	}
	return h
}

func oldToken() views.TokenLine {
	l := tokenLine("Telemetry reader", "…k7Qm", views.Badge{Tone: "warn", Word: "Ends in 18 days"})
	l.Issued, l.IssuedBy, l.ShownTo, l.ShownGone = ago("9 months ago"), someone("Neha Kapoor", "neha@example.com"), someone("Ewa Zielińska", "ewa@example.com"), "deactivated"
	l.Used = views.TokenUse{When: ago("yesterday"), From: "10.0.4.7", Tool: "roboto-sdk 0.62"}
	return l
}

func tokenLine(name, hint string, state views.Badge) views.TokenLine {
	return views.TokenLine{
		Name: name, Hint: hint, URL: sampleTokens + "/tok_1", State: state, Acts: "Auditor", May: "Read users, read the audit log",
		Used: views.TokenUse{When: ago("4 minutes ago"), From: "10.0.4.0/24", Tool: "grafana-agent"},
		Ends: views.TokenEnds{When: ago("in 61 days")}, Issued: ago("12 days ago"), IssuedBy: olga(), ShownTo: olga(),
		Menu: []views.MenuLink{
			{Link: views.Link{Label: "Rotate…", URL: sampleTokens + "/tok_1/rotate"}, Icon: "refresh-cw"},
			{Link: views.Link{Label: "Disable or revoke…", URL: sampleTokens + "/tok_1/end"}, Icon: "ban", Danger: true, Divided: true},
		},
	}
}

func uses(first, second views.Series, high int) views.Chart {
	c := views.Chart{ID: "uses", Caption: "Uses a day over 90 days", First: first, Second: second, Axis: []string{"2 September", "2 October", "1 November", "Today"}}
	for i := range 90 {
		n := (i*37 + i*i*11) % 60
		if i%7 > 4 {
			n /= 8
		}
		d := views.ChartBar{Label: strconv.Itoa(i%30+1) + " September", Second: n + 10}
		if second.Name == "" || second.Tone == "refused" {
			d = views.ChartBar{Label: d.Label, First: n + 10}
		} else if i > 77 {
			d.First, d.Second = (n+10)*(i-77)/12, (n+10)*(89-i)/12
		}
		c.Bars = append(c.Bars, d)
	}
	if high > 0 {
		c.Bars[40].First += high
	}
	return c
}

func rotation() views.TokenRotation {
	newer := tokenLine("Telemetry reader", "…p2Xv", views.Badge{Tone: "ok", Word: "In use"})
	switched, not, struck := views.Badge{Tone: "ok", Word: "Switched"}, views.Badge{Tone: "warn", Word: "Not switched yet"}, views.Badge{Word: "Struck off"}
	off := sampleTokens + "/tok_1/strike-off?client=c1"
	return views.TokenRotation{
		Name: "Telemetry reader", State: views.Badge{Tone: "info", Word: "Rotating, day 12 of 30"}, Old: oldToken(), New: newer,
		Uses: uses(views.Series{Name: "New"}, views.Series{Name: "Old", Tone: "old"}, 0),
		Clients: []views.TokenClient{
			{Tool: "roboto-sdk 0.62", Network: "10.0.4.7", Cadence: "Weekly, Sundays", Old: ago("yesterday"), State: not, StrikeOff: off},
			{Tool: "curl 8.9", Network: "192.0.2.44", Cadence: "2 times", Old: ago("41 days ago"), State: not, StrikeOff: off},
			{Tool: "grafana-agent", Network: "10.0.4.0/24", Cadence: "Hourly on workdays", Old: ago("11 days ago"), New: ago("4 minutes ago"), State: switched},
			{Tool: "python-httpx", Network: "198.51.100.30", Cadence: "Once", Old: ago("77 days ago"), State: struck},
		},
		Verdict: views.Verdict{
			Tone: "warn", Headline: "Not yet safe to retire.", Text: "The next weekly run at 10.0.4.7 is expected on Sunday, 6 December.",
			Checks: []views.VerdictCheck{{Text: "2 of 4 programs have switched or are struck off"}, {Text: "The old token has been silent for 31 hours; 14 days are needed, twice its longest gap"}, {Done: true, Text: "The old token was used at least three times"}},
		},
		Leaked: sampleTokens + "/tok_0/end", MoreTime: sampleTokens + "/tok_0/overlap", Retire: sampleTokens + "/tok_0/retire",
	}
}

func safeRotation() views.TokenRotation {
	r := rotation()
	r.Uses.ID, r.Safe = "uses-safe", true
	r.Clients = r.Clients[2:]
	r.Verdict = views.Verdict{Tone: "ok", Headline: "Safe to retire.", Text: "Every program has switched, and the old token is silent.", Checks: []views.VerdictCheck{{Done: true, Text: "2 of 2 programs have switched or are struck off"}, {Done: true, Text: "The old token has been silent for 15 days; 14 days are needed"}}}
	return r
}

func userTokens() views.UserTokens {
	promoted := tokenLine("Nightly report", "…w9Rb", views.Badge{Tone: "ok", Word: "Live"})
	promoted.Acts, promoted.RoleNote, promoted.From = "User", "Issued as user; rotate to use auditor", "10.0.4.0/24, 10.0.7.0/24"
	never := tokenLine("Import of recordings from the field, with a name that is too long for its line", "…Zz09", views.Badge{Tone: "warn", Word: "Disabled"})
	never.Used, never.Ends, never.Enable, never.ShownTo, never.ShownNone = views.TokenUse{}, views.TokenEnds{}, sampleTokens+"/tok_3/enable", views.Person{}, "Shown on the command line"
	ended := tokenLine("Old exporter", "…a1B2", views.Badge{Word: "Revoked"})
	ended.Ends, ended.Menu = views.TokenEnds{When: ago("3 days ago")}, nil
	soon := tokenLine("CI", "…c0de", views.Badge{Tone: "ok", Word: "Live"})
	soon.Ends = views.TokenEnds{When: ago("in 3 days"), Soon: true}
	return views.UserTokens{
		Chrome: chrome("Fleet dashboards", "service"), Head: tokenHead("5"), New: sampleTokens + "/new",
		Notice: &views.TokenNotice{Name: "Telemetry reader", Rotate: sampleTokens + "/tok_1/rotate"}, Why: "Only owners issue tokens for an admin.",
		Rotations: []views.TokenRotation{rotation(), safeRotation()}, Tokens: []views.TokenLine{promoted, soon, never, ended}, Counts: "2 live, 1 disabled, 1 ended",
	}
}

func token() views.Token {
	return views.Token{
		Chrome: chrome("Nightly report", "service"), Line: tokenLine("Nightly report", "…w9Rb", views.Badge{Tone: "ok", Word: "Live"}),
		User: robot("Fleet dashboards", "fleet-dashboards"), Description: "Writes the report that operations reads at seven.", ID: "tok_01jdgz7t4w8k",
		Rotate: sampleTokens + "/tok_1/rotate", End: sampleTokens + "/tok_1/end", Replaces: views.Link{Label: "…k7Qm", URL: sampleTokens + "/tok_0"},
		Uses: uses(views.Series{Name: "Used"}, views.Series{}, 1200), History: "/users/fleet-dashboards/activity",
		Clients: []views.TokenClient{{Tool: "roboto-sdk 0.62", Network: "10.0.4.7", Cadence: "Daily", Old: ago("4 hours ago")}},
	}
}

func refusedToken() views.Token {
	m := token()
	m.Line.State, m.Line.Ends, m.Rotate = views.Badge{Word: "Revoked"}, views.TokenEnds{When: ago("3 days ago")}, ""
	m.Line.RoleNote, m.Line.Used, m.ReplacedBy = "Issued as user; rotate to use admin", views.TokenUse{}, views.Link{Label: "…p2Xv", URL: sampleTokens + "/tok_2"}
	m.Why, m.WhyTone, m.Enable = "This token was revoked 3 days ago. A program at 10.0.4.7 still sends it.", "warn", sampleTokens+"/tok_1/enable"
	m.Uses = uses(views.Series{Name: "Used"}, views.Series{Name: "Refused", Tone: "refused"}, 0)
	for i := 80; i < 90; i++ {
		m.Uses.Bars[i].Second, m.Uses.Bars[i].First = m.Uses.Bars[i].First, 0
	}
	m.Refused = []views.RefusedUse{{Network: "10.0.4.7", Tool: "roboto-sdk 0.62", Count: "12 times", Last: ago("2 minutes ago")}}
	return m
}

func rotatedToken() views.Token {
	m, r := token(), rotation()
	m.Rotation, m.Line.ShownTo, m.Line.ShownNone = &r, views.Person{}, "Sent to a program"
	return m
}

func expiry() views.Choice {
	return views.Choice{
		Field: views.Field{Name: "expiry", Label: "Ends", Required: true},
		Options: []views.Option{
			{Value: "30", Label: "In 30 days, on 30 December 2026"}, {Value: "90", Label: "In 90 days, on 28 February 2027", Selected: true},
			{Value: "180", Label: "In 180 days, on 29 May 2027"}, {Value: "365", Label: "In 365 days, on 30 November 2027"}, {Value: "date", Label: "On a date"},
		},
	}
}

func scopes() []views.ScopeGroup {
	box := func(code, label, hint string, on bool) views.ScopeBox {
		return views.ScopeBox{Check: views.Check{Name: "scope." + code, Label: label, Checked: on}, Code: code, Hint: hint}
	}
	return []views.ScopeGroup{
		{Legend: "In this console it may", Scopes: []views.ScopeBox{
			box("users.read", "Read users", "Its own record, and as auditor or above every user.", true), box("users.write", "Change users", "Its own record, and others as far as its role allows.", false),
			box("audit.read", "Read the audit log", "As auditor or above.", false), box("tokens.self", "Manage its own tokens", "See, rotate and issue tokens with no more than it has itself.", false),
			box("tokens.introspect", "Check tokens of others", "Ask whether a token is good: for systems that obey this console.", false),
		}},
		{Legend: "On the Roboto platform it may", Hint: "Kept for the platform.", Scopes: []views.ScopeBox{
			box("api.everything_else", "Use the API", "", false), box("datasets.create", "Create datasets", "", false), box("files.import", "Import files", "", false), box("files.upload", "Upload files", "", false),
		}},
	}
}

func newToken() views.TokenForm {
	name := views.Field{Name: "name", Label: "Name", Required: true, Hint: "What uses it, like “Nightly report”."}
	return views.TokenForm{
		Chrome: chrome("Issue token", "service"), Heading: "Issue token for Fleet dashboards", Text: "A program signs in with it and acts as Fleet dashboards.", First: true,
		Action: sampleTokens + "/new", Cancel: views.Link{Label: "Skip for now", URL: sampleTokens}, Button: "Issue token", Name: &name,
		About: views.Field{Name: "description", Label: "Description"}, Scopes: scopes(), Ranges: views.Field{Name: "ranges", Label: "Addresses", Hint: "Addresses or networks, separated by commas."},
		Expiry: expiry(), EndsOn: views.Field{Name: "ends_on", Label: "Last day", Type: "date", Required: true}, Reason: reasonField(),
		Acts:   []views.Fact{{Label: "Acts as", Who: robot("Fleet dashboards", "fleet-dashboards"), Text: "Auditor"}, {Label: "Secret", Text: "Shown once, on the next page"}},
		Notice: []views.Note{{Icon: "info", Text: "No e-mail is sent."}, {Icon: "user", Text: "Ana Lima sees it on My profile and To do 14 days before."}, {Icon: "monitor", Text: "Operators see it in the metric console_tokens_ending."}},
	}
}

func newTokenBad() views.TokenForm {
	m := newToken()
	m.Problems = []views.Problem{{Field: "name", Message: "Enter a name."}, {Field: "scopes", Message: "Choose what it may do."}, {Field: "ranges", Message: "“10.0.4” is no address and no network."}, {Field: "ends_on", Message: "Choose a day within 365 days."}}
	m.Name.Error, m.Scopes[0].Error, m.Ranges.Value, m.Ranges.Error = "Enter a name.", "Choose what it may do.", "10.0.4", "“10.0.4” is no address and no network."
	m.Expiry.Options[1].Selected, m.Expiry.Options[4].Selected = false, true
	m.EndsOn.Value, m.EndsOn.Error = "2029-01-01", "Choose a day within 365 days."
	return m
}

func overlap() *views.Choice {
	return &views.Choice{
		Field: views.Field{Name: "overlap", Label: "The old token stays for", Required: true, Hint: "Until then both work, so that programs can switch one after the other."},
		Options: []views.Option{
			{Value: "none", Label: "No time: it ends now"}, {Value: "1h", Label: "1 hour"}, {Value: "1d", Label: "1 day"},
			{Value: "7d", Label: "7 days"}, {Value: "30d", Label: "30 days", Selected: true}, {Value: "date", Label: "Until a date"},
		},
	}
}

func rotateToken() views.TokenForm {
	m := newToken()
	m.Name, m.Scopes, m.First = nil, nil, false
	m.Heading, m.Text, m.Button = "Rotate Telemetry reader", "A new token takes its place, with a new secret.", "Rotate"
	m.Cancel.Label, m.Overlap = "Cancel", overlap()
	m.OverlapUntil = views.Field{Name: "overlap_until", Label: "Last day of the old one", Type: "date", Required: true}
	m.Happens = []views.Note{{Icon: "refresh-cw", Text: "The new token has the same name, scopes and addresses."}, {Icon: "arrow-right-left", Text: "The Tokens tab lists the programs that have not switched."}}
	return m
}

func tokenSecret() views.TokenSecret {
	return views.TokenSecret{
		Chrome: chrome("Copy the secret now", "service"), Name: "Telemetry reader", Secret: "usr_pat_7Gq2mVxk4TzR9bWc1LpYd8HsN3fJ6uKeA5oQ0iXtCvB_4f9a1c2d",
		Curl:   "read -rs ROBOTO_API_KEY  # paste the secret, press Enter\ncurl https://console.example.com/v1/users/whoami \\\n  -H \"Authorization: Bearer $ROBOTO_API_KEY\"",
		Python: "import os\nfrom roboto import RobotoClient, RobotoConfig\n\nclient = RobotoClient.from_config(RobotoConfig(\n    endpoint=\"https://console.example.com\",\n    api_key=os.environ[\"ROBOTO_API_KEY\"],\n))",
		Facts: []views.Fact{
			{Label: "Acts as", Who: robot("Fleet dashboards", "fleet-dashboards"), Text: "Auditor"}, {Label: "Allows", Text: "Read users, read the audit log"}, {Label: "Addresses", Text: "10.0.4.0/24, 10.0.7.0/24"},
			{Label: "Ends", Text: "28 February 2027"}, {Label: "Replaces", Text: "…k7Qm, ends in 30 days"}, {Label: "Shown to", Text: "You alone"},
		},
		Next: []views.Note{{Icon: "lock", Text: "Keep it in a secret store"}, {Icon: "arrow-right-left", Text: "Switch the programs; the Tokens tab shows which have switched"}, {Icon: "check", Text: "Retire the old one when the tab says that it is safe"}},
		Done: sampleTokens,
	}
}

func tokenEnd() views.TokenEnd {
	return views.TokenEnd{
		Chrome: chrome("End", "service"), Heading: "Disable or revoke Nightly report?", Who: robot("Fleet dashboards", "fleet-dashboards"),
		Clients:   []views.TokenClient{{Tool: "roboto-sdk 0.62", Network: "10.0.4.7", Cadence: "daily", Old: ago("4 hours ago")}},
		Means:     []views.Fact{{Label: "Disable", Text: "Refused from now on, until it is enabled again."}, {Label: "Revoke", Text: "Refused for good. Uses of it are listed for 90 days."}},
		LeaveNone: &views.Check{Name: "leave_none", Label: "Leaked: end it now"},
		LeaveWhy:  views.Field{Name: "leave_none", Hint: "It is the only usable token of Fleet dashboards. Tick this to end it all the same.", Error: "No usable token would be left. Rotate it instead, or tick this box."},
		Action:    sampleTokens + "/tok_1/end", Cancel: sampleTokens + "/tok_1", Disable: "Disable Nightly report", Revoke: "Revoke Nightly report", Reason: reasonField(), Unused: "Nothing else uses it.",
	}
}

func moreTime() views.TokenAct {
	until := overlap()
	until.Options = until.Options[1:]
	return views.TokenAct{
		Chrome: chrome("More time", "service"), Heading: "Give the old token more time", Who: robot("Fleet dashboards", "fleet-dashboards"), Changes: []string{"The old token …k7Qm ends later than on 18 December 2026."}, Stays: []string{"The new token …p2Xv is as it was."},
		Action: sampleTokens + "/tok_0/overlap", Cancel: sampleTokens, Button: "Give it more time", Until: until,
		UntilOn: views.Field{Name: "overlap_until", Label: "Last day", Type: "date", Required: true}, Reason: reasonField(),
	}
}

func strikeOff() views.TokenAct {
	m := moreTime()
	m.Heading, m.Until, m.Button = "Strike off curl 8.9 at 192.0.2.44?", nil, "Strike off curl 8.9"
	m.Action, m.Hidden = sampleTokens+"/tok_0/strike-off", []views.Option{{Label: "client", Value: "c1"}}
	m.Changes, m.Stays = []string{"The old token can be retired without it."}, []string{"If it uses the old token again, it is listed again."}
	return m
}
