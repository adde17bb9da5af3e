package views_test

import (
	"github.com/a-h/templ"

	"github.com/roboto-ai/console/views"
)

// batchSamples are the pages of batches.
func batchSamples() map[string]func(change func(any)) templ.Component {
	refused := batch("Deactivate 3 users?")
	refused.Problems = []views.Problem{{Field: "confirm", Message: "Type 3 to confirm."}}
	running := batch("Deactivate 3 users")
	running.Prepared, running.Start, running.Poll, running.Stop, running.Refresh = false, nil, "/batches/bat_abc", "/batches/bat_abc/stop", true
	running.State = views.Badge{Word: "Running", Tone: "info"}
	running.Progress = views.Progress{Done: 168, Of: 296, Text: "You can leave this page.", Left: "About 4 s left"}
	done := batch("Deactivate 3 users")
	done.Prepared, done.Done, done.Start, done.Undo, done.Audit, done.State = false, true, nil, "/batches/bat_abc/undo", "/audit?group=bat_abc", views.Badge{Word: "Done", Tone: "ok"}
	done.Result = "291 users deactivated, 41 sessions ended. This can be undone until 30 December 2026."
	stopped := done
	stopped.Done, stopped.Undo, stopped.UndoneBy, stopped.State = false, "", "/batches/bat_def", views.Badge{Word: "Stopped", Tone: "warn"}
	role := roles()
	return map[string]func(func(any)) templ.Component{
		"batch":           pageOf(views.BatchPage, batch("Deactivate 3 users?")),
		"batch_bad":       pageOf(views.BatchPage, refused),
		"batch_running":   pageOf(views.BatchPage, running),
		"batch_done":      pageOf(views.BatchPage, done),
		"batch_stopped":   pageOf(views.BatchPage, stopped),
		"batches":         pageOf(views.BatchesPage, batches()),
		"batches_none":    pageOf(views.BatchesPage, views.Batches{Chrome: chrome("Batches", "audit"), MayStart: true}),
		"batch_form":      pageOf(views.BatchFormPage, batchForm(views.BatchForm{Role: &role, Text: "A change of role ends the sessions."})),
		"batch_form_tags": pageOf(views.BatchFormPage, batchForm(views.BatchForm{Fields: []views.Field{nameField()}, Tokens: &views.Check{Name: "bring_back_tokens", Label: "Suspended tokens give access again."}})),
		"batch_form_none": pageOf(views.BatchFormPage, views.BatchForm{Chrome: chrome("Deactivate 0 users", "users"), Cancel: "/users", Empty: true}),
	}
}

// batch is a preview with every kind of line.
func batch(heading string) views.Batch {
	at := ago("2 minutes ago")
	return views.Batch{
		Chrome: chrome(heading, "users"), Heading: heading, Text: "Nothing has been changed yet.", Prepared: true,
		Actor: olga(), When: ago("2 minutes ago"), Reason: "Season is over",
		Strip: []views.Stat{{Label: "Will change", Value: "296", Tone: "t-info"}, {Label: "Already so", Value: "11", Tone: "muted"}, {Label: "Refused", Value: "5", Tone: "t-bad"}},
		Parts: []views.Tab{{Label: "Will change", URL: "/batches/bat_abc?part=change", Count: "296", Current: true}, {Label: "Refused", URL: "/batches/bat_abc?part=refused", Count: "5"}},
		Lines: []views.BatchLine{
			{Person: ana(), Changes: []views.Change{{Field: "Status", Old: "Active", New: "Deactivated"}}, With: "1 session to end"},
			{Person: robot("Nightly report", "nightly"), Why: "Changed meanwhile", Changes: []views.Change{{Field: "Purpose", New: "Reports"}}, By: olga(), At: &at},
			{Person: views.Person{Label: "Bea", ID: "bea@example.com"}, Why: "Deleted meanwhile", By: olga()},
		},
		Pager: pages(),
		Start: &views.BatchStart{
			Action: "/batches/bat_abc/start", Cancel: "/users", Button: "Deactivate 3 users", Danger: true, Ends: []string{"41 sessions end."}, Stays: []string{"Names and roles."},
			Back: []string{"Until 30 December 2026, as one batch."}, Reason: reasonField(), Confirm: &views.Field{Name: "confirm", Label: "Type 296 to confirm", Required: true, Hint: "Required for more than 25 users."},
		},
	}
}

func batches() views.Batches {
	row := views.BatchRow{Title: "Deactivate 296 users", URL: "/batches/bat_abc", State: views.Badge{Word: "Done", Tone: "ok"}, Actor: olga(), When: ago("2 minutes ago"), Progress: "291 of 296 users changed", Reason: "Season is over"}
	return views.Batches{Chrome: chrome("Batches", "audit"), Batches: []views.BatchRow{row}, Pager: pages()}
}

// batchForm adds to a form what all forms have.
func batchForm(m views.BatchForm) views.BatchForm {
	m.Chrome, m.Action, m.Cancel, m.Reason, m.Button = chrome("Change the role of 3 users", "users"), "/users/batch", "/users", reasonField(), "Show what changes"
	m.Hidden = []views.Option{{Label: "act", Value: "role"}, {Label: "key", Value: "usr_abc usr_def"}}
	return m
}
