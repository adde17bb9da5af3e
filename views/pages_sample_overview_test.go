package views_test

import (
	"strconv"

	"github.com/a-h/templ"

	"github.com/roboto-ai/console/views"
)

// overviewSamples are the pages about all users.
func overviewSamples() map[string]func(change func(any)) templ.Component {
	return map[string]func(func(any)) templ.Component{
		"overview":      pageOf(views.OverviewPage, views.Overview{Chrome: chrome("Overview", "overview"), Summary: "946 people and 61 service users.", Tasks: sampleTasks(), Charts: sampleCharts()}),
		"overview_none": pageOf(views.OverviewPage, views.Overview{Chrome: chrome("Overview", "overview"), Summary: "1 person and 0 service users.", Charts: []views.ChartCard{{Title: "Sign-ins", URL: "/audit", Number: "0", Text: "this week", Chart: views.Chart{ID: "none"}}}}),
		"todo": pageOf(views.TodoPage, views.Todo{Chrome: chrome("To do", "todo"), Tasks: sampleTasks(), Departures: []views.RefusedDeparture{
			{Person: ana(), When: ago("2 days ago"), Why: "The planned deactivation was cancelled: there must be an active owner.", Event: "/audit/7", Act: views.Link{Label: "Deactivate…", URL: "/users/ana@example.com/deactivate"}},
			{Person: robot("Nightly", "nightly"), When: ago("2 days ago"), Why: "It has no responsible person: the person who was to take over is deactivated or deleted."},
		}, Strangers: []views.Stranger{
			{RefusedSignIn: views.RefusedSignIn{Address: "stranger@example.com", When: ago("2 hours ago"), Why: "No one has added them.", Fix: "Add them."}, Admit: []views.Option{{Label: "user_id", Value: "stranger@example.com"}}},
			{RefusedSignIn: views.RefusedSignIn{Address: "other@example.org", When: ago("3 days ago"), Why: "No one has added them."}},
		}}),
		"todo_none": pageOf(views.TodoPage, views.Todo{Chrome: chrome("To do", "todo")}),
	}
}

func sampleTasks() []views.Task {
	return []views.Task{
		{Icon: "key-round", Count: "7", Text: "users have tokens that end within 14 days", Note: "None of these tokens has a successor.", Act: "Rotate…", URL: "/users?view=tokens-ending"},
		{Icon: "calendar-check", Count: "14", Text: "service users are due for review", Note: "Their review date is reached or missing.", Act: "Review…", URL: "/users?view=review-due"},
		{Icon: "shield-x", Count: "1,284", Text: "verified addresses were refused", Note: "In the last 14 days.", Act: "Show", URL: "/todo#strangers"},
	}
}

// sampleCharts are charts of twelve weeks: one with bars below the zero line, one with a week
// above the scale.
func sampleCharts() []views.ChartCard {
	joined := views.Chart{ID: "joined", Caption: "Changes", Below: true, PerRow: 1, Unit: views.Unit{One: "change", Many: "changes"},
		First: views.Series{Name: "Joined"}, Second: views.Series{Name: "Left", Tone: "old"}, Axis: []string{"7 September", "5 October", "2 November", "This week"}}
	refused := views.Chart{ID: "refused", Caption: "Refused sign-ins", PerRow: 1, Unit: views.Unit{One: "refused sign-in", Many: "refused sign-ins"}, First: views.Series{Tone: "refused"}, Axis: joined.Axis}
	for i, n := range []int{5, 7, 4, 12, 9, 6, 3, 8, 29, 140, 11, 18} {
		label := strconv.Itoa(i+1) + " October"
		joined.Bars = append(joined.Bars, views.ChartBar{Label: label, First: n, Second: n % 5})
		refused.Bars = append(refused.Bars, views.ChartBar{Label: label, First: n})
	}
	return []views.ChartCard{
		{Title: "Joiners and leavers", URL: "/audit?action=user.created", Number: "18", Text: "joined this week, 5 left", Chart: joined},
		{Title: "Refused sign-ins", URL: "/audit?action=session.refused", Number: "21", Text: "this week, 44 in the week before", Chart: refused},
	}
}
