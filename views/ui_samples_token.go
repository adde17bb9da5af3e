package views

import "strconv"

// What follows is shown on [ComponentsPage].

var sampleRotation = TokenRotation{
	Name: "Telemetry reader", State: Badge{Tone: "info", Word: "Rotating, day 12 of 30"},
	Old: TokenLine{
		Name: "Telemetry reader", Hint: "…k7Qm", URL: "#forms", State: Badge{Tone: "warn", Word: "Ends in 18 days"}, Acts: "User", May: "Read users",
		RoleNote: "Issued as user; rotate to use auditor", Used: TokenUse{When: sampleTime, From: "10.0.4.7", Tool: "roboto-sdk 0.62"},
		Issued: sampleTime, IssuedBy: samplePeople[0], ShownTo: samplePeople[3], ShownGone: "deactivated", Enable: "/_ui",
		Menu: []MenuLink{{Link: Link{Label: "Rotate…", URL: "#forms"}, Icon: "refresh-cw"}},
	},
	New: TokenLine{Hint: "…p2Xv", URL: "#forms", State: Badge{Tone: "ok", Word: "In use"}, May: "Read users", Issued: sampleTime, IssuedBy: samplePeople[0], ShownNone: "Sent to a program"},
	Uses: Chart{
		ID: "ui-uses", Caption: "Uses a day over 90 days", First: Series{Name: "New"}, Second: Series{Name: "Old", Tone: "old"},
		Bars: sampleUses.Bars, Axis: sampleUses.Axis,
	},
	Clients: []TokenClient{
		{Tool: "roboto-sdk 0.62", Network: "10.0.4.7", Cadence: "Weekly, Sundays", Old: sampleTime, State: Badge{Tone: "warn", Word: "Not switched yet"}, StrikeOff: "#forms"},
		{Tool: "grafana-agent", Network: "10.0.4.0/24", Cadence: "Hourly", Old: sampleTime, New: sampleTime, State: Badge{Tone: "ok", Word: "Switched"}},
	},
	Verdict: Verdict{
		Tone: "warn", Headline: "Not yet safe to retire.", Text: "The next weekly run at 10.0.4.7 is expected on Sunday.",
		Checks: []VerdictCheck{{Text: "1 of 2 programs has switched or is struck off"}, {Done: true, Text: "The old token was used at least three times"}},
	},
	Leaked: "/_ui", MoreTime: "#forms", Retire: "/_ui",
}

var sampleUses = func() Chart {
	c := Chart{
		ID: "ui-outlier", Caption: "Uses a day over 90 days", First: Series{Name: "Used"}, Second: Series{Name: "Refused", Tone: "refused"},
		Axis: []string{"2 September", "2 October", "1 November", "Today"},
	}
	for i := range 90 {
		d := ChartBar{Label: "Day " + strconv.Itoa(i+1), First: 20 + i*i%23}
		if i > 80 {
			d = ChartBar{Label: d.Label, Second: d.First}
		}
		c.Bars = append(c.Bars, d)
	}
	c.Bars[40].First = 1200
	return c
}()

var sampleExpiry = Choice{
	Field:   Field{Name: "ui-expiry", Label: "Ends", Required: true},
	Options: []Option{{Value: "90", Label: "In 90 days"}, {Value: "date", Label: "On a date", Selected: true}},
}

var sampleScopes = ScopeGroup{
	Legend: "In this console it may", Error: "Choose what it may do.",
	Scopes: []ScopeBox{
		{Check: Check{Name: "ui-read", Label: "Read users", Checked: true}, Code: "users.read", Hint: "Its own record, and as auditor or above every user."},
		{Check: Check{Name: "ui-write", Label: "Change users"}, Code: "users.write", Hint: "Its own record, and others as far as its role allows."},
	},
}
