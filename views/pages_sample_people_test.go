package views_test

import (
	"github.com/a-h/templ"

	"github.com/roboto-ai/console/views"
)

// peopleSamples are the pages on which people decide about the tokens of programs.
func peopleSamples() map[string]func(change func(any)) templ.Component {
	return map[string]func(func(any)) templ.Component{
		"sign_in_recent":         pageOf(views.RecentSignInPage, views.RecentSignIn{Chrome: chrome("Sign in again to continue", ""), Start: "/sign-in/start?recent=1", Kept: true}),
		"token_request":          pageOf(views.TokenRequestPage, tokenRequest()),
		"token_request_bad":      pageOf(views.TokenRequestPage, tokenRequestBad()),
		"token_request_cannot":   pageOf(views.TokenRequestPage, tokenRequestCannot()),
		"token_request_approved": pageOf(views.TokenRequestDonePage, tokenRequestDone("http://127.0.0.1:40213/callback?code=x", "")),
		"token_request_code":     pageOf(views.TokenRequestDonePage, tokenRequestDone("", "kq3b6xqv2m7dzh4w")),
		"tokens_rotated":         pageOf(views.RotatedTokensPage, rotatedTokens()),
		"access":                 pageOf(views.AccessPage, access()),
		"access_none":            pageOf(views.AccessPage, views.Access{Chrome: chrome("Where access ends", "access"), Cache: "10 seconds", Docs: "/api", Tokens: views.Link{Label: "Create service user", URL: "/service-users/new"}}),
	}
}

func tokenRequest() views.TokenRequest {
	return views.TokenRequest{
		Chrome: chrome("A program asks for a token", "profile"), Action: "/tokens/requests/AbC", Machine: "ana-laptop.fleet.example.com", Program: "Roboto command line or SDK 0.62.0",
		Code: "7GQ2-MVXK", Until: ago("in 9 minutes"), Allows: []string{"Read and change users, as the role of its user allows", "Make, rotate and end tokens of its user, with no more rights than its own", "For 30 days, from any address"},
		As: &views.Choice{
			Field: views.Field{Name: "as", Label: "The program acts as", Required: true},
			Options: []views.Option{
				{Value: "service", Label: "A service user", Hint: "With its role. Choose it below.", Selected: true},
				{Value: "self", Label: "Yourself, owner@example.com", Hint: "With your role, owner."},
			},
		},
		Service: &views.PersonField{
			Field:  views.Field{Name: "service", Label: "Service user", Hint: "The user that the program acts as.", Suggest: "/tokens/requests/AbC"},
			People: []views.Option{{Value: "fleet-dashboards", Label: "Fleet dashboards"}},
		},
		Warning: "You are an owner. As yourself, the program gets a token that can do all that you can.", Reason: reasonField(),
		Again: "You signed in more than five minutes ago: you will be asked to sign in again.",
	}
}

func tokenRequestBad() views.TokenRequest {
	m := tokenRequest()
	m.Problems = []views.Problem{{Field: "service", Message: "Choose a service user from the list."}}
	m.Service.Value, m.Service.Error = "fleet", m.Problems[0].Message
	m.As, m.Only, m.Warning, m.Kept = nil, "service", "", true
	return m
}

func tokenRequestCannot() views.TokenRequest {
	m := tokenRequest()
	m.As, m.Service, m.Warning = nil, nil, ""
	m.Cannot, m.Helpers, m.Return = "You cannot approve this.", []views.Person{olga()}, "http://127.0.0.1:40213/callback?error=access_denied"
	return m
}

func tokenRequestDone(to, code string) views.TokenRequestDone {
	return views.TokenRequestDone{
		Chrome: chrome("Approved", "profile"), Heading: "Approved", Text: "Going back to the program on ana-laptop, which fetches its token now.",
		Return: to, Code: code, Tokens: views.Link{Label: "Go to the tokens of fleet-dashboards", URL: "/users/fleet-dashboards/tokens"},
	}
}

// knownTokens are tokens whose secret was shown to a person who leaves.
func knownTokens() *views.KnownTokens {
	fleet := robot("Fleet dashboards", "fleet-dashboards")
	return &views.KnownTokens{
		Heading: "Rotate tokens that they know", Text: "They have seen these secrets. Those that you tick get a successor at once.",
		List: []views.KnownToken{
			{ID: "tok_1", Name: "Telemetry reader", Hint: "…k7Qm", User: fleet, Acts: "Auditor", Used: ago("4 minutes ago"), From: "from 10.0.4.7 with roboto-sdk 0.62", Ends: ago("in 61 days"), Ticked: true},
			{ID: "tok_2", Name: "Nightly report", Hint: "…x3Ab", User: robot("Admin jobs", "admin-jobs"), Acts: "Admin", Why: "Admin jobs has the role admin, which is above yours. An owner can rotate it."},
		},
		Overlap: choice("overlap", "The old secrets work for", "A day", "7 days"), More: "There are 12 more.",
	}
}

func rotatedTokens() views.RotatedTokens {
	return views.RotatedTokens{
		Chrome: chrome("Copy the new secrets now", "users"), Done: "Ewa Zielińska is deactivated, and 2 tokens that she knew are rotated.",
		List: []views.RotatedToken{
			{ID: "tok_3", Name: "Telemetry reader", User: robot("Fleet dashboards", "fleet-dashboards"), Secret: "usr_pat_7Gq2mVxk4TzR9bWc1LpYd8HsN3fJ6uKeA5oQ0iXtCvB_4f9a1c00", Old: "The old secret …k7Qm works until 7 December.", Responsible: ana(), URL: "/users/fleet-dashboards/tokens/tok_3"},
			{ID: "tok_4", Name: "Nightly report", User: robot("Billing", "billing"), Secret: "usr_pat_9Gq2mVxk4TzR9bWc1LpYd8HsN3fJ6uKeA5oQ0iXtCvB_4f9a1c11", Old: "The old secret …p2Xv has ended.", URL: "/users/billing/tokens/tok_4"},
		},
		Next: views.Link{Label: "I’ve stored them: go on", URL: "/users/ewa@example.com"},
	}
}

func access() views.Access {
	gateway, other := robot("Gateway", "gateway"), robot("Dataset service", "datasets")
	return views.Access{
		Chrome: chrome("Where access ends", "access"), Cache: "10 seconds", Docs: "/api", Since: "In the last 7 days.",
		Askers: []views.Asker{
			{Person: gateway, Asked: ago("2 seconds ago"), Tokens: "41 tokens"},
			{Person: other, Asked: ago("3 days ago"), Tokens: "1 token"},
		},
		Ends: []views.AccessEnd{
			{What: "Token “Telemetry reader” of", User: robot("Fleet dashboards", "fleet-dashboards"), How: "was revoked", When: ago("8 seconds ago"), Seen: []views.AccessSeen{
				{Asker: gateway, State: views.Badge{Tone: "ok", Word: "Knows"}, Text: "asked since, last on 30 November, 14:02:11."},
				{Asker: other, State: views.Badge{Tone: "warn", Word: "Not yet"}, Text: "may use its last answer until 30 November, 14:02:13."},
			}},
			{User: ana(), How: "was deactivated", When: ago("2 days ago"), Seen: []views.AccessSeen{
				{Asker: other, State: views.Badge{Word: "Not asked"}, Text: "has not asked since. Its last answer was valid until 28 November, 09:10:42; the next request is refused."},
			}},
		},
		More: "Only the newest 50 are shown.",
	}
}

func profileTokens() views.ProfileTokens {
	fleet := robot("Fleet dashboards", "fleet-dashboards")
	soon := views.ProfileToken{Name: "Telemetry reader", Hint: "…k7Qm", URL: "/users/fleet-dashboards/tokens/tok_1", User: fleet, State: views.Badge{Tone: "warn", Word: "Ends in 5 days"}, Used: ago("4 minutes ago"), Rotate: "/users/fleet-dashboards/tokens/tok_1/rotate"}
	return views.ProfileTokens{
		ToDo: []views.ProfileToken{soon},
		Own:  []views.ProfileToken{{Name: "My laptop", Hint: "…p2Xv", URL: "/profile/tokens/tok_2"}, {Name: "Old script", Hint: "…x3Ab", URL: "/profile/tokens/tok_3", State: views.Badge{Word: "Disabled"}, Used: ago("2 months ago")}},
		Why:  "People have no tokens of their own here, so these are refused. Use a service user.",
		New:  "/profile/tokens/new", All: "/profile/tokens",
		ForUser: []views.ProfileToken{soon, {Name: "Nightly report", Hint: "…9Kz1", URL: "/users/fleet-dashboards/tokens/tok_4", User: fleet}},
	}
}
